from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havenline.negotiation.hold import (
    break_even_hazard,
    constant_chance,
    only_looks_agreeable,
    shift_test,
    temptation,
    value_with_collapse,
)

UNIT = st.floats(-2.0, 2.0)


def test_no_hazard_gives_the_plain_value_and_endless_hazard_that_of_collapse() -> None:
    u, b = np.array([[0.7, 0.2], [0.1, 0.9]]), np.array([0.4, 0.3])
    none = value_with_collapse(u, b, constant_chance(0.0, [0.1, 0.2]))
    endless = value_with_collapse(u, b, constant_chance(np.inf, [0.1, 0.2]))
    np.testing.assert_array_equal(none, u)
    np.testing.assert_array_equal(endless, np.broadcast_to(b, u.shape))
    np.testing.assert_allclose(value_with_collapse(u, b, constant_chance(1e-12, 0.1)), u)
    near = value_with_collapse(u, b, constant_chance(1e12, 0.1))
    np.testing.assert_allclose(near, np.broadcast_to(b, u.shape))


def test_value_under_a_constant_hazard_by_hand() -> None:
    found = value_with_collapse([[0.7]], [0.45], constant_chance(0.4, 0.1))
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
    value = value_with_collapse([[u]], [b], constant_chance([[limit]], rho))
    assert value[0, 0] == pytest.approx(d, abs=1e-9)


def test_break_even_hazard_at_the_edges() -> None:
    found = break_even_hazard(
        [[0.7, 0.4, 0.5, -np.inf]], [0.5, 0.5, 0.5, 0.5], [0.6, 0.1, 0.1, 0.1], [0.1] * 4
    )
    assert found.tolist() == [[np.inf, 0.0, 0.0, 0.0]]


def test_temptation_is_what_breaking_adds() -> None:
    np.testing.assert_allclose(
        temptation([0.6, 0.2], [[0.5, 0.5], [0.7, 0.1]]), [[0.1, -0.3], [-0.1, 0.1]]
    )


def test_a_small_shift_of_power_passes_and_a_large_one_fails() -> None:
    """Two parties share 1; fighting costs 0.1 each, so 0.2 is left to share."""
    small = shift_test([[0.4, 0.4], [0.55, 0.25]], [1.0], [1.0, 1.0])
    large = shift_test([[0.4, 0.4], [0.7, 0.1]], [1.0], [1.0, 1.0])
    assert small.passes
    np.testing.assert_allclose(small.excess, [[-0.05, -0.35]])
    assert large.fails.tolist() == [[True, False]]
    np.testing.assert_allclose(large.excess, [[0.1, -0.5]])
    assert shift_test([[0.4, 0.4], [0.7, 0.1]], [1.0], [0.8, 1.0]).passes


def test_steps_that_each_pass_are_how_a_large_shift_can_be_taken() -> None:
    steps = [[0.4, 0.4], [0.55, 0.25], [0.7, 0.1]]
    assert shift_test(steps, [1.0, 1.0], [1.0, 1.0]).passes
    with pytest.raises(ValueError, match="need 2 totals"):
        shift_test(steps, [1.0], [1.0, 1.0])


def test_what_looks_agreeable_because_nobody_counts_its_collapse() -> None:
    u = np.array([[0.6, 0.6], [0.6, 0.6], [0.4, 0.9]])
    value = value_with_collapse(u, [0.2, 0.2], [[0.1, 0.1], [0.9, 0.9], [0.0, 0.0]])
    assert only_looks_agreeable(u, value, [0.5, 0.5]).tolist() == [False, True, False]


def test_refuses_what_is_no_chance_or_rate() -> None:
    with pytest.raises(ValueError, match="chances"):
        value_with_collapse([[1.0]], [0.0], [[1.5]])
    with pytest.raises(ValueError, match="hazards"):
        constant_chance(-1.0, 0.1)
    with pytest.raises(ValueError, match="discount"):
        break_even_hazard([[1.0]], [0.0], [0.0], [0.0])
