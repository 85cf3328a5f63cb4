"""Which sets of parties hold together, and on whom an agreement turns.

Stability after d'Aspremont, Jacquemin, Gabszewicz and Weymark 1983 ("On the Stability of Collusive
Price Leadership", Canadian Journal of Economics 16) and Barrett 1994 ("Self-Enforcing International
Environmental Agreements", Oxford Economic Papers 46); potential internal stability after Eyckmans
and Finus 2004 ("An Almost Ideal Sharing Scheme for Coalition Games with Externalities").

A coalition is a number whose binary digits say which parties are in: bit i is party i.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from havenline.negotiation.zone import Bools, Floats, Ints


@dataclass(frozen=True)
class Stability:
    """Which coalitions hold.

    Attributes
    ----------
    internal : (2**parties,) bool
        No member does better by leaving.
    external : (2**parties,) bool
        No outsider does better by joining.
    potential : (2**parties,) bool
        What the members have together covers what each could get by leaving, so that transfers
        between them could hold it together; of use only where payoffs are in one unit.
    """

    internal: Bools
    external: Bools
    potential: Bools

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
    together = np.where(inside, v, 0.0).sum(axis=1)
    alone = np.where(inside, change, 0.0).sum(axis=1)
    return Stability(
        internal=np.asarray((stays | ~inside).all(axis=1), dtype=np.bool_),
        external=np.asarray((stays | inside).all(axis=1), dtype=np.bool_),
        potential=np.asarray(together >= alone - tolerance * parties, dtype=np.bool_),
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
