"""The tables of a crisis folder, declared once: columns, types, bounds, references, units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

ColumnType = Literal["id", "code", "codes", "ids", "text", "integer", "number", "date"]

BASES = ("counted", "estimated", "derived", "prior")
CONFIDENCES = ("high", "medium", "low")
PLACE_KINDS = ("city", "town", "village", "camp_cluster", "crossing", "post", "foreign_town")
REGIMES = ("closed", "managed", "open")
HAPPENING_KINDS = (
    "truce_start",
    "truce_end",
    "offensive_start",
    "offensive_pause",
    "agreement",
    "border",
    "aid",
    "strike",
    "meeting",
)
SIDES = ("attacker", "defender", "guarantor", "neighbour", "donor", "other")
SOURCE_KINDS = ("read", "derived", "prior")
ALL_GROUPS = "all"


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : str
        Name in the header.
    type : str
        ``id``: lower-case slug; ``code``: slug or p-code as published; ``ids`` and ``codes``:
        several of them, separated by ``;``; ``text``; ``integer``; ``number``;
        ``date`` (YYYY-MM-DD).
    meaning : str
        What it says, one line.
    unit : str
        Unit of a number.
    required : bool
        Whether the cell must be filled.
    low, high : float or None
        Bounds of a number, included.
    choices : tuple of str
        The fixed list of values, if there is one.
    refers : str
        Where the id must stand: ``table.column``, or ``meta.groups`` and the like.
    not_before : str
        A date column of the same row that this date may not precede.
    """

    name: str
    type: ColumnType
    meaning: str
    unit: str = ""
    required: bool = True
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    refers: str = ""
    not_before: str = ""


@dataclass(frozen=True)
class Table:
    """One table of a crisis folder.

    Attributes
    ----------
    name : str
        Its name; the file is ``<name>.csv`` unless crisis.yaml says otherwise.
    meaning : str
        What a row is.
    columns : tuple of Column
        In the order of the header.
    key : tuple of str
        Columns that together may stand only once; empty for none.
    needed : bool
        Whether the file must be there with at least one row; otherwise it may be left out.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    needed: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in the order of the header."""
        return tuple(c.name for c in self.columns)

    def column(self, name: str) -> Column:
        """Return the column of that name."""
        return next(c for c in self.columns if c.name == name)


def _source() -> Column:
    return Column(
        "source_id", "codes", "where it comes from; several ids with ';'", refers="sources"
    )


def _note() -> Column:
    return Column("note", "text", "anything a reader should know", required=False)


def _basis() -> tuple[Column, Column]:
    return (
        Column("basis", "text", "how the figure came about", choices=BASES),
        Column("method", "text", "how; required unless basis is counted", required=False),
    )


def _confidence(name: str = "confidence") -> Column:
    return Column(name, "text", "how sure the figure is", choices=CONFIDENCES)


def _published(after: str = "") -> Column:
    return Column("published", "date", "day from which it was known", not_before=after)


def _place(required: bool = True, name: str = "place_id") -> Column:
    return Column(name, "id", "the place", refers="places", required=required)


def _area(meaning: str = "the area", *, name: str = "area_id", required: bool = True) -> Column:
    return Column(name, "code", meaning, refers="areas", required=required)


def _party() -> Column:
    return Column("party_id", "id", "the party", refers="parties")


def _party_as(name: str, meaning: str) -> Column:
    return Column(name, "id", meaning, refers="parties")


def _lat(required: bool = True) -> Column:
    return Column("lat", "number", "latitude", "degrees north", required, -90.0, 90.0)


def _lon(required: bool = True) -> Column:
    return Column("lon", "number", "longitude", "degrees east", required, -180.0, 180.0)


_PERSONS_MAX = 2e9

_AREAS = Table(
    "areas",
    "an administrative area, by p-code where there is one",
    (
        Column("area_id", "code", "p-code or slug"),
        Column("name", "text", "name as published"),
        Column("level", "integer", "0 country, 1 governorate, 2 district, 3 sub-district",
               low=0, high=3),
        _area("the area it lies in; empty at the top", name="parent_id", required=False),
        _lat(required=False),
        _lon(required=False),
        Column("area_km2", "number", "surface", "km2", required=False, low=0.0, high=2e7),
        _source(),
    ),
    key=("area_id",),
)  # fmt: skip

