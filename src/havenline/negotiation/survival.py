r"""Would it hold: how long a settlement stands, what it is worth with that, who would break it.

A settlement fails early more often than late, and a few never fail:

.. math:: S(t) = c + (1 - c) \exp(-(t / \tau)^k)

a Weibull law with a share :math:`c` that never fails (Boag 1949, "Maximum Likelihood Estimates of
the Proportion of Patients Cured by Cancer Therapy", Journal of the Royal Statistical Society B 11);
the truces of the engine follow the same law. Time is in years throughout.

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

from havenline.negotiation.zone import ROUNDING, Floats, gains_over

# Nodes of the double exponential rule for integrals of f(y) exp(-y) from 0 to infinity (Takahasi
# and Mori 1974): y = exp(x - exp(-x)). Forty are within 1e-6 of adaptive quadrature for shapes from
# 0.5, within 2e-5 for shapes from 0.3.
_X = np.linspace(-3.2, 3.6, 40)
_Y = np.exp(_X - np.exp(-_X))
_MASS = (1.0 + np.exp(-_X)) * _Y * np.exp(-_Y) * (_X[1] - _X[0])
_MASS /= _MASS.sum()


@dataclass(frozen=True)
class Survival:
    """A law of survival for each settlement; all arrays share one shape or a scalar.

    Attributes
    ----------
    scale : (...) float64
        Years by which about 63% of those that can fail have failed; above 0.
    shape : float
        Below 1 the hazard falls with age; above 0.
    never_fails : (...) float64
        Chance that it stands for good, 0 to 1.
    """

    scale: Floats
    shape: float
    never_fails: Floats

    @classmethod
    def of(cls, scale: npt.ArrayLike, shape: float, never_fails: npt.ArrayLike = 0.0) -> Survival:
        """Return a law from plain numbers, checked."""
        tau, cure = np.broadcast_arrays(
            np.asarray(scale, dtype=np.float64), np.asarray(never_fails, dtype=np.float64)
        )
        if not ((cure >= 0.0) & (cure <= 1.0)).all():
            raise ValueError("never_fails must lie from 0 to 1")
        if not (tau > 0.0).all() or not 0.0 < shape < np.inf:
            raise ValueError("scale and shape must be above 0")
        return cls(tau, float(shape), cure)

    def at(self, years: float) -> Floats:
        """Return the chance that it stands after some years, 0 or more."""
        fails = -np.expm1(-((years / self.scale) ** self.shape))
        result: Floats = 1.0 - (1.0 - self.never_fails) * fails
        return result

    def with_ratio(self, hazard_ratio: npt.ArrayLike) -> Survival:
        """Return the law with its hazard multiplied, such as by monitors; above 0."""
        ratio = np.asarray(hazard_ratio, dtype=np.float64)
        if not ((ratio > 0.0) & np.isfinite(ratio)).all():
            raise ValueError("a hazard ratio must be finite and above 0")
        scale = self.scale * ratio ** (-1.0 / self.shape)
        return Survival.of(scale, self.shape, self.never_fails)


def breakdown_chance(law: Survival, discount: npt.ArrayLike) -> Floats:
    """Return the chance of collapse, each collapse discounted to the day of signing.

    The expectation of ``exp(-discount T)`` over the time T of collapse: what takes the place of
    ``h / (discount + h)`` when the hazard is not constant.

    Parameters
    ----------
    law : Survival
        Arrays of shape (settlements,) or scalars.
    discount : (parties,) array
        Discount rate of each party, per year, not negative.

    Returns
    -------
    (settlements, parties) float64, or (parties,) where the law is of one settlement
        From 0 (stands for good, or the future does not count) to 1.
    """
    rho = np.asarray(discount, dtype=np.float64)
    if not ((rho >= 0.0) & np.isfinite(rho)).all():
        raise ValueError("discount rates must be finite and not negative")
    pace = law.scale[..., None] * rho
    later = np.exp(-pace[..., None] * _Y ** (1.0 / law.shape)) @ _MASS
    result: Floats = (1.0 - law.never_fails[..., None]) * later
    return result


def constant_hazard(chance: npt.ArrayLike, discount: npt.ArrayLike) -> Floats:
    """Return the constant hazard with the same discounted chance of collapse, per year.

    Parameters
    ----------
    chance : (..., parties) array
        From `breakdown_chance`.
    discount : (parties,) array
        Per year.

    Returns
    -------
    (..., parties) float64
        Infinite where collapse is certain and at once.
    """
    w = np.asarray(chance, dtype=np.float64)
    rho = np.broadcast_to(np.asarray(discount, dtype=np.float64), w.shape)
    return np.divide(rho * w, 1.0 - w, out=np.full_like(w, np.inf), where=w < 1.0)


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
        Discounted chance of collapse, from `breakdown_chance`.

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


def shift_excess(
    before: npt.ArrayLike, after: npt.ArrayLike, total: float, discount_factor: float
) -> Floats:
    """Return by how much a scheduled step shifts power further than can be paid for.

    A change in control, a withdrawal, a rearmament fails by the rise of party j where

        delta M_j(after) - M_j(before) > B - sum_i M_i(before),

    that is where what j will be able to lock in, together with what the others can lock in now, is
    more than there is: j cannot bind itself to claim less once it has risen.

    Parameters
    ----------
    before, after : (parties,) array
        M: what each party can lock in by fighting before and after the step, in one unit that
        compares between parties, such as shares of what is at stake.
    total : float
        B: what all have together from then on without fighting, same unit.
    discount_factor : float
        delta: what a payoff after the step is worth before it, above 0 up to 1.

    Returns
    -------
    (parties,) float64
        Above 0 the step fails by the party's rise: the others have reason to fight before it.
    """
    now, then = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    excess: Floats = discount_factor * then - now - (total - now.sum())
    excess[np.abs(excess) <= ROUNDING * abs(total)] = 0.0
    return excess
