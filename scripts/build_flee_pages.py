"""Compare counting by Flee's rules with Flee's own runs, and write the page of curves.

Run from the repository root, with folders of cases that hold Flee's runs
(``flee_reference.csv``: ``day, camp, runs, mean, sd, data``, an agent for 100 persons, Flee's
shipped settings)::

    python -m scripts.build_flee_pages CASE...
    python -m scripts.build_flee_pages --out DIR CASE...   # elsewhere, to compare

The page and its pictures follow from the folders and the seed, but for the seconds.
"""

from __future__ import annotations

import argparse
import csv
import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from havenline import words
from havenline.crisis.flee_settings import FleeSettings
from havenline.engine.cases import simulate_case
from havenline.evidence.cases.scores import ard
from havenline.io import open_flee
from havenline.report import ticks
from havenline.report.figures import BLUE, GREY, INK, RULE, SOFT
from havenline.report.svg import Point, label, path_data, picture, tag

Floats = NDArray[np.float64]

DOCS = Path(__file__).resolve().parents[1] / "docs"
MADE = "<!-- Made by scripts/build_flee_pages.py; change what it reads, not this page. -->"
REFERENCE = "flee_reference.csv"

HASTEN = 100
FUTURES = 100
SEED = 1

ERRORS = 3.0
"""Standard errors of the difference of two means, both ensembles together."""

SHARE = 0.01
"""Allowed besides, of all people in the camps that day."""

LEAST_ERROR = 0.05
"""Where the standard error is smaller, in agents, chance plays no part and is not measured."""

WIDE = 5.0
"""Spreads are compared where Flee's is at least this, in agents."""

ENOUGH, NARROWEST, WIDEST = 0.99, 0.67, 1.5
"""Share of camp-days, and ratio of spreads, that count as agreement."""

COLUMNS, PANEL, GAP, TOP = 4, (226.0, 150.0), 14.0, 34.0
POINTS = 110
"""Days drawn in a panel."""


@dataclass(frozen=True, eq=False)
class FleeRuns:
    """Flee's own runs of a case, in agents.

    Attributes
    ----------
    camps : tuple of str
    runs : int
    mean, sd, data : (days, camps) float64
        At the end of each day.
    """

    camps: tuple[str, ...]
    runs: int
    mean: Floats
    sd: Floats
    data: Floats


@dataclass(frozen=True, eq=False)
class Agreement:
    """One case by both programs, in agents.

    Attributes
    ----------
    case : str
    flee : FleeRuns
    mean, low, high : (days, camps) float64
        Ours: mean, and the range that holds 90% of the futures.
    missed : (days, camps) bool
        Where the means differ by more than chance and the tolerance allow.
    error : float
        Root mean square of the differences of means, in standard errors of both together.
    spread_ratio : float
        Median of our spread over Flee's; NaN where none is wide enough.
    ard, ard_flee : float
        Averaged relative difference of each mean from the data.
    futures : int
    seconds : float
    """

    case: str
    flee: FleeRuns
    mean: Floats
    low: Floats
    high: Floats
    missed: NDArray[np.bool_]
    error: float
    spread_ratio: float
    ard: float
    ard_flee: float
    futures: int
    seconds: float

    @property
    def within(self) -> float:
        """Share of camp-days on which the means agree."""
        return 1.0 - float(self.missed.mean())

    @property
    def agrees(self) -> bool:
        """Whether means and spreads both agree."""
        return self.within >= ENOUGH and NARROWEST <= self.spread_ratio <= WIDEST


def main(arguments: Sequence[str] | None = None) -> None:
    """Compare the cases given and write the page and its pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, default=DOCS)
    given = parser.parse_args(arguments)
    found = []
    for folder in given.cases:
        found.append(compare(folder, futures=FUTURES, seed=SEED))
        print(" | ".join(row_of(found[-1])), flush=True)
    pictures = given.out / "images" / "flee"
    pictures.mkdir(parents=True, exist_ok=True)
    for one in found:
        (pictures / f"{one.case}.svg").write_text(curves(one) + "\n", encoding="utf-8")
    (given.out / "explanation").mkdir(exist_ok=True)
    (given.out / "explanation" / "flee-curves.md").write_text(page(found), encoding="utf-8")


def read_runs(path: Path) -> FleeRuns:
    """Read Flee's runs of a case."""
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    camps = tuple(dict.fromkeys(row["camp"] for row in rows))
    days = 1 + max(int(row["day"]) for row in rows)
    columns = {name: np.zeros((days, len(camps))) for name in ("mean", "sd", "data")}
    for row in rows:
        for name, values in columns.items():
            values[int(row["day"]), camps.index(row["camp"])] = float(row[name])
    return FleeRuns(camps, int(rows[0]["runs"]), **columns)


