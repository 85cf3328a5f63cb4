"""Parameters of the allocation rules: few, global, and how futures draw them."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from havenline.crisis.distributions import Z95
from havenline.crisis.parameters import case_table, known_parameters
from havenline.draws import key_of_text
from havenline.errors import RunError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class AllocationParameters:
    """Central values of the rules, and how far futures stray from them.

    Attributes
    ----------
    softening : float
        Kilometres added to every road.
    distance_power, capacity_power : float
        Powers in the pull of a camp.
    attraction_spread, capacity_spread, drift : float
        Standard deviations of logarithms: a camp's pull, its capacity, its number in 30 days.
    spread : mapping of str to float
        Standard deviation of the logarithm of ``softening`` and the powers between futures.
    """

    softening: float
    distance_power: float
    capacity_power: float
    attraction_spread: float
    capacity_spread: float
    drift: float
    spread: Mapping[str, float]

    def central(self) -> AllocationParameters:
        """Return the same without any spread: every future is then the central one."""
        return replace(self, attraction_spread=0.0, capacity_spread=0.0, drift=0.0, spread={})


TABLE = {
    "softening": "destination_offset",
    "distance_power": "destination_distance_power",
    "capacity_power": "destination_size_power",
    "attraction_spread": "destination_pull_sd",
    "capacity_spread": "allocation_capacity_spread",
    "drift": "allocation_drift",
}
"""Each number's name in the parameter table: those of the kernel are shared with crises."""


def default_parameters() -> AllocationParameters:
    """Return the fitted values of the parameter table."""
    newest = known_parameters(dt.date.max)
    rows = {name: newest[TABLE[name]] for name in TABLE if TABLE[name] in newest}
    rows |= {name: row for row in case_table() for name in TABLE if TABLE[name] == row.name}
    spread = {
        name: math.log(row.high / row.low) / (2.0 * Z95)
        for name, row in rows.items()
        if row.distribution == "lognormal"
    }
    return AllocationParameters(**{name: rows[name].value for name in TABLE}, spread=spread)


def changed(settings: Mapping[str, float]) -> AllocationParameters:
    """Return the defaults with some values fixed.

    Parameters
    ----------
    settings : mapping of str to float
        By the names of the parameter table, such as ``destination_offset``.

    Raises
    ------
    RunError
        If a name is unknown or a value is negative or not finite.
    """
    result = default_parameters()
    for name, value in settings.items():
        short = next((number for number, listed in TABLE.items() if listed == name), None)
        if short is None:
            known = ", ".join(TABLE.values())
            raise RunError(f"unknown parameter {name!r}; expected one of {known}")
        if not math.isfinite(value) or value < 0.0:
            raise RunError(f"parameter {name!r}: expected a number of 0 or more, not {value}")
        spread = {k: v for k, v in result.spread.items() if k != short}
        result = replace(result, **{short: float(value)}, spread=spread)
    return result


def normals(name: str, futures: int, seed: int) -> Floats:
    """Return standard normal numbers of all futures, by Latin hypercube, keyed by a name.

    Parameters
    ----------
    name : str
        What is drawn, such as a parameter or a camp.
    futures, seed : int

    Returns
    -------
    (futures,) float64
    """
    key = [key_of_text(f"given:{name}"), seed]
    rng = np.random.Generator(np.random.Philox(key=key))
    u = (rng.permutation(futures) + rng.random(futures)) / futures
    return np.asarray(special.ndtri(np.clip(u, 1e-9, 1.0 - 1e-9)), dtype=np.float64)


def draw(parameters: AllocationParameters, name: str, futures: int, seed: int) -> Floats:
    """Return a parameter's values in all futures.

    Parameters
    ----------
    parameters : AllocationParameters
    name : {"softening", "distance_power", "capacity_power"}
    futures, seed : int

    Returns
    -------
    (futures,) float64
    """
    middle = float(getattr(parameters, name))
    spread = parameters.spread.get(name, 0.0)
    if spread == 0.0:
        return np.full(futures, middle)
    return middle * np.exp(spread * normals(name, futures, seed))
