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
    "peak_unsheltered",
    "near_front",
    "killed",
    "homes_damaged",
    "displaced_elsewhere",
    "displaced_by_option",
    "left_on_other_side",
    "in_captured_places",
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
        ("peak_unsheltered", [900.0, 50.0, 70.0, 10.0], 70.0),
        ("near_front", [1000.0, 10.0, 20.0, 60.0], 30.0),
        ("near_border", [7.0, 9.0, 8.0], 8.0),
        ("entries", [0.0, 2.0, 3.0], 3.0),
        ("left_on_other_side", [0.0, 30.0, 20.0], 20.0),
        ("in_captured_places", [4.0, 4.0, 6.0], 6.0),
        ("cost_usd", [0.0, 1e6, 2e6], 2e6),
    ],
)
def test_by_hand(
    indicator: str, values: list[float], expected: float, synthetic: ModuleType
) -> None:
    dataset = with_series(synthetic, INDICATORS[indicator].series, values)
    assert per_future(dataset, indicator).tolist() == [[expected]]


def test_which_are_better_lower_and_which_rest_on_a_prior() -> None:
    assert {i.id for i in INDICATORS.values() if i.better == "lower"} == LOWER
    assert set(INDICATORS) - LOWER == {"near_border", "entries", "cost_usd"}
    assert [i.id for i in INDICATORS.values() if i.prior_only] == [
        "homes_damaged",
        "displaced_elsewhere",
    ]


def test_figures_that_are_not_finite_are_an_error(synthetic: ModuleType) -> None:
    dataset = with_series(synthetic, "killed", [0.0, np.nan])
    with pytest.raises(RunError, match="not finite"):
        per_future(dataset, "killed")
