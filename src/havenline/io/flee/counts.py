"""Published counts of a case: which series belongs to which camp, and what they say together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from havenline.crisis.case import Counts
from havenline.io.flee.checks import Report
from havenline.io.flee.files import COUNTS, LAYOUT, OLD_COUNTS, Files
from havenline.io.flee.names import Names
from havenline.io.flee.series import (
    Correction,
    Series,
    add_series,
    corrected,
    counts_of,
    flee_on_days,
    on_days,
    read_series,
)
from havenline.io.flee.text import Folder, Shape

TOTAL = "total"
_SHAPE = Shape(
    ("name", "file"), 1, "name", ("name", "location", "camp"), open_ended=True, once=True
)
_UNCOUNTED = "so it is not compared, and people go there under Flee's rules only"
Points = tuple[tuple[int, float], ...]


@dataclass
class Published:
    """All counts of a case.

    Attributes
    ----------
    counts, registered : dict of int to Counts
        By position of the camp, in the order of locations.csv: with registration corrections,
        and before them where there are any.
    total : Counts or None
        None where there is none.
    others : dict of str to Counts
        Series of names that are no camps.
    flee_counts, flee_total, flee_others
        Those that Flee reads in another way.
    """

    counts: dict[int, Counts] = field(default_factory=dict)
    registered: dict[int, Counts] = field(default_factory=dict)
    total: Counts | None = None
    others: dict[str, Counts] = field(default_factory=dict)
    flee_counts: dict[int, Counts] = field(default_factory=dict)
    flee_total: Counts | None = None
    flee_others: dict[str, Counts] = field(default_factory=dict)


def read_layout(
    folder: Folder, files: Files, start: dt.date
) -> tuple[str, dict[str, tuple[int, Series | None]]]:
    """Read data_layout.csv and every file that it lists.

    Parameters
    ----------
    folder : Folder
        Its report is added to.
    files : Files
    start : date
        Day 0.

    Returns
    -------
    file : str
        Path of the list; empty where there is none.
    series : dict of str to (int, Series or None)
        By name as written, with its line; None where the counts could not be read.
    """
    report = folder.report
    file = files.find_counts(LAYOUT)
    if file is None:
        report.add("missing_file", f"{files.counts[0]}{LAYOUT}", "there is no such file",
                   expected=f"the list of counts in {COUNTS} or {OLD_COUNTS}",
                   hint="Flee needs it as well, even where people leave by conflict: rows such "
                   "as total,refugees.csv")  # fmt: skip
        return "", {}
    table = folder.table(file, _SHAPE)
    found: dict[str, tuple[int, Series | None]] = {}
    if table is not None and table.blank:
        report.add("empty_file", file, "the file is empty", expected="total,refugees.csv")
    first = ""
    for row in table.rows if table is not None else []:
        name = row.cell(0)
        names = [cell for cell in row.cells[1:] if cell]
        if not name:
            report.add("missing_value", file, "no name", row=row.line, expected="name,file")
            continue
        if not names:
            if name.lower() not in ("name", "location"):
                report.add("value_left_out", file, f"no file of counts, {_UNCOUNTED}",
                           row=row.line, value=name)  # fmt: skip
                found.setdefault(name, (row.line, None))
            continue
        first = first or name
        if name in found and found[name][1] is not None:
            report.add("duplicate_key", file, f"this name stands in line {found[name][0]} as well, "
                       "with other files", row=row.line, value=name,
                       hint="several files of one camp stand in one row")  # fmt: skip
            continue
        found[name] = (row.line, _files(folder, files, file, row.line, names, start))
    if first.lower() != TOTAL and any(name.lower() == TOTAL for name in found):
        report.add("no_total", file, "the first row is not the total, which Flee takes it for",
                   value=first, expected="total,refugees.csv")  # fmt: skip
    return file, found


def _files(
    folder: Folder, files: Files, layout: str, line: int, names: Sequence[str], start: dt.date
) -> Series | None:
    """Read the files of one camp and add them up."""
    total: Series | None = None
    for name in names:
        path = files.find_counts(name)
        if path is None:
            folder.report.add("missing_file", layout, "there is no such file of counts", row=line,
                              value=name, hint=files.nearest_counts(name))  # fmt: skip
            continue
        series = read_series(folder, path, start)
        if series is not None:
            total = series if total is None else add_series(total, series)
    return total


def published(
    layout: str,
    series: dict[str, tuple[int, Series | None]],
    corrections: Sequence[Correction],
    corrections_file: str,
    camps: Sequence[int],
    names: Names,
    start: dt.date,
    days: int,
    report: Report,
) -> Published:
    """Give every camp its counts.

    Parameters
    ----------
    layout : str
        Path of the list of series, for messages.
    series : dict of str to (int, Series or None)
        From `read_layout`.
    corrections : sequence of Correction
    corrections_file : str
        Path, for messages.
    camps : sequence of int
        Positions of the locations whose arrivals are counted.
    names : Names
        Names of locations.
    start : date
    days : int
        Days of the case.
    report : Report
        Added to.

    Returns
    -------
    Published
    """
    found = Published()
    by_place: dict[int, Series | None] = {}
    for name, (line, one) in series.items():
        if name.lower() == TOTAL and one is not None:
            found.total = counts_of(one.points)
            found.flee_total = _other_reading(found.total, one.as_flee, days)
            continue
        at = names.find(name, report, layout, line)
        if one is None:
            if at is not None:
                by_place[at] = None
        elif at is None or at not in camps:
            if at is None:
                why, hint = "no such location", names.hint(name)
            else:
                why, hint = "this location is no camp", ""
            report.add("counts_without_camp", layout, f"{why}; its counts add to the arrivals only",
                       row=line, value=name, hint=hint)  # fmt: skip
            found.others[name] = counts_of(one.points)
            if (other := _other_reading(found.others[name], one.as_flee, days)) is not None:
                found.flee_others[name] = other
        elif at in by_place:
            report.add("duplicate_key", layout, "this camp has two rows", row=line, value=name)
        else:
            by_place[at] = one
    corrections_of = _by_camp(corrections, by_place, names, corrections_file, report)
    for at in camps:
        if at not in by_place and layout:
            report.add("camp_without_counts", layout, f"this camp has no counts, {_UNCOUNTED}",
                       value=names.names[at])  # fmt: skip
        one = by_place.get(at)
        if one is None:
            continue
        rows = corrections_of.get(at, [])
        points = _correct(one.points, rows, start, days, corrections_file, report)
        found.counts[at] = counts_of(points)
        if points != one.points:
            found.registered[at] = counts_of(one.points)
        flee = _correct(one.as_flee, rows, start, days, "", None)
        other = _other_reading(found.counts[at], flee, days)
        if other is not None:
            found.flee_counts[at] = other
            _report_merging(layout, names.names[at], found.counts[at], other, start, days, report)
    if found.total is None and found.counts:
        report.add("no_total", layout, "there is no published total, so the sum of the camps is it",
                   expected="total,refugees.csv")  # fmt: skip
        found.total = _sum(list(found.counts.values()))
    return found


def _other_reading(counts: Counts, as_flee: Points, days: int) -> Counts | None:
    """Return a series as Flee reads it, where that differs on any day of the case."""
    each = np.arange(days, dtype=np.int64)
    flee = flee_on_days(as_flee, each)
    if np.array_equal(np.trunc(flee + 1e-9), counts.on(each)):
        return None
    return Counts(each, flee)


def _report_merging(
    layout: str,
    name: str,
    counts: Counts,
    other: Counts,
    start: dt.date,
    days: int,
    report: Report,
) -> None:
    """Say where a series read by Flee's rows differs most from the one read by dates."""
    each = np.arange(days, dtype=np.int64)
    ours, theirs = counts.on(each), other.on(each) + 0.0  # no -0
    day = int(np.argmax(np.abs(ours - theirs)))
    report.add(
        "merged_differently",
        layout,
        f"read by its dates this camp has {ours[day]:.0f} on {start + dt.timedelta(day)}, read by "
        f"its rows as Flee does {theirs[day]:.0f}; the rules 'flee-exact' use the latter",
        value=name,
    )


