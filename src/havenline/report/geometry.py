"""Plane geometry for the map: the fit to the page, clipping, thinning, and the recorded front."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.spatial import QhullError, Voronoi

from havenline.report.svg import Point

Ring = list[Point]


@dataclass(frozen=True)
class Fit:
    """Mercator projection of a box of degrees onto a drawing.

    Attributes
    ----------
    south, west, north, east : float
        Degrees.
    width : float
        Pixels across; the height follows.
    """

    south: float
    west: float
    north: float
    east: float
    width: float

    @staticmethod
    def _mercator(lat: float) -> float:
        return math.log(math.tan(math.pi / 4 + math.radians(max(-85.0, min(85.0, lat))) / 2))

    @property
    def scale(self) -> float:
        """Pixels for one radian of longitude."""
        return self.width / math.radians(self.east - self.west)

    @property
    def height(self) -> float:
        """Pixels down."""
        return self.scale * (self._mercator(self.north) - self._mercator(self.south))

    def at(self, lon: float, lat: float) -> Point:
        """Return the pixel of a position in degrees."""
        x = math.radians(lon - self.west) * self.scale
        return x, (self._mercator(self.north) - self._mercator(lat)) * self.scale

    def inside(self, point: Point, margin: float = 0.0) -> bool:
        """Return whether a pixel lies on the drawing, `margin` pixels from its edge."""
        x, y = point
        return margin <= x <= self.width - margin and margin <= y <= self.height - margin

    def km(self, pixels: float) -> float:
        """Return the kilometres that so many pixels stand for in the middle of the drawing."""
        middle = math.radians((self.north + self.south) / 2)
        return pixels / self.scale * 6371.0 * math.cos(middle)


def clip_ring(ring: Ring, low: Point, high: Point) -> Ring:
    """Return a ring cut at the box from `low` to `high` (Sutherland and Hodgman)."""
    for axis, limit, keep_above in ((0, low[0], True), (0, high[0], False),
                                    (1, low[1], True), (1, high[1], False)):  # fmt: skip
        if not ring:
            return []
        out: Ring = []
        before = ring[-1]
        for here in ring:
            in_now = here[axis] >= limit if keep_above else here[axis] <= limit
            in_then = before[axis] >= limit if keep_above else before[axis] <= limit
            if in_now != in_then:
                share = (limit - before[axis]) / (here[axis] - before[axis])
                out.append(
                    (
                        before[0] + share * (here[0] - before[0]),
                        before[1] + share * (here[1] - before[1]),
                    )
                )
            if in_now:
                out.append(here)
            before = here
        ring = out
    return ring


def thin(points: Sequence[Point], tolerance: float) -> list[Point]:
    """Return the points that matter at `tolerance` pixels (Douglas and Peucker)."""
    count = len(points)
    if count < 3:
        return list(points)
    xy = np.asarray(points, dtype=np.float64)
    keep = np.zeros(count, dtype=bool)
    keep[0] = keep[-1] = True
    stack = [(0, count - 1)]
    while stack:
        first, last = stack.pop()
        if last - first < 2:
            continue
        a, b = xy[first], xy[last]
        way = b - a
        length = float(np.hypot(way[0], way[1]))
        inner = xy[first + 1 : last] - a
        if length == 0:
            off = np.hypot(inner[:, 0], inner[:, 1])
        else:
            off = np.abs(way[0] * inner[:, 1] - way[1] * inner[:, 0]) / length
        far = int(np.argmax(off))
        if off[far] > tolerance:
            keep[first + 1 + far] = True
            stack += [(first, first + 1 + far), (first + 1 + far, last)]
    return [points[i] for i in range(count) if keep[i]]


def rings_of(geometry: Mapping[str, Any] | None) -> list[list[tuple[float, float]]]:
    """Return all rings of a GeoJSON Polygon or MultiPolygon in degrees; holes included."""
    if not geometry:
        return []
    found = geometry.get("coordinates", [])
    parts = {"Polygon": [found], "MultiPolygon": found}.get(str(geometry.get("type")), [])
    return [[(float(p[0]), float(p[1])) for p in ring] for part in parts for ring in part]


def lines_of(geometry: Mapping[str, Any] | None) -> list[list[tuple[float, float]]]:
    """Return all lines of a GeoJSON LineString or MultiLineString in degrees."""
    if not geometry:
        return []
    found = geometry.get("coordinates", [])
    parts = {"LineString": [found], "MultiLineString": found}.get(str(geometry.get("type")), [])
    return [[(float(p[0]), float(p[1])) for p in line] for line in parts]


def projected_rings(fit: Fit, geometry: Mapping[str, Any] | None, tolerance: float) -> list[Ring]:
    """Return the rings of a polygon on the drawing, cut a little outside its edge and thinned."""
    low, high = (-20.0, -20.0), (fit.width + 20.0, fit.height + 20.0)
    out = []
    for ring in rings_of(geometry):
        cut = clip_ring([fit.at(lon, lat) for lon, lat in ring], low, high)
        if len(cut) < 3:
            continue
        # A closed ring has equal ends, so it is thinned in two halves.
        half = len(cut) // 2
        short = thin(cut[: half + 1], tolerance)[:-1] + thin([*cut[half:], cut[0]], tolerance)[:-1]
        if len(short) >= 3:
            out.append(short)
    return out


def place_cells(points: Sequence[Point], width: float, height: float) -> Voronoi | None:
    """Return the cells nearest to each point; None where there are too few points for any.

    Four far points close every cell that reaches the drawing.
    """
    far = 8 * max(width, height)
    frame = [
        (-far, height / 2),
        (width + far, height / 2),
        (width / 2, -far),
        (width / 2, height + far),
    ]
    if len(points) < 2:
        return None
    try:
        return Voronoi(np.asarray([*points, *frame], dtype=np.float64))
    except (QhullError, ValueError):
        return None


def cell_rings(cells: Voronoi, chosen: Sequence[int]) -> list[Ring]:
    """Return the closed cells of the chosen points."""
    out: list[Ring] = []
    for k in chosen:
        region = cells.regions[cells.point_region[k]]
        if region and -1 not in region:
            out.append([(float(x), float(y)) for x, y in cells.vertices[region]])
    return out


def boundary(cells: Voronoi, sides: Sequence[bool]) -> list[list[Point]]:
    """Return the lines midway between neighbouring points of different sides, joined and rounded.

    Parameters
    ----------
    cells : scipy.spatial.Voronoi
        From :func:`place_cells`, its first ``len(sides)`` points being the places.
    sides : sequence of bool
        Side of each place.
    """
    count = len(sides)
    edges: dict[int, list[int]] = {}
    for (a, b), ends in zip(cells.ridge_points, cells.ridge_vertices, strict=True):
        if a >= count or b >= count or -1 in ends or sides[a] == sides[b]:
            continue
        edges.setdefault(int(ends[0]), []).append(int(ends[1]))
        edges.setdefault(int(ends[1]), []).append(int(ends[0]))
    lines = _chains(edges)
    return [_rounded([(float(x), float(y)) for x, y in cells.vertices[c]]) for c in lines]


def _chains(edges: dict[int, list[int]]) -> list[list[int]]:
    """Join edges into as few lines as possible, starting at loose ends."""
    left = {v: sorted(n) for v, n in edges.items()}
    out: list[list[int]] = []
    ends = sorted(left, key=lambda v: (len(left[v]) % 2 == 0, v))
    for start in ends:
        while left[start]:
            chain = [start]
            while left[chain[-1]]:
                here = chain[-1]
                there = left[here].pop(0)
                left[there].remove(here)
                chain.append(there)
            out.append(chain)
    return out


def _rounded(points: list[Point], times: int = 2) -> list[Point]:
    """Cut the corners of a line (Chaikin), keeping its ends."""
    for _ in range(times):
        if len(points) < 3:
            return points
        out = [points[0]]
        for (x1, y1), (x2, y2) in itertools.pairwise(points):
            out += [(0.75 * x1 + 0.25 * x2, 0.75 * y1 + 0.25 * y2),
                    (0.25 * x1 + 0.75 * x2, 0.25 * y1 + 0.75 * y2)]  # fmt: skip
        points = [*out, points[-1]]
    return points


def side_of_line(line: Sequence[Point], inside: Point, width: float, height: float) -> Ring:
    """Return the part of a wide box around the drawing that lies on one side of a line.

    The line is carried on beyond both its ends; the ring closes on the side of `inside`.
    """
    reach = 4 * max(width, height)
    xs, ys = (-reach, width + reach), (-reach, height + reach)

    def carried(end: Point, before: Point) -> Point:
        dx, dy = end[0] - before[0], end[1] - before[1]
        size = math.hypot(dx, dy) or 1.0
        steps = []
        for value, way, (low, high) in ((end[0], dx / size, xs), (end[1], dy / size, ys)):
            if abs(way) > 1e-9:
                steps.append(((high if way > 0 else low) - value) / way)
        go = min(steps)
        return end[0] + dx / size * go, end[1] + dy / size * go

    def along_box(p: Point) -> float:
        """Return how far round the box, clockwise from its top left corner, a point stands."""
        w, h = xs[1] - xs[0], ys[1] - ys[0]
        near = min((abs(p[1] - ys[0]), 0), (abs(p[0] - xs[1]), 1),
                   (abs(p[1] - ys[1]), 2), (abs(p[0] - xs[0]), 3))[1]  # fmt: skip
        return (p[0] - xs[0], w + p[1] - ys[0], w + h + xs[1] - p[0], 2 * w + h + ys[1] - p[1])[
            near
        ]

    w, h = xs[1] - xs[0], ys[1] - ys[0]
    corners = [(w, (xs[1], ys[0])), (w + h, (xs[1], ys[1])), (2 * w + h, (xs[0], ys[1])),
               (2 * (w + h), (xs[0], ys[0]))]  # fmt: skip
    first, last = carried(line[0], line[1]), carried(line[-1], line[-2])
    whole = [first, *line, last]
    start, stop, total = along_box(last), along_box(first), 2 * (w + h)
    clockwise = sorted(((at - start) % total, c) for at, c in corners)
    span = (stop - start) % total
    ring = whole + [c for at, c in clockwise if at < span]
    other = whole + [c for at, c in reversed(clockwise) if at >= span]
    return ring if contains(ring, inside) else other


def contains(ring: Sequence[Point], point: Point) -> bool:
    """Return whether a point lies inside a ring (even and odd crossings)."""
    x, y = point
    inside = False
    x1, y1 = ring[-1]
    for x2, y2 in ring:
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
        x1, y1 = x2, y2
    return inside
