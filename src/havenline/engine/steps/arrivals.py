"""Arrivals of the day, with the rules for roads that were cut and places that became unsafe."""

from __future__ import annotations

import numpy as np

from havenline.draws.kernels import kernel
from havenline.draws.keys import mix
from havenline.engine import processes
from havenline.engine.destination import divide, mark_safe, set_pull, weigh
from havenline.engine.journey import as_displaced, enter, road_cut
from havenline.engine.people import RETURNED, add
from havenline.engine.step import Measure, Step
from havenline.world import roads

STEP = Step(
    "Journeys end; people choose again where road or place was lost.",
    reads=(
        "option",
        "people",
        "calendar",
        "side",
        "roads",
        "shelter places",
        "distance to the front",
        "pull of places",
    ),
    writes=("people", "calendar", "arrivals", "pull of places", "returned"),
    parts=("destination", "journey"),
    tables=("routes",),
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
    ),
)


@kernel
def settle(persons, by_status, by_row, arrived, flow, counts, areas, place, row, group, number):  # type: ignore[no-untyped-def]
    """Let persons stay at a place; ``areas`` are those they set out from and have reached."""
    add(persons, by_status, by_row, place, row, group, number)
    if row == RETURNED:
        counts.returned += number
        return
    arrived[place, group] += number
    if areas[0] >= 0 and areas[1] >= 0:
        flow[areas[0], areas[1]] += number


@kernel
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """End the journeys of a day; see `havenline.engine.steps.truce.step` for the parameters."""
    state.arrived[:] = 0
    state.flow[:] = 0
    slot = day % state.trip_head.shape[0]
    e = state.trip_head[slot]
    state.trip_head[slot] = -1
    mark_safe(plan, state, day - today)
    set_pull(net, values, state)
    persons, by_status, by_row = state.persons, state.by_status, state.by_row
    arrived, flow = state.arrived, state.flow
    trip, side, dist = state.trip, state.side, state.dist
    books, counts = state.books[0], state.counts[0]
    groups = persons.shape[2]
    while e >= 0:
        one = trip[e]
        origin, target = np.int64(one.origin), np.int64(one.target)
        cell, left = np.int64(one.cell), np.int64(one.left)
        moving = one.persons
        following = np.int64(one.next)
        one.next = books.free_trip
        books.free_trip = e
        books.on_the_way -= moving
        e = following
        cut = road_cut(side, dist, origin, target)
        if state.place[target].safe and not cut:
            row, group = cell // groups, cell % groups
            areas = net.place[origin].area, net.place[target].area
            settle(
                persons, by_status, by_row, arrived, flow, counts, areas, target, row, group, moving
            )  # fmt: skip
            continue
        cell = as_displaced(net, groups, cell, target)
        row, group = cell // groups, cell % groups
        at = target
        if cut or not roads.held(side[target]):
            at = origin
        if not roads.held(side[at]):
            # Both ends have fallen while they were on the road: caught where they meant to go.
            books.stranded += moving
            areas = net.place[origin].area, net.place[target].area
            settle(
                persons, by_status, by_row, arrived, flow, counts, areas, target, row, group, moving
            )  # fmt: skip
            continue
        count, total = weigh(values, state, at, day)
        if state.place[at].safe or total <= 0.0:
            areas = net.place[origin].area, net.place[at].area
            settle(
                persons, by_status, by_row, arrived, flow, counts, areas, at, row, group, moving
            )  # fmt: skip
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
