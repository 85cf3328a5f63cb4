"""A model of the counts alone: what the curve of a count says of its own future.

In a draw the rate t days after the count began is

    L (1 + t / 3 days)^-b  x  tempo of the week  x  (1 while the flow is on, 0.12 while it is off)

with b uniform from -0.4 to 1.2, the tempo lognormal with mean 1 (sd 0.8, autocorrelation 0.7 from
week to week), the flow on at first, off at a rate of 1/60 a day and on again at 1/30. L is set so
that the draw meets the total so far; before anybody was counted it is the prior rate with its
spread. Each of 20,000 draws weighs by how it fits the published increments: normal errors of 35%
of what was counted and 4,000 persons, counts of 60 days before the newest weighing 1 / e.

It knows no front, truce or place. A model that does must beat it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from havenline.evidence.prior_rate import PriorRate
from havenline.evidence.rates import prior_factors
from havenline.facts.counts import Increment, Totals, increments

Floats = npt.NDArray[np.float64]

# Fixed beforehand, with the form, before it was scored here.
DRAWS = 20_000
MEMBERS = 1_000
BEND_DAYS = 3.0
BENDS = (-0.4, 1.2)
TEMPO_SD = 0.8
TEMPO_KEPT = 0.7
STOPS_A_DAY = 1.0 / 60.0
RESUMES_A_DAY = 1.0 / 30.0
WHILE_OFF = 0.12
COUNT_ERROR = 0.35
COUNT_ERROR_FLOOR = 4_000.0
FORGOTTEN_DAYS = 60.0
_KEY = 17
"""Start of the keys of its draws: the same whatever the seed of the runs."""
_BEND, _TEMPO, _ON, _LEVEL = range(4)


def counts_alone(totals: Totals, ahead: Sequence[Increment], *, prior: PriorRate | None) -> Floats:
    """Return the forecast of increments.

    Parameters
    ----------
    totals : Totals
        What was published by the as-of date, the first on the day on which the count began.
    ahead : sequence of Increment
        Which days.
    prior : PriorRate or None
        Of the rate, while the total is zero; nothing more is forecast without one.

    Returns
    -------
    (increments, members) float64
        Persons; a member is one path.
    """
    began, newest = totals.dates[0], totals.dates[-1]
    steps = increments(totals)
    wanted = {(d - began).days for s in (*steps, *ahead) for d in (s.start, s.end)}
    grown = curves(wanted | {(newest - began).days})
    total, so_far = totals.highest(), grown[(newest - began).days]
    if total > 0.0 and steps:
        level = total / so_far
    else:
        rate = total or (prior.rate if prior else 0.0)  # a first total stands for its first day
        u = np.random.default_rng([_KEY, _LEVEL]).random(DRAWS)
        level = rate * prior_factors(prior, u)

    def rise(step: Increment) -> Floats:
        return level * (grown[(step.end - began).days] - grown[(step.start - began).days])

    fit = np.zeros(DRAWS)
    for step in steps:
        drawn = rise(step)
        sd = np.hypot(COUNT_ERROR * np.maximum(step.persons, drawn), COUNT_ERROR_FLOOR)
        weight = np.exp(-(newest - step.end).days / FORGOTTEN_DAYS)
        fit -= weight * 0.5 * ((step.persons - drawn) / sd) ** 2
    weights = np.cumsum(np.exp(fit - fit.max()))
    chosen = np.searchsorted(weights / weights[-1], (np.arange(MEMBERS) + 0.5) / MEMBERS)
    return np.array([rise(step)[chosen] for step in ahead])


def curves(days: set[int]) -> dict[int, Floats]:
    """Return how much of the flow lies before some days, in each draw, at L = 1.

    Parameters
    ----------
    days : set of int
        Days since the count began, 0 or more.

    Returns
    -------
    dict of int to (DRAWS,) float64
        By day. The same whatever days are asked for beside it.
    """
    bend = np.random.default_rng([_KEY, _BEND]).uniform(*BENDS, DRAWS)
    total, score, on = np.zeros(DRAWS), np.zeros(DRAWS), np.ones(DRAWS, dtype=np.bool_)
    tempo = score
    found = {0: total}
    for day in range(max(days)):
        if day % 7 == 0:
            kept = TEMPO_KEPT if day else 0.0
            luck = np.random.default_rng([_KEY, _TEMPO, day]).standard_normal(DRAWS)
            score = kept * score + np.sqrt(1.0 - kept**2) * luck
            tempo = np.exp(TEMPO_SD * score - 0.5 * TEMPO_SD**2)
        if day:
            u = np.random.default_rng([_KEY, _ON, day]).random(DRAWS)
            on = np.where(on, u >= STOPS_A_DAY, u < RESUMES_A_DAY)
        falling = (1.0 + (day + 0.5) / BEND_DAYS) ** -bend
        total = total + falling * tempo * np.where(on, 1.0, WHILE_OFF)
        if day + 1 in days:
            found[day + 1] = total
    return found
