"""The variables of a result, each declared once: dimensions, unit and what kind of number it is.

There is no dimension for places here and :func:`assemble` refuses one: after the as-of date
nothing is kept by place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from havenline.crisis.parameters import default_table
from havenline.engine.measures import MEASURES, weeks_of
from havenline.engine.step import Kind

if TYPE_CHECKING:
    import xarray as xr

Coords = Mapping[str, ArrayLike]

CONVENTIONS = "CF-1.11"
DAILY = ("option", "future", "day")
BY_AREA = (*DAILY, "area")
BY_GROUP = (*BY_AREA, "group")


@dataclass(frozen=True)
class Variable:
    """One variable of a result.

    Attributes
    ----------
    name : str
    dims : tuple of str
    dtype : str
        numpy name of the stored type.
    long_name, units : str
    measure : {"stock", "flow", "cumulative", "share", "value"}
        Present at a time, per period, counted from a start, a share or state between 0 and 1, or
        the value of a parameter.
    prior_only : bool
        True where the figure rests on a prior alone and must be marked so wherever it is shown.
    """

    name: str
    dims: tuple[str, ...]
    dtype: str
    long_name: str
    units: str
    measure: Kind
    prior_only: bool = False

    @property
    def attrs(self) -> dict[str, str | int]:
        """Attributes as they stand in the dataset."""
        return {
            "long_name": self.long_name,
            "units": self.units,
            "measure": self.measure,
            "prior_only": int(self.prior_only),
        }

    def typed(self, values: ArrayLike) -> NDArray[Any]:
        """Return values as the declared type; refuse counts that it cannot hold exactly."""
        array = np.asarray(values)
        if self.dtype != "int32" or array.dtype == np.int32:
            return array.astype(self.dtype, copy=False)
        if array.dtype.kind not in "iub":
            raise ValueError(f"{self.name} holds {array.dtype}, not whole numbers")
        limits = np.iinfo(np.int32)
        if array.size and (array.min() < limits.min or array.max() > limits.max):
            raise ValueError(f"{self.name} holds a count that does not fit {self.dtype}")
        return array.astype(np.int32)


@dataclass(frozen=True)
class Coordinate:
    """One coordinate of a result: its dimension, kind and attributes."""

    name: str
    dim: str
    kind: Literal["text", "int", "date"]
    long_name: str
    required: bool = True


_TABLE = (
    Variable("displaced", BY_GROUP, "int32", "displaced persons present", "persons", "stock"),
    Variable(
        "arrivals",
        BY_GROUP,
        "int32",
        "displaced persons arriving, from places of the area too",
        "persons/day",
        "flow",
    ),
    Variable("residents", BY_AREA, "int32", "residents present", "persons", "stock"),
    Variable(
        "departures",
        BY_AREA,
        "int32",
        "persons fleeing from a place of the area, first or again, moves within it too",
        "persons/day",
        "flow",
    ),
    Variable("in_sites", BY_AREA, "int32", "displaced persons in sites", "persons", "stock"),
    *(
        Variable(m.name, DAILY, "float64", m.long_name, m.units, m.kind, m.prior_only)
        for m in MEASURES.values()
    ),
    Variable(
        "exposure_probability",
        ("option", "week", "area"),
        "float64",
        "share of futures with fighting within 10 km of people in the week",
        "1",
        "share",
    ),
    Variable(
        "flows",
        ("option", "week", "from_area", "area"),
        "float64",
        "displaced persons whose journey from one area to another ended in the week, mean of the "
        "futures",
        "persons/week",
        "flow",
    ),
    Variable(
        "entered",
        (*DAILY, "neighbour"),
        "float64",
        "entries to each neighbour since the as-of date",
        "persons",
        "cumulative",
    ),
    Variable(
        "came_back",
        (*DAILY, "neighbour"),
        "float64",
        "persons who came back from each neighbour since the as-of date",
        "persons",
        "cumulative",
    ),
    Variable(
        "went_on",
        (*DAILY, "neighbour"),
        "float64",
        "attempts to go on from each neighbour since the as-of date",
        "persons",
        "cumulative",
    ),
    Variable(
        "waiting",
        (*DAILY, "neighbour"),
        "float64",
        "displaced persons waiting at the border with each neighbour",
        "persons",
        "stock",
    ),
    Variable(
        "agreement_hollowed",
        ("option", "future"),
        "float64",
        "an agreement is hollowed out by the end of the horizon: it stands in name while ground "
        "or phases of redeployment are lost under it",
        "1",
        "share",
    ),
    Variable(
        "shelter_capacity_asof",
        ("area",),
        "float64",
        "shelter places on the as-of date, median of the futures",
        "persons",
        "stock",
    ),
    Variable(
        "history_newly_displaced",
        ("future", "history_day"),
        "float64",
        "persons displaced since the start of the crisis period, up to the as-of date",
        "persons",
        "cumulative",
    ),
    Variable(
        "history_returned",
        ("future", "history_day"),
        "float64",
        "persons home again since the start of the crisis period, up to the as-of date",
        "persons",
        "cumulative",
    ),
    Variable(
        "history_still_displaced",
        ("future", "history_day"),
        "float64",
        "persons displaced since the start of the crisis period, neither home nor out of it, "
        "up to the as-of date",
        "persons",
        "stock",
    ),
    Variable(
        "parameter_values",
        ("future", "parameter"),
        "float64",
        "sampled values of the parameters",
        "see parameter_unit",
        "value",
    ),
)

_COORDINATES = (
    Coordinate("option", "option", "text", "option"),
    Coordinate("future", "future", "int", "future"),
    Coordinate("day", "day", "date", "day, the first is the as-of date"),
    Coordinate("area", "area", "text", "p-code of the area"),
    Coordinate("from_area", "from_area", "text", "p-code of the area people set out from"),
    Coordinate("group", "group", "text", "population group"),
    Coordinate("neighbour", "neighbour", "text", "neighbouring country", required=False),
    Coordinate("week", "week", "int", "week after the as-of date, from 0"),
    Coordinate("history_day", "history_day", "date", "day up to the as-of date"),
    Coordinate("parameter", "parameter", "text", "parameter"),
    Coordinate("parameter_unit", "parameter", "text", "unit of the parameter", required=False),
    Coordinate("option_name", "option", "text", "name of the option", required=False),
    Coordinate("area_name", "area", "text", "name of the area", required=False),
    Coordinate("week_start", "week", "date", "first day of the week", required=False),
)

VARIABLES: dict[str, Variable] = {v.name: v for v in _TABLE}
"""Every variable of a result, by name."""

COORDINATES: dict[str, Coordinate] = {c.name: c for c in _COORDINATES}
"""Every coordinate of a result, by name."""

LARGE = tuple(v.name for v in _TABLE if v.dims[: len(BY_AREA)] == BY_AREA)
"""Variables by area and future, written while runs finish."""

BY_NEIGHBOUR = tuple(v.name for v in _TABLE if v.dims == (*DAILY, "neighbour"))
"""Variables by neighbour and future; where a crisis has none they are left out."""

DAILY_SERIES = tuple(v.name for v in _TABLE if v.dims == DAILY)
"""Daily series (option, future, day), in the order in which they are declared."""


def coordinates(
    *,
    options: Sequence[tuple[str, str]],
    futures: int,
    as_of: date,
    days: int,
    areas: Sequence[tuple[str, str]],
    groups: Sequence[str],
    history_start: date,
    parameters: Sequence[str],
    neighbours: Sequence[str] = (),
) -> dict[str, NDArray[Any]]:
    """Return the coordinates of a result as arrays.

    Parameters
    ----------
    options, areas : sequence of (id, name)
        Options with the baseline first; areas by p-code.
    futures : int
        Number of futures.
    as_of : date
        Day 0 of the result.
    days : int
        Days after the as-of date.
    groups, parameters, neighbours : sequence of str
    history_start : date
        First day of the period before the as-of date.
    """
    units = {row.name: row.unit for row in default_table()}
    first = np.datetime64(as_of, "D")
    weeks = weeks_of(days)
    span = int((first - np.datetime64(history_start, "D")).astype(np.int64))
    return {
        "option": _text([i for i, _ in options]),
        "option_name": _text([n for _, n in options]),
        "future": np.arange(futures, dtype=np.int64),
        "day": (first + np.arange(days + 1)).astype("datetime64[ns]"),
        "area": _text([i for i, _ in areas]),
        "area_name": _text([n for _, n in areas]),
        "from_area": _text([i for i, _ in areas]),
        "group": _text(groups),
        **({"neighbour": _text(neighbours)} if neighbours else {}),
        "week": np.arange(weeks, dtype=np.int64),
        "week_start": (first + 1 + 7 * np.arange(weeks)).astype("datetime64[ns]"),
        "history_day": (first - span + np.arange(span + 1)).astype("datetime64[ns]"),
        "parameter": _text(parameters),
        "parameter_unit": _text([units.get(name, "") for name in parameters]),
    }


def checked_coords(coords: Coords) -> dict[str, NDArray[Any]]:
    """Return the coordinates as arrays of their declared kind, or raise ValueError."""
    unknown = sorted(set(coords) - set(COORDINATES))
    if unknown:
        raise ValueError(f"not a coordinate of a result: {', '.join(unknown)}")
    checked: dict[str, NDArray[Any]] = {}
    for name, declared in COORDINATES.items():
        if name not in coords:
            if declared.required:
                raise ValueError(f"coordinate {name} is missing")
            continue
        checked[name] = _typed(coords[name], declared.kind)
    for name, values in checked.items():
        dim = COORDINATES[name].dim
        if values.shape != checked[dim].shape:
            raise ValueError(f"coordinate {name} has {values.size} values, not {checked[dim].size}")
    return checked


def shape_of(name: str, coords: Mapping[str, NDArray[Any]]) -> tuple[int, ...]:
    """Return the shape of a variable under checked coordinates; refuse undeclared variables."""
    if name not in VARIABLES:
        raise ValueError(f"{name} is not a declared variable of a result")
    refuse_places(name, VARIABLES[name].dims)
    return tuple(coords[dim].size for dim in VARIABLES[name].dims)


def refuse_places(name: str, dims: Sequence[str]) -> None:
    """Raise ValueError where a variable has a dimension for places."""
    if any(dim == "place" or dim.startswith("place_") for dim in dims):
        raise ValueError(f"{name} is by place; a result holds nothing by place")


def assemble(
    arrays: Mapping[str, ArrayLike], coords: Coords, attrs: Mapping[str, object]
) -> xr.Dataset:
    """Return a result as a dataset with units and kind on every variable.

    Parameters
    ----------
    arrays : mapping of str to array
        Values by variable name, each with the declared dimensions.
    coords : mapping of str to array
        As :func:`coordinates` returns them.
    attrs : mapping
        Attributes of the dataset; ``Conventions`` is added.

    Returns
    -------
    xarray.Dataset
        Holds the arrays given, without copying those of the declared type.
    """
    import xarray as xr

    known = checked_coords(coords)
    data: dict[str, tuple[tuple[str, ...], NDArray[Any], dict[str, str | int]]] = {}
    for name, declared in VARIABLES.items():
        if name not in arrays:
            continue
        values = declared.typed(arrays[name])
        expected = shape_of(name, known)
        if values.shape != expected:
            raise ValueError(f"{name} has shape {values.shape}, not {expected}")
        data[name] = (declared.dims, values, declared.attrs)
    for name in arrays:
        shape_of(name, known)
    return xr.Dataset(
        data_vars=data,
        coords={
            name: ((COORDINATES[name].dim,), values, {"long_name": COORDINATES[name].long_name})
            for name, values in known.items()
        },
        attrs={**attrs, "Conventions": CONVENTIONS},
    )


def _text(values: Sequence[str]) -> NDArray[Any]:
    return np.array([str(v) for v in values], dtype=object)


def _typed(values: ArrayLike, kind: str) -> NDArray[Any]:
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError("a coordinate has one dimension")
    if kind == "text":
        return _text(array.tolist())
    return array.astype("datetime64[ns]" if kind == "date" else np.int64)
