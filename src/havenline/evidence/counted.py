"""What the observed series say, figure by figure: rises over days, and what was there on a day.

The main series, to which the replay is scaled, is read by `havenline.facts.counts`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

from havenline.crisis.choices import MEASURES
from havenline.facts.counts import newest_by


class Series(NamedTuple):
    """What a series counts, and where; several counters of one quantity are several series."""

    name: str
    counter: str
    measure: str
    area: str
    neighbour: str

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


def every_count(observations: pd.DataFrame) -> list[Counted]:
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
    list of Counted
        By series, in order of time.
    """
    rows = observations.dropna(subset=["date", "value", "published"])
    main = rows["main"].eq(1).groupby([rows["series_id"], rows["counter"]]).transform("any")
    rows = rows[rows["main"].eq(1) | ~main]
    keys = ["series_id", "counter", "measure", "area_id", "neighbour", "period_start"]
    found: list[Counted] = []
    for key, part in rows.groupby(keys, dropna=False, sort=True):
        series, since = Series(*map(str, key[:5])), key[5]
        figures = [_Row.of(row) for row in newest_by("date", part).to_dict("records")]
        if MEASURES[series.measure].over:
            found += _rises(series, None if pd.isna(since) else since.date(), figures)
        else:
            found += [
                Counted(series, None, f.day, f.value, f.low, f.high, f.published) for f in figures
            ]
    return found


class _Row(NamedTuple):
    day: date
    value: float
    low: float
    high: float
    published: date
    breaks: bool

    @classmethod
    def of(cls, row: dict[str, object]) -> _Row:
        value = float(row["value"])  # type: ignore[arg-type]
        low, high = (float(row[end]) for end in ("low", "high"))  # type: ignore[arg-type]
        return cls(
            pd.Timestamp(row["date"]).date(),  # type: ignore[arg-type]
            value,
            value if np.isnan(low) else low,
            value if np.isnan(high) else high,
            pd.Timestamp(row["published"]).date(),  # type: ignore[arg-type]
            row["break"] == "yes",
        )


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
