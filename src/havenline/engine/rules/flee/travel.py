"""A day on the road: where people who are on a road may be in the evening, and how likely.

Who arrives with distance to spare decides again and travels on, a full day's distance on each
further road. All of that is worked out as chances of where the day ends, once for all who are in
the same state, and again only when the chances have changed.
"""

from __future__ import annotations

import numpy as np

from havenline.draws.kernels import kernel, kernel_within
from havenline.engine.rules.flee.cells import (
    add,
    clear,
    find,
    first_of,
    group_of,
    km_of,
    pack_far,
    pack_where,
    place_of,
    recent_of,
    rest_of,
)
from havenline.engine.rules.flee.choice import LEAST_ROOM, has_room, set_chances, throttle
from havenline.engine.rules.flee.leaving import leave_chance, recent_after, stays_for_harvest
from havenline.engine.rules.flee.network import UNIT
from havenline.engine.rules.flee.ways import (
    NO_WAY,
    add_share,
    clear_shares,
    end_number,
    keep_for,
    lay,
    lead,
    too_many,
    way_onto,
)

LONG_ENOUGH = 0.5
"""Who has moved less than this share of a day's travel of late goes on through towns."""

LEAST_SHARE = 1e-12
"""Ways that a smaller share of people would go end where they are."""

SAME_THROTTLE = 0.03
"""Ends of days are kept while no throttle that they depend on has moved by more than this."""

MARKS = 64
"""Places are told apart by this many marks in what an end of a day depends on."""


@kernel_within
def _arrive(state, target, share, then):  # type: ignore[no-untyped-def]
    if target >= 0:
        add_share(then, target, share)
    else:
        add_share(state.ends, -1 - target, share)


@kernel
def _begin(net, rules, state, day, where, far, then):  # type: ignore[no-untyped-def]
    # from the road where people are this morning
    road = place_of(where) - net.persons.n
    walk = net.road_walk[road]
    alone = pack_where(place_of(where), rest_of(where), 0, first_of(where))
    recent, on_road = recent_of(far), km_of(far)
    for on_foot in range(2):
        part = walk if on_foot else 1.0 - walk
        if part > 0.0:
            target = lead(
                net, rules, state.ways, day, alone, recent, on_road, np.int64(0),
                on_foot == 1, part < LEAST_SHARE,
            )  # fmt: skip
            _arrive(state, target, part, then)


@kernel
def _weigh(net, rules, state, day, here, group):  # type: ignore[no-untyped-def]
    # Chances at a place, the same for all who come there while a day is worked out.
    state.leaving[here] = leave_chance(net, rules, state, day, here)
    first, last, total = set_chances(net, rules, state, day, here, group)
    state.total[here] = total
    for r in range(first, last):
        chance = state.chance[r - first]
        if chance > 0.0 and not has_room(net, rules, state, day, net.route_end[r]):
            chance = 0.0
        state.way[r] = chance
    state.weighed[here] = state.turn[0]


@kernel
def _stop_instead(net, rules, state, day, stop, route, on_foot):  # type: ignore[no-untyped-def]
    # the end for so few that the stop to which a way leads is no matter
    where, far = state.ways.stops.where[stop], state.ways.stops.far[stop]
    road, left = way_onto(net, day, place_of(where), rest_of(where), route)
    onto = pack_where(net.persons.n + road, left, 0, 0)
    return lead(
        net, rules, state.ways, day, onto, recent_of(far), np.int64(0), km_of(far), on_foot, True
    )


@kernel_within
def _go_on(net, rules, state, day, stop, group, share, then):  # type: ignore[no-untyped-def]
    # people who have arrived with distance to spare decide, and those who go travel on
    ways = state.ways
    where, far = ways.stops.where[stop], ways.stops.far[stop]
    here, rest = place_of(where), rest_of(where)
    if stays_for_harvest(net, day, group):
        evening = pack_far(0, recent_after(rules, recent_of(far), km_of(far)))
        add_share(state.ends, end_number(ways, where, evening), share)
        return
    p, total = 1.0, 1.0
    first, last = np.int64(0), np.int64(1)
    if rest == 0:
        if state.weighed[here] != state.turn[0]:
            _weigh(net, rules, state, day, here, group)
        p, total = state.leaving[here], state.total[here]
        moved = (recent_of(far) / UNIT + km_of(far) / rules.max_speed) / 2.0
        if rules.short_stints and net.town[day, here] and moved < LONG_ENOUGH:
            p = 1.0
        p = min(max(p, 0.0), 1.0)
        epoch = net.epoch[day]
        first, last = net.route_first[epoch, here], net.route_first[epoch, here + 1]
    elif not has_room(net, rules, state, day, net.rest_last[rest]):
        last = np.int64(0)
    row, going = np.int64(ways.first[stop]), 0.0
    for r in range(first, last):
        part = share * p * (state.way[r] if rest == 0 else 1.0) / total
        riding, walking = np.int64(ways.target[row]), np.int64(ways.target[row + 1])
        row += 2
        if part <= 0.0 or (riding == NO_WAY and walking == NO_WAY):
            continue
        going += part
        if walking == NO_WAY:
            if riding >= 0 and part < LEAST_SHARE:
                riding = _stop_instead(net, rules, state, day, stop, r, False)
            _arrive(state, riding, part, then)
            continue
        road, _ = way_onto(net, day, here, rest, r)
        walk = net.road_walk[road]
        for on_foot in range(2):
            some = part * walk if on_foot else part * (1.0 - walk)
            target = walking if on_foot else riding
            if target != NO_WAY and some > 0.0:
                if target >= 0 and some < LEAST_SHARE:
                    target = _stop_instead(net, rules, state, day, stop, r, on_foot == 1)
                _arrive(state, target, some, then)
    stay = share - going
    if stay > LEAST_SHARE * share:
        add_share(state.ends, ways.stay[stop], stay)


