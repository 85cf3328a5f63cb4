"""Where the parties land: over all draws and at their mean, under every rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from havenline.negotiation.answer import Band, Landing, Settled, band
from havenline.negotiation.payoffs import Payoffs
from havenline.negotiation.problem import Model
from havenline.negotiation.solutions import Agreement, Landings, Rule, agree, land_draws
from havenline.negotiation.zone import Floats, Ints, NoAgreement

SHOWN = ("protected", "newly_displaced", "killed_all", "entries", "ground_taken")
"""Measures that are told of every settlement in an answer."""
MOST_OFTEN = 5
RULES: dict[str, Rule] = {
    "nash": "nash",
    "weighted nash": "nash",
    "kalai-smorodinsky": "kalai-smorodinsky",
}
"""Rules that are told. Egalitarian is not: the parties' units do not compare."""
HEADLINE = "weighted nash"


@dataclass(frozen=True)
class Solved:
    """Payoffs under some support with the landing points of every rule."""

    payoffs: Payoffs
    landings: dict[str, Landings]
    support: dict[str, float]


def solve(model: Model, support: dict[str, float]) -> Solved:
    """Return payoffs and landing points under some support."""
    payoffs = model.solve_payoffs(support)
    who = list(model.parties.consenting)
    value, nothing = payoffs.value[:, :, who], payoffs.no_deal[:, who]
    even = land_draws(value, nothing, None, ("nash", "kalai-smorodinsky"))
    by_weight = land_draws(value, nothing, payoffs.weights, ("nash",))
    return Solved(payoffs, {"even": even, HEADLINE: by_weight}, support)


def landed(solved: Solved, rule: str) -> tuple[Landings, int]:
    """Return the landing points that hold a rule, and its place among their rules."""
    found = solved.landings["even" if rule != HEADLINE else HEADLINE]
    return found, found.rules.index(RULES[rule])


def landing_of(model: Model, solved: Solved, rule: str, names: list[str]) -> Landing:
    """Return where parties land under a rule: at the mean of all draws, and over draws."""
    found, at = landed(solved, rule)
    rows = found.settlement[at]
    lines, moved, depth, outcomes = over_draws(model, rows, solved.support)
    shares = found.shares(RULES[rule])
    value, nothing = central(solved.payoffs, list(model.parties.consenting))
    weights = solved.payoffs.weights.mean(axis=0) if rule == HEADLINE else None
    at_mean = agree(value, nothing, weights, RULES[rule])
    gains = found.gains[at][rows >= 0]
    return Landing(
        rule=rule,
        agreement=_agreement(model, at_mean, names, found)
        if isinstance(at_mean, Agreement)
        else None,
        no_agreement=None if isinstance(at_mean, Agreement) else _why(model, at_mean, names),
        often=tuple(
            settled(model, int(r), float(shares[r]), solved.support)
            for r in np.argsort(-shares, kind="stable")[:MOST_OFTEN]
            if shares[r] > 0.0
        ),
        lines=lines,
        terms=_term_shares(model, rows),
        moved_km=moved,
        outcomes=outcomes,
        depth_km=depth,
        gains={name: band(gains[:, i]) for i, name in enumerate(names)},
    )


def where(value: Floats, nothing: Floats, payoffs: Payoffs, found: Landings) -> int | None:
    """Return the settlement of the mean of all draws, else that of most draws; None for none."""
    at_mean = agree(value, nothing, payoffs.weights.mean(axis=0))
    if isinstance(at_mean, Agreement):
        return at_mean.settlement
    shares = found.shares("nash")
    return int(np.argmax(shares)) if shares.any() else None


def central(payoffs: Payoffs, who: list[int]) -> tuple[Floats, Floats]:
    """Return mean values and no-deal payoffs; a red line counts where it is meant mostly."""
    finite = np.isfinite(payoffs.value)
    mean = np.where(finite, payoffs.value, 0.0).sum(axis=0) / np.maximum(finite.sum(axis=0), 1)
    value = np.where(finite.mean(axis=0) >= 0.5, mean, -np.inf)
    return value[:, who], payoffs.no_deal.mean(axis=0)[who]


def settled(model: Model, row: int, share: float, support: Mapping[str, float]) -> Settled:
    """Return what is told of one settlement; ``share`` is of all draws."""
    terms = model.terms[row]
    depth = float(model.ran.depth[row])
    return Settled(
        id=terms.id,
        text=terms.text,
        terms=terms.to_json_dict(),
        run=bool(row in model.ran.run),
        share=share,
        depth_km=depth if np.isfinite(depth) else None,
        outcomes={n: band(model.figures(n, support)[:, row]) for n in SHOWN},
    )


def over_draws(
    model: Model, rows: Any, support: Mapping[str, float]
) -> tuple[dict[str, float], Band | None, Band | None, dict[str, Band | None]]:
    """Return shares of lines, offset, depth and outcomes over draws that land on rows."""
    landed = rows >= 0
    kept = rows[landed]
    lines: dict[str, float] = {}
    for terms in model.terms:
        lines.setdefault(terms.line.text, 0.0)
    for row in kept:
        lines[model.terms[row].line.text] += 1.0 / len(rows)
    moved = [model.terms[r].line.offset_km for r in kept if model.terms[r].line.hands_over]
    outcomes = {}
    for name in SHOWN:
        figures = model.figures(name, support)
        outcomes[name] = band(figures[np.flatnonzero(landed), kept])
    return (
        lines,
        band(np.array(moved, dtype=np.float64)),
        band(model.ran.depth[kept]) if len(kept) else None,
        outcomes,
    )


def _term_shares(model: Model, rows: Ints) -> dict[str, dict[str, float]]:
    """Return how often draws land on each value of each term but the line and aid."""
    found: dict[str, dict[str, float]] = {}
    for row in rows[rows >= 0]:
        plain = model.terms[row].to_json_dict()
        for name in ("guarantee", "border", "listed_groups"):
            values = found.setdefault(name, {})
            values[plain[name]] = values.get(plain[name], 0.0) + 1.0 / len(rows)
    return found


def _agreement(model: Model, a: Agreement, names: list[str], found: Landings) -> dict[str, Any]:
    return {
        "settlement": model.terms[a.settlement].to_json_dict(),
        "accepted": float(found.accepts[a.settlement]),
        "zone": a.zone,
        "gains": by_party(names, a.gains),
        "ideal": by_party(names, a.ideal),
        "binds": names[a.binds],
        "shadow_weights": by_party(names, a.shadow_weights),
        "log_product": a.log_product,
        "next_best": None if a.next_best is None else model.terms[a.next_best].to_json_dict(),
        "next_loss": a.next_loss,
        "flat_top": [model.terms[r].id for r in a.flat_top],
    }


def _why(model: Model, none: NoAgreement, names: list[str]) -> dict[str, Any]:
    full = {p.id: p.name for p in model.parties.all}
    return {
        "reason": none.reason,
        "text": none.text(tuple(full[n] for n in names)),
        "refuses": [names[i] for i in none.refuses],
        "opens_without": [names[i] for i in none.opens_without],
        "nearest": None if none.nearest is None else model.terms[none.nearest].to_json_dict(),
        "shortfall": by_party(names, none.shortfall),
    }


def by_party(names: Sequence[str], values: Floats) -> dict[str, float]:
    """Return values by the ids of parties."""
    return {name: float(v) for name, v in zip(names, values, strict=True)}
