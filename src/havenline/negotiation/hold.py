"""Would it hold: what a settlement is worth with its chance of collapse, and who would break it.

The hazard of a settlement is taken from its terms before anything is solved, and the parties
bargain over values that count it, so that settlements nobody would keep lose on their own.

The test of shifts in power follows Powell 2004 ("The Inefficient Use of Power", American Political
Science Review 98) and 2006 ("War as a Commitment Problem", International Organization 60): what a
party could lock in now and would lose by waiting must fit into what is left when all others have
got at least what they could lock in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from havenline.negotiation.zone import ROUNDING, Bools, Floats, acceptable, gains_over


def value_with_collapse(
    payoffs: npt.ArrayLike, collapse: npt.ArrayLike, chance: npt.ArrayLike
) -> Floats:
    """Return what a settlement is worth when it may collapse.

    ``(1 - w) u + w b`` with w the discounted chance of collapse; for a constant hazard h that is
    ``(rho u + h b) / (rho + h)``.

    Parameters
    ----------
    payoffs : (settlements, parties) array
        While it stands; minus infinity where a red line is crossed, which no chance of collapse
        mends.
    collapse : (parties,) or (settlements, parties) array
        After a signed deal has collapsed, with what the first to break it gains; finite.
    chance : (settlements, parties) array, or any shape that fits it
        Discounted chance of collapse, from `survival.breakdown_chance` or `constant_chance`.

    Returns
    -------
    (settlements, parties) float64
        In the parties' own units.
    """
    u = np.asarray(payoffs, dtype=np.float64)
    w = np.asarray(chance, dtype=np.float64)
    if not ((w >= 0.0) & (w <= 1.0)).all():
        raise ValueError("chances of collapse must lie from 0 to 1")
    never = np.isneginf(u)
    standing = np.where(never, 0.0, u)
    value = (1.0 - w) * standing + w * np.asarray(collapse, dtype=np.float64)
    result: Floats = np.where(never, -np.inf, value)
    return result


def constant_chance(hazard: npt.ArrayLike, discount: npt.ArrayLike) -> Floats:
    """Return the discounted chance of collapse under a constant hazard, ``h / (rho + h)``.

    Parameters
    ----------
    hazard : (...) array
        Per year, not negative; may be infinite.
    discount : (...) array
        Discount rate per year, above 0.

    Returns
    -------
    (...) float64
        From 0 (hazard 0) to 1 (infinite hazard).
    """
    h, rho = np.broadcast_arrays(
        np.asarray(hazard, dtype=np.float64), np.asarray(discount, dtype=np.float64)
    )
    if not (h >= 0.0).all() or not ((rho > 0.0) & np.isfinite(rho)).all():
        raise ValueError("hazards must not be negative and discount rates must be above 0")
    chance: Floats = np.divide(h, rho + h, out=np.ones_like(h), where=np.isfinite(h))
    return chance


def break_even_hazard(
    payoffs: npt.ArrayLike, no_deal: npt.ArrayLike, collapse: npt.ArrayLike, discount: npt.ArrayLike
) -> Floats:
    """Return the constant hazard up to which a settlement is worth more than no deal.

    ``rho (u - d) / (d - b)`` where collapse is worse than no deal.

    Parameters
    ----------
    payoffs : (settlements, parties) array
    no_deal, collapse, discount : (parties,) array
        Payoff of no deal and of a deal that collapsed; discount rate per year, above 0.

    Returns
    -------
    (settlements, parties) float64
        Per year; infinite where collapse is no worse than no deal; 0 where the settlement is worse
        than no deal even if it stands.
    """
    gain = gains_over(payoffs, no_deal)
    fall = np.broadcast_to(
        np.asarray(no_deal, dtype=np.float64) - np.asarray(collapse, dtype=np.float64), gain.shape
    )
    rho = np.asarray(discount, dtype=np.float64)
    if not ((rho > 0.0) & np.isfinite(rho)).all() or not np.isfinite(fall).all():
        raise ValueError("discount rates must be above 0 and payoffs of collapse finite")
    limit = np.full_like(gain, np.inf)
    np.divide(rho * np.maximum(gain, 0.0), fall, out=limit, where=fall > 0.0)
    limit[gain < 0.0] = 0.0
    return limit


def temptation(breaking: npt.ArrayLike, value: npt.ArrayLike) -> Floats:
    """Return what a party gains by breaking a settlement instead of keeping it.

    Parameters
    ----------
    breaking : (settlements, parties) or (parties,) array
        Payoff of being first to break it; finite.
    value : (settlements, parties) array
        Value of keeping it, from `value_with_collapse`.

    Returns
    -------
    (settlements, parties) float64
        Above 0 for a party that would break it; infinite where a red line is crossed.
    """
    first = np.asarray(breaking, dtype=np.float64)
    result: Floats = first - np.asarray(value, dtype=np.float64)
    return result


@dataclass(frozen=True)
class ShiftTest:
    """Whether each scheduled step of a settlement shifts power further than can be paid for.

    Attributes
    ----------
    excess : (steps, parties) float64
        How far the rise of a party's lock-in is beyond what peace leaves to share, in the common
        unit; above 0 the step fails, and the others have reason to fight before it is taken.
    """

    excess: Floats

    @property
    def fails(self) -> Bools:
        """Which step fails by whose rise, (steps, parties)."""
        return np.asarray(self.excess > 0.0, dtype=np.bool_)

    @property
    def passes(self) -> bool:
        """Whether no step gives anybody a reason to fight first."""
        return not self.fails.any()


def shift_test(
    lock_in: npt.ArrayLike, total: npt.ArrayLike, discount_factor: npt.ArrayLike
) -> ShiftTest:
    """Test each scheduled step: a change in control, a withdrawal, a rearmament.

    The step from t to t + 1 fails by the rise of party j where

        delta_j M_j(t+1) - M_j(t) > B(t) - sum_i M_i(t),

    that is where what j will be able to lock in, together with what the others can lock in now, is
    more than there is: j cannot bind itself to claim less once it has risen.

    Parameters
    ----------
    lock_in : (steps + 1, parties) array
        M: what each party can lock in by fighting before each step and after the last, in one unit
        that compares between parties, such as shares of what is at stake.
    total : (steps,) array
        B: what all have together from then on without fighting, same unit.
    discount_factor : (parties,) or (steps, parties) array
        delta: what a payoff after the step is worth before it, above 0 up to 1.

    Returns
    -------
    ShiftTest
    """
    m = np.asarray(lock_in, dtype=np.float64)
    b = np.asarray(total, dtype=np.float64)
    delta = np.asarray(discount_factor, dtype=np.float64)
    if m.ndim != 2 or b.shape != (len(m) - 1,):
        raise ValueError(f"{len(m)} rows of lock-ins need {len(m) - 1} totals, not {b.shape}")
    if not np.isfinite(m).all() or not np.isfinite(b).all():
        raise ValueError("lock-ins and totals must be finite")
    if not ((delta > 0.0) & (delta <= 1.0)).all():
        raise ValueError("discount factors must be above 0 and not above 1")
    left = b - m[:-1].sum(axis=1)
    excess: Floats = delta * m[1:] - m[:-1] - left[:, None]
    excess[np.abs(excess) <= ROUNDING * np.abs(b)[:, None]] = 0.0
    return ShiftTest(excess)


def only_looks_agreeable(
    payoffs: npt.ArrayLike, value: npt.ArrayLike, no_deal: npt.ArrayLike
) -> Bools:
    """Return the settlements acceptable to all only as long as nobody counts their collapse.

    Parameters
    ----------
    payoffs : (settlements, parties) array
        While they stand.
    value : (settlements, parties) array
        With their collapse counted, from `value_with_collapse`.
    no_deal : (parties,) array

    Returns
    -------
    (settlements,) bool
    """
    plainly = acceptable(gains_over(payoffs, no_deal))
    counted = acceptable(gains_over(value, no_deal))
    return np.asarray(plainly & ~counted, dtype=np.bool_)
