"""Every observed series but the main one, scored against the daily figure that answers to it.

What was there on a day is compared as it stands, a rise by the days of it that lie after the as-of
date: where a rise began before, its part by days, and only where at least half of them lie ahead.
Areas of any level are the sum of the finest areas below them; an area without a place of the result
has no figure, unless the main series counts it or the series names a neighbour. An observation with
a range is scored over all that it may have been.

Beside each stands what the series itself said last: the last figure kept, or the mean rate of its
rises so far, both as certain forecasts; a rise of which nothing was known is forecast as nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from havenline.crisis.answers import ANSWERS, COUNTED_ONCE, WITHOUT
from havenline.evidence.people_there import Peopled, people_there
from havenline.evidence.scores import coverage, crps, over_observed, pit_ranks, spread_observed
from havenline.facts.areas import areas_within
from havenline.facts.known import known_by
from havenline.facts.observed import Counted, Series, beside, every_count

Floats = npt.NDArray[np.float64]

LEAST_AHEAD = 0.5
"""Share of the days of a rise that must lie after the as-of date: of less, most is known."""
LEVELS = (0.5, 0.9)
NO_PLACE = "no place that people may live in or flee to lies in its area"


@dataclass(frozen=True)
class MeasureScore:
    """All scored figures of one measure together.

    Attributes
    ----------
    measure : str
    figures, series : int
        Figures that were scored; series that gave them.
    crps : float
        Mean CRPS of the model, in the unit of the series.
    kept : float
        Mean CRPS of the last figure or rate kept, where it says something; nan where it never does.
    ratio : float
        The model's mean CRPS by it, over the figures of which it says something; nan without one.
    inside : dict of float to float
        By level: share of the figures in the central range.
    """

    measure: str
    figures: int
    series: int
    crps: float
    kept: float
    ratio: float
    inside: Mapping[float, float]

    def to_json_dict(self) -> dict[str, Any]:
        """Return the scores as plain data."""
        return {
            "measure": self.measure,
            "figures": self.figures,
            "series": self.series,
            "crps": self.crps,
            "kept_crps": None if math.isnan(self.kept) else self.kept,
            "ratio_to_kept": None if math.isnan(self.ratio) else self.ratio,
            "coverage_50": self.inside[0.5],
            "coverage_90": self.inside[0.9],
        }


def by_measure(scores: Iterable[FigureScore]) -> tuple[MeasureScore, ...]:
    """Return the scores of each measure together, in the order in which they first come."""
    of: dict[str, list[FigureScore]] = {}
    for score in scores:
        of.setdefault(score.counted.series.measure, []).append(score)
    result = []
    for measure, found in of.items():
        beside_it = [score for score in found if not math.isnan(score.kept)]
        kept = math.fsum(score.kept for score in beside_it)
        result.append(
            MeasureScore(
                measure=measure,
                figures=len(found),
                series=len({score.counted.series for score in found}),
                crps=math.fsum(score.crps for score in found) / len(found),
                kept=kept / len(beside_it) if beside_it else math.nan,
                ratio=math.fsum(s.crps for s in beside_it) / kept if kept > 0.0 else math.nan,
                inside={c: math.fsum(s.inside[c] for s in found) / len(found) for c in LEVELS},
            )
        )
    return tuple(result)


class Declared(Peopled, Protocol):
    """What is read of a crisis."""

    @property
    def crossings(self) -> pd.DataFrame:
        """Crossings, with the neighbour of each."""
        ...

    @property
    def observations(self) -> pd.DataFrame:
        """Observed series."""
        ...


@dataclass(frozen=True)
class FigureScore:
    """The forecast of one figure from one as-of date.

    Attributes
    ----------
    counted : Counted
    observed : float
        What is scored of it: the part of a rise that lies ahead.
    quantiles : tuple of float
        5%, 50% and 95% of the forecast.
    crps : float
        Fair CRPS of the model, in the unit of the series.
    kept : float
        CRPS of the last figure or rate kept; nan where no figure was known.
    inside : dict of float to float
        By level: how much of what was observed lies in the central range, 0 or 1 where it has no
        range of its own.
    fifth : int
        Fifth of the forecast it fell into, 0 for the lowest.
    """

    counted: Counted
    observed: float
    quantiles: tuple[float, float, float]
    crps: float
    kept: float
    inside: Mapping[float, float]
    fifth: int

    def to_json_dict(self) -> dict[str, Any]:
        """Return the score as plain data."""
        figure, (low, middle, high) = self.counted, self.quantiles
        return {
            **figure.series._asdict(),
            "start": figure.start.isoformat() if figure.start else None,
            "end": figure.end.isoformat(),
            "observed": self.observed,
            "q05": low,
            "q50": middle,
            "q95": high,
            "crps": self.crps,
            "kept_crps": None if math.isnan(self.kept) else self.kept,
            "inside_90": self.inside[0.9],
        }


@dataclass(frozen=True)
class Forecasts:
    """What one run says of observed figures.

    Attributes
    ----------
    run : Dataset
        A result, of one option.
    crisis : Crisis
    main : str
        The main series, scored elsewhere. What covers its areas covers the whole crisis.
    as_of, until : date
        Day of the forecast; last day that a figure may describe.
    """

    run: xr.Dataset
    crisis: Declared
    main: str
    as_of: date
    until: date

    @cached_property
    def main_areas(self) -> set[str]:
        """Areas of the main series."""
        rows = self.crisis.observations
        return set(rows.loc[rows["series_id"] == self.main, "area_id"])

    @cached_property
    def known(self) -> pd.DataFrame:
        """Observations that were known on the day of the forecast."""
        rows = self.crisis.observations
        return known_by(rows[rows["date"] <= pd.Timestamp(self.as_of)], self.as_of)

    def lies_ahead(self, figure: Counted) -> bool:
        """Return whether enough of a figure lies between the as-of date and the last day."""
        last = min(self.until, pd.Timestamp(self.run["day"].to_numpy()[-1]).date())
        return figure.end <= last and figure.falls_after(self.as_of) >= LEAST_AHEAD

    def inside(self, area: str) -> list[str]:
        """Return the areas of the result that lie in an area."""
        within = areas_within(self.crisis.areas, {area})
        return [str(a) for a in self.run["area"].to_numpy() if a in within]

    def is_whole(self, series: Series) -> bool:
        """Return whether a series covers the whole crisis, or a neighbour from outside it."""
        own = self.inside(series.area)
        beyond = not own and series.neighbour != ""
        return beyond or series.area in self.main_areas or len(own) == self.run.sizes["area"]

    def of(self, figure: Counted) -> Floats | str:
        """Return the forecast of a figure, (futures,), or the reason why there is none."""
        series = figure.series
        if series.measure in WITHOUT:
            return WITHOUT[series.measure]
        moved = series.repeats == "yes" and series.measure in COUNTED_ONCE
        answer = ANSWERS["moves" if moved else series.measure]
        whole = self.is_whole(series)
        if not whole and not self.inside(series.area):
            return NO_PLACE
        name = answer.whole if whole else answer.part
        if series.neighbour and answer.neighbour in self.run:
            name = answer.neighbour
        elif series.neighbour and len(set(self.crisis.crossings["neighbour"])) != 1:
            return "a run does not hold into which neighbour people go"
        if not name:
            return "a run holds it for the whole crisis, not for a part of it"
        if name not in self.run:
            return "the run does not hold it"
        values = self.run[name]
        if "neighbour" in values.dims and series.neighbour == "":
            values = values.sum("neighbour")
        elif "neighbour" in values.dims:
            if series.neighbour not in values["neighbour"].to_numpy():
                return "the run has no border with that neighbour"
            values = values.sel(neighbour=series.neighbour)
        if "group" in values.dims:
            values = values.sum("group")
        areas = [] if whole and answer.since_the_start else self.inside(series.area)
        if "area" in values.dims:
            values = (values.sel(area=areas) if areas else values).sum("area")
        path = values.transpose("future", "day").to_numpy().astype(np.float64)
        if self.run[name].attrs.get("measure") == "flow":
            path = path.cumsum(axis=1)
        if answer.since_the_start:
            path = path - (people_there(self.crisis, areas, self.as_of, "idp") or 0.0)
        return self._over(figure, path)

    def _over(self, figure: Counted, path: Floats) -> Floats:
        end = path[:, (figure.end - self.as_of).days]
        if figure.start is None:
            return np.maximum(0.0, end)
        return end - path[:, (max(self.as_of, figure.start) - self.as_of).days]


def last_figure(observations: pd.DataFrame, main: str, until: date) -> date:
    """Return the last day up to a day that a series but the main one describes and a run answers.

    Parameters
    ----------
    observations : DataFrame
    main : str
        The main series.
    until : date

    Returns
    -------
    date
        ``date.min`` where there is none.
    """
    rows = beside(observations, main)
    answered = rows["measure"].isin(list(ANSWERS)) & (rows["date"] <= pd.Timestamp(until))
    days = rows.loc[answered, "date"]
    return pd.Timestamp(days.max()).date() if len(days) else date.min


def score_figures(forecasts: Forecasts) -> tuple[list[FigureScore], dict[Series, str]]:
    """Score the forecasts of one run on every series but the main one.

    Parameters
    ----------
    forecasts : Forecasts

    Returns
    -------
    scores : list of FigureScore
    unscored : dict of Series to str
        Every series without a score, and why.
    """
    before = every_count(forecasts.known)
    scores: list[FigureScore] = []
    unscored: dict[Series, str] = {}
    for series, figures in every_count(
        beside(forecasts.crisis.observations, forecasts.main)
    ).items():
        if series.measure in WITHOUT:
            unscored[series] = WITHOUT[series.measure]
            continue
        ahead = [figure for figure in figures if forecasts.lies_ahead(figure)]
        if not figures:
            unscored[series] = "it is one count that does not say since when"
        elif not ahead:
            unscored[series] = "no figure of it lies ahead of the dates"
        for figure in ahead:
            samples = forecasts.of(figure)
            if isinstance(samples, str):
                unscored[series] = samples
                break
            scores.append(_score(figure, forecasts.as_of, samples, before.get(series, [])))
    return scores, unscored


def _score(figure: Counted, as_of: date, samples: Floats, before: Sequence[Counted]) -> FigureScore:
    ahead = figure.falls_after(as_of)
    seen = ahead * spread_observed([figure.value], [figure.low], [figure.high])
    x = samples[None, :]
    low, middle, high = (float(q) for q in np.quantile(samples, [0.05, 0.5, 0.95]))
    middle_seen = seen[:, seen.shape[1] // 2]
    rank = (pit_ranks(x, middle_seen)[0] + 0.5) / (samples.size + 1)
    kept = _kept(figure, ahead, before)
    return FigureScore(
        counted=figure,
        observed=float(ahead * figure.value),
        quantiles=(low, middle, high),
        crps=float(over_observed(partial(crps, x), seen)[0]),
        kept=float(np.abs(seen - kept).mean()),
        inside={c: float(over_observed(partial(coverage, x, level=c), seen)) for c in LEVELS},
        fifth=int(5 * rank),
    )


def _kept(figure: Counted, ahead: float, before: Sequence[Counted]) -> float:
    """Return what the series itself said last of a figure."""
    if figure.start is None:
        return before[-1].value if before else math.nan
    days = sum((f.end - f.start).days for f in before if f.start)
    rate = sum(f.value for f in before) / days if days else 0.0
    return rate * ahead * (figure.end - figure.start).days
