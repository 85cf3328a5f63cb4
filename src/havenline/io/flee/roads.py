"""Roads from Flee's tables."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from havenline.crisis.case import Link
from havenline.io.flee import values
from havenline.io.flee.checks import Report
from havenline.io.flee.names import Names, needed
from havenline.io.flee.text import Folder, Row, Shape

_SHAPE = Shape(
    ("name1", "name2", "distance", "forced_redirection"),
    3,
    heads=("name1", "name 1", "from", "name", "start", "source", "location1"),
)
_ATTRIBUTES = ("max_move_speed", "walk_probability")


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
    table = folder.table(file, _SHAPE)
    if table is None:
        return ()
    header = table.header
    attributes: dict[str, int] = {}
    if header is not None:
        attributes = {w.lower(): i for i, w in enumerate(header.cells) if i >= 4 and w}
        fourth = header.cell(3)
        other = fourth and "redirect" not in fourth.lower() and "forced" not in fourth.lower()
        if other and any(row.cell(3) not in ("", "0", "1", "2") for row in table.rows):
            report.add("bad_header", file, "the fourth column is that of forced redirection",
                       row=header.line, value=fourth, expected=",".join(_SHAPE.columns),
                       hint=f"move {fourth} behind an empty fourth column")  # fmt: skip
            return ()
        for word in attributes:
            if word not in _ATTRIBUTES:
                report.add("unread_cells", file, "nothing reads this column", row=header.line,
                           value=word)  # fmt: skip
    links = [
        x for row in table.rows if (x := _link(row, attributes, file, names, report)) is not None
    ]
    if not table.body:
        check = "empty_file" if table.blank else "empty_table"
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
    ends = [needed(row.cell(i), f"name{i + 1}", names, where, report) for i in (0, 1)]
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
    forced = _forced(row.cell(2), row.cell(3), report, where)
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


def _forced(km: str, text: str, report: Report, where: dict[str, Any]) -> int:
    if not text:
        return 0
    at = {**where, "column": "forced_redirection"}
    forced = values.whole(text, report, **at)
    if forced is not None and forced not in (0, 1, 2):
        hint = f"a decimal comma? write {km}.{text}" if km.isdigit() and text.isdigit() else ""
        report.add("unknown_value", message="unknown redirection", value=text,
                   expected="0, 1 or 2", hint=hint, **at)  # fmt: skip
        return 0
    return forced or 0


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
    table = folder.table(file, Shape(("name",), open_ended=True, heads=("name", "name1")))
    for row in table.rows if table is not None else []:
        where: dict[str, Any] = {"file": file, "row": row.line}
        cells = [c for c in row.cells if c]
        found = [needed(cell, "", names, where, folder.report) for cell in cells]
        route = tuple(i for i in found if i is not None)
        if len(route) == len(cells) and len(route) > 1:
            routes.append(route)
        elif len(cells) < 2:
            folder.report.add("ragged_row", message="one name", expected="at least two names",
                              **where)  # fmt: skip
    return tuple(routes)
