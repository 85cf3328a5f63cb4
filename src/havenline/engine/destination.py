"""Destinations: capacity-throttled gravity over the places that can be reached and are safe.

The pull of place j on people at place i is

    safety_j own_j (size_j)^a (d0 + road_ij)^-g room_j refuge_ij,

as `havenline.engine.gravity` has it, times ``border_shelter`` at a border, on ground that an
offensive attacks, with ``own`` a factor of the place, drawn once in each future (lognormal, its
mean one or what counts by area speak for, see `havenline.engine.conditioning.factors`):
what draws people there that nobody counted; ``size`` the people there and the places of its sites,
where these are not known ``site_unknown`` at least; ``room`` falling linearly from 1 at 90% to 0.2
at 150% of the shelter places, with the same for what is not known, and never to zero; ``safety`` 1
- exp(-d / s) at d road kilometres from the nearest front, s = ``destination_safe_km``; and
``refuge`` how much the ground of the holder of j draws the people of i (see
`havenline.engine.refuge`). Nobody goes into a place under siege. A choice set holds the fewest
destinations with 99% of the weight, at most 40; sets are built anew once a week and when the
record changes the roads, weights every day.
"""

from __future__ import annotations

import math

import numpy as np

from havenline.draws.kernels import kernel
from havenline.draws.keys import mix, uniform
from havenline.draws.samplers import binomial, normal
from havenline.engine import border, processes
from havenline.engine.gravity import nearness, pull_of_size, room
from havenline.engine.journey import add_slot, travel_days
from havenline.engine.people import displaced
from havenline.engine.refuge import attacked, shelters
from havenline.world import roads

MAX_CHOICES = 40
"""Most destinations in a choice set."""

PLACE = (
    ("own_pull", "f8"),
    ("safety", "f8"),
    ("open", "?"),
    ("choice_count", "i8"),
    ("choice_day", "i8"),
)
"""What is kept of every place: the factor on its pull; how safe it is from the fighting, 0 to 1
(at 0 nobody goes or stays there); whether people can go there today; destinations of its choice
set, built on ``choice_day`` (-1: never)."""

KEEP = 0.99
FULL_FROM, FULL_TO, FULL_LEAST = 0.9, 1.5, 0.2
REBUILD_DAYS = 7
FEW = 64
"""Up to this many persons are divided one by one, which is then faster."""


@kernel
def set_safety(values, plan, state, ahead):  # type: ignore[no-untyped-def]
    """Set how safe places are: the farther from the front the safer, 0 about to be handed over."""
    for j in range(state.holder.shape[0]):
        here = state.place[j]
        here.safety = -math.expm1(-state.front[j] / values.destination_safe_km)
        if plan.place[j].handed and ahead >= plan.announce:
            here.safety = 0.0


@kernel
def draw_own_pull(net, record, values, state, key):  # type: ignore[no-untyped-def]
    """Draw once the factor on the pull of each place, lognormal around what counts speak for."""
    sd = values.destination_pull_sd
    for j in range(state.place.shape[0]):
        z = normal(mix(mix(key, processes.PULL), net.place[j].key))
        state.place[j].own_pull = record.pull[j] * math.exp(sd * z - 0.5 * sd * sd)


@kernel
def crossing_pull(values, record, plan, state, neighbour, place, day, today):  # type: ignore[no-untyped-def]
    """Return the pull of a crossing: that of a town of ``border_pull`` people, as far as it lets
    in.

    ``border_wait`` of it where nobody gets in, for people wait at shut borders too; half of the
    rest where the chance of entry a day is ``border_known_open``.
    """
    if neighbour < 0:
        return 0.0
    chance = border.permeability(values, record, plan, neighbour, day, today)
    gets_in = chance / (chance + values.border_known_open) if chance > 0.0 else 0.0
    return (
        state.place[place].own_pull
        * state.place[place].safety
        * pull_of_size(values.border_pull, values.destination_size_power)
        * (values.border_wait + (1.0 - values.border_wait) * gets_in)
    )


@kernel
def border_factor(net, values, state, place):  # type: ignore[no-untyped-def]
    """Return the factor on the pull of a place for a border near it, where its holder is
    attacked.
    """
    if net.place[place].border >= 0 and attacked(state, place):
        return values.border_shelter
    return 1.0


@kernel
def set_pull(net, record, values, plan, state, day, today):  # type: ignore[no-untyped-def]
    """Set the pull of every place for the day, without distance, and whether it is open.

    Choice sets are built anew where places open or close.
    """
    changed = False
    for j in range(state.pull.shape[0]):
        state.pull[j] = 0.0
        first, last = record.open_days[j, 0], record.open_days[j, 1]
        now = net.place[j].hosts and first <= day <= last and state.place[j].shut == 0
        changed = changed or now != state.place[j].open
        state.place[j].open = now
        if now and state.place[j].safety > 0.0:
            if net.place[j].crossing:
                state.pull[j] = border_factor(net, values, state, j) * crossing_pull(
                    values, record, plan, state, net.place[j].border, j, day, today
                )
                continue
            unknown = values.site_unknown if record.unsized[j] else 1.0
            size = max(state.by_status[j].sum() + state.place[j].site + 1.0, unknown)
            places = state.place[j].shelter
            if record.unsized[j]:
                places = max(places, unknown)
            state.pull[j] = (
                border_factor(net, values, state, j)
                * state.place[j].own_pull
                * state.place[j].safety
                * pull_of_size(size, values.destination_size_power)
                * room(displaced(state, j), places, FULL_FROM, FULL_TO, FULL_LEAST)
            )
    if changed:
        for j in range(state.pull.shape[0]):
            state.place[j].choice_day = -1


