"""Geometry on longitude and latitude: distances, sides of a line, distance to a border."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import shape

EARTH_KM = 6371.0088

Floats = NDArray[np.float64]


def great_circle_km(lat1: Any, lon1: Any, lat2: Any, lon2: Any) -> Floats:
    """Great-circle distance in kilometres (haversine); arrays broadcast."""
    p1, p2 = np.radians(lat1), np.radians(lat2)
    a = (
        np.sin((p2 - p1) / 2) ** 2
        + np.cos(p1) * np.cos(p2) * np.sin(np.radians(np.subtract(lon2, lon1)) / 2) ** 2
    )
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(a)), dtype=np.float64)


def side_of_line(
    line: Sequence[Sequence[float]],
    inside: Sequence[float],
    box: tuple[float, float, float, float],
) -> Any:
    """Return the part of a box that lies on one side of a line.

    The line is carried on straight beyond both its ends. A part of the box is on the side of
    ``inside`` where a way between them crosses the line an even number of times.

    Parameters
    ----------
    line : sequence of (x, y)
        Two points or more.
    inside : (x, y)
        Any point on that side.
    box : (left, bottom, right, top)
        Must hold the line and the point.

    Returns
    -------
    shapely Polygon or MultiPolygon
    """
    points = np.asarray(line, dtype=np.float64)[:, :2]
    frame = shapely.box(*box)
    far = 4.0 * float(frame.length)
    for end, before in ((0, 1), (-1, -2)):
        way = points[end] - points[before]
        size = float(np.hypot(*way)) or 1.0
        beyond = points[end] + far / size * way
        points = np.vstack([[beyond], points] if end == 0 else [points, [beyond]])
    carried = shapely.linestrings(points)
    noded = shapely.union_all([frame.exterior, carried])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    within = shapely.get_coordinates(shapely.point_on_surface(faces))
    target = np.broadcast_to(np.asarray(inside, dtype=np.float64)[:2], within.shape)
    met = shapely.intersection(shapely.linestrings(np.stack([within, target], axis=1)), carried)
    crossed = np.where(shapely.is_empty(met), 0, shapely.get_num_geometries(met))
    return shapely.union_all(faces[crossed % 2 == 0])


def protected_side(
    line: Sequence[Sequence[float]], protected_point: Sequence[float], lon: Floats, lat: Floats
) -> NDArray[np.bool_]:
    """Return which points lie on the protected side of a line, carried on beyond its ends.

    Parameters
    ----------
    line : sequence of (longitude, latitude)
    protected_point : (longitude, latitude)
        Any point on the protected side.
    lon, lat : (n,) float64

    Returns
    -------
    (n,) bool
        Points on the line itself are protected.
    """
    corners = np.vstack(
        [np.asarray(line)[:, :2], [protected_point[:2]], np.column_stack([lon, lat])]
    )
    low, high = corners.min(axis=0) - 1.0, corners.max(axis=0) + 1.0
    side = side_of_line(line, protected_point, (low[0], low[1], high[0], high[1]))
    return np.asarray(shapely.intersects_xy(side, lon, lat), dtype=np.bool_)


def rings(geometry: dict[str, Any]) -> list[Any]:
    """Return every ring of a GeoJSON Polygon or MultiPolygon as a line."""
    return list(shapely.get_rings(shapely.get_parts(shape(geometry))))


def distance_to_rings_km(boundary: Sequence[Any], lon: Floats, lat: Floats) -> Floats:
    """Return the distance in kilometres from points to the nearest of some lines.

    Parameters
    ----------
    boundary : sequence of shapely geometries
        Lines in longitude and latitude.
    lon, lat : (n,) float64

    Returns
    -------
    (n,) float64
        Local plane approximation at each point; within 1% below 100 km.
    """
    whole = shapely.force_2d(shapely.geometrycollections(list(boundary)))
    origin = shapely.Point(0.0, 0.0)

    def around(x: float, y: float) -> float:
        scale = np.array([np.cos(np.radians(y)), 1.0]) * np.radians(EARTH_KM)
        return float(shapely.distance(shapely.transform(whole, lambda c: (c - (x, y)) * scale),
                                      origin))  # fmt: skip

    return np.array([around(x, y) for x, y in zip(lon, lat, strict=True)], dtype=np.float64)
