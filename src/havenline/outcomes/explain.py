"""What may explain an outcome: the uncertain values of each future, and what happened in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from havenline.crisis.parameters import default_table
from havenline.outcomes.rests import rests_on

if TYPE_CHECKING:
    import xarray as xr

HAPPENED = {
    "offensive_running": "days of offensive",
    "truce_standing": "days under a truce",
    "aid_suspended": "days with aid suspended",
    "haven_standing": "days that the haven stands",
}
"""Daily series of 0 and 1 whose days are counted, by future and option."""


@dataclass(frozen=True)
class Explanation:
    """One column of what may explain an outcome.

    Attributes
    ----------
    name : str
        Name of the parameter or of the daily series.
    meaning : str
        In plain words, without unit.
    unit : str
    happened : bool
        False for an uncertain value, True for what the future then held.
    """

    name: str
    meaning: str
    unit: str
    happened: bool


LEVER_PARTS = {"haven": ("haven_standing",), "line": ("displaced_by_option", "left_on_other_side")}
"""Parts of the parameter table that only act through a lever, and the series that show it."""


def _idle(dataset: xr.Dataset, option: str) -> set[str]:
    """Return the parameters of levers that the option does not use."""
    parts = {
        part
        for part, series in LEVER_PARTS.items()
        if not any(dataset[s].sel(option=option).to_numpy().any() for s in series if s in dataset)
    }
    return {row.name for row in default_table() if row.part in parts}


Candidates = tuple[tuple[Explanation, ...], NDArray[np.float64]]
"""Columns and their values, (future, column)."""


def candidates(dataset: xr.Dataset, option: str) -> Candidates:
    """Return all that may explain outcomes of one option, column by column.

    Parameters of levers that the option does not use are left out, and so are columns that hold
    one value only.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result.
    option : str
        Id of the option.

    Returns
    -------
    tuple of Explanation
    (future, column) float64
    """
    meaning = {row.name: (row.meaning, row.unit) for row in default_table()}
    idle = _idle(dataset, option)
    columns: list[NDArray[np.float64]] = []
    heads: list[Explanation] = []
    values = np.asarray(dataset["parameter_values"].to_numpy(), dtype=np.float64)
    for i, name in enumerate(str(n) for n in dataset["parameter"].to_numpy()):
        if name not in idle:
            heads.append(Explanation(name, *meaning.get(name, (name, "1")), happened=False))
            columns.append(values[:, i])
    for name, words in HAPPENED.items():
        if name in dataset:
            series = dataset[name].sel(option=option).transpose("future", "day").to_numpy()
            heads.append(Explanation(name, words, "days", happened=True))
            columns.append(np.asarray(series[:, 1:].sum(axis=1), dtype=np.float64))
    keep = [i for i, c in enumerate(columns) if c.size and c.min() < c.max()]
    if not keep:
        return (), np.zeros((int(dataset.sizes["future"]), 0))
    return tuple(heads[i] for i in keep), np.column_stack([columns[i] for i in keep])


def explanations(found: Candidates, indicator: str, happened: bool = True) -> Candidates:
    """Return the candidates that one outcome can rest on, so that luck does not name others.

    Parameters
    ----------
    found : (tuple of Explanation, (future, column) float64)
        As `candidates` returns them.
    indicator : str
        Id of the outcome.
    happened : bool
        Also the days of offensive, truce, suspension and haven of the option.
    """
    heads, x = found
    bearing, known = set(rests_on(indicator).parameters), {row.name for row in default_table()}
    keep = [
        i
        for i, head in enumerate(heads)
        if (happened if head.happened else head.name in bearing or head.name not in known)
    ]
    return tuple(heads[i] for i in keep), x[:, keep]
