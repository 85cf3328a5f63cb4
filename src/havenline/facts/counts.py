"""The published totals of displaced people, as they were known on a day.

A row of the observations counts as known from the day it was published, whatever day it
describes. Totals are cumulative; what is scored is their increments.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from havenline.crisis import Crisis
from havenline.errors import RunError
from havenline.facts.areas import areas_within
from havenline.facts.known import known_by

# of rows about one day that were published on one day, the most exact wins
_QUALIFIERS = ("=", "about", "almost", ">")
_LARGEST_ROUNDING = 10_000.0
MEASURE = "displaced_cumulative"
"""The measure of the totals that the replay is scaled to."""


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
    breaks : tuple of bool
        Whether the step up to a total is a change of method, not flight.
    ends : tuple of (float, float)
        Factors from each total to the ends of the range that agrees with its source.
    """

    dates: tuple[date, ...]
    persons: npt.NDArray[np.float64]
    qualifiers: tuple[str, ...]
    breaks: tuple[bool, ...] = ()
    ends: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        """Take totals of which nothing is said as exact and of one method."""
        n = len(self.dates)
        object.__setattr__(self, "breaks", self.breaks or (False,) * n)
        object.__setattr__(self, "ends", self.ends or ((1.0, 1.0),) * n)

    def __len__(self) -> int:
        return len(self.dates)

    def from_zero(self, start: date) -> Totals:
        """Return them with nobody counted on an earlier day before them."""
        return Totals(
            (start, *self.dates),
            np.concatenate([[0.0], self.persons]),
            ("=", *self.qualifiers),
            (False, *self.breaks),
            ((1.0, 1.0), *self.ends),
        )

    def first(self, n: int) -> Totals:
        """Return the first `n` totals."""
        return Totals(
            self.dates[:n],
            self.persons[:n],
            self.qualifiers[:n],
            self.breaks[:n],
            self.ends[:n],
        )

    def highest(self) -> float:
        """Return the highest total by the method of the newest, persons."""
        since = max((i for i, new in enumerate(self.breaks) if new), default=0)
        return float(self.persons[since:].max())

    def counted(self) -> npt.NDArray[np.float64]:
        """Return the people counted by each day, without the steps that are no flight.

        Returns
        -------
        (n,) float64
            The first total and the increments after it; never falls.
        """
        risen = {step.end: step.persons for step in increments(self)}
        rises = np.array([risen.get(day, 0.0) for day in self.dates], dtype=np.float64)
        rises[:1] += self.persons[:1]
        return rises.cumsum()


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
    ends : tuple of float
        Factors to the ends of the range that agrees with the source: the error goes with the whole
        count.
    """

    start: date
    end: date
    persons: float
    note: str = ""
    qualifier: str = "="
    ends: tuple[float, float] = (1.0, 1.0)

    @property
    def days(self) -> int:
        """Length in days, at least one."""
        return (self.end - self.start).days

    @property
    def rate(self) -> float:
        """Persons per day."""
        return self.persons / self.days


class Count(NamedTuple):
    """One published total, for a reader: what it says and when it was known."""

    day: date
    persons: float
    published: date
    source_id: str
    known: bool


def published_totals(
    observations: pd.DataFrame, *, as_of: date | None = None, series_id: str | None = None
) -> Totals:
    """Return the main cumulative series as it was known on a day.

    Of several rows about one day the one published last counts (a revision), then the more
    exact qualifier, then the higher value. ``>`` and ``almost`` are taken at the printed value.

    Parameters
    ----------
    observations : DataFrame
        Columns series_id, date, value (persons), measure, main, qualifier and published.
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
    rows = _cumulative(observations)
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
    return _totals(newest_by("date", _known(rows[rows["series_id"] == series_id], as_of)))


def displaced_known(crisis: Crisis, as_of: date) -> Totals:
    """Return the totals that the replay is scaled to, as known on a day.

    Parameters
    ----------
    crisis : Crisis
    as_of : date

    Returns
    -------
    Totals
        From the start of the period on; empty where crisis.yaml names no series.

    Raises
    ------
    RunError
        If crisis.yaml names a series that is not there.
    """
    series, observations = crisis.meta.displaced_series, crisis.observations
    if series is not None and series not in set(observations["series_id"]):
        raise RunError(
            f"crisis.yaml [displaced_series]: {series!r} is not a series of observations.csv"
        )
    rows = _cumulative(observations)
    rows = rows[rows["series_id"] == series]
    rows = rows[rows["date"] >= pd.Timestamp(crisis.meta.period.start)]
    return _totals(newest_by("date", _known(rows, as_of)))


class Observed(Protocol):
    """What is read of a crisis."""

    @property
    def meta(self) -> Any:
        """Period and main series."""
        ...

    @property
    def observations(self) -> pd.DataFrame:
        """Observed series."""
        ...

    @property
    def areas(self) -> pd.DataFrame:
        """Areas, with the area each lies in."""
        ...

    @property
    def places(self) -> pd.DataFrame:
        """Places, with the finest area of each."""
        ...


class CountOfAll(NamedTuple):
    """A count that covers the whole crisis.

    Attributes
    ----------
    day : date
        The day it describes.
    persons : float
    """

    day: date
    persons: float


