"""Naive forecasts of displacement that a model has to beat.

Each rule turns the totals published so far into one rate r, persons per day:

- last rate kept: r = (y[n] - y[n-1]) / (t[n] - t[n-1]), the rate of the newest increment;
- mean rate so far: r = (y[n] - y[0]) / (t[n] - t[0]);
- linear trend: r = slope of the least-squares line through all (t, y), each total weighing the
  same.

Here t are days and y the highest total up to each day, because a cumulative count cannot fall.
No rule gives a rate below zero.

An increment of d days is forecast as d times a sample of rates, so the spread grows in
proportion to the length of the increment. The sample is the quantiles of a distribution at
(i - 1/2) / m for i = 1..m: no random number is used.

Own spread, from three published increments on. At each earlier total the rule is applied to
what stood before it, and its error in rate e (observed less forecast) over the next increment
is noted with the length d of that increment. With k errors

    s = sqrt(sum(d e^2) / sum(d)),    rate = max(0, r + s T)

with T Student's t with k degrees of freedom: with few past errors the tails are heavy. Errors
count by length, or the rounding of one-day increments would dominate.

Stated prior spread, while fewer than three increments are published: rate = r F with F
lognormal around 1 and `PriorRate.factor` either way from the middle to the ends of its 5-95%
range. Where no increment is published, or the own rate is zero and so has no scale, r is the
prior rate.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from havenline.errors import RunError
from havenline.facts.counts import Totals, increments
from havenline.facts.known import known_by

Floats = npt.NDArray[np.float64]

MEMBERS = 200
OWN_SPREAD_FROM = 3
"""Published increments from which a baseline takes the spread of its own errors."""
PRIOR_FACTOR = 10.0
"""Judgement: from the middle to either end of the 5-95% range of a rate not yet seen. Set wide
because fighting starts and stops: it must hold both a quiet month and a rout."""


@dataclass(frozen=True)
class PriorRate:
    """What could be said about the rate of displacement before the count began to rise.

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


@dataclass(frozen=True)
class NaiveForecast:
    """The predictive distribution of one naive rule.

    Attributes
    ----------
    name : str
        Key of `RULES`.
    rate : float
        The rule's rate, persons per day.
    spread : {"own errors", "prior"}
        Where the spread comes from.
    scale : float
        s of the module's formula in persons per day, or the prior factor.
    rates : (members,) float64
        Quantiles of the rate, rising, persons per day, none below zero.
    """

    name: str
    rate: float
    spread: Literal["own errors", "prior"]
    scale: float
    rates: Floats

    def increment(self, days: int) -> Floats:
        """Return the forecast of an increment.

        Parameters
        ----------
        days : int
            Its length.

        Returns
        -------
        (members,) float64
            Persons.
        """
        return self.rates * days


def last_rate(totals: Totals) -> float:
    """Return the rate of the newest published increment, persons per day."""
    return increments(totals)[-1].rate


def mean_rate(totals: Totals) -> float:
    """Return the mean rate from the first to the newest published total, persons per day."""
    steps = increments(totals)
    return sum(s.persons for s in steps) / sum(s.days for s in steps)


def linear_trend(totals: Totals) -> float:
    """Return the slope of the least-squares line through the totals, persons per day."""
    days = np.array([(d - totals.dates[0]).days for d in totals.dates], dtype=np.float64)
    highest = np.maximum.accumulate(totals.persons)
    centred = days - days.mean()
    return max(0.0, float(centred @ highest / (centred @ centred)))


RULES: Mapping[str, Callable[[Totals], float]] = {
    "last_rate": last_rate,
    "mean_rate": mean_rate,
    "linear_trend": linear_trend,
}
LABELS: Mapping[str, str] = {
    "last_rate": "the last rate kept",
    "mean_rate": "the mean rate so far",
    "linear_trend": "a linear trend",
}


def past_errors(totals: Totals, rule: Callable[[Totals], float]) -> tuple[Floats, Floats]:
    """Return the one-step-ahead errors a rule would have made on the totals so far.

    Parameters
    ----------
    totals : Totals
        Published totals; with n increments there are n - 1 errors, as the first increment has
        nothing to be forecast from.
    rule : callable
        Totals to a rate in persons per day.

    Returns
    -------
    errors : (n - 1,) float64
        Observed rate less forecast rate, persons per day.
    days : (n - 1,) float64
        Lengths of the increments that were forecast.
    """
    steps = increments(totals)
    errors = [steps[k].rate - rule(totals.first(k + 1)) for k in range(1, len(steps))]
    return np.array(errors), np.array([float(s.days) for s in steps[1:]])


def naive_forecasts(
    totals: Totals, *, prior: PriorRate | None, members: int = MEMBERS
) -> dict[str, NaiveForecast]:
    """Return the forecast of each naive rule from the totals published so far.

    Parameters
    ----------
    totals : Totals
        What was published by the as-of date, at least one total.
    prior : PriorRate or None
        Rate and spread while there are fewer than three increments; needed only then.
    members : int
        Quantiles in each sample.

    Returns
    -------
    dict of str to NaiveForecast
        By rule, in the order of `RULES`.

    Raises
    ------
    RunError
        If a prior is needed and none is given.
    """
    levels = (np.arange(members) + 0.5) / members
    number = len(totals) - 1
    result = {}
    for name, rule in RULES.items():
        own = rule(totals) if number >= 1 else 0.0
        if number >= OWN_SPREAD_FROM:
            errors, days = past_errors(totals, rule)
            scale = math.sqrt(float((days * errors**2).sum() / days.sum()))
            quantiles = np.asarray(stats.t.ppf(levels, df=errors.size), dtype=np.float64)
            rates = np.maximum(0.0, own + scale * quantiles)
            result[name] = NaiveForecast(name, own, "own errors", scale, rates)
            continue
        if prior is None:
            raise RunError(
                f"{number} increments are published, fewer than {OWN_SPREAD_FROM}, so the "
                "baselines need a prior rate: add movements of an earlier period to the "
                "observations"
            )
        middle = own if own > 0.0 else prior.rate
        sigma = math.log(prior.factor) / float(stats.norm.ppf(0.95))
        z = np.asarray(stats.norm.ppf(levels), dtype=np.float64)
        result[name] = NaiveForecast(
            name, middle, "prior", prior.factor, middle * np.exp(sigma * z)
        )
    return result


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
    rows = observations[moved & (observations["unit"] == "movements")]
    rows = known_by(rows, as_of)
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
