"""Conflict that begins and ends, kinds of places that change, closures, capacities."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from havenline.crisis.case import Case, Closure, KindChange, Link
from tests.engine.rules.flee.little import (
    DRAWN,
    counts,
    evenings,
    little,
    people,
    place,
    share_at,
    within,
)

MANY = DRAWN[0]
STAY = {"camp_movechance": 0.0, "default_movechance": 0.0}


def road_out(*, days: int, kind: Any = "town", conflict_day: int = 0, **further: Any) -> Case:
    """Seven people in a place with a road of 50 km to a camp."""
    here = place("Here", kind, conflict_day=conflict_day)
    settings = {**STAY, **further.pop("settings", {})}
    return little([here, place("Camp", "camp")], [(0, 1, 50.0)], people(0, 7), days=days,
                  settings=settings, **further)  # fmt: skip


def stayed(case: Case, *, exact: bool = False) -> list[bool]:
    """Return for each evening whether all are still there."""
    return [day[0] == 7 for day in evenings(case, exact=exact)]


def test_people_leave_when_conflict_begins() -> None:
    case = road_out(days=3, conflict={0: [0.0, 0.0, 0.2]})
    assert stayed(case) == [True, True, False]


def test_a_place_calms_when_conflict_ends() -> None:
    # they would leave on every day of conflict, by a road that opens on day 2
    shut = (Closure("location", "Camp", "", 0, 2),)
    still = road_out(days=4, conflict={0: [1.0, 1.0, 0.0, 0.0]}, closures=shut)
    assert stayed(still) == [True] * 4
    on = road_out(days=4, conflict={0: [1.0, 1.0, 1.0, 0.0]}, closures=shut)
    assert stayed(on) == [True, True, False, False]


@pytest.mark.parametrize(("day", "leave"), [(0, True), (-3, True), (2, False)])
def test_a_conflict_zone_is_one_from_the_start_unless_its_day_is_to_come(
    day: int, leave: bool
) -> None:
    case = road_out(days=1, kind="conflict", conflict_day=day)
    assert stayed(case) == [not leave]


def test_the_table_of_places_says_how_intense() -> None:
    # 0.25 to the power 0.5 against 1
    war = place("Near", "conflict", conflict_intensity="0.5")
    case = little([place("Here", "forward"), war, place("Far", "camp")],
                  [(0, 1, 40.0), (0, 2, 40.0)], people(0, MANY),
                  settings={**STAY, "conflict_weight": 0.25,
                            "conflict_movechance": 0.0})  # fmt: skip
    assert share_at(case, 1) == pytest.approx(1 / 3, abs=within(1 / 3))


@pytest.mark.parametrize(("exact", "weight"), [(False, 0.25), (True, 0.5)])
def test_intensity_may_change_and_flee_keeps_the_first(exact: bool, weight: float) -> None:
    case = little(
        [place("Here"), place("Near"), place("Far", "camp")],
        [(0, 1, 40.0), (0, 2, 40.0)], people(0, MANY), days=2,
        conflict={1: [0.5, 1.0]}, kind_changes=(KindChange(0, "forward", 1),),
        settings={"conflict_weight": 0.25, "conflict_movechance": 0.01, "camp_movechance": 0.0,
                  "default_movechance": 0.005},
    )  # fmt: skip
    expected = weight / (1 + weight)
    found = share_at(case, 1, exact=exact, day=1)
    assert found == pytest.approx(expected, abs=within(expected) + 0.012)


@pytest.mark.parametrize(("exact", "chance"), [(False, 0.0), (True, 0.3)])
def test_a_camp_stays_one_after_a_conflict_and_flee_makes_a_town_of_it(
    exact: bool, chance: float
) -> None:
    case = little([place("Home"), place("Camp", "camp"), place("Away", "camp")],
                  [(1, 2, 500.0)], people(1, MANY), days=3,
                  conflict={1: [0.0, 1.0, 0.0]},
                  settings={"conflict_movechance": 0.0, "camp_movechance": 0.0})  # fmt: skip
    found = share_at(case, 1, exact=exact, day=2)
    assert found == pytest.approx(1 - chance, abs=within(chance))


def test_kinds_change_on_their_day() -> None:
    for kind, leave in (("forward", True), ("conflict", True), ("camp", False), ("town", False)):
        case = road_out(days=2, kind_changes=(KindChange(0, kind, 1),))  # type: ignore[arg-type]
        assert stayed(case) == [True, not leave]


# closures


def test_a_closed_country_and_its_opening() -> None:
    case = little([place("War", "conflict"), place("Camp", "camp", country="Away")],
                  [(0, 1, 50.0)], people(0, 7), days=4,
                  closures=(Closure("country", "Away", "Home", 0, 2),))  # fmt: skip
    assert evenings(case) == [[7, 0], [7, 0], [0, 7], [0, 7]]


@pytest.mark.parametrize("end", [-1, 0])
def test_a_closure_without_an_end_stays(end: int) -> None:
    shut = Closure("location", "Camp", "", 1, end)
    case = road_out(days=4, closures=(shut,), kind_changes=(KindChange(0, "forward", 1),))
    assert stayed(case) == [True] * 4


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize(("start", "end"), [(1, 1), (-1, 3), (-5, -1)])
def test_a_closure_of_no_day_or_from_before_the_start_never_holds(
    start: int, end: int, exact: bool
) -> None:
    case = little([place("War", "conflict"), place("Camp", "camp", country="Away")],
                  [(0, 1, 50.0)], people(0, 7), days=4,
                  closures=(Closure("country", "Away", "Home", start, end),))  # fmt: skip
    assert evenings(case, exact=exact) == [[0, 7]] * 4


def test_a_closed_camp_is_a_town_until_it_opens() -> None:
    case = little([place("War", "conflict"), place("Camp", "camp"), place("Far", "camp")],
                  [(1, 2, 500.0)], people(1, MANY), days=2,
                  settings={"camp_movechance": 0.0},
                  closures=(Closure("camp", "Camp", "", 0, 1),))  # fmt: skip
    for day in (0, 1):
        assert share_at(case, 1, day=day) == pytest.approx(0.7, abs=within(0.7))


def test_a_closed_road_is_closed_both_ways_and_flee_never_finds_it() -> None:
    for ends in (("War", "Camp"), ("Camp", "War")):
        case = little([place("War", "conflict"), place("Camp", "camp")], [(0, 1, 50.0)],
                      people(0, 7), closures=(Closure("link", *ends, 0, -1),))  # fmt: skip
        assert evenings(case) == [[7, 0]]
        assert evenings(case, exact=True) == [[0, 7]]


def fork_with(forced: int, *, swap: bool = False, closures: tuple[Closure, ...] = ()) -> Case:
    """Two camps at 50 km; the road to the first is forced."""
    ends = (1, 0) if swap else (0, 1)
    places = [place("War", "conflict"), place("Near", "camp"), place("Far", "camp")]
    return little(places, [Link(*ends, 50.0, forced=forced), Link(0, 2, 50.0)],
                  people(0, MANY), settings=STAY, closures=closures)  # fmt: skip


@pytest.mark.parametrize(("forced", "swap"), [(1, False), (2, True)])
def test_a_forced_road_leads_all_who_leave_its_start(forced: int, swap: bool) -> None:
    assert evenings(fork_with(forced, swap=swap)) == [[0, MANY, 0]]
    # in the other direction it leads nobody
    back = fork_with(forced, swap=not swap)
    assert share_at(back, 1) == pytest.approx(0.5, abs=within(0.5))


def test_in_flee_a_forced_road_is_two_and_leads_nobody() -> None:
    assert share_at(fork_with(1), 1, exact=True) == pytest.approx(2 / 3, abs=within(2 / 3))
    found = share_at(fork_with(2, swap=True), 1, exact=True)
    assert found == pytest.approx(0.5, abs=within(0.5))


def test_forced_redirection_can_be_removed() -> None:
    shut = (Closure("remove_forced_redirection", "War", "Near", 0, -1),)
    case = fork_with(1, closures=shut)
    assert share_at(case, 1) == pytest.approx(0.5, abs=within(0.5))


# capacities at the start


@pytest.mark.parametrize(
    ("exact", "first", "arrive"),
    # 80 of 100 are there; for Flee 80 of the 20 left
    [(False, 80, True), (True, 80, False), (False, 120, False), (True, 120, True)],
)
def test_flee_takes_those_of_day_0_off_the_capacity(exact: bool, first: int, arrive: bool) -> None:
    # and a camp without capacity left is one without limit
    case = little([place("War", "conflict"), place("Camp", "camp", capacity=100.0)],
                  [(0, 1, 50.0)], people(0, 7), settings=STAY)  # fmt: skip
    case = replace(case, counts={**case.counts, 1: counts(first)}, total=counts(first))
    expected = [0, first + 7] if arrive else [7, first]
    assert evenings(case, exact=exact) == [expected]


def test_flee_takes_a_place_that_nobody_leaves_for_a_camp() -> None:
    case = little([place("War", "conflict"), place("Near"), place("Far", "camp")],
                  [(0, 1, 50.0), (0, 2, 50.0)], people(0, MANY),
                  settings={**STAY, "camp_weight": 4.0})  # fmt: skip
    assert share_at(case, 2) == pytest.approx(0.8, abs=within(0.8))
    assert share_at(case, 2, exact=True) == pytest.approx(0.5, abs=within(0.5))
