"""What outside support changes: the leverage curve, the channels, whose support matters most."""

from __future__ import annotations

from typing import Any

import numpy as np

from havenline.negotiation.answer import CurvePoint, band
from havenline.negotiation.landing import HEADLINE, SHOWN, Solved, by_party, over_draws, solve
from havenline.negotiation.leverage import channel_effects
from havenline.negotiation.payoffs import Payoffs
from havenline.negotiation.problem import Model
from havenline.negotiation.solutions import land_draws
from havenline.negotiation.zone import Floats

PARTS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Parts of full support on the leverage curve."""


def curve_of(
    model: Model,
    support: dict[str, float],
    rising: tuple[str, ...],
    names: list[str],
    proposals: dict[str, int],
) -> list[CurvePoint]:
    """Return the leverage curve, as support of the parties that rise goes from none to full."""
    who = list(model.parties.consenting)
    offset = np.array([t.line.offset_km if t.line.hands_over else np.nan for t in model.terms])
    points: list[CurvePoint] = []
    start: tuple[Any, dict[str, Floats]] | None = None
    for part in PARTS if rising else ():
        given = {**support, **dict.fromkeys(rising, part)}
        p = model.solve_payoffs(given)
        found = land_draws(p.value[:, :, who], p.no_deal[:, who], p.weights, ("nash",))
        rows = found.settlement[0]
        landed = rows >= 0
        lines, moved, depth, outcomes = over_draws(model, rows, given)
        of_draw = {"offset_km": offset[rows], "depth_km": model.ran.depth[rows]}
        for name in SHOWN:
            of_draw[name] = model.figures(name, given)[np.arange(len(rows)), rows]
        start = start or (landed, of_draw)
        both = landed & start[0]
        gains = found.gains[0][landed]
        points.append(
            CurvePoint(
                part=part,
                chance=found.chance,
                lines=lines,
                moved_km=moved,
                depth_km=depth,
                outcomes=outcomes,
                gains={name: band(gains[:, i]) for i, name in enumerate(names)},
                mean={n: _mean(v[landed]) for n, v in of_draw.items()},
                change={n: _mean((v - start[1][n])[both]) for n, v in of_draw.items()},
                named={o: float(found.accepts[row]) for o, row in proposals.items()},
            )
        )
    return points


def _mean(values: Floats) -> float | None:
    kept = values[np.isfinite(values)]
    return float(kept.mean()) if len(kept) else None


def channels_of(model: Model, payoffs: Payoffs, names: list[str]) -> dict[str, Any]:
    """Return weights and ties, and what leverage does through no deal and through weights."""
    who = list(model.parties.consenting)
    effects = channel_effects(
        payoffs.value[:, :, who],
        (payoffs.no_deal_plain[:, who], payoffs.no_deal[:, who]),
        (None, payoffs.weights),
    )
    first, second = effects.gains()
    moved = effects.moves()
    ties = model.parties.ties()
    return {
        "weights": {n: band(payoffs.weights[:, i]) for i, n in enumerate(names)},
        "dependence": {
            channel: {
                f"{model.parties.ids[a]} on {model.parties.ids[b]}": float(matrix[a, b])
                for a, b in np.argwhere(matrix > 0.0)
            }
            for channel, matrix in ties.items()
        },
        "through_no_deal": {
            "gains": by_party(names, first.mean(axis=0)),
            "moves": float(moved[0].mean()),
            "chance": [effects.off.chance, effects.no_deal.chance],
        },
        "through_weights": {
            "gains": by_party(names, second.mean(axis=0)),
            "moves": float(moved[1].mean()),
            "chance": [effects.no_deal.chance, effects.both.chance],
        },
    }


def matters_most(model: Model, solved: Solved, support: dict[str, float]) -> dict[str, Any]:
    """Return what full support of each outside party, by itself, would change."""
    if not support:
        return {"by_party": {}, "most": None}
    who = list(model.parties.consenting)
    nobody = dict.fromkeys(support, 0.0)
    base = solve(model, nobody) if any(support.values()) else solved
    start = base.landings[HEADLINE]
    changes = {}
    for party in support:
        payoffs = model.solve_payoffs({**nobody, party: 1.0})
        found = land_draws(
            payoffs.value[:, :, who], payoffs.no_deal[:, who], payoffs.weights, ("nash",)
        )
        both = (found.settlement[0] >= 0) & (start.settlement[0] >= 0)
        rows, before = found.settlement[0][both], start.settlement[0][both]
        d = np.flatnonzero(both)
        change: dict[str, Any] = {"chance": found.chance - start.chance}
        for name in SHOWN:
            after = model.figures(name, {**nobody, party: 1.0})[d, rows]
            change[name] = band(after - model.figures(name)[d, before])
        change["stands_12_months"] = float(
            payoffs.stands_at[1][rows].mean() - base.payoffs.stands_at[1][before].mean()
        ) if len(rows) else None  # fmt: skip
        change["moves"] = float((rows != before).mean()) if len(rows) else None
        kept = change["ground_taken"]
        ground = model.figures("ground_taken")
        lost = ground[d, rows] - ground[d, before]
        change["ground_kept"] = None if kept is None else -float(lost.mean())
        changes[party] = change
    most = max(changes, key=lambda p: abs(changes[p]["ground_kept"] or 0.0))
    return {
        "by_party": changes,
        "most": most,
        "by": "mean change of the ground that the defender keeps where the parties land, in either "
        "direction, of full support beside none",
    }
