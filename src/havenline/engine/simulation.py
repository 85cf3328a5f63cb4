"""Run options in many futures, side by side in threads, and keep what they wrote."""

from __future__ import annotations

import datetime as dt
import json
import math
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Self

import numpy as np
import xarray as xr

from havenline import __version__
from havenline.crisis import Crisis
from havenline.crisis.levers import OptionSpec
from havenline.crisis.parameters import Parameter, check_values, known_later, known_parameters
from havenline.engine.layout import VARIABLES, assemble, coordinates
from havenline.engine.measures import SERIES
from havenline.engine.run import FutureResult, Job, Workspace, run_future, share_cut
from havenline.engine.store import ResultStore, open_result
from havenline.engine.values import VALUES, sample_values
from havenline.engine.warm import start_if_cold
from havenline.errors import RunError
from havenline.options import build_schedule, chosen_options
from havenline.world.record import known_facts
from havenline.world.world import build_world

MOST_IN_MEMORY = 600_000_000
"""Bytes of results that are held in memory; a larger simulation must be given ``out``."""

MOST_DAYS = 730
MOST_FUTURES = 100_000
MOST_WORKERS = 256
RESULT_FILE = "result.nc"


@dataclass(frozen=True)
class Result:
    """What a simulation gives.

    Attributes
    ----------
    dataset : xarray.Dataset
        Dimensions option, future, day, area, group; see `havenline.engine.layout`.
    crisis : Crisis
    as_of : datetime.date
    parameters : mapping of str to Parameter
        The row of each parameter that was used.
    partial : bool
        Whether the simulation was stopped before all futures were done.
    path : Path or None
        The file it was written to.
    """

    dataset: xr.Dataset
    crisis: Crisis
    as_of: dt.date
    parameters: Mapping[str, Parameter]
    partial: bool
    path: Path | None


