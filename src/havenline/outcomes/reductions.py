"""How a daily series of a run becomes one figure for each option and future."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from havenline.engine.steps.aid import DAYS_PER_MONTH

Floats = NDArray[np.float64]
Values = Callable[[str], Floats]
"""From the name of a parameter or series to its values: (future,), or (option, future, day)."""
Reduce = Callable[[Floats, Values], Floats]

SIX_MONTHS, TWO_YEARS = 183, 730
"""Days over which the cost of a response is told."""
DAYS_PER_YEAR = 365.0
RATE_DAYS = 30
"""Last days of a run whose daily cost goes on after it."""


def after_start(series: Floats, values: Values) -> Floats:
    """Return what was counted after the as-of date: last day less day 0.

    Parameters
    ----------
    series : (..., day)
    values : callable
        Not used.
    """
    return np.asarray(series[..., -1] - series[..., 0], dtype=np.float64)


def at_end(series: Floats, values: Values) -> Floats:
    """Return the last day of ``series`` (..., day)."""
    return np.asarray(series[..., -1], dtype=np.float64)


def highest(series: Floats, values: Values) -> Floats:
    """Return the highest value of ``series`` (..., day) after the as-of date."""
    return np.asarray(_ahead(series).max(axis=-1), dtype=np.float64)


def mean_of_days(series: Floats, values: Values) -> Floats:
    """Return the mean of ``series`` (..., day) over the days after the as-of date."""
    return np.asarray(_ahead(series).mean(axis=-1), dtype=np.float64)


def with_unrecorded(series: Floats, values: Values) -> Floats:
    """Return deaths after the as-of date times the under-count factor of each future."""
    return after_start(series, values) * values("violence_undercount")


def response_cost(days: int) -> Reduce:
    """Return how to take the cost of the first ``days`` days from the daily cumulative cost.

    A run that is shorter goes on at the mean daily cost of its last 30 days, which halves every
    ``response_halflife`` months of the future (a declared prior).
    """

    def cost(series: Floats, values: Values) -> Floats:
        last = series.shape[-1] - 1
        if days <= last:
            return np.asarray(series[..., days] - series[..., 0], dtype=np.float64)
        back = min(RATE_DAYS, last)
        rate = (series[..., last] - series[..., last - back]) / max(1, back)
        decay = np.log(2.0) / (values("response_halflife") * DAYS_PER_MONTH)
        days_more = (1.0 - np.exp(-decay * (days - last))) / decay
        return np.asarray(after_start(series, values) + rate * days_more, dtype=np.float64)

    return cost


def with_rebuilding(days: int) -> Reduce:
    """Return how to take the cost of the first ``days`` days and of rebuilding homes damaged."""

    def cost(series: Floats, values: Values) -> Floats:
        homes = after_start(values("homes_damaged"), values) * values("rebuild_cost")
        return response_cost(days)(series, values) + homes

    return cost


def harmed_there(series: Floats, values: Values) -> Floats:
    """Return the people expected to be detained, to go missing or to be killed.

    Person-days of ``series`` (..., day) after the as-of date times ``other_side_harm``, which is
    per 1,000 people and year. An expectation: it removes nobody from the count.
    """
    person_years = series[..., 1:].sum(axis=-1) / DAYS_PER_YEAR
    return np.asarray(person_years * values("other_side_harm") / 1000.0, dtype=np.float64)


def harmed_left(series: Floats, values: Values) -> Floats:
    """Return the same for people left beyond a line and those who returned to the other side."""
    return harmed_there(series + values("returned_other_side"), values)


def _ahead(series: Floats) -> Floats:
    return series[..., 1:] if series.shape[-1] > 1 else series
