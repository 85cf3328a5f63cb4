"""Who leaves a place, and by which road: the decision of all who are at a place."""

from __future__ import annotations

from numba import int64

from havenline.draws import mix
from havenline.draws.kernels import kernel
from havenline.draws.samplers import binomial
from havenline.movement.flee.cells import (
    UNIT,
    add,
    first_of,
    group_of,
    pack_far,
    pack_where,
    place_of,
    recent_of,
    rest_of,
)
from havenline.movement.flee.choice import has_room, known_road, spread_over_routes

LONG_ENOUGH = 0.5
"""Who has moved less than this share of a day's travel of late goes on through towns."""


@kernel
def recent_after(rules, recent, km):  # type: ignore[no-untyped-def]
    """Return recent movement after a day with ``km`` kilometres (parts of ``1 / UNIT``)."""
    if not rules.short_stints:
        return int64(0)
    return int64(round((recent + km / rules.max_speed * UNIT) / 2.0))


@kernel
def leave_chance(net, rules, state, day, here):  # type: ignore[no-untyped-def]
    """Return the chance that someone without a route leaves a place today."""
    p = net.leave[day, here]
    if rules.pop_scale != 0.0:
        size = max(state.residents[here], net.capacity[day, here])
        p *= (size / rules.pop_base) ** rules.pop_scale if size > 0.0 else 0.0
    hunger = net.hunger[day, here]
    return hunger + (1.0 - hunger) * p


@kernel
def leave(net, rules, state, day, where, far, people, km, key):  # type: ignore[no-untyped-def]
    """Let the people of a cell decide; those who go are added to ``state.moving``.

    Parameters
    ----------
    net, rules, state
    day : int64
    where, far : uint64
        Their state; they are at a place.
    people : int64
    km : int64
        Kilometres gone today, in parts of ``1 / UNIT``; -1 in the morning. Those who have gone
        some are put on roads with that, to travel on today.
    key : uint64

    Those who stay are at rest for the day and added to ``state.tomorrow``.
    """
    here, rest, group = place_of(where), rest_of(where), group_of(where)
    first, recent = first_of(where), recent_of(far)
    gone = max(km, 0)
    evening = pack_far(0, recent_after(rules, recent, gone))
    if net.harvest[day] and net.group.farmer[group]:
        add(state.tomorrow, where, evening, people)
        return
    going = people
    if rest == 0:
        p = leave_chance(net, rules, state, day, here)
        if (
            rules.short_stints
            and km >= 0
            and net.town[day, here]
            and (recent / UNIT + km / rules.max_speed) / 2.0 < LONG_ENOUGH
        ):
            p = 1.0
        going = binomial(people, p, mix(key, 1))
    stay = people - going
    if going > 0 and rest > 0:
        road = known_road(net, day, here, rest)
        if road >= 0 and has_room(net, rules, state, day, net.rest_last[rest]):
            onto = pack_where(net.persons.shape[0] + road, net.rest_rest[rest], group, first)
            add(state.moving, onto, pack_far(gone, recent), going)
            state.at[here] -= going
        else:
            stay += going
    elif going > 0:
        begin, end = spread_over_routes(net, rules, state, day, here, group, going, mix(key, 2))
        if begin == end:
            stay += going
        for r in range(begin, end):
            k = state.taken[r - begin]
            if k == 0:
                continue
            if not has_room(net, rules, state, day, net.route_end[r]):
                stay += k
                continue
            place = net.persons.shape[0] + net.route_road[r]
            onto = pack_where(place, net.route_rest[r], group, first)
            add(state.moving, onto, pack_far(gone, recent), k)
            state.at[here] -= k
    add(state.tomorrow, pack_where(here, 0, group, first), evening, stay)
