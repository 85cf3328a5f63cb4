"""A case day by day under Flee's rules.

People who are in the same state are one cell, and how many of a cell do each thing is drawn.
All decide, in the order of their cells, then all travel. People who would fill a camp so fast
that its throttle moves by more than ``MOST_CHANGE`` go in several parts, each seeing what the
parts before it did: in Flee every person sees what those before did.
"""

from __future__ import annotations

import math

import numpy as np

from havenline.draws import mix, uniform
from havenline.draws.kernels import kernel, kernel_entry, kernel_within
from havenline.draws.samplers import binomial
from havenline.draws.views import view
from havenline.engine.rules.flee.cells import (
    add,
    clear,
    group_of,
    overflowed,
    place_of,
    rest_of,
)
from havenline.engine.rules.flee.choice import LEAST_ROOM, throttle, weigh_routes
from havenline.engine.rules.flee.leaving import leave, leave_chance
from havenline.engine.rules.flee.network import view_case
from havenline.engine.rules.flee.spawn import begin, set_out
from havenline.engine.rules.flee.state import view_state
from havenline.engine.rules.flee.travel import check_ends, ends_of, forget_ends
from havenline.engine.rules.flee.ways import forget_ways

MOST_CHANGE = 0.05
"""Parts are made so small that a camp's throttle moves by no more within one."""

FEW = 512
"""Where no more people than this are on the move and a camp fills, each is a part."""

LEAST_INFLOW = 1e-3
"""Fewer people than this, by expectation, fill no camp."""

OPENING_PARTS = 8.0
"""Parts of a morning in which a camp may open again because some leave it."""

ONE_BY_ONE = 4
"""People are drawn one by one where the ends of their day are this many times more."""

DONE, TOO_MANY_CELLS, NOWHERE = 0, 1, 2
"""What `run_case` returns; `NOWHERE`: people were to set out and no place has a weight."""


@kernel_within
def cell_key(net, key, where, far):  # type: ignore[no-untyped-def]
    """Return the key of a cell: of what it is, not of where it stands in a table."""
    k = mix(mix(key, net.place_key[place_of(where)]), far)
    rest = rest_of(where)
    if rest > 0:
        k = mix(k, net.rest_key[rest])
    if net.group.key.n > 1:
        k = mix(k, net.group.key[group_of(where)])
    return mix(k, where & np.uint64(1))


@kernel_within
def part_of(people, part, parts, u):  # type: ignore[no-untyped-def]
    """Return how many of some people go in one part of several."""
    if parts == 1:
        return people
    low = math.floor(part * people / parts + u) if part > 0 else 0
    high = math.floor((part + 1) * people / parts + u) if part < parts - 1 else people
    return np.int64(high - low)


@kernel_within
def _parts_for(net, rules, state, day, place, people):  # type: ignore[no-untyped-def]
    # parts in which `people` may come to or leave a place
    limit = net.limit[day, place]
    if limit <= 0.0 or people <= 0.0:
        return 1.0
    span = limit * (1.0 - rules.buffer)
    low = limit - span
    if state.at[place] + people <= low or state.at[place] - people >= limit:
        return 1.0
    return people / max(1e-9, MOST_CHANGE * span)


@kernel
def _morning_parts(net, rules, state, day):  # type: ignore[no-untyped-def]
    # from those who may leave camps that fill, and camps that may open to others by that
    parts = 1.0
    for i in range(net.persons.n):
        limit = net.limit[day, i]
        if limit <= 0.0 or state.at[i] <= rules.buffer * limit:
            continue
        leaving = state.at[i] * leave_chance(net, rules, state, day, i)
        if leaving >= 1.0:
            parts = max(parts, _parts_for(net, rules, state, day, i, leaving))
        shut = throttle(rules, limit, state.at[i]) < LEAST_ROOM
        left = state.at[i] - 1.0 - 3.0 * leaving
        if shut and net.camp[day, i] and throttle(rules, limit, left) >= LEAST_ROOM:
            parts = max(parts, OPENING_PARTS)
    return np.int64(min(math.ceil(parts), 1000.0))


@kernel_within
def _set_out_by(state, cell, share):  # type: ignore[no-untyped-def]
    # how many of a cell on a road have gone once a share of all has
    people = state.moving.people[cell]
    return min(people, np.int64(math.floor(share * people + state.part[cell])))


