"""What a folder of ``kind: case`` holds: the tables of a crisis that it shares, and its own.

A displacement case is a crisis whose arrivals are given: how many people are counted in its camps
on each day is known, where they go is the question. Areas, places, populations, routes, sites and
sources stand in the same tables as those of a crisis; what only a crisis needs to know of a row
may be left empty.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from havenline.crisis.case import ClosureKind, LocationKind
from havenline.crisis.columns import Column, Table, place_column, source_column
from havenline.crisis.flee_settings import FleeSettings
from havenline.crisis.levers import Slug, Strict
from havenline.crisis.meta import Period
from havenline.crisis.schema import TABLES

TOTAL, EVERYWHERE, ELSEWHERE = "total", "all", "elsewhere:"
READINGS = ("corrected", "registered", "flee")
MOST_DAYS = 18_300
TWO_NAMED: tuple[ClosureKind, ...] = ("country", "link", "remove_forced_redirection")
"""Closures of what lies between two."""
MOST_PERSONS = 1e10
_KINDS: tuple[str, ...] = get_args(LocationKind)
_CLOSURES: tuple[str, ...] = get_args(ClosureKind)


class CaseMeta(Strict):
    """crisis.yaml of a displacement case."""

    format: Literal[1] = Field(description="version of the folder format")
    kind: Literal["case"] = Field(description="how many people arrive is given by counts.csv")
    id: Slug = Field(description="slug of ours")
    name: Annotated[str, Field(min_length=1)] = Field(description="name that pages show")
    period: Period = Field(description="first and last day to simulate")
    flee: FleeSettings = Field(
        default_factory=FleeSettings,
        description="settings of Flee's rules that differ from those that Flee ships",
    )
    flood_days: int | None = Field(
        default=None, ge=1, le=MOST_DAYS, description="days that flood.csv speaks of"
    )
    swapped_in_flee: bool = Field(
        default=False, description="Flee takes the coordinates of this case for each other"
    )
    no_conflict_in_flee: list[Slug] = Field(
        default_factory=list, description="places whose conflict Flee does not find"
    )


def _shared(name: str, *more: Column, **changes: dict[str, Any]) -> Table:
    """Return a table of a crisis as a case has it, with columns changed by name, and more."""
    table = TABLES[name]
    empty = ("coord_confidence", "confidence", "basis", "published", "as_of", "road")
    columns = []
    for column in table.columns:
        kept = replace(column, required=column.required and column.name not in empty)
        columns.append(replace(kept, **changes.get(column.name, {})))
    return replace(table, columns=(*columns, *more))


_SIDEWAYS = {"required": False, "low": -180.0, "high": 180.0}
_DATE = Column("date", "date", "day")


def _level(name: str, meaning: str, column: Column) -> Table:
    return Table(
        name,
        f"a change of {meaning}; it lasts until the next row of the place",
        (_DATE, place_column(), column, source_column()),
        key=("date", "place_id"),
        needed=False,
    )


_ALL = (
    _shared("areas"),
    _shared(
        "places",
        Column("conflict_day", "integer", "day of its first conflict", "days from day 0", False),
        kind={"choices": _KINDS, "meaning": "what it is at the start"},
        area_id={"meaning": "finest area known; the country of the first place is home"},
        lat=_SIDEWAYS,
        lon=_SIDEWAYS,
    ),
    replace(_shared("populations", persons={"high": MOST_PERSONS}), needed=False),
    _shared(
        "routes",
        Column("forced", "integer", "forced redirection: 0, 1 or 2", low=0, high=2),
        Column("km_a_day", "number", "speed on it; empty: the setting", "km/day", False, 0),
        Column("walked", "number", "chance that it is walked", low=0, high=1),
    ),
    _shared("sites", planned_capacity={"high": MOST_PERSONS}),
    Table(
        "attributes",
        "a further property of a place",
        (
            place_column(),
            Column("attribute", "text", "such as capacity_per_day"),
            Column("value", "text", "as written"),
            source_column(),
        ),
        key=("place_id", "attribute"),
        needed=False,
    ),
    Table(
        "major_routes",
        "a place on a route that people know as a whole",
        (
            Column("route", "integer", "number of the route", low=0),
            Column("position", "integer", "place on it", low=0),
            place_column(),
            source_column(),
        ),
        key=("route", "position"),
        needed=False,
    ),
    Table(
        "closures",
        "a closed border, place or road",
        (
            Column("kind", "text", "what closes", choices=_CLOSURES),
            Column("first", "code", "place_id; with kind country: area_id"),
            Column("second", "text", "place_id or area_id of the other side", required=False),
            Column("start", "date", "first closed day"),
            Column("end", "date", "first open day again; empty: never", required=False),
            source_column(),
        ),
        needed=False,
    ),
    Table(
        "changes",
        "a place becomes another kind of place",
        (
            _DATE,
            place_column(),
            Column("kind", "text", "what it becomes", choices=_KINDS),
            source_column(),
        ),
        needed=False,
    ),
    _level("conflict", "conflict", Column("intensity", "number", "0 for none", low=0, high=1e6)),
    _level("flood", "a flood level", Column("level", "number", "0 for none", low=0, high=1e6)),
    _level("food", "food insecurity", Column("percent", "number", "IPC", "%", low=0, high=1e6)),
    Table(
        "counts",
        "a published count",
        (
            _DATE,
            Column(
                "place_id",
                "text",
                "a place, 'total', or 'elsewhere:' and a name for counts of no place here",
            ),
            Column("persons", "number", "persons present", "persons", low=-1e15, high=1e15),
            Column(
                "reading",
                "text",
                "corrected: the figure to use; registered: before registration corrections; "
                "flee: as Flee itself reads it, where that differs",
                choices=READINGS,
            ),
            source_column(),
        ),
        key=("date", "place_id", "reading"),
    ),
    Table(
        "demographics",
        "how many of the people of a place have a property",
        (
            Column("attribute", "text", "such as age"),
            Column("value", "text", "such as 34", required=False),
            Column("place_id", "id", "a place, or 'all'"),
            Column("weight", "number", "need not add up to 1", low=0, high=1e12),
            source_column(),
        ),
        needed=False,
    ),
    Table(
        "travellers",
        "a property of someone who is there from the start",
        (
            Column("traveller", "integer", "number of the person", low=0),
            place_column(),
            Column("attribute", "text", "empty for none", required=False),
            Column("value", "text", "as written", required=False),
            source_column(),
        ),
        needed=False,
    ),
    TABLES["sources"],
)

CASE_TABLES: dict[str, Table] = {table.name: table for table in _ALL}
"""Every table of a case folder, by name."""
