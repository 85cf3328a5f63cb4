"""Where people who leave a place go: weights of the routes they know, and how many take each."""

from __future__ import annotations

import math

from numba import uint64

from havenline.draws import mix, uniform
from havenline.draws.kernels import kernel, kernel_within
from havenline.draws.samplers import binomial

CAMP, CONFLICT, OTHER = 0, 1, 2
"""What a place is to those who look for their like."""

SINGLE = 4
"""So few people are drawn one by one."""

LEAST_ROOM = 0.5
"""People do not set out for a camp whose throttle is below this."""


@kernel_within
def throttle(rules, limit, people):  # type: ignore[no-untyped-def]
    """Return the factor by which a place that fills up draws less: 1 with room, 0 when full."""
    if limit <= 0.0:
        return 1.0
    start = rules.buffer * limit
    if people <= start:
        return 1.0
    if people >= limit:
        return 0.0
    return 1.0 - (people - start) / (limit * (1.0 - rules.buffer))


@kernel_within
def likeness(net, rules, state, a, kind, group, i):  # type: ignore[no-untyped-def]
    """Return the share at a place of people whose ethnicity (0) or religion (1) is a group's."""
    row = a * (net.group.static.n // 2) + net.group.value[a, group]
    there = net.group.static[row, i]
    counted = math.isnan(there)
    if counted:
        there = state.alike[row, i]
    if counted and not rules.exact:  # of all who are there now
        if state.counted[i] > 0.0:
            return there / state.counted[i]
        return 1.0 / net.group.rules[a, kind]  # nobody there yet: neither draws nor repels
    residents = state.residents[i]
    return there / (residents if residents >= 1.0 else 1e8)


@kernel_within
def pull(net, rules, state, day, here, end, group):  # type: ignore[no-untyped-def]
    """Return what a place is worth to a group that is elsewhere, distance apart."""
    e = net.score[day, end]
    hazard = net.group.hazard[group]
    if hazard == 1:
        e = e * e
    elif hazard == 2:
        e = 1.0
    if net.group.near.n > 0:
        home = net.group.home[group]
        e *= net.group.near[home if home >= 0 else here, end]
    e *= net.flood[day, end]
    kind = OTHER
    if net.camp[day, end]:
        kind = CAMP
    elif net.conflict[day, end] > 0.0:
        kind = CONFLICT
    for a in range(2):
        factor = net.group.rules[a, kind]
        if factor > 0.0:
            e *= factor * likeness(net, rules, state, a, kind, group, end)
    if rules.pop_pull and kind != CAMP:
        e *= max(1.0, state.residents[end]) ** rules.pop_power
    return e


@kernel
def weigh_routes(net, rules, state, day):  # type: ignore[no-untyped-def]
    """Fill the weights of all routes of the day for every group, room in camps apart."""
    epoch = net.epoch[day]
    groups = state.weight.m
    for here in range(net.persons.n):
        for r in range(net.route_first[epoch, here], net.route_first[epoch, here + 1]):
            end = net.route_end[r]
            for g in range(groups):
                if rules.blind:
                    state.weight[r, g] = 1.0
                    continue
                e = pull(net, rules, state, day, here, end, g)
                if rules.fixed:
                    w = net.score[day, end] * net.route_factor[r] * e
                else:
                    w = (rules.weight_softening + e) * net.route_factor[r]
                    if rules.weight_power != 1.0:
                        w = w**rules.weight_power
                state.weight[r, g] = w


@kernel_within
def _room(net, rules, state, day, end):  # type: ignore[no-untyped-def]
    limit = net.limit[day, end]
    if limit <= 0.0 or rules.blind or rules.fixed:
        return 1.0
    state.seen[0] |= uint64(1) << uint64(end % 64)
    room = throttle(rules, limit, state.at[end])
    return room if rules.weight_power == 1.0 else room**rules.weight_power


@kernel_within
def known_road(net, day, here, rest):  # type: ignore[no-untyped-def]
    """Return the first open road to the next place of a route, -1 without one."""
    following = net.rest_next[rest]
    for k in range(net.out_first[here], net.out_first[here + 1]):
        road = net.out_road[k]
        if net.road_end[road] == following and net.is_open[day, road]:
            return road
    return -1


@kernel_within
def has_room(net, rules, state, day, end):  # type: ignore[no-untyped-def]
    """Return whether people set out for a place: not for a camp that is nearly full."""
    if not net.camp[day, end] or net.limit[day, end] <= 0.0:
        return True
    state.seen[0] |= uint64(1) << uint64(end % 64)
    return throttle(rules, net.limit[day, end], state.at[end]) >= LEAST_ROOM


@kernel_within
def set_chances(net, rules, state, day, here, group):  # type: ignore[no-untyped-def]
    """Put the chance of each route from a place, not yet divided by their sum, into a list.

    Returns
    -------
    first, last : int64
        The routes; none where the two are equal. ``state.chance`` begins with the first.
    total : float64
        Sum of the chances.
    """
    epoch = net.epoch[day]
    first, last = net.route_first[epoch, here], net.route_first[epoch, here + 1]
    total, most = 0.0, 0.0
    for r in range(first, last):
        w = state.weight[r, group] * _room(net, rules, state, day, net.route_end[r])
        state.chance[r - first] = w
        total += w
        most = max(most, w)
    if rules.prune < math.inf and most > 0.0:
        total = 0.0
        for j in range(last - first):
            if state.chance[j] < most / rules.prune:
                state.chance[j] = 0.0
            total += state.chance[j]
    if total <= 0.0:
        total = float(last - first)
        for j in range(last - first):
            state.chance[j] = 1.0
    return first, last, total


@kernel
def spread_over_routes(net, rules, state, day, here, group, people, key):  # type: ignore[no-untyped-def]
    """Draw how many people take each route from a place, into ``state.taken``.

    Returns
    -------
    first, last : int64
        The routes; none where the two are equal.
    """
    first, last, total = set_chances(net, rules, state, day, here, group)
    n = last - first
    for j in range(n):
        state.taken[j] = 0
    if n > 0 and people <= SINGLE:
        for number in range(people):
            u = uniform(key, number) * total
            chosen = n - 1
            for j in range(n):
                u -= state.chance[j]
                if u < 0.0:
                    chosen = j
                    break
            state.taken[chosen] += 1
        return first, last
    left, likeliest = people, 0
    for j in range(n):
        if state.chance[j] > state.chance[likeliest]:
            likeliest = j
        k = left
        if state.chance[j] < total:
            k = binomial(left, state.chance[j] / total, mix(key, net.route_key[first + j]))
        state.taken[j] = k
        left -= k
        total -= state.chance[j]
        if left == 0:
            break
    if n > 0:
        state.taken[likeliest] += left  # rounding of the sums
    return first, last
