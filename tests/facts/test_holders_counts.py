"""Holders, counts and borders as known on a day, the same for replay, report and page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havenline.crisis import Crisis
from havenline.facts.borders import UNKNOWN, Border, borders_known, most_open
from havenline.facts.counts import counts_shown, displaced_known, published_totals
from havenline.facts.holders import captured_since, holders_known, recorded_captures
from havenline.report.charts import observed_of
from havenline.web.scene import _observed
from havenline.world.record import known_facts
from havenline.world.world import build_world
from tests.crises_random import START, crisis_of, towns_in_a_row


def day(k: int) -> date:
    return START + timedelta(days=k)


def control(*rows: tuple[int, str, str, int]) -> pd.DataFrame:
    """Rows: day, place, party, day of publication."""
    return pd.DataFrame(
        {
            "date": pd.to_datetime([day(r[0]) for r in rows]),
            "place_id": [r[1] for r in rows],
            "party_id": [r[2] for r in rows],
            "published": pd.to_datetime([day(r[3]) for r in rows]),
            "how": "",
            "contested": "",
        }
    )


def test_a_holder_counts_from_the_day_that_was_known_before_the_start_too() -> None:
    rows = control((-30, "a", "def", -29), (-10, "b", "att", 12), (5, "a", "att", 9))
    assert holders_known(rows, day(8)) == {"a": "def"}
    assert holders_known(rows, day(9)) == {"a": "att"}
    assert holders_known(rows, day(12)) == {"a": "att", "b": "att"}
    assert holders_known(rows, day(4)) == {"a": "def"}


def test_of_two_rows_of_a_place_and_day_the_one_published_last_holds() -> None:
    rows = control((3, "a", "att", 9), (3, "a", "def", 4))
    for table in (rows, rows[::-1]):
        assert holders_known(table, day(4)) == {"a": "def"}
        assert holders_known(table, day(9)) == {"a": "att"}


def test_captures_known_and_captures_that_came_true() -> None:
    rows = control((0, "a", "def", 0), (3, "a", "att", 4), (6, "a", "def", 6), (8, "a", "att", 20),
                   (0, "b", "att", 0), (7, "c", "att", 7))  # fmt: skip
    assert captured_since(rows, day(5), ["att"]) == {"a": day(3), "b": day(0)}
    assert captured_since(rows, day(10), ["att"]) == {"b": day(0), "c": day(7)}
    assert recorded_captures(rows, day(2), day(9), ["att"]) == {"a": day(3), "c": day(7)}
    assert recorded_captures(rows, day(3), day(9), ["att"]) == {"a": day(8), "c": day(7)}
    assert recorded_captures(rows, day(3), day(7), ["def"]) == {"a": day(6)}


changes = st.lists(
    st.tuples(
        st.integers(-5, 25),
        st.sampled_from(["a0", "t1", "t2", "z9"]),
        st.sampled_from(["att", "def", "gua"]),
        st.integers(0, 9),
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(rows=changes, as_of=st.integers(0, 25), data=st.data())
def test_replay_and_report_see_the_same_holders_in_any_order_of_the_rows(
    rows: list[tuple[int, str, str, int]], as_of: int, data: st.DataObject
) -> None:
    crisis = crisis_of(towns_in_a_row())
    late = [(d, place, party, d + lag) for d, place, party, lag in rows]
    shuffled = data.draw(st.permutations(late))
    held = holders_known(control(*late), day(as_of))
    assert held == holders_known(control(*shuffled), day(as_of))
    world = build_world(replace(crisis, control=control(*shuffled)), day(as_of))
    names = [*world.party_ids, ""]
    last = known_facts(world, day(as_of)).record.holder[-1]
    for place, holder in zip(world.place_ids, last, strict=True):
        assert names[holder] == held.get(place, "")


def counted(*rows: tuple[int, float, int, str]) -> Crisis:
    """Rows: day, persons, day of publication, qualifier."""
    crisis = crisis_of(towns_in_a_row(counts=tuple(row[:3] for row in rows)))
    table = crisis.observations.assign(
        qualifier=[row[3] for row in rows], source_id=[f"s{k}" for k in range(len(rows))]
    )
    return replace(crisis, observations=table)


@pytest.mark.parametrize(
    ("rows", "persons"),
    [
        (((8, 5_000, 9, "="), (8, 4_000, 15, "about")), 4_000),
        (((8, 5_000, 9, "="), (8, 4_000, 25, "about")), 5_000),
        (((8, 5_000, 9, ">"), (8, 4_000, 9, "=")), 4_000),
        (((8, 5_000, 9, "about"), (8, 4_000, 9, "about")), 5_000),
    ],
)
def test_of_two_counts_of_a_day_replay_score_report_and_page_take_the_same(
    rows: Any, persons: float
) -> None:
    for order in (rows, rows[::-1]):
        crisis, as_of = counted(*order), day(20)
        target = known_facts(build_world(crisis), as_of).record.day["target"]
        assert target[: 8 + 1].sum() == pytest.approx(persons)
        assert published_totals(crisis.observations, as_of=as_of).persons.tolist() == [persons]
        assert displaced_known(crisis, as_of).persons.tolist() == [persons]
        drawn = [p.value for p in observed_of(crisis, pd.Timestamp(as_of)) if p.known]
        listed = [p["value"] for p in _observed(crisis, pd.Timestamp(as_of)) if p["known"]]
        assert drawn == listed == [persons]


def test_a_revision_published_later_stands_beside_what_it_revises() -> None:
    crisis = counted((8, 5_000, 9, "="), (8, 4_000, 25, "="), (12, 7_000, 13, "="))
    shown = [(c.persons, c.known, c.source_id) for c in counts_shown(crisis, day(20))]
    assert shown == [(5_000, True, "s0"), (4_000, False, "s1"), (7_000, True, "s2")]
    assert [c.persons for c in counts_shown(crisis, day(25))] == [4_000, 7_000]


def test_counts_of_before_the_period_are_not_replayed() -> None:
    crisis = counted((-3, 900, -2, "="), (8, 5_000, 9, "="))
    assert displaced_known(crisis, day(20)).persons.tolist() == [5_000]
    target = known_facts(build_world(crisis), day(20)).record.day["target"]
    np.testing.assert_allclose(target[:9].sum(), 5_000)


def test_a_border_is_that_of_its_most_open_crossing_known() -> None:
    crossings = pd.DataFrame(
        {
            "crossing_id": ["x", "x", "y", "z"],
            "neighbour": ["one", "one", "one", "two"],
            "regime": ["closed", "open", "managed", "unknown"],
            "since": pd.to_datetime([day(-9), day(8), day(3), day(5)]),
            "published": pd.to_datetime([day(-9), day(10), day(3), day(5)]),
            "permeability": [float("nan"), 0.6, float("nan"), float("nan")],
        }
    )
    both = ["one", "two"]

    def regimes(table: pd.DataFrame, k: int, as_of: int) -> list[int]:
        return [b.regime for b in borders_known(table, both, day(k), day(as_of))]

    assert [regimes(crossings, k, k) for k in (2, 3, 9, 10)] == [
        [0, UNKNOWN], [1, UNKNOWN], [1, UNKNOWN], [2, UNKNOWN]
    ]  # fmt: skip
    assert regimes(crossings, 8, 10) == [2, UNKNOWN], "the day it is about is not that it is known"
    assert borders_known(crossings, ["one"], day(10), day(10)) == [Border(2, 0.6)]
    assert regimes(crossings.iloc[:0], 2, 2) == [UNKNOWN, UNKNOWN]


def test_over_all_borders_an_unknown_one_counts_as_managed() -> None:
    nan = float("nan")
    assert most_open([]) == 0
    assert most_open([Border(0, nan), Border(UNKNOWN, nan)]) == 1
    assert most_open([Border(2, nan), Border(UNKNOWN, nan)]) == 2
