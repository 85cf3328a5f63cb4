"""Naive forecasts that turn the totals published so far into one rate.

Each rule gives a rate r, persons per day:

- last rate kept: r = (y[n] - y[n-1]) / (t[n] - t[n-1]), the rate of the newest increment;
- mean rate so far: r = (y[n] - y[0]) / (t[n] - t[0]);
- linear trend: r = slope of the least-squares line through all (t, y), each total weighing the
  same;
- decaying rate: the last rate, falling as 1 / t, so that the total grows as the logarithm of t.

Here t are days since the count began and y the highest total up to each day, because a cumulative
count cannot fall. No rule gives a rate below zero.

An increment is forecast as its days times a sample of rates, so the spread grows in proportion to
the length of the increment. Under the decaying rate the whole sample falls: with m the middle of
the newest increment, where r was seen, the mean over the days from a to b is r times
m ln(b / a) / (b - a). The sample is the quantiles of a distribution at (i - 1/2) / n for
i = 1..n: no random number is used.

Own spread, from three published increments on. At each earlier total the rule is applied to
what stood before it, and its error in rate e (observed less forecast, under the decaying rate
before the fall) over the next increment is noted with the length d of that increment. With k errors

    s = sqrt(sum(d e^2) / sum(d)),    rate = max(0, r + s T)

with T Student's t with k degrees of freedom: with few past errors the tails are heavy. Errors
count by length, or the rounding of one-day increments would dominate.

Stated prior spread, while fewer than three increments are published: rate = r F with F
lognormal around 1 and `PriorRate.factor` either way from the middle to the ends of its 5-95%
range. Where no increment is published, or the own rate is zero and so has no scale, r is the
prior rate; where there is none either, nothing more is forecast.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from scipy import stats

from havenline.evidence.prior_rate import PRIOR_FACTOR, PriorRate
from havenline.facts.counts import Increment, Totals, increments

Floats = npt.NDArray[np.float64]

MEMBERS = 200
OWN_SPREAD_FROM = 3
"""Published increments from which a rule takes the spread of its own errors."""


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
    centred = days - days.mean()
    return max(0.0, float(centred @ totals.counted() / (centred @ centred)))


def kept(totals: Totals, start: date, end: date) -> float:
    """Return 1: the share of a rate that is left over some days ahead, where it stays."""
    return 1.0


def fallen(totals: Totals, start: date, end: date) -> float:
    """Return the share of the newest rate that is left over some days ahead, if it falls as 1 / t.

    Parameters
    ----------
    totals : Totals
        Published so far, the first on the day on which the count began.
    start, end : date
        The days after the one, up to the other.

    Returns
    -------
    float
        Between 0 and 1; 1 before any increment.
    """
    steps = increments(totals)
    if not steps:
        return 1.0
    before, newest, a, b = (
        (day - totals.dates[0]).days for day in (steps[-1].start, steps[-1].end, start, end)
    )
    return 0.5 * (newest + before) * math.log(b / a) / (b - a)


@dataclass(frozen=True)
class Rule:
    """A rate, and what becomes of it ahead.

    Attributes
    ----------
    rate : callable
        Totals to persons per day.
    left : callable
        Totals, first and last day to the share of the rate that is left in the mean.
    """

    rate: Callable[[Totals], float]
    left: Callable[[Totals, date, date], float] = kept


RATES: Mapping[str, Rule] = {
    "last_rate": Rule(last_rate),
    "mean_rate": Rule(mean_rate),
    "linear_trend": Rule(linear_trend),
    "decaying_rate": Rule(last_rate, fallen),
}


def past_errors(totals: Totals, rule: Rule) -> tuple[Floats, Floats]:
    """Return the one-step-ahead errors a rule would have made on the totals so far.

    Parameters
    ----------
    totals : Totals
        Published totals; with n increments there are n - 1 errors, as the first increment has
        nothing to be forecast from.
    rule : Rule

    Returns
    -------
    errors : (n - 1,) float64
        Observed rate less forecast rate, persons per day.
    days : (n - 1,) float64
        Lengths of the increments that were forecast.
    """
    steps = increments(totals)
    errors = []
    for step in steps[1:]:
        known = totals.first(totals.dates.index(step.start) + 1)
        errors.append(step.rate / rule.left(known, step.start, step.end) - rule.rate(known))
    return np.array(errors), np.array([float(s.days) for s in steps[1:]])


def sampled_rates(
    totals: Totals, rule: Rule, *, prior: PriorRate | None, members: int = MEMBERS
) -> tuple[Floats, bool]:
    """Return the rates of a rule with their spread.

    Parameters
    ----------
    totals : Totals
        What was published by the as-of date, at least one total.
    rule : Rule
    prior : PriorRate or None
        Rate and spread while there are fewer than three increments.
    members : int

    Returns
    -------
    rates : (members,) float64
        Quantiles of the rate, rising, persons per day, none below zero.
    own : bool
        Whether the spread is that of the rule's own errors.
    """
    levels = (np.arange(members) + 0.5) / members
    number = len(increments(totals))
    rate = rule.rate(totals) if number >= 1 else 0.0
    if number >= OWN_SPREAD_FROM:
        errors, days = past_errors(totals, rule)
        scale = math.sqrt(float((days * errors**2).sum() / days.sum()))
        quantiles = np.asarray(stats.t.ppf(levels, df=errors.size), dtype=np.float64)
        return np.maximum(0.0, rate + scale * quantiles), True
    if not rate > 0.0:
        rate = prior.rate if prior else 0.0
    return rate * prior_factors(prior, levels), False


def prior_factors(prior: PriorRate | None, levels: Floats) -> Floats:
    """Return the factors on a rate whose spread is the stated prior.

    Parameters
    ----------
    prior : PriorRate or None
        `PRIOR_FACTOR` holds where there is none.
    levels : (n,) float64
        Levels of the quantiles, between 0 and 1.

    Returns
    -------
    (n,) float64
    """
    factor = prior.factor if prior else PRIOR_FACTOR
    sigma = math.log(factor) / float(stats.norm.ppf(0.95))
    return np.exp(sigma * np.asarray(stats.norm.ppf(levels), dtype=np.float64))


def forecast_at(rates: Floats, rule: Rule, totals: Totals, ahead: Sequence[Increment]) -> Floats:
    """Return the increments that a sample of rates gives.

    Parameters
    ----------
    rates : (members,) float64
        As `sampled_rates` gives them, persons per day.
    rule : Rule
    totals : Totals
    ahead : sequence of Increment
        Which days.

    Returns
    -------
    (increments, members) float64
        Persons.
    """
    return np.array([rates * (s.days * rule.left(totals, s.start, s.end)) for s in ahead])
