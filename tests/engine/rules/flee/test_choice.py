"""Where people go: weights of routes, reckoned by hand; 10 km of softening as shipped."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from havenline.crisis.case import Case, Demographic, KindChange
from tests.engine.rules.flee.little import (
    DRAWN,
    evenings,
    follow,
    little,
    people,
    place,
    share_at,
    within,
)

WAR = place("War", "conflict")
NEAR, FAR = place("Near", "camp"), place("Far", "camp")
MANY = DRAWN[0]


def fork(
    near: float = 20.0, far: float = 90.0, *, places: Any = (WAR, NEAR, FAR), **settings: Any
) -> Case:
    """Two places by a road of each length; all start in a third."""
    roads = [(0, 1, near), (0, 2, far)]
    return little(places, roads, people(0, MANY), settings=settings)


def share(near: float, far: float) -> float:
    """Return the share of the first weight."""
    return near / (near + far)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, share(1 / 30, 1 / 100)),
        ({"softening": 0.0}, share(1 / 20, 1 / 90)),
        ({"distance_power": 2.0}, share(1 / 30**2, 1 / 100**2)),
        ({"distance_power": 0.0}, 0.5),
        ({"weight_power": 0.5}, share(1 / 30**0.5, 1 / 100**0.5)),
        ({"weight_softening": 2.0, "camp_weight": 3.0}, share(1 / 30, 1 / 100)),
    ],
)
def test_weight_is_score_over_distance(settings: dict[str, Any], expected: float) -> None:
    assert share_at(fork(**settings), 1) == pytest.approx(expected, abs=within(expected))


def test_camps_and_places_abroad_have_weights() -> None:
    abroad = place("Near", "camp", country="Away")
    town = place("Far", "town")
    case = fork(50.0, 50.0, places=(WAR, abroad, town), camp_weight=3.0, foreign_weight=0.5,
                default_movechance=0.0)  # fmt: skip
    assert share_at(case, 1) == pytest.approx(0.6, abs=within(0.6))


def test_score_is_softened_by_addition() -> None:
    places = (WAR, place("Near", "camp"), place("Far", "town"))
    case = fork(50.0, 50.0, places=places, camp_weight=3.0, weight_softening=1.0,
                default_movechance=0.0)  # fmt: skip
    assert share_at(case, 1) == pytest.approx(4 / 6, abs=within(4 / 6))


def test_trade_and_development_draw_abroad() -> None:
    # 1 + 2 + 0.5^2 against 1
    rich = place("Near", "camp", country="Away", trade_volume="2", hdi="0.5")
    case = fork(50.0, 50.0, places=(WAR, rich, FAR), use_economic_pull=True)
    assert share_at(case, 1) == pytest.approx(3.25 / 4.25, abs=within(3.25 / 4.25))


@pytest.mark.parametrize(("day", "weight"), [(0, 1.0), (1, 0.75)])
def test_hungry_places_at_home_score_lower_from_the_second_day(day: int, weight: float) -> None:
    # 1 - 0.5^2
    case = little(
        (place("War", "town"), place("Near"), place("Far", country="Away")),
        [(0, 1, 40.0), (0, 2, 40.0)], people(0, MANY), days=2,
        kind_changes=(KindChange(0, "forward", day),),
        settings={"avoid_food_deprived_locations": True, "default_movechance": 0.0},
        food=np.full((2, 3), 50.0),
    )  # fmt: skip
    expected = share(weight, 1.0)
    assert share_at(case, 1, day=1) == pytest.approx(expected, abs=within(expected))


@pytest.mark.parametrize(
    ("intensity", "decay", "exponent"), [(0.5, None, 0.5), (0.5, (1.0, 0.2), 0.1)]
)
def test_conflict_repels_by_its_intensity_and_age(
    intensity: float, decay: tuple[float, ...] | None, exponent: float
) -> None:
    # all leave on day 1, when the conflict is in its second interval, of a day
    case = little(
        (place("Home"), place("Near"), FAR), [(0, 1, 40.0), (0, 2, 40.0)], people(0, MANY),
        days=2, conflict={1: [intensity, intensity]}, kind_changes=(KindChange(0, "forward", 1),),
        settings={"conflict_weight": 0.25, "default_movechance": 0.0, "conflict_movechance": 0.0,
                  "conflict_spawn_decay": decay, "conflict_spawn_decay_interval": 1.0},
    )  # fmt: skip
    expected = share(0.25**exponent, 1.0)
    assert share_at(case, 1, day=1) == pytest.approx(expected, abs=within(expected))


def test_people_who_know_two_roads_weigh_the_way_as_a_whole() -> None:
    # War - Hub 20 km - Camp 50 km more: 1/30 against 1/80; who stops in Hub stays
    places = (WAR, place("Hub"), place("Camp", "camp"))
    settings = {"awareness_level": 2, "default_movechance": 0.0}
    case = little(places, [(0, 1, 20.0), (1, 2, 50.0)], people(0, MANY), settings=settings)
    expected = share(1 / 30, 1 / 80)
    assert share_at(case, 1) == pytest.approx(expected, abs=within(expected))
    assert follow(case).sum() == MANY


def test_a_ring_is_known_both_ways_and_not_round() -> None:
    # three roads ahead: each of the two others directly and through the other one
    places = (WAR, place("Near", "camp"), place("Far", "camp"))
    roads = [(0, 1, 10.0), (1, 2, 20.0), (2, 0, 30.0)]
    case = little(places, roads, people(0, MANY), settings={"awareness_level": 3,
                                                            "camp_movechance": 0.0})  # fmt: skip
    expected = share(1 / 20 + 1 / 60, 1 / 40 + 1 / 40)
    assert share_at(case, 1) == pytest.approx(expected, abs=within(expected))


def test_markers_are_bends_of_the_road() -> None:
    # 30 + 60 km through the marker is one road of 90 km
    places = (WAR, NEAR, FAR, place("Bend", "marker"))
    roads = [(0, 1, 20.0), (0, 3, 30.0), (3, 2, 60.0)]
    case = little(places, roads, people(0, MANY))
    expected = share(1 / 30, 1 / 100)
    assert share_at(case, 1) == pytest.approx(expected, abs=within(expected))
    assert share_at(case, 3) == 0.0


def test_two_roads_to_a_place_count_twice() -> None:
    case = little((WAR, NEAR, FAR), [(0, 1, 20.0), (0, 1, 30.0), (0, 2, 90.0)], people(0, MANY))
    expected = share(1 / 30 + 1 / 40, 1 / 100)
    assert share_at(case, 1) == pytest.approx(expected, abs=within(expected))


def test_awareness_below_zero_is_one() -> None:
    expected = share(1 / 30, 1 / 100)
    found = share_at(fork(awareness_level=-1), 1)
    assert found == pytest.approx(expected, abs=within(expected))


def test_without_awareness_all_roads_are_alike_and_in_flee_nobody_moves() -> None:
    case = fork(awareness_level=0)
    assert share_at(case, 1) == pytest.approx(0.5, abs=within(0.5))
    assert evenings(case, exact=True) == [[MANY, 0, 0]]


@pytest.mark.parametrize(("threshold", "kept"), [(3.0, 0), (4.0, 1), (1.0, 1)])
def test_much_worse_destinations_are_pruned(threshold: float, kept: int) -> None:
    # the weights differ by 10/3
    found = share_at(fork(pruning_threshold=threshold), 2)
    expected = share(1 / 100, 1 / 30) * kept
    assert found == pytest.approx(expected, abs=within(expected))


def test_fixed_routes_weigh_the_score_twice_and_take_the_best_way() -> None:
    places = (WAR, place("Near", "camp"), place("Far", "town"))
    roads = [(0, 1, 50.0), (0, 1, 90.0), (0, 2, 50.0)]
    settings = {"fixed_routes": True, "camp_weight": 3.0, "default_movechance": 0.0}
    case = little(places, roads, people(0, MANY), settings=settings)
    assert share_at(case, 1) == pytest.approx(0.9, abs=within(0.9))


def test_fixed_routes_are_not_pruned() -> None:
    expected = share(1 / 100, 1 / 30)
    found = share_at(fork(pruning_threshold=2.0, fixed_routes=True), 2)
    assert found == pytest.approx(expected, abs=within(expected))


def test_major_routes_are_known_beyond_the_horizon_and_seem_shorter() -> None:
    # 40 + 80 km count as 30: as good as the 30 km to Near; and Hub as 10 km
    places = (WAR, NEAR, place("Hub"), FAR)
    roads = [(0, 1, 30.0), (0, 2, 40.0), (2, 3, 80.0)]
    settings = {"fixed_routes": True, "default_movechance": 0.0, "camp_movechance": 0.0}
    case = little(places, roads, people(0, MANY), settings=settings, major_routes=((3, 2, 0),))
    near, far, hub = 1 / 40, 1 / 40, 1 / 20
    total = near + far + hub
    for i, weight in ((1, near), (2, hub), (3, far)):
        expected = weight / total
        assert share_at(case, i) == pytest.approx(expected, abs=within(expected))


def test_towns_may_draw_by_their_people() -> None:
    places = (WAR, place("Near", persons=10_000), place("Far", persons=100))
    case = fork(50.0, 50.0, places=places, use_pop_for_loc_weight=True,
                pop_power_for_loc_weight=0.5, default_movechance=0.0)  # fmt: skip
    expected = share(100.0, 10.0)
    assert share_at(case, 1) == pytest.approx(expected, abs=within(expected))


@pytest.mark.parametrize(
    ("rule", "person", "power"),
    [
        ("ChildrenAvoidHazards", {"age": "18"}, 2),
        ("ChildrenAvoidHazards", {"age": "19"}, 1),
        ("ElderlyAvoidHazards", {"age": "60"}, 2),
        ("ElderlyAvoidHazards", {"age": "59"}, 1),
        ("WomenAvoidHazards", {"gender": "female"}, 2),
        ("WomenAvoidHazards", {"gender": "male"}, 1),
        ("BoysTakeRisk", {"gender": "male", "age": "15"}, 0),
        ("BoysTakeRisk", {"gender": "male", "age": "14"}, 1),
        ("BoysTakeRisk", {"gender": "female", "age": "15"}, 1),
    ],
)
def test_some_mind_hazards_more(rule: str, person: dict[str, str], power: int) -> None:
    case = little(
        (WAR, place("Near", "camp"), place("Far", country="Away")),
        [(0, 1, 50.0), (0, 2, 50.0)], people(0, MANY, **person),
        settings={rule: True, "foreign_weight": 0.5, "default_movechance": 0.0},
    )  # fmt: skip
    expected = share(1.0, 0.5**power)
    assert share_at(case, 1) == pytest.approx(expected, abs=within(expected))


def test_a_girl_s_scores_are_squared_once() -> None:
    case = little(
        (WAR, place("Near", "camp"), place("Far", country="Away")),
        [(0, 1, 50.0), (0, 2, 50.0)], people(0, MANY, age="7", gender="female"),
        settings={"ChildrenAvoidHazards": True, "WomenAvoidHazards": True,
                  "foreign_weight": 0.5, "default_movechance": 0.0},
    )  # fmt: skip
    assert share_at(case, 1) == pytest.approx(0.8, abs=within(0.8))


def test_those_who_set_out_have_the_attributes_of_their_place() -> None:
    # all of War's people are children whatever the column of other places says
    ages = Demographic("age", ("7", "40"), np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]]))
    case = little(
        (place("War", "conflict", persons=10), place("Near", "camp"),
         place("Far", country="Away")),
        [(0, 1, 50.0), (0, 2, 50.0)],
        settings={"ChildrenAvoidHazards": True, "foreign_weight": 0.5, "default_movechance": 0.0,
                  "conflict_spawn_mode": "constant", "displaced_per_conflict_day": MANY},
        demographics=(ages,),
    )  # fmt: skip
    assert share_at(case, 1) == pytest.approx(0.8, abs=within(0.8))


def test_an_attribute_that_only_travellers_have_is_not_that_of_others() -> None:
    case = little(
        (place("War", "conflict", persons=10), place("Near", "camp"),
         place("Far", country="Away")),
        [(0, 1, 50.0), (0, 2, 50.0)], people(1, 1, age="7"),
        settings={"ChildrenAvoidHazards": True, "foreign_weight": 0.5, "default_movechance": 0.0,
                  "camp_movechance": 0.0, "conflict_spawn_mode": "constant",
                  "displaced_per_conflict_day": MANY},
    )  # fmt: skip
    assert share_at(case, 1) == pytest.approx(2 / 3, abs=0.01)


@pytest.mark.parametrize(("exact", "nearer"), [(False, 1.0), (True, 2.0)])
def test_home_is_where_one_set_out_and_in_flee_where_one_is(exact: bool, nearer: float) -> None:
    # one degree of latitude apart: Near - War - Hub - Far on a line
    places = (
        place("War", "conflict", at=(0.0, 0.0)),
        place("Near", "camp", at=(-1.0, 0.0)),
        place("Hub", "forward", at=(1.0, 0.0)),
        place("Far", "camp", at=(2.0, 0.0)),
    )
    roads = [(0, 2, 50.0), (2, 1, 50.0), (2, 3, 50.0)]
    settings = {"stay_close_to_home": True, "home_distance_power": 1.0}
    case = little(places, roads, people(0, MANY), settings=settings)
    # from War, Near is 1 degree off and Far 2; from Hub it is 2 and 1
    near, far = (1 / nearer, 1 / (3 - nearer))
    expected = share(near, far)
    assert share_at(case, 1, exact=exact) == pytest.approx(expected, abs=within(expected))


def alike(near: int, far: int, *, kind: str = "town", **settings: Any) -> Case:
    """A fork with 100 people in each place, of whom some are like those who come."""
    crowd = people(0, MANY, ethnicity="Ard", religion="old")
    for i, number in ((1, near), (2, far)):
        crowd += people(i, number, ethnicity="Ard", religion="old")
        crowd += people(i, 100 - number, ethnicity="Bel", religion="new")
    residents = 1000 if kind == "town" else 0
    places = (WAR, place("Near", kind, persons=residents), place("Far", kind, persons=residents))
    stay = {"default_movechance": 0.005, "camp_movechance": 0.0}
    return little(places, [(0, 1, 50.0), (0, 2, 50.0)], crowd, settings=stay | settings)


def came(case: Case, *, exact: bool = False) -> float:
    """Return the share of those who moved that came to the first place."""
    return share_at(case, 1, exact=exact) - 100 / MANY


LEAVE_TOWNS = 0.006
"""So few leave a town the same day, which Flee would else take for a camp."""


@pytest.mark.parametrize("exact", [False, True])
def test_people_look_for_their_like(exact: bool) -> None:
    expected = share(60.0, 20.0)
    case = alike(60, 20, MatchTownEthnicity=True)
    off = within(expected) + LEAVE_TOWNS
    assert came(case, exact=exact) == pytest.approx(expected, abs=off)


@pytest.mark.parametrize(("exact", "found"), [(False, 6.0), (True, 0.6)])
def test_likeness_is_a_share_of_those_present_and_in_flee_of_the_residents(
    exact: bool, found: float
) -> None:
    # ten times 60 of 100 present, or of 1000 residents; 1 is added to the score
    case = alike(60, 0, MatchTownEthnicity=True, weight_softening=1.0)
    expected = share(1.0 + found, 1.0)
    off = within(expected) + LEAVE_TOWNS
    assert came(case, exact=exact) == pytest.approx(expected, abs=off)


def test_religion_counts_in_camps() -> None:
    case = alike(50, 25, kind="camp", MatchCampReligion=True)
    expected = share(2.0, 1.0)
    assert came(case) == pytest.approx(expected, abs=within(expected))


def test_in_flee_camps_have_no_residents_so_that_nobody_finds_his_like() -> None:
    # 1e-8 of a ratio remains, and with a softening of the score nothing of it
    case = alike(100, 0, kind="camp", MatchCampEthnicity=True, weight_softening=1.0)
    assert came(case, exact=True) == pytest.approx(0.5, abs=within(0.5))
    expected = share(11.0, 1.0)
    assert came(case) == pytest.approx(expected, abs=within(expected))


def test_a_column_of_the_table_of_places_stands_for_residents() -> None:
    places = (
        WAR,
        place("Near", persons=1000, Ard="300"),
        place("Far", persons=1000, Ard="100"),
    )
    case = little(
        places, [(0, 1, 50.0), (0, 2, 50.0)], people(0, MANY, ethnicity="Ard"),
        settings={"MatchTownEthnicity": True, "default_movechance": 0.0},
    )  # fmt: skip
    assert share_at(case, 1) == pytest.approx(0.75, abs=within(0.75))


# room in camps


def filling(taken: int, **settings: Any) -> Case:
    """A fork of equal roads; the first camp has 100 places."""
    places = (WAR, place("Near", "camp", capacity=100.0), FAR)
    crowd = (*people(0, MANY), *people(1, taken))
    stay = {"camp_movechance": 0.0, **settings}
    return little(places, [(0, 1, 50.0), (0, 2, 50.0)], crowd, settings=stay)


@pytest.mark.parametrize(
    ("taken", "settings", "room"),
    [
        (90, {}, 1.0),
        (94, {}, 0.6),
        (94, {"weight_power": 2.0}, 0.36),
        (60, {"capacity_buffer": 0.5}, 0.8),
        (120, {"capacity_scaling": 1.25, "capacity_buffer": 0.9}, 0.4),
        (100, {"capacity_scaling": 0.0}, 1.0),
    ],
)
def test_a_camp_that_fills_draws_less(taken: int, settings: dict[str, Any], room: float) -> None:
    # all decide before anyone arrives
    expected = share(1.0, room)
    found = share_at(filling(taken, **settings), 2)
    assert found == pytest.approx(expected, abs=within(expected))


def test_who_chose_a_camp_that_is_nearly_full_does_not_move() -> None:
    expected = share(0.4, 1.0)
    found = share_at(filling(96), 0)
    assert found == pytest.approx(expected, abs=within(expected))


def test_nobody_sets_out_for_a_camp_that_is_nearly_full() -> None:
    places = (WAR, place("Near", "camp", capacity=100.0))
    for taken, go in ((94, True), (96, False)):
        crowd = (*people(0, 500), *people(1, taken))
        case = little(places, [(0, 1, 50.0)], crowd, settings={"camp_movechance": 0.0})
        assert evenings(case) == [[0, taken + 500] if go else [500, taken]]


def test_who_passes_by_looks_at_the_camp_again() -> None:
    # those who come through Hub go on one by one, until the camp has half its room
    places = (WAR, place("Hub", "forward"), place("Camp", "camp", capacity=100.0))
    case = little(places, [(0, 1, 50.0), (1, 2, 50.0)], people(0, 500))
    found = follow(case, futures=20)[:, 0]
    assert np.all(np.abs(found[:, 2] - 96) <= 2)
    assert np.all(found[:, 1] == 500 - found[:, 2])


def test_capacity_grows_every_day() -> None:
    # 97 of 101, 102, 103 places taken: room for 0.40, 0.49, 0.58
    places = (WAR, place("Camp", "camp", capacity=100.0, capacity_per_day="1"))
    crowd = (*people(0, 5), *people(1, 97))
    case = little(places, [(0, 1, 50.0)], crowd, days=3, settings={"camp_movechance": 0.0})
    assert [day[1] for day in evenings(case)] == [97, 97, 102]
