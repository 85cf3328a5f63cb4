"""What a forecast of the published totals starts from, and which increments it is scored on."""

from __future__ import annotations

from datetime import date

import pandas as pd

from havenline.errors import RunError
from havenline.facts.counts import MEASURE, Increment, increments, published_totals
from havenline.facts.known import known_by


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
        rows = main_rows(observations, series_id)
        ended = " (it ended there)" if rows.loc[rows["ends"].eq("yes"), "date"].size else ""
        raise RunError(
            f"the series has no increment after {start} up to {until}{ended}: nothing to score"
        )
    return chosen


def main_rows(observations: pd.DataFrame, series_id: str | None = None) -> pd.DataFrame:
    """Return the rows of the main cumulative series; of all of them if none is named."""
    rows = observations[(observations["main"] == 1) & (observations["measure"] == MEASURE)]
    return rows if series_id is None else rows[rows["series_id"] == series_id]


def count_began(observations: pd.DataFrame, *, as_of: date, series_id: str | None = None) -> date:
    """Return the day since which a series counts, as its known rows say.

    Parameters
    ----------
    observations : DataFrame
        As in `published_totals`, with the column period_start.
    as_of : date
        Only rows published by this day.
    series_id : str, optional
        As in `published_totals`.

    Returns
    -------
    date
        The first day that a total describes, where no row says it.
    """
    known = published_totals(observations, as_of=as_of, series_id=series_id)
    starts = known_by(main_rows(observations, series_id), as_of)["period_start"].dropna()
    return min((pd.Timestamp(day).date() for day in starts), default=known.dates[0])
