"""Commands on negotiation: whether parties could agree, and how good such methods are."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from havenline.cli.console import (
    CrisisArgument,
    a_date,
    err,
    opened,
    out,
    out_folder,
    progress_bar,
    settings_of,
)
from havenline.errors import HavenlineError
from havenline.words import short

if TYPE_CHECKING:
    from havenline.negotiation.answer import Negotiation

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
PAGE = "bargain.html"


def negotiate(
    crisis: CrisisArgument = "idlib-2020",
    futures: Annotated[int, typer.Option(help="Number of futures.")] = 60,
    support: Annotated[
        str | None,
        typer.Option(metavar="PARTY=PART,…", help="Support of outside parties, 0 to 1."),
    ] = None,
    sweep: Annotated[
        str | None,
        typer.Option(
            metavar="PARTY,…", help="Whose support rises along the leverage curve; all by default."
        ),
    ] = None,
    draws: Annotated[int, typer.Option(help="Draws of the parties' weights.")] = 1000,
    runs: Annotated[int, typer.Option(help="Settlements that are run, not emulated.")] = 40,
    seed: Annotated[int, typer.Option(help="Seed of all random numbers.")] = 1,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="Use facts published by then.")
    ] = None,
    days: Annotated[int | None, typer.Option(help="Days after the as-of date.")] = None,
    workers: Annotated[int | None, typer.Option(help="Threads; all processors by default.")] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Fix a parameter for this run."),
    ] = None,
    folder: Annotated[
        str | None, typer.Option("--out", metavar="DIR", help=f"Write {PAGE} and its JSON there.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say whether the parties could agree, where, and whether it would hold."""
    from havenline.engine.folder import written_whole
    from havenline.negotiation.negotiate import negotiate as run_negotiation

    declared = opened(crisis)
    given = _support(support)
    rising = None if sweep is None else [w.strip() for w in sweep.split(",") if w.strip()]
    target = out_folder(folder, declared)
    with written_whole(target) if target is not None else nullcontext() as stage:
        with progress_bar() as bar:
            task = bar.add_task("Futures", total=futures)
            answer = run_negotiation(
                declared,
                futures=futures,
                seed=seed,
                support=given,
                sweep=rising,
                draws=draws,
                runs=runs,
                as_of=a_date(as_of, "--as-of"),
                days=days,
                workers=workers,
                settings=settings_of(setting or []),
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
        plain = answer.to_json_dict()
        if stage is not None:
            _write(stage, declared, answer, plain)
    if as_json:
        sys.stdout.write(json.dumps(plain, allow_nan=False) + "\n")
        return
    _print(answer, plain, {o.id: o.name for o in declared.options})
    if target is not None:
        err.print(f"Written to {escape(str(target))}: {PAGE}, bargain.json", style="dim")


def _support(text: str | None) -> dict[str, float]:
    found: dict[str, float] = {}
    for pair in (text or "").split(","):
        if not pair.strip():
            continue
        name, sep, value = pair.partition("=")
        try:
            if not sep:
                raise ValueError
            part = float(value)
        except ValueError:
            raise HavenlineError(
                f"--support {pair!r}: expected party=part, such as eu=0.6"
            ) from None
        if name.strip() in found:
            raise HavenlineError(f"--support {pair!r}: {name.strip()!r} is given twice")
        found[name.strip()] = part
    return found


def _write(target: Path, declared: Any, answer: Any, plain: dict[str, Any]) -> None:
    from havenline.report.bargain import page

    (target / PAGE).write_text(page(answer, declared), encoding="utf-8")
    text = json.dumps(plain, allow_nan=False, indent=1)
    (target / "bargain.json").write_text(text + "\n", encoding="utf-8")


def _percent(value: float | None) -> str:
    from havenline.words import percent

    return "" if value is None else percent(value)


def _banded(values: Sequence[float] | None) -> str:
    if values is None:
        return ""
    mid, low, high = values
    return f"{short(mid)} ({short(low)} to {short(high)})"


def _shares(values: Sequence[float] | None) -> str:
    if values is None:
        return ""
    mid, low, high = values
    return f"{mid:.0%} ({low:.0%} to {high:.0%})"


def _plain_table(title: str, *heads: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, padding=(0, 1, 0, 0))
    for i, head in enumerate(heads):
        table.add_column(head, justify="left" if i == 0 else "right")
    return table


def _print(answer: Negotiation, a: dict[str, Any], options: dict[str, str]) -> None:
    """Print the answer in plain words and a few tables."""
    from havenline.negotiation import sentences

    support = ", ".join(f"{k} {v:g}" for k, v in a["support"].items()) or "none declared"
    out.print(
        f"As of {a['as_of']}, support: {support}. {a['draws']} draws of judgement over "
        f"{a['futures']} futures; {a['space']['run']} of {a['space']['settlements']} settlements "
        "run, the rest emulated.",
        style="dim",
        soft_wrap=True,
    )
    out.print(
        f"In {_percent(a['chance'])} of draws some settlement is no worse than no deal for all "
        "who must consent.",
        soft_wrap=True,
    )
    if turns := sentences.turns_on(answer):
        out.print(escape(turns), soft_wrap=True)
    table = _plain_table("Lines", "", "some deal on it", "best one", "parties land")
    lands = a["landings"]["weighted nash"]["lines"]
    for row in a["agreeable"]:
        table.add_row(
            escape(row["line"]), _percent(row["some"]), _percent(row["best"]),
            _percent(lands[row["line"]]),
        )  # fmt: skip
    out.print(table)
    for rule, landing in a["landings"].items():
        found = landing["agreement"]
        text = found["settlement"]["text"] if found else landing["no_agreement"]["text"]
        more = ""
        if found:
            more = (
                f" [dim]({found['binds']} binds; all accept in {_percent(found['accepted'])})[/dim]"
            )
        out.print(f"{rule}: {escape(text)}{more}", soft_wrap=True)
    if a["curve"]:
        who = " and ".join(a["curve_of"])
        heads = ("support", "chance", "line, km north", "protected", "newly displaced")
        table = _plain_table(f"As support of {escape(who)} rises", *heads, "homes taken")
        for p in a["curve"]:
            km = p["moved_km"]
            table.add_row(
                _percent(p["part"]),
                _percent(p["chance"]),
                "" if km is None else f"{p['mean']['offset_km']:.1f} ({km[1]:g} to {km[2]:g})",
                _banded(p["outcomes"]["protected"]),
                _banded(p["outcomes"]["newly_displaced"]),
                _shares(p["outcomes"]["ground_taken"]),
            )
        out.print(table)
    if a["hold"]:
        stands = ", ".join(f"{_percent(v)} after {k}" for k, v in a["hold"]["stands"].items())
        out.print(f"It would stand: {stands}.", soft_wrap=True)
    for text in (sentences.most_support(answer), sentences.channels(answer)):
        if text:
            out.print(escape(text), soft_wrap=True)
    for text in sentences.holding(answer):
        out.print(escape(text), soft_wrap=True)
    heads = ("all accept", "from support", "refused by", "would need", "12 months")
    table = _plain_table("Proposals", "", *heads)
    for n in a["named"]:
        refused = ", ".join(f"{k} {_percent(v)}" for k, v in n["refuses"].items() if v >= 0.05)
        enough = n["agreeable_from"]
        table.add_row(
            escape(options.get(n["option"], n["option"])),
            _percent(n["settlement"]["share"]),
            "not on the curve" if enough is None else _percent(enough),
            refused,
            "" if n["needs"] is None else f"{n['needs']['to']} ({_percent(n['needs']['share'])})",
            _percent(n["hold"]["stands"]["12 months"]),
        )
    out.print(table)
    table = _plain_table("Parties", "", "gain", "gains most from", "walks away if")
    for p in a["parties"]:
        if "gain" in p:
            table.add_row(
                escape(p["name"]), f"{p['gain']:+.2f}", escape(p["gains_most_from"]),
                escape(p["walks_away_if"]),
            )  # fmt: skip
    out.print(table)
    said = a["second_opinion"]["election"]
    if said["concurs"] is not None:
        word = "concurs" if said["concurs"] else "does not concur"
        best = said["markov-incentive"]["likeliest"]["text"]
        out.print(f"Second opinion {word}; its likeliest: {escape(best)}.", soft_wrap=True)
    for row in a["observed"]:
        out.print(
            f"[dim]Observed, one case, not used: {row['date']} {escape(row['what'])}[/dim]",
            soft_wrap=True,
        )
    out.print("[dim]Weights are judgement. No model of this kind is known to forecast the end of "
              "wars better than a weighted mean.[/dim]", soft_wrap=True)  # fmt: skip


def score_negotiation(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="A folder with issues.csv and positions.csv.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Score the methods of the second opinion on issues with known outcomes."""
    from havenline.negotiation.scoring import read_issues, score_methods

    issues = read_issues(path)
    scores = score_methods(issues).to_dict("index")
    if as_json:
        found = {"issues": len(issues), "methods": scores}
        sys.stdout.write(json.dumps(found, allow_nan=False) + "\n")
        return
    table = _plain_table(
        f"Mean absolute error on {len(issues)} issues, of 100 points",
        "", "error", "standard error", "within 10", "against the compromise mean",
    )  # fmt: skip
    for method, s in scores.items():
        against, its = s["against_compromise_mean"], s["against_compromise_mean_se"]
        table.add_row(
            str(method).replace("_", " "), f"{s['mae']:.1f}", f"{s['se']:.1f}",
            _percent(s["within_10"]), f"{against:+.1f} ± {its:.1f}",
        )  # fmt: skip
    out.print(table)
