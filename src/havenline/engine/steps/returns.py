"""Voluntary return, which depends on home: how quiet it is, who holds it, how long people are away.

The hazard of a displaced person whose home is at place j is, a month,

    r0 exp(-m / tau) (1 - exp(-q_j / q0)) trust_j accept_j,

with m the months since people of that home left (their mean), accept_j how far those who come home
are accepted by its holder (1 on own ground; declared, or the parameter for ground of another), q_j
the days of quiet there, which every day go from q to

    (q + 1) exp(-e_j / ``SHAKEN`` - w h_j) prod_k (1 - exp(-f_jk / ``return_far_km``))

with e_j the violent events of the day, h_j the hazard of flight at home, w ``return_wary`` (nobody
comes home to where people are leaving), f_jk road kilometres to the front of each offensive that
runs, and trust_j

    1 - (1 - ``return_unsettled``) exp(-d_j / ``return_far_km``)

at d_j kilometres from any front, 0 where an offensive is known against its holder; 1 while a truce
stands. Where h homes of H have been damaged since
the start, the hazard is 1 - ``return_damaged`` (1 - exp(-h / H)) times that. So people come home
behind a front that moves on, under a truce as far as it brings quiet, and to homes that changed
hands as far as they may and dare. Homes are known by area: hazards of its places are averaged, and
those who go are divided among them, by residents at the start times hazard, and are on the road
for a day at least. Those who entered a
neighbour return at ``return_abroad`` times the mean hazard of their home, by the gate that is
nearest to it, however the border is run. Forced return does not exist.

Up to the as-of date the hazards of return within the crisis are scaled day by day so that the next
count of those home again, or where there is none of those still displaced, is met in expectation on
its day, as far as ``MOST_SCALE`` times.
"""

from __future__ import annotations

import math

import numpy as np

from havenline.draws.kernels import kernel
from havenline.draws.keys import mix, uniform
from havenline.draws.samplers import binomial
from havenline.engine import processes
from havenline.engine.destination import divide
from havenline.engine.journey import deal, travel_days
from havenline.engine.people import DISPLACED_SINCE, RETURNED, add, choose, list_row
from havenline.engine.refuge import attacked
from havenline.engine.step import Measure, Step
from havenline.engine.steps.aid import DAYS_PER_MONTH
from havenline.engine.steps.control import FAR_SIDE_HANDED
from havenline.world import roads

TURN_DAYS = 7
"""Returns from a place are drawn once a week, with the chance of seven days."""

FEW, TOGETHER = 25.0, 4.0
"""Where fewer than ``FEW`` of a home would leave a place in a week, ``TOGETHER`` times as many do
so in one week of ``TOGETHER``, which is drawn: as many on the whole, in fewer journeys."""

QUIET_BEFORE = 365.0
"""Days of quiet that every place is taken to have had before the period; a year is as good as
more."""

SHAKEN = 5.0
"""Events of a day that leave a third of the quiet that there was; judgement."""

MOST_SCALE = 100.0
"""Most by which hazards of return are scaled to a count."""

LEAST_RATE = 1e-6
"""Monthly hazard below which nobody is sent home: less than one in a million."""

STEP = Step(
    "Voluntary return, as far as home is quiet and its holder accepts it.",
    reads=(
        "record",
        "option",
        "people",
        "abroad",
        "returned",
        "truce",
        "offensive",
        "holders",
        "relations",
        "roads",
        "fronts",
        "events",
        "time away",
        "quiet",
        "damage",
        "leaving",
    ),
    writes=(
        "people",
        "calendar",
        "abroad",
        "quiet",
        "returned_from_abroad",
    ),
    parts=("return", "journey", "shelter"),
    tables=("populations", "refuge"),
    page="returns",
    place=(("quiet_days", "f8"), ("homeward", "f8")),
    measures=(
        Measure(
            "returned_from_abroad",
            "persons who came back from the neighbours since the as-of date",
            "persons",
            "cumulative",
            of=("abroad",),
            since_as_of=True,
        ),
    ),
)
"""``quiet_days`` are the days of quiet that a place has had, ``homeward`` the monthly
hazard of return of those whose home it is."""


