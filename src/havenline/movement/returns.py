"""Voluntary return under a standing truce, to homes that were not captured.

The hazard is r0 exp(-(t - t_truce) / tau) (MODEL_NOTES section 1). A person returns to the
home sub-district only: to its places in proportion to their residents at the start, those that
are held and off the front. Forced return does not exist.
"""

from __future__ import annotations

import math

from havenline.draws.kernels import kernel
from havenline.draws.keys import mix
from havenline.draws.samplers import binomial
from havenline.drivers import processes
from havenline.drivers.aid import DAYS_PER_MONTH
from havenline.movement.journey import add_slot, enter
from havenline.movement.people import add
from havenline.world import roads
from havenline.world.state import DISPLACED_SINCE, MOVED, RETURNED, TRUCE, TRUCE_AGE


@kernel
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """Let people return for a day; see `havenline.drivers.truce.step` for the parameters."""
    if state.whole[TRUCE] != 1 or day <= today:
        return
    n, rows, groups = state.persons.shape
    months = state.real[TRUCE_AGE] / DAYS_PER_MONTH
    rate = values.return_monthly * math.exp(-months / values.return_decay_months)
    chance = -math.expm1(-rate / DAYS_PER_MONTH)
    for home in range(rows - DISPLACED_SINCE - 1):
        total = 0.0
        for j in range(n):
            state.scratch[j] = 0.0
            if net.place[j].home == home and state.place[j].safe:
                for g in range(groups):
                    state.scratch[j] += net.start[j, 0, g]
                total += state.scratch[j]
        if total <= 0.0:
            continue
        row = DISPLACED_SINCE + home
        for i in range(n):
            if state.by_status[i, DISPLACED_SINCE] == 0 or not roads.held(state.side[i]):
                continue
            for g in range(groups):
                persons = state.persons[i, row, g]
                if persons == 0:
                    continue
                base = mix(mix(mix(key, processes.RETURN), net.place[i].key), day)
                draw = mix(base, net.cell_key[row, g])
                going = binomial(persons, chance, draw)
                if going > 0:
                    _send_home(net, values, state, i, row, g, going, home, total, day, draw)


@kernel
def _send_home(net, values, state, place, row, group, going, home, total, day, draw):  # type: ignore[no-untyped-def]
    groups = state.persons.shape[2]
    left, rest = going, total
    for j in range(state.side.shape[0]):
        w = state.scratch[j]
        if left == 0 or w <= 0.0:
            continue
        x = left
        if w < rest * (1.0 - 1e-12):
            x = binomial(left, w / rest, mix(mix(draw, processes.HOME), net.place[j].key))
        rest -= w
        if x == 0 or (j != place and state.dist[place, j] == roads.UNREACHED):
            left -= x  # no open road home: these stay where they are
            continue
        left -= x
        add(state.persons, state.by_status, place, row, group, -x)
        if j == place:
            add(state.persons, state.by_status, place, RETURNED, group, x)
            continue
        state.whole[MOVED] += x
        k = add_slot(
            values,
            state.slot,
            0,
            state.dist[place, j],
            j,
            net.place[j].key,
            x,
            draw,
        )
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
