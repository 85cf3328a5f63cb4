"""The second opinion on a crisis: never averaged in, only set beside the landing point."""

from __future__ import annotations

from typing import Any

import numpy as np

from havenline.negotiation.election import (
    compromise_mean,
    elect,
    likely_set,
    support,
    weighted_median,
)
from havenline.negotiation.landing import Solved
from havenline.negotiation.parties import Party
from havenline.negotiation.terms import TERMS
from havenline.negotiation.zone import Floats, pareto_set

FAVOURED = 0.05
"""A party's position on an issue is its mean over this share of settlements that it likes best."""
LIKELY = 0.8


def give_second_opinion(solved: Solved) -> dict[str, Any]:
    """Return compromise mean, weighted median and elections, by issue and over whole settlements.

    Positions come from the parties' own payoffs: on each issue the mean over the twentieth of the
    settlements that a party likes best while they stand. Weights are capability times salience.

    Parameters
    ----------
    solved : Solved

    Returns
    -------
    dict
        ``issues``; ``election`` over the settlements that are efficient for those who must
        consent; ``concurs``: whether the landing point is among the fewest settlements that hold
        80% of the election's probability, and whether its line is among theirs; None without a
        landing point.
    """
    model, payoffs, landing = solved.model, solved.payoffs, solved.row
    parties = model.parties.all
    standing = payoffs.standing.mean(axis=0)
    capability = model.capability.mean(axis=0)
    axes: dict[str, Floats] = {
        "ground_taken": model.figures("ground_taken").mean(axis=0),
        **{t: np.array([x.value(t) for x in model.terms]) for t in TERMS},
    }
    count = max(1, round(FAVOURED * len(standing)))
    liked = np.argsort(-standing, axis=0, kind="stable")[:count]
    # above 0, so that an issue on which nobody declares a stake has a mean too
    little = max(1e-9, model.parameters["undeclared_salience"].value)
    issues = {}
    for axis, values in axes.items():
        position = np.array([values[liked[:, i]].mean() for i in range(len(parties))])
        salience = np.array([_salience(p, axis, little) for p in parties])
        weight = _votes(capability, salience)
        low, high = float(values.min()), float(values.max())
        span = (high - low) or 1.0
        options = np.unique(position.round(3))
        utilities = 1.0 - np.abs(options[:, None] - position[None]) / span
        votes = support(utilities, weight)
        issues[axis] = {
            "low": low,
            "high": high,
            "compromise_mean": compromise_mean(position, weight),
            "weighted_median": weighted_median(position, weight),
            "election_conditional": float(options @ elect(votes, "conditional")),
            "election_markov": float(options @ elect(votes, "markov-incentive")),
            "landing": None if landing is None else float(values[landing]),
            "positions": {p.id: float(x) for p, x in zip(parties, position, strict=True)},
        }
    return {"issues": issues, "election": _election(solved, capability)}


def _votes(capability: Floats, salience: Floats) -> Floats:
    """Return the weight of each party; all weigh alike where none is able and cares."""
    weight = capability * salience
    return weight if weight.any() else np.ones_like(weight)


def _election(solved: Solved, capability: Floats) -> dict[str, Any]:
    model, landing = solved.model, solved.row
    parties = model.parties.all
    value, _ = solved.payoffs.mean_value()
    efficient = np.flatnonzero(pareto_set(value[:, solved.who]))
    if landing is not None and landing not in efficient:
        efficient = np.sort(np.append(efficient, landing))
    some = value[efficient]
    span = some.max(axis=0) - some.min(axis=0)
    utilities = np.divide(some - some.min(axis=0), span, out=np.zeros_like(some), where=span > 0.0)
    salience = np.array([max(s.salience for s in p.stakes) for p in parties])
    votes = support(utilities, _votes(capability, salience))
    found: dict[str, Any] = {"options": len(efficient)}
    for kind in ("markov-incentive", "conditional"):
        chances = elect(votes, kind)
        likely = likely_set(chances, LIKELY)
        lines: dict[str, float] = {}
        for row, p in zip(efficient, chances, strict=True):
            text = model.terms[row].line.text
            lines[text] = lines.get(text, 0.0) + float(p)
        best = int(efficient[int(np.argmax(chances))])
        found[kind] = {
            "likeliest": model.terms[best].to_json_dict(),
            "likely_set": len(likely),
            "lines": lines,
            "concurs": None if landing is None else bool(landing in efficient[likely]),
            "line_concurs": None
            if landing is None
            else model.terms[landing].line in {model.terms[r].line for r in efficient[likely]},
        }
    found["concurs"] = found["markov-incentive"]["concurs"]
    return found


def _salience(party: Party, about: str, little: float) -> float:
    return max((s.salience for s in party.stakes if s.about == about), default=little)
