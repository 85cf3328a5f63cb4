"""Commands that show what is there: checks, steps, parameters, options, schema, an example."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape
from rich.table import Table

from havenline import __version__, words
from havenline.cli.console import CrisisArgument, a_date, opened, out
from havenline.crisis import (
    Crisis,
    builtin_crises,
    init_crisis,
    json_schema,
    open_crisis,
)
from havenline.crisis.registry import Kind
from havenline.facts.populations import persons_by_place

COLUMNS: tuple[tuple[str, Literal["left", "right"]], ...] = (
    ("crisis", "left"),
    ("period", "left"),
    ("people", "right"),
    ("as of", "right"),
    ("main series", "left"),
)
"""Columns of the list of crises; a series too long for a terminal of 80 is cut short."""
RUN = ("record", "option")
"""What nearly every step reads."""


def check(
    crisis: CrisisArgument,
    strict: Annotated[
        list[str] | None,
        typer.Option("--strict", metavar="CHECK", help="Make a warning fail; 'all' for every one."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the problems as JSON.")] = False,
) -> None:
    """Check a crisis folder: all problems in one report, then what a run will not use, and why."""
    from havenline.io import check_any, is_any_case
    from havenline.telling.unused import Unused, unused_of

    path = crisis
    if crisis in builtin_crises() and not Path(crisis).is_dir():
        path = str(open_crisis(crisis).folder)
    report = check_any(path, strict=tuple(strict or ()))
    unused: tuple[Unused, ...] | None = None
    if not report.errors and not is_any_case(path):
        unused = unused_of(open_crisis(path))
    if as_json:
        found = {
            "ok": report.ok,
            "problems": [vars(p) for p in report.problems],
            "unused": None if unused is None else [u.to_json_dict() for u in unused],
        }
        sys.stdout.write(json.dumps(found) + "\n")
    else:
        for problem in report.problems:
            sign = "[red]error[/red]" if problem.severity == "error" else "[yellow]warning[/yellow]"
            out.print(f"{sign}  {escape(str(problem))}", soft_wrap=True)
        errors, warnings = len(report.errors), len(report.warnings)
        counts = f"{words.counted(errors, 'error')}, {words.counted(warnings, 'warning')}"
        out.print(counts if errors or warnings else "No problems.")
        if unused:
            out.print("What a run will not use, and why:")
            for one in unused:
                out.print(f"  {escape(str(one))}", soft_wrap=True)
    raise typer.Exit(report.exit_code)


def steps() -> None:
    """Print the steps of a day, in order, with what each changes and what it reads besides."""
    from havenline.engine.day import STEPS

    table = Table(box=None, show_header=False, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(justify="right")
    table.add_column()
    for number, (name, step) in enumerate(STEPS.items(), start=1):
        besides = ", ".join(part for part in step.reads if part not in (*step.writes, *RUN))
        others = {part for other in STEPS.values() if other is not step for part in other.reads}
        changes = ", ".join(part for part in step.writes if part in others) or "figures alone"
        links = f"{besides} -> {changes}" if besides else f"-> {changes}"
        table.add_row(str(number), f"[bold]{name}[/bold] {step.what} [dim]{links}[/dim]")
    out.print("What each step does; reads beside record and option -> changes for other steps")
    out.print(table)


def crises() -> None:
    """List the crises that ship: when, how many people, which count, from which day."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    rows = []
    for name in builtin_crises():
        meta = (crisis := open_crisis(name)).meta
        row = (
            name,
            f"{meta.period.start:%Y-%m} to {meta.period.end:%Y-%m}",
            f"{sum(persons_by_place(crisis.populations, meta.as_of).values()):,}",
            f"{meta.as_of}",
            meta.displaced_series or "none",
        )
        rows.append(row)
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    widths[-1] = max(10, out.width - sum(widths[:-1]) - len(widths))
    for (head, justify), width in zip(COLUMNS, widths, strict=True):
        table.add_column(head, justify=justify, no_wrap=True, width=width)
    for row in rows:
        table.add_row(*row)
    out.print(table)


