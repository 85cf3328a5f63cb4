"""A case as arrays for the allocation rules: distances, openings, origins, capacities."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from havenline.crisis.case import Case, Closure
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
    km_any : float64 array, shape (origins, camps)
        Shortest road as if nothing were closed.
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
    km_any: Floats
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
    starts, state = _states(case, known)
    km = np.stack([_kilometres(case, day, origins, camps) for day in starts])
    opened = np.array([[_is_open(case, j, day) for j in camps] for day in starts])
    capacity = np.array([case.locations[j].capacity for j in camps])
    capacity[~(capacity > 0.0)] = np.nan
    return AllocationNetwork(
        origins=origins,
        camps=camps,
        km=km,
        km_any=_kilometres(case, None, origins, camps),
        is_open=opened,
        state=state,
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


def _holds(closure: Closure, day: int) -> bool:
    ended = closure.end > closure.start and day >= closure.end
    return closure.start <= day and not ended


def _states(case: Case, known: NDArray[np.int64]) -> tuple[list[int], NDArray[np.int64]]:
    """Return the first day of each set of closures, and which set holds on each day."""
    turns = {0} | {c.day for c in case.kind_changes}
    for closure in case.closures:
        turns |= {closure.start, closure.end}
    starts = sorted(day for day in turns if 0 <= day < case.days)
    return starts, np.searchsorted(starts, known, side="right").astype(np.int64) - 1


def _closed_places(case: Case, day: int, kinds: Iterable[str]) -> set[str]:
    return {c.first for c in case.closures if c.kind in kinds and _holds(c, day)}


def _is_open(case: Case, camp: int, day: int) -> bool:
    """Return whether a camp takes people in: it has opened, and nothing closes it."""
    at = case.locations[camp]
    changes = [c for c in case.kind_changes if c.location == camp]
    kind = at.kind
    for change in sorted(changes, key=lambda c: c.day):
        kind = change.kind if change.day <= day else kind
    taken_in = kind in ("camp", "idpcamp") or not changes
    return taken_in and at.name not in _closed_places(case, day, ("location", "camp", "idpcamp"))


def _kilometres(
    case: Case, day: int | None, origins: NDArray[np.int64], camps: NDArray[np.int64]
) -> Floats:
    """Return shortest roads, in km, with the closures of a day, or with none."""
    places: set[str] = set()
    pairs: set[frozenset[str]] = set()
    roads: set[frozenset[str]] = set()
    if day is not None:
        places = _closed_places(case, day, ("location",))
        holding = [c for c in case.closures if _holds(c, day)]
        pairs = {frozenset((c.first, c.second)) for c in holding if c.kind == "country"}
        roads = {frozenset((c.first, c.second)) for c in holding if c.kind == "link"}
    shortest: dict[tuple[int, int], float] = {}
    for link in case.links:
        a, b = case.locations[link.first], case.locations[link.second]
        crosses = a.country != b.country and frozenset((a.country, b.country)) in pairs
        if crosses or {a.name, b.name} & places or frozenset((a.name, b.name)) in roads:
            continue
        ends = (min(link.first, link.second), max(link.first, link.second))
        shortest[ends] = min(shortest.get(ends, np.inf), max(link.km, 1e-6))
    n = len(case.locations)
    first = [a for a, _ in shortest]
    second = [b for _, b in shortest]
    graph = coo_array((list(shortest.values()), (first, second)), shape=(n, n)).tocsr()
    found: Floats = dijkstra(graph, directed=False, indices=origins)
    return np.ascontiguousarray(found[:, camps])
