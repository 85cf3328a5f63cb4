"""The ensemble of six one-line forecasts, each weighing the same.

The mean rate so far, the last rate, nothing more, and the total growing as t to the power 0.3, 0.5
and 0.7, with t the days since the count began. The forecast is the mixture of the six points.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from havenline.evidence.rates import last_rate, mean_rate
from havenline.facts.counts import Increment, Totals, increments

Floats = npt.NDArray[np.float64]

POWERS = (0.3, 0.5, 0.7)
"""A count that bends early, in the middle and late; fixed beforehand, fitted to nothing."""


def ensemble_of_six(totals: Totals, ahead: Sequence[Increment]) -> Floats:
    """Return the six forecasts of increments.

    Parameters
    ----------
    totals : Totals
        What was published by the as-of date, the first on the day on which the count began. With
        one total the rates are zero, and growth is counted from the day before.
    ahead : sequence of Increment
        Which days.

    Returns
    -------
    (increments, 6) float64
        Persons.
    """
    rates = (mean_rate(totals), last_rate(totals)) if increments(totals) else (0.0, 0.0)
    total, began = totals.highest(), totals.dates[0]
    so_far = max(1, (totals.dates[-1] - began).days)
    rows = []
    for step in ahead:
        a, b = ((day - began).days / so_far for day in (step.start, step.end))
        grown = [total * (b**power - a**power) for power in POWERS]
        rows.append([*(rate * step.days for rate in rates), 0.0, *grown])
    return np.array(rows)
