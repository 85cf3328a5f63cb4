"""How well the replay meets the counts that it is scaled to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from havenline import words
from havenline.facts.counts import Totals


@dataclass(frozen=True)
class ReplayFit:
    """The replay beside the counts known on the as-of date.

    Attributes
    ----------
    counts : int
        Counts after the first.
    miss : float
        Root mean square of the difference, persons.
    worst : date
        Day of the count that is met worst.
    off : float
        The replay's mean less that count, persons.
    """

    counts: int
    miss: float
    worst: date
    off: float

    @property
    def sentence(self) -> str:
        """What a reader is told, with its full stop."""
        side = "above" if self.off > 0.0 else "below"
        return (
            f"The replay meets {words.counted(self.counts, 'count')} of displaced people within "
            f"{words.figure(self.miss)} (root mean square); worst on {words.day(self.worst)}, "
            f"{words.figure(abs(self.off))} {side} it."
        )

    def to_json_dict(self) -> dict[str, Any]:
        """Return the fit as plain data."""
        return {
            "counts": self.counts,
            "miss": self.miss,
            "worst": self.worst.isoformat(),
            "off": self.off,
        }


def replay_fit(dataset: xr.Dataset, known: Totals) -> ReplayFit | None:
    """Hold the replay of a run against the counts that it was scaled to.

    Parameters
    ----------
    dataset : Dataset
        A result, with ``history_newly_displaced`` (future, history_day).
    known : Totals
        The main series as it was known on the as-of date.

    Returns
    -------
    ReplayFit or None
        None where no count of a day after the first of the replay was known.
    """
    days = pd.DatetimeIndex(dataset["history_day"].to_numpy())
    path = dataset["history_newly_displaced"].mean("future").to_numpy()
    at = np.array([(pd.Timestamp(day) - days[0]).days for day in known.dates])
    inside = at > 0
    if not np.any(inside):
        return None
    off = np.asarray(path[at[inside]] - known.counted()[inside], dtype=np.float64)
    worst = int(np.argmax(np.abs(off)))
    return ReplayFit(
        counts=off.size,
        miss=float(np.sqrt(np.mean(off**2))),
        worst=known.dates[int(np.flatnonzero(inside)[worst])],
        off=float(off[worst]),
    )
