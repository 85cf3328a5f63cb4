"""The roads of a case, and what of them is open on a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from havenline.crisis.case import Case, Closure


def holds(closure: Closure, day: int) -> bool:
    """Return whether something is closed on a day.

    As in Flee, a closure begins on its first day and ends on its last, in this order. So one
    that ends on the day it begins, or begins before day 0, never holds; one that ends before it
    begins never ends.

    Parameters
    ----------
    closure : Closure
    day : int

    Returns
    -------
    bool
    """
    if closure.start < 0 or closure.end == closure.start:
        return False
    return closure.start <= day and not closure.start < closure.end <= day


def turning_days(case: Case) -> list[int]:
    """Return the days on which something may close, open or become another kind of place.

    Parameters
    ----------
    case : Case

    Returns
    -------
    list of int
        Ascending, day 0 first, all within the case.
    """
    turns = {0} | {c.day for c in case.kind_changes}
    for closure in case.closures:
        turns |= {closure.start, closure.end}
    return sorted(day for day in turns if 0 <= day < case.days)


def closed_places(case: Case, day: int, kinds: Iterable[str]) -> set[str]:
    """Return the names of places that closures of these kinds hold on a day."""
    wanted = set(kinds)
    return {c.first for c in case.closures if c.kind in wanted and holds(c, day)}


def takes_in(case: Case, camp: int, day: int) -> bool:
    """Return whether a camp takes people in on a day: it has opened, and nothing closes it."""
    at = case.locations[camp]
    changes = [c for c in case.kind_changes if c.location == camp]
    kind = at.kind
    for change in sorted(changes, key=lambda c: c.day):
        kind = change.kind if change.day <= day else kind
    opened = kind in ("camp", "idpcamp") or not changes
    return opened and at.name not in closed_places(case, day, ("location", "camp", "idpcamp"))


def kilometres(
    case: Case,
    day: int | None,
    origins: Sequence[int] | NDArray[np.int64],
    targets: Sequence[int] | NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return the shortest roads between places.

    Parameters
    ----------
    case : Case
    day : int or None
        Only what is open on this day; None for all roads.
    origins, targets : sequence of int
        Positions in ``Case.locations``.

    Returns
    -------
    float64 array, shape (origins, targets)
        Kilometres; infinite where no road leads.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    places: set[str] = set()
    pairs: set[frozenset[str]] = set()
    roads: set[frozenset[str]] = set()
    if day is not None:
        places = closed_places(case, day, ("location",))
        holding = [c for c in case.closures if holds(c, day)]
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
    where = np.array(list(shortest), dtype=np.int32).reshape(-1, 2).T
    graph = coo_array((list(shortest.values()), (where[0], where[1])), shape=(n, n)).tocsr()
    found = dijkstra(graph, directed=False, indices=np.asarray(origins, dtype=np.int64))
    return np.ascontiguousarray(found[:, np.asarray(targets, dtype=np.int64)])
