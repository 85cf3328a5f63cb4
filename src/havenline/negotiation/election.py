"""The second opinion: weighted mean and median, and a probabilistic Condorcet election.

The median of positions on an issue after Black 1948 ("On the Rationale of Group Decision-making",
Journal of Political Economy 56). In the election options meet in pairs; each actor supports the one
it prefers by its weight times the difference in utility, and the chance to win goes with support.
Equations of the KAPSARC Toolkit for Behavioral Analysis (Wise, Lester and Efird 2015, "An
Introduction to the KAPSARC Toolkit for Behavioral Analysis (KTAB) Using One-dimensional Spatial
Models", KAPSARC). A second opinion: never averaged into a bargaining solution.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from havenline.negotiation.zone import Floats, Ints

Election = Literal["conditional", "markov-uniform", "markov-incentive"]
ELECTIONS: tuple[Election, ...] = get_args(Election)
LEAST_SUPPORT = 1e-8
"""Added to the support of every option, as KTAB does, so that no contest is without votes."""


def support(utilities: npt.ArrayLike, weights: npt.ArrayLike) -> Floats:
    """Return the support of each option against each other one.

    Parameters
    ----------
    utilities : (options, actors) array
        Of one scale for all actors, such as 0 to 1; finite.
    weights : (actors,) array
        Not negative.

    Returns
    -------
    (options, options) float64
        Row against column: sum of weights times what the row's option is preferred by.
    """
    u = np.asarray(utilities, dtype=np.float64)
    w = np.asarray(weights, dtype=np.float64)
    if u.ndim != 2 or w.shape != (u.shape[1],) or len(u) == 0:
        raise ValueError(f"utilities {u.shape} and weights {w.shape} do not fit each other")
    if not np.isfinite(u).all() or not ((w >= 0.0) & np.isfinite(w)).all():
        raise ValueError("utilities must be finite, weights finite and not negative")
    votes = np.zeros((len(u), len(u)))
    for actor in range(u.shape[1]):
        votes += w[actor] * np.maximum(u[:, actor, None] - u[None, :, actor], 0.0)
    return votes + LEAST_SUPPORT


def victory(votes: npt.ArrayLike) -> Floats:
    """Return the chance of each option to beat each other one.

    ``S[a, b] / (S[a, b] + S[b, a])``, one half against itself.

    Parameters
    ----------
    votes : (options, options) array
        From `support`; where both are 0 the chance is one half.

    Returns
    -------
    (options, options) float64
    """
    s = np.asarray(votes, dtype=np.float64)
    most = np.maximum(s, s.T)
    own = np.divide(s, most, out=np.ones_like(s), where=most > 0.0)
    result: Floats = own / (own + own.T)
    np.fill_diagonal(result, 0.5)
    return result


def elect(votes: npt.ArrayLike, kind: Election = "markov-incentive") -> Floats:
    """Return the chance of each option to win the election.

    Conditional: ``p(a)`` goes with the product of ``V(a, b)`` over b: sharp. Markov: the standing
    option is challenged and beaten or not, the challenger drawn at random (uniform) or by what it
    stands to win, ``S[a, b] V(a, b)`` (incentive); p is the stationary law.

    Parameters
    ----------
    votes : (options, options) array
        From `support`.
    kind : {"conditional", "markov-uniform", "markov-incentive"}

    Returns
    -------
    (options,) float64
        Chances, of sum 1.
    """
    s = np.asarray(votes, dtype=np.float64)
    if s.ndim != 2 or s.shape[0] != s.shape[1] or not ((s >= 0.0) & np.isfinite(s)).all():
        raise ValueError("votes must be a square table of finite numbers, none negative")
    if kind not in ELECTIONS:
        raise ValueError(f"no such election: {kind!r}")
    v = victory(s)
    if kind == "conditional":
        with np.errstate(divide="ignore"):
            logs = np.log(v).sum(axis=1)
        if np.isneginf(logs).all():
            raise ValueError("no option can beat all others; use a Markov election")
        p = np.exp(logs - logs.max())
        conditional: Floats = p / p.sum()
        return conditional
    if kind == "markov-uniform":
        challenge = np.full_like(v, 1.0 / len(v))
    else:
        incentive = s * v
        total = incentive.sum(axis=0)
        even = np.full_like(v, 1.0 / len(v))
        challenge = np.divide(incentive, total, out=even, where=total > 0.0)
    # from the standing option (row) to the challenger (column) that beats it
    return stationary(challenge.T * v.T)


def stationary(rates: npt.ArrayLike) -> Floats:
    """Return the stationary law of a Markov chain by elimination without subtraction.

    Grassmann, Taksar and Heyman 1985 ("Regenerative Analysis and Steady State Distributions for
    Markov Chains", Operations Research 33): exact to rounding even for chances of 1e-10.

    Parameters
    ----------
    rates : (states, states) array
        Chance to go from row to column; the diagonal is not used.

    Returns
    -------
    (states,) float64
    """
    a = np.array(rates, dtype=np.float64)
    n = len(a)
    for k in range(n - 1, 0, -1):
        leaves = a[k, :k].sum()
        if leaves <= 0.0:
            raise ValueError("the chain has no single stationary law")
        a[:k, k] /= leaves
        a[:k, :k] += np.outer(a[:k, k], a[k, :k])
    p = np.ones(n)
    for k in range(1, n):
        p[k] = p[:k] @ a[:k, k]
    result: Floats = p / p.sum()
    return result


def likely_set(chances: npt.ArrayLike, share: float = 0.8) -> Ints:
    """Return the fewest options that hold a share of the probability together, likeliest first.

    An agreement flag asks whether the bargaining solution is among them.

    Parameters
    ----------
    chances : (options,) array
    share : float
        From 0 to 1.

    Returns
    -------
    (some,) int64
        At least one; of equally likely options the first come first.
    """
    p = np.asarray(chances, dtype=np.float64)
    order: Ints = np.argsort(-p, kind="stable")
    count = int(np.searchsorted(np.cumsum(p[order]), share * p.sum() - 1e-12)) + 1
    return order[: min(count, len(order))]


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


def _positions(positions: npt.ArrayLike, weights: npt.ArrayLike) -> tuple[Floats, Floats]:
    x = np.asarray(positions, dtype=np.float64)
    w = np.asarray(weights, dtype=np.float64)
    if x.ndim != 1 or x.shape != w.shape or not np.isfinite(x).all():
        raise ValueError("each actor needs a finite position and a weight")
    if not ((w >= 0.0) & np.isfinite(w)).all() or not w.sum() > 0.0:
        raise ValueError("weights must be finite, none below 0, and not all 0")
    return x, w
