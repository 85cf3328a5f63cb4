from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from havenline.negotiation.leverage import (
    bargaining_weights,
    proposer_chain,
    weights_of_consenting,
)

COSTS = arrays(np.float64, (4, 4), elements=st.sampled_from([0.0, 0.125, 0.5, 1.0, 3.0]))
STRENGTH = st.floats(0.0, 0.95)


def without_diagonal(d: np.ndarray) -> np.ndarray:
    return d * (1.0 - np.eye(len(d)))


@given(COSTS, STRENGTH)
def test_weights_are_the_stationary_law_of_the_chain(d: np.ndarray, strength: float) -> None:
    ties = without_diagonal(d)
    alpha = bargaining_weights(ties, strength)
    assert (alpha > 0).all()
    assert alpha.sum() == pytest.approx(1.0)
    np.testing.assert_allclose(alpha @ proposer_chain(ties, strength), alpha, atol=1e-12)


@given(COSTS)
def test_no_strength_and_no_ties_give_equal_weights(d: np.ndarray) -> None:
    np.testing.assert_allclose(bargaining_weights(without_diagonal(d), 0.0), 0.25)
    np.testing.assert_allclose(bargaining_weights(np.zeros((4, 4)), 0.95), 0.25)


@given(arrays(np.float64, 4, elements=st.floats(0.0, 5.0)), STRENGTH)
def test_circulant_dependence_gives_equal_weights(row: np.ndarray, strength: float) -> None:
    row = np.concatenate([[0.0], row])
    d = np.array([np.roll(row, k) for k in range(5)])
    np.testing.assert_allclose(bargaining_weights(d, strength), 0.2)


def test_symmetric_dependence_need_not_give_equal_weights() -> None:
    d = np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    alpha = bargaining_weights(d, 0.9)
    assert alpha[0] > alpha[1] + 0.1
    assert alpha[1] == pytest.approx(alpha[2])


def test_ties_of_ties_count() -> None:
    """Turkey needs Russia; Russia gains when the opposition needs Turkey rather than Iran."""
    opposition, turkey, russia, iran = range(4)
    through_turkey, through_iran = np.zeros((4, 4)), np.zeros((4, 4))
    through_turkey[[opposition, turkey], [turkey, russia]] = 1.0
    through_iran[[opposition, turkey], [iran, russia]] = 1.0
    one, other = bargaining_weights(through_turkey, 0.9), bargaining_weights(through_iran, 0.9)
    assert one[russia] > other[russia] + 0.05


def test_weights_are_the_shares_of_the_game_that_they_stand_for() -> None:
    """A pie, proposers by a Markov chain, a round's payoffs counted delta times, delta near 1.

    Each proposer offers the others just what they expect from the next round.
    """
    chain = proposer_chain([[0.0, 2.0, 1.0], [0.5, 0.0, 0.5], [3.0, 0.0, 0.0]], 0.8)

    def offers(flat: np.ndarray) -> np.ndarray:
        """What each gets (column) from each proposer (row), given that of the next round."""
        value = 0.999999 * chain @ flat.reshape(3, 3)
        np.fill_diagonal(value, 0.0)
        np.fill_diagonal(value, 1.0 - value.sum(axis=1))
        return np.asarray(value.ravel(), dtype=np.float64)

    base = offers(np.zeros(9))
    change = np.column_stack([offers(e) - base for e in np.eye(9)])
    value = np.linalg.solve(np.eye(9) - change, base).reshape(3, 3)
    alpha = bargaining_weights([[0.0, 2.0, 1.0], [0.5, 0.0, 0.5], [3.0, 0.0, 0.0]], 0.8)
    np.testing.assert_allclose(value, np.tile(alpha, (3, 1)), atol=1e-4)
    assert alpha.max() - alpha.min() > 0.1


def test_weights_for_many_draws_at_once() -> None:
    rng = np.random.default_rng(2)
    d = rng.random((20, 4, 4)) * (1.0 - np.eye(4))
    strengths = rng.random(20) * 0.95
    found = bargaining_weights(d, strengths)
    for draw in range(20):
        np.testing.assert_allclose(found[draw], bargaining_weights(d[draw], strengths[draw]))
    one = bargaining_weights(d[0], strengths)
    np.testing.assert_allclose(one[3], bargaining_weights(d[0], strengths[3]))


def test_weights_of_those_whose_consent_is_needed() -> None:
    found = weights_of_consenting([[0.5, 0.3, 0.2], [0.2, 0.2, 0.6]], [True, False, True])
    np.testing.assert_allclose(found, [[5 / 7, 2 / 7], [0.25, 0.75]])


@pytest.mark.parametrize(
    ("d", "strength"),
    [
        (np.ones((2, 2)), 0.5),
        (np.zeros((2, 3)), 0.5),
        (np.array([[0.0, -1.0], [0.0, 0.0]]), 0.5),
        (np.zeros((2, 2)), 1.0),
        (np.zeros((2, 2)), -0.1),
    ],
)
def test_refuses_what_is_no_dependence_or_strength(d: np.ndarray, strength: float) -> None:
    with pytest.raises(ValueError):
        bargaining_weights(d, strength)
