"""The indicators by which options are compared, each declared once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from havenline.errors import RunError
from havenline.futures.layout import VARIABLES

if TYPE_CHECKING:
    import xarray as xr

Better = Literal["lower", "neither"]
Reduce = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def after_start(series: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what was counted after the as-of date: last day less day 0.

    Parameters
    ----------
    series : (..., day)
    """
    return np.asarray(series[..., -1] - series[..., 0], dtype=np.float64)


def at_end(series: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the last day of ``series`` (..., day)."""
    return np.asarray(series[..., -1], dtype=np.float64)


def highest(series: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the highest value of ``series`` (..., day) after the as-of date."""
    return np.asarray(_ahead(series).max(axis=-1), dtype=np.float64)


def mean_of_days(series: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of ``series`` (..., day) over the days after the as-of date."""
    return np.asarray(_ahead(series).mean(axis=-1), dtype=np.float64)


def _ahead(series: NDArray[np.float64]) -> NDArray[np.float64]:
    return series[..., 1:] if series.shape[-1] > 1 else series


@dataclass(frozen=True)
class Indicator:
    """One figure of an answer.

    Attributes
    ----------
    id, name, unit : str
    better : {"lower", "neither"}
        Whether less of it is better; with "neither" there is no regret.
    meaning : str
        One sentence.
    series : str
        Daily series of the result from which it is taken.
    reduce : callable
        From (option, future, day) to (option, future).
    """

    id: str
    name: str
    unit: str
    better: Better
    meaning: str
    series: str
    reduce: Reduce

    @property
    def prior_only(self) -> bool:
        """True where the figure rests on a prior alone."""
        return VARIABLES[self.series].prior_only


_TABLE = (
    Indicator(
        "newly_displaced",
        "Newly displaced",
        "persons",
        "lower",
        "Persons who flee for the first time after the as-of date.",
        "newly_displaced",
        after_start,
    ),
    Indicator(
        "movements",
        "Movements",
        "movements",
        "lower",
        "Times that a person flees after the as-of date, first or again.",
        "movements",
        after_start,
    ),
    Indicator(
        "peak_unsheltered",
        "Unsheltered at the peak",
        "persons",
        "lower",
        "Displaced persons without shelter on the worst day after the as-of date.",
        "unsheltered",
        highest,
    ),
    Indicator(
        "near_front",
        "Within 10 km of the front",
        "persons",
        "lower",
        "Persons within 10 km of the front, mean over the days after the as-of date.",
        "near_front",
        mean_of_days,
    ),
    Indicator(
        "near_border",
        "Within 10 km of the border",
        "persons",
        "neither",
        "Persons within 10 km of the border on the last day.",
        "near_border",
        at_end,
    ),
    Indicator(
        "entries",
        "Entries to the neighbour",
        "persons",
        "neither",
        "Persons who enter a neighbouring country after the as-of date.",
        "entries",
        after_start,
    ),
    Indicator(
        "killed",
        "Civilians killed",
        "persons",
        "lower",
        "Civilians killed after the as-of date.",
        "killed",
        after_start,
    ),
    Indicator(
        "homes_damaged",
        "Homes damaged",
        "homes",
        "lower",
        "Homes damaged after the as-of date.",
        "homes_damaged",
        after_start,
    ),
    Indicator(
        "displaced_elsewhere",
        "Displaced in linked theatres",
        "persons",
        "lower",
        "Persons who flee where a linked truce fails after the as-of date; not counted here.",
        "displaced_elsewhere",
        after_start,
    ),
    Indicator(
        "cost_usd",
        "Cost of shelter and aid",
        "USD",
        "neither",
        "Spent on shelter and aid after the as-of date; spending less is not by itself better.",
        "cost_usd",
        after_start,
    ),
    Indicator(
        "displaced_by_option",
        "Displaced by the option",
        "persons",
        "lower",
        "Persons who leave because the option hands their place over.",
        "displaced_by_option",
        after_start,
    ),
    Indicator(
        "left_on_other_side",
        "Left on the other side",
        "persons",
        "lower",
        "Persons in places that a line hands over, on the last day.",
        "left_on_other_side",
        at_end,
    ),
    Indicator(
        "in_captured_places",
        "In captured places",
        "persons",
        "lower",
        "Persons in places that were captured, on the last day.",
        "in_captured_places",
        at_end,
    ),
)

INDICATORS: dict[str, Indicator] = {i.id: i for i in _TABLE}
"""Every indicator by id, in the order of the answer."""


def per_future(dataset: xr.Dataset, indicator: str) -> NDArray[np.float64]:
    """Return one indicator by option and future.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result.
    indicator : str
        Id from :data:`INDICATORS`.

    Returns
    -------
    (option, future) float64
        In the unit of the indicator.
    """
    declared = INDICATORS[indicator]
    if declared.series not in dataset:
        raise RunError(f"the result has no daily series {declared.series}")
    ordered = dataset[declared.series].transpose("option", "future", "day")
    series = np.asarray(ordered.to_numpy(), dtype=np.float64)
    if series.shape[1] == 0:
        raise RunError("the result has no finished future")
    values = declared.reduce(series)
    if not np.isfinite(values).all():
        raise RunError(f"the result holds {declared.series} that are not finite")
    return values
