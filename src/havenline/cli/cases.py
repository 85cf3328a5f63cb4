"""Commands on displacement cases: import, validate, calibrate, forecast, and running one."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.markup import escape
from rich.table import Table

from havenline.cli.console import err, figures, out
from havenline.crisis.case import Case
from havenline.errors import HavenlineError
from havenline.words import short

Rules = Literal["allocation", "flee", "flee-exact"]
CaseArgument = Annotated[
    str,
    typer.Argument(metavar="PATH", help="A case: a folder in Flee's format or an imported one."),
]
RulesOption = Annotated[
    Rules,
    typer.Option(help="Rules: Havenline's (allocation), Flee's, or Flee's code to the letter."),
]
HastenOption = Annotated[
    int | None,
    typer.Option(help="Persons that one simulated person stands for (Flee's rules only)."),
]
SettingsOption = Annotated[
    Path | None, typer.Option("--settings", metavar="FILE", help="A settings file of Flee.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def _opened(path: str, settings: Path | None = None) -> Case:
    from havenline.io import is_any_case, open_case

    if not path.strip():
        raise HavenlineError("PATH: an empty name; give a folder")
    if not is_any_case(path):
        raise HavenlineError(
            f"{path}: no displacement case; expected a folder in Flee's format (input_csv and "
            "source_data) or one that 'havenline import flee' made"
        )
    return open_case(path, settings)


def _check_hasten(rules: str, hasten: int | None) -> None:
    if hasten is not None and rules == "allocation":
        raise HavenlineError("--hasten: only for --rules flee and flee-exact")


def _print_tables(tables: Sequence[Any], notes: Sequence[str] = ()) -> None:
    for plain in tables:
        table = Table(title=plain.title, title_justify="left", box=None, padding=(0, 1, 0, 0))
        for i, head in enumerate(plain.header):
            table.add_column(head, justify="left" if i == 0 else "right")
        for row in plain.rows:
            table.add_row(*map(escape, row))
        out.print(table)
    for sentence in notes:
        out.print(f"- {escape(sentence)}", soft_wrap=True)


def validate(
    path: CaseArgument,
    rules: RulesOption = "allocation",
    futures: Annotated[int, typer.Option(help="Number of futures.")] = 100,
    seed: Annotated[int, typer.Option(help="Seed of all random numbers.")] = 0,
    hasten: HastenOption = None,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Score a displacement case against its counts, beside Flee and naive baselines."""
    from havenline.evidence.cases import text
    from havenline.evidence.cases import validate as run_validate

    _check_hasten(rules, hasten)
    case = _opened(path, settings)
    scores = run_validate(case, rules=rules, futures=futures, seed=seed, hasten=hasten)
    if as_json:
        sys.stdout.write(json.dumps(scores.to_json_dict(), allow_nan=False) + "\n")
        return
    _print_tables(text.tables(scores), text.notes(scores))


def calibrate(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Cases to fit on.")],
    futures: Annotated[int, typer.Option(help="Futures of the scores.")] = 100,
    seed: Annotated[int, typer.Option(help="Seed of the search and of the scores.")] = 1,
    leave_one_out: Annotated[
        bool, typer.Option(help="Also fit without each case and score it.")
    ] = True,
    as_json: JsonOption = False,
) -> None:
    """Fit the default rules on cases, and score each case with a fit on the others."""
    from havenline.evidence.cases import calibrate as run_calibrate
    from havenline.evidence.cases import text

    cases = [_opened(path) for path in paths]
    if leave_one_out and len(cases) < 2:
        raise HavenlineError("leaving one out needs two cases or more (or --no-leave-one-out)")
    found = run_calibrate(cases, futures=futures, seed=seed, leave_one_out=leave_one_out)
    if as_json:
        sys.stdout.write(json.dumps(found.to_json_dict(), allow_nan=False) + "\n")
        return
    _print_tables(text.calibration_tables(found))


