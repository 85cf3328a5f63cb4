"""Shortest roads between places, over the roads that are open.

A road is open to people who flee when both its ends are held by the side that shelters them
(defender or guarantor) and it does not cross a border.
"""

from __future__ import annotations

import numpy as np

from havenline.draws.kernels import kernel, kernel_entry

DEFENDER, GUARANTOR, ATTACKER, OTHER, FOREIGN = 0, 1, 2, 3, 4
"""Codes of ``side``: who holds a place, seen from the people who may flee."""

UNREACHED = np.float32(np.inf)


@kernel
def held(code):  # type: ignore[no-untyped-def]
    """Whether a side code is one that shelters the people of the crisis."""
    return code <= 1


@kernel
def shortest_from(source, ptr, link, road, side, dist, pred, queue, queued):  # type: ignore[no-untyped-def]
    """Fill the row of distances and of places before from one source.

    Parameters
    ----------
    source : int64
        Index of the place the roads start from.
    ptr, link, road : arrays
        Roads as a compressed adjacency; see `havenline.world.world.Network`.
    side : (n_place,) int8
        Side codes; only roads between held places are used.
    dist : (n_place,) float32, written
        Kilometres, infinite where no open road leads.
    pred : (n_place,) int16, written
        Place before on the shortest road, -1 for none.
    queue : (n_place,) int64, queued : (n_place,) bool
        Scratch.
    """
    n = dist.shape[0]
    for i in range(n):
        dist[i] = UNREACHED
        pred[i] = -1
        queued[i] = False
    if not held(side[source]):
        return
    dist[source] = np.float32(0.0)
    queue[0] = source
    queued[source] = True
    head, count = 0, 1
    while count > 0:
        i = queue[head]
        head += 1
        if head == n:
            head = 0
        count -= 1
        queued[i] = False
        for a in range(ptr[i], ptr[i + 1]):
            j = link[a].place
            if not held(side[j]) or road[link[a].road].border:
                continue
            d = np.float32(dist[i] + road[link[a].road].km)
            if d < dist[j]:
                dist[j] = d
                pred[j] = i
                if not queued[j]:
                    tail = head + count
                    if tail >= n:
                        tail -= n
                    queue[tail] = j
                    queued[j] = True
                    count += 1


@kernel_entry
def all_shortest(ptr, link, road, side, dist, pred, queue, queued):  # type: ignore[no-untyped-def]
    """Fill all rows of ``dist`` and ``pred``; see `shortest_from`."""
    for i in range(dist.shape[0]):
        shortest_from(i, ptr, link, road, side, dist[i], pred[i], queue, queued)


@kernel
def reroute_around(lost, ptr, link, road, side, dist, pred, queue, queued, stale):  # type: ignore[no-untyped-def]
    """Recompute the rows of sources whose shortest roads led over a place just lost.

    ``side[lost]`` must already be changed. Exact: a source whose roads end at the lost place
    loses only that destination. Rows that change are marked in ``stale``.
    """
    n = dist.shape[0]
    for i in range(n):
        if i == lost or not held(side[i]):
            continue
        inner = False
        for j in range(n):
            if pred[i, j] == lost:
                inner = True
                break
        if inner:
            shortest_from(i, ptr, link, road, side, dist[i], pred[i], queue, queued)
            stale[i] = True
        else:
            dist[i, lost] = UNREACHED
            pred[i, lost] = -1
    for j in range(n):
        dist[lost, j] = UNREACHED
        pred[lost, j] = -1


@kernel
def distance_to_front(ptr, link, road, side, progress, front, queue, queued):  # type: ignore[no-untyped-def]
    """Road kilometres from each held place to the nearest point of the front.

    The front stands on a road whose ends are held by the attacker and by the defender or the
    guarantor, ``progress`` kilometres from the attacker's end.

    Parameters
    ----------
    progress : (n_road,) records with a field ``progress``
        Kilometres that the front has advanced on each road.
    front : (n_place,) float64, written
        Kilometres; infinite where no front can be reached and at places not held.
    """
    n = front.shape[0]
    head, count = 0, 0
    for i in range(n):
        front[i] = np.inf
        queued[i] = False
    for i in range(n):
        if not held(side[i]):
            continue
        for a in range(ptr[i], ptr[i + 1]):
            if side[link[a].place] == 2 and not road[link[a].road].border:
                d = max(0.0, road[link[a].road].km - progress[link[a].road].progress)
                front[i] = min(front[i], d)
        if front[i] < np.inf:
            queue[count] = i
            queued[i] = True
            count += 1
    while count > 0:
        i = queue[head]
        head += 1
        if head == n:
            head = 0
        count -= 1
        queued[i] = False
        for a in range(ptr[i], ptr[i + 1]):
            j = link[a].place
            if not held(side[j]) or road[link[a].road].border:
                continue
            d = front[i] + road[link[a].road].km
            if d < front[j]:
                front[j] = d
                if not queued[j]:
                    tail = head + count
                    if tail >= n:
                        tail -= n
                    queue[tail] = j
                    queued[j] = True
                    count += 1
