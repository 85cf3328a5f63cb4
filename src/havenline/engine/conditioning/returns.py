"""Which hazard of return the counts speak for.

Where it was counted how many are home again, or else how many of the displaced are still so, the
past is run with each value of ``return_monthly``, scaled to the counts of the displaced but not to
those of returns, every other parameter at its default and no shocks. A value weighs by how well the
newest count fits,

    exp(-1/2 exp(-age / FORGET_DAYS)
        (log((counted + FEW) / (run + FEW)) / ``flight_count_error``)^2).

Only the newest speaks, for it is of a stock: what was counted before is in it. Where there is none,
counts of those who went home over some days do (`havenline.engine.conditioning.totals`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from havenline.engine.conditioning import totals
from havenline.engine.conditioning.frailty import FEW, FORGET_DAYS
from havenline.engine.conditioning.plain import plain_values, without_counts
from havenline.engine.measures import of_return
from havenline.facts.counts import returns_known

if TYPE_CHECKING:
    from havenline.engine.ground import Ground

Floats = NDArray[np.float64]

NAME = "return_monthly"


def weigh(ground: Ground, hazards: Sequence[float]) -> Floats | None:
    """Return the chance of each hazard by the counts of returns; None where there is none."""
    measure, counts = returns_known(ground.crisis, ground.as_of)
    if not counts:
        return totals.WEIGHED[NAME](ground, hazards)
    newest, free = counts[-1], without_counts(ground, "due")
    error = ground.parameters["flight_count_error"].value
    keep = math.exp(-(ground.as_of - newest.day).days / FORGET_DAYS)
    logs = np.zeros(len(hazards))
    for k, hazard in enumerate(hazards):
        values = plain_values(ground)
        values[NAME] = hazard
        past = replace(free, values=values).replay(0).past
        run = of_return(past, measure)[(newest.day - ground.facts.start).days]
        logs[k] = -0.5 * keep * (math.log((newest.persons + FEW) / (run + FEW)) / error) ** 2
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())
