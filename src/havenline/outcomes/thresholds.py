"""Thresholds: in how many futures an option stays within what the crisis says can be carried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from havenline.crisis import Crisis
from havenline.crisis.outcome_names import SINCE_START
from havenline.crisis.registry import suggest
from havenline.errors import RunError
from havenline.outcomes.comparison import of_hundred
from havenline.outcomes.indicators import INDICATORS, per_future, series_of

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class Limit:
    """What an indicator must not exceed.

    Attributes
    ----------
    indicator : str
        Id from :data:`havenline.outcomes.INDICATORS`.
    at_most : float
        In the unit of the indicator.
    why : str
        Where the figure comes from, in one sentence.
    since_start : bool
        Whether it limits the count since the start of the period, not that since the as-of date.
    source : str
        Ids of its sources; empty where it has none.
    """

    indicator: str
    at_most: float
    why: str
    since_start: bool = False
    source: str = ""

    @property
    def name(self) -> str:
        """The outcome in words, such as ``"Newly displaced since the start"``."""
        return INDICATORS[self.indicator].name + (" since the start" if self.since_start else "")


@dataclass(frozen=True)
class Met:
    """How often an option keeps within one limit, or within all (``limit`` None)."""

    option: str
    limit: Limit | None
    within: int
    futures: int

    @property
    def text(self) -> str:
        """Such as ``"62 of 100"``."""
        return of_hundred(self.within, self.futures)


def limits_of(crisis: Crisis) -> tuple[Limit, ...]:
    """Return the limits that a crisis declares.

    Raises
    ------
    RunError
        If one names an indicator that does not exist.
    """
    return checked(
        [
            Limit(t.indicator, t.at_most, t.why.strip(), t.since_start, t.source_id)
            for t in crisis.meta.thresholds
        ],
        f"thresholds of {crisis.id}",
    )


def checked(limits: Sequence[Limit], where: str) -> tuple[Limit, ...]:
    """Return the limits, or raise RunError where one names no indicator."""
    for limit in limits:
        if limit.indicator not in INDICATORS:
            hint = suggest(limit.indicator, INDICATORS)
            raise RunError(f"{where}: unknown indicator {limit.indicator!r}. {hint}".strip())
        if limit.since_start and limit.indicator not in SINCE_START:
            raise RunError(
                f"{where}: {limit.indicator!r} is not counted since the start of the period; "
                f"since_start goes with {', '.join(SINCE_START)}"
            )
    return tuple(limits)


def amount(dataset: xr.Dataset, limit: Limit) -> NDArray[np.float64]:
    """Return what a limit is held against, by option and future.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result.
    limit : Limit

    Returns
    -------
    (option, future) float64
        The indicator, or its count since the start of the period.
    """
    if limit.since_start:
        return series_of(dataset, INDICATORS[limit.indicator].series)[..., -1]
    return per_future(dataset, limit.indicator)


def thresholds_met(dataset: xr.Dataset, limits: Sequence[Limit]) -> tuple[Met, ...]:
    """Count in how many futures each option keeps within each limit, and within all.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result.
    limits : sequence of Limit

    Returns
    -------
    tuple of Met
        By option, then by limit, the last for all limits together; empty without limits.
    """
    if not limits:
        return ()
    ids = [str(v) for v in dataset["option"].to_numpy()]
    within = {limit: amount(dataset, limit) <= limit.at_most for limit in limits}
    every: NDArray[np.bool_] = np.logical_and.reduce(list(within.values()))
    met = []
    for row, option in enumerate(ids):
        futures = every.shape[1]
        met += [Met(option, lim, int(w[row].sum()), futures) for lim, w in within.items()]
        met.append(Met(option, None, int(every[row].sum()), futures))
    return tuple(met)
