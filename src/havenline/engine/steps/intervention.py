"""An army that puts itself in the way of an offensive.

An intervention names a party and a day, no road and no place: as a fact (one that stands on the
as-of date goes on) or as a lever. Of interventions the share ``intervention_stops`` stop what they
stand against, at the constant rate ln 2 / ``intervention_days`` while it runs; the others do not.
While it runs the front is ``intervention_pace`` times as fast and violence
``intervention_violence`` times what it would be: armies fight. Once it has stopped, it starts again
``intervention_restart`` times as soon, for as long as the army stays. An army that clashes with an
ally of the attackers, at the rate ``intervention_clash_rate`` while the offensive runs, withdraws;
so does one whose lever ends.
"""

from __future__ import annotations

import math

from havenline.draws.kernels import kernel
from havenline.draws.keys import mix, uniform
from havenline.draws.samplers import exponential
from havenline.engine import processes
from havenline.engine.step import Step

STEP = Step(
    "Whether an army stands in the way of an offensive, and stops it.",
    reads=("record", "option", "offensive", "intervention"),
    writes=("intervention", "offensive"),
    parts=("intervention",),
    tables=("happenings", "offensives"),
    page="intervention",
    offensive=(("in_way", "i8"), ("stop_left", "f8"), ("clash_left", "f8")),
)
"""``in_way`` is 1 while an army stands in the way and 2 once it has withdrawn; ``*_left`` are the
hazards left until it stops the offensive, and until it clashes with an ally of the attackers."""

IN_WAY, WITHDRAWN = 1, 2


@kernel
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """Let armies stand in the way for a day; see `havenline.engine.steps.truce.step`."""
    ahead = day - today
    if ahead < 1:
        return
    for k in range(state.offensive.shape[0]):
        army = state.offensive[k]
        named = plan.intervened[k] and ahead == plan.intervention_start
        if army.in_way == 0 and (named or (ahead == 1 and record.offensive[k].intervened)):
            enter(record, values, state, key, k)
        if army.in_way != IN_WAY:
            continue
        if plan.intervened[k] and ahead == plan.intervention_until:
            army.in_way = WITHDRAWN
        elif army.on == 1 and record.forced[ahead] < 0:
            fight(record, values, state, key, k)


@kernel
def enter(record, values, state, key, k):  # type: ignore[no-untyped-def]
    """Let an army enter; whether and when it would stop the offensive is drawn once."""
    army = state.offensive[k]
    draw = mix(mix(key, processes.INTERVENTION), record.offensive[k].key)
    army.in_way = IN_WAY
    army.stop_left = math.inf
    if uniform(draw, 0) < values.intervention_stops:
        army.stop_left = exponential(mix(draw, 1))
    army.clash_left = exponential(mix(draw, 2))


@kernel
def fight(record, values, state, key, k):  # type: ignore[no-untyped-def]
    """Fight a running offensive for a day: it stops, or the army withdraws after a clash."""
    army = state.offensive[k]
    army.clash_left -= values.intervention_clash_rate / 365.0
    if army.clash_left < 0.0:
        army.in_way = WITHDRAWN
        return
    army.stop_left -= math.log(2.0) / values.intervention_days
    if army.stop_left < 0.0:
        army.on = 0
        army.switches += 1
        regime = mix(mix(key, processes.REGIME), record.offensive[k].key)
        army.switch_left = exponential(mix(regime, army.switches))
        draw = mix(mix(key, processes.INTERVENTION), record.offensive[k].key)
        army.stop_left = exponential(mix(draw, 2 + army.switches))


@kernel
def restart_ratio(values, state, k):  # type: ignore[no-untyped-def]
    """Return the factor on the rate at which an offensive starts again."""
    return values.intervention_restart if state.offensive[k].in_way == IN_WAY else 1.0


@kernel
def pace_ratio(values, state, k):  # type: ignore[no-untyped-def]
    """Return the factor on the speed of the fronts of an offensive."""
    return values.intervention_pace if state.offensive[k].in_way == IN_WAY else 1.0


@kernel
def violence_ratio(values, state):  # type: ignore[no-untyped-def]
    """Return the factor on violence: above 1 while an army fights an offensive."""
    for k in range(state.offensive.shape[0]):
        if state.offensive[k].on == 1 and state.offensive[k].in_way == IN_WAY:
            return values.intervention_violence
    return 1.0
