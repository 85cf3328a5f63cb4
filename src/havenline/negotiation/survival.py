r"""How long a settlement stands: a law of survival, its discounted chance of breaking, learning.

Some agreements never take hold; the others fail early more often than late; a few never fail:

.. math:: S(t) = (1 - \pi_0) (c + (1 - c) \exp(-(t / \tau)^k))

a Weibull law with a share :math:`\pi_0` that fails at once and a share :math:`c` that never does
(Boag 1949, "Maximum Likelihood Estimates of the Proportion of Patients Cured by Cancer Therapy",
Journal of the Royal Statistical Society B 11, for the second; the truces of the engine follow the
same law). Time is in years throughout.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from havenline.negotiation.zone import Floats

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
    fails_at_once : (...) float64
        Chance that it never takes hold, 0 to 1.
    scale : (...) float64
        Years by which about 63% of those that took hold and can fail have failed; above 0.
    shape : float
        Below 1 the hazard falls with age; above 0.
    never_fails : (...) float64
        Chance that one which took hold stands for good, 0 to 1.
    """

    fails_at_once: Floats
    scale: Floats
    shape: float
    never_fails: Floats

    @classmethod
    def of(
        cls,
        fails_at_once: npt.ArrayLike,
        scale: npt.ArrayLike,
        shape: float,
        never_fails: npt.ArrayLike = 0.0,
    ) -> Survival:
        """Return a law from plain numbers, checked."""
        zero, tau, cure = np.broadcast_arrays(
            np.asarray(fails_at_once, dtype=np.float64),
            np.asarray(scale, dtype=np.float64),
            np.asarray(never_fails, dtype=np.float64),
        )
        for name, chance in (("fails_at_once", zero), ("never_fails", cure)):
            if not ((chance >= 0.0) & (chance <= 1.0)).all():
                raise ValueError(f"{name} must lie from 0 to 1")
        if not (tau > 0.0).all() or not 0.0 < shape < np.inf:
            raise ValueError("scale and shape must be above 0")
        return cls(zero, tau, float(shape), cure)

    def at(self, years: float) -> Floats:
        """Return the chance that it stands after some years, 1 before it is signed."""
        if years < 0.0:
            return np.ones_like(self.scale)
        fails = -np.expm1(-((years / self.scale) ** self.shape))
        result: Floats = (1.0 - self.fails_at_once) * (1.0 - (1.0 - self.never_fails) * fails)
        return result

    def with_ratio(self, hazard_ratio: npt.ArrayLike) -> Survival:
        """Return the law with its hazard multiplied, such as by monitors; above 0."""
        ratio = np.asarray(hazard_ratio, dtype=np.float64)
        if not ((ratio > 0.0) & np.isfinite(ratio)).all():
            raise ValueError("a hazard ratio must be finite and above 0")
        return Survival.of(
            self.fails_at_once,
            self.scale * ratio ** (-1.0 / self.shape),
            self.shape,
            self.never_fails,
        )


def survival_law(
    terms: npt.ArrayLike,
    at_once: npt.ArrayLike,
    log_scale: npt.ArrayLike,
    shape: float,
    never_fails: npt.ArrayLike = 0.0,
) -> Survival:
    """Return the law of each settlement from its terms.

    The chance of failing at once is logistic, the scale log-linear in the terms.

    Parameters
    ----------
    terms : (settlements, terms) array
        Third-party monitoring, width of the demilitarised zone, excluded armed groups, joint
        temptation, the part of a patron's leverage that is expected to fade, and so on.
    at_once : (1 + terms,) array
        Log odds of failing at once without any term, then the change for a unit of each.
    log_scale : (1 + terms,) array
        Logarithm of the scale in years without any term, then the change for a unit of each.
    shape : float
    never_fails : (settlements,) array or float

    Returns
    -------
    Survival
        With arrays of shape (settlements,).
    """
    x = np.asarray(terms, dtype=np.float64)
    a = np.asarray(at_once, dtype=np.float64)
    b = np.asarray(log_scale, dtype=np.float64)
    if x.ndim != 2 or a.shape != (x.shape[1] + 1,) or b.shape != a.shape:
        raise ValueError(f"{x.shape} terms do not fit {a.shape} and {b.shape} coefficients")
    return Survival.of(expit(a[0] + x @ a[1:]), np.exp(b[0] + x @ b[1:]), shape, never_fails)


def joint_temptation(capability: npt.ArrayLike, temptation: npt.ArrayLike) -> Floats:
    """Return the sum over parties of capability times temptation to break, where there is one.

    Parameters
    ----------
    capability : (parties,) array
    temptation : (..., parties) array
        From `hold.temptation`. Infinite ones do not count: a settlement that crosses a red line
        is not signed, so that nobody comes to break it.

    Returns
    -------
    (...) float64
        Finite.
    """
    t = np.asarray(temptation, dtype=np.float64)
    tempted = np.where(np.isfinite(t), np.maximum(t, 0.0), 0.0)
    result: Floats = tempted @ np.asarray(capability, dtype=np.float64)
    return result


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
    zero, cure = law.fails_at_once[..., None], law.never_fails[..., None]
    result: Floats = zero + (1.0 - zero) * (1.0 - cure) * later
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


@dataclass(frozen=True)
class BetaBelief:
    """Belief about a chance, such as that of failing at once: a beta law.

    Attributes
    ----------
    yes, no : float
        Parameters, as if so many cases of each had been seen.
    """

    yes: float
    no: float

    @property
    def mean(self) -> float:
        """Expected chance."""
        return self.yes / (self.yes + self.no)

    def after(self, yes: int, no: int) -> BetaBelief:
        """Return the belief after seeing some cases of each."""
        return BetaBelief(self.yes + yes, self.no + no)


@dataclass(frozen=True)
class GammaBelief:
    """Belief about the rate of a Weibull law of known shape, ``scale ** -shape``: a gamma law.

    Attributes
    ----------
    failures : float
        Parameter, as if so many failures had been seen.
    exposure : float
        As if they had taken this sum of ``years ** shape``.
    """

    failures: float
    exposure: float

    def scale(self, shape: float) -> float:
        """Return the scale in years at the mean rate."""
        return float((self.failures / self.exposure) ** (-1.0 / shape))

    def after(self, years: npt.ArrayLike, failed: npt.ArrayLike, shape: float) -> GammaBelief:
        """Return the belief after seeing agreements that took hold.

        Parameters
        ----------
        years : (agreements,) array
            How long each stood, or has stood so far.
        failed : (agreements,) bool array
            Whether it has ended.
        shape : float
            Known shape of the law.
        """
        stood = np.asarray(years, dtype=np.float64)
        if not (stood >= 0.0).all():
            raise ValueError("years must not be negative")
        ends = int(np.asarray(failed, dtype=np.bool_).sum())
        return GammaBelief(self.failures + ends, self.exposure + float((stood**shape).sum()))
