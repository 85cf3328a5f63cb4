"""Commands that let the past judge: hindcast, and what a run may rest on: audit."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from havenline.cli.console import (
    CrisisArgument,
    FuturesOption,
    JsonOption,
    SeedOption,
    WorkersOption,
    a_date,
    opened,
    out,
    progress_bar,
)
from havenline.errors import HavenlineError

if TYPE_CHECKING:
    from havenline.crisis import Crisis
    from havenline.evidence.text import TextTable


def hindcast(
    crisis: CrisisArgument = "idlib-2020",
    futures: FuturesOption = 100,
    seed: SeedOption = 1,
    workers: WorkersOption = None,
    as_of: Annotated[
        list[str] | None,
        typer.Option("--as-of", metavar="DATE", help="Day to forecast from; once for each."),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="Last day that is scored.")
    ] = None,
    ablations: Annotated[
        bool, typer.Option("--ablations", help="Score the model without each mechanism too.")
    ] = False,
    kept: Annotated[
        bool,
        typer.Option("--keep", help="Keep the scores in the crisis folder: reports show them."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Replay the past: forecasts as of earlier dates against what came after."""
    from functools import partial

    from havenline.engine import simulate
    from havenline.evidence import hindcast as run_hindcast
    from havenline.evidence import text
    from havenline.evidence.captures import score_captures
    from havenline.evidence.kept import keep

    declared = opened(crisis)
    if kept and (as_of or until or ablations):
        raise HavenlineError(
            "--keep keeps the scores of the days that crisis.yaml declares: leave out --as-of, "
            "--until and --ablations"
        )
    dates, end = _days(declared, as_of, until)
    if ablations:
        _ablations(declared, dates, end, futures, seed, workers, as_json)
        return
    with progress_bar() as bar:
        task = bar.add_task("Simulations (the first one compiles)", total=None)

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        scores = run_hindcast(
            declared,
            simulate=partial(simulate, workers=workers),
            dates=dates,
            until=end,
            futures=futures,
            seed=seed,
            reporting=True,
            captures=score_captures,
            progress=show,
        )
    if kept:
        keep(scores, declared)
    if as_json:
        sys.stdout.write(json.dumps(scores.to_json_dict(), allow_nan=False) + "\n")
        return
    for line, plain in zip(scores.lines, text.tables(scores), strict=True):
        _print(plain)
        for sentence in text.verdicts(line):
            out.print(f"  {escape(sentence)}", soft_wrap=True)
        out.print()
    for plain in text.more_tables(scores):
        _print(plain)
    _say(text.notes(scores))
    if kept:
        out.print("Kept in hindcast.yaml, in the folder of the crisis.")


def _days(
    declared: Crisis, as_of: Sequence[str] | None, until: str | None
) -> tuple[list[dt.date], dt.date]:
    """Return the days to forecast from and the last that is scored: as given, or as declared."""
    known = declared.meta.hindcast
    dates = [day for text in as_of or () if (day := a_date(text, "--as-of")) is not None]
    end = a_date(until, "--until")
    if known is None and (not dates or end is None):
        raise HavenlineError(
            f"{declared.id}: crisis.yaml declares no days to forecast from (hindcast); declare "
            "them there, or give --as-of DATE, once for each, and --until DATE"
        )
    if known is not None:
        dates, end = dates or known.dates, end or known.until
    assert end is not None
    return dates, end


def _print(plain: TextTable) -> None:
    table = Table(title=plain.title, title_justify="left", box=None, padding=(0, 2, 0, 0))
    for i, head in enumerate(plain.header):
        table.add_column(head, justify="left" if i == 0 else "right")
    for row in plain.rows:
        table.add_row(*map(escape, row))
    out.print(table)


def _say(sentences: Iterable[str]) -> None:
    for sentence in sentences:
        out.print(f"- {escape(sentence)}", soft_wrap=True)


