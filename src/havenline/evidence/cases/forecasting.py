"""Forecast from the last count: what planners have is the counts up to a day.

As of a day nothing later is read: no count, no conflict and no closure after it. Counts are
those published, before registration corrections, since a correction rewrites the past with what
was learnt later; a camp's last published count stands until the as-of date. The total is carried
on by its rise in the last 30 days, times a lognormal number a future, and strays by registration.
The rules then allocate it
as in a case from day 0, but from the known counts, and with each camp's pull moved towards what
it got in the last 90 days. Persistence gives the same totals at the shares of the last counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havenline.crisis.case import Case, Counts
from havenline.engine.rules.allocation import Allocation, AllocationParameters, default_parameters
from havenline.engine.rules.allocation.model import camp_factors
from havenline.engine.rules.allocation.network import AllocationNetwork, build_network
from havenline.engine.rules.allocation.parameters import normals
from havenline.errors import RunError
from havenline.evidence.cases.validation import counted, no_nan
from havenline.evidence.scores import coverage, crps

Floats = NDArray[np.float64]

HORIZONS = (30, 90)
EVERY_DAYS = 30
RATE_DAYS = 30
WINDOW_DAYS = 90
RATE_SPREAD = 1.0
"""Standard deviation of the logarithm of the next rise over the last; judgement."""
LEVEL_SPREAD = 0.06
"""Standard deviation of the logarithm of the total in 30 days by registration, growing with the
square root of time; judgement."""
LEARNT = 0.8
"""Share of the variance of a camp's pull that a window of counts explains; judgement."""
LEAST_PERSONS = 50.0
LEAST_SHARE = 0.05


@dataclass(frozen=True)
class HorizonScores:
    """Scores of rolling forecasts at one horizon.

    Attributes
    ----------
    horizon : int
        Days ahead.
    forecasts : int
        As-of dates.
    crps, crps_persistence : float
        Mean over as-of dates and camps, persons.
    share_error, share_error_persistence : float
        Half the sum of differences of shares of the mean forecast, mean over as-of dates.
    coverage_50, coverage_90 : float
        Of camps' counts.
    total_coverage_90 : float
        Of the sum of all camps.
    """

    horizon: int
    forecasts: int
    crps: float
    crps_persistence: float
    share_error: float
    share_error_persistence: float
    coverage_50: float
    coverage_90: float
    total_coverage_90: float


@dataclass(frozen=True)
class ForecastScores:
    """Rolling forecasts of one case.

    Attributes
    ----------
    case : str
    futures, seed : int
    horizons : tuple of HorizonScores
        Those that the case is long enough for.
    """

    case: str
    futures: int
    seed: int
    horizons: tuple[HorizonScores, ...]

    def to_json_dict(self) -> dict[str, Any]:
        """Return one object of plain values, NaN as None."""
        plain: dict[str, Any] = no_nan(asdict(self))
        return plain


def known_by(case: Case, day: int) -> Case:
    """Return the case with the counts published by a day, before registration corrections."""
    registered = case.as_registered()

    def cut(counts: Counts) -> Counts:
        upto = max(int(np.searchsorted(counts.days, day, side="right")), 1)
        persons = counts.persons[:upto].copy()
        if counts.days[0] > day:
            persons[:] = 0.0
        return Counts(days=counts.days[:upto], persons=persons)

    return replace(registered, counts={at: cut(c) for at, c in registered.counts.items()})


def forecast_from(
    case: Case,
    day: int,
    ahead: int,
    *,
    futures: int = 100,
    seed: int = 0,
    parameters: AllocationParameters | None = None,
) -> tuple[Floats, Floats]:
    """Forecast the counts of the camps from what is known on a day.

    Parameters
    ----------
    case : Case
    day : int
        The as-of date.
    ahead : int
        Days to forecast.
    futures, seed : int
    parameters : AllocationParameters, optional

    Returns
    -------
    people : (futures, ahead + 1, camps) float64
        From the as-of date on.
    persistence : (futures, ahead + 1, camps) float64
        The same totals at the shares of the last counts.

    Raises
    ------
    RunError
        If the day or the horizon lies outside the case.
    """
    if day < 0 or ahead < 1 or day + ahead >= case.days:
        raise RunError(f"forecast: day {day} and {ahead} days ahead do not fit {case.days} days")
    p = default_parameters() if parameters is None else parameters
    past = known_by(case, day)
    observed = past.observed()[: day + 1]
    network = build_network(past, frozen_from=day)
    totals = _totals(observed, ahead, futures, day, seed)
    names = [past.locations[j].name for j in network.camps]
    spread = p.attraction_spread * np.sqrt(1.0 - LEARNT)
    noise = camp_factors(f"forecast:{day}", names, float(spread), futures, seed)
    pull = noise * _learnt(past, network, observed, p)
    rules = Allocation(
        past,
        network,
        observed[-1],
        totals,
        first_day=day,
        seed=seed,
        parameters=p,
        attraction=pull,
    )
    people = rules.all_present().astype(np.float64)
    last = observed[-1]
    camps = len(last)
    shares = last / last.sum() if last.sum() > 0.0 else np.full(camps, 1.0 / camps)
    return people, np.trunc(totals)[:, :, None] * shares


