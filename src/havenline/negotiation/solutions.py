"""Where parties could land: Nash and Kalai-Smorodinsky solutions on given settlements.

All work on the zone of agreement only, and give every settlement that solves the problem equally
well; ties are then broken by a stated rule. References:

- Nash 1950, "The Bargaining Problem", Econometrica 18: the largest product of gains; with weights
  Kalai 1977, "Nonsymmetric Nash Solutions", International Journal of Game Theory 6.
- Kalai and Smorodinsky 1975, "Other Solutions to Nash's Bargaining Problem", Econometrica 43:
  equal shares of the best that each could get; refined by leximin for three parties and more
  (Imai 1983, "Individual Monotonicity and Lexicographic Maxmin Solution", Econometrica 51).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from havenline.negotiation.zone import (
    Bools,
    Floats,
    Ints,
    NoAgreement,
    acceptable,
    gains_over,
    why_none,
)

Rule = Literal["nash", "kalai-smorodinsky"]
RULES: tuple[Rule, ...] = get_args(Rule)
TIE = 1e-12
"""Differences of log products, or of shares of the ideal, that count as none."""
FLAT_TOP = 0.01
"""A settlement is in the flat top when its mean gain is within this share of the best one's."""


@dataclass(frozen=True)
class Agreement:
    """A settlement on which parties could land, and how sharply it is determined.

    Attributes
    ----------
    rule : {"nash", "kalai-smorodinsky"}
    settlement : int
        Row of the settlement.
    ties : tuple of int
        All rows that solve the problem equally well, with the chosen one.
    zone : int
        How many settlements were acceptable to all.
    gains : (parties,) float64
        Gain of each party over no deal, in its own unit.
    ideal : (parties,) float64
        Largest gain of each party within the zone, same units.
    binds : int
        Party with the smallest share of its ideal gain: it holds the settlement where it is.
    shadow_weights : (parties,) float64
        Weight over gain, per unit of the party: how much a unit more for this party would be
        worth in the log product; infinite for a party that gains nothing.
    log_product : float
        Weighted sum of the logarithms of the gains, over the parties that gain.
    next_best : int or None
        The settlement with the next largest log product, ties apart; None where there is none.
    next_loss : float
        How much lower its log product is; 0 where there is none. Below 0 only under rules other
        than Nash.
    flat_top : tuple of int
        Settlements whose weighted geometric mean of gains is within 1% of the best: no model of
        this kind can tell them apart. Unlike 1% of the log product, this has no unit.
    """

    rule: Rule
    settlement: int
    ties: tuple[int, ...]
    zone: int
    gains: Floats
    ideal: Floats
    binds: int
    shadow_weights: Floats
    log_product: float
    next_best: int | None
    next_loss: float
    flat_top: tuple[int, ...]


def agree(
    payoffs: npt.ArrayLike,
    no_deal: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    rule: Rule = "nash",
) -> Agreement | NoAgreement:
    """Return where the parties could land, or why nowhere.

    Parameters
    ----------
    payoffs : (settlements, parties) array
        What each settlement is worth to each party, each in its own unit; minus infinity where
        it crosses a red line.
    no_deal : (parties,) array
        What no deal is worth to each.
    weights : (parties,) array, optional
        Bargaining weights, not negative; equal where not given. They are scaled to sum 1. Only
        the Nash rule lands by them; the other uses them for the log product alone.
    rule : {"nash", "kalai-smorodinsky"}
        Ties under Nash go to the settlement that is leximin in shares of the ideal, under the
        other rule to the larger log product; then to the first row.

    Returns
    -------
    Agreement or NoAgreement
    """
    if rule not in RULES:
        raise ValueError(f"no such rule: {rule!r}")
    gains = gains_over(payoffs, no_deal)
    alpha = unit_weights(weights, gains.shape[1])
    zone: Ints = np.flatnonzero(acceptable(gains))
    if len(zone) == 0:
        return why_none(gains)
    g = gains[zone]
    ideal: Floats = g.max(axis=0)
    logs = log_products(g, alpha)
    best, chosen = land(g, alpha, rule, logs)
    mine = g[chosen]
    others = logs.copy()
    others[best] = -np.inf
    runner = int(np.argmax(others))
    top = logs >= logs.max() + np.log1p(-FLAT_TOP)
    share = np.divide(mine, ideal, out=np.ones_like(mine), where=ideal > 0.0)
    with_next = np.isfinite(others[runner])
    return Agreement(
        rule=rule,
        settlement=int(zone[chosen]),
        ties=tuple(int(k) for k in zone[best]),
        zone=len(zone),
        gains=mine,
        ideal=ideal,
        binds=int(np.argmin(share)),
        shadow_weights=np.divide(alpha, mine, out=np.full_like(mine, np.inf), where=mine > 0.0),
        log_product=float(_over_gainers(mine[None], alpha)[0]),
        next_best=int(zone[runner]) if with_next else None,
        next_loss=float(logs[chosen] - others[runner]) if with_next else 0.0,
        flat_top=tuple(int(k) for k in zone[top]),
    )


