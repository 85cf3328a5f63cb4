"""PRIM finds the box that is there, and none where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havenline.outcomes.prim import Side, coverage, density, find_box, inside


def points(seed: int, n: int = 400, columns: int = 8) -> np.ndarray:
    return np.random.default_rng(seed).random((n, columns))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_planted_box_is_found_with_its_columns(seed: int) -> None:
    x = points(seed)
    rng = np.random.default_rng(100 + seed)
    y = ((x[:, 2] > 0.6) & (x[:, 5] < 0.5)) ^ (rng.random(len(x)) < 0.03)
    box = find_box(x, y)
    assert {s.column for s in box} == {2, 5}
    by_column = {s.column: s for s in box}
    assert by_column[2].low == pytest.approx(0.6, abs=0.06)
    assert by_column[2].high == np.inf
    assert by_column[5].high == pytest.approx(0.5, abs=0.06)
    within = inside(x, box)
    assert density(y, within) > 0.85
    assert coverage(y, within) > 0.8


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_values_that_many_points_share_are_peeled_together(sign: float) -> None:
    """Four in ten have no day of it; the others many, and of those nearly all are true."""
    x = points(7, n=200, columns=6)
    x[:, 3] = sign * np.where(x[:, 3] < 0.4, 0.0, np.round(100 * x[:, 3]))
    y = (np.abs(x[:, 3]) > 0) ^ (np.random.default_rng(8).random(200) < 0.05)
    (side,) = find_box(x, y)
    assert side.column == 3
    within = inside(x, (side,))
    assert density(y, within) > 0.9
    assert coverage(y, within) > 0.9


def test_luck_alone_gives_no_box() -> None:
    """Of 60 outcomes that have nothing to do with any column, few get a rule."""
    found = 0
    for seed in range(60):
        x = points(seed, n=200, columns=20)
        y = np.random.default_rng(1000 + seed).random(len(x)) < 0.3
        found += bool(find_box(x, y))
    assert found <= 12


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 2**32), power=st.integers(-9, 20))
def test_units_do_not_matter(seed: int, power: int) -> None:
    x = points(seed, n=120, columns=4)
    y = x[:, 1] > 0.7
    (side,) = find_box(x, y)
    (scaled,) = find_box(x * 2.0**power, y)
    assert (side.column, scaled.column) == (1, 1)
    assert scaled.low == side.low * 2.0**power
    assert side.low == pytest.approx(0.7, abs=0.06)


def test_measures_by_hand() -> None:
    x = np.array([[0.0], [1.0], [2.0], [3.0]])
    y = np.array([False, True, True, True])
    within = inside(x, (Side(0, 0.5, 2.5),))
    assert within.tolist() == [False, True, True, False]
    assert density(y, within) == 1.0
    assert coverage(y, within) == pytest.approx(2 / 3)
    nothing = np.zeros(4, dtype=bool)
    assert density(y, nothing) == 0.0
    assert coverage(nothing, within) == 0.0
