"""Kept scores of the past: forecasts from earlier days beside what was counted, in words."""

from __future__ import annotations

from dataclasses import dataclass

from havenline import words
from havenline.crisis import Crisis
from havenline.crisis.past import Past, PastForecast, PastScore
from havenline.outcomes.comparison import two_digits


@dataclass(frozen=True)
class PastRow:
    """A row of the table of past forecasts, as text; all days together have no forecast."""

    when: str
    forecast: str
    counted: str
    error: str
    simple: str
    held: str
    outcome: str
    after: str


@dataclass(frozen=True)
class PastTold:
    """What is said about kept scores: all forecasts in order, then all days together."""

    intro: str
    rows: tuple[PastRow, ...]
    why: tuple[str, ...]
    notes: tuple[str, ...]
    made: str


def past_told(crisis: Crisis) -> PastTold | None:
    """Return what the kept scores of a crisis say; None where none are kept.

    Parameters
    ----------
    crisis : Crisis

    Returns
    -------
    PastTold or None
    """
    past = crisis.past
    if past is None:
        return None
    days = crisis.meta.hindcast
    after = {a.as_of: a.what for a in days.afterwards} if days else {}
    line = past.unconditional
    rows = [
        _past_row(f"As of {words.day(d.as_of)}", d, " ".join(after.get(d.as_of, "").split()))
        for d in line.dates
    ]
    rows.append(_past_row("All days", line.pooled))
    changed = past.changed(crisis.input_hashes)
    made = (
        f"Scored with Havenline {past.version}, {words.number(past.futures)} futures for each day, "
        f"seed {past.seed}, by havenline hindcast {crisis.id} --keep, on counts up to "
        f"{words.day(past.until)}."
    )
    if changed:
        made += (
            f" Since then these inputs have changed: {words.listed(changed)}. The scores are of "
            "the inputs before; the command makes them anew."
        )
    return PastTold(
        intro=(
            "The model was run again as of earlier days, with nothing published later, and held "
            "against what was counted after them. The error is the mean CRPS: how far off a "
            "forecast was, in persons for each count, its spread weighed in. Beside it stands the "
            "best of six simple forecasts from the counts alone; which of them is best is known "
            "only afterwards."
        ),
        rows=tuple(rows),
        why=tuple(_why(past)),
        notes=tuple(past.notes),
        made=made,
    )


def _past_row(when: str, score: PastScore, after: str = "") -> PastRow:
    forecast = counted = ""
    if isinstance(score, PastForecast):
        low, middle, high = (_two(v) for v in (score.low, score.middle, score.high))
        forecast, counted = f"{middle} ({low} to {high})", _two(score.counted)
    return PastRow(
        when=when,
        forecast=forecast,
        counted=counted,
        error=_two(score.error),
        simple=_two(score.best_error),
        held=_held(score),
        outcome=_outcome(score),
        after=after,
    )


def _two(value: float) -> str:
    return words.number(two_digits(value))


def _held(score: PastScore) -> str:
    return f"{round(score.held_90 * score.increments)} of {score.increments}"


def _outcome(score: PastScore) -> str:
    words_of = {"wins": "better", "ties": "the same", "loses": "worse"}
    text = words_of[score.outcome]
    low, high = score.difference_low, score.difference_high
    if low is None or high is None:
        return f"{text}, too few counts to say how surely"
    return f"{text}, not surely" if low <= 0.0 <= high else text


def _why(past: Past) -> list[str]:
    """Return in words where the forecasts failed and why, the timing of the fighting first."""
    said = []
    own, given = past.unconditional.pooled, past.conditional
    if given is not None:
        told_days = given.pooled
        less = 1.0 - told_days.error / own.error if own.error > 0.0 else 0.0
        share = 1.0 - told_days.error / told_days.best_error if told_days.best_error > 0.0 else 0.0
        than = f"{abs(share):.0%} {'better' if share >= 0.0 else 'worse'} than"
        if less > 0.0:
            said.append(
                "It does not know when fighting stops and starts. Told the days on which the "
                f"attack ran, which nobody knew, its error is {less:.0%} smaller and {than} that "
                "of the best simple forecast. Who knows more than the model about the weeks ahead "
                "should trust that."
            )
        else:
            said.append(
                "Knowing the days on which the attack ran would not have helped it: told them, "
                f"its error is {-less:.0%} larger, and {than} that of the best simple forecast."
            )
    if own.six_error:
        said.append(
            f"Over all days its error is {own.error / own.six_error:.2f} times that of an ensemble "
            "of six one-line forecasts: the mean rate so far, the last rate, nothing more, and the "
            "total growing as three powers of time."
        )
    return [*said, *past.fails]
