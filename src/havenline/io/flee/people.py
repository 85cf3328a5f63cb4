"""Attributes of people and people who are there from the start, from Flee's tables."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from havenline.crisis.case import Demographic, Traveller
from havenline.io.flee import values
from havenline.io.flee.names import Names
from havenline.io.flee.text import Folder, Shape

DEFAULT = "default"
_MOST = 1e12


def read_demographic(
    folder: Folder, file: str, names: Names, origins: Collection[int]
) -> Demographic | None:
    """Read demographics_<attribute>.csv: a row for each value, weights by location.

    Parameters
    ----------
    folder : Folder
        Its report is added to.
    file : str
        Path within the folder; the attribute stands in its name.
    names : Names
        Names of locations.
    origins : collection of int
        Locations that people may set out from, which need weights.

    Returns
    -------
    Demographic or None
    """
    report = folder.report
    attribute = file.rsplit("/", 1)[-1].split("_")[1].split(".")[0]
    table = folder.table(file, Shape(("value",), first="word", headed=True, once=True))
    if table is None:
        return None
    header, body = table.header, table.rows
    if header is None or not body:
        check = "empty_file" if table.blank else "empty_table"
        report.add(check, file, "there are no values", expected=f"{attribute},Default and rows")
        return None
    if not attribute:
        report.add("bad_header", file, "the file name has no attribute",
                   expected="demographics_<attribute>.csv")  # fmt: skip
        return None
    default: int | None = None
    place: dict[int, int] = {}
    for i in range(1, len(header.cells)):
        name = header.cell(i)
        if name.lower() == DEFAULT:
            default = i
        elif (at := names.find(name, report, file, header.line)) is not None:
            place[at] = i
        elif name:
            report.add("unmatched_name", file, "no such location, so this column is left out",
                       row=header.line, value=name, expected="a name of locations.csv",
                       hint=names.hint(name))  # fmt: skip
    lacking = [names.names[i] for i in origins if i not in place]
    if default is None and lacking:
        report.add("bad_header", file, "there is no column for places that have none of their own",
                   row=header.line, value=", ".join(lacking[:3]), expected="Default")  # fmt: skip
        return None
    words: list[str] = []
    weights = np.zeros((len(body), len(names.names)))
    for k, row in enumerate(body):
        where: dict[str, Any] = {"file": file, "row": row.line}
        if row.cell(0) in words:
            report.add("duplicate_key", message="this value stands twice", value=row.cell(0),
                       **where)  # fmt: skip
        words.append(row.cell(0))
        read: dict[int, float] = {}
        columns = {*place.values()} | ({default} if default is not None else set())
        for i in sorted(columns):
            at_cell = {**where, "column": header.cell(i)}
            text = row.cell(i)
            value = values.number(text, report, **at_cell) if text else None
            if not text:
                report.add("value_left_out", message="no weight, read as 0", **at_cell)
            if value is not None and not 0 <= value <= _MOST:
                check = "negative_number" if value < 0 else "out_of_bounds"
                report.add(check, message="not a weight", value=text, **at_cell)
                value = None
            read[i] = value or 0.0
        usual = 0.0 if default is None else read[default]
        for other in range(len(names.names)):
            weights[k, other] = read[place[other]] if other in place else usual
    empty = [i for i in sorted(origins) if weights[:, i].sum() <= 0]
    if empty and not report.failed:
        report.add("missing_value", file, "all weights are 0", value=names.names[empty[0]],
                   expected="a weight above 0")  # fmt: skip
    return Demographic(attribute, tuple(words), weights)


def read_travellers(folder: Folder, file: str, names: Names) -> tuple[Traveller, ...]:
    """Read agents.csv: a header with location and attributes, then a row for each person.

    Parameters
    ----------
    folder, file, names
        See `read_demographic`.

    Returns
    -------
    tuple of Traveller
    """
    report = folder.report
    table = folder.table(file, Shape(("location",), first="word", headed=True))
    if table is None:
        return ()
    if table.header is None or not table.body:
        report.add("empty_table", file, "there are no people", expected="a header and rows")
        return ()
    header = [cell.lower() if i == 0 else cell for i, cell in enumerate(table.header.cells)]
    column = next((i for i, word in enumerate(header) if word.lower() == "location"), None)
    if column is None:
        report.add("bad_header", file, "the header has no column 'location'", row=table.header.line,
                   expected="location,<attributes>")  # fmt: skip
        return ()
    found = []
    for row in table.rows:
        name = row.cell(column)
        at = names.find(name, report, file, row.line, "location")
        if at is None:
            report.add("unknown_place", file, "no such location", row=row.line, column="location",
                       value=name, expected="a name of locations.csv",
                       hint=names.hint(name))  # fmt: skip
            continue
        words = {w: row.cell(i) for i, w in enumerate(header) if i != column and w}
        found.append(Traveller(at, words))
    return tuple(found)
