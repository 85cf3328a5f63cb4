"""Offensives and truces: whether fighting moves the front on a day.

Until the as-of date the recorded days hold. Afterwards an offensive switches on and off at
constant rates (two-state Markov), and a truce halts it while it stands. A truce fails by a
mixture-cure Weibull law,

    S(t) = cure + (1 - cure) exp(-HR (t / scale)^shape),

with HR the product of the hazard ratios of its terms. Where a ratio changes on the way, it
multiplies the hazard of the truces that fail from that day on. A truce in force goes on at its age.
"""

from __future__ import annotations

import math

from havenline.draws.kernels import kernel
from havenline.draws.keys import mix
from havenline.draws.samplers import exponential, normal
from havenline.engine import processes
from havenline.engine.state import (
    HAVEN,
    HAVEN_LEFT,
    HAZARD_LEFT,
    LINKED,
    OFFENSIVE,
    SWITCHES,
    TEMPO,
    TEMPO_Z,
    TRUCE,
    TRUCE_AGE,
    TRUCE_HAZARD,
    TRUCE_HR,
    TRUCE_LEFT,
)
from havenline.engine.steps import containment

TEMPO_DAYS = 7
HR_FLOOR_INTERPOSED = 0.2
"""Least hazard ratio that interposed forces may give."""


@kernel
def hazard(values, age):  # type: ignore[no-untyped-def]
    """Return the cumulated hazard, at an age in days, of the truces that fail."""
    scale = values.truce_median_days / math.log(2.0) ** (1.0 / values.truce_shape)
    return (age / scale) ** values.truce_shape


@kernel
def log_survival(values, cumulated):  # type: ignore[no-untyped-def]
    """Return the logarithm of the chance that a truce stands at a cumulated hazard."""
    cure = values.truce_cure_share
    return math.log(cure + (1.0 - cure) * math.exp(-cumulated))


@kernel
def hazard_ratio(values, plan, state, ahead):  # type: ignore[no-untyped-def]
    """Return the product of the hazard ratios of a truce on a day.

    The terms of an option's truce hold from its start; monitors also help a truce that stood
    already at the as-of date.
    """
    ratio = 1.0
    if ahead >= plan.truce_start:
        if plan.compliance == 1:
            ratio *= values.truce_hr_compliance
        if plan.substance == 1:
            ratio *= values.truce_hr_substance
        if plan.buffer == 1:
            ratio *= values.truce_hr_buffer
        ratio *= containment.truce_ratio(values, plan, state)
    if ahead >= plan.observers:
        ratio *= values.truce_hr_observers
    if plan.interposed > 0.0 and ahead >= plan.interposed_start:
        ratio *= max(HR_FLOOR_INTERPOSED, values.truce_hr_interposition**plan.interposed)
    return ratio


@kernel
def hold_share(values, plan):  # type: ignore[no-untyped-def]
    """Return the chance that the option's haven holds for a year."""
    if plan.haven_kind == 1:
        return values.haven_hold_credible
    if plan.haven_kind == 2:
        return values.haven_hold_consent
    return values.haven_hold_declared


@kernel
def draw_tempo(values, state, key, ahead):  # type: ignore[no-untyped-def]
    """Draw once a week the tempo of an offensive, shared by all places, with mean one.

    Offensives come in bursts and stalls. The logarithm of the tempo is autoregressive, from where
    the counts up to the as-of date leave it (see `havenline.engine.level`).
    """
    if (ahead - 1) % TEMPO_DAYS != 0:
        return
    real = state.real
    keep, sd = values.tempo_persistence, values.tempo_sd
    draw = normal(mix(mix(key, processes.TEMPO), ahead))
    real[TEMPO_Z] = keep * real[TEMPO_Z] + math.sqrt(1.0 - keep * keep) * draw
    real[TEMPO] = math.exp(sd * real[TEMPO_Z] - 0.5 * sd * sd)


@kernel
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """Set whether an offensive runs, a truce stands and the haven holds on a day.

    Parameters
    ----------
    net, record, values, plan, state
        `Network`, `Record`, values of one future, `Schedule`, `State`.
    key : uint64
        Key of the seed and the future.
    day : int64
        Days since the start of the period.
    today : int64
        Day of the as-of date.
    """
    whole, real = state.whole, state.real
    ahead = day - today
    if ahead <= 0:
        whole[OFFENSIVE] = record.day[day].offensive
        return
    draw_tempo(values, state, key, ahead)
    if ahead == 1:
        real[HAZARD_LEFT] = exponential(mix(mix(key, processes.REGIME), 0))
        real[TRUCE_LEFT] = exponential(mix(mix(key, processes.TRUCE), 0))
        real[HAVEN_LEFT] = exponential(mix(key, processes.HAVEN))
        real[TRUCE_HAZARD] = hazard(values, real[TRUCE_AGE]) if whole[TRUCE] == 1 else 0.0
    if record.forced[ahead] >= 0:
        whole[OFFENSIVE] = record.forced[ahead]
        whole[TRUCE] = 0
        return
    if ahead == plan.truce_start:
        whole[TRUCE] = 1
        whole[OFFENSIVE] = 0
        real[TRUCE_AGE] = 0.0
        real[TRUCE_HAZARD] = 0.0
        real[TRUCE_LEFT] = exponential(mix(mix(key, processes.TRUCE), 1))
    if whole[TRUCE] == 1:
        real[TRUCE_HR] = hazard_ratio(values, plan, state, ahead) * real[LINKED]
        before = log_survival(values, real[TRUCE_HAZARD])
        age = real[TRUCE_AGE]
        real[TRUCE_HAZARD] += real[TRUCE_HR] * (hazard(values, age + 1.0) - hazard(values, age))
        real[TRUCE_LEFT] -= before - log_survival(values, real[TRUCE_HAZARD])
        real[TRUCE_AGE] += 1.0
        whole[OFFENSIVE] = 0
        if real[TRUCE_LEFT] < 0.0:
            whole[TRUCE] = 0
            whole[OFFENSIVE] = 1
    else:
        if whole[OFFENSIVE] == 1:
            real[HAZARD_LEFT] -= values.offensive_end_rate
        else:
            real[HAZARD_LEFT] -= values.offensive_start_rate * real[LINKED]
        if real[HAZARD_LEFT] < 0.0:
            whole[OFFENSIVE] = 1 - whole[OFFENSIVE]
            whole[SWITCHES] += 1
            real[HAZARD_LEFT] = exponential(mix(mix(key, processes.REGIME), whole[SWITCHES]))
    if ahead == plan.haven_start:
        whole[HAVEN] = 1
    if whole[HAVEN] == 1:
        real[HAVEN_LEFT] += math.log(hold_share(values, plan)) / 365.0
        if real[HAVEN_LEFT] < 0.0:
            whole[HAVEN] = 2
