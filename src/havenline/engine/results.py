"""Results of futures as they come, in memory or in a file: the one builder of datasets."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from havenline import __version__, words
from havenline.crisis.cells import ids_named
from havenline.crisis.levers import OptionSpec
from havenline.crisis.parameters import known_later
from havenline.engine.chunks import Chunk
from havenline.engine.ground import FutureRuns, Ground
from havenline.engine.layout import (
    BY_NEIGHBOUR,
    LARGE,
    VARIABLES,
    assemble,
    coordinates,
    shape_of,
)
from havenline.engine.measures import MEASURES, Output, of_return
from havenline.engine.store import ResultStore
from havenline.engine.values import VALUES
from havenline.errors import RunError, reason_of

MOST_IN_MEMORY = 600_000_000
"""Bytes of results that are held in memory; a larger simulation must be given ``out``."""
RESULT_FILE = "result.nc"
HISTORY: Mapping[str, Callable[[NDArray[np.void]], NDArray[np.int64]]] = {
    "newly_displaced": itemgetter("newly_displaced"),
    "returned": partial(of_return, measure="returned_cumulative"),
    "still_displaced": partial(of_return, measure="displaced_present"),
}
"""Figures of which the days up to the as-of date are kept: those that counts are replayed to."""


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


class Results:
    """What options did in the futures of a ground; futures may be taken in any order.

    Parameters
    ----------
    ground : Ground
    options : sequence of OptionSpec
        The baseline first.
    out : Path, optional
        Folder to write ``result.nc`` to while futures finish; held in memory otherwise.

    Raises
    ------
    RunError
        If the results are too large for memory, or the folder cannot be written to.
    """

    def __init__(
        self, ground: Ground, options: Sequence[OptionSpec], out: Path | None = None
    ) -> None:
        self.ground, self.options = ground, options
        world, futures = ground.world, ground.futures
        self.coords = coordinates(
            options=[(o.id, o.name) for o in options],
            futures=futures,
            as_of=ground.as_of,
            days=ground.days,
            areas=list(zip(world.area_ids, world.area_names, strict=True)),
            groups=world.group_ids,
            history_start=ground.facts.start,
            parameters=VALUES.names or (),
            neighbours=world.neighbour_ids,
        )
        areas = len(world.area_ids)
        self.series = (*MEASURES, *(BY_NEIGHBOUR if world.neighbour_ids else ()))
        self.done = np.zeros(futures, dtype=np.bool_)
        self.history = {
            f"history_{name}": np.zeros((futures, ground.facts.days + 1)) for name in HISTORY
        }
        self.exposed = np.zeros((len(options), len(self.coords["week"]), areas), dtype=np.int64)
        self.flows = np.zeros((*self.exposed.shape, areas), dtype=np.int64)
        self.hollowed = np.zeros((len(options), futures))
        self.shelter = np.zeros((futures, areas))
        self.cut = np.zeros((futures, 2))
        self.store: ResultStore | None = None
        self.large: dict[str, NDArray[Any]] = {}
        if out is not None:
            _make_folder(out)
            self.store = ResultStore.create(out / RESULT_FILE, self.coords, self._attrs())
            return
        shapes = {name: shape_of(name, self.coords) for name in (*LARGE, *self.series)}
        types = {name: np.dtype(VARIABLES[name].dtype) for name in shapes}
        size = sum(math.prod(shape) * types[name].itemsize for name, shape in shapes.items())
        if size > MOST_IN_MEMORY:
            raise RunError(
                f"the results would take {size / 1e9:.1f} GB of memory; give a folder to write "
                "them to (out, or --out)"
            )
        self.large = {name: np.zeros(shape, types[name]) for name, shape in shapes.items()}

    def take(self, future: FutureRuns) -> None:
        """Keep the runs of one future; empty exposure and flows are left to the caller to add."""
        number, outputs = future.future, [run.out for run in future.runs]
        self.done[number] = True
        for name, of in HISTORY.items():
            self.history[f"history_{name}"][number] = of(future.past)
        self.shelter[number] = future.shelter
        self.cut[number] = sum(run.cut for run in future.runs)
        for k, out in enumerate(outputs):
            if out.exposed.size:
                self.exposed[k] += out.exposed
            self.hollowed[k, number] = out.hollowed[0]
            if out.flows.size:
                self.flows[k] += out.flows
        if self.store is not None:
            large, series = (
                {name: np.stack([_daily(out, name) for out in outputs]) for name in names}
                for names in (LARGE, self.series)
            )
            self.store.write(number, large, series)
            return
        for name, array in self.large.items():
            for k, out in enumerate(outputs):
                array[k, number] = _daily(out, name)

    def take_chunk(self, chunk: Chunk) -> None:
        """Keep the runs of futures that an earlier run had done."""
        for future in chunk.runs:
            self.take(future)
        self.exposed += chunk.exposed
        self.flows += chunk.flows

    def _small(self) -> dict[str, NDArray[Any]]:
        """Return the variables that are not by option, future and day, for all futures."""
        done = max(1, int(self.done.sum()))
        return {
            "exposure_probability": self.exposed / done,
            "flows": self.flows / done,
            "agreement_hollowed": self.hollowed,
            **self.history,
            "shelter_capacity_asof": np.round(np.median(self.shelter[self.done], axis=0)),
            "parameter_values": np.column_stack(
                [self.ground.values[name] for name in VALUES.names or ()]
            ),
        }

    def _attrs(self) -> dict[str, Any]:
        ground, done = self.ground, int(self.done.sum())
        later = known_later(ground.parameters, ground.crisis.sources, ground.as_of)
        options = f"{ground.crisis.meta.name}: {len(self.options)} options"
        return {
            "title": f"{options} in {done} futures",
            "havenline_version": __version__,
            "crisis": ground.crisis.id,
            "as_of": ground.as_of.isoformat(),
            "seed": ground.seed,
            "input_hashes": json.dumps(dict(sorted(ground.crisis.input_hashes.items()))),
            "settings": json.dumps(dict(sorted(ground.settings.items()))),
            "offensive_given": int(bool(ground.offensive)),
            "parameters_known_later": json.dumps(later),
            "partial": int(not self.done.all()),
            "futures_done": done,
            "choice_weight_cut": share_cut(self.cut),
            "followed": json.dumps(self._followed()),
        }

    def _followed(self) -> list[dict[str, Any]]:
        """Return the counts beside the main series, with the past that follows them."""
        crisis = self.ground.crisis
        names = dict(zip(crisis.areas["area_id"], crisis.areas["name"], strict=True))
        names |= {neighbour.id: neighbour.name for neighbour in crisis.meta.neighbours}
        return [
            {
                "figure": met.count.figure,
                "area_id": met.count.area,
                "neighbour": met.count.neighbour,
                "name": words.listed([names[i] for i in ids_named(of)]) or "the whole crisis",
                "since": met.count.start.isoformat() if met.count.start else None,
                "date": met.count.end.isoformat(),
                "counted": met.count.persons,
                "run": round(met.run),
            }
            for met in self.ground.met
            for of in (met.count.neighbour or met.count.area,)
        ]

    def finish(self) -> xr.Dataset | Path:
        """Return the dataset of the futures taken, or the file that holds it."""
        attrs = self._attrs()
        if self.store is not None:
            return self.store.finish(self._small(), attrs, self.done)
        arrays = {**self._small(), **self.large}
        coords = dict(self.coords)
        if not self.done.all():
            coords["future"] = coords["future"][self.done]
            for name, array in arrays.items():
                dims = VARIABLES[name].dims
                if "future" in dims:
                    arrays[name] = array.compress(self.done, axis=dims.index("future"))
        return assemble(arrays, coords, attrs)

    def discard(self) -> None:
        """Leave nothing behind."""
        if self.store is not None:
            self.store.discard()


def _daily(out: Output, name: str) -> NDArray[Any]:
    """Return a daily figure of a run."""
    return np.asarray(out.series[name] if name in MEASURES else getattr(out, name))


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise RunError(f"{out} is a file; give a folder to write to") from None
    except OSError as error:
        raise RunError(f"cannot make the folder {out}: {reason_of(error)}") from None
