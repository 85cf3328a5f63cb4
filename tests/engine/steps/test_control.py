"""The front: how it moves, what stops it, and what it may not depend on."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from havenline.engine.steps.control import FAR_SIDE_HANDED, FAR_SIDE_TAKEN
from havenline.world.record import known_facts
from tests.crises_random import (
    QUIET,
    STEADY_AXES,
    Attack,
    Road,
    Sketch,
    Town,
    Walk,
    captures,
    crisis_of,
    job_of,
    parties_of,
    sketches,
)
from tests.crises_random import towns_in_a_row as row

FAST = {
    **STEADY_AXES,
    "front_speed": 3.0,
    "front_axis_share": 1.0,
    "offensive_end_rate": 0.0,
}
STEADY = {**FAST, "front_speed": 2.0, "front_speed_spread": 0.0, "tempo_sd": 0.0}


def split(sketch: Sketch, road_id: str, first_km: float, party: str = "def") -> Sketch:
    """The sketch with an empty place put into a road."""
    road = next(r for r in sketch.roads if r.id == road_id)
    a, b = ((t.lat, t.lon) for t in sketch.towns if t.id in (road.a, road.b))
    middle = Town("between", "south", (a[0] + b[0]) / 2, (a[1] + b[1]) / 2, party, kind="village")
    parts = (
        Road(road.id, road.a, "between", first_km),
        Road(road.id + "x", "between", road.b, road.km - first_km),
    )
    roads = tuple(r for r in sketch.roads if r.id != road_id)
    return replace(sketch, towns=(*sketch.towns, middle), roads=(*roads, *parts))


@pytest.mark.parametrize(("road", "first_km"), [("r1", 2.0), ("r1", 11.0), ("r3", 6.0)])
def test_a_road_split_behind_the_front_changes_no_capture(road: str, first_km: float) -> None:
    one, other = (
        job_of(crisis_of(s), futures=25, settings=FAST)
        for s in (row(), split(row(), road, first_km))
    )
    fell = 0
    for future in range(25):
        before, after = captures(one, future=future), captures(other, future=future)
        after.pop("between", None)
        assert before == after
        fell += len(before)
    assert fell > 50


@pytest.mark.parametrize("first_km", [3.0, 6.0])
def test_a_road_split_across_the_front_leaves_the_distribution(first_km: float) -> None:
    """The front stands at the attacker's end here: where else it stands depends on who holds
    the place between."""
    given = {**FAST, "front_speed": 1.0, "front_speed_spread": 0.7, "front_start_share": 0.0}
    times = []
    for sketch in (row(), split(row(), "r0", first_km)):
        job = job_of(crisis_of(sketch), futures=300, settings=given)
        times.append([captures(job, future=f).get("t1", 31) for f in range(300)])
    one, other = np.array(times, dtype=float)
    assert 5 < one.mean() < 25
    error = np.sqrt((one.var() + other.var()) / 300)
    assert abs(one.mean() - other.mean()) < 4 * error
    assert abs(np.median(one) - np.median(other)) <= 4 * 1.25 * error


def test_time_to_capture_is_kilometres_over_speed() -> None:
    given = {**STEADY, "front_start_share": 0.25}
    assert captures(job_of(crisis_of(row(km=16.0)), settings=given)) == {
        "t1": 6,
        "t2": 14,
        "t3": 22,
        "t4": 30,
    }


def test_a_fast_front_takes_several_places_in_a_day_in_order() -> None:
    given = {**STEADY, "front_speed": 31.0, "front_start_share": 0.5}
    fell = captures(job_of(crisis_of(row()), settings=given))
    assert fell == {"t1": 1, "t2": 1, "t3": 1, "t4": 2, "z9": 5}


def test_an_axis_that_does_not_move_takes_nothing() -> None:
    given = {**STEADY, "front_axis_share": 0.0}
    assert captures(job_of(crisis_of(row()), settings=given)) == {}


def test_a_pause_halts_the_front() -> None:
    sketch = row(happenings=((2, "offensive_start", 2), (15, "offensive_pause", 15)))
    given = {**STEADY, "offensive_start_rate": 0.0}
    assert captures(job_of(crisis_of(sketch), settings=given)) == {}


def test_days_given_as_known_switch_the_offensive() -> None:
    job = job_of(crisis_of(row()), settings={**STEADY, "front_start_share": 0.5})
    days = {job.facts.as_of + dt.timedelta(days=d): d > 10 for d in range(1, 31)}
    facts = known_facts(job.world, job.facts.as_of, 30, days)
    assert captures(job.with_facts(facts)) == {"t1": 13, "t2": 19, "t3": 25}


@settings(max_examples=20, deadline=None, derandomize=True)
@given(sketch=sketches())
def test_what_never_falls(sketch: Sketch) -> None:
    """No capture in a pause, a truce or a haven that holds; none of a guarantor or abroad."""
    job = job_of(crisis_of(sketch), futures=2, settings=FAST)
    net = job.world.network
    for plan in range(len(job.plans)):
        walk = Walk(job, plan, future=plan % 2)
        walk.to(walk.today)
        for day in range(walk.today + 1, walk.last + 1):
            before = parties_of(job, walk.state.holder)
            state = walk.to(day)
            now = parties_of(job, state.holder)
            changed = np.flatnonzero(now != before)
            handover = day - walk.today == job.plans[plan].handover
            for i in changed:
                if now[i] == "def":
                    assert handover
                    assert job.plans[plan].place["restored"][i]
                    assert before[i] == "att"
                    continue
                assert (before[i], now[i]) == ("def", "att")
                assert net.place["capturable"][i]
                far = state.place["far_side"][i]
                if far == FAR_SIDE_HANDED:
                    assert handover
                    assert job.plans[plan].place["handed"][i]
                    continue
                assert far == FAR_SIDE_TAKEN
                assert state.course["offensive"][0] == 1
                assert state.course["truce"][0] == 0
                assert not (state.course["haven"][0] == 1 and job.plans[plan].place["haven"][i])
        for party in ("gua", "nbr"):
            kept = parties_of(job, job.facts.record.holder[-1]) == party
            assert (parties_of(job, walk.state.holder)[kept] == party).all()


def test_a_haven_that_fails_no_longer_protects() -> None:
    haven = {"lever": "haven", "start": 1, "guarantee": "declared"}
    sketch = row(options={"haven": [haven]}, days=60)
    job = job_of(crisis_of(sketch), settings={**STEADY, "haven_hold_declared": 1e-8}, futures=20)
    fell = [captures(job, 1, f) for f in range(20)]
    without = captures(job, 0, 0)
    assert all(f.get("t1", 99) >= without["t1"] for f in fell)
    assert any(f.get("t1", 99) > without["t1"] for f in fell)
    assert any("t1" in f for f in fell)
    held = job_of(crisis_of(sketch), settings={**STEADY, "haven_hold_declared": 1 - 1e-12})
    assert captures(held, 1) == {}


def test_interposed_forces_slow_the_front() -> None:
    monitors = {"lever": "monitors", "start": 1, "kind": "interposition", "persons": 5000}
    few = {**monitors, "persons": 2500}
    sketch = row(options={"force": [monitors], "few": [few]}, days=80)
    given = {**STEADY, "front_check_factor": 0.25, "front_start_share": 0.5}
    job = job_of(crisis_of(sketch), settings=given)
    assert [captures(job, p)["t1"] for p in range(3)] == [3, 12, 6]


def test_forces_that_come_later_slow_nothing_before() -> None:
    monitors = {"lever": "monitors", "start": 20, "kind": "interposition", "persons": 5000}
    job = job_of(crisis_of(row(options={"force": [monitors]})), settings=STEADY)
    before = {p: d for p, d in captures(job, 0).items() if d < 20}
    assert {p: d for p, d in captures(job, 1).items() if d < 20} == before


# Lines


LINE = {"lever": "line", "line_id": "mid", "announced": 2, "handover": 6}


def test_people_of_handed_places_add_up() -> None:
    """Those who leave, those left behind and those killed are those who were there."""
    sketch = row(
        people=(30_000, 20_000, 20_000),
        happenings=(),
        options={"deal": [{"lever": "truce", "start": 1}, LINE]},
        lines=(("mid", -0.25),),
    )
    given = {"truce_cure_share": 1.0, "return_monthly": 0.0, "flight_background": 0.0}
    job = job_of(crisis_of(sketch), settings={**QUIET, **given}, futures=5)
    handed = np.array(job.world.place_ids)[job.plans[1].place["handed"]]
    assert handed.tolist() == ["t1", "t2"]
    for future in range(5):
        walk = Walk(job, 1, future)
        state = walk.to(walk.today)
        there = sum(int(state.by_status[i].sum()) for i in (1, 2))
        assert there == 50_000
        state = walk.to(walk.last)
        behind = sum(int(state.by_status[i].sum()) for i in (1, 2))
        assert 0 < behind < there
        assert walk.out.series["left_on_other_side"][-1] == behind
        last = walk.out.series[-1]
        assert last["displaced_by_option"] == there - behind == last["movements"]
        assert (state.place["far_side"][1:3] == FAR_SIDE_HANDED).all()
        assert (parties_of(job, state.holder)[1:3] == "att").all()


def test_places_given_back_return_to_the_defender() -> None:
    lever = {
        "lever": "line",
        "line_id": "mid",
        "announced": 2,
        "handover": 6,
        "hands_over": False,
        "restores_since": dt.date(2030, 1, 9),
    }
    sketch = row(
        changes=((5, "t1", "att", 6), (10, "t2", "att", 11)),
        options={"back": [{"lever": "truce", "start": 1}, lever]},
        lines=(("mid", -0.45),),
    )
    job = job_of(crisis_of(sketch), settings={"truce_cure_share": 1.0, "erosion_pace": 0.0})
    walk = Walk(job, 1)
    state = walk.to(walk.today + 5)
    assert parties_of(job, state.holder)[:5].tolist() == ["att"] * 3 + ["def"] * 2
    state = walk.to(walk.today + 6)
    assert parties_of(job, state.holder)[:5].tolist() == ["att"] * 2 + ["def"] * 3
    assert state.place["far_side"].tolist() == [0] * 6
    assert state.dist[2, 3] == 12.0
    assert 0.0 < state.front[2] < 12.0


def test_two_offensives_that_meet_take_a_place_once_a_day() -> None:
    """Both fronts run on the same road: each day ends, and no place changes hands twice in it."""
    both = (Attack(), Attack("back", "def", "att"))
    fast = {**FAST, "front_speed": 200.0, "front_freeze_rate": 0.0}
    for seed in range(6):
        job = job_of(crisis_of(row(attacks=both, km=5.0)), seed=seed, settings=fast)
        walk = Walk(job)
        for day in range(20, walk.last):
            before = walk.to(day).holder.copy()
            after = walk.to(day + 1)
            changed = before != after.holder
            assert (after.place["taken_on"][changed] == day + 1).all()
