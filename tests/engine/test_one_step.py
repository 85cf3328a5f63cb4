"""More shelter leaves no more without it; a more open border lets no fewer across.

Within one step this holds for every draw. Over whole runs only the mean of paired differences
does, without re-displacement: where people find room, they also stay near the front.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from havenline.draws.held import held
from havenline.engine import simulate
from havenline.engine.people import DISPLACED_BEFORE, DISPLACED_SINCE
from havenline.engine.state import State
from havenline.engine.steps import aid, arrivals, entry
from havenline.engine.steps.aid import unsheltered
from havenline.engine.steps.ledger import audit
from tests.crises_random import (
    ALL_LEVERS,
    Sketch,
    Walk,
    compiled,
    crisis_of,
    future_key,
    job_of,
    sketches,
    towns_in_a_row,
)

few = settings(max_examples=20, deadline=None, derandomize=True)


@compiled
def run_entry(
    net: Any, record: Any, values: Any, plan: Any, state: Any, key: Any, day: Any, today: Any
) -> None:
    net, record, plan, state = held(net), held(record), held(plan), held(state)
    entry.step(net, record, values, plan, state, key, day, today)


@compiled
def run_aid_and_arrivals(
    net: Any, record: Any, values: Any, plan: Any, state: Any, key: Any, day: Any, today: Any
) -> None:
    net, record, plan, state = held(net), held(record), held(plan), held(state)
    aid.step(net, record, values, plan, state, key, day, today)
    arrivals.step(net, record, values, plan, state, key, day, today)


@compiled
def run_unsheltered(state: Any, out: Any) -> None:
    kept = held(state)
    for i in range(len(out)):
        out[i] = unsheltered(kept, i)


def by_home(persons: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return displaced persons by home and group; those from before the start have the last."""
    homes = persons[DISPLACED_SINCE:].copy()
    homes[-1] += persons[DISPLACED_BEFORE]
    return homes


def copied(state: State) -> State:
    return State._make(a.copy() for a in state)


def without(state: State) -> NDArray[np.float64]:
    """People without shelter at the places that shelter their people."""
    out = np.zeros(len(state.holder))
    run_unsheltered(state, out)
    out[state.share[state.own, state.holder] == 0.0] = 0.0
    return out


def stepped(walk: Walk, state: State, values: Any, plan: int, step: Any) -> State:
    job, after = walk.job, copied(state)
    step(
        job.world.network,
        job.facts.record,
        values,
        job.plans[plan],
        after,
        future_key(job, walk.future),
        walk.day + 1,
        walk.today,
    )
    return after


@few
@given(sketch=sketches(), ahead=st.integers(1, 20), chances=st.lists(st.floats(0, 1), min_size=2))
def test_a_more_permeable_border_gives_no_fewer_entries(
    sketch: Sketch, ahead: int, chances: list[float]
) -> None:
    crossings = ((sketch.towns[1].id, "managed", -9, -9),)
    job = job_of(crisis_of(replace(sketch, crossings=crossings, options={})))
    walk = Walk(job)
    state = copied(walk.to(walk.today + ahead))
    state.place["shelter"] = 0.0
    waiting = int(without(state)[job.world.network.place["border"] == 0].sum())
    last = -1
    for chance in [0.0, *sorted(chances), 1.0]:
        values = job.values.copy()
        values["border_managed"] = chance
        after = stepped(walk, state, values[0], 0, run_entry)
        entered = int(after.counts["entries"][0] - state.counts["entries"][0])
        assert audit(after) == 0
        assert after.abroad.sum() - state.abroad.sum() == entered
        assert after.entered.sum() - state.entered.sum() == entered
        left = (state.persons - after.persons).sum(axis=0)
        np.testing.assert_array_equal(by_home(left), (after.abroad - state.abroad)[0])
        assert last <= entered <= waiting
        last = entered
    assert last == waiting


def test_each_regime_lets_through_no_fewer_than_the_one_before() -> None:
    options = {
        regime: [{"lever": "border", "neighbour": "nb", "start": 1, "regime": regime}]
        for regime in ("closed", "managed", "open")
    }
    sketch = towns_in_a_row(options=options, crossings=(("z9", "closed", -9, -9),))
    job = job_of(crisis_of(sketch), futures=20)
    walk, totals = Walk(job), np.zeros(3)
    for future in range(20):
        walk.future, walk.day = future, -1
        state = copied(walk.to(walk.today + 3))
        state.place["shelter"] = 0.0
        entered = [
            stepped(walk, state, job.values[future], p, run_entry).counts["entries"][0]
            for p in (1, 2, 3)
        ]
        assert entered[0] <= entered[1] <= entered[2]
        totals += entered
    assert totals[0] < totals[1] < totals[2]


@few
@given(
    sketch=sketches(),
    ahead=st.integers(1, 20),
    more=st.lists(st.sampled_from([0.0, 50.0, 4000.0]), min_size=14, max_size=14),
    plan=st.integers(0, 2),
)
def test_the_same_arrivals_with_more_shelter_leave_no_more_without(
    sketch: Sketch, ahead: int, more: list[float], plan: int
) -> None:
    job = job_of(crisis_of(sketch))
    walk = Walk(job, plan)
    state = copied(walk.to(walk.today + ahead))
    state.place["tents"] *= 0.3
    richer = copied(state)
    richer.place["tents"] += more[: len(richer.place)]
    one, other = (
        stepped(walk, s, job.values[0], plan, run_aid_and_arrivals) for s in (state, richer)
    )
    assert np.array_equal(one.persons, other.persons)
    assert np.array_equal(one.arrived, other.arrived)
    assert (without(other) <= without(one) + 1e-6).all()
    assert (one.place["shelter"] <= other.place["shelter"] + without(one) + 1e-6).all()


def crowded() -> Sketch:
    return towns_in_a_row(
        people=(60_000, 60_000, 40_000, 30_000),
        options={**ALL_LEVERS, "more": [{"lever": "aid", "start": 1, "level": 5.0}]},
        crossings=(("z9", "closed", -9, -9),),
        days=40,
    )


STILL = {"flight_idp_ratio": 0.0, "return_monthly": 0.0}
"""People who were displaced once do not flee again, nor go home."""


def paired(one: NDArray[np.float64], other: NDArray[np.float64]) -> tuple[float, float]:
    """Mean of paired differences and its standard error."""
    d = other - one
    return float(d.mean()), float(d.std(ddof=1) / np.sqrt(len(d)))


def test_more_aid_leaves_fewer_without_shelter_in_the_mean() -> None:
    data = simulate(crisis_of(crowded()), options=["more"], futures=100, settings=STILL).dataset
    without_shelter = data["unsheltered"].sum("day").values
    mean, error = paired(*without_shelter)
    assert mean < -4 * error
    new, error = paired(*data["newly_displaced"].isel(day=-1).values)
    assert abs(new) <= 4 * error + 1.0


def test_more_room_leaves_fewer_without_shelter_in_the_mean() -> None:
    little, much = (
        simulate(
            crisis_of(crowded()), options=[], futures=100, settings={**STILL, "host_slack": slack}
        ).dataset["unsheltered"]
        for slack in (0.02, 0.2)
    )
    mean, error = paired(*(d.sum("day").values[0] for d in (little, much)))
    assert mean < -4 * error


def test_an_open_border_lets_more_across_in_the_mean() -> None:
    data = simulate(crisis_of(crowded()), options=["open"], futures=60, settings=STILL).dataset
    entries = data["entries"].isel(day=-1).values
    assert (entries[1] >= entries[0]).all()
    assert entries[1].mean() > 10 * entries[0].mean()
