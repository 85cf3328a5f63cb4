"""Forecast from the last count: nothing later is read, and what was counted moves the rules."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from havenline.crisis.case import Closure, Counts
from havenline.errors import RunError
from havenline.evidence.cases import forecast, forecast_from
from havenline.evidence.cases.forecasting import known_by
from havenline.evidence.cases.text import forecast_table
from tests.small_case import small_case

DAYS = 150
WIDE = (1e6, 1e6)


def growing(days: int = DAYS, near: float = 10.0, far: float = 10.0, jump: int = 0):  # type: ignore[no-untyped-def]
    at = np.arange(days, dtype=np.float64)
    late = np.where(at > 100, jump, 0)
    return small_case(days, tuple(near * at + late), tuple(far * at), capacities=WIDE)


def test_nothing_later_is_read() -> None:
    plain = growing()
    other = growing(jump=5000)
    conflict = other.conflict.copy()
    conflict[101:, 0], conflict[101:, 1] = 0.0, 1.0
    closed = (Closure("country", "home", "east", 101, -1),)
    other = replace(other, conflict=conflict, closures=closed)
    for a, b in zip(
        forecast_from(plain, 100, 30, futures=10, seed=1),
        forecast_from(other, 100, 30, futures=10, seed=1),
        strict=True,
    ):
        np.testing.assert_array_equal(a, b)


def test_a_count_stands_until_the_next_is_published() -> None:
    case = growing()
    sparse = Counts(np.array([0, 60, 120]), np.array([0.0, 600.0, 1200.0]))
    case = replace(case, counts={**case.counts, 2: sparse})
    assert known_by(case, 90).observed()[90].tolist() == [600.0, 900.0]
    assert known_by(case, 120).observed()[120].tolist() == [1200.0, 1200.0]


def test_counts_that_begin_later_are_nobody() -> None:
    late = Counts(np.array([80, 120]), np.array([800.0, 900.0]))
    case = growing()
    case = replace(case, counts={**case.counts, 2: late})
    assert known_by(case, 50).observed()[50].tolist() == [0.0, 500.0]


def test_corrections_are_not_known_beforehand() -> None:
    case = growing()
    raw = Counts(case.counts[2].days, case.counts[2].persons * 2.0)
    case = replace(case, registered={2: raw})
    assert known_by(case, 100).observed()[100].tolist() == [2000.0, 1000.0]


def test_forecasts_begin_at_the_last_counts_and_share_their_totals() -> None:
    people, persistence = forecast_from(growing(), 100, 30, futures=20, seed=1)
    np.testing.assert_array_equal(people[:, 0], [[1000.0, 1000.0]] * 20)
    np.testing.assert_allclose(people.sum(axis=2), persistence.sum(axis=2))
    np.testing.assert_allclose(persistence[..., 0], persistence[..., 1])


def test_what_was_counted_moves_the_pull() -> None:
    # the rules alone would send most to the camp that is nearer
    less, _ = forecast_from(growing(near=2.0, far=18.0), 100, 30, futures=200, seed=1)
    more, _ = forecast_from(growing(near=18.0, far=2.0), 100, 30, futures=200, seed=1)
    rises = [(x[:, -1] - x[:, 0]).mean(axis=0) for x in (less, more)]
    assert rises[0][0] < 0.4 * rises[0].sum()
    assert rises[1][0] > 0.7 * rises[1].sum()


def test_rolling_scores_have_the_dates_that_fit() -> None:
    found = forecast(growing(), futures=10, seed=1)
    assert [(h.horizon, h.forecasts) for h in found.horizons] == [(30, 3), (90, 1)]
    assert len(forecast_table(found).rows) == 2
    assert forecast(small_case(), futures=5).horizons == ()


@pytest.mark.parametrize(("day", "ahead"), [(-1, 30), (140, 30), (10, 0)])
def test_what_does_not_fit_is_refused(day: int, ahead: int) -> None:
    with pytest.raises(RunError, match="do not fit 150 days"):
        forecast_from(growing(), day, ahead)
