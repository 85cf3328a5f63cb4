"""What a run writes down each day after the as-of date.

Sums by sub-district only: nothing here tells who holds a place.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from havenline.draws.kernels import kernel
from havenline.engine.state import (
    BY_OPTION,
    CAME_BACK,
    COST,
    CROSSED,
    DISPLACED_BEFORE,
    ENTERED,
    EXCESS,
    HAVEN,
    HOMES,
    INJURED,
    KILLED,
    MOVED,
    NEW,
    OFFENSIVE,
    ONWARD,
    RESIDENT,
    RETURNED,
    SUSPENDED,
    TRUCE,
)
from havenline.engine.steps import theatres
from havenline.engine.steps.aid import displaced, unsheltered
from havenline.engine.steps.control import FAR_SIDE_HANDED, FAR_SIDE_TAKEN
from havenline.engine.steps.ledger import residual
from havenline.world import roads

SERIES = (
    "newly_displaced",
    "movements",
    "unsheltered",
    "near_front",
    "near_border",
    "entries",
    "returned",
    "killed",
    "injured",
    "homes_damaged",
    "cost_usd",
    "displaced_by_option",
    "left_on_other_side",
    "in_captured_places",
    "truce_standing",
    "shelter_places",
    "offensive_running",
    "aid_suspended",
    "haven_standing",
    "displaced_elsewhere",
    "excess_deaths",
    "displaced_present",
    "onward_attempts",
    "truces_failed_elsewhere",
    "ledger_residual",
    "returned_other_side",
)
"""Daily series of a run, in the order in which they are written."""

NEAR_FRONT_KM = 10.0


class Output(NamedTuple):
    """What one run writes; day 0 is the end of the as-of date.

    Attributes
    ----------
    series : (n_day, len(SERIES)) float64
    displaced, arrivals : (n_day, n_area, n_group) int32
        Displaced persons present; displaced persons who arrived on the day.
    residents : (n_day, n_area) int32
        Residents and returned people present.
    exposed : (n_week, n_area) uint8
        1 where people were within 10 km of the front on a day of an offensive.
    flows : (n_week, n_area, n_area) int32
        Displaced persons whose journey ended in the week, by the area they set out from and the
        one they reached.
    """

    series: NDArray[np.float64]
    displaced: NDArray[np.int32]
    arrivals: NDArray[np.int32]
    residents: NDArray[np.int32]
    exposed: NDArray[np.uint8]
    flows: NDArray[np.int32]


@kernel
def clear_counters(state):  # type: ignore[no-untyped-def]
    """Start the counts since the as-of date; the newly displaced go on from the start."""
    for name in (MOVED, BY_OPTION, ENTERED, KILLED, INJURED, HOMES, CAME_BACK, CROSSED):
        state.whole[name] = 0
    state.real[COST] = 0.0
    state.real[EXCESS] = 0.0
    state.real[ONWARD] = 0.0


@kernel
def write_day(net, record, state, out, ahead):  # type: ignore[no-untyped-def]
    """Write a day into the output of a run."""
    n, rows, groups = state.persons.shape
    without, near_front, near_border = 0.0, 0.0, 0.0
    handed, taken, shelter, present = 0.0, 0.0, 0.0, 0.0
    week = (ahead - 1) // 7
    for i in range(n):
        here = state.by_status[i].sum()
        area = net.place[i].area
        if roads.held(state.side[i]):
            without += unsheltered(state, i)
            present += displaced(state, i)
            shelter += state.place[i].shelter
            if state.front[i] <= NEAR_FRONT_KM:
                near_front += here
                if ahead > 0 and area >= 0 and here > 0 and state.whole[OFFENSIVE] == 1:
                    out.exposed[week, area] = 1
        if net.place[i].near_border:
            near_border += here
        if state.place[i].far_side == FAR_SIDE_HANDED:
            handed += here - state.place[i].crossed
        elif state.place[i].far_side == FAR_SIDE_TAKEN:
            taken += here - state.place[i].crossed
        if area < 0:
            continue
        if here > 0:
            out.residents[ahead, area] += (
                state.by_status[i, RESIDENT] + state.by_status[i, RETURNED]
            )
            for row in range(DISPLACED_BEFORE, rows):
                if state.by_row[i, row] > 0:
                    for g in range(groups):
                        out.displaced[ahead, area, g] += state.persons[i, row, g]
        for g in range(groups):
            out.arrivals[ahead, area, g] += state.arrived[i, g]
    if ahead > 0:
        for a in range(state.flow.shape[0]):
            for b in range(state.flow.shape[1]):
                out.flows[week, a, b] += state.flow[a, b]
    line = out.series[ahead]
    line[0] = state.whole[NEW]
    line[1] = state.whole[MOVED]
    line[2] = without
    line[3] = near_front
    line[4] = near_border
    line[5] = state.whole[ENTERED]
    line[6] = state.whole[CAME_BACK]
    line[7] = state.whole[KILLED]
    line[8] = state.whole[INJURED]
    line[9] = state.whole[HOMES]
    line[10] = state.real[COST]
    line[11] = state.whole[BY_OPTION]
    line[12] = handed
    line[13] = taken
    line[14] = state.whole[TRUCE]
    line[15] = shelter
    line[16] = state.whole[OFFENSIVE]
    line[17] = state.whole[SUSPENDED] % 2
    line[18] = np.float64(state.whole[HAVEN] == 1)
    line[19] = theatres.displaced(record, state)
    line[20] = state.real[EXCESS]
    line[21] = present
    line[22] = state.real[ONWARD]
    line[23] = theatres.failed_share(record, state)
    line[24] = residual(state)
    line[25] = state.whole[CROSSED]
