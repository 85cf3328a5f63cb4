from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from havenline.report import exposure


@pytest.mark.parametrize(
    ("chance", "text", "shade"),
    [(0, "0", 0), (0.004, "<1", 0), (0.01, "1", 1), (0.2, "20", 2), (0.85, "85", 5), (1, "100", 5)],
)
def test_cells_give_percent_and_shade(chance: float, text: str, shade: int) -> None:
    assert exposure.cell(chance) == exposure.Heat(text, shade)


def test_tables_share_rows_ranked_by_people_times_chance(dataset: xr.Dataset) -> None:
    tables = exposure.heat_tables(dataset)
    assert [t.option for t in tables] == [str(o) for o in dataset["option"].to_numpy()]
    rows = [[r.area for r in t.rows] for t in tables]
    assert all(r == rows[0] for r in rows)
    people = exposure.people_now(dataset)
    chance = dataset["exposure_probability"].isel(option=0).to_numpy()[:8].sum(axis=0)
    weight = dict(zip([str(a) for a in dataset["area"].to_numpy()], chance, strict=True))
    ranked = [weight[a] * people[a] for a in rows[0]]
    assert ranked == sorted(ranked, reverse=True)


def test_tables_show_the_first_eight_weeks_of_the_result(dataset: xr.Dataset) -> None:
    table = exposure.heat_tables(dataset)[1]
    assert table.weeks[:2] == ["16 Jan", "23 Jan"]
    assert len(table.weeks) == 8
    for row in table.rows:
        values = dataset["exposure_probability"].isel(option=1).sel(area=row.area).to_numpy()[:8]
        assert [c.text for c in row.cells] == [exposure.cell(float(v)).text for v in values]


def test_a_result_without_exposure_says_so(dataset: xr.Dataset) -> None:
    none = dataset.assign(exposure_probability=dataset["exposure_probability"] * 0)
    assert all(not t.rows for t in exposure.heat_tables(none))
    assert "No sub-district" in exposure.heat_tables(none)[0].note
    values = dataset["exposure_probability"].to_numpy().copy()
    values[1] = 0
    calm = dataset.assign(exposure_probability=(dataset["exposure_probability"].dims, values))
    assert "none of these sub-districts" in exposure.heat_tables(calm)[1].note
    assert np.isfinite(list(exposure.people_now(calm).values())).all()
