"""Hollowing: an agreement that stands in name while what it was for is lost.

A phase of redeployment that is due after the as-of date, while a truce stands, is missed with
chance ``phase_missed``. An agreement is hollowed out as soon as, while it stands, more than
``HOLLOW_SHARE`` of the people whose homes it covered lived in ground lost under it, or
``HOLLOW_PHASES`` phases were missed. Only whether it ever was, over the whole horizon, leaves a
run: no day, no area, no post.
"""

from __future__ import annotations

import numpy as np

from havenline.draws.kernels import kernel
from havenline.draws.keys import mix, uniform
from havenline.engine import processes
from havenline.engine.step import Step
from havenline.world.terms import DEFENDED

HOLLOW_SHARE = 0.1
"""Share of the people on the defended ground beyond which it is lost; a convention: a tenth."""
HOLLOW_PHASES = 2
"""Missed phases from which an agreement is hollowed out; a convention: one may be late."""

STEP = Step(
    "Phases are met or missed; an agreement is hollowed out or not.",
    reads=("record", "option", "offensive", "truce", "holders", "relations"),
    writes=("agreement",),
    parts=("truce",),
    tables=("compliance", "happenings", "control"),
    page="erosion",
    course=(("missed", "i8"), ("hollowed", "i8")),
    offensive=(("lost", "f8"), ("covered", "f8")),
)
"""``missed`` counts phases; of each offensive ``lost`` counts the people who lived in ground lost
under its truce, ``covered`` those on defended ground when it began; ``hollowed`` is 1 once an
agreement was hollowed out."""


@kernel
def begin(net, record, state, k, lost):  # type: ignore[no-untyped-def]
    """Note who lives on the ground that the truce of an offensive covers.

    Parameters
    ----------
    net, record, state
        `Network`, `Record`, `State`.
    k : int
        The offensive.
    lost : float64
        People who lived in ground that is lost already.
    """
    people = lost
    for i in range(state.holder.shape[0]):
        if state.defends[k, state.holder[i]] == DEFENDED and record.within[k, i]:
            people += net.place[i].people
    state.offensive[k].lost = lost
    state.offensive[k].covered = people


@kernel
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """Let phases be met or missed; see `havenline.engine.steps.truce.step` for the parameters."""
    course, ahead = state.course[0], day - today
    if ahead <= 0:
        course.missed = record.compliance[0].missed
    for p in range(record.phase.shape[0]):
        phase = record.phase[p]
        if ahead == max(1, phase.due + 1) and course.truce == 1:
            draw = mix(mix(key, processes.PHASE), phase.key)
            course.missed += np.int64(uniform(draw, 0) < values.phase_missed)
    for k in range(state.offensive.shape[0]):
        if ahead == 0:
            begin(net, record, state, k, record.offensive[k].lost)
        elif ahead == plan.truce_start and plan.halted[k]:
            begin(net, record, state, k, 0.0)
        one = state.offensive[k]
        beyond = one.lost > HOLLOW_SHARE * one.covered or course.missed >= HOLLOW_PHASES
        if ahead > 0 and one.truce == 1 and beyond:
            course.hollowed = 1
