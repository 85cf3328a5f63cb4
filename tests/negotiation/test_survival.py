from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from havenline.negotiation.survival import (
    BetaBelief,
    GammaBelief,
    Survival,
    breakdown_chance,
    constant_hazard,
    joint_temptation,
    survival_law,
)


@pytest.mark.parametrize("shape", [0.5, 0.7, 1.0, 2.0])
@pytest.mark.parametrize("scale", [0.05, 0.7, 4.0, 60.0])
@pytest.mark.parametrize("rate", [0.0, 0.03, 0.4])
def test_discounted_chance_of_collapse_by_adaptive_quadrature(
    shape: float, scale: float, rate: float
) -> None:
    def inside(s: float) -> float:
        return float(np.exp(s - np.exp(s) - rate * scale * np.exp(s / shape)))

    parts = [(-40.0, -10.0), (-10.0, -3.0), (-3.0, 1.0), (1.0, 5.0)]
    expected = sum(quad(inside, a, b, epsabs=1e-12)[0] for a, b in parts)
    found = breakdown_chance(Survival.of(0.15, scale, shape, 0.2), [rate])
    assert found[0] == pytest.approx(0.15 + 0.85 * 0.8 * expected, abs=1e-6)


def test_a_constant_hazard_gives_the_plain_formula_and_comes_back() -> None:
    hazard, rates = 0.3, np.array([0.05, 0.1])
    chance = breakdown_chance(Survival.of(0.0, 1.0 / hazard, 1.0), rates)
    np.testing.assert_allclose(chance, hazard / (rates + hazard), rtol=1e-9)
    np.testing.assert_allclose(constant_hazard(chance, rates), hazard, rtol=1e-8)
    assert np.isposinf(constant_hazard([1.0], [0.1]))


def test_survival_by_hand() -> None:
    law = Survival.of([0.25, 0.0], [2.0, 1.0], 0.5, [0.0, 0.2])
    np.testing.assert_allclose(law.at(0.0), [0.75, 1.0])
    np.testing.assert_allclose(law.at(-1.0), [1.0, 1.0])
    np.testing.assert_allclose(law.at(2.0)[0], 0.75 * np.exp(-1.0))
    np.testing.assert_allclose(law.at(1e9), [0.0, 0.2], atol=1e-12)


def test_a_hazard_ratio_multiplies_the_cumulated_hazard() -> None:
    law = Survival.of(0.0, 2.0, 0.7)
    assert law.with_ratio(3.0).at(1.5) == pytest.approx(law.at(1.5) ** 3.0)
    with pytest.raises(ValueError, match="hazard ratio"):
        law.with_ratio(0.0)


def test_terms_move_the_law_as_their_coefficients_say() -> None:
    law = survival_law([[0.0, 0.0], [1.0, 2.0]], [-1.0, -0.5, 0.2], [0.0, 0.7, -0.1], 0.7)
    assert law.fails_at_once.tolist() == pytest.approx(
        [1 / (1 + np.exp(1.0)), 1 / (1 + np.exp(1.1))]
    )
    assert law.scale.tolist() == pytest.approx([1.0, np.exp(0.5)])
    with pytest.raises(ValueError, match="coefficients"):
        survival_law([[0.0]], [0.0], [0.0, 1.0], 0.7)


def test_joint_temptation_counts_only_who_is_tempted() -> None:
    found = joint_temptation([2.0, 0.0], [[0.5, -1.0], [0.1, 0.2], [0.3, np.inf]])
    np.testing.assert_allclose(found, [1.0, 0.2, 0.6])


def test_beliefs_learn_from_truces() -> None:
    assert BetaBelief(1.0, 3.0).mean == pytest.approx(0.25)
    assert BetaBelief(1.0, 3.0).after(1, 2) == BetaBelief(2.0, 5.0)
    prior = GammaBelief(1.0, 2.0)
    after = prior.after([4.0, 9.0], [True, False], 0.5)
    assert after == GammaBelief(2.0, 2.0 + 2.0 + 3.0)
    assert after.scale(0.5) == pytest.approx((2.0 / 7.0) ** -2.0)
    assert prior.after([100.0], [False], 1.0).scale(1.0) > prior.scale(1.0)


@pytest.mark.parametrize(
    ("args", "name"),
    [
        ((1.5, 1.0, 1.0), "fails_at_once"),
        ((0.5, 0.0, 1.0), "scale"),
        ((0.5, 1.0, 0.0), "shape"),
        ((0.5, 1.0, 1.0, -0.1), "never_fails"),
    ],
)
def test_refuses_what_is_no_law(args: tuple[float, ...], name: str) -> None:
    with pytest.raises(ValueError, match=name):
        Survival.of(*args)
