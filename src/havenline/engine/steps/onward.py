"""Onward movement: refugees in a neighbouring country who go on to the next.

On a day the attempts from a neighbour are Poisson with mean

    hosted * rate(regime) / 30.44 * season * exp(onward_passthrough * index) + pulse,

where hosted are the refugees whom the crisis declares there and, counted ``onward_new`` times,
those who entered it since the as-of date and have not come back, for they have not settled; the
regime is managed unless the far border was opened and not shut again, or is opened by an option or
under pressure, each neighbour for itself; the season is 1 + swing * cos(turn of the year - peak),
and the index is ln(1 + D / 100,000) with D the newly displaced of 30 days. A host state opens the
far border under pressure at the rate ``onward_opening_rate`` (1 + D / 100,000) to the power
``onward_opening_pressure``, and shuts it again after ``onward_opening_days`` in the mean. The
pass-through is near zero: in 2019-20 sea arrivals in Greece fell while a million people were
displaced in Idlib, and what changed arrivals in 2015-16 was how the route was run. When a far
border opens, a pulse of ``onward_pulse`` attempts in the first week halves each week; most who go
are not from this crisis.
"""

from __future__ import annotations

import math

from havenline.draws.kernels import kernel
from havenline.draws.keys import mix, uniform
from havenline.draws.samplers import poisson
from havenline.engine import processes
from havenline.engine.step import Measure, Step

DAYS_PER_MONTH = 30.4375
MEMORY_DAYS = 30.0
"""Days over which the newly displaced that count for the pass-through are smoothed."""

STEP = Step(
    "Refugees in a neighbouring country go on to the next.",
    reads=(
        "option",
        "abroad",
        "newly_displaced",
        "recent displacement",
        "onward_opened",
    ),
    writes=("recent displacement", "onward_opened", "onward_attempts"),
    parts=("onward",),
    tables=("crisis", "happenings"),
    page="onward",
    course=(("displaced_before", "f8"), ("displaced_daily", "f8")),
    measures=(
        Measure(
            "onward_attempts",
            "attempts to go on from the neighbouring country since the as-of date",
            "persons",
            "cumulative",
            of=("onward_attempts",),
            since_as_of=True,
            whole=False,
        ),
    ),
)
"""``displaced_before`` is the newly displaced of the day before, ``displaced_daily`` those of a
day, smoothed over a month."""


@kernel
def pulse(values, since):  # type: ignore[no-untyped-def]
    """Return the attempts of a day some days after a far border opened; 0 before."""
    if since < 0:
        return 0.0
    halving = math.log(2.0) / 7.0
    first_week = (1.0 - math.exp(-7.0 * halving)) / (1.0 - math.exp(-halving))
    return values.onward_pulse / first_week * math.exp(-halving * since)


@kernel
def season(values, year):  # type: ignore[no-untyped-def]
    """Return the attempts of a season over the mean of a year."""
    peak = values.onward_season_peak * math.pi / 6.0
    return 1.0 + values.onward_season_swing * math.cos(year - peak)


@kernel
def open_or_shut(values, state, neighbour, key, ahead):  # type: ignore[no-untyped-def]
    """Let a host state open its far border under pressure, or shut it again."""
    if state.onward_opened[neighbour] > 0:
        rate = 1.0 / values.onward_opening_days
    else:
        fresh = max(0.0, state.course[0].displaced_daily) * MEMORY_DAYS
        pressure = 1.0 + fresh / 100_000.0
        rate = values.onward_opening_rate / 365.0 * pressure**values.onward_opening_pressure
    if uniform(mix(mix(key, processes.ONWARD_OPENS), ahead), 0) < -math.expm1(-rate):
        opened = state.onward_opened[neighbour] > 0
        state.onward_opened[neighbour] = 0 if opened else ahead


@kernel
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """Draw the onward attempts of a day; see `havenline.engine.steps.truce.step`."""
    ahead = day - today
    if ahead <= 0:
        return
    course, counts = state.course[0], state.counts[0]
    # newly displaced a day, smoothed over a month
    fresh = counts.newly_displaced - course.displaced_before if ahead > 1 else 0.0
    course.displaced_daily += (fresh - course.displaced_daily) / MEMORY_DAYS
    course.displaced_before = counts.newly_displaced
    index = math.log1p(max(0.0, course.displaced_daily) * MEMORY_DAYS / 100_000.0)
    moved = season(values, plan.day[ahead].year) * math.exp(values.onward_passthrough * index)
    for k in range(plan.neighbour.shape[0]):
        of = plan.neighbour[k]
        if of.hosted <= 0.0:
            continue
        own = mix(key, of.key)
        opened = of.onward_open
        if ahead < opened:
            open_or_shut(values, state, k, own, ahead)
            opened = state.onward_opened[k] if state.onward_opened[k] > 0 else opened
        rate = values.onward_open if ahead >= opened else values.onward_managed
        # who entered before the as-of date may come back after it
        since = state.entered[k] - state.came_back[k]
        hosted = max(0.0, of.hosted + (values.onward_new * since if since > 0 else since))
        mean = hosted * rate / DAYS_PER_MONTH * moved + pulse(values, ahead - opened)
        attempts = poisson(mean, mix(mix(own, processes.ONWARD), day))
        state.went_on[k] += attempts
        counts.onward_attempts += attempts
