"""How an agreement had been eroded by the as-of date, and the chance that it is hollowed out."""

from __future__ import annotations

from datetime import date
from typing import Any

import xarray as xr

from havenline import words
from havenline.crisis import Crisis
from havenline.engine.steps.hollowing import HOLLOW_PHASES, HOLLOW_SHARE
from havenline.facts.compliance import compliance_known, ground_lost
from havenline.outcomes.comparison import of_hundred, two_digits
from havenline.outcomes.holds import hollowed_out
from havenline.telling.behind import range_of


def eroded(crisis: Crisis, as_of: date) -> str:
    """Return how the agreement had been kept, as known by a day; empty where nothing is recorded.

    Parameters
    ----------
    crisis : Crisis
    as_of : date
    """
    known, lost = compliance_known(crisis, as_of), ground_lost(crisis, as_of)
    parts = []
    if known.posts:
        befell = [
            f"{words.number(n)} {one if n == 1 else many}"
            for n, one, many in (
                (known.surrounded, "is surrounded", "are surrounded"),
                (known.left, "was left", "were left"),
                (known.shelled, "was shelled", "were shelled"),
            )
            if n
        ]
        told = words.listed(befell) if befell else "all stand"
        parts.append(f"of {words.counted(known.posts, 'observation post')} {told}")
    if known.breaches is not None:
        rate = words.number(two_digits(known.breaches))
        parts.append(f"about {rate} breaches a month were counted")
    if known.phases:
        due = sum(phase.due <= as_of for phase in known.phases)
        parts.append(
            f"of {words.counted(len(known.phases), 'phase')} of redeployment {words.number(due)} "
            f"had been due by then and {words.number(known.missed)} missed"
        )
    if lost:
        places = words.counted(len({one.place for one in lost}), "recorded place")
        parts.append(f"{places} taken while a truce stood")
    if not parts:
        return ""
    stands = f"a truce stands since {words.day(known.since)}" if known.since else "no truce stands"
    return f"Up to {words.day(as_of)}: {stands}; {'; '.join(parts)}."


def hollowed(dataset: xr.Dataset) -> list[str]:
    """Return the chance that an agreement is hollowed out: what it means, a sentence an option.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result.
    """
    ids, told = (map(str, dataset[name].to_numpy()) for name in ("option", "option_name"))
    names = dict(zip(ids, told, strict=True))
    futures, cases = int(dataset.sizes["future"]), hollowed_out(dataset)
    if not cases:
        return []
    out = [
        f"Hollowed out within the {words.number(dataset.sizes['day'] - 1)} days: more than "
        f"{HOLLOW_SHARE:.0%} of the people on the ground that an agreement covers lived where "
        f"ground is lost while it stands, or {HOLLOW_PHASES} or more phases of redeployment are "
        "missed."
    ]
    for case in cases:
        text = f"{names[case.option]}: in {of_hundred(case.futures, futures)} futures."
        if case.displaced is not None:
            text += f" Newly displaced in these: {range_of(case.displaced, case.futures)}"
            if case.otherwise is not None:
                text += f"; in the others: {range_of(case.otherwise, futures - case.futures)}"
            text += "."
        out.append(text)
    return out


def told_of_agreement(dataset: xr.Dataset, crisis: Crisis) -> list[str]:
    """Return how the agreement was kept, and the chance that it is hollowed out.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result.
    crisis : Crisis

    Returns
    -------
    list of str
        Empty where nothing is recorded and no truce stands in any future.
    """
    as_of = date.fromisoformat(str(dataset.attrs["as_of"]))
    return [text for text in (eroded(crisis, as_of), *hollowed(dataset)) if text]


def agreement_json(dataset: xr.Dataset, crisis: Crisis) -> dict[str, Any]:
    """Return the same as plain data: what was recorded, and by option how often it is hollowed out.

    Parameters
    ----------
    dataset : xarray.Dataset
    crisis : Crisis
    """
    as_of = date.fromisoformat(str(dataset.attrs["as_of"]))
    return {
        "kept": eroded(crisis, as_of) or None,
        "hollowed_out": [
            {
                "option": case.option,
                "futures": case.futures,
                "of": int(dataset.sizes["future"]),
                "newly_displaced": None if case.displaced is None else vars(case.displaced),
                "newly_displaced_otherwise": (
                    None if case.otherwise is None else vars(case.otherwise)
                ),
            }
            for case in hollowed_out(dataset)
        ],
    }
