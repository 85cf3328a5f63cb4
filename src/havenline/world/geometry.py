"""Plane geometry on longitude and latitude: distances, sides of a line, distance to a border."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

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


def crossings_of_line(
    line: Sequence[Sequence[float]], start: Sequence[float], end: Sequence[float]
) -> int:
    """How often the straight way from ``start`` to ``end`` crosses a drawn line.

    Parameters
    ----------
    line : sequence of (longitude, latitude)
        The line, two points or more.
    start, end : (longitude, latitude)
    """
    points = np.asarray(line, dtype=np.float64)
    a, b = points[:-1], points[1:]
    p, q = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)

    def side(u: Floats, v: Floats, w: Floats) -> Floats:
        value = (v[..., 0] - u[..., 0]) * (w[..., 1] - u[..., 1]) - (v[..., 1] - u[..., 1]) * (
            w[..., 0] - u[..., 0]
        )
        return np.asarray(value, dtype=np.float64)

    # A point exactly on the way counts as on its positive side, so a corner counts once.
    splits_ends = (side(a, b, p) >= 0) != (side(a, b, q) >= 0)
    splits_line = (side(p, q, a) >= 0) != (side(p, q, b) >= 0)
    return int(np.count_nonzero(splits_ends & splits_line))


def protected_side(
    line: Sequence[Sequence[float]], protected_point: Sequence[float], lon: Floats, lat: Floats
) -> NDArray[np.bool_]:
    """Which points lie on the protected side of a line.

    Parameters
    ----------
    line : sequence of (longitude, latitude)
        Must span the area, so that every way between the sides crosses it an odd number of
        times.
    protected_point : (longitude, latitude)
        Any point on the protected side.
    lon, lat : (n,) float64

    Returns
    -------
    (n,) bool
    """
    return np.array(
        [
            crossings_of_line(line, (x, y), protected_point) % 2 == 0
            for x, y in zip(lon, lat, strict=True)
        ],
        dtype=np.bool_,
    )


def rings(geometry: dict[str, Any]) -> list[Floats]:
    """Return every ring of a GeoJSON Polygon or MultiPolygon as (n, 2) arrays."""
    kind = geometry["type"]
    polygons = geometry["coordinates"] if kind == "MultiPolygon" else [geometry["coordinates"]]
    return [np.asarray(ring, dtype=np.float64)[:, :2] for polygon in polygons for ring in polygon]


def distance_to_rings_km(boundary: Sequence[Floats], lon: Floats, lat: Floats) -> Floats:
    """Distance in kilometres from points to the nearest edge of rings.

    Parameters
    ----------
    boundary : sequence of (m, 2) float64
        Longitude and latitude along each ring.
    lon, lat : (n,) float64

    Returns
    -------
    (n,) float64
        Local plane approximation at each point; within 1% below 100 km.
    """
    best = np.full(len(lon), np.inf)
    for i in range(len(lon)):
        scale = np.array([np.cos(np.radians(lat[i])), 1.0]) * np.radians(EARTH_KM)
        for ring in boundary:
            a = (ring[:-1] - (lon[i], lat[i])) * scale
            b = (ring[1:] - (lon[i], lat[i])) * scale
            d = b - a
            length = np.maximum((d * d).sum(axis=1), 1e-12)
            t = np.clip(-(a * d).sum(axis=1) / length, 0.0, 1.0)
            nearest = a + d * t[:, None]
            best[i] = min(best[i], float(np.sqrt((nearest * nearest).sum(axis=1)).min()))
    return best
