"""A day on the road: how far people get, and where those go on who arrive early."""

from __future__ import annotations

from havenline.draws import mix
from havenline.draws.kernels import kernel
from havenline.draws.samplers import binomial
from havenline.movement.flee.cells import (
    add,
    first_of,
    group_of,
    pack_far,
    pack_where,
    place_of,
    recent_of,
    rest_of,
)
from havenline.movement.flee.leaving import recent_after


@kernel
def _go(net, rules, state, day, where, recent, on_road, gone, speed, people, early):  # type: ignore[no-untyped-def]
    n = net.persons.shape[0]
    road = place_of(where) - n
    rest, group = rest_of(where), group_of(where)
    on_road += speed
    gone += speed
    over = on_road - net.road_km[road]
    if over <= 0:
        add(state.tomorrow, where, pack_far(on_road, recent_after(rules, recent, gone)), people)
        return
    gone -= over
    if not net.is_open[day, road]:  # turned back
        start = net.road_start[road]
        state.at[start] += people
        back = pack_where(start, rest, group, 0)
        add(state.tomorrow, back, pack_far(0, recent_after(rules, recent, gone)), people)
        return
    end = net.road_end[road]
    state.at[end] += people
    state.came[end] += people
    there = pack_where(end, rest, group, 0)
    if gone < speed:
        add(early, there, pack_far(gone, recent), people)
    else:
        add(state.tomorrow, there, pack_far(0, recent_after(rules, recent, gone)), people)


@kernel
def travel(net, rules, state, day, where, far, on_road, gone, people, key, early):  # type: ignore[no-untyped-def]
    """Let the people of a cell on a road travel for a day, or on.

    Parameters
    ----------
    net, rules, state
    day : int64
    where, far : uint64
    on_road, gone : int64
        Kilometres on the road and gone today, in parts of ``1 / UNIT``.
    people : int64
    key : uint64
    early : Cells
        Those who arrive with distance to spare are added to it, with the kilometres they have
        gone.
    """
    road = place_of(where) - net.persons.shape[0]
    recent = recent_of(far)
    fast = net.road_speed[road]
    if rules.on_foot and first_of(where):
        fast = rules.walk_speed
    walkers = binomial(people, net.road_walk[road], mix(key, 3))
    if walkers > 0:
        _go(net, rules, state, day, where, recent, on_road, gone, rules.walk_speed, walkers, early)
    if people > walkers:
        rest = people - walkers
        _go(net, rules, state, day, where, recent, on_road, gone, fast, rest, early)