def land(g: Floats, alpha: Floats, rule: Rule, logs: Floats | None = None) -> tuple[Bools, int]:
    """Return all solutions within a zone, and the one chosen among them.

    Parameters
    ----------
    g : (settlements, parties) float64
        Gains, none negative, of the settlements in the zone; at least one row.
    alpha : (parties,) float64
        Bargaining weights of sum 1.
    rule : {"nash", "kalai-smorodinsky"}
    logs : (settlements,) float64, optional
        Log products, where they are already known.

    Returns
    -------
    best : (settlements,) bool
        Every solution.
    chosen : int
        The first one left by the rule for ties.
    """
    if logs is None:
        logs = log_products(g, alpha)
    if rule == "nash":
        best = logs >= logs.max() - TIE
        left = np.flatnonzero(best)
        if len(left) > 1:
            left = left[leximin(shares_of_ideal(g)[left])]
    else:
        best = leximin(shares_of_ideal(g))
        left = np.flatnonzero(best)
        left = left[logs[left] >= logs[left].max() - TIE]
    return best, int(left[0])


def log_products(g: Floats, alpha: Floats) -> Floats:
    """Return the weighted sum of logarithms of gains of each settlement, minus infinity for none.

    Where every settlement leaves some party without gain all products are 0. Then, as in
    Caragiannis and others 2019 ("The Unreasonable Fairness of Maximum Nash Welfare", ACM
    Transactions on Economics and Computation 7), those count that give a gain to parties of the
    largest joint weight, with the product over these.

    Parameters
    ----------
    g : (settlements, parties) float64
        Gains, none negative.
    alpha : (parties,) float64
        Bargaining weights of sum 1.

    Returns
    -------
    (settlements,) float64
        Finite for at least one settlement.
    """
    reached = (g > 0.0) @ alpha
    logs: Floats = np.where(reached >= reached.max() - TIE, _over_gainers(g, alpha), -np.inf)
    return logs


def shares_of_ideal(g: Floats) -> Floats:
    """Return each gain as a share of the party's largest gain in the zone; 1 where that is 0."""
    ideal = g.max(axis=0)
    shares: Floats = np.divide(g, ideal, out=np.ones_like(g), where=ideal > 0.0)
    return shares


def leximin(g: Floats) -> Bools:
    """Return the rows with the largest smallest value, then the largest second smallest, and so on.

    Parameters
    ----------
    g : (settlements, parties) float64
        Values that compare between parties; at least one row.

    Returns
    -------
    (settlements,) bool
        True for every row that solves the problem; rows within rounding of it count as equal.
    """
    left = np.flatnonzero(g.min(axis=1) >= g.min(axis=1).max() - TIE)
    ordered = np.sort(g[left], axis=1)
    for rank in range(1, g.shape[1]):
        if len(left) == 1:
            break
        stays = ordered[:, rank] >= ordered[:, rank].max() - TIE
        left, ordered = left[stays], ordered[stays]
    best = np.zeros(len(g), dtype=np.bool_)
    best[left] = True
    return best


def unit_weights(weights: npt.ArrayLike | None, parties: int) -> Floats:
    """Return bargaining weights of sum 1; equal ones where none are given."""
    if weights is None:
        return np.full(parties, 1.0 / parties)
    alpha = np.asarray(weights, dtype=np.float64)
    if alpha.shape != (parties,):
        raise ValueError(f"{parties} parties need as many weights, not {alpha.shape}")
    if not np.isfinite(alpha).all() or (alpha < 0.0).any() or alpha.sum() <= 0.0:
        raise ValueError("weights must be finite, none below 0, and not all 0")
    result: Floats = alpha / alpha.sum()
    return result


