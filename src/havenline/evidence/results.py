"""What a hindcast found: scores by as-of date and pooled, as numbers and as verdicts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from havenline import words
from havenline.evidence.baselines import LABELS, SIX, Forecast
from havenline.evidence.captures import CaptureScore
from havenline.evidence.figures import FigureScore
from havenline.evidence.prior_rate import PriorRate
from havenline.evidence.replay import ReplayFit
from havenline.evidence.scores import (
    Interval,
    block_bootstrap,
    coverage,
    crps,
    over_observed,
    pit_ranks,
    spread_observed,
)
from havenline.evidence.shares import ShareScore
from havenline.evidence.totals import TotalScore, score_total
from havenline.facts.counts import Increment
from havenline.facts.observed import Series

Floats = npt.NDArray[np.float64]

UNIT = "persons per increment"
_LEVELS = (0.5, 0.9)
PIT_BINS = 5


@dataclass(frozen=True)
class Scored:
    """The forecast from one as-of date and its scores.

    Attributes
    ----------
    as_of : date
        Day of the forecast.
    start_total : float
        Highest total published by then, persons; the forecast starts at its series' latest date.
    increments : tuple of Increment
        What was observed.
    samples : (increments, futures) float64
        What the model forecast, persons.
    naive : mapping of str to Forecast
        What the baselines forecast.
    parameters_later : tuple of str
        Parameters that took a value known only after the as-of date.
    prior : PriorRate or None
        What the baselines used for want of three increments; None where they did not.
    fled : (increments, futures) float64 or None
        The people who fled over the same days, before the reporting model; None without one.
    figures : tuple of FigureScore
        Every other series that a run answers to.
    shares : tuple of ShareScore
        Where people went, by area, where a series counts several.
    replay : ReplayFit or None
        How well the replay meets the counts known; None where none was.
    captures : CaptureScore or None
        Scores of the front; None where it was not stepped.
    people : float or None
        The people who are there, above which no baseline goes; None where nobody is known.
    """

    as_of: date
    start_total: float
    increments: tuple[Increment, ...]
    samples: Floats
    naive: Mapping[str, Forecast]
    parameters_later: tuple[str, ...]
    prior: PriorRate | None
    fled: Floats | None = None
    figures: tuple[FigureScore, ...] = ()
    shares: tuple[ShareScore, ...] = ()
    replay: ReplayFit | None = None
    captures: CaptureScore | None = None
    people: float | None = None

    @property
    def total(self) -> TotalScore:
        """Score of the whole rise from the latest published total to the last one."""
        return score_total(self.samples, self.naive, self.observed)

    @property
    def start(self) -> date:
        """Date of the latest total published by the as-of date."""
        return self.increments[0].start

    @property
    def in_sample(self) -> bool:
        """Whether any value was known only later."""
        return bool(self.parameters_later)

    @property
    def observed(self) -> Floats:
        """Observed increments, persons, shape (increments,)."""
        return np.array([step.persons for step in self.increments])

    @cached_property
    def seen(self) -> Floats:
        """What each increment may have been, persons, shape (increments, n)."""
        low, high = np.array([step.ends for step in self.increments]).T * self.observed
        return spread_observed(self.observed, low, high)

    @cached_property
    def scores(self) -> dict[str, Floats]:
        """CRPS of ``model`` and of each baseline, persons, each of shape (increments,)."""
        own = over_observed(lambda y: crps(self.samples, y), self.seen)
        return {"model": own} | {n: f.score(self.seen) for n, f in self.naive.items()}

    def forecast(self, name: str) -> Floats:
        """Return the samples of ``model`` or of a baseline, (increments, members) persons."""
        return self.samples if name == "model" else self.naive[name].samples


@dataclass(frozen=True)
class HindcastScore:
    """Scores over one as-of date, or over all of them.

    Attributes
    ----------
    as_of : date or None
        None for all together.
    increments : int
        Scores that were averaged.
    distinct : int
        Different observed increments among them; fewer than `increments` where as-of dates
        overlap.
    crps : Interval
        Mean fair CRPS of the model with its block-bootstrap range, persons per increment.
    baselines : dict of str to float
        Mean CRPS of each baseline.
    best : str
        The baseline with the lowest mean, which is known only afterwards.
    difference : Interval
        Model less best baseline; below zero where the model is better.
    coverage : dict of str to dict of float to float
        By ``model`` and baseline, by level: share of increments inside the central range.
    in_sample : bool
        Whether any value was known only after an as-of date.
    parameters_later : tuple of str
        Which.
    pit : tuple of int
        How many observations fell into each fifth of the model's forecast, lowest first; even
        where the forecast is reliable.
    fled_crps, fled_coverage : float or None, dict of float to float
        CRPS and coverage without the reporting model; None and empty where there is none.
    """

    as_of: date | None
    increments: int
    distinct: int
    crps: Interval
    baselines: dict[str, float]
    best: str
    difference: Interval
    coverage: dict[str, dict[float, float]]
    in_sample: bool
    parameters_later: tuple[str, ...]
    pit: tuple[int, ...] = ()
    fled_crps: float | None = None
    fled_coverage: Mapping[float, float] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """CRPS of the model by that of the ensemble of six; nan where that was exact."""
        six = self.baselines[SIX]
        return self.crps.mean / six if six > 0.0 else math.nan

    @property
    def outcome(self) -> str:
        """One of ``wins``, ``loses`` and ``ties``, against the best baseline."""
        if abs(self.difference.mean) <= 1e-9 * max(1.0, abs(self.crps.mean)):
            return "ties"
        return "loses" if self.difference.mean > 0.0 else "wins"

    @property
    def verdict(self) -> str:
        """The comparison in a sentence without a full stop."""
        best = self.baselines[self.best]
        label = words.listed([LABELS[n] for n, v in self.baselines.items() if v == best])
        beaten = [LABELS[n] for n, v in self.baselines.items() if self.crps.mean < v]
        if self.outcome == "ties":
            text = f"ties with {label}"
        elif self.outcome == "wins":
            share = -self.difference.mean / best
            text = f"beats every baseline, the best of them ({label}) by {words.percent(share)}"
        else:
            share = self.difference.mean / best if best > 0.0 else math.inf
            by = f" by {words.percent(share)}" if math.isfinite(share) else ", which was exact"
            text = f"loses to {label}{by}"
            text += f" (but beats {words.listed(beaten)})" if beaten else " and beats no baseline"
        return text + self._how_sure()

    def _how_sure(self) -> str:
        if not math.isfinite(self.difference.low):
            return "; too few increments to say how sure that is"
        if self.outcome != "ties" and self.difference.includes_zero:
            return "; not distinguishable, the range of the difference holds zero"
        return ""

    def to_json_dict(self) -> dict[str, Any]:
        """Return the score as plain data; a number that does not exist is None."""
        model = self.coverage["model"]
        return {
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "increments": self.increments,
            "increments_distinct": self.distinct,
            "crps_increment": self.crps.mean,
            "crps_increment_interval": _ends(self.crps),
            "baselines_crps_increment": dict(self.baselines),
            "ratio_to_six": self.ratio if math.isfinite(self.ratio) else None,
            "best_baseline": self.best,
            "difference_to_best": self.difference.mean,
            "difference_to_best_interval": _ends(self.difference),
            "bootstrap_block": self.difference.block,
            "coverage_50": model[0.5],
            "coverage_90": model[0.9],
            "baselines_coverage_50": {n: self.coverage[n][0.5] for n in self.baselines},
            "baselines_coverage_90": {n: self.coverage[n][0.9] for n in self.baselines},
            "pit": list(self.pit),
            "without_reporting": (
                None
                if self.fled_crps is None
                else {
                    "crps_increment": self.fled_crps,
                    "coverage_50": self.fled_coverage[0.5],
                    "coverage_90": self.fled_coverage[0.9],
                }
            ),
            "in_sample": self.in_sample,
            "parameters_later": list(self.parameters_later),
            "outcome": self.outcome,
            "verdict": self.verdict,
        }


@dataclass(frozen=True)
class HindcastLine:
    """One line of the hindcast: all as-of dates, without or with the recorded offensive.

    Attributes
    ----------
    name : {"unconditional", "conditional"}
        Whether the recorded days of the offensive were given.
    scored : tuple of Scored
        By as-of date.
    seed : int
        Seed of the bootstrap.
    """

    name: str
    scored: tuple[Scored, ...]
    seed: int

    @property
    def dates(self) -> tuple[HindcastScore, ...]:
        """Scores by as-of date."""
        return tuple(_score([s], self.seed, s.as_of) for s in self.scored)

    @property
    def pooled(self) -> HindcastScore:
        """Scores of all as-of dates together; each score weighs the same.

        The dates overlap: most increments are scored from several. For the range, all scores
        of one observed increment are drawn together.
        """
        return _score(self.scored, self.seed, None)


@dataclass(frozen=True)
class Hindcast:
    """Scores of the model and of naive baselines on past days.

    Attributes
    ----------
    crisis : str
        Id of the crisis.
    option : str
        Option that was simulated.
    until : date
        Last day a scored total may describe.
    futures : int
        Futures in each run.
    seed : int
        Seed of the runs.
    unconditional : HindcastLine
        The headline: nothing later than each as-of date was given.
    conditional : HindcastLine or None
        Given the recorded days of the offensive; None where none are recorded.
    unscored : mapping of Series to str
        Series that were scored from no date, and why.
    """

    crisis: str
    option: str
    until: date
    futures: int
    seed: int
    unconditional: HindcastLine
    conditional: HindcastLine | None
    unscored: Mapping[Series, str] = field(default_factory=dict)

    @property
    def lines(self) -> tuple[HindcastLine, ...]:
        """The headline, then the conditional line if there is one."""
        return (self.unconditional,) + ((self.conditional,) if self.conditional else ())

    @property
    def in_sample(self) -> bool:
        """Whether any value of any run was known only after its as-of date."""
        return any(line.pooled.in_sample for line in self.lines)

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each line and as-of date, and one pooled row for each line.

        Returns
        -------
        DataFrame
            line, as_of (NaT: pooled), increments, distinct, crps_model and one crps column for
            each baseline (mean CRPS, persons per increment), ratio_to_six, best_baseline,
            difference, difference_low, difference_high (persons), coverage_50, coverage_90,
            in_sample, verdict.
        """
        rows: list[dict[str, Any]] = []
        for line in self.lines:
            for score in (*line.dates, line.pooled):
                row: dict[str, Any] = {
                    "line": line.name,
                    "as_of": pd.Timestamp(score.as_of) if score.as_of else pd.NaT,
                    "increments": score.increments,
                    "distinct": score.distinct,
                    "crps_model": score.crps.mean,
                }
                row |= {f"crps_{name}": value for name, value in score.baselines.items()}
                row |= {
                    "ratio_to_six": score.ratio,
                    "best_baseline": score.best,
                    "difference": score.difference.mean,
                    "difference_low": score.difference.low,
                    "difference_high": score.difference.high,
                    "coverage_50": score.coverage["model"][0.5],
                    "coverage_90": score.coverage["model"][0.9],
                    "in_sample": score.in_sample,
                    "verdict": score.verdict,
                }
                rows.append(row)
        return pd.DataFrame(rows)

    def increments_frame(self) -> pd.DataFrame:
        """Return one row for each line, as-of date, forecast and observed increment.

        Returns
        -------
        DataFrame
            line, as_of, forecast (``model`` or a baseline), start, end, observed, q05, q50,
            q95 (persons), crps (persons), rank (rank of the observation, 0 to members), members,
            note and qualifier of the observation.
        """
        parts = []
        for line in self.lines:
            for s in line.scored:
                for name in ("model", *s.naive):
                    samples = s.forecast(name)
                    low, middle, high = np.quantile(samples, [0.05, 0.5, 0.95], axis=1)
                    parts.append(
                        pd.DataFrame(
                            {
                                "line": line.name,
                                "as_of": pd.Timestamp(s.as_of),
                                "forecast": name,
                                "start": pd.to_datetime([i.start for i in s.increments]),
                                "end": pd.to_datetime([i.end for i in s.increments]),
                                "observed": s.observed,
                                "q05": low,
                                "q50": middle,
                                "q95": high,
                                "crps": s.scores[name],
                                "rank": pit_ranks(samples, s.observed, seed=self.seed),
                                "members": samples.shape[1],
                                "note": [i.note for i in s.increments],
                                "qualifier": [i.qualifier for i in s.increments],
                            }
                        )
                    )
        return pd.concat(parts, ignore_index=True)

    def to_json_dict(self) -> dict[str, Any]:
        """Return the hindcast as plain data for JSON.

        Returns
        -------
        dict
            ``dates`` and ``conditional`` are lists with one entry for each as-of date (the
            latter empty where no offensive is recorded), ``pooled`` and ``pooled_conditional``
            one entry each (the latter possibly None).
        """
        line, given = self.unconditional, self.conditional
        return {
            "crisis": self.crisis,
            "option": self.option,
            "until": self.until.isoformat(),
            "futures": self.futures,
            "seed": self.seed,
            "score": "fair CRPS; plain of the ensemble of six, which is finite",
            "unit": UNIT,
            "in_sample": self.in_sample,
            "unscored": [
                {**series._asdict(), "reason": why} for series, why in self.unscored.items()
            ],
            "dates": _entries(line),
            "pooled": line.pooled.to_json_dict(),
            "conditional": _entries(given) if given else [],
            "pooled_conditional": given.pooled.to_json_dict() if given else None,
        }


