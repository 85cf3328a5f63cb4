from __future__ import annotations

import math

import numpy as np
import pytest

from havenline.negotiation.coalitions import (
    coalition_of,
    members,
    pivot,
    smallest_that_hold,
    stability,
)


def public_good(parties: int, gain: float, cost: float) -> np.ndarray:
    """Everyone gets ``gain`` for each member when two or more agree; each member pays ``cost``."""
    values = np.zeros((1 << parties, parties))
    for c in range(1 << parties):
        inside = members(c, parties)
        if len(inside) >= 2:
            values[c] = gain * len(inside)
            values[c, list(inside)] -= cost
    return values


def test_numbers_of_coalitions() -> None:
    assert members(0b1011, 4) == (0, 1, 3)
    assert coalition_of((0, 1, 3)) == 0b1011
    assert coalition_of((2, 2)) == 0b100


def test_stability_by_the_definition_on_payoffs_drawn_at_random() -> None:
    rng = np.random.default_rng(4)
    v = rng.integers(0, 4, (16, 4)).astype(float)
    found = stability(v)
    for c in range(16):
        inside, outside = members(c, 4), [j for j in range(4) if j not in members(c, 4)]
        leave = {i: v[c & ~(1 << i), i] for i in inside}
        assert found.internal[c] == all(v[c, i] >= leave[i] for i in inside)
        assert found.external[c] == all(v[c, j] >= v[c | 1 << j, j] for j in outside)
    np.testing.assert_array_equal(found.stable, found.internal & found.external)


def test_free_riding_leaves_only_pairs() -> None:
    """With gain 1 and cost 1.5 a third member costs itself 0.5; of two, leaving ends it all."""
    found = stability(public_good(4, 1.0, 1.5))
    sizes = np.array([len(members(c, 4)) for c in range(16)])
    np.testing.assert_array_equal(found.stable[sizes >= 2], sizes[sizes >= 2] == 2)
    np.testing.assert_array_equal(found.internal[sizes >= 2], sizes[sizes >= 2] == 2)
    assert stability(public_good(4, 1.0, 0.5)).stable[15]


def test_the_smallest_that_hold_contain_all_who_are_needed() -> None:
    holds = np.zeros(16, dtype=bool)
    holds[[0, 0b0001, 0b0110, 0b0111, 0b1011, 0b1110, 0b1111]] = True
    assert smallest_that_hold(holds, 4) == (0b0110,)
    assert smallest_that_hold(holds, 4, needed=[0]) == (0b0111, 0b1011)
    assert smallest_that_hold(holds, 4, needed=[0, 2, 3]) == (0b1111,)
    assert smallest_that_hold(np.zeros(16, dtype=bool), 4) == ()


def test_an_agreement_turns_on_whose_absence_costs_most() -> None:
    found = pivot(-1.0, [-1.2, -3.0, -0.9])
    assert found.party == 1
    np.testing.assert_allclose(found.falls, [0.2, 2.0, -0.1])
    assert found.ends == ()
    found = pivot(-1.0, [-1.2, -math.inf, -0.9])
    assert (found.party, found.ends) == (1, (1,))
    assert pivot(-1.0, [-1.0, -0.5]).party is None
    assert pivot(-1.0, []).party is None


def test_where_nothing_is_agreeable_no_absence_can_cost() -> None:
    found = pivot(-math.inf, [-math.inf, -2.0])
    assert found.party is None
    assert found.falls.tolist() == [0.0, -math.inf]


def test_refuses_payoffs_that_do_not_cover_every_coalition() -> None:
    with pytest.raises(ValueError, match="every coalition"):
        stability(np.zeros((7, 3)))
    with pytest.raises(ValueError, match="finite"):
        stability(np.full((4, 2), np.nan))
    with pytest.raises(ValueError, match="8 coalitions"):
        smallest_that_hold([True], 3)
    with pytest.raises(ValueError, match="log products"):
        pivot(math.nan, [0.0])
