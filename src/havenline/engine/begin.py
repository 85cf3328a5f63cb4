"""The start of a run: who is where, and what shelter there is, on the first day of the period."""

from __future__ import annotations

import numpy as np

from havenline.draws.kernels import kernel
from havenline.engine import destination, journey
from havenline.engine.people import DISPLACED_BEFORE, RESIDENT
from havenline.engine.steps import flight
from havenline.engine.steps.returns import QUIET_BEFORE


@kernel
def begin(net, record, values, state, key):  # type: ignore[no-untyped-def]
    """Set a state that holds nothing but zeros to the start of the period.

    Parameters
    ----------
    net, record, values, state
        `Network`, `Record`, values of one future, `State`.
    key : uint64
        Key of the seed and the future.
    """
    n, _, groups = state.persons.shape
    for i in range(n):
        for g in range(groups):
            for kind, row in enumerate(flight.STARTERS):
                persons = net.start[i, kind, g]
                state.persons[i, row, g] = persons
                state.by_status[i, row] += persons
                state.by_row[i, row] += persons
                state.books[0].people += persons
        here = state.place[i]
        in_sites = net.place[i].site_people
        unknown = net.place[i].site_unknown
        here.tents = unknown * (1.0 + values.camp_slack)
        here.room = (
            max(0.0, state.by_status[i, DISPLACED_BEFORE] - in_sites)
            + values.host_slack * state.by_status[i, RESIDENT]
        )
        here.to_sites = record.to_sites[i]
        here.shock = 1.0
        here.choice_day = -1
        here.taken_on = -1
        here.quiet_days = QUIET_BEFORE
        state.stale[i] = True
        state.rank[i, 0] = state.rank[i, n - 1]  # as if never sorted
    state.flight[0].level = 1.0
    state.flight[0].tempo = 1.0
    state.course[0].truce_ratio = 1.0
    state.course[0].linked = 1.0
    state.near_km[:] = -1.0
    journey.reset_calendar(state)
    destination.draw_own_pull(net, record, values, state, np.uint64(key))
