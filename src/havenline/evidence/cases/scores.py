"""Scores of counts by camp and day: the field's own, and those of forecasts as samples.

``simulated`` has shape (days, camps) or, for samples, (futures, days, camps); ``observed`` has
shape (days, camps). All in persons. ``observed`` is NaN on the days on which a camp's count is not
known: nothing is scored there, and days without any count are no days.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from havenline.evidence.scores import crps

Floats = NDArray[np.float64]

INCREMENT_DAYS = 30


def relative_difference(simulated: Floats, observed: Floats) -> Floats:
    """Return the relative difference of each day: sum of |sim - data| over sum of data.

    Both sums are over the camps whose count is known. The denominator is at least 1 (as Flee's
    validation takes it).

    Parameters
    ----------
    simulated : (..., days, camps) float64
    observed : (days, camps) float64

    Returns
    -------
    (..., days) float64
        NaN on days on which no count is known.
    """
    off = np.nansum(np.abs(simulated - observed), axis=-1)
    difference = off / np.maximum(np.nansum(observed, axis=-1), 1.0)
    unknown = np.isnan(observed).all(axis=-1)
    return np.asarray(np.where(unknown, np.nan, difference), dtype=np.float64)


def ard(simulated: Floats, observed: Floats) -> float:
    """Return the averaged relative difference: the mean of `relative_difference` over days.

    For samples, the mean over futures of each one's.
    """
    return float(np.nanmean(relative_difference(simulated, observed)))


def rescaled(simulated: Floats, observed: Floats) -> Floats:
    """Return the simulated counts, scaled each day to the data's total (0 where they sum to 0)."""
    counted = np.where(np.isnan(observed), 0.0, simulated)
    total, data = (x.sum(axis=-1, keepdims=True) for x in (counted, np.nan_to_num(observed)))
    scale = np.where(total > 0.0, data / np.maximum(total, 1e-9), 0.0)
    return np.asarray(simulated * scale, dtype=np.float64)


def share_error(simulated: Floats, observed: Floats) -> float:
    """Return the share of people in the wrong camp: half the sum of differences of shares.

    The mean over the days on which both have people; NaN if there are none.
    """
    simulated = np.where(np.isnan(observed), 0.0, simulated)
    observed = np.nan_to_num(observed)
    sums = simulated.sum(axis=-1), observed.sum(axis=-1)
    both = (sums[0] > 0.0) & (sums[1] > 0.0)
    if not both.any():
        return float("nan")
    a = simulated[both] / sums[0][both, None]
    b = observed[both] / sums[1][both, None]
    return float(0.5 * np.abs(a - b).sum(axis=-1).mean())


def increments(counts: Floats) -> Floats:
    """Return the rises over consecutive windows of 30 days, shape (..., windows, camps).

    A case shorter than a window is one window.
    """
    days = counts.shape[-2]
    at = np.arange(0, days, INCREMENT_DAYS)
    if len(at) < 2:
        at = np.array([0, days - 1])
    return np.asarray(np.diff(counts[..., at, :], axis=-2), dtype=np.float64)


def crps_increments(samples: Floats, observed: Floats) -> float:
    """Return the mean CRPS of 30-day rises over camps and windows, in persons.

    Windows that begin or end on a day without a count are left out; NaN if all do. Fair for two
    futures or more; for one, the absolute error.

    Parameters
    ----------
    samples : (futures, days, camps) float64
    observed : (days, camps) float64
    """
    rises, rose = increments(samples), increments(observed).ravel()
    known = np.isfinite(rose)
    if not known.any():
        return float("nan")
    flat = rises.reshape(len(rises), -1).T[known]
    return float(crps(flat, rose[known], fair=len(rises) > 1).mean())


def inside(samples: Floats, observed: Floats, level: float) -> Floats:
    """Return whether each known count lies in the central range of the samples, ends included.

    Parameters
    ----------
    samples : (futures, days, camps) float64
    observed : (days, camps) float64
    level : float
        Such as 0.9.

    Returns
    -------
    (days, camps) float64
        1 inside, 0 outside, NaN where the count is not known.
    """
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(samples, [tail, 1.0 - tail], axis=0)
    held = (observed >= low) & (observed <= high)
    return np.where(np.isnan(observed), np.nan, held.astype(np.float64))


def last_known(observed: Floats) -> int:
    """Return the last day on which any camp's count is known; -1 where there is none."""
    known = np.flatnonzero(np.isfinite(observed).any(axis=-1))
    return int(known[-1]) if len(known) else -1