def info(
    crisis: Annotated[str | None, typer.Argument(metavar="[CRISIS]")] = None,
    parameters: Annotated[
        bool, typer.Option("--parameters", help="List the parameters with their sources.")
    ] = False,
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="DATE")] = None,
) -> None:
    """Say what is installed, or what a crisis declares."""
    date = a_date(as_of, "--as-of")
    if crisis is None and not parameters:
        out.print(f"Havenline {__version__}, Python {sys.version.split()[0]}")
        out.print(f"Processors: {os.cpu_count()}")
        out.print(f"Built-in crises: {', '.join(builtin_crises())}")
        return
    declared = opened("idlib-2020" if crisis is None else crisis)
    if parameters:
        _print_parameters(declared, date or declared.meta.as_of)
        return
    meta = declared.meta
    people = persons_by_place(declared.populations, meta.as_of)
    out.print(f"[bold]{escape(meta.name)}[/bold] ({declared.id})")
    out.print(escape(meta.question.strip()), soft_wrap=True)
    out.print(f"Period {meta.period.start} to {meta.period.end}, as of {meta.as_of}")
    out.print(
        f"{len(declared.places)} places, {len(declared.routes)} routes, "
        f"{sum(people.values()):,} people, "
        f"{len(declared.observations)} observations, {len(declared.sources)} sources"
    )
    out.print(f"Options: {', '.join(o.id for o in declared.options)}")


def _print_parameters(crisis: Crisis, as_of: dt.date) -> None:
    from havenline.crisis.parameters import known_parameters

    table = Table(title=f"Parameters known by {as_of}")
    for head in ("name", "value", "low", "high", "unit", "known from", "kind", "source"):
        table.add_column(head, overflow="fold")
    for p in known_parameters(as_of, crisis.parameters).values():
        numbers = ["" if x != x else f"{x:g}" for x in (p.value, p.low, p.high)]
        table.add_row(p.name, *numbers, p.unit, p.known_text, p.kind, escape(p.source))
    out.print(table)


def options(crisis: CrisisArgument = "idlib-2020") -> None:
    """Print the options of a crisis and what each lever does."""
    declared = opened(crisis)
    for option in declared.options:
        out.print(f"[bold]{escape(option.name)}[/bold] ({option.id})")
        out.print(f"  {escape(option.summary.strip())}", soft_wrap=True)
        for lever in option.levers:
            values = lever.model_dump(by_alias=True, exclude_none=True)
            kind = values.pop("lever")
            text = ", ".join(f"{k} {v}" for k, v in values.items())
            out.print(f"  - {kind}: {escape(text)}", soft_wrap=True)
            out.print(f"    {lever.effect}", style="dim", soft_wrap=True)


def schema(
    kind: Annotated[Kind, typer.Option(help="Of the folder of a crisis or of a case.")] = "crisis",
) -> None:
    """Print the JSON Schema of a crisis folder."""
    sys.stdout.write(json.dumps(json_schema(kind), indent=2) + "\n")


def upgrade(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A crisis folder of format 1.")],
    copy_to: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR2", help="Write a copy, not in place."),
    ] = None,
) -> None:
    """Write a crisis folder of format 1 as format 2, all files at once or none."""
    from havenline.io import upgrade_crisis

    done = upgrade_crisis(folder, copy_to)
    if not done.files:
        out.print(f"{done.folder} is of format 2 already; nothing was written.")
        return
    out.print(f"{done.folder} is of format 2 now. Written: {', '.join(done.files)}")
    for head, lines in (("Decided", done.decided), ("Not told; look at these", done.untold)):
        if lines:
            out.print(f"{head}:")
            for line in lines:
                out.print(f"  {escape(line)}", soft_wrap=True)
    out.print(f"Next: havenline check {done.folder}")


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    bargaining: Annotated[
        bool, typer.Option("--bargaining", help="With the tables that only `negotiate` needs.")
    ] = False,
) -> None:
    """Start a crisis of your own from a small worked example."""
    path = init_crisis(folder, bargaining=bargaining)
    out.print(f"A worked example is in {path}. Change it, then: havenline check {path}")
