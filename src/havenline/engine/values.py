"""The uncertain values of each future: Latin hypercube, a column a parameter.

Each column is seeded by the parameter's name, so a new parameter shifts no other's values.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from havenline.crisis.parameters import Parameter, bounds, parameter_names
from havenline.draws import key_of_text

VALUES = np.dtype([(name, "f8") for name in parameter_names()])
"""A record of one future's value of every parameter, by name; what compiled code reads."""


def sample_values(
    parameters: Mapping[str, Parameter],
    futures: int,
    seed: int,
    left: Mapping[str, NDArray[np.float64]] | None = None,
) -> NDArray[np.void]:
    """Draw the values of all futures by Latin hypercube.

    Parameters
    ----------
    parameters : mapping of str to Parameter
        One row per name, as `known_parameters` returns them.
    futures : int
    seed : int
    left : mapping of str to (n_cell,) float64, optional
        By parameter, what the counts leave of cells of equal prior chance.

    Returns
    -------
    (futures,) records ``VALUES``
        A value whose distribution reaches beyond the bounds of its parameter stops there.
    """
    values = np.zeros(futures, dtype=VALUES)
    for name, parameter in parameters.items():
        values[name] = sample_one(parameter, futures, seed, (left or {}).get(name))
    return values


def sample_one(
    parameter: Parameter, futures: int, seed: int, weights: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Draw the values of one parameter, as `sample_values` does.

    Parameters
    ----------
    parameter : Parameter
    futures, seed : int
    weights : (n_cell,) float64, optional
        What the counts leave of cells of equal prior chance.

    Returns
    -------
    (futures,) float64
    """
    name = parameter.name
    rng = np.random.Generator(np.random.Philox(key=[key_of_text(f"parameter:{name}"), seed]))
    strata = rng.permutation(futures)
    u = (strata + rng.random(futures)) / futures
    if weights is not None:
        u = conditioned(u, weights)
    drawn = parameter.law.ppf(np.clip(u, 1e-9, 1 - 1e-9))
    return np.clip(drawn, *bounds(name))


def conditioned(
    quantiles: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Turn quantiles of a prior into those of what is left of it.

    Parameters
    ----------
    quantiles : (n,) float64
        Between 0 and 1.
    weights : (n_cell,) float64
        Chance of each cell of equal prior chance.

    Returns
    -------
    (n,) float64
    """
    edges = np.concatenate([[0.0], np.cumsum(weights)])
    return np.interp(quantiles, edges / edges[-1], np.linspace(0.0, 1.0, len(edges)))