def _entries(line: HindcastLine) -> list[dict[str, Any]]:
    entries = []
    for scored, score in zip(line.scored, line.dates, strict=True):
        entry = score.to_json_dict()
        entry["start"] = scored.start.isoformat()
        entry["start_total"] = scored.start_total
        entry["people_there"] = scored.people
        entry["total"] = scored.total.to_json_dict()
        entry["figures"] = [figure.to_json_dict() for figure in scored.figures]
        entry["shares"] = [share.to_json_dict() for share in scored.shares]
        entry["replay"] = scored.replay.to_json_dict() if scored.replay else None
        entry["captures"] = scored.captures.to_json_dict() if scored.captures else None
        entry["baselines_spread"] = {n: f.spread for n, f in scored.naive.items()}
        entry["observed"] = [
            {
                "start": step.start.isoformat(),
                "end": step.end.isoformat(),
                "persons": step.persons,
                "note": step.note,
            }
            for step in scored.increments
        ]
        entries.append(entry)
    return entries


def _score(scored: Sequence[Scored], seed: int, as_of: date | None) -> HindcastScore:
    spans = sorted({(i.start, i.end) for s in scored for i in s.increments})
    place = {span: k for k, span in enumerate(spans)}
    where = np.array([place[i.start, i.end] for s in scored for i in s.increments])
    counts = np.bincount(where, minlength=len(spans))
    each = {n: np.concatenate([s.scores[n] for s in scored]) for n in ("model", *LABELS)}
    means = {name: float(each[name].mean()) for name in LABELS}
    best = min(means, key=lambda name: means[name])

    def mean(values: Floats) -> Interval:
        return block_bootstrap(np.bincount(where, weights=values), counts, seed=seed)

    later = sorted({name for s in scored for name in s.parameters_later})
    fled = [(s.fled, s.seen) for s in scored if s.fled is not None]
    return HindcastScore(
        as_of=as_of,
        increments=int(where.size),
        distinct=len(spans),
        crps=mean(each["model"]),
        baselines=means,
        best=best,
        difference=mean(each["model"] - each[best]),
        coverage={n: {c: _covered(scored, n, c) for c in _LEVELS} for n in each},
        pit=pit_counts(scored, seed),
        fled_crps=(
            float(np.concatenate([over_observed(partial(crps, f), o) for f, o in fled]).mean())
            if fled
            else None
        ),
        fled_coverage={c: _share_inside(fled, c) for c in _LEVELS} if fled else {},
        in_sample=bool(later),
        parameters_later=tuple(later),
    )


def pit_counts(scored: Sequence[Scored], seed: int) -> tuple[int, ...]:
    """Return how many observations fell into each fifth of the model's forecast."""
    shares = np.concatenate(
        [
            (pit_ranks(s.samples, s.observed, seed=seed) + 0.5) / (s.samples.shape[1] + 1)
            for s in scored
        ]
    )
    counts, _ = np.histogram(shares, bins=PIT_BINS, range=(0.0, 1.0))
    return tuple(int(n) for n in counts)


def _covered(scored: Sequence[Scored], name: str, level: float) -> float:
    return _share_inside([(s.forecast(name), s.seen) for s in scored], level)


def _share_inside(pairs: Sequence[tuple[Floats, Floats]], level: float) -> float:
    inside = math.fsum(
        float(over_observed(lambda y, x=x: coverage(x, y, level), seen)) * len(seen)  # type: ignore[misc]
        for x, seen in pairs
    )
    return inside / sum(len(seen) for _, seen in pairs)


def _ends(interval: Interval) -> list[float | None]:
    return [v if math.isfinite(v) else None for v in (interval.low, interval.high)]
