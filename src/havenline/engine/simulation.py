"""Run options in many futures, side by side in threads, and keep what they wrote."""

from __future__ import annotations

import datetime as dt
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Self

import xarray as xr

from havenline.crisis import Crisis
from havenline.crisis.levers import OptionSpec
from havenline.crisis.parameters import Parameter
from havenline.engine.chunks import Chunks, key_of
from havenline.engine.executors import refuse_workers
from havenline.engine.ground import prepare
from havenline.engine.results import Results
from havenline.engine.store import open_result
from havenline.engine.warm import start_if_cold


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
    keep: Path | None = None,
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
    keep : Path, optional
        Folder that is there, in which futures that are done are kept while others run, so that the
        same call goes on from them if it is killed. They stay until another run keeps its own, or
        `havenline.engine.chunks.forget` removes them.
    progress : callable, optional
        Called with (futures done, futures in all); first with those that were kept, if any.

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
    ground = prepare(
        crisis, as_of, settings, futures=futures, seed=seed, days=days, offensive=offensive
    )
    specs = ground.chosen(options)
    refuse_workers(workers)
    chunks = Chunks(keep, key_of(ground, specs)) if keep is not None else None
    results = Results(ground, specs, out)
    second = start_if_cold()
    try:
        with _Stop() as stop:
            for chunk in chunks.kept() if chunks is not None else ():
                results.take_chunk(chunk)
                stop.done += len(chunk.runs)
            if stop.done and progress is not None:
                progress(stop.done, futures)
            with closing(ground.each(specs, first=stop.done, workers=workers)) as finished:
                for runs in finished:
                    results.take(runs)
                    stop.done += 1
                    if chunks is not None:
                        chunks.add(runs)
                    if progress is not None:
                        progress(stop.done, futures)
                    if stop.wished:
                        break
        if chunks is not None:
            chunks.close(stopped=stop.wished)
        made = results.finish()
    except BaseException:
        results.discard()
        raise
    finally:
        if second is not None:
            second.kill()
            second.wait()
    dataset = open_result(made) if isinstance(made, Path) else made
    return Result(
        dataset=dataset,
        crisis=crisis,
        as_of=ground.as_of,
        parameters=ground.parameters,
        partial=bool(dataset.attrs["partial"]),
        path=made if isinstance(made, Path) else None,
    )


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
