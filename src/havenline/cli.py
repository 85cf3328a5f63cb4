"""The command line: run, check, steps, info, options, schema, init, hindcast.

Exit codes: 0 done, 1 failed strict checks or an interrupted run, 2 bad input.
"""

from __future__ import annotations

import datetime as dt
import gc
import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

# Kernels compile a quarter faster and run no slower at this level; a choice of the user holds.
os.environ.setdefault("NUMBA_OPT", "1")
# Loading the libraries makes many objects that stay: looking through them again and again for
# garbage takes a second of a short command.
gc.set_threshold(200_000)

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from havenline import __version__
from havenline.crisis import (
    Crisis,
    builtin_crises,
    check_crisis,
    init_crisis,
    json_schema,
    open_crisis,
)
from havenline.errors import CrisisError, HavenlineError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Compare the options in a displacement crisis, with honest uncertainty.",
)
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

CrisisArgument = Annotated[
    str, typer.Argument(metavar="CRISIS", help="Built-in name, or path of a crisis folder.")
]
BAD_INPUT = 2
ABORTED = 130  # typer's code for Ctrl-C
FULL_WIDTH = 120
LEAST_WIDTH = 80  # below it, figures go on in the next line


def _date(text: str | None, name: str) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise HavenlineError(f"{name}: {text!r} is not a date; expected YYYY-MM-DD") from None


def _settings(pairs: list[str]) -> dict[str, float]:
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


def _opened(crisis: str) -> Crisis:
    """Open a crisis; an empty name is not the folder one happens to be in."""
    if not crisis.strip():
        raise HavenlineError("CRISIS: an empty name; give a built-in name or a folder")
    return open_crisis(crisis)


def _out_folder(text: str | None, crisis: Crisis) -> Path | None:
    """Return the folder to write to; never by accident, never among the tables of the crisis."""
    if text is None:
        return None
    if not text.strip():
        raise HavenlineError("--out: an empty name; give a folder")
    if Path(text).resolve() == Path(crisis.folder).resolve():
        raise HavenlineError(f"--out {text}: this is the crisis folder; give another one")
    return Path(text)


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )


@app.command()
def run(
    crisis: CrisisArgument = "idlib-2020",
    option: Annotated[
        list[str] | None, typer.Option("--option", help="Option to run; give it once for each.")
    ] = None,
    futures: Annotated[int, typer.Option(help="Number of futures.")] = 100,
    seed: Annotated[int, typer.Option(help="Seed of all random numbers.")] = 1,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="Use facts published by then.")
    ] = None,
    days: Annotated[int | None, typer.Option(help="Days after the as-of date.")] = None,
    workers: Annotated[int | None, typer.Option(help="Threads; all processors by default.")] = None,
    to: Annotated[
        str | None, typer.Option("--out", metavar="DIR", help="Folder for result and report.")
    ] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Fix a parameter for this run."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the comparison as one JSON object.")
    ] = False,
) -> None:
    """Simulate the options and compare them; with --out write result, tables and report."""
    from havenline.futures import simulate
    from havenline.outcomes import compare

    declared = _opened(crisis)
    folder = _out_folder(to, declared)
    date, fixed = _date(as_of, "--as-of"), _settings(setting or [])
    with _bar() as bar:
        task = bar.add_task("Preparing (the first run compiles)", total=futures)

        def show(done: int, total: int) -> None:
            bar.update(task, description="Futures", completed=done, total=total)

        result = simulate(
            declared,
            options=option,
            futures=futures,
            seed=seed,
            as_of=date,
            days=days,
            workers=workers,
            settings=fixed,
            out=folder,
            progress=show,
        )
    comparison = compare(result.dataset)
    written: list[Path] = []
    if folder is not None:
        written = _write_all(result, declared, comparison, folder)
    if as_json:
        sys.stdout.write(json.dumps(comparison.to_json_dict(), allow_nan=False) + "\n")
    else:
        _print_comparison(declared, comparison)
        for path in written:
            out.print(f"  {path}", soft_wrap=True)
    if result.partial:
        err.print("Stopped early: the result holds the futures that were done and says so.")
        raise typer.Exit(1)


def _write_all(result: Any, crisis: Crisis, comparison: Any, folder: Path) -> list[Path]:
    from havenline.outcomes import write_planning, write_tidy
    from havenline.outcomes.tables import whole_or_nothing
    from havenline.report import write_report

    assumptions = [
        f"{p.name} = {p.value:g} {p.unit} (prior): {p.meaning}"
        for p in result.parameters.values()
        if p.kind == "prior"
    ]
    report = folder / "report.html"
    report.unlink(missing_ok=True)  # of an earlier run: it must not stand beside the new result
    planning = write_planning(result.dataset, comparison, folder, assumptions)
    tidy = write_tidy(result.dataset, folder)
    with whole_or_nothing(report) as file:
        write_report(result.dataset, crisis, comparison, file, parameters=result.parameters)
    return [report, *planning.values(), *tidy.values(), result.path]