def _sum(counts: Sequence[Counts]) -> Counts:
    """Return the sum of several series on every date of any of them."""
    days = np.unique(np.concatenate([c.days for c in counts]))
    parts = [on_days(list(zip(c.days, c.persons, strict=True)), days) for c in counts]
    return Counts(days, np.sum(parts, axis=0))


def _by_camp(
    corrections: Sequence[Correction],
    known: dict[int, Series | None],
    names: Names,
    file: str,
    report: Report,
) -> dict[int, list[Correction]]:
    """Sort the corrections by camp, reporting those of no camp with counts."""
    found: dict[int, list[Correction]] = {}
    for correction in corrections:
        at = names.find(correction.name, report, file, correction.line)
        if at is None or (at not in known and known):
            why = "no such location" if at is None else "this place has no counts"
            report.add("unmatched_name", file, f"{why}, so this correction is left out",
                       row=correction.line, value=correction.name,
                       hint=names.hint(correction.name) if at is None else "")  # fmt: skip
        else:
            found.setdefault(at, []).append(correction)
    return found


def _correct(
    points: Points,
    corrections: Sequence[Correction],
    start: dt.date,
    days: int,
    file: str,
    report: Report | None,
) -> Points:
    """Apply the registration corrections of one camp, one after the other."""
    for correction in corrections:
        day = (correction.date - start).days
        at = next((i for i, (x, _) in enumerate(points) if x == day), None)
        fixed = None if at is None or day < 0 else corrected(points, at)
        if fixed is not None:
            points = fixed
        elif report is not None:
            _report_correction(points, correction, at, day, start, days, file, report)
    return points


def _report_correction(
    points: Points,
    correction: Correction,
    at: int | None,
    day: int,
    start: dt.date,
    days: int,
    file: str,
    report: Report,
) -> None:
    """Say why a correction changes nothing or cannot be made."""
    if day < 0:
        report.add("correction_without_effect", file, "before the start, so it changes nothing",
                   row=correction.line, value=correction.date)  # fmt: skip
    elif at is None:
        near = min(points, key=lambda point: abs(point[0] - day))[0]
        report.add("bad_correction", file, f"{correction.name} has no count on this date",
                   row=correction.line, value=correction.date, expected="a date of its counts",
                   hint=f"the nearest is {start + dt.timedelta(near)}")  # fmt: skip
    elif points[at][1] == 0:
        report.add("bad_correction", file, f"{correction.name} has a count of 0 on this date, "
                   "which would make all its earlier counts 0", row=correction.line,
                   value=correction.date, expected="a date of a registration")  # fmt: skip
    elif at > 0 and any(x != 0 for _, x in points[:at]):
        report.add("bad_correction", file, f"the count of {correction.name} before this date is 0, "
                   "so there is nothing to scale by", row=correction.line,
                   value=correction.date)  # fmt: skip
    else:
        report.add("correction_without_effect", file, "nothing was counted before this date",
                   row=correction.line, value=correction.date)  # fmt: skip
