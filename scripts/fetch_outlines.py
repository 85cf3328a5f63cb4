"""Cut country outlines for a crisis out of the npm package world-atlas.

How `sourced/outlines.geojson` of the crisis idlib-2020 was obtained, from the repository root::

    npm pack world-atlas@2.0.2
    tar xzf world-atlas-2.0.2.tgz
    python -m scripts.fetch_outlines package/countries-10m.json

The build itself reads the stored result and needs no network.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import box, mapping, shape

COUNTRIES = {"760": "Syria", "792": "Turkey", "422": "Lebanon", "368": "Iraq", "196": "Cyprus"}
BOX = (35.55, 34.85, 38.45, 37.35)
OUT = Path("src/havenline/crises/idlib-2020/sourced/outlines.geojson")


def decode_arcs(topology: dict[str, Any]) -> list[list[list[float]]]:
    """Return the arcs of a quantised TopoJSON as lists of [lon, lat] in degrees."""
    scale_x, scale_y = topology["transform"]["scale"]
    shift_x, shift_y = topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append([x * scale_x + shift_x, y * scale_y + shift_y])
        arcs.append(points)
    return arcs


def ring(indices: list[int], arcs: list[list[list[float]]]) -> list[list[float]]:
    """Join arcs to a ring; a negative index means the arc backwards."""
    points: list[list[float]] = []
    for index in indices:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        points.extend(arc[1:] if points else arc)
    return points


def outlines(topology: dict[str, Any]) -> dict[str, Any]:
    """Return the wanted countries, cut to the box, as a GeoJSON FeatureCollection."""
    arcs = decode_arcs(topology)
    features = []
    for geometry in topology["objects"]["countries"]["geometries"]:
        code = str(geometry.get("id", ""))
        if code not in COUNTRIES:
            continue
        polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
        whole = shape(
            {
                "type": "MultiPolygon",
                "coordinates": [[ring(r, arcs) for r in polygon] for polygon in polygons],
            }
        )
        cut = shapely.set_precision(shapely.make_valid(whole).intersection(box(*BOX)), 0.0001)
        if cut.is_empty:
            continue
        features.append(
            {
                "type": "Feature",
                "properties": {"name": COUNTRIES[code], "iso_n3": code},
                "geometry": mapping(shapely.normalize(cut)),
            }
        )
    features.sort(key=lambda f: str(f["properties"]["iso_n3"]))
    return {
        "type": "FeatureCollection",
        "name": "Country outlines: Natural Earth 10m, from the npm package world-atlas 2.0.2 "
        "(ISC licence, Copyright 2013-2019 Michael Bostock; Natural Earth is public domain), "
        "cut to 34.85-37.35 N, 35.55-38.45 E",
        "features": features,
    }


def main() -> None:
    """Read the TopoJSON named on the command line and write the outlines."""
    topology = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    OUT.write_text(json.dumps(outlines(topology)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
