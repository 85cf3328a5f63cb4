"""The plain past that is run to weigh a parameter."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from havenline.crisis.parameters import Parameter
from havenline.engine.values import VALUES

if TYPE_CHECKING:
    from havenline.engine.ground import Ground

CELLS = 8

SPREADS = ("flight_shock_sd", "flight_level_sd", "flight_level_between", "tempo_sd")
"""Parameters of luck, which are 0 in a plain run."""


def cells(parameter: Parameter) -> list[float]:
    """Return the middle of each cell of a prior, by chance."""
    return [float(value) for value in parameter.law.ppf((np.arange(CELLS) + 0.5) / CELLS)]


def plain_values(ground: Ground) -> NDArray[np.void]:
    """Return the values of one future without shocks, every parameter at its default.

    Those of which the facts left a part of the prior are at its mean.
    """
    values = np.zeros(1, dtype=VALUES)
    for name, row in ground.parameters.items():
        left = ground.left.get(name)
        values[name] = row.value if left is None else np.dot(left, cells(row))
    for name in SPREADS:
        values[name] = 0.0
    return values


def without_counts(ground: Ground, name: str) -> Ground:
    """Return the ground whose replay is not scaled to the counts of a field of ``record.day``."""
    day = ground.facts.record.day.copy()
    day[name] = -1
    day.flags.writeable = False
    facts = replace(ground.facts, record=ground.facts.record._replace(day=day))
    return replace(ground, facts=facts)
