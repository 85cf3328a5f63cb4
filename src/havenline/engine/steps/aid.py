"""Aid and shelter: what is delivered, the places it gives, and what it costs.

Shelter places are tents (which wear out unless aid replaces them), dignified homes and room
with host families. New tents go where people are without shelter. Site components (area,
covered area, water, latrines) are unknown for the crises that ship and drop out of the
minimum; what is left is the people a site held, plus a declared slack.
"""

from __future__ import annotations

from havenline.draws.kernels import kernel
from havenline.draws.keys import mix
from havenline.draws.samplers import exponential
from havenline.engine import processes
from havenline.engine.state import (
    AID,
    AID_LEFT,
    COST,
    DISPLACED_BEFORE,
    DISPLACED_SINCE,
    HAVEN,
    SUSPENDED,
)
from havenline.engine.steps import containment

DAYS_PER_MONTH = 30.4375


@kernel
def displaced(state, place):  # type: ignore[no-untyped-def]
    """Return the displaced people present at a place."""
    return state.by_status[place, DISPLACED_BEFORE] + state.by_status[place, DISPLACED_SINCE]


@kernel
def unsheltered(state, place):  # type: ignore[no-untyped-def]
    """Return displaced people at a place beyond its shelter places (0 or more)."""
    return max(0.0, displaced(state, place) - state.place[place].shelter)


@kernel
def deliver(values, plan, state, key, ahead):  # type: ignore[no-untyped-def]
    """Set the share of today's delivery that arrives, with suspensions by donors."""
    whole, real = state.whole, state.real
    if ahead <= 0:
        real[AID] = 1.0 - values.aid_leak
        return
    if ahead == 1:
        real[AID_LEFT] = exponential(mix(mix(key, processes.SUSPENSION), 0))
    if whole[SUSPENDED] % 2 == 0:
        rate = values.aid_suspension_rate * containment.suspension_ratio(values, plan, state, ahead)
        real[AID_LEFT] -= rate / 365.0
    else:
        real[AID_LEFT] -= 1.0 / (values.aid_suspension_months * DAYS_PER_MONTH)
    if real[AID_LEFT] < 0.0:
        whole[SUSPENDED] += 1
        real[AID_LEFT] = exponential(mix(mix(key, processes.SUSPENSION), whole[SUSPENDED]))
    real[AID] = plan.day[ahead].aid * (1.0 - values.aid_leak)
    if whole[SUSPENDED] % 2 == 1:
        real[AID] *= 1.0 - values.aid_suspension_cut


@kernel
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """Wear, supply and count shelter for a day; see `havenline.engine.steps.truce.step`."""
    n = state.side.shape[0]
    ahead = day - today
    deliver(values, plan, state, key, ahead)
    real = state.real
    replaced = min(1.0, real[AID] / max(1e-9, 1.0 - values.aid_leak))
    tent_wear = (1.0 - replaced) / (values.tent_life_months * DAYS_PER_MONTH)
    home_wear = 1.0 / (values.home_life_months * DAYS_PER_MONTH)
    need, haven_need, haven_places, people = 0.0, 0.0, 0.0, 0
    for i in range(n):
        if state.side[i] > 1:
            state.place[i].shelter = 0.0
            continue
        state.place[i].tents -= state.place[i].tents * tent_wear
        state.place[i].homes -= state.place[i].homes * home_wear
        state.place[i].shelter = state.place[i].tents + state.place[i].homes + state.place[i].room
        here = unsheltered(state, i)
        need += here
        people += displaced(state, i)
        if plan.place[i].haven:
            haven_need += here
            haven_places += state.place[i].tents + state.place[i].homes
    month = 1.0 / DAYS_PER_MONTH
    units = values.tents_per_month * real[AID] * month
    haven_tents, haven_homes = 0.0, 0.0
    if ahead > 0 and state.whole[HAVEN] == 1:
        haven_tents = plan.day[ahead].tents * real[AID] * month
        haven_homes = plan.day[ahead].homes * real[AID] * month
        room = max(0.0, plan.haven_capacity - haven_places) / values.persons_per_unit
        built = min(1.0, room / max(1e-9, haven_tents + haven_homes))
        haven_tents *= built
        haven_homes *= built
    size = values.persons_per_unit
    for i in range(n):
        if state.side[i] > 1:
            continue
        here = unsheltered(state, i)
        if need > 0.0:
            state.place[i].tents += units * size * here / need
        if plan.place[i].haven and haven_need > 0.0:
            state.place[i].tents += haven_tents * size * here / haven_need
            state.place[i].homes += haven_homes * size * here / haven_need
        state.place[i].shelter = state.place[i].tents + state.place[i].homes + state.place[i].room
    if ahead > 0:
        real[COST] += people * values.aid_cost * month * real[AID]
        real[COST] += (units * (need > 0.0) + haven_tents) * values.tent_cost
        real[COST] += haven_homes * values.home_cost
