"""The compiled loop that walks a day: the steps of `havenline.engine.steps.table`, in order.

A test holds the table and the loop together.
"""

from __future__ import annotations

import numpy as np

from havenline.draws.kernels import kernel, kernel_entry
from havenline.engine import destination, journey
from havenline.engine.measures import clear_counters, write_day
from havenline.engine.state import (
    DISPLACED_BEFORE,
    ERROR,
    LEVEL,
    LINKED,
    NEW,
    RESIDENT,
    TEMPO,
    TOTAL,
    TRUCE,
    TRUCE_AGE,
    TRUCE_HR,
    bare_network,
    bare_state,
)
from havenline.engine.steps import (
    aid,
    arrivals,
    containment,
    control,
    entry,
    flight,
    harm,
    ledger,
    onward,
    returns,
    theatres,
    truce,
    violence,
)
from havenline.options.schedule import bare_schedule
from havenline.world.record import bare_record


@kernel
def begin(net, values, state, key):  # type: ignore[no-untyped-def]
    """Set the state to the start of the period."""
    state.persons[:] = 0
    state.stayers[:] = 0
    state.by_status[:] = 0
    state.by_row[:] = 0
    state.abroad[:] = 0
    state.dead[:] = 0
    state.arrived[:] = 0
    state.flow[:] = 0
    state.whole[:] = 0
    state.real[:] = 0.0
    state.events[:] = 0.0
    for e in range(state.road.shape[0]):
        state.road[e].progress = 0.0
        state.road[e].speed = 0.0
    n, _, groups = state.persons.shape
    for i in range(n):
        for g in range(groups):
            for kind, row in enumerate(flight.STARTERS):
                persons = net.start[i, kind, g]
                state.persons[i, row, g] = persons
                state.by_status[i, row] += persons
                state.by_row[i, row] += persons
                state.whole[TOTAL] += persons
        here = state.place[i]
        in_sites = net.place[i].site_people
        unknown = net.place[i].site_unknown
        here.tents = unknown * (1.0 + values.camp_slack) + net.place[i].site_places
        here.homes = 0.0
        here.room = (
            max(0.0, state.by_status[i, DISPLACED_BEFORE] - in_sites)
            + values.host_slack * state.by_status[i, RESIDENT]
        )
        here.shelter = 0.0
        here.shock = 1.0
        here.shock_z = 0.0
        here.far_side = 0
        here.crossed = 0
        here.choice_count = 0
        here.wait_fighting = 0.0
        here.wait_background = 0.0
        here.choice_day = -1
        state.stale[i] = True
        state.rank[i, 0] = state.rank[i, n - 1]  # as if never sorted
    state.real[LEVEL] = 1.0
    state.real[TEMPO] = 1.0
    state.real[TRUCE_HR] = 1.0
    state.real[LINKED] = 1.0
    journey.reset_calendar(state)
    flight.draw_stayers(net, values, state, key)
    destination.draw_own_pull(net, values, state, key)


@kernel_entry
def run_days(net, record, values, plan, state, key, truce_age, first, last, today, history, out):  # type: ignore[no-untyped-def]
    """Walk the days from ``first`` to ``last``, the steps of each in the order of ``STEPS``.

    Parameters
    ----------
    net, record, values, plan, state
        `Network`, `Record`, a record of the values of one future, `Schedule`, `State`.
    key : uint64
        Key of the seed and the future.
    truce_age : float64
        Days that a truce has stood at the as-of date; -1 without one.
    first, last, today : int64
        Days since the start of the period; ``today`` is the as-of date. A run starts at 0; an
        option goes on from ``today + 1`` with the state that the replay left.
    history : (today + 1,) float64, written
        Cumulative newly displaced persons at the end of each day of the replay.
    out : Output, written
        The days after the as-of date; day 0 is the as-of date. Must be zero before.
    """
    net, state = bare_network(net), bare_state(state)
    record, plan = bare_record(record), bare_schedule(plan)
    if first == 0:
        begin(net, values, state, key)
    if first == today + 1:
        write_day(net, record, state, out, np.int64(0))
    for day in range(first, last + 1):
        containment.step(net, record, values, plan, state, key, day, today)
        truce.step(net, record, values, plan, state, key, day, today)
        theatres.step(net, record, values, plan, state, key, day, today)
        control.step(net, record, values, plan, state, key, day, today)
        violence.step(net, record, values, plan, state, key, day, today)
        aid.step(net, record, values, plan, state, key, day, today)
        arrivals.step(net, record, values, plan, state, key, day, today)
        flight.step(net, record, values, plan, state, key, day, today)
        returns.step(net, record, values, plan, state, key, day, today)
        entry.step(net, record, values, plan, state, key, day, today)
        onward.step(net, record, values, plan, state, key, day, today)
        harm.step(net, record, values, plan, state, key, day, today)
        ledger.step(net, record, values, plan, state, key, day, today)
        if state.whole[ERROR] != 0:
            return
        if day > today:
            write_day(net, record, state, out, day - today)
            continue
        history[day] = state.whole[NEW]
        if day == today:
            clear_counters(state)
            if truce_age >= 0.0:
                state.whole[TRUCE] = 1
                state.real[TRUCE_AGE] = truce_age