@kernel
def _work_out(net, rules, state, day, where, far):  # type: ignore[no-untyped-def]
    # Fill `state.ends`; return whether everything found room.
    ways, now, then = state.ways, state.now, state.then
    keep_for(net, ways, day)
    clear_shares(state.ends)
    clear_shares(then)
    state.seen[0] = np.uint64(0)
    state.turn[0] += 1
    group = group_of(where)
    _begin(net, rules, state, day, where, far, then)
    while then.used[0] > 0:
        now, then = then, now
        clear_shares(then)
        for k in range(now.used[0]):
            stop = now.who[k]
            if ways.first[stop] < 0:
                lay(net, rules, ways, day, stop)
            if too_many(ways):
                return False
            _go_on(net, rules, state, day, stop, group, now.share[k], then)
    return not too_many(ways)


@kernel
def forget_ends(state):  # type: ignore[no-untyped-def]
    """Forget all ends of days that were worked out."""
    clear(state.known)
    state.kept[0] = 0


@kernel
def check_ends(net, rules, state, day):  # type: ignore[no-untyped-def]
    """Mark the places whose throttle is another than the ends of days were made with."""
    for i in range(net.persons.n):
        limit = net.limit[day, i]
        now = throttle(rules, limit, state.at[i]) if limit > 0.0 else 1.0
        before = state.throttle[i]
        shut = now < LEAST_ROOM
        if shut != (before < LEAST_ROOM) or abs(now - before) > SAME_THROTTLE:
            state.throttle[i] = now
            state.version[0] += 1
            state.changed[i % MARKS] = state.version[0]


@kernel_within
def _still_holds(state, cell):  # type: ignore[no-untyped-def]
    if state.known_version[cell] == state.version[0]:
        return True
    mask = state.known_mask[cell]
    mark = 0
    while mask != np.uint64(0):
        if mask & np.uint64(1) and state.changed[mark] > state.known_version[cell]:
            return False
        mask >>= np.uint64(1)
        mark += 1
    return True


@kernel
def ends_of(net, rules, state, day, where, far):  # type: ignore[no-untyped-def]
    """Return where the days of people in a state on a road may end.

    Returns
    -------
    first, last : int64
        Rows of ``state.end_where``, ``end_far`` and ``end_sum`` (chances summed up); -1 and -1
        where a table is too small.
    """
    cell = find(state.known, where, far)
    if cell >= 0 and _still_holds(state, cell):
        return state.known.people[cell], state.known_last[cell]
    if not _work_out(net, rules, state, day, where, far):
        return np.int64(-1), np.int64(-1)
    ends, group = state.ways.ends, pack_where(0, 0, group_of(where), 0)
    n = state.ends.used[0]
    if n > state.end_where.n:
        return np.int64(-1), np.int64(-1)
    full = cell < 0 and state.known.used[0] >= state.known.at.n
    if full or state.kept[0] + n > state.end_where.n:
        forget_ends(state)
        cell = np.int64(-1)
    first = state.kept[0]
    total = 0.0
    for k in range(n):
        end = state.ends.who[k]
        state.end_where[first + k] = ends.where[end] | group
        state.end_far[first + k] = ends.far[end]
        total += state.ends.share[k]
        state.end_sum[first + k] = total
    if cell < 0:
        cell = state.known.used[0]
        add(state.known, where, far, np.int64(1))
    state.known.people[cell] = first
    state.known_last[cell] = first + n
    state.known_mask[cell] = state.seen[0]
    state.known_version[cell] = state.version[0]
    state.kept[0] = first + n
    return first, first + n
