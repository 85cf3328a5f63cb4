"""The command that simulates options and compares them."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from havenline.cli.cases import HastenOption, Rules, SettingsOption, run_case
from havenline.cli.console import (
    FULL_WIDTH,
    LEAST_WIDTH,
    AsOfOption,
    CrisisArgument,
    DaysOption,
    FuturesOption,
    SeedOption,
    SetOption,
    WorkersOption,
    a_date,
    err,
    opened,
    out,
    out_folder,
    progress_bar,
    settings_of,
)
from havenline.crisis import Crisis
from havenline.errors import HavenlineError

if TYPE_CHECKING:
    from havenline.telling.answer import Cell

REGRET_WIDTH = 100  # from it, regret has a column; below it, a line
CUT_TO_TELL = 0.01
SOMETIMES = {"sensitivity.csv", "host_pressure.csv"}
"""Tables that some runs have and others do not."""


def run(
    crisis: CrisisArgument = "idlib-2020",
    option: Annotated[
        list[str] | None, typer.Option("--option", help="Option to run; give it once for each.")
    ] = None,
    futures: FuturesOption = 100,
    seed: SeedOption = 1,
    as_of: AsOfOption = None,
    days: DaysOption = None,
    workers: WorkersOption = None,
    to: Annotated[
        str | None, typer.Option("--out", metavar="DIR", help="Folder for result and report.")
    ] = None,
    setting: SetOption = None,
    rules: Annotated[
        Rules | None,
        typer.Option(help="For a displacement case: allocation (default), flee, flee-exact."),
    ] = None,
    hasten: HastenOption = None,
    flee_settings: SettingsOption = None,
    line: Annotated[
        Path | None,
        typer.Option(
            "--line",
            metavar="FILE",
            help="Also run each option that has a line along this one (GeoJSON LineString).",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the comparison as one JSON object.")
    ] = False,
) -> None:
    """Simulate the options and compare them; with --out write result, tables and report.

    A displacement case has no options: its camps are simulated and printed beside the counts.
    """
    from havenline.engine.folder import held
    from havenline.io import is_any_case

    if is_any_case(crisis):
        for name, value in (
            ("--option", option),
            ("--as-of", as_of),
            ("--days", days),
            ("--set", setting),
            ("--line", line),
        ):
            if value:
                raise HavenlineError(f"{name}: {crisis} is a displacement case, which has none")
        with held(Path(to)) if to and to.strip() else nullcontext():
            run_case(
                crisis,
                rules=rules or "allocation",
                futures=futures,
                seed=seed,
                workers=workers,
                hasten=hasten,
                settings=flee_settings,
                folder=to,
                as_json=as_json,
            )
        return
    for name, given in (("--rules", rules), ("--hasten", hasten), ("--settings", flee_settings)):
        if given is not None:
            raise HavenlineError(f"{name}: only for a displacement case, which {crisis} is not")
    from havenline.engine import simulate
    from havenline.engine.chunks import forget
    from havenline.engine.folder import written_whole
    from havenline.evidence.replay import replay_fit
    from havenline.facts.counts import displaced_known, returns_known
    from havenline.options import with_line
    from havenline.outcomes import compare
    from havenline.telling.compliance import agreement_json, told_of_agreement

    declared = opened(crisis)
    if line is not None:
        declared = with_line(declared, line)
    folder = out_folder(to, declared)
    date, fixed = a_date(as_of, "--as-of"), settings_of(setting or [])
    written: list[Path] = []
    with written_whole(folder) if folder is not None else nullcontext() as stage:
        with progress_bar() as bar:
            task = bar.add_task("Preparing (the first run compiles)", total=futures)

            def show(done: int, total: int) -> None:
                if not bar.tasks[task].completed and done > 1:
                    err.print(f"Going on after {done:,} of {total:,} futures that were kept.")
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
                out=stage,
                keep=folder,
                progress=show,
            )
        comparison = compare(result.dataset)
        fit = replay_fit(
            result.dataset,
            displaced_known(declared, result.as_of),
            returns_known(declared, result.as_of),
        )
        cut = float(result.dataset.attrs["choice_weight_cut"])
        kept = told_of_agreement(result.dataset, declared)
        agreement = agreement_json(result.dataset, declared)
        if folder is not None and stage is not None:
            made = _write_all(result, declared, comparison, stage)
            written = [folder / file.name for file in made]
            for name in SOMETIMES - {file.name for file in made}:
                (folder / name).unlink(missing_ok=True)  # of another run: not beside this one
            result.dataset.close()
    if as_json:
        plain = {
            **comparison.to_json_dict(),
            "replay": fit.to_json_dict() if fit else None,
            "agreement": agreement,
        }
        sys.stdout.write(json.dumps(plain, allow_nan=False) + "\n")
    else:
        _print_comparison(declared, comparison)
        _print_cut(cut)
        if kept:
            out.print("\n" + "\n".join(kept), markup=False)
        if fit is not None:
            out.print(f"\n{fit.sentence}", style="dim")
        for path in written:
            out.print(f"  {path}", soft_wrap=True)
    if result.partial:
        more = "" if folder is None else " The same command again goes on from there."
        err.print(f"Stopped early: the result holds the futures that were done and says so.{more}")
        raise typer.Exit(1)
    if folder is not None:
        forget(folder)


def _write_all(result: Any, crisis: Crisis, comparison: Any, folder: Path) -> list[Path]:
    from havenline.outcomes import sensitivity_table, write_planning, write_tidy
    from havenline.outcomes.needs import needs_table
    from havenline.outcomes.planning import assumed
    from havenline.outcomes.provenance import write_provenance
    from havenline.outcomes.tables import write_csv
    from havenline.outcomes.tension import pressure_table
    from havenline.report import write_report

    report = folder / "report.html"
    planning = write_planning(result.dataset, comparison, folder, assumed(result.parameters))
    tidy = write_tidy(result.dataset, folder)
    more = {"needs_by_phase.csv": needs_table(result.dataset)}
    turns = sensitivity_table(result.dataset)
    if len(turns):
        more["sensitivity.csv"] = turns
    pressure = pressure_table(result.dataset, crisis)
    if len(pressure):
        more["host_pressure.csv"] = pressure
    tables = [write_csv(table.round(3), folder / name) for name, table in more.items()]
    write_report(result.dataset, crisis, comparison, report, parameters=result.parameters)
    files = [report, *planning.values(), *tidy.values(), *tables, result.path]
    return [*files, write_provenance(result.dataset, files, folder)]


def _print_comparison(crisis: Crisis, comparison: Any) -> None:
    from havenline.telling import answer

    out.print(f"[bold]{escape(crisis.meta.name)}[/bold]", soft_wrap=True)
    out.print(escape(crisis.meta.question.strip()), soft_wrap=True)
    out.print(
        f"As of {comparison.as_of}, {comparison.days} days ahead, {comparison.futures} futures. "
        "Median (5 to 95%), then the difference to no deal in the same futures, rounded to the "
        "Monte-Carlo error. Regret: in nine futures of ten an option is no further than this "
        "from the best of them.",
        style="dim",
    )
    columns = answer.columns_of(comparison)
    nothing = []
    for row in answer.table(columns, answer.SHORT):
        figures = [column.figures[row.indicator] for column in columns]
        if not row.first and all(f.q05 == f.q95 == 0.0 for f in figures):
            prior = " (rests on a prior only)" if row.prior_only else ""
            nothing.append(f"{row.name}{prior}")
            continue
        mark = " [dim](rests on a prior only)[/dim]" if row.prior_only else ""
        unit = "" if row.unit == row.name.casefold() else f", {escape(row.unit)}"
        error = f" [dim](error of a median: {row.error} at most)[/dim]" if row.error else ""
        out.print(f"\n[bold]{escape(row.name)}[/bold]{unit}{mark}{error}")
        table = _empty_table()
        cells = list(zip(columns, row.cells, strict=True))
        for column, cell in cells:
            table.add_row(*_cells(column.name, cell)[: len(table.columns)])
        out.print(table)
        regrets = [f"{column.name} {cell.regret}" for column, cell in cells if cell.regret]
        if regrets and out.width < REGRET_WIDTH:
            out.print(f" [dim]Regret: {escape('; '.join(regrets))}[/dim]")
    if nothing:
        names = escape("; ".join(nothing))
        out.print(f"\n[dim]Zero (5 to 95%) under every option: {names}.[/dim]")


def _empty_table() -> Table:
    """Return a table without rows, with as many columns as the terminal has room for."""
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 1))
    wide = out.width >= REGRET_WIDTH
    others = 96 if out.width >= FULL_WIDTH else 76 if wide else 60
    for i, width in enumerate((min(36, out.width - others), 25, 29)):
        if out.width < LEAST_WIDTH:
            table.add_column(overflow="fold")
        else:
            table.add_column(width=width, justify="right" if i else "left", no_wrap=i > 0)
    for _ in range(int(wide) + int(out.width >= FULL_WIDTH)):
        table.add_column(no_wrap=True)
    return table


def _cells(option: str, cell: Cell) -> list[str]:
    """Return name, figure, difference, regret and share of better futures of an option."""
    change = cell.change
    if cell.verdict == "unclear":
        change = f"[dim]{change}[/dim]"
    elif change:
        change = f"{change} ({cell.change_spread or change})"
    return [
        escape(option),
        f"{cell.median} ({cell.spread})" if cell.spread else cell.median,
        change,
        f"[dim]regret {cell.regret}[/dim]" if cell.regret else "",
        f"[dim]{cell.futures}[/dim]" if cell.futures else "",
    ]


def _print_cut(cut: float) -> None:
    """Say how much of the weight the choice sets hold, where that is not nearly all."""
    if cut > CUT_TO_TELL:
        held = f"{100 * (1 - cut):.3g}% of the weight"
        out.print(f"\n[dim]Destinations: the sets hold {held}.[/dim]")
