"""The plain past that is run to weigh a parameter."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from havenline.engine.values import VALUES

if TYPE_CHECKING:
    from havenline.engine.ground import Ground

SPREADS = ("flight_shock_sd", "flight_level_sd", "flight_level_between", "tempo_sd")
"""Parameters of luck, which are 0 in a plain run."""


def plain_values(ground: Ground) -> NDArray[np.void]:
    """Return the values of one future with every parameter at its default and no shocks."""
    values = np.zeros(1, dtype=VALUES)
    for name, row in ground.parameters.items():
        values[name] = row.value
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
