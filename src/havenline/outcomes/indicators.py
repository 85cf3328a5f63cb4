"""The indicators by which options are compared, each declared once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from havenline.engine.layout import DAILY_SERIES, VARIABLES
from havenline.errors import RunError
from havenline.outcomes.reductions import (
    SIX_MONTHS,
    TWO_YEARS,
    Floats,
    Reduce,
    Values,
    after_start,
    at_end,
    harmed_left,
    harmed_there,
    highest,
    mean_of_days,
    response_cost,
    with_rebuilding,
    with_unrecorded,
)

if TYPE_CHECKING:
    import xarray as xr

Better = Literal["lower", "neither"]


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
        From (option, future, day), and what gives further values by name, to (option, future).
    also : tuple of str
        Further daily series that it needs.
    uses : tuple of str
        Parameters that it is reckoned with, beside those of the run.
    prior : bool
        Whether one of these stands for it alone and is a prior.
    with_kept_in : bool
        Whether people who wanted to leave and could not count with it where options are held
        against each other: fewer who flee because the way out is blocked are no gain.
    """

    id: str
    name: str
    unit: str
    better: Better
    meaning: str
    series: str
    reduce: Reduce
    also: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    prior: bool = False
    with_kept_in: bool = False

    @property
    def prior_only(self) -> bool:
        """True where the figure rests on a prior alone."""
        series = (self.series, *self.also)
        return self.prior or any(VARIABLES[name].prior_only for name in series)


