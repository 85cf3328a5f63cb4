"""Positions on issues: the compromise mean, the weighted median, and spatial utilities.

The median after Black 1948 ("On the Rationale of Group Decision-making", Journal of Political
Economy 56). Spatial utilities, inferred risk, challenges and bargains follow the Spatial Model of
Politics of the KAPSARC Toolkit for Behavioral Analysis (KTAB; Wise, Lester and Efird 2015).
Positions are on axes from 0 to 1 wherever utilities are taken.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from havenline.negotiation.election import elect, support
from havenline.negotiation.zone import Floats


def compromise_mean(positions: npt.ArrayLike, weights: npt.ArrayLike) -> float:
    """Return the weighted mean of positions, such as by capability times salience.

    Parameters
    ----------
    positions, weights : (actors,) array
        Weights not negative and not all 0.

    Returns
    -------
    float
        In the unit of the positions.
    """
    x, w = _positions(positions, weights)
    return float(w @ x / w.sum())


def weighted_median(positions: npt.ArrayLike, weights: npt.ArrayLike) -> float:
    """Return the smallest position at which the weights up to it reach half of all.

    Parameters
    ----------
    positions, weights : (actors,) array
        Weights not negative and not all 0.

    Returns
    -------
    float
        One of the positions.
    """
    x, w = _positions(positions, weights)
    order = np.argsort(x, kind="stable")
    reached = np.cumsum(w[order]) >= w.sum() * (0.5 - 1e-12)
    return float(x[order][int(np.argmax(reached))])


def spatial_distances(
    ideals: npt.ArrayLike, saliences: npt.ArrayLike, positions: npt.ArrayLike
) -> Floats:
    """Return how far each position is from what each actor wants, by what matters to the actor.

    ``d**2 = sum_k (s_k (q_k - x_k))**2 / sum_k s_k**2``.

    Parameters
    ----------
    ideals : (actors, axes) array
        What each actor wants, 0 to 1.
    saliences : (actors, axes) array
        Not negative; not all 0 for an actor.
    positions : (options, axes) array
        0 to 1.

    Returns
    -------
    (options, actors) float64
        0 to 1.
    """
    q = np.asarray(ideals, dtype=np.float64)
    s = np.asarray(saliences, dtype=np.float64)
    x = np.asarray(positions, dtype=np.float64)
    size = (s**2).sum(axis=1)
    if q.shape != s.shape or x.shape[1:] != q.shape[1:] or not (size > 0.0).all():
        raise ValueError("each actor needs an ideal and a salience on each axis, not all 0")
    gaps = (s[None] * (q[None] - x[:, None])) ** 2
    result: Floats = np.sqrt(gaps.sum(axis=2) / size)
    return result


def spatial_utilities(distances: npt.ArrayLike, risk: npt.ArrayLike = 0.0) -> Floats:
    """Return the utilities ``(1 - d) (1 + R d)``.

    Parameters
    ----------
    distances : (options, actors) array
        0 to 1.
    risk : (actors,) array or float
        -1 to 1; 0 gives utilities that fall straight with distance.

    Returns
    -------
    (options, actors) float64
    """
    d = np.asarray(distances, dtype=np.float64)
    result: Floats = (1.0 - d) * (1.0 + np.asarray(risk, dtype=np.float64) * d)
    return result


def inferred_risk(chances: npt.ArrayLike) -> Floats:
    """Return the risk attitude that KTAB infers from each actor's chance to win.

    ``[3 p - (p_max + 2 p_min)] / [2 (p_max - p_min)]``, from -1/2 to 1; 0 where all are equal. It
    is inferred from winning, so it is no independent fact about the actor.

    Parameters
    ----------
    chances : (actors,) array
        Of each actor's position in a conditional election in which all are indifferent to risk.

    Returns
    -------
    (actors,) float64
    """
    p = np.asarray(chances, dtype=np.float64)
    span = p.max() - p.min()
    if span <= 0.0:
        return np.zeros_like(p)
    result: Floats = (3.0 * p - (p.max() + 2.0 * p.min())) / (2.0 * span)
    return result


@dataclass(frozen=True)
class Actors:
    """Actors with positions on issues, as the spatial model sees them.

    Attributes
    ----------
    capability : (actors,) float64
    positions : (actors, axes) float64
        0 to 1.
    saliences : (actors, axes) float64
        0 to 1.
    distances : (actors, actors) float64
        Row: whose position; column: whose ideal.
    risk : (actors,) float64
        Inferred, -1/2 to 1.
    """

    capability: Floats
    positions: Floats
    saliences: Floats
    distances: Floats
    risk: Floats

    @classmethod
    def of(
        cls, capability: npt.ArrayLike, positions: npt.ArrayLike, saliences: npt.ArrayLike
    ) -> Actors:
        """Return the actors with the risk that a first election among their positions implies."""
        c = np.asarray(capability, dtype=np.float64)
        x = np.asarray(positions, dtype=np.float64)
        s = np.asarray(saliences, dtype=np.float64)
        d = spatial_distances(x, s, x)
        chances = elect(support(spatial_utilities(d), c), "conditional")
        return cls(c, x, s, d, inferred_risk(chances))

    def chances(self) -> tuple[Floats, Floats]:
        """Return the different positions, in order of first mention, and each one's chance."""
        first = np.sort(np.unique(self.positions, axis=0, return_index=True)[1])
        u = spatial_utilities(self.distances[first], self.risk)
        return self.positions[first], elect(support(u, self.capability), "conditional")

    def seen_by(self, viewer: int) -> Floats:
        """Return the utilities as one actor sees them, its own risk weighing two thirds.

        Returns
        -------
        (actors, actors) float64
            Row: whose position; column: for whom.
        """
        return spatial_utilities(self.distances, (2.0 * self.risk[viewer] + self.risk) / 3.0)


