"""Indicators from daily series, worked by hand."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
import xarray as xr

from havenline.errors import RunError
from havenline.outcomes.indicators import INDICATORS, per_future

LOWER = {
    "newly_displaced",
    "movements",
    "kept_in",
    "peak_unsheltered",
    "near_front",
    "killed",
    "killed_all",
    "injured",
    "excess_deaths",
    "homes_damaged",
    "displaced_elsewhere",
    "displaced_present_elsewhere",
    "displaced_by_option",
    "left_on_other_side",
    "harmed_left",
    "in_captured_places",
    "harmed_captured",
}


def with_series(synthetic: ModuleType, name: str, values: list[float]) -> xr.Dataset:
    dataset: xr.Dataset = synthetic.synthetic_dataset(options=1, futures=1, days=len(values) - 1)
    dataset[name] = dataset[name].copy(data=np.array(values)[None, None, :])
    return dataset


@pytest.mark.parametrize(
    ("indicator", "values", "expected"),
    [
        ("newly_displaced", [340_000.0, 340_100.0, 340_400.0], 400.0),
        ("movements", [0.0, 5.0, 9.0], 9.0),
        ("kept_in", [4.0, 9.0, 7.0], 7.0),
        ("peak_unsheltered", [900.0, 50.0, 70.0, 10.0], 70.0),
        ("near_front", [1000.0, 10.0, 20.0, 60.0], 30.0),
        ("near_border", [7.0, 9.0, 8.0], 8.0),
        ("entries", [0.0, 2.0, 3.0], 3.0),
        ("left_on_other_side", [0.0, 30.0, 20.0], 20.0),
        ("in_captured_places", [4.0, 4.0, 6.0], 6.0),
        ("cost_usd", [0.0, 1e6, 2e6], 2e6),
        ("excess_deaths", [0.0, 1.5, 2.5], 2.5),
        ("injured", [0.0, 3.0, 4.0], 4.0),
    ],
)
def test_by_hand(
    indicator: str, values: list[float], expected: float, synthetic: ModuleType
) -> None:
    dataset = with_series(synthetic, INDICATORS[indicator].series, values)
    assert per_future(dataset, indicator).tolist() == [[expected]]


def test_which_are_better_lower_and_which_rest_on_a_prior() -> None:
    assert {i.id for i in INDICATORS.values() if i.better == "lower"} == LOWER
    assert set(INDICATORS) - LOWER == {
        "near_border",
        "entries",
        "onward_attempts",
        "cost_usd",
        "cost_6m",
        "cost_6m_rebuilt",
        "cost_24m",
        "cost_24m_rebuilt",
        "returned_elsewhere",
        "returned_other_side",
    }
    assert [i.id for i in INDICATORS.values() if i.prior_only] == [
        "homes_damaged",
        "displaced_elsewhere",
        "returned_elsewhere",
        "cost_6m_rebuilt",
        "cost_24m_rebuilt",
        "returned_other_side",
        "harmed_left",
        "harmed_captured",
    ]


def test_figures_that_are_not_finite_are_an_error(synthetic: ModuleType) -> None:
    dataset = with_series(synthetic, "killed", [0.0, np.nan])
    with pytest.raises(RunError, match="not finite"):
        per_future(dataset, "killed")


def test_deaths_that_no_record_holds_come_on_top_in_each_future(synthetic: ModuleType) -> None:
    dataset = synthetic.synthetic_dataset(options=2, futures=5)
    factor = dataset["parameter_values"].sel(parameter="violence_undercount").to_numpy()
    np.testing.assert_allclose(
        per_future(dataset, "killed_all"), per_future(dataset, "killed") * factor
    )


def test_the_cost_of_a_response_by_hand(synthetic: ModuleType) -> None:
    """A million a day for 40 days; then it halves every 12 months, for 143 and 690 days more."""
    dataset = synthetic.synthetic_dataset(options=1, futures=1, days=40)
    dataset["cost_usd"] = dataset["cost_usd"].copy(data=1e6 * np.arange(41.0)[None, None, :])
    names = [str(n) for n in dataset["parameter"].to_numpy()]
    values = dataset["parameter_values"].to_numpy().copy()
    values[0, names.index("response_halflife")] = 12.0
    values[0, names.index("rebuild_cost")] = 5000.0
    dataset["parameter_values"] = dataset["parameter_values"].copy(data=values)
    rate = np.log(2) / (12 * 30.4375)
    for name, days in (("cost_6m", 143), ("cost_24m", 690)):
        expected = 40e6 + 1e6 * (1 - np.exp(-rate * days)) / rate
        np.testing.assert_allclose(per_future(dataset, name), [[expected]])
    homes = per_future(dataset, "homes_damaged")
    for name in ("cost_6m", "cost_24m"):
        rebuilt = per_future(dataset, f"{name}_rebuilt")
        np.testing.assert_allclose(rebuilt, per_future(dataset, name) + 5000 * homes)


def test_people_on_the_other_side_are_at_risk_by_their_days_there(synthetic: ModuleType) -> None:
    """1,000 people for 365 days at 3 per 1,000 and year; the as-of date itself does not count."""
    dataset = with_series(synthetic, "left_on_other_side", [9e9, *[1000.0] * 365])
    dataset["in_captured_places"] = 2 * dataset["left_on_other_side"]
    dataset["returned_other_side"] = 0.5 * dataset["left_on_other_side"]
    names = [str(n) for n in dataset["parameter"].to_numpy()]
    values = dataset["parameter_values"].to_numpy().copy()
    values[0, names.index("other_side_harm")] = 3.0
    dataset["parameter_values"] = dataset["parameter_values"].copy(data=values)
    np.testing.assert_allclose(per_future(dataset, "harmed_left"), [[4.5]])
    np.testing.assert_allclose(per_future(dataset, "harmed_captured"), [[6.0]])


def test_a_run_longer_than_six_months_is_not_drawn_out(synthetic: ModuleType) -> None:
    dataset = synthetic.synthetic_dataset(options=1, futures=1, days=200)
    cost = dataset["cost_usd"].to_numpy()
    np.testing.assert_array_equal(per_future(dataset, "cost_6m"), cost[..., 183])
