"""How well the replay meets the counts that it follows: of flight, of return, by area."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from havenline import words
from havenline.engine.conditioning.counted import few_of
from havenline.facts.counts import CountOfAll, Totals
from havenline.facts.followed import (
    ARRIVED,
    CAME_BACK,
    ENTERED,
    HOME,
    IN_SITES,
    KILLED,
    LEFT,
    THERE,
    UNSHELTERED,
    WAITING,
)


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


COUNTED_AS: Mapping[str, str] = {
    THERE: "people by area",
    ARRIVED: "arrivals by area",
    LEFT: "people who left",
    IN_SITES: "people in sites",
    ENTERED: "entries to a neighbour",
    WAITING: "people waiting at a border",
    CAME_BACK: "people back from abroad",
    KILLED: "civilians killed",
    UNSHELTERED: "people without shelter",
    HOME: "people gone home",
}
"""What counts beside the main series count, as a reader is told."""


@dataclass(frozen=True)
class CountsFit:
    """The plain past beside the counts of one figure that it follows.

    Attributes
    ----------
    figure : str
        One of `COUNTED_AS`.
    counts : int
    factor : float
        Root mean square of the logarithm of run over counted, as a factor; counted and run each
        with the persons more below which a count says little.
    worst : str
        What the count is of that is met worst: an area or a neighbour.
    day : date
        Its day.
    counted, run : float
        Persons.
    """

    figure: str
    counts: int
    factor: float
    worst: str
    day: date
    counted: float
    run: float

    def to_json_dict(self) -> dict[str, Any]:
        """Return the fit as plain data."""
        return {
            "figure": self.figure,
            "counts": self.counts,
            "factor": self.factor,
            "worst": self.worst,
            "date": self.day.isoformat(),
            "counted": self.counted,
            "run": self.run,
        }


def _told(fits: Sequence[CountsFit]) -> str:
    """Return what a reader is told of counts beside the main series, and which is met worst."""
    parts = [
        f"{words.counted(fit.counts, 'count') if not k else fit.counts} of "
        f"{COUNTED_AS[fit.figure]} within a factor of {fit.factor:.1f}"
        for k, fit in enumerate(fits)
    ]
    worst = max(fits, key=lambda fit: fit.factor)
    return (
        f"It meets {words.listed(parts)}; worst {COUNTED_AS[worst.figure]} in {worst.worst} "
        f"({words.day(worst.day)}): {words.figure(worst.run)} where "
        f"{words.figure(worst.counted)} were counted."
    )


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
    beside : tuple of CountsFit
        The same of counts of anything else, one for each figure.
    """

    counts: int
    miss: float
    worst: date
    off: float
    returns: ReturnsFit | None = None
    beside: tuple[CountsFit, ...] = ()

    @property
    def sentence(self) -> str:
        """What a reader is told, with its full stop."""
        side = "above" if self.off > 0.0 else "below"
        flight = (
            f"The replay meets {words.counted(self.counts, 'count')} of displaced people within "
            f"{words.figure(self.miss)} (root mean square); worst on {words.day(self.worst)}, "
            f"{words.figure(abs(self.off))} {side} it."
        )
        returns = [] if self.returns is None else [self.returns.sentence]
        return " ".join([flight, *returns, *([_told(self.beside)] if self.beside else [])])

    def to_json_dict(self) -> dict[str, Any]:
        """Return the fit as plain data."""
        return {
            "counts": self.counts,
            "miss": self.miss,
            "worst": self.worst.isoformat(),
            "off": self.off,
            "returns": None if self.returns is None else self.returns.to_json_dict(),
            "beside": [fit.to_json_dict() for fit in self.beside],
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
        beside=tuple(_beside(dataset)),
    )


def _beside(dataset: xr.Dataset) -> Iterator[CountsFit]:
    met = json.loads(str(dataset.attrs.get("followed", "[]")))
    for figure in COUNTED_AS:
        of = [one for one in met if one["figure"] == figure]
        if not of:
            continue
        few = few_of(figure)
        off = [math.log((max(0.0, one["run"]) + few) / (one["counted"] + few)) for one in of]
        worst = of[int(np.argmax(np.abs(off)))]
        yield CountsFit(
            figure=figure,
            counts=len(of),
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
