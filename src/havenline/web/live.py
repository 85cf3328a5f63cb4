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
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from havenline.crisis import Crisis
from havenline.crisis.levers import OptionSpec
from havenline.crisis.parameters import Parameter
from havenline.engine.ground import FutureRuns, Replay, Run, prepare
from havenline.engine.results import Results
from havenline.options.drawn import LINE_ID

GROUNDS = 4
"""Sets of futures whose replays are kept."""
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


@dataclass(frozen=True)
class _Runs:
    """What one option did in all futures; their flows are kept as a sum only."""

    runs: tuple[Run, ...]
    flows: NDArray[np.int64]


class Kept:
    """A ground whose replays and runs are kept: replayed once, every option run from there."""

    def __init__(self, crisis: Crisis, asked: Futures) -> None:
        self.ground = prepare(
            crisis, asked.as_of, dict(asked.settings),
            futures=asked.futures, seed=asked.seed, days=asked.days,
        )  # fmt: skip
        self._replays: list[Replay | None] = [None] * asked.futures
        self._runs: OrderedDict[str, _Runs] = OrderedDict()
        self._plain: Kept | None = None

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """The row of each parameter that is used."""
        return self.ground.parameters

    @property
    def drawn(self) -> bool:
        """Whether a line was drawn beside those of the crisis."""
        return any(name.startswith(DRAWN) for name in self.ground.crisis.input_hashes)

    def share(self, plain: Kept) -> None:
        """Take replays, and runs of options without the drawn line, from where there is none."""
        self._plain = plain
        self._replays = plain._replays

    def _instead(self, option: OptionSpec) -> Kept | None:
        """Return where there is no drawn line, where it is the same for an option."""
        if any(getattr(lever, "line_id", None) == LINE_ID for lever in option.levers):
            return None
        return self._plain

    def has(self, option: OptionSpec) -> bool:
        """Return whether the option has been run."""
        instead = self._instead(option)
        return instead.has(option) if instead else _key(option) in self._runs

    def run(self, option: OptionSpec, threads: int, tell: Tell) -> _Runs:
        """Return what an option does in all futures, from memory where it has been run."""
        instead = self._instead(option)
        if instead is not None:
            return instead.run(option, threads, tell)
        key = _key(option)
        if key in self._runs:
            self._runs.move_to_end(key)
            return self._runs[key]
        plan, futures = self.ground.plan(option), self.ground.futures
        flows, nothing = np.zeros((), dtype=np.int64), np.zeros((0, 0, 0), dtype=np.int32)
        runs: list[Run] = []

        def one(future: int) -> Run:
            return self.ground.branch(self._replay(future), plan)

        waiting = [_pool(threads).submit(one, future) for future in range(futures)]
        try:
            for done, promised in enumerate(waiting, start=1):
                run = promised.result()
                flows = flows + run.out.flows
                runs.append(replace(run, out=run.out._replace(flows=nothing)))
                tell(done, futures)
        finally:
            for promised in waiting:
                promised.cancel()
        self._runs[key] = _Runs(tuple(runs), flows)
        while len(self._runs) > OPTIONS:
            self._runs.popitem(last=False)
        return self._runs[key]

    def _replay(self, future: int) -> Replay:
        found = self._replays[future]
        if found is None:
            found = self._replays[future] = self.ground.replay(future)
        return found

    def dataset(self, options: list[OptionSpec], threads: int, tell: Tell) -> xr.Dataset:
        """Return the result of the baseline and the options, as `simulate` gives it."""
        specs = self.ground.chosen(options)
        missing = [s for s in specs if not self.has(s)]
        total = max(1, len(missing)) * self.ground.futures
        before = 0
        kept = []
        for spec in specs:
            fresh = not self.has(spec)
            kept.append(self.run(spec, threads, lambda n, _, b=before: tell(b + n, total)))  # type: ignore[misc]
            before += self.ground.futures if fresh else 0
        results = Results(self.ground, specs)
        for future in range(self.ground.futures):
            replay = self._replay(future)
            runs = tuple(one.runs[future] for one in kept)
            results.take(FutureRuns(future, replay.past, replay.shelter, runs))
        for k, one in enumerate(kept):
            results.flows[k] += one.flows
        made = results.finish()
        assert isinstance(made, xr.Dataset)
        return made


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    """Return threads that stay, and with them the states that each has made room for."""
    return ThreadPoolExecutor(max_workers=max(1, threads))


def _key(option: OptionSpec) -> str:
    """Return a digest of what an option does; its name does not matter."""
    text = json.dumps(
        option.model_dump(mode="json", by_alias=True, warnings=False)["levers"], sort_keys=True
    )
    return hashlib.sha256(text.encode()).hexdigest()


class Live:
    """What was run lately of one or several crises."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._kept: OrderedDict[tuple[str, Futures], Kept] = OrderedDict()

    def ground(self, crisis: Crisis, asked: Futures) -> Kept:
        """Return a crisis in a set of futures; made anew where it was not used lately."""
        plain = {k: v for k, v in crisis.input_hashes.items() if not k.startswith(DRAWN)}
        key, whole = (_digest(crisis, h, asked) for h in (crisis.input_hashes, plain))
        found = self._kept.pop(key, None)
        if found is None:
            found = Kept(crisis, asked)
            if key != whole and whole in self._kept:
                self._kept.move_to_end(whole)
                found.share(self._kept[whole])
        if key != whole:  # a line is drawn at many places in a row: only the last one is kept
            for old in [k for k, g in self._kept.items() if g.drawn]:
                del self._kept[old]
        self._kept[key] = found
        while len(self._kept) > GROUNDS:
            self._kept.popitem(last=False)
        return found


def _digest(crisis: Crisis, hashes: Mapping[str, str], asked: Futures) -> tuple[str, Futures]:
    return json.dumps([str(crisis.folder), crisis.id, dict(sorted(hashes.items()))]), asked
