"""The one door to the engine: a crisis made ready, replayed to the as-of date, run under options.

Whoever runs the engine (a simulation, the live page, a negotiation, the scores of the past) comes
in here: `prepare` a ground, `Ground.replay` a future up to the as-of date, `Ground.branch` an
option from there, or `Ground.each` future with all options.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from havenline.crisis import Crisis
from havenline.crisis.levers import MOST_DAYS, OptionSpec
from havenline.crisis.parameters import Parameter, known_parameters
from havenline.draws import key_of
from havenline.draws.held import held
from havenline.draws.kernels import kernel_entry
from havenline.engine import faults
from havenline.engine.begin import begin
from havenline.engine.conditioning import left_of_priors
from havenline.engine.conditioning.factors import Met, follow_counts
from havenline.engine.day import walk
from havenline.engine.executors import MOST_FUTURES, run_in_order
from havenline.engine.journey import pack_trips, unpack_trips
from havenline.engine.measures import COUNTS, Output, empty_output, start_counts, write_day
from havenline.engine.state import (
    SCRATCH,
    TRIP,
    Sizes,
    State,
    clear_state,
    empty_state,
)
from havenline.engine.values import sample_one, sample_values
from havenline.errors import RunError
from havenline.facts.followed import Followed, followed_known
from havenline.options.schedule import (
    Schedule,
    build_schedule,
    chosen_options,
    plan_arrays,
)
from havenline.world.record import Facts, known_facts
from havenline.world.world import World, build_world

T = TypeVar("T")

FIRST_TRIPS, FIRST_HORIZON = 1 << 15, 32
"""Journeys, and days ahead, for which the calendar of arrivals has room at first."""
MOST_TRIPS = 1 << 24


@kernel_entry
def run_days(net, record, values, plan, state, key, first, last, today, past, out):  # type: ignore[no-untyped-def]
    """Walk the days from ``first`` to ``last``.

    Parameters
    ----------
    net, record, values, plan, state
        `Network`, `Record`, a record of the values of one future, `Schedule`, `State`.
    key : uint64
        Key of the seed and the future.
    first, last, today : int64
        Days since the start of the period; ``today`` is the as-of date. A run starts at 0, from
        zeros; an option goes on from ``today + 1`` with the state that the replay left.
    past : (today + 1,) records ``COUNTS``, written
        The counts at the end of each day of the replay.
    out : Output, written
        The days after the as-of date; day 0 is the as-of date. Must be zero before.
    """
    net, record, plan = held(net), held(record), held(plan)
    state, out = held(state), held(out)
    if first == 0:
        begin(net, record, values, state, key)
    if first == today + 1:
        write_day(net, state, out, np.int64(0))
    for day in range(first, last + 1):
        walk(net, record, values, plan, state, key, day, today)
        if state.books[0].fault != faults.NONE:
            return
        if day > today:
            write_day(net, state, out, day - today)
        else:
            past[day] = state.counts[0]


@dataclass(frozen=True, eq=False)
class Replay:
    """One future at the end of the as-of date.

    Attributes
    ----------
    future : int
    arrays : dict of str to array
        Parts of the state by name, without scratch and the calendar.
    trips : (n,) records ``TRIP``
        Journeys under way; ``next`` holds the day on which each ends.
    horizon : int
        Days ahead that the calendar held.
    past : (n_history_day,) records ``COUNTS``
        The counts at the end of each day up to the as-of date.
    shelter : (n_area,) float64
        Shelter places at the end of the as-of date.
    """

    future: int
    arrays: dict[str, NDArray[Any]]
    trips: NDArray[np.void]
    horizon: int
    past: NDArray[np.void]
    shelter: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Run:
    """What an option did in one future.

    Attributes
    ----------
    out : Output
    cut : (2,) float64
        Weight that choice sets left out, and number of choice sets.
    """

    out: Output
    cut: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FutureRuns:
    """What the options did in one future.

    Attributes
    ----------
    future : int
    past : (n_history_day,) records ``COUNTS``
    shelter : (n_area,) float64
        As in `Replay`.
    runs : tuple of Run
        One for each option.
    """

    future: int
    past: NDArray[np.void]
    shelter: NDArray[np.float64]
    runs: tuple[Run, ...]


@dataclass(frozen=True, eq=False)
class Ground:
    """A crisis as of a day, in a set of futures: all that its runs share. Can be pickled.

    Attributes
    ----------
    world : World
    facts : Facts
    parameters : mapping of str to Parameter
        The row of each parameter that is used.
    settings : mapping of str to float
        Parameters that were fixed.
    offensive : mapping of datetime.date to bool
        Days after the as-of date on which an offensive is taken to run or not.
    values : (n_future,) records
        The uncertain values of each future.
    seed : int
    days : int
        Days after the as-of date.
    plain : Schedule
        The plan of no option, under which the past is replayed.
    left : mapping of str to (n_cell,) float64
        What the counts leave of the prior of parameters; see `havenline.engine.conditioning`.
    followed : tuple of Followed
        Counts beside the main series that were known.
    met : tuple of Met
        Counts beside the main series, with the plain past that follows them.
    """

    world: World
    facts: Facts
    parameters: Mapping[str, Parameter]
    settings: Mapping[str, float]
    offensive: Mapping[dt.date, bool]
    values: NDArray[np.void]
    seed: int
    days: int
    plain: Schedule
    left: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    followed: tuple[Followed, ...] = ()
    met: tuple[Met, ...] = ()

    @property
    def crisis(self) -> Crisis:
        """The crisis as it was declared."""
        return self.world.crisis

    @property
    def as_of(self) -> dt.date:
        """The as-of date."""
        return self.facts.as_of

    @property
    def futures(self) -> int:
        """Number of futures."""
        return len(self.values)

    @property
    def sizes(self) -> Sizes:
        """How many areas, parties, offensives and neighbours there are."""
        world = self.world
        return Sizes(
            len(world.area_ids),
            len(world.party_ids),
            len(self.facts.record.offensive),
            len(world.neighbour_ids),
        )

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take a pickled ground; frozen arrays are frozen again, as compiled code knows them."""
        self.__dict__.update(state)
        _freeze(*self.world.network, *self.facts.record, *plan_arrays(self.plain))

    def varied(
        self,
        settings: Mapping[str, float] | None = None,
        offensive: Mapping[dt.date, bool] | None = None,
    ) -> Ground:
        """Return the same ground under other settings or given days of fighting.

        Replays of this ground may be branched on the other where what differs acts after the
        as-of date only.

        Parameters
        ----------
        settings : mapping of str to float, optional
            Parameters fixed beside those of this ground.
        offensive : mapping of datetime.date to bool, optional
            In place of those of this ground.

        Raises
        ------
        RunError
            If a setting is refused.
        """
        changed = self
        if settings:
            fixed = {**self.settings, **settings}
            parameters = known_parameters(self.as_of, self.crisis.parameters, fixed)
            left = {name: cells for name, cells in self.left.items() if name not in fixed}
            values = sample_values(parameters, self.futures, self.seed, left)
            changed = replace(
                changed, settings=fixed, parameters=parameters, values=values, left=left
            )
        if offensive is not None:
            changed = replace(changed, facts=self.facts.given(offensive), offensive=offensive)
        return changed

    def chosen(self, options: Sequence[str | OptionSpec] | None) -> list[OptionSpec]:
        """Return the options to run, the baseline first; see `chosen_options`."""
        return chosen_options(self.world, options)

    def plan(self, option: OptionSpec) -> Schedule:
        """Return what an option changes day by day, or refuse it; see `build_schedule`."""
        return build_schedule(self.world, self.facts, option, self.days)

    def replay(self, future: int, watch: Callable[[int, State], None] | None = None) -> Replay:
        """Run one future from the start of the period to the as-of date.

        Parameters
        ----------
        future : int
        watch : callable, optional
            Called with (days after the start, the state) at the end of each day; the state is
            another run's as soon as the call returns.

        Raises
        ------
        RunError
            If the run stops; see `havenline.engine.faults`.
        """
        today = self.facts.days
        past = np.zeros(today + 1, dtype=COUNTS)
        nothing = self._output(0)

        def run(state: State) -> Replay:
            clear_state(state)
            state.books["longest"] = today + self.days + 2
            first = 0
            for last in range(today + 1) if watch is not None else (today,):
                self._walk(state, self.plain, future, first, last, past, nothing)
                if watch is not None:
                    watch(last, state)
                first = last + 1
            close_past(self.facts, state)
            area = self.world.network.place["area"]
            shelter = np.zeros(len(self.world.area_ids))
            np.add.at(shelter, area[area >= 0], state.place["shelter"][area >= 0])
            kept = np.empty(len(state.trip), dtype=TRIP)
            journeys = pack_trips(state.trip, state.trip_head, today, kept)
            return Replay(
                future=future,
                arrays={name: getattr(state, name).copy() for name in _KEPT},
                trips=kept[:journeys].copy(),
                horizon=len(state.trip_head),
                past=past,
                shelter=shelter,
            )

        return _in_room(self, run)

    def branch(
        self,
        since: Replay | int,
        option: OptionSpec | Schedule,
        watch: Callable[[int, State], None] | None = None,
        every_day: bool = False,
    ) -> Run:
        """Run an option after the as-of date.

        Parameters
        ----------
        since : Replay or int
            A replay, or a future to replay first.
        option : OptionSpec or Schedule
            An option, or its plan.
        watch : callable, optional
            Called with (days after the as-of date, the state), at the end or, with
            ``every_day``, at the end of each day; again from the first day where the run is
            made again. The state holds what must stay in memory, who holds which place, and
            is another run's as soon as the call returns.
        every_day : bool

        Raises
        ------
        RunError
            If the run stops.
        OptionRefused
            If the option asks for what Havenline does not weigh.
        """
        replay = self.replay(since) if isinstance(since, int) else since
        plan = self.plan(option) if isinstance(option, OptionSpec) else option
        today = self.facts.days

        stops = range(1, self.days + 1) if every_day else (self.days,)

        def run(state: State) -> Run:
            for name, array in replay.arrays.items():
                np.copyto(getattr(state, name), array)
            unpack_trips(replay.trips, state.trip, state.trip_head, state.books)
            out = self._output(self.days)
            first = today + 1
            for ahead in stops:
                last = today + ahead
                self._walk(state, plan, replay.future, first, last, replay.past, out)
                if watch is not None:
                    watch(ahead, state)
                first = last + 1
            return Run(out, np.array([state.books["cut"][0], state.books["cut_sets"][0]]))

        return _in_room(self, run, len(replay.trips) + 1, replay.horizon)

    def _output(self, days: int) -> Output:
        return empty_output(
            days, self.sizes.areas, len(self.world.group_ids), self.sizes.neighbours
        )

    def _walk(
        self,
        state: State,
        plan: Schedule,
        future: int,
        first: int,
        last: int,
        past: NDArray[np.void],
        out: Output,
    ) -> None:
        run_days(
            self.world.network, self.facts.record, self.values[future], plan, state,
            key_of(self.seed, 0, future), first, last, self.facts.days, past, out,
        )  # fmt: skip
        fault = int(state.books["fault"][0])
        if fault in (faults.TRIPS, faults.HORIZON):
            raise _CalendarFullError(fault)
        faults.refuse_fault(fault, future)

    def each(
        self,
        options: Sequence[OptionSpec],
        *,
        first: int = 0,
        workers: int | None = None,
        executor: Executor | None = None,
    ) -> Generator[FutureRuns, None, None]:
        """Run all options in each future and yield the futures in order; see `run_in_order`.

        Parameters
        ----------
        options : sequence of OptionSpec
        first : int
            The future to begin with.
        workers : int, optional
            Threads; one for each processor by default.
        executor : concurrent.futures.Executor, optional
            Where to run in place of threads of this process; the numbers are the same.
        """
        plans = tuple(self.plan(option) for option in options)
        work = partial(run_future, self, plans)
        return run_in_order(work, self.futures, first=first, workers=workers, executor=executor)


