"""The hindcast in words and rows of text, for whoever prints it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np

from havenline.evidence.baselines import LABELS, RULES
from havenline.evidence.results import Hindcast, Score, Summary, joined

LINE_TITLES = {
    "unconditional": "Unconditional: nothing later than each as-of date was given",
    "conditional": "Conditional: given the days on which the offensive ran",
}


MOST_WORST = 3
"""Increments that are named as those where it fails."""


@dataclass(frozen=True)
class TextTable:
    """A table of plain text.

    Attributes
    ----------
    title : str
        Heading.
    header : tuple of str
        Column heads; the first column is text, the others figures.
    rows : tuple of tuple of str
        Cells, as many in a row as there are heads.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(result: Hindcast) -> tuple[TextTable, ...]:
    """Return the score tables, the headline first.

    Parameters
    ----------
    result : Hindcast
        What was found.

    Returns
    -------
    tuple of TextTable
        One for each line; rows are the as-of dates and all of them together.
    """
    return tuple(_table(line) for line in result.lines)


def verdicts(line: Summary) -> tuple[str, ...]:
    """Return a sentence for each as-of date and one for all of them together.

    Parameters
    ----------
    line : Summary
        The headline or the conditional line.

    Returns
    -------
    tuple of str
        Sentences.
    """
    return tuple(
        f"{_when(score)}: {score.verdict}. {_difference(score)}"
        for score in (*line.dates, line.pooled)
    )


def _difference(score: Score) -> str:
    """Return how far the model's score lies from that of the best baseline."""
    found = score.difference
    if not math.isfinite(found.low):
        return "Too few increments for a range of the difference."
    return f"Difference {_signed(found.mean)} ({_signed(found.low)} to {_signed(found.high)})."


def notes(result: Hindcast) -> tuple[str, ...]:
    """Return what a reader must know about the scores, most important first.

    Parameters
    ----------
    result : Hindcast
        What was found.

    Returns
    -------
    tuple of str
        Sentences.
    """
    said = []
    pooled = result.unconditional.pooled
    if result.in_sample:
        later = sorted({n for line in result.lines for n in line.pooled.parameters_later})
        said.append(
            "In-sample: these scores use values that were known only after an as-of date "
            f"({', '.join(later)})."
        )
    said += failures(result)
    said.append(
        f"{pooled.increments} scores are of {pooled.distinct} observed increments: the as-of "
        "dates overlap and are not independent."
    )
    said.append("All scores come from one crisis with few turns: none is proof of skill elsewhere.")
    said.append(
        "CRPS is the mean fair score in persons per increment, lower is better; the best "
        "baseline is known only afterwards, so to beat it is harder than to beat any one of them."
    )
    said.append(
        "Ranges are 90% moving-block bootstrap ranges; from so few increments they are too "
        "narrow rather than too wide."
    )
    for scored in result.unconditional.scored:
        if scored.prior is not None:
            said.append(
                f"As of {scored.as_of} fewer than three increments were published: the baselines "
                f"use a stated prior (a lognormal with a factor {scored.prior.factor:g} either "
                f"way as 5-95% range; rate: {scored.prior.why})."
            )
    if result.conditional is None:
        said.append("No days of the offensive are recorded, so there is no conditional line.")
    else:
        said.append(
            "The conditional line is told what nobody knew at the time and the baselines are "
            "not; it shows what the timing of the fighting costs, not skill."
        )
    flat = {(i.start, i.end): i.note for s in result.unconditional.scored for i in s.increments}
    for (_, end), note in sorted(flat.items()):
        if note:
            said.append(f"The total of {end} is below an earlier one ({note}): counted as zero.")
    return tuple(said)


