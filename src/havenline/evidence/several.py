"""Scores over several crises: each beside the ensemble of six, each weighing the same.

Every crisis is scored twice: at the dates that its folder declares, and at dates by one rule for
all, fixed before any score. The rule: of the n published counts of the main series, put in the
order of their publication, the days on which the first to reach 15%, 35%, 55% and 75% of n was
published; a day counts if two totals or more were known on it and two increments or more were left
up to the last count of the series.

A crisis weighs as one, whatever its counts; twins, folders about one war and the same places, share
the weight of one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from havenline.crisis import Crisis
from havenline.errors import HavenlineError, RunError
from havenline.evidence.baselines import LABELS, SIX
from havenline.evidence.figures import MeasureScore, by_measure
from havenline.evidence.hindcast import hindcast
from havenline.evidence.replay import ReplayFit
from havenline.evidence.results import Hindcast, HindcastLine, HindcastScore
from havenline.evidence.series import increments_to_score, main_rows
from havenline.facts.counts import published_totals

SHARES = (0.15, 0.35, 0.55, 0.75)
LEAST = 2
SETS = ("declared", "by rule")
MODEL = "model"


@dataclass(frozen=True)
class Standing:
    """Scores of one crisis at one set of dates.

    Attributes
    ----------
    dates : tuple of HindcastScore
    pooled : HindcastScore or None
        Over all dates; None where no date could be scored.
    failed : mapping of str to str
        What could not be scored, and why.
    measures : tuple of MeasureScore
        Every other series that a run answers to, by what it counts.
    shares : float
        Mean CRPS of shares by area, 0 to 1; nan where none was scored.
    unscored : mapping of str to str
        Series scored from no date, and why.
    replay : ReplayFit or None
        Of the last date.
    """

    dates: tuple[HindcastScore, ...]
    pooled: HindcastScore | None
    failed: Mapping[str, str]
    measures: tuple[MeasureScore, ...] = ()
    shares: float = math.nan
    unscored: Mapping[str, str] = field(default_factory=dict)
    replay: ReplayFit | None = None

    def ratio(self, name: str) -> float:
        """Return the mean CRPS of ``model`` or a baseline by that of the ensemble of six."""
        if self.pooled is None or not self.pooled.baselines[SIX] > 0.0:
            return math.nan
        own = self.pooled.crps.mean if name == MODEL else self.pooled.baselines[name]
        return own / self.pooled.baselines[SIX]

    def to_json_dict(self) -> dict[str, Any]:
        """Return the scores as plain data."""
        return {
            "dates": [score.to_json_dict() for score in self.dates],
            "pooled": self.pooled.to_json_dict() if self.pooled else None,
            "failed": dict(self.failed),
            "measures": [measure.to_json_dict() for measure in self.measures],
            "shares_crps": None if math.isnan(self.shares) else self.shares,
            "unscored": dict(self.unscored),
            "replay": self.replay.to_json_dict() if self.replay else None,
        }


def dates_by_rule(crisis: Crisis) -> tuple[list[date], date]:
    """Return the dates by the rule that holds for all crises, and the last day that is scored.

    Parameters
    ----------
    crisis : Crisis
        With a main series of counts.

    Returns
    -------
    dates : list of date
        In order; fewer than four where counts are few.
    until : date
        End of the period: every count is scored, and every other series.

    Raises
    ------
    RunError
        If there is no main series.
    """
    series = crisis.meta.displaced_series
    every = published_totals(crisis.observations, series_id=series)
    rows = main_rows(crisis.observations, series).dropna(subset=["published", "value"])
    published = sorted(day.date() for day in rows["published"])
    last = every.dates[-1]
    found = set()
    for share in SHARES:
        day = published[math.ceil(share * len(published)) - 1]
        known = published_totals(crisis.observations, as_of=day, series_id=series)
        if len(known) < LEAST or known.dates[-1] >= last:
            continue
        ahead = increments_to_score(crisis.observations, as_of=day, until=last, series_id=series)
        if len(ahead) >= LEAST:
            found.add(day)
    return sorted(found), crisis.meta.period.end


def score_crisis(
    crisis: Crisis, *, simulate: Callable[..., Any], futures: int = 100, seed: int = 1
) -> dict[str, Standing]:
    """Score a crisis at its declared dates and at those by rule; what fails is told, not raised.

    Parameters
    ----------
    crisis : Crisis
    simulate : callable
        As `hindcast` takes it.
    futures, seed : int
        As in `hindcast`.

    Returns
    -------
    dict of str to Standing
        By `SETS`.
    """
    declared = crisis.meta.hindcast
    wanted: dict[str, tuple[Sequence[date], date] | str] = {
        "declared": (declared.dates, declared.until) if declared else "no dates are declared"
    }
    try:
        wanted["by rule"] = dates_by_rule(crisis)
    except HavenlineError as error:
        wanted["by rule"] = str(error)
    done: dict[tuple[date, date], Hindcast | str] = {}
    return {
        name: _standing(crisis, days, done, simulate=simulate, futures=futures, seed=seed)
        for name, days in wanted.items()
    }


def _standing(
    crisis: Crisis,
    days: tuple[Sequence[date], date] | str,
    done: dict[tuple[date, date], Hindcast | str],
    *,
    simulate: Callable[..., Any],
    futures: int,
    seed: int,
) -> Standing:
    if isinstance(days, str):
        return Standing((), None, {"dates": days})
    dates, until = days
    for day in dates:
        if (day, until) in done:
            continue
        try:
            done[day, until] = hindcast(
                crisis,
                simulate=simulate,
                dates=[day],
                until=until,
                futures=futures,
                seed=seed,
                conditional=False,
                reporting=True,
            )
        except Exception as error:
            done[day, until] = told(error)
    results = [found for day in dates if isinstance(found := done[day, until], Hindcast)]
    failed = {day.isoformat(): found for day in dates if isinstance(found := done[day, until], str)}
    if not dates:
        failed = {"dates": "too few counts: no day has two totals before it and two counts after"}
    if not results:
        return Standing((), None, failed)
    scored = tuple(result.unconditional.scored[0] for result in results)
    line = HindcastLine("unconditional", scored, seed)
    figures = [figure for one in scored for figure in one.figures]
    shares = [share.scores["model"] for one in scored for share in one.shares]
    done_too = {str(figure.counted.series) for figure in figures}
    told_of = {str(s): why for result in results for s, why in result.unscored.items()}
    return Standing(
        line.dates,
        line.pooled,
        failed,
        measures=by_measure(figures),
        shares=float(np.mean(shares)) if shares else math.nan,
        unscored={name: why for name, why in told_of.items() if name not in done_too},
        replay=scored[-1].replay,
    )


def told(error: Exception) -> str:
    """Return an error in one line: a table of scores goes on after it."""
    text = " ".join(str(error).split())
    return text if isinstance(error, HavenlineError) else f"{type(error).__name__}: {text}"


def weights(names: Sequence[str], twins: Iterable[Collection[str]] = ()) -> dict[str, float]:
    """Return what each crisis weighs: one, or its part of one among its twins.

    Parameters
    ----------
    names : sequence of str
        Ids of crises.
    twins : iterable of collections of str
        Ids that belong together.

    Returns
    -------
    dict of str to float

    Raises
    ------
    RunError
        If a twin is none of the crises.
    """
    weight = dict.fromkeys(names, 1.0)
    for together in twins:
        for name in together:
            if name not in weight:
                raise RunError(f"twins: {name!r} is none of {', '.join(names)}")
            weight[name] = 1.0 / len(set(together))
    return weight


def mean_ratio(standings: Mapping[str, Standing], weight: Mapping[str, float], name: str) -> float:
    """Return the mean over crises of the ratio of ``model`` or a baseline to the ensemble of six.

    Parameters
    ----------
    standings : mapping of str to Standing
        By crisis; those without a ratio are left out.
    weight : mapping of str to float
    name : str

    Returns
    -------
    float
        nan where none has a ratio.
    """
    ratios = {c: s.ratio(name) for c, s in standings.items()}
    known = [c for c, ratio in ratios.items() if math.isfinite(ratio)]
    if not known:
        return math.nan
    return float(np.average([ratios[c] for c in known], weights=[weight[c] for c in known]))


def best_single(standings: Mapping[str, Standing], weight: Mapping[str, float]) -> str:
    """Return the baseline that does best over all crises together."""
    means = {name: mean_ratio(standings, weight, name) for name in LABELS if name != SIX}
    return min(means, key=lambda name: means[name] if math.isfinite(means[name]) else math.inf)
