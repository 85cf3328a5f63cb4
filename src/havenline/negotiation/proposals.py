"""What is told of proposals and of the space: who refuses, what is missing, what misleads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from havenline.crisis import Crisis
from havenline.facts.fighting import deals_after
from havenline.negotiation.holding import assess_holding
from havenline.negotiation.landing import Settled, Solved, by_party, describe_settlement
from havenline.negotiation.moves import CurvePoint
from havenline.negotiation.plainly import list_changes, say_term
from havenline.negotiation.problem import Model
from havenline.negotiation.zone import acceptable, gains_over


def describe_space(model: Model) -> dict[str, Any]:
    """Return how large the space is, what was run of it and how far the emulator errs."""
    e = model.emulator
    k = len(model.of_runs)
    said = {}
    for i, at in enumerate(model.of_runs):
        aspect = model.aspects[at]
        said[f"{aspect.about} ({aspect.better})"] = {
            "error_standing": float(e.error[i]),
            "explained_standing": float(e.explained[i]),
            "error_collapsed": float(e.error[k + i]),
            "explained_collapsed": float(e.explained[k + i]),
        }
    return {
        "settlements": len(model.terms),
        "run": len(model.ran.run),
        "lines": list(dict.fromkeys(t.line.text for t in model.terms)),
        "emulator": {
            "length": e.length,
            "linear": e.linear,
            "nugget": e.nugget,
            "left_out": said,
            "meaning": "root mean square error of runs left out, in worth from 0 to 1, and the "
            "part of the variance among runs that it explains",
        },
    }


@dataclass(frozen=True)
class Proposal:
    """A settlement that somebody proposed.

    Attributes
    ----------
    option : str
        Id of the option of the crisis that it stands for.
    settlement : Settled
        ``share``: share of draws in which all accept it.
    refuses : dict of str to float
        Share of draws in which each consenting party does better without it.
    missing : dict of str to float
        By how much, in the mean, where it does.
    agreeable_from : float or None
        Smallest part of support on the curve at which at least half of the draws accept it.
    needs : dict or None
        The one change of terms after which most draws accept it, with their share; None where no
        single change helps.
    hold : dict
        See `Negotiation.hold`.
    """

    option: str
    settlement: Settled
    refuses: dict[str, float]
    missing: dict[str, float]
    agreeable_from: float | None
    needs: dict[str, Any] | None
    hold: dict[str, Any]


def list_flagged(solved: Solved) -> dict[str, Any]:
    """Return settlements that look agreeable only while nobody counts their collapse."""
    model = solved.model
    value, nothing = solved.mean_case
    standing = solved.payoffs.standing.mean(axis=0)[:, solved.who]
    standing = np.where(np.isfinite(value), standing, -np.inf)
    while_it_stands = acceptable(gains_over(standing, nothing))
    rows = np.flatnonzero(while_it_stands & ~acceptable(gains_over(value, nothing)))
    return {
        "count": len(rows),
        "of": len(model.terms),
        "settlements": [model.terms[r].id for r in rows],
        "meaning": "acceptable to all while it stands, not once its chance of collapse is counted",
    }


def describe_proposal(
    solved: Solved, option: str, row: int, curve: Sequence[CurvePoint]
) -> Proposal:
    """Return what is told of an option of the crisis that is a settlement."""
    gains = solved.value[:, row] - solved.no_deal
    share = float((gains >= 0.0).all(axis=1).mean())
    worse = gains < 0.0
    finite = np.where(np.isfinite(gains), gains, np.nan)
    missing = {}
    for i, name in enumerate(solved.names):
        lost = finite[worse[:, i] & np.isfinite(finite[:, i]), i]
        missing[name] = float(-lost.mean()) if len(lost) else 0.0
    enough = next((p.part for p in curve if p.named[option] >= 0.5), None)
    return Proposal(
        option=option,
        settlement=describe_settlement(solved.model, row, share, {}),
        refuses=by_party(solved.names, worse.mean(axis=0)),
        missing=missing,
        agreeable_from=enough,
        needs=_needs(solved, row, share),
        hold=assess_holding(solved, row),
    )


def _needs(solved: Solved, row: int, share: float) -> dict[str, Any] | None:
    """Return the one change of terms after which a settlement is accepted most often."""
    best: dict[str, Any] | None = None
    for other, terms in enumerate(solved.model.terms):
        names = list_changes(solved.model.terms[row], terms)
        if len(names) != 1:
            continue
        fits = (solved.value[:, other] >= solved.no_deal).all(axis=1).mean()
        if fits > (share if best is None else best["share"]):
            best = {
                "change": names[0],
                "to": say_term(terms, names[0]),
                "settlement": terms.id,
                "share": float(fits),
            }
    return best


def rate_lines(solved: Solved) -> tuple[dict[str, Any], ...]:
    """Return for each line how often something on it, and its best settlement, is acceptable."""
    model = solved.model
    fits = np.asarray((solved.value >= solved.no_deal[:, None]).all(axis=2))
    each = fits.mean(axis=0)
    rows = []
    for text in dict.fromkeys(t.line.text for t in model.terms):
        on = [i for i, t in enumerate(model.terms) if t.line.text == text]
        best = max(on, key=lambda i: each[i])
        rows.append(
            {
                "line": text,
                "line_id": model.terms[best].line.line_id,
                "drawn_id": model.terms[best].line.drawn_id,
                "offset_km": model.terms[best].line.offset_km,
                "some": float(fits[:, on].any(axis=1).mean()),
                "best": float(each[best]),
                "settlement": model.terms[best].id,
                "depth_km": model.ran.depth[best],
            }
        )
    return tuple(rows)


def list_observed(crisis: Crisis, date: dt.date) -> tuple[dict[str, Any], ...]:
    """Return agreements and truces dated after the as-of date; they enter nothing."""
    return tuple(deals_after(crisis.happenings, date))
