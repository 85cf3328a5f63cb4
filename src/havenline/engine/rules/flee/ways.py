"""The ways that a day may take: where one comes from each state in which one decides.

Who arrives somewhere with distance to spare decides there. Where each road then leads depends
only on roads, routes and the distance gone, so it is worked out once and kept while these stay
the same. Groups share the ways. How likely each way is changes with the people in camps and is
no part of this.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from havenline.draws.kernels import kernel, kernel_within
from havenline.draws.views import view
from havenline.engine.rules.flee.cells import (
    Cells,
    add,
    clear,
    empty_cells,
    find,
    first_of,
    km_of,
    overflowed,
    pack_far,
    pack_where,
    place_of,
    recent_of,
    rest_of,
    view_cells,
)
from havenline.engine.rules.flee.choice import known_road
from havenline.engine.rules.flee.leaving import recent_after

LEAST_STOPS = 1 << 14
"""Least room for stops, which are more than the cells of a day."""

WAYS_PER_STOP = 16
"""Room for ways, for each stop."""

NO_WAY = -(1 << 31)
"""Where no road leads."""


class Ways(NamedTuple):
    """Stops, where people decide in the course of a day, and where each way from there leads.

    Attributes
    ----------
    stops : Cells
        Place, remaining route, kilometres gone today and recent movement; no group.
    first : (most stops,) int32
        First row of a stop in ``target``; -1 where its ways are not yet laid.
    stay : (most stops,) int32
        The end for those who stay.
    target : (most ways,) int32
        Two rows for each route of a stop, by vehicle and on foot: the number of the next stop,
        or -1 less the number of an end, or `NO_WAY`.
    rows : (1,) int64
        Rows in use.
    ends : Cells
        Where days end; no group.
    day : (1,) int64
        A day for which the ways hold, -1 for none.
    """

    stops: Cells
    first: NDArray[np.int32]
    stay: NDArray[np.int32]
    target: NDArray[np.int32]
    rows: NDArray[np.int64]
    ends: Cells
    day: NDArray[np.int64]


class Shares(NamedTuple):
    """Shares of people by the number of a stop or an end, in the order in which they came.

    Attributes
    ----------
    at : (most,) int32
        Position of each number, plus 1; 0 where absent.
    who : (most,) int32
    share : (most,) float64
    used : (1,) int64
    """

    at: NDArray[np.int32]
    who: NDArray[np.int32]
    share: NDArray[np.float64]
    used: NDArray[np.int64]


def empty_ways(most_cells: int) -> Ways:
    """Return room for ways beside tables of a number of cells (a power of two)."""
    most = max(LEAST_STOPS, 2 * most_cells)
    return Ways(
        stops=empty_cells(most),
        first=np.zeros(most, dtype=np.int32),
        stay=np.zeros(most, dtype=np.int32),
        target=np.zeros(WAYS_PER_STOP * most, dtype=np.int32),
        rows=np.zeros(1, dtype=np.int64),
        ends=empty_cells(most),
        day=np.full(1, -1, dtype=np.int64),
    )


def empty_shares(ways: Ways) -> Shares:
    """Return room for a share of every stop or every end."""
    most = len(ways.first)
    return Shares(
        at=np.zeros(most, dtype=np.int32),
        who=np.zeros(most, dtype=np.int32),
        share=np.zeros(most),
        used=np.zeros(1, dtype=np.int64),
    )


@kernel
def view_ways(w):  # type: ignore[no-untyped-def]
    """Return ways (inside kernels) with views of their arrays."""
    return Ways(
        view_cells(w.stops), view(w.first), view(w.stay), view(w.target), view(w.rows),
        view_cells(w.ends), view(w.day),
    )  # fmt: skip


@kernel
def view_shares(s):  # type: ignore[no-untyped-def]
    """Return shares (inside kernels) with views of their arrays."""
    return Shares(view(s.at), view(s.who), view(s.share), view(s.used))


@kernel_within
def clear_shares(shares):  # type: ignore[no-untyped-def]
    """Remove all shares."""
    for k in range(shares.used[0]):
        shares.at[shares.who[k]] = 0
    shares.used[0] = 0


@kernel_within
def add_share(shares, number, share):  # type: ignore[no-untyped-def]
    """Add a share to a stop or an end."""
    if share <= 0.0:
        return
    k = shares.at[number]
    if k == 0:
        k = np.int32(shares.used[0] + 1)
        shares.used[0] = k
        shares.at[number] = k
        shares.who[k - 1] = number
        shares.share[k - 1] = share
        return
    shares.share[k - 1] += share


@kernel
def _number(cells, where, far):  # type: ignore[no-untyped-def]
    # the number of a state, which is given one; 0 where the table is full
    cell = find(cells, where, far)
    if cell >= 0:
        return cell
    add(cells, where, far, np.int64(1))
    return np.int64(0) if overflowed(cells) else cells.used[0] - 1


@kernel
def end_number(ways, where, far):  # type: ignore[no-untyped-def]
    """Return the number of an end of a day."""
    return _number(ways.ends, where, far)


@kernel
def _stop_number(ways, where, far):  # type: ignore[no-untyped-def]
    before = ways.stops.used[0]
    stop = _number(ways.stops, where, far)
    if ways.stops.used[0] > before:
        ways.first[stop] = -1
    return stop


@kernel
def forget_ways(ways):  # type: ignore[no-untyped-def]
    """Forget all ways."""
    clear(ways.stops)
    clear(ways.ends)
    ways.rows[0] = 0
    ways.day[0] = -1


@kernel
def too_many(ways):  # type: ignore[no-untyped-def]
    """Return whether a table was too small."""
    full = overflowed(ways.stops) or overflowed(ways.ends)
    return full or ways.rows[0] > ways.target.n


@kernel
def keep_for(net, ways, day):  # type: ignore[no-untyped-def]
    """Forget the ways where roads or routes of a day are others, or tables are half full."""
    before = ways.day[0]
    if before == day:
        holds = True
    else:
        holds = before >= 0 and net.epoch[before] == net.epoch[day]
        if holds:
            for road in range(net.road_km.n):
                if net.is_open[before, road] != net.is_open[day, road]:
                    holds = False
                    break
    half = ways.first.n // 2
    if ways.stops.used[0] > half or ways.ends.used[0] > half or ways.rows[0] > ways.target.n // 2:
        holds = False
    if not holds:
        forget_ways(ways)
    ways.day[0] = day


@kernel_within
def _alike(net, rules, place, gone):  # type: ignore[no-untyped-def]
    # the kilometres that stand for all with which the same ways are open from a place
    if not rules.by_sums:
        return gone
    left = rules.max_speed - gone
    low, high = net.sum_first[place], net.sum_first[place + 1]
    last = high
    while low < high:
        middle = (low + high) // 2
        if net.sum_km[middle] >= left:
            high = middle
        else:
            low = middle + 1
    return rules.max_speed - net.sum_km[low] if low < last else np.int64(0)


@kernel
def lead(net, rules, ways, day, where, recent, on_road, gone, on_foot, stop):  # type: ignore[no-untyped-def]
    """Return where a day's distance leads on a road.

    Parameters
    ----------
    net, rules, ways
    day : int64
    where : uint64
        The road and what remains of the route after it; no group.
    recent, on_road, gone : int64
        Recent movement, kilometres on the road and gone today, in parts of ``1 / UNIT``.
    on_foot, stop : bool
        Walk; end the day at the next place even with distance to spare.

    Returns
    -------
    int64
        The number of the next stop, or -1 less the number of an end.
    """
    n = net.persons.n
    road = place_of(where) - n
    speed = net.road_speed[road]
    if on_foot or (rules.on_foot and first_of(where)):
        speed = rules.walk_speed
    gone += speed
    on_road += speed
    over = on_road - net.road_km[road]
    if over > 0:
        gone -= over
        on_road = np.int64(0)
        turned = not net.is_open[day, road]
        place = net.road_start[road] if turned else net.road_end[road]
        where = pack_where(place, rest_of(where), 0, 0)
        if not turned and gone < speed and not stop:
            return _stop_number(ways, where, pack_far(_alike(net, rules, place, gone), recent))
    return -1 - end_number(ways, where, pack_far(on_road, recent_after(rules, recent, gone)))


@kernel_within
def way_onto(net, day, here, rest, route):  # type: ignore[no-untyped-def]
    """Return the first road (-1 without one) of who decides at a place, and what remains then.

    Parameters
    ----------
    net
    day, here, rest : int64
        ``rest`` is what remains of a route already chosen; 0 where none is.
    route : int64
        The route chosen, without a rest.
    """
    if rest > 0:
        return known_road(net, day, here, rest), net.rest_rest[rest]
    return net.route_road[route], net.route_rest[route]


@kernel
def lay(net, rules, ways, day, stop):  # type: ignore[no-untyped-def]
    """Work out where the ways from a stop lead."""
    n = net.persons.n
    where, far = ways.stops.where[stop], ways.stops.far[stop]
    here, rest, gone, recent = place_of(where), rest_of(where), km_of(far), recent_of(far)
    epoch = net.epoch[day]
    first, last = np.int64(0), np.int64(1)
    if rest == 0:
        first, last = net.route_first[epoch, here], net.route_first[epoch, here + 1]
    row = ways.rows[0]
    ways.rows[0] = row + 2 * (last - first)
    if too_many(ways):
        return
    ways.first[stop] = row
    evening = pack_far(0, recent_after(rules, recent, gone))
    ways.stay[stop] = end_number(ways, pack_where(here, 0, 0, 0), evening)
    for route in range(first, last):
        road, left = way_onto(net, day, here, rest, route)
        for on_foot in range(2):
            target = np.int64(NO_WAY)
            if road >= 0 and net.road_walk[road] != 1.0 - on_foot:
                onto = pack_where(n + road, left, 0, 0)
                target = lead(
                    net, rules, ways, day, onto, recent, np.int64(0), gone, on_foot == 1, False
                )
            ways.target[row] = target
            row += 1