_PLACES = Table(
    "places",
    "a settlement, camp cluster, crossing or post",
    (
        Column("place_id", "id", "slug of ours"),
        Column("name", "text", "name in English"),
        Column("alt_name", "text", "other spellings, separated by ';'", required=False),
        Column("kind", "text", "what it is", choices=PLACE_KINDS),
        _area("finest area known"),
        _lat(),
        _lon(),
        _confidence("coord_confidence"),
        _source(),
        _note(),
    ),
    key=("place_id",),
)

_POPULATIONS = Table(
    "populations",
    "persons of one group and status at one place on one day (a stock)",
    (
        _place(),
        Column("group", "id", "a group of crisis.yaml, or 'all'", refers="meta.groups"),
        Column("status", "text", "resident or displaced before the period",
               choices=("resident", "idp")),
        Column("persons", "integer", "people present", "persons", low=0, high=_PERSONS_MAX),
        Column("as_of", "date", "day of the stock"),
        _published("as_of"),
        *_basis(),
        _confidence(),
        _source(),
    ),
    key=("place_id", "group", "status", "as_of"),
)  # fmt: skip

_ROUTES = Table(
    "routes",
    "a road between two places, both ways",
    (
        Column("route_id", "id", "slug of ours"),
        _place(name="from_place"),
        _place(name="to_place"),
        Column("road_km", "number", "length by road", "km", low=0.0, high=1e5),
        Column("road", "text", "name of the road, 'local' or 'link'"),
        Column("crosses_border", "integer", "1 where it leads into another country", low=0, high=1),
        *_basis(),
        _confidence(),
        _source(),
    ),
    key=("route_id",),
)

_SITES = Table(
    "sites",
    "a camp or centre with a capacity; an empty component is unknown",
    (
        Column("site_id", "id", "slug of ours"),
        _place(),
        Column("name", "text", "name"),
        Column("area_m2", "number", "ground", "m2", False, 0.0, 1e10),
        Column("covered_m2", "number", "covered living space", "m2", False, 0.0, 1e9),
        Column("water_l_day", "number", "water supplied", "litres per day", False, 0.0, 1e11),
        Column("latrines", "number", "latrines in use", "latrines", False, 0.0, 1e8),
        Column("planned_capacity", "number", "capacity as planned", "persons", False, 0.0,
               _PERSONS_MAX),
        Column("occupancy", "number", "people present", "persons", False, 0.0, _PERSONS_MAX),
        Column("as_of", "date", "day of the figures"),
        _published("as_of"),
        *_basis(),
        _source(),
    ),
    key=("site_id",),
    needed=False,
)  # fmt: skip

_CROSSINGS = Table(
    "crossings",
    "a border point and its regime from a day on",
    (
        Column("crossing_id", "id", "slug of ours"),
        _place(),
        Column("neighbour", "id", "the country on the other side", refers="meta.neighbours"),
        Column("regime", "text", "how it is run for people who flee", choices=REGIMES),
        Column("since", "date", "day from which the regime holds"),
        _published(),
        _source(),
        _note(),
    ),
    key=("crossing_id", "since"),
    needed=False,
)

_CONTROL = Table(
    "control",
    "a place comes under a party; rows up to the period's start give the starting state",
    (
        Column("date", "date", "day of the change, the earliest day possible"),
        Column("date_latest", "date", "latest day possible", required=False, not_before="date"),
        _place(),
        _party(),
        _published("date"),
        *_basis(),
        _confidence(),
        _source(),
        _note(),
    ),
    key=("date", "place_id", "party_id"),
)

_CONTROL_COUNTS = Table(
    "control_counts",
    "changes at places without a known position, counted by area",
    (
        Column("date", "date", "day of the change"),
        _area(),
        _party(),
        Column("places", "integer", "places that changed", "places", low=1, high=1e5),
        Column("what", "text", "their names"),
        _published("date"),
        _source(),
    ),
    needed=False,
)

_VIOLENCE = Table(
    "violence",
    "violent events of one kind on one day (a flow)",
    (
        Column("date", "date", "day of the events"),
        _place(required=False),
        _area(),
        Column("kind", "id", "what happened, such as shelling"),
        Column("events", "integer", "events", "events per day", low=0, high=1e6),
        Column("killed", "integer", "civilians killed", "persons", False, 0, 1e7),
        _published("date"),
        _source(),
        _note(),
    ),
    needed=False,
)

