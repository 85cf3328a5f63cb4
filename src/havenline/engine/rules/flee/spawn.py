"""Who sets out today, and where."""

from __future__ import annotations

import numpy as np
from numba import uint64

from havenline.draws import mix
from havenline.draws.kernels import kernel
from havenline.draws.samplers import binomial, poisson
from havenline.engine.rules.flee.cells import add, pack_where

GIVEN, CONSTANT, POP_RATIO, POISSON = 0, 1, 2, 3
"""How many set out: as the counts rise, or by conflict and floods."""


@kernel
def enter(net, rules, state, i, people, key):  # type: ignore[no-untyped-def]
    """Add people to a place, in the groups of those who live there."""
    groups = net.group.key.n
    left, share = people, 1.0
    for g in range(groups):
        if left == 0:
            break
        part = net.group.share[i, g]
        if part <= 0.0:
            continue
        k = left if part >= share - 1e-12 else binomial(left, part / share, mix(key, g))
        left -= k
        share -= part
        enter_group(net, rules, state, i, g, k)
    state.at[i] += people


@kernel
def enter_group(net, rules, state, i, group, people):  # type: ignore[no-untyped-def]
    """Add people of one group to a place, without counting them there."""
    where = pack_where(i, 0, group, 1 if rules.on_foot else 0)
    add(state.today, where, uint64(0), people)


@kernel
def begin(net, rules, state, key):  # type: ignore[no-untyped-def]
    """Put those into their places who are there before day 0."""
    n = net.persons.n
    for i in range(n):
        state.at[i] = 0.0
        state.residents[i] = net.persons[i]
    for i in range(n):
        if net.at_camps[i] > 0:
            enter(net, rules, state, i, net.at_camps[i], mix(mix(key, 0), net.place_key[i]))
    for row in range(net.group.travellers.n):
        i, people = net.group.travellers[row, 0], net.group.travellers[row, 2]
        enter_group(net, rules, state, i, net.group.travellers[row, 1], people)
        state.at[i] += people


@kernel
def _by_weight(net, state, day, people, key):  # type: ignore[no-untyped-def]
    n = net.persons.n
    total = 0.0
    for i in range(n):
        total += max(0.0, state.residents[i]) * net.spawn[day, i]
    left = people
    last = -1
    for i in range(n):
        state.spawned[i] = 0
        w = max(0.0, state.residents[i]) * net.spawn[day, i]
        if w <= 0.0 or left == 0:
            continue
        k = left if w >= total else binomial(left, w / total, mix(key, net.place_key[i]))
        state.spawned[i] = k
        left -= k
        total -= w
        last = i
    if left > 0 and last >= 0:
        state.spawned[last] += left
        left = 0
    return left


@kernel
def _by_rate(net, rules, state, day, key):  # type: ignore[no-untyped-def]
    for i in range(net.persons.n):
        rate, part = net.rate[day, i], net.rate_part[day, i]
        if rules.spawn_mode == CONSTANT:
            state.spawned[i] = np.int64(rate * part)
        elif rules.spawn_mode == POP_RATIO:  # from the left: 0.01 * 1000 * 0.7 is 7
            state.spawned[i] = np.int64(rate * state.residents[i] * part)
        else:
            state.spawned[i] = poisson(rate * part, mix(key, net.place_key[i]))


@kernel
def set_out(net, rules, state, day, key):  # type: ignore[no-untyped-def]
    """Add those who set out today; return how many found no place to set out from."""
    lost = 0
    if rules.spawn_mode == GIVEN:
        lost = _by_weight(net, state, day, net.departures[day], mix(key, 1))
    else:
        _by_rate(net, rules, state, day, mix(key, 1))
    for i in range(net.persons.n):
        people = state.spawned[i]
        if people == 0:
            continue
        if rules.take_people:
            state.residents[i] = max(0.0, state.residents[i] - people)
        enter(net, rules, state, i, people, mix(mix(key, 2), net.place_key[i]))
    return lost
