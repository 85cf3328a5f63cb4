"""The law of survival, what a settlement is worth with it, and shifts of power."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from havenline.negotiation.survival import (
    Survival,
    break_even_hazard,
    breakdown_chance,
    constant_hazard,
    shift_excess,
    value_with_collapse,
)

UNIT = st.floats(-2.0, 2.0)


def chance_under(hazard: npt.ArrayLike, rate: npt.ArrayLike) -> np.ndarray:
    """The discounted chance of collapse under a constant hazard, ``h / (rho + h)``."""
    h, rho = np.broadcast_arrays(np.asarray(hazard, float), np.asarray(rate, float))
    chance: np.ndarray = np.divide(h, rho + h, out=np.ones_like(h), where=np.isfinite(h))
    return chance


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
    found = breakdown_chance(Survival.of(scale, shape, 0.2), [rate])
    assert found[0] == pytest.approx(0.8 * expected, abs=1e-6)


def test_a_constant_hazard_gives_the_plain_formula_and_comes_back() -> None:
    hazard, rates = 0.3, np.array([0.05, 0.1])
    chance = breakdown_chance(Survival.of(1.0 / hazard, 1.0), rates)
    np.testing.assert_allclose(chance, hazard / (rates + hazard), rtol=1e-9)
    np.testing.assert_allclose(constant_hazard(chance, rates), hazard, rtol=1e-8)
    assert np.isposinf(constant_hazard([1.0], [0.1]))


def test_survival_by_hand() -> None:
    law = Survival.of([2.0, 1.0], 0.5, [0.0, 0.2])
    np.testing.assert_allclose(law.at(0.0), [1.0, 1.0])
    np.testing.assert_allclose(law.at(2.0)[0], np.exp(-1.0))
    np.testing.assert_allclose(law.at(1e9), [0.0, 0.2], atol=1e-12)


def test_a_hazard_ratio_multiplies_the_cumulated_hazard() -> None:
    law = Survival.of(2.0, 0.7)
    assert law.with_ratio(3.0).at(1.5) == pytest.approx(law.at(1.5) ** 3.0)
    with pytest.raises(ValueError, match="hazard ratio"):
        law.with_ratio(0.0)


@pytest.mark.parametrize(
    ("args", "name"),
    [
        ((0.0, 1.0), "scale"),
        ((1.0, 0.0), "shape"),
        ((1.0, 1.0, -0.1), "never_fails"),
    ],
)
def test_refuses_what_is_no_law(args: tuple[float, ...], name: str) -> None:
    with pytest.raises(ValueError, match=name):
        Survival.of(*args)


def test_no_hazard_gives_the_plain_value_and_endless_hazard_that_of_collapse() -> None:
    u, b = np.array([[0.7, 0.2], [0.1, 0.9]]), np.array([0.4, 0.3])
    none = value_with_collapse(u, b, chance_under(0.0, [0.1, 0.2]))
    endless = value_with_collapse(u, b, chance_under(np.inf, [0.1, 0.2]))
    np.testing.assert_array_equal(none, u)
    np.testing.assert_array_equal(endless, np.broadcast_to(b, u.shape))
    np.testing.assert_allclose(value_with_collapse(u, b, chance_under(1e-12, 0.1)), u)
    near = value_with_collapse(u, b, chance_under(1e12, 0.1))
    np.testing.assert_allclose(near, np.broadcast_to(b, u.shape))


def test_value_under_a_constant_hazard_by_hand() -> None:
    found = value_with_collapse([[0.7]], [0.45], chance_under(0.4, 0.1))
    assert found[0, 0] == pytest.approx((0.1 * 0.7 + 0.4 * 0.45) / 0.5)


def test_a_red_line_stays_one_however_likely_collapse_is() -> None:
    found = value_with_collapse([[-np.inf, 0.5]], [0.4, 0.4], [[1.0, 1.0]])
    assert np.isneginf(found[0, 0])
    assert found[0, 1] == pytest.approx(0.4)


def test_break_even_hazard_of_the_worked_example() -> None:
    assert break_even_hazard([[0.7]], [0.5], [0.45], [0.1])[0, 0] == pytest.approx(0.4)


@given(UNIT, UNIT, UNIT, st.floats(0.01, 1.0))
def test_at_the_break_even_hazard_a_settlement_is_worth_no_deal(
    u: float, d: float, b: float, rho: float
) -> None:
    limit = break_even_hazard([[u]], [d], [b], [rho])[0, 0]
    assert not np.isnan(limit)
    if u - d < 1e-6 or d - b < 1e-6:
        assert limit == 0.0 or b > d - 1e-6 or u - d >= 0.0
        return
    value = value_with_collapse([[u]], [b], chance_under([[limit]], rho))
    assert value[0, 0] == pytest.approx(d, abs=1e-9)


def test_break_even_hazard_at_the_edges() -> None:
    found = break_even_hazard(
        [[0.7, 0.4, 0.5, -np.inf]], [0.5, 0.5, 0.5, 0.5], [0.6, 0.1, 0.1, 0.1], [0.1] * 4
    )
    assert found.tolist() == [[np.inf, 0.0, 0.0, 0.0]]


def test_a_small_shift_of_power_passes_and_a_large_one_fails() -> None:
    """Two parties share 1; fighting costs 0.1 each, so 0.2 is left to share."""
    small = shift_excess([0.4, 0.4], [0.55, 0.25], 1.0, 1.0)
    large = shift_excess([0.4, 0.4], [0.7, 0.1], 1.0, 1.0)
    np.testing.assert_allclose(small, [-0.05, -0.35])
    np.testing.assert_allclose(large, [0.1, -0.5])
    assert (shift_excess([0.4, 0.4], [0.7, 0.1], 1.0, 0.8) <= 0.0).all()


def test_refuses_what_is_no_chance_or_rate() -> None:
    with pytest.raises(ValueError, match="chances"):
        value_with_collapse([[1.0]], [0.0], [[1.5]])
    with pytest.raises(ValueError, match="discount"):
        breakdown_chance(Survival.of(1.0, 1.0), [-0.1])
    with pytest.raises(ValueError, match="discount"):
        break_even_hazard([[1.0]], [0.0], [0.0], [0.0])
