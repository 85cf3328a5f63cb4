"""Onward movement against the sea arrivals in Greece of 2015-16 and of 2019-20.

Three things are read off the months.

1. What a refugee hosted in Turkey did in a month: arrivals times the share of Syrians over the
   Syrians hosted. Until March 2016 the route was open, afterwards it was managed: the two rates of
   the model, ``onward_open`` and ``onward_managed``.
2. What the change of regime did: a log-linear trend through October 2015 to February 2016, and how
   far April to August 2016 lie below it. The closing of the Balkan route fell in the same month and
   cannot be told from the statement of 18 March 2016.
3. What displacement in Idlib did: arrivals of December 2019 to February 2020, in which 900,000
   people fled, over those of August to November, both over the season of the model. Its logarithm
   over the index of the model is an estimate of ``onward_passthrough``.

The season is judgement, shares of Syrians are ranges, and part of the months of 2015 and 2016 is
from memory, though the years add up to published totals: all of this is marked.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from havenline.crisis.parameters import Parameter, default_table
from havenline.evidence.text import TextTable
from havenline.options.schedule import turn_of_year

HERE = Path(__file__).parent
CLOSED_FROM = "2016-04"
"""First month in which the route was managed; March 2016 was neither."""
TREND = ("2015-10", "2016-02")
BELOW = ("2016-04", "2016-08")
CALM = ("2019-08", "2019-11")
FLIGHT = ("2019-12", "2020-02")
DISPLACED = {"2019-12": 298_534, "2020-01": 287_000, "2020-02": 362_000}
"""Newly displaced in Idlib in each month: OCHA on December; 586,000 by 2 February and 948,000 by 26
February less the months before."""


@dataclass(frozen=True)
class Month:
    """Sea arrivals of a month.

    Attributes
    ----------
    month : str
        ``2015-10``.
    arrivals : int
        All nationalities.
    syrian : tuple of float
        Lowest and highest share of Syrians.
    hosted : int
        Syrians in Turkey.
    checked : bool
        Whether the figure was read on a page.
    source : str
    """

    month: str
    arrivals: int
    syrian: tuple[float, float]
    hosted: int
    checked: bool
    source: str

    @property
    def managed(self) -> bool:
        """Whether the route was managed."""
        return self.month >= CLOSED_FROM

    @property
    def season(self) -> float:
        """Season of the model in this month, mean of a year 1."""
        swing, peak = (
            next(row.value for row in default_table() if row.name == f"onward_season_{name}")
            for name in ("swing", "peak")
        )
        year = turn_of_year(dt.date.fromisoformat(f"{self.month}-15"), north=True)
        return 1.0 + swing * math.cos(year - peak * math.pi / 6.0)

    @property
    def rate(self) -> float:
        """Syrian arrivals for each Syrian hosted, at the middle of the shares."""
        return self.arrivals * sum(self.syrian) / 2.0 / self.hosted

    def expected(self, rate: float, share: float) -> float:
        """Return the arrivals of all nationalities that a rate of the model means."""
        return self.hosted * rate * self.season / share


@dataclass(frozen=True)
class OnwardCheck:
    """What the months say.

    Attributes
    ----------
    open_peak, managed_rate : float
        Highest monthly rate while the route was open; mean rate, over season, of 2019-20.
    trend : float
        Change a month from October 2015 to February 2016, as a share.
    below : float
        How far April to August 2016 lie below that trend, as a share.
    passthrough : float
        Estimate of ``onward_passthrough`` from the winter of 2019-20.
    inside : int
        Months of 2019-20 within the range that the parameters give.
    months : int
        Months of 2019-20.
    """

    open_peak: float
    managed_rate: float
    trend: float
    below: float
    passthrough: float
    inside: int
    months: int


@cache
def sea_arrivals() -> tuple[Month, ...]:
    """Return the months of the list, in order."""
    table = pd.read_csv(HERE / "aegean_arrivals.csv", dtype={"month": str})
    return tuple(
        Month(
            month=str(row["month"]),
            arrivals=int(row["arrivals"]),
            syrian=(float(row["syrian_low"]), float(row["syrian_high"])),
            hosted=int(row["hosted"]),
            checked=bool(row["checked"]),
            source=str(row["source"]),
        )
        for row in table.to_dict("records")
    )


def between(first: str, last: str) -> list[Month]:
    """Return the months from the first to the last."""
    return [m for m in sea_arrivals() if first <= m.month <= last]


def expected_range(month: Month, managed: Parameter) -> tuple[float, float]:
    """Return the arrivals that the range of ``onward_managed`` and of the shares gives."""
    low, high = month.syrian
    return month.expected(managed.low, high), month.expected(managed.high, low)


def check_onward(managed: Parameter) -> OnwardCheck:
    """Compare the model of onward movement with the months.

    Parameters
    ----------
    managed : Parameter
        ``onward_managed`` as a run would use it.
    """
    trend = between(*TREND)
    slope, level = np.polyfit(np.arange(len(trend)), [math.log(m.arrivals) for m in trend], 1)
    start = len(trend) + 1  # March 2016 lies between
    below = [
        math.log(m.arrivals) - (level + slope * (start + i)) for i, m in enumerate(between(*BELOW))
    ]
    late = between(CALM[0], FLIGHT[1])
    over_season = {m.month: m.arrivals / m.season for m in late}
    calm = np.mean([over_season[m.month] for m in between(*CALM)])
    then = np.mean([over_season[m.month] for m in between(*FLIGHT)])
    index = np.mean([math.log1p(d / 100_000) for d in DISPLACED.values()])
    inside = 0
    for month in late:
        low, high = expected_range(month, managed)
        inside += low <= month.arrivals <= high
    return OnwardCheck(
        open_peak=max(m.rate for m in sea_arrivals() if not m.managed),
        managed_rate=float(np.mean([m.rate / m.season for m in late])),
        trend=math.exp(float(slope)) - 1.0,
        below=1.0 - math.exp(float(np.mean(below))),
        passthrough=float(math.log(then / calm) / index),
        inside=inside,
        months=len(late),
    )


def onward_table(managed: Parameter) -> TextTable:
    """Return the months as a table of text."""
    rows = []
    for month in sea_arrivals():
        low, high = expected_range(month, managed)
        rows.append(
            (
                month.month + ("" if month.checked else " [not checked]"),
                f"{month.arrivals:,}",
                f"{100 * month.rate:.2f}%",
                f"{low:,.0f} to {high:,.0f}" if month.managed else "open route",
            )
        )
    return TextTable(
        "Sea arrivals in Greece, and what the model gives while the route is managed",
        ("month", "arrivals", "Syrians for each hosted", "range of the model"),
        tuple(rows),
    )


def onward_notes(check: OnwardCheck, parameters: Sequence[Parameter]) -> tuple[str, ...]:
    """Return what the check says, in sentences."""
    by_name = {p.name: p for p in parameters}
    opened, managed, passed = (by_name[f"onward_{n}"] for n in ("open", "managed", "passthrough"))
    unchecked = sum(not m.checked for m in sea_arrivals())
    return (
        f"While the route was open up to {100 * check.open_peak:.1f}% of the Syrians hosted went "
        f"on in a month; a run that opens a border draws {100 * opened.low:.1f} to "
        f"{100 * opened.high:.1f}%.",
        f"In 2019-20, managed: {100 * check.managed_rate:.3f}% a month over the season; a run "
        f"draws {100 * managed.low:.2f} to {100 * managed.high:.2f}%. {check.inside} of "
        f"{check.months} months lie in the range, which is wide.",
        f"Arrivals fell by {-100 * check.trend:.0f}% a month from October 2015 to February 2016 "
        f"and then stood {100 * check.below:.0f}% below that trend: the regime matters. What the "
        "statement of March 2016 did of it, and what the closing of the Balkan route, cannot be "
        "told.",
        "In the winter of 2019-20 900,000 people fled in Idlib; over the season arrivals changed "
        f"by a pass-through of {check.passthrough:+.2f}, where a run draws {passed.low:.2f} to "
        f"{passed.high:.2f}. It is kept near zero.",
        f"{unchecked} of {len(sea_arrivals())} months are from memory, not checked against a "
        "page; the years add up to published totals.",
    )
