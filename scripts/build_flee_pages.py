"""Compare Flee's rules with runs of Flee itself and write the page with the curves.

Run from the repository root, with the folders of cases that hold ``flee_reference.csv`` (day,
camp, runs, mean, sd, in agents of 100 persons)::

    python -m scripts.build_flee_pages CASE...
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from havenline.cases.settings import FleeSettings
from havenline.futures.cases import simulate_case
from havenline.io import open_flee
from havenline.report.svg import label, path_data, tag

DOCS = Path(__file__).resolve().parents[1] / "docs"
MADE = "<!-- Made by scripts/build_flee_pages.py; change what it reads, not this page. -->"
HASTEN, FUTURES, SEED = 100, 100, 1
STANDARD_ERRORS, SHARE_OF_TOTAL = 3.0, 0.01
LEAST_SPREAD = 5.0
WIDTH, HEIGHT, COLUMNS = 220, 130, 4
THEIRS, OURS, COUNTED = "#b3541e", "#1d4e89", "#8a8a8a"

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Curves:
    """A case under Flee and under Havenline, day by camp, in agents."""

    case: str
    camps: tuple[str, ...]
    runs: int
    theirs: Floats
    their_spread: Floats
    ours: Floats
    our_spread: Floats
    counted: Floats


@dataclass(frozen=True)
class Agreement:
    """How near the two are.

    Attributes
    ----------
    within : float
        Share of camp-days on which the means differ by no more than three standard errors of
        both together plus 1% of the day's total.
    spread : float
        Median ratio of spreads, over camp-days on which Flee's is at least 5 agents.
    error : float
        Root mean square of the differences in standard errors of both together.
    """

    case: str
    camp_days: int
    within: float
    spread: float
    error: float


def compared(folder: Path) -> Curves:
    """Run a case as Flee would, and read Flee's runs of it."""
    case = open_flee(folder)
    names = [case.locations[i].name for i in case.camps]
    run = simulate_case(
        case, rules="flee-exact", futures=FUTURES, seed=SEED, hasten=HASTEN,
        settings=FleeSettings(),
    )  # fmt: skip
    agents = run.persons / HASTEN
    table = pd.read_csv(folder / "flee_reference.csv")
    theirs = {
        column: table.pivot_table(index="day", columns="camp", values=column)[names].to_numpy()
        for column in ("mean", "sd", "data")
    }
    return Curves(
        case=case.id,
        camps=tuple(names),
        runs=int(table["runs"].iloc[0]),
        theirs=theirs["mean"],
        their_spread=theirs["sd"],
        ours=agents.mean(axis=0),
        our_spread=agents.std(axis=0, ddof=1),
        counted=theirs["data"],
    )


def agreement(c: Curves) -> Agreement:
    """Return how near two sets of runs are."""
    error = np.sqrt(c.their_spread**2 / c.runs + c.our_spread**2 / FUTURES)
    apart = np.abs(c.ours - c.theirs)
    day = np.maximum(c.counted.sum(axis=1, keepdims=True), 1.0)
    within = apart <= STANDARD_ERRORS * error + SHARE_OF_TOTAL * day
    wide = c.their_spread >= LEAST_SPREAD
    ratio = np.median(c.our_spread[wide] / c.their_spread[wide]) if wide.any() else np.nan
    certain = error > 0.05
    return Agreement(
        case=c.case,
        camp_days=int(within.size),
        within=float(within.mean()),
        spread=float(ratio),
        error=float(np.sqrt(np.mean((apart[certain] / error[certain]) ** 2))),
    )


def picture(c: Curves) -> str:
    """Return one small chart for each camp: Flee, Havenline and the counts."""
    rows = -(-len(c.camps) // COLUMNS)
    parts = []
    for k, camp in enumerate(c.camps):
        x0, y0 = (k % COLUMNS) * WIDTH + 8.0, (k // COLUMNS) * HEIGHT + 20.0
        high = max(1.0, c.theirs[:, k].max(), c.ours[:, k].max(), c.counted[:, k].max())
        days = len(c.theirs)
        step = max(1, days // 150)

        def line(
            values: Floats, colour: str, dashes: str | None, at: tuple[float, float, float, int]
        ) -> str:
            left, top, most, every = at
            points = [
                (left + (WIDTH - 16) * d / (len(values) - 1), top + 95 * (1 - values[d] / most))
                for d in range(0, len(values), every)
            ]
            return tag(
                "path", d=path_data(points), fill="none", stroke=colour, stroke_width=1.5,
                stroke_dasharray=dashes,
            )  # fmt: skip

        at = (x0, y0, high, step)
        parts.append(label(x0, y0 - 5, f"{camp} (to {high * HASTEN:,.0f})", font_size="11"))
        parts.append(tag("line", x1=x0, x2=x0 + WIDTH - 16, y1=y0 + 95, y2=y0 + 95, stroke="#ccc"))
        parts.append(line(c.counted[:, k], COUNTED, None, at))
        parts.append(line(c.theirs[:, k], THEIRS, None, at))
        parts.append(line(c.ours[:, k], OURS, "4 3", at))
    return tag(
        "svg", "".join(parts), xmlns="http://www.w3.org/2000/svg", font_family="sans-serif",
        viewBox=f"0 0 {COLUMNS * WIDTH} {rows * HEIGHT}",
    )  # fmt: skip


def page(found: Sequence[Agreement]) -> str:
    """Return the page."""
    lines = [
        MADE, "", "# Flee's rules beside Flee", "",
        f"Each case was run 20 times with Flee 3 and {FUTURES} times with "
        "`havenline run --rules flee-exact`, both with",
        f"the settings that Flee ships and one agent for {HASTEN} persons. "
        "What differs between `flee` and", "`flee-exact` stands in [Flee's rules](flee.md).", "",
        "*Within* is the share of camp-days on which the two means differ by no more than three",
        "standard errors of both together plus 1% of the day's total; *spread* the median ratio of",
        "standard deviations where Flee's is at least 5 agents; *error* the root mean square",
        "difference in standard errors, 1 where only luck separates them.", "",
        "| case | camp-days | within | spread | error |", "| --- | ---: | ---: | ---: | ---: |",
    ]  # fmt: skip
    lines += [
        f"| {a.case} | {a.camp_days:,} | {a.within:.2%} | {a.spread:.2f} | {a.error:.2f} |"
        for a in found
    ]
    lines += ["", "Orange: Flee. Blue, dashed: Havenline. Grey: the published counts."]
    for a in found:
        lines += ["", f"## {a.case}", "", f"![camps of {a.case}](../images/flee/{a.case}.svg)"]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Compare the cases given and write page and pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, default=DOCS)
    given = parser.parse_args(arguments)
    pictures = given.out / "images" / "flee"
    pictures.mkdir(parents=True, exist_ok=True)
    found = []
    for folder in given.cases:
        curves = compared(folder)
        found.append(agreement(curves))
        (pictures / f"{curves.case}.svg").write_text(picture(curves) + "\n", encoding="utf-8")
    text = page(found)
    (given.out / "explanation" / "flee-curves.md").write_text(text, encoding="utf-8")
    kept = json.dumps([asdict(a) for a in found], indent=1)
    (pictures / "agreement.json").write_text(kept + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
