"""Days on the road, reckoned by hand: 360 km a day unless said otherwise."""

from __future__ import annotations

import pytest

from havenline.crisis.case import Closure, Link
from tests.engine.rules.flee.little import evenings, people, place, share_at, within
from tests.engine.rules.flee.little import little as case_of

WAR = place("War", "conflict")
HUB = place("Hub", "forward")
TOWN = place("Town", "town")
CAMP = place("Camp", "camp")


def test_a_road_of_a_days_distance_takes_two_days() -> None:
    roads = [(0, 1, 360.0)]
    assert evenings(case_of([WAR, CAMP], roads, people(0, 7), days=2)) == [[0, 0], [0, 7]]
    assert evenings(case_of([WAR, CAMP], [(0, 1, 359.75)], people(0, 7))) == [[0, 7]]


@pytest.mark.parametrize(
    ("first", "second", "arrived"),
    [(100.0, 350.0, True), (350.0, 350.0, True), (100.0, 360.0, False), (359.0, 359.0, True)],
)
def test_who_has_distance_to_spare_travels_a_full_day_more(
    first: float, second: float, arrived: bool
) -> None:
    roads = [(0, 1, first), (1, 2, second)]
    case = case_of([WAR, HUB, CAMP], roads, people(0, 7))
    assert evenings(case) == [[0, 0, 7 if arrived else 0]]


def test_who_has_gone_a_days_distance_stops() -> None:
    # 200 + 200 km, though the third road is short
    places = [WAR, HUB, place("Hub 2", "forward"), CAMP]
    roads = [(0, 1, 200.0), (1, 2, 200.0), (2, 3, 5.0)]
    settings = {"awareness_level": 3, "camp_weight": 1e12}
    case = case_of(places, roads, people(0, 7), days=2, settings=settings)
    assert evenings(case) == [[0, 0, 7, 0], [0, 0, 0, 7]]


def test_what_is_left_of_a_road_counts_on_the_next_day() -> None:
    # 360 of 500 km on day 0; 140 on day 1, and then a full day's 360 more
    case = case_of([WAR, HUB, CAMP], [(0, 1, 500.0), (1, 2, 350.0)], people(0, 7), days=2)
    assert evenings(case) == [[0, 0, 0], [0, 0, 7]]


def test_who_is_on_a_road_that_closes_comes_back_to_its_start() -> None:
    shut = Closure("location", "Camp", "", 1, -1)
    case = case_of([WAR, CAMP], [(0, 1, 500.0)], people(0, 7), days=3, closures=(shut,))
    assert evenings(case) == [[0, 0], [7, 0], [7, 0]]


def test_the_first_road_is_walked_where_the_settings_say_so() -> None:
    # 35, 70, 105 km on foot, with distance to spare; on by car on the second road
    roads = [(0, 1, 70.0), (1, 2, 300.0)]
    case = case_of([WAR, HUB, CAMP], roads, people(0, 7), days=3, settings={"start_on_foot": True})
    assert evenings(case) == [[0, 0, 0], [0, 0, 0], [0, 0, 7]]


def test_a_road_may_have_its_own_speed() -> None:
    slow = Link(0, 1, 100.0, max_move_speed=60.0)
    case = case_of([WAR, CAMP], [slow], people(0, 7), days=2)
    assert evenings(case) == [[0, 0], [0, 7]]


def test_a_road_may_be_walked_by_chance() -> None:
    walked = Link(0, 1, 50.0, walk_probability=0.4)
    case = case_of([WAR, CAMP], [walked], people(0, 2000), days=2)
    assert share_at(case, 1) == pytest.approx(0.6, abs=within(0.6))
    # the second day, who walks again has gone 70 km
    assert evenings(case)[1] == [0, 2000]


@pytest.mark.parametrize("km", [10.0, 350.0])
def test_who_has_moved_little_goes_on_through_towns(km: float) -> None:
    roads = [(0, 1, km), (1, 2, 20.0)]
    for avoid, where in ((False, [0, 7, 0]), (True, [0, 0, 7])):
        settings = {"avoid_short_stints": avoid, "default_movechance": 0.0}
        case = case_of([WAR, TOWN, CAMP], roads, people(0, 7), settings=settings)
        assert evenings(case) == [where]


@pytest.mark.parametrize(("km", "goes_on"), [(500.0, True), (600.0, False)])
def test_recent_days_count_as_movement(km: float, goes_on: bool) -> None:
    # day 0: (0 + 1)/2 = 0.5; then (0.5 + 140/360)/2 = 0.44 or (0.5 + 240/360)/2 = 0.58
    settings = {"avoid_short_stints": True, "default_movechance": 0.0}
    roads = [(0, 1, km), (1, 2, 20.0)]
    case = case_of([WAR, TOWN, CAMP], roads, people(0, 7), days=2, settings=settings)
    assert evenings(case)[1] == ([0, 0, 7] if goes_on else [0, 7, 0])


def test_short_stints_end_in_camps() -> None:
    settings = {"avoid_short_stints": True, "camp_movechance": 0.0}
    places = [WAR, CAMP, place("Far", "camp")]
    case = case_of(places, [(0, 1, 10.0), (1, 2, 20.0)], people(0, 7), settings=settings)
    assert evenings(case) == [[0, 7, 0]]


def test_all_decide_before_anyone_travels() -> None:
    # nobody sees the others arrive, so all go to a camp with 9 of 10 places taken
    places = [WAR, place("Camp", "camp", capacity=10.0)]
    crowd = (*people(0, 30), *people(1, 9))
    assert evenings(case_of(places, [(0, 1, 30.0)], crowd)) == [[0, 39]]
