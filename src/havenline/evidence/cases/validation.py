"""The validation of one case: scores of the rules, beside Flee's and naive baselines."""

from __future__ import annotations

import math
import time
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havenline.crisis.case import Case
from havenline.engine.cases import Rules, simulate_case
from havenline.engine.rules.allocation import AllocationParameters
from havenline.evidence.cases import scores
from havenline.evidence.cases.baselines import BASELINES
from havenline.evidence.cases.flee import flee_runs

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PointScores:
    """Scores of one table of counts by day and camp.

    Attributes
    ----------
    ard, ard_rescaled, ard_final : float
        Averaged relative difference; the same after scaling each day to the data's total; that
        of the last day with a count.
    share_error : float
        Share of people in the wrong camp.
    crps_increment_30d : float
        Mean CRPS of 30-day rises, persons; for a table without spread its mean absolute error.
    """

    ard: float
    ard_rescaled: float
    ard_final: float
    share_error: float
    crps_increment_30d: float


@dataclass(frozen=True)
class CampScores:
    """Scores of one camp.

    Attributes
    ----------
    camp : str
    days_scored : int
        Days on which its count is known; the scores are of these.
    error : float
        Mean over days of |sim - data|, over the mean of the data; NaN where nobody is counted.
    final, final_observed : float
        Persons on its last day with a count: the forecast's mean, and the data; NaN where no day
        of the period has one.
    coverage_50, coverage_90 : float
    """

    camp: str
    days_scored: int
    error: float
    final: float
    final_observed: float
    coverage_50: float
    coverage_90: float


@dataclass(frozen=True)
class Validation:
    """How right the rules are on a case.

    Attributes
    ----------
    case, rules : str
    futures, seed, hasten, days : int
    forecast : PointScores
        Of the mean over futures, which is what the ensemble forecasts; its CRPS is that of the
        whole ensemble.
    ard_futures : float
        Mean over futures of each one's ARD: larger, the more honestly they spread.
    coverage_50, coverage_90 : float
        Share of camp-days inside the central ranges.
    camps : tuple of CampScores
    baselines : dict of str to PointScores
    flee : PointScores or None
        Of the mean of Flee's own runs with its default settings, where the folder has them.
    flee_agents_of : int
        Persons to one of Flee's agents there, 0 without.
    seconds : float
        Of the simulation.
    notes : tuple of str
        What a reader must know of the scores.
    days_scored : int
        Days on which some camp's count is known.
    last_scored : int
        The last of them.
    """

    case: str
    rules: str
    futures: int
    seed: int
    hasten: int
    days: int
    forecast: PointScores
    ard_futures: float
    coverage_50: float
    coverage_90: float
    camps: tuple[CampScores, ...]
    baselines: dict[str, PointScores]
    flee: PointScores | None
    flee_agents_of: int
    seconds: float
    notes: tuple[str, ...] = field(default=())
    days_scored: int = 0
    last_scored: int = -1

    def to_json_dict(self) -> dict[str, Any]:
        """Return one object of plain values, NaN as None; the forecast's scores at its top."""
        plain = asdict(self)
        top = {k: plain.pop(k) for k in ("case", "rules", "futures", "days")}
        result: dict[str, Any] = no_nan({**top, **plain.pop("forecast"), **plain})
        return result


