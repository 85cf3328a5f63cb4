"""What parties are to each other and who attacks whom, as known on a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from havenline.facts.relations import Refuge, offensives_known, terms_known
from tests.crises_random import START, Attack, crisis_of, towns_in_a_row

NAN: Any = pytest.approx(float("nan"), nan_ok=True)


def day(k: int) -> date:
    return START + timedelta(days=k)


def test_relations_stand_both_ways_and_guards_one_way() -> None:
    relations = (("att", "def", "hostile"), ("gua", "def", "guards"), ("att", "oth", "allied"))
    sketch = towns_in_a_row(relations=relations)
    (terms,) = terms_known(crisis_of(sketch), START, day(20))
    assert terms.relations == {
        ("att", "def"): "hostile",
        ("def", "att"): "hostile",
        ("gua", "def"): "guards",
        ("att", "oth"): "allied",
        ("oth", "att"): "allied",
    }


def test_the_newest_row_known_holds_and_neutral_ends_what_was() -> None:
    relations = (
        ("att", "def", "hostile", -50),
        ("def", "att", "neutral", 6),
        ("att", "gua", "allied", 9),
        ("gua", "def", "guards", -50),
        ("gua", "def", "hostile", 12),
        ("att", "def", "allied", 25),
    )
    crisis = crisis_of(towns_in_a_row(relations=relations, refuge=()))
    terms = terms_known(crisis, START, day(20))
    assert [t.since for t in terms] == [START, day(6), day(9), day(12)]
    at_war = {("att", "def"): "hostile", ("def", "att"): "hostile"}
    guards = {("gua", "def"): "guards"}
    allied = {("att", "gua"): "allied", ("gua", "att"): "allied"}
    assert [t.relations for t in terms] == [
        at_war | guards,
        guards,
        guards | allied,
        allied | {("gua", "def"): "hostile", ("def", "gua"): "hostile"},
    ]
    for seed in range(3):
        mixed = replace(crisis, relations=crisis.relations.sample(frac=1.0, random_state=seed))
        assert terms_known(mixed, START, day(20)) == terms


def test_a_relation_published_later_is_not_known_yet() -> None:
    crisis = crisis_of(towns_in_a_row(relations=(("att", "def", "hostile", 3),)))
    late = crisis.relations.assign(published=pd.Timestamp(day(9)))
    crisis = replace(crisis, relations=late)
    assert terms_known(crisis, START, day(8))[-1].relations == {}
    assert ("att", "def") in terms_known(crisis, START, day(9))[-1].relations


def test_refuge_is_told_for_pairs_that_have_a_row() -> None:
    sketch = towns_in_a_row(refuge=(("def", "att", 0.4, "no"), ("def", "nbr", 0.0, "no")))
    (terms,) = terms_known(crisis_of(sketch), START, day(20))
    everybody = float("inf")
    assert terms.refuge == {
        ("def", "att"): Refuge(0.4, False, everybody, NAN, NAN, NAN),
        ("def", "nbr"): Refuge(0.0, False, everybody, NAN, NAN, NAN),
    }


def test_offensives_are_known_by_id_with_those_that_come_later() -> None:
    attacks = (
        Attack("second", "att; gua", "def", "south;middle", since=30),
        Attack("first", "def", "att"),
    )
    relations = (("att", "def", "hostile"), ("gua", "def", "hostile"))
    crisis = crisis_of(towns_in_a_row(attacks=attacks, relations=relations))
    first, second = offensives_known(crisis, day(20))
    assert (first.id, second.id) == ("first", "second")
    assert second.attackers == {"att", "gua"}
    assert second.areas == {"south", "middle"}
    assert (first.areas, first.announced) == (frozenset(), None)
    assert second.since == day(30)
    assert offensives_known(crisis, day(-100)) == []
