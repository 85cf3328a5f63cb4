"""Locations from Flee's tables."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from havenline.crisis.case import Location, LocationKind
from havenline.crisis.cells import SPREADSHEET_ERROR
from havenline.crisis.registry import one_of, suggest
from havenline.io.flee import values
from havenline.io.flee.checks import Report
from havenline.io.flee.names import Names
from havenline.io.flee.text import Folder, Row, Shape, Table

COLUMNS = (
    "name",
    "region",
    "country",
    "latitude",
    "longitude",
    "location_type",
    "conflict_date",
    "population",
)
_HEADER_WORDS = {
    "name": ("name", "location", "location_name", "place"),
    "region": ("region", "admin1", "state", "province"),
    "country": ("country",),
    "latitude": ("latitude", "lat", "gps_y", "y"),
    "longitude": ("longitude", "lon", "long", "lng", "gps_x", "x"),
    "location_type": ("location_type", "type", "kind"),
    "conflict_date": ("conflict_date", "conflict date", "conflict_day"),
    "population": (
        "population",
        "pop",
        "pop/cap",
        "capacity",
        "population/capacity",
        "pop_cap",
        "cap",
    ),
}
_MEANING = {word: column for column, words in _HEADER_WORDS.items() for word in words}
_SHAPE = Shape(COLUMNS, len(COLUMNS), heads=_HEADER_WORDS["name"], once=True)
_NEEDED = ("name", "country", "location_type")
_KIND_WORDS: tuple[tuple[str, LocationKind], ...] = (
    ("conflict", "conflict"),
    ("forward", "forward"),
    ("marker", "marker"),
    ("flood_zone", "flood_zone"),
    ("default", "town"),
    ("town", "town"),
)


_USUAL = re.compile(
    r"(refugee|idp|conflict|flood|forward|forwarding|transit|settlement|relocation)?[ _-]*"
    r"(camp|zone|hub|town|city|marker|conflict|default|forward|site)s?"
)
_NEGATED = re.compile(r"\b(non|no|not|never|ex|former|formerly|without)\b|^un", re.IGNORECASE)


def doubt_kind(text: str, report: Report, **where: Any) -> LocationKind | None:
    """Return the kind of place that a word means, saying where it was not sure.

    Parameters
    ----------
    text : str
        As written, not empty.
    report : Report
        Added to where the word is unknown, negated, or merely contains one that is known.
    **where
        File, row and column.

    Returns
    -------
    str or None
        None for a word that means none.
    """
    known = ("conflict_zone", "town", "camp", "idpcamp", "forwarding_hub", "marker", "flood_zone")
    kind = kind_of(text)
    plain = text.strip().lower()
    negated = _NEGATED.search(re.sub(r"[_-]", " ", plain)) is not None
    if kind is None or negated:
        message = "unknown type of location"
        if kind is not None:
            message += f", which Flee reads as {kind}"
        hint = "write town?" if negated else suggest(text, known)
        report.add("unknown_value", message=message, value=text, expected=one_of(known), hint=hint,
                   **where)  # fmt: skip
        return None
    if not _USUAL.fullmatch(plain):
        report.add("unusual_value", message=f"read as {kind}, as Flee does by what it contains",
                   value=text, expected=one_of(known), **where)  # fmt: skip
    return kind


def kind_of(text: str) -> LocationKind | None:
    """Return the kind of place that a word means, by what it contains.

    Parameters
    ----------
    text : str
        Such as ``conflict_zone`` or ``forwarding_hub``.

    Returns
    -------
    str or None
        None for a word that means none.
    """
    low = text.lower()
    if "camp" in low:
        return "idpcamp" if "idp" in low else "camp"
    return next((kind for word, kind in _KIND_WORDS if word in low), None)


@dataclass(frozen=True)
class Places:
    """The locations with what is told about their table.

    Attributes
    ----------
    locations : tuple of Location
    names, countries : Names
    swapped : bool
        Whether Flee, which goes by position, takes the coordinates for each other.
    """

    locations: tuple[Location, ...]
    names: Names
    countries: Names
    swapped: bool


def read_places(folder: Folder, file: str) -> Places:
    """Read locations.csv.

    Parameters
    ----------
    folder : Folder
        Its report is added to.
    file : str
        Path within the folder.

    Returns
    -------
    Places
        Without the rows that could not be read.
    """
    report = folder.report
    table = folder.table(file, _SHAPE) or Table()
    header, body = _header(table, file, report), table.body
    width = max((len(row.cells) for row in body), default=0)
    order, extra, gps = _columns(header, width, file, report)
    locations: list[Location] = []
    lines: dict[str, int] = {}
    for row in body:
        kind = kind_of(row.cell(order["location_type"])) or "camp"
        location: Location | None = Location(row.cell(0), "", "", math.nan, math.nan, kind, 0)
        if row.line not in table.broken:
            location = _location(row, order, extra, file, report)
        if location is None or not location.name or SPREADSHEET_ERROR.fullmatch(location.name):
            continue
        if location.name in lines:
            report.add(
                "duplicate_place",
                file,
                f"this location stands in line {lines[location.name]} as well",
                row=row.line,
                column="name",
                value=location.name,
            )
            continue
        lines[location.name] = row.line
        locations.append(location)
    if not body and not report.failed:
        check = "empty_file" if table.blank else "empty_table"
        report.add(check, file, "there are no locations", expected="at least one row")
    countries = list(dict.fromkeys(at.country for at in locations))
    return Places(tuple(locations), Names(list(lines)), Names(countries), swapped=not gps)


def _word(cell: str) -> str:
    """Return a cell of a header as a word."""
    return cell.lstrip("#").strip().lower()


def _header(table: Table, file: str, report: Report) -> Row | None:
    """Return the header, reporting one that Flee does not take for one."""
    first = table.header
    if first is not None and not first.cells[0].startswith("#"):
        report.add(
            "header_order",
            file,
            "the header does not begin with '#', so Flee takes it for a location",
            row=first.line,
            expected="#name,...",
        )
    return first


def _columns(
    header: Row | None, width: int, file: str, report: Report
) -> tuple[dict[str, int], dict[str, int], bool]:
    """Return where each column stands, further columns, and whether they are named x and y."""
    usual = {name: i for i, name in enumerate(COLUMNS)}
    if header is None:
        return usual, {}, False
    words = [_word(cell) for cell in header.cells]
    gps = "gps_x" in words or "x" in words
    meant = [_MEANING.get(word) for word in words]
    known = {column: i for i, column in reversed(list(enumerate(meant))) if column is not None}
    extra = {
        header.cells[i].lstrip("#").strip(): i
        for i in range(len(words))
        if words[i] and i not in known.values()
    }
    if gps and len(words) >= len(COLUMNS):
        usual = {**usual, "longitude": 3, "latitude": 4}
    in_place = all(position == usual[column] for column, position in known.items())
    if in_place and len(words) < len(COLUMNS) <= width:  # a header cut short
        return usual, {}, gps
    if len(words) >= len(COLUMNS) and (in_place or len(known) < len(COLUMNS)):
        positional = {n: i for n, i in extra.items() if i >= len(COLUMNS)}
        if in_place or not set(_NEEDED) <= known.keys():
            return usual, positional, gps
    for column in _NEEDED:
        if column not in known:
            report.add(
                "bad_header",
                file,
                f"the header has no column {column!r}",
                row=header.line,
                expected=",".join(COLUMNS),
                hint=suggest(column, [w for w in words if w]),
            )
    absent = [c for c in COLUMNS if c not in known and c not in _NEEDED]
    message = "columns are read by their names, not by their places as Flee does"
    if absent:
        message += f"; missing: {', '.join(absent)}"
    report.add("header_order", file, message, row=header.line, expected="#" + ",".join(COLUMNS))
    return {c: known.get(c, len(words) + 99) for c in COLUMNS}, extra, gps


def _location(
    row: Row, order: dict[str, int], extra: dict[str, int], file: str, report: Report
) -> Location | None:
    """Read one location; None where it cannot be used at all."""
    where: dict[str, Any] = {"file": file, "row": row.line}
    texts = {column: row.cell(position) for column, position in order.items()}
    name, kind_text = texts["name"], texts["location_type"]
    if not name:
        report.add("missing_value", message="a location needs a name", column="name", **where)
        return None
    kind: LocationKind = "town"
    if kind_text:
        kind = doubt_kind(kind_text, report, column="location_type", **where) or "camp"
    else:
        report.add("value_left_out", message="no type, read as a town", column="location_type",
                   **where)  # fmt: skip
    people = 0
    if texts["population"]:
        at = {**where, "column": "population"}
        read = values.persons(texts["population"], report, **at)
        people = 0 if read is None else read
        if people == -1 and "camp" not in kind:
            report.add("no_figure", message="no population, read as 0", value="-1", **at)
            people = 0
    camp = kind in ("camp", "idpcamp")
    attributes = {n: row.cell(i) for n, i in extra.items() if row.cell(i)}
    _check_attributes(attributes, where, report)
    return Location(
        name=name,
        region=texts["region"] or "unknown",
        country=texts["country"] or "unknown",
        lat=_degrees(texts["latitude"], 90, report, {**where, "column": "latitude"}),
        lon=_degrees(texts["longitude"], 180, report, {**where, "column": "longitude"}),
        kind=kind,
        persons=0 if camp else people,
        capacity=float(people) if camp and people > 0 else math.nan,
        conflict_day=_conflict_day(texts["conflict_date"], kind, report, where),
        attributes=attributes,
    )


_NUMERIC = {
    "conflict_intensity": 1000.0,
    "capacity_per_day": float(values.MOST_PERSONS),
    "initial_idps": float(values.MOST_PERSONS),
    "farmer_fraction": 1.0,
    "deactivation_probability": 1.0,
    "trade_volume": 1e15,
    "hdi": 1.0,
}


def _check_attributes(attributes: dict[str, str], where: dict[str, Any], report: Report) -> None:
    """Check further columns that mean something; drop what cannot be read."""
    for name, highest in _NUMERIC.items():
        if name not in attributes:
            continue
        at = {**where, "column": name}
        value = values.number(attributes[name], report, **at)
        if value is not None and not 0 <= value <= highest:
            report.add("out_of_bounds", message="out of bounds", value=attributes[name],
                       expected=f"0 to {highest:g}", **at)  # fmt: skip


def _degrees(text: str, most: int, report: Report, where: dict[str, Any]) -> float:
    """Read a coordinate; NaN where there is none."""
    if not text:
        return math.nan
    value = values.number(text, report, **where)
    if value is None:
        return math.nan
    if abs(value) > 180 or (abs(value) > most and most == 180):
        report.add("out_of_bounds", message="not a coordinate", value=text,
                   expected=f"-{most} to {most}", **where)  # fmt: skip
        return math.nan
    if abs(value) > most:
        report.add("unusual_value", message="no such latitude", value=text,
                   expected=f"-{most} to {most}", hint="are the coordinates swapped?",
                   **where)  # fmt: skip
    return value


def _conflict_day(text: str, kind: LocationKind, report: Report, where: dict[str, Any]) -> int:
    """Read the day of the first conflict; only a conflict zone has one."""
    if not text or kind != "conflict":
        return 0
    day = values.whole(text, report, column="conflict_date", **where)
    if day is not None and abs(day) > values.MOST_DAYS:
        report.add("out_of_bounds", message="out of bounds", column="conflict_date", value=text,
                   expected="days from the start", **where)  # fmt: skip
        return 0
    return day or 0