def simulate(
    crisis: Crisis,
    *,
    options: Sequence[str | OptionSpec] | None = None,
    futures: int = 100,
    seed: int = 1,
    as_of: dt.date | None = None,
    days: int | None = None,
    workers: int | None = None,
    settings: Mapping[str, float] | None = None,
    offensive: Mapping[dt.date, bool] | None = None,
    out: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Result:
    """Simulate options of a crisis in many futures.

    The same futures are used for every option, with the same luck, so that differences between
    options are differences within a future. Results do not depend on the number of workers.

    Parameters
    ----------
    crisis : Crisis
        As `havenline.open_crisis` returns it.
    options : sequence of str or OptionSpec, optional
        Ids of options, or options of one's own; all that the crisis declares by default. The
        baseline is always run.
    futures : int
        Number of futures.
    seed : int
        0 or more.
    as_of : datetime.date, optional
        Facts published up to this day are used; the crisis's default otherwise.
    days : int, optional
        Days after the as-of date; the crisis's horizon otherwise.
    workers : int, optional
        Threads; one for each processor by default.
    settings : mapping of str to float, optional
        Parameters fixed for this run.
    offensive : mapping of datetime.date to bool, optional
        Days after the as-of date on which an offensive is taken to run or not. For hindcasts
        that are conditional on it.
    out : Path, optional
        Folder to write ``result.nc`` to while futures finish; held in memory otherwise.
    progress : callable, optional
        Called with (futures done, futures in all).

    Returns
    -------
    Result
        Marked partial if it was interrupted (Ctrl-C) after at least one future.

    Raises
    ------
    RunError
        If something asked for cannot be done.
    OptionRefused
        If an option asks for what Havenline does not weigh.
    """
    horizon = crisis.meta.horizon_days if days is None else days
    _check_numbers(futures, seed, horizon, workers)
    date = crisis.meta.as_of if as_of is None else as_of
    world = build_world(crisis, date)
    facts = known_facts(world, date, horizon, offensive)
    specs = chosen_options(world, options)
    parameters = known_parameters(date, crisis.parameters, settings)
    check_values(parameters)
    job = Job(
        world=world,
        facts=facts,
        plans=tuple(build_schedule(world, facts, spec, horizon) for spec in specs),
        values=sample_values(parameters, futures, seed),
        seed=seed,
        days=horizon,
    )
    coords = coordinates(
        options=[(s.id, s.name) for s in specs],
        futures=futures,
        as_of=date,
        days=horizon,
        areas=list(zip(world.area_ids, world.area_names, strict=True)),
        groups=world.group_ids,
        history_start=facts.start,
        parameters=VALUES.names or (),
    )
    attrs = {
        "title": f"{crisis.meta.name}: {len(specs)} options",
        "havenline_version": __version__,
        "crisis": crisis.id,
        "as_of": date.isoformat(),
        "seed": seed,
        "input_hashes": json.dumps(dict(sorted(crisis.input_hashes.items()))),
        "settings": json.dumps(dict(sorted((settings or {}).items()))),
        "offensive_given": int(bool(offensive)),
        "parameters_known_later": json.dumps(known_later(parameters, crisis.sources, date)),
        "partial": 0,
    }
    gathered = _Gathered(job, coords, attrs, out)
    second = start_if_cold()
    try:
        _run_all(job, futures, workers or os.cpu_count() or 1, gathered, progress)
        path = gathered.finish()
    except BaseException:
        gathered.discard()
        raise
    finally:
        if second is not None:
            second.kill()
            second.wait()
    dataset = gathered.dataset if path is None else open_result(path)
    return Result(
        dataset=dataset,
        crisis=crisis,
        as_of=date,
        parameters=parameters,
        partial=bool(dataset.attrs["partial"]),
        path=path,
    )


def _check_numbers(futures: int, seed: int, days: int, workers: int | None) -> None:
    if not 1 <= futures <= MOST_FUTURES:
        raise RunError(f"futures: {futures} given; 1 to {MOST_FUTURES} are possible")
    if not 1 <= days <= MOST_DAYS:
        raise RunError(f"days: {days} given; 1 to {MOST_DAYS} are possible")
    if not 0 <= seed < 2**63:
        raise RunError(f"seed: {seed} given; a whole number of 0 to 2**63 - 1 is needed")
    if workers is not None and workers < 1:
        raise RunError(f"workers: {workers} given; at least 1 is needed")


def _finished(
    job: Job, futures: int, workers: int
) -> Generator[tuple[int, FutureResult], None, None]:
    """Yield futures in order; a few more than the workers are under way at a time.

    The order makes the bytes of the result file the same for any number of workers.
    """
    workspace = Workspace()
    workers = min(workers, futures, MOST_WORKERS)
    pool = ThreadPoolExecutor(max_workers=workers)
    waiting: deque[Future[FutureResult]] = deque()
    following = 0
    try:
        for future in range(futures):
            while following < futures and len(waiting) < 4 * workers:
                waiting.append(pool.submit(run_future, job, following, workspace))
                following += 1
            yield future, waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


class _Stop:
    """Turns the first Ctrl-C into a wish to stop once a future is whole.

    Before any future is done, and at the second Ctrl-C, it interrupts at once. Outside the main
    thread Python has no say over signals; there it does nothing.
    """

    def __init__(self) -> None:
        self.wished = False
        self.done = 0
        self._before: Any = None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.getsignal(signal.SIGINT)
            if self._before is signal.default_int_handler:
                signal.signal(signal.SIGINT, self._wish)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._before)

    def _wish(self, number: int, frame: FrameType | None) -> None:
        if self.wished or self.done == 0:
            raise KeyboardInterrupt
        self.wished = True


def _run_all(
    job: Job,
    futures: int,
    workers: int,
    gathered: _Gathered,
    progress: Callable[[int, int], None] | None,
) -> None:
    with _Stop() as stop, closing(_finished(job, futures, workers)) as finished:
        for future, result in finished:
            gathered.take(future, result)
            stop.done += 1
            if progress is not None:
                progress(stop.done, futures)
            if stop.wished:
                return


