from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from havenline.negotiation.zone import acceptable, gains_over, pareto_set, why_none

SMALL = st.integers(-2, 3).map(float)


def dominated(u: np.ndarray, row: int) -> bool:
    """Whether another row is better for one party and worse for none, by the definition."""
    return any(bool((v >= u[row]).all() and (v > u[row]).any()) for v in u)


@given(arrays(np.float64, st.tuples(st.integers(1, 14), st.integers(1, 4)), elements=SMALL))
def test_pareto_set_by_definition_with_ties_and_copies(u: np.ndarray) -> None:
    assert pareto_set(u).tolist() == [not dominated(u, k) for k in range(len(u))]


def test_pareto_set_of_points_drawn_at_random_by_definition() -> None:
    rng = np.random.default_rng(3)
    for parties in (2, 3, 5):
        u = rng.random((200, parties))
        assert pareto_set(u).tolist() == [not dominated(u, k) for k in range(len(u))]


def test_pareto_set_with_red_lines_and_without_settlements() -> None:
    u = np.array([[1.0, -np.inf], [0.0, -np.inf], [0.0, 0.0]])
    assert pareto_set(u).tolist() == [True, False, True]
    assert pareto_set(np.empty((0, 3))).tolist() == []


def test_two_losses_do_not_make_a_deal() -> None:
    gains = gains_over([[0.9, 0.0, 0.0], [0.45, 0.45, 0.45]], [0.1, 0.44, 0.44])
    assert gains[0].prod() > gains[1].prod()
    assert acceptable(gains).tolist() == [False, True]


def test_a_settlement_that_is_no_deal_again_is_none() -> None:
    assert not acceptable(gains_over([[1.0, 2.0]], [1.0, 2.0])).any()


@given(st.floats(1e-6, 1e6), st.floats(-1e6, 1e6))
def test_rounding_does_not_decide_who_consents(scale: float, shift: float) -> None:
    u = np.array([[0.3, 1.0], [0.7, 0.5]])
    d = np.array([0.3, 0.5])
    gains = gains_over(u * scale + shift, d * scale + shift)
    if scale > 1e-3 * abs(shift):
        assert acceptable(gains).tolist() == [True, True]
    assert gains[0, 0] == 0.0
    assert gains[1, 1] == 0.0


def test_reasons_name_who_refuses() -> None:
    none = why_none(gains_over([[0.0, 1.0, 1.0], [0.2, 2.0, 1.0]], [0.5, 0.0, 0.0]))
    assert none.reason == "refused outright"
    assert none.refuses == (0,)
    assert none.opens_without == (0,)
    assert none.nearest == 1
    np.testing.assert_allclose(none.shortfall, [0.3, 0.0, 0.0])
    assert none.text(("Syria", "Turkey", "Russia")) == (
        "Every settlement is worse than no deal for Syria."
    )


def test_reasons_where_each_could_accept_something() -> None:
    none = why_none(gains_over([[1.0, -1.0, 1.0], [-2.0, 1.0, 1.0]], [0.0, 0.0, 0.0]))
    assert none.reason == "nothing for all together"
    assert none.refuses == ()
    assert none.opens_without == (0, 1)
    assert "without the consent of a or b" in none.text(("a", "b", "c"))


def test_reasons_where_no_single_party_stands_in_the_way() -> None:
    none = why_none(gains_over([[1.0, -1.0, -1.0], [-1.0, 1.0, -1.0]], [0.0, 0.0, 0.0]))
    assert none.refuses == (2,)
    assert none.opens_without == ()
    none = why_none(gains_over([[1.0, -1, -1], [-1, 1.0, -1], [-1, -1, 1.0]], [0.0, 0.0, 0.0]))
    assert "no single party" in none.text(("a", "b", "c"))


def test_reasons_with_red_lines_everywhere_and_with_nothing_to_choose() -> None:
    none = why_none(gains_over([[-np.inf, 1.0], [1.0, -np.inf]], [0.0, 0.0]))
    assert none.nearest is None
    assert none.shortfall.tolist() == [0.0, 0.0]
    assert why_none(np.empty((0, 2))).reason == "no settlements"


@pytest.mark.parametrize(
    ("payoffs", "no_deal"),
    [
        ([[1.0, np.nan]], [0.0, 0.0]),
        ([[1.0, np.inf]], [0.0, 0.0]),
        ([[1.0, 1.0]], [0.0, np.nan]),
        ([[1.0, 1.0]], [0.0, -np.inf]),
        ([[1.0, 1.0]], [0.0]),
        ([1.0, 1.0], [0.0, 0.0]),
        (np.empty((3, 0)), []),
    ],
)
def test_refuses_what_is_not_a_table_of_payoffs(payoffs: object, no_deal: object) -> None:
    with pytest.raises(ValueError):
        gains_over(payoffs, no_deal)  # type: ignore[arg-type]
