"""Small crises for tests: sketched by hand or drawn by hypothesis, valid by construction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pandas as pd
from hypothesis import strategies as st
from numpy.typing import NDArray

from havenline.crisis import Crisis
from havenline.crisis.levers import OptionSpec
from havenline.crisis.meta import CrisisMeta
from havenline.crisis.sites import SITE_PARTS
from havenline.draws import key_of
from havenline.engine.ground import Ground, close_past, prepare, run_days
from havenline.engine.measures import COUNTS, Output, empty_output
from havenline.engine.state import State, clear_state, empty_state
from havenline.options import Schedule
from havenline.world.geometry import great_circle_km
from havenline.world.record import Facts
from havenline.world.world import World

START = dt.date(2030, 1, 1)
PERIOD_DAYS = 180
Levers = Sequence[Mapping[str, Any]]

QUIET: Mapping[str, float] = {
    "flight_shock_sd": 0.0,
    "tempo_sd": 0.0,
    "flight_level_sd": 0.0,
    "flight_level_between": 0.0,
    "violence_killed": 0.0,
    "flight_bombardment": 0.0,
    "flight_at_capture": 0.0,
    "flight_fear": 0.0,
}
"""Settings under which fighting kills nobody and only the front makes people leave."""

STEADY_AXES: Mapping[str, float] = {
    "front_freeze_rate": 0.0,
    "front_thaw_rate": 0.0,
    "front_built_up": 1.0,
    "rout_rate": 0.0,
}
"""Settings under which an axis goes on as it began, through towns and cities alike."""


@dataclass(frozen=True)
class Town:
    """A place of a sketch."""

    id: str
    area: str
    lat: float
    lon: float
    party: str = "def"
    residents: int = 0
    idps: int = 0
    kind: str = "town"
    in_sites: int = 0


@dataclass(frozen=True)
class Attack:
    """An offensive of a sketch; parties and areas divided by semicolons."""

    id: str = "main"
    attackers: str = "att"
    defenders: str = "def"
    areas: str = ""
    since: int = -99
    announced: int | None = None


PARTIES = (("att", "armed"), ("def", "armed"), ("gua", "armed"), ("nbr", "neighbour"))
RELATIONS = (("att", "def", "hostile"), ("gua", "def", "guards"))


@dataclass(frozen=True)
class Road:
    """A road of a sketch."""

    id: str
    a: str
    b: str
    km: float
    border: int = 0


@dataclass(frozen=True)
class Sketch:
    """A crisis in a few words; days count from the start of the period.

    ``changes`` are (day, place, party, day of publication), how it came, and who else holds a
    part of it; ``happenings`` and
    ``counts`` (day, kind or value, day of publication), happenings of one offensive its id as
    well, and of some places their ids; ``crossings`` (place, regime, day, day of publication), and
    the neighbour if it is not "nb"; ``lines`` (id, latitude): what lies north is protected;
    ``parties`` (id, kind); ``relations`` (party, other, relation), and the day it begins;
    ``refuge`` (home, holder, share,
    passage); ``camps`` are rows of sites; ``violence`` (day, place, events, day of publication);
    ``moves`` (from, to, first day, last day, persons, day of publication);
    ``compliance`` (day, kind, about, day of publication) and of a count first day and breaches;
    ``home`` (measure, day, persons, day of publication) are counts of the whole crisis beside the
    main series, ``there`` (measure, area, first day or None, day, persons, day of publication)
    counts of an area.
    """

    towns: tuple[Town, ...]
    roads: tuple[Road, ...]
    groups: tuple[tuple[str, float], ...] = (("adults", 0.5), ("children", 0.5))
    changes: tuple[tuple[Any, ...], ...] = ()
    happenings: tuple[tuple[Any, ...], ...] = ((5, "offensive_start", 6),)
    counts: tuple[tuple[int, float, int], ...] = ()
    crossings: tuple[tuple[Any, ...], ...] = ()
    lines: tuple[tuple[str, float], ...] = ()
    parties: tuple[tuple[str, str], ...] = PARTIES
    relations: tuple[tuple[Any, ...], ...] = RELATIONS
    attacks: tuple[Attack, ...] = (Attack(),)
    refuge: tuple[tuple[str, str, float, str], ...] = (("gua", "def", 1.0, "yes"),)
    camps: tuple[Mapping[str, Any], ...] = ()
    concern: tuple[str, ...] = ()
    violence: tuple[tuple[int, str, float, int], ...] = ()
    moves: tuple[tuple[str, str, int, int, int, int], ...] = ()
    compliance: tuple[tuple[Any, ...], ...] = ()
    home: tuple[tuple[str, int, float, int], ...] = ()
    there: tuple[tuple[str, str, int | None, int, float, int], ...] = ()
    options: Mapping[str, Levers] = field(default_factory=dict)
    as_of: int = 20
    days: int = 30
    names: str = ""


def _day(day: int) -> pd.Timestamp:
    return pd.Timestamp(START + dt.timedelta(days=day))


def _frame(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, Any]) -> pd.DataFrame:
    """A table with the columns that the engine reads, also where it has no rows."""
    return pd.DataFrame(
        {
            c: pd.Series([r.get(c, "" if t == "str" else None) for r in rows], dtype=t)
            for c, t in columns.items()
        }
    )


DATE = "datetime64[ns]"
SITE_COLUMNS = {
    **dict.fromkeys(("site_id", "place_id", "takes_in", "transit"), "str"),
    **dict.fromkeys(("as_of", "published", "opens", "closes"), DATE),
    **dict.fromkeys(("occupancy", *SITE_PARTS), "float64"),
}


def sites_of(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """A table of sites: one a row if ids are not given, told and known on the first day."""
    whole = [
        {"site_id": f"s{k}", "as_of": _day(0), "published": _day(0), **row}
        for k, row in enumerate(rows)
    ]
    return _frame(whole, SITE_COLUMNS)


def options_of(levers: Mapping[str, Levers]) -> list[OptionSpec]:
    """A baseline and options with the levers given."""
    specs = [OptionSpec(id="no_deal", name="No deal", summary="Nothing.", baseline=True)]
    for name, own in levers.items():
        specs.append(
            OptionSpec.model_validate(
                {"id": name, "name": name, "summary": "A test.", "levers": list(own)}
            )
        )
    return specs


def crisis_of(sketch: Sketch) -> Crisis:
    """Build the crisis of a sketch in memory."""
    neighbours = [
        {"id": n, "name": n.title(), "country": "XXN"}
        for n in sorted({"".join(of) or "nb" for _, _, _, _, *of in sketch.crossings})
    ]
    meta = CrisisMeta.model_validate(
        {
            "format": 2,
            "id": "sketch",
            "name": f"Sketch{sketch.names}",
            "question": "What happens?",
            "country": "XXX",
            "period": {"start": START, "end": START + dt.timedelta(days=PERIOD_DAYS)},
            "as_of": START + dt.timedelta(days=sketch.as_of),
            "horizon_days": sketch.days,
            "groups": [
                {"id": g, "name": g + sketch.names, "share": s, "source_id": "s"}
                for g, s in sketch.groups
            ],
            "bounding_box": {"south": -10.0, "west": -10.0, "north": 10.0, "east": 10.0},
            "displaced_series": "newly" if sketch.counts else None,
            "neighbours": neighbours,
            "concern": list(sketch.concern),
        }
    )
    areas = sorted({t.area for t in sketch.towns})
    people = [
        (t.id, status, persons)
        for t in sketch.towns
        for status, persons in (("resident", t.residents), ("idp", t.idps))
        if persons > 0
    ]
    control = [(0, t.id, t.party, 0) for t in sketch.towns] + list(sketch.changes)
    always = {"since": _day(-99), "published": _day(-99)}
    features = [
        {
            "type": "Feature",
            "properties": {"line_id": line, "protected_point": [0.0, 9.0]},
            "geometry": {"type": "LineString", "coordinates": [[-9.0, lat], [9.0, lat]]},
        }
        for line, lat in sketch.lines
    ]
    return Crisis(
        id="sketch",
        folder=Path("/nowhere"),
        meta=meta,
        areas=_frame(
            [{"area_id": a, "name": a + sketch.names, "level": 3} for a in areas],
            {"area_id": "str", "name": "str", "level": "int64", "parent_id": "str"},
        ),
        places=_frame(
            [
                {
                    "place_id": t.id,
                    "name": t.id + sketch.names,
                    "kind": t.kind,
                    "area_id": t.area,
                    "lat": t.lat,
                    "lon": t.lon,
                }
                for t in sketch.towns
            ],
            {
                "place_id": "str",
                "name": "str",
                "kind": "str",
                "area_id": "str",
                "lat": "float64",
                "lon": "float64",
            },
        ),
        populations=_frame(
            [
                {
                    "place_id": p,
                    "group": "all",
                    "status": s,
                    "persons": n,
                    "as_of": _day(0),
                    "published": _day(0),
                }
                for p, s, n in people
            ],
            {
                "place_id": "str",
                "group": "str",
                "status": "str",
                "persons": "int64",
                "as_of": DATE,
                "published": DATE,
            },
        ),
        routes=_frame(
            [
                {
                    "route_id": r.id,
                    "from_place": r.a,
                    "to_place": r.b,
                    "road_km": r.km,
                    "crosses_border": r.border,
                }
                for r in sketch.roads
            ],
            {
                "route_id": "str",
                "from_place": "str",
                "to_place": "str",
                "road_km": "float64",
                "crosses_border": "int64",
            },
        ),
        sites=sites_of(
            *({"place_id": t.id, "occupancy": float(t.in_sites)} for t in sketch.towns if t.idps),
            *sketch.camps,
        ),
        crossings=_frame(
            [
                {
                    "crossing_id": f"x{i}",
                    "place_id": p,
                    "neighbour": "".join(of) or "nb",
                    "regime": regime,
                    "since": _day(since),
                    "published": _day(published),
                }
                for i, (p, regime, since, published, *of) in enumerate(sketch.crossings)
            ],
            {
                "crossing_id": "str",
                "place_id": "str",
                "neighbour": "str",
                "regime": "str",
                "since": DATE,
                "published": DATE,
                "permeability": "float64",
            },
        ),
        control=_frame(
            [
                {
                    "date": _day(d),
                    "place_id": p,
                    "party_id": q,
                    "published": _day(known),
                    "how": "".join(how[:1]),
                    "contested": "".join(how[1:]),
                }
                for d, p, q, known, *how in control
            ],
            {
                **dict.fromkeys(("place_id", "party_id", "how", "contested"), "str"),
                **dict.fromkeys(("date", "published"), DATE),
            },
        ),
        control_counts=pd.DataFrame(),
        violence=_frame(
            [
                {"date": _day(d), "place_id": p, "events": float(n), "published": _day(known)}
                for d, p, n, known in sketch.violence
            ],
            {
                "date": DATE,
                "period_start": DATE,
                "place_id": "str",
                "area_id": "str",
                "events": "float64",
                "published": DATE,
            },
        ),
        happenings=_frame(
            [
                {
                    "happening_id": f"h{i}",
                    "date": _day(d),
                    "kind": k,
                    "published": _day(known),
                    "offensives": "".join(of[:1]),
                    "where": "".join(of[1:2]),
                    "neighbour": "".join(of[2:]),
                }
                for i, (d, k, known, *of) in enumerate(sketch.happenings)
            ],
            {
                "happening_id": "str",
                "date": DATE,
                "kind": "str",
                "published": DATE,
                "offensives": "str",
                "where": "str",
                "neighbour": "str",
            },
        ),
        observations=_frame(
            [
                {
                    "series_id": "newly",
                    "date": _day(d),
                    "value": float(v),
                    "measure": "displaced_cumulative",
                    "main": 1,
                    "qualifier": "=",
                    "unit": "persons",
                    "published": _day(known),
                }
                for d, v, known in sketch.counts
            ]
            + [
                {
                    "series_id": measure,
                    "date": _day(d),
                    "value": float(v),
                    "measure": measure,
                    "main": 0,
                    "qualifier": "=",
                    "unit": "persons",
                    "published": _day(known),
                }
                for measure, d, v, known in sketch.home
            ]
            + [
                {
                    "series_id": measure,
                    "area_id": area,
                    "period_start": None if since is None else _day(since),
                    "date": _day(d),
                    "value": float(v),
                    "measure": measure,
                    "main": 0,
                    "qualifier": "=",
                    "unit": "persons",
                    "published": _day(known),
                }
                for measure, area, since, d, v, known in sketch.there
            ],
            {
                **dict.fromkeys(("series_id", "area_id", "neighbour", "unit"), "str"),
                **dict.fromkeys(("counter", "repeats", "break"), "str"),
                **dict.fromkeys(("low", "high"), "float64"),
                "period_start": DATE,
                "date": DATE,
                "value": "float64",
                "measure": "str",
                "main": "int64",
                "qualifier": "str",
                "published": DATE,
            },
        ),
        parties=_frame(
            [{"party_id": p, "kind": k} for p, k in sketch.parties],
            {"party_id": "str", "kind": "str"},
        ),
        relations=_frame(
            [
                {"party": p, "other": q, "relation": r, **always}
                | ({"since": _day(since[0]), "published": _day(since[0])} if since else {})
                for p, q, r, *since in sketch.relations
            ],
            {"party": "str", "other": "str", "relation": "str", "since": DATE, "published": DATE},
        ),
        offensives=_frame(
            [
                {
                    "offensive_id": a.id,
                    "name": a.id + sketch.names,
                    "attackers": a.attackers,
                    "defenders": a.defenders,
                    "areas": a.areas,
                    "announced": None if a.announced is None else _day(a.announced),
                    "since": _day(a.since),
                    "published": _day(-99),
                }
                for a in sketch.attacks
            ],
            {
                "offensive_id": "str",
                "name": "str",
                "attackers": "str",
                "defenders": "str",
                "areas": "str",
                "announced": DATE,
                "since": DATE,
                "published": DATE,
            },
        ),
        refuge=_frame(
            [
                {"home": h, "holder": p, "share": share, "passage": way, **always}
                for h, p, share, way in sketch.refuge
            ],
            {
                "home": "str",
                "holder": "str",
                "share": "float64",
                "passage": "str",
                **dict.fromkeys(("per_day", "returns", "low", "high"), "float64"),
                "since": DATE,
                "published": DATE,
            },
        ),
        compliance=_frame(
            [
                {
                    "row_id": f"c{i}",
                    "date": _day(d),
                    "kind": kind,
                    "about": about,
                    "published": _day(known),
                    "period_start": _day(count[0]) if count else pd.NaT,
                    "breaches": count[1] if count else np.nan,
                }
                for i, (d, kind, about, known, *count) in enumerate(sketch.compliance)
            ],
            {
                **dict.fromkeys(("row_id", "kind", "about"), "str"),
                **dict.fromkeys(("date", "published", "period_start"), DATE),
                "breaches": "float64",
            },
        ),
        moves=_frame(
            [
                {
                    "move_id": f"m{i}",
                    "from_id": origin,
                    "to_id": target,
                    "start": _day(first),
                    "end": _day(last),
                    "persons": persons,
                    "published": _day(known),
                }
                for i, (origin, target, first, last, persons, known) in enumerate(sketch.moves)
            ],
            {
                **dict.fromkeys(("move_id", "from_id", "to_id"), "str"),
                **dict.fromkeys(("start", "end", "published"), DATE),
                "persons": "int64",
            },
        ),
        parameters=_frame(
            [],
            {
                "name": "str",
                "distribution": "str",
                "value": "float64",
                "low": "float64",
                "high": "float64",
                "known_from": DATE,
                "basis": "str",
                "source_id": "str",
            },
        ),
        sources=_frame([], {"source_id": "str", "published": DATE}),
        options=options_of(sketch.options),
        geography={"lines": {"type": "FeatureCollection", "features": features}},
        input_hashes={},
    )


TABLES = (
    "areas",
    "places",
    "populations",
    "routes",
    "sites",
    "crossings",
    "control",
    "happenings",
    "compliance",
    "observations",
    "parties",
    "relations",
    "offensives",
    "refuge",
    "moves",
    "violence",
)


def shuffled(crisis: Crisis, seed: int) -> Crisis:
    """The same crisis with the rows of every table in another order."""
    return replace(
        crisis,
        **{
            name: getattr(crisis, name).sample(frac=1.0, random_state=seed).reset_index(drop=True)
            for name in TABLES
        },
    )


ALL_LEVERS: Mapping[str, Levers] = {
    "halt": [{"lever": "truce", "start": 3}, {"lever": "aid", "start": 2, "level": 2.0}],
    "deal": [
        {"lever": "truce", "start": 2, "compliance_mechanism": True, "substance": True},
        {"lever": "line", "line_id": "mid", "announced": 2, "handover": 9},
        {
            "lever": "haven",
            "line_id": "mid",
            "start": 9,
            "guarantee": "credible_force",
            "shelter_units_per_month": 500.0,
            "homes_per_month": 100.0,
        },
        {"lever": "monitors", "start": 9, "kind": "interposition", "persons": 4000},
        {"lever": "containment", "start": 9},
        {"lever": "exemption", "start": 10},
    ],
    "back": [
        {
            "lever": "line",
            "line_id": "mid",
            "announced": 4,
            "handover": 8,
            "hands_over": False,
            "restores_since": dt.date(2029, 1, 1),
        },
    ],
    "shelter": [{"lever": "haven", "line_id": "mid", "start": 1, "guarantee": "declared"}],
    "open": [
        {"lever": "border", "neighbour": "nb", "start": 5, "regime": "open"},
        {"lever": "onward", "neighbour": "nb", "start": 6},
    ],
}


@st.composite
def sketches(draw: st.DrawFn, days: int = 24) -> Sketch:
    """Draw a small crisis: a tree of places with extra roads, three sides, all levers."""
    count = draw(st.integers(4, 12))
    areas = draw(st.integers(1, 5))
    towns: list[Town] = []
    roads: list[Road] = []
    for i in range(count):
        party = ("att", "def")[i] if i < 2 else draw(st.sampled_from(["att", "def", "def", "gua"]))
        peopled = i == 1 or draw(st.integers(0, 4)) > 0
        residents = draw(st.integers(1, 40_000)) if peopled else 0
        idps = draw(st.sampled_from([0, 0, 7, 3_000, 25_000])) if peopled else 0
        kind = "city" if i == 1 else draw(st.sampled_from(["town", "town", "village", "post"]))
        towns.append(
            Town(
                id=f"p{i:02d}",
                area=f"area{draw(st.integers(0, areas - 1))}",
                lat=draw(st.integers(-50, 50)) / 100,
                lon=draw(st.integers(-50, 50)) / 100 + i / 1000,
                party=party,
                residents=residents,
                idps=idps,
                kind="camp_cluster" if idps > residents else kind,
                in_sites=idps // 2,
            )
        )
    ends = [(draw(st.integers(0, i - 1)), i) for i in range(1, count)]
    for _ in range(draw(st.integers(0, 4))):
        a, b = draw(st.integers(0, count - 1)), draw(st.integers(0, count - 1))
        if a != b and (a, b) not in ends and (b, a) not in ends:
            ends.append((a, b))
    for k, (a, b) in enumerate(ends):
        straight = float(great_circle_km(towns[a].lat, towns[a].lon, towns[b].lat, towns[b].lon))
        km = 1.0 + straight * draw(st.integers(100, 150)) / 100
        roads.append(Road(f"r{k:02d}", towns[a].id, towns[b].id, km))
    crossings: tuple[tuple[str, str, int, int], ...] = ()
    if draw(st.booleans()):
        towns.append(Town("abroad", "area9", 0.6, 0.6, "nbr", kind="foreign_town"))
        roads.append(Road("rx", towns[1].id, "abroad", 200.0, border=1))
        crossings = ((towns[1].id, draw(st.sampled_from(["closed", "managed"])), -9, -9),)
    changes = tuple(
        (draw(st.integers(1, 19)), towns[i].id, "att", 20)
        for i in range(2, count)
        if towns[i].party == "def" and draw(st.integers(0, 5)) == 0
    )
    happenings = draw(
        st.sampled_from(
            [
                ((5, "offensive_start", 6),),
                ((2, "offensive_start", 3), (12, "truce_start", 13)),
                ((2, "offensive_start", 3), (12, "offensive_pause", 13)),
                (),
            ]
        )
    )
    counts: tuple[tuple[int, float, int], ...] = ()
    if draw(st.booleans()):
        first = draw(st.integers(0, 30_000))
        counts = ((8, first, 9), (18, first + draw(st.integers(0, 30_000)), 19))
    options = dict(ALL_LEVERS)
    if not crossings:
        del options["open"]
    return Sketch(
        towns=tuple(towns),
        roads=tuple(roads),
        groups=draw(
            st.sampled_from(
                [
                    (("all_of_them", 1.0),),
                    (("adults", 0.6), ("children", 0.4)),
                    (("boys", 0.2), ("girls", 0.2), ("men", 0.25), ("women", 0.35)),
                ]
            )
        ),
        changes=changes,
        happenings=happenings,
        counts=counts,
        crossings=crossings,
        lines=(("mid", draw(st.integers(-40, 40)) / 100 + 0.003),),
        options=options,
        days=days,
    )


@st.composite
def several(draw: st.DrawFn, days: int = 24) -> Sketch:
    """Draw a crisis with more parties, offensives of their own days, refuge, camps and events."""
    sketch = draw(sketches(days=days))
    towns = tuple(
        replace(t, party="oth") if i > 2 and t.party == "def" and draw(st.booleans()) else t
        for i, t in enumerate(sketch.towns)
    )
    areas = sorted({t.area for t in towns})
    relations: tuple[tuple[Any, ...], ...] = (*RELATIONS, ("oth", "def", "hostile"))
    if draw(st.booleans()):
        other = draw(st.sampled_from(["hostile", "allied"]))
        relations = (*relations, ("oth", "att", other, draw(st.sampled_from([-9, 7]))))
    some = ";".join(draw(st.lists(st.sampled_from(areas), max_size=2, unique=True)))
    attacks = (
        Attack("east", areas=some),
        Attack("west", "oth", "def"),
        Attack("back", "def", "att"),
    )
    happenings = (
        *sketch.happenings,
        (9, draw(st.sampled_from(["offensive_start", "truce_start"])), 9, "west"),
        (draw(st.integers(10, 19)), "offensive_pause", 20, "east"),
    )
    pairs = draw(
        st.lists(
            st.tuples(st.sampled_from(["def", "gua"]), st.sampled_from(["att", "oth"])),
            max_size=3,
            unique=True,
        )
    )
    refuge = tuple(
        (home, holder, draw(st.sampled_from([0.0, 0.3, 1.0])), draw(st.sampled_from(["yes", "no"])))
        for home, holder in pairs
    )
    camps = (
        {
            "place_id": draw(st.sampled_from([t.id for t in towns])),
            "planned_capacity": 500.0 * draw(st.integers(1, 30)),
            "opens": _day(draw(st.integers(-5, 40))),
            "takes_in": draw(st.sampled_from(["", "yes", "no"])),
            "transit": draw(st.sampled_from(["", "yes"])),
        },
    )
    return replace(
        sketch,
        towns=towns,
        parties=(*PARTIES, ("oth", "armed")),
        relations=relations,
        attacks=attacks,
        happenings=happenings,
        refuge=(*sketch.refuge, *refuge),
        camps=camps,
        violence=((4, towns[1].id, 12.0, 5), (15, towns[2].id, 40.0, 30)),
    )


def towns_in_a_row(
    people: Sequence[int] = (20_000, 20_000, 20_000, 20_000),
    km: float = 12.0,
    **changes: Any,
) -> Sketch:
    """A front that comes from the south on one road, towns along it, a city far to the north."""
    towns = [Town("a0", "south", -0.5, 0.0, "att")]
    towns += [
        Town(f"t{i + 1}", "south" if i < 2 else "middle", -0.4 + 0.1 * i, 0.0, residents=n)
        for i, n in enumerate(people)
    ]
    towns.append(Town("z9", "north", 1.5, 0.0, residents=100_000, idps=5_000, kind="city"))
    roads = [
        Road(f"r{i}", towns[i].id, towns[i + 1].id, km if i + 2 < len(towns) else 100.0)
        for i in range(len(towns) - 1)
    ]
    lines = (("mid", -0.35),)
    return replace(Sketch(tuple(towns), tuple(roads), lines=lines), **changes)


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function of a test that calls kernels."""
    return numba.njit(function)  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Job:
    """A ground with the plans of its options, the baseline first."""

    ground: Ground
    plans: tuple[Schedule, ...]

    @property
    def world(self) -> World:
        return self.ground.world

    @property
    def facts(self) -> Facts:
        return self.ground.facts

    @property
    def values(self) -> NDArray[np.void]:
        return self.ground.values  # noqa: PD011

    @property
    def seed(self) -> int:
        return self.ground.seed

    @property
    def days(self) -> int:
        return self.ground.days

    def with_facts(self, facts: Facts) -> Job:
        return replace(self, ground=replace(self.ground, facts=facts))