def prepare(
    crisis: Crisis,
    as_of: dt.date | None = None,
    settings: Mapping[str, float] | None = None,
    *,
    futures: int = 100,
    seed: int = 1,
    days: int | None = None,
    offensive: Mapping[dt.date, bool] | None = None,
) -> Ground:
    """Make a crisis ready to run.

    Parameters
    ----------
    crisis : Crisis
        As `havenline.open_crisis` returns it.
    as_of : datetime.date, optional
        Facts published up to this day are used; the crisis's default otherwise.
    settings : mapping of str to float, optional
        Parameters fixed for these runs.
    futures : int
        Number of futures.
    seed : int
        0 or more.
    days : int, optional
        Days after the as-of date; the crisis's horizon otherwise.
    offensive : mapping of datetime.date to bool, optional
        Days after the as-of date on which an offensive is taken to run or not. For hindcasts
        that are conditional on it.

    Returns
    -------
    Ground

    Raises
    ------
    RunError
        If something asked for cannot be done.
    """
    horizon = crisis.meta.horizon_days if days is None else days
    if not 1 <= futures <= MOST_FUTURES:
        raise RunError(f"futures: {futures} given; 1 to {MOST_FUTURES} are possible")
    if not 1 <= horizon <= MOST_DAYS:
        raise RunError(f"days: {horizon} given; 1 to {MOST_DAYS} are possible")
    if not 0 <= seed < 2**63:
        raise RunError(f"seed: {seed} given; a whole number of 0 to 2**63 - 1 is needed")
    date = crisis.meta.as_of if as_of is None else as_of
    parameters = known_parameters(date, crisis.parameters, settings or {})
    world = build_world(crisis, date)
    facts = known_facts(world, date, horizon, offensive)
    ground = Ground(
        world=world,
        facts=facts,
        parameters=parameters,
        settings=dict(settings or {}),
        offensive=dict(offensive or {}),
        values=sample_values(parameters, futures, seed),
        seed=seed,
        days=horizon,
        plain=build_schedule(world, facts, _NO_OPTION, horizon),
        followed=tuple(followed_known(crisis, date)),
    )
    left = left_of_priors(ground)
    if left:
        values = ground.values.copy()
        for name, weights in left.items():
            values[name] = sample_one(parameters[name], futures, seed, weights)
        ground = replace(ground, values=values, left=left)
    return follow_counts(ground)


