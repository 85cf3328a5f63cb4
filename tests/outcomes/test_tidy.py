"""Tidy files: what they hold, and that nothing in them is by place."""

from __future__ import annotations

import csv
import re
import unicodedata
from pathlib import Path
from types import ModuleType

import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest

from havenline.outcomes import INDICATORS, compare, per_future, tables, write_planning, write_tidy
from havenline.outcomes.tables import whole_or_nothing, without_formula, write_csv

FORBIDDEN = ("place_id", "place", "control", "held_by", "captured_by", "party", "lat", "lon")


def test_quantiles_by_hand(synthetic: ModuleType, tmp_path: Path) -> None:
    dataset = synthetic.synthetic_dataset(options=2, futures=5, days=3)
    files = write_tidy(dataset, tmp_path)
    table = pd.read_csv(files["displaced_csv"])
    assert list(table.columns) == [
        "option", "day", "area_id", "area_name", "unit", "p05", "p25", "p50", "p75", "p95",
    ]  # fmt: skip
    assert len(table) == 2 * 4 * 6
    row = table.query("option == 'ceasefire' and day == '2020-01-17' and area_id == 'SY070500'")
    persons = dataset["displaced"].sel(option="ceasefire", area="SY070500").isel(day=2)
    ordered = np.sort(persons.to_numpy().sum(axis=-1))
    assert row[["p25", "p50", "p75"]].to_numpy().tolist() == [ordered[1:4].tolist()]


def test_csv_and_parquet_hold_the_same(synthetic: ModuleType, tmp_path: Path) -> None:
    files = write_tidy(synthetic.synthetic_dataset(), tmp_path)
    for name in ("displaced", "daily"):
        csv = pd.read_csv(files[f"{name}_csv"], parse_dates=["day"])
        parquet = pd.read_parquet(files[f"{name}_parquet"])
        pd.testing.assert_frame_equal(parquet.astype(csv.dtypes.to_dict()), csv)


def test_daily_table_keeps_stocks_and_flows_apart(synthetic: ModuleType, tmp_path: Path) -> None:
    daily = pd.read_parquet(write_tidy(synthetic.synthetic_dataset(), tmp_path)["daily_parquet"])
    kinds = daily.groupby("variable")["measure"].unique()
    assert kinds["unsheltered"].tolist() == ["stock"]
    assert kinds["entries"].tolist() == ["cumulative"]
    assert "ledger_residual" not in kinds.index
    assert set(daily.loc[daily["prior_only"] == 1, "variable"]) == {
        "homes_damaged",
        "displaced_elsewhere",
        "returned_elsewhere",
        "returned_other_side",
    }


def test_daily_table_sums_what_is_by_area_or_neighbour(
    synthetic: ModuleType, tmp_path: Path
) -> None:
    dataset = synthetic.synthetic_dataset(options=2, futures=5, days=3)
    dataset = dataset.assign_coords(neighbour=["w", "x"])
    shape = ("option", "future", "day", "neighbour")
    dataset["waiting"] = (shape, np.full((2, 5, 4, 2), 1.5))
    daily = pd.read_csv(write_tidy(dataset, tmp_path)["daily_csv"])
    at = daily.query("option == 'ceasefire' and day == '2020-01-17'").set_index("variable")
    for name, kind in (("departures", "flow"), ("in_sites", "stock")):
        sums = dataset[name].sel(option="ceasefire").isel(day=2).sum("area")
        assert at.loc[name, "p50"] == np.median(sums)
        assert at.loc[name, "measure"] == kind
    assert at.loc["waiting", "p50"] == 3.0


def test_indicators_by_future(synthetic: ModuleType, tmp_path: Path) -> None:
    dataset = synthetic.synthetic_dataset()
    table = pd.read_parquet(write_tidy(dataset, tmp_path)["indicators_parquet"])
    assert len(table) == 5 * 30
    for name in INDICATORS:
        wide = table.pivot(index="option", columns="future", values=name)
        np.testing.assert_array_equal(
            wide.loc[dataset["option"].to_numpy()].to_numpy(), per_future(dataset, name)
        )


