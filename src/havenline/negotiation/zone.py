"""What every party can accept: gains over no deal, the zone of agreement, the Pareto set.

Arrays hold one row for each settlement and one column for each party. A payoff of minus infinity
says that the settlement crosses a red line of the party. Parties' payoffs may be in any unit:
nothing here compares one party's payoff with another's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

ROUNDING = 1e-12
"""Share of the largest payoff below which a difference is rounding and counts as none."""

Reason = Literal["no settlements", "refused outright", "nothing for all together"]


@dataclass(frozen=True)
class NoAgreement:
    """No settlement is as good as no deal for every party, and why.

    Attributes
    ----------
    reason : {"no settlements", "refused outright", "nothing for all together"}
        There was nothing to choose from; a party finds every settlement worse than no deal; or
        each party has some it could accept but none suits all.
    refuses : tuple of int
        Parties for whom every settlement is worse than no deal.
    opens_without : tuple of int
        Parties without whose consent the others could agree; empty where it takes two or more.
    nearest : int or None
        Settlement that comes closest: its largest loss, each in units of the range of that
        party's payoffs, is smallest. None where every settlement crosses a red line.
    shortfall : (parties,) float64
        What each party lacks in the nearest settlement, in its own unit; 0 for those that gain.
    """

    reason: Reason
    refuses: tuple[int, ...]
    opens_without: tuple[int, ...]
    nearest: int | None
    shortfall: Floats

    def text(self, parties: tuple[str, ...]) -> str:
        """Return the reason in one sentence, with the parties' names."""
        if self.reason == "no settlements":
            return "There is no settlement to choose from."
        if self.refuses:
            names = _listed([parties[i] for i in self.refuses])
            return f"Every settlement is worse than no deal for {names}."
        if self.opens_without:
            names = _listed([parties[i] for i in self.opens_without], "or")
            return f"No settlement beats no deal for all; one would without the consent of {names}."
        return "No settlement beats no deal for all, and no single party stands in the way."


def gains_over(payoffs: npt.ArrayLike, no_deal: npt.ArrayLike) -> Floats:
    """Return what each party gains over no deal.

    Differences within rounding of the party's payoffs are exactly 0, so that a change of a
    party's unit or zero point does not decide who consents.

    Parameters
    ----------
    payoffs : (settlements, parties) array
        Finite, or minus infinity where a red line is crossed.
    no_deal : (parties,) array
        Payoff of each party without a deal, same units; finite.

    Returns
    -------
    (settlements, parties) float64
        Gain of each party from each settlement, in its own unit.
    """
    u, d = _checked(payoffs, no_deal)
    gains: Floats = u - d
    size = np.abs(np.where(np.isfinite(u), u, 0.0)).max(axis=0, initial=0.0)
    gains[np.abs(gains) <= ROUNDING * np.maximum(size, np.abs(d))] = 0.0
    return gains


def acceptable(gains: Floats) -> Bools:
    """Return the settlements in which no party loses and one gains.

    Individual rationality comes before any product is taken: two losses multiply to a gain.

    Parameters
    ----------
    gains : (settlements, parties) float64
        From `gains_over`.

    Returns
    -------
    (settlements,) bool
        Whether the settlement lies in the zone of agreement.
    """
    nobody_loses = (gains >= 0.0).all(axis=1)
    return np.asarray(nobody_loses & (gains > 0.0).any(axis=1), dtype=np.bool_)


def pareto_set(payoffs: npt.ArrayLike) -> Bools:
    """Return the settlements that no other makes better for one party and worse for none.

    Settlements that are equal for every party stay together.

    Parameters
    ----------
    payoffs : (settlements, parties) array
        Finite or minus infinity.

    Returns
    -------
    (settlements,) bool
        Whether the settlement is efficient.
    """
    u = np.asarray(payoffs, dtype=np.float64)
    if u.ndim != 2 or np.isnan(u).any():
        raise ValueError("payoffs must be a table of numbers: settlements by parties")
    keep = np.zeros(len(u), dtype=np.bool_)
    if u.size == 0:
        keep[:] = True
        return keep
    # one that dominates another comes before it in this order, so the first one left is efficient
    order = np.lexsort((*u.T[::-1], u.sum(axis=1)))[::-1]
    left = u[order]
    while len(order):
        keep[order[0]] = True
        first = left[0]
        stays = left[:, 0] > first[0]
        for column in range(1, u.shape[1]):
            stays |= left[:, column] > first[column]
        equal = (left == first).all(axis=1)
        keep[order[equal]] = True
        order, left = order[stays], left[stays]
    return keep


def why_none(gains: Floats) -> NoAgreement:
    """Return why no settlement is acceptable to all; call it only where none is.

    Parameters
    ----------
    gains : (settlements, parties) float64
        From `gains_over`.
    """
    parties = gains.shape[1]
    if len(gains) == 0:
        return NoAgreement("no settlements", (), (), None, np.zeros(parties))
    loses = gains < 0.0
    refuses = np.asarray(loses.all(axis=0), dtype=np.bool_)
    one_loses = (loses.sum(axis=1) == 1) & (gains > 0.0).any(axis=1)
    without = np.asarray(loses[one_loses].any(axis=0), dtype=np.bool_)
    nearest, shortfall = _nearest(gains)
    return NoAgreement(
        reason="refused outright" if refuses.any() else "nothing for all together",
        refuses=_indices(refuses),
        opens_without=_indices(without),
        nearest=nearest,
        shortfall=shortfall,
    )


def _nearest(gains: Floats) -> tuple[int | None, Floats]:
    finite = np.isfinite(gains)
    reachable = np.flatnonzero(finite.all(axis=1))
    if len(reachable) == 0:
        return None, np.zeros(gains.shape[1])
    some = gains[reachable]
    span = np.maximum(some.max(axis=0), 0.0) - np.minimum(some.min(axis=0), 0.0)
    worst = (some / np.where(span > 0.0, span, 1.0)).min(axis=1)
    best = int(reachable[int(np.argmax(worst))])
    return best, np.maximum(0.0, -gains[best])


def _checked(payoffs: npt.ArrayLike, no_deal: npt.ArrayLike) -> tuple[Floats, Floats]:
    u = np.asarray(payoffs, dtype=np.float64)
    d = np.asarray(no_deal, dtype=np.float64)
    if u.ndim != 2 or d.shape != (u.shape[1],):
        raise ValueError(f"payoffs {u.shape} and no deal {d.shape} do not fit each other")
    if d.size == 0:
        raise ValueError("there is no party whose consent is needed")
    if not np.isfinite(d).all():
        raise ValueError("payoffs of no deal must be finite")
    if np.isnan(u).any() or np.isposinf(u).any():
        raise ValueError("payoffs must be numbers, or minus infinity for a red line")
    return u, d


def _indices(mask: Bools) -> tuple[int, ...]:
    return tuple(int(i) for i in np.flatnonzero(mask))


def _listed(names: list[str], joint: str = "and") -> str:
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} {joint} {names[-1]}"