def _short(value: float, sign: str = "") -> str:
    """Write a figure in at most four characters and a unit: 960 k, 1.35 m."""
    size = abs(value)
    if size >= 999_500_000:
        return f"{value / 1e9:{sign}.3g} bn"
    if size >= 999_500:
        return f"{value / 1e6:{sign}.3g} m"
    if size >= 10_000:
        return f"{value / 1e3:{sign}.3g} k"
    return f"{value:{sign},.0f}"


def _figures(summary: Any, sign: str = "") -> str:
    low, high = _short(summary.q05, sign), _short(summary.q95, sign)
    return f"{_short(summary.median, sign)} ({low} to {high})"


def _print_comparison(crisis: Crisis, comparison: Any) -> None:
    out.print(f"[bold]{escape(crisis.meta.name)}[/bold]", soft_wrap=True)
    out.print(escape(crisis.meta.question.strip()), soft_wrap=True)
    out.print(
        f"As of {comparison.as_of}, {comparison.days} days ahead, {comparison.futures} futures. "
        "Median (5 to 95%), then the difference to no deal in the same futures.",
        style="dim",
    )
    for name, first in comparison.options[0].indicators.items():
        mark = " [dim](rests on a prior only)[/dim]" if first.prior_only else ""
        unit = "" if first.unit == first.name.casefold() else f", {escape(first.unit)}"
        out.print(f"\n[bold]{escape(first.name)}[/bold]{unit}{mark}")
        table = Table(box=None, show_header=False, padding=(0, 1, 0, 1))
        widths = (36 if out.width >= FULL_WIDTH else min(26, out.width - 60), 25, 29)
        for i, width in enumerate(widths):
            if out.width < LEAST_WIDTH:
                table.add_column(overflow="fold")
            else:
                table.add_column(width=width, justify="right" if i else "left", no_wrap=i > 0)
        if out.width >= FULL_WIDTH:
            table.add_column(no_wrap=True)
        for option in comparison.options:
            answer = option.indicators[name]
            cells = [escape(option.name), _figures(answer.summary.rounded()), "", ""]
            difference = answer.difference
            if difference is not None and not difference.to_itself:
                cells[2] = "[dim]not distinguishable[/dim]"
                if difference.distinguishable:
                    cells[2] = _figures(difference.summary.rounded(), "+")
                    if difference.share_better:
                        cells[3] = f"[dim]better in {difference.share_better}[/dim]"
            table.add_row(*cells[: len(table.columns)])
        out.print(table)


