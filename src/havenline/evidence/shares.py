"""Where people went: shares by area, forecast and observed, beside simple shares.

Where a series counts arrivals or people present in two areas or more over the same days, the share
of each among these areas is scored: that asks where, whatever the number. The forecast of a future
is the same quotient of its figures; areas that hold another of the series are left out. Rises are
scored as in `havenline.evidence.figures`.

Two simple forecasts, each with a stated spread, Beta(n p, n (1 - p)) with n = 20 (judgement: the
shares of two waves differ by some ten points):

- last counted: the newest shares that any series gave for the same areas by the as-of date;
- where the displaced are: shares of the displaced people present on the as-of date.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from havenline.evidence.figures import Forecasts
from havenline.evidence.scores import crps
from havenline.facts.areas import areas_within
from havenline.facts.observed import WHERE, Counted, every_count

Floats = npt.NDArray[np.float64]

BASELINES = ("last_counted", "displaced_present")
LABELS: Mapping[str, str] = {
    "last_counted": "the shares counted last",
    "displaced_present": "where the displaced are",
}
SPREAD = 20.0
MEMBERS = 200


@dataclass(frozen=True)
class Shared:
    """What one series counted in several areas over the same days.

    Attributes
    ----------
    name : str
        The series.
    parts : tuple of Counted
        By area, none within another; their values add up to more than zero.
    """

    name: str
    parts: tuple[Counted, ...]

    @property
    def areas(self) -> tuple[str, ...]:
        """The areas, sorted."""
        return tuple(part.series.area for part in self.parts)

    @property
    def shares(self) -> Floats:
        """Share of each area, (areas,)."""
        values = np.array([part.value for part in self.parts])
        return np.asarray(values / values.sum())


@dataclass(frozen=True)
class ShareScore:
    """The forecast of one share from one as-of date.

    Attributes
    ----------
    series, area : str
    start : date or None
    end : date
    observed : float
        0 to 1.
    quantiles : tuple of float
        5%, 50% and 95% of the forecast.
    scores : dict of str to float
        Fair CRPS of ``model`` and of each of `BASELINES`, in shares; nan where it says nothing.
    """

    series: str
    area: str
    start: date | None
    end: date
    observed: float
    quantiles: tuple[float, float, float]
    scores: dict[str, float]

    @property
    def inside_90(self) -> bool:
        """Whether the 90% range holds what was observed."""
        return self.quantiles[0] <= self.observed <= self.quantiles[2]

    def to_json_dict(self) -> dict[str, Any]:
        """Return the score as plain data."""
        low, middle, high = self.quantiles
        return {
            "series": self.series,
            "area_id": self.area,
            "start": self.start.isoformat() if self.start else None,
            "end": self.end.isoformat(),
            "observed": self.observed,
            "q05": low,
            "q50": middle,
            "q95": high,
            "crps": self.scores["model"],
            "baselines_crps": {
                n: None if math.isnan(self.scores[n]) else self.scores[n] for n in BASELINES
            },
        }


def shared_counts(observations: pd.DataFrame, areas: pd.DataFrame) -> Iterator[Shared]:
    """Walk the figures that a series gives for several areas over the same days.

    Parameters
    ----------
    observations : DataFrame
    areas : DataFrame
        Columns area_id and parent_id.

    Yields
    ------
    Shared
        In order of the days on which they end.
    """

    def days(figure: Counted) -> tuple[Any, ...]:
        series = figure.series
        return figure.end, figure.start or figure.end, series.name, series.counter, series.measure

    rows = observations[observations["measure"].isin(WHERE)]
    wanted = [figure for figures in every_count(rows).values() for figure in figures]
    for _, same in groupby(sorted(wanted, key=lambda f: (*days(f), f.series.area)), key=days):
        together = list(same)
        within = [areas_within(areas, {figure.series.area}) for figure in together]
        finest = [
            figure
            for figure, own in zip(together, within, strict=True)
            if not any(other < own for other in within)
        ]
        if len(finest) > 1 and sum(figure.value for figure in finest) > 0.0:
            yield Shared(str(finest[0].series), tuple(finest))


def score_shares(forecasts: Forecasts) -> list[ShareScore]:
    """Score the forecast shares of one run.

    Parameters
    ----------
    forecasts : Forecasts

    Returns
    -------
    list of ShareScore
        Empty where no series counts by area, or none lies far enough ahead.
    """
    areas = forecasts.crisis.areas
    before = list(shared_counts(forecasts.known, areas))
    found: list[ShareScore] = []
    for shared in shared_counts(forecasts.crisis.observations, areas):
        first = shared.parts[0]
        if not forecasts.lies_ahead(first):
            continue
        drawn = [forecasts.of(part) for part in shared.parts if forecasts.inside(part.series.area)]
        persons = np.array([x for x in drawn if not isinstance(x, str)])
        if len(persons) < len(shared.parts):
            continue
        samples = persons / np.maximum(1.0, persons.sum(axis=0))
        simple = {
            "last_counted": _last_counted(before, shared.areas),
            "displaced_present": _present(forecasts, shared.areas),
        }
        for k, (area, share) in enumerate(zip(shared.areas, shared.shares, strict=True)):
            scores = {"model": _one_crps(samples[k], share)}
            for name, shares in simple.items():
                scores[name] = (
                    math.nan if shares is None else _one_crps(spread_share(shares[k]), share)
                )
            low, middle, high = (float(q) for q in np.quantile(samples[k], [0.05, 0.5, 0.95]))
            found.append(
                ShareScore(
                    shared.name, area, first.start, first.end, float(share), (low, middle, high),
                    scores,
                )
            )  # fmt: skip
    return found


def _last_counted(before: Iterable[Shared], areas: tuple[str, ...]) -> Floats | None:
    """Return the newest shares that a series gave for all these areas."""
    found = None
    for shared in before:
        values = {part.series.area: part.value for part in shared.parts}
        if set(areas) <= set(values):
            persons = np.array([values[area] for area in areas])
            if persons.sum() > 0.0:
                found = np.asarray(persons / persons.sum())
    return found


def _present(forecasts: Forecasts, areas: tuple[str, ...]) -> Floats | None:
    """Return the shares of the displaced people present on the as-of date."""
    stock = forecasts.run["displaced"].isel(day=0).sum("group").mean("future")
    persons = np.array([float(stock.sel(area=forecasts.inside(a)).sum()) for a in areas])
    return np.asarray(persons / persons.sum()) if persons.sum() > 0.0 else None


def spread_share(share: float) -> Floats:
    """Return the quantiles of a simple forecast around its share, (MEMBERS,) float64."""
    levels = (np.arange(MEMBERS) + 0.5) / MEMBERS
    p = min(max(share, 1e-4), 1.0 - 1e-4)
    return np.asarray(stats.beta.ppf(levels, SPREAD * p, SPREAD * (1.0 - p)), dtype=np.float64)


def _one_crps(samples: Floats, observed: float) -> float:
    """Return the fair CRPS of one forecast."""
    return float(crps(samples[None, :], [observed])[0])
