"""Reference values of KTAB (KAPSARC, MIT licence), and what must hold of every election."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from havenline.negotiation.election import (
    ELECTIONS,
    Election,
    compromise_mean,
    elect,
    likely_set,
    stationary,
    support,
    victory,
    weighted_median,
)
from tests.negotiation.published import published_table

WEIGHTS = arrays(np.float64, 5, elements=st.integers(1, 9).map(float))
POSITIONS = arrays(np.float64, 5, elements=st.integers(0, 100).map(float))
DEMO = [[0, 12.099, 54.921], [10.333, 0, 27.079], [5.007, 55.047, 0]]
UTILITIES = arrays(
    np.float64, st.tuples(st.integers(1, 6), st.just(3)), elements=st.integers(0, 8).map(float)
)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("conditional", [0.8659, 0.1241, 0.0100]),
        ("markov-uniform", [0.6351, 0.2148, 0.1501]),
    ],
)
def test_demonstration_model_of_ktab_with_square_victory(
    kind: Election, expected: list[float]
) -> None:
    """Square victory is victory by squared votes."""
    np.testing.assert_allclose(elect(np.square(DEMO), kind), expected, atol=5e-5)


def test_sixteen_options_of_ktab() -> None:
    folder = published_table("ktab")
    table = pd.read_csv(folder / "pmatrix_utilities.csv")
    expected = pd.read_csv(folder / "pmatrix_probabilities.csv")["probability"]
    utilities = table.filter(like="option_").to_numpy().T
    assert utilities.shape == (16, 20)
    found = elect(support(utilities, table["weight"].to_numpy()), "markov-incentive")
    np.testing.assert_allclose(found, expected, atol=1e-3)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("conditional", [0.2046, 0.4198, 0.3756]),
        ("markov-incentive", [0.2371, 0.3467, 0.4162]),
    ],
)
def test_emission_standards_of_the_european_community(
    kind: Election, expected: list[float]
) -> None:
    """Bueno de Mesquita 1994, p. 78: ten countries, years until a standard for emissions."""
    years = np.array([4, 7, 4, 4, 10, 10, 10, 7, 4, 7])
    capability = np.array([8, 8, 3, 16, 16, 16, 16, 5, 5, 8]) / 100.0
    salience = np.array([80, 40, 20, 80, 60, 60, 90, 10, 100, 70]) / 100.0
    options = np.array([4, 7, 10])
    votes = support(1.0 - np.abs(options[:, None] - years) / 6.0, capability * salience)
    np.testing.assert_allclose(elect(votes, kind), expected, atol=5e-5)


@given(UTILITIES)
def test_splitting_an_actor_moves_no_election(u: np.ndarray) -> None:
    one = support(u, [0.2, 0.5, 0.3])
    other = support(u[:, [0, 1, 1, 2]], [0.2, 0.25, 0.25, 0.3])
    for kind in ELECTIONS:
        np.testing.assert_allclose(elect(other, kind), elect(one, kind), atol=1e-9)


@given(UTILITIES, st.sampled_from(ELECTIONS))
def test_every_election_gives_chances(u: np.ndarray, kind: Election) -> None:
    p = elect(support(u, [1.0, 2.0, 4.0]), kind)
    assert (p >= 0.0).all()
    assert p.sum() == pytest.approx(1.0)
    order = np.arange(len(u))[::-1]
    np.testing.assert_allclose(elect(support(u[order], [1, 2, 4]), kind)[::-1], p, atol=1e-9)


@given(UTILITIES)
def test_markov_elections_stand_still_at_their_result(u: np.ndarray) -> None:
    """One more round of the published iteration changes nothing."""
    s = support(u, [1.0, 2.0, 4.0])
    v = victory(s)
    n = len(u)
    p = elect(s, "markov-uniform")
    again = [sum(v[a, b] * (p[a] + p[b]) for b in range(n)) / n for a in range(n)]
    np.testing.assert_allclose(again, p, atol=1e-9)
    incentive = s * v
    q = incentive / incentive.sum(axis=0)  # challenger in the row, standing option in the column
    p = elect(s, "markov-incentive")
    again = [sum(v[a, b] * (p[a] * q[b, a] + p[b] * q[a, b]) for b in range(n)) for a in range(n)]
    np.testing.assert_allclose(again, p, atol=1e-9)


def test_actors_who_do_not_care_leave_all_options_alike() -> None:
    for kind in ELECTIONS:
        np.testing.assert_allclose(elect(support(np.ones((4, 2)), [1, 1]), kind), 0.25)


def test_stationary_law_with_chances_of_very_different_size() -> None:
    rates = np.array([[0.0, 1e-12, 0.0], [1e-6, 0.0, 1e-12], [0.0, 1e-3, 0.0]])
    found = stationary(rates)
    # detailed balance: 1e-12 of the first against 1e-6 of the second, 1e-12 of it against 1e-3
    np.testing.assert_allclose(found[1:] / found[0], [1e-6, 1e-15], rtol=1e-12)
    with pytest.raises(ValueError, match="stationary"):
        stationary(np.zeros((2, 2)))


def test_likely_set_is_the_smallest_that_holds_the_share() -> None:
    assert likely_set([0.1, 0.5, 0.3, 0.1]).tolist() == [1, 2]
    assert likely_set([0.1, 0.5, 0.3, 0.1], 0.81).tolist() == [1, 2, 0]
    assert likely_set([0.25] * 4, 1.0).tolist() == [0, 1, 2, 3]
    assert likely_set([1.0]).tolist() == [0]


def test_refuses_what_is_no_election() -> None:
    with pytest.raises(ValueError, match="no such election"):
        elect(DEMO, "plurality")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="votes"):
        elect([[0.0, -1.0], [1.0, 0.0]])
    with pytest.raises(ValueError, match="utilities"):
        support([[np.nan]], [1.0])
    with pytest.raises(ValueError, match="no option can beat"):
        elect([[0, 1, 0], [0, 0, 1], [1, 0, 0]], "conditional")


def test_mean_and_median_of_the_emission_standards() -> None:
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


def test_refuses_positions_without_weights() -> None:
    with pytest.raises(ValueError, match="weights"):
        compromise_mean([1.0, 2.0], [0.0, 0.0])
    with pytest.raises(ValueError, match="position"):
        weighted_median([1.0, np.nan], [1.0, 1.0])
