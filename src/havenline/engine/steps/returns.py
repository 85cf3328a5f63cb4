"""Voluntary return, which depends on home: how quiet it is, who holds it, how long people are away.

The hazard of a displaced person whose home is at place j is, a month,

    r0 exp(-m / tau) (1 - exp(-q_j / q0)) trust_j accept_j,

with m the months since people of that home left (their mean), accept_j how far those who come home
are accepted by its holder (1 on own ground; declared, or the parameter for ground of another), q_j
the days of quiet there, which every day go from q to

    (q + 1) exp(-e_j / ``SHAKEN``) prod_k (1 - exp(-f_jk / ``return_far_km``))

with e_j the violent events of the day and f_jk road kilometres to the front of each offensive that
runs, and trust_j

    1 - (1 - ``return_unsettled``) exp(-d_j / ``return_far_km``)

at d_j kilometres from any front; 1 while a truce stands. Where h homes of H have been damaged since
the start, the hazard is 1 - ``return_damaged`` (1 - exp(-h / H)) times that. So people come home
behind a front that moves on, under a truce as far as it brings quiet, and to homes that changed
hands as far as they may and dare. Homes are known by area: hazards of its places are averaged, and
those who go are divided among them, by residents at the start times hazard. Those who entered a
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
from havenline.engine.journey import add_slot, enter, travel_days
from havenline.engine.people import DISPLACED_SINCE, RETURNED, add, choose, list_row
from havenline.engine.step import Measure, Step
from havenline.engine.steps.aid import DAYS_PER_MONTH
from havenline.engine.steps.control import FAR_SIDE_HANDED
from havenline.world import roads

TURN_DAYS = 7
"""Returns from a place are drawn once a week, with the chance of seven days."""

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
    ),
    writes=(
        "people",
        "calendar",
        "abroad",
        "quiet",
        "returned",
        "returned_other_side",
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
def count_quiet(values, state, day):  # type: ignore[no-untyped-def]
    """Count the days for which each place has been quiet, less where it is shaken again."""
    for j in range(state.holder.shape[0]):
        kept = math.exp(-state.events[day % 7, j] / SHAKEN)
        for k in range(state.offensive.shape[0]):
            if state.offensive[k].on == 1:
                kept *= -math.expm1(-state.fronts[k, j] / values.return_far_km)
        state.place[j].quiet_days = kept * (state.place[j].quiet_days + 1.0)


@kernel
def accepted(values, plan, state, place):  # type: ignore[no-untyped-def]
    """Return how far the holder of a place accepts those whose home it is."""
    accept = state.accept[state.own[place], state.holder[place]]
    if plan.return_watched == 1 and state.place[place].far_side == FAR_SIDE_HANDED:
        accept = max(accept, values.return_other_side_watched)
    return accept


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
        if plan.place[j].handed and ahead >= plan.announce and ahead < plan.handover:
            continue
        trust = 1.0
        if state.course[0].truce == 0:
            near = math.exp(-state.front[j] / values.return_far_km)
            trust -= (1.0 - values.return_unsettled) * near
        quiet = -math.expm1(-here.quiet_days / values.return_quiet_days)
        here.homeward = quiet * trust * accepted(values, plan, state, j)
        residents = net.start[j, 0].sum()
        if here.damaged > 0.0 and residents > 0:
            homes = residents / values.persons_per_unit
            damaged = -math.expm1(-here.damaged / homes)
            here.homeward *= 1.0 - values.return_damaged * damaged
        state.rate[row] += people * here.homeward
    for row in range(DISPLACED_SINCE, rows):
        if state.weight[row] > 0.0 and state.departed[row, 0] > 0.0:
            away = day - state.departed[row, 1] / state.departed[row, 0]
            month = math.exp(-away / DAYS_PER_MONTH / values.return_decay_months)
            state.rate[row] *= values.return_monthly * month / state.weight[row]
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
            going = binomial(here, chance, of_row)
            if going > 0:
                send_home(net, values, state, i, row, going, day, of_row)
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
def send_home(net, values, state, place, row, going, day, draw):  # type: ignore[no-untyped-def]
    """Send persons of one home area to its places, on their way or back where they are."""
    groups, home = state.persons.shape[2], row - DISPLACED_SINCE
    total = weigh_homes(net, state, place, home)
    if total <= 0.0:
        return  # no road leads home
    cells, here = list_row(state.persons, state.listed, place, row)
    choose(state.listed, cells, here, going, uniform(mix(draw, processes.HOME), 0))
    for c in range(cells):
        persons, cell = state.listed[c].count, state.listed[c].cell
        if persons > 0:
            group = cell % groups
            add(state.persons, state.by_status, state.by_row, place, row, group, -persons)
            stream = mix(draw, net.cell_key[row, group])
            leave_for_home(net, values, state, place, home, group, persons, total, day, stream)


@kernel
def return_from_abroad(net, values, state, neighbour, day, draw):  # type: ignore[no-untyped-def]
    """Let people who entered a neighbour return, by the gate that is nearest to their home."""
    for home in range(state.abroad.shape[1] - 1):
        rate = state.rate[DISPLACED_SINCE + home] * values.return_abroad
        if rate < LEAST_RATE or state.abroad[neighbour, home].sum() == 0:
            continue
        gate = nearest_gate(net, state, neighbour, home)
        total = weigh_homes(net, state, gate, home) if gate >= 0 else 0.0
        if total <= 0.0:
            continue
        chance = -math.expm1(-rate * TURN_DAYS / DAYS_PER_MONTH)
        here = mix(mix(draw, net.place[gate].key), day)
        for group in range(state.abroad.shape[2]):
            stream = mix(here, net.cell_key[DISPLACED_SINCE + home, group])
            going = binomial(state.abroad[neighbour, home, group], chance, stream)
            if going > 0:
                state.abroad[neighbour, home, group] -= going
                state.came_back[neighbour] += going
                state.counts[0].returned_from_abroad += going
                leave_for_home(net, values, state, gate, home, group, going, total, day, stream)


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
def leave_for_home(net, values, state, place, home, group, persons, total, day, draw):  # type: ignore[no-untyped-def]
    """Put persons on the road from a place to the weighed places of their home area."""
    divide_among_homes(net, state, home, persons, total, draw)
    cell = RETURNED * state.persons.shape[2] + group
    trip, head, books = state.trip, state.trip_head, state.books[0]
    for b in range(net.home_ptr[home], net.home_ptr[home + 1]):
        j = net.homed[b]
        x = state.queue[j]
        if x == 0:
            continue
        if j == place:
            come_home(state, j, group, x)
            continue
        km = np.float64(state.dist[place, j])
        fast = travel_days(km, values.vehicle_km_day)
        slow = travel_days(km, values.walk_km_day)
        foot = mix(mix(draw, processes.VEHICLE), net.place[j].key)
        walking = binomial(x, 1.0 - values.vehicle_share, foot)
        k = add_slot(state.slot, np.int64(0), j, fast, slow, x - walking, walking)
        for a in range(k):
            to = state.slot[a]
            enter(trip, head, books, place, j, cell, to.persons, day, to.days)


@kernel
def weigh_homes(net, state, place, home):  # type: ignore[no-untyped-def]
    """Weigh the places of a home area by residents at the start times hazard; return the sum.

    Those that no road leads to weigh nothing. The weights are written to ``scratch``.
    """
    total = 0.0
    for b in range(net.home_ptr[home], net.home_ptr[home + 1]):
        j = net.homed[b]
        state.scratch[j] = 0.0
        if j == place or state.dist[place, j] != roads.UNREACHED:
            state.scratch[j] = net.start[j, 0].sum() * state.place[j].homeward
            total += state.scratch[j]
    return total


@kernel
def divide_among_homes(net, state, home, going, total, draw):  # type: ignore[no-untyped-def]
    """Divide persons among the weighed places of their home area.

    How many go to each place is written to ``queue``.
    """
    left, rest = going, total
    for b in range(net.home_ptr[home], net.home_ptr[home + 1]):
        j = net.homed[b]
        state.queue[j] = 0
        w = state.scratch[j]
        if left == 0 or w <= 0.0:
            continue
        x = left
        if w < rest * (1.0 - 1e-12):
            x = binomial(left, w / rest, mix(draw, net.place[j].key))
        rest -= w
        left -= x
        state.queue[j] = x


@kernel
def come_home(state, place, group, persons):  # type: ignore[no-untyped-def]
    """Let persons be home again, and count them."""
    add(state.persons, state.by_status, state.by_row, place, RETURNED, group, persons)
    state.counts[0].returned += persons
    if state.holder[place] != state.own[place]:
        state.counts[0].returned_other_side += persons
        state.place[place].crossed += persons
