"""Thresholds met, when an option fails, and which options are beaten in everything."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
import xarray as xr

from havenline.errors import RunError
from havenline.outcomes.discovery import Condition, discover
from havenline.outcomes.explain import Explanation, candidates, explanations
from havenline.outcomes.indicators import INDICATORS
from havenline.outcomes.pareto import pareto
from havenline.outcomes.sensitivity import sensitivity, sensitivity_table
from havenline.outcomes.thresholds import Limit, checked, thresholds_met


@pytest.fixture
def dataset(synthetic: ModuleType) -> xr.Dataset:
    """A result in which civilians killed follow the first parameter, under every option."""
    result: xr.Dataset = synthetic.synthetic_dataset(options=3, futures=200, days=10)
    first = result["parameter_values"].to_numpy()[:, 0]
    days = np.linspace(0.0, 1.0, 11)
    killed = np.round(1000 * first)[None, :, None] * days * np.array([3.0, 2.0, 1.0])[:, None, None]
    result["killed"] = result["killed"].copy(data=killed)
    return result


def test_thresholds_are_counted_by_future_and_all_together(dataset: xr.Dataset) -> None:
    limits = [Limit("killed", 1000.0, "-"), Limit("entries", 1e12, "-")]
    met = thresholds_met(dataset, limits)
    assert [m.option for m in met[:3]] == ["no-deal"] * 3
    first = dataset["parameter_values"].to_numpy()[:, 0]
    expected = [int((np.round(1000 * first) * k <= 1000).sum()) for k in (3, 2, 1)]
    assert [m.within for m in met[::3]] == expected
    assert [m.within for m in met[1::3]] == [200, 200, 200]
    assert [m.within for m in met[2::3]] == expected
    assert met[2].limit is None
    assert thresholds_met(dataset, []) == ()


def test_an_unknown_indicator_is_named_with_the_nearest() -> None:
    with pytest.raises(RunError, match=r"'kiled'\. did you mean 'killed'\?"):
        checked([Limit("kiled", 1.0, "-")], "thresholds of x")


def test_the_rule_names_the_value_that_decides(dataset: xr.Dataset) -> None:
    failure = discover(dataset, "no-deal", Limit("killed", 2100.0, "-"))
    assert [c.column.name for c in failure.conditions] == ["border_closed_rate"]
    assert failure.conditions[0].low == pytest.approx(0.7, abs=0.02)
    assert not failure.of_keeping
    assert failure.clear
    assert failure.density > 0.95
    assert "weak" not in failure.sentence()


def test_an_option_that_mostly_fails_is_told_by_when_it_does_not(dataset: xr.Dataset) -> None:
    failure = discover(dataset, "no-deal", Limit("killed", 900.0, "-"))
    assert failure.of_keeping
    assert failure.conditions[0].high == pytest.approx(0.3, abs=0.02)
    assert "It stays below when" in failure.sentence()


@pytest.mark.parametrize(
    ("low", "high", "happened", "words"),
    [
        (9.0, np.inf, True, "there are 9 or more days of offensive"),
        (-np.inf, 44.0, True, "there are 44 or fewer days of offensive"),
        (3.0, 5.0, True, "there are 3 to 5 days of offensive"),
        (0.25, np.inf, False, "“Speed of the front” is 0.25 km/day or more"),
        (-np.inf, 1500.0, False, "“Speed of the front” is 1,500 km/day or less"),
        (0.1, 0.2, False, "“Speed of the front” is 0.1 to 0.2 km/day"),
    ],
)
def test_a_condition_in_plain_words(low: float, high: float, happened: bool, words: str) -> None:
    column = (
        Explanation("offensive_running", "days of offensive", "days", True)
        if happened
        else Explanation("front_speed", "Speed of the front", "km/day", False)
    )
    assert Condition(column, low, high).words() == words


def test_a_rule_names_only_what_the_outcome_can_rest_on(dataset: xr.Dataset) -> None:
    """A parameter of host areas cannot explain who is killed, however well it fits by luck."""
    first = dataset["parameter_values"].to_numpy()[:, 0]
    names = [str(n) for n in dataset["parameter"].to_numpy()]
    values = dataset["parameter_values"].to_numpy().copy()
    values[:, names.index("host_overload")] = first
    values[:, 0] = 0.5
    dataset["parameter_values"] = dataset["parameter_values"].copy(data=values)
    assert discover(dataset, "no-deal", Limit("killed", 2100.0, "-")).conditions == ()
    heads, _ = explanations(candidates(dataset, "no-deal"), "killed")
    assert "host_overload" not in {h.name for h in heads}


def test_where_nothing_decides_nothing_is_said(dataset: xr.Dataset) -> None:
    rng = np.random.default_rng(3)
    noise = rng.random((3, 200, 1)) * np.linspace(0.0, 1.0, 11)
    dataset["killed"] = dataset["killed"].copy(data=noise)
    failure = discover(dataset, "no-deal", Limit("killed", 0.5, "-"))
    assert failure.conditions == ()
    assert "No simple condition" in failure.sentence()


def test_a_limit_that_all_keep_or_all_miss_needs_no_rule(dataset: xr.Dataset) -> None:
    assert discover(dataset, "no-deal", Limit("killed", 1e9, "-")).sentence() == (
        "Civilians killed above 1,000,000,000 in 0 of 100 futures."
    )
    assert discover(dataset, "no-deal", Limit("killed", -1.0, "-")).failed == 200


def test_sensitivity_finds_the_value_that_decides(dataset: xr.Dataset) -> None:
    found = sensitivity(dataset, "no-deal", "killed")
    assert found.influences[0].column.name == "border_closed_rate"
    assert found.influences[0].clear
    assert found.influences[0].direction == pytest.approx(1.0, abs=1e-3)
    assert found.influences[0].index > 3 * found.influences[1].index


def test_what_happened_is_counted_in_days(dataset: xr.Dataset) -> None:
    heads, x = explanations(candidates(dataset, "no-deal"), "killed")
    names = [h.name for h in heads]
    days = dataset["offensive_running"].sel(option="no-deal").to_numpy()[:, 1:].sum(axis=1)
    np.testing.assert_array_equal(x[:, names.index("offensive_running")], days)
    assert "aid_suspended" not in names, "a column of one value only explains nothing"


def test_an_option_beaten_in_everything_is_named(dataset: xr.Dataset) -> None:
    for indicator in INDICATORS.values():
        series = dataset[indicator.series]
        data = np.broadcast_to(np.array([3.0, 2.0, 2.5])[:, None, None], series.shape).copy()
        data[:, :, 0] = 0.0
        luck = 1.0 + 0.1 * np.random.default_rng(1).random((1, 200, 1))
        dataset[indicator.series] = series.copy(data=data * luck)
    worst, best, middle = pareto(dataset)
    assert worst.beaten_by == ("ceasefire", "highway-haven")
    assert best.beaten_by == ()
    assert best.best_in == 200
    assert middle.beaten_by == ("ceasefire",)


def test_an_option_that_is_worse_in_one_thing_is_not_beaten(dataset: xr.Dataset) -> None:
    for indicator in INDICATORS.values():
        series = dataset[indicator.series]
        data = np.broadcast_to(np.array([3.0, 2.0, 2.5])[:, None, None], series.shape).copy()
        if indicator.series == "killed":
            data = 4.0 - data
        data[:, :, 0] = 0.0
        dataset[indicator.series] = series.copy(data=data)
    assert all(s.beaten_by == () for s in pareto(dataset))


def test_a_limit_since_the_start_counts_what_came_before(dataset: xr.Dataset) -> None:
    series = dataset["newly_displaced"].to_numpy()
    since, after = series[..., -1], series[..., -1] - series[..., 0]
    top = float(np.median(since[0]))
    met = thresholds_met(
        dataset,
        [Limit("newly_displaced", top, "-", since_start=True), Limit("newly_displaced", top, "-")],
    )
    assert met[0].within == int((since[0] <= top).sum())
    assert met[1].within == int((after[0] <= top).sum())
    assert met[0].limit is not None
    assert met[0].limit.name == "Newly displaced since the start"


def test_a_limit_since_the_start_needs_a_count_from_there() -> None:
    with pytest.raises(RunError, match="'killed' is not counted since the start"):
        checked([Limit("killed", 1.0, "-", since_start=True)], "thresholds of x")


def test_unit_costs_explain_no_outcome_but_costs(dataset: xr.Dataset) -> None:
    table = sensitivity_table(dataset)
    costs = table[table["name"].str.endswith("_cost")]
    assert set(costs["indicator"]) <= {i for i in INDICATORS if i.startswith("cost_")}
    assert set(table["indicator"]) <= set(INDICATORS)
    first = table[table["rank"] == 1]
    assert not first.duplicated(["option", "indicator"]).any()
    assert table["pawn"].between(0.0, 1.0).all()
