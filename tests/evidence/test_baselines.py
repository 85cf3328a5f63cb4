from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest
from scipy import stats

from havenline.errors import RunError
from havenline.evidence.baselines import (
    RULES,
    PriorRate,
    last_rate,
    linear_trend,
    mean_rate,
    naive_forecasts,
    past_errors,
    prior_from_flows,
)
from havenline.facts.counts import Totals, published_totals

from .conftest import Row, observations

PRIOR = PriorRate(2_000.0)


@pytest.fixture
def known(rows: list[Row]) -> Totals:
    """Totals 0, 2, 6, 8, 12 thousand at days 0, 2, 4, 8, 9."""
    return published_totals(observations(rows), as_of=date(2020, 1, 11))


def test_rates_by_hand(known: Totals) -> None:
    assert last_rate(known) == 4_000.0
    assert mean_rate(known) == pytest.approx(12_000 / 9)
    # t mean 4.6, y mean 5.6: sum of ty 200 less 5 x 4.6 x 5.6 = 71.2; of tt 165 less 105.8 = 59.2
    assert linear_trend(known) == pytest.approx(1_000 * 71.2 / 59.2)


def test_past_errors_by_hand(known: Totals) -> None:
    errors, days = past_errors(known, last_rate)
    assert errors.tolist() == [1_000.0, -1_500.0, 3_500.0]
    assert days.tolist() == [2.0, 4.0, 1.0]
    errors, _ = past_errors(known, mean_rate)
    assert errors.tolist() == [1_000.0, -1_000.0, 3_000.0]
    errors, _ = past_errors(known, linear_trend)
    assert errors == pytest.approx([1_000.0, -1_000.0, 4_000 - 1_000 * 36 / 35])


def test_own_spread_is_students_t_around_the_rate_cut_at_zero(known: Totals) -> None:
    forecast = naive_forecasts(known, prior=None)["last_rate"]
    scale = math.sqrt((2 * 1_000**2 + 4 * 1_500**2 + 3_500**2) / 7)
    assert (forecast.spread, forecast.rate) == ("own errors", 4_000.0)
    assert forecast.scale == pytest.approx(scale)
    levels = (np.arange(200) + 0.5) / 200
    expected = np.maximum(0.0, 4_000.0 + scale * stats.t.ppf(levels, df=3))
    np.testing.assert_allclose(forecast.rates, expected)
    assert forecast.rates.min() == 0.0
    np.testing.assert_allclose(forecast.increment(7), 7 * expected)


def test_every_rule_is_given_and_none_goes_below_zero(known: Totals) -> None:
    forecasts = naive_forecasts(known, prior=PRIOR)
    assert list(forecasts) == list(RULES)
    assert all(f.rates.min() >= 0.0 and f.rates.size == 200 for f in forecasts.values())


def test_before_any_increment_every_rule_is_the_prior(known: Totals) -> None:
    forecasts = naive_forecasts(known.first(1), prior=PRIOR, members=20_001)
    for forecast in forecasts.values():
        assert (forecast.spread, forecast.rate) == ("prior", 2_000.0)
        low, middle, high = np.quantile(forecast.rates, [0.05, 0.5, 0.95])
        assert middle == pytest.approx(2_000.0, rel=1e-3)
        assert low == pytest.approx(200.0, rel=1e-2)
        assert high == pytest.approx(20_000.0, rel=1e-2)


def test_with_two_increments_the_rate_is_own_and_the_spread_the_prior(known: Totals) -> None:
    forecast = naive_forecasts(known.first(3), prior=PRIOR)["last_rate"]
    assert (forecast.spread, forecast.rate) == ("prior", 2_000.0)
    assert naive_forecasts(known.first(3), prior=PRIOR)["mean_rate"].rate == 1_500.0
    assert naive_forecasts(known.first(4), prior=None)["last_rate"].spread == "own errors"


def test_an_own_rate_of_zero_leaves_the_prior_rate() -> None:
    flat = Totals((date(2020, 1, 1), date(2020, 1, 4)), np.zeros(2), ("=", "="))
    assert naive_forecasts(flat, prior=PRIOR)["mean_rate"].rate == 2_000.0


def test_a_falling_total_gives_no_negative_rate() -> None:
    days = tuple(date(2020, 1, d) for d in (1, 3, 5, 7))
    falling = Totals(days, np.array([9_000.0, 5_000.0, 4_000.0, 1_000.0]), ("=",) * 4)
    for forecast in naive_forecasts(falling, prior=None).values():
        assert forecast.rate == 0.0
        assert not forecast.rates.any()


def test_without_a_prior_a_short_series_is_refused(known: Totals) -> None:
    with pytest.raises(RunError, match="2 increments are published"):
        naive_forecasts(known.first(3), prior=None)


@pytest.mark.parametrize(("rate", "factor"), [(0.0, 10.0), (math.inf, 10.0), (5.0, 1.0)])
def test_a_prior_without_a_range_is_refused(rate: float, factor: float) -> None:
    with pytest.raises(RunError, match="prior"):
        PriorRate(rate, factor)


def test_the_prior_is_the_newest_published_period_before_the_series(rows: list[Row]) -> None:
    table = observations(
        rows,
        flows=[
            ("2019-10-01", "2019-10-31", "A", 99_000.0, "2019-11-15"),
            ("2019-11-01", "2019-11-30", "A", 20_000.0, "2019-12-20"),
            ("2019-11-01", "2019-11-30", "B", 10_000.0, "2019-12-20"),
            ("2019-12-15", "2020-01-04", "A", 70_000.0, "2020-01-04"),
        ],
    )
    start = date(2020, 1, 1)
    prior = prior_from_flows(table, as_of=date(2020, 1, 5), before=start)
    assert prior is not None
    assert prior.rate == 1_000.0
    earlier = prior_from_flows(table, as_of=date(2019, 12, 19), before=start)
    assert earlier is not None
    assert earlier.rate == pytest.approx(99_000 / 31)
    assert prior_from_flows(table, as_of=date(2019, 11, 1), before=start) is None


def test_other_counts_are_no_movements(rows: list[Row]) -> None:
    table = observations(rows, flows=[("2019-11-01", "2019-11-30", "A", 50.0, "2019-12-01")])
    table.loc[table["measure"] == "moves", "unit"] = "deaths"
    day = date(2020, 1, 5)
    assert prior_from_flows(table, as_of=day, before=date(2020, 1, 1)) is None
