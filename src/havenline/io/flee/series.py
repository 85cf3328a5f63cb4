"""Series of published counts: one file, several files added up, registration corrections."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havenline.crisis.case import Counts
from havenline.io.flee import values
from havenline.io.flee.checks import Report
from havenline.io.flee.text import Folder, Row, Shape

_SHAPE = Shape(("date", "persons"), 2, "date", ("date", "datetime"), whole=True)
_CORRECTIONS = Shape(("name", "date", "remark"), 2, "name", ("name", "location", "camp"))
_PERSONS = re.compile(
    r"individual|person|people|refugee|population|displaced|idp|arrival|number|count|total|value",
    re.IGNORECASE,
)
_HOUSEHOLDS = re.compile(r"house|famil|\bhhs?\b|m[ée]nage|hogar|foyer", re.IGNORECASE)


@dataclass(frozen=True)
class Series:
    """A series of counts by day from the start of the case.

    Attributes
    ----------
    points : tuple of (int, float)
        Day and persons, ascending, each day once.
    as_flee : tuple of (int, float)
        The same as Flee reads it: in the order of the file.
    """

    points: tuple[tuple[int, float], ...]
    as_flee: tuple[tuple[int, float], ...]


def counts_of(points: Sequence[tuple[int, float]]) -> Counts:
    """Return points as counts.

    Parameters
    ----------
    points : sequence of (int, float)
        Day and persons.

    Returns
    -------
    Counts
    """
    days = np.array([day for day, _ in points], dtype=np.int64)
    return Counts(days, np.array([persons for _, persons in points], dtype=np.float64))


def read_series(folder: Folder, file: str, start: dt.date) -> Series | None:
    """Read one file of counts: date, persons.

    Parameters
    ----------
    folder : Folder
        Its report is added to.
    file : str
        Path within the folder.
    start : date
        Day 0.

    Returns
    -------
    Series or None
        None where it has no count.
    """
    report = folder.report
    table = folder.table(file, _SHAPE)
    if table is None:
        return None
    rows, header = table.rows, table.header
    if rows and _is_header(rows[0].cell(0)):
        header = rows.pop(0)
    if header is not None and not _counts_persons(header, file, report):
        return None
    as_flee: list[tuple[int, float]] = []
    points: dict[int, float] = {}
    before: int | None = None
    sorted_rows = True
    for row in rows:
        where: dict[str, Any] = {"file": file, "row": row.line}
        if not row.cell(0):
            report.add("missing_value", message="no date", column="date", **where)
            continue
        if not row.cell(1):
            report.add("no_figure", message="no count, left out", column="count", **where)
            continue
        date = values.day_of(row.cell(0), report, column="date", **where)
        persons = values.persons(row.cell(1), report, column="count", **where)
        if date is None or persons is None:
            continue
        day = (date - start).days
        as_flee.append((day, float(persons)))
        if persons == -1:
            report.add("no_figure", message="no count, left out", column="count", value="-1",
                       **where)  # fmt: skip
            continue
        if before is not None and day < before and sorted_rows:
            sorted_rows = False
            report.add("rows_out_of_order", message="dates do not ascend, so they are sorted",
                       column="date", value=row.cell(0), **where)  # fmt: skip
        if points.get(day, persons) != persons:
            report.add("duplicate_date", message="another count on this date, the later is kept",
                       column="count", value=row.cell(1), expected=f"{points[day]:.0f}",
                       **where)  # fmt: skip
        before = day
        points[day] = float(persons)
    if not points:
        check = "empty_file" if table.blank else "empty_table"
        report.add(check, file, "there are no counts", expected="rows such as 2015-05-01,7332")
        return None
    return Series(tuple(sorted(points.items())), tuple(as_flee))


def _is_header(text: str) -> bool:
    """Return whether the first cell of the first row is a heading rather than a date."""
    return not text or (not text.startswith("#") and not any(c.isdigit() for c in text))


def _counts_persons(header: Row, file: str, report: Report) -> bool:
    """Report a header whose second column is not of persons, and columns that nothing reads."""
    second, further = header.cell(1), [cell for cell in header.cells[2:] if cell]
    households = _HOUSEHOLDS.search(second) is not None
    others = [cell for cell in further if _PERSONS.search(cell) and not _HOUSEHOLDS.search(cell)]
    if households or (second and others and not _PERSONS.search(second)):
        what = "counts households, not persons" if households else "is not headed as one of persons"
        right = others[0] if others else "the column of persons"
        report.add("bad_header", file, f"the second column {what}", row=header.line, value=second,
                   expected="date,persons", hint=f"put {right} second")  # fmt: skip
        return False
    if further:
        report.add("unread_cells", file, "columns after the second are not read",
                   row=header.line, value=",".join(further))  # fmt: skip
    return True


def on_days(points: Sequence[tuple[int, float]], days: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return a series on each day: linear between points, flat before and after them.

    Parameters
    ----------
    points : sequence of (int, float)
        Ascending.
    days : int64 array, shape (n,)

    Returns
    -------
    float64 array, shape (n,)
    """
    x = [day for day, _ in points]
    return np.asarray(np.interp(days, x, [persons for _, persons in points]), dtype=np.float64)


