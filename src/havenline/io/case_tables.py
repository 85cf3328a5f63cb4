"""The tables of a folder of our own that holds a displacement case, declared once."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from havenline.cases.case import ClosureKind, LocationKind
from havenline.crisis.columns import SOURCE_KINDS, Column, Table
from havenline.crisis.levers import Day, Slug, Strict

TOTAL, EVERYWHERE, ELSEWHERE = "total", "all", "elsewhere:"
READINGS = ("corrected", "registered", "flee")
_KINDS: tuple[str, ...] = get_args(LocationKind)
_CLOSURES: tuple[str, ...] = get_args(ClosureKind)
_MOST = 1e10


class CasePeriod(Strict):
    """The days to simulate."""

    start: Day = Field(description="day 0")
    days: int = Field(ge=1, le=18_300, description="days to simulate, from day 0 on")


class CaseMeta(Strict):
    """crisis.yaml of a case whose arrivals are given."""

    format: Literal[1] = Field(description="version of the folder format")
    arrivals: Literal["given"] = Field(description="how many arrive a day is given by counts.csv")
    id: Slug = Field(description="slug of ours")
    name: Annotated[str, Field(min_length=1)] = Field(description="name that pages show")
    period: CasePeriod = Field(description="days to simulate")
    flee: dict[str, Any] = Field(
        default_factory=dict,
        description="settings of Flee's rules that differ from those that Flee ships",
    )
    flood_days: int | None = Field(
        default=None, ge=1, le=18_300, description="days that flood.csv speaks of"
    )
    swapped_in_flee: bool = Field(
        default=False, description="Flee takes the coordinates of this case for each other"
    )
    no_conflict_in_flee: list[Slug] = Field(
        default_factory=list, description="places whose conflict Flee does not find"
    )


def _source() -> Column:
    return Column("source_id", "codes", "where it comes from", refers="sources")


def _place(name: str = "place_id") -> Column:
    return Column(name, "id", "a place", refers="places")


_DATE = Column("date", "date", "day")

_ALL = (
    Table(
        "sources",
        "a source",
        (
            Column("source_id", "code", "id"),
            Column("publisher", "text", "who published it"),
            Column("title", "text", "its title"),
            Column("published", "date", "when", required=False),
            Column("page", "text", "where in it", required=False),
            Column("kind", "text", "how it was used", choices=SOURCE_KINDS),
        ),
        key=("source_id",),
    ),
    Table(
        "places",
        "a place, in the order that the rules go through",
        (
            _place(),
            Column("name", "text", "name; the luck of a place goes by it"),
            Column("region", "text", "region"),
            Column("country", "text", "country; that of the first place is home"),
            Column("kind", "text", "what it is at the start", choices=_KINDS),
            Column("lat", "number", "latitude", "degrees", required=False, low=-180, high=180),
            Column("lon", "number", "longitude", "degrees", required=False, low=-180, high=180),
            Column("persons", "integer", "residents", "persons", low=0, high=_MOST),
            Column("capacity", "number", "of a camp; empty: no limit", "persons", False, 0, _MOST),
            Column("conflict_day", "integer", "day of its first conflict", "days from day 0"),
            _source(),
        ),
        key=("place_id",),
    ),
    Table(
        "attributes",
        "a further property of a place",
        (
            _place(),
            Column("attribute", "text", "such as capacity_per_day"),
            Column("value", "text", "as written"),
            _source(),
        ),
        key=("place_id", "attribute"),
        needed=False,
    ),
    Table(
        "routes",
        "a road, both ways",
        (
            _place("from_place"),
            _place("to_place"),
            Column("road_km", "number", "length", "km", low=0, high=100_000),
            Column("forced", "integer", "forced redirection: 0, 1 or 2", low=0, high=2),
            Column("km_a_day", "number", "speed on it; empty: the setting", "km/day", False, 0),
            Column("walked", "number", "chance that it is walked", low=0, high=1),
            _source(),
        ),
    ),
    Table(
        "major_routes",
        "a place on a route that people know as a whole",
        (
            Column("route", "integer", "number of the route", low=0),
            Column("position", "integer", "place on it", low=0),
            _place(),
            _source(),
        ),
        key=("route", "position"),
        needed=False,
    ),
    Table(
        "closures",
        "a closed border, place or road",
        (
            Column("kind", "text", "what closes", choices=_CLOSURES),
            Column("first", "text", "country or place_id"),
            Column("second", "text", "country or place_id", required=False),
            Column("start", "date", "first closed day"),
            Column("end", "date", "first open day again; empty: never", required=False),
            _source(),
        ),
        needed=False,
    ),
    Table(
        "changes",
        "a place becomes another kind of place",
        (
            _DATE,
            _place(),
            Column("kind", "text", "what it becomes", choices=_KINDS),
            _source(),
        ),
        needed=False,
    ),
    Table(
        "conflict",
        "a change of conflict; it lasts until the next row of the place",
        (
            _DATE,
            _place(),
            Column("intensity", "number", "0 for none", low=0, high=1e6),
            _source(),
        ),
        key=("date", "place_id"),
        needed=False,
    ),
    Table(
        "flood",
        "a change of a flood level; it lasts until the next row of the place",
        (_DATE, _place(), Column("level", "number", "0 for none", low=0, high=1e6), _source()),
        key=("date", "place_id"),
        needed=False,
    ),
    Table(
        "food",
        "a change of food insecurity; it lasts until the next row of the place",
        (_DATE, _place(), Column("percent", "number", "IPC", "%", low=0, high=1e6), _source()),
        key=("date", "place_id"),
        needed=False,
    ),
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
            _source(),
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
            _source(),
        ),
        needed=False,
    ),
    Table(
        "travellers",
        "a property of someone who is there from the start",
        (
            Column("traveller", "integer", "number of the person", low=0),
            _place(),
            Column("attribute", "text", "empty for none", required=False),
            Column("value", "text", "as written", required=False),
            _source(),
        ),
        needed=False,
    ),
)

CASE_TABLES: dict[str, Table] = {table.name: table for table in _ALL}
"""Every table of a case folder, by name."""
