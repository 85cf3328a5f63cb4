"""The uncertain values of each future: Latin hypercube, a column a parameter.

Each column is seeded by the parameter's name, so a new parameter shifts no other's values.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import special

from havenline.crisis.parameters import Parameter, highest, parameter_names
from havenline.draws import key_of_text
from havenline.errors import RunError

Floats = NDArray[np.float64]

VALUES = np.dtype([(name, "f8") for name in parameter_names()])
"""A record of one future's value of every parameter, by name; what compiled code reads."""

_Z95 = float(special.ndtri(0.95))


def quantile(parameter: Parameter, u: Floats) -> Floats:
    """Return quantiles of a parameter's distribution.

    Parameters
    ----------
    parameter : Parameter
    u : (n,) float64
        Probabilities between 0 and 1.

    Returns
    -------
    (n,) float64
        In the parameter's unit.

    Raises
    ------
    RunError
        If the distribution is unknown or its numbers do not fit it.
    """
    kind, value = parameter.distribution, parameter.value
    low, high = parameter.low, parameter.high
    if kind == "fixed":
        return np.full(len(u), value)
    if kind.startswith("beta:"):
        a, b = (float(x) for x in kind.split(":")[1:])
        return np.asarray(special.betaincinv(a, b, u), dtype=np.float64)
    if not low <= value <= high or low == high:
        raise RunError(f"parameter {parameter.name!r}: expected low <= value <= high, low < high")
    if kind == "uniform":
        return low + (high - low) * u
    if kind == "triangular":
        left, right = value - low, high - value
        return np.asarray(
            np.where(
                u * (high - low) < left,
                low + np.sqrt(u * (high - low) * left),
                high - np.sqrt((1 - u) * (high - low) * right),
            ),
            dtype=np.float64,
        )
    if kind == "normal":
        return value + (high - low) / (2 * _Z95) * np.asarray(special.ndtri(u))
    if kind in ("lognormal", "loguniform"):
        if low <= 0:
            raise RunError(f"parameter {parameter.name!r}: {kind} needs low above 0")
        if kind == "loguniform":
            return np.asarray(low * (high / low) ** u, dtype=np.float64)
        sd = np.log(high / low) / (2 * _Z95)
        return np.asarray(value * np.exp(sd * special.ndtri(u)), dtype=np.float64)
    raise RunError(f"parameter {parameter.name!r}: unknown distribution {kind!r}")


def sample_values(parameters: Mapping[str, Parameter], futures: int, seed: int) -> NDArray[np.void]:
    """Draw the values of all futures by Latin hypercube.

    Parameters
    ----------
    parameters : mapping of str to Parameter
        One row per name, as `known_parameters` returns them.
    futures : int
    seed : int

    Returns
    -------
    (futures,) records ``VALUES``
        A share whose distribution reaches beyond 1 stops there.
    """
    values = np.zeros(futures, dtype=VALUES)
    for name in parameters:
        rng = np.random.Generator(np.random.Philox(key=[key_of_text(f"parameter:{name}"), seed]))
        strata = rng.permutation(futures)
        u = (strata + rng.random(futures)) / futures
        drawn = quantile(parameters[name], np.clip(u, 1e-9, 1 - 1e-9))
        values[name] = np.minimum(drawn, highest(parameters[name]))
    return values
