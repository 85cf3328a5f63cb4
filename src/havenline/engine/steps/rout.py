"""A defence that dissolves: for some days all the fronts of an offensive move, and far faster.

While an offensive runs, the defence against it gives way at the rate ``rout_rate``, at once on all
roads that its front stands on: then every front of it moves, ``rout_pace`` times as fast, through
towns as through open country, so that places fall together. It lasts ``rout_days`` in the mean, or
until the offensive stops.
"""

from __future__ import annotations

import math

from havenline.draws.kernels import kernel
from havenline.draws.keys import mix, uniform
from havenline.engine import processes
from havenline.engine.step import Step

STEP = Step(
    "Defences dissolve, or stand again.",
    reads=("record", "offensive"),
    writes=("rout",),
    parts=("rout",),
    tables=("offensives",),
    page="rout",
    offensive=(("rout", "i8"),),
)
"""``rout`` is 1 while the defence against an offensive has dissolved."""


@kernel
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """Let defences dissolve; see `havenline.engine.steps.truce.step` for the parameters."""
    if day <= today or values.rout_rate <= 0.0:
        return
    for k in range(state.offensive.shape[0]):
        attack = state.offensive[k]
        if attack.on == 0:
            attack.rout = 0
            continue
        rate = values.rout_rate / 365.0 if attack.rout == 0 else 1.0 / values.rout_days
        draw = mix(mix(key, processes.ROUT), record.offensive[k].key)
        if uniform(mix(draw, day), 0) < -math.expm1(-rate):
            attack.rout = 1 - attack.rout


@kernel
def runs(state, offensive):  # type: ignore[no-untyped-def]
    """Whether the defence against an offensive has dissolved; none is below 0."""
    return offensive >= 0 and state.offensive[offensive].rout == 1


@kernel
def pace_ratio(values, state, offensive):  # type: ignore[no-untyped-def]
    """Return the factor on the speed of the fronts of an offensive."""
    return values.rout_pace if state.offensive[offensive].rout == 1 else 1.0