def forecast(
    case: Case,
    *,
    horizons: Sequence[int] = HORIZONS,
    futures: int = 100,
    seed: int = 0,
    parameters: AllocationParameters | None = None,
) -> ForecastScores:
    """Score rolling forecasts, one every 30 days.

    Parameters
    ----------
    case : Case
    horizons : sequence of int
        Days ahead.
    futures, seed : int
    parameters : AllocationParameters, optional
        The fitted ones if not given; a case that they were fitted on is then in-sample.

    Returns
    -------
    ForecastScores
    """
    truth = counted(case.as_registered())
    found = []
    for horizon in horizons:
        days = range(EVERY_DAYS, case.days - horizon, EVERY_DAYS)
        if not len(days):
            continue
        ours, naive, seen = [], [], []
        for day in days:
            if np.isnan(truth[day + horizon]).all():
                continue
            people, persistence = forecast_from(
                case, day, horizon, futures=futures, seed=seed, parameters=parameters
            )
            ours.append(people[:, -1])
            naive.append(persistence[:, -1])
            seen.append(truth[day + horizon])
        if not seen:
            continue
        found.append(_score(horizon, np.stack(ours), np.stack(naive), np.stack(seen)))
    return ForecastScores(case.id, futures, seed, tuple(found))


def _score(horizon: int, ours: Floats, naive: Floats, seen: Floats) -> HorizonScores:
    """Score samples of shape (dates, futures, camps) against counts of shape (dates, camps).

    A count that is NaN is not known, and not scored.
    """
    known = np.isfinite(seen)
    whole = known.all(axis=1)

    def flat(samples: Floats) -> Floats:
        return np.asarray(samples.transpose(0, 2, 1).reshape(-1, samples.shape[1])[known.ravel()])

    def misplaced(samples: Floats) -> float:
        mean = np.where(known, samples.mean(axis=1), 0.0)
        mean = mean / np.maximum(mean.sum(axis=1, keepdims=True), 1.0)
        data = np.nan_to_num(seen)
        data = data / np.maximum(data.sum(axis=1, keepdims=True), 1.0)
        return float(0.5 * np.abs(mean - data).sum(axis=1).mean())

    observed = seen[known]
    return HorizonScores(
        horizon=horizon,
        forecasts=len(seen),
        crps=float(crps(flat(ours), observed).mean()),
        crps_persistence=float(crps(flat(naive), observed).mean()),
        share_error=misplaced(ours),
        share_error_persistence=misplaced(naive),
        coverage_50=coverage(flat(ours), observed, 0.5),
        coverage_90=coverage(flat(ours), observed, 0.9),
        total_coverage_90=coverage(ours.sum(axis=2)[whole], seen[whole].sum(axis=1), 0.9)
        if whole.any()
        else float("nan"),
    )


def _totals(observed: Floats, ahead: int, futures: int, day: int, seed: int) -> Floats:
    """Return totals from the last known one on: the last rise a day, times a lognormal number."""
    total = observed.sum(axis=1)
    back = min(RATE_DAYS, day)
    rate = (total[-1] - total[-1 - back]) / back if back else 0.0
    factor = np.exp(RATE_SPREAD * normals(f"rise:{day}", futures, seed) - 0.5 * RATE_SPREAD**2)
    days = np.arange(ahead + 1)
    path = total[-1] + rate * factor[:, None] * days
    jumps = normals(f"registration:{day}", futures, seed)[:, None] * np.sqrt(days / RATE_DAYS)
    path = path * np.exp(LEVEL_SPREAD * jumps)
    return np.asarray(np.maximum(path, 0.0))


def _learnt(
    case: Case, network: AllocationNetwork, observed: Floats, parameters: AllocationParameters
) -> Floats:
    """Return what a camp got in the last 90 days over what the rules give it, drawn towards 1."""
    day = len(observed) - 1
    first = max(0, day - WINDOW_DAYS)
    window = observed[first:]
    totals = np.maximum.accumulate(window.sum(axis=1))
    rules = Allocation(
        case, network, window[0], totals[None], first_day=first, parameters=parameters.central()
    )
    central = rules.all_present()[0].astype(np.float64)
    got = np.maximum(window[-1] - window[0], 0.0)
    given = np.maximum(central[-1] - central[0], 0.0)
    floor = max(LEAST_PERSONS, LEAST_SHARE * float(given.sum()))
    return np.asarray(((got + floor) / (given + floor)) ** LEARNT)
