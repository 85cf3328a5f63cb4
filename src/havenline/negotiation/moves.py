"""What moves the answer: outside support, leverage, the outlook, what no deal is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from havenline.negotiation.landing import (
    SHOWN,
    Band,
    Solved,
    band,
    by_party,
    solve,
    summarise_draws,
)
from havenline.negotiation.problem import Model
from havenline.negotiation.solutions import Landings, land_draws
from havenline.negotiation.zone import Floats

PARTS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Parts of full support on the leverage curve."""
SIZES = (1, 30)
SHIFTS = (-0.1, 0.05, 0.1, 0.2)
MOST_DRAWS = 200


@dataclass(frozen=True)
class CurvePoint:
    """One point of the leverage curve.

    Attributes
    ----------
    part : float
        Of full support.
    chance : float
        Share of draws with an agreement.
    lines : dict of str to float
        Share of draws that land on each line.
    moved_km, depth_km, outcomes, gains
        As in `Landing`.
    mean : dict of str to float or None
        Means over the draws that land: offset and depth in km, outcomes.
    change : dict of str to float or None
        Mean difference from no support in the same draws, over those that land at both.
    named : dict of str to float
        Share of draws in which all accept each proposal.
    """

    part: float
    chance: float
    lines: dict[str, float]
    moved_km: Band | None
    depth_km: Band | None
    outcomes: dict[str, Band | None]
    gains: dict[str, Band | None]
    mean: dict[str, float | None]
    change: dict[str, float | None]
    named: dict[str, float]


def trace_curve(
    model: Model,
    support: Mapping[str, float],
    rising: Sequence[str],
    proposals: Mapping[str, int],
) -> tuple[CurvePoint, ...]:
    """Return the leverage curve, as support of the parties that rise goes from none to full."""
    offset = np.array([t.line.offset_km if t.line.hands_over else np.nan for t in model.terms])
    points: list[CurvePoint] = []
    start: tuple[Any, dict[str, Floats]] | None = None
    for part in PARTS if rising else ():
        given = {**support, **dict.fromkeys(rising, part)}
        solved = solve(model, given)
        found = solved.by_weight
        rows = found.settlement[0]
        landed = rows >= 0
        lines, moved, depth, outcomes = summarise_draws(model, rows, given)
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
                gains={name: band(gains[:, i]) for i, name in enumerate(solved.names)},
                mean={n: _mean(v[landed]) for n, v in of_draw.items()},
                change={n: _mean((v - start[1][n])[both]) for n, v in of_draw.items()},
                named={o: float(found.accepts[row]) for o, row in proposals.items()},
            )
        )
    return tuple(points)


def _mean(values: Floats) -> float | None:
    kept = values[np.isfinite(values)]
    return float(kept.mean()) if len(kept) else None


def split_leverage(solved: Solved) -> dict[str, Any]:
    """Return weights and ties, and what leverage does through no deal and then through weights.

    Of the Nash solution, all else held fixed.
    """
    model, payoffs, names = solved.model, solved.payoffs, solved.names
    ties = model.parties.ties()
    off = land_draws(solved.value, payoffs.no_deal_plain[:, solved.who], None, ("nash",))

    def told(before: Landings, after: Landings) -> dict[str, Any]:
        return {
            "gains": by_party(names, (after.gains[0] - before.gains[0]).mean(axis=0)),
            "moves": float((after.settlement[0] != before.settlement[0]).mean()),
            "chance": [before.chance, after.chance],
        }

    return {
        "weights": {n: band(payoffs.weights[:, i]) for i, n in enumerate(names)},
        "dependence": {
            channel: {
                f"{model.parties.ids[a]} on {model.parties.ids[b]}": float(matrix[a, b])
                for a, b in np.argwhere(matrix > 0.0)
            }
            for channel, matrix in ties.items()
        },
        "through_no_deal": told(off, solved.evenly),
        "through_weights": told(solved.evenly, solved.by_weight),
    }


def compare_supporters(solved: Solved) -> dict[str, Any]:
    """Return what full support of each outside party, by itself, would change."""
    model, support = solved.model, solved.support
    if not support:
        return {"by_party": {}, "most": None}
    nobody = dict.fromkeys(support, 0.0)
    base = solve(model, nobody) if any(support.values()) else solved
    start = base.by_weight
    changes = {}
    for party in support:
        alone = {**nobody, party: 1.0}
        full = solve(model, alone)
        found = full.by_weight
        both = (found.settlement[0] >= 0) & (start.settlement[0] >= 0)
        rows, before = found.settlement[0][both], start.settlement[0][both]
        d = np.flatnonzero(both)
        change: dict[str, Any] = {"chance": found.chance - start.chance}
        for name in SHOWN:
            after = model.figures(name, alone)[d, rows]
            change[name] = band(after - model.figures(name)[d, before])
        stands = full.payoffs.stands_at[1][rows] - base.payoffs.stands_at[1][before]
        ground = model.figures("ground_taken")
        lost = ground[d, rows] - ground[d, before]
        change["stands_12_months"] = float(stands.mean()) if len(rows) else None
        change["moves"] = float((rows != before).mean()) if len(rows) else None
        change["ground_kept"] = -float(lost.mean()) if len(rows) else None
        changes[party] = change
    most = max(changes, key=lambda p: abs(changes[p]["ground_kept"] or 0.0))
    return {
        "by_party": changes,
        "most": most,
        "by": "mean change of the ground that the defender keeps where the parties land, in either "
        "direction, of full support beside none",
    }


def vary_outlook(solved: Solved) -> dict[str, float]:
    """Return the chance of agreement with outlooks of other numbers of futures.

    Returns
    -------
    dict of str to float
        By number of futures; over at most 200 draws.
    """
    model = solved.model
    found = {}
    for size in SIZES:
        draws = min(model.draws, MOST_DRAWS)
        other = Model(model.parties, model.ran, model.parameters, draws, model.seed, size)
        again = solve(other, solved.support)
        found[str(size)] = share_agreeing(again.value, again.no_deal)
    return found


def shift_no_deal(solved: Solved) -> dict[str, dict[str, float]]:
    """Return the chance of agreement with each party's no deal worth more or less.

    Returns
    -------
    dict of str to dict of str to float
        By party, then by shift on its scale of 0 to 1.
    """
    found: dict[str, dict[str, float]] = {}
    for i, name in enumerate(solved.names):
        found[name] = {}
        for shift in SHIFTS:
            moved = solved.no_deal.copy()
            moved[:, i] += shift
            found[name][f"{shift:+g}"] = share_agreeing(solved.value, moved)
    return found


def share_agreeing(value: Floats, no_deal: Floats) -> float:
    """Return the share of draws with a settlement that is no worse than no deal for all."""
    fits = (value >= no_deal[:, None]).all(axis=2)
    return float(np.asarray(fits).any(axis=1).mean())
