from __future__ import annotations

import math

import numpy as np
import pytest

from havenline.negotiation.lotteries import Lottery, kalai_smorodinsky_lottery, nash_lottery
from havenline.negotiation.solutions import Agreement, agree
from havenline.negotiation.zone import NoAgreement

X = np.linspace(0.0, 1.0, 2001)
CURVE = np.column_stack([X, np.sqrt(1.0 - X)])


def test_weighted_nash_between_corners_gives_the_weights() -> None:
    found = nash_lottery(np.eye(3), np.zeros(3), [0.5, 0.3, 0.2])
    assert isinstance(found, Lottery)
    np.testing.assert_allclose(found.shares, [0.5, 0.3, 0.2], atol=1e-6)


def test_kalai_smorodinsky_is_refined_beyond_the_equal_share() -> None:
    found = kalai_smorodinsky_lottery([[0, 0, 0], [1, 0, 1], [0, 1, 1]], np.zeros(3))
    assert isinstance(found, Lottery)
    np.testing.assert_allclose(found.gains, [0.5, 0.5, 1.0], atol=1e-6)


def test_refinement_goes_on_over_every_order_of_settlements() -> None:
    """The first two get 0.5 each however the third fares: from 0.5 to 0.8 with the fourth at 1."""
    u = np.array([[1, 0, 0.5, 0.5], [0, 1, 0.5, 0.5], [1, 0, 0.8, 1], [0, 1, 0.8, 1], [0, 0, 1, 0]])
    for turn in range(len(u)):
        found = kalai_smorodinsky_lottery(np.roll(u, turn, axis=0), np.zeros(4))
        assert isinstance(found, Lottery)
        np.testing.assert_allclose(found.gains, [0.5, 0.5, 0.8, 1.0], atol=1e-6)


@pytest.mark.parametrize("alpha", [0.25, 0.5, 0.75])
def test_on_a_concave_curve_mixing_adds_nothing(alpha: float) -> None:
    found = nash_lottery(CURVE, [0, 0], [alpha, 1 - alpha])
    assert isinstance(found, Lottery)
    assert found.gains[0] == pytest.approx(2 * alpha / (1 + alpha), abs=1e-3)
    even = kalai_smorodinsky_lottery(CURVE, [0.2, 0.3])
    assert isinstance(even, Lottery)
    assert even.gains[0] + 0.2 == pytest.approx(0.5985, abs=1e-4)


def test_no_settlement_is_better_than_the_optimum_supports() -> None:
    rng = np.random.default_rng(5)
    for parties in (2, 4, 6):
        u = rng.normal(size=(300, parties)) * np.array([1.0, 1e3, 1e-3, 1, 1, 1])[:parties]
        alpha = rng.dirichlet(np.ones(parties))
        found = nash_lottery(u, np.zeros(parties), alpha)
        assert isinstance(found, Lottery)
        assert (found.gains > 0).all()
        assert (u @ (alpha / found.gains)).max() <= 1.0 + 1e-6  # holds at the optimum only
        single = agree(u, np.zeros(parties), alpha)
        if isinstance(single, Agreement):
            assert alpha @ np.log(found.gains) >= single.log_product - 1e-8


def test_a_lottery_can_be_acceptable_where_no_settlement_is() -> None:
    u = [[2.0, -1.0], [-1.0, 2.0]]
    assert isinstance(agree(u, [0, 0]), NoAgreement)
    found = nash_lottery(u, [0, 0])
    assert isinstance(found, Lottery)
    np.testing.assert_allclose(found.gains, [0.5, 0.5], atol=1e-6)


@pytest.mark.parametrize("solve", [nash_lottery, kalai_smorodinsky_lottery])
def test_a_party_without_a_stake_changes_nothing(solve: object) -> None:
    u = np.array([[2.0, -1.0, 3.0], [-1.0, 2.0, 3.0]])
    found = solve(u, [0.0, 0.0, 3.0])  # type: ignore[operator]
    assert isinstance(found, Lottery)
    np.testing.assert_allclose(found.gains, [0.5, 0.5, 0.0], atol=1e-6)


@pytest.mark.parametrize("solve", [nash_lottery, kalai_smorodinsky_lottery])
@pytest.mark.parametrize(
    "u", [[[1.0, -1.5], [-1.0, 1.0]], [[1.0, -np.inf]], [[0.0, 0.0]], np.empty((0, 2))]
)
def test_no_acceptable_lottery_is_a_result(solve: object, u: object) -> None:
    assert isinstance(solve(u, [0.0, 0.0]), NoAgreement)  # type: ignore[operator]


def test_splitting_a_party_moves_no_lottery() -> None:
    rng = np.random.default_rng(6)
    u = rng.normal(size=(80, 3))
    one = nash_lottery(u, np.zeros(3), [0.2, 0.5, 0.3])
    other = nash_lottery(u[:, [0, 1, 1, 2]], np.zeros(4), [0.2, 0.25, 0.25, 0.3])
    assert isinstance(one, Lottery)
    assert isinstance(other, Lottery)
    np.testing.assert_allclose(other.gains, one.gains[[0, 1, 1, 2]], rtol=1e-3)
    value = [math.log(g) for g in one.gains]
    assert np.dot([0.2, 0.5, 0.3], value) == pytest.approx(
        float(np.dot([0.2, 0.25, 0.25, 0.3], np.log(other.gains))), abs=1e-8
    )
