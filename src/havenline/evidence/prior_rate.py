"""What could be said about the rate of displacement before a count began to rise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import pandas as pd

from havenline.errors import RunError
from havenline.facts.known import known_by

PRIOR_FACTOR = 10.0
"""Judgement: from the middle to either end of the 5-95% range of a rate not yet seen. Set wide
because fighting starts and stops: it must hold both a quiet month and a rout."""


@dataclass(frozen=True)
class PriorRate:
    """A rate not yet seen in the count.

    Attributes
    ----------
    rate : float
        Middle of the lognormal range, persons per day, above zero.
    factor : float
        Factor from the middle to the 95% point (and its inverse to the 5% point), above 1.
    why : str
        Where the rate comes from, one sentence without a full stop.
    """

    rate: float
    factor: float = PRIOR_FACTOR
    why: str = "given by the caller"

    def __post_init__(self) -> None:
        """Refuse a rate or a factor that spans no range."""
        if not (math.isfinite(self.rate) and self.rate > 0.0):
            raise RunError(f"the prior rate must be above zero, got {self.rate}")
        if not (math.isfinite(self.factor) and self.factor > 1.0):
            raise RunError(f"the prior factor must be above one, got {self.factor}")


def prior_from_flows(observations: pd.DataFrame, *, as_of: date, before: date) -> PriorRate | None:
    """Return the prior rate that counts of movements from before the series give.

    The newest period is taken that ended before the series began and for which movements were
    published. The movements of that period at all areas of one series are added (of several
    series the largest sum counts) and divided by the days of the period. A person can stand in
    movements twice: one more reason for the wide factor.

    Parameters
    ----------
    observations : DataFrame
        Columns series_id, date, period_start, value, unit, measure and published. Areas of one
        series and period must not contain each other.
    as_of : date
        Only rows published by this day.
    before : date
        First day of the series; the period must have ended earlier.

    Returns
    -------
    PriorRate or None
        None where no movements above zero were published for such a period.
    """
    moved = observations["measure"].isin(["moves", "arrived", "departed"])
    rows = known_by(observations[moved & (observations["unit"] == "movements")], as_of)
    rows = rows[rows["date"] < pd.Timestamp(before)]
    rows = rows.dropna(subset=["date", "period_start", "value"])
    rows = rows[rows["date"] == rows["date"].max()]
    rows = rows[rows["period_start"] == rows["period_start"].max()]
    sums = rows.groupby("series_id")["value"].sum()
    total = float(sums.max()) if len(sums) else 0.0
    if not total > 0.0:
        return None
    first, last = rows["period_start"].iloc[0].date(), rows["date"].iloc[0].date()
    rate = total / ((last - first).days + 1)
    return PriorRate(
        rate=rate,
        why=f"{total:,.0f} movements recorded from {first} to {last}, {rate:,.0f} a day",
    )
