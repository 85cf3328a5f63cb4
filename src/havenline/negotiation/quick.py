"""The part of the answer that a page shows while support is changed."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from havenline.negotiation import outlooks
from havenline.negotiation.answer import band
from havenline.negotiation.curve import curve_of
from havenline.negotiation.holding import hold_of
from havenline.negotiation.landing import (
    HEADLINE,
    Solved,
    by_party,
    central,
    landing_of,
    settled,
    where,
)
from havenline.negotiation.plainly import in_words
from havenline.negotiation.problem import Model
from havenline.negotiation.proposals import agreeable
from havenline.negotiation.solutions import land_draws


def quick_answer(
    model: Model, proposals: dict[str, int], support: dict[str, float], as_of: dt.date
) -> dict[str, Any]:
    """Return what a page shows while support is changed: no curve, no sweeps, no coalitions.

    Parameters
    ----------
    model : Model
    proposals : dict of str to int
    support : dict of str to float
        Of every outside party that declares some.
    as_of : datetime.date

    Returns
    -------
    dict
        Not yet plain.
    """
    who = list(model.parties.consenting)
    names = [model.parties.ids[i] for i in who]
    payoffs = model.solve_payoffs(support)
    value, nothing = payoffs.value[:, :, who], payoffs.no_deal[:, who]
    found = land_draws(value, nothing, payoffs.weights, ("nash",))
    solved = Solved(payoffs, {HEADLINE: found}, support)
    central_value, central_none = central(payoffs, who)
    row = where(central_value, central_none, payoffs, found)
    landing = landing_of(model, solved, HEADLINE, names)
    landed = None
    if row is not None:
        landed = settled(model, row, float(found.accepts[row]), support)
    return {
        "as_of": as_of.isoformat(),
        "support": support,
        "draws": model.draws,
        "chance": found.chance,
        "no_deal_worth_more": outlooks.by_shift(value, nothing, names),
        "refuses": by_party(names, found.refuses.mean(axis=0)),
        "opens_without": by_party(names, found.opens_without.mean(axis=0)),
        "no_agreement": landing.no_agreement,
        "landing": None if landed is None else dataclasses.asdict(landed),
        "where": {
            "lines": landing.lines,
            "terms": landing.terms,
            "moved_km": landing.moved_km,
            "depth_km": landing.depth_km,
            "outcomes": landing.outcomes,
        },
        "hold": None if row is None else hold_of(model, payoffs, row),
        "weights": {n: band(payoffs.weights[:, i]) for i, n in enumerate(names)},
        "agreeable": agreeable(model, payoffs),
        "proposals": [
            {
                "option": option,
                "share": float(found.accepts[at]),
                "refuses": by_party(names, found.loses[at]),
                "stands": hold_of(model, payoffs, at)["stands"],
            }
            for option, at in proposals.items()
        ],
        "parties": in_words(model, payoffs, row),
    }


def quick_curve(
    model: Model, proposals: dict[str, int], support: dict[str, float], rising: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Return the leverage curve as `answer.CurvePoint`s turned into dicts, not yet plain."""
    names = [model.parties.ids[i] for i in model.parties.consenting]
    points = curve_of(model, support, rising, names, proposals)
    return [dataclasses.asdict(p) for p in points]
