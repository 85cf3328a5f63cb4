"""Closed forms on u = (x, sqrt(1 - x)): Nash 2/3, Kalai-Smorodinsky 0.61803."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from havenline.negotiation.solutions import (
    RULES,
    Agreement,
    Rule,
    agree,
    land_draws,
    leximin,
)
from havenline.negotiation.zone import NoAgreement

X = np.linspace(0.0, 1.0, 20_001)
CURVE = np.column_stack([X, np.sqrt(1.0 - X)])
PAYOFFS = arrays(
    np.float64, st.tuples(st.integers(1, 12), st.just(3)), elements=st.integers(0, 9).map(float)
)
NO_DEAL = arrays(np.float64, 3, elements=st.integers(0, 6).map(float))


def at(
    payoffs: npt.ArrayLike,
    no_deal: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    rule: Rule = "nash",
) -> float:
    """The first party's payoff where the parties land."""
    found = agree(payoffs, no_deal, weights, rule)
    assert isinstance(found, Agreement)
    return float(X[found.settlement])


def test_nash_and_kalai_smorodinsky_on_the_curve() -> None:
    golden = (math.sqrt(5.0) - 1.0) / 2.0
    assert at(CURVE, [0, 0]) == pytest.approx(2 / 3, abs=5e-5)
    assert at(CURVE, [0, 0], rule="kalai-smorodinsky") == pytest.approx(golden, abs=5e-5)


@pytest.mark.parametrize("alpha", [0.25, 0.5, 0.75])
def test_weighted_nash_on_the_curve(alpha: float) -> None:
    assert at(CURVE, [0, 0], [alpha, 1 - alpha]) == pytest.approx(2 * alpha / (1 + alpha), abs=5e-5)


def test_with_no_deal_the_ideal_is_the_individually_rational_one() -> None:
    d = [0.2, 0.3]
    assert at(CURVE, d) == pytest.approx(0.6082, abs=1e-4)
    assert at(CURVE, d, rule="kalai-smorodinsky") == pytest.approx(0.5985, abs=1e-4)
    found = agree(CURVE, d)
    assert isinstance(found, Agreement)
    np.testing.assert_allclose(found.ideal, [0.91 - 0.2, math.sqrt(0.8) - 0.3], atol=1e-4)


@pytest.mark.parametrize("rule", RULES)
def test_two_losing_parties_never_multiply_into_a_deal(rule: Rule) -> None:
    found = agree([[0.9, 0, 0], [0.45, 0.45, 0.45]], [0.1, 0.44, 0.44], rule=rule)
    assert isinstance(found, Agreement)
    assert found.settlement == 1


def test_linear_war_gives_the_range_and_the_shares_of_fearon() -> None:
    """Fearon 1995: p = 0.6, costs 0.1 and 0.15: range 0.5 to 0.75, Nash 0.625."""
    pie = np.column_stack([X, 1.0 - X])
    war = [0.6 - 0.1, 0.4 - 0.15]
    assert at(pie, war) == pytest.approx(0.625, abs=5e-5)
    assert at(pie, war, [0.3, 0.7]) == pytest.approx(0.575, abs=5e-5)
    assert at(pie, war, [0.7, 0.3]) == pytest.approx(0.675, abs=5e-5)
    accepted = X[land_draws(pie, war).accepts > 0]
    assert accepted.min() == pytest.approx(0.5)
    assert accepted.max() == pytest.approx(0.75)


def test_ties_are_all_reported_and_broken_by_the_more_even_then_the_first() -> None:
    u = [[4.0, 1.0], [2.0, 2.0], [1.0, 4.0], [2.0, 2.0]]
    found = agree(u, [0.0, 0.0])
    assert isinstance(found, Agreement)
    assert found.ties == (0, 1, 2, 3)
    assert found.settlement == 1
    assert found.next_best is None


def test_what_an_agreement_says_about_itself() -> None:
    u = [[5.0, 3.0], [4.0, 3.5], [9.0, 1.0], [4.98, 3.0], [9.0, -1.0]]
    found = agree(u, [1.0, 0.5], [0.25, 0.75])
    assert isinstance(found, Agreement)
    logs = [0.25 * math.log(a - 1.0) + 0.75 * math.log(b - 0.5) for a, b in u[:4]]
    assert found.settlement == int(np.argmax(logs)) == 1
    assert found.zone == 4
    assert found.log_product == pytest.approx(logs[1])
    assert found.next_best == 0
    assert found.next_loss == pytest.approx(logs[1] - logs[0])
    np.testing.assert_allclose(found.shadow_weights, [0.25 / 3.0, 0.75 / 3.0])
    assert found.binds == 0  # 3 of at most 8 against 3 of at most 3
    assert found.flat_top == (1,)
    near = agree([[5.0, 3.0], [4.98, 3.0], [4.5, 3.0]], [1.0, 0.5])
    assert isinstance(near, Agreement)
    assert near.flat_top == (0, 1)


def test_a_party_that_can_gain_nothing_does_not_empty_the_zone() -> None:
    u = np.array([[1.0, 0.0, 5.0], [2.0, 2.0, 5.0]])
    found = agree(u, [0.0, -1.0, 5.0])
    assert isinstance(found, Agreement)
    assert found.settlement == 1
    assert found.gains.tolist() == [2.0, 3.0, 0.0]
    assert math.isinf(found.shadow_weights[2])
    assert math.isfinite(found.log_product)


