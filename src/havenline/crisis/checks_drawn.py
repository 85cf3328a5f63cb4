"""Checks of drawn geometry: the GeoJSON files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from havenline.crisis.cells import split_ids
from havenline.crisis.checks_geometry import box_of, box_text, inside
from havenline.crisis.draft import GEOGRAPHY, Draft
from havenline.crisis.meta import BoundingBox
from havenline.crisis.registry import check, problem, suggest
from havenline.errors import Problem

_POLYGONS = ("Polygon", "MultiPolygon")
_SHAPES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "outlines": (("name", "iso_n3"), _POLYGONS),
    "lines": (
        ("line_id", "name", "protected_point", "source_id", "method"),
        ("LineString", "MultiLineString"),
    ),
    "cells": (("area_id", "name"), _POLYGONS),
}
_DEPTH = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}


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
        fault = _point_fault(point)
        if fault:
            yield [], fault
            return
    yield points, ""


def _point_fault(point: Any) -> str:
    if not isinstance(point, list) or len(point) < 2:
        return "a position is not [longitude, latitude]"
    lon, lat = point[0], point[1]
    if isinstance(lon, bool) or isinstance(lat, bool):
        return "a position is not [longitude, latitude]"
    if not isinstance(lon, int | float) or not isinstance(lat, int | float):
        return "a position is not [longitude, latitude]"
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return f"a position is not on earth: {str(lon)[:9]}, {str(lat)[:9]}"
    return ""


def _geometry_fault(geometry: Any, wanted: tuple[str, ...]) -> tuple[str, list[list[Any]]]:
    """Return what is wrong with a geometry, or an empty text, and its lists of positions."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(kind, str) or kind not in _DEPTH:
        return "the geometry has no known type", []
    if wanted and kind not in wanted:
        return f"the geometry is a {kind}", []
    found = []
    for points, fault in _positions(geometry.get("coordinates"), _DEPTH[kind]):
        if fault:
            return fault, []
        if kind in _POLYGONS and (len(points) < 4 or points[0] != points[-1]):
            return "a ring is not closed", []
        if kind.endswith("LineString") and len(points) < 2:
            return "a line has fewer than two points", []
        found.append(points)
    return "", found


@check("bad_feature", "features have a valid geometry and the properties they need")
def bad_features(draft: Draft) -> Iterator[Problem]:
    """Report faulty geometries, missing properties, and drawn lines outside the box."""
    box = box_of(draft)
    for stem, data in draft.geography.items():
        file = f"{GEOGRAPHY}/{stem}.geojson"
        needed, wanted = _SHAPES.get(stem, ((), ()))
        features = data.get("features")
        if not isinstance(features, list):
            yield problem("bad_feature", file, "there is no list of features")
            continue
        for i, feature in enumerate(features):
            place = f"features[{i}]"
            properties = feature.get("properties") if isinstance(feature, dict) else None
            if not isinstance(feature, dict) or feature.get("type") != "Feature":
                yield problem("bad_feature", file, "not a feature", column=place)
                continue
            for name in needed:
                value = properties.get(name) if isinstance(properties, dict) else None
                if value is None or value == "":
                    yield problem(
                        "bad_feature",
                        file,
                        f"the property {name!r} is missing",
                        column=f"{place}.properties",
                        expected=", ".join(needed),
                    )
            fault, lists = _geometry_fault(feature.get("geometry"), wanted)
            if fault:
                yield problem(
                    "bad_feature",
                    file,
                    fault,
                    column=f"{place}.geometry",
                    expected=" or ".join(wanted),
                )
            elif box is not None and stem in ("lines", "cells"):
                yield from _outside(file, place, lists, box)
            if stem == "lines" and isinstance(properties, dict):
                yield from _protected_point(file, place, properties.get("protected_point"), box)


def _outside(file: str, place: str, lists: list[list[Any]], box: BoundingBox) -> Iterator[Problem]:
    """Report a geometry that does not touch the box, with a hint where it is swapped."""
    points = [(point[1], point[0]) for part in lists for point in part]
    if not points or any(inside(box, lat, lon) for lat, lon in points):
        return
    swapped = any(inside(box, lon, lat) for lat, lon in points)
    yield problem(
        "bad_feature",
        file,
        "the geometry lies outside the bounding box",
        column=f"{place}.geometry",
        expected=box_text(box),
        hint="GeoJSON puts the longitude first" if swapped else "",
    )


def _protected_point(
    file: str, place: str, point: Any, box: BoundingBox | None
) -> Iterator[Problem]:
    if point is None:
        return
    fault = _point_fault(point)
    if not fault and box is not None and not inside(box, point[1], point[0]):
        fault = "the protected point lies outside the bounding box"
    if fault:
        yield problem(
            "bad_feature",
            file,
            fault,
            column=f"{place}.properties.protected_point",
            expected=box_text(box) if box is not None else "[longitude, latitude]",
        )


@check("bad_feature_id", "lines and cells have ids, areas and sources that exist, each once")
def bad_feature_ids(draft: Draft) -> Iterator[Problem]:
    """Report lines that stand twice or lack a known source, and cells of unknown areas."""
    for stem, name, target in (
        ("lines", "line_id", ""),
        ("lines", "source_id", "sources"),
        ("cells", "area_id", "areas"),
    ):
        features = draft.geography.get(stem, {}).get("features")
        known = (draft.known(target) if target else None) or set()
        seen: set[str] = set()
        for i, feature in enumerate(features if isinstance(features, list) else []):
            properties = feature.get("properties") if isinstance(feature, dict) else None
            value = properties.get(name) if isinstance(properties, dict) else None
            if not value:
                continue
            file, column = f"{GEOGRAPHY}/{stem}.geojson", f"features[{i}].properties.{name}"
            words = split_ids(str(value))
            if not target and str(value) in seen:
                yield problem(
                    "bad_feature_id", file, "this line stands twice", column=column, value=value
                )
            seen.add(str(value))
            for word in words if known else ():
                if word not in known:
                    yield problem(
                        "bad_feature_id",
                        file,
                        f"no such id in the table {target}",
                        column=column,
                        value=word,
                        hint=suggest(word, known),
                    )
