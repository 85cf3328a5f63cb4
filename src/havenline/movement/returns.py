"""Voluntary return under a standing truce, to homes that were not captured.

The hazard is r0 exp(-(t - t_truce) / tau). A person returns to the
home sub-district only: to its places in proportion to their residents at the start, those that
are held and off the front. Forced return does not exist.
"""

from __future__ import annotations

import math

import numpy as np

from havenline.draws.kernels import kernel
from havenline.draws.keys import mix, uniform
from havenline.draws.samplers import binomial
from havenline.drivers import processes
from havenline.drivers.aid import DAYS_PER_MONTH
from havenline.movement.journey import add_slot, enter, travel_days
from havenline.movement.people import add, choose_homes
from havenline.world import roads
from havenline.world.state import (
    CAME_BACK,
    DISPLACED_SINCE,
    RETURNED,
    TRUCE,
    TRUCE_AGE,
)

TURN_DAYS = 7
"""Returns from a place are drawn once a week, with the chance of seven days."""


@kernel
def open_homes(net, state):  # type: ignore[no-untyped-def]
    """Mark in ``order`` the rows of home areas with a place that people could return to."""
    rows = state.persons.shape[1]
    for row in range(rows):
        state.in_row[row] = 0
    for j in range(state.side.shape[0]):
        home = net.place[j].home
        if home >= 0 and state.place[j].safe and net.start[j, 0].sum() > 0:
            state.in_row[DISPLACED_SINCE + home] = 1
    for row in range(rows):
        state.order[row] = state.in_row[row]


@kernel
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """Let people return for a day; see `havenline.drivers.truce.step` for the parameters."""
    if state.whole[TRUCE] != 1 or day <= today:
        return
    n, rows, groups = state.persons.shape
    months = state.real[TRUCE_AGE] / DAYS_PER_MONTH
    rate = values.return_monthly * math.exp(-months / values.return_decay_months)
    chance = -math.expm1(-rate * TURN_DAYS / DAYS_PER_MONTH)
    open_homes(net, state)
    for i in range(n):
        if state.by_status[i, DISPLACED_SINCE] == 0 or not roads.held(state.side[i]):
            continue
        if (np.uint64(day) + net.place[i].key) % np.uint64(TURN_DAYS) != 0:
            continue
        eligible = 0
        for row in range(DISPLACED_SINCE, rows):
            state.in_row[row] = state.by_row[i, row] * state.order[row]
            eligible += state.in_row[row]
        draw = mix(mix(mix(key, processes.RETURN), net.place[i].key), day)
        going = binomial(eligible, chance, draw)
        if going == 0:
            continue
        who = mix(draw, processes.HOME)
        m = choose_homes(
            state.persons,
            state.in_row,
            state.listed,
            i,
            DISPLACED_SINCE,
            rows,
            np.int64(eligible),
            going,
            uniform(who, 0),
            uniform(who, 1),
        )
        for c in range(m):
            if state.listed[c].count > 0:
                cell = state.listed[c].cell
                row, group = cell // groups, cell % groups
                send_home(net, values, state, i, row, group, state.listed[c].count, day, draw)


@kernel
def send_home(net, values, state, place, row, group, going, day, draw):  # type: ignore[no-untyped-def]
    """Send persons of one cell to the places of their home area, by residents at the start."""
    home = row - DISPLACED_SINCE
    groups = state.persons.shape[2]
    rest = 0.0
    for j in range(state.side.shape[0]):
        state.scratch[j] = 0.0
        if net.place[j].home == home and state.place[j].safe:
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
        if x == 0 or (j != place and state.dist[place, j] == roads.UNREACHED):
            continue  # no open road home: these stay where they are
        add(state.persons, state.by_status, state.by_row, place, row, group, -x)
        if j == place:
            add(state.persons, state.by_status, state.by_row, place, RETURNED, group, x)
            state.whole[CAME_BACK] += x
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
                state.whole,
                place,
                j,
                RETURNED * groups + group,
                to.persons,
                day,
                to.days,
            )
