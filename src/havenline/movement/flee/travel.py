"""A day on the road: where people who are on a road may be in the evening, and how likely.

Who arrives with distance to spare decides again and travels on, a full day's distance on each
further road. All of that is worked out as chances of where the day ends, once for all who are in
the same state, and again only when the chances have changed.
"""

from __future__ import annotations

from numba import int64

from havenline.draws.kernels import kernel, kernel_within
from havenline.movement.flee.cells import (
    UNIT,
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
from havenline.movement.flee.choice import has_room, known_road, set_chances, throttle
from havenline.movement.flee.leaving import leave_chance, recent_after, stays_for_harvest

LONG_ENOUGH = 0.5
"""Who has moved less than this share of a day's travel of late goes on through towns."""

LEAST_SHARE = 1e-12
"""Ways that a smaller share of people would go end where they are."""

SAME_THROTTLE = 0.02
"""Ends of days are kept while no camp's throttle has moved by more than this."""


@kernel_within
def _go(net, rules, state, day, where, recent, on_road, gone, speed, share):  # type: ignore[no-untyped-def]
    n = net.persons.shape[0]
    road = place_of(where) - n
    rest, group = rest_of(where), group_of(where)
    gone += speed
    over = on_road + speed - net.road_km[road]
    if over <= 0:
        evening = pack_far(on_road + speed, recent_after(rules, recent, gone))
        add(state.ends, where, evening, share)
        return
    gone -= over
    evening = pack_far(0, recent_after(rules, recent, gone))
    if not net.is_open[day, road]:  # turned back
        add(state.ends, pack_where(net.road_start[road], rest, group, 0), evening, share)
        return
    there = pack_where(net.road_end[road], rest, group, 0)
    if gone < speed and share >= LEAST_SHARE:
        add(state.then, there, pack_far(gone, recent), share)
    else:
        add(state.ends, there, evening, share)


@kernel_within
def _travel(net, rules, state, day, where, recent, on_road, gone, share):  # type: ignore[no-untyped-def]
    road = place_of(where) - net.persons.shape[0]
    fast = net.road_speed[road]
    if rules.on_foot and first_of(where):
        fast = rules.walk_speed
    walk = net.road_walk[road]
    if walk > 0.0:
        _go(net, rules, state, day, where, recent, on_road, gone, rules.walk_speed, share * walk)
    _go(net, rules, state, day, where, recent, on_road, gone, fast, share * (1.0 - walk))


@kernel_within
def _go_on(net, rules, state, day, where, far, share):  # type: ignore[no-untyped-def]
    # people who have arrived with distance to spare decide, and those who go travel on
    n = net.persons.shape[0]
    here, rest, group = place_of(where), rest_of(where), group_of(where)
    gone, recent = km_of(far), recent_of(far)
    evening = pack_far(0, recent_after(rules, recent, gone))
    if stays_for_harvest(net, day, group):
        add(state.ends, where, evening, share)
        return
    stay = 0.0
    if rest > 0:
        road = known_road(net, day, here, rest)
        if road >= 0 and has_room(net, rules, state, day, net.rest_last[rest]):
            onto = pack_where(n + road, net.rest_rest[rest], group, 0)
            _travel(net, rules, state, day, onto, recent, int64(0), gone, share)
        else:
            stay = share
    else:
        p = leave_chance(net, rules, state, day, here)
        if rules.short_stints and net.town[day, here]:
            if (recent / UNIT + gone / rules.max_speed) / 2.0 < LONG_ENOUGH:
                p = 1.0
        p = min(max(p, 0.0), 1.0)
        stay = share * (1.0 - p)
        first, last, total = set_chances(net, rules, state, day, here, group)
        if first == last:
            stay = share
        for r in range(first, last):
            part = share * p * state.chance[r - first] / total
            if part <= 0.0:
                continue
            if has_room(net, rules, state, day, net.route_end[r]):
                onto = pack_where(n + net.route_road[r], net.route_rest[r], group, 0)
                _travel(net, rules, state, day, onto, recent, int64(0), gone, part)
            else:
                stay += part
    add(state.ends, pack_where(here, 0, group, 0), evening, stay)


@kernel
def _work_out(net, rules, state, day, where, far):  # type: ignore[no-untyped-def]
    # Fill `state.ends`; return whether everything found room.
    clear(state.ends)
    clear(state.then)
    _travel(net, rules, state, day, where, recent_of(far), km_of(far), int64(0), 1.0)
    state.kept[1] += 1
    while state.then.used[0] > 0:
        state.kept[2] += state.then.used[0]
        if overflowed(state.then):
            return False
        clear(state.now)
        for cell in range(state.then.used[0]):
            add(state.now, state.then.where[cell], state.then.far[cell], state.then.people[cell])
        clear(state.then)
        for cell in range(state.now.used[0]):
            share = state.now.people[cell]
            _go_on(net, rules, state, day, state.now.where[cell], state.now.far[cell], share)
    return not overflowed(state.ends)


@kernel
def forget_ends(state):  # type: ignore[no-untyped-def]
    """Forget all ends of days that were worked out."""
    clear(state.known)
    state.kept[0] = 0


@kernel
def check_ends(net, rules, state, day):  # type: ignore[no-untyped-def]
    """Forget the ends of days where a camp's throttle is another than they were made with."""
    fresh = False
    for i in range(net.persons.shape[0]):
        if net.limit[day, i] <= 0.0:
            now = 1.0
        else:
            now = throttle(rules, net.limit[day, i], state.at[i])
        before = state.throttle[i]
        if now == before:
            continue
        edge = now in (0.0, 1.0) or before in (0.0, 1.0) or (now < 0.5) != (before < 0.5)
        if edge or abs(now - before) > SAME_THROTTLE:
            fresh = True
    state.kept[3] += 1
    if fresh or state.kept[0] == 0:
        state.kept[4] += 1
        for i in range(net.persons.shape[0]):
            limit = net.limit[day, i]
            state.throttle[i] = throttle(rules, limit, state.at[i]) if limit > 0.0 else 1.0
        forget_ends(state)


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
    state.kept[5] += 1
    if cell >= 0:
        return state.known.people[cell], state.known_last[cell]
    if not _work_out(net, rules, state, day, where, far):
        return int64(-1), int64(-1)
    n = state.ends.used[0]
    if n > state.end_where.shape[0]:
        return int64(-1), int64(-1)
    full = state.known.used[0] >= state.known.at.shape[0]
    if full or state.kept[0] + n > state.end_where.shape[0]:
        forget_ends(state)
    first = state.kept[0]
    total = 0.0
    for k in range(n):
        state.end_where[first + k] = state.ends.where[k]
        state.end_far[first + k] = state.ends.far[k]
        total += state.ends.people[k]
        state.end_sum[first + k] = total
    add(state.known, where, far, first + 1)  # 1 more: a cell of none is not kept
    cell = state.known.used[0] - 1
    state.known.people[cell] = first
    state.known_last[cell] = first + n
    state.kept[0] = first + n
    return first, first + n
