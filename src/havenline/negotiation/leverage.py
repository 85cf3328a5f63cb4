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

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from havenline.negotiation.solutions import Landings, Rule, land_draws, unit_weights
from havenline.negotiation.zone import Bools, Floats

Channel = Literal["no deal", "weights"]


@dataclass(frozen=True)
class Tie:
    """What one party needs from another.

    Attributes
    ----------
    party : str
        Who needs it.
    supplier : str
        From whom.
    good : str
        What: energy, arms, trade, security, diplomatic cover, money.
    cost : float
        Cost to the party of losing the tie: value of the good to it, times the part supplied,
        times the part that cannot be replaced; not negative.
    channel : {"no deal", "weights"}
        Through which of the two the tie works.
    """

    party: str
    supplier: str
    good: str
    cost: float
    channel: Channel


def dependence(
    value: npt.ArrayLike, share: npt.ArrayLike, replaceable: npt.ArrayLike = 0.0
) -> Floats:
    """Return the cost to each party of losing each other one.

    ``D[i, j]`` is the sum over goods of ``value[i, g] share[i, j, g] (1 - replaceable[i, j, g])``.

    Parameters
    ----------
    value : (parties, goods) array
        What each good is worth to each party, in one unit, such as shares of its whole stake.
    share : (parties, parties, goods) array
        Part of the good of the first party that the second supplies, 0 to 1; a party's own part
        does not count as dependence.
    replaceable : (parties, parties, goods) array, optional
        Part of that supply which others could replace, 0 to 1.

    Returns
    -------
    (parties, parties) float64
        Row: who depends; column: on whom; in the unit of ``value``, 0 on the diagonal.
    """
    v = np.asarray(value, dtype=np.float64)
    s = np.asarray(share, dtype=np.float64)
    r = np.broadcast_to(np.asarray(replaceable, dtype=np.float64), s.shape)
    if v.ndim != 2 or s.shape != (len(v), *v.shape):
        raise ValueError(f"values {v.shape} and shares {s.shape} do not fit each other")
    if not ((v >= 0.0) & np.isfinite(v)).all():
        raise ValueError("values must be finite and not negative")
    if not ((s >= 0.0) & (s <= 1.0)).all() or not ((r >= 0.0) & (r <= 1.0)).all():
        raise ValueError("shares and what is replaceable must lie from 0 to 1")
    result: Floats = np.einsum("ig,ijg->ij", v, s * (1.0 - r))
    np.fill_diagonal(result, 0.0)
    return result


def asymmetry(ties: npt.ArrayLike) -> Floats:
    """Return how much more each party is needed by each other than it needs it.

    Parameters
    ----------
    ties : (parties, parties) array
        Dependence, as from `dependence`.

    Returns
    -------
    (parties, parties) float64
        ``(D[j, i] - D[i, j]) / (D[j, i] + D[i, j])``, from -1 to 1; 0 where there is no tie.
    """
    d = _matrix(ties)
    both = d.T + d
    return np.divide(d.T - d, both, out=np.zeros_like(d), where=both > 0.0)


def tie_matrices(ties: Iterable[Tie], parties: Sequence[str]) -> dict[Channel, Floats]:
    """Return the dependence that works through each channel, each tie in one of them only.

    Parameters
    ----------
    ties : iterable of Tie
    parties : sequence of str
        Order of rows and columns.

    Returns
    -------
    dict of (parties, parties) float64
        By channel: "no deal" and "weights".

    Raises
    ------
    ValueError
        Where a tie is declared twice, be it in one channel or in both, is of a party with itself,
        has a negative cost, or names an unknown party.
    """
    at = {name: i for i, name in enumerate(parties)}
    result: dict[Channel, Floats] = {
        "no deal": np.zeros((len(at), len(at))),
        "weights": np.zeros((len(at), len(at))),
    }
    seen: dict[tuple[str, str, str], Channel] = {}
    for tie in ties:
        key = (tie.party, tie.supplier, tie.good)
        name = f"{tie.good} that {tie.party} needs from {tie.supplier}"
        if key in seen:
            raise ValueError(
                f"{name}: counted twice, through {seen[key]!r} and through {tie.channel!r}"
            )
        if tie.party == tie.supplier or not {tie.party, tie.supplier} <= set(at):
            raise ValueError(f"{name}: not two different parties of {', '.join(at)}")
        if not 0.0 <= tie.cost < np.inf:
            raise ValueError(f"{name}: a cost of {tie.cost}")
        seen[key] = tie.channel
        result[tie.channel][at[tie.party], at[tie.supplier]] += tie.cost
    return result


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


