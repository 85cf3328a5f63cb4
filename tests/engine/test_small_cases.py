"""Formulas of movement on cases worked by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from havenline.engine.border import permeability
from havenline.engine.destination import FULL_FROM, FULL_LEAST, FULL_TO
from havenline.engine.gravity import room
from havenline.engine.journey import travel_days
from havenline.engine.people import DISPLACED_SINCE, RESIDENT, RETURNED
from havenline.engine.steps.flight import felt, line_hazard
from tests.crises_random import (
    QUIET,
    STEADY_AXES,
    Road,
    Sketch,
    Town,
    Walk,
    captures,
    compiled,
    crisis_of,
    job_of,
    towns_in_a_row,
)


@compiled
def run_room(people: Any, places: Any) -> Any:
    return room(people, places, FULL_FROM, FULL_TO, FULL_LEAST)


@compiled
def run_travel_days(km: Any, speed: Any) -> Any:
    return travel_days(km, speed)


@compiled
def run_permeability(values: Any, record: Any, plan: Any, day: Any, today: Any) -> Any:
    return permeability(values, record, plan, 0, day, today)


@compiled
def run_felt(values: Any, spent: Any, hazard: Any) -> Any:
    return felt(values, spent, hazard)


@compiled
def run_line_hazard(values: Any, plan: Any, place: Any, ahead: Any) -> Any:
    return line_hazard(values, plan, place, ahead)


@pytest.mark.parametrize(
    ("people", "places", "expected"),
    [
        (0.0, 100.0, 1.0),
        (90.0, 100.0, 1.0),
        (120.0, 100.0, 0.6),
        (105.0, 100.0, 0.8),
        (150.0, 100.0, 0.2),
        (9_000.0, 100.0, 0.2),
        (0.0, 0.0, 0.2),
        (50.0, 0.0, 0.2),
    ],
)
def test_room_falls_from_1_at_90_to_a_fifth_at_150_percent(
    people: float, places: float, expected: float
) -> None:
    assert run_room(people, places) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("km", "speed", "days"),
    [(0.0, 40.0, 1), (1.0, 40.0, 1), (40.0, 40.0, 1), (40.1, 40.0, 2), (200.0, 40.0, 5)],
)
def test_days_of_a_journey(km: float, speed: float, days: int) -> None:
    assert run_travel_days(km, speed) == days


def test_permeability_belongs_to_the_regime_of_the_day() -> None:
    row = towns_in_a_row(
        crossings=(("z9", "closed", -9, -9),),
        options={
            "open": [
                {"lever": "border", "neighbour": "nb", "start": 3, "regime": "managed"},
                {"lever": "border", "neighbour": "nb", "start": 5, "regime": "open"},
            ]
        },
    )
    given = {"border_closed": 0.001, "border_managed": 0.1, "border_open": 0.5}
    job = job_of(crisis_of(row), settings=given, days=6)
    record = job.facts.record
    days = (0, 20, 22, 23, 24, 25)
    got = [run_permeability(job.values[0], record, job.plans[1], d, 20) for d in days]
    assert got == [0.001, 0.001, 0.001, 0.1, 0.1, 0.5]


@pytest.mark.parametrize(
    ("frailty", "hazard", "share"),
    [
        (0.0, 1.5, math.exp(-1.5)),
        (1.0, 3.0, 1 / 4),
        (2.0, 1.5, 1 / 2),
        (4.0, 20.0, 1 / 3),
        (9.0, 511 / 9, 1 / 2),
    ],
)
def test_the_share_still_there_under_frailty(frailty: float, hazard: float, share: float) -> None:
    """(1 + theta H)^(-1 / theta), whether the hazard comes at once or in parts."""
    job = job_of(crisis_of(towns_in_a_row()), settings={"flight_frailty": frailty})
    values = job.values[0]
    assert math.exp(-run_felt(values, 0.0, hazard)) == pytest.approx(share)
    spent, there = 0.0, 1.0
    for part in (0.2, 0.3, 0.5):
        there *= math.exp(-run_felt(values, spent, part * hazard))
        spent += part * hazard
    assert there == pytest.approx(share)


def test_a_front_that_stands_leaves_the_share_that_frailty_says() -> None:
    """6 km from the front at 0.04 a day, for the 16 days recorded and 24 more: H = 1.6.

    Of people all alike exp(-1.6) = 0.202 are still there, of people who differ with variance 2.5
    5^(-0.4) = 0.525.
    """
    given = {
        **QUIET,
        **STEADY_AXES,
        "flight_background": 0.0,
        "flight_front": 0.08,
        "flight_front_length": 6.0 / math.log(2.0),
        "front_axis_share": 0.0,
        "front_start_share": 0.5,
        "offensive_end_rate": 0.0,
        "return_monthly": 0.0,
    }
    for frailty, share in ((0.0, math.exp(-1.6)), (2.5, 5.0**-0.4)):
        settings = {**given, "flight_frailty": frailty}
        row = towns_in_a_row(people=(400_000, 10), days=24)
        walk = Walk(job_of(crisis_of(row), settings=settings))
        state = walk.to(walk.last)
        assert state.front[1] == 6.0
        assert state.by_status[1, RESIDENT] == pytest.approx(400_000 * share, rel=0.01)


LINE = {"lever": "line", "line_id": "mid", "announced": 3, "handover": 13}


def test_the_hazard_of_a_line_gives_its_share_in_all() -> None:
    row = towns_in_a_row(options={"deal": [LINE]})
    job = job_of(crisis_of(row), settings={"line_leave_share": 0.85})
    hazards = [run_line_hazard(job.values[0], job.plans[1], 1, d) for d in range(20)]
    assert [d for d, h in enumerate(hazards) if h > 0] == list(range(3, 13))
    assert 1 - math.exp(-sum(hazards)) == pytest.approx(0.85)
    assert not any(run_line_hazard(job.values[0], job.plans[1], 2, d) for d in range(20))


def test_the_share_that_leaves_before_a_handover() -> None:
    """With no other reason to go, the declared share leaves, and the rest is left behind."""
    row = towns_in_a_row(
        people=(400_000, 100_000),
        happenings=(),
        options={"deal": [{"lever": "truce", "start": 1}, LINE]},
    )
    given = {
        **QUIET,
        "line_leave_share": 0.85,
        "flight_background": 0.0,
        "return_monthly": 0.0,
        "truce_cure_share": 1.0,
    }
    walk = Walk(job_of(crisis_of(row), settings=given, days=14), plan=1)
    walk.to(walk.last)
    series = walk.out.series
    left_behind = series["left_on_other_side"][-1]
    by_option = series["displaced_by_option"][-1]
    assert left_behind == pytest.approx(60_000, abs=4 * math.sqrt(400_000 * 0.85 * 0.15))
    assert by_option == 400_000 - left_behind
    assert series["left_on_other_side"][12] == 0.0
    assert series["left_on_other_side"][13] == left_behind


def test_returns_follow_the_integral_of_their_hazard() -> None:
    """1 - exp(-r0 tau exp(-m / tau) (1 - exp(-T / tau))) come home, m months after they left."""
    towns = (
        Town("a0", "far", -0.9, 0.0, "att"),
        Town("c1", "north", 0.2, 0.0, kind="city", residents=500_000),
        Town("h2", "south", 0.0, 0.0, residents=500_000),
    )
    roads = (Road("r0", "a0", "h2", 60.0), Road("r1", "h2", "c1", 30.0))
    sketch = Sketch(
        towns,
        roads,
        happenings=((1, "offensive_start", 1), (9, "offensive_pause", 9)),
        counts=((9, 300_000.0, 9), (20, 300_000.0, 20)),
        options={"halt": [{"lever": "truce", "start": 1}]},
        days=91,
    )
    given = {
        **QUIET,
        "flight_background": 0.0,
        "return_monthly": 0.3,
        "return_decay_months": 2.0,
        "return_quiet_days": 0.5,
        "violence_events": 0.003,
        "return_far_km": 12_000.0,  # nowhere is quiet while the offensive runs
        "return_unsettled": 0.0,  # nor trusted before the truce
        "truce_cure_share": 1.0,
        "front_start_share": 0.2,
    }
    walk = Walk(job_of(crisis_of(sketch), settings=given), plan=1)
    state = walk.to(walk.today)
    before = int(state.by_status[:, DISPLACED_SINCE].sum())
    assert before > 200_000
    assert state.by_status[:, RETURNED].sum() < 0.001 * before
    persons, days = state.departed.sum(axis=0)
    away = (walk.today - days / persons) / 30.4375
    assert 0.3 < away < 0.7
    state = walk.to(walk.last)
    home = int(state.by_status[:, RETURNED].sum())
    months = 91 / 30.4375
    integral = 2.0 * math.exp(-away / 2.0) * (1 - math.exp(-months / 2.0))
    expected = 1 - math.exp(-0.3 * integral)
    assert home / before == pytest.approx(expected, rel=0.06)


def test_who_returns_is_counted_as_returned() -> None:
    """Also those who were displaced within their home area."""
    row = towns_in_a_row(
        happenings=((2, "offensive_start", 2), (20, "truce_start", 20)),
        counts=((20, 60_000.0, 20),),
    )
    given = {
        **QUIET,
        "flight_background": 0.0,
        "return_monthly": 2.0,
        "return_quiet_days": 1.0,
        "truce_cure_share": 1.0,
    }
    walk = Walk(job_of(crisis_of(row), settings=given))
    before = walk.to(walk.today).by_status[:, RETURNED].sum()
    state = walk.to(walk.last)
    assert state.course["offensive"][0] == 0
    home = state.by_status[:, RETURNED].sum() - before
    assert home > 1_000
    assert walk.out.series["returned"][-1] == home


def test_who_returned_may_flee_again_and_is_not_new() -> None:
    row = towns_in_a_row(
        happenings=((2, "offensive_start", 2), (12, "truce_start", 12)),
        counts=((12, 60_000.0, 12), (20, 60_000.0, 20)),
        days=60,
    )
    given = {
        **QUIET,
        "flight_background": 0.0,
        "return_monthly": 2.0,
        "return_quiet_days": 1.0,
        "flight_frailty": 0.0,
        "truce_cure_share": 0.0,
        "truce_median_days": 15.0,
        "front_speed": 0.5,
        "front_axis_share": 1.0,
        "offensive_end_rate": 0.0,
    }
    job = job_of(crisis_of(row), settings=given, futures=6)
    again = 0
    for future in range(6):
        walk = Walk(job, future=future)
        walk.to(walk.last)
        new = np.diff(walk.out.series["newly_displaced"][[0, -1]])[0]
        moved = walk.out.series["movements"][-1]
        assert moved >= new >= 0
        again += int(moved - new)
    assert again > 1_000


def test_captures_helper_sees_the_front_move() -> None:
    given = {
        **STEADY_AXES,
        "front_speed": 2.0,
        "front_axis_share": 1.0,
        "front_speed_spread": 0.0,
        "tempo_sd": 0.0,
    }
    given |= {"front_start_share": 0.5, "offensive_end_rate": 0.0}
    fell = captures(job_of(crisis_of(towns_in_a_row()), settings=given))
    assert fell == {"t1": 3, "t2": 9, "t3": 15, "t4": 21}
    assert list(np.diff(list(fell.values()))) == [6, 6, 6]
