"""Which frailty the counts speak for: futures are drawn from it before they run.

How fast a count bends while the fighting goes on tells how much people differ in their readiness
to flee (see `havenline.engine.steps.flight`). With each value of ``flight_frailty`` the past is run
once with recorded fronts and days of fighting, every other parameter at its default and no shocks,
and is not scaled to the counts; one factor on all hazards is found with which as many are displaced
by the newest count as were counted. A value weighs by how well its increments then fit the
published ones,

    exp(-1/2 sum over increments of exp(-age / FORGET_DAYS) (log((published + FEW) / (run + FEW)) /
    ``flight_count_error``)^2),

the error of a count that the level of flight is learned with (see `havenline.engine.level`). Few
and forgetting are judgement, the same for every crisis. Fewer than ``LEAST`` published increments
cannot tell.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from havenline.engine.conditioning.plain import plain_values, without_counts
from havenline.facts.counts import Increment, displaced_known, increments

if TYPE_CHECKING:
    from havenline.engine.ground import Ground

Floats = NDArray[np.float64]

NAME = "flight_frailty"
LEAST = 3
"""Published increments from which a bend can be told from a straight line."""
FEW, FORGET_DAYS = 4000.0, 60.0
"""Persons up to which an increment says little; days after which it counts for a third."""
STEPS = 7
CLOSE = 0.02
"""How often, and how closely, the factor on the hazards is sought: 2% of the count."""
MOST_LOG = 4.0
"""Logarithm of the largest factor sought, either way: a factor of 55."""
HAZARDS = ("flight_background", "flight_front", "flight_bombardment")
"""Parameters that one factor multiplies."""


def weigh(ground: Ground, levels: Sequence[float]) -> Floats | None:
    """Return the chance of each frailty by the counts of displaced people; None where too few."""
    totals = displaced_known(ground.crisis, ground.as_of)
    start = ground.facts.start
    if len(totals) and totals.dates[0] > start:
        totals = totals.from_zero(start)
    published = increments(totals)
    if len(published) < LEAST:
        return None
    free = without_counts(ground, "target")

    def run(frailty: float, factor: float) -> Floats:
        values = plain_values(ground)
        values[NAME] = frailty
        for name in HAZARDS:
            values[name] *= factor
        past = replace(free, values=values).replay(0).past
        return np.asarray(past["newly_displaced"], dtype=np.float64)

    at = [((step.start - start).days, (step.end - start).days) for step in published]
    return weigh_cells(run, levels, published, at, ground.parameters["flight_count_error"].value)


def weigh_cells(
    run: Callable[[float, float], Floats],
    levels: Sequence[float],
    published: Sequence[Increment],
    at: Sequence[tuple[int, int]],
    error: float,
) -> Floats:
    """Weigh values of the frailty by how well runs with them fit the published increments.

    Parameters
    ----------
    run : callable
        ``run(frailty, factor)`` returns the newly displaced since the start at the end of each
        day.
    levels : sequence of float
        Frailty of each cell.
    published : sequence of Increment
    at : sequence of (int, int)
        Days of the run on which each increment begins and ends.
    error : float
        Standard deviation of the logarithm of an increment around what happened.

    Returns
    -------
    (n_level,) float64
        Chances, adding up to one.
    """
    first, last = at[0][0], at[-1][1]
    counted = np.array([step.persons for step in published])
    newest = published[-1].end
    keep = np.exp([-(newest - step.end).days / FORGET_DAYS for step in published])
    logs, guess = np.zeros(len(levels)), 0.0
    for k, level in enumerate(levels):
        path, guess = _scaled(partial(run, level), first, last, float(counted.sum()), guess)
        made = np.array([path[b] - path[a] for a, b in at])
        logs[k] = -0.5 * float((keep * (np.log((counted + FEW) / (made + FEW)) / error) ** 2).sum())
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())


def _scaled(
    run: Callable[[float], Floats], first: int, last: int, total: float, guess: float
) -> tuple[Floats, float]:
    """Return the run with the factor on all hazards that displaces as many as were counted.

    By the secant on the logarithms of factor and people from a guess of the factor's; the nearest
    found, where none is close, with its logarithm.
    """
    best, least = (np.zeros(last + 1), guess), math.inf
    before = 0.0, 0.0
    for step in range(STEPS):
        path = run(math.exp(guess))
        found = max(1.0, float(path[last] - path[first]))
        miss = math.log(found / max(1.0, total))
        if abs(miss) < least:
            best, least = (path, guess), abs(miss)
        if least < CLOSE:
            break
        slope = 1.0
        if step and guess != before[0]:
            slope = min(2.0, max(0.1, (miss - before[1]) / (guess - before[0])))
        before = guess, miss
        guess = min(MOST_LOG, max(-MOST_LOG, guess - min(2.0, max(-2.0, miss / slope))))
    return best
