"""Drawn geometry: what a GeoJSON geometry must be, and the one plain form it is read into."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

POLYGONS = ("Polygon", "MultiPolygon")
SAME_POINT = 1e-9
"""Degrees within which two points are one: a tenth of a millimetre."""
_DEPTH = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}


def point_fault(point: Any) -> str:
    """Return what is wrong with a position [longitude, latitude], or an empty text."""
    if not isinstance(point, list) or len(point) < 2:
        return "a position is not [longitude, latitude]"
    if any(isinstance(x, bool) or not isinstance(x, int | float) for x in point):
        return "a position is not [longitude, latitude]"
    lon, lat = point[:2]
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return f"a position is not on earth: {str(lon)[:9]}, {str(lat)[:9]}"
    return ""


def geometry_fault(geometry: Any, wanted: tuple[str, ...]) -> str:
    """Return what is wrong with a geometry, or an empty text.

    Parameters
    ----------
    geometry : object
        As read from JSON, in its plain form where that can be made.
    wanted : tuple of str
        Types that it may have; any where empty.
    """
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(kind, str) or kind not in _DEPTH:
        return "the geometry has no known type"
    if wanted and kind not in wanted:
        return f"the geometry is a {kind}"
    for points, fault in _positions(geometry.get("coordinates"), _DEPTH[kind]):
        if fault:
            return fault
        if kind in POLYGONS and (len(points) < 4 or points[0] != points[-1]):
            return "a ring is not closed, or has fewer than four points"
        if kind.endswith("LineString") and len(points) < 2:
            return "a line has fewer than two different points"
    if kind in POLYGONS:
        import shapely  # takes a tenth of a second to load, and few folders draw polygons
        from shapely.geometry import shape

        reason = str(shapely.is_valid_reason(shape(geometry)))
        if reason != "Valid Geometry":
            what, _, where = reason.partition("[")
            near = f" near {where.rstrip(']').replace(' ', ', ')}" if where else ""
            return f"the polygon is not valid: {what.lower().strip()}{near}"
    return ""


def points_of(geometry: Any) -> list[list[float]]:
    """Return the positions of a geometry without faults, in their order."""
    kinds = _positions(geometry["coordinates"], _DEPTH[geometry["type"]])
    return [point for points, _ in kinds for point in points]


def plain_geometry(geometry: Any, *, one_line: bool = False) -> tuple[Any, int]:
    """Return a geometry in its plain form: longitude and latitude alone, no point twice in a row.

    Parameters
    ----------
    geometry : object
        As read from JSON; given back as it is where its positions have faults.
    one_line : bool
        Whether parts of a line that meet end to end become one line.

    Returns
    -------
    geometry : object
    repeated : int
        Points that were left out.
    """
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(kind, str) or kind not in _DEPTH:
        return geometry, 0
    coordinates, depth = geometry.get("coordinates"), _DEPTH[kind]
    if any(fault for _, fault in _positions(coordinates, depth)):
        return geometry, 0
    if kind in ("Point", "MultiPoint"):
        plain: Any = [p[:2] for p in coordinates] if depth else coordinates[:2]
        return {**geometry, "coordinates": plain}, 0
    count = [0]
    plain = _distinct(coordinates, depth, count)
    if one_line and kind == "MultiLineString" and all(len(part) > 1 for part in plain):
        import shapely

        joined = shapely.line_merge(shapely.multilinestrings(plain))
        if joined.geom_type == "LineString":
            kind, plain = "LineString", shapely.get_coordinates(joined).tolist()
    return {**geometry, "type": kind, "coordinates": plain}, count[0]


def distinct_points(points: list[list[float]]) -> list[list[float]]:
    """Return positions [longitude, latitude] without those that repeat the one before them."""
    kept: list[list[float]] = []
    for point in points:
        if not kept or max(abs(a - b) for a, b in zip(point, kept[-1], strict=False)) > SAME_POINT:
            kept.append([float(x) for x in point[:2]])
    return kept


def _distinct(shape: Any, depth: int, count: list[int]) -> Any:
    if depth > 1:
        return [_distinct(part, depth - 1, count) for part in shape]
    kept = distinct_points(shape)
    count[0] += len(shape) - len(kept)
    return kept


def _positions(shape: Any, depth: int) -> Iterator[tuple[list[Any], str]]:
    """Walk the lists of positions of a geometry, each with a fault or an empty text."""
    if depth > 1:
        if not isinstance(shape, list) or not shape:
            yield [], "coordinates are not a list of lists"
            return
        for part in shape:
            yield from _positions(part, depth - 1)
        return
    points = shape if depth == 1 else [shape]
    if not isinstance(points, list):
        yield [], "coordinates are not a list"
        return
    for point in points:
        fault = point_fault(point)
        if fault:
            yield [], fault
            return
    yield points, ""
