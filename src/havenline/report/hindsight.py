"""How a report did in hindsight: counts from after the as-of date beside what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from markupsafe import Markup

from havenline import words
from havenline.crisis import Crisis
from havenline.crisis.past import Past, PastForecast, PastScore
from havenline.outcomes.comparison import bands, two_digits
from havenline.report.figures import Observed, Range, range_rows

CAUTION = (
    "One run against one course of events proves little, counts of one series are not independent, "
    "and totals flatter every model."
)


@dataclass(frozen=True)
class PastRow:
    """A row of the table of past forecasts, as text."""

    when: str
    error: str
    simple: str
    held: str
    outcome: str
    after: str


@dataclass(frozen=True)
class PastTold:
    """What is said and drawn about kept scores."""

    intro: str
    picture: Markup
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
            "best of three simple forecasts (the last rate kept, the mean rate so far, a trend); "
            "which of them is best is known only afterwards."
        ),
        picture=_past_picture(line.dates),
        rows=tuple(rows),
        why=tuple(_why(past)),
        notes=tuple(past.notes),
        made=made,
    )


def _past_row(when: str, score: PastScore, after: str = "") -> PastRow:
    return PastRow(
        when=when,
        error=words.number(two_digits(score.error)),
        simple=words.number(two_digits(score.best_error)),
        held=_held(score),
        outcome=_outcome(score),
        after=after,
    )


def _held(score: PastScore) -> str:
    return f"{round(score.held_90 * score.increments)} of {score.increments}"


def _outcome(score: PastScore) -> str:
    words_of = {"wins": "better", "ties": "the same", "loses": "worse"}
    text = words_of[score.outcome]
    low, high = score.difference_low, score.difference_high
    if low is None or high is None:
        return f"{text}, too few counts to say how surely"
    return f"{text}, not surely" if low <= 0.0 <= high else text


def _past_picture(dates: Sequence[PastForecast]) -> Markup:
    rows = []
    for d in dates:
        low, middle, high = (words.number(two_digits(v)) for v in (d.low, d.middle, d.high))
        text = f"forecast {middle} ({low} to {high}), counted {words.number(two_digits(d.counted))}"
        rows.append(
            Range(f"As of {words.day(d.as_of)}", d.middle, d.low, d.high, text, True, d.counted)
        )
    return Markup(
        range_rows(
            rows,
            width=560.0,
            name="past",
            title="People newly displaced from each day to the last count: forecast and counted",
            desc="; ".join(f"{r.name}: {r.text}" for r in rows) + ".",
        )
    )


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
    return [*said, *past.fails]


def told(
    dataset: xr.Dataset, crisis: Crisis, observed: Sequence[Observed], baseline: str
) -> list[str]:
    """Return what is to be said about counts from after the as-of date, a paragraph each.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result.
    crisis : Crisis
    observed : sequence of Observed
        The observed points of the main series.
    baseline : str
        Id of the option under which nothing is agreed; ``""`` for none.
    """
    scores = f"havenline hindcast {crisis.id}"
    if crisis.past is None:
        more = f"The command {scores} scores the increments, as of several days, beside three "
        more += "naive baselines, and says where the model loses."
    else:
        more = "Below are the scores of forecasts from several earlier days."
    days = dataset["day"].to_numpy()
    later = [p for p in observed if not p.known and days[0] < p.date.to_datetime64() <= days[-1]]
    if not later or not baseline:
        return [
            "No count from after the as-of date is at hand to hold this report against. Where a "
            "crisis has counts from its past, havenline hindcast scores the model on them."
        ]
    at = np.searchsorted(days, np.array([p.date.to_datetime64() for p in later], dtype=days.dtype))
    low, middle, high = bands(dataset, "newly_displaced", baseline, (0.05, 0.5, 0.95))[:, at]
    values = np.array([p.value for p in later])
    inside = int(((low <= values) & (values <= high)).sum())
    off = values - middle
    side = "too low" if (off > 0).mean() > 0.5 else "too high"
    names = dict(zip(dataset["option"].to_numpy(), dataset["option_name"].to_numpy(), strict=True))
    most = int(max((off > 0).sum(), (off < 0).sum()))
    return [
        f"{_counts(len(later))} of newly displaced people from after the as-of date. "
        f"{inside} of {len(later)} lie within the 5 to 95% range of "
        f"\u201c{names[baseline]}\u201d. Its median is off by "
        f"{words.number(two_digits(float(np.abs(off).mean())))} people in the mean, and {side} for "
        f"{most} of them. What was agreed and done after that day is in the counts, and not in "
        "that option.",
        f"{CAUTION} {more}",
    ]


def _counts(number: int) -> str:
    return "There is one count" if number == 1 else f"There are {number} counts"
