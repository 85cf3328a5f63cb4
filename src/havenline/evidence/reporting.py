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

m, q, e and the floor are the parameters `report_lag_days`, `report_incomplete`, `report_error` and
`report_error_floor`, drawn once for each future.

The process runs over the days already published too, so that some people wait at the last count
before the forecast starts. The replay follows the published count and not the flight behind it;
over those days the two are taken as one, which makes the people who wait as many as the newest
reports suggest.

Their ranges are judgement. None was fitted to a count; but that counts come late and in jumps is
plainest in the very series that is scored, so the form of the model, if not its values, has
the benefit of hindsight. Scores with and without it stand side by side.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import stats

from havenline.outcomes.indicators import parameter_of

if TYPE_CHECKING:
    import xarray as xr

Floats = npt.NDArray[np.float64]

LAG_SHAPE = 2.0
_MOST_LAGS = 6.0  # means of the lag after which all but a thousandth are registered


@dataclass(frozen=True)
class Reporting:
    """The reporting values of a set of futures.

    Attributes
    ----------
    lag_days : (futures,) float64
        m, mean lag.
    incomplete : (futures,) float64
        q, chance that a report is incomplete.
    error : (futures,) float64
        e, relative standard error of what a report adds.
    error_floor : (futures,) float64
        Least standard deviation of what a report adds, persons.
    """

    lag_days: Floats
    incomplete: Floats
    error: Floats
    error_floor: Floats

    def of(self, index: npt.NDArray[np.intp]) -> Reporting:
        """Return the values of the futures at an index."""
        return Reporting(
            self.lag_days[index], self.incomplete[index], self.error[index], self.error_floor[index]
        )


def reporting_of(dataset: xr.Dataset) -> Reporting:
    """Return the reporting values of the futures of a result.

    Parameters
    ----------
    dataset : xarray.Dataset
    """
    names = ("report_lag_days", "report_incomplete", "report_error", "report_error_floor")
    return Reporting(*(parameter_of(dataset, name) for name in names))


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
    waiting: Floats, reporting: Reporting, day: date, *, seed: int
) -> tuple[Floats, Floats]:
    """Return what one report adds in each future, and what it leaves waiting.

    Parameters
    ----------
    waiting : (futures,) float64
        Registered and not yet counted, persons.
    reporting : Reporting
    day : date
        Day of the report; its draws depend on this day and the seed only.
    seed : int

    Returns
    -------
    added, left : (futures,) float64
        Persons. ``added`` has the error of counting, ``left`` has not.
    """
    rng = np.random.default_rng([seed, day.toordinal()])
    n = waiting.size
    incomplete = rng.random(n) < reporting.incomplete
    share = np.where(incomplete, rng.random(n), 1.0)
    taken = share * waiting
    sd = np.maximum(reporting.error * taken, reporting.error_floor)
    added = np.maximum(0.0, taken + sd * rng.standard_normal(n))
    return added, waiting - taken


def reported_increments(
    path: npt.ArrayLike,
    first: date,
    known: Sequence[date],
    ahead: Sequence[date],
    *,
    reporting: Reporting,
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
    reporting : Reporting
    seed : int

    Returns
    -------
    (len(ahead), futures) float64
        Persons.
    """
    fled = np.asarray(path, dtype=np.float64)
    total = registered(fled, reporting.lag_days)
    before = total[0]
    left = np.zeros(fled.shape[1])
    rows = []
    for day in (*sorted(d for d in known if d >= first), *ahead):
        now = total[(day - first).days]
        added, left = take_up(left + now - before, reporting, day, seed=seed)
        before = now
        rows.append(added)
    return np.array(rows[len(rows) - len(ahead) :], dtype=np.float64)
