"""What the commands share: the two streams, reading of arguments, writing of figures."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from havenline import words
from havenline.crisis import Crisis, open_crisis
from havenline.crisis.cells import parse_date
from havenline.errors import HavenlineError


class _Plain(Console):
    """A stream on which no text of a user acts on the terminal: what cannot be seen is written out.

    Names come from whoever made a folder, paths from whoever named it.
    """

    def render_str(self, text: str, **options: Any) -> Text:
        """Return a text as it is shown."""
        return super().render_str(words.visible(text), **options)


out = _Plain(highlight=False, emoji=False)
err = _Plain(stderr=True, highlight=False, emoji=False)

CrisisArgument = Annotated[
    str, typer.Argument(metavar="CRISIS", help="Built-in name, or path of a crisis folder.")
]
FuturesOption = Annotated[int, typer.Option(help="Number of futures.")]
SeedOption = Annotated[int, typer.Option(help="Seed of all random numbers.")]
WorkersOption = Annotated[int | None, typer.Option(help="Threads; all processors by default.")]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="Use facts published by then.")
]
DaysOption = Annotated[int | None, typer.Option(help="Days after the as-of date.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Fix a parameter for this run."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
BAD_INPUT = 2
ABORTED = 130  # typer's code for Ctrl-C
FULL_WIDTH = 120
LEAST_WIDTH = 80  # below it, figures go on in the next line


def a_date(text: str | None, name: str) -> dt.date | None:
    """Read an ISO date given as the option ``name``."""
    if text is None:
        return None
    day, _ = parse_date(text)
    if day is None:
        raise HavenlineError(f"{name}: {text!r} is not a date; expected YYYY-MM-DD")
    return day


def settings_of(pairs: list[str]) -> dict[str, float]:
    """Read ``NAME=VALUE`` pairs."""
    settings: dict[str, float] = {}
    for pair in pairs:
        name, sep, value = pair.partition("=")
        try:
            if not sep or not value.isascii() or "_" in value:  # which Python reads as digits
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
    if any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text):
        raise HavenlineError(f"--out {text!r}: no name of a folder in UTF-8; give another one")
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


def figures(summary: Any) -> str:
    """Write a median and its range in short."""
    median, low, high = (words.short(v) for v in (summary.median, summary.q05, summary.q95))
    return words.ranged(median, low, high)