def validate(
    case: Case,
    *,
    rules: Rules = "allocation",
    futures: int = 100,
    seed: int = 0,
    hasten: int | None = None,
    parameters: AllocationParameters | None = None,
) -> Validation:
    """Score the rules on a case.

    Parameters
    ----------
    case : Case
    rules : {"allocation", "flee", "flee-exact"}
    futures, seed : int
    hasten : int, optional
        Persons to one agent, for Flee's rules; as the case's settings say by default.
    parameters : AllocationParameters, optional
        Of ``allocation``; the fitted ones if not given.

    Returns
    -------
    Validation
    """
    observed = counted(case.as_flee() if rules == "flee-exact" else case)
    known = np.isfinite(observed)
    began = time.perf_counter()
    run = simulate_case(
        case, rules=rules, futures=futures, seed=seed, hasten=hasten, settings=parameters
    )
    seconds, persons_of = time.perf_counter() - began, int(run.attrs["hasten"])
    samples = run["present"].values.astype(np.float64)
    observed = np.trunc(observed / persons_of) * persons_of
    mean = samples.mean(axis=0)
    within = {level: scores.inside(samples, observed, level) for level in (0.5, 0.9)}
    flee, agents_of = _flee(case, known)
    ends = [scores.last_known(column[:, None]) for column in observed.T]
    return Validation(
        case=case.id,
        rules=rules,
        futures=futures,
        seed=seed,
        hasten=persons_of,
        days=case.days,
        forecast=point_scores(mean, observed, samples),
        ard_futures=scores.ard(samples, observed),
        coverage_50=float(np.nanmean(within[0.5])),
        coverage_90=float(np.nanmean(within[0.9])),
        camps=tuple(
            CampScores(
                camp=case.locations[at].name,
                days_scored=int(known[:, j].sum()),
                error=_ratio(_mean(np.abs(mean - observed)[:, j]), _mean(observed[:, j])),
                final=float(mean[ends[j], j]),
                final_observed=float(observed[ends[j], j]),
                coverage_50=_mean(within[0.5][:, j]),
                coverage_90=_mean(within[0.9][:, j]),
            )
            for j, at in enumerate(case.camps)
        ),
        baselines={
            name: point_scores(rule(case), counted(case)) for name, rule in BASELINES.items()
        },
        flee=flee,
        flee_agents_of=agents_of,
        seconds=seconds,
        notes=_notes(case, rules, known),
        days_scored=int(known.any(axis=1).sum()),
        last_scored=scores.last_known(observed),
    )


def counted(case: Case) -> Floats:
    """Return the counts to score against.

    Parameters
    ----------
    case : Case

    Returns
    -------
    (days, camps) float64
        Persons; NaN where no count tells.
    """
    return np.where(case.known(), case.observed(), np.nan)


def _notes(case: Case, rules: Rules, known: NDArray[np.bool_]) -> tuple[str, ...]:
    """Say what is given, what is not scored, and when a score says nothing."""
    notes = []
    if rules == "allocation":
        notes.append("given: persons in all camps on each day, and each camp's count on day 0")
    unknown = int((~known.any(axis=1)).sum())
    if unknown:
        notes.append(f"{unknown} of {case.days} days lie between no two counts and are not scored")
    partly = [at for at, k in zip(case.camps, known.T, strict=True) if k.sum() < known.any(1).sum()]
    if partly:
        names = ", ".join(case.locations[at].name for at in partly[:5])
        more = f" and {len(partly) - 5} more" if len(partly) > 5 else ""
        notes.append(f"counts on fewer days than others have: {names}{more}")
    peopled = (np.where(known, case.observed(), 0.0) > 0).any(axis=0)
    if peopled.sum() < 2:
        notes.append("people are counted in one camp only: the score says nothing of where they go")
    return tuple(notes)


def point_scores(simulated: Floats, observed: Floats, samples: Floats | None = None) -> PointScores:
    """Return the scores of a table of counts.

    Parameters
    ----------
    simulated, observed : (days, camps) float64
    samples : (futures, days, camps) float64, optional
        The ensemble whose mean ``simulated`` is.

    Returns
    -------
    PointScores
    """
    ensemble = simulated[None] if samples is None else samples
    return PointScores(
        ard=scores.ard(simulated, observed),
        ard_rescaled=scores.ard(scores.rescaled(simulated, observed), observed),
        ard_final=float(
            scores.relative_difference(simulated, observed)[scores.last_known(observed)]
        ),
        share_error=scores.share_error(simulated, observed),
        crps_increment_30d=scores.crps_increments(ensemble, observed),
    )


def _flee(case: Case, known: NDArray[np.bool_]) -> tuple[PointScores | None, int]:
    found = flee_runs(case.folder)
    if found is None:
        return None, 0
    mean, data, _ = found
    agents_of = round(_ratio(case.as_flee().observed().max(), data.max()))
    scored = np.where(known[: len(data)], data * agents_of, np.nan)
    return point_scores(mean * agents_of, scored), agents_of


def _mean(values: Floats) -> float:
    """Return the mean of what is known; NaN where nothing is."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else math.nan


def _ratio(a: float, b: float) -> float:
    return float(a / b) if b > 0.0 else math.nan


def no_nan(value: Any) -> Any:
    """Return plain values with None in place of NaN.

    Parameters
    ----------
    value : object
        Of dictionaries, lists, tuples and plain values.

    Returns
    -------
    object
    """
    if isinstance(value, dict):
        return {k: no_nan(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [no_nan(v) for v in value]
    return None if isinstance(value, float) and math.isnan(value) else value
