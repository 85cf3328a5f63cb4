"""What the map draws: the fit to the page, outlines cut to it and thinned, the recorded front."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import shape

from havenline.report.svg import Point

Ring = list[Point]


@dataclass(frozen=True)
class Projection:
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

    def project(self, positions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the pixels of positions (n, 2) in degrees, longitude first."""
        lat = np.radians(np.clip(positions[:, 1], -85.0, 85.0))
        down = self._mercator(self.north) - np.log(np.tan(np.pi / 4 + lat / 2))
        return np.column_stack([np.radians(positions[:, 0] - self.west), down]) * self.scale

    @property
    def frame(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the drawing in pixels."""
        return 0.0, 0.0, self.width, self.height

    def inside(self, point: Point, margin: float = 0.0) -> bool:
        """Return whether a pixel lies on the drawing, `margin` pixels from its edge."""
        x, y = point
        return margin <= x <= self.width - margin and margin <= y <= self.height - margin

    def km(self, pixels: float) -> float:
        """Return the kilometres that so many pixels stand for in the middle of the drawing."""
        middle = math.radians((self.north + self.south) / 2)
        return pixels / self.scale * 6371.0 * math.cos(middle)


def thin(points: Sequence[Point], tolerance: float) -> list[Point]:
    """Return the points that matter at `tolerance` pixels (Douglas and Peucker)."""
    if len(points) < 3:
        return list(points)
    return points_of(
        shapely.simplify(shapely.linestrings(points), tolerance, preserve_topology=False)
    )


def points_of(geometry: Any) -> list[Point]:
    """Return the points of a line."""
    return [(float(x), float(y)) for x, y in shapely.get_coordinates(geometry)]


def rings_of(geometry: Mapping[str, Any] | None) -> list[list[tuple[float, float]]]:
    """Return all rings of a GeoJSON Polygon or MultiPolygon in degrees; holes included."""
    return _lines_in(geometry, {"Polygon": 1, "MultiPolygon": 2})


def lines_of(geometry: Mapping[str, Any] | None) -> list[list[tuple[float, float]]]:
    """Return all lines of a GeoJSON LineString or MultiLineString in degrees."""
    return _lines_in(geometry, {"LineString": 0, "MultiLineString": 1})


def _lines_in(
    geometry: Mapping[str, Any] | None, depths: Mapping[str, int]
) -> list[list[tuple[float, float]]]:
    """Return the lists of positions of a geometry of some kinds, which lie so many lists deep."""
    kind = str((geometry or {}).get("type"))
    if geometry is None or kind not in depths:
        return []
    found = [geometry.get("coordinates", [])]
    for _ in range(depths[kind]):
        found = [inner for outer in found for inner in outer]
    return [[(float(p[0]), float(p[1])) for p in line] for line in found]


def clipped(geometry: Any, box: tuple[float, float, float, float], margin: float = 0.0) -> Any:
    """Return a geometry cut at a box (left, top, right, bottom) with a margin around it."""
    left, top, right, bottom = box
    return shapely.clip_by_rect(
        geometry, left - margin, top - margin, right + margin, bottom + margin
    )


def rings_in(geometry: Any) -> list[Ring]:
    """Return all rings of a polygon, or of several, each point once; holes included."""
    return [points_of(ring)[:-1] for ring in shapely.get_rings(shapely.get_parts(geometry))]


def projected_rings(
    fit: Projection, geometry: Mapping[str, Any] | None, tolerance: float
) -> list[Ring]:
    """Return the rings of a polygon on the drawing, cut a little outside its edge and thinned."""
    if not rings_of(geometry):
        return []
    drawn = shapely.transform(shapely.force_2d(shape(geometry)), fit.project)
    return rings_in(
        shapely.simplify(clipped(drawn, fit.frame, 20.0), tolerance, preserve_topology=False)
    )


def place_cells(points: Sequence[Point], width: float, height: float) -> list[Any]:
    """Return the cell nearest to each point, in their order; none where there are too few points.

    Cells reach far beyond the drawing.
    """
    if len(points) < 2:
        return []
    far = 8 * max(width, height)
    wide = shapely.box(-far, -far, width + far, height + far)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points), extend_to=wide))
    at, of = shapely.STRtree(cells).query(shapely.points(points), predicate="intersects")
    found = dict(zip(at.tolist(), of.tolist(), strict=True))
    return [cells[found[k]] for k in range(len(points))]


def boundary(cells: Sequence[Any], sides: Sequence[bool]) -> list[list[Point]]:
    """Return the lines midway between neighbouring points of different sides, joined and rounded.

    Parameters
    ----------
    cells : sequence of shapely Polygon
        From :func:`place_cells`.
    sides : sequence of bool
        Side of each place.
    """
    one, other = (
        shapely.union_all([c for c, side in zip(cells, sides, strict=True) if side is which])
        for which in (True, False)
    )
    shared = shapely.intersection(shapely.boundary(one), shapely.boundary(other))
    edges = [part for part in shapely.get_parts(shared) if shapely.length(part) > 0]
    if not edges:
        return []
    lines = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(edges)))
    return [_rounded(points_of(line)) for line in lines]


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