def weights_of_patience(discount_rates: npt.ArrayLike) -> Floats:
    """Return weights that go with patience, as one over the discount rate, of sum 1.

    The limit of short periods of Rubinstein 1982 ("Perfect Equilibrium in a Bargaining Model",
    Econometrica 50), for more parties Kawamori 2014 (rejector proposes next). A check on
    `bargaining_weights`, not a second effect to be added to it.

    Parameters
    ----------
    discount_rates : (parties,) array
        Per year, or any one unit; above 0.

    Returns
    -------
    (parties,) float64
    """
    rates = np.asarray(discount_rates, dtype=np.float64)
    if not ((rates > 0.0) & np.isfinite(rates)).all():
        raise ValueError("discount rates must be finite and above 0")
    return unit_weights(1.0 / rates, len(rates))


def weights_of_balance(ties: npt.ArrayLike, strength: float) -> Floats:
    """Return weights that go with the balance of being needed and needing, of sum 1.

    ``exp(strength (needed - needs))``: a plain alternative to the chain, for checks: where the two
    rank the parties differently, the ranking is not robust.

    Parameters
    ----------
    ties : (parties, parties) array
    strength : float
        Per unit of dependence.

    Returns
    -------
    (parties,) float64
    """
    d = _matrix(ties)
    balance = strength * (d.sum(axis=0) - d.sum(axis=1))
    return unit_weights(np.exp(balance - balance.max()), len(d))


@dataclass(frozen=True)
class Effects:
    """What leverage changes, first through no deal and then through weights, all else held fixed.

    Attributes
    ----------
    off, no_deal, both : Landings
        Without leverage; with its no-deal payoffs only; with its weights as well.
    """

    off: Landings
    no_deal: Landings
    both: Landings

    def gains(self, rule: Rule = "nash") -> tuple[Floats, Floats]:
        """Return the change of each party's gain by draw through no deal, then through weights.

        Returns
        -------
        tuple of two (draws, parties) float64
        """
        at = self.off.rules.index(rule)
        first = self.no_deal.gains[at] - self.off.gains[at]
        return first, self.both.gains[at] - self.no_deal.gains[at]

    def moves(self, rule: Rule = "nash") -> tuple[Bools, Bools]:
        """Return in which draws the landing point moves through no deal, then through weights.

        Returns
        -------
        tuple of two (draws,) bool
        """
        at = self.off.rules.index(rule)
        first = self.no_deal.settlement[at] != self.off.settlement[at]
        return first, self.both.settlement[at] != self.no_deal.settlement[at]


def channel_effects(
    payoffs: npt.ArrayLike,
    no_deal: tuple[npt.ArrayLike, npt.ArrayLike],
    weights: tuple[npt.ArrayLike | None, npt.ArrayLike],
    rules: Sequence[Rule] = ("nash",),
) -> Effects:
    """Return the effect of leverage through no deal, and then through weights.

    Parameters
    ----------
    payoffs : (settlements, parties) or (draws, settlements, parties) array
        The same throughout.
    no_deal : two of (parties,) or (draws, parties) arrays
        No-deal payoffs without and with leverage.
    weights : two of (parties,) or (draws, parties) arrays
        Bargaining weights without (None for equal ones) and with leverage.
    rules : sequence of str

    Returns
    -------
    Effects
    """
    return Effects(
        off=land_draws(payoffs, no_deal[0], weights[0], rules),
        no_deal=land_draws(payoffs, no_deal[1], weights[0], rules),
        both=land_draws(payoffs, no_deal[1], weights[1], rules),
    )


def _matrix(ties: npt.ArrayLike) -> Floats:
    d = np.asarray(ties, dtype=np.float64)
    if d.ndim < 2 or d.shape[-1] != d.shape[-2] or d.shape[-1] == 0:
        raise ValueError(f"dependence needs a row and a column for each party, not {d.shape}")
    if not ((d >= 0.0) & np.isfinite(d)).all():
        raise ValueError("dependence must be finite and not negative")
    if np.diagonal(d, axis1=-2, axis2=-1).any():
        raise ValueError("a party does not depend on itself")
    return d
