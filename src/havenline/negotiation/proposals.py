"""What is told of proposals and of the space: who refuses, what is missing, what misleads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np

from havenline.crisis import Crisis
from havenline.facts.fighting import deals_after
from havenline.negotiation.answer import CurvePoint, Named
from havenline.negotiation.hold import only_looks_agreeable
from havenline.negotiation.holding import hold_of
from havenline.negotiation.landing import by_party, settled
from havenline.negotiation.payoffs import Payoffs
from havenline.negotiation.plainly import changed, told
from havenline.negotiation.problem import Model
from havenline.negotiation.zone import Floats


def space_of(model: Model) -> dict[str, Any]:
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


def flagged(model: Model, payoffs: Payoffs, value: Floats, nothing: Floats) -> dict[str, Any]:
    """Return settlements that look agreeable only while nobody counts their collapse."""
    who = list(model.parties.consenting)
    standing = payoffs.standing.mean(axis=0)[:, who]
    standing = np.where(np.isfinite(value), standing, -np.inf)
    rows = np.flatnonzero(only_looks_agreeable(standing, value, nothing))
    return {
        "count": len(rows),
        "of": len(model.terms),
        "settlements": [model.terms[r].id for r in rows],
        "meaning": "acceptable to all while it stands, not once its chance of collapse is counted",
    }


def named(
    model: Model,
    payoffs: Payoffs,
    option: str,
    row: int,
    curve: Sequence[CurvePoint],
    names: list[str],
) -> Named:
    """Return what is told of an option of the crisis that is a settlement."""
    who = list(model.parties.consenting)
    gains = payoffs.value[:, row, who] - payoffs.no_deal[:, who]
    share = float((gains >= 0.0).all(axis=1).mean())
    worse = gains < 0.0
    finite = np.where(np.isfinite(gains), gains, np.nan)
    missing = {}
    for i, name in enumerate(names):
        lost = finite[worse[:, i] & np.isfinite(finite[:, i]), i]
        missing[name] = float(-lost.mean()) if len(lost) else 0.0
    enough = next((p.part for p in curve if p.named[option] >= 0.5), None)
    return Named(
        option=option,
        settlement=settled(model, row, share, {}),
        refuses=by_party(names, worse.mean(axis=0)),
        missing=missing,
        agreeable_from=enough,
        needs=_needs(model, payoffs, row, share),
        hold=hold_of(model, payoffs, row),
    )


def _needs(model: Model, payoffs: Payoffs, row: int, share: float) -> dict[str, Any] | None:
    """Return the one change of terms after which a settlement is accepted most often."""
    who = list(model.parties.consenting)
    best: dict[str, Any] | None = None
    for other, terms in enumerate(model.terms):
        names = changed(model.terms[row], terms)
        if len(names) != 1:
            continue
        fits = (payoffs.value[:, other, who] >= payoffs.no_deal[:, who]).all(axis=1).mean()
        if fits > (share if best is None else best["share"]):
            best = {
                "change": names[0],
                "to": told(terms, names[0]),
                "settlement": terms.id,
                "share": float(fits),
            }
    return best


def agreeable(model: Model, payoffs: Payoffs) -> tuple[dict[str, Any], ...]:
    """Return for each line how often something on it, and its best settlement, is acceptable."""
    who = list(model.parties.consenting)
    fits = np.asarray((payoffs.value[:, :, who] >= payoffs.no_deal[:, None, who]).all(axis=2))
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


def observed(crisis: Crisis, date: dt.date) -> tuple[dict[str, Any], ...]:
    """Return agreements and truces dated after the as-of date; they enter nothing."""
    return tuple(deals_after(crisis.happenings, date))