@kernel
def _next_one(state, cells, share):  # type: ignore[no-untyped-def]
    # the share of all at which one person more has gone
    following = 1.0
    for cell in range(cells):
        people = state.moving.people[cell]
        gone = _set_out_by(state, cell, share)
        if gone < people:
            following = min(following, (gone + 1 - state.part[cell]) / people + 1e-9)
    return min(1.0, max(following, share))


@kernel
def _may_fill(net, rules, state, day, people):  # type: ignore[no-untyped-def]
    # whether any place may change its throttle by some more people
    for i in range(net.persons.n):
        limit = net.limit[day, i]
        if limit > 0.0 and state.at[i] < limit and state.at[i] + people > rules.buffer * limit:
            return True
    return False


@kernel
def _share_of_rest(net, rules, state, day, cells, share):  # type: ignore[no-untyped-def]
    # Share of those who have not yet gone that may go before a throttle moves too far, by where
    # their days may end; -1 where a table is too small, 1 where none moves.
    n = net.persons.n
    for i in range(n):
        state.inflow[i] = 0.0
    for cell in range(cells):
        rest = state.moving.people[cell] - _set_out_by(state, cell, share)
        if rest == 0:
            continue
        where, far = state.moving.where[cell], state.moving.far[cell]
        first, last = ends_of(net, rules, state, day, where, far)
        if first < 0:
            return -1.0
        before = 0.0
        for row in range(first, last):
            place = place_of(state.end_where[row])
            if place < n:
                state.inflow[place] += rest * (state.end_sum[row] - before)
            before = state.end_sum[row]
    part = 1.0
    for i in range(n):
        limit, more = net.limit[day, i], state.inflow[i]
        if limit <= 0.0 or more < LEAST_INFLOW or state.at[i] >= limit:
            continue
        if state.at[i] + more > rules.buffer * limit:
            part = min(part, MOST_CHANGE * limit * (1.0 - rules.buffer) / more)
            if state.few[0] == 1:  # one by one
                part = 0.0
    return part


@kernel
def _decide(net, rules, state, day, key):  # type: ignore[no-untyped-def]
    clear(state.moving)
    clear(state.tomorrow)
    n = net.persons.n
    parts = _morning_parts(net, rules, state, day)
    cells = state.today.used[0]
    for cell in range(cells):
        state.key[cell] = cell_key(net, key, state.today.where[cell], state.today.far[cell])
        state.part[cell] = uniform(state.key[cell], 0)
    for part in range(parts):
        for cell in range(cells):
            where, far = state.today.where[cell], state.today.far[cell]
            people = state.today.people[cell]
            if place_of(where) >= n:
                if part == 0:
                    add(state.moving, where, far, people)
                continue
            people = part_of(people, part, parts, state.part[cell])
            if people > 0:
                k = mix(state.key[cell], 10 + part)
                leave(net, rules, state, day, where, far, people, k)


@kernel_within
def _arrive(net, state, row, people):  # type: ignore[no-untyped-def]
    where = state.end_where[row]
    place = place_of(where)
    if place < net.persons.n:
        state.at[place] += people
    add(state.tomorrow, where, state.end_far[row], people)


@kernel_within
def _deal(net, state, first, last, people, key):  # type: ignore[no-untyped-def]
    # people over the ends of their day, by chance
    total = state.end_sum[last - 1]
    if people * ONE_BY_ONE <= last - first:
        for number in range(people):
            u = uniform(key, number) * total
            low, high = first, last - 1
            while low < high:
                middle = (low + high) // 2
                if state.end_sum[middle] > u:
                    high = middle
                else:
                    low = middle + 1
            _arrive(net, state, low, np.int64(1))
        return
    left, before = people, 0.0
    for row in range(first, last):
        k = left
        if row < last - 1:
            rest = total - before
            share = (state.end_sum[row] - before) / rest if rest > 0.0 else 1.0
            k = binomial(left, share, mix(key, row - first))
        before = state.end_sum[row]
        left -= k
        if k > 0:
            _arrive(net, state, row, k)
        if left == 0:
            return


