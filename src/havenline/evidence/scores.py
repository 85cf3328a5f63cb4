"""Scores of forecasts that are given as samples.

Every function takes ``samples`` of shape (cases, members) and ``observed`` of shape (cases,), in
the same unit, and none of them changes its input.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

OBSERVED_QUANTILES = 9
"""Points that stand for an observation with a range; more change no score by a hundredth."""


@dataclass(frozen=True)
class Interval:
    """A mean and the range that resampling gives it.

    Attributes
    ----------
    mean : float
        Mean of the scores, in their unit; nan for no score.
    low, high : float
        Ends of the range, same unit; nan where fewer than three scores were given.
    level : float
        Share of the resampled means inside the range, such as 0.9.
    block : int
        Length of the blocks that were drawn, in scores; 0 where none were.
    """

    mean: float
    low: float
    high: float
    level: float
    block: int

    @property
    def includes_zero(self) -> bool:
        """Whether the range holds zero; true where there is no range."""
        return not (self.low > 0.0 or self.high < 0.0)


def crps(samples: npt.ArrayLike, observed: npt.ArrayLike, *, fair: bool = True) -> Floats:
    r"""Continuous ranked probability score of each case, lower is better.

    With members :math:`x_i`, :math:`m` of them, and the observed :math:`y`,

    .. math:: \frac{1}{m}\sum_i |x_i - y| - \frac{1}{2 c} \sum_{i,j} |x_i - x_j|

    where :math:`c` is :math:`m^2` (plain: the score of these members as a finished forecast) or
    :math:`m (m - 1)` (fair: the expected score of an ensemble without end, of which these
    members are a random part). A fair score can be slightly below zero.

    Parameters
    ----------
    samples : (cases, members) array
        Forecast, in the unit of the observation; finite.
    observed : (cases,) array
        What happened; finite.
    fair : bool
        Which of the two.

    Returns
    -------
    (cases,) float64
        Score in the unit of the observation.
    """
    x, y = _checked(samples, observed)
    members = x.shape[1]
    if fair and members < 2:
        raise ValueError("a fair score needs two members or more")
    ordered = np.sort(x, axis=1)
    weights = 2.0 * np.arange(1, members + 1) - members - 1.0
    # the sum over all ordered pairs is twice this weighted sum of the ordered members
    half_pairs = ordered @ weights
    error = np.abs(x - y[:, None]).mean(axis=1)
    result: Floats = error - half_pairs / (members * (members - 1 if fair else members))
    return result


def coverage(samples: npt.ArrayLike, observed: npt.ArrayLike, level: float) -> float:
    """Share of cases whose observation lies in the central range of the samples, ends included.

    Parameters
    ----------
    samples : (cases, members) array
        Forecast.
    observed : (cases,) array
        What happened.
    level : float
        Probability of the central range, such as 0.5 or 0.9.

    Returns
    -------
    float
        Between 0 and 1; nan for no case.
    """
    if not 0.0 < level < 1.0:
        raise ValueError("a level lies between 0 and 1")
    x, y = _checked(samples, observed)
    if not y.size:
        return float("nan")
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(x, [tail, 1.0 - tail], axis=1)
    return float(np.mean((y >= low) & (y <= high)))


def pit_ranks(
    samples: npt.ArrayLike, observed: npt.ArrayLike, *, seed: int = 1
) -> npt.NDArray[np.int64]:
    """Rank of each observation among its samples, from 0 (below all) to members (above all).

    Where samples equal the observation, the rank is drawn evenly from those it could take, by a
    generator started at `seed`: the same input gives the same ranks. Ranks of a reliable
    forecast are uniform.

    Parameters
    ----------
    samples : (cases, members) array
        Forecast.
    observed : (cases,) array
        What happened.
    seed : int
        Start of the generator for ties.

    Returns
    -------
    (cases,) int64
        Ranks.
    """
    x, y = _checked(samples, observed)
    below = np.sum(x < y[:, None], axis=1).astype(np.int64)
    equal = np.sum(x == y[:, None], axis=1).astype(np.int64)
    drawn = np.random.default_rng(seed).random(y.size)
    ranks: npt.NDArray[np.int64] = below + np.floor(drawn * (equal + 1)).astype(np.int64)
    return ranks


def spread_observed(value: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike) -> Floats:
    """Return what each observation may have been, as quantiles of a triangular distribution.

    A score is then the mean over them, so that no forecast is blamed for what the count itself
    leaves open.

    Parameters
    ----------
    value, low, high : (cases,) array
        The figure, and the ends of the range that agrees with its sources.

    Returns
    -------
    (cases, n) float64
        One column where no observation has a range.
    """
    v, a, b = (np.asarray(x, dtype=np.float64) for x in (value, low, high))
    if not np.all((a <= v) & (v <= b)):
        raise ValueError("an observation lies outside its range")
    if np.array_equal(a, b):
        return v[:, None]
    u = (np.arange(OBSERVED_QUANTILES) + 0.5) / OBSERVED_QUANTILES
    span, rising = (b - a)[:, None], (v - a)[:, None]
    up = a[:, None] + np.sqrt(u * span * rising)
    down = b[:, None] - np.sqrt((1.0 - u) * span * (b - v)[:, None])
    result: Floats = np.where(u * span < rising, up, down)
    return result


def over_observed(score: Callable[[Floats], npt.ArrayLike], seen: Floats) -> Floats:
    """Return the mean of a score over what the observations may have been.

    Parameters
    ----------
    score : callable
        Observations, (cases,), to scores, (cases,) or a number.
    seen : (cases, n) float64
        As `spread_observed` returns it.

    Returns
    -------
    (cases,) float64 or a number
    """
    result: Floats = np.mean([np.asarray(score(column)) for column in seen.T], axis=0)
    return result


def brier(probability: npt.ArrayLike, happened: npt.ArrayLike) -> Floats:
    """Brier score of each yes-or-no forecast: squared distance of probability and outcome.

    Parameters
    ----------
    probability : (cases,) array
        Forecast probabilities, 0 to 1.
    happened : (cases,) array of bool or 0/1
        What happened.

    Returns
    -------
    (cases,) float64
        0 (certain and right) to 1 (certain and wrong).
    """
    p = np.asarray(probability, dtype=np.float64)
    o = np.asarray(happened, dtype=np.float64)
    if p.shape != o.shape:
        raise ValueError(f"{p.shape} probabilities against {o.shape} outcomes")
    if np.any((p < 0.0) | (p > 1.0) | np.isnan(p)):
        raise ValueError("a probability lies between 0 and 1")
    if np.any((o != 0.0) & (o != 1.0)):
        raise ValueError("an outcome is 0 or 1")
    result: Floats = (p - o) ** 2
    return result


def block_bootstrap(
    sums: npt.ArrayLike,
    counts: npt.ArrayLike | None = None,
    *,
    block: int | None = None,
    draws: int = 4000,
    level: float = 0.9,
    seed: int = 1,
) -> Interval:
    """Moving-block bootstrap range of a mean score over increments that follow one another.

    Blocks of neighbouring increments are drawn with replacement until there are as many
    increments as at first (the last block is cut), so that scores that go together in time stay
    together. From few increments the range is too narrow: read it as the least uncertainty
    there is.

    Parameters
    ----------
    sums : (increments,) array
        Score of each increment in order of time; where an increment was scored several times
        (from several as-of dates), the sum of its scores, so that they are drawn together.
    counts : (increments,) array, optional
        How many scores each sum holds; one each if not given.
    block : int, optional
        Length of a block; the cube root of the number of increments, rounded, if not given.
    draws : int
        Resampled means.
    level : float
        Share of them inside the range.
    seed : int
        Start of the generator: the same input gives the same range.

    Returns
    -------
    Interval
        Mean and range, in the unit of the scores.
    """
    total = np.asarray(sums, dtype=np.float64)
    number = np.ones_like(total) if counts is None else np.asarray(counts, dtype=np.float64)
    if total.ndim != 1 or total.shape != number.shape:
        raise ValueError(f"{total.shape} sums against {number.shape} counts")
    if np.any(number <= 0.0):
        raise ValueError("a count is above zero")
    n = total.size
    if n == 0:
        return Interval(float("nan"), float("nan"), float("nan"), level, 0)
    mean = float(total.sum() / number.sum())
    if n < 3:
        return Interval(mean, float("nan"), float("nan"), level, 0)
    length = max(1, round(n ** (1.0 / 3.0))) if block is None else block
    if not 1 <= length <= n:
        raise ValueError(f"a block of {length} does not fit into {n} increments")
    blocks = -(-n // length)
    first = np.random.default_rng(seed).integers(0, n - length + 1, size=(draws, blocks))
    index = (first[:, :, None] + np.arange(length)).reshape(draws, -1)[:, :n]
    means = total[index].sum(axis=1) / number[index].sum(axis=1)
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(means, [tail, 1.0 - tail])
    return Interval(mean, float(low), float(high), level, length)


def _checked(samples: npt.ArrayLike, observed: npt.ArrayLike) -> tuple[Floats, Floats]:
    x = np.asarray(samples, dtype=np.float64)
    y = np.asarray(observed, dtype=np.float64)
    if x.ndim != 2 or y.ndim != 1 or x.shape[0] != y.size or x.shape[1] == 0:
        raise ValueError(f"samples {x.shape} do not fit observations {y.shape}")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("a sample or an observation is not finite")
    return x, y
