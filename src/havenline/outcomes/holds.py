"""What holds and what fails: a haven that stands or falls, a truce that stands or breaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from havenline.outcomes.comparison import Summary, summary_of
from havenline.outcomes.indicators import series_of

if TYPE_CHECKING:
    import xarray as xr

FIGURES = ("killed", "newly_displaced", "unsheltered")
CHECK_DAYS = (30, 90, 180, 365)


@dataclass(frozen=True)
class HavenCase:
    """What happens under an option in all futures, where its haven holds, or where it fails.

    Attributes
    ----------
    option : str
    failed : bool or None
        None for all futures together: what is expected.
    futures : int
        Futures in which it is so.
    killed, newly_displaced, unsheltered : Summary or None
        Killed and newly displaced after the as-of date, unsheltered on the last day; None where
        it is so in no future.
    """

    option: str
    failed: bool | None
    futures: int
    killed: Summary | None
    newly_displaced: Summary | None
    unsheltered: Summary | None


def haven_cases(dataset: xr.Dataset) -> tuple[HavenCase, ...]:
    """Return the expected case of each option that has a haven, and those behind it.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result.

    Returns
    -------
    tuple of HavenCase
        Three for each option with a haven: all futures, those in which it holds to the end,
        those in which it fails.
    """
    standing = series_of(dataset, "haven_standing")
    series = {name: series_of(dataset, name) for name in FIGURES}
    found = []
    for row, option in enumerate(str(v) for v in dataset["option"].to_numpy()):
        had = standing[row].max(axis=1) > 0
        if not had.any():
            continue
        fails = standing[row, :, -1] == 0
        for failed in (None, False, True):
            where = had if failed is None else had & (fails == failed)
            figures: list[Summary | None] = [None, None, None]
            if where.any():
                after = [series[n][row, where, -1] - series[n][row, where, 0] for n in FIGURES[:2]]
                figures = [summary_of(v) for v in (*after, series["unsheltered"][row, where, -1])]
            found.append(HavenCase(option, failed, int(where.sum()), *figures))
    return tuple(found)


@dataclass(frozen=True)
class HollowCase:
    """In how many futures an agreement is hollowed out under an option, and who flees then.

    Attributes
    ----------
    option : str
    futures : int
        Futures in which it is; all of the horizon together, no day and no place is told.
    displaced, otherwise : Summary or None
        Newly displaced after the as-of date in these futures and in the others; None where there
        are none.
    """

    option: str
    futures: int
    displaced: Summary | None
    otherwise: Summary | None


def hollowed_out(dataset: xr.Dataset) -> tuple[HollowCase, ...]:
    """Return how often an agreement is hollowed out, for each option under which one stands.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result.
    """
    standing = series_of(dataset, "truce_standing")[:, :, 1:]
    hollow = dataset["agreement_hollowed"].transpose("option", "future").to_numpy() > 0
    newly = series_of(dataset, "newly_displaced")
    found = []
    for row, option in enumerate(str(v) for v in dataset["option"].to_numpy()):
        if not standing[row].any():
            continue
        fled = newly[row, :, -1] - newly[row, :, 0]
        cases = [summary_of(fled[w]) if w.any() else None for w in (hollow[row], ~hollow[row])]
        found.append(HollowCase(option, int(hollow[row].sum()), *cases))
    return tuple(found)


def truces_standing(dataset: xr.Dataset) -> dict[str, dict[int, int]]:
    """Return in how many futures a truce stands some days after it began, by option.

    Parameters
    ----------
    dataset : xarray.Dataset

    Returns
    -------
    dict of str to dict of int to int
        Option to days since the first day of its truce to futures; only days that the run
        covers, and only options under which a truce begins.
    """
    standing = series_of(dataset, "truce_standing")
    days = standing.shape[2] - 1
    found: dict[str, dict[int, int]] = {}
    for row, option in enumerate(str(v) for v in dataset["option"].to_numpy()):
        began = np.flatnonzero(standing[row].max(axis=0) > 0)
        if len(began) == 0:
            continue
        first = int(began[0])
        found[option] = {
            d: int(standing[row, :, first + d].sum()) for d in CHECK_DAYS if first + d <= days
        }
    return found
