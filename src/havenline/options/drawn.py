"""A line that someone draws: read from a file and put beside the lines of a crisis."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from pathlib import Path
from typing import Any

from havenline.crisis import Crisis
from havenline.crisis.cells import text_fault
from havenline.crisis.drawn import distinct_points
from havenline.crisis.files import unusable
from havenline.crisis.levers import HavenLever, LineLever, OptionSpec
from havenline.errors import RunError
from havenline.world.geometry import protected_side

LINE_ID = "drawn-line"
MOST_BYTES = 5_000_000
MOST_POINTS = 20_000


def with_line(crisis: Crisis, path: Path) -> Crisis:
    """Return a crisis with a drawn line, and each option that has a line also along the drawn one.

    Parameters
    ----------
    crisis : Crisis
    path : Path
        GeoJSON: a LineString in longitude and latitude, alone, in a Feature or as the only
        feature of a collection. A property ``protected_point`` [longitude, latitude] says which
        side is protected; where it is missing, it is that of the first line of the crisis. A
        property ``name`` names it.

    Returns
    -------
    Crisis
        The options along the drawn line come last, with ids that end in ``-drawn``.

    Raises
    ------
    RunError
        If the file cannot be read or holds no such line, or no option of the crisis has a line.
    """
    coordinates, properties = _line_of(path)
    lines = crisis.geography.get("lines", {"type": "FeatureCollection", "features": []})
    protected = properties.get("protected_point")
    if protected is None:
        if not lines["features"]:
            raise RunError(f"{path}: no property protected_point, and the crisis draws no line")
        protected = lines["features"][0]["properties"]["protected_point"]
    elif not _is_point(protected):
        raise RunError(f"{path}: protected_point: expected [longitude, latitude] in degrees")
    lon, lat = (crisis.places[c].to_numpy(dtype=float) for c in ("lon", "lat"))
    inside = protected_side(coordinates, protected, lon, lat)
    if inside.all() or not inside.any():
        raise RunError(f"{path}: the line leaves all places on one side; draw it across the area")
    name = str(properties.get("name") or path.stem).strip() or path.stem
    fault = text_fault(name)
    if fault is not None:
        raise RunError(f"{path}: name: {fault[1]}; expected {fault[2]}")
    feature = {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": coordinates},
        "properties": {
            "line_id": LINE_ID,
            "name": name,
            "protected_point": protected,
            "source_id": "",
            "method": f"drawn by the user in {path.name}",
        },
    }
    along = [_along(o, name) for o in crisis.options if any(_has_line(x) for x in o.levers)]
    if not along:
        raise RunError(f"no option of {crisis.id} has a line that could be drawn elsewhere")
    return dataclasses.replace(
        crisis,
        geography={
            **crisis.geography,
            "lines": {**lines, "features": [*lines["features"], feature]},
        },
        options=[*crisis.options, *along],
        input_hashes={
            **crisis.input_hashes,
            f"line: {path.name}": hashlib.sha256(path.read_bytes()).hexdigest(),
        },
    )


def _has_line(lever: object) -> bool:
    return isinstance(lever, LineLever | HavenLever) and lever.line_id is not None


def _along(option: OptionSpec, name: str) -> OptionSpec:
    return option.model_copy(
        update={
            "id": f"{option.id}-drawn",
            "name": f"{option.name}, along {name}",
            "levers": [
                lever.model_copy(update={"line_id": LINE_ID}) if _has_line(lever) else lever
                for lever in option.levers
            ],
        }
    )


def _line_of(path: Path) -> tuple[list[list[float]], dict[str, Any]]:
    try:
        fault = unusable(path, str(path))
        if fault is not None:
            raise RunError(f"{path}: {fault.message}; expected a file")
        if path.stat().st_size > MOST_BYTES:
            raise RunError(f"{path}: larger than {MOST_BYTES // 10**6} MB; draw a simpler line")
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise RunError(f"{path}: cannot be read ({error.strerror})") from None
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise RunError(f"{path}: not GeoJSON in UTF-8, or no name of a file") from None
    properties: dict[str, Any] = {}
    if isinstance(data, dict) and data.get("type") == "FeatureCollection":
        features = data.get("features")
        if not isinstance(features, list) or len(features) != 1:
            raise RunError(f"{path}: expected one feature, the line")
        data = features[0]
    if isinstance(data, dict) and data.get("type") == "Feature":
        found = data.get("properties")
        properties = found if isinstance(found, dict) else {}
        data = data.get("geometry")
    if not isinstance(data, dict) or data.get("type") != "LineString":
        kind = data.get("type") if isinstance(data, dict) else None
        raise RunError(f"{path}: expected a LineString, found {kind or 'none'}")
    points = data.get("coordinates")
    if not isinstance(points, list) or not 2 <= len(points) <= MOST_POINTS:
        raise RunError(f"{path}: expected 2 to {MOST_POINTS} points")
    for i, point in enumerate(points):
        if not _is_point(point):
            raise RunError(f"{path}: point {i + 1}: expected [longitude, latitude] in degrees")
    distinct = distinct_points(points)
    if len(distinct) < 2:
        raise RunError(f"{path}: all points are the same; expected a line")
    return distinct, properties


def _is_point(value: object) -> bool:
    if not isinstance(value, list) or len(value) < 2:
        return False
    lon, lat = value[:2]
    return (
        all(isinstance(v, int | float) and not isinstance(v, bool) for v in value)
        and math.isfinite(lon)
        and math.isfinite(lat)
        and abs(lon) <= 180
        and abs(lat) <= 90
    )
