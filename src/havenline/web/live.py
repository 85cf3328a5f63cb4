"""Run options again and again: what does not change between two requests is kept.

The replay up to the as-of date is the same for every option, and an option that has been run in
these futures need not be run again. The numbers are those of `havenline.simulate`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from havenline import __version__
from havenline.crisis import Crisis
from havenline.crisis.levers import OptionSpec
from havenline.crisis.parameters import (
    Parameter,
    check_values,
    known_later,
    known_parameters,
)
from havenline.draws import key_of
from havenline.engine.day import run_days
from havenline.engine.layout import assemble, coordinates
from havenline.engine.measures import SERIES, Output
from havenline.engine.run import Job as FutureJob
from havenline.engine.run import Workspace, empty_output, share_cut
from havenline.engine.state import CUT, CUT_SETS, ERROR, ERROR_ENTRIES, ERROR_HORIZON, State
from havenline.engine.values import VALUES, sample_values
from havenline.errors import RunError
from havenline.options import build_schedule
from havenline.options.drawn import LINE_ID
from havenline.world.record import Facts, known_facts
from havenline.world.world import World, build_world

GROUNDS = 4
"""Sets of futures whose replays are kept."""
TRIPS = 1 << 15
"""Journeys that a state has room for at first; it grows where there are more."""
OPTIONS = 24
"""Options in a set of futures whose runs are kept."""

DRAWN = "line: "
"""How the digest of a drawn line is named among those of the files of a crisis."""

Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Futures:
    """In which futures options are run.

    Attributes
    ----------
    futures, seed, days : int
    as_of : datetime.date
    settings : tuple of (str, float)
        Parameters fixed, in order of name.
    """

    futures: int
    seed: int
    days: int
    as_of: dt.date
    settings: tuple[tuple[str, float], ...] = ()


@dataclass
class _Replay:
    """One future at the end of the as-of date; ``trips`` holds the journeys in use alone."""

    arrays: dict[str, NDArray[Any]]
    trips: NDArray[Any]
    history: NDArray[np.float64]
    shelter: NDArray[np.float64]


@dataclass(frozen=True)
class _Run:
    """What one option did in all futures, future first; their flows are kept as a sum only."""

    outputs: tuple[Output, ...]
    flows: NDArray[np.int64]
    cut: NDArray[np.float64]


class Ground:
    """A crisis in one set of futures: replayed once, every option run from there."""

    def __init__(self, crisis: Crisis, asked: Futures) -> None:
        self.crisis, self.asked = crisis, asked
        self.world: World = build_world(crisis, asked.as_of)
        self.facts: Facts = known_facts(self.world, asked.as_of, asked.days, None)
        self.parameters: Mapping[str, Parameter] = known_parameters(
            asked.as_of, crisis.parameters, dict(asked.settings)
        )
        check_values(self.parameters)
        self.values = sample_values(self.parameters, asked.futures, asked.seed)
        self.baseline = next(o for o in crisis.options if o.baseline)
        self._replays: list[_Replay | None] = [None] * asked.futures
        self._runs: OrderedDict[str, _Run] = OrderedDict()
        self._workspace = Workspace(TRIPS)
        self._plain: Ground | None = None
        self.replayed_with = self._job(self.baseline)

    @property
    def drawn(self) -> bool:
        """Whether a line was drawn beside those of the crisis."""
        return any(name.startswith(DRAWN) for name in self.crisis.input_hashes)

    def _job(self, option: OptionSpec) -> FutureJob:
        plan = build_schedule(self.world, self.facts, option, self.asked.days)
        return FutureJob(
            self.world, self.facts, (plan,), self.values, self.asked.seed, self.asked.days
        )

    def share(self, plain: Ground) -> None:
        """Take replays, and runs of options without the drawn line, from where there is none."""
        self._plain = plain
        self._replays = plain._replays

    def _instead(self, option: OptionSpec) -> Ground | None:
        """Return the ground without the drawn line, where it is the same for an option."""
        if any(getattr(lever, "line_id", None) == LINE_ID for lever in option.levers):
            return None
        return self._plain

    def has(self, option: OptionSpec) -> bool:
        """Return whether the option has been run."""
        instead = self._instead(option)
        return instead.has(option) if instead else _key(option) in self._runs

    def run(self, option: OptionSpec, threads: int, tell: Tell) -> _Run:
        """Return what an option does in all futures, from memory where it has been run."""
        instead = self._instead(option)
        if instead is not None:
            return instead.run(option, threads, tell)
        key = _key(option)
        if key in self._runs:
            self._runs.move_to_end(key)
            return self._runs[key]
        job = self._job(option)
        futures = self.asked.futures
        outputs: list[Output] = []
        cut = np.zeros(2)
        flows, nothing = np.zeros((), dtype=np.int64), np.zeros((0, 0, 0), dtype=np.int32)
        waiting = [_pool(threads).submit(self._one, job, future) for future in range(futures)]
        try:
            for done, one in enumerate(waiting, start=1):
                out, sets = one.result()
                flows = flows + out.flows
                outputs.append(out._replace(flows=nothing))
                cut += sets
                tell(done, futures)
        finally:
            for one in waiting:
                one.cancel()
        run = _Run(tuple(outputs), flows, cut)
        self._runs[key] = run
        while len(self._runs) > OPTIONS:
            self._runs.popitem(last=False)
        return run

    def _one(self, job: FutureJob, future: int) -> tuple[Output, NDArray[np.float64]]:
        while True:
            try:
                return self._attempt(job, future)
            except _Full:
                if self._workspace.trips >= 1 << 24:
                    raise RunError("too many journeys at once for the calendar") from None
                self._workspace.grow()

    def _attempt(self, job: FutureJob, future: int) -> tuple[Output, NDArray[np.float64]]:
        state = self._workspace.get(self.world)[1]
        replay = self._replay(future)
        self._restore(replay, state)
        today = self.facts.days
        out = empty_output(job)
        run_days(
            self.world.network, self.facts.record, self.values[future], job.plans[0], state,
            key_of(job.seed, 0, future), self.facts.truce_age, today + 1, today + job.days, today,
            replay.history, out,
        )  # fmt: skip
        _refuse_errors(state, future)
        return out, np.asarray(state.real[[CUT, CUT_SETS]], dtype=np.float64)

    def _replay(self, future: int) -> _Replay:
        found = self._replays[future]
        if found is not None:
            return found
        state = self._workspace.get(self.world)[0]
        state.trip[:] = np.zeros((), dtype=state.trip.dtype)
        today = self.facts.days
        history = np.zeros(today + 1)
        job = self.replayed_with
        run_days(
            self.world.network, self.facts.record, self.values[future], job.plans[0], state,
            key_of(job.seed, 0, future), self.facts.truce_age, 0, today, today, history,
            empty_output(job),
        )  # fmt: skip
        _refuse_errors(state, future)
        area = self.world.network.place["area"]
        shelter = np.zeros(len(self.world.area_ids))
        np.add.at(shelter, area[area >= 0], state.place["shelter"][area >= 0])
        kept = _Replay(
            arrays={n: np.copy(getattr(state, n)) for n in State._fields if n != "trip"},
            trips=_used(state.trip),
            history=history,
            shelter=shelter,
        )
        self._replays[future] = kept
        return kept

    def _restore(self, replay: _Replay, state: State) -> None:
        for name, array in replay.arrays.items():
            np.copyto(getattr(state, name), array)
        used, room = len(replay.trips), len(state.trip)
        if used >= room:
            raise _Full
        np.copyto(state.trip, _free(room, state.trip.dtype))
        state.trip[:used] = replay.trips

    def dataset(self, options: list[OptionSpec], threads: int, tell: Tell) -> xr.Dataset:
        """Return the result of the baseline and the options, as `simulate` gives it."""
        specs = [self.baseline, *(o for o in options if o.id != self.baseline.id)]
        missing = [s for s in specs if not self.has(s)]
        total = max(1, len(missing)) * self.asked.futures
        before = 0
        runs = []
        for spec in specs:
            fresh = not self.has(spec)
            runs.append(self.run(spec, threads, lambda n, _, b=before: tell(b + n, total)))  # type: ignore[misc]
            before += self.asked.futures if fresh else 0
        replays = [self._replay(f) for f in range(self.asked.futures)]
        arrays: dict[str, NDArray[Any]] = {
            name: np.stack([[getattr(o, name) for o in run.outputs] for run in runs])
            for name in ("displaced", "arrivals", "residents")
        }
        series = np.stack([[o.series for o in run.outputs] for run in runs])
        arrays |= {name: series[..., i] for i, name in enumerate(SERIES)}
        exposed = np.stack([sum(o.exposed.astype(np.int64) for o in run.outputs) for run in runs])
        arrays["exposure_probability"] = exposed / self.asked.futures
        arrays["flows"] = np.stack([run.flows for run in runs]) / self.asked.futures
        arrays["history_newly_displaced"] = np.stack([r.history for r in replays])
        arrays["shelter_capacity_asof"] = np.round(
            np.median(np.stack([r.shelter for r in replays]), axis=0)
        )
        arrays["parameter_values"] = np.column_stack([self.values[n] for n in VALUES.names or ()])
        cut = share_cut(np.array([run.cut for run in runs]))
        return assemble(arrays, self._coords(specs), self._attrs(specs, cut))

    def _coords(self, specs: list[OptionSpec]) -> dict[str, NDArray[Any]]:
        return coordinates(
            options=[(s.id, s.name) for s in specs],
            futures=self.asked.futures,
            as_of=self.asked.as_of,
            days=self.asked.days,
            areas=list(zip(self.world.area_ids, self.world.area_names, strict=True)),
            groups=self.world.group_ids,
            history_start=self.facts.start,
            parameters=VALUES.names or (),
        )

    def _attrs(self, specs: list[OptionSpec], cut: float) -> dict[str, Any]:
        futures = self.asked.futures
        return {
            "title": f"{self.crisis.meta.name}: {len(specs)} options in {futures} futures",
            "havenline_version": __version__,
            "crisis": self.crisis.id,
            "as_of": self.asked.as_of.isoformat(),
            "seed": self.asked.seed,
            "input_hashes": json.dumps(dict(sorted(self.crisis.input_hashes.items()))),
            "settings": json.dumps(dict(self.asked.settings)),
            "offensive_given": 0,
            "parameters_known_later": json.dumps(
                known_later(self.parameters, self.crisis.sources, self.asked.as_of)
            ),
            "partial": 0,
            "futures_done": futures,
            "choice_weight_cut": cut,
        }


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    """Return threads that stay, and with them the states that each has made room for."""
    return ThreadPoolExecutor(max_workers=max(1, threads))


class _Full(Exception):
    """More journeys than the state has room for."""


def _refuse_errors(state: State, future: int) -> None:
    error = int(state.whole[ERROR])
    if error == ERROR_ENTRIES:
        raise _Full
    if error == ERROR_HORIZON:
        raise RunError(
            f"future {future}: a journey takes longer than the calendar of arrivals holds"
        )
    if error:
        raise RunError(f"future {future}: the ledger of people does not balance")


@cache
def _free(room: int, kind: np.dtype[Any]) -> NDArray[Any]:
    """Return journeys as a state begins: all free, in a chain."""
    trips = np.zeros(room, dtype=kind)
    trips["next"] = np.arange(1, room + 1)
    trips["next"][room - 1] = -1
    trips.setflags(write=False)
    return trips


def _used(trips: NDArray[Any]) -> NDArray[Any]:
    """Return the journeys up to the last that is not still as a state begins: free, in a chain."""
    touched = (trips["persons"] != 0) | (trips["next"] != np.arange(1, len(trips) + 1))
    rows = np.flatnonzero(touched[:-1])
    return np.copy(trips[: int(rows[-1]) + 1 if len(rows) else 0])


def _key(option: OptionSpec) -> str:
    """Return a digest of what an option does; its name does not matter."""
    text = json.dumps(
        option.model_dump(mode="json", by_alias=True, warnings=False)["levers"], sort_keys=True
    )
    return hashlib.sha256(text.encode()).hexdigest()


class Live:
    """The grounds of one or several crises, the last used kept."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._grounds: OrderedDict[tuple[str, Futures], Ground] = OrderedDict()

    def ground(self, crisis: Crisis, asked: Futures) -> Ground:
        """Return a crisis in a set of futures; made anew where it was not used lately."""
        plain = {k: v for k, v in crisis.input_hashes.items() if not k.startswith(DRAWN)}
        key, whole = (_digest(crisis.id, h, asked) for h in (crisis.input_hashes, plain))
        found = self._grounds.pop(key, None)
        if found is None:
            found = Ground(crisis, asked)
            if key != whole and whole in self._grounds:
                self._grounds.move_to_end(whole)
                found.share(self._grounds[whole])
        if key != whole:  # a line is drawn at many places in a row: only the last one is kept
            for old in [k for k, g in self._grounds.items() if g.drawn]:
                del self._grounds[old]
        self._grounds[key] = found
        while len(self._grounds) > GROUNDS:
            self._grounds.popitem(last=False)
        return found


def _digest(name: str, hashes: Mapping[str, str], asked: Futures) -> tuple[str, Futures]:
    return name + json.dumps(dict(sorted(hashes.items()))), asked