@kernel
def _travel(net, rules, state, day, key):  # type: ignore[no-untyped-def]
    cells = state.moving.used[0]
    people = np.int64(0)
    for cell in range(cells):
        people += state.moving.people[cell]
        state.key[cell] = cell_key(net, key, state.moving.where[cell], state.moving.far[cell])
        state.part[cell] = uniform(state.key[cell], 0)
    state.few[0] = 1 if people <= FEW else 0
    share, part, of_rest = 0.0, 0, 1.0
    while share < 1.0:
        check_ends(net, rules, state, day)
        if of_rest > 0.0:
            of_rest = 1.0
            if _may_fill(net, rules, state, day, people):
                of_rest = _share_of_rest(net, rules, state, day, cells, share)
                if of_rest < 0.0:
                    return False
        following = 1.0
        if of_rest < 1.0:
            following = max(_next_one(state, cells, share), share + (1.0 - share) * of_rest)
        for cell in range(cells):
            going = _set_out_by(state, cell, following) - _set_out_by(state, cell, share)
            if following >= 1.0:
                going = state.moving.people[cell] - _set_out_by(state, cell, share)
            if going == 0:
                continue
            where, far = state.moving.where[cell], state.moving.far[cell]
            first, last = ends_of(net, rules, state, day, where, far)
            if first < 0:
                return False
            _deal(net, state, first, last, going, mix(state.key[cell], 10 + part))
        share = following
        part += 1
    return True


@kernel
def _sink(net, rules, state, day, key):  # type: ignore[no-untyped-def]
    # Flee takes them out of the simulation and goes on counting them in the camp.
    for cell in range(state.tomorrow.used[0]):
        where = state.tomorrow.where[cell]
        i = place_of(where)
        if i >= net.persons.n or net.sink[i] <= 0.0 or not net.camp[day, i]:
            continue
        k = cell_key(net, key, where, state.tomorrow.far[cell])
        gone = binomial(state.tomorrow.people[cell], net.sink[i], k)
        state.tomorrow.people[cell] -= gone
        if not rules.exact:
            state.at[i] -= gone


@kernel
def _count_alike(net, state):  # type: ignore[no-untyped-def]
    n = net.persons.n
    for i in range(n):
        state.counted[i] = 0.0
        for row in range(state.alike.n):
            state.alike[row, i] = 0.0
    values = state.alike.n // 2
    for cell in range(state.today.used[0]):
        where = state.today.where[cell]
        i = place_of(where)
        if i >= n:
            continue
        people = state.today.people[cell]
        state.counted[i] += people
        for a in range(2):
            state.alike[a * values + net.group.value[a, group_of(where)], i] += people


@kernel_entry
def run_case(net, rules, state, key, persons, elsewhere):  # type: ignore[no-untyped-def]
    """Run a case from day 0 to its last day in one future.

    Parameters
    ----------
    net : CaseNetwork
    rules : CaseRules
    state : FleeState
    key : uint64
        Key of the seed and the future.
    persons : (days, camps) int64, written
        People in each camp at the end of each day.
    elsewhere : (days,) int64, written
        People who are in the simulation and in none of the camps.

    Returns
    -------
    int64
        `DONE`, `TOO_MANY_CELLS` or `NOWHERE`.
    """
    net, state = view_case(net), view_state(state)
    persons, elsewhere = view(persons), view(elsewhere)
    clear(state.today)
    forget_ends(state)
    forget_ways(state.ways)
    state.version[0] = 0
    for mark in range(state.changed.n):
        state.changed[mark] = 0
    for i in range(state.throttle.n):
        state.throttle[i] = 1.0
    begin(net, rules, state, mix(key, 1))
    for day in range(persons.n):
        day_key = mix(key, 100 + day)
        if set_out(net, rules, state, day, mix(day_key, 1)) > 0:
            return NOWHERE
        if overflowed(state.today):
            return TOO_MANY_CELLS
        if rules.weigh_daily:
            _count_alike(net, state)
        if rules.weigh_daily or not net.same_weights[day]:
            weigh_routes(net, rules, state, day)
            forget_ends(state)
        _decide(net, rules, state, day, mix(day_key, 2))
        if overflowed(state.moving) or overflowed(state.tomorrow):
            return TOO_MANY_CELLS
        if not _travel(net, rules, state, day, mix(day_key, 3)) or overflowed(state.tomorrow):
            return TOO_MANY_CELLS
        if rules.sinks:
            _sink(net, rules, state, day, mix(day_key, 4))
        everyone = np.int64(0)
        clear(state.today)
        for cell in range(state.tomorrow.used[0]):
            people = state.tomorrow.people[cell]
            everyone += people
            add(state.today, state.tomorrow.where[cell], state.tomorrow.far[cell], people)
        in_camps = np.int64(0)
        for c in range(net.camps.n):
            persons[day, c] = np.int64(state.at[net.camps[c]])
            in_camps += persons[day, c]
        elsewhere[day] = max(np.int64(0), everyone - in_camps)
    return DONE
