"""The maps of the report: the crisis at the as-of date, and people at the end of each option."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from markupsafe import Markup

from havenline import words
from havenline.crisis import Crisis, OptionSpec
from havenline.report import map as mapping
from havenline.report import ticks
from havenline.report.charts import Chart
from havenline.report.ground import Terrain, ground_of, line_shapes
from havenline.report.map import Layer
from havenline.report.svg import tag

LAST_WEEKS = 4
BIG, SMALL = 660.0, 340.0
LARGEST = 44.0


def _medians(values: xr.DataArray) -> dict[str, float]:
    """Return the median over futures of values (future, area) by area."""
    table = np.median(np.asarray(values.transpose("future", "area").to_numpy()), axis=0)
    return {str(a): float(v) for a, v in zip(values["area"].to_numpy(), table, strict=True)}


def displaced_on(dataset: xr.Dataset, option: int, day: int) -> dict[str, float]:
    """Return displaced people by area on one day: all groups, median over the futures."""
    return _medians(dataset["displaced"].isel(option=option, day=day).sum("group"))


def _lines(spec: OptionSpec | None) -> tuple[str, bool]:
    """Return the line of an option's levers and whether a haven lies behind it."""
    line, haven = "", False
    for lever in spec.levers if spec is not None else ():
        if lever.lever == "line":
            line = line or lever.line_id
        elif lever.lever == "haven":
            haven = True
            line = lever.line_id or line
    return line, haven


def _named_line(crisis: Crisis, line_id: str) -> str:
    for feature in crisis.geography.get("lines", {}).get("features", []):
        facts = feature.get("properties") or {}
        if str(facts.get("line_id")) == line_id:
            return str(facts.get("name") or line_id)
    return line_id


def _classes(limits: list[float], what: str) -> list[str]:
    texts = [f"under {words.number(limits[0])}{what}"]
    texts += [
        f"{words.number(a)} to {words.number(b)}{what}" for a, b in itertools.pairwise(limits)
    ]
    return [*texts, f"{words.number(limits[-1])}{what} and more"]


def _mark(*parts: str) -> Markup:
    body = "".join(parts)
    return Markup(
        tag("svg", body, width="28", height="18", viewBox="0 0 28 18", aria_hidden="true")
    )


def _stroke(colour: str, width: str, dash: str | None = None) -> Markup:
    return _mark(
        tag("line", x1="1", x2="27", y1="9", y2="9", stroke=colour, stroke_width=width,
            stroke_dasharray=dash)
    )  # fmt: skip


def _hatch_mark() -> Markup:
    lines = [
        tag("line", x1=f"{x}", x2=f"{x + 14}", y1="16", y2="2", stroke=mapping.LINE,
            stroke_opacity="0.45", stroke_width="1.6")
        for x in (0, 6, 12)
    ]  # fmt: skip
    return _mark(*lines)


def _legend_now(ground: Terrain) -> list[tuple[Markup, str]]:
    out: list[tuple[Markup, str]] = []
    if ground.front:
        out.append((_stroke(mapping.FRONT, "2.6"), "recorded front"))
        out.append(
            (
                _mark(tag("rect", x="1", y="1", width="26", height="16", fill=mapping.BEYOND,
                          stroke="#8b9298")),
                "recorded as held by the other side",
            )
        )  # fmt: skip
    if ground.highways:
        roads = words.listed(sorted({r for r, _ in ground.highways}))
        out.append((_stroke(mapping.HIGHWAY, "3"), f"main road ({roads})"))
    if ground.roads:
        out.append((_stroke(mapping.ROAD, "1.2"), "other road, drawn straight"))
    if ground.crossings:
        out.append(
            (
                _mark(tag("rect", x="10", y="5", width="8", height="8", fill="#ffffff",
                          stroke="#111111", stroke_width="1.6")),
                "border crossing",
            )
        )  # fmt: skip
    if ground.camps:
        out.append(
            (
                _mark(tag("path", d="M9.5 13L14 5L18.5 13Z", fill="#ffffff",
                          stroke=mapping.PEOPLE_EDGE)),
                "cluster of camps",
            )
        )  # fmt: skip
    return out