def test_leximin_goes_on_to_the_second_smallest() -> None:
    g = np.array([[0.5, 0.5, 0.6], [0.5, 1.0, 0.5], [0.7, 0.5, 1.0], [0.4, 9.0, 9.0]])
    assert leximin(g).tolist() == [False, False, True, False]


@given(PAYOFFS, NO_DEAL, arrays(np.float64, 3, elements=st.sampled_from([0.125, 0.5, 2.0, 1024.0])))
def test_units_do_not_move_nash_and_kalai_smorodinsky(
    u: np.ndarray, d: np.ndarray, scale: np.ndarray
) -> None:
    """Where all can gain; of sets of those who gain that weigh alike, units do choose one."""
    assume((u > d).all(axis=1).any())
    shift = np.array([3.0, -7.0, 0.5])
    for rule in ("nash", "kalai-smorodinsky"):
        one = agree(u, d, [1, 2, 3], rule)
        other = agree(u * scale + shift, d * scale + shift, [1, 2, 3], rule)
        if isinstance(one, NoAgreement):
            assert isinstance(other, NoAgreement)
            assert other.refuses == one.refuses
            continue
        assert isinstance(other, Agreement)
        assert (other.settlement, other.ties) == (one.settlement, one.ties)
        assert other.flat_top == one.flat_top


@given(PAYOFFS, NO_DEAL)
def test_splitting_a_party_in_two_with_half_the_weight_each_moves_nothing(
    u: np.ndarray, d: np.ndarray
) -> None:
    one = agree(u, d, [0.2, 0.5, 0.3])
    other = agree(u[:, [0, 1, 1, 2]], d[[0, 1, 1, 2]], [0.2, 0.25, 0.25, 0.3])
    if isinstance(one, NoAgreement):
        assert isinstance(other, NoAgreement)
        return
    assert isinstance(other, Agreement)
    assert other.ties == one.ties
    assert other.flat_top == one.flat_top
    assert other.log_product == pytest.approx(one.log_product, abs=1e-12)


@given(PAYOFFS, NO_DEAL, st.integers(1, 4))
def test_a_better_no_deal_never_lowers_what_nash_gives(
    u: np.ndarray, d: np.ndarray, more: int
) -> None:
    raised = d + np.array([float(more), 0.0, 0.0])
    one, other = agree(u, d), agree(u, raised)
    assume(isinstance(one, Agreement) and isinstance(other, Agreement))
    assert isinstance(one, Agreement)
    assert isinstance(other, Agreement)
    assert u[other.settlement, 0] >= u[one.settlement, 0]


@given(PAYOFFS, NO_DEAL)
def test_every_solution_is_acceptable_and_nothing_is_better_for_all(
    u: np.ndarray, d: np.ndarray
) -> None:
    for rule in RULES:
        found = agree(u, d, rule=rule)
        if isinstance(found, NoAgreement):
            assert not ((u >= d).all(axis=1) & (u > d).any(axis=1)).any()
            continue
        mine = u[found.settlement]
        assert (mine >= d).all()
        assert not ((u >= mine).all(axis=1) & (u > mine).any(axis=1)).any()
        numbers = [*found.gains, *found.shadow_weights, found.log_product, found.next_loss]
        assert not np.isnan(numbers).any()


def test_draws_agree_with_single_solutions_and_repeat() -> None:
    rng = np.random.default_rng(8)
    u, d = rng.random((30, 50, 3)), rng.uniform(0.3, 0.9, (30, 3))
    w = rng.dirichlet(np.ones(3), 30)
    found = land_draws(u, d, w)
    assert 0.0 < found.chance < 1.0
    for draw in range(30):
        for row, rule in enumerate(RULES):
            one = agree(u[draw], d[draw], w[draw], rule)
            if isinstance(one, Agreement):
                assert found.settlement[row, draw] == one.settlement
                np.testing.assert_array_equal(found.gains[row, draw], one.gains)
            else:
                assert found.settlement[row, draw] == -1
                assert found.gains[row, draw].tolist() == [0.0, 0.0, 0.0]
                assert tuple(np.flatnonzero(found.refuses[draw])) == one.refuses
    assert found.shares("nash").sum() == pytest.approx(found.chance)
    np.testing.assert_allclose(found.accepts, (u >= d[:, None]).all(axis=2).mean(axis=0))
    np.testing.assert_allclose(found.loses, (u < d[:, None]).mean(axis=0))
    again = land_draws(u, d, w)
    np.testing.assert_array_equal(again.settlement, found.settlement)
    np.testing.assert_array_equal(again.gains, found.gains)


def test_payoffs_alone_or_no_deal_alone_may_have_draws() -> None:
    u = np.array([[1.0, 3.0], [2.0, 2.0], [3.0, 1.0]])
    by_no_deal = land_draws(u, [[0.0, 0.0], [2.5, 0.0], [3.5, 0.0]])
    assert by_no_deal.settlement[0].tolist() == [1, 2, -1]
    assert by_no_deal.refuses.tolist() == [[False, False], [False, False], [True, False]]
    assert land_draws(u, [0.0, 0.0], [[1, 9], [9, 1]]).settlement[0].tolist() == [0, 2]
    with pytest.raises(ValueError, match="draws differ"):
        land_draws(u, np.zeros((3, 2)), np.ones((2, 2)))


@pytest.mark.parametrize("weights", [[1.0], [-1.0, 2.0], [0.0, 0.0], [np.nan, 1.0]])
def test_refuses_weights_that_are_none(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="weights"):
        agree([[1.0, 1.0]], [0.0, 0.0], weights)
