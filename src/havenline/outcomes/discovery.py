"""When an option fails: the futures in which it misses a limit, in plain words.

A rule is looked for both for missing the limit and for keeping it, and the one told that says more
of futures left out: how far above the usual share it lies there, times its coverage there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from havenline.outcomes.comparison import of_hundred
from havenline.outcomes.explain import Explanation, candidates, explanations
from havenline.outcomes.prim import Side, coverage, density, find_box, inside
from havenline.outcomes.thresholds import Limit, amount

if TYPE_CHECKING:
    import xarray as xr

FEWEST = 10
"""Futures that must fail, and that must not, before a rule is looked for."""
GOOD_DENSITY, GOOD_COVERAGE = 0.8, 0.5
"""From which on a rule is worth saying without a caveat; Bryant and Lempert 2010 aim for high
density and coverage together and leave the figures to the analyst."""
LEAST_LIFT = 1.5
"""A rule is told where, in futures left out, it is so this many times as often as in all (or in
more than half of the way to always); judgement."""
FOLDS = 5
PLAIN_UNITS = ("1", "share", "ratio", "power")
"""Units that are not said."""


@dataclass(frozen=True)
class Condition:
    """One part of a rule: a column lies above ``low`` and below ``high``."""

    column: Explanation
    low: float
    high: float

    def words(self) -> str:
        """Return the condition in plain words."""
        what = self.column.meaning
        low = _figure(self.low) if np.isfinite(self.low) else ""
        high = _figure(self.high) if np.isfinite(self.high) else ""
        if self.column.happened:
            much = f"{low} to {high}" if low and high else f"{low} or more" if low else ""
            return f"there are {much or f'{high} or fewer'} {what}"
        unit = "" if self.column.unit in PLAIN_UNITS else f" {self.column.unit}"
        if low and high:
            return f"“{what}” is {low} to {high}{unit}"
        return f"“{what}” is {low}{unit} or more" if low else f"“{what}” is {high}{unit} or less"


@dataclass(frozen=True)
class Failure:
    """When an option misses a limit.

    Attributes
    ----------
    option : str
    limit : Limit
    failed, futures : int
        Futures that miss it; all futures.
    of_keeping : bool
        Whether the rule tells when the limit is kept; where none was found, whether it is missed
        in most futures.
    conditions : tuple of Condition
        The rule; empty where none was looked for or found.
    density, coverage : float
        Share of the futures under the rule in which it is so; share of those futures that lie
        under the rule.
    density_elsewhere, coverage_elsewhere : float
        The same in futures that the rule was not made from (mean of five folds).
    """

    option: str
    limit: Limit
    failed: int
    futures: int
    of_keeping: bool = False
    conditions: tuple[Condition, ...] = ()
    density: float = 0.0
    coverage: float = 0.0
    density_elsewhere: float = 0.0
    coverage_elsewhere: float = 0.0

    @property
    def clear(self) -> bool:
        """Whether the rule also holds in futures that it was not made from."""
        return (
            bool(self.conditions)
            and self.density_elsewhere >= GOOD_DENSITY
            and self.coverage_elsewhere >= GOOD_COVERAGE
        )

    def sentence(self) -> str:
        """Return when the option fails, in a few plain sentences."""
        name = self.limit.name.lower()
        count = of_hundred(self.failed, self.futures)
        first = f"{name} above {self.limit.at_most:,.0f} in {count} futures"
        first = first[:1].upper() + first[1:]
        if min(self.failed, self.futures - self.failed) < FEWEST:
            return f"{first}."
        what = "stays below" if self.of_keeping else "fails"
        if not self.conditions:
            return f"{first}. No simple condition tells these futures from the others."
        rule = "; and ".join(c.words() for c in self.conditions)
        text = (
            f"{first}. It {what} when {rule}. So it is in {100 * self.density:.0f}% of such "
            f"futures (density), and they hold {100 * self.coverage:.0f}% of all in which it "
            f"{what} (coverage)"
        )
        if self.clear:
            return f"{text}."
        return (
            f"{text}; weak, for in futures that the rule was not made from these are "
            f"{100 * self.density_elsewhere:.0f}% and {100 * self.coverage_elsewhere:.0f}%."
        )


def discover(dataset: xr.Dataset, option: str, limit: Limit) -> Failure:
    """Find when an option misses a limit.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result.
    option : str
        Id of the option.
    limit : Limit

    Returns
    -------
    Failure
    """
    ids = [str(v) for v in dataset["option"].to_numpy()]
    missed = amount(dataset, limit)[ids.index(option)] > limit.at_most
    failed, futures = int(missed.sum()), len(missed)
    heads, x = explanations(candidates(dataset, option), limit.indicator)
    rare = 2 * failed > futures
    found = plain = Failure(option, limit, failed, futures, of_keeping=rare)
    if min(failed, futures - failed) < FEWEST or not heads:
        return plain
    best = 0.0
    for keeping in (rare, not rare):
        y = ~missed if keeping else missed
        box = find_box(x, y)
        if not box:
            continue
        within, elsewhere = inside(x, box), _held_out(x, y)
        usual = float(y.mean())
        if elsewhere[0] < min(LEAST_LIFT * usual, (1.0 + usual) / 2.0):
            continue
        worth = (elsewhere[0] - usual) / (1.0 - usual) * elsewhere[1]
        if worth > best:
            best = worth
            found = Failure(
                option,
                limit,
                failed,
                futures,
                keeping,
                tuple(_condition(heads, side) for side in box),
                density(y, within),
                coverage(y, within),
                *elsewhere,
            )
    return found


def _held_out(x: NDArray[np.float64], y: NDArray[np.bool_]) -> tuple[float, float]:
    """Return density and coverage on folds that the rule was not made from."""
    hit, under = 0, 0
    for fold in range(FOLDS):
        out = np.arange(len(y)) % FOLDS == fold
        within = inside(x[out], find_box(x[~out], y[~out]))
        under += int(within.sum())
        hit += int((within & y[out]).sum())
    return (hit / under if under else 0.0), hit / max(1, int(y.sum()))


def _condition(heads: tuple[Explanation, ...], side: Side) -> Condition:
    return Condition(heads[side.column], side.low, side.high)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2g}"