@kernel
def unshaken(violent):  # type: ignore[no-untyped-def]
    """Return the part of the quiet of a place that is left after so many events of a day."""
    return math.exp(-violent / SHAKEN)


@kernel
def undisturbed(values, km):  # type: ignore[no-untyped-def]
    """Return the part of it that is left at a distance from the front of a running offensive."""
    return -math.expm1(-km / values.return_far_km)


@kernel
def wish(values, quiet_days, km, truce):  # type: ignore[no-untyped-def]
    """Return the hazard of return by quiet and trust, over that to a home that has both in full.

    Parameters
    ----------
    quiet_days, km : float64
        Days of quiet at home; its road distance to any front.
    truce : int64
        Whether a truce stands.
    """
    trust = 1.0
    if truce == 0:
        near = math.exp(-km / values.return_far_km)
        trust -= (1.0 - values.return_unsettled) * near
    quiet = -math.expm1(-quiet_days / values.return_quiet_days)
    return quiet * trust


@kernel
def faded(values, days):  # type: ignore[no-untyped-def]
    """Return the hazard of return after some days away over that soon after leaving."""
    return math.exp(-days / DAYS_PER_MONTH / values.return_decay_months)


@kernel
def count_quiet(values, state, day):  # type: ignore[no-untyped-def]
    """Count the days for which each place has been quiet, less where it is shaken again."""
    for j in range(state.holder.shape[0]):
        kept = unshaken(state.events[day % 7, j])
        kept *= math.exp(-values.return_wary * state.place[j].leaving)
        for k in range(state.offensive.shape[0]):
            if state.offensive[k].on == 1:
                kept *= undisturbed(values, state.fronts[k, j])
        state.place[j].quiet_days = kept * (state.place[j].quiet_days + 1.0)


@kernel
def accepted(values, plan, state, place):  # type: ignore[no-untyped-def]
    """Return how far the holder of a place accepts those whose home it is."""
    accept = state.accept[state.own[place], state.holder[place]]
    if plan.return_watched == 1 and state.place[place].far_side == FAR_SIDE_HANDED:
        accept = max(accept, values.return_other_side_watched)
    return accept


@kernel
def about_to_be_handed_over(plan, place, ahead):  # type: ignore[no-untyped-def]
    """Whether a line that was announced and does not stand yet hands a place over."""
    return plan.place[place].handed and plan.announce <= ahead < plan.handover


@kernel
def set_homeward(net, values, plan, state, day, ahead):  # type: ignore[no-untyped-def]
    """Set the monthly hazard of return to each place, and the mean of each home area."""
    rows = state.persons.shape[1]
    for row in range(rows):
        state.rate[row] = 0.0
        state.weight[row] = 0.0
    for j in range(state.holder.shape[0]):
        here, home = state.place[j], net.place[j].home
        here.homeward = 0.0
        people = net.start[j, 0].sum()
        if home < 0 or people == 0:
            continue
        row = DISPLACED_SINCE + home
        state.weight[row] += people
        if about_to_be_handed_over(plan, j, ahead):
            continue
        km = 0.0 if attacked(state, j) else state.front[j]
        here.homeward = wish(values, here.quiet_days, km, state.course[0].truce)
        here.homeward *= accepted(values, plan, state, j)
        residents = net.start[j, 0].sum()
        if here.damaged > 0.0 and residents > 0:
            homes = residents / values.persons_per_unit
            damaged = -math.expm1(-here.damaged / homes)
            here.homeward *= 1.0 - values.return_damaged * damaged
        state.rate[row] += people * here.homeward
    for row in range(DISPLACED_SINCE, rows):
        if state.weight[row] > 0.0 and state.departed[row, 0] > 0.0:
            away = day - state.departed[row, 1] / state.departed[row, 0]
            state.rate[row] *= values.return_monthly * faded(values, away) / state.weight[row]
        else:
            state.rate[row] = 0.0


