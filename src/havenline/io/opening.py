"""Opening, checking and importing whatever folder one has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from havenline.crisis import (
    CHECKS,
    Case,
    CheckReport,
    Crisis,
    builtin_crises,
    check_crisis,
    is_case,
    open_declared,
    strict_checks,
)
from havenline.crisis.flee_settings import FleeSettings
from havenline.io.case_writing import write_case
from havenline.io.flee.checks import CHECKS as FLEE_CHECKS
from havenline.io.flee.files import is_flee
from havenline.io.flee.reading import Settings, open_flee, problems_of
from havenline.io.flee.settings import read_settings


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
    return is_case(path) or is_flee(path)


def open_case(path: str | Path, settings: Settings = None) -> Case:
    """Open a displacement case, in Flee's format or in ours.

    Parameters
    ----------
    path : str or Path
    settings : FleeSettings, str or Path, optional
        Settings of Flee's rules, or a settings file of Flee, in place of those of the folder.

    Returns
    -------
    Case

    Raises
    ------
    CrisisError
        Where there is any error; it holds all of them.
    """
    if not is_case(path):
        return open_flee(path, settings)
    case = open_declared(path)
    assert isinstance(case, Case)
    if settings is None:
        return case
    chosen = settings if isinstance(settings, FleeSettings) else read_settings(settings)
    return replace(case, settings=chosen)


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
    foreign = is_any_case(name_or_path) and not is_case(name_or_path)
    return open_flee(name_or_path) if foreign else open_declared(name_or_path)


def check_any(name_or_path: str | Path, strict: Iterable[str] = ()) -> CheckReport:
    """Check a crisis or a displacement case, whichever it is, and report every problem at once.

    Parameters
    ----------
    name_or_path : str or Path
        See `open_any`.
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
    if is_any_case(name_or_path) and not is_case(name_or_path):
        names = strict_checks(strict, {**CHECKS, **FLEE_CHECKS})
        return CheckReport(str(name_or_path), problems_of(name_or_path), names)
    return check_crisis(name_or_path, strict)
