"""PAWN: who moves an outcome, and who does not."""

from __future__ import annotations

import numpy as np

from havenline.outcomes.sensitivity import pawn


def test_a_column_that_decides_has_the_highest_index_and_the_others_about_none() -> None:
    rng = np.random.default_rng(4)
    x = rng.random((300, 6))
    index = pawn(x, 10 * x[:, 3] + rng.random(300))
    assert index.argmax() == 3
    assert index[3] > 0.4
    assert np.delete(index, 3).max() < 0.25


def test_an_effect_without_a_trend_is_seen() -> None:
    rng = np.random.default_rng(5)
    x = rng.random((400, 5))
    index = pawn(x, np.abs(x[:, 0] - 0.5))
    assert index.argmax() == 0
    assert index[0] > 1.5 * index[1:].max()


def test_by_hand_with_three_slices() -> None:
    """Slices of 30 of 90: the outcome follows the column, so the distances are 2/3, 1/3, 2/3."""
    y = np.arange(90.0)
    index = pawn(y[:, None].copy(), y)
    np.testing.assert_allclose(index, [(2 / 3 + 1 / 3 + 2 / 3) / 3])


def test_scale_and_order_of_futures_do_not_matter() -> None:
    rng = np.random.default_rng(6)
    x, y = rng.random((120, 3)), rng.random(120)
    turn = rng.permutation(120)
    np.testing.assert_allclose(pawn(x, y), pawn(5 + 3 * x[turn], np.exp(y[turn])))
