"""Tables by day from Flee's folders: the period, conflict, floods, food."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havenline.crisis.case import Location
from havenline.crisis.registry import suggest
from havenline.io.flee import values
from havenline.io.flee.checks import Report
from havenline.io.flee.names import Names
from havenline.io.flee.text import Folder, Row, Shape, Table

_PERIOD_KEYS = {
    "startdate": "start",
    "start_date": "start",
    "start": "start",
    "length": "length",
    "days": "length",
}


def read_period(folder: Folder, file: str) -> tuple[dt.date | None, int | None]:
    """Read sim_period.csv.

    Parameters
    ----------
    folder : Folder
        Its report is added to.
    file : str
        Path within the folder.

    Returns
    -------
    start : date or None
    days : int or None
    """
    report = folder.report
    table = folder.table(file, Shape(("key", "value"), first="word", heads=("key",), once=True))
    if table is None:
        return None, None
    rows = [*([] if table.header is None else [table.header]), *table.body]
    start: dt.date | None = None
    days: int | None = None
    seen: set[str] = set()
    for row in rows:
        key = _PERIOD_KEYS.get(row.cell(0).lower().lstrip("#").strip())
        where: dict[str, Any] = {"file": file, "row": row.line}
        if key is None:
            if row is not table.header:
                report.add("unknown_value", message="unknown key", value=row.cell(0),
                           expected="StartDate or Length",
                           hint=suggest(row.cell(0), ("StartDate", "Length")), **where)  # fmt: skip
            continue
        if key in seen:
            report.add("duplicate_key", message="this key stands twice", value=row.cell(0),
                       **where)  # fmt: skip
            continue
        seen.add(key)
        if not row.cell(1):
            report.add("missing_value", message="no value", column=row.cell(0), **where)
        elif key == "start":
            start = values.day_of(row.cell(1), report, column=row.cell(0), **where)
            if start is not None and not values.FIRST_YEAR <= start.year <= values.LAST_YEAR:
                report.add("out_of_bounds", message="not a usual year", column=row.cell(0),
                           value=row.cell(1), **where)  # fmt: skip
                start = None
        else:
            days = values.whole(row.cell(1), report, column=row.cell(0), **where)
            if days is not None and not 1 <= days <= values.MOST_DAYS:
                report.add("out_of_bounds", message="not a length of time", column=row.cell(0),
                           value=row.cell(1), expected=f"1 to {values.MOST_DAYS} days",
                           **where)  # fmt: skip
                days = None
    if table.blank:
        report.add("empty_file", file, "the file is empty", expected="StartDate and Length")
    for key, name in (("start", "StartDate,2015-05-01"), ("length", "Length,396")):
        if rows and key not in seen:
            report.add("missing_value", file, f"there is no {name.split(',')[0]}", expected=name)
    return start, days


def read_levels(
    folder: Folder, file: str, names: Names, days: int | None, highest: float
) -> tuple[NDArray[np.float64], tuple[int, ...]]:
    """Read a table with a row for each day from day 0 and a column for each location.

    Parameters
    ----------
    folder : Folder
        Its report is added to.
    file : str
        Path within the folder.
    names : Names
        Names of locations; columns of other names are left out with a warning.
    days : int or None
        Days that the table must reach.
    highest : float
        Above it a figure is unusual.

    Returns
    -------
    levels : float64 array, shape (days given, locations)
        0 where no column stands.
    unread : tuple of int
        Locations whose column is spelt otherwise, which Flee does not find.
    """
    report = folder.report
    nothing = np.zeros((0, len(names.names)))
    headed = _headed(folder, file, "Day")
    if headed is None:
        return nothing, ()
    header, table = headed
    body = table.body
    if header.cell(0) in names.position:
        report.add("bad_header", file, "the first column is that of the days, and this one is "
                   "headed by a location", row=header.line, value=header.cell(0),
                   expected="#Day,<names of locations>")  # fmt: skip
        return nothing, ()
    place: dict[int, int] = {}
    unread = []
    for i in range(1, len(header.cells)):
        name = header.cell(i)
        if not name:
            continue
        at = names.find(name, report, file, header.line)
        if at is None:
            report.add("unmatched_name", file, "no such location, so this column is left out",
                       row=header.line, value=name, expected="a name of locations.csv",
                       hint=names.hint(name))  # fmt: skip
        elif at in place.values():
            report.add("duplicate_key", file, "this location has two columns", row=header.line,
                       value=name)  # fmt: skip
        else:
            place[i] = at
            if names.names[at] != name:
                unread.append(at)
    _check_row_days(body, file, report)
    if days is not None and len(body) < days:
        report.add("too_few_days", file, f"{len(body)} rows for {days} days",
                   expected=f"a row for each day from 0 to {days - 1}",
                   hint=f"add rows, or write Length,{len(body)} in sim_period.csv"
                   if body else "")  # fmt: skip
    levels = np.zeros((len(body), len(names.names)))
    if not place:
        return levels, tuple(unread)
    width = max(place) + 1
    kept = list(place)
    for t, row in enumerate(body):
        if row.line in table.broken:
            continue
        if len(row.cells) >= width:
            cells = [row.cells[i] for i in kept]
            plain = all(map(values.PLAIN.fullmatch, cells))
            found = np.array([float(cell) for cell in cells]) if plain else None
            if found is not None and found.min() >= 0 and found.max() <= highest:
                levels[t, [place[i] for i in kept]] = found
                continue
        _slow_row(row, width, header, place, levels[t], highest, file, report)
    return levels, tuple(unread)


def _headed(folder: Folder, file: str, first: str) -> tuple[Row, Table] | None:
    """Return the header of a table by day and the table, reporting a file that has none."""
    shape = Shape((first,), first="day", heads=("day", "date", "days", "time"), headed=True)
    table = folder.table(file, shape)
    if table is None:
        return None
    header = table.header
    if header is None or not table.body:
        folder.report.add("empty_file" if table.blank else "empty_table", file, "there are no rows",
                          expected=f"#{first},<names> and a row a day")  # fmt: skip
        return None
    return header, table


def _slow_row(
    row: Row,
    width: int,
    header: Row,
    place: dict[int, int],
    into: NDArray[np.float64],
    highest: float,
    file: str,
    report: Report,
) -> None:
    """Read a row of levels that has something to say about it."""
    if len(row.cells) < width:
        report.add("ragged_row", file, f"{len(row.cells)} cells", row=row.line,
                   expected=f"{len(header.cells)} cells as in the header")  # fmt: skip
        return
    for i, at in place.items():
        text = row.cells[i]
        where: dict[str, Any] = {"file": file, "row": row.line, "column": header.cell(i)}
        if not text:
            report.add("value_left_out", message="an empty cell, read as 0", **where)
            continue
        value = values.number(text, report, **where)
        if value is None:
            continue
        if value < 0:
            report.add("no_figure", message="below 0, read as 0", value=text, **where)
            continue
        if value > 1e6:
            report.add("out_of_bounds", message="out of bounds", value=text,
                       expected=f"0 to {highest:g}", **where)  # fmt: skip
            continue
        if value > highest:
            report.add("unusual_value", message="above what the format has", value=text,
                       expected=f"0 to {highest:g}", **where)  # fmt: skip
        into[at] = value


def _check_row_days(body: list[Row], file: str, report: Report) -> None:
    """Report the first row whose number is not that of its day, which goes by its place."""
    for t, row in enumerate(body):
        text = row.cell(0)
        if text in (str(t), ""):
            continue
        report.add("rows_out_of_order", file, f"this row stands for day {t}, whatever its number",
                   row=row.line, value=text, expected=str(t))  # fmt: skip
        return


def conflict_of_dates(
    locations: tuple[Location, ...], days: int, default: float
) -> NDArray[np.float64]:
    """Return conflict by day where only the table of places tells when it begins.

    Parameters
    ----------
    locations : tuple of Location
    days : int
    default : float
        Intensity where the table of places has none.

    Returns
    -------
    float64 array, shape (days, locations)
    """
    conflict = np.zeros((days, len(locations)))
    for i, at in enumerate(locations):
        if at.kind == "conflict":
            conflict[max(at.conflict_day, 0) :, i] = intensity_of(at, default)
    return conflict


def intensity_of(location: Location, default: float) -> float:
    """Return the intensity of the conflict that the table of places starts.

    Parameters
    ----------
    location : Location
    default : float

    Returns
    -------
    float
    """
    try:
        return float(location.attributes.get("conflict_intensity", default))
    except ValueError:
        return default


def read_food(
    folder: Folder, file: str, locations: tuple[Location, ...], days: int | None
) -> NDArray[np.float64] | None:
    """Read region_attributes_IPC.csv: percent by region on some days, linear between them.

    Parameters
    ----------
    folder : Folder
        Its report is added to.
    file : str
        Path within the folder.
    locations : tuple of Location
        A location takes the figure of its region, 0 where there is none.
    days : int or None

    Returns
    -------
    float64 array or None, shape (days, locations)
    """
    report = folder.report
    headed = _headed(folder, file, "Day")
    if headed is None:
        return None
    header, table = headed
    regions = Names(list(dict.fromkeys(at.region for at in locations)))
    place: dict[int, int] = {}
    for i in range(1, len(header.cells)):
        found = regions.find(header.cell(i), report, file, header.line)
        if found is None and header.cell(i):
            report.add("unmatched_name", file, "no such region, so this column is left out",
                       row=header.line, value=header.cell(i),
                       expected="a region of locations.csv",
                       hint=regions.hint(header.cell(i)))  # fmt: skip
        elif found is not None:
            place[i] = found
    on: list[int] = []
    levels: list[NDArray[np.float64]] = []
    for row in table.rows:
        where: dict[str, Any] = {"file": file, "row": row.line}
        day = values.whole(row.cell(0), report, column="Day", **where) if row.cell(0) else None
        if day is None:
            if not row.cell(0):
                report.add("missing_value", message="no day", column="Day", **where)
            continue
        if on and day <= on[-1]:
            report.add("rows_out_of_order", message="days do not ascend, so this row is left out",
                       column="Day", value=row.cell(0), **where)  # fmt: skip
            continue
        level = np.zeros(len(regions.names))
        _slow_row(row, max(place, default=0) + 1, header, place, level, 100.0, file, report)
        on.append(day)
        levels.append(level)
    if not on or days is None:
        return None
    if on[0] > 0 or on[-1] < days - 1:
        report.add("too_few_days", file, f"days {on[0]} to {on[-1]} of {days}",
                   expected=f"days 0 to {days - 1}")  # fmt: skip
    stacked = np.stack(levels)
    each = np.arange(days)
    by_region = np.stack(
        [np.interp(each, on, stacked[:, r]) for r in range(stacked.shape[1])], axis=1
    )
    return np.asarray(by_region[:, [regions.position[at.region] for at in locations]])
