from __future__ import annotations

import numpy as np
import xarray as xr

from havenline.outcomes.comparison import Comparison, compare
from havenline.outcomes.indicators import INDICATORS
from havenline.telling.answer import columns_of, least_regret, statements, table


def told(dataset: xr.Dataset) -> list[str]:
    parts = statements(
        columns_of(compare(dataset)), days=70, start="15 January 2020", priors=4, parameters=9
    )
    return [" ".join((part.text, *part.lines)) for part in parts]


def test_columns_carry_the_figures_of_the_comparison(comparison: Comparison) -> None:
    for column, option in zip(columns_of(comparison), comparison.options, strict=True):
        assert (column.option, column.name) == (option.id, option.name)
        assert column.baseline == (option.id == comparison.baseline)
        for key, answer in option.indicators.items():
            figure, plain = column.figures[key], answer.to_json_dict(rounded=True)
            assert (figure.median, figure.q05, figure.q95) == (
                plain["median"],
                plain["q05"],
                plain["q95"],
            )
            assert figure.distinguishable == answer.distinguishable


def test_statements_give_ranges_and_futures(dataset: xr.Dataset) -> None:
    first, second, third, last = told(dataset)
    assert first.startswith("No deal: in the 70 days after 15 January 2020, ")
    assert "without shelter on the worst day" in first
    assert "fewer in 20 of 20 futures" in second
    assert "itself displaces" in third
    assert last.startswith("4 of 9 parameters are judgement")


def test_there_is_one_line_for_each_option(dataset: xr.Dataset) -> None:
    columns = columns_of(compare(dataset))
    parts = statements(columns, days=70, start="15 January 2020", priors=4, parameters=9)
    changes = next(p for p in parts if p.lead == "What the options change")
    assert len(changes.lines) == len(columns) - 1
    for column in columns[1:]:
        assert sum(line.startswith(f"\u201c{column.name}\u201d") for line in changes.lines) == 1


def test_what_cannot_be_told_apart_is_not_claimed(dataset: xr.Dataset) -> None:
    same = dataset.copy()
    series = dataset["newly_displaced"].to_numpy().copy()
    series[:] = series[:1]
    same["newly_displaced"] = (dataset["newly_displaced"].dims, series)
    second = told(same)[1]
    assert second.count("not distinguishable") == len(dataset["option"]) - 1
    assert "fewer" not in second.lower()
    assert " more" not in second.lower()


def test_an_option_that_harms_is_said_to(dataset: xr.Dataset) -> None:
    worse = dataset.copy()
    series = dataset["newly_displaced"].to_numpy().copy()
    series[1] = series[0] + 50_000 * np.arange(series.shape[-1])
    worse["newly_displaced"] = (dataset["newly_displaced"].dims, series)
    column = columns_of(compare(worse))[1]
    assert column.figures["newly_displaced"].harms
    assert not column.figures["newly_displaced"].helps
    assert f"\u201c{column.name}\u201d: 3,500,000 more" in told(worse)[1]


def test_an_option_that_moves_nobody_is_said_to(dataset: xr.Dataset) -> None:
    calm = dataset.assign(
        displaced_by_option=dataset["displaced_by_option"] * 0,
        left_on_other_side=dataset["left_on_other_side"] * 0,
    )
    assert told(calm)[2].startswith("No option itself displaces people")


def test_rows_follow_the_indicators_and_mark_the_verdict(comparison: Comparison) -> None:
    rows = table(columns_of(comparison))
    assert [r.indicator for r in rows] == list(INDICATORS)
    for row in rows:
        assert len(row.cells) == len(comparison.options)
        assert row.cells[0].verdict == ""
        if row.better == "neither":
            assert all(c.regret == "" for c in row.cells)
            assert all(c.verdict in ("", "other", "unclear") for c in row.cells)
    by_name = {r.indicator: r for r in rows}
    assert by_name["newly_displaced"].cells[1].verdict == "better"
    assert by_name["displaced_by_option"].cells[2].verdict == "worse"


def test_least_regret_is_marked_only_where_it_tells_options_apart(
    comparison: Comparison,
) -> None:
    columns = columns_of(comparison)
    best = least_regret(columns, "newly_displaced")
    assert len(best) == 1
    regrets = {c.option: c.figures["newly_displaced"].regret for c in columns}
    assert regrets[best[0]] == min(regrets.values())
    assert least_regret(columns, "displaced_by_option") == []
    assert least_regret(columns, "cost_usd") == []
