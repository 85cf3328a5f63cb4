"""The further tables of a hindcast: the whole rise, hub shares, the front, reliability."""

from __future__ import annotations

import math

from havenline.evidence import captures, hubs
from havenline.evidence.baselines import LABELS
from havenline.evidence.results import Hindcast, Scored, Summary
from havenline.evidence.text import TextTable, figure


def more_tables(result: Hindcast) -> tuple[TextTable, ...]:
    """Return the further tables, as far as there is anything to score.

    Parameters
    ----------
    result : Hindcast
        What was found.

    Returns
    -------
    tuple of TextTable
        The whole rise and reliability always; hubs and front where they were scored.
    """
    tables = [_totals(result), _reliability(result)]
    if any(s.hubs for line in result.lines for s in line.scored):
        tables.append(_hubs(result))
    if any(s.captures for line in result.lines for s in line.scored):
        tables.append(_captures(result))
    return tuple(tables)


def _each(result: Hindcast) -> list[tuple[Summary, Scored]]:
    return [(line, scored) for line in result.lines for scored in line.scored]


def _when(line: Summary, scored: Scored) -> str:
    return f"{scored.as_of} {line.name}"


def _totals(result: Hindcast) -> TextTable:
    rows = []
    for line, scored in _each(result):
        total = scored.total
        low, middle, high = map(figure, total.quantiles)
        naive = {n: v for n, v in total.scores.items() if n != "model"}
        best = min(naive, key=lambda name: naive[name])
        rows.append(
            (
                _when(line, scored),
                figure(total.observed),
                f"{middle} ({low} to {high})",
                figure(total.scores["model"]),
                f"{figure(naive[best])} ({LABELS[best]})",
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
            without = f"{figure(score.fled_crps)}; {share:.0f}%"
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


def _hubs(result: Hindcast) -> TextTable:
    rows = []
    for line, scored in _each(result):
        for score in scored.hubs:
            low, middle, high = (f"{100 * q:.0f}%" for q in score.quantiles)
            rows.append(
                (
                    f"{_when(line, scored)}: {score.name} from {score.hub.start}",
                    f"{100 * score.hub.share:.0f}%",
                    f"{middle} ({low} to {high})",
                    *(_points(score.scores[n]) for n in ("model", *hubs.BASELINES)),
                )
            )
    heads = tuple(hubs.LABELS[n] for n in hubs.BASELINES)
    return TextTable(
        "Shares of the large hubs: CRPS in points of a hundred",
        ("as of", "counted", "forecast (90% range)", "model", *heads),
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
                    f"{_when(line, scored)}: {days} days",
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


def _points(value: float) -> str:
    return "none" if math.isnan(value) else f"{100 * value:.1f}"
