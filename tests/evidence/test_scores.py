from __future__ import annotations

import math

import numpy as np
import pytest
import scoringrules
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from havenline.evidence.scores import block_bootstrap, brier, coverage, crps, pit_ranks

FINITE = st.floats(-1e6, 1e6, allow_nan=False, width=32)


@given(st.lists(FINITE, min_size=2, max_size=30), FINITE)
def test_crps_agrees_with_an_independent_library(members: list[float], observed: float) -> None:
    x = np.array([members])
    y = np.array([observed])
    size = max(1.0, np.abs(x).max(), abs(observed))
    fair = scoringrules.crps_ensemble(y, x, estimator="fair")
    plain = scoringrules.crps_ensemble(y, x, estimator="nrg")
    np.testing.assert_allclose(crps(x, y), fair, rtol=1e-9, atol=1e-9 * size)
    np.testing.assert_allclose(crps(x, y, fair=False), plain, rtol=1e-9, atol=1e-9 * size)


def test_crps_of_three_members_by_hand() -> None:
    # distances to 1: 1, 1, 2, mean 4/3; pairs: 2, 3, 1, their sum 6
    # fair: 4/3 - 6/(3*2) = 1/3; plain: 4/3 - 6/9 = 2/3
    assert crps([[3.0, 0.0, 2.0]], [1.0])[0] == pytest.approx(1 / 3)
    assert crps([[3.0, 0.0, 2.0]], [1.0], fair=False)[0] == pytest.approx(2 / 3)


@pytest.mark.parametrize("observed", [-2.0, 0.0, 0.7, 3.0])
def test_crps_of_many_normal_quantiles_is_the_closed_form(observed: float) -> None:
    x = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)[None]
    closed = observed * (2 * stats.norm.cdf(observed) - 1) + 2 * stats.norm.pdf(observed)
    closed -= 1 / math.sqrt(math.pi)
    assert crps(x, [observed], fair=False)[0] == pytest.approx(closed, abs=1e-4)


def test_fair_score_does_not_reward_a_large_ensemble_in_the_mean() -> None:
    rng = np.random.default_rng(7)
    y = rng.normal(size=40_000)
    few = crps(rng.normal(size=(40_000, 3)), y)
    many = crps(rng.normal(size=(40_000, 30)), y)
    assert few.mean() == pytest.approx(many.mean(), abs=0.015)
    assert crps(rng.normal(size=(40_000, 3)), y, fair=False).mean() > many.mean() + 0.1


def test_crps_of_a_point_is_its_distance_and_one_member_has_no_fair_score() -> None:
    assert crps([[5.0]], [2.0], fair=False)[0] == 3.0
    with pytest.raises(ValueError, match="two members"):
        crps([[5.0]], [2.0])


@pytest.mark.parametrize(
    ("samples", "observed", "match"),
    [([[1.0, 2.0]], [1.0, 2.0], "do not fit"), ([[1.0, math.nan]], [1.0], "not finite")],
)
def test_input_that_does_not_fit_is_refused(
    samples: list[list[float]], observed: list[float], match: str
) -> None:
    with pytest.raises(ValueError, match=match):
        crps(samples, observed)


def test_coverage_counts_the_ends_and_only_the_inside() -> None:
    x = np.tile(np.arange(0.0, 101.0), (4, 1))
    assert coverage(x, [25.0, 75.0, 24.9, 75.1], 0.5) == 0.5
    assert coverage(x, [25.0, 75.0, 24.9, 75.1], 0.9) == 1.0


def test_coverage_of_a_right_forecast_is_its_level() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.gamma(2.0, size=(5_000, 200)), rng.gamma(2.0, size=5_000)
    assert coverage(x, y, 0.9) == pytest.approx(0.9, abs=0.015)
    assert coverage(x, y, 0.5) == pytest.approx(0.5, abs=0.02)


def test_ranks_count_what_is_below_and_ties_are_spread_evenly_and_repeatably() -> None:
    assert pit_ranks([[1.0, 2.0, 3.0]] * 3, [0.0, 2.5, 9.0]).tolist() == [0, 2, 3]
    zeros = np.zeros((4_000, 3))
    ranks = pit_ranks(zeros, np.zeros(4_000), seed=5)
    assert np.array_equal(ranks, pit_ranks(zeros, np.zeros(4_000), seed=5))
    counts = np.bincount(ranks, minlength=4)
    assert stats.chisquare(counts).pvalue > 1e-3
    assert counts.size == 4


def test_ranks_of_a_right_forecast_are_uniform() -> None:
    rng = np.random.default_rng(11)
    ranks = pit_ranks(rng.poisson(2.0, size=(6_000, 9)), rng.poisson(2.0, size=6_000))
    assert stats.chisquare(np.bincount(ranks, minlength=10)).pvalue > 1e-3


def test_brier_is_the_squared_distance() -> None:
    assert brier([0.0, 0.25, 1.0], [0, 1, 0]).tolist() == [0.0, 0.5625, 1.0]
    with pytest.raises(ValueError, match="between 0 and 1"):
        brier([1.2], [1])
    with pytest.raises(ValueError, match="0 or 1"):
        brier([0.2], [2])


def test_bootstrap_is_repeatable_and_holds_the_mean() -> None:
    scores = np.random.default_rng(2).normal(5.0, 2.0, size=12)
    one, two = block_bootstrap(scores, seed=4), block_bootstrap(scores, seed=4)
    assert one == two
    assert one != block_bootstrap(scores, seed=5)
    assert one.low < one.mean < one.high
    assert one.mean == pytest.approx(scores.mean())
    assert one.block == 2


def test_blocks_keep_neighbours_together() -> None:
    # scores that swing from one increment to the next: in blocks of two every mean is zero
    swing = np.array([1.0, -1.0] * 10)
    together = block_bootstrap(swing, block=2)
    assert together.low == 0.0 == together.high
    assert block_bootstrap(swing, block=1).high > 0.2
    # scores that stay for long: blocks give a wider range than single draws
    runs = np.repeat([0.0, 1.0, 0.0, 1.0], 10)
    wide, narrow = block_bootstrap(runs, block=10), block_bootstrap(runs, block=1)
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)


def test_bootstrap_of_sums_draws_all_scores_of_an_increment_together() -> None:
    once = block_bootstrap([1.0, 2.0, 6.0, 3.0], seed=1)
    thrice = block_bootstrap([3.0, 6.0, 18.0, 9.0], [3, 3, 3, 3], seed=1)
    assert thrice.mean == once.mean
    assert (thrice.low, thrice.high) == pytest.approx((once.low, once.high))
    assert block_bootstrap([2.0, 2.0, 8.0], [1, 2, 1]).mean == 3.0


def test_too_few_scores_have_a_mean_but_no_range() -> None:
    two = block_bootstrap([1.0, 3.0])
    assert two.mean == 2.0
    assert math.isnan(two.low)
    assert math.isnan(two.high)
    assert two.includes_zero
    assert math.isnan(block_bootstrap([]).mean)
    assert not block_bootstrap([1.0, 1.0, 1.0]).includes_zero


def test_a_block_longer_than_the_series_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        block_bootstrap([1.0, 2.0, 3.0], block=4)
