"""Locations, roads, closures and changes of kind from Flee's tables."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from havenline.cases.case import Closure, ClosureKind, KindChange, Link, Location, LocationKind
from havenline.crisis.registry import one_of, suggest
from havenline.io.flee import values
from havenline.io.flee.checks import Report
from havenline.io.flee.names import Names
from havenline.io.flee.text import Folder, Row

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
_NEEDED = ("name", "country", "location_type")
_KIND_WORDS: tuple[tuple[str, LocationKind], ...] = (
    ("conflict", "conflict"),
    ("forward", "forward"),
    ("marker", "marker"),
    ("flood_zone", "flood_zone"),
    ("default", "town"),
    ("town", "town"),
)
_CLOSURES: tuple[ClosureKind, ...] = (
    "country",
    "location",
    "camp",
    "idpcamp",
    "link",
    "remove_forced_redirection",
)


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
    rows = folder.rows(file)
    header, body = _headed(rows or [], file, report)
    width = max((len(row.cells) for row in body), default=0)
    order, extra, gps = _columns(header, width, file, report)
    locations: list[Location] = []
    lines: dict[str, int] = {}
    for row in body:
        location = _location(row, order, extra, file, report)
        if location is None:
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
    if rows is not None and not body:
        check = "empty_table" if rows else "empty_file"
        report.add(check, file, "there are no locations", expected="at least one row")
    countries = list(dict.fromkeys(at.country for at in locations))
    return Places(tuple(locations), Names(list(lines)), Names(countries), swapped=not gps)


def _word(cell: str) -> str:
    """Return a cell of a header as a word."""
    return cell.lstrip("#").strip().lower()


def _headed(rows: Sequence[Row], file: str, report: Report) -> tuple[Row | None, list[Row]]:
    """Return the header and the rows below, without comments.

    The header is the first comment above the locations that begins like one; else a comment that
    is as long as one, whose further columns still have names.
    """
    body = [row for row in rows if not row.is_comment]
    above = [row for row in rows if row.is_comment and (not body or row.line < body[0].line)]
    named = (row for row in above if _MEANING.get(_word(row.cell(0))) == "name")
    long = (row for row in above if len(row.cells) >= len(COLUMNS))
    first = next(named, None) or next(long, None)
    if first is None and body and _MEANING.get(_word(body[0].cell(0))) == "name":
        first = body.pop(0)
        report.add(
            "header_order",
            file,
            "the header does not begin with '#', so Flee takes it for a location",
            row=first.line,
            expected="#name,...",
        )
    return first, body


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
    if not kind_text and len(row.cells) <= order["location_type"] < 99:
        report.add("ragged_row", message=f"{len(row.cells)} cells", expected="8 cells", **where)
        return Location(name, texts["region"], texts["country"], math.nan, math.nan, "town", 0)
    kind = kind_of(kind_text) if kind_text else "town"
    if not kind_text:
        report.add("value_left_out", message="no type, read as a town", column="location_type",
                   **where)  # fmt: skip
    if kind is None:
        known = ("conflict_zone", "town", "camp", "idpcamp", "forwarding_hub", "marker")
        hint = suggest(kind_text, known)
        report.add("unknown_value", message="unknown type of location", value=kind_text,
                   column="location_type", expected=one_of((*known, "flood_zone")), hint=hint,
                   **where)  # fmt: skip
        kind = kind_of(hint) or "town"
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


def read_links(folder: Folder, file: str, names: Names) -> tuple[Link, ...]:
    """Read routes.csv.

    Parameters
    ----------
    folder : Folder
        Its report is added to.
    file : str
        Path within the folder.
    names : Names
        Names of locations.

    Returns
    -------
    tuple of Link
    """
    report = folder.report
    rows = folder.rows(file)
    attributes: dict[str, int] = {}
    body: list[Row] = []
    for row in rows or []:
        first = row.cell(0).lstrip("#").strip().lower()
        if row.is_comment or (not body and first in ("name1", "from", "name", "start")):
            if row.cell(3) or "name" in first:
                found = {row.cell(i).lower(): i for i in range(4, len(row.cells)) if row.cell(i)}
                attributes = attributes or found
            continue
        body.append(row)
    links = [x for row in body if (x := _link(row, attributes, file, names, report)) is not None]
    if rows is not None and not body:
        check = "empty_table" if rows else "empty_file"
        report.add(check, file, "there are no roads", expected="at least one row")
    _report_twins(links, file, names, report)
    return tuple(links)


def _report_twins(links: list[Link], file: str, names: Names, report: Report) -> None:
    """Report roads that stand more than once, in either direction."""
    pairs = Counter((min(x.first, x.second), max(x.first, x.second)) for x in links)
    for (a, b), many in pairs.items():
        if many > 1:
            report.add(
                "duplicate_route",
                file,
                f"this road stands {many} times, and counts so often among the choices",
                value=f"{names.names[a]} - {names.names[b]}",
            )


def _link(
    row: Row, attributes: dict[str, int], file: str, names: Names, report: Report
) -> Link | None:
    where: dict[str, Any] = {"file": file, "row": row.line}
    if len(row.cells) < 3:
        report.add("ragged_row", message=f"{len(row.cells)} cells", expected="name1,name2,distance",
                   **where)  # fmt: skip
        return None
    ends = [_place(row.cell(i), f"name{i + 1}", names, where, report) for i in (0, 1)]
    km = None
    at = {**where, "column": "distance"}
    if not row.cell(2):
        report.add("missing_value", message="this cell must be filled", expected="km", **at)
    else:
        km = values.number(row.cell(2), report, **at)
    if km is not None and km < 0:
        report.add("negative_number", message="a distance cannot be negative", value=row.cell(2),
                   expected="km", **at)  # fmt: skip
        km = None
    elif km is not None and km > values.MOST_KM:
        report.add("out_of_bounds", message="longer than any road", value=row.cell(2),
                   expected=f"at most {values.MOST_KM:g} km", **at)  # fmt: skip
        km = None
    elif km == 0:
        report.add("unusual_value", message="a road of no length", value=row.cell(2), **at)
    forced = _forced(row.cell(3), report, where)
    speed, walk = math.nan, 0.0
    if (i := attributes.get("max_move_speed")) is not None and row.cell(i):
        at = {**where, "column": "max_move_speed"}
        speed = values.number(row.cell(i), report, **at) or math.nan
        if not speed > 0:
            report.add("out_of_bounds", message="not a speed", value=row.cell(i),
                       expected="km a day, more than 0", **at)  # fmt: skip
    if (i := attributes.get("walk_probability")) is not None and row.cell(i):
        at = {**where, "column": "walk_probability"}
        walk = values.number(row.cell(i), report, **at) or 0.0
        if not 0 <= walk <= 1:
            report.add("out_of_bounds", message="not a probability", value=row.cell(i),
                       expected="0 to 1", **at)  # fmt: skip
    if ends[0] is None or ends[1] is None or km is None:
        return None
    if ends[0] == ends[1]:
        report.add("self_route", message="a road from a place to itself, left out",
                   value=row.cell(0), **where)  # fmt: skip
        return None
    return Link(ends[0], ends[1], km, forced, speed, walk)


def _forced(text: str, report: Report, where: dict[str, Any]) -> int:
    if not text:
        return 0
    at = {**where, "column": "forced_redirection"}
    forced = values.whole(text, report, **at)
    if forced is not None and forced not in (0, 1, 2):
        report.add("unknown_value", message="unknown redirection", value=text,
                   expected="0, 1 or 2", **at)  # fmt: skip
        return 0
    return forced or 0


def _place(
    name: str, column: str, names: Names, where: dict[str, Any], report: Report
) -> int | None:
    """Return the position of a location that must be known."""
    if not name:
        report.add("missing_value", message="this cell must be filled", column=column,
                   expected="a name of locations.csv", **where)  # fmt: skip
        return None
    found = names.find(name, report, where["file"], where["row"], column)
    if found is None:
        report.add("unknown_place", message="no such location", column=column, value=name,
                   expected="a name of locations.csv", hint=names.hint(name), **where)  # fmt: skip
    return found


def read_major_routes(folder: Folder, file: str, names: Names) -> tuple[tuple[int, ...], ...]:
    """Read major_routes.csv: names of locations in the order in which they are travelled.

    Parameters
    ----------
    folder, file, names
        See `read_links`.

    Returns
    -------
    tuple of tuple of int
    """
    routes = []
    for row in folder.rows(file) or []:
        if row.is_comment:
            continue
        where: dict[str, Any] = {"file": file, "row": row.line}
        cells = [c for c in row.cells if c]
        found = [_place(cell, "", names, where, folder.report) for cell in cells]
        route = tuple(i for i in found if i is not None)
        if len(route) == len(cells) and len(route) > 1:
            routes.append(route)
        elif len(cells) < 2:
            folder.report.add("ragged_row", message="one name", expected="at least two names",
                              **where)  # fmt: skip
    return tuple(routes)


def read_closures(folder: Folder, file: str, places: Places) -> tuple[Closure, ...]:
    """Read closures.csv; rows whose names are unknown are left out with a warning.

    Parameters
    ----------
    folder, file
        See `read_links`.
    places : Places

    Returns
    -------
    tuple of Closure
    """
    report = folder.report
    closures = []
    for row in folder.rows(file) or []:
        if row.is_comment or row.cell(0).lower() == "closure_type":
            continue
        closure = _closure(row, file, places, report)
        if closure is not None:
            closures.append(closure)
    return tuple(closures)


def _closure(row: Row, file: str, places: Places, report: Report) -> Closure | None:
    where: dict[str, Any] = {"file": file, "row": row.line}
    text = row.cell(0)
    kind = next((k for k in _CLOSURES if k == text.lower()), None)
    if kind is None:
        report.add("unknown_value", message="unknown kind of closure", column="closure_type",
                   value=text, expected=one_of(_CLOSURES), hint=suggest(text, _CLOSURES),
                   **where)  # fmt: skip
    if len(row.cells) < 4:
        report.add("ragged_row", message=f"{len(row.cells)} cells", expected="5 cells", **where)
        return None
    start = _day(row.cell(3), "closure_start", 0, where, report)
    end = _day(row.cell(4), "closure_end", -1, where, report)
    if kind is None or start is None or end is None:
        return None
    known = places.countries if kind == "country" else places.names
    word = "country" if kind == "country" else "name"
    first = _closed(row.cell(1), "name1", known, word, where, report)
    second = row.cell(2)
    if kind in ("country", "link", "remove_forced_redirection"):
        second_found = _closed(second, "name2", known, word, where, report)
        if second_found is None:
            return None
        second = second_found
    if first is None:
        return None
    if -1 != end < start:
        report.add("closure_days", message="ends before it begins, so it never ends",
                   column="closure_end", value=row.cell(4), **where)  # fmt: skip
        end = -1
    elif end == start:
        report.add("closure_days", message="ends on the day it begins", column="closure_end",
                   value=row.cell(4), **where)  # fmt: skip
    return Closure(kind, first, second, start, end)


def _closed(
    name: str, column: str, known: Names, word: str, where: dict[str, Any], report: Report
) -> str | None:
    """Return a name of a closure as locations.csv spells it."""
    found = known.find(name, report, where["file"], where["row"], column)
    if found is None:
        report.add("unmatched_name", message=f"no such {word}, so this closure is left out",
                   column=column, value=name, expected=f"a {word} of locations.csv",
                   hint=known.hint(name), **where)  # fmt: skip
        return None
    return known.names[found]


def _day(text: str, column: str, default: int, where: dict[str, Any], report: Report) -> int | None:
    if not text:
        report.add("value_left_out", message=f"no day, read as {default}", column=column, **where)
        return default
    day = values.whole(text, report, column=column, **where)
    if day is not None and abs(day) > values.MOST_DAYS:
        report.add("out_of_bounds", message="out of bounds", column=column, value=text,
                   expected="days from the start", **where)  # fmt: skip
        return None
    return day


def read_kind_changes(folder: Folder, file: str, names: Names) -> tuple[KindChange, ...]:
    """Read location_changes.csv: name, new type, day.

    Parameters
    ----------
    folder, file, names
        See `read_links`.

    Returns
    -------
    tuple of KindChange
    """
    report = folder.report
    changes = []
    for row in folder.rows(file) or []:
        if row.is_comment or row.cell(0).lower() == "name":
            continue
        where: dict[str, Any] = {"file": file, "row": row.line}
        if len(row.cells) < 3:
            report.add("ragged_row", message=f"{len(row.cells)} cells", expected="name,newtype,day",
                       **where)  # fmt: skip
            continue
        place = _place(row.cell(0), "name", names, where, report)
        kind = kind_of(row.cell(1))
        if kind is None:
            known = ("conflict_zone", "town", "camp", "idpcamp", "forwarding_hub", "marker")
            report.add("unknown_value", message="unknown type of location", column="newtype",
                       value=row.cell(1), expected=one_of(known),
                       hint=suggest(row.cell(1), known), **where)  # fmt: skip
        day = _day(row.cell(2), "day", 0, where, report)
        if place is not None and kind is not None and day is not None:
            changes.append(KindChange(place, kind, day))
    return tuple(changes)