_HAPPENINGS = Table(
    "happenings",
    "a dated political or military happening; may be announced before its day",
    (
        Column("happening_id", "id", "slug of ours"),
        Column("date", "date", "day it took effect"),
        Column("kind", "text", "what it was", choices=HAPPENING_KINDS),
        Column("parties", "ids", "party ids, separated by ';'", required=False, refers="parties"),
        Column("what", "text", "one sentence"),
        Column("numbers", "text", "figures it names", required=False),
        _published(),
        _confidence(),
        _source(),
    ),
    key=("happening_id",),
    needed=False,
)

_OBSERVATIONS = Table(
    "observations",
    "an observed figure to compare runs with",
    (
        Column("series_id", "id", "the series it belongs to"),
        Column("date", "date", "day of the figure, last day of a flow"),
        Column("period_start", "date", "first day of a flow or of the count", required=False),
        _area(),
        Column("value", "number", "the figure", low=0.0, high=1e12),
        Column("unit", "text", "unit of the figure"),
        Column("kind", "text", "stock, flow or cumulative",
               choices=("stock", "flow", "cumulative")),
        Column("main", "integer", "1 where it is the one used for scores", low=0, high=1),
        Column("qualifier", "text", "how the source words it",
               choices=("=", "about", "almost", ">")),
        _published("date"),
        _confidence(),
        _source(),
        _note(),
    ),
    key=("series_id", "date", "period_start", "area_id", "source_id"),
    needed=False,
)  # fmt: skip

_PARTIES = Table(
    "parties",
    "an actor that decides",
    (
        Column("party_id", "id", "slug of ours"),
        Column("name", "text", "name"),
        Column("side", "text", "its part in the crisis", choices=SIDES),
        _source(),
    ),
    key=("party_id",),
)

_PARAMETERS = Table(
    "parameters",
    "a parameter that differs from the default table",
    (
        Column("name", "text", "name in the default table"),
        Column("distribution", "text", "shape of its uncertainty, as in the default table"),
        Column("value", "number", "default value"),
        Column("low", "number", "low end of its range", required=False),
        Column("high", "number", "high end of its range", required=False),
        Column("known_from", "date", "day from which it was known"),
        *_basis(),
        _source(),
    ),
    key=("name", "known_from"),
    needed=False,
)


def _between(name: str, meaning: str, unit: str, low: float, high: float) -> tuple[Column, ...]:
    """Return a figure of judgement with the range that it is believed to lie in."""
    return (
        Column(name, "number", meaning, unit, True, low, high),
        Column("low", "number", f"{name}: 5% likely to be below", unit, True, low, high),
        Column("high", "number", f"{name}: 5% likely to be above", unit, True, low, high),
    )


_ABOUT = Column("about", "id", "an outcome of a run, or a term of a settlement")

_BARGAINING = Table(
    "bargaining",
    "what a party brings to a negotiation",
    (
        _party(),
        Column("consent", "text", "whether no settlement is possible without it",
               choices=("yes", "no")),
        Column("spoils", "text", "whether it could break a settlement by force",
               choices=("yes", "no")),
        *_between("capability", "ability to fight, pay or spoil", "points", 0.0, 100.0),
        Column("discount", "number", "how much less a year later counts", "1/year", True,
               0.001, 10.0),
        *_basis(),
        _source(),
    ),
    key=("party_id",),
    needed=False,
)  # fmt: skip

_STAKES = Table(
    "stakes",
    "what a party cares about, and how much",
    (
        _party(),
        _ABOUT,
        Column("better", "text", "what it wants of it", choices=("less", "more", "near")),
        Column("ideal", "number", "with 'near': the value it wants most", "of what it is about",
               required=False, low=0.0, high=1e12),
        *_between("weight", "part of all that it cares about", "share", 0.0, 1.0),
        Column("salience", "number", "attention it gives to it", "share", True, 0.0, 1.0),
        *_basis(),
        _source(),
    ),
    key=("party_id", "about"),
    needed=False,
)  # fmt: skip

_RED_LINES = Table(
    "red_lines",
    "what a party would not sign whatever else it got",
    (
        _party(),
        _ABOUT,
        Column("at_most", "number", "it signs nothing above this", "of what it is about",
               False, 0.0, 1e12),
        Column("at_least", "number", "it signs nothing below this", "of what it is about",
               False, 0.0, 1e12),
        Column("chance", "number", "chance that it means it", "share", True, 0.0, 1.0),
        *_basis(),
        _source(),
    ),
    key=("party_id", "about"),
    needed=False,
)  # fmt: skip

