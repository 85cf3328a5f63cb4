"""The distributions of uncertain numbers: one spelling, one check, one way to draw.

A distribution is written as a shape and three numbers: a value and the range that it is believed
to lie in. All quantiles are those of scipy.stats.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from havenline.errors import RunError

Floats = NDArray[np.float64]

SHAPES = ("fixed", "uniform", "loguniform", "lognormal", "normal", "triangular")
"""Shapes by name; a beta distribution is written ``beta:a:b``."""
Z95 = float(special.ndtri(0.95))
"""Standard deviations of a normal distribution from its middle to its 95% quantile."""


class Fault(NamedTuple):
    """What is wrong with a distribution.

    Attributes
    ----------
    column : {"distribution", "value", "low", "high"}
    found : str
        What stands there; empty where nothing does.
    message, expected : str
    """

    column: str
    found: str
    message: str
    expected: str = ""


def beta_shapes(shape: str) -> tuple[float, float] | None:
    """Return a and b of ``beta:a:b``, or None for any other text.

    Parameters
    ----------
    shape : str
    """
    parts = shape.split(":")
    if len(parts) != 3 or parts[0] != "beta":
        return None
    try:
        a, b = (float(part) for part in parts[1:])
    except ValueError:
        return None
    return (a, b) if 0 < a < 1e9 and 0 < b < 1e9 else None


def fault_of(
    shape: str | None, value: float | None, low: float | None, high: float | None
) -> Fault | None:
    """Return what is wrong with a distribution and its three numbers, or None.

    Parameters
    ----------
    shape : str or None
        As in `SHAPES` or ``beta:a:b``; None where it could not be read.
    value, low, high : float or None
        None where a number is missing or could not be read.
    """
    if shape and shape not in SHAPES and beta_shapes(shape) is None:
        names = "one of " + ", ".join(SHAPES) + " or beta:a:b"
        return Fault("distribution", shape, "unknown distribution", names)
    if shape and shape != "fixed" and (low is None or high is None):
        column = "low" if low is None else "high"
        return Fault(column, "", f"a {shape} distribution needs low and high")
    if value is None or low is None or high is None:
        return None
    if not low <= value <= high:
        message, expected = "the value is outside its range", f"{low:g} to {high:g}"
        return Fault("value", f"{value:g}", message, expected)
    if shape in ("lognormal", "loguniform") and low <= 0:
        return Fault("low", f"{low:g}", f"a {shape} distribution needs a low above 0", "above 0")
    if shape in SHAPES and shape != "fixed" and low == high:
        message, expected = "low and high are the same", "low below high, or the shape 'fixed'"
        return Fault("high", f"{high:g}", message, expected)
    return None


@dataclass(frozen=True)
class Distribution:
    """The distribution of an uncertain number.

    Attributes
    ----------
    shape : str
        As in `SHAPES`, or ``beta:a:b``.
    value : float
        Median (lognormal, normal), mode (triangular), the number itself (fixed); of no effect on
        the others.
    low, high : float
        5% and 95% quantiles (lognormal, normal), bounds (uniform, loguniform, triangular); of no
        effect on the others. NaN for none.

    Raises
    ------
    RunError
        If the shape is unknown or the numbers do not fit it.
    """

    shape: str
    value: float
    low: float = math.nan
    high: float = math.nan

    def __post_init__(self) -> None:
        """Refuse what nothing can be drawn from."""
        numbers = (None if math.isnan(x) else x for x in (self.value, self.low, self.high))
        fault = fault_of(self.shape, *numbers)
        if fault is not None:
            found = f" (found {fault.found!r})" if fault.found else ""
            expected = f"; expected {fault.expected}" if fault.expected else ""
            raise RunError(f"{fault.message}{found}{expected}")

    @property
    def frozen(self) -> Any:
        """The frozen distribution of scipy.stats; None for a fixed number."""
        return _frozen(self.shape, self.value, self.low, self.high)

    def ppf(self, u: Floats) -> Floats:
        """Return quantiles.

        Parameters
        ----------
        u : (n,) float64
            Probabilities between 0 and 1.

        Returns
        -------
        (n,) float64
            In the unit of the number.
        """
        if self.shape == "fixed":
            return np.full(len(u), self.value)
        if self.shape == "normal":  # most are; what scipy.stats reckons, in a tenth of the time
            return np.asarray(special.ndtri(u) * ((self.high - self.low) / (2 * Z95)) + self.value)
        if self.shape == "lognormal":
            spread = np.log(self.high / self.low) / (2 * Z95)
            return np.asarray(np.exp(spread * special.ndtri(u)) * self.value)
        return np.asarray(self.frozen.ppf(u), dtype=np.float64)


@lru_cache(maxsize=1000)  # making one takes longer than drawing from it
def _frozen(shape: str, value: float, low: float, high: float) -> Any:
    from scipy import stats  # takes most of a second to load, and only runs need it

    if shape == "uniform":
        return stats.uniform(low, high - low)
    if shape == "triangular":
        return stats.triang((value - low) / (high - low), low, high - low)
    if shape == "normal":
        return stats.norm(value, (high - low) / (2 * Z95))
    if shape == "lognormal":
        return stats.lognorm(np.log(high / low) / (2 * Z95), scale=value)
    if shape == "loguniform":
        return stats.loguniform(low, high)
    shapes = beta_shapes(shape)
    return None if shapes is None else stats.beta(*shapes)
