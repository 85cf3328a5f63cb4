"""Monte-Carlo errors: how far a figure may be off because only so many futures were run."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

FEWEST_FUTURES = 6
"""With fewer futures no 95% range of a median exists: the sign test reaches 2/2**6 = 0.03 at 6."""


def quantile_error(values: ArrayLike, q: float = 0.5) -> float | None:
    """Return the standard error of a quantile, from the order statistics around it.

    Half the distance between the quantiles one binomial standard deviation below and above ``q``.

    Parameters
    ----------
    values : (future,)
    q : float
        Which quantile, 0.5 for the median.

    Returns
    -------
    float or None
        In the unit of the values; None for a single future.
    """
    array = _array(values)
    if array.size < 2:
        return None
    low, high = _around(array, q, 1.0)
    return (high - low) / 2


def clearly_not_zero(values: ArrayLike) -> bool:
    """Tell whether the median of paired differences is told apart from 0 by these futures.

    Its size must exceed twice its standard error, and the range of order statistics two binomial
    standard deviations to either side of it must leave out 0.

    Parameters
    ----------
    values : (future,)
        Differences under the same future.
    """
    array = _array(values)
    error = quantile_error(array)
    if error is None or array.size < FEWEST_FUTURES:
        return False
    low, high = _around(array, 0.5, 2.0)
    return bool(abs(float(np.median(array))) > 2 * error and (low > 0 or high < 0))


def round_to_error(value: float, error: float | None) -> float:
    """Round a figure to the leading digit of its error.

    Parameters
    ----------
    value : float
    error : float or None
        In the unit of the value; None or 0 leaves the value as it is.

    Examples
    --------
    >>> round_to_error(123456.0, 2300.0)
    123000.0
    """
    if not error:
        return value
    return round(value, -math.floor(math.log10(abs(error)))) + 0.0


def _array(values: ArrayLike) -> NDArray[np.float64]:
    return np.asarray(values, dtype=np.float64).ravel()


def _around(values: NDArray[np.float64], q: float, deviations: float) -> tuple[float, float]:
    half = deviations * math.sqrt(q * (1 - q) / values.size)
    at = np.clip([q - half, q + half], 0.0, 1.0)
    # the positions of Weibull, k / (n + 1), lie further out in small samples
    low, high = np.quantile(values, at, method="weibull")
    return float(low), float(high)
