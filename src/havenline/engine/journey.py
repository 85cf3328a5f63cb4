"""Journeys: a calendar of arrivals, and what happens to them on the way.

Who sets out on a day arrives the next day at the earliest. By rule: where the road was cut on
the way people turn back if they can; where the destination has fallen or is about to be handed
over they choose again. Where the fighting has come near they stay, and flee again at the hazards
of flight.
"""

from __future__ import annotations

import math

import numpy as np

from havenline.draws.kernels import kernel, kernel_entry
from havenline.engine import faults
from havenline.engine.people import DISPLACED_SINCE, RETURNED
from havenline.engine.refuge import shelters
from havenline.world import roads


@kernel
def reset_calendar(state):  # type: ignore[no-untyped-def]
    """Empty the calendar and chain all its places as free."""
    n = state.trip.shape[0]
    for e in range(n):
        state.trip[e].next = e + 1
    state.trip[n - 1].next = -1
    state.books[0].free_trip = 0
    state.trip_head[:] = -1


@kernel
def enter(trip, head, books, origin, target, cell, persons, day, length):  # type: ignore[no-untyped-def]
    """Put persons on the road for ``length`` days (1 or more).

    Takes the parts of the state that it changes (``trip``, ``trip_head``, ``books[0]``), as all
    that runs for every journey does: short argument lists are fast. A journey that ends after the
    run is kept on the way; one that ends within it and is longer than the calendar holds stops
    the run, which is then made again with a longer one. Returns its row of the calendar, or -1
    where there is none left.
    """
    horizon = head.shape[0]
    if length >= horizon:
        if horizon < books.longest:
            books.fault = faults.HORIZON
        length = horizon - 1
    e = books.free_trip
    if e < 0:
        books.fault = faults.TRIPS
        return e
    one = trip[e]
    books.free_trip = np.int64(one.next)
    slot = (day + length) % horizon
    one.origin = origin
    one.target = target
    one.cell = cell
    one.persons = persons
    one.left = day
    one.agreed = 0
    one.next = head[slot]
    head[slot] = e
    books.on_the_way += persons
    return e


@kernel
def travel_days(km, km_per_day):  # type: ignore[no-untyped-def]
    """Return the days of a journey, at least one."""
    return max(1, np.int64(math.ceil(km / km_per_day)))


@kernel
def add_slot(slot, k, target, fast, slow, riding, walking):  # type: ignore[no-untyped-def]
    """List the departures for a target by days on the road; return the number of slots.

    Parameters
    ----------
    slot : records ``SLOT``
        ``k`` of them are in use.
    fast, slow : int64
        Days of the journey in a vehicle and on foot.
    riding, walking : int64
        Persons in vehicles and on foot.
    """
    if slow == fast:
        riding, walking = riding + walking, 0
    if riding > 0:
        slot[k].place = target
        slot[k].days = fast
        slot[k].persons = riding
        k += 1
    if walking > 0:
        slot[k].place = target
        slot[k].days = slow
        slot[k].persons = walking
        k += 1
    return k


@kernel
def deal(listed, m, slot, k, start, trip, head, books, origin, day):  # type: ignore[no-untyped-def]
    """Deal the chosen persons of listed cells to the slots of departure and send them off.

    Persons lie in the order of their cells on a circle, slots take them in turn from a random
    start. So each person is as likely as any other to take each slot, and people of one home
    travel together.

    Parameters
    ----------
    listed : records ``LISTED``
        ``m`` cells, with ``count`` persons each, as many in all as the slots hold.
    slot : records ``SLOT``
        ``k`` slots.
    start : float64
        The random start, between 0 and 1.
    trip, head, books
        Parts of the state; see `enter`.
    """
    total = 0
    for c in range(m):
        total += listed[c].count
    skip = np.int64(start * total)
    c = 0
    while c < m - 1 and skip >= listed[c].count:
        skip -= listed[c].count
        c += 1
    kept_back = skip  # persons of the first cell who come last, when the circle closes
    first = c
    left = listed[c].count - skip
    for a in range(k):
        want = slot[a].persons
        while want > 0:
            while left == 0:
                c = c + 1 if c + 1 < m else 0
                left = kept_back if c == first else listed[c].count
            here = min(want, left)
            enter(
                trip,
                head,
                books,
                origin,
                slot[a].place,
                listed[c].cell,
                here,
                day,
                slot[a].days,
            )
            want -= here
            left -= here


@kernel
def as_displaced(net, groups, cell, place):  # type: ignore[no-untyped-def]
    """Return the cell of a traveller who ends up displaced: a returnee keeps their home."""
    if cell // groups == RETURNED:
        return (DISPLACED_SINCE + net.place[place].home) * groups + cell % groups
    return cell


@kernel
def road_cut(state, origin, target):  # type: ignore[no-untyped-def]
    """Whether no open road leads any more from one place to another that both shelter."""
    return (
        state.dist[origin, target] == roads.UNREACHED
        and shelters(state, origin, origin)
        and shelters(state, target, origin)
    )


@kernel_entry
def pack_trips(trip, head, today, kept):  # type: ignore[no-untyped-def]
    """Copy all journeys under way in the order of their days; return how many.

    Parameters
    ----------
    trip, head
        Parts of the state at the end of a day.
    today : int64
        That day.
    kept : (len(trip),) records ``TRIP``, written
        ``next`` holds the day on which the journey ends.
    """
    m = 0
    for due in range(today + 1, today + 1 + head.shape[0]):
        e = head[due % head.shape[0]]
        while e >= 0:
            kept[m] = trip[e]
            kept[m].next = due
            m += 1
            e = np.int64(trip[e].next)
    return m


@kernel_entry
def unpack_trips(kept, trip, head, books):  # type: ignore[no-untyped-def]
    """Fill the calendar with packed journeys, of which there are fewer than it has rows.

    Parameters
    ----------
    kept : records ``TRIP``
        As `pack_trips` wrote them.
    trip, head, books
        Parts of the state, written.
    """
    head[:] = -1
    m = kept.shape[0]
    for k in range(m - 1, -1, -1):
        slot = np.int64(kept[k].next) % head.shape[0]
        trip[k] = kept[k]
        trip[k].next = head[slot]
        head[slot] = k
    for e in range(m, trip.shape[0]):
        trip[e].next = e + 1
    trip[trip.shape[0] - 1].next = -1
    books[0].free_trip = m
