"""Listed groups inside a haven: a guarantor that contains them, or fails to.

Containment starts with its lever and fails at a constant rate (``containment_fail_rate``). While
it holds, a truce that leaves listed groups out is not broken for their sake, and donors suspend
deliveries less often (``containment_aid``). Once it has failed, truces fail sooner
(``containment_failed_hr``) and donors suspend more often (the inverse of ``containment_aid``).
Listed groups appear as this constraint only; nothing about them is attached to people who flee.
"""

from __future__ import annotations

from havenline.draws.kernels import kernel
from havenline.draws.keys import mix
from havenline.draws.samplers import exponential
from havenline.engine import processes
from havenline.engine.step import Step

HOLDS, FAILED = 1, 2

STEP = Step(
    "Listed groups in a haven are contained, or not.",
    reads=("option", "containment"),
    writes=("containment",),
    parts=("containment",),
    page="containment",
    course=(("containment", "i8"), ("containment_left", "f8")),
)


@kernel
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """Let containment start, hold or fail; see `havenline.engine.steps.truce.step`."""
    ahead = day - today
    if ahead < plan.containment_start:
        return
    course = state.course[0]
    if ahead == plan.containment_start:
        course.containment = HOLDS
        course.containment_left = exponential(mix(mix(key, processes.CONTAINMENT), 0))
    if course.containment == HOLDS:
        course.containment_left -= values.containment_fail_rate / 365.0
        if course.containment_left < 0.0:
            course.containment = FAILED


@kernel
def truce_ratio(values, plan, state):  # type: ignore[no-untyped-def]
    """Return the hazard ratio of a truce from listed groups, left out of it or not contained."""
    if state.course[0].containment == FAILED:
        return values.containment_failed_hr
    if plan.excluded == 1 and state.course[0].containment != HOLDS:
        return values.truce_hr_excluded
    return 1.0


@kernel
def suspension_ratio(values, plan, state, ahead):  # type: ignore[no-untyped-def]
    """Return the factor on the rate at which donors suspend deliveries."""
    ratio = 1.0
    if state.course[0].containment == HOLDS:
        ratio = values.containment_aid
    elif state.course[0].containment == FAILED:
        ratio = 1.0 / max(0.01, values.containment_aid)
    if ahead >= plan.exemption_start:
        ratio *= values.exemption_aid
    return ratio
