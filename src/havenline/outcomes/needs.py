"""What people need, by phase of the response: shelter, water, health."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from havenline.outcomes.compare import Summary, summary_of
from havenline.outcomes.indicators import series_of

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

PHASES = ((1, 30), (31, 90), (91, 180), (181, 730))
"""First and last day of each phase after the as-of date."""
WATER_L_DAY = 15.0
"""Litres of water for each person and day; minimum standard, Sphere Handbook 2018."""


@dataclass(frozen=True)
class Need:
    """One need of one phase under one option.

    Attributes
    ----------
    option : str
    first, last : int
        Days of the phase after the as-of date, cut at the end of the run.
    need : str
        In plain words.
    unit : str
    summary : Summary
        Over futures.
    """

    option: str
    first: int
    last: int
    need: str
    unit: str
    summary: Summary


def needs(dataset: xr.Dataset) -> tuple[Need, ...]:
    """Return what people need in each phase.

    Shelter: displaced people without it, mean of the days. Water: cubic metres a day for
    displaced people at the minimum standard, mean of the days. Health: people injured in the phase.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result.

    Returns
    -------
    tuple of Need
        By option, phase and need.
    """
    days = int(dataset.sizes["day"]) - 1
    bare = series_of(dataset, "unsheltered")
    present = series_of(dataset, "displaced_present")
    injured = series_of(dataset, "injured")
    found = []
    for row, option in enumerate(str(v) for v in dataset["option"].to_numpy()):
        for first, end in PHASES:
            if first > days:
                break
            last = min(end, days)
            phase = slice(first, last + 1)
            figures: tuple[tuple[str, str, Floats], ...] = (
                ("shelter", "persons without it", bare[row, :, phase].mean(axis=1)),
                ("water", "m3 a day", WATER_L_DAY / 1000 * present[row, :, phase].mean(axis=1)),
                ("health", "persons injured", injured[row, :, last] - injured[row, :, first - 1]),
            )
            found += [
                Need(option, first, last, need, unit, summary_of(values))
                for need, unit, values in figures
            ]
    return tuple(found)
