"""Solutions over lotteries and time-sharing: the hull of the settlements instead of single ones.

Use them only where mixing means something: amounts of aid or phases can be shared out, one line on
a map cannot. References as in `havenline.negotiation.solutions`; the optimum of the Nash product is
recognised by its supporting plane: at gains x no acceptable lottery g has a sum of
alpha_i g_i / x_i above 1 (the condition of Kuhn and Tucker), and what that sum is above 1 bounds
the log product still to be gained.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog, nnls

from havenline.negotiation.solutions import unit_weights
from havenline.negotiation.zone import Floats, Ints, NoAgreement, gains_over, why_none

GAP = 1e-9
"""Log product below the optimum that is accepted."""
SMALL = 1e-9
"""Shares of a lottery, and of a party's largest gain or loss, that count as none."""
ROUNDS = 200
STEPS = 100


@dataclass(frozen=True)
class Lottery:
    """A mixture of settlements on which parties could land.

    Attributes
    ----------
    settlements : tuple of int
        Rows that are mixed, in order.
    shares : (mixed,) float64
        Probability, or share of time, of each; they sum to 1.
    gains : (parties,) float64
        Expected gain of each party over no deal, in its own unit.
    ideal : (parties,) float64
        Largest expected gain of each party in lotteries acceptable to all.
    """

    settlements: tuple[int, ...]
    shares: Floats
    gains: Floats
    ideal: Floats


