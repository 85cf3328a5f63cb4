"""Weekly counts update the ensemble: is the next count forecast better with them?

The ensemble is filtered as in `havenline.evidence.particles`. The paths of the futures stay as they
were simulated; to restart the engine at each count, which replays the counts itself, is the other
way to use them and is scored beside this one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from havenline.errors import RunError
from havenline.evidence.baselines import simple_forecasts
from havenline.evidence.hindcast import Evidence, simulated_path
from havenline.evidence.particles import LEVEL_SD, Filter
from havenline.evidence.prior_rate import prior_from_flows
from havenline.evidence.reporting import (
    Reporting,
    registered,
    reported_increments,
    reporting_of,
    take_up,
)
from havenline.evidence.scores import Interval, block_bootstrap, crps, pit_ranks
from havenline.facts.counts import Totals, increments, published_totals

Floats = npt.NDArray[np.float64]

LEAST_DAYS = 5
"""Totals closer together than this are left out, so that about one a week remains."""
RANK_BINS = 5


@dataclass(frozen=True)
class Week:
    """One count and its forecasts.

    Attributes
    ----------
    start, end : date
        Days of the count before and of this count.
    observed : float
        Published rise, persons.
    crps : dict of str to float
        Fair CRPS by name: ``without``, ``with``, ``restarted`` (where run) and baselines.
    quantiles : dict of str to tuple of float
        5%, 50% and 95% of ``without`` and ``with``, persons.
    effective : float
        Effective number of particles after the update.
    """

    start: date
    end: date
    observed: float
    crps: dict[str, float]
    quantiles: dict[str, tuple[float, float, float]]
    effective: float


@dataclass(frozen=True)
class Twins:
    """What the filter does where the truth is known: each future in turn is the truth.

    Attributes
    ----------
    truths : int
    ranks : tuple of int
        How many of the rises fell into each fifth of the forecast with the counts.
    error_without, error_with : float
        Mean absolute error of the median of the rises after the first, persons.
    crps_without, crps_with : float
        Mean fair CRPS of all rises after the first, persons.
    """

    truths: int
    ranks: tuple[int, ...]
    error_without: float
    error_with: float
    crps_without: float
    crps_with: float


@dataclass(frozen=True)
class Assimilation:
    """Scores of one-week-ahead forecasts with and without the counts.

    Attributes
    ----------
    crisis : str
    as_of : date
        Day of the run that is updated.
    futures, seed : int
    weeks : tuple of Week
    twins : Twins or None
    """

    crisis: str
    as_of: date
    futures: int
    seed: int
    weeks: tuple[Week, ...]
    twins: Twins | None

    def mean(self, name: str) -> float:
        """Return the mean CRPS of a forecast over the weeks after the first.

        The first count is a forecast for all alike, as nothing was known to learn from.
        """
        later = self.weeks[1:]
        return math.fsum(w.crps[name] for w in later) / len(later)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the forecasts that were made for every week after the first."""
        return tuple(n for n in self.weeks[-1].crps if all(n in w.crps for w in self.weeks[1:]))

    @property
    def difference(self) -> Interval:
        """CRPS with the counts less without, block-bootstrap range; below zero is better."""
        later = self.weeks[1:]
        return block_bootstrap([w.crps["with"] - w.crps["without"] for w in later], seed=self.seed)

    def to_json_dict(self) -> dict[str, Any]:
        """Return the scores as plain data."""
        twins = self.twins
        return {
            "crisis": self.crisis,
            "as_of": self.as_of.isoformat(),
            "futures": self.futures,
            "seed": self.seed,
            "unit": "persons per rise of about a week",
            "counts": len(self.weeks) - 1,
            "crps": {name: self.mean(name) for name in self.names},
            "difference": self.difference.mean,
            "difference_interval": [
                v if math.isfinite(v) else None for v in (self.difference.low, self.difference.high)
            ],
            "weeks": [
                {
                    "start": w.start.isoformat(),
                    "end": w.end.isoformat(),
                    "observed": w.observed,
                    "crps": w.crps,
                    "quantiles": {n: list(q) for n, q in w.quantiles.items()},
                    "effective": w.effective,
                }
                for w in self.weeks
            ],
            "synthetic": None
            if twins is None
            else {
                "truths": twins.truths,
                "ranks": list(twins.ranks),
                "error_without": twins.error_without,
                "error_with": twins.error_with,
                "crps_without": twins.crps_without,
                "crps_with": twins.crps_with,
            },
        }