def _ablations(
    declared: Crisis,
    dates: Sequence[dt.date],
    until: dt.date,
    futures: int,
    seed: int,
    workers: int | None,
    as_json: bool,
) -> None:
    from functools import partial

    from havenline.engine import simulate
    from havenline.evidence.ablation import ablation_notes, ablation_table, ablations

    with progress_bar() as bar:
        task = bar.add_task("Hindcasts (the first one compiles)", total=None)
        found = ablations(
            declared,
            simulate=partial(simulate, workers=workers),
            dates=dates,
            until=until,
            futures=futures,
            seed=seed,
            progress=lambda done, of: bar.update(task, completed=done, total=of),
        )
    if as_json:
        sys.stdout.write(json.dumps([a.to_json_dict() for a in found], allow_nan=False) + "\n")
        return
    _print(ablation_table(found))
    _say(ablation_notes(found))


def assimilate(
    crisis: CrisisArgument = "idlib-2020",
    futures: FuturesOption = 100,
    seed: SeedOption = 1,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Update a run with each week's count, and score the next week with and without."""
    from functools import partial

    from havenline.engine import simulate
    from havenline.evidence.assimilation import assimilate as run_assimilation
    from havenline.evidence.text import assimilation_notes, assimilation_table

    declared = opened(crisis)
    dates, until = _days(declared, None, None)
    with progress_bar() as bar:
        task = bar.add_task("Simulations (the first one compiles)", total=None)
        found = run_assimilation(
            declared,
            simulate=partial(simulate, workers=workers),
            as_of=min(dates),
            until=until,
            futures=futures,
            seed=seed,
            progress=lambda done, of: bar.update(task, completed=done, total=of),
        )
    if as_json:
        sys.stdout.write(json.dumps(found.to_json_dict(), allow_nan=False) + "\n")
        return
    _print(assimilation_table(found))
    _say(assimilation_notes(found))


def audit(
    crisis: CrisisArgument = "idlib-2020",
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="The as-of date of the run.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List what a run would rest on; fail where a value was only known later."""
    from havenline.evidence.audit import audit as run_audit
    from havenline.outcomes import INDICATORS
    from havenline.outcomes.rests import rests_on

    found = run_audit(opened(crisis), a_date(as_of, "--as-of"))
    if as_json:
        sys.stdout.write(json.dumps(found.to_json_dict(), allow_nan=False) + "\n")
        raise typer.Exit(1 if found.late else 0)
    out.print(f"[bold]What a run as of {found.as_of} rests on[/bold]")
    for row in found.rows:
        p = row.parameter
        spread = "" if p.low != p.low else f" ({p.low:g} to {p.high:g})"
        known = f"known from {max(p.known_from, row.latest_source or p.known_from)}"
        if p.any_year:
            known = "holds for any year"
        late = " [red]later than the as-of date[/red]" if row.late else ""
        out.print(
            f"[bold]{p.name}[/bold] {p.value:g}{spread} {escape(p.unit)}; {p.kind}, {known}{late}",
            soft_wrap=True,
        )
        out.print(f"    {escape('; '.join(row.sources))}", style="dim", soft_wrap=True)
    priors = sum(row.parameter.kind == "prior" for row in found.rows)
    first = sum(row.parameter.any_year for row in found.rows)
    out.print(
        f"{len(found.rows)} parameters, {priors} of them priors; {first} are in their first row, "
        "a wide prior that holds for any year."
    )
    by_reason: dict[str, list[str]] = {}
    for stock in found.stand_ins:
        by_reason.setdefault(f"{stock.stand_in} (published {stock.published})", []).append(
            f"{stock.place} ({stock.status}, {stock.persons:,} persons of {stock.day})"
        )
    for reason, places in by_reason.items():
        out.print(
            f"[bold]People that stand in[/bold]: {escape(reason)}: {escape('; '.join(places))}",
            soft_wrap=True,
        )
    out.print("[bold]What each outcome rests on[/bold]: steps of a day, then those behind them")
    for indicator in INDICATORS.values():
        basis = rests_on(indicator.id)
        own = ", ".join(p for p in basis.parts)
        out.print(
            f"[bold]{indicator.name}[/bold]: {', '.join(basis.steps)} (parameters of {own}); "
            f"through {', '.join(basis.through)}",
            soft_wrap=True,
        )
    names = ", ".join(INDICATORS[i].name.lower() for i in found.prior_outcomes)
    out.print(f"Outcomes that rest on priors alone: {names}.", soft_wrap=True)
    if found.late:
        late_names = ", ".join(row.parameter.name for row in found.late)
        out.print(f"[red]Known only after {found.as_of}[/red]: {late_names}", soft_wrap=True)
        raise typer.Exit(1)
