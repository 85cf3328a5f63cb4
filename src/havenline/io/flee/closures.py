"""Closures and changes of kind from Flee's tables."""

from __future__ import annotations

from typing import Any

from havenline.crisis.case import Closure, ClosureKind, KindChange
from havenline.crisis.registry import one_of, suggest
from havenline.io.flee import values
from havenline.io.flee.checks import Report
from havenline.io.flee.names import Names, needed
from havenline.io.flee.places import Places, doubt_kind
from havenline.io.flee.text import Folder, Row, Shape

_CLOSURES: tuple[ClosureKind, ...] = (
    "country",
    "location",
    "camp",
    "idpcamp",
    "link",
    "remove_forced_redirection",
)
_SHAPE = Shape(
    ("closure_type", "name1", "name2", "closure_start", "closure_end"),
    4,
    "word",
    ("closure_type", "type", "closure"),
)
_CHANGES = Shape(("name", "newtype", "day"), 3, "name", ("name", "location"))


def read_closures(folder: Folder, file: str, places: Places) -> tuple[Closure, ...]:
    """Read closures.csv; rows whose names are unknown are left out with a warning.

    Parameters
    ----------
    folder, file
        See `havenline.io.flee.roads.read_links`.
    places : Places

    Returns
    -------
    tuple of Closure
    """
    report = folder.report
    closures = []
    table = folder.table(file, _SHAPE)
    for row in table.rows if table is not None else []:
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
    if -1 != end < start and start >= 0:
        report.add("closure_days", message="ends before it begins, so it never ends",
                   column="closure_end", value=row.cell(4), **where)  # fmt: skip
        end = -1
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
        See `havenline.io.flee.roads.read_links`.

    Returns
    -------
    tuple of KindChange
    """
    report = folder.report
    changes = []
    table = folder.table(file, _CHANGES)
    for row in table.rows if table is not None else []:
        where: dict[str, Any] = {"file": file, "row": row.line}
        place = needed(row.cell(0), "name", names, where, report)
        kind = doubt_kind(row.cell(1), report, column="newtype", **where)
        day = _day(row.cell(2), "day", 0, where, report)
        if place is not None and kind is not None and day is not None:
            changes.append(KindChange(place, kind, day))
    return tuple(changes)
