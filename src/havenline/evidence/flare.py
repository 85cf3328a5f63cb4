"""Flare's rule for how a conflict spreads, as a baseline for the front.

A place that fighting has not reached catches it on a day with the chance

    min(0.025, 0.005 x number of neighbours by road that it has reached),

and never recovers; the length of roads plays no part and places abroad are left alone. The rule
and its two figures are those of Flare (github.com/djgroen/flare-release); the code is our own.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

RATE = 0.005
MOST = 0.025


def spread(
    roads: Sequence[tuple[int, int]],
    reached: npt.NDArray[np.bool_],
    open_to_it: npt.NDArray[np.bool_],
    *,
    days: int,
    runs: int,
    seed: int,
    rate: float = RATE,
    most: float = MOST,
) -> npt.NDArray[np.int64]:
    """Return the day on which each place is reached.

    Parameters
    ----------
    roads : sequence of (int, int)
        Pairs of places joined by a road.
    reached : (places,) bool
        Where the conflict is at the start.
    open_to_it : (places,) bool
        Where it may come to.
    days : int
        Days to simulate.
    runs : int
        Independent runs.
    seed : int
    rate : float
        Chance a day for each neighbour that is reached.
    most : float
        Highest chance a day.

    Returns
    -------
    (runs, places) int64
        Day from 1 on; 0 for places reached at the start; -1 for those never reached.
    """
    n = reached.size
    joined = np.zeros((n, n))
    for a, b in roads:
        joined[a, b] = joined[b, a] = 1.0
    rng = np.random.default_rng([seed, 11])
    since = np.where(reached, 0, -1)[None, :].repeat(runs, axis=0).astype(np.int64)
    for day in range(1, days + 1):
        neighbours = (since >= 0).astype(np.float64) @ joined
        chance = np.minimum(most, rate * neighbours)
        caught = (rng.random((runs, n)) < chance) & (since < 0) & open_to_it
        since[caught] = day
    return since
