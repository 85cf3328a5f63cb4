"""Fitting the few numbers of the default rules on cases, and leaving each case out in turn.

First the three numbers of the pull of a camp, by differential evolution on the mean over cases
of the averaged relative difference of the central future; then the three spreads, on a grid, with
the lowest CRPS of rises among those whose 90% range holds nine in ten camp-days over cases and
eight in ten in each. Both are seeded; the same cases and seed give the same result.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, differential_evolution

from havenline.crisis.case import Case
from havenline.engine.rules.allocation import Allocation, AllocationParameters
from havenline.engine.rules.allocation.network import AllocationNetwork, build_network
from havenline.errors import RunError
from havenline.evidence.cases import scores
from havenline.evidence.cases.validation import Validation, counted, validate

Floats = NDArray[np.float64]

BOUNDS = {
    "softening": (math.log(5.0), math.log(300.0)),
    "distance_power": (0.2, 3.0),
    "capacity_power": (0.0, 1.5),
}
"""Where the search looks; the softening on a logarithmic scale."""

ATTRACTION = (0.75, 1.0, 1.25, 1.5, 2.0)
CAPACITY = (0.1, 0.2, 0.3)
DRIFT = (0.0, 0.02, 0.05, 0.1)
HELD = 0.90
"""Least share of camp-days in the 90% range, in the mean over cases: its own level."""
HELD_IN_EACH = 0.80
"""Least share of camp-days in the 90% range in each case."""
FUTURES = 40
LEAST_SPREAD = 0.1
"""Least standard deviation of a fitted power's logarithm between futures."""
SPREAD = ("distance_power", "capacity_power")
"""Numbers that differ between futures. The softening does not: over wide ranges it trades off
against the power of distance, whose spread stands for both."""


@dataclass(frozen=True)
class Fit:
    """What one search found.

    Attributes
    ----------
    cases : tuple of str
        Cases it was fitted on.
    parameters : AllocationParameters
    ard : float
        Mean over those cases of the central future's averaged relative difference.
    evaluations : int
    """

    cases: tuple[str, ...]
    parameters: AllocationParameters
    ard: float
    evaluations: int


@dataclass(frozen=True)
class Calibration:
    """The fit on all cases, and for each case the scores of a fit on the others.

    Attributes
    ----------
    fit : Fit
        Its spreads of numbers between futures are jackknife standard errors over cases.
    left_out : tuple of (Fit, Validation)
        In the order of the cases; empty where that was not asked for.
    seed : int
    """

    fit: Fit
    left_out: tuple[tuple[Fit, Validation], ...]
    seed: int

    def to_json_dict(self) -> dict[str, Any]:
        """Return one object of plain values."""
        return {
            "seed": self.seed,
            "fit": _plain(self.fit),
            "left_out": [
                {"fit": _plain(fit), "validation": v.to_json_dict()} for fit, v in self.left_out
            ],
        }


@dataclass(frozen=True, eq=False)
class _Prepared:
    case: Case
    network: AllocationNetwork
    observed: Floats
    counted: Floats

    def run(self, parameters: AllocationParameters, futures: int, seed: int) -> Floats:
        totals = np.broadcast_to(self.observed.sum(axis=1), (futures, self.case.days))
        rules = Allocation(
            self.case, self.network, self.observed[0], totals, seed=seed, parameters=parameters
        )
        return rules.all_present().astype(np.float64)


