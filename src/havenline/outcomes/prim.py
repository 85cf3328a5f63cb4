"""PRIM, the patient rule induction method: a box of values in which something happens often.

Peeling, pasting and the measures follow Friedman and Fisher, *Bump hunting in high-dimensional
data*, Statistics and Computing 9 (1999); the use for scenario discovery follows Bryant and
Lempert, Technological Forecasting and Social Change 77 (2010).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

PEEL = 0.05
"""Share of the points in the box that one peel takes away; 0.05 to 0.10 is usual (Bryant and
Lempert 2010)."""
LEAST_MASS = 0.05
"""Least share of all points that a box may hold."""
MOST_LUCK = 0.05
"""Highest chance that a limit of a box helps by luck alone."""


@dataclass(frozen=True)
class Side:
    """One limited value of a box: ``low <= column <= high``, infinite where not limited."""

    column: int
    low: float
    high: float

    def holds(self, x: Floats) -> Bools:
        """Return which rows of ``x`` (n, columns) lie within."""
        values = x[:, self.column]
        return np.asarray((values >= self.low) & (values <= self.high))


def inside(x: Floats, sides: tuple[Side, ...]) -> Bools:
    """Return which rows lie in a box.

    Parameters
    ----------
    x : (n, columns) float64
    sides : tuple of Side
        All must hold; none means every row.

    Returns
    -------
    (n,) bool
    """
    within = np.ones(len(x), dtype=np.bool_)
    for side in sides:
        within &= side.holds(x)
    return within


def density(y: Bools, within: Bools) -> float:
    """Return the share of the points in a box for which ``y`` is true; 0 for an empty box."""
    return float(y[within].mean()) if within.any() else 0.0


def coverage(y: Bools, within: Bools) -> float:
    """Return the share of the true points that lie in the box; 0 where none is true."""
    return float(within[y].mean()) if y.any() else 0.0


def find_box(x: Floats, y: Bools, most_sides: int = 3) -> tuple[Side, ...]:
    """Find the box that best separates the true points from the others.

    Peels a share of the points off one side at a time, whichever raises the density most for each
    point that it takes (where values are tied a peel may have to take more);
    of the boxes on the way, each cut down to ``most_sides`` limits and widened again where that
    costs no density, the one with the highest harmonic mean of density and coverage is kept.

    Parameters
    ----------
    x : (n, columns) float64
        What may explain it.
    y : (n,) bool
        What is to be explained.
    most_sides : int
        Columns that may be limited at most.

    Returns
    -------
    tuple of Side
        Empty where no limit helps.
    """
    best: tuple[Side, ...] = ()
    best_score = _score(y, inside(x, best))
    for box in _peels(x, y):
        short = _paste(x, y, _shortened(x, y, box, most_sides))
        score = _score(y, inside(x, short))
        if score > best_score + 1e-12:
            best, best_score = short, score
    return best


def _score(y: Bools, within: Bools) -> float:
    d, c = density(y, within), coverage(y, within)
    return 2 * d * c / (d + c) if d + c > 0 else 0.0


def _peels(x: Floats, y: Bools) -> list[tuple[Side, ...]]:
    """Return the boxes after each peel."""
    n, columns = x.shape
    low, high = np.full(columns, -np.inf), np.full(columns, np.inf)
    within = np.ones(n, dtype=np.bool_)
    boxes: list[tuple[Side, ...]] = []
    least = max(5, int(np.ceil(LEAST_MASS * n)))
    while True:
        rows, hits = x[within], y[within]
        if hits.all():
            return boxes
        take = max(1, int(PEEL * len(rows)))
        if len(rows) - take < least:
            return boxes
        found: tuple[float, int, int, float] | None = None
        order = np.sort(rows, axis=0)
        for way, limits in ((0, _above(order, take)), (1, -_above(-order[::-1], take))):
            keep = rows >= limits if way == 0 else rows <= limits
            count = keep.sum(axis=0)
            hit = (keep & hits[:, None]).sum(axis=0)
            ok = (count >= least) & (count < len(rows))
            rise = hit / np.maximum(count, 1) - hits.mean()
            gain = np.where(ok, rise / np.maximum(len(rows) - count, 1), -np.inf)
            column = int(np.argmax(gain))
            if ok[column] and (found is None or gain[column] > found[0]):
                found = (float(gain[column]), column, way, float(limits[column]))
        if found is None:
            return boxes
        _, column, way, limit = found
        if way == 0:
            low[column] = limit
        else:
            high[column] = limit
        within &= (x[:, column] >= low[column]) & (x[:, column] <= high[column])
        boxes.append(
            tuple(
                Side(int(c), float(low[c]), float(high[c]))
                for c in np.flatnonzero(np.isfinite(low) | np.isfinite(high))
            )
        )


def _above(order: Floats, take: int) -> Floats:
    """Return for each column the limit that peels ``take`` rows off its low end.

    Where more rows than that share the lowest value, as days of something that often does not
    happen do, they are peeled together.

    Parameters
    ----------
    order : (n, columns) float64
        Each column sorted.
    take : int
    """
    limits: Floats = order[take].copy()
    for column in np.flatnonzero(limits == order[0]):
        at = int(np.searchsorted(order[:, column], limits[column], side="right"))
        limits[column] = order[min(at, len(order) - 1), column]
    return limits


def _shortened(x: Floats, y: Bools, box: tuple[Side, ...], most: int) -> tuple[Side, ...]:
    """Drop limits until at most ``most`` remain, each of them more than luck.

    The limit whose loss costs least goes first. A limit is more than luck where the hits in the
    box are too many for the density of the box without it (binomial, Bryant and Lempert 2010),
    counted against the number of columns it was chosen from.
    """
    outside = np.stack([~s.holds(x) for s in box]) if box else np.zeros((0, len(x)), np.bool_)
    while len(box) > 0:
        broken = outside.sum(axis=0)
        without = (broken - outside) == 0
        held = without.sum(axis=1)
        hits = (without & y).sum(axis=1)
        full, full_hits = int((broken == 0).sum()), int(((broken == 0) & y).sum())
        luck = bdtrc(full_hits - 1, full, hits / np.maximum(held, 1)) * x.shape[1]
        if len(box) <= most and (luck <= MOST_LUCK).all():
            return box
        d, c = hits / np.maximum(held, 1), hits / max(1, int(y.sum()))
        score = 2 * d * c / np.maximum(d + c, 1e-12)
        drop = int(np.argmax(score if len(box) > most else luck))
        box = box[:drop] + box[drop + 1 :]
        outside = np.delete(outside, drop, axis=0)
    return box


def _paste(x: Floats, y: Bools, box: tuple[Side, ...]) -> tuple[Side, ...]:
    """Widen each limit, or drop it, where density does not fall."""
    for i, side in enumerate(box):
        for wider in (
            Side(side.column, -np.inf, np.inf),
            Side(side.column, -np.inf, side.high),
            Side(side.column, side.low, np.inf),
        ):
            changed = (*box[:i], wider, *box[i + 1 :])
            if density(y, inside(x, changed)) >= density(y, inside(x, box)):
                box = changed
                break
    return tuple(s for s in box if np.isfinite(s.low) or np.isfinite(s.high))
