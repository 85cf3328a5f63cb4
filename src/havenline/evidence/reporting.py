"""How people who fled come to stand in a published count: late, in part, then caught up.

A count is not a thermometer. Of those who fled on a day, the share G(a) has been registered
after a days, with G the gamma law of mean m and shape 2. A report then takes up what is
registered and not yet counted, W:

- with chance 1 - q it takes up all of it;
- with chance q it is incomplete and takes up the share U of it, U uniform between 0 and 1; the
  rest waits for the next report. So a flat report is followed by a jump, and nobody is lost or
  counted twice.

What a report adds is then counted with an error of standard deviation max(e times what it adds,
a floor), never below zero.

The process runs over the days already published too, so that some people wait at the last count
before the forecast starts. The replay follows the published count and not the flight behind it;
over those days the two are taken as one, which makes the people who wait as many as the newest
reports suggest.

The ranges are judgement. None was fitted to a count; but that counts come late and in jumps is
plainest in the very series that is scored, so the form of the model, if not its values, has
the benefit of hindsight. Scores with and without it stand side by side.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.float64]

LAG_SHAPE = 2.0
_Z95 = float(stats.norm.ppf(0.95))
_MOST_LAGS = 6.0  # means of the lag after which all but a thousandth are registered


@dataclass(frozen=True)
class Reporting:
    """Prior ranges of the reporting model, drawn once for each future.

    Attributes
    ----------
    lag_days, lag_factor : float
        Median of the mean lag m in days, and factor from it to either end of its 5-95% range
        (lognormal). Judgement: 2 to 8 days around 4.
    incomplete_low, incomplete_high : float
        q is uniform between them. Judgement: one report in twenty to two in five.
    error : float
        e, relative standard error of what a report adds. Judgement: 10%.
    error_floor : float
        Least standard deviation of what a report adds, persons. Judgement: 5,000, as most
        totals are rounded to thousands or tens of thousands.
    """

    lag_days: float = 4.0
    lag_factor: float = 2.0
    incomplete_low: float = 0.05
    incomplete_high: float = 0.40
    error: float = 0.10
    error_floor: float = 5_000.0


REPORTING = Reporting()
"""The ranges in use."""


@dataclass(frozen=True)
class Draws:
    """The values of a set of futures.

    Attributes
    ----------
    lag_days : (futures,) float64
        Mean lag.
    incomplete : (futures,) float64
        Chance that a report is incomplete.
    """

    lag_days: Floats
    incomplete: Floats

    def of(self, index: npt.NDArray[np.intp]) -> Draws:
        """Return the values of the futures at an index."""
        return Draws(self.lag_days[index], self.incomplete[index])


def draw_reporting(prior: Reporting, futures: int, *, seed: int) -> Draws:
    """Draw the reporting values of each future.

    Parameters
    ----------
    prior : Reporting
    futures : int
    seed : int

    Returns
    -------
    Draws
    """
    rng = np.random.default_rng([seed, 0])
    sigma = math.log(prior.lag_factor) / _Z95
    lag = prior.lag_days * np.exp(sigma * rng.standard_normal(futures))
    return Draws(lag, rng.uniform(prior.incomplete_low, prior.incomplete_high, futures))


def registered(path: npt.ArrayLike, lag_days: npt.ArrayLike) -> Floats:
    """Return how many of those who fled have been registered by the end of each day.

    Parameters
    ----------
    path : (days, futures) array
        Cumulative persons who fled, a row for each day.
    lag_days : (futures,) array
        Mean lag in days, above zero.

    Returns
    -------
    (days, futures) float64
        Cumulative persons, never above `path`. People of the first row are registered.
    """
    fled = np.asarray(path, dtype=np.float64)
    lag = np.asarray(lag_days, dtype=np.float64)
    flow = np.diff(fled, axis=0, prepend=fled[:1])
    days = fled.shape[0]
    longest = min(days, math.ceil(_MOST_LAGS * float(lag.max())) + 1)
    ages = np.arange(longest)[:, None] + 0.5  # people flee in the middle of the day on average
    law = np.asarray(stats.gamma.cdf(ages, LAG_SHAPE, scale=lag / LAG_SHAPE), dtype=np.float64)
    law[-1] = 1.0
    new = np.diff(law, axis=0, prepend=0.0)
    done = np.zeros_like(fled)
    for age in range(longest):
        done[age:] += new[age] * flow[: days - age]
    return np.asarray(fled[0] + np.cumsum(done, axis=0), dtype=np.float64)


def take_up(
    waiting: Floats, draws: Draws, day: date, *, prior: Reporting, seed: int
) -> tuple[Floats, Floats]:
    """Return what one report adds in each future, and what it leaves waiting.

    Parameters
    ----------
    waiting : (futures,) float64
        Registered and not yet counted, persons.
    draws : Draws
    day : date
        Day of the report; its draws depend on this day and the seed only.
    prior : Reporting
        For the error.
    seed : int

    Returns
    -------
    added, left : (futures,) float64
        Persons. ``added`` has the error of counting, ``left`` has not.
    """
    rng = np.random.default_rng([seed, day.toordinal()])
    n = waiting.size
    incomplete = rng.random(n) < draws.incomplete
    share = np.where(incomplete, rng.random(n), 1.0)
    taken = share * waiting
    sd = np.maximum(prior.error * taken, prior.error_floor)
    added = np.maximum(0.0, taken + sd * rng.standard_normal(n))
    return added, waiting - taken


def reported_increments(
    path: npt.ArrayLike,
    first: date,
    known: Sequence[date],
    ahead: Sequence[date],
    *,
    prior: Reporting = REPORTING,
    seed: int,
) -> Floats:
    """Return what the reports ahead would add, if people fled along a path.

    Parameters
    ----------
    path : (days, futures) array
        Cumulative persons who fled; the first row is the day `first`.
    first : date
    known : sequence of date
        Days of the reports up to and with the one the forecast starts from.
    ahead : sequence of date
        Days of the reports to forecast, rising.
    prior : Reporting
    seed : int

    Returns
    -------
    (len(ahead), futures) float64
        Persons.
    """
    fled = np.asarray(path, dtype=np.float64)
    draws = draw_reporting(prior, fled.shape[1], seed=seed)
    total = registered(fled, draws.lag_days)
    before = total[0]
    left = np.zeros(fled.shape[1])
    rows = []
    for day in (*sorted(d for d in known if d >= first), *ahead):
        now = total[(day - first).days]
        added, left = take_up(left + now - before, draws, day, prior=prior, seed=seed)
        before = now
        rows.append(added)
    return np.array(rows[len(rows) - len(ahead) :], dtype=np.float64)
