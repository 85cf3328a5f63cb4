"""Return depends on home: how quiet it is, who holds it, how far a front is, how long ago."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray

from havenline.engine.people import DISPLACED_SINCE, RETURNED
from havenline.engine.state import State
from havenline.engine.steps.aid import DAYS_PER_MONTH
from havenline.engine.steps.returns import FEW, TURN_DAYS
from havenline.world.terms import DEFENDED
from tests.crises_random import (
    QUIET,
    STEADY_AXES,
    Job,
    Sketch,
    Walk,
    crisis_of,
    job_of,
    several,
    sketches,
    towns_in_a_row,
)

QUIET_DAYS, FAR_KM, UNSETTLED, OTHER, HOSTILE = 9.0, 7.0, 0.3, 0.1, 0.05
HOUSEHOLD, DAMAGED, WARY = 5.0, 0.6, 60.0
LAW = {
    "return_wary": WARY,
    "return_quiet_days": QUIET_DAYS,
    "return_far_km": FAR_KM,
    "return_unsettled": UNSETTLED,
    "return_other_side": OTHER,
    "refuge_hostile": HOSTILE,
    "persons_per_unit": HOUSEHOLD,
    "return_damaged": DAMAGED,
    "homes_per_event": 40.0,
}


def homeward_by_hand(
    job: Job, state: State, quiet: NDArray[np.float64], damaged: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Hazard of return to each place over that to a quiet home of its own side, written anew."""
    out = np.zeros(len(state.holder))
    relations = state.contact == 2
    attacked = (state.defends == DEFENDED)[:, state.holder].any(axis=0)
    for j in range(len(out)):
        km = 0.0 if attacked[j] else state.front[j]
        near = 0.0 if state.course["truce"][0] else math.exp(-km / FAR_KM)
        trust = 1.0 - (1.0 - UNSETTLED) * near
        accept = OTHER if relations[state.own[j], state.holder[j]] else 1.0
        homes = max(1, job.world.network.start[j, 0].sum()) / HOUSEHOLD
        out[j] = -math.expm1(-quiet[j] / QUIET_DAYS) * trust * accept
        out[j] *= 1.0 - DAMAGED * (1.0 - math.exp(-damaged[j] / homes))
    return out


@settings(max_examples=15, deadline=None, derandomize=True)
@given(sketch=sketches() | several())
def test_the_hazard_of_return_is_that_of_home(sketch: Sketch) -> None:
    """On every day and for every home, from the days of quiet counted anew."""
    job = job_of(crisis_of(replace(sketch, options={})), settings=LAW)
    walk, net = Walk(job), job.world.network
    quiet, damaged = np.full(len(net.place), 365.0), np.zeros(len(net.place))
    for day in range(walk.last + 1):
        state = walk.to(day)
        on = state.offensive["on"] == 1
        calm = (1.0 - np.exp(-state.fronts[:-1][on] / FAR_KM)).prod(axis=0)
        quiet = (quiet + 1.0) * calm * np.exp(-state.events[day % 7] / 5.0)
        quiet *= np.exp(-WARY * state.place["leaving"])
        np.testing.assert_allclose(state.place["quiet_days"], quiet, rtol=1e-9)
        homes = (net.start[:, 0].sum(axis=1) > 0) & (net.place["home"] >= 0)
        guarded = (state.contact == 1)[state.own, state.holder]
        known = homes & ~guarded
        expected = homeward_by_hand(job, state, quiet, damaged)
        damaged = state.place["damaged"].copy()  # today's is done after people set out
        np.testing.assert_allclose(state.place["homeward"][known], expected[known])
        assert not state.place["homeward"][~homes].any()


GIVEN = {
    **QUIET,
    **STEADY_AXES,
    "flight_background": 0.0,
    "flight_front": 0.3,
    "front_start_share": 0.5,
    "return_monthly": 2.0,
    "return_decay_months": 100.0,
    "return_quiet_days": 1.0,
    "offensive_end_rate": 0.0,
    "offensive_start_rate": 0.0,
}


def home_again(
    row: Sketch, plan: int = 0, at: slice = slice(None), given: Mapping[str, float] | None = None
) -> int:
    walk = Walk(job_of(crisis_of(row), settings={**GIVEN, **(given or {})}), plan)
    state = walk.to(walk.last)
    return int(state.by_status[at, RETURNED].sum())


PAUSED = ((2, "offensive_start", 2), (12, "offensive_pause", 12))


def test_people_come_home_in_a_pause_as_far_as_they_trust_it() -> None:
    row = towns_in_a_row(happenings=PAUSED)
    home = [
        home_again(row, given={"return_unsettled": share, "return_far_km": 20.0})
        for share in (0.0, 0.4, 1.0)
    ]
    assert home[0] < home[1] < home[2]
    assert home[2] > 5_000


def test_while_the_offensive_runs_nobody_comes_home_near_its_front() -> None:
    running = towns_in_a_row(happenings=PAUSED[:1])
    still = {"front_axis_share": 0.0, "return_far_km": 1.2e4, "return_quiet_days": 300.0}
    assert home_again(running, given=still) == 0
    truce = {"halt": [{"lever": "truce", "start": 1}]}
    halted = replace(running, options=truce)
    assert home_again(halted, 1, given={**still, "truce_cure_share": 1.0}) > 1_000


def test_few_come_home_to_where_people_are_leaving() -> None:
    """An offensive with its front 24 km off and more, from which one in a hundred leaves a day."""
    row = towns_in_a_row(happenings=PAUSED[:1])
    slow = {"front_axis_share": 0.0, "flight_front": 0.05, "return_far_km": 0.5}
    home = [home_again(row, given={**slow, "return_wary": wary}) for wary in (0.0, 100.0, 3000.0)]
    assert home[0] > 1.5 * home[1] > 0
    assert home[1] > 3 * home[2]


