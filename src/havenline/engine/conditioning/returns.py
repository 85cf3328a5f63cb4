"""Which hazard of return the counts speak for.

Where it was counted how many of the displaced are still so, or how many are home again, the past is
run with each value of ``return_monthly``, scaled to the counts of the displaced but not to those of
returns, every other parameter at its default and no shocks. A value weighs by how well the newest
count of each kind fits,

    exp(-1/2 sum over kinds of exp(-age / FORGET_DAYS)
        (log((counted + FEW) / (run + FEW)) / ``flight_count_error``)^2).

Only the newest speaks, for these are stocks: what was counted before is in it. Counts of a part of
the crisis say nothing of the whole and are left out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from havenline.engine.conditioning.frailty import FEW, FORGET_DAYS
from havenline.engine.conditioning.plain import plain_values
from havenline.facts.counts import counts_of_all

if TYPE_CHECKING:
    from havenline.engine.ground import Ground

Floats = NDArray[np.float64]

NAME = "return_monthly"
KINDS = ("displaced_present", "returned_cumulative")
"""Measures of ``observations.csv`` that tell of returns."""


def weigh(ground: Ground, hazards: Sequence[float]) -> Floats | None:
    """Return the chance of each hazard by the counts of returns; None where there is none."""
    start, last = ground.facts.start, (ground.as_of - ground.facts.start).days
    counted = {
        kind: ((counts[-1].day - start).days, counts[-1].persons)
        for kind in KINDS
        if (counts := counts_of_all(ground.crisis, kind, ground.as_of)) and counts[-1].day > start
    }
    if not counted:
        return None
    day = ground.facts.record.day.copy()
    day["due"] = -1
    day.flags.writeable = False
    facts = replace(ground.facts, record=ground.facts.record._replace(day=day))
    error = ground.parameters["flight_count_error"].value
    logs = np.zeros(len(hazards))
    for k, hazard in enumerate(hazards):
        values = plain_values(ground)
        values[NAME] = hazard
        past = replace(ground, facts=facts, values=values).replay(0).past
        for kind, (at, persons) in counted.items():
            miss = math.log((persons + FEW) / (made(past, kind, at) + FEW)) / error
            logs[k] -= 0.5 * math.exp(-(last - at) / FORGET_DAYS) * miss**2
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())


def made(past: NDArray[np.void], kind: str, day: int) -> float:
    """Return what a run has of a measure at the end of a day.

    Still displaced are those who fled and are neither home nor out of the crisis.

    Parameters
    ----------
    past : (n_day,) records ``COUNTS``
    kind : str
        One of `KINDS`.
    day : int

    Returns
    -------
    float
        Persons.
    """
    home = float(past["returned"][day])
    if kind == "returned_cumulative":
        return home
    out = past["people_abroad"] + past["people_moved_out"]
    return max(0.0, float(past["newly_displaced"][day]) - home - float(out[day] - out[0]))
