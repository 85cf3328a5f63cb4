"""Whether one settlement would hold, and which parties have to agree for that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from havenline.negotiation.coalitions import (
    coalition_of,
    members,
    pivot,
    smallest_that_hold,
    stability,
)
from havenline.negotiation.hold import (
    break_even_hazard,
    shift_test,
    temptation,
    value_with_collapse,
)
from havenline.negotiation.leverage import bargaining_weights, weights_of_consenting
from havenline.negotiation.payoffs import Payoffs
from havenline.negotiation.problem import HORIZON_YEARS, TEMPTED, Model
from havenline.negotiation.solutions import Agreement, agree
from havenline.negotiation.survival import Survival, breakdown_chance, constant_hazard
from havenline.negotiation.terms import HANDOVER, LATER, Terms
from havenline.negotiation.zone import Floats

HOLDS = 0.5
"""Chance to stand for a year from which an agreement counts as holding."""
COST_OF_WAR = 0.1
"""Part of what is at stake that fighting on destroys, for the test of shifts; judgement."""
MOST_PLAYERS = 7
MOST_DRAWS = 200
"""Draws that the mean for coalitions is taken over."""


def hold_of(model: Model, payoffs: Payoffs, row: int) -> dict[str, Any]:
    """Return whether a settlement would hold.

    Parameters
    ----------
    model : Model
    payoffs : Payoffs
    row : int
        Of the space.

    Returns
    -------
    dict
        ``stands``: chance to stand after 6, 12 and 36 months, mean of draws, with the truce
        model's law. ``parties``: for each that consents or could break it, its payoff while it
        stands, once collapsed, without a deal and with the chance of collapse; what it gains by
        breaking it first and how often that is more than keeping it is worth; the constant hazard
        of collapse up to which it is worth signing beside the one expected. ``shift``: the test of
        shifts in power at its handover.
    """
    everyone = model.parties.all
    u, b = payoffs.standing[:, row], payoffs.collapsed[:, row]
    d, v, w = payoffs.no_deal, payoffs.value[:, row], payoffs.chance[:, row]
    first = model.first_move[:, None] * np.array([float(p.spoils) for p in everyone])
    tempted = temptation(b + first, (1.0 - w) * u + w * b)
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
            "value": float(((1.0 - w) * u + w * b)[:, i].mean()),
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
    lock_in = np.array(
        [[before, max(0.0, 1.0 - before - COST_OF_WAR)],
         [after, max(0.0, 1.0 - after - COST_OF_WAR)]]
    )  # fmt: skip
    wait = (LATER if terms.haven_first else HANDOVER) / 365.25
    attackers = [p for p in model.parties.all if _wants_ground(p.stakes) > 0 and p.consents]
    rate = max((p.discount for p in attackers), default=0.3)
    test = shift_test(lock_in, np.ones(1), np.full(2, np.exp(-rate * wait)))
    return {
        "step": "handover",
        "day": LATER if terms.haven_first else HANDOVER,
        "lock_in_before": before,
        "lock_in_after": after,
        "cost_of_war": COST_OF_WAR,
        "excess": {"attacker": float(test.excess[0, 0]), "defender": float(test.excess[0, 1])},
        "passes": test.passes,
    }


def _wants_ground(stakes: Any) -> float:
    """Return whether a party wants the attacker to hold more (above 0) or less ground."""
    total = 0.0
    for s in stakes:
        if s.about == "ground_taken" and s.better != "near":
            total += s.weight.value * (1.0 if s.better == "more" else -1.0)
    return total


def who_holds(model: Model, support: Mapping[str, float]) -> dict[str, Any]:
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
    model = Model(model.parties, model.ran, min(model.draws, MOST_DRAWS), model.seed)
    everyone = model.parties.all
    players = [i for i, p in enumerate(everyone) if p.consents or p.spoils][:MOST_PLAYERS]
    case = _Central(model, support)
    n = len(players)
    side = np.array(
        [_wants_ground(everyone[i].stakes) * everyone[i].consents for i in players]
    )  # fmt: skip
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
        self.refused = ~np.isfinite(p.value).mean(axis=0).round().astype(np.bool_)
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
        self.strength = float(model.strength.mean())

    def land(self, inside: list[int], players: list[int]) -> tuple[int, Floats, float] | None:
        """Return where a set lands, what that is worth to all, and its chance to stand a year."""
        law = Survival.of(0.0, self.scale, self.shape, self.cure)
        chance = breakdown_chance(law, self.rates)
        value = value_with_collapse(self.standing, self.collapsed, chance)
        outside = [i for i in players if i not in inside]
        first = float(self.model.first_move.mean())
        gain = np.maximum(0.0, self.collapsed + first - value)[:, outside]
        share = self.capability[outside] / max(float(self.capability[players].sum()), 1e-12)
        law = law.with_ratio(np.exp(np.minimum(TEMPTED.value * (gain @ share), 3.0)))
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
        law = Survival.of(0.0, self.scale, self.shape, self.cure)
        value = value_with_collapse(
            self.standing, self.collapsed, breakdown_chance(law, self.rates)
        )
        value = np.where(self.refused, -np.inf, value)
        found = agree(value[:, who], self.no_deal[who])
        return found.log_product if isinstance(found, Agreement) else -np.inf