def nash_lottery(
    payoffs: npt.ArrayLike, no_deal: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> Lottery | NoAgreement:
    """Return the lottery with the largest weighted product of expected gains.

    Parties that gain in no acceptable lottery are left out of the product.

    Parameters
    ----------
    payoffs : (settlements, parties) array
        Settlements with minus infinity for a party are never part of a lottery.
    no_deal : (parties,) array
    weights : (parties,) array, optional
        Equal where not given; scaled to sum 1.

    Returns
    -------
    Lottery or NoAgreement
        The reasons of NoAgreement are those of the single settlements.
    """
    hull = _hull(payoffs, no_deal)
    if hull is None:
        return why_none(gains_over(payoffs, no_deal))
    alpha = unit_weights(weights, len(hull.ideal)) * (hull.ideal > 0.0)
    lotteries = hull.best_of_each
    mix = np.full(len(lotteries), 1.0 / len(lotteries))
    some = alpha > 0.0
    if not some.any():
        return hull.lottery(mix @ lotteries)
    alpha = alpha[some] / alpha[some].sum()
    for _ in range(ROUNDS):
        points = (lotteries @ hull.gains)[:, some]
        mix = _largest_product(points, alpha, mix)
        pull = np.zeros(len(some))
        pull[some] = alpha / (mix @ points)
        better = _best_lottery(hull.gains, pull)
        if better is None or better @ hull.gains @ pull <= 1.0 + GAP:
            break
        lotteries = np.vstack([lotteries, better])
        mix = np.append(mix, 0.0)
    return hull.lottery(mix @ lotteries)


def kalai_smorodinsky_lottery(
    payoffs: npt.ArrayLike, no_deal: npt.ArrayLike
) -> Lottery | NoAgreement:
    """Return the lottery that gives all the largest equal share of their ideal gains.

    After the smallest share is as large as it can be, the second smallest is, and so on (leximin).

    Parameters
    ----------
    payoffs : (settlements, parties) array
    no_deal : (parties,) array

    Returns
    -------
    Lottery or NoAgreement
    """
    hull = _hull(payoffs, no_deal)
    if hull is None:
        return why_none(gains_over(payoffs, no_deal))
    rising = hull.ideal > 0.0
    scaled = hull.gains / np.where(rising, hull.ideal, 1.0)
    floor = np.zeros(len(rising))
    lottery = hull.best_of_each[0]
    settlements = len(scaled)
    while rising.any():
        # the largest t with every rising party at t or more and the others where they were fixed
        found = linprog(
            c=np.append(np.zeros(settlements), -1.0),
            A_ub=np.column_stack([-scaled.T, rising.astype(np.float64)]),
            b_ub=np.where(rising, 0.0, -floor),
            A_eq=np.append(np.ones(settlements), 0.0)[None],
            b_eq=np.ones(1),
            method="highs",
        )
        if found.x is None:  # what was fixed cannot be met again to the last digit
            break
        lottery = np.asarray(found.x[:-1], dtype=np.float64)
        # a party with a price gets no more in any solution; the prices of the rising sum to 1
        price = -np.asarray(found.ineqlin.marginals, dtype=np.float64)
        tight = rising & (price >= SMALL)
        floor[tight] = found.x[-1] - SMALL
        rising &= ~tight
        if not tight.any():
            break
    return hull.lottery(lottery)


@dataclass(frozen=True)
class _Hull:
    """Lotteries acceptable to all, with gains in units of each party's largest gain or loss."""

    gains: Floats
    unit: Floats
    rows: Ints
    ideal: Floats
    best_of_each: Floats

    def lottery(self, shares: Floats) -> Lottery:
        """Return shares of all rows as a lottery of those that matter."""
        mixed = np.flatnonzero(shares > SMALL)
        part = shares[mixed] / shares[mixed].sum()
        return Lottery(
            settlements=tuple(int(k) for k in self.rows[mixed]),
            shares=part,
            gains=part @ self.gains[mixed] * self.unit,
            ideal=self.ideal * self.unit,
        )


def _hull(payoffs: npt.ArrayLike, no_deal: npt.ArrayLike) -> _Hull | None:
    """Return the acceptable lotteries, or None where there is none from which a party gains."""
    gains = gains_over(payoffs, no_deal)
    rows = np.flatnonzero(np.isfinite(gains).all(axis=1))
    if len(rows) == 0:
        return None
    gains = gains[rows]
    unit = np.abs(gains).max(axis=0)
    unit[unit == 0.0] = 1.0
    gains = gains / unit
    best = []
    for one in np.eye(gains.shape[1]):
        shares = _best_lottery(gains, one)
        if shares is None:
            return None
        best.append(shares)
    lotteries = np.array(best)
    ideal: Floats = (lotteries @ gains).diagonal().copy()
    ideal[ideal <= SMALL] = 0.0
    return _Hull(gains, unit, rows, ideal, lotteries) if ideal.any() else None


def _best_lottery(gains: Floats, pull: Floats) -> Floats | None:
    """Return the acceptable lottery with the largest weighted sum of gains, None for none."""
    worth = gains @ pull
    found = linprog(
        c=-worth / max(np.abs(worth).max(), 1e-300),
        A_ub=-gains.T,
        b_ub=np.zeros(gains.shape[1]),
        A_eq=np.ones((1, len(gains))),
        b_eq=np.ones(1),
        method="highs",
    )
    if found.x is None:
        return None
    shares = np.maximum(np.asarray(found.x, dtype=np.float64), 0.0)
    result: Floats = shares / shares.sum()
    return result


def _largest_product(points: Floats, alpha: Floats, mix: Floats) -> Floats:
    """Return the mixture of a few points, none negative, with the largest log product of its mean.

    Newton's method: each step minimises the second-order form of the loss over the simplex, which
    is a problem of least squares without negatives, and is halved until the product rises.
    """
    points = np.maximum(points, 0.0)
    root = np.sqrt(alpha)
    force = 1e4  # how hard least squares is held to shares that sum to 1
    for _ in range(STEPS):
        x = mix @ points
        if (points @ (alpha / x)).max() <= 1.0 + GAP / 10.0:
            break
        system = np.vstack([(points * root / x).T, np.full(len(mix), force)])
        aim = nnls(system, np.append(2.0 * root, force))[0]
        aim /= aim.sum()
        length, value = 1.0, alpha @ np.log(x)
        while length > 1e-12:
            trial = mix + length * (aim - mix)
            at = trial @ points
            if at.min() > 0.0 and alpha @ np.log(at) > value:
                break
            length /= 2.0
        else:
            break
        mix = trial
    return mix
