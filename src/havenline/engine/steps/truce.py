"""Offensives and truces: whether fighting moves the front on a day.

Until the as-of date the recorded days of fighting and of truces hold. Afterwards each offensive
switches on and off at constant rates (two-state Markov) of its own; one that is announced and has
not yet run starts ``offensive_announced`` times as soon. A truce halts it while it stands, and
fails by a mixture-cure Weibull law,

    S(t) = cure + (1 - cure) exp(-HR (t / scale)^shape),

with HR the product of the hazard ratios of its terms. Where a ratio changes on the way, it
multiplies the hazard of the truces that fail from that day on. A truce in force goes on at its age.
"""

from __future__ import annotations

import math

from havenline.draws.kernels import kernel
from havenline.draws.keys import mix
from havenline.draws.samplers import exponential, normal
from havenline.engine import erosion, processes
from havenline.engine.step import Measure, Step
from havenline.engine.steps import containment, intervention

TEMPO_DAYS = 7
HR_FLOOR_INTERPOSED = 0.2
"""Least hazard ratio that interposed forces may give."""

STEP = Step(
    "Offensive on or off; truce and haven stand or fail.",
    reads=(
        "record",
        "option",
        "offensive",
        "truce",
        "agreement",
        "haven",
        "tempo",
        "theatres",
        "containment",
        "intervention",
    ),
    writes=("offensive", "truce", "haven", "tempo"),
    parts=("truce", "front", "haven", "containment", "intervention"),
    tables=("happenings", "compliance"),
    page="truce",
    course=(
        ("offensive", "i8"),
        ("truce", "i8"),
        ("truce_age", "f8"),
        ("truce_ratio", "f8"),
        ("haven", "i8"),
        ("haven_left", "f8"),
    ),
    offensive=(
        ("on", "i8"),
        ("switches", "i8"),
        ("switch_left", "f8"),
        ("truce", "i8"),
        ("truce_age", "f8"),
        ("truce_left", "f8"),
        ("truce_hazard", "f8"),
    ),
    measures=(
        Measure("truce_standing", "a truce stands", "1", "share", of=("truce",)),
        Measure("offensive_running", "an offensive runs", "1", "share", of=("offensive",)),
        Measure("haven_standing", "a haven stands", "1", "share", of=("haven",)),
    ),
)
"""``course.offensive`` and ``course.truce`` are 1 where any offensive is ``on`` or any truce
stands,
``truce_age`` the age of the oldest; ``haven`` is 0 before, 1 while it stands and 2 once it has
failed; ``switches`` counts how often an offensive was switched, ``*_left`` is the hazard left until
the next turn."""


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
def age_a_day(values, one, ratio):  # type: ignore[no-untyped-def]
    """Let a truce that stands age by a day; where it fails, its offensive runs.

    Parameters
    ----------
    one : record with the fields of a truce and of an offensive, changed
    ratio : float64
        Hazard ratio of the day.
    """
    before = log_survival(values, one.truce_hazard)
    age = one.truce_age
    one.truce_hazard += ratio * (hazard(values, age + 1.0) - hazard(values, age))
    one.truce_left -= before - log_survival(values, one.truce_hazard)
    one.truce_age += 1.0
    one.on = 0
    if one.truce_left < 0.0:
        one.truce = 0
        one.on = 1


@kernel
def switch(one, rate, regime):  # type: ignore[no-untyped-def]
    """Turn an offensive on or off once the hazard until its next turn is spent.

    Parameters
    ----------
    one : record with the fields of an offensive, changed
    rate : float64
        Rate of the day at which it turns, from what it is.
    regime : uint64
        Key of its turns.
    """
    one.switch_left -= rate
    if one.switch_left < 0.0:
        one.on = 1 - one.on
        one.switches += 1
        one.switch_left = exponential(mix(regime, one.switches))


@kernel
def hazard_ratio(record, values, plan, state, k, ahead):  # type: ignore[no-untyped-def]
    """Return the product of the hazard ratios of a truce of an offensive on a day.

    The terms of an option's truce hold from its start, for what it halts; monitors also help a
    truce that stood already at the as-of date. How the agreement was kept so far weighs on all.
    """
    ratio = erosion.wear(record, values, state)
    if ahead >= plan.truce_start and plan.halted[k]:
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
    flight = state.flight[0]
    keep, sd = values.tempo_persistence, values.tempo_sd
    draw = normal(mix(mix(key, processes.TEMPO), ahead))
    flight.tempo_z = keep * flight.tempo_z + math.sqrt(1.0 - keep * keep) * draw
    flight.tempo = math.exp(sd * flight.tempo_z - 0.5 * sd * sd)


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
    course = state.course[0]
    ahead = day - today
    offensives = state.offensive.shape[0]
    if ahead <= 0:
        for k in range(offensives):
            state.offensive[k].on = record.running[day, k]
            state.offensive[k].truce = record.standing[day, k]
        sum_up(state)
        return
    draw_tempo(values, state, key, ahead)
    if ahead == 1:
        course.haven_left = exponential(mix(key, processes.HAVEN))
    for k in range(offensives):
        step_offensive(record, values, plan, state, key, k, day, ahead)
    sum_up(state)
    if record.forced[ahead] >= 0:
        return
    if ahead == plan.haven_start:
        course.haven = 1
    if course.haven == 1:
        course.haven_left += math.log(hold_share(values, plan)) / 365.0
        if course.haven_left < 0.0:
            course.haven = 2


@kernel
def sum_up(state):  # type: ignore[no-untyped-def]
    """Note whether any offensive is on and any truce stands."""
    course = state.course[0]
    course.offensive, course.truce, course.truce_age = 0, 0, 0.0
    for k in range(state.offensive.shape[0]):
        one = state.offensive[k]
        course.offensive = max(course.offensive, one.on)
        if one.truce == 1:
            course.truce = 1
            course.truce_age = max(course.truce_age, one.truce_age)


@kernel
def step_offensive(record, values, plan, state, key, k, day, ahead):  # type: ignore[no-untyped-def]
    """Set whether one offensive is on and its truce stands; see `step`.

    A truce of the option halts every offensive that it names, with the same luck for all.
    """
    course, one = state.course[0], state.offensive[k]
    declared = record.offensive[k]
    regime = mix(mix(key, processes.REGIME), declared.key)
    if ahead == 1:
        one.switch_left = exponential(mix(regime, 0))
        one.truce_left = exponential(mix(mix(mix(key, processes.TRUCE), declared.key), 0))
        one.truce_hazard = hazard(values, one.truce_age) if one.truce == 1 else 0.0
    if record.forced[ahead] >= 0:
        one.on = record.forced[ahead]
        one.truce = 0
        return
    if ahead == plan.truce_start and plan.halted[k]:
        one.truce = 1
        one.on = 0
        one.truce_age = 0.0
        one.truce_hazard = 0.0
        one.truce_left = exponential(mix(mix(key, processes.TRUCE), 1))
    if one.truce == 1:
        course.truce_ratio = hazard_ratio(record, values, plan, state, k, ahead) * course.linked
        age_a_day(values, one, course.truce_ratio)
    elif day >= declared.since:
        if one.on == 1:
            switch(one, values.offensive_end_rate, regime)
        else:
            rate = values.offensive_start_rate
            if declared.announced and one.switches == 0:
                rate *= values.offensive_announced
            rate *= intervention.restart_ratio(values, state, k)
            switch(one, rate * course.linked, regime)