def run_future(ground: Ground, plans: Sequence[Schedule], future: int) -> FutureRuns:
    """Run one future: the replay once, then every option from there, under the same luck.

    Parameters
    ----------
    ground : Ground
    plans : sequence of Schedule
    future : int
    """
    for plan in plans:
        _freeze(*plan_arrays(plan))  # a pickled one is not, and compiled code is made for frozen
    replay = ground.replay(future)
    runs = tuple(ground.branch(replay, plan) for plan in plans)
    return FutureRuns(future, replay.past, replay.shelter, runs)


def close_past(facts: Facts, state: State) -> None:
    """Turn a state at the end of the as-of date to what lies ahead.

    Counts since the as-of date start at 0, and truces that stand go on at their age.
    """
    start_counts(state.counts)
    state.entered[:] = 0
    state.came_back[:] = 0
    ages = facts.record.offensive["truce_age"]
    state.offensive["truce_age"] = np.maximum(0.0, ages)
    state.course["truce_age"] = max(0.0, *ages, 0.0)


def _freeze(*arrays: NDArray[Any]) -> None:
    for array in arrays:
        array.flags.writeable = False


_NO_OPTION = OptionSpec(id="none", name="none", summary="Nothing is done.", baseline=True)

_KEPT = tuple(name for name in State._fields if name not in {*SCRATCH, "trip", "trip_head"})


