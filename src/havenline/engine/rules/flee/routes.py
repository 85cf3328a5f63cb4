"""Routes that people of a displacement case know: every way of a few roads from a place.

The routes follow from the open roads, which change only when something closes or opens. They are
listed once for each such state of the network, for all futures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from havenline.draws import key_of, key_of_text
from havenline.engine.rules.flee.facts import Days
from havenline.engine.rules.flee.roads import Roads
from havenline.errors import RunError

MOST_ROUTES = 4_000_000
"""More than this many routes in one state of the network are refused."""

MOST_SUMS = 200_000
"""Sums of roads that are told apart, all places together."""

MAJOR_ROUTE_FACTOR = 4.0
"""Flee divides the length of a major route by this."""

Step = tuple[int, float, tuple[int, ...]]
"""A route: where it ends, its kilometres, and the places after the origin."""


@dataclass
class Rests:
    """Remaining routes, each kept once: the next place and the rest after it.

    Rest 0 is none.

    Attributes
    ----------
    following : list of int
        The next place of each.
    rest : list of int
        What remains after that place.
    last : list of int
        Where it ends.
    key : list of int
        Stable key, from the names of the places.
    """

    place_keys: Sequence[int]
    following: list[int] = field(default_factory=lambda: [-1])
    rest: list[int] = field(default_factory=lambda: [0])
    last: list[int] = field(default_factory=lambda: [-1])
    key: list[int] = field(default_factory=lambda: [0])
    known: dict[tuple[int, int], int] = field(default_factory=dict)

    def of(self, places: Sequence[int]) -> int:
        """Return the number of a remaining route."""
        rest = 0
        for place in reversed(places):
            found = self.known.get((place, rest))
            if found is None:
                found = len(self.following)
                self.known[place, rest] = found
                self.following.append(place)
                self.last.append(places[-1])
                self.key.append(int(key_of(self.key[rest], self.place_keys[place])))
                self.rest.append(rest)
            rest = found
        return rest


@dataclass(frozen=True)
class Routes:
    """Routes from every place, for each state of the network.

    Attributes
    ----------
    first : int64 array, shape (states, places + 1)
        Where the routes from a place begin in the other arrays.
    end : int64 array, shape (routes,)
        Where each route ends.
    road : int64 array, shape (routes,)
        Its first road.
    rest : int64 array, shape (routes,)
        What remains after the first road.
    km : float64 array, shape (routes,)
    key : uint64 array, shape (routes,)
        Stable key, from the names of the places and the how-manieth such route it is.
    epoch : int64 array, shape (days,)
        State of the network on each day.
    """

    first: NDArray[np.int64]
    end: NDArray[np.int64]
    road: NDArray[np.int64]
    rest: NDArray[np.int64]
    km: NDArray[np.float64]
    key: NDArray[np.uint64]
    epoch: NDArray[np.int64]


class _Network:
    """The open roads of one state of the network."""

    def __init__(self, roads: Roads, days: Days, day: int) -> None:
        n = days.camp.shape[1]
        self.km, self.end = roads.km, roads.end
        self.marker = days.marker[day]
        self.out: list[list[int]] = [[] for _ in range(n)]
        for road in np.flatnonzero(days.open[day]):
            self.out[roads.start[road]].append(int(road))
        for i, open_roads in enumerate(self.out):
            leading = [r for r in open_roads if days.forced[day, r]]
            self.out[i] = leading or open_roads

    def walk(self, here: int, levels: int, km: float, path: tuple[int, ...]) -> Iterator[Step]:
        """Yield every route that goes on from a place; ``path`` begins with the origin."""
        for road in self.out[here]:
            there = int(self.end[road])
            if there in path:
                continue
            longer, way = km + float(self.km[road]), (*path, there)
            if self.marker[there]:  # a bend of the road: no destination, no level
                yield from self.walk(there, levels, longer, way)
                continue
            yield there, longer, way[1:]
            if levels > 1:
                yield from self.walk(there, levels - 1, longer, way)

    def road_between(self, here: int, there: int) -> int:
        """Return the first open road from one place to another, -1 without one."""
        return next((r for r in self.out[here] if self.end[r] == there), -1)

    def along(self, origin: int, major: Sequence[int]) -> Iterator[Step]:
        """Yield the routes from a place along a major route, in both directions."""
        for way in (list(major), list(major)[::-1]):
            if origin not in way:
                continue
            km, here = 0.0, origin
            path: tuple[int, ...] = ()
            for there in way[way.index(origin) + 1 :]:
                road = self.road_between(here, there)
                if road < 0:
                    break
                km, here, path = km + float(self.km[road]), there, (*path, there)
                yield there, km / MAJOR_ROUTE_FACTOR, path


def _shortest(steps: Iterator[Step]) -> list[Step]:
    """Return the shortest route to each end; the first of several that are as short."""
    best: dict[int, Step] = {}
    for step in steps:
        if step[0] not in best or step[1] < best[step[0]][1]:
            best[step[0]] = step
    return list(best.values())


def build_routes(
    roads: Roads,
    days: Days,
    rests: Rests,
    levels: int,
    *,
    fixed: bool,
    majors: Sequence[Sequence[int]],
) -> Routes:
    """List the routes from every place for every state of the network.

    Parameters
    ----------
    roads : Roads
    days : Days
    rests : Rests
        Remaining routes are added to it.
    levels : int
        Roads that people look ahead; markers use up none.
    fixed : bool
        Only the shortest route to each place, and those along major routes.
    majors : sequence of sequence of int
        Major routes as places; used where ``fixed``.

    Raises
    ------
    RunError
        If there are more than ``MOST_ROUTES``.
    """
    n = days.camp.shape[1]
    states: dict[bytes, int] = {}
    epoch = np.zeros(len(days.open), dtype=np.int64)
    first: list[list[int]] = []
    rows: list[tuple[int, int, int, float]] = []
    keys: list[int] = []
    for day in range(len(epoch)):
        state = days.open[day].tobytes() + days.forced[day].tobytes() + days.marker[day].tobytes()
        if state not in states:
            states[state] = len(states)
            network = _Network(roads, days, day)
            first.append([])
            for origin in range(n):
                first[-1].append(len(rows))
                steps = network.walk(origin, levels, 0.0, (origin,))
                if fixed:
                    along = [s for m in majors for s in network.along(origin, m)]
                    steps = iter(_shortest(iter([*along, *steps])))
                seen: Counter[tuple[int, ...]] = Counter()
                for end, km, path in steps:
                    road = network.road_between(origin, path[0])
                    keys.append(int(key_of(rests.key[rests.of(path)], seen[path])))
                    seen[path] += 1
                    rows.append((end, road, rests.of(path[1:]), km))
                if len(rows) > MOST_ROUTES:
                    raise RunError(f"more than {MOST_ROUTES} routes; give a lower awareness_level")
            first[-1].append(len(rows))
        epoch[day] = states[state]
    return Routes(
        first=np.array(first, dtype=np.int64).reshape(-1, n + 1),
        end=np.array([r[0] for r in rows], dtype=np.int64),
        road=np.array([r[1] for r in rows], dtype=np.int64),
        rest=np.array([r[2] for r in rows], dtype=np.int64),
        km=np.array([r[3] for r in rows], dtype=np.float64),
        key=np.array(keys, dtype=np.uint64),
        epoch=epoch,
    )


def sums_of_roads(
    start: NDArray[np.int64], end: NDArray[np.int64], length: NDArray[np.int64], most: int, n: int
) -> list[list[int]] | None:
    """Return the lengths of all ways of one road or more from each place, sorted.

    How far someone has gone today matters only by which ways are still open to them: those
    shorter than what is left of the day. Between two neighbours in this list it makes no
    difference.

    Parameters
    ----------
    start, end, length : int64 array, shape (roads,)
    most : int
        Only ways shorter than this.
    n : int
        Number of places.

    Returns
    -------
    list of list of int, or None
        None where there are more than ``MOST_SUMS``.
    """
    into: list[list[tuple[int, int]]] = [[] for _ in range(n)]
    sums: list[set[int]] = [set() for _ in range(n)]
    waiting: list[tuple[int, int]] = []
    for a, b, km in zip(start.tolist(), end.tolist(), length.tolist(), strict=True):
        into[b].append((a, km))
        if km < most and km not in sums[a]:
            sums[a].add(km)
            waiting.append((a, km))
    count = len(waiting)
    while waiting:
        here, way = waiting.pop()
        for before, km in into[here]:
            longer = way + km
            if longer < most and longer not in sums[before]:
                sums[before].add(longer)
                waiting.append((before, longer))
                count += 1
        if count > MOST_SUMS:
            return None
    return [sorted(s) for s in sums]


def place_keys(names: Sequence[str]) -> list[int]:
    """Return the stable key of each place, from its name."""
    return [key_of_text(name) for name in names]
