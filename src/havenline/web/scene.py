"""What the page shows before any run: the crisis, its geography, its facts and their sources.

Control is recorded control only, as it was known on each day, and none after the as-of date.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any, cast

import pandas as pd

from havenline import __version__
from havenline.crisis import Crisis
from havenline.crisis.levers import LEVERS
from havenline.crisis.parameters import known_parameters
from havenline.facts.counts import counts_shown
from havenline.facts.known import known_by
from havenline.facts.populations import persons_by_place
from havenline.outcomes.indicators import INDICATORS
from havenline.outcomes.thresholds import limits_of
from havenline.report.geometry import Projection, rings_of
from havenline.report.ground import Terrain, ground_of
from havenline.telling.past import past_told

WIDTH = 1000.0
FRAME_DAYS = 7
NOT_SETTLED = ("foreign_town", "crossing")

Pair = list[float]


def _degrees(fit: Projection, point: tuple[float, float]) -> Pair:
    """Return the longitude and latitude of a pixel."""
    lon = fit.west + math.degrees(point[0] / fit.scale)
    north = math.log(math.tan(math.pi / 4 + math.radians(fit.north) / 2))
    lat = math.degrees(2 * math.atan(math.exp(north - point[1] / fit.scale)) - math.pi / 2)
    return [round(lon, 4), round(lat, 4)]


def _frames(crisis: Crisis, as_of: dt.date) -> list[dict[str, Any]]:
    """Return the recorded front, week by week up to the as-of date, as known on each day."""
    days = [as_of]
    while days[-1] - dt.timedelta(days=FRAME_DAYS) >= crisis.meta.period.start:
        days.append(days[-1] - dt.timedelta(days=FRAME_DAYS))
    out = []
    for day in reversed(days):
        ground = ground_of(crisis, pd.Timestamp(day), width=WIDTH)
        out.append(
            {
                "date": day.isoformat(),
                "front": [[_degrees(ground.fit, p) for p in line] for line in ground.front],
                "beyond": [
                    [_degrees(ground.fit, p) for p in ring]
                    for ring in ground.beyond
                    if len(ring) > 2
                ],
            }
        )
    return out


def _features(crisis: Crisis, stem: str, keys: tuple[str, ...]) -> list[dict[str, Any]]:
    found = crisis.geography.get(stem, {}).get("features", [])
    return [
        {
            "type": "Feature",
            "geometry": f.get("geometry"),
            "properties": {k: (f.get("properties") or {}).get(k) for k in keys},
        }
        for f in found
        if isinstance(f, dict)
    ]


def _places(crisis: Crisis, as_of: pd.Timestamp) -> list[dict[str, Any]]:
    people = persons_by_place(crisis.populations, as_of.date())
    return [
        {
            "id": str(r.place_id),
            "name": str(r.name),
            "kind": str(r.kind),
            "area": str(r.area_id),
            "at": [float(r.lon), float(r.lat)],  # type: ignore[arg-type]
            "people": people.get(str(r.place_id), 0),
            "source": str(r.source_id),
        }
        for r in crisis.places.itertuples(index=False)
    ]


def _roads(crisis: Crisis) -> list[dict[str, Any]]:
    at = {
        str(r.place_id): [float(r.lon), float(r.lat)]  # type: ignore[arg-type]
        for r in crisis.places.itertuples(index=False)
    }
    return [
        {"road": str(r.road), "line": [at[str(r.from_place)], at[str(r.to_place)]]}
        for r in crisis.routes.itertuples(index=False)
        if str(r.road) != "link" and str(r.from_place) in at and str(r.to_place) in at
    ]


def _observed(crisis: Crisis, as_of: pd.Timestamp) -> list[dict[str, Any]]:
    """Return the published totals of displaced people, marked where published later."""
    return [
        {
            "date": count.day.isoformat(),
            "value": count.persons,
            "known": count.known,
            "published": count.published.isoformat(),
            "source": count.source_id,
        }
        for count in counts_shown(crisis, as_of)
    ]


def _text(value: object) -> str:
    return "" if value is None or value is pd.NA or value != value else str(value)


def _sources(crisis: Crisis) -> list[dict[str, str]]:
    rows = []
    for r in crisis.sources.itertuples(index=False):
        row: dict[str, Any] = cast("Any", r)._asdict()
        rows.append({k: _text(v)[:300] for k, v in row.items()})
        if rows[-1].get("published"):
            rows[-1]["published"] = rows[-1]["published"][:10]
    return rows


INPUTS = (
    ("populations", "People by place", "persons"),
    ("control", "Recorded control", ""),
    ("violence", "Recorded violence", "events"),
    ("observations", "Published figures", "value"),
    ("sites", "Camps and sites", "occupancy"),
    ("crossings", "Border crossings", "regime"),
    ("routes", "Roads", "road_km"),
    ("happenings", "Agreements, truces, closures", "kind"),
    ("compliance", "How agreements were kept", "kind"),
)
"""Table, heading, and the column whose figure is shown."""
LABELS = ("place_id", "area_id", "series_id", "crossing_id", "route_id", "site_id", "what")
LONGEST = 600
"""Rows of a table that the evidence tab lists."""


def _inputs(crisis: Crisis, as_of: pd.Timestamp) -> list[dict[str, Any]]:
    """Return the rows of each table known by the as-of date, with source, date, confidence."""
    out = []
    for name, heading, figure in INPUTS:
        table = getattr(crisis, name, None)
        if table is None:
            continue
        known = known_by(table, as_of)
        if "date" in known.columns:
            known = known[~(known["date"] > as_of)]
        rows = []
        for r in known.head(LONGEST).to_dict("records"):
            label = next((_text(r[c]) for c in LABELS if _text(r.get(c))), "")
            on = next((_text(r.get(c))[:10] for c in ("date", "as_of", "since") if r.get(c)), "")
            rows.append(
                [
                    label[:120],
                    _text(r.get(figure)) if figure else _text(r.get("party_id")),
                    on,
                    _text(r.get("basis") or r.get("kind")),
                    _text(r.get("confidence")),
                    _text(r.get("source_id")),
                ]
            )
        out.append(
            {
                "name": heading,
                "rows": rows,
                "known": len(known),
                "later": int(len(table) - len(known)),
            }
        )
    return out


def _levers() -> dict[str, Any]:
    return {
        name: {"effect": kind.EFFECT, "schema": kind.model_json_schema(by_alias=True)}  # type: ignore[attr-defined]
        for name, kind in LEVERS.items()
    }


def _past(crisis: Crisis) -> dict[str, Any] | None:
    """Return what the kept scores of the past say; totals only, nothing by place."""
    told = past_told(crisis)
    if told is None or crisis.past is None:
        return None
    line = crisis.past.unconditional
    scores = (*line.dates, line.pooled)
    return {
        "rows": [
            {**vars(row), "better": score.outcome}
            for row, score in zip(told.rows, scores, strict=True)
        ],
        "bars": [[d.low, d.middle, d.high, d.counted] for d in line.dates],
        "why": list(told.why),
        "notes": list(told.notes),
        "made": told.made,
    }


def scene(crisis: Crisis, as_of: dt.date) -> dict[str, Any]:
    """Return everything that the page draws around the runs.

    Parameters
    ----------
    crisis : Crisis
    as_of : datetime.date
        Facts dated and published up to this day.

    Returns
    -------
    dict
        Plain values for JSON; positions in degrees, longitude first.
    """
    stamp = pd.Timestamp(as_of)
    ground: Terrain = ground_of(crisis, stamp, width=WIDTH)
    fit = ground.fit
    parameters = known_parameters(as_of, crisis.parameters, {})
    meta, offensives = crisis.meta, known_by(crisis.offensives, as_of)
    return {
        "version": __version__,
        "crisis": {
            "id": crisis.id,
            "name": meta.name,
            "question": " ".join(meta.question.split()),
            "as_of": as_of.isoformat(),
            "start": meta.period.start.isoformat(),
            "horizon": meta.horizon_days,
            "neighbours": {n.id: n.name for n in meta.neighbours},
            "offensives": {
                str(o): str(n)
                for o, n in zip(offensives["offensive_id"], offensives["name"], strict=True)
            },
            "parties": {
                str(p): str(n)
                for p, n in zip(crisis.parties["party_id"], crisis.parties["name"], strict=True)
            },
        },
        "box": [fit.west, fit.south, fit.east, fit.north],
        "outlines": [
            {"name": (f.get("properties") or {}).get("name", ""), "rings": rings_of(f["geometry"])}
            for f in crisis.geography.get("outlines", {}).get("features", [])
        ],
        "cells": _features(crisis, "cells", ("area_id", "name")),
        "lines": _features(crisis, "lines", ("line_id", "name", "protected_point")),
        "areas": {
            str(a): {"name": str(n), "at": _degrees(fit, ground.centres[str(a)])}
            for a, n in zip(crisis.areas["area_id"], crisis.areas["name"], strict=True)
            if str(a) in ground.centres
        },
        "places": _places(crisis, stamp),
        "roads": _roads(crisis),
        "frames": _frames(crisis, as_of),
        "observed": _observed(crisis, stamp),
        "past": _past(crisis),
        "options": [
            o.model_dump(mode="json", by_alias=True, warnings=False) for o in crisis.options
        ],
        "levers": _levers(),
        "limits": [vars(limit) for limit in limits_of(crisis)],
        "indicators": {
            i.id: {"name": i.name, "unit": i.unit, "meaning": i.meaning, "better": i.better}
            for i in INDICATORS.values()
        },
        "parameters": [
            {
                "name": p.name,
                "value": p.value,
                "low": p.low if math.isfinite(p.low) else None,
                "high": p.high if math.isfinite(p.high) else None,
                "unit": p.unit,
                "kind": p.kind,
                "meaning": p.meaning,
                "source": p.source,
                "known_from": p.known_text,
            }
            for p in parameters.values()
        ],
        "sources": _sources(crisis),
        "inputs": _inputs(crisis, stamp),
    }