@kernel
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """Let people return for a day; see `havenline.engine.steps.truce.step` for the parameters."""
    count_quiet(values, state, day)
    set_homeward(net, values, plan, state, day, day - today)
    rows = state.persons.shape[1]
    scale = 1.0
    if day <= today and record.day[day].due >= 0:
        scale = scale_to_count(record, state, day)
    for i in range(state.holder.shape[0]):
        if state.by_status[i, DISPLACED_SINCE] == 0:
            continue
        if (np.uint64(day) + net.place[i].key) % np.uint64(TURN_DAYS) != 0:
            continue
        draw = mix(mix(mix(key, processes.RETURN), net.place[i].key), day)
        for row in range(DISPLACED_SINCE, rows - 1):
            here = state.by_row[i, row]
            if here == 0 or scale * state.rate[row] < LEAST_RATE:
                continue
            chance = -math.expm1(-scale * state.rate[row] * TURN_DAYS / DAYS_PER_MONTH)
            of_row = mix(draw, net.cell_key[row, 0])
            if here * chance < FEW and chance * TOGETHER < 1.0:
                if uniform(mix(of_row, processes.TURN), 0) * TOGETHER >= 1.0:
                    continue
                chance *= TOGETHER
            going = binomial(here, chance, of_row)
            if going == 0:
                continue
            count, total = weigh_homes(net, values, state, i, row - DISPLACED_SINCE)
            if total > 0.0:  # else no road leads home
                leave_shelter(net, values, state, i, row, going, total, count, day, of_row)
    if day % TURN_DAYS == 0:
        for k in range(state.abroad.shape[0]):
            return_from_abroad(net, values, state, k, day, mix(key, processes.RETURN_ABROAD))


@kernel
def scale_to_count(record, state, day):  # type: ignore[no-untyped-def]
    """Return the factor on the hazards of return with which the next count is met on its day."""
    due, rows = record.day[day].due, state.persons.shape[1]
    away = 0.0
    for row in range(DISPLACED_SINCE, rows - 1):
        state.weight[row] = 0.0
        for i in range(state.holder.shape[0]):
            state.weight[row] += state.by_row[i, row]
        away += state.weight[row]
    wanted = record.day[day].home - state.counts[0].returned
    if record.day[day].home < 0.0:
        wanted = away - record.day[day].still
        for d in range(day + 1, day + due + 1):
            wanted += max(0.0, record.day[d].target)
    if wanted <= 0.0:
        return 0.0
    if expected_home(state, MOST_SCALE, due + 1) <= wanted:
        return MOST_SCALE
    low, high = -10.0, math.log(MOST_SCALE)
    for _ in range(30):
        middle = 0.5 * (low + high)
        if expected_home(state, math.exp(middle), due + 1) < wanted:
            low = middle
        else:
            high = middle
    return math.exp(high)


@kernel
def expected_home(state, scale, days):  # type: ignore[no-untyped-def]
    """Return how many would set out for home in some days with hazards times ``scale``."""
    total = 0.0
    for row in range(DISPLACED_SINCE, state.persons.shape[1] - 1):
        lam = scale * state.rate[row] * days / DAYS_PER_MONTH
        total -= state.weight[row] * math.expm1(-lam)
    return total


@kernel
def leave_shelter(net, values, state, place, row, going, total, count, day, draw):  # type: ignore[no-untyped-def]
    """Take persons of one home area out of a place and put them on the road home."""
    groups = state.persons.shape[2]
    cells, here = list_row(state.persons, state.listed, place, row)
    choose(state.listed, cells, here, going, uniform(mix(draw, processes.HOME), 0))
    kept = np.int64(0)
    for c in range(cells):
        persons, group = state.listed[c].count, state.listed[c].cell % groups
        if persons > 0:
            add(state.persons, state.by_status, state.by_row, place, row, group, -persons)
            kept = list_for_home(state, kept, group, persons)
    set_out_for_home(net, values, state, place, kept, going, total, count, day, draw)