_DEPENDENCES = Table(
    "dependences",
    "what one party needs from another",
    (
        _party_as("from_party", "who needs it"),
        _party_as("on_party", "from whom"),
        Column("good", "id", "what: energy, arms, trade, security, money and the like"),
        *_between("value", "what it is worth to the one who needs it", "share of its stakes",
                  0.0, 1.0),
        Column("share", "number", "part of it that the other supplies", "share", True, 0.0, 1.0),
        Column("replaceable", "number", "part of that which others could supply", "share", True,
               0.0, 1.0),
        Column("channel", "text", "whether it would be cut without a deal (disagreement) or "
               "decides who tables texts and who waits (bargaining)",
               choices=("disagreement", "bargaining")),
        *_basis(),
        _source(),
    ),
    key=("from_party", "on_party", "good", "channel"),
    needed=False,
)  # fmt: skip

_SUPPORTS = Table(
    "supports",
    "one way in which full support of an outside party would change a negotiation",
    (
        _party(),
        Column("channel", "text", "aid: deliveries under a settlement; deterrence: chance that the "
               "fighting stops without one; guarantee: how long a guaranteed one stands; "
               "dependence: part of a tie that it replaces; payment: worth to a party that signs",
               choices=("aid", "deterrence", "guarantee", "dependence", "payment")),
        Column("for_party", "id", "with dependence and payment: for whom", required=False,
               refers="parties"),
        Column("on_party", "id", "with dependence: on whom", required=False, refers="parties"),
        *_between("effect", "effect of full support: more multiples of today's delivery; a chance; "
                  "fall of the log hazard of collapse; a share of the tie; a share of its stakes",
                  "as said", 0.0, 10.0),
        *_basis(),
        _source(),
    ),
    key=("party_id", "channel", "for_party", "on_party"),
    needed=False,
)  # fmt: skip

_SOURCES = Table(
    "sources",
    "a publication or note that figures come from",
    (
        Column("source_id", "code", "slug or key of ours"),
        Column("publisher", "text", "who published it"),
        Column("title", "text", "its title"),
        Column("published", "date", "day of publication", required=False),
        Column("page", "text", "address or page", required=False),
        Column("kind", "text", "read by us, derived, or judgement", choices=SOURCE_KINDS),
    ),
    key=("source_id",),
)

TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        _AREAS,
        _PLACES,
        _POPULATIONS,
        _ROUTES,
        _SITES,
        _CROSSINGS,
        _CONTROL,
        _CONTROL_COUNTS,
        _VIOLENCE,
        _HAPPENINGS,
        _OBSERVATIONS,
        _PARTIES,
        _PARAMETERS,
        _BARGAINING,
        _STAKES,
        _RED_LINES,
        _DEPENDENCES,
        _SUPPORTS,
        _SOURCES,
    )
}

_JSON_TYPES: dict[str, dict[str, Any]] = {
    "id": {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]*$"},
    "code": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*$"},
    "ids": {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]*( *; *[a-z0-9][a-z0-9_-]*)*$"},
    "codes": {
        "type": "string",
        "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*( *; *[A-Za-z0-9][A-Za-z0-9_-]*)*$",
    },
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "date": {"type": "string", "format": "date"},
}


def table_json_schema(table: Table) -> dict[str, Any]:
    """Return the JSON Schema of a table: an array of rows with named cells.

    Parameters
    ----------
    table : Table
        One of `TABLES`.

    Returns
    -------
    dict
        ``unit`` and ``refers`` are given as annotations with the prefix ``x-``.
    """
    properties: dict[str, Any] = {}
    for column in table.columns:
        entry: dict[str, Any] = {"description": column.meaning, **_JSON_TYPES[column.type]}
        if column.choices:
            entry["enum"] = list(column.choices)
        if column.low is not None:
            entry["minimum"] = column.low
        if column.high is not None:
            entry["maximum"] = column.high
        if column.unit:
            entry["x-unit"] = column.unit
        if column.refers:
            entry["x-refers"] = column.refers
        if not column.required:
            entry = {"description": column.meaning, "anyOf": [entry, {"const": ""}]}
        properties[column.name] = entry
    return {
        "description": table.meaning,
        "type": "array",
        "minItems": 1 if table.needed else 0,
        "items": {
            "type": "object",
            "properties": properties,
            "required": list(table.names),
            "additionalProperties": False,
        },
        "x-key": list(table.key),
    }
