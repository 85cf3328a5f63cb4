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
        of the last day.
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
    error : float
        Mean over days of |sim - data|, over the mean of the data; NaN where nobody is counted.
    final, final_observed : float
        Persons on the last day: the forecast's mean, and the data.
    coverage_50, coverage_90 : float
    """

    camp: str
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

    def to_json_dict(self) -> dict[str, Any]:
        """Return one object of plain values, NaN as None; the forecast's scores at its top."""
        plain = asdict(self)
        top = {k: plain.pop(k) for k in ("case", "rules", "futures", "days")}
        result: dict[str, Any] = _no_nan({**top, **plain.pop("forecast"), **plain})
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
    observed = (case.as_flee() if rules == "flee-exact" else case).observed()
    began = time.perf_counter()
    run = simulate_case(
        case, rules=rules, futures=futures, seed=seed, hasten=hasten, settings=parameters
    )
    seconds, persons_of = time.perf_counter() - began, int(run.attrs["hasten"])
    samples = run["present"].values.astype(np.float64)
    observed = np.trunc(observed / persons_of) * persons_of
    mean = samples.mean(axis=0)
    within = {level: scores.inside(samples, observed, level) for level in (0.5, 0.9)}
    flee, agents_of = _flee(case)
    notes = []
    if rules == "allocation":
        notes.append("given: persons in all camps on each day, and each camp's count on day 0")
    return Validation(
        case=case.id,
        rules=rules,
        futures=futures,
        seed=seed,
        hasten=persons_of,
        days=case.days,
        forecast=point_scores(mean, observed, samples),
        ard_futures=scores.ard(samples, observed),
        coverage_50=float(within[0.5].mean()),
        coverage_90=float(within[0.9].mean()),
        camps=tuple(
            CampScores(
                camp=case.locations[at].name,
                error=_ratio(np.abs(mean - observed)[:, j].mean(), observed[:, j].mean()),
                final=float(mean[-1, j]),
                final_observed=float(observed[-1, j]),
                coverage_50=float(within[0.5][:, j].mean()),
                coverage_90=float(within[0.9][:, j].mean()),
            )
            for j, at in enumerate(case.camps)
        ),
        baselines={
            name: point_scores(rule(case), case.observed()) for name, rule in BASELINES.items()
        },
        flee=flee,
        flee_agents_of=agents_of,
        seconds=seconds,
        notes=tuple(notes),
    )


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
        ard_final=float(scores.relative_difference(simulated, observed)[-1]),
        share_error=scores.share_error(simulated, observed),
        crps_increment_30d=scores.crps_increments(ensemble, observed),
    )


def _flee(case: Case) -> tuple[PointScores | None, int]:
    found = flee_runs(case.folder)
    if found is None:
        return None, 0
    mean, data, _ = found
    agents_of = round(_ratio(case.as_flee().observed().max(), data.max()))
    return point_scores(mean * agents_of, data * agents_of), agents_of


def _ratio(a: float, b: float) -> float:
    return float(a / b) if b > 0.0 else math.nan


def _no_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _no_nan(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_no_nan(v) for v in value]
    return None if isinstance(value, float) and math.isnan(value) else value
