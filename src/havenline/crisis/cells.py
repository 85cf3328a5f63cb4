"""One cell of a table: from text to value, or a problem that says what to write instead."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta

from havenline import words
from havenline.crisis.columns import Column
from havenline.crisis.registry import one_of, problem, suggest
from havenline.errors import Problem

Value = str | int | float | date | None

_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_NUMBER = re.compile(r"[+-]?[0-9]{1,300}(\.[0-9]{0,30})?([eE][+-]?[0-9]{1,3})?")
_INTEGER = re.compile(r"[+-]?[0-9]{1,300}")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:([,.'’ \u00a0\u202f_])[0-9]{3})+(\.[0-9]+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_WITH_UNIT = re.compile(r"([+-]?[0-9]+(?:\.[0-9]+)?)\s*[A-Za-z%]+[0-9]?")
_NOT_FINITE = {"nan", "inf", "infinity", "na", "n/a", "null", "none", "#n/a", "-"}
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SHORT_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")
_MONTH_NAME = re.compile(r"[A-Za-z]{3}")
SPREADSHEET_ERROR = re.compile(
    r"#{2,}|#[^\W_]+(/[^\W_]+)*[!?]|#N/?[AVD]|#GETTING_DATA|#(UN)?BUSY!", re.IGNORECASE
)
"""What a spreadsheet writes where it has no value, or no room to show one."""
_SERIAL = re.compile(r"[1-9][0-9]{4}(\.[0-9]+)?")
_SERIAL_START = date(1899, 12, 30)
FIRST_YEAR, LAST_YEAR = 1900, 2199
MOST_TEXT = 10_000
"""Characters of a cell or a value: several pages; no text that ships has a tenth of them."""
MOST_ID = 200
"""Characters of an id."""
_MOST_WHOLE = 10**18
"""Largest whole number of a column without a bound of its own: what 64 bits hold."""
_LARGE = 1000.0
"""From this bound on a number above it is called too large, with the bound in full digits."""


def parse_cell(text: str, column: Column, file: str, row: int) -> tuple[Value, Problem | None]:
    """Read one cell as its column says.

    Parameters
    ----------
    text : str
        The cell as written.
    column : Column
        Its declaration.
    file : str
        File, for the problem.
    row : int
        Line, for the problem.

    Returns
    -------
    value : str, int, float, date or None
        None for an empty cell (text: ``""``) and for one that cannot be read.
    problem : Problem or None
    """
    blank = column.type == "text" and column.required and not text.strip()
    if text == "" or blank:
        if not column.required:
            return empty(column), None
        return None, problem(
            "missing_value",
            file,
            "this cell must be filled",
            row=row,
            column=column.name,
            expected=_wanted(column),
        )
    fault: tuple[str, str, str, str] | None = text_fault(text)
    value: Value = None
    if fault is not None:
        return None, problem(fault[0], file, fault[1], row=row, column=column.name, value=text,
                             expected=fault[2], hint=fault[3])  # fmt: skip
    if column.type == "date":
        value, fault = parse_date(text)
    elif column.type in ("integer", "number"):
        value, fault = _parse_number(text, column)
    elif column.type == "text":
        value, fault = _parse_text(text, column)
    else:
        value, fault = _parse_ids(text, column)
    if fault is None:
        return value, None
    name, message, expected, hint = fault
    return None, problem(
        name,
        file,
        message,
        row=row,
        column=column.name,
        value=text,
        expected=expected,
        hint=hint,
    )


def empty(column: Column) -> Value:
    """Return the value of an empty cell of a column that may be empty."""
    return None if column.type in ("integer", "number", "date") else ""


def text_fault(text: str) -> tuple[str, str, str, str] | None:
    """Return what is wrong with a text wherever it stands: its length, or what cannot be seen.

    Parameters
    ----------
    text : str

    Returns
    -------
    tuple of str or None
        Name of the check, message, expected and hint.
    """
    if len(text) > MOST_TEXT:
        return ("long_text", f"a text of {len(text):,} characters", f"at most {MOST_TEXT:,}", "")
    character = words.unseen(text)
    if character:
        message = f"the character {character} is not to be seen"
        return ("control_character", message, "text without it", "")
    return None


def _wanted(column: Column) -> str:
    """Say in a few words what a cell of the column holds."""
    if column.choices:
        return one_of(column.choices)
    words = {
        "id": "an id",
        "code": "an id or p-code",
        "ids": "ids separated by ';'",
        "codes": "ids separated by ';'",
        "text": "text",
        "integer": "a whole number",
        "number": "a number",
        "date": "a date YYYY-MM-DD",
    }
    unit = f" of {column.unit}" if column.unit and not column.unit.startswith("degrees") else ""
    return words[column.type] + unit


def _parse_text(text: str, column: Column) -> tuple[Value, tuple[str, str, str, str] | None]:
    if column.choices and text not in column.choices:
        return None, (
            "unknown_value",
            f"unknown {column.name}",
            _wanted(column),
            suggest(text, column.choices),
        )
    return text, None


def _parse_ids(text: str, column: Column) -> tuple[Value, tuple[str, str, str, str] | None]:
    slug = column.type in ("id", "ids")
    pattern = _ID if slug else _CODE
    parts = split_ids(text) if column.type in ("ids", "codes") else [text]
    longest = max(map(len, parts), default=0)
    if longest > MOST_ID:
        return None, ("long_text", f"an id of {longest:,} characters", f"at most {MOST_ID}", "")
    if parts and all(pattern.fullmatch(part) for part in parts):
        return text, None
    fixed = re.sub(r"[^A-Za-z0-9_;-]+", "-", text.strip()).strip("-")
    fixed = fixed.lower() if slug else fixed
    hint = f"write {fixed!r}" if fixed and fixed != text and len(fixed) < 60 else ""
    expected = ("lower-case " if slug else "") + "letters, digits, '-' and '_'"
    return None, ("bad_id", "not an id", expected, hint)


def ids_named(text: str) -> list[str]:
    """Return the ids that a cell names; none for an empty one."""
    return [part for part in split_ids(text) if part]


def split_ids(text: str) -> list[str]:
    """Split a cell of several ids.

    Parameters
    ----------
    text : str
        Ids separated by ``;``, spaces around them allowed.

    Returns
    -------
    list of str
    """
    return [part.strip() for part in text.split(";")]


def _parse_number(text: str, column: Column) -> tuple[Value, tuple[str, str, str, str] | None]:
    expected = _wanted(column)
    number: int | float
    if column.type == "integer" and _INTEGER.fullmatch(text):
        number = int(text)
    elif column.type == "number" and _NUMBER.fullmatch(text):
        number = float(text)
        if not math.isfinite(number):
            return None, ("not_finite", "not a finite number", expected, "")
    else:
        return None, _number_fault(text, column, expected)
    if column.low is not None and number < column.low:
        if column.low == 0:
            return None, ("negative_number", f"{column.name} cannot be negative", "0 or more", "")
        return None, _bounds(column)
    high = _MOST_WHOLE if column.high is None and column.type == "integer" else column.high
    if high is not None and number > high:
        return None, _bounds(column) if high < _LARGE else _too_large(column, high)
    return number, None


def _bounds(column: Column) -> tuple[str, str, str, str]:
    return (
        "out_of_bounds",
        f"{column.name} is out of bounds",
        f"{column.low:g} to {column.high:g}",
        "",
    )


def _too_large(column: Column, high: float) -> tuple[str, str, str, str]:
    return ("out_of_bounds", "too large", f"at most {high:.0f} {column.unit}".rstrip(), "")


def _number_fault(text: str, column: Column, expected: str) -> tuple[str, str, str, str]:
    """Say why a text is not a number, with the number that was probably meant."""
    plain = text.strip()
    if plain.lower().lstrip("+-") in _NOT_FINITE:
        hint = "" if column.required else "leave the cell empty where the figure is unknown"
        return ("not_finite", "not a finite number", expected, hint)
    thousands = _THOUSANDS.fullmatch(plain)
    if thousands and not (thousands.group(1) == "." and column.type == "number"):
        fixed = re.sub(rf"[{thousands.group(1)}\s]", "", plain)
        if thousands.group(2):
            fixed = plain[: -len(thousands.group(2))]
            fixed = fixed.replace(thousands.group(1), "") + thousands.group(2)
        return ("thousands_separator", "thousands separator", expected, f"write {fixed}")
    hint = ""
    if SPREADSHEET_ERROR.fullmatch(plain):
        hint = "what a spreadsheet shows where it has no value or too little room"
    elif _DECIMAL_COMMA.fullmatch(plain) and column.type == "number":
        hint = f"write {plain.replace(',', '.')}"
    elif plain != text and _NUMBER.fullmatch(plain):
        hint = f"write {plain} without spaces"
    elif unit := _WITH_UNIT.fullmatch(plain):
        hint = f"write {unit.group(1)} without the unit"
    elif column.type == "integer" and _NUMBER.fullmatch(plain):
        number = float(plain)
        if math.isfinite(number) and number == int(number):
            hint = f"write {int(number)}"
        return ("bad_number", "not a whole number", expected, hint)
    return ("bad_number", "not a number", expected, hint)


def parse_date(text: str) -> tuple[date | None, tuple[str, str, str, str] | None]:
    """Read a date written YYYY-MM-DD.

    Parameters
    ----------
    text : str
        The date as written.

    Returns
    -------
    day : date or None
    fault : tuple of str or None
        Name of the check, message, expected and hint.
    """
    expected = "YYYY-MM-DD"
    if _ISO.fullmatch(text):
        day = _day(text[:4], text[5:7], text[8:])
        if day is not None:
            return day, None
        return None, ("bad_date", "no such day", expected, "")
    plain = text.strip()
    hint = ""
    if short := _SHORT_ISO.fullmatch(plain):
        day = _day(*short.groups())
        hint = f"write {day}" if day else ""
    elif first := _DAY_FIRST.fullmatch(plain):
        found = [_day(first[3], first[2], first[1]), _day(first[3], first[1], first[2])]
        days = sorted({str(day) for day in found if day})
        hint = "write " + " or ".join(days) if days else ""
    elif _SERIAL.fullmatch(plain):
        day = _SERIAL_START + timedelta(days=int(float(plain)))
        hint = f"a spreadsheet's day number? write {day}"
    elif _MONTH_NAME.search(plain) and (named := _named_month(plain)):
        hint = f"write {named}"
    elif SPREADSHEET_ERROR.fullmatch(plain):
        hint = "what a spreadsheet shows where it has no value or too little room"
    elif _ISO.match(plain) and plain[10:11] in ("T", " "):
        hint = f"write {plain[:10]} without the time"
    return None, ("bad_date", "not a date", expected, hint)


def _named_month(text: str) -> date | None:
    """Read a date with the name of a month, in English, as far as it names one day."""
    plain = re.sub(r"[\s,./-]+", "-", text)
    for form in ("%d-%b-%Y", "%d-%B-%Y", "%b-%d-%Y", "%B-%d-%Y", "%d-%b-%y", "%Y-%b-%d"):
        try:
            found = datetime.strptime(plain, form).date()
        except ValueError:
            continue
        return found if FIRST_YEAR <= found.year <= LAST_YEAR else None
    return None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None
