from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest
from scipy import stats

from havenline.errors import RunError
from havenline.evidence.baselines import LABELS, simple_forecasts
from havenline.evidence.counts_alone import counts_alone
from havenline.evidence.growth import ensemble_of_six
from havenline.evidence.prior_rate import PriorRate, prior_from_flows
from havenline.evidence.rates import (
    RATES,
    fallen,
    last_rate,
    linear_trend,
    mean_rate,
    past_errors,
    sampled_rates,
)
from havenline.facts.counts import Increment, Totals, published_totals

from .conftest import Row, observations

PRIOR = PriorRate(2_000.0)
START = date(2020, 1, 1)


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
    errors, days = past_errors(known, RATES["last_rate"])
    assert errors.tolist() == [1_000.0, -1_500.0, 3_500.0]
    assert days.tolist() == [2.0, 4.0, 1.0]
    errors, _ = past_errors(known, RATES["mean_rate"])
    assert errors.tolist() == [1_000.0, -1_000.0, 3_000.0]
    errors, _ = past_errors(known, RATES["linear_trend"])
    assert errors == pytest.approx([1_000.0, -1_000.0, 4_000 - 1_000 * 36 / 35])


def step(start: int, end: int) -> Increment:
    """Return the days between two days of January, of which nothing is known."""
    return Increment(date(2020, 1, start), date(2020, 1, end), math.nan)


AHEAD = [step(10, 15), step(15, 20)]


def test_own_spread_is_students_t_around_the_rate_cut_at_zero(known: Totals) -> None:
    rates, own = sampled_rates(known, RATES["last_rate"], prior=None)
    scale = math.sqrt((2 * 1_000**2 + 4 * 1_500**2 + 3_500**2) / 7)
    levels = (np.arange(200) + 0.5) / 200
    expected = np.maximum(0.0, 4_000.0 + scale * stats.t.ppf(levels, df=3))
    assert own
    np.testing.assert_allclose(rates, expected)
    assert rates.min() == 0.0
    found = simple_forecasts(known, AHEAD, began=START)["last_rate"]
    assert found.spread == "own errors"
    np.testing.assert_allclose(found.samples, [5 * expected, 5 * expected])


def test_every_baseline_is_given_and_none_goes_below_zero(known: Totals) -> None:
    found = simple_forecasts(known, AHEAD, began=START, prior=PRIOR)
    assert list(found) == list(LABELS)
    assert all(f.samples.min() >= 0.0 and f.samples.shape[0] == 2 for f in found.values())


def test_before_any_increment_every_rate_is_the_prior(known: Totals) -> None:
    for rule in RATES.values():
        rates, own = sampled_rates(known.first(1), rule, prior=PRIOR, members=20_001)
        assert not own
        low, middle, high = np.quantile(rates, [0.05, 0.5, 0.95])
        assert middle == pytest.approx(2_000.0, rel=1e-3)
        assert low == pytest.approx(200.0, rel=1e-2)
        assert high == pytest.approx(20_000.0, rel=1e-2)


@pytest.mark.parametrize(("name", "rate"), [("last_rate", 2_000.0), ("mean_rate", 1_500.0)])
def test_with_two_increments_the_rate_is_own_and_the_spread_the_prior(
    known: Totals, name: str, rate: float
) -> None:
    rates, own = sampled_rates(known.first(3), RATES[name], prior=PriorRate(9.0), members=201)
    assert not own
    assert np.median(rates) == pytest.approx(rate)
    assert sampled_rates(known.first(4), RATES[name], prior=None)[1]


@pytest.mark.parametrize(("prior", "rate"), [(PRIOR, 2_000.0), (None, 0.0)])
def test_an_own_rate_of_zero_leaves_the_prior_rate(prior: PriorRate | None, rate: float) -> None:
    flat = Totals((date(2020, 1, 1), date(2020, 1, 4)), np.zeros(2), ("=", "="))
    rates, _ = sampled_rates(flat, RATES["mean_rate"], prior=prior, members=201)
    assert np.median(rates) == pytest.approx(rate)


def test_a_falling_total_gives_no_negative_rate() -> None:
    days = tuple(date(2020, 1, d) for d in (1, 3, 5, 7))
    falling = Totals(days, np.array([9_000.0, 5_000.0, 4_000.0, 1_000.0]), ("=",) * 4)
    for rule in RATES.values():
        assert not sampled_rates(falling, rule, prior=None)[0].any()