def compare(folder: Path, *, futures: int, seed: int) -> Agreement:
    """Run a case as Flee's runs beside it were made, and compare.

    Parameters
    ----------
    folder : Path
        Case in Flee's format, with ``flee_reference.csv``.
    futures, seed : int
    """
    case, flee = open_flee(folder), read_runs(folder / REFERENCE)
    if tuple(case.locations[i].name for i in case.camps) != flee.camps:
        raise ValueError(f"{folder.name}: the camps are not those of {REFERENCE}")
    begun = time.perf_counter()
    run = simulate_case(
        case, rules="flee-exact", futures=futures, seed=seed, workers=1, hasten=HASTEN,
        settings=FleeSettings(),
    )  # fmt: skip
    seconds = time.perf_counter() - begun
    agents = run.present.to_numpy()[:, : len(flee.mean)] / HASTEN
    mean, sd = agents.mean(axis=0), agents.std(axis=0, ddof=1)
    error = np.sqrt(flee.sd**2 / flee.runs + sd**2 / futures)
    allowed = ERRORS * error + SHARE * flee.mean.sum(axis=1, keepdims=True)
    off, certain, wide = np.abs(mean - flee.mean), error > LEAST_ERROR, flee.sd >= WIDE
    low, high = np.quantile(agents, (0.05, 0.95), axis=0)
    return Agreement(
        case=folder.name,
        flee=flee,
        mean=mean,
        low=low,
        high=high,
        missed=off > allowed,
        error=float(np.sqrt(np.mean((off[certain] / error[certain]) ** 2))),
        spread_ratio=float(np.median(sd[wide] / flee.sd[wide])) if wide.any() else math.nan,
        ard=ard(mean, flee.data),
        ard_flee=ard(flee.mean, flee.data),
        futures=futures,
        seconds=seconds,
    )


# pictures


@dataclass(frozen=True)
class Panel:
    """Where one camp's curves stand, and what they span."""

    left: float
    top: float
    days: int
    marks: tuple[float, ...]

    def x(self, day: float) -> float:
        """Return the pixel across for a day."""
        return self.left + 40.0 + day / max(1, self.days - 1) * (PANEL[0] - 46.0)

    def y(self, persons: float) -> float:
        """Return the pixel down for a number of persons."""
        room = PANEL[1] - 42.0
        return self.top + PANEL[1] - 20.0 - persons / self.marks[-1] * room

    def line(self, values: Floats) -> list[Point]:
        """Return points for values by day, in persons."""
        stride = max(1, math.ceil(self.days / POINTS))
        days = sorted({*range(0, self.days, stride), self.days - 1})
        return [(self.x(d), self.y(float(values[d]))) for d in days]

    def band(self, low: Floats, high: Floats, colour: str, opacity: str) -> str:
        """Return the area between two series."""
        edge = path_data(self.line(high) + self.line(low)[::-1], close=True)
        return tag("path", d=edge, fill=colour, fill_opacity=opacity)

    def curve(self, values: Floats, colour: str, width: str, dash: str | None = None) -> str:
        """Return the line of a series."""
        return tag(
            "path", d=path_data(self.line(values)), fill="none", stroke=colour,
            stroke_width=width, stroke_dasharray=dash,
        )  # fmt: skip


def camp_panel(found: Agreement, camp: int, left: float, top: float) -> list[str]:
    """Return the curves of one camp: Flee's below, ours over them, the data on top."""
    flee = found.flee
    series = {
        "data": flee.data, "mean": found.mean, "low": found.low, "high": found.high,
        "flee": flee.mean, "below": np.maximum(0.0, flee.mean - 2.0 * flee.sd),
        "above": flee.mean + 2.0 * flee.sd,
    }  # fmt: skip
    of = {name: values[:, camp] * HASTEN for name, values in series.items()}
    days = len(found.mean)
    marks = ticks.steps(max(float(v.max()) for v in of.values()), count=3)
    panel = Panel(left, top, days, tuple(marks))
    out = [label(left + 40.0, top + 12.0, flee.camps[camp], font_size="11", fill=INK)]
    for mark in marks:
        y = panel.y(mark)
        out.append(tag("line", x1=panel.x(0), x2=panel.x(days - 1), y1=y, y2=y, stroke=RULE))
        out.append(label(left + 36.0, y + 3.5, words.compact(mark), text_anchor="end"))
    for day, anchor in ((0, "start"), (days - 1, "end")):
        x = panel.x(day)
        out.append(label(x, top + PANEL[1] - 6.0, f"day {day}", text_anchor=anchor))
    out.append(panel.band(of["below"], of["above"], GREY, "0.35"))
    out.append(panel.band(of["low"], of["high"], BLUE, "0.25"))
    out.append(panel.curve(of["data"], INK, "1", "1.5 2.5"))
    out.append(panel.curve(of["flee"], GREY, "2.6"))
    out.append(panel.curve(of["mean"], BLUE, "1.2"))
    return out