@dataclass(frozen=True)
class Landings:
    """Where parties would land in each of many draws.

    Attributes
    ----------
    rules : tuple of str
    settlement : (rules, draws) int64
        Row of the settlement; -1 where there is no agreement.
    gains : (rules, draws, parties) float64
        Gains over no deal, each in the party's unit; 0 where there is no agreement.
    zone : (draws,) int64
        Settlements acceptable to all.
    accepts : (settlements,) float64
        Share of draws in which the settlement is acceptable to all.
    loses : (settlements, parties) float64
        Share of draws in which the settlement is worse than no deal for the party.
    refuses : (draws, parties) bool
        Where nothing is acceptable: parties for whom all is worse than no deal.
    opens_without : (draws, parties) bool
        Where nothing is acceptable: parties without whose consent something would be.
    """

    rules: tuple[Rule, ...]
    settlement: Ints
    gains: Floats
    zone: Ints
    accepts: Floats
    loses: Floats
    refuses: Bools
    opens_without: Bools

    @property
    def chance(self) -> float:
        """Share of draws in which some settlement is acceptable to all."""
        return float((self.zone > 0).mean())

    def shares(self, rule: Rule) -> Floats:
        """Return the share of all draws that land on each settlement, (settlements,)."""
        rows = self.settlement[self.rules.index(rule)]
        counts = np.bincount(rows[rows >= 0], minlength=len(self.accepts))
        return np.asarray(counts / len(rows), dtype=np.float64)


def land_draws(
    payoffs: npt.ArrayLike,
    no_deal: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    rules: Sequence[Rule] = RULES,
) -> Landings:
    """Solve the same bargaining problem in many draws of its uncertain numbers.

    Parameters
    ----------
    payoffs : (settlements, parties) or (draws, settlements, parties) array
        As in `agree`; the same in all draws where there is no axis for them.
    no_deal : (parties,) or (draws, parties) array
    weights : (parties,) or (draws, parties) array, optional
    rules : sequence of str

    Returns
    -------
    Landings
        With one draw where no input has an axis of draws.
    """
    u = np.asarray(payoffs, dtype=np.float64)
    d = np.asarray(no_deal, dtype=np.float64)
    w = None if weights is None else np.asarray(weights, dtype=np.float64)
    draws = _draws(u.shape[:-2], d.shape[:-1], () if w is None else w.shape[:-1])
    settlements, parties = u.shape[-2:]
    settlement = np.full((len(rules), draws), -1, dtype=np.int64)
    gains = np.zeros((len(rules), draws, parties))
    zones = np.zeros(draws, dtype=np.int64)
    accepts = np.zeros(settlements)
    loses = np.zeros((settlements, parties))
    refuses = np.zeros((draws, parties), dtype=np.bool_)
    opens = np.zeros((draws, parties), dtype=np.bool_)
    for draw in range(draws):
        of_draw = gains_over(u[draw] if u.ndim == 3 else u, d[draw] if d.ndim == 2 else d)
        alpha = unit_weights(w[draw] if w is not None and w.ndim == 2 else w, parties)
        within = acceptable(of_draw)
        accepts += within
        loses += of_draw < 0.0
        zone = np.flatnonzero(within)
        zones[draw] = len(zone)
        if len(zone) == 0:
            none = why_none(of_draw)
            refuses[draw, list(none.refuses)] = True
            opens[draw, list(none.opens_without)] = True
            continue
        g = of_draw[zone]
        logs = log_products(g, alpha)
        for at, rule in enumerate(rules):
            chosen = land(g, alpha, rule, logs)[1]
            settlement[at, draw] = zone[chosen]
            gains[at, draw] = g[chosen]
    return Landings(
        rules=tuple(rules),
        settlement=settlement,
        gains=gains,
        zone=zones,
        accepts=accepts / draws,
        loses=loses / draws,
        refuses=refuses,
        opens_without=opens,
    )


def _over_gainers(g: Floats, alpha: Floats) -> Floats:
    """Return the weighted sum of logarithms over the parties that gain, of each row."""
    logs = np.log(g, out=np.zeros_like(g), where=g > 0.0)
    return np.asarray(logs @ alpha, dtype=np.float64)


def _draws(*leading: tuple[int, ...]) -> int:
    sizes = {shape[0] for shape in leading if shape}
    if len(sizes) > 1 or any(len(shape) > 1 for shape in leading):
        raise ValueError(f"numbers of draws differ: {sorted(sizes)}")
    return sizes.pop() if sizes else 1
