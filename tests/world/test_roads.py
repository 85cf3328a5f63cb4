"""Shortest roads after places change hands: the same as found anew."""

from __future__ import annotations

import numpy as np
import pytest

from havenline.draws.kernels import kernel_entry
from havenline.world import roads

PARTIES = 3
ROAD = np.dtype([("km", "f8"), ("border", "?")])
LINK = np.dtype([("place", "i8"), ("road", "i8")])


@kernel_entry
def reroute(  # type: ignore[no-untyped-def]
    changed, before, ptr, link, road, holder, own, passage, dist, pred, queue, queued, stale
):
    roads.reroute_around(
        changed, before, ptr, link, road, holder, own, passage, dist, pred, queue, queued, stale
    )


@pytest.mark.parametrize("seed", range(6))
def test_rerouting_finds_what_searching_anew_finds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 24
    ends = [(i, int(rng.integers(0, i))) for i in range(1, n)]
    ends += [tuple(rng.choice(n, 2, replace=False)) for _ in range(20)]
    road = np.zeros(len(ends), dtype=ROAD)
    road["km"] = rng.integers(1, 30, len(ends)) + rng.random(len(ends))
    road["border"] = rng.random(len(ends)) < 0.1
    beside: list[list[tuple[int, int]]] = [[] for _ in range(n)]
    for e, (a, b) in enumerate(ends):
        beside[a].append((b, e))
        beside[b].append((a, e))
    ptr = np.cumsum([0, *(len(b) for b in beside)])
    link = np.array([pair for b in beside for pair in b], dtype=LINK)
    holder = rng.integers(0, PARTIES, n).astype(np.int8)
    own = holder.copy()
    passage = rng.permutation([0, 1, 1, roads.INTO] * 4).reshape(4, 4).astype(np.int8)
    np.fill_diagonal(passage, 1)
    queue, queued = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.bool_)

    def anew() -> tuple[np.ndarray, np.ndarray]:
        dist, pred = np.zeros((n, n), dtype=np.float32), np.zeros((n, n), dtype=np.int16)
        roads.all_shortest(ptr, link, road, holder, own, passage, dist, pred, queue, queued)
        return dist, pred

    dist, pred = anew()
    altered = 0
    for _ in range(60):
        changed = int(rng.integers(0, n))
        before = holder[changed]
        holder[changed] = rng.integers(0, PARTIES)
        stale = np.zeros(n, dtype=np.bool_)
        old = dist.copy()
        reroute(
            changed, before, ptr, link, road, holder, own, passage, dist, pred, queue, queued, stale
        )
        np.testing.assert_array_equal(dist, anew()[0])
        rows = (dist != old).any(axis=1)
        altered += int(rows.sum())
        assert stale[rows].all()
    assert altered > 60