@kernel
def return_from_abroad(net, values, state, neighbour, day, draw):  # type: ignore[no-untyped-def]
    """Let people who entered a neighbour return, by the gate that is nearest to their home."""
    for home in range(state.abroad.shape[1] - 1):
        rate = state.rate[DISPLACED_SINCE + home] * values.return_abroad
        if rate < LEAST_RATE or state.abroad[neighbour, home].sum() == 0:
            continue
        gate = nearest_gate(net, state, neighbour, home)
        if gate < 0:
            continue
        count, total = weigh_homes(net, values, state, gate, home)
        if total <= 0.0:
            continue
        chance = -math.expm1(-rate * TURN_DAYS / DAYS_PER_MONTH)
        here = mix(mix(draw, net.place[gate].key), day)
        kept, leaving = np.int64(0), np.int64(0)
        for group in range(state.abroad.shape[2]):
            stream = mix(here, net.cell_key[DISPLACED_SINCE + home, group])
            going = binomial(state.abroad[neighbour, home, group], chance, stream)
            if going > 0:
                state.abroad[neighbour, home, group] -= going
                leaving += going
                kept = list_for_home(state, kept, group, going)
        if leaving > 0:
            state.came_back[neighbour] += leaving
            state.counts[0].returned_from_abroad += leaving
            of_home = mix(here, net.cell_key[DISPLACED_SINCE + home, 0])
            set_out_for_home(
                net, values, state, gate, kept, leaving, total, count, day, mix(of_home, 1)
            )


@kernel
def nearest_gate(net, state, neighbour, home):  # type: ignore[no-untyped-def]
    """Return the place at a border from which a road to a home area is shortest, or -1."""
    best, least = np.int64(-1), np.float32(roads.UNREACHED)
    for i in range(state.holder.shape[0]):
        if net.place[i].border == neighbour:
            for b in range(net.home_ptr[home], net.home_ptr[home + 1]):
                if state.dist[i, net.homed[b]] < least:
                    best, least = np.int64(i), state.dist[i, net.homed[b]]
    return best


@kernel
def weigh_homes(net, values, state, place, home):  # type: ignore[no-untyped-def]
    """Weigh the places of a home area by residents at the start times hazard.

    Those that no road leads to are left out. The others are listed in ``way``, their weights in
    ``scratch``; returns how many, and the sum of the weights.
    """
    count, total = np.int64(0), 0.0
    for b in range(net.home_ptr[home], net.home_ptr[home + 1]):
        j = net.homed[b]
        weight = net.start[j, 0].sum() * state.place[j].homeward
        if weight <= 0.0 or (j != place and state.dist[place, j] == roads.UNREACHED):
            continue
        km = np.float64(state.dist[place, j]) if j != place else 0.0
        state.way[count].place = j
        state.way[count].fast = travel_days(km, values.vehicle_km_day)
        state.way[count].slow = travel_days(km, values.walk_km_day)
        state.scratch[count] = weight
        total += weight
        count += 1
    return count, total


@kernel
def list_for_home(state, m, group, persons):  # type: ignore[no-untyped-def]
    """List persons of a group who set out for home, after ``m`` others; return how many cells."""
    state.listed[m].cell = RETURNED * state.persons.shape[2] + group
    state.listed[m].count = persons
    return m + 1


@kernel
def set_out_for_home(net, values, state, place, m, persons, total, count, day, draw):  # type: ignore[no-untyped-def]
    """Divide the persons of ``m`` listed cells among the weighed homes and send them off."""
    k = divide(
        values,
        net.place,
        state.way,
        state.scratch,
        state.order,
        state.slot,
        persons,
        count,
        total,
        draw,
    )
    start = uniform(mix(draw, processes.DEAL), 0)
    trip, head, books = state.trip, state.trip_head, state.books[0]
    deal(state.listed, m, state.slot, k, start, trip, head, books, place, day)


@kernel
def come_home(state, place, group, persons):  # type: ignore[no-untyped-def]
    """Let persons be home again, and count them."""
    add(state.persons, state.by_status, state.by_row, place, RETURNED, group, persons)
    state.counts[0].returned += persons
    if state.holder[place] != state.own[place]:
        state.counts[0].returned_other_side += persons
        state.place[place].crossed += persons
