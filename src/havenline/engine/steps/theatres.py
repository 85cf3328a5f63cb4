"""Linked theatres: truces elsewhere, whose hazard rises with pressure here, and the reverse.

Each declared theatre has a truce of its own, which fails by the same law as the truce here (see
`havenline.engine.steps.truce`) at its own age and terms. Its hazard is multiplied by

    exp(theatre_coupling * 1[an offensive runs here]),

and the hazard of the truce here, and the rate at which an offensive starts here, by

    exp(theatre_coupling * share of the theatres whose truce has failed since the as-of date).

When a theatre's truce fails, ``theatre_displaced_share`` of the people at stake there flee, over
``theatre_displaced_days``. They are a row of their own and are no part of the people counted
here. With the coupling at zero the theatres are independent of what happens here, and the
reverse.
"""

from __future__ import annotations

import math

from havenline.draws.kernels import kernel
from havenline.draws.keys import mix
from havenline.draws.samplers import exponential
from havenline.engine import processes
from havenline.engine.step import Measure, Step
from havenline.engine.steps import truce

STEP = Step(
    "Truces in linked theatres stand or fail.",
    reads=("record", "offensive", "theatres"),
    writes=("theatres", "displaced_elsewhere", "truces_failed_elsewhere"),
    parts=("theatres", "truce"),
    tables=("crisis",),
    page="theatres",
    course=(("linked", "f8"),),
    measures=(
        Measure(
            "displaced_elsewhere",
            "persons displaced in linked theatres since the as-of date",
            "persons",
            "cumulative",
            of=("theatres",),
            prior_only=True,
            whole=False,
        ),
        Measure(
            "truces_failed_elsewhere",
            "share of the linked theatres whose truce failed",
            "1",
            "share",
            of=("theatres",),
            whole=False,
        ),
    ),
)


@kernel
def pressure(values, record, state):  # type: ignore[no-untyped-def]
    """Return the factor that failed truces elsewhere put on hazards here."""
    theatres = record.theatre.shape[0]
    if theatres == 0:
        return 1.0
    failed = 0
    for k in range(theatres):
        failed += state.theatre[k].failed
    return math.exp(values.theatre_coupling * failed / theatres)


@kernel
def terms(values, theatre):  # type: ignore[no-untyped-def]
    """Return the product of the hazard ratios of a theatre's truce."""
    ratio = 1.0
    if theatre.compliance:
        ratio *= values.truce_hr_compliance
    if theatre.substance:
        ratio *= values.truce_hr_substance
    if theatre.excluded:
        ratio *= values.truce_hr_excluded
    return ratio


@kernel
def write_theatres(record, state):  # type: ignore[no-untyped-def]
    """Write down the people displaced elsewhere, and the share of theatres whose truce failed."""
    total, failed = 0.0, 0
    theatres = record.theatre.shape[0]
    for k in range(theatres):
        total += state.theatre[k].displaced
        failed += state.theatre[k].failed
    state.counts[0].displaced_elsewhere = total
    state.counts[0].truces_failed_elsewhere = failed / theatres if theatres > 0 else 0.0


@kernel
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """Let truces elsewhere stand or fail; see `havenline.engine.steps.truce.step`."""
    ahead = day - today
    if ahead <= 0:
        return
    for k in range(record.theatre.shape[0]):
        declared = record.theatre[k]
        here = state.theatre[k]
        if ahead == 1:
            here.age = declared.age
            here.failed = 0
            here.hazard = truce.hazard(values, here.age)
            here.displaced = 0.0
            here.left = exponential(mix(mix(key, processes.THEATRE), declared.key))
        if here.failed == 1:
            share = min(1.0, values.theatre_displaced_share)
            due = share * declared.people - here.displaced
            here.displaced += due / max(1.0, values.theatre_displaced_days)
            continue
        ratio = terms(values, declared)
        if state.course[0].offensive == 1:
            ratio *= math.exp(values.theatre_coupling)
        before = truce.log_survival(values, here.hazard)
        here.hazard += ratio * (
            truce.hazard(values, here.age + 1.0) - truce.hazard(values, here.age)
        )
        here.left -= before - truce.log_survival(values, here.hazard)
        here.age += 1.0
        if here.left < 0.0:
            here.failed = 1
    state.course[0].linked = pressure(values, record, state)
    write_theatres(record, state)