def maps_of(
    dataset: xr.Dataset, crisis: Crisis, as_of: pd.Timestamp, names: Mapping[str, str]
) -> dict[str, Any]:
    """Return the maps with their legends, by the name that the page gives them.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result.
    crisis : Crisis
    as_of : pandas.Timestamp
        Only control recorded and published by this day is drawn.
    names : mapping of str to str
        Name of each option.
    """
    ids = [str(o) for o in dataset["option"].to_numpy()]
    specs = {o.id: o for o in crisis.options}
    big = ground_of(crisis, as_of, width=BIG)
    small = ground_of(crisis, as_of, width=SMALL)
    now = displaced_on(dataset, 0, 0)
    ends = {o: displaced_on(dataset, k, -1) for k, o in enumerate(ids)}
    most = max([*now.values(), *(v for e in ends.values() for v in e.values()), 1.0])
    residents = _medians(dataset["residents"].isel(option=0, day=0))
    limits = ticks.classes(max(residents.values(), default=0.0))
    shades = {a: mapping.shade(v, limits, mapping.RESIDENTS) for a, v in residents.items()}
    sizes = _sizes(most)

    def drawn_now(ground: Terrain, name: str, labelled: int, text_size: float) -> Markup:
        return Markup(
            mapping.draw(
                ground,
                Layer(people=now, before={}, shades=shades),
                most=most,
                largest=LARGEST * ground.fit.width / BIG,
                name=name,
                title=f"{crisis.meta.name}: people and the recorded front on {words.day(as_of)}",
                desc=_largest(dataset, now, "Displaced people present, most in "),
                detail=True,
                labelled=labelled,
                text_size=text_size,
                sizes=sizes,
            )
        )

    chance = dataset["exposure_probability"].isel(week=slice(-LAST_WEEKS, None)).mean("week")
    lines = line_shapes(crisis, small.fit)
    maps_end = []
    any_line = any_haven = False
    for k, option in enumerate(ids):
        line_id, haven = _lines(specs.get(option))
        shape, inside = lines.get(line_id, ([], None))
        any_line |= bool(shape)
        any_haven |= haven and bool(shape)
        values = np.asarray(chance.isel(option=k).to_numpy(), dtype=np.float64)
        exposure = {
            str(a): mapping.shade(float(p), mapping.EXPOSURE_LIMITS, mapping.EXPOSURE)
            for a, p in zip(dataset["area"].to_numpy(), values, strict=True)
        }
        title = f"{names.get(option, option)}: displaced people on the last day"
        desc = _largest(dataset, ends[option], "Displaced people present, most in ")
        if shape:
            desc += f" The line drawn is: {_named_line(crisis, line_id)}."
        svg = mapping.draw(
            small,
            Layer(ends[option], now, exposure, shape, inside, haven),
            most=most,
            largest=LARGEST * SMALL / BIG,
            name=f"map-{k}",
            title=title,
            desc=desc,
            detail=False,
            labelled=5,
            text_size=11.0,
            sizes=sizes,
        )
        maps_end.append(Chart(names.get(option, option), Markup(svg)))
    legend_end = [
        (_circle(mapping.PEOPLE_EDGE, None), "displaced people at the end"),
        (_circle("#111111", "2.5 2"), f"the same on {words.short_day(as_of)}"),
    ]
    if small.front:
        legend_end.append(
            (_stroke(mapping.FRONT, "1.6"), f"recorded front of {words.short_day(as_of)}")
        )
    if small.beyond:
        mark = tag("rect", x="1", y="1", width="26", height="16", fill=mapping.BEYOND,
                   stroke="#8b9298")  # fmt: skip
        legend_end.append((_mark(mark), f"other side of it on {words.short_day(as_of)}"))
    if any_line:
        legend_end.append((_stroke(mapping.LINE, "2.6", "9 4"), "the option's line"))
    if any_haven:
        legend_end.append((_hatch_mark(), "haven side of the line"))
    percents = [f"{100 * v:.0f}%" for v in mapping.EXPOSURE_LIMITS]
    exposure_texts = [
        f"under {percents[0]}",
        *[f"{a} to {b}" for a, b in itertools.pairwise(percents)],
        f"{percents[-1]} and more",
    ]
    return {
        "map_now": drawn_now(big, "map-now", 12, 13.0),
        "map_now_narrow": drawn_now(small, "map-narrow", 9, 11.0),
        "maps_end": maps_end,
        "legend_now": _legend_now(big),
        "legend_end": legend_end,
        "residents_key": list(zip(mapping.RESIDENTS, _classes(limits, ""), strict=False))
        if big.cells
        else [],
        "exposure_key": list(zip(mapping.EXPOSURE, exposure_texts, strict=True))
        if big.cells
        else [],
        "map_note": _map_note(big, as_of),
        "end_note": _end_note(small, as_of, min(LAST_WEEKS, dataset.sizes["week"])),
    }


