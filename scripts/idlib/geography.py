"""Country outlines, lines and cells."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import LineString, MultiPoint, box, mapping, shape
from shapely.ops import unary_union

from scripts.idlib.common import SOURCED
from scripts.idlib.places import areas, places

WEST, SOUTH, EAST, NORTH = 35.6, 34.9, 38.4, 37.3
# The road passes through these places; the line is drawn a little south of each, so that the towns
# on the road count as north of it.
M4 = ("latakia", "badama", "jisr-al-shughur", "muhambal", "urum-al-jawz", "ariha", "nayrab",
      "saraqib", "zarbah", (36.14, 37.055), "aleppo", "al-bab", "manbij")  # fmt: skip
M4_SHIFT = 0.01
# Just outside the Turkish posts of 2018 from Zaytunah to Rashidin, round the towns that stayed with
# the opposition until 2019; north of Rashidin along the position of December 2019, which had not
# moved since 2018.
LINE_2018 = (
    (35.84, 36.06), (35.79, 36.10), (35.73, 36.30), (35.56, 36.34), (35.40, 36.365),
    (35.30, 36.55), (35.295, 36.65), (35.355, 36.715), (35.43, 36.86), (35.485, 36.93),
    (35.50, 36.970), (35.60, 36.968), (35.68, 36.90), (35.78, 36.92), (35.83, 36.975),
    (35.88, 36.98), (35.985, 37.02), (36.03, 37.045), (36.09, 37.06), (36.13, 37.075),
    (36.17, 37.085), (36.215, 37.115), (36.25, 37.125), (36.30, 37.115), (36.352, 37.075),
    (36.352, 36.99), (36.37, 36.94), (36.45, 36.96), (36.53, 37.02), (36.53, 37.12),
    (36.47, 37.155), (36.40, 37.22), (36.33, 37.42), (36.33, 37.58), (36.45, 37.70),
    (36.64, 37.86), (36.72, 37.93), (36.76, 38.02),
)  # fmt: skip


def _dump(out: Path, name: str, title: str, features: list[dict[str, Any]]) -> None:
    collection = {"type": "FeatureCollection", "name": title, "features": features}
    target = out / "geography" / f"{name}.geojson"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes((json.dumps(collection, ensure_ascii=False) + "\n").encode("utf-8"))


def _outlines() -> dict[str, Any]:
    text = (SOURCED / "outlines.geojson").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _m4_points() -> list[list[float]]:
    position = {p["place_id"]: (float(p["lat"]), float(p["lon"])) for p in places()}
    points = [[WEST, position["latakia"][0] - M4_SHIFT]]
    for stop in M4:
        if isinstance(stop, str):
            lat, lon = position[stop]
            points.append([lon, lat - M4_SHIFT])
        else:
            points.append([stop[1], stop[0]])
    points.append([EAST, points[-1][1]])
    return [[round(x, 4), round(y, 4)] for x, y in points]


def _line_features() -> list[dict[str, Any]]:
    dana = next(p for p in places() if p["place_id"] == "dana")
    idlib = next(p for p in places() if p["place_id"] == "idlib")
    old = [[WEST, LINE_2018[0][0]], *([lon, lat] for lat, lon in LINE_2018), [EAST, 36.86]]
    return [
        _line(
            "m4-highway",
            "The M4 highway",
            _m4_points(),
            dana,
            "BG",
            "straight lines between the places on the road (Latakia, Jisr al-Shughur, Ariha, "
            "Saraqib, along the M5 to Aleppo, al-Bab, Manbij), drawn 0.01 degree south of them so "
            "that towns on the road lie north of the line; extended due west and east to the box",
        ),
        _line(
            "line-2018",
            "The line of September 2018 (approximation)",
            old,
            idlib,
            "BG;ISWTK;XIN23",
            "drawn just outside the Turkish observation posts from Zaytunah to Rashidin and the "
            "towns that stayed with the opposition until 2019; north of Rashidin along the "
            "position of December 2019; extended to the box at both ends",
        ),
    ]


def _line(
    line_id: str,
    name: str,
    points: list[list[float]],
    inside: dict[str, str],
    source: str,
    method: str,
) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {
            "line_id": line_id,
            "name": name,
            "protected_point": [float(inside["lon"]), float(inside["lat"])],
            "source_id": source,
            "method": method,
        },
        "geometry": mapping(LineString(points)),
    }


def _cell_features() -> list[dict[str, Any]]:
    syria = next(
        shape(f["geometry"]) for f in _outlines()["features"] if f["properties"]["name"] == "Syria"
    )
    land = syria.intersection(box(WEST, SOUTH, EAST, NORTH))
    settled = [p for p in places() if p["kind"] in ("city", "town", "village", "camp_cluster")]
    points = [shapely.Point(float(p["lon"]), float(p["lat"])) for p in settled]
    cells = list(
        shapely.voronoi_polygons(MultiPoint(points), extend_to=box(WEST, SOUTH, EAST, NORTH)).geoms
    )
    tree = shapely.STRtree(cells)
    pieces: dict[str, list[Any]] = {}
    for place, point in zip(settled, points, strict=True):
        cell = cells[int(tree.query(point, predicate="within")[0])]
        pieces.setdefault(place["area_id"], []).append(cell.intersection(land))
    codes = sorted(pieces)
    merged = [shapely.set_precision(unary_union(pieces[c]), 0.0001) for c in codes]
    names = {a["area_id"]: a["name"] for a in areas()}
    return [
        {
            "type": "Feature",
            "properties": {"area_id": code, "name": names[code].split(" (")[0]},
            "geometry": mapping(shapely.normalize(cell)),
        }
        for code, cell in zip(codes, merged, strict=True)
    ]


def build_ground(out: Path) -> None:
    """Write the outlines and the lines, which are those of both crises."""
    outlines = _outlines()
    _dump(out, "outlines", outlines["name"], outlines["features"])
    _dump(out, "lines", "Partition lines; approximations, not surveyed", _line_features())


def build_cells(out: Path) -> None:
    """Write the cells of the places of idlib-2020."""
    _dump(
        out,
        "cells",
        "Cells nearest to each settled place, cut at Syria's outline and the box, merged by "
        "sub-district; not boundaries",
        _cell_features(),
    )
