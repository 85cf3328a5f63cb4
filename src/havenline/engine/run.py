"""One future: the replay once, then every option from the same state, under the same luck."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from havenline.draws import key_of
from havenline.engine.day import run_days
from havenline.engine.measures import SERIES, Output
from havenline.engine.state import (
    CUT,
    CUT_SETS,
    ERROR,
    ERROR_ENTRIES,
    ERROR_HAZARD,
    ERROR_HORIZON,
    State,
    empty_state,
)
from havenline.errors import RunError
from havenline.options import Schedule
from havenline.world.record import Facts
from havenline.world.world import World

FIRST_TRIPS = 1 << 15
MOST_TRIPS = 1 << 24


@dataclass(frozen=True)
class Job:
    """All that the futures of a simulation share.

    Attributes
    ----------
    world : World
    facts : Facts
    plans : tuple of Schedule
        One for each option, the baseline first.
    values : (n_future,) records
        The uncertain values of each future.
    seed : int
    days : int
        Days after the as-of date.
    """

    world: World
    facts: Facts
    plans: tuple[Schedule, ...]
    values: NDArray[np.void]
    seed: int
    days: int


@dataclass(frozen=True)
class FutureResult:
    """What the options did in one future.

    Attributes
    ----------
    history : (n_history_day,) float64
        Cumulative newly displaced persons in the replay.
    series : (n_option, n_day, n_series) float64
    displaced, arrivals : (n_option, n_day, n_area, n_group) int32
    residents : (n_option, n_day, n_area) int32
    exposed : (n_option, n_week, n_area) uint8
    flows : (n_option, n_week, n_area, n_area) int32
    shelter : (n_area,) float64
        Shelter places at the end of the as-of date.
    cut : (float, float)
        Sum of the weight that choice sets left out, and number of sets.
    """

    history: NDArray[np.float64]
    series: NDArray[np.float64]
    displaced: NDArray[np.int32]
    arrivals: NDArray[np.int32]
    residents: NDArray[np.int32]
    exposed: NDArray[np.uint8]
    flows: NDArray[np.int32]
    shelter: NDArray[np.float64]
    cut: tuple[float, float]


@dataclass
class Workspace(threading.local):
    """States that a thread uses again and again."""

    trips: int = FIRST_TRIPS
    states: tuple[State, State] | None = field(default=None)

    def get(self, world: World) -> tuple[State, State]:
        """Return the two states of this thread, allocated at first use."""
        if self.states is None:
            areas = len(world.area_ids)
            self.states = (
                empty_state(world.network, areas, self.trips),
                empty_state(world.network, areas, self.trips),
            )
        return self.states

    def grow(self) -> None:
        """Make room for twice as many journeys."""
        self.trips *= 2
        self.states = None


def share_cut(cut: NDArray[np.float64]) -> float:
    """Return the mean share of the weight that choice sets left out.

    Rounded to a billionth, so that the order in which runs were added does not show.

    Parameters
    ----------
    cut : (..., 2) float64
        Weight left out and number of choice sets, of futures or of runs.
    """
    left, sets = cut.reshape(-1, 2).sum(axis=0)
    return round(max(0.0, float(left / sets)), 9) if sets else 0.0


def empty_output(job: Job) -> Output:
    """Allocate the output of one run."""
    areas, groups = len(job.world.area_ids), len(job.world.group_ids)
    days = job.days + 1
    return Output(
        series=np.zeros((days, len(SERIES))),
        displaced=np.zeros((days, areas, groups), dtype=np.int32),
        arrivals=np.zeros((days, areas, groups), dtype=np.int32),
        residents=np.zeros((days, areas), dtype=np.int32),
        exposed=np.zeros(((job.days + 6) // 7, areas), dtype=np.uint8),
        flows=np.zeros(((job.days + 6) // 7, areas, areas), dtype=np.int32),
    )


def run_future(job: Job, future: int, workspace: Workspace) -> FutureResult:
    """Run every option in one future.

    Parameters
    ----------
    job : Job
    future : int
        Index of the future.
    workspace : Workspace

    Returns
    -------
    FutureResult

    Raises
    ------
    RunError
        If a journey is longer than the calendar holds or the ledger does not balance.
    """
    while True:
        try:
            return _attempt(job, future, workspace)
        except _CalendarFull:
            if workspace.trips >= MOST_TRIPS:
                raise RunError("too many journeys at once for the calendar of arrivals") from None
            workspace.grow()


class _CalendarFull(Exception):
    pass


def _attempt(job: Job, future: int, workspace: Workspace) -> FutureResult:
    replayed, state = workspace.get(job.world)
    net, record = job.world.network, job.facts.record
    today, age = job.facts.days, job.facts.truce_age
    values = job.values[future]
    key = key_of(job.seed, 0, future)
    history = np.zeros(today + 1)
    unused = empty_output(job)
    run_days(
        net, record, values, job.plans[0], replayed, key, age, 0, today, today, history, unused
    )
    _raise_errors(replayed, future)
    outputs = []
    cut = np.zeros(2)
    area = net.place["area"]
    shelter = np.zeros(len(job.world.area_ids))
    np.add.at(shelter, area[area >= 0], replayed.place["shelter"][area >= 0])
    for plan in job.plans:
        for name in State._fields:
            np.copyto(getattr(state, name), getattr(replayed, name))
        out = empty_output(job)
        last = today + job.days
        run_days(net, record, values, plan, state, key, age, today + 1, last, today, history, out)
        _raise_errors(state, future)
        cut += state.real[[CUT, CUT_SETS]]
        outputs.append(out)
    return FutureResult(
        history=history,
        series=np.stack([o.series for o in outputs]),
        displaced=np.stack([o.displaced for o in outputs]),
        arrivals=np.stack([o.arrivals for o in outputs]),
        residents=np.stack([o.residents for o in outputs]),
        exposed=np.stack([o.exposed for o in outputs]),
        flows=np.stack([o.flows for o in outputs]),
        shelter=shelter,
        cut=(float(cut[0]), float(cut[1])),
    )


def _raise_errors(state: State, future: int) -> None:
    error = int(state.whole[ERROR])
    if error == ERROR_ENTRIES:
        raise _CalendarFull
    if error == ERROR_HORIZON:
        raise RunError(
            f"future {future}: a journey takes longer than the calendar of arrivals holds; "
            "check the lengths of routes and the speeds of travel"
        )
    if error == ERROR_HAZARD:
        raise RunError(
            f"future {future}: the chance of leaving a place is not a number; check the "
            "parameters of flight"
        )
    if error:
        raise RunError(f"future {future}: the ledger of people does not balance")