def test_the_decaying_rate_falls_as_one_by_the_time_since_the_count_began(known: Totals) -> None:
    # the newest increment lies between days 8 and 9: its middle is day 8.5
    left = fallen(known, date(2020, 1, 10), date(2020, 1, 19))
    assert left == pytest.approx(8.5 * math.log(18 / 9) / 9)
    found = simple_forecasts(known, [step(10, 19)], began=START)
    assert np.median(found["decaying_rate"].samples) < np.median(found["last_rate"].samples)
    ours, _ = past_errors(known.first(3), RATES["decaying_rate"])
    # 1,000 a day with its middle at day 1; over days 2 to 4 2,000 a day were seen
    assert ours == pytest.approx([2_000 / (math.log(4 / 2) / 2) - 1_000])


def test_the_ensemble_of_six_by_hand(known: Totals) -> None:
    # 12,000 by day 9, 4,000 on its last day; the days ahead are 9 to 14
    grown = [12_000 * ((14 / 9) ** power - 1) for power in (0.3, 0.5, 0.7)]
    expected = [12_000 / 9 * 5, 20_000, 0, *grown]
    assert ensemble_of_six(known, [step(10, 15)])[0].tolist() == pytest.approx(expected)
    # a count that began earlier: nobody was counted on that day
    earlier = simple_forecasts(known, [step(10, 15)], began=date(2019, 12, 31))["six"]
    assert earlier.samples[0, 0] == pytest.approx(12_000 / 10 * 5)
    # the six points are all there is: the plain score, not the fair one
    members = earlier.samples[0]
    apart = np.abs(members[:, None] - members[None, :]).sum()
    assert earlier.score(np.array([[5_000.0]]))[0] == pytest.approx(
        np.abs(members - 5_000).mean() - apart / (2 * 36)
    )


def test_before_anybody_was_counted_the_six_say_nothing_more() -> None:
    nobody = Totals((START,), np.zeros(1), ("=",))
    assert not ensemble_of_six(nobody, AHEAD).any()


def counted(*persons: float) -> Totals:
    days = tuple(date(2020, 1, 1 + 4 * k) for k in range(len(persons)))
    return Totals(days, np.array(persons), ("=",) * len(persons))


def test_the_counts_alone_follow_the_bend_of_the_counts() -> None:
    """Of two counts of 100,000 the one that has bent goes on more slowly than the steady one."""
    ahead = [Increment(date(2020, 1, 17), date(2020, 1, 21), math.nan)]
    bent = counts_alone(counted(0, 70_000, 85_000, 95_000, 100_000), ahead, prior=None)
    steady = counts_alone(counted(0, 25_000, 50_000, 75_000, 100_000), ahead, prior=None)
    assert np.median(bent) < 0.5 * np.median(steady)
    assert 10_000 < np.median(steady) < 30_000


def test_the_counts_alone_are_the_same_each_time_and_wherever_the_days_end() -> None:
    totals = counted(0, 25_000, 50_000)
    first = [Increment(date(2020, 1, 9), date(2020, 1, 12), math.nan)]
    more = [*first, Increment(date(2020, 1, 12), date(2020, 3, 1), math.nan)]
    one, two = (counts_alone(totals, ahead, prior=None) for ahead in (first, more))
    np.testing.assert_array_equal(one[0], two[0])


def test_the_counts_alone_before_anybody_was_counted_are_the_prior() -> None:
    ahead = [Increment(date(2020, 1, 1), date(2020, 1, 2), math.nan)]
    nobody = counted(0)
    found = counts_alone(nobody, ahead, prior=PRIOR)
    low, middle, high = np.quantile(found, [0.05, 0.5, 0.95])
    assert low < 500.0 < middle < 5_000.0 < high
    assert not counts_alone(nobody, ahead, prior=None).any()


@pytest.mark.parametrize("people", [14_000.0, 11_000.0, None])
def test_nothing_that_extrapolates_goes_above_the_people_who_are_there(
    known: Totals, people: float | None
) -> None:
    found = simple_forecasts(known, AHEAD, began=START, people=people)
    most = max(f.samples.sum(axis=0).max() for f in found.values())
    if people == 14_000.0:
        assert most == pytest.approx(2_000.0)
    else:  # 12,000 are counted: more than are declared, or nobody is
        assert most > 2_000.0


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
