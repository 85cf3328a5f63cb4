"""Several parties and offensives: each front moves, stands and displaces on its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from havenline.engine import simulate
from havenline.engine.people import DISPLACED_SINCE, RESIDENT
from havenline.errors import RunError
from tests.crises_random import (
    PARTIES,
    QUIET,
    RELATIONS,
    STEADY_AXES,
    Attack,
    Road,
    Sketch,
    Town,
    Walk,
    captures,
    crisis_of,
    job_of,
    towns_in_a_row,
)

STEADY = {
    **STEADY_AXES,
    "front_speed": 2.0,
    "front_speed_spread": 0.0,
    "front_axis_share": 1.0,
    "front_start_share": 0.5,
    "offensive_end_rate": 0.0,
    "offensive_start_rate": 0.0,
    "tempo_sd": 0.0,
}
STANDS = {
    **QUIET,
    "front_axis_share": 0.0,
    "front_thaw_rate": 0.0,
    "offensive_end_rate": 0.0,
    "flight_background": 0.0,
    "return_monthly": 0.0,
}


def two_rows(**changes: Any) -> Sketch:
    """Two rows of towns with an attacker at the end of each, and an offensive for each."""
    towns, roads = [], []
    for row, lon in (("e", 0.0), ("w", 1.0)):
        area = f"area_{row}"
        towns.append(Town(f"{row}0", area, -0.5, lon, "att" if row == "e" else "oth"))
        for i in range(1, 5):
            towns.append(Town(f"{row}{i}", area, -0.5 + 0.1 * i, lon, residents=10_000))
            roads.append(Road(f"r{row}{i}", f"{row}{i - 1}", f"{row}{i}", 12.0))
    roads.append(Road("rx", "e4", "w4", 200.0))
    sketch = Sketch(
        tuple(towns),
        tuple(roads),
        parties=(*PARTIES, ("oth", "armed")),
        relations=(*RELATIONS, ("oth", "def", "hostile")),
        attacks=(Attack("east", areas="area_e"), Attack("west", "oth", "def", "area_w")),
        happenings=((5, "offensive_start", 5),),
    )
    return replace(sketch, **changes)


def fell(sketch: Sketch, **given: float) -> dict[str, int]:
    """Days on which places fell to whoever attacks."""
    job = job_of(crisis_of(sketch), settings={**STEADY, **given})
    return captures(job) | captures(job, party="oth")


EAST, WEST = ({f"{row}{i}": 6 * i - 3 for i in range(1, 5)} for row in ("e", "w"))


def test_two_offensives_run_side_by_side() -> None:
    """12 km at 2 km a day, from the middle of the first road on."""
    assert fell(two_rows()) == EAST | WEST


def test_each_offensive_stops_on_its_own() -> None:
    started = (5, "offensive_start", 5)
    assert fell(two_rows(happenings=(started, (12, "offensive_pause", 12, "west")))) == EAST
    assert fell(two_rows(happenings=(started, (12, "truce_start", 12, "east"))),
                truce_cure_share=1.0, erosion_pace=0.0) == WEST  # fmt: skip
    assert fell(two_rows(happenings=((5, "offensive_start", 5, "east"),))) == EAST
    assert fell(two_rows(happenings=())) == {}


def test_each_offensive_has_its_own_luck() -> None:
    job = job_of(crisis_of(two_rows()), settings={**STEADY, "offensive_end_rate": 0.1}, futures=200)
    walk, on = Walk(job), []
    for future in range(200):
        walk.future, walk.day = future, -1
        on.append(walk.to(walk.today + 10).offensive["on"].copy())
    running = np.array(on)
    expected = np.exp(-1.0)
    error = np.sqrt(expected * (1 - expected) / 200)
    assert (np.abs(running.mean(axis=0) - expected) < 4 * error).all()
    both = running.all(axis=1).mean()
    assert abs(both - expected**2) < 4 * np.sqrt(0.25 / 200)


def test_an_offensive_moves_only_in_its_areas() -> None:
    """The road from the last town of the east leads into the area of the west."""
    only = two_rows(attacks=(Attack("east", areas="area_e"),), days=200)
    assert fell(only) == EAST
    everywhere = two_rows(attacks=(Attack("east"),), days=200)
    assert set(fell(everywhere)) == {*EAST, "w1", "w2", "w3", "w4"}


def test_an_offensive_starts_no_sooner_than_its_first_day() -> None:
    late = two_rows(
        attacks=(Attack("east", areas="area_e", since=30),),
        happenings=(),
    )
    taken = fell(late, offensive_start_rate=25.0)
    assert min(taken.values()) == taken["e1"] == 10 + 2, "it moves on the tenth day already"


def test_an_offensive_that_is_announced_starts_the_sooner() -> None:
    """At 0.01 a day, and 8 times that where it is announced and has not run yet."""
    late = two_rows(attacks=(Attack("east", announced=15), Attack("west", "oth")), happenings=())
    given = {**STEADY, "offensive_start_rate": 0.01, "offensive_announced": 8.0}
    job = job_of(crisis_of(late), settings=given, futures=300)
    walk, on = Walk(job), []
    for future in range(300):
        walk.future, walk.day = future, -1
        on.append(walk.to(walk.today + 10).offensive["on"].copy())
    share = np.mean(on, axis=0)
    expected = 1 - np.exp([-0.8, -0.1])
    assert (np.abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / 300)).all()


def test_a_counter_offensive_takes_ground_back() -> None:
    """It starts where the front stands, 6 km from the town that fell in between."""
    sketch = two_rows(
        attacks=(Attack("east", areas="area_e"), Attack("back", "def", "att")),
        changes=((10, "e1", "att", 11),),
        happenings=((5, "offensive_start", 5, "east"), (15, "offensive_pause", 15, "east"),
                    (15, "offensive_start", 15, "back")),
    )  # fmt: skip
    job = job_of(crisis_of(sketch), settings=STEADY)
    assert captures(job) == {}
    assert captures(job, party="def") == {"e0": 9, "e1": 3}


def test_a_truce_of_an_option_halts_every_offensive() -> None:
    sketch = two_rows(options={"halt": [{"lever": "truce", "start": 1}]})
    given = {**STEADY, "truce_cure_share": 1.0, "erosion_pace": 0.0}
    job = job_of(crisis_of(sketch), settings=given)
    assert captures(job, 1) | captures(job, 1, party="oth") == {}


@pytest.mark.parametrize(("halted", "going_on"), [("east", WEST), ("west", EAST)])
def test_a_truce_of_an_option_halts_the_offensives_that_it_names(
    halted: str, going_on: dict[str, int]
) -> None:
    lever = {"lever": "truce", "start": 1, "offensives": [halted]}
    given = {**STEADY, "truce_cure_share": 1.0, "erosion_pace": 0.0}
    job = job_of(crisis_of(two_rows(options={"halt": [lever]})), settings=given)
    assert captures(job, 1) | captures(job, 1, party="oth") == going_on


def test_a_truce_that_names_no_offensive_is_refused() -> None:
    lever = {"lever": "truce", "start": 1, "offensives": ["easst"]}
    with pytest.raises(RunError, match=r"halts 'easst', no offensive known .* did you mean 'east'"):
        job_of(crisis_of(two_rows(options={"halt": [lever]})))


def test_relations_that_end_end_the_front() -> None:
    peace = (*RELATIONS, ("oth", "def", "hostile"), ("oth", "def", "neutral", 15))
    assert fell(two_rows(relations=peace)) == EAST


def test_a_front_stands_at_guarded_ground_and_does_not_move_into_it() -> None:
    sketch = towns_in_a_row(changes=((-9, "t2", "gua", -9), (-9, "t3", "gua", -9)))
    towns = tuple(
        replace(t, party="gua") if t.id in ("t2", "t3") else t for t in towns_in_a_row().towns
    )
    job = job_of(crisis_of(replace(sketch, changes=(), towns=towns)), settings=STEADY)
    assert captures(job) == {"t1": 3}
    walk = Walk(job)
    state = walk.to(walk.last)
    assert state.front[2] == 12.0, "it stands where the last town fell, before the guards"


# The pace of an axis


def built_up(kind: str) -> Sketch:
    row = towns_in_a_row()
    towns = tuple(replace(t, kind=kind) if t.id == "t2" else t for t in row.towns)
    return replace(row, towns=towns)


@pytest.mark.parametrize("kind", ["quarter", "city"])
def test_an_axis_towards_a_quarter_moves_slower(kind: str) -> None:
    """6 km and 12 km at 2 km a day, but 12 km at half a km a day into the quarter."""
    given = {**STEADY, "front_built_up": 0.25}
    plain = captures(job_of(crisis_of(built_up("town")), settings=given, days=40))
    slow = captures(job_of(crisis_of(built_up(kind)), settings=given, days=40))
    assert plain == {"t1": 3, "t2": 9, "t3": 15, "t4": 21}
    assert slow == {"t1": 3, "t2": 27, "t3": 33, "t4": 39}


def test_axes_come_to_a_stand_at_their_rate() -> None:
    given = {**STEADY, "front_freeze_rate": 0.1, "front_speed": 1e-6}
    job = job_of(crisis_of(towns_in_a_row()), settings=given, futures=400)
    walk, moving = Walk(job), []
    for future in range(400):
        walk.future, walk.day = future, -1
        state = walk.to(walk.today + 7)
        moving.append(bool(state.road["moving"][0]))
    expected = np.exp(-0.7)
    assert abs(np.mean(moving) - expected) < 4 * np.sqrt(expected * (1 - expected) / 400)


def test_axes_that_stand_begin_to_move_at_their_rate() -> None:
    given = {**STEADY, "front_axis_share": 0.0}
    assert captures(job_of(crisis_of(towns_in_a_row()), settings=given)) == {}
    thaw = {**given, "front_thaw_rate": 50.0}
    assert captures(job_of(crisis_of(towns_in_a_row()), settings=thaw))["t1"] == 3


# Who leaves


def test_a_front_that_stands_for_a_year_displaces_ever_fewer() -> None:
    given = {**STANDS, "flight_front": 0.08, "flight_frailty": 4.0}
    data = simulate(
        crisis_of(towns_in_a_row(people=(200_000, 200_000, 100_000, 100_000))),
        futures=10,
        days=365,
        settings=given,
    ).dataset
    total = data["newly_displaced"].sel(option="no_deal").mean("future").to_numpy()
    monthly = np.diff(total[::30])
    assert len(monthly) == 12
    assert (np.diff(monthly) < 0).all()
    assert monthly[-1] > 0
    assert monthly[0] > 5 * monthly[-1]


def gone(sketch: Sketch, place: int, days: int, **given: float) -> float:
    """Share of the residents of a place who have left some days after the as-of date."""
    walk = Walk(job_of(crisis_of(sketch), settings={**STANDS, "flight_frailty": 0.0, **given}))
    at_start = int(walk.to(0).by_status[place, RESIDENT])
    return 1.0 - float(walk.to(walk.today + days).by_status[place, RESIDENT]) / at_start


def test_people_flee_on_the_attackers_side_too() -> None:
    """6 km from the front on both sides, 17 days: exp(-17 x 0.3 x side exp(-6 / 8))."""
    row = towns_in_a_row(people=(100_000, 10))
    towns = tuple(replace(t, residents=100_000) if t.id == "a0" else t for t in row.towns)
    behind = (Town("b9", "south", -0.9, 0.0, "att", residents=90_000), *towns)
    roads = (*row.roads, Road("rb", "b9", "a0", 60.0))
    sketch = replace(row, towns=behind, roads=roads)
    given = {"flight_front": 0.3, "flight_front_length": 8.0, "front_start_share": 0.5}
    for side in (0.0, 0.4):
        hazard = 17 * 0.3 * np.exp(-6 / 8)
        there = gone(sketch, 0, 1, flight_attackers_side=side, **given)
        assert there == pytest.approx(1 - np.exp(-side * hazard), abs=0.01)
        assert gone(sketch, 2, 1, flight_attackers_side=side, **given) == pytest.approx(
            1 - np.exp(-hazard), abs=0.01
        )


def test_fear_reaches_less_far_in_a_town_of_many_houses() -> None:
    given = {"flight_front": 0.3, "flight_front_length": 8.0, "front_start_share": 0.5}
    row = towns_in_a_row(people=(100_000, 10))
    quarter = replace(
        row, towns=tuple(replace(t, kind="quarter") if t.id == "t1" else t for t in row.towns)
    )
    reach = gone(quarter, 1, 1, flight_built_up_reach=0.5, **given)
    assert reach == pytest.approx(1 - np.exp(-17 * 0.3 * np.exp(-6 / 4)), abs=0.01)


@pytest.mark.parametrize(
    ("how", "share"), [("stormed", 0.5), ("", 0.5), ("given_up", 0.5), ("agreed", 0.0),
                       ("handed_over", 0.0)],
)  # fmt: skip
def test_places_that_change_hands_by_agreement_empty_less(how: str, share: float) -> None:
    sketch = towns_in_a_row(people=(100_000, 10), changes=((10, "t1", "att", 10, how),))
    given = {"flight_front": 0.0, "flight_at_capture": 0.5, "offensive_start_rate": 0.0}
    assert gone(sketch, 1, 1, **given) == pytest.approx(share, abs=0.01)


def test_people_leave_captured_ground_as_far_as_its_holder_lets_them() -> None:
    """It shelters a tenth, and lets 0.3 of the rest of the hazard happen: 0.37 of it in all."""
    sketch = towns_in_a_row(
        people=(100_000, 10),
        changes=((1, "t1", "att", 1, "agreed"),),
        refuge=(("def", "att", 0.1, "no"),),
        concern=("south",),
    )
    given = {"flight_front": 0.0, "flight_background": 0.1, "flight_captured": 0.3}
    hazard = 21 * 0.1 * (0.1 + 0.9 * 0.3)
    assert gone(sketch, 1, 1, **given) == pytest.approx(1 - np.exp(-hazard), abs=0.01)


def test_nobody_flees_without_fighting_outside_areas_of_concern() -> None:
    sketch = towns_in_a_row(happenings=(), concern=("middle",))
    walk = Walk(job_of(crisis_of(sketch), settings={**STANDS, "flight_background": 0.01}))
    state = walk.to(walk.last)
    left = state.by_status[:, RESIDENT] < walk.job.world.network.start[:, 0].sum(axis=1)
    assert left.tolist() == [False, False, False, True, True, False]
    assert state.by_status[:, DISPLACED_SINCE].sum() > 0


def test_recorded_events_make_people_flee_where_and_when_they_happened() -> None:
    """20 events on a day stay in the week's sum for 7 days: 7 x 0.02 ln(1 + 20 / 5)."""
    plain = towns_in_a_row(people=(100_000, 100_000), violence=((8, "t2", 20.0, 9),))
    given = {
        "flight_front": 0.0,
        "flight_bombardment": 0.02,
        "violence_events": 0.003,
        "violence_quiet": 0.0,
        "flight_pause": 1.0,
    }
    assert gone(plain, 2, 1, **given) == pytest.approx(1 - np.exp(-7 * 0.02 * np.log(5)), abs=0.01)
    assert gone(plain, 1, 1, **given) < 1e-3
    unknown = replace(plain, violence=((8, "t2", 20.0, 30),))
    assert gone(unknown, 2, 1, **given) < 1e-3, "published after the as-of date"
    calm = replace(plain, happenings=())
    half = gone(calm, 2, 1, **{**given, "flight_pause": 0.5})
    assert half == pytest.approx(1 - np.exp(-7 * 0.01 * np.log(5)), abs=0.01)


