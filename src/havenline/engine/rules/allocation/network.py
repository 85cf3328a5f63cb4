"""A case as arrays for the allocation rules: distances, openings, origins, capacities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from havenline.crisis.case import Case
from havenline.crisis.case_roads import kilometres, takes_in, turning_days
from havenline.draws import key_of_text

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class AllocationNetwork:
    """What the rules read of a case.

    Attributes
    ----------
    origins, camps : int64 arrays
        Positions in ``Case.locations``.
    km : float64 array, shape (states, origins, camps)
        Shortest road while a set of closures holds; infinite where there is none.
    is_open : bool array, shape (states, camps)
        Whether a camp takes people in.
    state : int64 array, shape (days,)
        Which set of closures holds on a day.
    leaving : float64 array, shape (days, origins)
        Weight of each origin: persons times intensity of conflict on the day before.
    capacity : float64 array, shape (camps,)
        Declared places, persons; NaN where unknown or unlimited.
    keys : uint64 array, shape (camps,)
        Keys of the camps' names, for draws.
    """

    origins: NDArray[np.int64]
    camps: NDArray[np.int64]
    km: Floats
    is_open: NDArray[np.bool_]
    state: NDArray[np.int64]
    leaving: Floats
    capacity: Floats
    keys: NDArray[np.uint64]


def build_network(case: Case, frozen_from: int | None = None) -> AllocationNetwork:
    """Build the arrays of a case.

    Parameters
    ----------
    case : Case
    frozen_from : int, optional
        A day after which nothing is known: conflict and closures stay as they are on it.

    Returns
    -------
    AllocationNetwork
    """
    camps = np.array(case.camps, dtype=np.int64)
    origins = _origins(case)
    known = np.arange(case.days)
    if frozen_from is not None:
        known = np.minimum(known, frozen_from)
    starts = turning_days(case)
    km = np.stack([kilometres(case, day, origins, case.camps) for day in starts])
    opened = np.array([[takes_in(case, j, day) for j in camps] for day in starts])
    capacity = np.array([case.locations[j].capacity for j in camps])
    capacity[~(capacity > 0.0)] = np.nan
    return AllocationNetwork(
        origins=origins,
        camps=camps,
        km=km,
        is_open=opened,
        state=np.searchsorted(starts, known, side="right").astype(np.int64) - 1,
        leaving=_leaving(case, origins, known),
        capacity=capacity,
        keys=np.array([key_of_text(case.locations[j].name) for j in camps], dtype=np.uint64),
    )


def _origins(case: Case) -> NDArray[np.int64]:
    """Return the places that see conflict; without any, those with people; without, all."""
    places = [i for i, at in enumerate(case.locations) if not at.is_camp]
    fought = [i for i in places if case.conflict.size and case.conflict[:, i].max() > 0.0]
    peopled = [i for i in places if case.locations[i].persons > 0]
    return np.array(fought or peopled or places or range(len(case.locations)), dtype=np.int64)


def _leaving(case: Case, origins: NDArray[np.int64], known: NDArray[np.int64]) -> Floats:
    """Return persons times conflict of the day before; with none, as on the last day with some."""
    persons = np.array([float(case.locations[i].persons) for i in origins])
    if not persons.any():
        persons[:] = 1.0
    rows = len(case.conflict)
    weights = np.zeros((len(known), len(origins)))
    last = persons
    for day, seen in enumerate(known):
        if rows:
            today = persons * case.conflict[min(max(seen - 1, 0), rows - 1), origins]
            last = today if today.any() else last
        weights[day] = last
    return weights
