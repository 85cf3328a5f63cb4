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
        A value whose distribution reaches beyond the bounds of its parameter stops there.
    """
    values = np.zeros(futures, dtype=VALUES)
    for name in parameters:
        rng = np.random.Generator(np.random.Philox(key=[key_of_text(f"parameter:{name}"), seed]))
        strata = rng.permutation(futures)
        u = (strata + rng.random(futures)) / futures
        drawn = parameters[name].law.ppf(np.clip(u, 1e-9, 1 - 1e-9))
        values[name] = np.clip(drawn, *bounds(name))
    return values
