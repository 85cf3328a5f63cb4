"""Which sets of parties hold together, and on whom an agreement turns.

Stability after d'Aspremont, Jacquemin, Gabszewicz and Weymark 1983 ("On the Stability of Collusive
Price Leadership", Canadian Journal of Economics 16) and Barrett 1994 ("Self-Enforcing International
Environmental Agreements", Oxford Economic Papers 46): no member does better by leaving.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from havenline.negotiation.collapse import hazard_ratios, scale_of, truce_law
from havenline.negotiation.leverage import bargaining_weights, weights_of_consenting
from havenline.negotiation.problem import Model
from havenline.negotiation.solutions import Agreement, agree
from havenline.negotiation.survival import Survival, breakdown_chance, value_with_collapse
from havenline.negotiation.zone import Floats

HOLDS = 0.5
"""Chance to stand for a year from which an agreement counts as holding."""
MOST_PLAYERS = 7
MOST_DRAWS = 200
"""Draws that the mean for coalitions is taken over."""
TOLERANCE = 1e-12
"""Differences of payoffs that count as none."""

Members = tuple[int, ...]
"""Indices of the parties in a coalition, in order."""


def stays_together(members: Members, worth: Mapping[Members, Floats], no_deal: Floats) -> bool:
    """Return whether no member of a coalition does better by leaving it.

    Parameters
    ----------
    members : tuple of int
    worth : mapping of tuple of int to (parties,) float64
        Payoff of every party, members and outsiders alike, where a coalition agrees.
    no_deal : (parties,) float64
        Payoffs where the rest agrees on nothing.
    """
    for i in members:
        rest = tuple(k for k in members if k != i)
        if worth[members][i] < worth.get(rest, no_deal)[i] - TOLERANCE:
            return False
    return True


def find_smallest(coalitions: Iterable[Members]) -> list[Members]:
    """Return the coalitions with the fewest members, the first parties first."""
    listed = sorted(coalitions, key=lambda members: members[::-1])
    fewest = min(map(len, listed), default=0)
    return [c for c in listed if len(c) == fewest]


def weigh_absences(
    best: float, without: Mapping[str, float]
) -> tuple[str | None, dict[str, float]]:
    """Return the outsider whose absence lowers the largest log product most, and all falls.

    Parameters
    ----------
    best : float
        Largest log product of the parties that must consent, with all outsiders present; minus
        infinity where nothing is agreeable.
    without : mapping of str to float
        The same without each outsider, its support taken out of the payoffs.

    Returns
    -------
    party : str or None
        The first where several cost the same; None where no absence costs anything.
    falls : dict of str to float
        Infinite where nothing is agreeable without it; what is agreeable only without an outsider
        is agreeable in spite of it.
    """
    if math.isfinite(best):
        falls = {name: best - left for name, left in without.items()}
    else:
        falls = {n: -math.inf if math.isfinite(left) else 0.0 for n, left in without.items()}
    most = max(falls, key=lambda name: falls[name], default=None)
    return (most if most is not None and falls[most] > 0.0 else None), falls


def find_coalitions(model: Model, support: Mapping[str, float]) -> dict[str, Any]:
    """Return the smallest sets of parties whose agreement holds, and on whom it turns.

    Every set is tried that has, of those whose consent is needed, a party from each side of the
    question of ground. Its members land on their weighted Nash solution; parties outside it that
    could break the settlement, and would gain by it, raise the hazard of its collapse, as members
    do not. A set's agreement holds if all members gain, none does better by leaving, and it stands
    for a year with a chance of one half.

    Parameters
    ----------
    model : Model
    support : mapping of str to float
        If it is none at all, the outside party on which most turns is told at full support.

    Returns
    -------
    dict
    """
    draws = min(model.draws, MOST_DRAWS)
    model = Model(model.parties, model.ran, model.parameters, draws, model.seed)
    everyone = model.parties.all
    players = [i for i, p in enumerate(everyone) if p.consents or p.spoils][:MOST_PLAYERS]
    needed = tuple(i for i in players if everyone[i].consents)
    case = _MeanCase(model, support)
    found: dict[Members, _Landed] = {}
    for size in range(2, len(players) + 1):
        for inside in combinations(players, size):
            wants = [everyone[i].wants_ground for i in inside if everyone[i].consents]
            if min(wants, default=0.0) < 0.0 < max(wants, default=0.0):
                landed = case.land(inside, players)
                if landed is not None:
                    found[inside] = landed
    worth = {inside: landed.worth for inside, landed in found.items()}
    holds = [
        inside
        for inside, landed in found.items()
        if landed.year >= HOLDS and stays_together(inside, worth, case.no_deal)
    ]

    def told(inside: Members) -> dict[str, Any]:
        landed = found.get(inside)
        return {
            "parties": [everyone[i].id for i in inside],
            "stands_12_months": 0.0 if landed is None else landed.year,
            "settlement": None if landed is None else model.terms[landed.row].id,
        }

    return {
        "players": [everyone[i].id for i in players],
        "all_who_consent": told(needed),
        "smallest": [told(inside) for inside in find_smallest(holds)],
        "turns_on": _find_pivot(model, support),
        "meaning": f"stands for a year with a chance of {HOLDS:g} or more, all members gain, and "
        "none gains by leaving; at the mean of all draws",
    }


def _find_pivot(model: Model, support: Mapping[str, float]) -> dict[str, Any]:
    """Return the outside party on whose support an agreement of all who must consent turns."""
    given = dict(support) if any(support.values()) else dict.fromkeys(support, 1.0)
    best = _MeanCase(model, given).best() if given else -math.inf
    without = {p: _MeanCase(model, {**given, p: 0.0}).best() for p in given if given[p] > 0.0}
    party, falls = weigh_absences(best, without)
    return {"party": party, "falls": falls}


@dataclass(frozen=True)
class _Landed:
    """Where a set lands, what that is worth to all, and its chance to stand a year."""

    row: int
    worth: Floats
    year: float


class _MeanCase:
    """The problem at the mean of all draws, for sets of parties."""

    def __init__(self, model: Model, support: Mapping[str, float]) -> None:
        self.model = model
        p = model.solve_payoffs(support)
        self.standing, self.collapsed = p.standing.mean(axis=0), p.collapsed.mean(axis=0)
        self.no_deal = p.no_deal.mean(axis=0)
        self.refused = p.mean_value()[1]
        self.rates = np.array([q.discount for q in model.parties.all])
        spoils = np.array([float(q.spoils) for q in model.parties.all])
        self.capability = model.capability.mean(axis=0) * spoils
        t = {name: float(v.mean()) for name, v in truce_law(model).items()}
        shape = t["truce_shape"]
        ratio = np.exp(np.log(hazard_ratios(model, support)).mean(axis=0))
        scale = scale_of(t["truce_median_days"], shape) * ratio ** (-1.0 / shape)
        self.law = Survival.of(scale, shape, t["truce_cure_share"])
        self.ties = model.needs(support)["weights"].mean(axis=0)

    def value(self, law: Survival) -> Floats:
        """Return what every settlement is worth to every party under a law of survival."""
        return value_with_collapse(self.standing, self.collapsed, breakdown_chance(law, self.rates))

    def land(self, inside: Members, players: list[int]) -> _Landed | None:
        """Return where a set lands; None where it can agree on nothing."""
        judged, known = self.model.judged, self.model.parameters
        outside = [i for i in players if i not in inside]
        first = float(judged["breaking_first_gain"].mean())
        gain = np.maximum(0.0, self.collapsed + first - self.value(self.law))[:, outside]
        share = self.capability[outside] / max(float(self.capability[players].sum()), 1e-12)
        rise = known["temptation_hazard"].value * (gain @ share)
        law = self.law.with_ratio(np.exp(np.minimum(rise, known["temptation_most"].value)))
        value = self.value(law)
        which = np.zeros(len(self.no_deal), dtype=np.bool_)
        which[list(inside)] = True
        strength = float(judged["proposer_dependence"].mean())
        alpha = weights_of_consenting(bargaining_weights(self.ties, strength), which)
        signed = np.where(self.refused, -np.inf, value)[:, which]
        found = agree(signed, self.no_deal[which], alpha)
        if not isinstance(found, Agreement):
            return None
        row = found.settlement
        return _Landed(row, value[row], float(law.at(1.0)[row]))

    def best(self) -> float:
        """Return the largest log product of those who must consent; minus infinity for none."""
        who = list(self.model.parties.consenting)
        value = np.where(self.refused, -np.inf, self.value(self.law))
        found = agree(value[:, who], self.no_deal[who])
        return found.log_product if isinstance(found, Agreement) else -math.inf
