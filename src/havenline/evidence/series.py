"""The observed totals of displaced people, as they were known on a day.

A row of the observations counts as known from the day it was published, whatever day it
describes. Totals are cumulative; what is scored is their increments.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from havenline.errors import RunError

# of rows about one day that were published on one day, the most exact wins
_QUALIFIERS = ("=", "about", "almost", ">")
_LARGEST_ROUNDING = 10_000.0


@dataclass(frozen=True)
class Totals:
    """Published cumulative totals in order of date, one a day.

    Attributes
    ----------
    dates : tuple of date
        Days the totals describe, strictly rising.
    persons : (n,) float64
        The totals as published, persons since the start of the count; may fall.
    qualifiers : tuple of str
        ``=``, ``about``, ``almost`` or ``>``, as the source puts it.
    """

    dates: tuple[date, ...]
    persons: npt.NDArray[np.float64]
    qualifiers: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.dates)

    def first(self, n: int) -> Totals:
        """Return the first `n` totals."""
        return Totals(self.dates[:n], self.persons[:n], self.qualifiers[:n])


@dataclass(frozen=True)
class Increment:
    """People newly displaced between two published totals that follow one another.

    Attributes
    ----------
    start, end : date
        Days of the two totals; the increment covers the days after `start` up to `end`.
    persons : float
        Rise over the highest earlier total, never below zero.
    note : str
        ``""``, ``"flat within rounding"`` where the total fell by no more than its rounding, or
        ``"revised down"`` where it fell by more.
    qualifier : str
        Qualifier of the total at `end`.
    """

    start: date
    end: date
    persons: float
    note: str = ""
    qualifier: str = "="

    @property
    def days(self) -> int:
        """Length in days, at least one."""
        return (self.end - self.start).days

    @property
    def rate(self) -> float:
        """Persons per day."""
        return self.persons / self.days


def published_totals(
    observations: pd.DataFrame, *, as_of: date | None = None, series_id: str | None = None
) -> Totals:
    """Return the main cumulative series as it was known on a day.

    Of several rows about one day the one published last counts (a revision), then the more
    exact qualifier, then the higher value. ``>`` and ``almost`` are taken at the printed value.

    Parameters
    ----------
    observations : DataFrame
        Columns series_id, date, value (persons), kind, main, qualifier and published.
    as_of : date, optional
        Only rows published by this day, and about no later day; all rows if not given.
    series_id : str, optional
        Which series; the only one whose main rows are cumulative if not given.

    Returns
    -------
    Totals
        Possibly empty.

    Raises
    ------
    RunError
        If there is no main cumulative series, or several and none is named.
    """
    rows = observations[(observations["main"] == 1) & (observations["kind"] == "cumulative")]
    ids = sorted(set(rows["series_id"]))
    if series_id is None:
        if len(ids) != 1:
            found = ", ".join(ids) if ids else "none"
            raise RunError(f"one main cumulative series of observations is needed, found {found}")
        series_id = ids[0]
    elif series_id not in ids:
        raise RunError(
            f"no main cumulative observations of {series_id!r}; there are: {', '.join(ids)}"
        )
    rows = rows[rows["series_id"] == series_id].dropna(subset=["date", "published", "value"])
    if as_of is not None:
        day = pd.Timestamp(as_of)
        rows = rows[(rows["published"] <= day) & (rows["date"] <= day)]
    exactness = [-_QUALIFIERS.index(q) if q in _QUALIFIERS else -9 for q in rows["qualifier"]]
    rows = (
        rows.assign(exactness=exactness)
        .sort_values(["date", "published", "exactness", "value"], kind="stable")
        .drop_duplicates("date", keep="last")
    )
    return Totals(
        tuple(t.date() for t in rows["date"]),
        rows["value"].to_numpy(dtype=np.float64),
        tuple(str(q) for q in rows["qualifier"]),
    )


def increments(totals: Totals) -> tuple[Increment, ...]:
    """Return the increments between totals that follow one another.

    A cumulative count cannot fall, so each total is replaced by the highest so far: a fall gives
    an increment of zero, and the way back up to the earlier height is not counted again.

    Parameters
    ----------
    totals : Totals
        Published totals.

    Returns
    -------
    tuple of Increment
        One fewer than there are totals.
    """
    result = []
    for i in range(1, len(totals)):
        highest = float(totals.persons[:i].max())
        value = float(totals.persons[i])
        note = ""
        if value < highest:
            slack = max(rounding(value), rounding(highest))
            note = "flat within rounding" if highest - value <= slack else "revised down"
        result.append(
            Increment(
                start=totals.dates[i - 1],
                end=totals.dates[i],
                persons=max(0.0, value - highest),
                note=note,
                qualifier=totals.qualifiers[i],
            )
        )
    return tuple(result)


def rounding(persons: float) -> float:
    """Return the step a published figure was rounded to, as its zeros show it.

    The largest power of ten that divides it, at most 10,000 persons; 1 for a figure that shows
    no rounding.

    Parameters
    ----------
    persons : float
        A published figure.

    Returns
    -------
    float
        Persons.
    """
    step = 1.0
    while step < _LARGEST_ROUNDING and persons % (step * 10.0) == 0.0:
        step *= 10.0
    return step


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


_TURNS_ON = ("offensive_start",)
_TURNS_OFF = ("offensive_pause", "truce_start")


def offensive_by_day(happenings: pd.DataFrame, *, start: date, end: date) -> dict[date, bool]:
    """Return the recorded state of the offensive for every day of a period.

    On from the day of an ``offensive_start`` on, off from the day of an ``offensive_pause`` or
    ``truce_start`` on; where both stand at one day it is on. The end of a truce does not by
    itself turn it on. Off before the first of them.

    Parameters
    ----------
    happenings : DataFrame
        Columns date and kind.
    start, end : date
        First and last day, both included.

    Returns
    -------
    dict of date to bool
        Empty if nothing about the offensive is recorded by `end`.
    """
    rows = happenings[happenings["kind"].isin([*_TURNS_ON, *_TURNS_OFF])]
    rows = rows[rows["date"] <= pd.Timestamp(end)]
    if not len(rows):
        return {}
    turns: dict[date, bool] = {}
    for when, kind in zip(rows["date"], rows["kind"], strict=True):
        day = when.date()
        turns[day] = kind in _TURNS_ON or turns.get(day, False)
    state = False
    for day in sorted(turns):
        if day < start:
            state = turns[day]
    result = {}
    for offset in range((end - start).days + 1):
        day = start + timedelta(days=offset)
        state = turns.get(day, state)
        result[day] = state
    return result