def failures(result: Hindcast) -> tuple[str, ...]:
    """Return where the headline loses, how wide its ranges are, and what cost most.

    Parameters
    ----------
    result : Hindcast
        What was found.

    Returns
    -------
    tuple of str
        Sentences.
    """
    lost = _lost(result.unconditional)
    said = [f"The model loses to a naive baseline as of {joined(lost)}."] if lost else []
    given = _lost(result.conditional) if result.conditional else []
    if given:
        said.append(
            f"Told the days of the fighting it still loses as of {joined(given)}: there it errs "
            "in how fast a running attack displaces people, not in when it runs."
        )
    return (*said, *where_it_fails(result.unconditional))


def _lost(line: Summary) -> list[str]:
    return [s.as_of.isoformat() for s in line.dates if s.outcome == "loses" and s.as_of]


def where_it_fails(line: Summary) -> tuple[str, ...]:
    """Return in words how wide the ranges are and which increments cost most.

    Parameters
    ----------
    line : Summary
        The headline or the conditional line.

    Returns
    -------
    tuple of str
        Sentences; empty where the error is zero.
    """
    cost: dict[date, float] = {}
    beyond: dict[date, list[int]] = {}
    persons: dict[date, float] = {}
    for scored in line.scored:
        low, high = np.quantile(scored.samples, [0.05, 0.95], axis=1)
        for k, step in enumerate(scored.increments):
            cost[step.end] = cost.get(step.end, 0.0) + float(scored.scores["model"][k])
            side = int(step.persons > high[k]) - int(step.persons < low[k])
            beyond.setdefault(step.end, []).append(side)
            persons[step.end] = step.persons
    whole = math.fsum(cost.values())
    if whole <= 0.0:
        return ()
    own = line.pooled.coverage["model"][0.9]
    if own < 0.8:
        width = f"The ranges are too narrow: the 90% range held {100 * own:.0f}% of the increments."
    else:
        width = f"The 90% range held {100 * own:.0f}% of the increments."
    worst = sorted(cost, key=lambda day: -cost[day])[:MOST_WORST]
    share = math.fsum(cost[day] for day in worst) / whole
    parts = []
    for day in sorted(worst):
        sides = beyond[day]
        where = "inside the 90% range"
        for side, word in ((1, "above"), (-1, "below")):
            if sides.count(side):
                where = f"{word} the 90% range from {sides.count(side)} of {len(sides)} dates"
        parts.append(f"to {day} ({figure(persons[day])} came, {where})")
    return (width, f"{100 * share:.0f}% of the error comes from the increments {joined(parts)}.")


def _table(line: Summary) -> TextTable:
    heads = (
        *("as of", "n", "model"),
        *(_head(name) for name in RULES),
        *("less best", "50, 90%"),
    )
    rows = tuple(_row(score) for score in (*line.dates, line.pooled))
    title = (
        f"{LINE_TITLES[line.name]}\nMean CRPS of increments (n; distinct ones), the model less the "
        "best baseline, share in its 50 and 90% range"
    )
    if line.pooled.in_sample:
        title = f"In-sample. {title}"
    return TextTable(title, heads, rows)


def _row(score: Score) -> tuple[str, ...]:
    own = score.coverage["model"]
    count = str(score.increments)
    if score.distinct != score.increments:
        count += f" ({score.distinct})"
    return (
        _when(score),
        count,
        figure(score.crps.mean),
        *(figure(score.baselines[name]) for name in RULES),
        _signed(score.difference.mean),
        f"{100 * own[0.5]:.0f}, {100 * own[0.9]:.0f}%",
    )


def _when(score: Score) -> str:
    if score.as_of is None:
        return "all dates"
    return score.as_of.isoformat() + (" (in-sample)" if score.in_sample else "")


def _head(name: str) -> str:
    return LABELS[name].removeprefix("the ").removeprefix("a ").split(" ", 1)[0]


def figure(value: float) -> str:
    """Return a figure of persons with three figures, more than such a score carries."""
    if abs(value) < 0.5:
        return "0"
    step = 10 ** max(0, math.floor(math.log10(abs(value))) - 2)
    return f"{round(value / step) * step:,.0f}"


def _signed(value: float) -> str:
    text = figure(value)
    return text if text.startswith("-") or text == "0" else f"+{text}"
