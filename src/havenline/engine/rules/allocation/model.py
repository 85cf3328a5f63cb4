r"""The default rules on displacement cases: arrivals are given, destinations are the question.

What is given is the number of persons counted in the camps of the case on each day, all camps
together, and the count of each camp on the first day. A rise of the total is people who were
registered that day, wherever they set out; so nobody is on the way in this model, and the
predicted total equals the given one. A fall takes people from all camps alike.

Of those who come from place :math:`i`, camp :math:`j` is given the share

.. math:: \frac{w_{ij}}{\sum_k w_{ik}}, \qquad
   w_{ij} = e_j \, C_j^{\gamma} \, \left(1 - \frac{x_j}{C_j}\right)_+ (d_0 + d_{ij})^{-\delta}

with :math:`C_j` the declared capacity, :math:`x_j` the people there, :math:`d_{ij}` the road
over what is open that day, and :math:`e_j` what is not known about a camp: 1 in the middle, a
lognormal number a camp and future. Closed camps take nobody in; people do not cross a closed
border. Places are weighted by persons times intensity of conflict on the day before.

The form is the gravity model of migration with a competing, filling capacity; its three numbers
and three spreads are fitted, see the validation page.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from havenline.crisis.case import Case
from havenline.draws import key_of
from havenline.engine.rules.allocation.kernel import run_given
from havenline.engine.rules.allocation.network import GivenNetwork, given_network
from havenline.engine.rules.allocation.parameters import (
    GivenParameters,
    default_parameters,
    draw,
    normals,
)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def simulate_given(
    case: Case,
    *,
    futures: int,
    seed: int = 0,
    parameters: GivenParameters | None = None,
) -> Integers:
    """Simulate where people are counted, their total number being given.

    Parameters
    ----------
    case : Case
        Only the total of its camps' counts and the counts of day 0 are read.
    futures : int
    seed : int
    parameters : GivenParameters, optional
        The fitted ones if not given.

    Returns
    -------
    int64 array, shape (futures, days, camps)
        Persons in each camp at the end of each day.
    """
    observed = case.observed()
    totals = np.broadcast_to(observed.sum(axis=1), (futures, case.days))
    return simulate_from(
        case, given_network(case), observed[0], totals, seed=seed, parameters=parameters
    )


def simulate_from(
    case: Case,
    network: GivenNetwork,
    start: Floats,
    totals: Floats,
    *,
    first_day: int = 0,
    seed: int = 0,
    parameters: GivenParameters | None = None,
    attraction: Floats | None = None,
) -> Integers:
    """Simulate from known counts on.

    Parameters
    ----------
    case : Case
    network : GivenNetwork
    start : (camps,) float64
        Counts on ``first_day``.
    totals : (futures, n) float64
        Persons in all camps on ``first_day`` and after, in each future.
    first_day : int
    seed : int
    parameters : GivenParameters, optional
    attraction : (futures, camps) float64, optional
        Unexplained pull of each camp; drawn from its spread if not given.

    Returns
    -------
    int64 array, shape (futures, n, camps)
    """
    p = default_parameters() if parameters is None else parameters
    futures, days = totals.shape
    names = [case.locations[j].name for j in network.camps]
    if attraction is None:
        attraction = camp_factors("attraction", names, p.attraction_spread, futures, seed)
    readiness = camp_factors("leaving", names, p.attraction_spread, futures, seed)
    true = camp_factors("capacity", names, p.capacity_spread, futures, seed)
    softening, distance_power, capacity_power = (
        draw(p, name, futures, seed) for name in ("softening", "distance_power", "capacity_power")
    )
    size = _sizes(network.capacity)
    whole = np.asarray(np.trunc(totals), dtype=np.int64)
    begin = np.asarray(np.trunc(start), dtype=np.int64)
    out = np.empty((futures, days, len(names)), dtype=np.int64)
    with np.errstate(divide="ignore"):
        for f in range(futures):
            run_given(
                first_day,
                begin,
                whole[f],
                network.state,
                network.leaving,
                (softening[f] + network.km) ** -distance_power[f],
                (softening[f] + network.km_any) ** -distance_power[f],
                network.is_open,
                attraction[f] * (size * true[f]) ** capacity_power[f],
                readiness[f],
                network.capacity * true[f],
                p.drift,
                network.keys,
                key_of(seed, f),
                out[f],
            )
    return out


def camp_factors(what: str, names: list[str], spread: float, futures: int, seed: int) -> Floats:
    """Return lognormal factors with median 1, keyed by the names of the camps.

    Parameters
    ----------
    what : str
        What the factor is of.
    names : list of str
    spread : float
        Standard deviation of the logarithm.
    futures, seed : int

    Returns
    -------
    (futures, camps) float64
    """
    if spread == 0.0:
        return np.ones((futures, len(names)))
    columns = [np.exp(spread * normals(f"{what}:{n}", futures, seed)) for n in names]
    return np.stack(columns, axis=1)


def _sizes(capacity: Floats) -> Floats:
    """Return capacities relative to their mean; the median stands for an unknown one."""
    known = capacity[np.isfinite(capacity)]
    if not known.size:
        return np.ones_like(capacity)
    size: Floats = np.where(np.isnan(capacity), np.median(known), capacity)
    return np.asarray(size / size.mean())