def counts_of_all(crisis: Observed, measure: str, as_of: date) -> list[CountOfAll]:
    """Return the counts of a measure of people that cover the whole crisis, one a day.

    Of some areas, into one neighbour, or in another unit than persons, a count does not cover the
    whole; one of the area of the main series does.

    Parameters
    ----------
    crisis : Crisis
    measure : str
        A measure of ``observations.csv``.
    as_of : date

    Returns
    -------
    list of CountOfAll
        Those known on a day, in order of the days they describe.
    """
    every = crisis.observations
    rows = every[every["measure"].eq(measure) & every["unit"].eq("persons")]
    if rows.empty:  # of most measures in most crises, and asked in every run
        return []
    rows = _known(rows, as_of)
    main = areas_of_main(crisis)
    homes = set(crisis.places["area_id"])
    whole = [
        neighbour == "" and (area in main or homes <= areas_within(crisis.areas, {area}))
        for area, neighbour in zip(rows["area_id"], rows["neighbour"], strict=True)
    ]
    newest = newest_by("date", rows[np.array(whole, dtype=np.bool_)])
    return [
        CountOfAll(day.date(), float(persons))
        for day, persons in zip(newest["date"], newest["value"], strict=True)
    ]


def areas_of_main(crisis: Observed) -> set[str]:
    """Return the areas of the main series: a count of one of them covers the whole crisis."""
    rows = crisis.observations
    return set(rows.loc[rows["series_id"] == crisis.meta.displaced_series, "area_id"])


RETURNS = ("returned_cumulative", "displaced_present")
"""Measures that tell of returns, the most direct first."""


def returns_known(crisis: Observed, as_of: date) -> tuple[str, list[CountOfAll]]:
    """Return the counts of the whole crisis after its start that tell of returns.

    Where those home again are counted, these alone: those still displaced are often of another
    counter than the displaced, and the difference of two counters is not a return.

    Parameters
    ----------
    crisis : Crisis
    as_of : date

    Returns
    -------
    measure : str
        One of `RETURNS`.
    counts : list of CountOfAll
        Those known on a day, in order of the days they describe; empty where there is none.
    """
    for measure in RETURNS:
        counts = counts_of_all(crisis, measure, as_of)
        counts = [count for count in counts if count.day > crisis.meta.period.start]
        if counts:
            break
    return measure, counts


def counts_shown(crisis: Crisis, as_of: date) -> list[Count]:
    """Return the totals of displaced people by day: those known on a day, then what came later.

    Parameters
    ----------
    crisis : Crisis
    as_of : date

    Returns
    -------
    list of Count
        In order of the days they describe. A revision published later stands beside the total
        that it revised, as not known.
    """
    rows = _cumulative(crisis.observations)
    rows = rows[rows["series_id"] == crisis.meta.displaced_series]
    known, every = (newest_by("date", _known(rows, day)) for day in (as_of, None))
    later = every.loc[every.index.difference(known.index)]
    shown = [
        Count(day.date(), float(persons), published.date(), str(source), part is known)
        for part in (known, later)
        for day, persons, published, source in zip(
            part["date"], part["value"], part["published"], part["source_id"], strict=True
        )
    ]
    return sorted(shown, key=lambda count: (count.day, count.published))


def _cumulative(observations: pd.DataFrame) -> pd.DataFrame:
    return observations[(observations["main"] == 1) & (observations["measure"] == MEASURE)]


def _known(rows: pd.DataFrame, as_of: date | None) -> pd.DataFrame:
    rows = rows.dropna(subset=["date", "published", "value"])
    if as_of is None:
        return rows
    return known_by(rows[rows["date"] <= pd.Timestamp(as_of)], as_of)


def newest_by(column: str | list[str], rows: pd.DataFrame) -> pd.DataFrame:
    """Return the row that holds for each value of a column, or of several, in order of the days.

    The newest day holds; of several rows about it the one published last, then the more exact
    qualifier, then the higher value.

    Parameters
    ----------
    column : str or list of str
        ``date`` for one row a day, ``area_id`` for the newest of each area.
    rows : DataFrame
        Observations.

    Returns
    -------
    DataFrame
    """
    exactness = [-_QUALIFIERS.index(q) if q in _QUALIFIERS else -9 for q in rows["qualifier"]]
    return (
        rows.assign(exactness=exactness)
        .sort_values(["date", "published", "exactness", "value"], kind="stable")
        .drop_duplicates(column, keep="last")
    )


def _totals(rows: pd.DataFrame) -> Totals:
    persons = rows["value"].to_numpy(dtype=np.float64)
    whole = np.where(persons > 0.0, persons, 1.0)
    ends = [
        np.where(np.isnan(found := rows[name].to_numpy(np.float64)), whole, found) / whole
        if name in rows
        else np.ones(len(rows))
        for name in ("low", "high")
    ]
    breaks = rows["break"] if "break" in rows else [""] * len(rows)
    return Totals(
        tuple(t.date() for t in rows["date"]),
        persons,
        tuple(str(q) for q in rows["qualifier"]),
        tuple(said == "yes" for said in breaks),
        tuple((float(low), float(high)) for low, high in zip(*ends, strict=True)),
    )


def increments(totals: Totals) -> tuple[Increment, ...]:
    """Return the increments between totals that follow one another.

    A cumulative count cannot fall, so each total is replaced by the highest so far: a fall gives
    an increment of zero, and the way back up to the earlier height is not counted again. A step
    that is a change of method is no increment; the count goes on from it.

    Parameters
    ----------
    totals : Totals
        Published totals.

    Returns
    -------
    tuple of Increment
        One fewer than there are totals, and fewer by the changes of method.
    """
    result = []
    highest = float(totals.persons[0]) if len(totals) else 0.0
    for i in range(1, len(totals)):
        value = float(totals.persons[i])
        if totals.breaks[i]:
            highest = value
            continue
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
                ends=totals.ends[i],
            )
        )
        highest = max(highest, value)
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
