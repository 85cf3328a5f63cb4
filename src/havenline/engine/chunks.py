"""Futures that are done, kept beside a result that is not whole yet, so that a killed run goes on.

A chunk is one file of futures in a row. It is written under another name and moved into place, and
its name holds a digest of what is in it: a chunk that was cut short or changed is not read. The
folder's name holds a digest of all that the futures come from, so none of another run is mixed in.
Exposure and flows stand in a chunk as sums over its futures, as they do in a result.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havenline import __version__
from havenline.crisis.levers import OptionSpec
from havenline.crisis.past import defaults_digest
from havenline.draws.kernels import PACKAGE, ROOMS, sources_digest
from havenline.engine.ground import FutureRuns, Ground, Run
from havenline.engine.measures import Output
from havenline.errors import RunError, reason_of

KEPT = ".kept-"
"""How the name of a folder of chunks begins."""
SECONDS, SIZE = 5.0, 64_000_000
"""A chunk is written once so much time has gone by, or so many bytes are waiting: what a killed run
loses at most. A short run writes none."""
SUMMED = ("exposed", "flows")
STACKED = tuple(name for name in Output._fields if name not in SUMMED)

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Chunk:
    """Futures in a row.

    Attributes
    ----------
    runs : sequence of FutureRuns
        Their outputs have empty ``exposed`` and ``flows``.
    exposed : (option, week, area) int64
        In how many of the futures people of an area were exposed in a week.
    flows : (option, week, area, area) int64
        Persons, summed over the futures.
    """

    runs: Sequence[FutureRuns]
    exposed: NDArray[np.int64]
    flows: NDArray[np.int64]


def key_of(ground: Ground, options: Sequence[OptionSpec]) -> str:
    """Return a digest of all that the futures of a ground come from."""
    made_of = {
        "version": __version__,
        "sources": sources_digest(PACKAGE, (*ROOMS, "crisis", "facts")),
        "defaults": defaults_digest(),
        "crisis": ground.crisis.id,
        "inputs": dict(sorted(ground.crisis.input_hashes.items())),
        "as_of": ground.as_of.isoformat(),
        "seed": ground.seed,
        "futures": ground.futures,
        "days": ground.days,
        "settings": dict(sorted(ground.settings.items())),
        "offensive": {day.isoformat(): on for day, on in sorted(ground.offensive.items())},
        "options": [option.model_dump(mode="json", warnings=False) for option in options],
    }
    return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()[:24]


class Chunks:
    """The chunks of one run in a folder; those of other runs are removed from it.

    Parameters
    ----------
    folder : Path
        Where the result will stand; it is there and held by this run.
    key : str
        As `key_of` returns it.
    """

    def __init__(self, folder: Path, key: str) -> None:
        self.folder = folder / f"{KEPT}{key}"
        for other in folder.glob(f"{KEPT}*"):
            if other != self.folder:
                shutil.rmtree(other, ignore_errors=True)
        for left in self.folder.glob("*.unfinished"):
            left.unlink(missing_ok=True)
        self._waiting: list[FutureRuns] = []
        self._size = 0
        self._since = time.monotonic()

    def kept(self) -> Iterator[Chunk]:
        """Read the chunks that are whole, from the first future on, as far as none is missing."""
        following = 0
        for path in sorted(self.folder.glob("*.npz")):
            chunk = _read(path)
            if chunk is None or chunk.runs[0].future != following:
                path.unlink(missing_ok=True)
                continue
            following = chunk.runs[-1].future + 1
            yield chunk

    def add(self, runs: FutureRuns) -> None:
        """Take the runs of one more future, the next one, and write a chunk when it is time."""
        self._waiting.append(runs)
        self._size += sum(a.nbytes for run in runs.runs for a in run.out)
        if self._size >= SIZE or time.monotonic() - self._since >= SECONDS:
            self.write()

    def write(self) -> None:
        """Write the futures that wait; without any, nothing."""
        if self._waiting:
            try:
                self.folder.mkdir(exist_ok=True)
                _write(self.folder, self._waiting)
            except OSError as error:
                raise RunError(
                    f"cannot keep futures in {self.folder}: {reason_of(error)}"
                ) from error
        self._waiting, self._size, self._since = [], 0, time.monotonic()

    def close(self, stopped: bool = False) -> None:
        """Write the futures that wait, where others were, or the run was stopped before the end."""
        if stopped or self.folder.is_dir():
            self.write()


def forget(folder: Path) -> None:
    """Remove the chunks that are kept in a folder: the result is whole."""
    for kept in folder.glob(f"{KEPT}*"):
        shutil.rmtree(kept, ignore_errors=True)


def _write(folder: Path, runs: Sequence[FutureRuns]) -> None:
    first, last = runs[0], runs[-1]
    outs = [[run.out for run in future.runs] for future in runs]
    arrays: Arrays = {
        "future": np.array([future.future for future in runs], dtype=np.int64),
        "past": np.stack([future.past for future in runs]),
        "shelter": np.stack([future.shelter for future in runs]),
        "cut": np.stack([[run.cut for run in future.runs] for future in runs]),
    }
    for name in STACKED:
        arrays[name] = np.stack([[getattr(out, name) for out in of] for of in outs])
    for name in SUMMED:
        every = (np.stack([getattr(out, name) for out in of]).astype(np.int64) for of in outs)
        arrays[name] = sum(every, start=np.zeros((), dtype=np.int64))
    held = io.BytesIO()
    np.savez(held, allow_pickle=False, **arrays)
    data = held.getvalue()
    path = folder / f"{first.future:07d}-{last.future:07d}-{_digest(data)}.npz"
    beside = path.with_suffix(".unfinished")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _read(path: Path) -> Chunk | None:
    """Return a chunk; None where it is not what was written."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    if not path.stem.endswith(f"-{_digest(data)}"):
        return None
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        held: Arrays = {name: arrays[name] for name in arrays.files}
    runs = [
        FutureRuns(
            int(future),
            held["past"][k],
            held["shelter"][k],
            tuple(_run(held, k, option) for option in range(held["cut"].shape[1])),
        )
        for k, future in enumerate(held["future"])
    ]
    return Chunk(runs, held["exposed"], held["flows"])


def _run(held: Arrays, k: int, option: int) -> Run:
    fields = {name: held[name][k, option] for name in STACKED}
    empty = {name: held[name][option, :0] for name in SUMMED}
    return Run(out=Output(**fields, **empty), cut=held["cut"][k, option])


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