def calibrate(
    cases: Sequence[Case],
    *,
    seed: int = 0,
    leave_one_out: bool = True,
    futures: int = 100,
    generations: int = 15,
) -> Calibration:
    """Fit the default rules on cases.

    Parameters
    ----------
    cases : sequence of Case
        Two or more for `leave_one_out`.
    seed : int
    leave_one_out : bool
        Whether to fit without each case and score it.
    futures : int
        Of the scores of cases left out.
    generations : int
        Of the search.

    Returns
    -------
    Calibration

    Raises
    ------
    RunError
        If there are too few cases.
    """
    if len(cases) < (2 if leave_one_out else 1):
        raise RunError("calibrate: too few cases; leaving one out needs two or more")
    prepared = [_Prepared(c, build_network(c), c.observed(), counted(c)) for c in cases]
    centres = []
    left_out = []
    if leave_one_out:
        for k in range(len(prepared)):
            others = prepared[:k] + prepared[k + 1 :]
            centres.append(_fit_centre(others, seed, generations))
    whole = _fit_centre(prepared, seed, generations)
    spread = _jackknife([fit.parameters for fit in centres])
    if leave_one_out:
        for k, fit in enumerate(centres):
            others = prepared[:k] + prepared[k + 1 :]
            # each of these fits has seen this case: the spread of the two powers between futures is
            # not quite left out, unlike every other number; fits without two cases would be
            rest = [other.parameters for other in centres[:k] + centres[k + 1 :]]
            full = _fit_spreads(others, fit, _jackknife(rest), seed)
            scored = validate(cases[k], futures=futures, seed=seed, parameters=full.parameters)
            left_out.append((full, scored))
    return Calibration(_fit_spreads(prepared, whole, spread, seed), tuple(left_out), seed)


def _numbers(vector: Floats) -> AllocationParameters:
    return AllocationParameters(
        softening=float(np.exp(vector[0])),
        distance_power=float(vector[1]),
        capacity_power=float(vector[2]),
        attraction_spread=0.0,
        capacity_spread=0.0,
        drift=0.0,
        spread={},
    )


def _fit_centre(prepared: Sequence[_Prepared], seed: int, generations: int) -> Fit:
    def loss(vector: Floats) -> float:
        parameters = _numbers(vector)
        return float(np.mean([scores.ard(p.run(parameters, 1, seed), p.counted) for p in prepared]))

    found = differential_evolution(
        loss,
        Bounds(*np.array(list(BOUNDS.values())).T),
        maxiter=generations,
        popsize=8,
        rng=np.random.default_rng(seed),
        polish=False,
        tol=1e-5,
    )
    names = tuple(p.case.id for p in prepared)
    return Fit(names, _numbers(found.x), float(found.fun), int(found.nfev))


def _jackknife(fits: Sequence[AllocationParameters]) -> dict[str, float]:
    """Return standard errors of the logarithm of each power, from fits that each miss a case."""
    result = {}
    for name in SPREAD:
        logs = np.log([max(float(getattr(fit, name)), 1e-6) for fit in fits])
        n = len(logs)
        error = math.sqrt((n - 1) / n * float(((logs - logs.mean()) ** 2).sum())) if n > 1 else 0.0
        result[name] = min(max(error, LEAST_SPREAD), 0.5)
    return result


def _fit_spreads(
    prepared: Sequence[_Prepared], fit: Fit, spread: dict[str, float], seed: int
) -> Fit:
    found = []
    for attraction, capacity, drift in itertools.product(ATTRACTION, CAPACITY, DRIFT):
        trial = replace(
            fit.parameters,
            attraction_spread=attraction,
            capacity_spread=capacity,
            drift=drift,
            spread=spread,
        )
        pairs = np.array([_sharpness(p, trial, seed) for p in prepared])
        held, error = pairs.mean(axis=0)
        found.append((trial, float(held), float(error), float(pairs[:, 0].min())))
    wide = [row for row in found if row[1] >= HELD and row[3] >= HELD_IN_EACH]
    best = min(wide, key=lambda row: row[2]) if wide else max(found, key=lambda row: row[1])
    return replace(fit, parameters=best[0])


def _sharpness(
    prepared: _Prepared, parameters: AllocationParameters, seed: int
) -> tuple[float, float]:
    """Return the share of camp-days in the 90% range, and the CRPS of rises over the mean count."""
    samples, observed = prepared.run(parameters, FUTURES, seed), prepared.counted
    held = np.nanmean(scores.inside(samples[:, ::5], observed[::5], 0.9))
    error = scores.crps_increments(samples, observed)
    return float(held), error / max(float(np.nanmean(observed)), 1.0)


def _plain(fit: Fit) -> dict[str, Any]:
    numbers = {k: v for k, v in vars(fit.parameters).items() if k != "spread"}
    return {
        "cases": list(fit.cases),
        "ard": fit.ard,
        "evaluations": fit.evaluations,
        "parameters": numbers,
        "spread": dict(fit.parameters.spread),
    }
