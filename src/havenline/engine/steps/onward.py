"""Onward movement: refugees in the neighbouring country who go on to the next.

On a day the attempts are Poisson with mean

    hosted * rate(regime) / 30.44 * season * exp(onward_passthrough * index) + pulse,

where hosted are the refugees whom the crisis declares in the neighbouring country and those who
entered since, the regime is managed unless an option opens the far border, the season is
1 + swing * cos(turn of the year - peak), and the index is
ln(1 + newly displaced of 30 days / 100,000). The pass-through is near zero: in 2019-20 sea arrivals
in Greece fell while a million people were displaced in Idlib, and what changed arrivals in 2015-16
was how the route was run. When a far border opens, a pulse of ``onward_pulse`` attempts in the
first week halves each week; most who go are not from this crisis.
"""

from __future__ import annotations

import math

from havenline.draws.kernels import kernel
from havenline.draws.keys import mix
from havenline.draws.samplers import poisson
from havenline.engine import processes
from havenline.engine.state import ENTERED, NEW, NEW_BEFORE, ONWARD

DAYS_PER_MONTH = 30.4375
MEMORY_DAYS = 30.0
"""Days over which the newly displaced that count for the pass-through are smoothed."""


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
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """Draw the onward attempts of a day; see `havenline.engine.steps.truce.step`."""
    ahead = day - today
    if ahead <= 0 or plan.hosted <= 0.0:
        return
    whole, real = state.whole, state.real
    # newly displaced a day, smoothed over a month
    fresh = whole[NEW] - real[NEW_BEFORE] if ahead > 1 else 0.0
    real[NEW_BEFORE + 1] += (fresh - real[NEW_BEFORE + 1]) / MEMORY_DAYS
    real[NEW_BEFORE] = whole[NEW]
    index = math.log1p(max(0.0, real[NEW_BEFORE + 1]) * MEMORY_DAYS / 100_000.0)
    rate = values.onward_open if ahead >= plan.onward_open else values.onward_managed
    mean = (plan.hosted + whole[ENTERED]) * rate / DAYS_PER_MONTH
    mean *= season(values, plan.day[ahead].year)
    mean *= math.exp(values.onward_passthrough * index)
    mean += pulse(values, ahead - plan.onward_open)
    real[ONWARD] += poisson(mean, mix(mix(key, processes.ONWARD), day))
