"""When a truce has failed by a count of violence, fixed before anything is fitted to it.

A truce has failed on the first day of seven on each of which the mean violence of the last 14 days
of the truce (of as many as it has stood, at least seven) is half or more of the mean of the 30 days
before it. Half is varied from three to eight tenths.

Battles and remote violence by day are not at hand for Syria. What is at hand are counts of
civilians killed in the northwest over spans of days; they are spread evenly over the days of each
span, so a failure can be placed no better than a span allows. Spans that no single source counts
are derived from those that one does; how stands beside each.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

HERE = Path(__file__).parent

Floats = npt.NDArray[np.float64]

SHARE, SHARE_LOW, SHARE_HIGH = 0.5, 0.3, 0.8
"""Share of the violence before the truce at which it has failed, and the range of it."""
BEFORE_DAYS, WINDOW_DAYS, LEAST_DAYS, RUN_DAYS = 30, 14, 7, 7


@dataclass(frozen=True)
class ByViolence:
    """How long a truce held by the count of violence.

    Attributes
    ----------
    days : int
        Days from its first day until it has failed, or, if ``stands``, for which counts go on.
    earliest, latest : int
        The same at the lowest and the highest share.
    stands : bool
        Whether it has not failed as far as the counts go.
    latest_stands : bool
        The same at the highest share.
    """

    days: int
    earliest: int
    latest: int
    stands: bool
    latest_stands: bool

    @property
    def text(self) -> str:
        """Such as ``"98 (36 to 104)"``, or ``"26 and on"``."""
        if self.stands:
            return f"{self.days} and on"
        if self.latest <= LEAST_DAYS:
            return f"{LEAST_DAYS} or fewer"
        more = " and on" if self.latest_stands else ""
        return f"{self.days} ({self.earliest} to {self.latest}{more})"


def failed_after(violence: Floats, before: float, share: float = SHARE) -> int | None:
    """Return after how many days a truce has failed.

    Parameters
    ----------
    violence : (day,) float64
        Events or deaths of each day from the first day of the truce on.
    before : float
        Mean of the days before it, in the same unit.
    share : float

    Returns
    -------
    int or None
        Days from the first day to the first of the days on which it has failed, at least
        ``LEAST_DAYS``; None if it has not.
    """
    if not violence.size or before <= 0.0:
        return None
    total = np.concatenate(([0.0], np.cumsum(violence)))
    days = np.arange(1, violence.size + 1)
    first = np.maximum(0, days - WINDOW_DAYS)
    mean = (total[days] - total[first]) / (days - first)
    high = (mean >= share * before) & (days >= LEAST_DAYS)
    for day in range(high.size - RUN_DAYS + 1):
        if high[day : day + RUN_DAYS].all():
            return day + 1
    return None


@cache
def deaths_by_day() -> tuple[dt.date, Floats]:
    """Return the first day of the counts and the civilians killed on each day from it on."""
    table = pd.read_csv(HERE / "northwest_syria_deaths.csv", parse_dates=["start", "end"])
    spans = (table["end"] - table["start"]).dt.days + 1
    return table["start"].iloc[0].date(), np.repeat(
        (table["killed"] / spans).to_numpy(np.float64), spans
    )


def by_violence(start: dt.date, until: dt.date | None = None) -> ByViolence | None:
    """Return how long a truce in northwest Syria held by the count of violence.

    Parameters
    ----------
    start : datetime.date
        First day of the truce.
    until : datetime.date, optional
        First day of the next truce, from which on violence says nothing of this one.

    Returns
    -------
    ByViolence or None
        None where the counts do not reach back 30 days before it, or end with it.
    """
    first, daily = deaths_by_day()
    at = (start - first).days
    if at < BEFORE_DAYS or at + LEAST_DAYS + RUN_DAYS > daily.size:
        return None
    last = daily.size if until is None else min(daily.size, (until - first).days)
    before, after = float(daily[at - BEFORE_DAYS : at].mean()), daily[at:last]
    found = [failed_after(after, before, s) for s in (SHARE_LOW, SHARE, SHARE_HIGH)]
    low, middle, high = (after.size if f is None else f for f in found)
    return ByViolence(middle, low, high, found[1] is None, found[2] is None)