def weekly(totals: Totals, *, least_days: int = LEAST_DAYS) -> Totals:
    """Return totals at least some days apart, the first kept."""
    kept = [0] if len(totals) else []
    for i in range(1, len(totals)):
        if (totals.dates[i] - totals.dates[kept[-1]]).days >= least_days:
            kept.append(i)
    return Totals(
        tuple(totals.dates[i] for i in kept),
        totals.persons[kept],
        tuple(totals.qualifiers[i] for i in kept),
        tuple(any(totals.breaks[a:b]) for a, b in pairwise([0, *(i + 1 for i in kept)])),
        tuple(totals.ends[i] for i in kept),
    )


def assimilate(
    crisis: Evidence,
    *,
    simulate: Callable[..., Any],
    as_of: date,
    until: date,
    futures: int = 200,
    seed: int = 1,
    option: str = "no_deal",
    restart: bool = True,
    twins: int = 40,
    progress: Callable[[int, int], None] | None = None,
) -> Assimilation:
    """Forecast each count from the run as it was, and as the counts before updated it.

    Parameters
    ----------
    crisis : Crisis
    simulate : callable
        As `havenline.evidence.hindcast` takes it.
    as_of : date
        Day of the run; nothing later enters it. Its unconditional line: nobody says when the
        fighting runs.
    until : date
        Last day of a count.
    futures, seed : int
    option : str
    restart : bool
        Whether to run the engine anew as of the day each count was made, too.
    twins : int
        Futures that take the part of the truth; 0 for none.
    progress : callable, optional
        Called with the number of runs done and of all runs.

    Returns
    -------
    Assimilation

    Raises
    ------
    RunError
        If fewer than three counts lie ahead.
    """
    every = published_totals(crisis.observations, series_id=crisis.meta.displaced_series)
    counts = weekly(every.first(sum(d <= until for d in every.dates)))
    steps = [s for s in increments(counts) if s.end > as_of]
    if len(steps) < 3:
        raise RunError(f"fewer than three counts after {as_of} up to {until}")
    days = (steps[-1].end - as_of).days
    restarts = [s.start for s in steps if s.start > as_of] if restart else []
    run = simulate(
        crisis, options=[option], futures=futures, seed=seed, as_of=as_of, days=days
    ).dataset
    done = 1
    if progress is not None:
        progress(done, 1 + len(restarts))
    first, path = simulated_path(run, option=option)
    reporting = reporting_of(run)
    ends = [s.end for s in steps]
    open_loop = reported_increments(
        path, first, [steps[0].start], ends, reporting=reporting, seed=seed
    )
    running = running_path(run, option=option)
    updated = Filter(path, first, reporting, seed=seed, running=running)
    prior = prior_from_flows(crisis.observations, as_of=as_of, before=every.dates[0])
    weeks = []
    for k, step in enumerate(steps):
        waiting = updated.waiting(step.start, step.end)
        samples = {
            "without": open_loop[k],
            "with": updated.forecast(waiting, step.end, members=futures),
        }
        if step.start in restarts:
            again = simulate(
                crisis,
                options=[option],
                futures=futures,
                seed=seed,
                as_of=step.start,
                days=step.days,
            ).dataset
            day_one, whole = simulated_path(again, option=option)
            samples["restarted"] = reported_increments(
                whole, day_one, counts.dates[: counts.dates.index(step.start) + 1],
                [step.end], reporting=reporting_of(again), seed=seed,
            )[0]  # fmt: skip
            done += 1
            if progress is not None:
                progress(done, 1 + len(restarts))
        known = counts.first(counts.dates.index(step.start) + 1)
        naive = simple_forecasts(known, [step], began=every.dates[0], prior=prior)
        updated.update(waiting, step.persons)
        truth = np.array([step.persons])
        scores = {n: crps(x[None, :], truth) for n, x in samples.items()}
        scores |= {n: f.score(truth[:, None]) for n, f in naive.items()}
        weeks.append(
            Week(
                start=step.start,
                end=step.end,
                observed=step.persons,
                crps={n: float(v[0]) for n, v in scores.items()},
                quantiles={n: _ends(samples[n]) for n in ("without", "with")},
                effective=updated.state.effective,
            )
        )
    return Assimilation(
        crisis=crisis.id,
        as_of=as_of,
        futures=futures,
        seed=seed,
        weeks=tuple(weeks),
        twins=twin_experiment(
            path,
            first,
            [steps[0].start, *ends],
            reporting=reporting,
            truths=twins,
            seed=seed,
            running=running,
        )
        if twins
        else None,
    )


