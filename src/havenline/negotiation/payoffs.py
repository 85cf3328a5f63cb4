"""What is run of a bargaining problem, on which scales it is judged, and what it is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from havenline.negotiation.runs import Measured
from havenline.negotiation.terms import Terms
from havenline.negotiation.zone import Floats, Ints

NONE = "no deal"


@dataclass(frozen=True)
class Aspect:
    """One thing that some party looks at, on a scale from 0 to 1."""

    about: str
    better: str
    ideal: float | None
    low: float
    high: float

    def scaled(self, values: Floats) -> Floats:
        """Return values as worth from 0 to 1."""
        span = self.high - self.low
        if self.better == "near":
            assert self.ideal is not None
            reach = max(self.high - self.ideal, self.ideal - self.low, 1e-12)
            worth = 1.0 - np.abs(values - self.ideal) / reach
        elif span <= 0.0:
            return np.zeros_like(values)
        else:
            worth = (values - self.low) / span
            worth = worth if self.better == "more" else 1.0 - worth
        result: Floats = np.clip(worth, 0.0, 1.0)
        return result


@dataclass(frozen=True)
class Branch:
    """A way on without a settlement, with the terms that hold on it."""

    name: str
    course: int
    terms: Mapping[str, float]


@dataclass(frozen=True)
class Ran:
    """What was run: the courses of ways without a settlement, and of some settlements twice.

    Attributes
    ----------
    measured : Measured
    terms : tuple of Terms
        The whole space.
    run : (runs,) int64
        Rows of the space that were run.
    stands, falls : (runs,) int64
        Courses of each: standing, collapsing.
    branches : dict of str to Branch
        "no deal" (left to itself), "offensive", "frozen front" and, where an option of the crisis
        has one, "partial deal".
    depth : (settlements,) float64
        Kilometres from the border of the neighbour within which nine of ten places of the haven
        lie; NaN where the crisis draws no border.
    """

    measured: Measured
    terms: tuple[Terms, ...]
    run: Ints
    stands: Ints
    falls: Ints
    branches: dict[str, Branch]
    depth: Floats


@dataclass(frozen=True)
class Payoffs:
    """What everything is worth under one level of support, by draw.

    Attributes
    ----------
    standing, collapsed, value : (draws, settlements, parties) float64
        While it stands; after its collapse; with its chance of collapse. Minus infinity in
        ``value`` where a red line is crossed.
    no_deal : (draws, parties) float64
        With the ties that would be cut.
    no_deal_plain : (draws, parties) float64
        Without them.
    chance : (draws, settlements, parties) float64
        Discounted chance of collapse.
    stands_at : (ages, settlements) float64
        Chance to stand at `HORIZON_YEARS`, mean over draws.
    weights : (draws, consenting) float64
        Bargaining weights.
    """

    standing: Floats
    collapsed: Floats
    value: Floats
    no_deal: Floats
    no_deal_plain: Floats
    chance: Floats
    stands_at: Floats
    weights: Floats
