"""Needs by phase, havens that hold or fail, truces that stand."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
import xarray as xr

from havenline.outcomes.holds import haven_cases, truces_standing
from havenline.outcomes.needs import needs


def changed(dataset: xr.Dataset, **series: np.ndarray) -> xr.Dataset:
    for name, values in series.items():
        shape = dataset[name].shape
        dataset[name] = dataset[name].copy(data=np.broadcast_to(values, shape).astype(float).copy())
    return dataset


def test_needs_by_hand(synthetic: ModuleType) -> None:
    days = np.arange(41.0)
    dataset = changed(
        synthetic.synthetic_dataset(options=1, futures=3, days=40),
        unsheltered=10 * days,
        displaced_present=np.full(41, 2000.0),
        injured=3 * days,
    )
    found = {(n.first, n.last, n.need): n.summary.median for n in needs(dataset)}
    assert found == pytest.approx(
        {
            (1, 30, "shelter"): 155.0,
            (1, 30, "water"): 2000.0,
            (1, 30, "water a day"): 30.0,
            (1, 30, "injured"): 90.0,
            (1, 30, "consultations a day"): 2000 * 3 / 365,
            (31, 40, "shelter"): 355.0,
            (31, 40, "water"): 2000.0,
            (31, 40, "water a day"): 30.0,
            (31, 40, "injured"): 30.0,
            (31, 40, "consultations a day"): 2000 * 3 / 365,
        }
    )


def test_both_cases_of_a_haven(synthetic: ModuleType) -> None:
    """Three futures: the haven stands to the end in two and falls on day 5 in one."""
    standing = np.zeros((2, 3, 11))
    standing[1, :, 2:] = 1.0
    standing[1, 2, 5:] = 0.0
    killed = np.zeros((2, 3, 11))
    killed[1, :, -1] = [10.0, 20.0, 400.0]
    dataset = changed(
        synthetic.synthetic_dataset(options=2, futures=3, days=10),
        haven_standing=standing,
        killed=killed,
    )
    every, holds, fails = haven_cases(dataset)
    assert (every.option, every.failed, every.futures) == ("ceasefire", None, 3)
    assert every.killed is not None
    assert every.killed.median == 20.0
    assert (holds.option, holds.failed, holds.futures) == ("ceasefire", False, 2)
    assert (fails.option, fails.failed, fails.futures) == ("ceasefire", True, 1)
    assert holds.killed is not None
    assert fails.killed is not None
    assert (holds.killed.median, fails.killed.median) == (15.0, 400.0)


def test_a_case_that_no_future_holds_has_no_figures(synthetic: ModuleType) -> None:
    dataset = changed(
        synthetic.synthetic_dataset(options=1, futures=2, days=4), haven_standing=np.ones(5)
    )
    assert haven_cases(dataset)[2].killed is None
    assert haven_cases(dataset)[2].futures == 0


def test_truces_are_counted_from_their_first_day(synthetic: ModuleType) -> None:
    standing = np.zeros((2, 4, 61))
    standing[1, :, 10:] = 1.0
    standing[1, 0, 20:] = 0.0
    standing[1, 1, 45:] = 0.0
    dataset = changed(
        synthetic.synthetic_dataset(options=2, futures=4, days=60), truce_standing=standing
    )
    assert truces_standing(dataset) == {"ceasefire": {30: 3}}
