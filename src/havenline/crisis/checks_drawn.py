"""Checks of drawn geometry: the GeoJSON files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from havenline.crisis.cells import split_ids
from havenline.crisis.checks_geometry import box_of, box_text, inside
from havenline.crisis.draft import GEOGRAPHY, Draft
from havenline.crisis.drawn import POLYGONS, geometry_fault, point_fault, points_of
from havenline.crisis.meta import BoundingBox
from havenline.crisis.registry import check, problem, suggest
from havenline.errors import Problem

_SHAPES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "outlines": (("name", "iso_n3"), POLYGONS),
    "lines": (
        ("line_id", "name", "protected_point", "source_id", "method"),
        ("LineString", "MultiLineString"),
    ),
    "cells": (("area_id", "name"), POLYGONS),
}
_NO_TEXT = ("iso_n3", "protected_point")
"""Properties that are not text, or may be a number."""


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
                elif name not in _NO_TEXT and not isinstance(value, str):
                    yield problem("bad_feature", file, "not text", value=value, expected="text",
                                  column=f"{place}.properties.{name}")  # fmt: skip
            fault = geometry_fault(feature.get("geometry"), wanted)
            if fault:
                yield problem(
                    "bad_feature",
                    file,
                    fault,
                    column=f"{place}.geometry",
                    expected=" or ".join(wanted),
                )
            elif box is not None and stem in ("lines", "cells"):
                yield from _outside(file, place, points_of(feature["geometry"]), box)
            if stem == "lines" and isinstance(properties, dict):
                yield from _protected_point(file, place, properties.get("protected_point"), box)


def _outside(
    file: str, place: str, found: list[list[float]], box: BoundingBox
) -> Iterator[Problem]:
    """Report a geometry that does not touch the box, with a hint where it is swapped."""
    points = [(point[1], point[0]) for point in found]
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
    fault = point_fault(point)
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
