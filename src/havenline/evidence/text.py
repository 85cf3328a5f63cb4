"""Hindcast and assimilation in words and rows of text, for whoever prints them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from havenline import words
from havenline.evidence import captures, shares
from havenline.evidence.assimilation import Assimilation
from havenline.evidence.baselines import LABELS, SIX
from havenline.evidence.figures import by_measure
from havenline.evidence.prior_rate import PRIOR_FACTOR
from havenline.evidence.results import Hindcast, HindcastLine, HindcastScore, Scored

LINE_TITLES = {
    "unconditional": "Unconditional: nothing later than each as-of date was given",
    "conditional": "Conditional: given the days on which the offensive ran",
}
UPDATES = {
    "without": "without the counts",
    "with": "with the counts",
    "restarted": "restarted at each count",
}
MOST_NAMES = 5
"""Series that are named for one reason."""
HEADS = dict(
    zip(LABELS, ("last", "mean", "linear", "decaying", "six", "counts"), strict=True),
)
"""Short names of the baselines, at the heads of columns."""
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


def more_tables(result: Hindcast) -> tuple[TextTable, ...]:
    """Return the further tables, as far as there is anything to score.

    Parameters
    ----------
    result : Hindcast
        What was found.

    Returns
    -------
    tuple of TextTable
        Baselines, the whole rise and reliability always; other series, shares by area and the
        front where they were scored.
    """
    tables = [_baselines(result), _totals(result), _reliability(result)]
    if any(s.figures for s in result.unconditional.scored):
        tables.append(_figures(result.unconditional))
    if any(s.shares for s in result.unconditional.scored):
        tables.append(_shares(result.unconditional))
    if any(s.captures for line in result.lines for s in line.scored):
        tables.append(_captures(result))
    return tuple(tables)


def verdicts(line: HindcastLine) -> tuple[str, ...]:
    """Return a sentence for each as-of date and one for all of them together.

    Parameters
    ----------
    line : HindcastLine
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


