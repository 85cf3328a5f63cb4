"""What the observed series say, figure by figure: rises over days, and what was there on a day.

The main series, to which the replay is scaled, is read by `havenline.facts.counts`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

import pandas as pd

from havenline.crisis.choices import MEASURES
from havenline.facts.counts import newest_by

WHERE = ("arrived", "present", "displaced_present", "moves", "moves_cumulative")
"""Measures that say where people are or went."""


class Series(NamedTuple):
    """What a series counts, and where; several counters of one quantity are several series.

    ``repeats`` is ``yes`` where one person stands in it once for each move.
    """

    name: str
    counter: str
    measure: str
    area: str
    neighbour: str
    repeats: str = ""

    def __str__(self) -> str:
        """Return the name, with the counter where there is one."""
        return f"{self.name} ({self.counter})" if self.counter else self.name


class Counted(NamedTuple):
    """An observed figure.

    Attributes
    ----------
    series : Series
    start : date or None
        Day after which a rise is counted; None for what was there on the day `end`.
    end : date
    value, low, high : float
        The figure and the range that agrees with its sources, in the unit of the series.
    published : date
    """

    series: Series
    start: date | None
    end: date
    value: float
    low: float
    high: float
    published: date

    def falls_after(self, day: date) -> float:
        """Return the share of its days that lie after a day, 0 to 1."""
        if self.start is None:
            return float(self.end > day)
        begin = max(day, self.start)
        return max(0, (self.end - begin).days) / (self.end - self.start).days


def beside(observations: pd.DataFrame, main: str) -> pd.DataFrame:
    """Return the observations without the main series; other counters of it stay.

    Parameters
    ----------
    observations : DataFrame
    main : str
        The main series.

    Returns
    -------
    DataFrame
    """
    own = observations["series_id"].eq(main)
    counters = observations.loc[own & observations["main"].eq(1), "counter"]
    return observations[~(own & observations["counter"].isin(list(counters)))]


def every_count(observations: pd.DataFrame) -> dict[Series, list[Counted]]:
    """Return every figure that observed series give, rises between counts that follow one another.

    Of a series with main rows only these count. A running count gives its rises; one that falls
    was revised: the rise is zero and the way back up is not counted again. A step that is a
    change of method is left out, and the count goes on from it.

    Parameters
    ----------
    observations : DataFrame
        ``observations.csv``, or the part of it that was known on a day.

    Returns
    -------
    dict of Series to list of Counted
        In order of time; empty for a series that gives no rise, as one count that does not say
        since when it counts.
    """
    rows = observations.dropna(subset=["date", "value", "published"])
    main = rows["main"].eq(1).groupby([rows["series_id"], rows["counter"]]).transform("any")
    rows = rows[rows["main"].eq(1) | ~main]
    keys = ["series_id", "counter", "measure", "area_id", "neighbour", "repeats", "period_start"]
    rows = newest_by([*keys, "date"], rows)
    every = list(_rows(rows))
    found: dict[Series, list[Counted]] = {}
    by_key: Any = rows.assign(at=range(len(rows))).groupby(keys, dropna=False, sort=True)["at"]
    for key, at in by_key:
        series, since = Series(*map(str, key[:6])), key[6]
        figures = [every[k] for k in at]
        of_series = found.setdefault(series, [])
        if MEASURES[series.measure].over:
            of_series += _rises(series, None if pd.isna(since) else since.date(), figures)
        else:
            of_series += [
                Counted(series, None, f.day, f.value, f.low, f.high, f.published) for f in figures
            ]
    return {series: sorted(counts, key=lambda c: c.end) for series, counts in found.items()}


class _Row(NamedTuple):
    day: date
    value: float
    low: float
    high: float
    published: date
    breaks: bool


def _rows(part: pd.DataFrame) -> Iterator[_Row]:
    low, high = (part[end].fillna(part["value"]) for end in ("low", "high"))
    day, published = (part[name].dt.date for name in ("date", "published"))
    columns = (day, part["value"], low, high, published, part["break"].eq("yes"))
    return (_Row(*cells) for cells in zip(*columns, strict=True))


def _rises(series: Series, since: date | None, figures: list[_Row]) -> Iterator[Counted]:
    """Walk the rises of one running count; its error goes with the whole of it."""
    before = None if since is None else since - timedelta(days=1)
    highest = 0.0
    for figure in figures:
        if before is not None and not figure.breaks and before < figure.day:
            rise = max(0.0, figure.value - highest)
            low, high = (
                rise * end / figure.value if figure.value > 0.0 else rise
                for end in (figure.low, figure.high)
            )
            yield Counted(series, before, figure.day, rise, low, high, figure.published)
        before = figure.day
        highest = figure.value if figure.breaks else max(highest, figure.value)