def forecast(
    path: CaseArgument,
    horizon: Annotated[
        list[int] | None, typer.Option("--horizon", help="Days ahead; once for each.")
    ] = None,
    futures: Annotated[int, typer.Option(help="Number of futures.")] = 100,
    seed: Annotated[int, typer.Option(help="Seed of all random numbers.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Score rolling forecasts from the last count, beside persistence of shares."""
    from havenline.evidence.cases import forecast as run_forecast
    from havenline.evidence.cases import text

    case = _opened(path)
    horizons = horizon or [30, 90]
    if min(horizons) < 1:
        raise HavenlineError("--horizon: 1 day or more is needed")
    scores = run_forecast(case, horizons=horizons, futures=futures, seed=seed)
    if as_json:
        sys.stdout.write(json.dumps(scores.to_json_dict(), allow_nan=False) + "\n")
        return
    if not scores.horizons:
        raise HavenlineError(f"{path}: too short for a forecast of {min(horizons)} days")
    _print_tables([text.forecast_table(scores)])


def import_flee(
    source: Annotated[str, typer.Argument(metavar="SRC", help="A folder in Flee's format.")],
    to: Annotated[str, typer.Argument(metavar="DIR", help="A folder that does not exist yet.")],
    settings: SettingsOption = None,
) -> None:
    """Turn a folder in Flee's format into one of Havenline's that gives the same results."""
    from havenline.io import import_flee as run_import
    from havenline.io import open_case

    if not to.strip() or not source.strip():
        raise HavenlineError("SRC DIR: an empty name; give two folders")
    path = run_import(source, to, settings)
    for problem in open_case(path).warnings:
        err.print(f"[yellow]warning[/yellow]  {escape(str(problem))}", soft_wrap=True)
    out.print(f"Wrote {path}. Next: havenline validate {path}", soft_wrap=True)


def run_case(
    path: str,
    *,
    rules: Rules,
    futures: int,
    seed: int,
    workers: int | None,
    hasten: int | None,
    settings: Path | None,
    folder: str | None,
    as_json: bool,
) -> None:
    """Simulate a displacement case; print its camps on the last day, write them with ``folder``."""
    from havenline.engine.cases import simulate_case
    from havenline.outcomes.camps import camps_at_end, write_camps

    _check_hasten(rules, hasten)
    case = _opened(path, settings)
    if folder is not None:
        if not folder.strip():
            raise HavenlineError("--out: an empty name; give a folder")
        if Path(folder).resolve() == case.folder.resolve():
            raise HavenlineError(f"--out {folder}: this is the case's folder; give another one")
    run = simulate_case(
        case, rules=rules, futures=futures, seed=seed, workers=workers, hasten=hasten
    )
    ends = camps_at_end(run)
    written = [] if folder is None else write_camps(run, Path(folder))
    if as_json:
        told = {
            "case": case.id,
            "rules": rules,
            "futures": futures,
            "seed": seed,
            "days": case.days,
            "camps": [
                {
                    "camp": e.camp,
                    "country": e.country,
                    "median": e.persons.median,
                    "q05": e.persons.q05,
                    "q95": e.persons.q95,
                    "mc_error": e.persons.mc_error,
                    "counted": e.counted if math.isfinite(e.counted) else None,
                }
                for e in ends
            ],
        }
        sys.stdout.write(json.dumps(told, allow_nan=False) + "\n")
        return
    out.print(f"[bold]{escape(case.name)}[/bold]", soft_wrap=True)
    out.print(
        f"{case.days} days from {case.start}, {futures} futures, rules {rules}. Persons in "
        "each camp on the last day: median (5 to 95%).",
        style="dim",
        soft_wrap=True,
    )
    table = Table(box=None, padding=(0, 1, 0, 1))
    for head in ("camp", "country", "persons", "counted"):
        table.add_column(head, justify="right" if head in ("persons", "counted") else "left")
    for e in ends:
        table.add_row(
            escape(e.camp),
            escape(e.country),
            figures(e.persons.rounded()),
            short(e.counted) if math.isfinite(e.counted) else "no count",
        )
    out.print(table)
    for file in written:
        out.print(f"  {file}", soft_wrap=True)
