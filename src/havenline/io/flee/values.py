"""One cell of Flee's tables: from text to value, or a problem that says what to write."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import Any

from havenline.crisis.cells import parse_cell, parse_date
from havenline.crisis.columns import Column
from havenline.io.flee.checks import Report

MOST_PERSONS = 10_000_000_000
MOST_KM = 100_000.0
FIRST_YEAR, LAST_YEAR = 1951, 2148
MOST_DAYS = 18_300
PLAIN = re.compile(r"[+-]?([0-9]{1,30}(\.[0-9]{0,30})?|\.[0-9]{1,30})([eE][+-]?[0-9]{1,3})?")
"""A number as Flee's tables have it: digits of ASCII, no underscores."""
_SHORT = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_CELL_CHECKS = {"bad_number", "thousands_separator", "not_finite"}


def number(text: str, report: Report, **where: Any) -> float | None:
    """Read a number.

    Parameters
    ----------
    text : str
        As written, not empty.
    report : Report
        Added to.
    **where
        File, row and column.

    Returns
    -------
    float or None
        None where it is not a finite number.
    """
    if PLAIN.fullmatch(text):
        value = float(text)
        if math.isfinite(value):
            return value
        report.add("not_finite", message="not a finite number", value=text, **where)
        return None
    file, row = where["file"], where.get("row") or 0
    _, fault = parse_cell(text, Column("x", "number", ""), file, row)
    if fault is None:
        return None
    name = fault.check if fault.check in _CELL_CHECKS else "bad_number"
    report.add(name, message=fault.message, value=text, expected="a number", hint=fault.hint,
               **where)  # fmt: skip
    return None


def whole(text: str, report: Report, **where: Any) -> int | None:
    """Read a whole number; one such as ``12.0`` is understood with a warning.

    Parameters
    ----------
    text, report, **where
        See `number`.

    Returns
    -------
    int or None
    """
    if re.fullmatch(r"[+-]?[0-9]{1,3}(\.[0-9]{3})+", text):
        digits = text.replace(".", "")
        report.add("thousands_separator", message="a point for thousands, or a decimal?",
                   value=text, expected="a whole number", hint=f"write {digits}",
                   **where)  # fmt: skip
        return None
    value = number(text, report, **where)
    if value is None:
        return None
    if value != int(value):
        report.add("bad_number", message="not a whole number", value=text, **where)
        return None
    if abs(value) > 1e15:
        report.add("out_of_bounds", message="out of bounds", value=text, **where)
        return None
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        report.add("number_form", message="written with a decimal point", value=text,
                   expected=str(int(value)), **where)  # fmt: skip
    return int(value)


def persons(text: str, report: Report, **where: Any) -> int | None:
    """Read a number of persons; -1 stands for an unknown one.

    Parameters
    ----------
    text, report, **where
        See `number`.

    Returns
    -------
    int or None
        -1 where it is unknown.
    """
    value = whole(text, report, **where)
    if value is None or value == -1:
        return value
    if value < 0:
        report.add("negative_number", message="a number of persons cannot be negative", value=text,
                   expected="0 or more, or -1 where it is unknown", **where)  # fmt: skip
        return None
    if value > MOST_PERSONS:
        report.add("out_of_bounds", message="more persons than there are", value=text, **where)
        return None
    return value


def day_of(text: str, report: Report, **where: Any) -> date | None:
    """Read a date; one such as ``2015-5-1`` is understood.

    Parameters
    ----------
    text, report, **where
        See `number`.

    Returns
    -------
    date or None
    """
    plain = text
    if short := _SHORT.fullmatch(text):
        plain = f"{short[1]}-{int(short[2]):02d}-{int(short[3]):02d}"
    found, fault = parse_date(plain)
    if fault is not None:
        _, message, expected, hint = fault
        report.add("bad_date", message=message, value=text, expected=expected, hint=hint, **where)
    elif plain != text:
        report.add("date_form", message="not written in full", value=text, expected=plain, **where)
    return found