def test_no_file_is_by_place_or_tells_who_holds_what(synthetic: ModuleType, tmp_path: Path) -> None:
    dataset = synthetic.synthetic_dataset()
    files = {**write_tidy(dataset, tmp_path), **write_planning(dataset, compare(dataset), tmp_path)}
    seen: list[str] = []
    for path in files.values():
        if path.suffix == ".csv":
            seen += pd.read_csv(path).columns.tolist()
        elif path.suffix == ".parquet":
            seen += pd.read_parquet(path).columns.tolist()
        else:
            seen += [
                str(c.value) for s in openpyxl.load_workbook(path).worksheets[1:] for c in s[1]
            ]
    seen += [str(n) for n in (*dataset.dims, *dataset.coords, *dataset.data_vars)]
    assert set(seen).isdisjoint(FORBIDDEN)
    assert "area_id" in seen


def test_files_appear_only_when_whole(tmp_path: Path) -> None:
    target = tmp_path / "table.csv"

    def fail_midway() -> None:
        with whole_or_nothing(target) as file:
            file.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail_midway()
    assert list(tmp_path.iterdir()) == []


def test_same_result_gives_the_same_bytes(synthetic: ModuleType, tmp_path: Path) -> None:
    dataset = synthetic.synthetic_dataset()
    first, second = write_tidy(dataset, tmp_path / "a"), write_tidy(dataset, tmp_path / "b")
    for key in first:
        assert first[key].read_bytes() == second[key].read_bytes()


def test_parquet_says_where_it_comes_from(synthetic: ModuleType, tmp_path: Path) -> None:
    dataset = synthetic.synthetic_dataset()
    for name, path in write_tidy(dataset, tmp_path).items():
        if name.endswith("_parquet"):
            kept = pq.read_schema(path).metadata
            for attr, value in dataset.attrs.items():
                assert kept[f"havenline.{attr}".encode()].decode() == str(value)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_no_name_becomes_a_formula(tmp_path: Path, start: str) -> None:
    name = f'{start}HYPERLINK("http://example.org")'
    frame = pd.DataFrame({"name": [name, "Atareb", None], "change": [-1.5, 2.0, -3.0]})
    read = pd.read_csv(write_csv(frame, tmp_path / "table.csv"))
    assert read["name"].fillna("").tolist() == [f"'{name}", "Atareb", ""]
    assert read["change"].tolist() == [-1.5, 2.0, -3.0]
    assert frame["name"][0] == name


SAFE = {
    ";=1+1": ";'=1+1",
    "a;=1+1": "a;'=1+1",
    "a; \u200b=1": "a; \u200b'=1",
    'a;"=1': "a;\"'=1",
    "a,-b": "a,'-b",
    "a|@x": "a|'@x",
    "a\t=1": "a\t'=1",
    "a\r\n+b": "a\n'+b",
    "a\uff1b\uff1d1": "a\uff1b'\uff1d1",
    "\uff1d1+1": "'\uff1d1+1",
    "\uff0b1": "'\uff0b1",
    "\uff0dx": "'\uff0dx",
    "\uff20SUM": "'\uff20SUM",
    "  =1": "'  =1",
    "\ufeff=1": "'\ufeff=1",
    "\u00a0\u200e@x": "'\u00a0\u200e@x",
    '"=1': "'\"=1",
    "\rx": "'\nx",
    "-5": "-5",
    "-5+1": "'-5+1",
    "Kafr - Nabl": "Kafr - Nabl",
    "a=b": "a=b",
}


@pytest.mark.parametrize("text", SAFE)
def test_formulas_of_all_widths_and_after_separators_are_texts(tmp_path: Path, text: str) -> None:
    frame = pd.DataFrame({"n": [1], text: [text]})
    with write_csv(frame, tmp_path / "table.csv").open(encoding="utf-8", newline="") as stream:
        head, row = csv.reader(stream)
    assert head[1] == row[1] == SAFE[text]


@pytest.mark.parametrize(("wanted", "around"), [("=+-@", "{}x"), (",;|", "a{}=x")])
def test_no_width_of_a_sign_is_forgotten(wanted: str, around: str) -> None:
    for code in (*range(0xD800), *range(0xE000, 0x11000)):
        if unicodedata.normalize("NFKC", chr(code)) in tuple(wanted):
            text = around.format(chr(code))
            assert without_formula(text) != text, hex(code)


def test_there_is_one_writer_of_csv() -> None:
    """Beside that of tables of a crisis, which must come back as they were."""
    source = Path(tables.__file__).resolve().parents[1]
    found = [
        path.relative_to(source).as_posix()
        for path in sorted(source.rglob("*.py"))
        if re.search(r"\.to_csv\(|csv\.(Dict)?[wW]riter", path.read_text("utf-8"))
    ]
    assert found == ["io/upgrade.py", "outcomes/tables.py"]
