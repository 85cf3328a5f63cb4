"""What people need, by phase of the response: shelter, water, health."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from havenline.outcomes.comparison import Summary, summary_of
from havenline.outcomes.indicators import series_of

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

Floats = NDArray[np.float64]

PHASES = ((1, 30), (31, 90), (91, 180), (181, 730))
"""First and last day of each phase after the as-of date."""
WATER_L_DAY = 15.0
"""Litres of water for each person and day; minimum standard, Sphere Handbook 2018."""
CONSULTATIONS_A_YEAR = 3.0
"""Consultations of displaced people, for each person and year; the Sphere Handbook 2018 expects two
to four."""
DAYS_PER_YEAR = 365.0


@dataclass(frozen=True)
class PhaseNeed:
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


def needs(dataset: xr.Dataset) -> tuple[PhaseNeed, ...]:
    """Return what people need in each phase.

    Shelter: displaced people without it, mean of the days. Water: displaced people who need it
    supplied, mean of the days, and the cubic metres a day at the minimum standard. Health: people
    injured in the phase, and the consultations a day that displaced people need.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result.

    Returns
    -------
    tuple of PhaseNeed
        By option, phase and need.
    """
    days = int(dataset.sizes["day"]) - 1
    bare = series_of(dataset, "unsheltered")
    present = series_of(dataset, "displaced_present")
    injured = series_of(dataset, "injured")
    consultations = CONSULTATIONS_A_YEAR / DAYS_PER_YEAR
    found = []
    for row, option in enumerate(str(v) for v in dataset["option"].to_numpy()):
        for first, end in PHASES:
            if first > days:
                break
            last = min(end, days)
            phase = slice(first, last + 1)
            people = present[row, :, phase].mean(axis=1)
            figures: tuple[tuple[str, str, Floats], ...] = (
                ("shelter", "persons", bare[row, :, phase].mean(axis=1)),
                ("water", "persons", people),
                ("water a day", "m3", WATER_L_DAY / 1000 * people),
                ("injured", "persons", injured[row, :, last] - injured[row, :, first - 1]),
                ("consultations a day", "consultations", people * consultations),
            )
            found += [
                PhaseNeed(option, first, last, need, unit, summary_of(values))
                for need, unit, values in figures
            ]
    return tuple(found)


def needs_table(dataset: xr.Dataset) -> pd.DataFrame:
    """Return what people need by option and phase.

    Returns
    -------
    pandas.DataFrame
        Columns option, first_day, last_day, need, unit, median, q05, q95.
    """
    import pandas as pd

    rows = [
        (n.option, n.first, n.last, n.need, n.unit, n.summary.median, n.summary.q05, n.summary.q95)
        for n in needs(dataset)
    ]
    head = ("option", "first_day", "last_day", "need", "unit", "median", "q05", "q95")
    return pd.DataFrame(rows, columns=list(head))
