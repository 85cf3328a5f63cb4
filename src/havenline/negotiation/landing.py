"""Where the parties land: over all draws and at their mean, under every rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from havenline.negotiation.problem import Model, Payoffs
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

Band = tuple[float, float, float]
"""Median, 5th and 95th percentile."""


def band(values: Floats) -> Band | None:
    """Return median, 5th and 95th percentile of the finite values; None where there is none."""
    kept = values[np.isfinite(values)]
    if not len(kept):
        return None
    low, mid, high = np.quantile(kept, (0.05, 0.5, 0.95))
    return float(mid), float(low), float(high)


@dataclass(frozen=True)
class Settled:
    """A settlement in an answer.

    Attributes
    ----------
    id, text : str
    terms : dict
        Plain values of the terms.
    run : bool
        Whether it was run or emulated.
    share : float
        Share of all draws that land on it, or accept it, as the place says.
    depth_km : float or None
        Within so many km of the border nine of ten places of its haven lie.
    outcomes : dict of str to Band
        While it stands: people protected, displaced, killed; homes under the attacker.
    """

    id: str
    text: str
    terms: dict[str, Any]
    run: bool
    share: float
    depth_km: float | None
    outcomes: dict[str, Band | None]


@dataclass(frozen=True)
class Landing:
    """Where the parties would land by one rule.

    Attributes
    ----------
    rule : str
        "nash", "weighted nash" or "kalai-smorodinsky".
    agreement : dict or None
        Of the mean of all draws: settlement, share of draws in which all
        accept it, gains, who binds, shadow weights, next best and its
        loss, flat top. None where there is no zone.
    no_agreement : dict or None
        The reason, where there is none.
    often : tuple of Settled
        The settlements on which most draws land.
    lines : dict of str to float
        Share of all draws that land on each line.
    terms : dict of str to dict of str to float
        Share of all draws that land on each guarantee, border regime and treatment of listed
        groups.
    moved_km : Band or None
        Offset of the line, over draws that land on a line that can be moved.
    outcomes : dict of str to Band
        Over the draws that land anywhere.
    depth_km : Band or None
    gains : dict of str to Band
        By consenting party, in its own units of 0 to 1.
    """

    rule: str
    agreement: dict[str, Any] | None
    no_agreement: dict[str, Any] | None
    often: tuple[Settled, ...]
    lines: dict[str, float]
    terms: dict[str, dict[str, float]]
    moved_km: Band | None
    outcomes: dict[str, Band | None]
    depth_km: Band | None
    gains: dict[str, Band | None]


@dataclass(frozen=True)
class Solved:
    """Payoffs under some support, with the landing points of every rule asked for."""

    model: Model
    support: Mapping[str, float]
    payoffs: Payoffs

    @cached_property
    def who(self) -> list[int]:
        """Indices of the parties whose consent is needed."""
        return list(self.model.parties.consenting)

    @cached_property
    def names(self) -> list[str]:
        """Ids of the parties whose consent is needed."""
        return [self.model.parties.ids[i] for i in self.who]

    @cached_property
    def value(self) -> Floats:
        """Draws of the value of each settlement to them, (draws, settlements, consenting)."""
        return self.payoffs.value[:, :, self.who]

    @cached_property
    def no_deal(self) -> Floats:
        """Draws of the value of no deal to them, (draws, consenting)."""
        return self.payoffs.no_deal[:, self.who]

    @cached_property
    def by_weight(self) -> Landings:
        """Where they land with bargaining weights."""
        return land_draws(self.value, self.no_deal, self.payoffs.weights, ("nash",))

    @cached_property
    def evenly(self) -> Landings:
        """Where they land with equal weights, by both rules."""
        return land_draws(self.value, self.no_deal)

    @cached_property
    def mean_case(self) -> tuple[Floats, Floats]:
        """Mean values and no-deal payoffs; a red line counts where it is meant mostly."""
        value, refused = self.payoffs.mean_value()
        signed = np.where(refused, -np.inf, value)
        return signed[:, self.who], self.no_deal.mean(axis=0)

    @cached_property
    def row(self) -> int | None:
        """The settlement of the mean of all draws, else that of most draws; None for none."""
        at_mean = agree(*self.mean_case, self.payoffs.weights.mean(axis=0))
        if isinstance(at_mean, Agreement):
            return at_mean.settlement
        shares = self.by_weight.shares("nash")
        return int(np.argmax(shares)) if shares.any() else None


def solve(model: Model, support: Mapping[str, float]) -> Solved:
    """Solve the bargaining problem under some support."""
    return Solved(model, support, model.solve_payoffs(support))


def describe_landing(solved: Solved, rule: str) -> Landing:
    """Return where parties land under a rule: at the mean of all draws, and over draws."""
    model, names = solved.model, solved.names
    found = solved.by_weight if rule == HEADLINE else solved.evenly
    at = found.rules.index(RULES[rule])
    rows = found.settlement[at]
    lines, moved, depth, outcomes = summarise_draws(model, rows, solved.support)
    shares = found.shares(RULES[rule])
    weights = solved.payoffs.weights.mean(axis=0) if rule == HEADLINE else None
    at_mean = agree(*solved.mean_case, weights, RULES[rule])
    agreement = no_agreement = None
    if isinstance(at_mean, Agreement):
        agreement = _describe_agreement(model, at_mean, names, found)
    else:
        no_agreement = _say_why_none(model, at_mean, names)
    gains = found.gains[at][rows >= 0]
    return Landing(
        rule=rule,
        agreement=agreement,
        no_agreement=no_agreement,
        often=tuple(
            describe_settlement(model, int(r), float(shares[r]), solved.support)
            for r in np.argsort(-shares, kind="stable")[:MOST_OFTEN]
            if shares[r] > 0.0
        ),
        lines=lines,
        terms=_share_terms(model, rows),
        moved_km=moved,
        outcomes=outcomes,
        depth_km=depth,
        gains={name: band(gains[:, i]) for i, name in enumerate(names)},
    )


def describe_settlement(
    model: Model, row: int, share: float, support: Mapping[str, float]
) -> Settled:
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


def summarise_draws(
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


def _share_terms(model: Model, rows: Ints) -> dict[str, dict[str, float]]:
    """Return how often draws land on each value of each term but the line and aid."""
    found: dict[str, dict[str, float]] = {}
    for row in rows[rows >= 0]:
        plain = model.terms[row].to_json_dict()
        for name in ("guarantee", "border", "listed_groups"):
            values = found.setdefault(name, {})
            values[plain[name]] = values.get(plain[name], 0.0) + 1.0 / len(rows)
    return found


def _describe_agreement(
    model: Model, a: Agreement, names: list[str], found: Landings
) -> dict[str, Any]:
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


def _say_why_none(model: Model, none: NoAgreement, names: list[str]) -> dict[str, Any]:
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
