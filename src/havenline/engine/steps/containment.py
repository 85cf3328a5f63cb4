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
from havenline.engine.state import CONTAINED, CONTAINMENT_LEFT

HOLDS, FAILED = 1, 2


@kernel
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """Let containment start, hold or fail; see `havenline.engine.steps.truce.step`."""
    ahead = day - today
    if ahead < plan.containment_start:
        return
    whole, real = state.whole, state.real
    if ahead == plan.containment_start:
        whole[CONTAINED] = HOLDS
        real[CONTAINMENT_LEFT] = exponential(mix(mix(key, processes.CONTAINMENT), 0))
    if whole[CONTAINED] == HOLDS:
        real[CONTAINMENT_LEFT] -= values.containment_fail_rate / 365.0
        if real[CONTAINMENT_LEFT] < 0.0:
            whole[CONTAINED] = FAILED


@kernel
def truce_ratio(values, plan, state):  # type: ignore[no-untyped-def]
    """Return the hazard ratio of a truce from listed groups, left out of it or not contained."""
    if state.whole[CONTAINED] == FAILED:
        return values.containment_failed_hr
    if plan.excluded == 1 and state.whole[CONTAINED] != HOLDS:
        return values.truce_hr_excluded
    return 1.0


@kernel
def suspension_ratio(values, plan, state, ahead):  # type: ignore[no-untyped-def]
    """Return the factor on the rate at which donors suspend deliveries."""
    ratio = 1.0
    if state.whole[CONTAINED] == HOLDS:
        ratio = values.containment_aid
    elif state.whole[CONTAINED] == FAILED:
        ratio = 1.0 / max(0.01, values.containment_aid)
    if ahead >= plan.exemption_start:
        ratio *= values.exemption_aid
    return ratio
