"""Shortest roads between places, over the roads that are open, and distances to fronts.

A road is open to people who flee when the holder of the end that it leads to lets them pass, and
when it does not cross a border: whoever holds the place that they leave, they may leave it (how
many do is told by `havenline.engine.steps.flight`). Whose people they are is told by where they set
out from: row ``i`` of a matrix of distances is that of the people of place ``i``. Onto ground that
they may only go into (such as across a front) they do not travel to reach other ground behind it.
"""

from __future__ import annotations

import numpy as np

from havenline.draws.kernels import kernel, kernel_entry

UNREACHED = np.float32(np.inf)
INTO = 2
"""As `havenline.world.terms` has it, where passages are explained."""


@kernel
def relax(count, source, ptr, link, road, holder, passes, dist, pred, queue, queued):  # type: ignore[no-untyped-def]
    """Shorten roads from the first ``count`` places of the queue on, until none can be shortened.

    See `shortest_from` for the parameters.
    """
    n = dist.shape[0]
    head = 0
    while count > 0:
        i = queue[head]
        head += 1
        if head == n:
            head = 0
        count -= 1
        queued[i] = False
        inside = passes[holder[i]] == INTO and i != source
        for a in range(ptr[i], ptr[i + 1]):
            j = link[a].place
            way = passes[holder[j]]
            if way == 0 or (inside and way != INTO) or road[link[a].road].border:
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


@kernel
def shortest_from(source, ptr, link, road, holder, passes, dist, pred, queue, queued):  # type: ignore[no-untyped-def]
    """Fill the row of distances and of places before from one source.

    Parameters
    ----------
    source : int64
        Index of the place the roads start from.
    ptr, link, road : arrays
        Roads as a compressed adjacency; see `havenline.world.world.Network`.
    holder : (n_place,) int8
        Who holds each place.
    passes : (n_party + 1,) int8
        How the people of the source may travel over the ground of each party.
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
    dist[source] = np.float32(0.0)
    queue[0] = source
    queued[source] = True
    relax(1, source, ptr, link, road, holder, passes, dist, pred, queue, queued)


@kernel_entry
def all_shortest(ptr, link, road, holder, own, passage, dist, pred, queue, queued):  # type: ignore[no-untyped-def]
    """Fill all rows of ``dist`` and ``pred``; see `shortest_from`.

    Parameters
    ----------
    own : (n_place,) int8
        Whose people live at each place.
    passage : (n_party + 1, n_party + 1) int8
        How the people of the first may travel over the ground of the second.
    """
    for i in range(dist.shape[0]):
        passes = passage[own[i]]
        shortest_from(i, ptr, link, road, holder, passes, dist[i], pred[i], queue, queued)


@kernel
def reroute_around(  # type: ignore[no-untyped-def]
    changed, before, ptr, link, road, holder, own, passage, dist, pred, queue, queued, stale
):
    """Recompute the shortest roads that a place that changed hands alters.

    ``holder[changed]`` must already be new, ``before`` is who held it. Exact: of each source, what
    was reached over the place and the place itself is forgotten and found again from what lies
    beside it, and roads that are shorter from there on are found too. Rows that change are marked
    in ``stale``.
    """
    for i in range(dist.shape[0]):
        passes = passage[own[i]]
        if i == changed:
            shortest_from(i, ptr, link, road, holder, passes, dist[i], pred[i], queue, queued)
            stale[i] = True
        elif passes[before] != passes[holder[changed]]:
            known = pred[i, changed] >= 0
            reroute_from(
                i, changed, ptr, link, road, holder, passes, dist[i], pred[i], queue, queued
            )
            stale[i] = stale[i] or known or pred[i, changed] >= 0


@kernel
def reroute_from(source, changed, ptr, link, road, holder, passes, dist, pred, queue, queued):  # type: ignore[no-untyped-def]
    """Recompute the row of one source; see `reroute_around` and `shortest_from`."""
    for j in range(dist.shape[0]):
        queued[j] = False
    queue[0] = changed
    queued[changed] = True
    count, first = 1, 0
    while first < count:  # the place and all that was reached over it
        i = queue[first]
        first += 1
        dist[i] = UNREACHED
        pred[i] = -1
        for a in range(ptr[i], ptr[i + 1]):
            j = link[a].place
            if pred[j] == i and not queued[j]:
                queue[count] = j
                queued[j] = True
                count += 1
    for k in range(count):
        j = queue[k]
        way = passes[holder[j]]
        for a in range(ptr[j], ptr[j + 1]):
            i = link[a].place
            inside = passes[holder[i]] == INTO and i != source
            if way == 0 or (inside and way != INTO) or road[link[a].road].border:
                continue
            d = np.float32(dist[i] + road[link[a].road].km)
            if d < dist[j]:
                dist[j] = d
                pred[j] = i
    relax(count, source, ptr, link, road, holder, passes, dist, pred, queue, queued)


@kernel
def measure_from_seeds(ptr, link, road, holder, contact, passage, front, queue, queued):  # type: ignore[no-untyped-def]
    """Spread distances to a front from the ends of the roads it stands on to the places behind.

    On either side of it, over ground of parties that let each other's people pass, not across a
    front or a border.

    Parameters
    ----------
    contact : (n_party + 1, n_party + 1) int8
        What stands between parties; see `havenline.world.terms`.
    passage : (n_party + 1, n_party + 1) int8
        How the people of the first may travel over the ground of the second.
    front : (n_place,) float64, changed
        Road kilometres; infinite but at the ends of roads with the front.
    queue : (n_place,) int64, queued : (n_place,) bool
        Scratch.
    """
    n = front.shape[0]
    head, count = 0, 0
    for i in range(n):
        queued[i] = front[i] < np.inf
        if queued[i]:
            queue[count] = i
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
            h, k = holder[i], holder[j]
            apart = contact[h, k] != 0 or passage[h, k] != 1 or passage[k, h] != 1
            if apart or road[link[a].road].border:
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
