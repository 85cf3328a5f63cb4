"""Which increments of the published totals a forecast is scored on."""

from __future__ import annotations

from datetime import date

import pandas as pd

from havenline.errors import RunError
from havenline.facts.counts import Increment, increments, published_totals


def increments_to_score(
    observations: pd.DataFrame, *, as_of: date, until: date, series_id: str | None = None
) -> tuple[Increment, ...]:
    """Return what a forecast made on a day is scored on.

    The increments that start at the date of the latest total published by the as-of date, up to
    and with the last total that describes a day not later than `until`. They are measured
    between totals as all sources together give them, whenever published: this is the truth that
    the forecast never sees.

    Parameters
    ----------
    observations : DataFrame
        As in `published_totals`.
    as_of : date
        Day of the forecast.
    until : date
        Last day that a scored total may describe.
    series_id : str, optional
        As in `published_totals`.

    Returns
    -------
    tuple of Increment
        In order of time.

    Raises
    ------
    RunError
        If no total was published by the as-of date, or none after it up to `until`.
    """
    known = published_totals(observations, as_of=as_of, series_id=series_id)
    if not len(known):
        raise RunError(f"no total was published by {as_of}: nothing to start from")
    start = known.dates[-1]
    every = increments(published_totals(observations, series_id=series_id))
    chosen = tuple(i for i in every if i.start >= start and i.end <= until)
    if not chosen:
        raise RunError(f"no observed increment after {start} up to {until}: nothing to score")
    return chosen