@dataclass(frozen=True)
class Challenge:
    """What one actor expects when one challenges another.

    Attributes
    ----------
    chance : float
        That the challenger wins.
    gain : (actors,) float64
        Of each actor, in utility.
    """

    chance: float
    gain: Floats


def challenge(actors: Actors, viewer: int, challenger: int, target: int) -> Challenge:
    """Return what a viewer expects of a challenge.

    Both principals bring capability times salience times what is at stake for them. Each third
    party lends its weight to the side with which it expects to do better, where it gets its own
    way only if that side wins (KTAB's semi-committed third parties).

    Parameters
    ----------
    actors : Actors
    viewer, challenger, target : int
        Challenger and target differ.

    Returns
    -------
    Challenge
    """
    i, j = challenger, target
    u = actors.seen_by(viewer)
    weight = actors.capability * actors.saliences.sum(axis=1)
    own = weight[i] * abs(u[i, i] - u[j, i])
    theirs = weight[j] * abs(u[j, j] - u[i, j])
    sides = [own + LEAST_STRENGTH, theirs + LEAST_STRENGTH]
    for n in range(len(weight)):
        if n in (i, j):
            continue
        lean = weight[n] * (u[i, n] - u[j, n])
        with_i = own + max(lean, 0.0) + LEAST_STRENGTH
        with_j = theirs + max(-lean, 0.0) + LEAST_STRENGTH
        p = with_i / (with_i + with_j)
        for_i = p * (2.0 * u[i, n] + u[n, n]) + (1.0 - p) * 3.0 * u[j, n]
        for_j = p * 3.0 * u[i, n] + (1.0 - p) * (2.0 * u[j, n] + u[n, n])
        vote = weight[n] * (for_i - for_j)
        sides[0 if vote > 0.0 else 1] += abs(vote)
    p = sides[0] / (sides[0] + sides[1])
    keen = actors.saliences[j].sum()
    yields = 2.0 * u[i]
    fights = 2.0 * p * u[i] + 2.0 * (1.0 - p) * u[j]
    gain: Floats = (1.0 - keen) * yields + keen * fights - (u[i] + u[j])
    return Challenge(float(p), gain)


LEAST_STRENGTH = 1e-9
"""Added to both sides of a challenge, so that one in which nothing is at stake is even."""


def best_target(actors: Actors, challenger: int) -> tuple[int, float] | None:
    """Return whom an actor would best challenge in its own view, and its gain; None for nobody.

    Parameters
    ----------
    actors : Actors
    challenger : int

    Returns
    -------
    tuple of int and float, or None
        The first where several promise the same; None where no challenge promises a gain.
    """
    best: tuple[int, float] | None = None
    for target in range(len(actors.capability)):
        if target == challenger:
            continue
        gain = float(challenge(actors, challenger, challenger, target).gain[challenger])
        if gain > 0.0 and (best is None or gain > best[1]):
            best = target, gain
    return best


def bargain(actors: Actors, challenger: int, target: int, chance: float) -> Floats:
    """Return where two actors would meet: on each axis by squared salience times squared chance.

    Parameters
    ----------
    actors : Actors
    challenger, target : int
    chance : float
        That the challenger would win.

    Returns
    -------
    (axes,) float64
        0 to 1; halfway where an axis matters to neither.
    """
    mine = (actors.saliences[challenger] * chance) ** 2
    theirs = (actors.saliences[target] * (1.0 - chance)) ** 2
    both = mine + theirs
    part = np.divide(mine, both, out=np.full_like(both, 0.5), where=both > 0.0)
    result: Floats = part * actors.positions[challenger] + (1.0 - part) * actors.positions[target]
    return result


def _positions(positions: npt.ArrayLike, weights: npt.ArrayLike) -> tuple[Floats, Floats]:
    x = np.asarray(positions, dtype=np.float64)
    w = np.asarray(weights, dtype=np.float64)
    if x.ndim != 1 or x.shape != w.shape or not np.isfinite(x).all():
        raise ValueError("each actor needs a finite position and a weight")
    if not ((w >= 0.0) & np.isfinite(w)).all() or not w.sum() > 0.0:
        raise ValueError("weights must be finite, none below 0, and not all 0")
    return x, w