class _Gathered:
    """Results of futures as they come, in memory or in a file."""

    def __init__(
        self, job: Job, coords: Mapping[str, Any], attrs: Mapping[str, Any], out: Path | None
    ) -> None:
        self.job = job
        self.coords = coords
        self.attrs = attrs
        n_option, n_future = len(job.plans), len(job.values)
        n_day, n_area = job.days + 1, len(job.world.area_ids)
        n_group = len(job.world.group_ids)
        self.done = np.zeros(n_future, dtype=np.bool_)
        self.history = np.zeros((n_future, job.facts.days + 1))
        self.exposed = np.zeros((n_option, len(coords["week"]), n_area), dtype=np.int64)
        self.flows = np.zeros((*self.exposed.shape, n_area), dtype=np.int64)
        self.shelter = np.zeros((n_future, n_area))
        self.cut = np.zeros((n_future, 2))
        self.store: ResultStore | None = None
        self.large: dict[str, np.ndarray[Any, Any]] = {}
        if out is not None:
            _make_folder(out)
            self.store = ResultStore.create(out / RESULT_FILE, coords, attrs)
            return
        shape = (n_option, n_future, n_day, n_area)
        in_series = n_option * n_future * n_day * len(SERIES)
        size = math.prod(shape) * 4 * (2 * n_group + 1) + in_series * 8
        if size > MOST_IN_MEMORY:
            raise RunError(
                f"the results would take {size / 1e9:.1f} GB of memory; give a folder to write "
                "them to (out, or --out)"
            )
        self.large = {
            "displaced": np.zeros((*shape, n_group), dtype=np.int32),
            "arrivals": np.zeros((*shape, n_group), dtype=np.int32),
            "residents": np.zeros(shape, dtype=np.int32),
            **{name: np.zeros(shape[:3]) for name in SERIES},
        }

    def take(self, future: int, result: FutureResult) -> None:
        """Keep the results of one future."""
        self.done[future] = True
        self.history[future] = result.history
        self.exposed += result.exposed
        self.flows += result.flows
        self.shelter[future] = result.shelter
        self.cut[future] = result.cut
        series = {name: result.series[..., i] for i, name in enumerate(SERIES)}
        if self.store is not None:
            self.store.write(future, result.displaced, result.arrivals, result.residents, series)
            return
        for name, values in series.items():
            self.large[name][:, future] = values
        self.large["displaced"][:, future] = result.displaced
        self.large["arrivals"][:, future] = result.arrivals
        self.large["residents"][:, future] = result.residents

    def small(self) -> dict[str, np.ndarray[Any, Any]]:
        """Return the variables that are not by option, future and day, for all futures."""
        return {
            "exposure_probability": self.exposed / max(1, int(self.done.sum())),
            "flows": self.flows / max(1, int(self.done.sum())),
            "history_newly_displaced": self.history,
            "shelter_capacity_asof": np.round(np.median(self.shelter[self.done], axis=0)),
            "parameter_values": np.column_stack(
                [self.job.values[name] for name in VALUES.names or ()]
            ),
        }

    def final_attrs(self) -> dict[str, Any]:
        """Return the attributes of the finished result."""
        return {
            **self.attrs,
            "title": f"{self.attrs['title']} in {int(self.done.sum())} futures",
            "partial": int(not self.done.all()),
            "futures_done": int(self.done.sum()),
            "choice_weight_cut": share_cut(self.cut),
        }

    def finish(self) -> Path | None:
        """Close the result; return the file, or None where it is in memory."""
        if self.store is not None:
            return self.store.finish(self.small(), self.final_attrs(), self.done)
        arrays = {**self.small(), **self.large}
        coords = dict(self.coords)
        if not self.done.all():
            coords["future"] = coords["future"][self.done]
            for name, array in arrays.items():
                dims = VARIABLES[name].dims
                if "future" in dims:
                    arrays[name] = array.compress(self.done, axis=dims.index("future"))
        self.dataset = assemble(arrays, coords, self.final_attrs())
        return None

    def discard(self) -> None:
        """Leave nothing behind."""
        if self.store is not None:
            self.store.discard()


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise RunError(f"{out} is a file; give a folder to write to") from None
    except OSError as error:
        raise RunError(f"cannot make the folder {out}: {error.strerror}") from None
