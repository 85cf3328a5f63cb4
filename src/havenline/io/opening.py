"""Opening, checking and importing whatever folder one has."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from havenline.cases.case import Case
from havenline.crisis import CHECKS as CRISIS_CHECKS
from havenline.crisis import (
    CheckReport,
    Crisis,
    builtin_crises,
    check_crisis,
    open_crisis,
)
from havenline.crisis.registry import suggest
from havenline.errors import HavenlineError
from havenline.io.case_reading import case_problems, is_case, open_case_folder
from havenline.io.case_writing import write_case
from havenline.io.flee.checks import CHECKS as FLEE_CHECKS
from havenline.io.flee.files import is_flee
from havenline.io.flee.reading import Settings, open_flee, problems_of


def import_flee(source: str | Path, to: str | Path, settings: Settings = None) -> Path:
    """Turn a folder in Flee's format into a folder of our own that gives the same results.

    Parameters
    ----------
    source : str or Path
        A folder in Flee's format.
    to : str or Path
        A folder that does not exist yet or is empty.
    settings : FleeSettings, str or Path, optional
        Settings, or a settings file; see `open_flee`.

    Returns
    -------
    Path
        The new folder.

    Raises
    ------
    CrisisError
        Where the source cannot be understood.
    HavenlineError
        Where the folder is not empty or cannot be written; nothing is left behind then.
    """
    return write_case(open_flee(source, settings), to)


def is_any_case(path: str | Path) -> bool:
    """Return whether a path is a displacement case, in Flee's format or in ours.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    bool
        False for the name of a crisis that ships with Havenline.
    """
    if isinstance(path, str) and path in builtin_crises():
        return False
    return is_case(path) or is_flee(path) or _is_part(path)


def _is_part(path: str | Path) -> bool:
    """Return whether a path is ``input_csv`` or ``source_data`` of a folder."""
    return Path(path).name in ("input_csv", "source_data") and is_flee(Path(path).parent)


def open_case(path: str | Path, settings: Settings = None) -> Case:
    """Open a displacement case, in Flee's format or in ours.

    Parameters
    ----------
    path : str or Path
    settings : FleeSettings, str or Path, optional
        Settings of Flee's rules, or a settings file of Flee.

    Returns
    -------
    Case

    Raises
    ------
    CrisisError
        Where there is any error; it holds all of them.
    """
    return open_case_folder(path, settings) if is_case(path) else open_flee(path, settings)


def open_any(name_or_path: str | Path) -> Crisis | Case:
    """Open a crisis or a displacement case, whichever it is.

    Parameters
    ----------
    name_or_path : str or Path
        A built-in name, a crisis folder, a case folder, or a folder in Flee's format.

    Returns
    -------
    Crisis or Case

    Raises
    ------
    CrisisError
        Where there is any error; it holds all of them.
    """
    return open_case(name_or_path) if is_any_case(name_or_path) else open_crisis(name_or_path)


def check_flee(path: str | Path, strict: Iterable[str] = ()) -> CheckReport:
    """Check a folder in Flee's format and report every problem at once.

    Parameters
    ----------
    path : str or Path
    strict : iterable of str
        Names of checks whose warnings count as failures; ``"all"`` for every check.

    Returns
    -------
    CheckReport

    Raises
    ------
    HavenlineError
        Where a name in `strict` is no check.
    """
    names = _strict(strict)
    return CheckReport(str(path), problems_of(path), names)


def check_any(name_or_path: str | Path, strict: Iterable[str] = ()) -> CheckReport:
    """Check a crisis or a displacement case, whichever it is.

    Parameters
    ----------
    name_or_path : str or Path
        See `open_any`.
    strict : iterable of str
        See `check_flee`.

    Returns
    -------
    CheckReport

    Raises
    ------
    HavenlineError
        Where a name in `strict` is no check.
    """
    if not is_any_case(name_or_path):
        return check_crisis(name_or_path, strict)
    if is_case(name_or_path):
        names = _strict(strict)
        return CheckReport(str(name_or_path), case_problems(name_or_path), names)
    return check_flee(name_or_path, strict)


def _strict(strict: Iterable[str]) -> frozenset[str]:
    """Return the names of checks that were made strict, of either kind of folder."""
    known = {*CRISIS_CHECKS, *FLEE_CHECKS}
    names: set[str] = set()
    for name in strict:
        if name == "all":
            names |= known
        elif name in known:
            names.add(name)
        else:
            hint = suggest(name, known)
            raise HavenlineError(f"there is no check {name!r}" + (f"; {hint}" if hint else ""))
    return frozenset(names)