def test_while_its_holder_is_attacked_a_home_is_as_unsettled_far_from_the_front_as_near() -> None:
    """Without fighting, in the pause of an offensive: the front stands 24 km away and more."""
    row = towns_in_a_row(happenings=PAUSED, days=20)
    given = {**GIVEN, **LAW, "return_wary": 0.0}
    walk = Walk(job_of(crisis_of(row), settings=given))
    state = walk.to(walk.today)
    at = [walk.job.world.place_ids.index(place) for place in ("t4", "z9")]
    far, quiet = state.front[at], -np.expm1(-state.place["quiet_days"][at] / QUIET_DAYS)
    assert far.min() > 20.0
    np.testing.assert_allclose(state.place["homeward"][at], UNSETTLED * quiet, rtol=1e-6)


def test_people_come_home_behind_a_front_that_moves_on() -> None:
    """The first town falls on day 3 and lies 24 km behind the front by day 15."""
    moves = {
        "front_axis_share": 1.0,
        "front_speed": 2.0,
        "front_speed_spread": 0.0,
        "return_far_km": 8.0,
    }
    row = towns_in_a_row(happenings=PAUSED[:1], refuge=(("def", "att", 0.5, "yes"),), days=40)
    back = []
    for share in (0.0, 0.3, 1.0):
        given = {**GIVEN, **moves, "return_other_side": share}
        walk = Walk(job_of(crisis_of(row), settings=given))
        back.append(int(walk.to(walk.last).counts["returned_other_side"][0]))
    assert back[0] == 0
    assert 100 < back[1] < back[2]


@pytest.mark.parametrize("side", [0.0, 0.5])
def test_a_declared_share_of_return_holds_in_place_of_the_parameter(side: float) -> None:
    """All homes changed hands while nobody looked: who may come back is declared or a parameter."""
    changes: Any = tuple((12, f"t{i}", "att", 12, "agreed") for i in (1, 2, 3, 4))
    row = towns_in_a_row(happenings=PAUSED, changes=changes, refuge=(("def", "att", 0.5, "yes"),))
    crisis = crisis_of(row)
    told = replace(crisis, refuge=crisis.refuge.assign(returns=side))
    found = []
    for one in (told, crisis):
        settings_ = {**GIVEN, "return_other_side": 1.0, "return_far_km": 0.01}
        walk = Walk(job_of(one, settings=settings_))
        before = int(walk.to(16).by_status[1:5, RETURNED].sum())  # all who were on their way
        found.append(int(walk.to(walk.last).by_status[1:5, RETURNED].sum()) - before)
    assert found[0] < found[1]
    assert (found[0] == 0) == (side == 0.0)


FLED = ((6, 20_000.0, 7), (10, 30_000.0, 11))


def counted_home(*home: tuple[str, int, float, int], day: int = 30) -> tuple[int, int]:
    """Persons still displaced since the start, and home again, at the end of a day."""
    row = towns_in_a_row(happenings=PAUSED, counts=FLED, home=home, as_of=30, days=1)
    law = {**GIVEN, "return_monthly": 0.5, "violence_events": 0.003, "flight_bombardment": 0.0}
    state = Walk(job_of(crisis_of(row), settings=law)).to(day)
    return int(state.by_status[:, DISPLACED_SINCE].sum()), int(state.by_status[:, RETURNED].sum())


@pytest.mark.parametrize("still", [25_000.0, 12_000.0, 3_000.0])
def test_counts_of_those_still_displaced_are_replayed(still: float) -> None:
    away, _ = counted_home(("displaced_present", 30, still, 30))
    assert away == pytest.approx(still, rel=0.05, abs=400)


def test_counts_of_those_home_again_are_replayed_one_after_the_other() -> None:
    counts = (("returned_cumulative", 20, 4_000.0, 20), ("returned_cumulative", 30, 19_000.0, 30))
    assert counted_home(*counts, day=20)[1] == pytest.approx(4_000, rel=0.25)
    assert counted_home(*counts)[1] == pytest.approx(19_000, rel=0.1)


def test_as_many_still_away_as_fled_leaves_nobody_home() -> None:
    assert counted_home(("displaced_present", 30, 99_000.0, 30))[1] == 0


def test_a_count_that_was_not_yet_known_changes_nothing() -> None:
    assert counted_home(("displaced_present", 30, 3_000.0, 31)) == counted_home()


def test_few_who_go_home_together_are_as_many_on_the_whole() -> None:
    """Small villages, whose people go home few at a time."""
    row = towns_in_a_row(people=(600, 400, 300, 200), happenings=PAUSED, days=100)
    law = {**GIVEN, "return_monthly": 0.3, "return_far_km": 0.01, "return_unsettled": 1.0}
    expected, few, home = 0.0, 0.0, 0
    job = job_of(crisis_of(row), settings=law, futures=30)
    for future in range(30):
        walk = Walk(job, future=future)
        for day in range(walk.last + 1):
            state = walk.to(day)
            if day <= walk.today:
                continue
            chance = -np.expm1(-state.rate[DISPLACED_SINCE:-1] * TURN_DAYS / DAYS_PER_MONTH)
            week = state.by_row[:, DISPLACED_SINCE:-1] * chance
            few += float(week[week < FEW].sum()) / TURN_DAYS
            expected += float(week.sum()) / TURN_DAYS
        home += int(walk.state.counts["returned"][0])
    assert few > 0.8 * expected > 2_000
    assert home == pytest.approx(expected, rel=0.05)
