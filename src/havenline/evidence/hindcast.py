"""The hindcast: no deal as of past days, scored on what came after, beside naive baselines."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from havenline.errors import RunError
from havenline.evidence.baselines import Forecast, simple_forecasts
from havenline.evidence.captures import CaptureScore
from havenline.evidence.figures import Declared, Forecasts, last_figure, score_figures
from havenline.evidence.people_there import held_below, people_there
from havenline.evidence.prior_rate import PriorRate, prior_from_flows
from havenline.evidence.replay import replay_fit
from havenline.evidence.reporting import reported_increments, reporting_of
from havenline.evidence.results import Hindcast, HindcastLine, Scored
from havenline.evidence.series import count_began, increments_to_score, main_rows
from havenline.evidence.shares import score_shares
from havenline.facts.counts import Increment, published_totals, returns_known
from havenline.facts.fighting import days_of_any
from havenline.facts.observed import Series

Floats = npt.NDArray[np.float64]


class Evidence(Declared, Protocol):
    """What the hindcast reads of a crisis itself; the rest is for the simulation."""

    @property
    def id(self) -> str:
        """Id of the crisis."""
        ...

    @property
    def happenings(self) -> pd.DataFrame:
        """Dated happenings."""
        ...

    @property
    def meta(self) -> Any:
        """``crisis.yaml``; its ``displaced_series`` is read."""
        ...


class Simulated(Protocol):
    """What the hindcast reads of a result."""

    @property
    def dataset(self) -> xr.Dataset:
        """The answer of a simulation."""
        ...


def hindcast(
    crisis: Evidence,
    *,
    simulate: Callable[..., Simulated],
    dates: Sequence[date],
    until: date,
    futures: int = 100,
    seed: int = 1,
    option: str = "no_deal",
    series_id: str | None = None,
    prior: PriorRate | None = None,
    conditional: bool = True,
    reporting: bool = False,
    captures: Callable[..., CaptureScore] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Hindcast:
    """Forecast from past days with what was known then, and score against what came after.

    For each as-of date the option is simulated to the day of the last scored total. The
    predicted increments of each future are compared with the observed ones, from the date of
    the latest total that was published by the as-of date on; only changes count. A second run
    is given the recorded days of the offensive, which nobody knew at the time: it shows how
    much of the error comes from not knowing when the fighting runs.

    Parameters
    ----------
    crisis : Crisis
        With the observations and, for the second run, happenings of the offensive.
    simulate : callable
        ``simulate(crisis, options=[...], futures=, seed=, as_of=, days=)`` returning an object
        with a ``dataset``; the second run adds ``offensive=``, a mapping of date to bool. The
        dataset holds ``newly_displaced`` (option, future, day) and ``history_newly_displaced``
        (future, history_day), both cumulative persons.
    dates : sequence of date
        As-of dates.
    until : date
        Last day a scored total may describe.
    futures : int
        Futures in each run, two or more.
    seed : int
        Seed of the runs, of the bootstrap and of nothing else.
    option : str
        Option that is simulated; the one that lets things run.
    series_id : str, optional
        Main series; the one that crisis.yaml names if not given, or else the only one.
    prior : PriorRate, optional
        For the baselines while fewer than three increments are published; taken from movements
        of before the series, published by the as-of date, if not given.
    conditional : bool
        Whether to run the second line.
    reporting : bool
        Whether people come to stand in the count late and in part, as the parameters
        ``report_...`` say; if not, people who fled are taken to stand in it the same day.
    captures : callable, optional
        ``captures(crisis, option=, futures=, seed=, as_of=, until=, offensive=)``, such as
        `havenline.evidence.captures.score_captures`; the front is not scored if not given.
    progress : callable, optional
        Called with the number of runs done and of all runs.

    Returns
    -------
    Hindcast
        Scores by as-of date and pooled, unconditional first.

    Raises
    ------
    RunError
        If a date cannot be scored or the runs do not cover it.
    """
    if futures < 2:
        raise RunError("a hindcast needs two futures or more")
    days = sorted(set(dates))
    if not days:
        raise RunError("a hindcast needs an as-of date")
    recorded: Mapping[date, bool] = {}
    series_id = series_id or crisis.meta.displaced_series
    every = published_totals(crisis.observations, series_id=series_id)
    main = str(main_rows(crisis.observations, series_id)["series_id"].iloc[0])
    if conditional and len(every):
        recorded = days_of_any(crisis.happenings, start=every.dates[0], end=until)
    unscored: dict[Series, str] = {}
    scored_too: set[Series] = set()
    lines: list[Mapping[date, bool] | None] = [None, recorded] if recorded else [None]
    scored: list[list[Scored]] = [[] for _ in lines]
    done = 0
    for as_of in days:
        if as_of >= until:
            raise RunError(f"as of {as_of} nothing is left to score up to {until}")
        observed = increments_to_score(
            crisis.observations, as_of=as_of, until=until, series_id=series_id
        )
        known = published_totals(crisis.observations, as_of=as_of, series_id=series_id)
        before = prior or prior_from_flows(crisis.observations, as_of=as_of, before=known.dates[0])
        rows = main_rows(crisis.observations, series_id)
        once = not rows["repeats"].eq("yes").any()
        people = people_there(crisis, set(rows["area_id"]), as_of) if once else None
        naive = simple_forecasts(
            known,
            observed,
            began=count_began(crisis.observations, as_of=as_of, series_id=series_id),
            prior=before,
            people=people,
        )
        last = max(observed[-1].end, last_figure(crisis.observations, main, until))
        horizon = (last - as_of).days
        if horizon < 1:
            raise RunError(f"the last observed total up to {until} is not after {as_of}")
        for line, given in zip(scored, lines, strict=True):
            extra = {} if given is None else {"offensive": given}
            result = simulate(
                crisis,
                options=[option],
                futures=futures,
                seed=seed,
                as_of=as_of,
                days=horizon,
                **extra,
            )
            fled = predicted_increments(result.dataset, observed, option=option)
            samples = fled
            if reporting:
                first, path = simulated_path(result.dataset, option=option)
                samples = reported_increments(
                    path,
                    first,
                    known.dates,
                    [step.end for step in observed],
                    reporting=reporting_of(result.dataset),
                    seed=seed,
                )
            samples = held_below(samples, known.highest(), people)
            forecasts = Forecasts(result.dataset.sel(option=option), crisis, main, as_of, until)
            figures, without = score_figures(forecasts)
            scored_too |= {figure.counted.series for figure in figures}
            unscored |= without
            front = None
            if captures is not None:
                front = captures(
                    crisis,
                    option=option,
                    futures=futures,
                    seed=seed,
                    as_of=as_of,
                    until=until,
                    offensive=given,
                )
            line.append(
                Scored(
                    as_of=as_of,
                    start_total=known.highest(),
                    increments=observed,
                    samples=samples,
                    naive=naive,
                    parameters_later=_parameters_later(result.dataset),
                    prior=before if _needs_prior(naive) else None,
                    people=people,
                    fled=fled if reporting else None,
                    figures=tuple(figures),
                    shares=tuple(score_shares(forecasts)),
                    replay=replay_fit(result.dataset, known, returns_known(crisis, as_of)),
                    captures=front,
                )
            )
            done += 1
            if progress is not None:
                progress(done, len(days) * len(lines))
    return Hindcast(
        crisis=crisis.id,
        option=option,
        until=until,
        futures=futures,
        seed=seed,
        unconditional=HindcastLine("unconditional", tuple(scored[0]), seed),
        conditional=HindcastLine("conditional", tuple(scored[1]), seed) if recorded else None,
        unscored={s: why for s, why in unscored.items() if s not in scored_too},
    )


def predicted_increments(
    dataset: xr.Dataset, observed: Sequence[Increment], *, option: str
) -> Floats:
    """Return the simulated increments over the observed ones' days.

    Parameters
    ----------
    dataset : Dataset
        With ``newly_displaced`` (option, future, day) and ``history_newly_displaced``
        (future, history_day), cumulative persons. Days up to the as-of date are read from the
        history, later ones from the simulation.
    observed : sequence of Increment
        Which days.
    option : str
        Which option.

    Returns
    -------
    (increments, futures) float64
        Persons.

    Raises
    ------
    RunError
        If the dataset does not hold the option or a day.
    """
    first, path = simulated_path(dataset, option=option)
    rows = []
    for step in observed:
        at = [(d - first).days for d in (step.start, step.end)]
        for k, day in zip(at, (step.start, step.end), strict=True):
            if not 0 <= k < len(path):
                raise RunError(f"the simulation does not cover {day}, which is to be scored")
        rows.append(path[at[1]] - path[at[0]])
    return np.array(rows, dtype=np.float64)


def simulated_path(dataset: xr.Dataset, *, option: str) -> tuple[date, Floats]:
    """Return the simulated cumulative persons of every day, replay and forecast together.

    Parameters
    ----------
    dataset : Dataset
        As in `predicted_increments`.
    option : str
        Which option.

    Returns
    -------
    first : date
        Day of the first row.
    path : (days, futures) float64
        Persons. The as-of date is read from the replay.

    Raises
    ------
    RunError
        If the dataset does not hold the option.
    """
    if option not in dataset["option"].to_numpy().tolist():
        raise RunError(f"the simulation holds no option {option!r}")
    history = dataset["history_newly_displaced"].transpose("history_day", "future")
    ahead = dataset["newly_displaced"].sel(option=option).transpose("day", "future")
    first = pd.Timestamp(history["history_day"].to_numpy()[0]).date()
    path = np.concatenate([history.to_numpy(), ahead.to_numpy()[1:]])
    return first, np.asarray(path, dtype=np.float64)


def _needs_prior(naive: Mapping[str, Forecast]) -> bool:
    return any(forecast.spread == "prior" for forecast in naive.values())


def _parameters_later(dataset: xr.Dataset) -> tuple[str, ...]:
    names: Any = json.loads(dataset.attrs.get("parameters_known_later", "[]"))
    return tuple(str(name) for name in names)
