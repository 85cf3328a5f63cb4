"""Who leaves a place, and by which road: the decision of all who are at a place."""

from __future__ import annotations

import numpy as np

from havenline.draws import mix
from havenline.draws.kernels import kernel, kernel_within
from havenline.draws.samplers import binomial
from havenline.engine.rules.flee.cells import (
    add,
    first_of,
    group_of,
    pack_far,
    pack_where,
    place_of,
    recent_of,
    rest_of,
)
from havenline.engine.rules.flee.choice import has_room, known_road, spread_over_routes
from havenline.engine.rules.flee.network import UNIT


@kernel_within
def recent_after(rules, recent, km):  # type: ignore[no-untyped-def]
    """Return recent movement after a day with ``km`` kilometres (parts of ``1 / UNIT``)."""
    if not rules.short_stints:
        return np.int64(0)
    return np.int64(round((recent + km / rules.max_speed * UNIT) / 2.0))


@kernel_within
def leave_chance(net, rules, state, day, here):  # type: ignore[no-untyped-def]
    """Return the chance that someone without a route leaves a place today."""
    p = net.leave[day, here]
    if rules.pop_scale != 0.0:
        size = max(state.residents[here], net.capacity[day, here])
        p *= (size / rules.pop_base) ** rules.pop_scale if size > 0.0 else 0.0
    hunger = net.hunger[day, here]
    return hunger + (1.0 - hunger) * p


@kernel_within
def stays_for_harvest(net, day, group):  # type: ignore[no-untyped-def]
    """Return whether people of a group stay where they are for the harvest."""
    return net.harvest[day] and net.group.farmer[group]


@kernel_within
def _onto_road(net, state, where, road, rest, recent, people):  # type: ignore[no-untyped-def]
    onto = pack_where(net.persons.n + road, rest, group_of(where), first_of(where))
    add(state.moving, onto, pack_far(0, recent), people)
    state.at[place_of(where)] -= people


@kernel
def leave(net, rules, state, day, where, far, people, key):  # type: ignore[no-untyped-def]
    """Let the people of a cell decide in the morning.

    Those who go are added to ``state.moving``; those who stay, to ``state.tomorrow``.

    Parameters
    ----------
    net, rules, state
    day : int64
    where, far : uint64
        Their state; they are at a place.
    people : int64
    key : uint64
    """
    here, rest, group = place_of(where), rest_of(where), group_of(where)
    recent = recent_of(far)
    evening = pack_far(0, recent_after(rules, recent, 0))
    if stays_for_harvest(net, day, group):
        add(state.tomorrow, where, evening, people)
        return
    stay = np.int64(0)
    if rest > 0:
        road = known_road(net, day, here, rest)
        if road >= 0 and has_room(net, rules, state, day, net.rest_last[rest]):
            _onto_road(net, state, where, road, net.rest_rest[rest], recent, people)
        else:
            stay = people
    else:
        going = binomial(people, leave_chance(net, rules, state, day, here), mix(key, 1))
        stay = people - going
        first, last = np.int64(0), np.int64(0)
        if going > 0:
            first, last = spread_over_routes(
                net, rules, state, day, here, group, going, mix(key, 2)
            )
            stay += going if first == last else 0
        for r in range(first, last):
            k = state.taken[r - first]
            if k == 0:
                continue
            if has_room(net, rules, state, day, net.route_end[r]):
                rest_r = net.route_rest[r]
                _onto_road(net, state, where, net.route_road[r], rest_r, recent, k)
            else:
                stay += k
    add(state.tomorrow, pack_where(here, 0, group, first_of(where)), evening, stay)
