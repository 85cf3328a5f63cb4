"""The result file, written while runs finish.

The file grows under a hidden name beside its target and gets its own name only when it is whole,
so that a killed run leaves nothing that looks complete.
"""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from havenline.engine import layout
from havenline.errors import RunError, reason_of

try:
    import resource
except ImportError:  # pragma: no cover  (Windows has none)
    resource = None  # type: ignore[assignment]

if TYPE_CHECKING:
    import h5netcdf
    import xarray as xr

UNFINISHED = ".unfinished"
_PACKING: dict[str, Any] = {"compression": "gzip", "compression_opts": 1, "shuffle": True}
PACK_FROM = 200_000_000
"""Bytes from which a variable is packed: packing the default job costs more than its disk."""
SPARE = 64_000_000
"""Bytes that must stay free on the disk: more than HDF5 holds back and writes when it closes."""
READ_AT_ONCE = 30_000_000  # bytes of small variables that are read when a result is opened
_SERIES_BLOCK = 100  # futures in one chunk of a daily series
_LARGE_BLOCK = 10  # futures of a large variable that are written together


class ResultStore:
    """Writes one result to NetCDF-4, futures in any order, from one thread.

    Use :meth:`create`, :meth:`write` for each future or block of futures, then :meth:`finish`;
    leaving a ``with`` block without having finished discards the file.
    """

    def __init__(self, target: Path, coords: layout.Coords, attrs: Mapping[str, object]) -> None:
        self.target = target
        self.coords = layout.checked_coords(coords)
        self._attrs = dict(attrs)
        self._temporary = _temporary_beside(target)
        self._want_room(0)
        self._waiting: dict[str, dict[int, NDArray[Any]]] = {}
        self._written = np.zeros(self.coords["future"].size, dtype=np.bool_)
        self._file: h5netcdf.File | None = _open_new(self._temporary, self.coords)

    @classmethod
    def create(cls, path: str | Path, coords: layout.Coords, attrs: Mapping[str, object]) -> Self:
        """Begin a result file.

        Parameters
        ----------
        path : str or Path
            Where the finished file will stand; its folder must exist.
        coords : mapping of str to array
            As :func:`havenline.engine.layout.coordinates` returns them.
        attrs : mapping
            Attributes of the dataset; :meth:`finish` may add to them.
        """
        return cls(Path(path), coords, attrs)

    @property
    def written(self) -> NDArray[np.bool_]:
        """Which futures have been written, shape (future,)."""
        return self._written.copy()

    def write(
        self,
        future: int | slice,
        large: Mapping[str, ArrayLike],
        series: Mapping[str, ArrayLike] | None = None,
    ) -> None:
        """Write one future, or a block of futures.

        Parameters
        ----------
        future : int or slice
            Position of the future; a slice takes arrays with a future axis after the option.
        large : mapping of str to (option[, block], day, area[, group]) int32
            Every variable of ``layout.LARGE``.
        series : mapping of str to (option[, block], day[, neighbour]) float64, optional
            Daily series, for ensembles too large to hold them until the end.
        """
        file = self._opened()
        blocks = {name: self._block(name, large[name], future) for name in layout.LARGE}
        daily = {name: self._block(name, array, future) for name, array in (series or {}).items()}
        self._want_room(sum(block.nbytes for block in (*blocks.values(), *daily.values())))
        at = np.arange(self._written.size)[future]
        for name, block in {**blocks, **daily}.items():
            rows = self._waiting.setdefault(name, {})
            for number, row in zip(np.atleast_1d(at), _futures_of(block, future), strict=True):
                rows[int(number)] = row
            if len(rows) >= (_LARGE_BLOCK if name in blocks else _SERIES_BLOCK):
                self._flush(file, name)
        self._written[future] = True

    def finish(
        self,
        small: Mapping[str, ArrayLike],
        attrs: Mapping[str, object] | None = None,
        done: ArrayLike | None = None,
    ) -> Path:
        """Write the small variables and give the file its name.

        Parameters
        ----------
        small : mapping of str to array
            Variables other than the large ones, for all futures; unfinished ones may hold
            anything.
        attrs : mapping, optional
            More attributes of the dataset. ``partial`` is set here: 1 where futures are missing.
        done : (future,) bool, optional
            Which futures are finished under every option; those written where not given.
            Only these are kept.

        Returns
        -------
        Path
            The finished file.
        """
        file = self._opened()
        keep = self._written if done is None else np.asarray(done, dtype=np.bool_)
        if keep.shape != self._written.shape:
            raise ValueError(f"done has shape {keep.shape}, not {self._written.shape}")
        if np.any(keep & ~self._written):
            raise ValueError("a future is marked as done that was never written")
        if not keep.any():
            raise RunError("no future was finished, so there is no result to keep")
        self._want_room(sum(np.asarray(array).nbytes for array in small.values()))
        for name in tuple(self._waiting):
            self._flush(file, name)
        for name, array in small.items():
            values = layout.VARIABLES[name].typed(array)
            expected = layout.shape_of(name, self.coords)
            if values.shape != expected:
                raise ValueError(f"{name} has shape {values.shape}, not {expected}")
            self._variable(file, name)[...] = values
        if not keep.all():
            file = self._compact(file, keep)
        _write_attrs(file, {**self._attrs, **(attrs or {}), "partial": int(not keep.all())})
        self._close()
        with self._temporary.open("rb") as handle:
            os.fsync(handle.fileno())
        self._temporary.replace(self.target)
        return self.target

    def discard(self) -> None:
        """Remove what was written; does nothing after :meth:`finish`."""
        if self._file is not None:
            os.truncate(self._temporary, 0)  # what it still writes when closing finds room
        self._close()
        self._temporary.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.discard()

    def _want_room(self, size: int) -> None:
        """Raise RunError where the disk has no room for so many bytes more.

        HDF5 ends the whole process when it meets a full disk, so it must never meet one.
        """
        _want_size(self._temporary, size)
        free = shutil.disk_usage(self.target.parent).free
        if free < size + SPARE:
            raise RunError(
                f"the disk of {self.target.parent} is full: {free / 1e6:,.0f} MB are free and "
                f"{(size + SPARE) / 1e6:,.0f} MB are needed to go on; make room, or give a folder "
                "on another disk"
            )

    def _opened(self) -> h5netcdf.File:
        if self._file is None:
            raise RuntimeError("the result file is already finished or discarded")
        return self._file

    def _close(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            file.close()

    def _block(self, name: str, array: ArrayLike, future: int | slice) -> NDArray[Any]:
        """Return what is to be written as an array of the declared type, or refuse its shape."""
        if layout.VARIABLES[name].dims[:2] != ("option", "future"):
            raise ValueError(f"{name} is not by option and future; give it to finish")
        block = layout.VARIABLES[name].typed(array)
        expected = _block_shape(layout.shape_of(name, self.coords), future)
        if block.shape != expected:
            raise ValueError(f"{name} has shape {block.shape}, not {expected}")
        return block

    def _flush(self, file: h5netcdf.File, name: str) -> None:
        """Write the futures of a variable that wait, neighbouring ones together."""
        rows = self._waiting.pop(name)
        self._want_room(sum(row.nbytes for row in rows.values()))
        numbers = np.array(sorted(rows), dtype=np.int64)
        for run in np.split(numbers, np.flatnonzero(np.diff(numbers) != 1) + 1):
            block = np.stack([rows[int(n)] for n in run], axis=1)
            self._variable(file, name)[:, int(run[0]) : int(run[-1]) + 1] = block

    def _variable(self, file: h5netcdf.File, name: str) -> Any:
        if name in file.variables:
            return file.variables[name]
        layout.shape_of(name, self.coords)
        return _declare(file, name, self.coords)

    def _compact(self, file: h5netcdf.File, keep: NDArray[np.bool_]) -> h5netcdf.File:
        """Copy the finished futures, one at a time, into a file without the others."""
        positions = np.flatnonzero(keep)
        coords = {**self.coords, "future": self.coords["future"][keep]}
        shorter = _temporary_beside(self.target)
        new = _open_new(shorter, coords)
        try:
            self._copy(file, new, coords, positions)
        except BaseException:
            new.close()
            shorter.unlink(missing_ok=True)
            raise
        file.close()
        self._temporary.unlink()
        self._temporary, self._file = shorter, new
        return new

    @staticmethod
    def _copy(
        file: h5netcdf.File,
        new: h5netcdf.File,
        coords: Mapping[str, NDArray[Any]],
        positions: NDArray[np.int64],
    ) -> None:
        """Copy the futures at the given positions, and what is not by future."""
        for name in file.variables:
            if name not in layout.VARIABLES:
                continue
            old = file.variables[name]
            fresh = (
                _declare(new, name, coords) if name not in new.variables else new.variables[name]
            )
            axes = layout.VARIABLES[name].dims
            before = (slice(None),) * axes.index("future") if "future" in axes else ()
            if name in layout.LARGE:
                for at, position in enumerate(positions):
                    fresh[(*before, at)] = old[(*before, int(position))]
            else:
                values = old[...]
                fresh[...] = values[(*before, positions)] if "future" in axes else values


def open_result(path: str | Path) -> xr.Dataset:
    """Open a result file without reading its large variables into memory.

    What is small is read at once: to read it piece by piece costs far more than to hold it.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    xarray.Dataset
        Dates are datetime64; close it, or use it in a ``with`` block.
    """
    import xarray as xr

    if not Path(path).is_file():
        raise RunError(f"there is no result file {path}")
    try:
        dataset = xr.open_dataset(path, engine="h5netcdf", decode_timedelta=False)
        held = 0
        for variable in sorted(dataset.variables.values(), key=lambda v: v.nbytes):
            held += variable.nbytes
            if held > READ_AT_ONCE:
                break
            variable.load()
    except (OSError, ValueError) as error:
        raise RunError(f"{path} is not a result file") from error
    return dataset


def _temporary_beside(target: Path) -> Path:
    """Return a hidden name for this process; clear what dead processes of this machine left.

    A live one that writes the same file is another run, whose tables would be mixed with ours.
    """
    host = "".join(c if c.isalnum() else "_" for c in platform.node()) or "local"
    prefix = f".{target.name}.{host}-"
    if not target.parent.is_dir():
        raise RunError(f"there is no folder {target.parent} to write the result to")
    for left in target.parent.glob(f"{prefix}*{UNFINISHED}"):
        owner = left.name[len(prefix) :].split("-")[0]
        if not owner.isdigit() or int(owner) == os.getpid():
            continue
        if not _is_gone(int(owner)):
            raise RunError(
                f"another run (process {owner}) is writing to {target.parent}; wait for it, give "
                f"another folder, or delete {left.name} if it is no longer under way"
            )
        left.unlink(missing_ok=True)
    number = 0
    while (path := target.with_name(f"{prefix}{os.getpid()}-{number}{UNFINISHED}")).exists():
        number += 1
    return path


def _want_size(path: Path, size: int) -> None:
    """Raise RunError where the system lets no file grow by so many bytes; see `_want_room`."""
    if resource is None:
        return
    most = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    there = path.stat().st_size if path.exists() else 0
    if most != resource.RLIM_INFINITY and there + size + SPARE > most:
        raise RunError(
            f"a result in {path.parent} may not grow beyond {most / 1e6:,.1f} MB (ulimit -f), and "
            f"{(there + size + SPARE) / 1e6:,.0f} MB are needed to go on; make room by raising it"
        )


def _is_gone(process: int) -> bool:
    if os.name != "posix":
        return False
    try:
        os.kill(process, 0)  # signal 0 only asks whether the process exists
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


def _futures_of(block: NDArray[Any], future: int | slice) -> list[NDArray[Any]]:
    """Return a copy of the rows of each future in a block, each (option, ...)."""
    if isinstance(future, slice):
        return [block[:, k].copy() for k in range(block.shape[1])]
    return [block.copy()]


def _block_shape(full: tuple[int, ...], future: int | slice) -> tuple[int, ...]:
    if isinstance(future, slice):
        return (full[0], len(range(*future.indices(full[1]))), *full[2:])
    return (full[0], *full[2:])


def _open_new(path: Path, coords: Mapping[str, NDArray[Any]]) -> h5netcdf.File:
    """Open a new file with its dimensions, coordinates and the large variables."""
    import h5netcdf
    import h5py

    try:
        file = h5netcdf.File(path, "w")
    except OSError as error:
        raise RunError(f"cannot write a result to {path.parent}: {reason_of(error)}") from error
    file.dimensions = {
        name: coords[name].size
        for name, c in layout.COORDINATES.items()
        if c.dim == name and name in coords
    }
    for name, values in coords.items():
        declared = layout.COORDINATES[name]
        if declared.kind == "text":
            variable = file.create_variable(name, (declared.dim,), h5py.string_dtype())
            variable[...] = values
        elif declared.kind == "date":
            days = values.astype("datetime64[D]")
            first = days[0] if days.size else np.datetime64("2000-01-01")
            variable = file.create_variable(name, (declared.dim,), np.int64)
            variable[...] = (days - first).astype(np.int64)
            variable.attrs["units"] = f"days since {first}"
            variable.attrs["calendar"] = "proleptic_gregorian"
        else:
            variable = file.create_variable(name, (declared.dim,), np.int64)
            variable[...] = values
        variable.attrs["long_name"] = declared.long_name
    for name in layout.LARGE:
        _declare(file, name, coords)
    return file


def _declare(file: h5netcdf.File, name: str, coords: Mapping[str, NDArray[Any]]) -> Any:
    declared = layout.VARIABLES[name]
    shape = layout.shape_of(name, coords)
    packing = _PACKING if np.prod(shape) * np.dtype(declared.dtype).itemsize >= PACK_FROM else {}
    variable = file.create_variable(
        name, declared.dims, declared.dtype, chunks=_chunks(declared, shape), **packing
    )
    variable.attrs.update(declared.attrs)
    beside = [c.name for c in layout.COORDINATES.values() if c.name != c.dim]
    extra = [n for n in beside if n in coords and layout.COORDINATES[n].dim in declared.dims]
    if extra:
        variable.attrs["coordinates"] = " ".join(extra)
    return variable


def _chunks(declared: layout.Variable, shape: tuple[int, ...]) -> tuple[int, ...]:
    """One option and future per chunk for large variables, a block of futures for series."""
    sizes = [max(1, size) for size in shape]
    if declared.dims[:2] == ("option", "future"):
        sizes[0] = 1
        sizes[1] = 1 if declared.name in layout.LARGE else min(sizes[1], _SERIES_BLOCK)
    elif declared.dims[0] == "future":
        sizes[0] = min(sizes[0], _SERIES_BLOCK)
    return tuple(sizes)


def _write_attrs(file: h5netcdf.File, attrs: Mapping[str, object]) -> None:
    for name, value in {**attrs, "Conventions": layout.CONVENTIONS}.items():
        file.attrs[name] = value
