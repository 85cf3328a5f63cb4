"""Reference values of KTAB (KAPSARC, MIT licence): three axes, and a company on two."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from havenline.negotiation.spatial import (
    Actors,
    bargain,
    best_target,
    challenge,
    compromise_mean,
    inferred_risk,
    spatial_distances,
    spatial_utilities,
    weighted_median,
)

THREE_AXES = """
102.543 75.79 49.53  6.37  5.91 70.45 28.15
 53.393 82.72 30.33 73.50 21.22 64.00 24.79
129.643 82.45 48.47 90.89 13.55  0.07 34.62
 75.920 62.52 20.76 50.82 39.24 62.33 22.21
 63.224 82.34 40.96 45.77 25.43 73.31 22.59
120.048 84.48 22.92 33.70 39.35 88.11 15.42
 54.178 70.96 31.75 33.46 27.93 90.36 26.03
"""
COMPANY = """
100  30 24   20 48
60.2 45 44.7 65 41.3
35   30 28.9 15 65.1
35   45 20.6 45 49.4
40   50 44.7 65 47.8
20   15 32   10 32
15   20 32   15 32
25   60 43.9 50 50.1
20   30 26.4 15 17.6
35   45 35.9 40 46.6
20   50 44.7 50 47.8
20   20 47.4 30 40.6
40   15 49   60 46
"""
WEIGHTS = arrays(np.float64, 5, elements=st.integers(1, 9).map(float))
POSITIONS = arrays(np.float64, 5, elements=st.integers(0, 100).map(float))


def actors(text: str) -> Actors:
    rows = np.array([line.split() for line in text.strip().splitlines()], dtype=float)
    return Actors.of(rows[:, 0], rows[:, 1::2] / 100.0, rows[:, 2::2] / 100.0)


def test_three_axes_chances_and_inferred_risk() -> None:
    found = actors(THREE_AXES)
    risk = [-0.500, -0.459, -0.499, -0.274, 1.000, -0.232, -0.430]
    np.testing.assert_allclose(found.risk, risk, atol=1e-3)
    chances = [0.0047, 0.0302, 0.0054, 0.1492, 0.6001, 0.1447, 0.0656]
    np.testing.assert_allclose(found.chances()[1], chances, atol=1e-4)


def test_three_axes_best_targets_and_their_gains() -> None:
    found = actors(THREE_AXES)
    best = [best_target(found, i) for i in range(7)]
    assert None not in best
    assert [b[0] for b in best if b] == [6, 0, 6, 0, 0, 1, 1]
    gains = [0.095, 0.281, 0.471, 0.284, 0.012, 0.299, 0.029]
    np.testing.assert_allclose([b[1] for b in best if b], gains, atol=1e-3)


def test_three_axes_one_challenge_from_both_views_and_its_bargain() -> None:
    found = actors(THREE_AXES)
    own, other = challenge(found, 0, 0, 6), challenge(found, 6, 0, 6)
    assert own.chance == pytest.approx(0.7643, abs=1e-4)
    assert own.gain[[0, 6]].tolist() == pytest.approx([0.0947, -0.1548], abs=1e-4)
    assert other.chance == pytest.approx(0.7660, abs=1e-4)
    assert other.gain[0] == pytest.approx(0.0925, abs=1e-4)
    met = bargain(found, 0, 6, own.chance) * 100.0
    np.testing.assert_allclose(met, [75.61, 24.79, 71.95], atol=0.01)


def test_company_risk_of_all_and_chances_of_different_positions() -> None:
    found = actors(COMPANY)
    risk = [1, -0.498, -0.452, 0.362, -0.5, -0.5, -0.497, -0.499, -0.452, 0.643, -0.383, -0.196]
    np.testing.assert_allclose(found.risk, [*risk, -0.5], atol=1e-3)
    options, chances = found.chances()
    assert len(options) == 12  # ZG and MEP stand at the same place
    expected = [
        [0.0618, 0.0156, 0.0117, 0.4340, 0.0028, 0.0000],
        [0.0020, 0.0013, 0.2481, 0.1533, 0.0689, 0.0005],
    ]
    np.testing.assert_allclose(chances, np.ravel(expected), atol=1e-3)


def test_emission_standards_of_the_european_community() -> None:
    """Bueno de Mesquita 1994, p. 78: weighted mean 7.389955686853767, weighted median 7."""
    years = [4, 7, 4, 4, 10, 10, 10, 7, 4, 7]
    weights = np.array([8, 8, 3, 16, 16, 16, 16, 5, 5, 8]) * np.array(
        [80, 40, 20, 80, 60, 60, 90, 10, 100, 70]
    )
    assert compromise_mean(years, weights) == pytest.approx(7.389955686853767, rel=1e-14)
    assert weighted_median(years, weights) == 7.0


@given(POSITIONS, WEIGHTS)
def test_median_is_the_smallest_with_half_of_the_weight(x: np.ndarray, w: np.ndarray) -> None:
    found = weighted_median(x, w)
    assert found in x
    assert 2.0 * w[x <= found].sum() >= w.sum()
    assert 2.0 * w[x < found].sum() < w.sum()


@given(POSITIONS, WEIGHTS)
def test_splitting_an_actor_moves_neither_mean_nor_median(x: np.ndarray, w: np.ndarray) -> None:
    rows = [0, 1, 2, 2, 3, 4]
    parts = np.array([1.0, 1.0, 0.5, 0.5, 1.0, 1.0])
    mean = compromise_mean(x[rows], w[rows] * parts)
    assert mean == pytest.approx(compromise_mean(x, w), abs=1e-9)
    assert weighted_median(x[rows], w[rows] * parts) == weighted_median(x, w)


def test_distance_counts_what_matters_to_the_actor() -> None:
    d = spatial_distances([[0.0, 0.0]], [[0.3, 0.4]], [[1.0, 1.0], [1.0, 0.0], [0.0, 0.0]])
    np.testing.assert_allclose(d[:, 0], [1.0, 0.6, 0.0])
    with pytest.raises(ValueError, match="salience"):
        spatial_distances([[0.5]], [[0.0]], [[0.5]])


def test_risk_bends_utilities_between_fixed_ends() -> None:
    d = np.array([[0.0], [0.5], [1.0]])
    assert spatial_utilities(d, [0.0])[:, 0].tolist() == [1.0, 0.5, 0.0]
    assert spatial_utilities(d, [1.0])[:, 0].tolist() == [1.0, 0.75, 0.0]
    assert spatial_utilities(d, [-1.0])[:, 0].tolist() == [1.0, 0.25, 0.0]


def test_inferred_risk_spans_from_the_weakest_to_the_strongest() -> None:
    np.testing.assert_allclose(inferred_risk([0.1, 0.6, 0.3]), [-0.5, 1.0, 0.1])
    assert inferred_risk([0.5, 0.5]).tolist() == [0.0, 0.0]


def test_actors_of_one_mind_have_nobody_to_challenge() -> None:
    alike = Actors.of([1.0, 2.0], [[0.5], [0.5]], [[0.4], [0.9]])
    assert best_target(alike, 0) is None
    assert challenge(alike, 0, 0, 1).chance == pytest.approx(0.5)


def test_refuses_positions_without_weights() -> None:
    with pytest.raises(ValueError, match="weights"):
        compromise_mean([1.0, 2.0], [0.0, 0.0])
    with pytest.raises(ValueError, match="position"):
        weighted_median([1.0, np.nan], [1.0, 1.0])
