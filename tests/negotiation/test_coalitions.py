from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest

from havenline.negotiation.coalitions import (
    Members,
    find_smallest,
    stays_together,
    weigh_absences,
)

EVERY = [c for size in range(2, 5) for c in combinations(range(4), size)]
NO_DEAL = np.zeros(4)


def public_good(gain: float, cost: float) -> dict[Members, np.ndarray]:
    """Everyone gets ``gain`` for each member of two or more; each member pays ``cost``."""
    return {c: gain * len(c) - cost * np.isin(np.arange(4), c) for c in EVERY}


def test_staying_by_the_definition_on_payoffs_drawn_at_random() -> None:
    rng = np.random.default_rng(4)
    worth = {c: rng.integers(0, 4, 4).astype(float) for c in EVERY}
    no_deal = np.array([1.0, 2.0, 0.0, 3.0])
    found = [stays_together(c, worth, no_deal) for c in EVERY]
    for c, stays in zip(EVERY, found, strict=True):
        rests = [tuple(k for k in c if k != i) for i in c]
        left = [worth.get(rest, no_deal)[i] for i, rest in zip(c, rests, strict=True)]
        assert stays == (worth[c][list(c)] >= left).all()
    assert 0 < sum(found) < len(found)


def test_free_riding_leaves_only_pairs() -> None:
    """With gain 1 and cost 1.5 a third member costs itself 0.5; of two, leaving ends it all."""
    worth = public_good(1.0, 1.5)
    assert [len(c) for c in EVERY if stays_together(c, worth, NO_DEAL)] == [2] * 6
    worth = public_good(1.0, 0.5)
    assert all(stays_together(c, worth, NO_DEAL) for c in EVERY)


def test_a_coalition_that_can_agree_on_nothing_is_no_deal() -> None:
    worth: dict[Members, np.ndarray] = {(0, 1, 2): np.array([1.0, 1.0, 1.0, 0.0])}
    assert stays_together((0, 1, 2), worth, NO_DEAL)
    assert not stays_together((0, 1, 2), worth, np.array([0.0, 1.5, 0.0, 0.0]))


def test_the_smallest_come_with_the_first_parties_first() -> None:
    assert find_smallest([(0, 1, 2), (1, 3), (2, 3), (0, 2)]) == [(0, 2), (1, 3), (2, 3)]
    assert find_smallest([]) == []


def test_an_agreement_turns_on_whose_absence_costs_most() -> None:
    party, falls = weigh_absences(-1.0, {"eu": -1.2, "us": -3.0, "un": -0.9})
    assert party == "us"
    assert falls == pytest.approx({"eu": 0.2, "us": 2.0, "un": -0.1})
    party, falls = weigh_absences(-1.0, {"eu": -1.2, "us": -math.inf})
    assert (party, falls["us"]) == ("us", math.inf)
    assert weigh_absences(-1.0, {"eu": -1.0, "us": -0.5})[0] is None
    assert weigh_absences(-1.0, {}) == (None, {})


def test_where_nothing_is_agreeable_no_absence_can_cost() -> None:
    found = weigh_absences(-math.inf, {"eu": -math.inf, "us": -2.0})
    assert found == (None, {"eu": 0.0, "us": -math.inf})
