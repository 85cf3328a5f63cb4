"""Options that no other beats in everything: outcomes stay separate, nothing is weighed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from havenline.outcomes.errors import FEWEST_FUTURES, clearly_not_zero
from havenline.outcomes.indicators import INDICATORS, per_future

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class Standing:
    """Where an option stands among the others.

    Attributes
    ----------
    option : str
    beaten_by : tuple of str
        Options that are clearly better in at least one outcome and clearly worse in none.
    best_in : int
        Futures in which no other option is at least as good in every outcome and better in one.
    futures : int
    """

    option: str
    beaten_by: tuple[str, ...]
    best_in: int
    futures: int


def pareto(dataset: xr.Dataset) -> tuple[Standing, ...]:
    """Return which options are beaten in everything, over all outcomes where less is better.

    Whether one option is better than another is told from the differences within the same
    futures; a difference that so few futures could give by luck counts as none.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result.

    Returns
    -------
    tuple of Standing
        One for each option, in the order of the result.
    """
    ids = [str(v) for v in dataset["option"].to_numpy()]
    values = np.stack(
        [per_future(dataset, i.id) for i in INDICATORS.values() if i.better == "lower"]
    )
    sign = _signs(values)
    futures = values.shape[2]
    standings = []
    for a, option in enumerate(ids):
        beaten = [
            ids[b]
            for b in range(len(ids))
            if b != a and (sign[b, a] <= 0).all() and (sign[b, a] < 0).any()
        ]
        dominated = np.zeros(futures, dtype=np.bool_)
        for b in range(len(ids)):
            if b != a:
                difference = values[:, b] - values[:, a]
                dominated |= (difference <= 0).all(axis=0) & (difference < 0).any(axis=0)
        standings.append(Standing(option, tuple(beaten), int((~dominated).sum()), futures))
    return tuple(standings)


def _signs(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return -1, 0 or 1 by (option, other option, indicator): clearly less, neither, more.

    Told from the median of the differences, and where that tells nothing from their mean: an
    option may spare many in few futures.
    """
    indicators, options, futures = values.shape
    sign = np.zeros((options, options, indicators), dtype=np.int64)
    for a in range(options):
        for b in range(options):
            for i in range(indicators):
                difference = values[i, a] - values[i, b]
                if a != b and clearly_not_zero(difference):
                    sign[a, b, i] = int(np.sign(np.median(difference)))
                elif a != b and futures >= FEWEST_FUTURES:
                    error = difference.std(ddof=1) / np.sqrt(futures)
                    if abs(difference.mean()) > 2 * error:
                        sign[a, b, i] = int(np.sign(difference.mean()))
    return sign
