"""What the counts leave of the prior of the frailty."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from havenline.engine.conditioning.frailty import weigh_cells
from havenline.engine.values import conditioned
from havenline.facts.counts import Increment

PEOPLE, HAZARD, ERROR = 400_000.0, 0.01, 0.4
LEVELS = (0.1, 1.0, 8.0, 40.0)
FIRST = dt.date(2030, 1, 1)


def gone(frailty: float, factor: float) -> NDArray[np.float64]:
    """People who have left at the end of each day, of those near a front that stands."""
    spent = factor * HAZARD * np.arange(121)
    return np.asarray(PEOPLE * (1.0 - (1.0 + frailty * spent) ** (-1.0 / frailty)))


def counts(path: NDArray[np.float64], days: range) -> tuple[list[Increment], list[tuple[int, int]]]:
    ends = list(days)
    at = list(pairwise(ends))
    steps = [
        Increment(
            start=FIRST + dt.timedelta(days=a),
            end=FIRST + dt.timedelta(days=b),
            persons=float(path[b] - path[a]),
            note="",
            qualifier="=",
        )
        for a, b in at
    ]
    return steps, at


@pytest.mark.parametrize("true", [1, 3])
def test_counts_of_one_frailty_speak_for_it(true: int) -> None:
    published, at = counts(gone(LEVELS[true], 2.0), range(0, 121, 10))
    weights = weigh_cells(gone, LEVELS, published, at, ERROR)
    assert weights.sum() == pytest.approx(1.0)
    assert weights.argmax() == true


def test_one_straight_stretch_tells_little() -> None:
    published, at = counts(gone(1.0, 1.0), range(0, 5, 1))
    weights = weigh_cells(gone, LEVELS, published, at, ERROR)
    assert weights.max() < 0.35


def test_old_counts_weigh_less_than_new_ones() -> None:
    bent, straight = gone(40.0, 4.0), gone(0.1, 1.0)
    early = np.concatenate([bent[:61], bent[60] + straight[1:61]])
    late = np.concatenate([straight[:61], straight[60] + bent[1:61]])
    weights = [
        weigh_cells(gone, LEVELS, *counts(path, range(0, 121, 10)), ERROR) for path in (early, late)
    ]
    assert weights[0][0] > weights[1][0]


def test_equal_cells_leave_a_prior_as_it_is() -> None:
    u = np.linspace(0.01, 0.99, 50)
    np.testing.assert_allclose(conditioned(u, np.full(8, 0.125)), u, atol=1e-12)


def test_quantiles_move_to_the_cells_that_weigh() -> None:
    u = np.linspace(0.01, 0.99, 50)
    moved = conditioned(u, np.array([0.0, 0.0, 0.25, 0.75]))
    assert moved.min() >= 0.5
    assert (np.diff(moved) > 0).all()
    assert np.mean(moved >= 0.75) == pytest.approx(0.75, abs=0.02)


def test_a_lull_and_a_burst_of_one_size_weigh_alike() -> None:
    """By hand: half and twice as many as the run made are log 2 away, both."""
    odds = math.exp(0.5 * math.log(2.0) ** 2)
    for times in (0.5, 2.0):
        first = counts(np.array([0.0, 500_000.0]), range(2))[0][0]
        counted = [replace(first, persons=times * 504_000.0 - 4_000.0)]

        def run(made: float, factor: float) -> NDArray[np.float64]:
            return np.array([0.0, made])

        weights = weigh_cells(run, (500_000.0, counted[0].persons), counted, [(0, 1)], 1.0)
        assert weights[1] / weights[0] == pytest.approx(odds)