def job_of(
    crisis: Crisis,
    *,
    options: Sequence[str] | None = None,
    futures: int = 1,
    seed: int = 1,
    days: int | None = None,
    settings: Mapping[str, float] | None = None,
) -> Job:
    """What `havenline.engine.simulation.simulate` shares between futures."""
    ground = prepare(crisis, None, settings, futures=futures, seed=seed, days=days)
    return Job(ground, tuple(ground.plan(spec) for spec in ground.chosen(options)))


def output_of(job: Job) -> Output:
    """Room for what one run writes."""
    sizes = job.ground.sizes
    return empty_output(job.days, sizes.areas, len(job.world.group_ids), sizes.neighbours)


def future_key(job: Job, future: int) -> np.uint64:
    """The key of a future, as `havenline.engine.ground` makes it."""
    return key_of(job.seed, 0, future)


@dataclass
class Walk:
    """One option in one future, walked as far as one likes."""

    job: Job
    plan: int = 0
    future: int = 0
    day: int = -1
    state: State = field(init=False)
    out: Output = field(init=False)
    past: Any = field(init=False)

    def __post_init__(self) -> None:
        self.state = empty_state(self.job.world.network, self.job.ground.sizes, 1 << 14, 64)
        self.out = output_of(self.job)
        self.past = np.zeros(self.today + 1, dtype=COUNTS)

    @property
    def today(self) -> int:
        """The as-of date as a day."""
        return self.job.facts.days

    @property
    def last(self) -> int:
        """The last day."""
        return self.today + self.job.days

    def to(self, last: int) -> State:
        """Walk to the end of a day; the days until the as-of date without an option."""
        for first, end in ((self.day + 1, min(last, self.today)), (None, last)):
            begin = self.day + 1 if first is None else first
            if begin > end:
                continue
            ahead = begin > self.today
            if begin == 0:
                clear_state(self.state)
                self.state.books["longest"] = self.last + 2
            run_days(
                self.job.world.network,
                self.job.facts.record,
                self.job.values[self.future],  # noqa: PD011
                self.job.plans[self.plan] if ahead else self.job.ground.plain,
                self.state,
                future_key(self.job, self.future),
                begin,
                end,
                self.today,
                self.past,
                self.out,
            )
            self.day = end
            fault = self.state.books["fault"][0]
            assert fault == 0, f"fault {fault} by day {end}"
            if end == self.today:
                close_past(self.job.facts, self.state)
        return self.state


def parties_of(job: Job, holder: NDArray[np.int8]) -> NDArray[np.str_]:
    """Who holds: ids of parties in place of their indices, "" where nobody does."""
    return np.array([*job.world.party_ids, ""])[holder]


def captures(job: Job, plan: int = 0, future: int = 0, party: str = "att") -> dict[str, int]:
    """Days after the as-of date on which places fell to a party, by id."""
    walk = Walk(job, plan, future)
    walk.to(walk.today)
    fell: dict[str, int] = {}
    for day in range(walk.today + 1, walk.last + 1):
        before = parties_of(job, walk.state.holder)
        now = parties_of(job, walk.to(day).holder)
        for i in np.flatnonzero((now == party) & (before != party)):
            fell.setdefault(job.world.place_ids[i], day - walk.today)
    return fell