@kernel
def build_choices(values, state, place, day):  # type: ignore[no-untyped-def]
    """Build the choice set of a place: heaviest first, 99% of the weight, at most 40."""
    n = state.pull.shape[0]
    near, rank, weight = state.near[place], state.rank[place], state.scratch
    dist, known = state.dist[place], state.near_km[place]
    if state.stale[place]:
        state.stale[place] = False
        if rank[0] == rank[n - 1]:  # never sorted
            for j in range(n):
                rank[j] = j
    total, share = 0.0, state.share[state.own[place]]
    for j in range(n):
        weight[j] = state.pull[j] * share[state.holder[j]] if j != place else 0.0
        if weight[j] > 0.0:
            if known[j] != dist[j]:
                known[j] = dist[j]
                near[j] = 0.0
                if dist[j] != roads.UNREACHED:
                    near[j] = nearness(
                        dist[j],
                        values.destination_offset,
                        values.destination_distance_power,
                    )
            weight[j] *= near[j]
            total += weight[j]
    for a in range(1, n):  # insertion sort: nearly in order from the last time
        j = rank[a]
        w = weight[j]
        b = a
        while b > 0 and weight[rank[b - 1]] < w:
            rank[b] = rank[b - 1]
            b -= 1
        rank[b] = j
    kept, count = 0.0, 0
    choice = state.choice[place]
    while count < MAX_CHOICES and count < n and kept < KEEP * total:
        j = rank[count]
        if weight[j] <= 0.0:
            break
        kept += weight[j]
        choice[count].place = j
        choice[count].weight = near[j]
        km = np.float64(state.dist[place, j])
        choice[count].fast = travel_days(km, values.vehicle_km_day)
        choice[count].slow = travel_days(km, values.walk_km_day)
        count += 1
    state.place[place].choice_count = count
    state.place[place].choice_day = day
    if total > 0.0:
        state.books[0].cut += 1.0 - kept / total
        state.books[0].cut_sets += 1.0


@kernel
def weigh(values, state, place, day):  # type: ignore[no-untyped-def]
    """Put the weights of a place's choices into ``scratch``; return (choices, total)."""
    age = day - state.place[place].choice_day
    if state.stale[place] or state.place[place].choice_day < 0 or age >= REBUILD_DAYS:
        build_choices(values, state, place, day)
    share, let_in = state.share[state.own[place]], state.let_in[state.own[place]]
    for _ in range(2):
        count = state.place[place].choice_count
        total = 0.0
        for a in range(count):
            to = state.choice[place, a].place
            w = state.choice[place, a].weight * state.pull[to] * share[state.holder[to]]
            if let_in[state.holder[to]] <= 0.0:
                w = 0.0  # nobody more is let in today
            state.scratch[a] = w
            total += w
        if total > 0.0 or state.place[place].choice_day == day:
            break
        build_choices(values, state, place, day)
    return count, total


@kernel
def divide(values, places, choice, weights, counts, slot, persons, count, total, key):  # type: ignore[no-untyped-def]
    """Divide persons over the weighed choices of a place; return the number of slots.

    Parameters
    ----------
    places, choice, weights, counts, slot
        ``net.place``; the row of ``choice`` of the origin; ``scratch`` with the
        weights; ``order`` (used) and ``slot`` (written) of the state.
    persons : int64
        How many leave.
    count, total : int64, float64
        As `weigh` returned them.
    key : uint64
        Key of the place and the day.
    """
    draw = mix(key, processes.DESTINATION)
    foot = mix(key, processes.VEHICLE)
    walkers = binomial(persons, 1.0 - values.vehicle_share, foot) / persons
    spot = uniform(mix(foot, 1), 0)
    k = np.int64(0)
    if persons <= FEW:  # each person by a number of their own
        for a in range(count):
            counts[a] = 0
        for number in range(persons):
            at = uniform(draw, number) * total
            a = 0
            while a < count - 1 and at >= weights[a]:
                at -= weights[a]
                a += 1
            while weights[a] <= 0.0:  # rounding at the end of the list
                a -= 1
            counts[a] += 1
    else:
        left, rest = np.int64(persons), total
        last = 0
        for a in range(count):
            w = weights[a]
            counts[a] = 0
            if w > 0.0 and left > 0:
                x = left
                if w < rest * (1.0 - 1e-12):
                    x = binomial(left, w / rest, mix(draw, places[choice[a].place].key))
                counts[a] = x
                left -= x
                last = a
            rest -= w
        counts[last] += left  # rounding of the weights: the last choice takes them
    # How many walk is drawn for all together and dealt to the destinations in proportion.
    passed, walked = np.int64(0), np.int64(0)
    for a in range(count):
        if counts[a] > 0:
            passed += counts[a]
            walking = np.int64(passed * walkers + spot) - walked
            walked += walking
            to = choice[a]
            k = add_slot(slot, k, to.place, to.fast, to.slow, counts[a] - walking, walking)
    return k


@kernel
def least_bad(plan, state, place, ahead):  # type: ignore[no-untyped-def]
    """Return the reachable host farthest from the front where none is safe, or -1."""
    best = -1
    for j in range(state.pull.shape[0]):
        if (
            j != place
            and state.place[j].open
            and shelters(state, j, place)
            and state.let_in[state.own[place], state.holder[j]] > 0.0
            and not (plan.place[j].handed and ahead >= plan.announce)
            and state.dist[place, j] < math.inf
            and state.front[j] > state.front[place]
            and (best < 0 or state.front[j] > state.front[best])
        ):
            best = j
    return best
