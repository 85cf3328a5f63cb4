"""Keeping a hindcast in the crisis folder, for reports and pages to show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from havenline import __version__
from havenline.crisis import Crisis
from havenline.crisis.past import (
    PAST_FILE,
    Past,
    PastForecast,
    PastLine,
    PastScore,
    defaults_digest,
)
from havenline.errors import HavenlineError, reason_of
from havenline.evidence.baselines import LABELS, SIX
from havenline.evidence.results import Hindcast, HindcastLine, HindcastScore
from havenline.evidence.text import failures, notes
from havenline.outcomes.tables import whole_or_nothing

HEAD = "# Written by havenline hindcast --keep; write it anew instead of changing it by hand.\n"


def past_of(result: Hindcast, crisis: Crisis) -> Past:
    """Return what is kept of a hindcast.

    Parameters
    ----------
    result : Hindcast
        Of this crisis.
    crisis : Crisis
        Whose inputs it was made from.

    Returns
    -------
    Past
        Persons are rounded to whole ones, shares to three digits.
    """
    given = result.conditional
    fails = failures(result)
    return Past(
        format=1,
        crisis=crisis.id,
        version=__version__,
        seed=result.seed,
        futures=result.futures,
        option=result.option,
        until=result.until,
        in_sample=result.in_sample,
        inputs=dict(crisis.input_hashes),
        defaults=defaults_digest(),
        unconditional=_line(result.unconditional),
        conditional=_line(given) if given else None,
        fails=list(fails),
        notes=[text for text in notes(result) if text not in fails],
    )


def keep(result: Hindcast, crisis: Crisis) -> Path:
    """Write ``hindcast.yaml`` into the folder of the crisis, whole or not at all.

    Parameters
    ----------
    result : Hindcast
    crisis : Crisis

    Returns
    -------
    Path
        The file.

    Raises
    ------
    HavenlineError
        Where the folder cannot be written.
    """
    target = crisis.folder / PAST_FILE
    plain = past_of(result, crisis).model_dump(mode="json", warnings=False)
    text = HEAD + yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=100)
    try:
        with whole_or_nothing(target) as file:
            file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise HavenlineError(
            f"{PAST_FILE} cannot be written to {crisis.folder}: {reason_of(error)}"
        ) from None
    return target


def _line(line: HindcastLine) -> PastLine:
    dates = []
    for scored, score in zip(line.scored, line.dates, strict=True):
        total = scored.total
        low, middle, high = (float(round(max(q, 0.0))) for q in total.quantiles)
        dates.append(
            PastForecast(
                **_plain(score),
                as_of=scored.as_of,
                low=low,
                middle=middle,
                high=high,
                counted=float(round(total.observed)),
            )
        )
    return PastLine(dates=dates, pooled=PastScore(**_plain(line.pooled)))


def _plain(score: HindcastScore) -> dict[str, Any]:
    ends = (score.difference.low, score.difference.high)
    low, high = (float(round(v)) if v == v else None for v in ends)
    own = score.coverage["model"]
    return {
        "increments": score.increments,
        "distinct": score.distinct,
        "error": float(round(score.crps.mean)),
        "best": LABELS[score.best],
        "best_error": float(round(score.baselines[score.best])),
        "six_error": float(round(score.baselines[SIX])),
        "difference_low": low,
        "difference_high": high,
        "held_50": round(own[0.5], 3),
        "held_90": round(own[0.9], 3),
        "outcome": score.outcome,
        "verdict": score.verdict,
    }
