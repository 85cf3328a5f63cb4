"""Who sets out and who leaves: counts, conflict, population, hunger, harvest."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from havenline.crisis.case import Case, Demographic
from tests.engine.rules.flee.little import (
    DRAWN,
    counts,
    evenings,
    follow,
    little,
    people,
    place,
    share_at,
    within,
)

MANY = DRAWN[0]
FROZEN = {"conflict_movechance": 0.0, "camp_movechance": 0.0, "default_movechance": 0.0}
"""Settings with which people stay where they set out."""


def counted(
    camp: tuple[float, ...],
    total: tuple[float, ...] | None = None,
    *,
    war: Any = None,
    kind: str = "camp",
    **settings: Any,
) -> Case:
    """A conflict zone of 1000 people and a counted camp; who sets out stays in the first."""
    case = little(
        [war or place("War", "conflict", persons=1000), place("Camp", kind)], [(0, 1, 50.0)],
        days=len(camp), settings={**FROZEN, **settings},
    )  # fmt: skip
    series = {0: counts(0), 1: counts(*camp)}
    return replace(case, counts=series, total=counts(*(total or camp)))


def set_out(case: Case, *, exact: bool = False) -> list[int]:
    """Return how many have set out by each evening."""
    return [day[0] for day in evenings(case, exact=exact)]


def test_rises_of_the_counts_set_out_and_falls_are_a_debt() -> None:
    # +7, -3, +2, +4: the fall is paid first
    case = counted((10, 17, 14, 16, 20))
    assert evenings(case) == [[0, 10], [7, 10], [7, 10], [7, 10], [10, 10]]


def test_arrivals_may_be_those_of_the_total() -> None:
    case = counted((10, 17, 18), (30, 35, 50), sum_from_camps=False)
    assert set_out(case) == [0, 5, 20]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, [[0, 10], [7, 10]]),
        ({"insert_day0": False}, [[10, 0], [17, 0]]),
        ({"insert_day0": False, "sum_from_camps": False}, [[10, 0], [17, 0]]),
        ({"empty_camps_on_day0": True}, [[0, 0], [7, 0]]),
        ({"insert_day0": False, "empty_camps_on_day0": True}, [[0, 0], [7, 0]]),
    ],
)
def test_the_first_day(settings: dict[str, Any], expected: list[list[int]]) -> None:
    assert evenings(counted((10, 17), **settings)) == expected


def test_flee_counts_the_first_day_twice_where_camps_start_empty() -> None:
    case = counted((10, 17), insert_day0=False)
    assert set_out(case, exact=True) == [20, 27]


def test_flee_counts_series_that_belong_to_no_camp() -> None:
    case = replace(counted((10, 17)), others={"Elsewhere": counts(0, 100)})
    assert set_out(case) == [0, 7]
    assert set_out(case, exact=True) == [0, 107]


def test_hasten_divides_counts_and_the_result_is_in_persons() -> None:
    from havenline.engine.cases import simulate_case

    run = simulate_case(counted((250, 470)), rules="flee", futures=1, hasten=100)
    np.testing.assert_array_equal(run.present.to_numpy()[0], [[0, 200], [200, 200]])


def test_initial_idps_are_in_their_camp_from_the_start() -> None:
    case = little([place("War", "conflict"), place("Camp", "camp", initial_idps="12")],
                  [(0, 1, 50.0)], settings=FROZEN)  # fmt: skip
    assert evenings(case) == [[0, 12]]


def shares_of_origins(case: Case, day: int = 1) -> Any:
    found = follow(case, futures=DRAWN[1])[:, day].sum(axis=0)
    return found / found.sum()


def origins(*, conflict: Any = None, days: int = 2, **settings: Any) -> Case:
    """Three places with 1000, 3000 and 4000 people; all set out on the last day."""
    places = [
        place("A", "conflict", persons=1000),
        place("B", "town", persons=3000),
        place("C", "town", persons=4000),
        place("Camp", "camp"),
    ]
    case = little(places, [(0, 3, 50.0), (1, 3, 50.0), (2, 3, 50.0)], days=days,
                  conflict=conflict, settings={**FROZEN, **settings})  # fmt: skip
    rising = counts(*[0.0] * (days - 1), float(MANY))
    return replace(case, counts=dict.fromkeys(range(3), counts(0)) | {3: rising}, total=rising)


def test_people_set_out_by_population_and_conflict() -> None:
    case = origins(conflict={0: [1.0, 1.0], 1: [0.5, 0.5]})
    found = shares_of_origins(case)
    assert found[0] == pytest.approx(0.4, abs=within(0.4))
    assert found[2] == 0.0


def test_older_conflicts_may_count_less() -> None:
    # A since day 0, B since day 2: on day 3 their ages are 3 and 1, intervals of two days
    case = origins(
        days=4, conflict={0: [1.0] * 4, 1: [0.0, 0.0, 1.0, 1.0]},
        conflict_spawn_decay=(1.0, 0.5), conflict_spawn_decay_interval=2.0,
    )  # fmt: skip
    expected = 1000 * 0.5 / (1000 * 0.5 + 3000)
    assert shares_of_origins(case, day=3)[0] == pytest.approx(expected, abs=within(expected))


def test_hunger_drives_people_out_too() -> None:
    case = origins(conflict={0: [1.0, 1.0]}, starvation_driven_spawning=True,
                   conflict_zone_spawning_only=False)  # fmt: skip
    case = replace(case, food=np.array([[10.0, 20.0, 0.0, 0.0]] * 2))
    found = shares_of_origins(case)
    expected = 1100 / (1100 + 600)
    assert found[0] == pytest.approx(expected, abs=within(expected))
    only = replace(case, settings=case.settings.model_copy(
        update={"conflict_zone_spawning_only": True}))  # fmt: skip
    assert shares_of_origins(only)[0] == 1.0


@pytest.mark.parametrize(
    ("mode", "number", "expected"),
    [("constant", 11.0, [3, 6]), ("pop_ratio", 0.01, [3, 6])],
)
def test_conflict_may_drive_how_many_set_out(mode: str, number: float, expected: list[int]) -> None:
    # int(11 * 0.3), and int(0.01 * 1000 * 0.3), each day; the counts do not matter
    case = counted((0, 500), kind="camp", insert_day0=False, conflict_spawn_mode=mode,
                   displaced_per_conflict_day=number)  # fmt: skip
    conflict = case.conflict.copy()
    conflict[:, 0] = 0.3
    assert set_out(replace(case, conflict=conflict)) == expected


def test_numbers_may_be_drawn() -> None:
    case = counted((0,), conflict_spawn_mode="poisson", displaced_per_conflict_day=40.0)
    found = follow(case, futures=2000)[:, 0, 0]
    assert found.mean() == pytest.approx(40.0, abs=4.5 * np.sqrt(40 / 2000))
    assert found.var() == pytest.approx(40.0, rel=0.15)


def test_who_sets_out_is_a_resident_no_more() -> None:
    settings: dict[str, Any] = {
        "conflict_spawn_mode": "pop_ratio",
        "displaced_per_conflict_day": 0.1,
    }
    case = counted((0, 0, 0), take_from_population=True, **settings)
    assert set_out(case) == [100, 190, 271]
    assert set_out(counted((0, 0, 0), **settings)) == [100, 200, 300]


def flooded(*levels: float, **settings: Any) -> Case:
    """A flood zone of 1000 people with a level each day, from which nobody moves."""
    case = counted((0,) * len(levels), war=place("Zone", "flood_zone", persons=1000),
                   flood_zone_spawning_only=True, **settings)  # fmt: skip
    return replace(case, flood=np.array([[level, 0.0] for level in levels]))


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        # shares of those who still live there, by level
        ({"displaced_per_flood_day": (0.0, 0.1, 0.2)}, [0, 100, 300, 500]),
        ({"displaced_per_flood_day": (0.0, 0.1, 0.2), "take_from_population": True},
         [0, 100, 280, 424]),
        ({"displaced_per_flood_day": (0.0, 10.0, 50.0), "flood_spawn_mode": "constant"},
         [0, 10, 60, 110]),
    ],
)  # fmt: skip
def test_floods_drive_people_out(settings: dict[str, Any], expected: list[int]) -> None:
    # the last entry holds beyond the end of the list
    assert set_out(flooded(0, 1, 2, 5, **settings)) == expected


def test_a_flood_has_its_own_chance_to_leave() -> None:
    places = [place("Here", "flood_zone"), place("Camp", "camp")]
    for level, chance in ((0.0, 0.3), (1.0, 0.8), (2.0, 0.9)):
        case = little(places, [(0, 1, 500.0)], people(0, MANY), flood=np.array([[level, 0.0]]),
                      settings={"flood_movechances": (0.0, 0.8, 0.9)})  # fmt: skip
        assert share_at(case, 0) == pytest.approx(1 - chance, abs=within(chance))


@pytest.mark.parametrize(("kind", "factor"), [("camp", 0.5), ("flood_zone", 0.25)])
def test_floods_repel_and_flood_zones_twice(kind: str, factor: float) -> None:
    places = [place("War", "conflict"), place("Wet", kind), place("Dry", "camp")]
    case = little(places, [(0, 1, 50.0), (0, 2, 50.0)], people(0, MANY),
                  flood=np.array([[0.0, 1.0, 0.0]]),
                  settings={"flood_loc_weights": (1.0, 0.5), "default_movechance": 0.0,
                            "camp_movechance": 0.0})  # fmt: skip
    expected = factor / (1 + factor)
    assert share_at(case, 1) == pytest.approx(expected, abs=within(expected))


@pytest.mark.parametrize("conflict", [0.1, 0.3, 0.7, 0.9])
def test_a_share_of_the_residents_is_reckoned_from_the_left(conflict: float) -> None:
    # 0.01 * 1000 * 0.7 is 7, but 0.7 * 0.01 * 1000 a little less
    case = counted((0,), conflict_spawn_mode="pop_ratio", displaced_per_conflict_day=0.01)
    table = case.conflict.copy()
    table[:, 0] = conflict
    assert set_out(replace(case, conflict=table)) == [round(10 * conflict)]


# leaving


@pytest.mark.parametrize(
    ("kind", "settings", "chance"),
    [
        ("conflict", {}, 1.0),
        ("conflict", {"conflict_movechance": 0.4}, 0.4),
        ("town", {}, 0.3),
        ("flood_zone", {}, 0.3),
        ("camp", {}, 0.001),
        ("idpcamp", {}, 0.1),
        ("forward", {}, 1.0),
        ("marker", {}, 1.0),
    ],
)
def test_chance_to_leave_by_kind_of_place(
    kind: str, settings: dict[str, float], chance: float
) -> None:
    places = [place("Here", kind), place("Camp", "camp")]
    case = little(places, [(0, 1, 500.0)], people(0, MANY), settings=settings)
    assert share_at(case, 0) == pytest.approx(1 - chance, abs=within(chance))


def test_larger_places_may_be_left_more_readily() -> None:
    # (2500/10000)^0.5; for a camp its capacity
    for here in (place("Here", persons=2500), place("Here", "idpcamp", capacity=2500.0)):
        case = little(
            [here, place("Camp", "camp")], [(0, 1, 500.0)], people(0, MANY),
            settings={"movechance_pop_scale_factor": 0.5, "idpcamp_movechance": 0.3},
        )  # fmt: skip
        assert share_at(case, 0) == pytest.approx(0.85, abs=within(0.85))


def test_hunger_raises_the_chance_to_leave() -> None:
    places = [place("Here"), place("Camp", "camp")]
    case = little(places, [(0, 1, 500.0)], people(0, MANY), food=np.array([[50.0, 0.0]]),
                  settings={"flee_when_starving": True})  # fmt: skip
    assert share_at(case, 0) == pytest.approx(0.35, abs=within(0.35))


def test_without_awareness_not_even_hunger_moves_people_in_flee() -> None:
    places = [place("Here"), place("Camp", "camp")]
    case = little(places, [(0, 1, 50.0)], people(0, 50), food=np.array([[50.0, 0.0]]),
                  settings={"flee_when_starving": True, "awareness_level": 0})  # fmt: skip
    assert evenings(case, exact=True) == [[50, 0]]


def test_farmers_stay_for_the_harvest_and_in_flee_everyone() -> None:
    war = place("War", "conflict", persons=100, farmer_fraction="0.3")
    case = little([war, place("Camp", "camp")], [(0, 1, 50.0)], days=2,
                  start=dt.date(2020, 9, 30),
                  settings={"harvest_months": (9,), "conflict_spawn_mode": "constant",
                            "displaced_per_conflict_day": MANY})  # fmt: skip
    assert share_at(case, 0) == pytest.approx(0.3, abs=within(0.3))
    assert evenings(case, exact=True)[0] == [MANY, 0]
    assert evenings(case, exact=True)[1] == [0, 2 * MANY]


def test_people_may_settle_in_camps_and_flee_goes_on_counting_them() -> None:
    places = [place("War", "conflict"), place("Camp", "camp", deactivation_probability="0.25")]
    case = little(places, [(0, 1, 50.0)], people(0, MANY), settings={"camps_are_sinks": True})
    assert share_at(case, 1) == pytest.approx(0.75, abs=within(0.75))
    from havenline.engine.cases import simulate_case

    exact = replace(case, settings=case.settings.model_copy(update={"camp_movechance": 0.0}))
    run = simulate_case(exact, rules="flee-exact", futures=1, seed=1)
    assert run.present.to_numpy()[0].tolist() == [[0, MANY]]


def test_who_sets_out_takes_the_values_of_the_table_by_their_weights() -> None:
    # 2 to 3; women go to the first place only, as the other is worth nothing to them
    gender = Demographic("gender", ("female", "male"), np.array([[2.0] * 3, [3.0] * 3]))
    case = little(
        [place("War", "conflict", persons=10), place("Near", "camp"),
         place("Far", country="Away")],
        [(0, 1, 50.0), (0, 2, 50.0)],
        settings={**FROZEN, "conflict_movechance": 1.0, "WomenAvoidHazards": True,
                  "foreign_weight": 1e-6, "weight_softening": 0.0, "weight_power": 0.05,
                  "conflict_spawn_mode": "constant", "displaced_per_conflict_day": MANY},
        demographics=(gender,),
    )  # fmt: skip
    men, women = 10**-0.3, 10**-0.6
    expected = 0.6 * men / (1 + men) + 0.4 * women / (1 + women)
    assert share_at(case, 2) == pytest.approx(expected, abs=within(expected))
