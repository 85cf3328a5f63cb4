"""Checks of positions and routes."""

from __future__ import annotations

import math
from collections.abc import Iterator

from havenline.crisis.draft import Draft
from havenline.crisis.meta import BoundingBox
from havenline.crisis.registry import check, problem
from havenline.errors import Problem

EARTH_RADIUS_KM = 6371.0088
LONGEST_ROUTE_KM = 500.0
DETOUR_MAX = 4.0
DETOUR_FREE_KM = 5.0
STRAIGHT_TOLERANCE = 0.02


def straight_line_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return the great-circle distance of two points.

    Parameters
    ----------
    lat1, lon1, lat2, lon2 : float
        Degrees.

    Returns
    -------
    float
        Kilometres.
    """
    a, b = math.radians(lat1), math.radians(lat2)
    half = math.sin((b - a) / 2) ** 2
    half += math.cos(a) * math.cos(b) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half)))


def inside(box: BoundingBox, lat: float, lon: float) -> bool:
    """Return whether a point (degrees) lies in a box."""
    return box.south <= lat <= box.north and box.west <= lon <= box.east


def box_of(draft: Draft) -> BoundingBox | None:
    """Return the bounding box; None where it has faults."""
    if draft.meta is None:
        return None
    box = draft.meta.bounding_box
    return box if box.south < box.north and box.west < box.east else None


def box_text(box: BoundingBox) -> str:
    """Write a box in words, for messages."""
    return f"latitude {box.south:g} to {box.north:g}, longitude {box.west:g} to {box.east:g}"


@check("bad_bounding_box", "the bounding box has south below north and west below east")
def bounding_box(draft: Draft) -> Iterator[Problem]:
    """Report a box without extent."""
    if draft.meta is None or box_of(draft) is not None:
        return
    box = draft.meta.bounding_box
    south = box.south >= box.north
    yield draft.in_meta.problem(
        "bad_bounding_box",
        ("bounding_box",),
        "south is not below north" if south else "west is not below east",
        f"{box.south:g} and {box.north:g}" if south else f"{box.west:g} and {box.east:g}",
    )


@check("swapped_coordinates", "no latitude stands where the longitude belongs")
def swapped_coordinates(draft: Draft) -> Iterator[Problem]:
    """Report points that lie in the bounding box only when swapped."""
    box = box_of(draft)
    if box is None:
        return
    for table in ("places", "areas"):
        for line, lat, lon in draft.records(table, "lat", "lon"):
            if lat is None or lon is None or inside(box, lat, lon) or not inside(box, lon, lat):
                continue
            yield problem(
                "swapped_coordinates",
                draft.file(table),
                "latitude and longitude are swapped",
                row=line,
                column="lat, lon",
                value=f"{lat:g}, {lon:g}",
                expected=box_text(box),
                hint=f"write {lon:g}, {lat:g}",
            )


@check("outside_bounding_box", "every place and area lies in the bounding box")
def outside_bounding_box(draft: Draft) -> Iterator[Problem]:
    """Report points outside the box, whichever way round."""
    box = box_of(draft)
    if box is None:
        return
    for table in ("places", "areas"):
        for line, lat, lon in draft.records(table, "lat", "lon"):
            if lat is None or lon is None or inside(box, lat, lon) or inside(box, lon, lat):
                continue
            yield problem(
                "outside_bounding_box",
                draft.file(table),
                "outside the bounding box",
                row=line,
                column="lat, lon",
                value=f"{lat:g}, {lon:g}",
                expected=box_text(box),
            )


@check("half_position", "an area has both coordinates or none")
def half_positions(draft: Draft) -> Iterator[Problem]:
    """Report areas with a latitude and no longitude, or the other way round."""
    rows = draft.tables.get("areas")
    if rows is None:
        return
    for line, lat, lon in zip(rows.lines, rows.texts["lat"], rows.texts["lon"], strict=True):
        if bool(lat) != bool(lon):
            yield problem(
                "half_position",
                rows.file,
                "this cell must be filled",
                row=line,
                column="lon" if lat else "lat",
                expected="both coordinates or none",
            )


@check("same_position", "no two places stand on the same spot", "warning")
def same_positions(draft: Draft) -> Iterator[Problem]:
    """Report places with the position of an earlier one."""
    first: dict[tuple[float, float], str] = {}
    for line, place, lat, lon in draft.records("places", "place_id", "lat", "lon"):
        if place is None or lat is None or lon is None:
            continue
        if (lat, lon) in first:
            yield problem(
                "same_position",
                draft.file("places"),
                f"the same position as {first[lat, lon]!r}",
                row=line,
                column="lat, lon",
                value=f"{lat:g}, {lon:g}",
            )
        first.setdefault((lat, lon), place)


@check("route_to_itself", "routes lead from one place to another")
def routes_to_themselves(draft: Draft) -> Iterator[Problem]:
    """Report routes that end where they start."""
    for line, start, end in draft.records("routes", "from_place", "to_place"):
        if start and start == end:
            yield problem(
                "route_to_itself",
                draft.file("routes"),
                "the route ends where it starts",
                row=line,
                column="to_place",
                value=end,
                expected="another place",
            )


@check("parallel_route", "no two routes of the same road join the same places", "warning")
def parallel_routes(draft: Draft) -> Iterator[Problem]:
    """Report a second route of the same road between the same places, either way round."""
    first: dict[tuple[str, ...], int] = {}
    for line, start, end, road in draft.records("routes", "from_place", "to_place", "road"):
        if not start or not end or start == end:
            continue
        key = (*sorted((start, end)), road or "")
        if key in first:
            yield problem(
                "parallel_route",
                draft.file("routes"),
                f"line {first[key]} joins the same places by the same road",
                row=line,
                column="from_place, to_place",
                value=f"{start}, {end}",
                hint="routes lead both ways; one row is enough",
            )
        first.setdefault(key, line)


def _route_lengths(draft: Draft) -> Iterator[tuple[int, float, float | None]]:
    """Walk the routes with their length and, where both ends are known, the straight line."""
    box = box_of(draft)
    at = {
        p: (lat, lon)
        for _, p, lat, lon in draft.records("places", "place_id", "lat", "lon")
        if lat is not None and lon is not None and (box is None or inside(box, lat, lon))
    }
    for line, start, end, km in draft.records("routes", "from_place", "to_place", "road_km"):
        if km is None or start == end:
            continue
        known = start in at and end in at
        yield line, km, straight_line_km(*at[start], *at[end]) if known else None


@check("route_length", "routes have a length that a road can have")
def route_lengths(draft: Draft) -> Iterator[Problem]:
    """Report routes of zero length, over 500 km, or over four times the straight line."""
    for line, km, straight in _route_lengths(draft):
        message = expected = ""
        if km == 0:
            message, expected = "the route has no length", "more than 0 km"
        elif km > LONGEST_ROUTE_KM:
            message = "the route is absurdly long"
            expected = f"at most {LONGEST_ROUTE_KM:g} km between neighbouring places"
        elif straight is not None:
            most = max(DETOUR_MAX * straight, straight + DETOUR_FREE_KM)
            if km > most:
                message = f"the route is absurdly long for a straight line of {straight:.1f} km"
                expected = f"at most {most:.1f} km"
        if message:
            yield problem(
                "route_length",
                draft.file("routes"),
                message,
                row=line,
                column="road_km",
                value=f"{km:g}",
                expected=expected,
            )


@check("route_below_straight_line", "no route is shorter than the straight line")
def routes_below_straight_line(draft: Draft) -> Iterator[Problem]:
    """Report routes more than 2% shorter than the straight line between their ends."""
    for line, km, straight in _route_lengths(draft):
        if straight is not None and 0 < km < (1 - STRAIGHT_TOLERANCE) * straight:
            yield problem(
                "route_below_straight_line",
                draft.file("routes"),
                "the route is shorter than the straight line",
                row=line,
                column="road_km",
                value=f"{km:g}",
                expected=f"at least {straight:.1f} km",
            )


@check("unreachable_place", "routes join every place to every other")
def unreachable_places(draft: Draft) -> Iterator[Problem]:
    """Report places outside the largest connected part of the road graph."""
    if "routes" not in draft.tables or draft.known("places") is None:
        return
    routes = draft.tables["routes"]
    if not routes.whole or {"from_place", "to_place"} & routes.missing:
        return
    rows = draft.tables["places"]
    lines = dict(zip(rows.texts["place_id"], rows.lines, strict=True))
    lines.pop("", None)
    root = {place: place for place in lines}

    def find(place: str) -> str:
        while root[place] != place:
            root[place] = root[root[place]]
            place = root[place]
        return place

    for start, end in zip(routes.texts["from_place"], routes.texts["to_place"], strict=True):
        if start in root and end in root:
            root[find(start)] = find(end)
    parts: dict[str, list[str]] = {}
    for place in lines:
        parts.setdefault(find(place), []).append(place)
    largest = max(parts.values(), key=len, default=[])
    for part in parts.values():
        if part is largest:
            continue
        for place in part:
            others = len(part) - 1
            yield problem(
                "unreachable_place",
                rows.file,
                "no route reaches this place"
                if not others
                else f"routes join this place to only {others} other "
                + ("place" if others == 1 else "places"),
                row=lines[place],
                column="place_id",
                value=place,
                expected=f"a way to the {len(largest)} places that routes join",
            )
