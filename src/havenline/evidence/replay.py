"""How well the replay meets the counts that it follows: of flight, of return, by area."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from havenline import words
from havenline.engine.conditioning.frailty import FEW
from havenline.facts.counts import CountOfAll, Totals


@dataclass(frozen=True)
class ReturnsFit:
    """The replay beside the counts of return that it is scaled to.

    Attributes
    ----------
    measure : str
        One of `havenline.facts.counts.RETURNS`.
    counts : int
    miss : float
        Root mean square of the difference, persons.
    """

    measure: str
    counts: int
    miss: float

    @property
    def sentence(self) -> str:
        """What a reader is told, with its full stop."""
        of = "home again" if self.measure == "returned_cumulative" else "still displaced"
        return (
            f"It meets {words.counted(self.counts, 'count')} of people {of} within "
            f"{words.figure(self.miss)}."
        )

    def to_json_dict(self) -> dict[str, Any]:
        """Return the fit as plain data."""
        return {"measure": self.measure, "counts": self.counts, "miss": self.miss}


@dataclass(frozen=True)
class AreasFit:
    """The plain past beside the counts of people by area that it follows.

    Attributes
    ----------
    counts : int
    factor : float
        Root mean square of the logarithm of run over counted, as a factor; counted and run each
        with `FEW` persons more.
    worst : str
        Name of the area of the count that is met worst.
    day : date
        Its day.
    counted, run : float
        Persons.
    """

    counts: int
    factor: float
    worst: str
    day: date
    counted: float
    run: float

    @property
    def sentence(self) -> str:
        """What a reader is told, with its full stop."""
        return (
            f"It meets {words.counted(self.counts, 'count')} of people by area within a factor of "
            f"{self.factor:.1f}; worst in {self.worst} ({words.day(self.day)}): "
            f"{words.figure(self.run)} where {words.figure(self.counted)} were counted."
        )

    def to_json_dict(self) -> dict[str, Any]:
        """Return the fit as plain data."""
        return {
            "counts": self.counts,
            "factor": self.factor,
            "worst": self.worst,
            "date": self.day.isoformat(),
            "counted": self.counted,
            "run": self.run,
        }


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
    returns : ReturnsFit or None
        The same of counts of return; None where there are none.
    areas : AreasFit or None
        The same of counts of people by area.
    """

    counts: int
    miss: float
    worst: date
    off: float
    returns: ReturnsFit | None = None
    areas: AreasFit | None = None

    @property
    def sentence(self) -> str:
        """What a reader is told, with its full stop."""
        side = "above" if self.off > 0.0 else "below"
        flight = (
            f"The replay meets {words.counted(self.counts, 'count')} of displaced people within "
            f"{words.figure(self.miss)} (root mean square); worst on {words.day(self.worst)}, "
            f"{words.figure(abs(self.off))} {side} it."
        )
        more = [fit.sentence for fit in (self.returns, self.areas) if fit is not None]
        return " ".join([flight, *more])

    def to_json_dict(self) -> dict[str, Any]:
        """Return the fit as plain data."""
        return {
            "counts": self.counts,
            "miss": self.miss,
            "worst": self.worst.isoformat(),
            "off": self.off,
            "returns": None if self.returns is None else self.returns.to_json_dict(),
            "areas": None if self.areas is None else self.areas.to_json_dict(),
        }


def replay_fit(
    dataset: xr.Dataset, known: Totals, returns: tuple[str, Sequence[CountOfAll]]
) -> ReplayFit | None:
    """Hold the replay of a run against the counts that it was scaled to.

    Parameters
    ----------
    dataset : Dataset
        A result, with its ``history_`` figures (future, history_day).
    known : Totals
        The main series as it was known on the as-of date.
    returns : (str, sequence of CountOfAll)
        Counts of return known then, as `havenline.facts.counts.returns_known` has them.

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
        returns=_returns_fit(dataset, *returns),
        areas=_areas_fit(dataset),
    )


def _areas_fit(dataset: xr.Dataset) -> AreasFit | None:
    met = json.loads(str(dataset.attrs.get("whereabouts", "[]")))
    if not met:
        return None
    off = [math.log((one["run"] + FEW) / (one["counted"] + FEW)) for one in met]
    worst = met[int(np.argmax(np.abs(off)))]
    return AreasFit(
        counts=len(met),
        factor=math.exp(math.sqrt(float(np.mean(np.square(off))))),
        worst=worst["name"],
        day=date.fromisoformat(worst["date"]),
        counted=worst["counted"],
        run=max(0.0, worst["run"]),
    )


def _returns_fit(
    dataset: xr.Dataset, measure: str, counts: Sequence[CountOfAll]
) -> ReturnsFit | None:
    if not counts:
        return None
    first = pd.Timestamp(dataset["history_day"].to_numpy()[0])
    name = "returned" if measure == "returned_cumulative" else "still_displaced"
    path = dataset[f"history_{name}"].mean("future").to_numpy()
    off = [path[(pd.Timestamp(count.day) - first).days] - count.persons for count in counts]
    return ReturnsFit(measure, len(counts), float(np.sqrt(np.mean(np.square(off)))))
