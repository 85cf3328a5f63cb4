"""Which sets of parties hold together, and on whom an agreement turns.

Stability after d'Aspremont, Jacquemin, Gabszewicz and Weymark 1983 ("On the Stability of Collusive
Price Leadership", Canadian Journal of Economics 16) and Barrett 1994 ("Self-Enforcing International
Environmental Agreements", Oxford Economic Papers 46).

A coalition is a number whose binary digits say which parties are in: bit i is party i.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from havenline.negotiation.leverage import bargaining_weights, weights_of_consenting
from havenline.negotiation.problem import Model
from havenline.negotiation.solutions import Agreement, agree
from havenline.negotiation.survival import Survival, breakdown_chance, value_with_collapse
from havenline.negotiation.terms import Terms
from havenline.negotiation.zone import Bools, Floats, Ints

HOLDS = 0.5
"""Chance to stand for a year from which an agreement counts as holding."""
MOST_PLAYERS = 7
MOST_DRAWS = 200
"""Draws that the mean for coalitions is taken over."""


@dataclass(frozen=True)
class Stability:
    """Which coalitions hold.

    Attributes
    ----------
    internal : (2**parties,) bool
        No member does better by leaving.
    external : (2**parties,) bool
        No outsider does better by joining.
    """

    internal: Bools
    external: Bools

    @property
    def stable(self) -> Bools:
        """Coalitions that are internally and externally stable, (2**parties,)."""
        return self.internal & self.external


def members(coalition: int, parties: int) -> tuple[int, ...]:
    """Return the parties in a coalition, in order."""
    return tuple(i for i in range(parties) if coalition >> i & 1)


def coalition_of(parties: Iterable[int]) -> int:
    """Return the number of a coalition of these parties."""
    return sum(1 << i for i in set(parties))


def stability(values: npt.ArrayLike, tolerance: float = 1e-12) -> Stability:
    """Return which coalitions are stable.

    Parameters
    ----------
    values : (2**parties, parties) array
        Payoff of every party, members and outsiders alike, when that coalition agrees; the
        no-deal payoffs where it can agree on nothing. Row 0 is no deal.
    tolerance : float
        Differences that count as none, in the unit of the payoffs.

    Returns
    -------
    Stability
    """
    v = _values(values)
    parties = v.shape[1]
    rows = np.arange(len(v))
    inside = _inside(parties)
    change = np.empty_like(v)  # payoff with the party on the other side of the coalition's border
    for i in range(parties):
        change[:, i] = v[rows ^ (1 << i), i]
    stays = v >= change - tolerance
    return Stability(
        internal=np.asarray((stays | ~inside).all(axis=1), dtype=np.bool_),
        external=np.asarray((stays | inside).all(axis=1), dtype=np.bool_),
    )


def smallest_that_hold(
    holds: npt.ArrayLike, parties: int, needed: Iterable[int] = ()
) -> tuple[int, ...]:
    """Return the coalitions with the fewest members that hold and contain all who are needed.

    Parameters
    ----------
    holds : (2**parties,) bool array
        Whether the coalition can agree and its agreement holds.
    parties : int
    needed : iterable of int
        Parties that have to be in it.

    Returns
    -------
    tuple of int
        All smallest ones, in order of their numbers; empty where none holds. Nobody agreeing with
        nobody is not an agreement: coalitions of fewer than two parties are left out.
    """
    good = np.asarray(holds, dtype=np.bool_)
    if good.shape != (1 << parties,):
        raise ValueError(f"{parties} parties have {1 << parties} coalitions, not {good.shape}")
    core = coalition_of(needed)
    rows: Ints = np.arange(len(good))
    size = _inside(parties).sum(axis=1)
    fits = good & ((rows & core) == core) & (size >= 2)
    if not fits.any():
        return ()
    return tuple(int(c) for c in np.flatnonzero(fits & (size == size[fits].min())))


@dataclass(frozen=True)
class Pivot:
    """On which outside party an agreement turns.

    Attributes
    ----------
    party : int or None
        The one whose absence costs the most; None where no absence costs anything.
    falls : (outsiders,) float64
        Fall of the largest log product without each, not negative where the party helps;
        infinite where nothing is agreeable without it.
    ends : tuple of int
        Outsiders without whom nothing is agreeable.
    """

    party: int | None
    falls: Floats
    ends: tuple[int, ...]


def pivot(best: float, best_without: npt.ArrayLike) -> Pivot:
    """Return the outside party whose absence lowers the largest log product most.

    Parameters
    ----------
    best : float
        Largest log product of the same consenting parties with all outsiders present; minus
        infinity where nothing is agreeable.
    best_without : (outsiders,) array
        The same without each outsider, its support and its threats taken out of the payoffs.

    Returns
    -------
    Pivot
        The first where several cost the same.
    """
    without = np.asarray(best_without, dtype=np.float64)
    if np.isnan(without).any() or np.isposinf(without).any() or np.isnan(best) or best == np.inf:
        raise ValueError("log products must be numbers, or minus infinity for no agreement")
    falls = np.zeros(len(without))
    if np.isfinite(best):
        falls = best - without
    else:  # what is agreeable only without an outsider is agreeable in spite of it
        falls[np.isfinite(without)] = -np.inf
    party = int(np.argmax(falls)) if len(falls) and falls.max() > 0.0 else None
    ends = tuple(int(i) for i in np.flatnonzero(np.isposinf(falls)))
    return Pivot(party, falls, ends)


def find_coalitions(model: Model, support: Mapping[str, float]) -> dict[str, Any]:
    """Return the smallest sets of parties whose agreement holds, and on whom it turns.

    Every set is tried that has, of those whose consent is needed, a party from each side of the
    question of ground. Its members land
    on their weighted Nash solution; parties outside it that could break the settlement, and would
    gain by it, raise the hazard of its collapse, as members do not. A set's agreement holds if all
    members gain, none does better by leaving, and it stands for a year with a chance of one half.

    Parameters
    ----------
    model : Model
    support : mapping of str to float
        If it is none at all, the outside party on which most turns is told at full support.

    Returns
    -------
    dict
    """
    model = Model(
        model.parties, model.ran, model.parameters, min(model.draws, MOST_DRAWS), model.seed
    )
    everyone = model.parties.all
    players = [i for i, p in enumerate(everyone) if p.consents or p.spoils][:MOST_PLAYERS]
    case = _Central(model, support)
    n = len(players)
    side = np.array([everyone[i].wants_ground * everyone[i].consents for i in players])
    values = np.tile(case.no_deal[players], (1 << n, 1))
    good = np.zeros(1 << n, dtype=np.bool_)
    stands = np.zeros(1 << n)
    found: dict[int, Terms] = {}
    for c in range(1, 1 << n):
        inside = members(c, n)
        if len(inside) < 2 or not (
            (side[list(inside)] > 0).any() and (side[list(inside)] < 0).any()
        ):
            continue
        landed = case.land([players[i] for i in inside], players)
        if landed is None:
            continue
        row, worth, year = landed
        values[c] = worth[players]
        good[c], stands[c], found[c] = True, year, model.terms[row]
    stable = stability(values)
    holds = good & (stands >= HOLDS) & stable.internal
    ids = [everyone[i].id for i in players]
    needed = [k for k, i in enumerate(players) if everyone[i].consents]

    def told(c: int) -> dict[str, Any]:
        return {
            "parties": [ids[i] for i in members(c, n)],
            "stands_12_months": float(stands[c]),
            "settlement": found[c].id if c in found else None,
            "stable": bool(stable.stable[c]),
        }

    return {
        "players": ids,
        "all_who_consent": told(coalition_of(needed)),
        "smallest": [told(c) for c in smallest_that_hold(holds, n)],
        "smallest_with_all_who_consent": [told(c) for c in smallest_that_hold(holds, n, needed)],
        "turns_on": _turns_on(model, support),
        "meaning": f"stands for a year with a chance of {HOLDS:g} or more, all members gain, and "
        "none gains by leaving; at the mean of all draws",
    }


def _turns_on(model: Model, support: Mapping[str, float]) -> dict[str, Any]:
    if not support:
        return {"party": None, "falls": {}, "ends": [], "support": {}}
    given = dict(support) if any(support.values()) else dict.fromkeys(support, 1.0)
    who = [p for p in given if given[p] > 0.0]
    best = _Central(model, given).best()
    found = pivot(best, [_Central(model, {**given, p: 0.0}).best() for p in who])
    return {
        "party": None if found.party is None else who[found.party],
        "falls": {p: float(f) for p, f in zip(who, found.falls, strict=True)},
        "ends": [who[i] for i in found.ends],
        "support": given,
    }


class _Central:
    """The problem at the mean of all draws, for sets of parties."""

    def __init__(self, model: Model, support: Mapping[str, float]) -> None:
        self.model = model
        p = model.solve_payoffs(support)
        self.standing, self.collapsed = p.standing.mean(axis=0), p.collapsed.mean(axis=0)
        self.no_deal = p.no_deal.mean(axis=0)
        self.refused = p.mean_value()[1]
        self.rates = np.array([q.discount for q in model.parties.all])
        self.capability = model.capability.mean(axis=0) * np.array(
            [float(q.spoils) for q in model.parties.all]
        )
        t = {name: float(v.mean()) for name, v in model.truce.items()}
        self.shape, self.cure = t["truce_shape"], t["truce_cure_share"]
        years = t["truce_median_days"] / 365.25 / np.log(2.0) ** (1.0 / self.shape)
        ratio = np.exp(np.log(model.hazard_ratios(support)).mean(axis=0))
        self.scale = years * ratio ** (-1.0 / self.shape)
        self.ties = {k: v.mean(axis=0) for k, v in model.needs(support).items()}
        self.strength = float(model.judged["proposer_dependence"].mean())
        self.first = float(model.judged["breaking_first_gain"].mean())
        self.tempted = model.parameters["temptation_hazard"].value
        self.most = model.parameters["temptation_most"].value

    def land(self, inside: list[int], players: list[int]) -> tuple[int, Floats, float] | None:
        """Return where a set lands, what that is worth to all, and its chance to stand a year."""
        law = Survival.of(self.scale, self.shape, self.cure)
        chance = breakdown_chance(law, self.rates)
        value = value_with_collapse(self.standing, self.collapsed, chance)
        outside = [i for i in players if i not in inside]
        gain = np.maximum(0.0, self.collapsed + self.first - value)[:, outside]
        share = self.capability[outside] / max(float(self.capability[players].sum()), 1e-12)
        law = law.with_ratio(np.exp(np.minimum(self.tempted * (gain @ share), self.most)))
        chance = breakdown_chance(law, self.rates)
        value = value_with_collapse(self.standing, self.collapsed, chance)
        signed = np.where(self.refused, -np.inf, value)
        which = np.zeros(len(self.no_deal), dtype=np.bool_)
        which[inside] = True
        alpha = weights_of_consenting(
            bargaining_weights(self.ties["weights"], self.strength), which
        )
        order = np.flatnonzero(which)
        found = agree(signed[:, order], self.no_deal[order], alpha)
        if not isinstance(found, Agreement):
            return None
        row = found.settlement
        return row, value[row], float(law.at(1.0)[row])

    def best(self) -> float:
        """Return the largest log product of those who must consent; minus infinity for none."""
        who = list(self.model.parties.consenting)
        law = Survival.of(self.scale, self.shape, self.cure)
        value = value_with_collapse(
            self.standing, self.collapsed, breakdown_chance(law, self.rates)
        )
        value = np.where(self.refused, -np.inf, value)
        found = agree(value[:, who], self.no_deal[who])
        return found.log_product if isinstance(found, Agreement) else -np.inf


def _inside(parties: int) -> Bools:
    rows = np.arange(1 << parties)
    return (rows[:, None] >> np.arange(parties)[None] & 1).astype(np.bool_)


def _values(values: npt.ArrayLike) -> Floats:
    v = np.asarray(values, dtype=np.float64)
    if v.ndim != 2 or len(v) != 1 << v.shape[1]:
        raise ValueError(f"payoffs {v.shape} are not those of every coalition of the parties")
    if not np.isfinite(v).all():
        raise ValueError("payoffs must be finite")
    return v
