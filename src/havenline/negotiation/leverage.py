"""Who needs whom, and what bargaining weight follows.

Dependence after Emerson 1962 ("Power-Dependence Relations", American Sociological Review 27): the
power of one party over another is the other's dependence on it, which rises with the value of what
it supplies and falls with the alternatives; and Hirschman 1945 (*National Power and the Structure
of Foreign Trade*) on trade as leverage.

Weights after Britz, Herings and Predtetchinski 2010 ("Non-cooperative support for the asymmetric
Nash bargaining solution", Journal of Economic Theory 145): when proposers follow a Markov chain and
the chance of breakdown between two rounds goes to zero, the agreement is the weighted Nash solution
whose weights are the stationary law of the chain. That the chance to propose goes with dependence
is an assumption of Havenline, not a finding.

A tie that would really be cut without a deal works through the no-deal payoffs; one that only
decides who tables texts and who waits works through the weights. Never both.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from havenline.negotiation.zone import Floats

Channel = Literal["no deal", "weights"]


def proposer_chain(ties: npt.ArrayLike, strength: float | npt.ArrayLike) -> Floats:
    """Return who is likely to table the next text after each party blocks.

    ``P = (1 - strength) 1 1'/n + strength R``, where R is the dependence with rows scaled to sum
    1; a party that needs no other leaves all equally likely.

    Parameters
    ----------
    ties : (..., parties, parties) array
        Dependence through the channel of weights.
    strength : (...) array
        How far dependence decides, from 0 (not at all) to below 1.

    Returns
    -------
    (..., parties, parties) float64
        Row: who blocked; column: chance of tabling the next text. Rows sum to 1.
    """
    d = _matrix(ties)
    lam = np.asarray(strength, dtype=np.float64)[..., None, None]
    if not ((lam >= 0.0) & (lam < 1.0)).all():
        raise ValueError("strength must be from 0 to below 1")
    n = d.shape[-1]
    total = d.sum(axis=-1, keepdims=True)
    rows = np.divide(d, total, out=np.full_like(d, 1.0 / n), where=total > 0.0)
    result: Floats = (1.0 - lam) / n + lam * rows
    return result


def bargaining_weights(ties: npt.ArrayLike, strength: float | npt.ArrayLike) -> Floats:
    """Return bargaining weights: the stationary law of the proposer chain.

    Strength 0 and no ties at all give equal weights; ties of ties count through the chain.

    Parameters
    ----------
    ties : (..., parties, parties) array
        Dependence through the channel of weights; row: who depends; column: on whom.
    strength : (...) array
        From 0 to below 1.

    Returns
    -------
    (..., parties) float64
        Weights, all positive, of sum 1.
    """
    chain = proposer_chain(ties, strength)
    n = chain.shape[-1]
    # every stationary law of a chain with all entries positive is the only one
    system = np.swapaxes(chain, -1, -2) - np.eye(n)
    system[..., -1, :] = 1.0
    aim = np.zeros((*system.shape[:-1], 1))
    aim[..., -1, :] = 1.0
    law = np.linalg.solve(system, aim)[..., 0]
    result: Floats = law / law.sum(axis=-1, keepdims=True)
    return result


def weights_of_consenting(weights: npt.ArrayLike, consenting: npt.ArrayLike) -> Floats:
    """Return the weights of the parties whose consent is needed, scaled to sum 1.

    Parameters
    ----------
    weights : (..., parties) array
    consenting : (parties,) bool array

    Returns
    -------
    (..., consenting parties) float64
    """
    some = np.asarray(weights, dtype=np.float64)[..., np.asarray(consenting, dtype=np.bool_)]
    if some.shape[-1] == 0:
        raise ValueError("no party whose consent is needed")
    result: Floats = some / some.sum(axis=-1, keepdims=True)
    return result


def _matrix(ties: npt.ArrayLike) -> Floats:
    d = np.asarray(ties, dtype=np.float64)
    if d.ndim < 2 or d.shape[-1] != d.shape[-2] or d.shape[-1] == 0:
        raise ValueError(f"dependence needs a row and a column for each party, not {d.shape}")
    if not ((d >= 0.0) & np.isfinite(d)).all():
        raise ValueError("dependence must be finite and not negative")
    if np.diagonal(d, axis1=-2, axis2=-1).any():
        raise ValueError("a party does not depend on itself")
    return d