def running_path(dataset: xr.Dataset, *, option: str) -> npt.NDArray[np.bool_] | None:
    """Return whether the offensive runs on each day in each future.

    Parameters
    ----------
    dataset : Dataset
        With ``offensive_running`` (option, future, day).
    option : str

    Returns
    -------
    (days, futures) bool or None
        Days of the replay are taken as off, as nothing is asked of them. None where the run
        does not say.
    """
    if "offensive_running" not in dataset:
        return None
    ahead = dataset["offensive_running"].sel(option=option).transpose("day", "future").to_numpy()
    before = dataset.sizes["history_day"] - 1
    return np.concatenate([np.zeros((before, ahead.shape[1]), np.bool_), ahead > 0.5])


def twin_experiment(
    path: Floats,
    first: date,
    reports: Sequence[date],
    *,
    reporting: Reporting,
    truths: int,
    seed: int,
    running: npt.NDArray[np.bool_] | None = None,
) -> Twins:
    """Let futures in turn be the truth, report it, and filter the others with the reports.

    Parameters
    ----------
    path : (days, futures) float64
        As in `Filter`.
    first : date
    reports : sequence of date
        Days of the counts, the first being the start.
    reporting : Reporting
        Of each future.
    truths : int
        The first futures are used, at most all but one.
    seed : int
    running : (days, futures) array of bool, optional
        As in `Filter`.

    Returns
    -------
    Twins
        The truth has a level that drifts as the filter assumes.
    """
    futures = path.shape[1]
    number = min(truths, futures - 1)
    spans = list(pairwise(reports))
    rng = np.random.default_rng([seed, 31])
    ranks, scores, errors = [], [], []
    for truth in range(number):
        others = np.array([f for f in range(futures) if f != truth], dtype=np.intp)
        own = reporting.of(np.array([truth], dtype=np.intp))
        told = registered(path[:, [truth]], own.lag_days)[:, 0]
        states = None if running is None else running[:, others]
        filtered, blind = (
            Filter(
                path[:, others],
                first,
                reporting.of(others),
                particles=1000,
                seed=seed + truth,
                running=states,
            )
            for _ in range(2)
        )
        level, left = 0.0, np.zeros(1)
        for k, (start, end) in enumerate(spans):
            level += LEVEL_SD * math.sqrt((end - start).days / 7.0) * float(rng.standard_normal())
            rise = told[(end - first).days] - told[(start - first).days]
            waits = left + math.exp(level) * rise
            shown, left = take_up(waits, own, end, seed=seed + 1000 + truth)
            waiting, unknowing = filtered.waiting(start, end), blind.waiting(start, end)
            sample = filtered.forecast(waiting, end, members=200)
            before = blind.forecast(unknowing, end, members=200)
            if k > 0:
                ranks.append(int(pit_ranks(sample[None, :], shown, seed=seed + truth + k)[0]))
                pair = np.stack([before, sample])
                scores.append(crps(pair, np.repeat(shown, 2)))
                errors.append(np.abs(np.median(pair, axis=1) - shown))
            filtered.update(waiting, float(shown[0]))
            blind.state.left = np.zeros(blind.state.left.size)
    bins, _ = np.histogram((np.array(ranks) + 0.5) / 201.0, bins=RANK_BINS, range=(0.0, 1.0))
    mean_error, mean_score = np.mean(errors, axis=0), np.mean(scores, axis=0)
    return Twins(
        truths=number,
        ranks=tuple(int(n) for n in bins),
        error_without=float(mean_error[0]),
        error_with=float(mean_error[1]),
        crps_without=float(mean_score[0]),
        crps_with=float(mean_score[1]),
    )


def _ends(samples: Floats) -> tuple[float, float, float]:
    low, middle, high = (float(q) for q in np.quantile(samples, [0.05, 0.5, 0.95]))
    return low, middle, high