def key(width: float) -> list[str]:
    """Return the line that explains the marks."""
    out = []
    entries = (
        (GREY, "2.6", None, "0.35", "Flee: mean of its runs, 2 sd each way"),
        (BLUE, "1.2", None, "0.25", "flee-exact: mean, 90% of the futures"),
        (INK, "1", "1.5 2.5", None, "counts"),
    )
    for k, (colour, thick, dash, opacity, text) in enumerate(entries):
        x = 10.0 + k * min(255.0, (width - 20.0) / 2.6)
        if opacity:
            out.append(
                tag("rect", x=x, y=8.0, width=26.0, height=12.0, fill=colour, fill_opacity=opacity)
            )
        out.append(
            tag("line", x1=x, x2=x + 26.0, y1=14.0, y2=14.0, stroke=colour, stroke_width=thick,
                stroke_dasharray=dash)
        )  # fmt: skip
        out.append(label(x + 32.0, 17.5, text, fill=INK))
    return out


def curves(found: Agreement) -> str:
    """Return the picture of a case: a panel for each camp."""
    camps = len(found.flee.camps)
    columns = min(COLUMNS, max(3, camps))
    rows = math.ceil(camps / columns)
    width = columns * (PANEL[0] + GAP) + GAP
    height = TOP + rows * (PANEL[1] + GAP)
    parts = key(width)
    for camp in range(camps):
        row, column = divmod(camp, columns)
        left, top = GAP + column * (PANEL[0] + GAP), TOP + row * (PANEL[1] + GAP)
        parts += camp_panel(found, camp, left, top)
    ground = tag("rect", width=width, height=height, fill="#ffffff")
    body = tag("g", "".join(parts), font_family="sans-serif", font_size="9.5", fill=SOFT)
    return picture(
        width, height, [ground, body],
        name=found.case.replace("_", "-"),
        title=f"{found.case}: people in each camp",
        desc="Flee's mean and spread, those of the same rules counted, and the counts, by day.",
    )  # fmt: skip


# the page


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a table in Markdown; the first column is text, the others figures."""
    return [
        "| " + " | ".join(head) + " |",
        "| --- |" + " ---: |" * (len(head) - 1),
        *("| " + " | ".join(row) + " |" for row in rows),
    ]


HEAD = (
    "case", "days", "camps", "within", "error", "spread", "ARD", "ARD of Flee", "futures",
    "seconds",
)  # fmt: skip


def row_of(found: Agreement) -> tuple[str, ...]:
    """Return a case's row of the table."""
    days, camps = found.mean.shape
    return (
        found.case, str(days), str(camps), f"{100 * found.within:.2f}%",
        f"{found.error:.2f}", f"{found.spread_ratio:.2f}", f"{found.ard:.3f}",
        f"{found.ard_flee:.3f}",
        str(found.futures), f"{found.seconds:.1f}",
    )  # fmt: skip


def misses(found: Sequence[Agreement]) -> list[str]:
    """Return, for each case that does not agree, the camps and days on which it does not."""
    bad = [one for one in found if not one.agrees]
    if not bad:
        return ["Every case agrees in means and spreads."]
    lines = []
    for one in bad:
        lines.append(f"`{one.case}` does not agree:")
        for camp, name in enumerate(one.flee.camps):
            days = np.flatnonzero(one.missed[:, camp])
            if len(days):
                off = float(np.abs(one.mean - one.flee.mean)[days, camp].max())
                lines.append(
                    f"{name} on {len(days)} days from {days[0]} to {days[-1]}, by up to "
                    f"{off:.1f} agents;"
                )
        lines.append(f"the spread is {one.spread_ratio:.2f} of Flee's.")
    return lines


INTRODUCTION = (
    "# Flee's curves and ours",
    "",
    "Six published cases, run by Flee 3 and by the same rules [counted](flee.md) (`flee-exact`).",
    "Both with the settings that Flee ships and `hasten: 100`, an agent for 100 persons.",
    "",
    "A camp-day is *within* where the means of the two ensembles differ by no more than three",
    "standard errors, both ensembles together, plus 1% of the people in all camps that day. At",
    "least 99% are to be. *Spread* is the median ratio of the standard deviations, ours over",
    "Flee's, on camp-days on which Flee's is at least 5 agents; it is to lie between 0.67 and 1.5.",
    "ARD is the averaged relative difference of the mean from the counts. Seconds are those of all",
    "our futures, one after the other on one core.",
    "",
)

NOT_THE_SAME = (
    "*Error* is the root mean square of the differences, in standard errors: 1 where only luck",
    "separates the two. Days of a case share their luck, and Flee's spread is that of 20 runs,",
    "which alone leaves it uncertain by a sixth: people followed one by one by the same rules, in",
    "Flee's own order, have a spread of 0.85 on mali2012 too.",
)


def page(found: Sequence[Agreement]) -> str:
    """Return the page."""
    lines = [MADE, "", *INTRODUCTION]
    lines += table(HEAD, (row_of(one) for one in found))
    lines += ["", *misses(found), "", *NOT_THE_SAME]
    for one in found:
        lines += ["", f"## {one.case}", ""]
        alt = f"{one.case}: people in each camp by day, Flee's runs, the rules counted, and counts"
        lines += [f"![{alt}](../images/flee/{one.case}.svg)"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
