from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pytest

from havenline.evidence.reporting import (
    REPORTING,
    Draws,
    Reporting,
    draw_reporting,
    registered,
    reported_increments,
    take_up,
)

FIRST = date(2020, 1, 1)
EXACT = Reporting(incomplete_low=0.0, incomplete_high=0.0, error=0.0, error_floor=0.0)


def steady(days: int, futures: int, rate: float = 1_000.0) -> npt.NDArray[np.float64]:
    return np.repeat(rate * np.arange(days, dtype=np.float64)[:, None], futures, axis=1)


def test_registration_lags_by_its_mean_and_loses_nobody() -> None:
    lag = np.array([2.0, 4.0, 8.0])
    path = steady(120, 3)
    path[60:] = path[60]  # nobody flees after the sixtieth day
    done = registered(path, lag)
    assert np.all(done <= path + 1e-6)
    assert np.all(np.diff(done, axis=0) >= -1e-9)
    np.testing.assert_allclose(done[-1], path[-1], rtol=1e-6)
    # in the steady stretch those who wait are the rate times the mean lag
    np.testing.assert_allclose((path - done)[59], 1_000.0 * lag, rtol=0.01)


def test_without_error_and_gaps_reports_add_what_was_registered() -> None:
    path = steady(80, 5)
    days = [FIRST + timedelta(days=d) for d in (20, 30, 45, 60)]
    rises = reported_increments(path, FIRST, days[:1], days[1:], prior=EXACT, seed=1)
    lag = draw_reporting(EXACT, 5, seed=1).lag_days
    done = registered(path, lag)
    np.testing.assert_allclose(rises, np.diff(done[[20, 30, 45, 60]], axis=0))


def test_an_incomplete_report_leaves_the_rest_for_the_next() -> None:
    gaps = Reporting(incomplete_low=1.0, incomplete_high=1.0, error=0.0, error_floor=0.0)
    waiting = np.full(400, 10_000.0)
    draws = Draws(np.full(400, 4.0), np.full(400, 1.0))
    added, left = take_up(waiting, draws, FIRST, prior=gaps, seed=1)
    np.testing.assert_allclose(added + left, waiting)
    assert 0.4 < added.mean() / 10_000.0 < 0.6
    whole, nothing = take_up(
        left, Draws(draws.lag_days, np.zeros(400)), FIRST + timedelta(days=5), prior=gaps, seed=1
    )
    np.testing.assert_allclose(whole, left)
    assert nothing.max() == 0.0


def test_a_flat_report_is_followed_by_a_jump() -> None:
    gaps = Reporting(incomplete_low=0.4, incomplete_high=0.4, error=0.0, error_floor=0.0)
    days = [FIRST + timedelta(days=d) for d in range(20, 70, 7)]
    rises = reported_increments(steady(80, 3000), FIRST, days[:1], days[1:], prior=gaps, seed=2)
    one, two = rises[3], rises[4]
    assert np.corrcoef(one, two)[0, 1] < -0.2


def test_draws_of_a_report_depend_on_its_day_and_not_on_the_others() -> None:
    path = steady(80, 50)
    days = [FIRST + timedelta(days=d) for d in (20, 30, 45, 60)]
    alone = reported_increments(path, FIRST, days[:1], days[1:3], seed=3)
    more = reported_increments(path, FIRST, days[:1], days[1:], seed=3)
    np.testing.assert_array_equal(alone, more[:2])
    other = reported_increments(path, FIRST, days[:1], days[1:], seed=4)
    assert not np.array_equal(more, other)


def test_the_ranges_are_those_that_are_stated() -> None:
    draws = draw_reporting(REPORTING, 40_000, seed=1)
    assert np.quantile(draws.lag_days, [0.05, 0.5, 0.95]) == pytest.approx([2, 4, 8], rel=0.03)
    assert draws.incomplete.min() >= 0.05
    assert draws.incomplete.max() <= 0.40
