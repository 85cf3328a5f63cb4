"""What the maps stand on: the crisis's geography and its facts as known at the as-of date.

Control is read from recorded rows only, and only from rows both dated and published by the
as-of date; nothing later can change a byte of a map.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import shapely

from havenline.crisis import Crisis
from havenline.facts.holders import holders_known
from havenline.facts.populations import persons_by_place
from havenline.facts.sides import attackers
from havenline.report.geometry import (
    Projection,
    Ring,
    boundary,
    clipped,
    lines_of,
    place_cells,
    projected_rings,
    rings_in,
    rings_of,
    thin,
)
from havenline.report.svg import Point

_NOT_SETTLED = ("foreign_town", "crossing")


@dataclass(frozen=True)
class Spot:
    """A named point of the map.

    Attributes
    ----------
    name : str
        Name as declared.
    at : tuple of float
        Pixels.
    size : float
        People there, as known at the as-of date; 0 where none are declared.
    """

    name: str
    at: Point
    size: float


@dataclass(frozen=True)
class Terrain:
    """Everything that does not differ between the maps of one report, in pixels.

    Attributes
    ----------
    fit : Projection
        Projection; its width and height are those of the drawing.
    home : list of Ring
        Outline of the crisis's country; empty where none is declared.
    others : list of (name, rings)
        Outlines of other countries.
    cells : dict of str to list of Ring
        Sub-district cells by area id.
    roads, highways : list of lines
        Local roads, and the main roads with their label.
    front : list of lines
        Recorded front at the as-of date.
    beyond : list of Ring
        Cells nearest to the places recorded as held by the other side at the as-of date.
    crossings : list of Spot
        Border crossings.
    places : list of Spot
        Cities and towns, largest first.
    camps : list of Spot
        Camps and clusters of camps.
    centres : dict of str to Point
        Where a figure of an area is drawn.
    """

    fit: Projection
    home: list[Ring]
    others: list[tuple[str, list[Ring]]]
    cells: dict[str, list[Ring]]
    roads: list[list[Point]]
    highways: list[tuple[str, list[Point]]]
    front: list[list[Point]]
    beyond: list[Ring]
    crossings: list[Spot]
    places: list[Spot]
    camps: list[Spot]
    centres: dict[str, Point]


def _fit(crisis: Crisis, people: Mapping[str, float], width: float) -> Projection:
    """Return the projection that holds every place with people and every crossing."""
    places = crisis.places
    wanted = places["place_id"].isin([p for p, n in people.items() if n > 0])
    wanted |= places["place_id"].isin(crisis.crossings["place_id"])
    shown = places[wanted] if wanted.any() else places
    box = crisis.meta.bounding_box
    if shown.empty:
        return Projection(box.south, box.west, box.north, box.east, width)
    south, north = float(shown["lat"].min()), float(shown["lat"].max())
    west, east = float(shown["lon"].min()), float(shown["lon"].max())
    pad = max(north - south, (east - west) * 0.8, 0.02) * 0.07
    return Projection(south - pad, west - pad, north + pad, east + pad, width)


def _shape(fit: Projection, line: list[tuple[float, float]]) -> list[Point]:
    return thin([fit.at(lon, lat) for lon, lat in line], 0.4)


def _features(crisis: Crisis, stem: str) -> list[Mapping[str, Any]]:
    found = crisis.geography.get(stem, {})
    return [f for f in found.get("features", []) if isinstance(f, dict)]


def line_shapes(crisis: Crisis, fit: Projection) -> dict[str, tuple[list[Point], Point]]:
    """Return each declared line as pixels, with a point on its protected side."""
    out: dict[str, tuple[list[Point], Point]] = {}
    for feature in _features(crisis, "lines"):
        facts = feature.get("properties") or {}
        parts = lines_of(feature.get("geometry"))
        inside = facts.get("protected_point")
        if not parts or len(parts[0]) < 2 or not inside:
            continue
        shape = [fit.at(lon, lat) for lon, lat in parts[0]]
        out[str(facts.get("line_id", ""))] = shape, fit.at(float(inside[0]), float(inside[1]))
    return out


def _front(
    crisis: Crisis, fit: Projection, as_of: pd.Timestamp
) -> tuple[list[list[Point]], list[Ring]]:
    holders = holders_known(crisis.control, as_of.date())
    attacking = attackers(crisis, as_of.date())
    settled = crisis.places[~crisis.places["kind"].isin(_NOT_SETTLED)]
    points: list[Point] = []
    sides: list[bool] = []
    seen: set[tuple[int, int]] = set()
    for row in settled.sort_values("place_id").itertuples(index=False):
        holder = holders.get(str(row.place_id))
        at = fit.at(float(row.lon), float(row.lat))  # type: ignore[arg-type]
        spot = (round(at[0] * 10), round(at[1] * 10))
        if holder is None or spot in seen:
            continue
        seen.add(spot)
        points.append(at)
        sides.append(holder in attacking)
    if not any(sides) or all(sides):
        return [], []
    cells = place_cells(points, fit.width, fit.height)
    beyond = [
        ring
        for cell, side in zip(cells, sides, strict=True)
        if side
        for ring in rings_in(clipped(cell, fit.frame, 9.0))
    ]
    return boundary(cells, sides), beyond


def _centres(crisis: Crisis, fit: Projection, people: Mapping[str, float]) -> dict[str, Point]:
    """Return a point for each area: the middle of its people, else of its places, else declared."""
    out: dict[str, Point] = {}
    for row in crisis.areas.itertuples(index=False):
        lat, lon = float(row.lat), float(row.lon)  # type: ignore[arg-type]
        if math.isfinite(lat) and math.isfinite(lon):
            out[str(row.area_id)] = fit.at(lon, lat)
    places = crisis.places.assign(
        weight=[people.get(str(p), 0.0) + 1e-6 for p in crisis.places["place_id"]]
    )
    for area, rows in places.groupby("area_id"):
        whole = float(rows["weight"].sum())
        lat = float((rows["lat"] * rows["weight"]).sum()) / whole
        lon = float((rows["lon"] * rows["weight"]).sum()) / whole
        out[str(area)] = fit.at(lon, lat)
    return out


def ground_of(crisis: Crisis, as_of: pd.Timestamp, *, width: float) -> Terrain:
    """Return the crisis as known at the as-of date, drawn `width` pixels wide."""
    people = persons_by_place(crisis.populations, as_of.date())
    fit = _fit(crisis, people, width)
    at = {
        str(p): fit.at(float(lon), float(lat))
        for p, lat, lon in zip(
            crisis.places["place_id"], crisis.places["lat"], crisis.places["lon"], strict=True
        )
    }
    home: list[Ring] = []
    others: list[tuple[str, list[Ring]]] = []
    middle = (0.0, 0.0)
    inside = [p for p, n in people.items() if n > 0 and p in at]
    if inside:
        middle = at[max(inside, key=lambda p: (people[p], p))]
    from_degrees = [(f, rings_of(f.get("geometry"))) for f in _features(crisis, "outlines")]
    for feature, rings in from_degrees:
        if not rings:
            continue
        shape = projected_rings(fit, feature.get("geometry"), 0.5)
        name = str((feature.get("properties") or {}).get("name", ""))
        if any(shapely.contains_xy(shapely.polygons(ring), *middle) for ring in shape):
            home = shape
        elif shape:
            others.append((name, shape))
    cells: dict[str, list[Ring]] = {}
    for feature in _features(crisis, "cells"):
        area = str((feature.get("properties") or {}).get("area_id", ""))
        shape = projected_rings(fit, feature.get("geometry"), 0.5)
        if shape:
            cells.setdefault(area, []).extend(shape)
    roads: list[list[Point]] = []
    highways: list[tuple[str, list[Point]]] = []
    for row in crisis.routes.sort_values("route_id").itertuples(index=False):
        ends = at.get(str(row.from_place)), at.get(str(row.to_place))
        if ends[0] is None or ends[1] is None:
            continue
        if str(row.road) in ("M4", "M5"):
            highways.append((str(row.road), [ends[0], ends[1]]))
        elif str(row.road) != "link":
            roads.append([ends[0], ends[1]])
    spots = [
        (str(r.kind), Spot(str(r.name), at[str(r.place_id)], people.get(str(r.place_id), 0.0)))
        for r in crisis.places.itertuples(index=False)
    ]
    crossing_ids = sorted(set(crisis.crossings["place_id"].astype(str)) & set(at))
    names = dict(zip(crisis.places["place_id"], crisis.places["name"], strict=True))
    front, beyond = _front(crisis, fit, as_of)
    return Terrain(
        fit=fit,
        home=home,
        others=others,
        cells=cells,
        roads=roads,
        highways=highways,
        front=front,
        beyond=beyond,
        crossings=[Spot(str(names[c]), at[c], 0.0) for c in crossing_ids],
        places=sorted(
            (s for kind, s in spots if kind in ("city", "town")),
            key=lambda s: (-s.size, s.name),
        ),
        camps=sorted(
            (s for kind, s in spots if kind == "camp_cluster"), key=lambda s: (-s.size, s.name)
        ),
        centres=_centres(crisis, fit, people),
    )