def test_the_axis_that_took_a_place_leads_on_from_it() -> None:
    """On from t1, taken on day 5, more axes move, and faster, than where the front only stood."""
    steady = {"front_axis_share": 0.2, "front_freeze_rate": 0.0, "front_thaw_rate": 0.0}
    found = {}
    for changes in ((), ((5, "t1", "att", 6),)):
        row = towns_in_a_row(changes=changes, happenings=((2, "offensive_start", 2),))
        job = job_of(crisis_of(row), settings=steady, futures=60)
        road = 1 if changes else 0
        moving, speed = [], []
        for future in range(60):
            walk = Walk(job, future=future)
            own = walk.to(walk.today + 1).road[road]
            moving.append(bool(own["moving"]))
            speed.append(np.log(own["speed"] / job.ground.values[future]["front_speed"]))
        found[bool(changes)] = np.mean(moving), np.mean(speed)
    assert found[False][0] < 0.5
    assert found[True][0] == 1.0
    assert found[True][1] > found[False][1] + 0.2
    none = {**steady, "front_axis_share": 0.0}
    job = job_of(crisis_of(towns_in_a_row(changes=((5, "t1", "att", 6),))), settings=none)
    assert not Walk(job).to(job.facts.days + 1).road["moving"].any()


def test_people_flee_from_an_offensive_that_is_announced() -> None:
    """At half the hazard from the day on which it is known, and at the whole once it runs."""
    law = {**STANDS, "flight_front": 0.05, "flight_announced": 0.5, "flight_frailty": 0.0}

    def left(attack: Attack, *happenings: tuple[Any, ...], day: int = 20, **given: float) -> float:
        row = towns_in_a_row(attacks=(attack,), happenings=happenings, as_of=20)
        walked = Walk(
            job_of(crisis_of(row), settings={**law, "offensive_start_rate": 0.0, **given})
        )
        at = walked.job.world.place_ids.index("t1")
        return -float(np.log(int(walked.to(day).by_status[at, RESIDENT]) / 20_000))

    announced = Attack(announced=11)
    assert left(Attack()) == 0.0
    assert left(announced, day=10) == 0.0
    half = left(announced)
    assert half > 0.05
    assert left(announced, flight_announced=1.0) == pytest.approx(2.0 * half, rel=0.1)
    ran = left(announced, (11, "offensive_start", 11))
    assert ran == pytest.approx(2.0 * half, rel=0.1)
    assert left(announced, day=30) == pytest.approx(2.0 * half, rel=0.1)
