r"""Allocation: totals are given, where do people go is the question.

What is given is the number of persons counted in the camps of the case on each day, all camps
together, and the count of each camp on the first day. A rise of the total is people who were
registered that day, wherever they set out; so nobody is on the way in this model, and the
predicted total equals the given one, but for those who cannot come: where no road that is open on
any day leads from a place that people leave to a camp that takes people in, they wait. A fall takes
people from all camps alike.

Of those who come from place :math:`i`, camp :math:`j` is given the share

.. math:: \frac{w_{ij}}{\sum_k w_{ik}}, \qquad
   w_{ij} = e_j \, C_j^{\gamma} \, \left(1 - \frac{x_j}{C_j}\right)_+ (d_0 + d_{ij})^{-\delta}

with :math:`C_j` the declared capacity, :math:`x_j` the people there, :math:`d_{ij}` the road
over what is open that day, and :math:`e_j` what is not known about a camp: 1 in the middle, a
lognormal number a camp and future. Closed camps take nobody in; people do not cross a closed
border, but where nothing is open while people are counted: then they came by what is open on
another day. Places are weighted by persons times intensity of conflict on the day before.

The form is the gravity model of migration with a competing, filling capacity; its three numbers
and three spreads are fitted, see the validation page.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from havenline.crisis.case import Case
from havenline.draws import key_of
from havenline.engine.rules.allocation.kernel import run_allocation
from havenline.engine.rules.allocation.network import AllocationNetwork, build_network
from havenline.engine.rules.allocation.parameters import (
    AllocationParameters,
    default_parameters,
    draw,
    normals,
)
from havenline.errors import RunError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Allocation:
    """Futures of a case whose total is given, from known counts on.

    Parameters
    ----------
    case : Case
    network : AllocationNetwork
    start : (camps,) float64
        Counts on ``first_day``.
    totals : (futures, n) float64
        Persons in all camps on ``first_day`` and after, in each future.
    first_day : int
    seed : int
    parameters : AllocationParameters, optional
        The fitted ones if not given.
    attraction : (futures, camps) float64, optional
        Unexplained pull of each camp; drawn from its spread if not given.

    Raises
    ------
    RunError
        If the settings of the case say how many leave, which these rules take from the counts.
    """

    hasten = 1

    def __init__(
        self,
        case: Case,
        network: AllocationNetwork,
        start: Floats,
        totals: Floats,
        *,
        first_day: int = 0,
        seed: int = 0,
        parameters: AllocationParameters | None = None,
        attraction: Floats | None = None,
    ) -> None:
        if case.settings.conflict_spawn_mode is not None:
            raise RunError(
                f"{case.name}: its settings let people leave by conflict "
                f"({case.settings.conflict_spawn_mode}); the rules 'allocation' take how many "
                "leave from the counts, so they cannot follow that. Use --rules flee, or leave "
                "conflict_driven_spawning out of the settings"
            )
        p = default_parameters() if parameters is None else parameters
        futures = len(totals)
        names = [case.locations[j].name for j in network.camps]
        if attraction is None:
            attraction = camp_factors("attraction", names, p.attraction_spread, futures, seed)
        self.readiness = camp_factors("leaving", names, p.attraction_spread, futures, seed)
        self.true = camp_factors("capacity", names, p.capacity_spread, futures, seed)
        self.softening, self.distance_power, self.capacity_power = (
            draw(p, name, futures, seed)
            for name in ("softening", "distance_power", "capacity_power")
        )
        self.attraction, self.size = attraction, _sizes(network.capacity)
        self.totals = np.asarray(np.trunc(totals), dtype=np.int64)
        self.start = np.asarray(np.trunc(start), dtype=np.int64)
        self.network, self.first_day, self.seed, self.drift = network, first_day, seed, p.drift

    @classmethod
    def of_case(
        cls,
        case: Case,
        parameters: AllocationParameters | None = None,
        *,
        futures: int,
        seed: int = 0,
    ) -> Allocation:
        """Return the rules on a whole case.

        Only the total of its camps' counts and the counts of day 0 are read.
        """
        observed = case.observed()
        totals = np.broadcast_to(observed.sum(axis=1), (futures, case.days))
        return cls(case, build_network(case), observed[0], totals, seed=seed, parameters=parameters)

    def run(self, future: int, present: Integers, elsewhere: Integers) -> None:
        """Run one future; who is in none of the camps waits for a road that is open."""
        network = self.network
        true = self.true[future]
        run_allocation(
            self.first_day,
            self.start,
            self.totals[future],
            network.state,
            network.leaving,
            network.km,
            self.softening[future],
            self.distance_power[future],
            network.is_open,
            self.attraction[future],
            self.size * true,
            self.capacity_power[future],
            self.readiness[future],
            network.capacity * true,
            self.drift,
            network.keys,
            key_of(self.seed, future),
            present,
        )
        elsewhere[:] = self.totals[future] - present.sum(axis=1)

    def all_present(self) -> Integers:
        """Return the persons in each camp at the end of each day, shape (futures, n, camps)."""
        futures, days = self.totals.shape
        out = np.empty((futures, days, len(self.start)), dtype=np.int64)
        nobody = np.empty(days, dtype=np.int64)
        for future in range(futures):
            self.run(future, out[future], nobody)
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
