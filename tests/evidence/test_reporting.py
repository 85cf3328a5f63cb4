from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pytest

from havenline.engine import simulate
from havenline.evidence.reporting import (
    Reporting,
    registered,
    reported_increments,
    reporting_of,
    take_up,
)
from tests.crises_random import crisis_of, towns_in_a_row

FIRST = date(2020, 1, 1)


def values(
    futures: int,
    lag_days: float = 4.0,
    incomplete: float = 0.0,
    error: float = 0.0,
    error_floor: float = 0.0,
) -> Reporting:
    """Return the same values in every future: exact counts unless something else is given."""
    return Reporting(*(np.full(futures, x) for x in (lag_days, incomplete, error, error_floor)))


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
    rises = reported_increments(path, FIRST, days[:1], days[1:], reporting=values(5), seed=1)
    done = registered(path, np.full(5, 4.0))
    np.testing.assert_allclose(rises, np.diff(done[[20, 30, 45, 60]], axis=0))


def test_an_incomplete_report_leaves_the_rest_for_the_next() -> None:
    waiting = np.full(400, 10_000.0)
    added, left = take_up(waiting, values(400, incomplete=1.0), FIRST, seed=1)
    np.testing.assert_allclose(added + left, waiting)
    assert 0.4 < added.mean() / 10_000.0 < 0.6
    whole, nothing = take_up(left, values(400), FIRST + timedelta(days=5), seed=1)
    np.testing.assert_allclose(whole, left)
    assert nothing.max() == 0.0


def test_a_flat_report_is_followed_by_a_jump() -> None:
    gaps = values(3000, incomplete=0.4)
    days = [FIRST + timedelta(days=d) for d in range(20, 70, 7)]
    rises = reported_increments(steady(80, 3000), FIRST, days[:1], days[1:], reporting=gaps, seed=2)
    one, two = rises[3], rises[4]
    assert np.corrcoef(one, two)[0, 1] < -0.2


def test_draws_of_a_report_depend_on_its_day_and_not_on_the_others() -> None:
    path = steady(80, 50)
    days = [FIRST + timedelta(days=d) for d in (20, 30, 45, 60)]
    usual = values(50, incomplete=0.2, error=0.1, error_floor=5_000.0)
    alone = reported_increments(path, FIRST, days[:1], days[1:3], reporting=usual, seed=3)
    more = reported_increments(path, FIRST, days[:1], days[1:], reporting=usual, seed=3)
    np.testing.assert_array_equal(alone, more[:2])
    other = reported_increments(path, FIRST, days[:1], days[1:], reporting=usual, seed=4)
    assert not np.array_equal(more, other)


def test_the_values_are_parameters_of_the_run() -> None:
    crisis = crisis_of(towns_in_a_row(people=(50,), days=2))
    settings = {"report_error": 0.3, "report_error_floor": 100.0}
    found = reporting_of(simulate(crisis, futures=40, workers=1, settings=settings).dataset)
    drawn = {"report_lag_days": found.lag_days, "report_incomplete": found.incomplete}
    lags, shares = drawn["report_lag_days"], drawn["report_incomplete"]
    assert np.quantile(lags, [0.05, 0.5, 0.95]) == pytest.approx([2, 4, 8], rel=0.1)
    assert 0.05 <= shares.min() < 0.07
    assert 0.38 < shares.max() <= 0.40
    assert (found.error == 0.3).all()
    assert (found.of(np.array([3, 4], dtype=np.intp)).error_floor == 100.0).all()
