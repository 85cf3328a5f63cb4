"""Entry to a neighbour: displaced people near the border, without shelter, who get across.

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
    "People without shelter near the border get across.",
    reads=("people", "holders", "shelter places", "option"),
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
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """Let people cross for a day; see `havenline.engine.steps.truce.step` for the parameters."""
    chance = border.permeability(values, plan, day, today)
    groups = state.persons.shape[2]
    rows = state.persons.shape[1]
    for i in range(state.holder.shape[0]):
        if not net.place[i].near_border or not shelters(state, i, i):
            continue
        waiting = np.int64(unsheltered(state, i))
        if waiting == 0:
            continue
        draw = mix(mix(mix(key, processes.ENTRY), net.place[i].key), day)
        entering = binomial_quantile(waiting, chance, uniform(draw, 0))
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
        for c in range(m):
            persons = state.listed[c].count
            if persons == 0:
                continue
            row, group = state.listed[c].cell // groups, state.listed[c].cell % groups
            add(state.persons, state.by_status, state.by_row, i, row, group, -persons)
            home = rows - 1 if row == DISPLACED_BEFORE else row
            state.abroad[home - DISPLACED_SINCE, group] += persons
