"""The fit finds what made the counts, twice the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from havenline.crisis.case import Case, Counts
from havenline.engine.rules.allocation import Allocation, AllocationParameters
from havenline.errors import RunError
from havenline.evidence.cases import calibrate
from havenline.evidence.cases.text import calibration_tables
from tests.small_case import small_case


def made(capacity: float, name: str, truth: AllocationParameters) -> Case:
    """A case whose counts the rules made, with other capacities each."""
    far = tuple(np.linspace(0.0, 40_000.0, 40))
    case = small_case(40, (0.0,) * 40, far, capacities=(20_000.0, capacity))
    people = (
        Allocation.of_case(case, futures=1, parameters=truth).all_present()[0].astype(np.float64)
    )
    days = np.arange(40, dtype=np.int64)
    counts = {j: Counts(days, people[:, k]) for k, j in enumerate(case.counts)}
    return replace(case, id=name, counts=counts)


TRUTH = AllocationParameters(40.0, 1.6, 0.5, 0.0, 0.0, 0.0, {})


def test_counts_that_the_rules_made_are_fitted_and_twice_the_same() -> None:
    cases = [made(50_000.0, "one", TRUTH), made(400_000.0, "two", TRUTH)]
    found = calibrate(cases, seed=2, futures=10, generations=10)
    assert found.fit.ard < 0.01
    assert found.fit.parameters.capacity_power == pytest.approx(0.5, abs=0.15)
    assert [fit.cases for fit, _ in found.left_out] == [("two",), ("one",)]
    again = calibrate(cases, seed=2, leave_one_out=False, generations=10)
    assert again.fit.ard == found.fit.ard
    assert again.left_out == ()
    assert len(calibration_tables(found)) == 2
    assert len(calibration_tables(again)) == 1


def test_one_case_cannot_be_left_out() -> None:
    with pytest.raises(RunError, match="too few cases"):
        calibrate([small_case()])
