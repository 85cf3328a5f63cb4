"""Entry to a neighbour: displaced people at a crossing, or near the border without shelter.

Each border has its own regime (see `havenline.engine.border`).

The number who enter is a quantile of the binomial at a uniform number of the day and place, so
that under the same luck a more open border lets no fewer through.
"""

from __future__ import annotations

import numpy as np

from havenline.draws.kernels import kernel
from havenline.draws.keys import mix, uniform
from havenline.draws.samplers import binomial_quantile
from havenline.engine import border, processes
from havenline.engine.people import (
    DISPLACED_BEFORE,
    DISPLACED_SINCE,
    add,
    choose_homes,
    displaced,
)
from havenline.engine.refuge import shelters
from havenline.engine.step import Measure, Step
from havenline.engine.steps.aid import unsheltered

STEP = Step(
    "People who wait at a border get across, by neighbour.",
    reads=("record", "people", "holders", "relations", "shelter", "option"),
    writes=("people", "abroad", "entries"),
    parts=("border",),
    tables=("crossings",),
    page="border",
    measures=(
        Measure(
            "entries",
            "entries to the neighbours since the as-of date",
            "persons",
            "cumulative",
            of=("abroad",),
            since_as_of=True,
        ),
    ),
)


@kernel
def waiting(net, state, place):  # type: ignore[no-untyped-def]
    """Return the people at a place who wait to cross: all at a crossing, else those unsheltered."""
    if net.place[place].crossing:
        return np.int64(displaced(state, place))
    return np.int64(unsheltered(state, place))


@kernel
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """Let people cross for a day; see `havenline.engine.steps.truce.step` for the parameters."""
    groups = state.persons.shape[2]
    rows = state.persons.shape[1]
    for i in range(state.holder.shape[0]):
        neighbour = net.place[i].border
        if neighbour < 0 or not shelters(state, i, i):
            continue
        people = waiting(net, state, i)
        if people == 0:
            continue
        chance = border.permeability(values, record, plan, neighbour, day, today)
        draw = mix(mix(mix(key, processes.ENTRY), net.place[i].key), day)
        entering = binomial_quantile(people, chance, uniform(draw, 0))
        if entering == 0:
            continue
        who = mix(draw, processes.WHO_ENTERS)
        m = choose_homes(
            state.persons,
            state.by_row[i],
            state.listed,
            i,
            DISPLACED_BEFORE,
            rows,
            np.int64(displaced(state, i)),
            entering,
            uniform(who, 0),
            uniform(who, 1),
        )
        state.counts[0].entries += entering
        state.entered[neighbour] += entering
        for c in range(m):
            persons = state.listed[c].count
            if persons == 0:
                continue
            row, group = state.listed[c].cell // groups, state.listed[c].cell % groups
            add(state.persons, state.by_status, state.by_row, i, row, group, -persons)
            home = rows - 1 if row == DISPLACED_BEFORE else row
            state.abroad[neighbour, home - DISPLACED_SINCE, group] += persons
