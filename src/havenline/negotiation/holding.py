"""Whether one settlement would hold: who would break it, and whether its handover can be borne."""

from __future__ import annotations

from typing import Any

import numpy as np

from havenline.negotiation.collapse import HORIZON_YEARS
from havenline.negotiation.landing import Solved, by_party
from havenline.negotiation.problem import Model
from havenline.negotiation.survival import break_even_hazard, constant_hazard, shift_excess
from havenline.negotiation.terms import days_of


def assess_holding(solved: Solved, row: int) -> dict[str, Any]:
    """Return whether a settlement would hold.

    Parameters
    ----------
    solved : Solved
    row : int
        Of the space.

    Returns
    -------
    dict
        ``stands``: chance to stand after 6, 12 and 36 months, mean of draws, with the truce
        model's law. ``wear``: the factor on the hazard of collapse from how the agreement of before
        was kept, mean of futures. ``parties``: for each that consents or could break it, its payoff
        while it stands, once collapsed, without a deal and with the chance of collapse; what it
        gains by breaking it first and how often that is more than keeping it is worth; the constant
        hazard of collapse up to which it is worth signing beside the one expected. ``shift``: the
        test of shifts in power at its handover.
    """
    model, payoffs = solved.model, solved.payoffs
    everyone = model.parties.all
    u, b = payoffs.standing[:, row], payoffs.collapsed[:, row]
    d, v, w = payoffs.no_deal, payoffs.value[:, row], payoffs.chance[:, row]
    spoils = np.array([float(p.spoils) for p in everyone])
    first = model.judged["breaking_first_gain"][:, None] * spoils
    kept = (1.0 - w) * u + w * b
    tempted = b + first - kept
    rates = np.array([p.discount for p in everyone])
    limits = break_even_hazard(
        u.mean(axis=0)[None], d.mean(axis=0), b.mean(axis=0), rates
    )[0]  # fmt: skip
    expected = constant_hazard(w.mean(axis=0), rates)
    rows = {}
    for i, party in enumerate(everyone):
        if not (party.consents or party.spoils):
            continue
        rows[party.id] = {
            "standing": float(u[:, i].mean()),
            "collapsed": float(b[:, i].mean()),
            "no_deal": float(d[:, i].mean()),
            "value": float(kept[:, i].mean()),
            "refuses_by_red_line": float((~np.isfinite(v[:, i])).mean()),
            "discounted_chance_of_collapse": float(w[:, i].mean()),
            "temptation": float(tempted[:, i].mean()),
            "tempted_in": float((tempted[:, i] > 0.0).mean()) if party.spoils else 0.0,
            "break_even_hazard": float(limits[i]),
            "expected_hazard": float(expected[i]),
            "worth_signing": bool(limits[i] >= expected[i]),
        }
    return {
        "settlement": model.terms[row].id,
        "stands": {
            f"{round(12 * y)} months": float(s)
            for y, s in zip(HORIZON_YEARS, payoffs.stands_at[:, row], strict=True)
        },
        "wear": float(model.ran.measured.wear.mean()),
        "parties": rows,
        "shift": _shift(model, row),
    }


def _shift(model: Model, row: int) -> dict[str, Any] | None:
    """Test the handover of a settlement: what the attacker could lock in before and after it.

    Lock-ins are shares of the contested homes: the attacker's what it holds at the end of an
    offensive without a settlement, then after the collapse of this one; the defender's the rest
    less what fighting costs. A settlement without a handover shifts nothing.
    """
    terms = model.terms[row]
    if not terms.line.hands_over:
        return None
    values = model.ran.measured.values["ground_taken"]
    before = float(values[model.ran.branches["offensive"].course].mean())
    after_runs = values[model.ran.falls].mean(axis=1)
    after = float(np.clip(model.run_weights[row] @ after_runs, 0.0, 1.0))
    cost = model.parameters["cost_of_war"].value
    now, then = ([x, max(0.0, 1.0 - x - cost)] for x in (before, after))
    day = days_of(terms, model.parameters)[2]
    signs = [p for p in model.parties.all if p.consents]
    rate = max(p.discount for p in [p for p in signs if p.wants_ground > 0] or signs)
    excess = shift_excess(now, then, 1.0, float(np.exp(-rate * day / 365.25)))
    return {
        "step": "handover",
        "day": day,
        "lock_in_before": before,
        "lock_in_after": after,
        "cost_of_war": cost,
        "excess": by_party(("attacker", "defender"), excess),
        "passes": not (excess > 0.0).any(),
    }
