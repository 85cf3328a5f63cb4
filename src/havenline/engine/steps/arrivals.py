"""Arrivals of the day, with the rules for roads that were cut and places that were lost."""

from __future__ import annotations

import numpy as np

from havenline.draws.kernels import kernel
from havenline.draws.keys import mix, uniform
from havenline.engine import processes
from havenline.engine.destination import divide, set_pull, set_safety, weigh
from havenline.engine.journey import as_displaced, enter, road_cut
from havenline.engine.people import RETURNED, add
from havenline.engine.refuge import shelters
from havenline.engine.step import Measure, Step
from havenline.engine.steps.control import FAR_SIDE_HANDED
from havenline.engine.steps.returns import about_to_be_handed_over, accepted, come_home

STEP = Step(
    "Journeys end; people choose again where road or place was lost.",
    reads=(
        "record",
        "option",
        "people",
        "calendar",
        "holders",
        "relations",
        "let in",
        "roads",
        "shelter",
        "fronts",
        "pull",
        "siege",
    ),
    writes=(
        "people",
        "calendar",
        "arrivals",
        "departures",
        "pull",
        "returned",
        "returned_other_side",
    ),
    parts=("destination", "border", "journey", "return"),
    tables=("routes", "sites", "crossings"),
    page="journey",
    measures=(
        Measure(
            "returned",
            "persons returned since the as-of date",
            "persons",
            "cumulative",
            of=("returned",),
            since_as_of=True,
        ),
        Measure(
            "returned_other_side",
            "persons returned to homes under another holder since the as-of date",
            "persons",
            "cumulative",
            of=("returned",),
            since_as_of=True,
            prior_only=True,
        ),
    ),
)


@kernel
def changed_hands_since(plan, state, place, left, today):  # type: ignore[no-untyped-def]
    """Whether a place was taken or handed over since people left for it."""
    if state.place[place].taken_on > left:
        return True
    handed = state.place[place].far_side == FAR_SIDE_HANDED and plan.place[place].handed
    return handed and left - today < plan.handover


@kernel
def settle(net, state, origin, place, row, group, number):  # type: ignore[no-untyped-def]
    """Let persons from a place stay at another."""
    if row == RETURNED:
        come_home(state, place, group, number)
        return
    add(state.persons, state.by_status, state.by_row, place, row, group, number)
    state.arrived[place, group] += number
    of, to = net.place[origin].area, net.place[place].area
    if of >= 0 and to >= 0:
        state.flow[of, to] += number


@kernel
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """End the journeys of a day; see `havenline.engine.steps.truce.step` for the parameters."""
    state.arrived[:] = 0
    state.set_out[:] = 0
    state.flow[:] = 0
    slot = day % state.trip_head.shape[0]
    e = state.trip_head[slot]
    state.trip_head[slot] = -1
    set_safety(values, plan, state, day - today)
    set_pull(net, record, values, plan, state, day, today)
    trip = state.trip
    books = state.books[0]
    groups = state.persons.shape[2]
    while e >= 0:
        one = trip[e]
        origin, target = np.int64(one.origin), np.int64(one.target)
        cell, left = np.int64(one.cell), np.int64(one.left)
        moving, agreed = one.persons, one.agreed == 1
        following = np.int64(one.next)
        one.next = books.free_trip
        books.free_trip = e
        books.on_the_way -= moving
        e = following
        row, group = cell // groups, cell % groups
        cut = road_cut(state, origin, target)
        held, safe = shelters(state, target, origin), state.place[target].safety > 0.0
        if row == RETURNED:
            held = True
            if changed_hands_since(plan, state, target, left, today):
                stream = mix(mix(mix(key, processes.GO_ON_HOME), net.place[target].key), left)
                here = mix(mix(stream, net.place[origin].key), net.cell_key[row, group])
                held = uniform(here, 0) < accepted(values, plan, state, target)
            safe = not about_to_be_handed_over(plan, target, day - today)
        if agreed or (safe and held and not cut):
            settle(net, state, origin, target, row, group, moving)
            continue
        cell = as_displaced(net, groups, cell, target)
        row = cell // groups
        at = target
        if cut or not held:
            at = origin
        if not shelters(state, at, origin):
            # Both ends have fallen while they were on the road: caught where they meant to go.
            books.stranded += moving
            settle(net, state, origin, target, row, group, moving)
            continue
        count, total = weigh(values, state, at, day)
        if (state.place[at].safety > 0.0 and shelters(state, at, origin)) or total <= 0.0:
            settle(net, state, origin, at, row, group, moving)
            continue
        draw = mix(mix(mix(key, processes.CHOOSE_AGAIN), net.place[at].key), day)
        draw = mix(mix(mix(draw, net.cell_key[row, group]), left), net.place[origin].key)
        k = divide(
            values,
            net.place,
            state.choice[at],
            state.scratch,
            state.order,
            state.slot,
            moving,
            count,
            total,
            draw,
        )
        for a in range(k):
            to = state.slot[a]
            enter(trip, state.trip_head, books, at, to.place, cell, to.persons, day, to.days)