def _map_note(ground: Terrain, as_of: pd.Timestamp) -> str:
    """Return what a reader must know of the map of the as-of date."""
    out = []
    if ground.front:
        out.append(
            "The front is drawn midway between places recorded on different sides, from records "
            f"dated and published by {words.day(as_of)}."
        )
    if ground.cells:
        out.append(
            "Sub-district shapes are the cells nearest to each place, cut at the outlines and "
            "merged: they are not boundaries."
        )
    if ground.home or ground.others:
        out.append("Outlines: Natural Earth; disputed boundaries are drawn as they stand there.")
    out.append("Lines and names on the maps say nothing about the legal status of any territory.")
    return " ".join(out)


def _end_note(ground: Terrain, as_of: pd.Timestamp, weeks: int) -> str:
    """Return how to read the maps of the last day."""
    then = words.day(as_of)
    out = [
        "Circles: displaced people present in the sub-district, median of the futures, on the "
        f"scale of the map above. Dashed rings: the same on {then}."
    ]
    if ground.cells:
        out.append(
            "Shading: the chance, in a week, of fighting within 10 km of people there, mean of "
            f"the last {words.number(weeks)} weeks."
        )
    out.append("Nothing here says who holds a place at the end.")
    if ground.front:
        out.append(f"The front and the grey side of it are those recorded by {then}.")
    return " ".join(out)


def _circle(colour: str, dash: str | None) -> Markup:
    solid = dash is None
    return _mark(
        tag("circle", cx="14", cy="9", r="7", fill=mapping.PEOPLE if solid else "none",
            fill_opacity="0.5" if solid else None, stroke=colour, stroke_dasharray=dash)
    )  # fmt: skip


def _sizes(most: float) -> list[float]:
    """Return two or three round numbers of people for the size key."""
    top = ticks.classes(most * 1.6, count=2)[-1]
    return [top, top / 5] if top >= 50 else [top]


def _largest(dataset: xr.Dataset, people: Mapping[str, float], lead: str) -> str:
    """Return the three areas with most people in words."""
    names = {str(a): str(a) for a in dataset["area"].to_numpy()}
    if "area_name" in dataset.coords:
        names = {
            str(a): str(n)
            for a, n in zip(
                dataset["area"].to_numpy(), dataset["area_name"].to_numpy(), strict=True
            )
        }
    order = sorted((a for a in people if people[a] > 0), key=lambda a: (-people[a], a))[:3]
    if not order:
        return "No displaced people."
    return lead + words.listed([f"{names[a]} ({words.compact(people[a])})" for a in order]) + "."


__all__ = ["displaced_on", "maps_of"]
