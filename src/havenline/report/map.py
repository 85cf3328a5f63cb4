"""Maps as SVG: the crisis as recorded at the as-of date, and people at the end of each option.

After the as-of date a map shows people and chances of exposure by sub-district, never who
holds a place.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import shapely

from havenline import words
from havenline.report.geometry import Ring, rings_in
from havenline.report.ground import Spot, Terrain
from havenline.report.svg import Point, label, path_data, picture, tag
from havenline.world.geometry import side_of_line

LAND = "#f4f1ea"
ABROAD = "#e6e8ea"
EDGE = "#8b9298"
CELL = "#ffffff"
ROAD = "#b9b2a4"
HIGHWAY = "#8a8272"
FRONT = "#1b1b1b"
BEYOND = "#d3d2cf"
LINE = "#6a3d9a"
PEOPLE = "#0072b2"
PEOPLE_EDGE = "#00456c"
RESIDENTS = ("#f3efe6", "#e9e1d1", "#ddd0b8", "#cfbd9b", "#bda67d")
EXPOSURE = ("#fdf3e3", "#fbd9a8", "#f5b168", "#e0812f", "#b4540a")
EXPOSURE_LIMITS = (0.05, 0.2, 0.4, 0.6)


@dataclass(frozen=True)
class Layer:
    """What one map shows on top of the ground.

    Attributes
    ----------
    people : dict of str to float
        Displaced people by area id, drawn as circles.
    before : dict of str to float
        The same at the as-of date, drawn as rings; empty for none.
    shades : dict of str to str
        Colour of each area's cells.
    line : list of Point
        The option's line in pixels; empty for none.
    inside : Point or None
        A point on the line's protected side.
    hatched : bool
        Whether the protected side is a haven and is hatched.
    """

    people: Mapping[str, float]
    before: Mapping[str, float]
    shades: Mapping[str, str]
    line: Sequence[Point] = ()
    inside: Point | None = None
    hatched: bool = False


def shade(value: float, limits: Sequence[float], colours: Sequence[str]) -> str:
    """Return the colour of the class that holds a value; the first limit starts the second."""
    return colours[min(sum(value >= limit for limit in limits), len(colours) - 1)]


def radius(persons: float, most: float, largest: float) -> float:
    """Return the radius of a circle whose area stands for `persons`, `largest` for `most`."""
    return largest * math.sqrt(max(persons, 0.0) / most) if most > 0 else 0.0


def _area_path(rings: Sequence[Ring]) -> str:
    return "".join(path_data(ring, close=True) for ring in rings)


def _ground(ground: Terrain, layer: Layer, name: str, *, detail: bool) -> list[str]:
    width, height = ground.fit.width, ground.fit.height
    clip = f"{name}-land"
    land = _area_path(ground.home)
    frame = path_data([(0, 0), (width, 0), (width, height), (0, height)], close=True)
    out = [
        tag(
            "defs",
            tag("clipPath", tag("path", d=land or frame), id=clip)
            + tag("clipPath", tag("path", d=frame), id=f"{name}-frame")
            + tag(
                "pattern",
                tag("line", x1="0", y1="0", x2="0", y2="7", stroke=LINE, stroke_width="1.6"),
                id=f"{name}-hatch",
                width="7",
                height="7",
                patternUnits="userSpaceOnUse",
                patternTransform="rotate(45)",
            ),
        ),
        tag("path", d=frame, fill=ABROAD),
        tag("path", d=land or frame, fill=LAND),
    ]
    for area in sorted(ground.cells):
        out.append(
            tag(
                "path",
                d=_area_path(ground.cells[area]),
                fill=layer.shades.get(area, LAND),
                stroke=CELL,
                stroke_width="0.8",
            )
        )
    if layer.hatched and layer.inside is not None and len(layer.line) > 1:
        xs, ys = zip(*layer.line, layer.inside, (0.0, 0.0), (width, height), strict=True)
        side = side_of_line(layer.line, layer.inside, (min(xs), min(ys), max(xs), max(ys)))
        out.append(
            tag(
                "path",
                d=_area_path(rings_in(side)),
                fill=f"url(#{name}-hatch)",
                fill_opacity="0.22",
                clip_path=f"url(#{clip})",
            )
        )
    roads = "".join(path_data(r) for r in ground.roads) if detail else ""
    if roads:
        out.append(tag("path", d=roads, fill="none", stroke=ROAD, stroke_width="0.9"))
    main = "".join(path_data(r) for _, r in ground.highways)
    if main:
        casing, core = ("5", "2.6") if detail else ("3.2", "1.6")
        for colour, size in ((CELL, casing), (HIGHWAY, core)):
            out.append(
                tag("path", d=main, fill="none", stroke=colour, stroke_width=size,
                    stroke_linecap="round")
            )  # fmt: skip
    beyond = _area_path(ground.beyond)
    if beyond:
        out.append(
            tag("path", d=beyond, fill=BEYOND, fill_opacity="0.88", clip_path=f"url(#{clip})")
        )
    for _, rings in ground.others:
        out.append(tag("path", d=_area_path(rings), fill=ABROAD, stroke=EDGE, stroke_width="1"))
    if land:
        out.append(tag("path", d=land, fill="none", stroke=EDGE, stroke_width="1.4"))
    front = "".join(path_data(f) for f in ground.front)
    if front:
        sizes = (("4.6", CELL), ("2.4", FRONT)) if detail else (("2.8", CELL), ("1.3", FRONT))
        for size, colour in sizes:
            out.append(
                tag("path", d=front, fill="none", stroke=colour, stroke_width=size,
                    stroke_linejoin="round", clip_path=f"url(#{clip})")
            )  # fmt: skip
    if len(layer.line) > 1:
        shape = path_data(layer.line)
        for colour, size, dash in ((CELL, "5", None), (LINE, "2.6", "9 4")):
            out.append(
                tag("path", d=shape, fill="none", stroke=colour, stroke_width=size,
                    stroke_dasharray=dash, clip_path=f"url(#{clip})")
            )  # fmt: skip
    return out


def _circles(ground: Terrain, layer: Layer, most: float, largest: float) -> list[str]:
    out = []
    order = sorted(layer.people, key=lambda a: (-layer.people[a], a))
    for area in order:
        at = ground.centres.get(area)
        size = radius(layer.people[area], most, largest)
        if at is None or size < 1.2 or not ground.fit.inside(at):
            continue
        out.append(
            tag(
                "circle",
                cx=at[0],
                cy=at[1],
                r=size,
                fill=PEOPLE,
                fill_opacity="0.62",
                stroke=PEOPLE_EDGE,
                stroke_width="1",
            )
        )
    for area in sorted(layer.before):
        at = ground.centres.get(area)
        size = radius(layer.before[area], most, largest)
        if at is None or size < 1.2 or not ground.fit.inside(at):
            continue
        out.append(
            tag("circle", cx=at[0], cy=at[1], r=size, fill="none", stroke="#111111",
                stroke_width="1.1", stroke_dasharray="2.5 2")
        )  # fmt: skip
    return out


class _Labels:
    """Greedy placing of labels: each takes the first free spot beside its point, or none."""

    def __init__(self, width: float, height: float, size: float) -> None:
        self.width, self.height, self.size = width, height, size
        self.taken: list[tuple[float, float, float, float]] = []

    def free(self, box: tuple[float, float, float, float]) -> bool:
        """Return whether a box (left, top, right, bottom) is on the map and free."""
        left, top, right, bottom = box
        if left < 3 or top < 3 or right > self.width - 3 or bottom > self.height - 3:
            return False
        return all(right < a or left > c or bottom < b or top > d for a, b, c, d in self.taken)

    def put(self, name: str, at: Point, gap: float = 5.0) -> tuple[float, float, str] | None:
        """Return x, y of the baseline and the anchor for a name beside a point."""
        wide = 0.56 * self.size * len(name)
        tall = self.size
        x, y = at
        for dx, dy, anchor in (
            (gap, 0.35 * tall, "start"),
            (-gap, 0.35 * tall, "end"),
            (0.0, -gap, "middle"),
            (0.0, gap + 0.8 * tall, "middle"),
            (gap, -0.4 * tall, "start"),
            (gap, 1.1 * tall, "start"),
            (-gap, -0.4 * tall, "end"),
            (-gap, 1.1 * tall, "end"),
        ):
            left = x + dx - {"start": 0.0, "end": wide, "middle": wide / 2}[anchor]
            box = (left, y + dy - 0.85 * tall, left + wide, y + dy + 0.25 * tall)
            if self.free(box):
                self.taken.append(box)
                return x + dx, y + dy, anchor
        return None


def _shields(ground: Terrain, labels: _Labels) -> list[str]:
    """Return a small sign for each main road, on the longest piece that has room."""
    out = []
    for road in sorted({r for r, _ in ground.highways}):
        pieces = sorted(
            (line for r, line in ground.highways if r == road),
            key=lambda p: (-math.dist(p[0], p[-1]), p[0]),
        )
        for piece in pieces:
            x = (piece[0][0] + piece[-1][0]) / 2
            y = (piece[0][1] + piece[-1][1]) / 2
            box = (x - 14, y - 9, x + 14, y + 9)
            if not labels.free(box):
                continue
            labels.taken.append(box)
            out.append(
                tag("rect", x=x - 13, y=y - 8, width="26", height="16", rx="3", fill="#ffffff",
                    stroke=HIGHWAY)
            )  # fmt: skip
            out.append(label(x, y + 4.5, road, text_anchor="middle", class_="shield"))
            break
    return out


def _countries(ground: Terrain, labels: _Labels) -> list[str]:
    """Return the names of the countries around, each in the widest free part of its outline."""
    out = []
    width, height = ground.fit.width, ground.fit.height
    for name, rings in ground.others:
        wide = labels.size * 0.85 * len(name)
        land = shapely.union_all([shapely.polygons(ring) for ring in rings])
        shapely.prepare(land)
        best: tuple[float, float, float] | None = None
        for i in range(1, 24):
            for j in range(1, 24):
                x, y = width * i / 24, height * j / 24
                box = (x - wide / 2, y - labels.size, x + wide / 2, y + labels.size)
                if not shapely.contains(land, shapely.box(*box)):
                    continue
                if not labels.free(box):
                    continue
                room = min(x, width - x, y, height - y)
                if best is None or room > best[0] + 1e-9:
                    best = (room, x, y)
        if best is not None:
            _, x, y = best
            labels.taken.append((x - wide / 2, y - labels.size, x + wide / 2, y + labels.size))
            out.append(label(x, y + 4, name.upper(), text_anchor="middle", class_="country"))
    return out


def _scale_bar(ground: Terrain, labels: _Labels) -> list[str]:
    fit = ground.fit
    wanted = fit.km(fit.width * 0.2)
    if not math.isfinite(wanted) or wanted <= 0:
        return []
    base = 10.0 ** math.floor(math.log10(wanted))
    km = max(m * base for m in (1, 2, 5) if m * base <= wanted * 1.0001)
    size = km / fit.km(1.0)
    x, y = fit.width - 14 - size, fit.height - 14
    labels.taken.append((x - 4, y - 20, fit.width, fit.height))
    return [
        tag("rect", x=x - 6, y=y - 19, width=size + 12, height="26", fill="#ffffff",
            fill_opacity="0.75"),
        tag("path", d=path_data([(x, y - 4), (x, y), (x + size, y), (x + size, y - 4)]),
            fill="none", stroke="#333333"),
        label(x + size / 2, y - 6, f"{words.number(km)} km", text_anchor="middle", class_="axis"),
    ]  # fmt: skip


def _named(spots: Sequence[Spot], ground: Terrain, labels: _Labels, count: int) -> list[str]:
    out: list[str] = []
    put = 0
    for spot in spots:
        if put >= count:
            break
        if not ground.fit.inside(spot.at, 4):
            continue
        found = labels.put(spot.name, spot.at)
        if found is None:
            continue
        put += 1
        x, y, anchor = found
        out.append(
            tag("circle", cx=spot.at[0], cy=spot.at[1], r="2.2", fill="#111111", stroke="#ffffff",
                stroke_width="0.8")
        )  # fmt: skip
        size = f"font-size:{labels.size:.0f}px"
        out.append(label(x, y, spot.name, text_anchor=anchor, class_="town halo", style=size))
    return out


def draw(
    ground: Terrain,
    layer: Layer,
    *,
    most: float,
    largest: float,
    name: str,
    title: str,
    desc: str,
    detail: bool,
    labelled: int,
    text_size: float,
    sizes: Sequence[float],
) -> str:
    """Return one map with the key of its circles below.

    Parameters
    ----------
    ground : Terrain
        What all maps share.
    layer : Layer
        What this one shows.
    most : float
        People that the largest circle of the report stands for.
    largest : float
        Its radius in pixels.
    name, title, desc : str
        Identifier, short name, and what is shown in words.
    detail : bool
        Whether to draw local roads, crossings, camps, road signs and the scale bar.
    labelled : int
        Towns with a name, where there is room.
    text_size : float
        Pixels of the names.
    sizes : sequence of float
        Numbers of people in the key of the circles.
    """
    width, height = ground.fit.width, ground.fit.height
    labels = _Labels(width, height, text_size)
    parts = _ground(ground, layer, name, detail=detail)
    parts += _circles(ground, layer, most, largest)
    if detail:
        parts += _scale_bar(ground, labels)
        parts += _shields(ground, labels)
        for spot in ground.camps:
            if ground.fit.inside(spot.at, 3):
                x, y = spot.at
                shape = path_data([(x - 4, y + 3.4), (x, y - 4), (x + 4, y + 3.4)], close=True)
                parts.append(tag("path", d=shape, fill="#ffffff", stroke=PEOPLE_EDGE))
        for spot in ground.crossings:
            if ground.fit.inside(spot.at, 3):
                x, y = spot.at
                parts.append(
                    tag("rect", x=x - 4, y=y - 4, width="8", height="8", fill="#ffffff",
                        stroke="#111111", stroke_width="1.6")
                )  # fmt: skip
                labels.taken.append((x - 5, y - 5, x + 5, y + 5))
    parts += _countries(ground, labels)
    parts += _named(ground.places, ground, labels, labelled)
    body = tag("g", "".join(parts), clip_path=f"url(#{name}-frame)")
    edge = tag("rect", x="0.5", y="0.5", width=width - 1, height=height - 1, fill="none",
               stroke="#c4c9cd")  # fmt: skip
    key, below = _size_key(sizes, most, largest, height, text_size)
    return picture(width, height + below, [body, edge, *key], name=name, title=title, desc=desc)


def _size_key(
    sizes: Sequence[float], most: float, largest: float, top: float, text_size: float
) -> tuple[list[str], float]:
    """Return circles of round sizes with their numbers below a map, and the height they take."""
    reach = max((radius(s, most, largest) for s in sizes), default=4.0)
    middle = top + max(reach, text_size) + 5
    parts = []
    x = 3.0
    for persons in sorted(sizes):
        r = radius(persons, most, largest)
        parts.append(
            tag("circle", cx=x + r, cy=middle, r=r, fill=PEOPLE, fill_opacity="0.62",
                stroke=PEOPLE_EDGE)
        )  # fmt: skip
        text = words.number(persons)
        y = middle + 0.35 * text_size
        parts.append(label(x + 2 * r + 5, y, text, style=f"font-size:{text_size:.0f}px"))
        x += 2 * r + 5 + 0.62 * text_size * len(text) + 10
    parts.append(
        label(x, middle + 0.35 * text_size, "displaced people",
              style=f"font-size:{text_size:.0f}px")
    )  # fmt: skip
    return parts, 2 * max(reach, text_size) + 10


__all__ = [
    "EXPOSURE",
    "EXPOSURE_LIMITS",
    "RESIDENTS",
    "Layer",
    "draw",
    "radius",
    "shade",
]
