"""Commands that let the past judge: hindcast."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from havenline.cli.console import CrisisArgument, opened, out, progress_bar


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

    declared = opened(crisis)
    with progress_bar() as bar:
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
