"""Voluntary return under a standing truce, which depends on safety at home.

The hazard is r0 exp(-(t - t_truce) / tau). A person returns to the
home sub-district only: to its places in proportion to their residents at the start, those that
are held and off the front. Where none of them is, some cross to those that the other side holds, at
``return_other_side`` times the hazard, or at ``return_other_side_watched`` times where a line
handed them over and return beyond it is watched. Forced return does not exist.
"""

from __future__ import annotations

import math

import numpy as np

from havenline.draws.kernels import kernel
from havenline.draws.keys import mix, uniform
from havenline.draws.samplers import binomial
from havenline.engine import processes
from havenline.engine.journey import add_slot, enter, travel_days
from havenline.engine.people import DISPLACED_SINCE, RETURNED, add, choose_homes
from havenline.engine.step import Measure, Step
from havenline.engine.steps.aid import DAYS_PER_MONTH
from havenline.engine.steps.control import FAR_SIDE_HANDED
from havenline.world import roads

HELD, TAKEN, WATCHED = 1, 2, 3
"""Homes that people could return to: held; on the other side; on the other side and watched."""

TURN_DAYS = 7
"""Returns from a place are drawn once a week, with the chance of seven days."""

STEP = Step(
    "Voluntary return home under a standing truce.",
    reads=("option", "people", "truce", "side", "roads", "pull of places"),
    writes=("people", "calendar", "returned", "returned_other_side"),
    parts=("return", "journey"),
    tables=("populations",),
    page="returns",
    measures=(
        Measure(
            "returned_other_side",
            "persons who returned beyond a line or the front since the as-of date",
            "persons",
            "cumulative",
            of=("returned",),
            since_as_of=True,
            prior_only=True,
        ),
    ),
)


@kernel
def open_homes(net, plan, state):  # type: ignore[no-untyped-def]
    """Mark in ``order`` the rows of home areas with a place that people could return to."""
    rows = state.persons.shape[1]
    for row in range(rows):
        state.order[row] = 0
    for j in range(state.side.shape[0]):
        home = net.place[j].home
        if home < 0 or net.start[j, 0].sum() == 0:
            continue
        row = DISPLACED_SINCE + home
        kind = home_kind(plan, state, j)
        if state.order[row] != HELD and (kind == HELD or kind > state.order[row]):
            state.order[row] = kind


@kernel
def home_kind(plan, state, place):  # type: ignore[no-untyped-def]
    """Return what kind of home a place is to return to; 0 for none."""
    here = state.place[place]
    if here.safe:
        return HELD
    if here.far_side == FAR_SIDE_HANDED and plan.return_watched == 1:
        return WATCHED
    return TAKEN if state.side[place] == roads.ATTACKER else 0


@kernel
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """Let people return for a day; see `havenline.engine.steps.truce.step` for the parameters."""
    if state.course[0].truce != 1 or day <= today:
        return
    months = state.course[0].truce_age / DAYS_PER_MONTH
    rate = values.return_monthly * math.exp(-months / values.return_decay_months)
    open_homes(net, plan, state)
    for i in range(state.side.shape[0]):
        if state.by_status[i, DISPLACED_SINCE] == 0 or not roads.held(state.side[i]):
            continue
        if (np.uint64(day) + net.place[i].key) % np.uint64(TURN_DAYS) != 0:
            continue
        draw = mix(mix(mix(key, processes.RETURN), net.place[i].key), day)
        leave_for(net, values, plan, state, i, HELD, rate, day, draw)
        if values.return_other_side > 0.0:
            other = mix(mix(draw, processes.CROSSING_BACK), TAKEN)
            across = rate * values.return_other_side
            leave_for(net, values, plan, state, i, TAKEN, across, day, other)
        if plan.return_watched == 1 and values.return_other_side_watched > 0.0:
            other = mix(mix(draw, processes.CROSSING_BACK), WATCHED)
            across = rate * values.return_other_side_watched
            leave_for(net, values, plan, state, i, WATCHED, across, day, other)