class _Room(threading.local):
    """The state that a thread uses again and again; it grows to what a run needs."""

    def __init__(self) -> None:
        self.shape: tuple[int, ...] = ()
        self.trips, self.horizon = FIRST_TRIPS, FIRST_HORIZON
        self.state: State | None = None

    def get(self, world: World, sizes: Sizes, trips: int, horizon: int) -> State:
        """Return a state with room for at least that many journeys and days ahead."""
        net = world.network
        shape = (*net.start.shape, len(net.road), *sizes)
        if shape != self.shape:
            self.shape, self.state = shape, None
            self.trips, self.horizon = FIRST_TRIPS, FIRST_HORIZON
        while self.trips < trips or self.horizon < horizon:
            self.grow(trips=self.trips < trips)
        if self.state is None:
            self.state = empty_state(net, sizes, self.trips, self.horizon)
        return self.state

    def grow(self, trips: bool) -> None:
        """Make room for twice as many journeys, or for journeys twice as long."""
        if trips and self.trips >= MOST_TRIPS:
            raise RunError("too many journeys at once for the calendar of arrivals")
        self.trips *= 2 if trips else 1
        self.horizon *= 1 if trips else 2
        self.state = None


_room = _Room()


class _CalendarFullError(Exception):
    """The calendar of arrivals is too small for a run, which is made again in a larger one."""


def _in_room(ground: Ground, run: Callable[[State], T], trips: int = 0, horizon: int = 0) -> T:
    """Run in the state of this thread; where its calendar is too small, again in a larger one."""
    while True:
        try:
            return run(_room.get(ground.world, ground.sizes, trips, horizon))
        except _CalendarFullError as full:
            _room.grow(trips=full.args[0] == faults.TRIPS)
