"""Which uncertain value an outcome turns on most: PAWN on the futures at hand.

The index of Pianosi and Wagener, Environmental Modelling & Software 67 (2015), in the form for a
given sample (108, 2018): the values of a column are cut into slices of equal count; in each, the
largest distance between the distribution of the outcome there and over all futures (Kolmogorov
and Smirnov) is taken; the index is its mean over slices. It needs no further runs, no linear
effects and no particular distribution. With few futures even a column without any effect has an
index above 0: how high luck takes it is measured by shuffling.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from havenline.draws import key_of_text
from havenline.outcomes.explain import Candidates, Explanation, candidates, explanations
from havenline.outcomes.indicators import INDICATORS, per_future

if TYPE_CHECKING:
    import xarray as xr

SLICES = 10
"""Slices of a column at most; each holds at least ``LEAST_IN_SLICE`` futures."""
LEAST_IN_SLICE = 30
MOST_CELLS = 1_000_000
"""Cells of a table of counts that is held at a time."""
SHUFFLES = 1000
LUCK = 0.999
"""Quantile over shuffles above which an index counts: of a hundred columns without any effect one
passes in ten pictures."""


@dataclass(frozen=True)
class Influence:
    """How far one column moves one outcome.

    Attributes
    ----------
    column : Explanation
    index : float
        PAWN, 0 (no effect) to 1.
    direction : float
        Spearman rank correlation with the outcome, -1 to 1.
    clear : bool
        Whether the index lies above what luck gives.
    """

    column: Explanation
    index: float
    direction: float
    clear: bool


@dataclass(frozen=True)
class Sensitivity:
    """What one indicator of one option turns on, the strongest first."""

    option: str
    indicator: str
    influences: tuple[Influence, ...]
    luck: float


def pawn(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the PAWN index of each column.

    Parameters
    ----------
    x : (n, columns) float64
    y : (n,) float64
        The outcome.

    Returns
    -------
    (columns,) float64
    """
    n, columns = x.shape
    slices = max(3, min(SLICES, n // LEAST_IN_SLICE))
    levels, rank = np.unique(y, return_inverse=True)
    overall = np.cumsum(np.bincount(rank, minlength=len(levels))) / n
    slice_of = np.arange(n) * slices // n
    index = np.empty(columns)
    block = max(1, MOST_CELLS // (slices * len(levels)))
    for first in range(0, columns, block):
        ranks = rank[np.argsort(x[:, first : first + block], axis=0, kind="stable")]
        width = ranks.shape[1]
        cell = (slice_of[:, None] * width + np.arange(width)) * len(levels) + ranks
        counts = np.bincount(cell.ravel(), minlength=slices * width * len(levels))
        within = counts.reshape(slices, width, len(levels)).cumsum(axis=2, dtype=np.float64)
        within /= within[:, :, -1:]
        index[first : first + width] = np.abs(within - overall).max(axis=2).mean(axis=0)
    return index


def sensitivity(
    dataset: xr.Dataset, option: str, indicator: str, found: Candidates | None = None
) -> Sensitivity:
    """Return what an indicator of an option turns on.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result.
    option, indicator : str
        Ids.
    found : tuple, optional
        The `candidates` of the option, where they are at hand.

    Returns
    -------
    Sensitivity
        Columns by falling index; none where the outcome is the same in every future or there
        are fewer than 30.
    """
    ids = [str(v) for v in dataset["option"].to_numpy()]
    y = per_future(dataset, INDICATORS[indicator].id)[ids.index(option)]
    heads, x = explanations(candidates(dataset, option) if found is None else found, indicator)
    if len(y) < LEAST_IN_SLICE or y.min() == y.max() or not heads:
        return Sensitivity(option, indicator, (), 1.0)
    index = pawn(x, y)
    luck = _luck(tuple(np.unique(y, return_counts=True)[1].tolist()))
    influences = [
        Influence(head, float(i), float(direction), bool(i > luck))
        for head, i, direction in zip(heads, index, _spearman(x, y), strict=True)
    ]
    influences.sort(key=lambda f: (-f.index, f.column.name))
    return Sensitivity(option, indicator, tuple(influences), luck)


@lru_cache(maxsize=256)
def _luck(counts: tuple[int, ...]) -> float:
    """Return how high luck takes the index, for outcomes with so many ties at each level."""
    y = np.repeat(np.arange(len(counts), dtype=np.float64), counts)
    return float(np.quantile(pawn(_shuffled(len(y)), y), LUCK))


def sensitivity_table(dataset: xr.Dataset) -> pd.DataFrame:
    """Return what every outcome of every option turns on, one row for each uncertain value.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result.

    Returns
    -------
    DataFrame
        option, indicator, rank (1 the strongest), name of the value, happened (what
        the future then held, not a parameter), pawn (0 to 1), luck (what luck alone gives),
        above_luck, spearman (-1 to 1).
    """
    rows = [
        {
            "option": option,
            "indicator": indicator,
            "rank": rank,
            "name": f.column.name,
            "happened": f.column.happened,
            "pawn": f.index,
            "luck": found.luck,
            "above_luck": f.clear,
            "spearman": f.direction,
        }
        for option in (str(v) for v in dataset["option"].to_numpy())
        for columns in [candidates(dataset, option)]
        for indicator in INDICATORS
        for found in [sensitivity(dataset, option, indicator, columns)]
        for rank, f in enumerate(found.influences, 1)
    ]
    heads = ("option", "indicator", "rank", "name", "happened")
    return pd.DataFrame(rows, columns=[*heads, "pawn", "luck", "above_luck", "spearman"])


def _spearman(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rank correlation of each column with the outcome (Spearman 1904)."""
    from scipy.stats import rankdata

    ranks, outcome = rankdata(x, axis=0), rankdata(y)
    ranks -= ranks.mean(axis=0)
    outcome -= outcome.mean()
    spread = np.sqrt((ranks**2).sum(axis=0) * (outcome**2).sum())
    return np.asarray(outcome @ ranks / spread, dtype=np.float64)


def _shuffled(n: int) -> NDArray[np.float64]:
    """Return columns that have nothing to do with anything, (n, SHUFFLES)."""
    rng = np.random.Generator(np.random.Philox(key=[key_of_text("sensitivity:shuffle"), n]))
    return rng.random((n, SHUFFLES))