@app.command()
def check(
    crisis: CrisisArgument,
    strict: Annotated[
        list[str] | None,
        typer.Option("--strict", metavar="CHECK", help="Make a warning fail; 'all' for every one."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the problems as JSON.")] = False,
) -> None:
    """Check a crisis folder; all problems in one report."""
    path = crisis
    if crisis in builtin_crises() and not Path(crisis).is_dir():
        path = str(open_crisis(crisis).folder)
    report = check_crisis(path, strict=tuple(strict or ()))
    if as_json:
        rows = [vars(p) for p in report.problems]
        sys.stdout.write(json.dumps({"ok": report.ok, "problems": rows}) + "\n")
    else:
        for problem in report.problems:
            sign = "[red]error[/red]" if problem.severity == "error" else "[yellow]warning[/yellow]"
            out.print(f"{sign}  {escape(str(problem))}", soft_wrap=True)
        errors, warnings = len(report.errors), len(report.warnings)
        out.print(f"{errors} errors, {warnings} warnings" if errors or warnings else "No problems.")
    raise typer.Exit(report.exit_code)


@app.command()
def steps() -> None:
    """Print the steps of a day, in order, with what each reads and writes."""
    from havenline.movement.day import STEPS

    table = Table(title="A day")
    for head in ("", "step", "what it does", "reads", "writes"):
        table.add_column(head)
    for number, step in enumerate(STEPS, start=1):
        reads, writes = ", ".join(step.reads), ", ".join(step.writes) or "-"
        table.add_row(str(number), step.name, step.what, reads, writes)
    out.print(table)


@app.command()
def info(
    crisis: Annotated[str | None, typer.Argument(metavar="[CRISIS]")] = None,
    parameters: Annotated[
        bool, typer.Option("--parameters", help="List the parameters with their sources.")
    ] = False,
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="DATE")] = None,
) -> None:
    """Say what is installed, or what a crisis declares."""
    date = _date(as_of, "--as-of")
    if crisis is None and not parameters:
        out.print(f"Havenline {__version__}, Python {sys.version.split()[0]}")
        out.print(f"Processors: {os.cpu_count()}")
        out.print(f"Built-in crises: {', '.join(builtin_crises())}")
        return
    declared = _opened("idlib-2020" if crisis is None else crisis)
    if parameters:
        _print_parameters(declared, date or declared.meta.as_of)
        return
    meta = declared.meta
    out.print(f"[bold]{escape(meta.name)}[/bold] ({declared.id})")
    out.print(escape(meta.question.strip()), soft_wrap=True)
    out.print(f"Period {meta.period.start} to {meta.period.end}, as of {meta.as_of}")
    out.print(
        f"{len(declared.places)} places, {len(declared.routes)} routes, "
        f"{int(declared.populations['persons'].sum()):,} people, "
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
        table.add_row(p.name, *numbers, p.unit, str(p.known_from), p.kind, escape(p.source))
    out.print(table)


@app.command()
def options(crisis: CrisisArgument = "idlib-2020") -> None:
    """Print the options of a crisis and what each lever does."""
    declared = _opened(crisis)
    for option in declared.options:
        out.print(f"[bold]{escape(option.name)}[/bold] ({option.id})")
        out.print(f"  {escape(option.summary.strip())}", soft_wrap=True)
        for lever in option.levers:
            values = lever.model_dump(by_alias=True, exclude_none=True)
            kind = values.pop("lever")
            text = ", ".join(f"{k} {v}" for k, v in values.items())
            out.print(f"  - {kind}: {escape(text)}", soft_wrap=True)
            out.print(f"    {lever.EFFECT}", style="dim", soft_wrap=True)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a crisis folder."""
    sys.stdout.write(json.dumps(json_schema(), indent=2) + "\n")


@app.command()
def init(folder: Annotated[Path, typer.Argument(metavar="DIR")]) -> None:
    """Start a crisis of your own from a small worked example."""
    path = init_crisis(folder)
    out.print(f"A worked example is in {path}. Change it, then: havenline check {path}")


@app.command()
def hindcast(
    crisis: CrisisArgument = "idlib-2020",
    futures: Annotated[int, typer.Option(help="Number of futures.")] = 100,
    seed: Annotated[int, typer.Option(help="Seed of all random numbers.")] = 1,
    workers: Annotated[int | None, typer.Option(help="Threads.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Replay the past: forecasts as of earlier dates against what came after."""
    from functools import partial

    from havenline.evidence import hindcast as run_hindcast
    from havenline.evidence import text
    from havenline.futures import simulate

    declared = _opened(crisis)
    with _bar() as bar:
        task = bar.add_task("Simulations (the first one compiles)", total=None)

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        scores = run_hindcast(
            declared,
            simulate=partial(simulate, workers=workers),
            futures=futures,
            seed=seed,
            progress=show,
        )
    if as_json:
        sys.stdout.write(json.dumps(scores.to_json_dict(), allow_nan=False) + "\n")
        return
    for line, plain in zip(scores.lines, text.tables(scores), strict=True):
        table = Table(title=plain.title)
        for i, head in enumerate(plain.header):
            table.add_column(head, justify="left" if i == 0 else "right")
        for row in plain.rows:
            table.add_row(*map(escape, row))
        out.print(table)
        for sentence in text.verdicts(line):
            out.print(f"  {escape(sentence)}", soft_wrap=True)
        out.print()
    for sentence in text.notes(scores):
        out.print(f"- {escape(sentence)}", soft_wrap=True)


def main() -> None:
    """Run the command line; a user's mistake ends in one clear message, never a traceback."""
    try:
        app()
    except CrisisError as error:
        for problem in error.problems:
            err.print(f"[red]error[/red]  {escape(str(problem))}", soft_wrap=True)
        sys.exit(BAD_INPUT)
    except HavenlineError as error:
        err.print(f"[red]error[/red]  {escape(str(error))}", soft_wrap=True)
        sys.exit(BAD_INPUT)
    except SystemExit as end:
        if end.code != ABORTED:
            raise
        err.print("Stopped before the end.")
        sys.exit(1)
    except MemoryError:
        err.print("[red]error[/red]  not enough memory; ask for fewer futures, or give --out DIR")
        sys.exit(BAD_INPUT)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        err.print(f"[red]error[/red]  {error.strerror or error}{where}", soft_wrap=True)
        sys.exit(BAD_INPUT)