def _difference(score: HindcastScore) -> str:
    """Return how far the model's score lies from that of the best baseline."""
    found = score.difference
    if not math.isfinite(found.low):
        return "Too few increments for a range of the difference."
    mean, low, high = (words.figure(v, "+") for v in (found.mean, found.low, found.high))
    return f"Difference {words.ranged(mean, low, high)}."


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
        "CRPS is the mean score in persons per increment, lower is better; the ratio is to an "
        "ensemble of six one-line forecasts (the mean rate so far, the last rate, nothing more, "
        "the total growing as t to the power 0.3, 0.5 and 0.7). The best baseline is known only "
        "afterwards, so to beat it is harder than to beat any one of them."
    )
    said.append(
        "Ranges are 90% moving-block bootstrap ranges; from so few increments they are too "
        "narrow rather than too wide."
    )
    said += _held(result.unconditional)
    fits = [(s.as_of, s.replay) for s in result.unconditional.scored if s.replay]
    said += [f"As of {day}: {fit.sentence}" for day, fit in fits[-1:]]
    said += _unscored(result)
    for scored in result.unconditional.scored:
        if any(f.spread == "prior" for f in scored.naive.values()):
            prior = scored.prior
            rate = prior.why if prior else "their own, for no earlier movements are at hand"
            said.append(
                f"As of {scored.as_of} fewer than three increments were published: the baselines "
                f"use a stated prior (a lognormal with a factor "
                f"{prior.factor if prior else PRIOR_FACTOR:g} either way as 5-95% range; rate: "
                f"{rate})."
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


def _held(line: HindcastLine) -> list[str]:
    """Return above how many people no baseline went, or that nothing held them."""
    there = [s.people for s in line.scored if s.people is not None]
    free = [s for s in line.scored if s.people is None or s.people <= s.start_total]
    said = []
    if there:
        most = " to ".join(words.figure(v) for v in sorted({min(there), max(there)}))
        said.append(f"No baseline goes above the people who are there ({most}).")
    if free:
        days = words.listed([s.as_of.isoformat() for s in free])
        said.append(
            f"As of {days} the count stands above the people declared where it counts, or nobody "
            "is: the baselines have no ceiling."
        )
    return said


def _unscored(result: Hindcast) -> Iterable[str]:
    """Return which series went unscored, and why, the reason that holds for most first."""
    why: dict[str, list[str]] = {}
    for series, reason in result.unscored.items():
        why.setdefault(reason, []).append(str(series))
    for reason, found in sorted(why.items(), key=lambda item: -len(item[1])):
        names = list(dict.fromkeys(found))
        shown = names[:MOST_NAMES]
        more = [f"{len(names) - len(shown)} more"] if len(names) > len(shown) else []
        yield f"Not scored, for {reason}: {words.listed(shown + more)}."
    if not any(s.figures for s in result.unconditional.scored):
        yield "No series but the main one is scored."


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
    said = [f"The model loses to a naive baseline as of {words.listed(lost)}."] if lost else []
    given = _lost(result.conditional) if result.conditional else []
    if given:
        said.append(
            f"Told the days of the fighting it still loses as of {words.listed(given)}: there it "
            "errs in how fast a running attack displaces people, not in when it runs."
        )
    return (*said, *where_it_fails(result.unconditional))


def _lost(line: HindcastLine) -> list[str]:
    return [s.as_of.isoformat() for s in line.dates if s.outcome == "loses" and s.as_of]


def where_it_fails(line: HindcastLine) -> tuple[str, ...]:
    """Return in words how wide the ranges are and which increments cost most.

    Parameters
    ----------
    line : HindcastLine
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
        parts.append(f"to {day} ({words.figure(persons[day])} came, {where})")
    return (
        width,
        f"{100 * share:.0f}% of the error comes from the increments {words.listed(parts)}.",
    )


def _table(line: HindcastLine) -> TextTable:
    heads = ("as of", "n", "model", "six", "ratio", "best", "less best", "50, 90%")
    rows = tuple(_row(score) for score in (*line.dates, line.pooled))
    title = (
        f"{LINE_TITLES[line.name]}\nMean CRPS of increments (n; distinct ones), the model by the "
        "ensemble of six, the best baseline, the model less it, share in the 50 and 90% range"
    )
    if line.pooled.in_sample:
        title = f"In-sample. {title}"
    return TextTable(title, heads, rows)


def _row(score: HindcastScore) -> tuple[str, ...]:
    own = score.coverage["model"]
    count = str(score.increments)
    if score.distinct != score.increments:
        count += f" ({score.distinct})"
    return (
        _when(score),
        count,
        words.figure(score.crps.mean),
        words.figure(score.baselines[SIX]),
        f"{score.ratio:.2f}" if math.isfinite(score.ratio) else "",
        words.figure(score.baselines[score.best]),
        words.figure(score.difference.mean, "+"),
        f"{100 * own[0.5]:.0f}, {100 * own[0.9]:.0f}%",
    )


def _baselines(result: Hindcast) -> TextTable:
    line = result.unconditional
    rows = tuple(
        (_when(score), *(words.figure(score.baselines[name]) for name in LABELS))
        for score in (*line.dates, line.pooled)
    )
    title = "Each baseline: mean CRPS of increments (the counts: their model alone)"
    return TextTable(title, ("as of", *HEADS.values()), rows)


def _when(score: HindcastScore) -> str:
    if score.as_of is None:
        return "all dates"
    return score.as_of.isoformat() + (" (in-sample)" if score.in_sample else "")


def _each(result: Hindcast) -> list[tuple[HindcastLine, Scored]]:
    return [(line, scored) for line in result.lines for scored in line.scored]


def _of(line: HindcastLine, scored: Scored) -> str:
    return f"{scored.as_of} {line.name}"


def _totals(result: Hindcast) -> TextTable:
    rows = []
    for line, scored in _each(result):
        total = scored.total
        low, middle, high = map(words.figure, total.quantiles)
        naive = {n: v for n, v in total.scores.items() if n != "model"}
        best = min(naive, key=lambda name: naive[name])
        rows.append(
            (
                _of(line, scored),
                words.figure(total.observed),
                words.ranged(middle, low, high),
                words.figure(total.scores["model"]),
                f"{words.figure(naive[best])} ({LABELS[best]})",
            )
        )
    return TextTable(
        "The whole rise to the last count: one figure for each date",
        ("as of", "counted", "forecast (90% range)", "CRPS", "best baseline"),
        tuple(rows),
    )


def _reliability(result: Hindcast) -> TextTable:
    rows = []
    for line in result.lines:
        score = line.pooled
        without = ""
        if score.fled_crps is not None:
            share = 100 * score.fled_coverage[0.9]
            without = f"{words.figure(score.fled_crps)}; {share:.0f}%"
        rows.append((line.name, str(score.increments), *(str(n) for n in score.pit), without))
    return TextTable(
        "Increments by the fifth of the forecast they fell into (even where it is reliable)",
        (
            "line",
            "increments",
            "lowest",
            "second",
            "third",
            "fourth",
            "highest",
            "CRPS; in 90% range, without the reporting model",
        ),
        tuple(rows),
    )


def _figures(line: HindcastLine) -> TextTable:
    found = by_measure(score for scored in line.scored for score in scored.figures)
    rows = tuple(
        (
            score.measure.replace("_", " "),
            f"{score.figures} ({score.series})",
            words.figure(score.crps),
            "" if math.isnan(score.kept) else words.figure(score.kept),
            "" if math.isnan(score.ratio) else f"{score.ratio:.2f}",
            *(f"{score.inside[level]:.0%}" for level in (0.5, 0.9)),
        )
        for score in found
    )
    return TextTable(
        "Other series by what they count: mean CRPS, beside the last figure or rate kept",
        ("measure", "n (series)", "model", "kept", "ratio", "50%", "90%"),
        rows,
    )


def _shares(line: HindcastLine) -> TextTable:
    rows = []
    every = [score for scored in line.scored for score in scored.shares]
    for name in dict.fromkeys(score.series for score in every):
        found = [score for score in every if score.series == name]
        rows.append(
            (
                name,
                str(len(found)),
                *(_points([s.scores[n] for s in found]) for n in ("model", *shares.BASELINES)),
                _share([score.inside_90 for score in found]),
            )
        )
    heads = tuple(shares.LABELS[n] for n in shares.BASELINES)
    return TextTable(
        "Shares by area, of those whom a series counts: mean CRPS in points of a hundred",
        ("series", "n", "model", *heads, "90%"),
        tuple(rows),
    )


def _captures(result: Hindcast) -> TextTable:
    rows = []
    for line, scored in _each(result):
        score = scored.captures
        if score is None:
            continue
        for k, days in enumerate(score.ahead):
            rows.append(
                (
                    f"{_of(line, scored)}: {days} days",
                    f"{score.fell[k]} of {score.places}",
                    *(f"{score.brier[n][k]:.3f}" for n in ("model", *captures.BASELINES)),
                )
            )
    heads = tuple(captures.LABELS[n].removeprefix("a constant ") for n in captures.BASELINES)
    return TextTable(
        "The front: mean Brier score over places of having fallen (nothing by place)",
        ("as of", "fell", "model", *heads),
        tuple(rows),
    )


def _points(values: Sequence[float]) -> str:
    known = [value for value in values if not math.isnan(value)]
    return f"{100 * math.fsum(known) / len(known):.1f}" if known else "none"


def _share(inside: Sequence[float]) -> str:
    return f"{math.fsum(inside) / len(inside):.0%}"


def assimilation_table(found: Assimilation) -> TextTable:
    """Return a row for each count and one for all of them.

    Parameters
    ----------
    found : Assimilation

    Returns
    -------
    TextTable
        Means leave out the first count, from which nobody could have learned.
    """
    names = (*UPDATES, *LABELS)
    rows = []
    for week in found.weeks:
        spans = [words.figure(q) for q in week.quantiles["with"]]
        scores = (words.figure(week.crps[n]) if n in week.crps else "" for n in names)
        rows.append(
            (
                f"{week.start} to {week.end}",
                words.figure(week.observed),
                words.ranged(spans[1], spans[0], spans[2]),
                *scores,
            )
        )
    means = (words.figure(found.mean(n)) if n in found.names else "" for n in names)
    rows.append((f"mean of {len(found.weeks) - 1} after the first", "", "", *means))
    heads = (*UPDATES.values(), *HEADS.values())
    return TextTable(
        f"The next count, about a week ahead (run as of {found.as_of}): CRPS in persons",
        ("count", "counted", "with the counts (90% range)", *heads),
        tuple(rows),
    )


def assimilation_notes(found: Assimilation) -> tuple[str, ...]:
    """Return what the scores say, most important first.

    Parameters
    ----------
    found : Assimilation

    Returns
    -------
    tuple of str
        Sentences.
    """
    without, updated = found.mean("without"), found.mean("with")
    change = f"{abs(updated / without - 1.0):.0%}"
    difference = found.difference
    said = []
    if updated < without:
        first = f"The counts help: one-count-ahead CRPS is {change} lower with them"
    else:
        first = f"The counts do not help here: one-count-ahead CRPS is {change} higher with them"
    if difference.includes_zero:
        sure = "; not distinguishable, the range of the difference holds zero"
        first += sure if math.isfinite(difference.low) else "; too few counts to say how sure"
    said.append(f"{first}.")
    best = min(LABELS, key=found.mean)
    verb = "is better than" if found.mean(best) < min(without, updated) else "is worse than"
    said.append(
        f"The best naive rule ({LABELS[best]}, {words.figure(found.mean(best))}) {verb} both."
        if verb == "is better than"
        else f"The best naive rule ({LABELS[best]}) scores {words.figure(found.mean(best))}."
    )
    said.append(
        f"{len(found.weeks) - 1} counts of one crisis: an anecdote, in which fighting stopped and "
        "started twice; what a quiet week teaches is wrong when an offensive starts."
    )
    if found.twins is not None:
        twins = found.twins
        said.append(
            f"On synthetic truth ({twins.truths} futures took its part) the median's error falls "
            f"by {1.0 - twins.error_with / twins.error_without:.0%} and the CRPS by "
            f"{1.0 - twins.crps_with / twins.crps_without:.0%}; forecasts fall into their fifths "
            f"{', '.join(map(str, twins.ranks))} times (even where the filter is right)."
        )
    return tuple(said)