def flee_on_days(
    points: Sequence[tuple[int, float]], days: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return a series on each day as Flee reads it, which does not sort.

    The first count up to the first date, then the first pair of following rows of which the
    later is after the day.

    Parameters
    ----------
    points : sequence of (int, float)
        In the order of the file.
    days : int64 array, shape (n,)

    Returns
    -------
    float64 array, shape (n,)
    """
    found = np.full(len(days), points[-1][1])
    open_days = days > points[0][0]
    found[~open_days] = points[0][1]
    for (day_a, a), (day_b, b) in pairwise(points):
        here = open_days & (days < day_b)
        if day_b != day_a:
            found[here] = a + (b - a) * (days[here] - day_a) / (day_b - day_a)
        open_days &= ~here
    return found


def add_series(first: Series, second: Series) -> Series:
    """Add two series of one camp up.

    Each is known between its dates by interpolation, so the sum on a date of either is the sum
    of both there. Flee goes by rows instead; `Series.as_flee` follows it: on a date of both, the
    sum; on one of the first only, plus the second's last earlier count; on one of the second
    only, plus the first's next count, or its last after the end; rows of the first after the end
    of the second are lost.

    Parameters
    ----------
    first, second : Series

    Returns
    -------
    Series
    """
    days = sorted({day for day, _ in (*first.points, *second.points)})
    each = np.array(days, dtype=np.int64)
    total = on_days(first.points, each) + on_days(second.points, each)
    points = tuple(zip(days, total.tolist(), strict=True))
    a, b = dict(first.as_flee), dict(second.as_flee)
    end, last = max(b), first.as_flee[-1][1]
    merged: list[tuple[int, float]] = []
    for day in sorted({*a, *b}):
        if day > end:
            break
        if day in a and day in b:
            value = a[day] + b[day]
        elif day in a:
            value = a[day] + next((b[d] for d in sorted(b, reverse=True) if d < day), 0.0)
        else:
            value = b[day] + next((a[d] for d in sorted(a) if d > day), last)
        merged.append((day, value))
    return Series(points, tuple(merged))


def corrected(points: Sequence[tuple[int, float]], at: int) -> tuple[tuple[int, float], ...] | None:
    """Scale the counts before a registration, so that the series does not jump there.

    Parameters
    ----------
    points : sequence of (int, float)
        Day and persons.
    at : int
        Position of the count of the registration.

    Returns
    -------
    tuple of (int, float), or None
        None where there is nothing to scale by or to: no count before it, or one of the two
        is 0.
    """
    if at == 0 or points[at - 1][1] == 0 or points[at][1] == 0:
        return None
    factor = points[at][1] / points[at - 1][1]
    return tuple((day, x * factor if i < at else x) for i, (day, x) in enumerate(points))


@dataclass(frozen=True)
class Correction:
    """A row of registration_corrections.csv."""

    name: str
    date: dt.date
    line: int


def read_corrections(folder: Folder, file: str) -> list[Correction]:
    """Read registration_corrections.csv: name, date.

    Parameters
    ----------
    folder : Folder
        Its report is added to.
    file : str
        Path within the folder.

    Returns
    -------
    list of Correction
        In the order of the file.
    """
    report: Report = folder.report
    found = []
    table = folder.table(file, _CORRECTIONS)
    for row in table.rows if table is not None else []:
        if row.cell(1).lower() == "date":
            continue
        where: dict[str, Any] = {"file": file, "row": row.line}
        if not row.cell(0) or not row.cell(1):
            report.add("ragged_row", message="an empty cell", expected="name,date", **where)
            continue
        date = values.day_of(row.cell(1), report, column="date", **where)
        if date is not None:
            found.append(Correction(row.cell(0), date, row.line))
    return found
