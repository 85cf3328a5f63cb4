"""Errors that a user can cause, each with enough to put it right."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input, and how to put it right.

    Attributes
    ----------
    check : str
        Name of the check that found it, such as ``unknown_column``.
    file : str
        File relative to the crisis folder; ``""`` for the folder itself.
    row : int or None
        Line in the file as an editor counts it (the header is line 1).
    column : str
        Column or key; ``""`` where the problem is not in one.
    value : str
        The value that was found, as written.
    message : str
        What is wrong, one sentence.
    expected : str
        What was expected.
    hint : str
        A suggestion, such as the nearest known id; ``""`` for none.
    severity : {"error", "warning"}
        A warning does not stop a run unless its check is made strict.
    """

    check: str
    file: str
    row: int | None
    column: str
    value: str
    message: str
    expected: str = ""
    hint: str = ""
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        """Return the problem on one line: place, what, expected, hint."""
        where = self.file or "crisis folder"
        if self.row is not None:
            where += f":{self.row}"
        if self.column:
            where += f" [{self.column}]"
        text = f"{where}: {self.message}"
        if self.value:
            text += f" (found {self.value!r})"
        if self.expected:
            text += f"; expected {self.expected}"
        if self.hint:
            text += f"; {self.hint}"
        return f"{text} ({self.check})"


class HavenlineError(Exception):
    """Base of every error that a user can cause."""


class CrisisError(HavenlineError):
    """A crisis folder cannot be used; holds every problem found, not only the first.

    Parameters
    ----------
    problems : sequence of Problem
        At least one.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(p) for p in self.problems))


class OptionRefused(HavenlineError):
    """An option asks for what Havenline does not weigh, such as a border less open than today."""


class RunError(HavenlineError):
    """A run cannot be done as asked, such as an as-of date outside the crisis period."""


_ADVICE = {
    errno.ENOSPC: "the disk is full; make room, or give a folder on another disk",
    errno.EDQUOT: "the quota of the disk is used up; make room, or give a folder on another disk",
    errno.EFBIG: "files may not grow so large there; give a folder on another disk",
    errno.EROFS: "the disk is read-only; give a folder on another disk",
    errno.EACCES: "no permission to write there; give another folder",
    errno.EPERM: "no permission to write there; give another folder",
}


def reason_of(error: OSError) -> str:
    """Return in words why a file could not be written, and what to do.

    Parameters
    ----------
    error : OSError
        Also one that says its number only in its text, as those of HDF5 do.
    """
    found = re.search(r"errno (?:= )?(\d+)", str(error), flags=re.IGNORECASE)
    number = error.errno or (int(found[1]) if found else 0)
    if number in _ADVICE:
        return _ADVICE[number]
    return (os.strerror(number) if number else str(error).partition("\n")[0]).lower()