@kernel
def leave_for(net, values, plan, state, place, kind, rate, day, draw):  # type: ignore[no-untyped-def]
    """Let people at a place return to homes of one kind, at a monthly rate, for a week."""
    rows, groups = state.persons.shape[1], state.persons.shape[2]
    eligible = 0
    for row in range(rows):
        state.in_row[row] = 0
        if row >= DISPLACED_SINCE and state.order[row] == kind:
            state.in_row[row] = state.by_row[place, row]
            eligible += state.in_row[row]
    going = binomial(eligible, -math.expm1(-rate * TURN_DAYS / DAYS_PER_MONTH), draw)
    if going == 0:
        return
    who = mix(draw, processes.HOME)
    m = choose_homes(
        state.persons,
        state.in_row,
        state.listed,
        place,
        DISPLACED_SINCE,
        rows,
        np.int64(eligible),
        going,
        uniform(who, 0),
        uniform(who, 1),
    )
    for c in range(m):
        persons = state.listed[c].count
        if persons > 0:
            row, group = state.listed[c].cell // groups, state.listed[c].cell % groups
            if kind == HELD:
                send_home(net, values, plan, state, place, row, group, persons, day, draw)
            else:
                cross_back(net, plan, state, place, row, group, persons, kind, draw)


@kernel
def divide_among_homes(net, plan, state, row, group, going, kind, draw):  # type: ignore[no-untyped-def]
    """Divide persons of one cell among the places of their home area of one kind.

    In proportion to residents at the start. How many go to each place is written to ``queue``.
    """
    home = row - DISPLACED_SINCE
    rest = 0.0
    for j in range(state.side.shape[0]):
        state.queue[j] = 0
        state.scratch[j] = 0.0
        if net.place[j].home == home and home_kind(plan, state, j) == kind:
            state.scratch[j] = net.start[j, 0].sum()
            rest += state.scratch[j]
    left = going
    stream = mix(draw, net.cell_key[row, group])
    for j in range(state.side.shape[0]):
        w = state.scratch[j]
        if left == 0 or w <= 0.0:
            continue
        x = left
        if w < rest * (1.0 - 1e-12):
            x = binomial(left, w / rest, mix(stream, net.place[j].key))
        rest -= w
        left -= x
        state.queue[j] = x


@kernel
def cross_back(net, plan, state, place, row, group, going, kind, draw):  # type: ignore[no-untyped-def]
    """Let persons of one cell cross to their home area on the other side, within the day."""
    divide_among_homes(net, plan, state, row, group, going, kind, draw)
    for j in range(state.side.shape[0]):
        x = state.queue[j]
        if x == 0:
            continue
        add(state.persons, state.by_status, state.by_row, place, row, group, -x)
        add(state.persons, state.by_status, state.by_row, j, RETURNED, group, x)
        state.place[j].crossed += x
        state.counts[0].returned += x
        state.counts[0].returned_other_side += x


@kernel
def send_home(net, values, plan, state, place, row, group, going, day, draw):  # type: ignore[no-untyped-def]
    """Send persons of one cell to the places of their home area that are held and safe."""
    groups = state.persons.shape[2]
    divide_among_homes(net, plan, state, row, group, going, HELD, draw)
    stream = mix(draw, net.cell_key[row, group])
    for j in range(state.side.shape[0]):
        x = state.queue[j]
        if x == 0 or (j != place and state.dist[place, j] == roads.UNREACHED):
            continue  # no open road home: these stay where they are
        add(state.persons, state.by_status, state.by_row, place, row, group, -x)
        if j == place:
            add(state.persons, state.by_status, state.by_row, place, RETURNED, group, x)
            state.counts[0].returned += x
            continue
        km = np.float64(state.dist[place, j])
        fast = travel_days(km, values.vehicle_km_day)
        slow = travel_days(km, values.walk_km_day)
        foot = mix(mix(stream, processes.VEHICLE), net.place[j].key)
        walking = binomial(x, 1.0 - values.vehicle_share, foot)
        k = add_slot(state.slot, np.int64(0), j, fast, slow, x - walking, walking)
        for a in range(k):
            to = state.slot[a]
            enter(
                state.trip,
                state.trip_head,
                state.books[0],
                place,
                j,
                RETURNED * groups + group,
                to.persons,
                day,
                to.days,
            )
