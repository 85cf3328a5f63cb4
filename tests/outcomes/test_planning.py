"""The planning sheet: by hand, and the workbook equal to the CSV."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xarray as xr

from havenline.outcomes import compare, planning_table, write_planning


def test_weeks_by_hand(synthetic: ModuleType) -> None:
    dataset: xr.Dataset = synthetic.synthetic_dataset(
        options=1, futures=3, days=10, areas=1, groups=2
    )
    arrivals = np.zeros((1, 3, 11, 1, 2), dtype=np.int32)
    arrivals[0, :, 0] = 1000  # the as-of date itself belongs to no week
    arrivals[0, :, 1:8, 0, 0] = np.array([1, 2, 3])[:, None]
    arrivals[0, :, 8:, 0, 1] = np.array([10, 30, 20])[:, None]
    displaced = np.zeros_like(arrivals)
    displaced[0, :, 7, 0] = [[5, 5], [7, 7], [6, 6]]
    displaced[0, :, 10, 0] = [[1, 0], [2, 0], [3, 0]]
    dataset["arrivals"].data = arrivals
    dataset["displaced"].data = displaced
    table = planning_table(dataset)
    assert table["week"].tolist() == [1, 2]
    assert table["days"].tolist() == [7, 3]
    assert table["week_start"].dt.strftime("%Y-%m-%d").tolist() == ["2020-01-16", "2020-01-23"]
    assert table["arrivals_p50"].tolist() == [14, 60]
    assert table["arrivals_p90"].tolist() == [20, 84]  # 19.6 and 84
    assert table["presence_p50"].tolist() == [12, 2]
    assert table["presence_p90"].tolist() == [14, 3]  # 13.6 and 2.8


def test_rows_carry_codes_capacity_and_exposure(synthetic: ModuleType) -> None:
    dataset = synthetic.synthetic_dataset()
    table = planning_table(dataset)
    assert len(table) == 5 * 6 * 3
    row = table[(table.option == "open-border") & (table.area_id == "SY070301") & (table.week == 2)]
    chosen = dataset.sel(option="open-border", area="SY070301")
    assert row["area_name"].item() == "Dana"
    assert row["shelter_capacity"].item() == chosen["shelter_capacity_asof"].item()
    assert row["exposure_probability"].item() == chosen["exposure_probability"].sel(week=1).item()


def read_sheet(path: Path, name: str) -> pd.DataFrame:
    rows = list(openpyxl.load_workbook(path)[name].iter_rows(values_only=True))
    return pd.DataFrame(rows[1:], columns=list(rows[0]))


def test_workbook_equals_csv(synthetic: ModuleType, tmp_path: Path) -> None:
    dataset = synthetic.synthetic_dataset()
    comparison = compare(dataset)
    files = write_planning(dataset, comparison, tmp_path / "new" / "folder")
    csv = pd.read_csv(files["planning_csv"], parse_dates=["week_start"])
    book = read_sheet(files["planning_xlsx"], "Planning")
    pd.testing.assert_frame_equal(book.astype(csv.dtypes.to_dict()), csv)
    shown = read_sheet(files["planning_xlsx"], "Comparison")
    expected = comparison.to_frame(rounded=True)
    assert shown["median"].tolist() == expected["median"].tolist()
    exposure = read_sheet(files["planning_xlsx"], "Exposure").set_index(["option", "area_id"])
    cell = exposure.loc[("ceasefire", "SY070500"), "2020-01-23"]
    assert cell == dataset["exposure_probability"].sel(option="ceasefire", area="SY070500", week=1)


def test_workbook_can_be_worked_with(synthetic: ModuleType, tmp_path: Path) -> None:
    dataset = synthetic.synthetic_dataset()
    files = write_planning(dataset, compare(dataset), tmp_path, ["The border stays closed."])
    book = openpyxl.load_workbook(files["planning_xlsx"])
    assert book.sheetnames == ["Read me", "Comparison", "Planning", "Exposure"]
    for name in book.sheetnames[1:]:
        assert book[name].freeze_panes == "D2"
        assert book[name].auto_filter.ref == book[name].dimensions
    text = {str(k): str(v) for k, v in book["Read me"].iter_rows(values_only=True)}
    assert text["As-of date"] == "2020-01-15"
    assert text["Seed"] == "7"
    assert text["SHA-256 of places.csv"] == "00ff"
    assert text["Assumed"] == "The border stays closed."


def test_same_result_gives_the_same_bytes(synthetic: ModuleType, tmp_path: Path) -> None:
    dataset = synthetic.synthetic_dataset()
    first = write_planning(dataset, compare(dataset), tmp_path / "a")
    second = write_planning(dataset, compare(dataset), tmp_path / "b")
    for key in first:
        assert first[key].read_bytes() == second[key].read_bytes()


@pytest.mark.parametrize("hostile", ["=1+1", "+cmd", "@SUM(A1)", "-2", "http://x.org", "12"])
def test_text_is_never_a_formula(hostile: str, synthetic: ModuleType, tmp_path: Path) -> None:
    dataset = synthetic.synthetic_dataset()
    dataset = dataset.assign_coords(area_name=("area", [hostile] * 6))
    files = write_planning(dataset, compare(dataset), tmp_path, [hostile])
    book = openpyxl.load_workbook(files["planning_xlsx"])
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert cell.hyperlink is None
    assert book["Planning"]["C2"].value == hostile
    assert book["Planning"]["C2"].data_type == "s"


def test_partial_result_says_so(synthetic: ModuleType, tmp_path: Path) -> None:
    dataset = synthetic.synthetic_dataset().assign_attrs(partial=1)
    files = write_planning(dataset, compare(dataset), tmp_path)
    sheet = openpyxl.load_workbook(files["planning_xlsx"])["Read me"]
    keys = [key for key, _ in sheet.iter_rows(values_only=True)]
    assert "Partial" in keys
