"""Organised moves: people brought from some places to others by agencies or under an agreement.

Of the P persons of a move over n days, floor(k P / n) - floor((k - 1) P / n) go on day k: displaced
people of its places first, then those at home, in proportion to who is there. They are shared out
over the places that they are brought to in proportion to shelter places, and arrive the next day
whatever roads and fronts are like: such convoys pass by agreement. Who leaves the crisis is kept on
an account of their own.
"""

from __future__ import annotations

import math

import numpy as np

from havenline.draws.kernels import kernel
from havenline.draws.keys import mix, uniform
from havenline.engine import processes
from havenline.engine.journey import enter
from havenline.engine.people import DISPLACED_BEFORE, DISPLACED_SINCE, RESIDENT, RETURNED, displaced
from havenline.engine.step import Measure, Step
from havenline.engine.steps.flight import choose_leavers

STEP = Step(
    "People are moved by agencies or under an agreement.",
    reads=("record", "people", "shelter"),
    writes=(
        "people",
        "calendar",
        "departures",
        "time away",
        "moved",
        "newly_displaced",
        "movements",
        "people_moved_out",
    ),
    parts=(),
    tables=("moves",),
    page="moves",
    course=(("newly_moved", "i8"),),
    measures=(
        Measure(
            "people_moved_out",
            "people moved out of the crisis since its start",
            "persons",
            "stock",
            of=("people_moved_out",),
        ),
    ),
)
"""``newly_moved`` are the persons whom moves displaced for the first time today."""


@kernel
def due(move, day):  # type: ignore[no-untyped-def]
    """Return the persons of a move who are to go on a day."""
    if day < move.first or day > move.last:
        return np.int64(0)
    days, k = move.last - move.first + 1, day - move.first
    return (k + 1) * move.persons // days - k * move.persons // days


@kernel
def share_out(record, state, m, persons):  # type: ignore[no-untyped-def]
    """Write to ``queue`` how many of some persons each place of a move gets.

    By the shelter places there are; where there are none by the people, and where nobody is either
    alike.
    """
    n = state.place.shape[0]
    total = 0.0
    for by in range(3):
        for j in range(n):
            state.scratch[j] = 0.0
            if record.reaches[m, j]:
                if by == 0:
                    state.scratch[j] = state.place[j].shelter
                elif by == 1:
                    state.scratch[j] = state.by_status[j].sum()
                else:
                    state.scratch[j] = 1.0
            total += state.scratch[j]
        if total > 0.0:
            break
    passed, given = 0.0, np.int64(0)
    for j in range(n):
        passed += state.scratch[j]
        here = np.int64(math.floor(passed / total * persons + 0.5))
        state.queue[j] = here - given
        given = here


@kernel
def send_off(state, cells, place, at, day):  # type: ignore[no-untyped-def]
    """Send listed persons off, to the places that wait for some, in turn from ``at``.

    Returns
    -------
    int64
        The place whose turn it is then.
    """
    for c in range(cells):
        left = state.listed[c].count
        while left > 0:
            while state.queue[at] == 0:
                at = at + 1 if at + 1 < state.queue.shape[0] else 0
            here = min(left, state.queue[at])
            e = enter(
                state.trip,
                state.trip_head,
                state.books[0],
                place,
                at,
                state.listed[c].cell,
                here,
                day,
                np.int64(1),
            )
            if e >= 0:
                state.trip[e].agreed = 1
            state.queue[at] -= here
            left -= here
    return at


@kernel
def take(net, record, state, m, first, last, persons, people, at, day, draw):  # type: ignore[no-untyped-def]
    """Take persons of statuses ``first`` to ``last`` from the places of a move, and send them off.

    Parameters
    ----------
    m : int64
        The move.
    persons, people : int64
        How many go, of how many of those statuses who are at its places.
    at : int64
        The place whose turn it is to get some; that of the next is returned.
    draw : uint64
        Key of the move and the day.
    """
    passed = 0
    for i in range(state.place.shape[0]):
        if not record.leaves[m, i]:
            continue
        for status in range(first, last + 1):
            before = passed * persons // people
            passed += state.by_status[i, status]
            leavers = passed * persons // people - before
            if leavers == 0:
                continue
            own = mix(mix(draw, net.place[i].key), status)
            cells = choose_leavers(net, state, i, status, leavers, np.int64(0), day, own)
            if record.move[m].out:
                state.counts[0].people_moved_out += leavers
            else:
                at = send_off(state, cells, i, at, day)
    return at


@kernel
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """Move people for a day; see `havenline.engine.steps.truce.step` for the parameters."""
    n = state.place.shape[0]
    before = state.counts[0].newly_displaced
    for m in range(record.move.shape[0]):
        persons = due(record.move[m], day)
        if persons == 0:
            continue
        away, home = 0, 0
        for i in range(n):
            if record.leaves[m, i]:
                away += displaced(state, i)
                home += state.by_status[i, RESIDENT] + state.by_status[i, RETURNED]
        persons = min(persons, away + home)
        draw = mix(mix(mix(key, processes.MOVE), record.move[m].key), day)
        if not record.move[m].out:
            share_out(record, state, m, persons)
        at = np.int64(uniform(mix(draw, processes.DEAL), 0) * n)
        first = min(persons, away)
        if first > 0:
            at = take(
                net, record, state, m, DISPLACED_BEFORE, DISPLACED_SINCE, first, away, at, day, draw
            )
        if persons > first:
            take(net, record, state, m, RESIDENT, RETURNED, persons - first, home, at, day, draw)
    state.course[0].newly_moved = state.counts[0].newly_displaced - before
