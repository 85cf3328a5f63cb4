"""Round steps for axes and classes."""

from __future__ import annotations

import math

import pandas as pd


def steps(top: float, count: int = 4) -> list[float]:
    """Return about `count` round values from 0 up to at least `top`.

    Parameters
    ----------
    top : float
        Largest value to show; 0 or less gives 0 and 1.
    count : int
        Intervals wanted.
    """
    if not math.isfinite(top) or top <= 0:
        return [0.0, 1.0]
    rough = top / count
    base = 10.0 ** math.floor(math.log10(rough))
    step = next(m * base for m in (1, 2, 2.5, 5, 10) if m * base >= rough * 0.999)
    last = math.ceil(top / step - 1e-9)
    return [round(k * step, 10) for k in range(last + 1)]


def classes(top: float, count: int = 5) -> list[float]:
    """Return rising round class limits, each about twice the last, below `top`.

    The first class starts at 0 and the last is open, so `count` classes need ``count - 1`` limits.
    """
    if not math.isfinite(top) or top <= 0:
        return [1.0]
    limit = top / 1.6
    limits: list[float] = []
    for _ in range(count - 1):
        base = 10.0 ** math.floor(math.log10(limit))
        limits.append(max(m * base for m in (1, 2, 5) if m * base <= limit * 1.001))
        limit = limits[-1] / 2
    return sorted(limits)


def months(start: pd.Timestamp, end: pd.Timestamp) -> list[pd.Timestamp]:
    """Return the first days of months from `start` to `end`, at most about seven of them."""
    firsts = [t for t in pd.date_range(start.normalize(), end, freq="MS") if t >= start]
    stride = max(1, math.ceil(len(firsts) / 7))
    return firsts[::stride]
