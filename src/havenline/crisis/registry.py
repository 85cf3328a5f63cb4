"""The one table of named checks: what each looks for and how serious it is."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from havenline.errors import Problem
from havenline.words import visible

Severity = Literal["error", "warning"]
Kind = Literal["crisis", "case"]
BOTH: tuple[Kind, ...] = ("crisis", "case")
Function = TypeVar("Function", bound=Callable[[Any], Iterable[Problem]])
LONGEST_VALUE = 60
MOST_OF_A_KIND = 20
MOST_WARNINGS = 3
"""Errors and warnings of one kind in one file that are told one by one; the others are counted."""


@dataclass(frozen=True)
class Check:
    """A named check.

    Attributes
    ----------
    name : str
        Name that a problem carries and that can be made strict.
    meaning : str
        What it looks for, one line.
    severity : {"error", "warning"}
        A warning stops nothing unless the check is made strict.
    function : callable or None
        Walks the draft of a crisis and yields problems; None where the problem is found
        while a file is read.
    kinds : tuple of str
        The kinds of folder that it is made of.
    """

    name: str
    meaning: str
    severity: Severity
    function: Callable[[Any], Iterable[Problem]] | None = None
    kinds: tuple[Kind, ...] = BOTH


CHECKS: dict[str, Check] = {}


def declare(
    name: str, meaning: str, severity: Severity = "error", kinds: tuple[Kind, ...] = BOTH
) -> None:
    """Add a check that is made while a file is read, or of what was read as a whole.

    Parameters
    ----------
    name, meaning : str
        See `Check`.
    severity : {"error", "warning"}
        Default severity.
    kinds : tuple of str
        The kinds of folder that it is made of.
    """
    if name in CHECKS:
        raise ValueError(f"check {name!r} is declared twice")
    CHECKS[name] = Check(name, meaning, severity, None, kinds)


def check(
    name: str, meaning: str, severity: Severity = "error", kinds: tuple[Kind, ...] = ("crisis",)
) -> Callable[[Function], Function]:
    """Register a function that walks the whole draft of a crisis.

    Parameters
    ----------
    name, meaning : str
        See `Check`.
    severity : {"error", "warning"}
        Default severity.
    kinds : tuple of str
        The kinds of folder that it is made of.

    Returns
    -------
    callable
        Decorator that leaves the function as it is.
    """
    declare(name, meaning, severity)

    def register(function: Function) -> Function:
        CHECKS[name] = Check(name, meaning, severity, function, kinds)
        return function

    return register


def problem(
    name: str,
    file: str,
    message: str,
    *,
    row: int | None = None,
    column: str = "",
    value: object = "",
    expected: str = "",
    hint: str = "",
) -> Problem:
    """Build a problem of a declared check, with its severity.

    Parameters
    ----------
    name : str
        A name in `CHECKS`.
    file : str
        File relative to the crisis folder.
    message : str
        What is wrong.
    row : int, optional
        Line as an editor counts it.
    column, value, expected, hint
        See `havenline.errors.Problem`; long values are cut.

    Returns
    -------
    Problem
    """
    text = str(value)
    if len(text) > LONGEST_VALUE:
        text = text[: LONGEST_VALUE - 3] + "..."
    severity = CHECKS[name].severity
    shown = visible(file)
    return Problem(name, shown, row, visible(column), text, message, expected, hint, severity)


def first_of_each_kind(problems: Iterable[Problem]) -> list[Problem]:
    """Return the first problems of each kind in each file, and a line that counts the others.

    Parameters
    ----------
    problems : iterable of Problem

    Returns
    -------
    list of Problem
        In their order; the lines that count stand last.
    """
    seen: Counter[tuple[str, str, Severity]] = Counter()
    most: dict[Severity, int] = {"error": MOST_OF_A_KIND, "warning": MOST_WARNINGS}
    shown = []
    for found in problems:
        kind = (found.check, found.file, found.severity)
        seen[kind] += 1
        if seen[kind] <= most[found.severity]:
            shown.append(found)
    return shown + [
        Problem(name, file, None, "", "", f"{many - most[severity]} more of this kind",
                severity=severity)
        for (name, file, severity), many in seen.items()
        if many > most[severity]
    ]  # fmt: skip


def suggest(word: str, known: Iterable[str]) -> str:
    """Return "did you mean 'x'?" for the nearest known word, or an empty string.

    Parameters
    ----------
    word : str
        What was written.
    known : iterable of str
        What could have been meant.

    Returns
    -------
    str
    """
    if not word or len(word) > LONGEST_VALUE:
        return ""
    words = sorted(set(known))
    plain = word.strip().lower().replace(" ", "_")
    for candidate in words:
        if candidate.lower() == plain:
            return f"did you mean {candidate!r}?"
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else ""


class Hints:
    """Suggestions for the problems that are told one by one: more would take hours to find.

    Parameters
    ----------
    known : iterable of str
        What could have been meant.
    """

    def __init__(self, known: Iterable[str]) -> None:
        self._known = list(known)
        self._left = MOST_OF_A_KIND

    def to(self, word: str) -> str:
        """Return what `suggest` says of a word; nothing after the first words."""
        self._left -= 1
        return suggest(word, self._known) if self._left >= 0 else ""


def one_of(words: Iterable[str]) -> str:
    """Write a list of allowed words, such as "one of a, b".

    Parameters
    ----------
    words : iterable of str
        In the order to be shown.

    Returns
    -------
    str
    """
    listed = list(words)
    return ("one of " if len(listed) > 1 else "") + ", ".join(listed)


declare("missing_folder", "the crisis folder exists")
declare("not_a_folder", "the path of a crisis is a folder, not a file")
declare("unknown_crisis", "a crisis opened by name is one that ships with Havenline")
declare("unreadable_file", "every file may be read")
declare("missing_file", "every file that a crisis needs is there")
declare("unknown_file", "no file in the folder is left unread because of its name", "warning")
declare("too_large", "no file is larger than files of its kind need be")
declare("empty_file", "no file is empty")
declare("not_text", "files are text, not a spreadsheet or an archive under another name")
declare("nul_bytes", "files are text, without NUL bytes")
declare("not_utf8", "files are UTF-8")
declare("byte_order_mark", "files start without a byte order mark", "warning")
declare("line_endings", "lines end in LF alone", "warning")
declare("broken_csv", "tables are valid CSV")
declare("ragged_row", "every row has as many cells as the header")
declare("too_wide", "no table has many more columns than the format knows")
declare("blank_line", "no table has blank lines", "warning")
declare("duplicate_column", "no column stands twice")
declare("unknown_column", "no table has a column that the format does not know")
declare("missing_column", "every table has all columns of the format")
declare("empty_table", "tables that a run needs have rows")
declare("missing_value", "required cells are filled")
declare("bad_number", "numbers are written plainly, with a point for decimals")
declare("thousands_separator", "numbers have no thousands separators")
declare("not_finite", "no number is NaN or infinite")
declare("negative_number", "numbers that cannot be negative are not")
declare("out_of_bounds", "numbers are within the bounds of their column")
declare("bad_date", "dates are written YYYY-MM-DD")
declare("bad_id", "ids are slugs, p-codes as published")
declare("unknown_value", "cells with a fixed list of values use one of them")
declare("long_text", "no text is longer than a reader would read")
declare("control_character", "no text has control or invisible characters")
declare("broken_yaml", "YAML files are valid YAML")
declare("duplicate_key", "no key stands twice in a YAML mapping")
declare("unknown_key", "no YAML file has a key that the format does not know")
declare("old_format", "the folder is of the newest format", "warning", ("crisis",))
declare("unused_key", "no YAML file has a key that once had a meaning and has none now", "warning")
declare("missing_key", "YAML files have every required key")
declare("wrong_type", "YAML values have the type that their key needs")
declare("repeated_point", "no drawn line or ring has a point twice in a row", "warning")
declare("bad_geojson", "geometry files are valid GeoJSON with the properties they need")
