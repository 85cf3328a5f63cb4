"""What the commands share: the two streams, reading of arguments, writing of figures."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from havenline.crisis import Crisis, open_crisis
from havenline.errors import HavenlineError

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

CrisisArgument = Annotated[
    str, typer.Argument(metavar="CRISIS", help="Built-in name, or path of a crisis folder.")
]
BAD_INPUT = 2
ABORTED = 130  # typer's code for Ctrl-C
FULL_WIDTH = 120
LEAST_WIDTH = 80  # below it, figures go on in the next line


def a_date(text: str | None, name: str) -> dt.date | None:
    """Read an ISO date given as the option ``name``."""
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise HavenlineError(f"{name}: {text!r} is not a date; expected YYYY-MM-DD") from None


def settings_of(pairs: list[str]) -> dict[str, float]:
    """Read ``NAME=VALUE`` pairs."""
    settings: dict[str, float] = {}
    for pair in pairs:
        name, sep, value = pair.partition("=")
        try:
            if not sep:
                raise ValueError
            number = float(value)
        except ValueError:
            raise HavenlineError(f"--set {pair!r}: expected name=number") from None
        if name.strip() in settings:
            raise HavenlineError(f"--set {pair!r}: {name.strip()!r} is given twice")
        settings[name.strip()] = number
    return settings


def opened(crisis: str) -> Crisis:
    """Open a crisis; an empty name is not the folder one happens to be in."""
    if not crisis.strip():
        raise HavenlineError("CRISIS: an empty name; give a built-in name or a folder")
    return open_crisis(crisis)


def out_folder(text: str | None, crisis: Crisis) -> Path | None:
    """Return the folder to write to; never by accident, never among the tables of the crisis."""
    if text is None:
        return None
    if not text.strip():
        raise HavenlineError("--out: an empty name; give a folder")
    if Path(text).resolve() == Path(crisis.folder).resolve():
        raise HavenlineError(f"--out {text}: this is the crisis folder; give another one")
    return Path(text)


def progress_bar() -> Progress:
    """Return a bar on the error stream, silent where that is no terminal."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )


def short(value: float, sign: str = "") -> str:
    """Write a figure in at most four characters and a unit: 960 k, 1.35 m; 0 has no sign."""
    size = abs(value)
    if size < 0.5:
        return "0"
    if size >= 999_500_000:
        return f"{value / 1e9:{sign}.3g} bn"
    if size >= 999_500:
        return f"{value / 1e6:{sign}.3g} m"
    if size >= 10_000:
        return f"{value / 1e3:{sign}.3g} k"
    return f"{value:{sign},.0f}"


def figures(summary: Any, sign: str = "") -> str:
    """Write a median and its range in short."""
    low, high = short(summary.q05, sign), short(summary.q95, sign)
    return f"{short(summary.median, sign)} ({low} to {high})"
