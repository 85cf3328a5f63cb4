"""A day on the road: where people who are on a road may be in the evening, and how likely.

Who arrives with distance to spare decides again and travels on, a full day's distance on each
further road. All of that is worked out as chances of where the day ends, once for all who are in
the same state, and again only when the chances have changed.
"""

from __future__ import annotations

import numpy as np

from havenline.draws.kernels import kernel, kernel_within
from havenline.movement.flee.cells import (
    add,
    clear,
    find,
    first_of,
    group_of,
    km_of,
    overflowed,
    pack_far,
    pack_where,
    place_of,
    recent_of,
    rest_of,
)
from havenline.movement.flee.choice import LEAST_ROOM, has_room, known_road, set_chances, throttle
from havenline.movement.flee.leaving import leave_chance, recent_after, stays_for_harvest
from havenline.world.case_network import UNIT

LONG_ENOUGH = 0.5
"""Who has moved less than this share of a day's travel of late goes on through towns."""

LEAST_SHARE = 1e-12
"""Ways that a smaller share of people would go end where they are."""

SAME_THROTTLE = 0.03
"""Ends of days are kept while no throttle that they depend on has moved by more than this."""

MARKS = 64
"""Places are told apart by this many marks in what an end of a day depends on."""


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


@kernel_within
def _go(net, rules, state, day, where, recent, on_road, gone, speed, share, early):  # type: ignore[no-untyped-def]
    n = net.persons.n
    road = place_of(where) - n
    gone += speed
    on_road += speed
    over = on_road - net.road_km[road]
    if over > 0:
        gone -= over
        on_road = np.int64(0)
        turned = not net.is_open[day, road]
        place = net.road_start[road] if turned else net.road_end[road]
        where = pack_where(place, rest_of(where), group_of(where), 0)
        if not turned and gone < speed and share >= LEAST_SHARE:
            gone = _alike(net, rules, place, gone)
            add(early, where, pack_far(gone, recent), share)
            return
    add(state.ends, where, pack_far(on_road, recent_after(rules, recent, gone)), share)


@kernel_within
def _travel(net, rules, state, day, where, recent, on_road, gone, share, early):  # type: ignore[no-untyped-def]
    road = place_of(where) - net.persons.n
    fast = net.road_speed[road]
    if rules.on_foot and first_of(where):
        fast = rules.walk_speed
    walk = net.road_walk[road]
    for on_foot in range(2):
        part = share * walk if on_foot else share * (1.0 - walk)
        speed = rules.walk_speed if on_foot else fast
        if part > 0.0:
            _go(net, rules, state, day, where, recent, on_road, gone, speed, part, early)


@kernel_within
def _go_on(net, rules, state, day, where, far, share, early):  # type: ignore[no-untyped-def]
    # people who have arrived with distance to spare decide, and those who go travel on
    n = net.persons.n
    here, rest, group = place_of(where), rest_of(where), group_of(where)
    gone, recent = km_of(far), recent_of(far)
    evening = pack_far(0, recent_after(rules, recent, gone))
    if stays_for_harvest(net, day, group):
        add(state.ends, where, evening, share)
        return
    p, total = 1.0, 1.0
    first, last = np.int64(0), np.int64(1)
    if rest > 0:
        state.chance[0] = 1.0
    else:
        p = leave_chance(net, rules, state, day, here)
        moved = (recent / UNIT + gone / rules.max_speed) / 2.0
        if rules.short_stints and net.town[day, here] and moved < LONG_ENOUGH:
            p = 1.0
        p = min(max(p, 0.0), 1.0)
        first, last, total = set_chances(net, rules, state, day, here, group)
    going = 0.0
    for r in range(first, last):
        part = share * p * state.chance[r - first] / total
        if part <= 0.0:
            continue
        if rest > 0:
            road, left, end = (
                known_road(net, day, here, rest),
                net.rest_rest[rest],
                net.rest_last[rest],
            )
        else:
            road, left, end = net.route_road[r], net.route_rest[r], net.route_end[r]
        if road >= 0 and has_room(net, rules, state, day, end):
            going += part
            onto = pack_where(n + road, left, group, 0)
            _travel(net, rules, state, day, onto, recent, np.int64(0), gone, part, early)
    stay = share - going
    if stay > LEAST_SHARE * share:
        add(state.ends, pack_where(here, 0, group, 0), evening, stay)


@kernel
def _work_out(net, rules, state, day, where, far):  # type: ignore[no-untyped-def]
    # Fill `state.ends`; return whether everything found room.
    now, then = state.now, state.then
    clear(state.ends)
    clear(then)
    state.seen[0] = np.uint64(0)
    _travel(net, rules, state, day, where, recent_of(far), km_of(far), np.int64(0), 1.0, then)
    while then.used[0] > 0:
        if overflowed(then):
            return False
        now, then = then, now
        clear(then)
        for cell in range(now.used[0]):
            share = now.people[cell]
            _go_on(net, rules, state, day, now.where[cell], now.far[cell], share, then)
    return not overflowed(state.ends)


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
        state.end_where[first + k] = state.ends.where[k]
        state.end_far[first + k] = state.ends.far[k]
        total += state.ends.people[k]
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