_TABLE = (
    Indicator(
        "newly_displaced",
        "Newly displaced",
        "persons",
        "lower",
        "Persons who flee for the first time after the as-of date.",
        "newly_displaced",
        after_start,
        with_kept_in=True,
    ),
    Indicator(
        "movements",
        "Movements",
        "movements",
        "lower",
        "Times that a person flees after the as-of date, first or again.",
        "movements",
        after_start,
        with_kept_in=True,
    ),
    Indicator(
        "kept_in",
        "Wanted to leave and could not",
        "persons",
        "lower",
        "Persons who on the last day would have left a place and cannot.",
        "kept_in",
        at_end,
    ),
    Indicator(
        "peak_unsheltered",
        "Unsheltered at the peak",
        "persons",
        "lower",
        "Displaced persons without shelter on the worst day; none in captured places is in it.",
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
        "onward_attempts",
        "Onward attempts from the neighbour",
        "persons",
        "neither",
        "Attempts after the as-of date to go on from the neighbouring country to the next.",
        "onward_attempts",
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
        "killed_all",
        "Civilians killed, with those not recorded",
        "persons",
        "lower",
        "Civilians killed after the as-of date, times the factor by which records fall short.",
        "killed",
        with_unrecorded,
        uses=("violence_undercount",),
    ),
    Indicator(
        "injured",
        "Civilians injured",
        "persons",
        "lower",
        "Civilians injured after the as-of date.",
        "injured",
        after_start,
    ),
    Indicator(
        "excess_deaths",
        "Deaths from what displacement brings",
        "persons",
        "lower",
        "Deaths from cold, hunger and disease above the usual, after the as-of date.",
        "excess_deaths",
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
        "Newly displaced in linked theatres",
        "persons",
        "lower",
        "Persons who flee in linked theatres after the as-of date, each once; in no other row.",
        "displaced_elsewhere",
        after_start,
    ),
    Indicator(
        "displaced_present_elsewhere",
        "Still displaced in linked theatres",
        "persons",
        "lower",
        "Persons of linked theatres who are displaced on the last day, whenever they fled.",
        "displaced_present_elsewhere",
        at_end,
    ),
    Indicator(
        "returned_elsewhere",
        "Home again in linked theatres",
        "persons",
        "neither",
        "Persons at home there on the last day who came back after the as-of date.",
        "returned_elsewhere",
        at_end,
    ),
    Indicator(
        "cost_usd",
        "Cost of shelter and aid",
        "USD",
        "neither",
        "Spent on shelter and aid, none in captured places; spending less is not by itself better.",
        "cost_usd",
        after_start,
    ),
    Indicator(
        "cost_6m",
        "Cost of the response over 6 months",
        "USD",
        "neither",
        "Shelter and aid over 6 months; beyond the run its last rate goes on, halving with time.",
        "cost_usd",
        response_cost(SIX_MONTHS),
        uses=("response_halflife",),
    ),
    Indicator(
        "cost_6m_rebuilt",
        "Cost over 6 months with rebuilding",
        "USD",
        "neither",
        "The same, and the homes damaged after the as-of date rebuilt.",
        "cost_usd",
        with_rebuilding(SIX_MONTHS),
        also=("homes_damaged",),
        uses=("response_halflife", "rebuild_cost"),
    ),
    Indicator(
        "cost_24m",
        "Cost of the response over 24 months",
        "USD",
        "neither",
        "Shelter and aid over 24 months; beyond the run its last rate goes on, halving with time.",
        "cost_usd",
        response_cost(TWO_YEARS),
        uses=("response_halflife",),
    ),
    Indicator(
        "cost_24m_rebuilt",
        "Cost over 24 months with rebuilding",
        "USD",
        "neither",
        "The same, and the homes damaged after the as-of date rebuilt.",
        "cost_usd",
        with_rebuilding(TWO_YEARS),
        also=("homes_damaged",),
        uses=("response_halflife", "rebuild_cost"),
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
        "returned_other_side",
        "Returned to the other side",
        "persons",
        "neither",
        "Persons who return home of their own will beyond a line or the front.",
        "returned_other_side",
        after_start,
    ),
    Indicator(
        "harmed_left",
        "Detained, missing or killed where left",
        "persons",
        "lower",
        "Of those left on the other side of a line or returned there; expected, not counted.",
        "left_on_other_side",
        harmed_left,
        also=("returned_other_side",),
        uses=("other_side_harm",),
        prior=True,
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
    Indicator(
        "harmed_captured",
        "Detained, missing or killed where captured",
        "persons",
        "lower",
        "Of those in captured places, after the as-of date; expected, not counted.",
        "in_captured_places",
        harmed_there,
        uses=("other_side_harm",),
        prior=True,
    ),
)

INDICATORS: dict[str, Indicator] = {i.id: i for i in _TABLE}
"""Every indicator by id, in the order of the answer."""


def per_future(
    dataset: xr.Dataset, indicator: str, given: Values | None = None
) -> NDArray[np.float64]:
    """Return one indicator by option and future.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result.
    indicator : str
        Id from :data:`INDICATORS`.
    given : callable, optional
        What reads the dataset, as `read_once` returns it, where several indicators are asked for.

    Returns
    -------
    (option, future) float64
        In the unit of the indicator.
    """
    declared = INDICATORS[indicator]
    given = given or read_once(dataset)
    series = given(declared.series)
    if series.shape[1] == 0:
        raise RunError("the result has no finished future")
    figures = declared.reduce(series, given)
    if not np.isfinite(figures).all():
        raise RunError(f"the result holds {declared.series} that are not finite")
    return figures


def series_of(dataset: xr.Dataset, name: str) -> Floats:
    """Return a daily series of a result.

    Parameters
    ----------
    dataset : xarray.Dataset
    name : str

    Returns
    -------
    (option, future, day) float64

    Raises
    ------
    RunError
        If the result does not hold it.
    """
    if name not in dataset:
        raise RunError(f"the result has no daily series {name}")
    ordered = dataset[name].transpose("option", "future", "day")
    return np.asarray(ordered.to_numpy(), dtype=np.float64)


def parameter_of(dataset: xr.Dataset, name: str) -> Floats:
    """Return the value of a parameter in each future of a result, (future,) in its unit."""
    known = [str(n) for n in dataset["parameter"].to_numpy()]
    if name not in known:
        raise RunError(f"the result has no parameter {name}; it is of an earlier version")
    row = dataset["parameter_values"].transpose("future", "parameter").to_numpy()
    return np.asarray(row[:, known.index(name)], dtype=np.float64)


def read_once(dataset: xr.Dataset) -> Values:
    """Return what gives a daily series, or the value of a parameter in each future, by name.

    A few that were read last are held: those of one indicator, not all of a large result.
    """

    @lru_cache(maxsize=4)
    def values(name: str) -> Floats:
        if name in DAILY_SERIES:
            return series_of(dataset, name)
        return parameter_of(dataset, name)

    return values


def judged_by(
    dataset: xr.Dataset, indicator: str, given: Values | None = None
) -> NDArray[np.float64]:
    """Return by what options are held against each other: `per_future`, which has the parameters.

    Fewer who flee because the way out is blocked are no gain: where an indicator counts who fled,
    those who wanted to leave and could not count with them.
    """
    values = per_future(dataset, indicator, given)
    if INDICATORS[indicator].with_kept_in:
        return values + per_future(dataset, "kept_in", given)
    return values
