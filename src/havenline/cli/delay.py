"""The command that says what waiting costs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from havenline.cli.console import (
    AsOfOption,
    CrisisArgument,
    DaysOption,
    FuturesOption,
    JsonOption,
    SeedOption,
    SetOption,
    WorkersOption,
    a_date,
    opened,
    out,
    progress_bar,
    settings_of,
)
from havenline.errors import HavenlineError
from havenline.words import NOT_DISTINGUISHABLE

MOST_WEEKS = 52


def delay(
    crisis: CrisisArgument = "idlib-2020",
    option: Annotated[
        list[str] | None, typer.Option("--option", help="Option to delay; once for each.")
    ] = None,
    weeks: Annotated[
        str, typer.Option(metavar="W,W,…", help="Weeks by which each option comes later.")
    ] = "1,2,4",
    futures: FuturesOption = 100,
    seed: SeedOption = 1,
    as_of: AsOfOption = None,
    days: DaysOption = None,
    workers: WorkersOption = None,
    setting: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what each week of waiting costs: every option again, some weeks later."""
    from havenline.engine import simulate
    from havenline.options import delayed
    from havenline.outcomes import price_of_delay, price_of_inaction
    from havenline.outcomes.delay import delay_json

    declared = opened(crisis)
    by_id = {o.id: o for o in declared.options}
    baseline = next(o.id for o in declared.options if o.baseline)
    chosen = [o for o in (option or by_id) if o != baseline]
    for name in chosen:
        if name not in by_id:
            known = ", ".join(o for o in by_id if o != baseline)
            raise HavenlineError(f"--option {name!r}: the crisis declares {known}")
    late = {7 * w: w for w in _weeks(weeks)}
    specs = [delayed(by_id[o], d) for o in chosen for d in (0, *late)]
    if not specs:
        raise HavenlineError("no option to delay: no deal has nothing that could come later")
    with progress_bar() as bar:
        task = bar.add_task("Futures", total=futures)
        result = simulate(
            declared,
            options=specs,
            futures=futures,
            seed=seed,
            as_of=a_date(as_of, "--as-of"),
            days=days,
            workers=workers,
            settings=settings_of(setting or []),
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    prices = [
        w for o in chosen for w in price_of_delay(result.dataset, o, {d: f"{o}-{d}d" for d in late})
    ]
    inaction = price_of_inaction(result.dataset, chosen, baseline)
    if as_json:
        head = {
            "crisis": declared.id,
            "as_of": result.as_of.isoformat(),
            "futures": int(result.dataset.sizes["future"]),
            "seed": seed,
        }
        text = json.dumps({**head, **delay_json(prices, inaction)}, allow_nan=False)
        sys.stdout.write(text + "\n")
        return
    _print(by_id, chosen, prices, inaction, futures)


def _weeks(text: str) -> list[int]:
    try:
        weeks = [int(w) for w in text.split(",")]
    except ValueError:
        raise HavenlineError(f"--weeks {text!r}: expected whole weeks such as 1,2,4") from None
    if not all(1 <= w <= MOST_WEEKS for w in weeks) or len(set(weeks)) < len(weeks):
        raise HavenlineError(f"--weeks {text!r}: expected different weeks of 1 to {MOST_WEEKS}")
    return weeks


def _print(by_id: Any, chosen: Any, prices: Any, inaction: Any, futures: int) -> None:
    from havenline.outcomes import INDICATORS
    from havenline.telling.answer import SHORT
    from havenline.telling.behind import inaction_rows, price_rows

    out.print(
        f"What a week of delay adds, median (5 to 95%) of {futures} futures, within the horizon.",
        style="dim",
    )
    for option in chosen:
        rows = price_rows([w for w in prices if w.option == option], SHORT)
        heads = ("", "for each week", "unit", "worse in")
        out.print(_table(by_id[option].name, heads, [(r.name, *r.cells) for r in rows]))
        out.print()
    names = {o: spec.name for o, spec in by_id.items()}
    title = "No deal less the best of these options"
    heads = ("", "difference", "unit", "best option")
    told = [
        (row.name, row.cells[0], INDICATORS[one.indicator].unit, row.cells[1])
        for one, row in zip(inaction, inaction_rows(inaction, names, SHORT), strict=True)
    ]
    out.print(_table(title, heads, told))


def _table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Return a table whose second column, the figures, is never broken."""
    table = Table(title=escape(title), title_justify="left", box=None)
    for k, head in enumerate(heads):
        left = head in ("", "unit", "best option")
        table.add_column(head, justify="left" if left else "right", no_wrap=k == 1)
    for row in rows:
        table.add_row(*(f"[dim]{c}[/dim]" if c == NOT_DISTINGUISHABLE else escape(c) for c in row))
    return table
