"""Flight precedes capture, meets what was published, and counts everyone once as new."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from havenline.engine.people import DISPLACED_SINCE, RESIDENT
from tests.crises_random import (
    QUIET,
    STEADY_AXES,
    Sketch,
    Walk,
    crisis_of,
    job_of,
    parties_of,
    sketches,
    towns_in_a_row,
)

FUTURES = 60
ADVANCE = {
    **STEADY_AXES,
    "front_axis_share": 1.0,
    "front_speed": 0.5,
    "front_speed_spread": 0.3,
    "offensive_end_rate": 0.0,
}


def share_gone_before_capture(given: dict[str, float]) -> float:
    """Mean share of the people of captured towns who had left by the day before."""
    sketch = towns_in_a_row(km=10.0, days=90)
    settings = {**ADVANCE, "flight_frailty": 0.0, **given}
    job = job_of(crisis_of(sketch), settings=settings, futures=FUTURES)
    walk, shares = Walk(job), []
    for future in range(FUTURES):
        walk.future, walk.day = future, -1
        state = walk.to(walk.today)
        at_start = state.by_status[:, RESIDENT].copy()
        before, held = at_start.copy(), parties_of(job, state.holder)
        for day in range(walk.today + 1, walk.last + 1):
            state = walk.to(day)
            now = parties_of(job, state.holder)
            for i in np.flatnonzero((now == "att") & (held != "att")):
                shares.append((at_start[i] - before[i]) / at_start[i])
            before, held = state.by_status[:, RESIDENT].copy(), now
    assert len(shares) > FUTURES
    return float(np.mean(shares))


def test_flight_precedes_capture_in_the_mean() -> None:
    everything = share_gone_before_capture({})
    only_front = share_gone_before_capture({"flight_bombardment": 0.0})
    only_bombs = share_gone_before_capture({"flight_front": 0.0})
    no_fighting = {"flight_front": 0.0, "flight_bombardment": 0.0}
    neither = share_gone_before_capture({**no_fighting, "flight_fear": 0.0})
    assert everything > 0.5
    assert only_front < everything
    assert only_bombs < everything - 0.05
    assert neither < 0.1 < min(only_front, only_bombs)
    assert neither < share_gone_before_capture({"flight_frailty": 8.0}) < everything


def test_without_any_hazard_nobody_leaves() -> None:
    given = {**QUIET, **ADVANCE, "flight_front": 0.0, "flight_background": 0.0}
    walk = Walk(job_of(crisis_of(towns_in_a_row()), settings=given))
    assert walk.to(walk.last).counts["movements"][0] == 0


@pytest.mark.parametrize(("first", "second"), [(20_000.0, 40_000.0), (0.0, 40_000.0)])
def test_the_replay_meets_the_published_counts(first: float, second: float) -> None:
    """In the mean, and up to a week late where few leave a place on a day."""
    sketch = towns_in_a_row(counts=((8, first, 9), (18, second, 19)))
    job = job_of(crisis_of(sketch), futures=100)
    walk, history = Walk(job), []
    for future in range(100):
        walk.future, walk.day = future, -1
        walk.to(walk.today)
        history.append(walk.past["newly_displaced"].copy())
    mean = np.mean(history, axis=0)
    assert mean[8] - mean[0] == pytest.approx(first, rel=0.1, abs=200)
    assert mean[18] == pytest.approx(second, rel=0.02)
    assert (np.diff(history, axis=1) >= 0).all()


def test_a_count_that_starts_with_the_period_starts_from_zero() -> None:
    job = job_of(crisis_of(towns_in_a_row(counts=((8, 0.0, 9), (18, 40_000.0, 19)))))
    walk = Walk(job)
    walk.to(8)
    assert walk.past["newly_displaced"][8] == 0


@settings(max_examples=15, deadline=None, derandomize=True)
@given(sketch=sketches())
def test_everyone_is_new_once_and_moved_as_often_as_they_flee(sketch: Sketch) -> None:
    job = job_of(crisis_of(sketch))
    persons = sum(t.residents + t.idps for t in sketch.towns)
    for plan in range(len(job.plans)):
        walk = Walk(job, plan)
        state = walk.to(walk.today)
        new_before = int(state.counts["newly_displaced"][0])
        state = walk.to(walk.last)
        assert new_before <= state.counts["newly_displaced"][0] <= persons
        assert state.counts["movements"][0] >= state.counts["newly_displaced"][0] - new_before
        assert 0 <= state.counts["displaced_by_option"][0] <= state.counts["movements"][0]
        if job.plans[plan].handover > job.days or not job.plans[plan].place["handed"].any():
            assert state.counts["displaced_by_option"][0] == 0
        starters = state.by_status[:, [0, 2]].sum()
        assert starters <= persons - state.counts["newly_displaced"][0]


def test_people_flee_again_from_where_they_fled_to() -> None:
    sketch = towns_in_a_row(people=(40_000, 10_000, 10_000, 10_000), days=60)
    given = {**ADVANCE, "front_speed": 1.0, "flight_frailty": 0.0}
    job = job_of(crisis_of(sketch), settings=given, futures=10)
    again = 0
    for future in range(10):
        walk = Walk(job, future=future)
        walk.to(walk.today)
        new = int(walk.state.counts["newly_displaced"][0])
        state = walk.to(walk.last)
        again += int(state.counts["movements"][0] - (state.counts["newly_displaced"][0] - new))
    assert again > 10_000


def test_nobody_goes_where_a_line_will_hand_over() -> None:
    line = {"lever": "line", "line_id": "mid", "announced": 1, "handover": 25}
    sketch = towns_in_a_row(
        people=(20_000, 60_000, 20_000, 20_000),
        km=30.0,
        options={"deal": [{"lever": "truce", "start": 1}, line]},
        lines=(("mid", -0.25),),
    )
    job = job_of(
        crisis_of(sketch), settings={"truce_cure_share": 1.0, "return_monthly": 0.0}, futures=5
    )
    for future in range(5):
        walk = Walk(job, 1, future)
        walk.to(walk.today + 6)  # those already on the road have come and gone
        for day in range(walk.today + 7, walk.today + 25):
            state = walk.to(day)
            assert not state.arrived[1:3].any()
            assert state.course["offensive"][0] == 0
        assert state.by_status[3:, DISPLACED_SINCE].sum() > 10_000


def test_the_shared_shock_has_mean_one_the_spread_and_the_persistence_declared() -> None:
    given = {"flight_shock_sd": 0.6, "flight_shock_persistence": 0.5}
    job = job_of(crisis_of(towns_in_a_row(km=10.0)), settings=given, futures=300)
    weeks = []
    for future in range(300):
        walk = Walk(job, future=future)
        weeks.append([walk.to(day).place["shock"].copy() for day in (0, 7, 13, 14)])
    shock = np.array(weeks)
    assert (shock[:, 1] == shock[:, 2]).all()
    assert abs(shock[:, 0].mean() - 1) < 4 * shock[:, 0].std() / np.sqrt(shock[:, 0].size)
    logs = np.log(shock).reshape(300, 4, -1)
    assert abs(logs[:, 3].std() - 0.6) < 0.06
    pairs = np.corrcoef(logs[:, 1].ravel(), logs[:, 3].ravel())
    assert abs(pairs[0, 1] - 0.5) < 0.12
    assert abs(np.corrcoef(logs[:, 3, 0], logs[:, 3, 1])[0, 1]) < 0.25
