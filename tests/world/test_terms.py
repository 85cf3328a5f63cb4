"""Relations, offensives and refuge as arrays over parties, on cases worked by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from havenline.world.terms import (
    AT_WAR,
    BY_GUARD,
    BY_HOSTILE,
    BY_NEUTRAL,
    DEFENDED,
    GUARDED,
    INTO,
    NO_CONTACT,
    NO_WAY,
    THROUGH,
)
from tests.crises_random import PARTIES, Attack, Road, Town, crisis_of, job_of, towns_in_a_row

ATT, DEF, GUA, NBR, NOBODY = range(5)
"""Parties of a sketch in the order of their ids, and ground that nobody holds."""


def record(**changes: Any) -> Any:
    return job_of(crisis_of(towns_in_a_row(refuge=(), **changes))).facts.record


def test_what_follows_from_relations() -> None:
    known = record()
    contact, share, passage = known.contact[0], known.share[0], known.passage[0]
    assert contact[ATT, DEF] == contact[DEF, ATT] == AT_WAR
    assert contact[ATT, GUA] == contact[GUA, ATT] == BY_GUARD, "a front stands at guarded ground"
    assert contact[DEF, GUA] == contact[ATT, NOBODY] == NO_CONTACT
    assert (np.diag(contact) == NO_CONTACT).all()
    assert share[DEF, [ATT, DEF, GUA, NOBODY]].tolist() == [BY_HOSTILE, 1.0, 1.0, BY_NEUTRAL]
    assert share[GUA, DEF] == 1.0, "who guards shelters and is sheltered"
    assert passage[DEF, [ATT, DEF, GUA, NOBODY]].tolist() == [INTO, THROUGH, THROUGH, THROUGH]
    for abroad in (share[:, NBR], share[NBR]):
        assert abroad[[ATT, DEF, GUA, NOBODY]].tolist() == [0.0] * 4, "only over a crossing"
    assert (passage[:NBR, NBR] == NO_WAY).all()
    assert known.attacks.tolist() == [[True, False, False, False, False]]
    assert known.defends[0].tolist() == [[0, DEFENDED, GUARDED, 0, 0]]


@pytest.mark.parametrize(
    ("share", "passage", "way"),
    [(0.4, "yes", THROUGH), (0.4, "no", INTO), (0.0, "no", NO_WAY), (0.0, "yes", THROUGH)],
)
def test_a_row_of_refuge_stands_in_place_of_the_relation(
    share: float, passage: str, way: int
) -> None:
    sketch = towns_in_a_row(refuge=(("def", "att", share, passage),))
    known = job_of(crisis_of(sketch)).facts.record
    assert known.share[0, DEF, ATT] == share
    assert known.passage[0, DEF, ATT] == way
    assert known.share[0, ATT, DEF] == BY_HOSTILE, "the other way is another row"
    assert known.accept[0, DEF, ATT] == BY_HOSTILE, "who may return is another column"


def test_relations_that_change_hold_from_their_day() -> None:
    relations = (("att", "def", "hostile"), ("att", "def", "neutral", 12))
    known = record(relations=relations, attacks=())
    assert known.day["terms"].tolist() == [0] * 12 + [1] * 9
    assert known.contact[:, ATT, DEF].tolist() == [AT_WAR, NO_CONTACT]
    assert known.share[:, DEF, ATT].tolist() == [BY_HOSTILE, BY_NEUTRAL]


def test_who_guards_is_not_guarded_against_an_offensive_of_its_own() -> None:
    relations = (("att", "def", "hostile"), ("gua", "def", "guards"), ("gua", "def", "hostile", 5))
    attacks = (Attack("one"), Attack("two", "gua", "def"))
    known = record(relations=relations, attacks=attacks)
    assert known.defends[0, 0].tolist() == [0, DEFENDED, GUARDED, 0, 0]
    assert known.defends[1, 0].tolist() == [0, DEFENDED, 0, 0, 0], "enemies now: it guards no more"
    assert known.contact[1, GUA, DEF] == AT_WAR
    assert known.attacks.tolist() == [[True, *[False] * 4], [False, False, True, False, False]]


def test_nobody_travels_through_ground_that_lets_nobody_through() -> None:
    """The direct road is shut to them, the way round is open; into it they may go, or not."""
    towns = (
        Town("a", "x", 0.0, 0.0, "def", residents=100),
        Town("b", "x", 0.1, 0.0, "oth"),
        Town("c", "x", 0.2, 0.0, "def", residents=100),
        Town("d", "x", 0.1, 0.5, "def", residents=100),
    )
    roads = (
        Road("ab", "a", "b", 5.0),
        Road("bc", "b", "c", 5.0),
        Road("ad", "a", "d", 50.0),
        Road("dc", "d", "c", 50.0),
    )
    to_c, to_b = {}, {}
    for name, refuge in {
        "through": (("def", "oth", 0.5, "yes"),),
        "into": (("def", "oth", 0.5, "no"),),
        "shut": (("def", "oth", 0.0, "no"),),
        "neutral": (),
    }.items():
        sketch = towns_in_a_row(refuge=refuge, parties=(*PARTIES, ("oth", "armed")), attacks=())
        sketch = type(sketch)(**{**vars(sketch), "towns": towns, "roads": roads, "lines": ()})
        dist = job_of(crisis_of(sketch)).facts.record.dist[0]
        to_b[name], to_c[name] = float(dist[0, 1]), float(dist[0, 2])
    assert to_c == {"through": 10.0, "into": 100.0, "shut": 100.0, "neutral": 10.0}
    assert to_b == {"through": 5.0, "into": 5.0, "shut": np.inf, "neutral": 5.0}
