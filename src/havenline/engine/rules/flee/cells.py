"""Cells of people in the same state, found by that state.

A state is two 64-bit words, so that two cells are one exactly where every part is equal:

- where: place or road, what remains of a route, group, first road still ahead;
- how far: kilometres (on the road, or gone today), and how much one has moved of late.

Kilometres and recent movement are whole numbers of ``1 / UNIT``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import int64, uint64
from numpy.typing import NDArray

from havenline.draws.kernels import kernel, kernel_within
from havenline.draws.views import view
from havenline.engine.rules.flee.network import MOST_RESTS

MOST_GROUPS = 1 << 19
RECENT_BITS = 22

_FIRST = uint64(1)
_GROUP_AT = uint64(1)
_REST_AT = uint64(20)
_PLACE_AT = uint64(44)
_GROUP_MASK = uint64(MOST_GROUPS - 1)
_REST_MASK = uint64(MOST_RESTS - 1)
_KM_AT = uint64(RECENT_BITS)
_RECENT_MASK = uint64((1 << RECENT_BITS) - 1)
_M1 = uint64(0x9E3779B97F4A7C15)
_M2 = uint64(0xBF58476D1CE4E5B9)


class Cells(NamedTuple):
    """An open-addressed table of cells, in the order in which they were added.

    Attributes
    ----------
    slot : (2 ** k,) int32
        Number of the cell plus 1; 0 where empty.
    at : (most,) int32
        Slot of each cell.
    where, far : (most,) uint64
        State of each cell.
    people : (most,) int64 or float64
        Persons, or the share of those whose day is worked out.
    used : (1,) int64
        Cells in use; more than ``most`` where the table was too small.
    """

    slot: NDArray[np.int32]
    at: NDArray[np.int32]
    where: NDArray[np.uint64]
    far: NDArray[np.uint64]
    people: NDArray[Any]
    used: NDArray[np.int64]


def empty_cells(most: int, kind: type[np.int64] | type[np.float64] = np.int64) -> Cells:
    """Return an empty table for a number of cells (a power of two), of persons or shares."""
    return Cells(
        slot=np.zeros(2 * most, dtype=np.int32),
        at=np.zeros(most, dtype=np.int32),
        where=np.zeros(most, dtype=np.uint64),
        far=np.zeros(most, dtype=np.uint64),
        people=np.zeros(most, dtype=kind),
        used=np.zeros(1, dtype=np.int64),
    )


@kernel
def view_cells(c):  # type: ignore[no-untyped-def]
    """Return a table (inside kernels) with views of its arrays."""
    return Cells(view(c.slot), view(c.at), view(c.where), view(c.far), view(c.people), view(c.used))


@kernel_within
def pack_where(place, rest, group, first):  # type: ignore[no-untyped-def]
    """Return the first word of a state."""
    return (
        (uint64(place) << _PLACE_AT)
        | (uint64(rest) << _REST_AT)
        | (uint64(group) << _GROUP_AT)
        | uint64(first)
    )


@kernel_within
def pack_far(km, recent):  # type: ignore[no-untyped-def]
    """Return the second word of a state."""
    return (uint64(km) << _KM_AT) | uint64(recent)


@kernel_within
def place_of(where):  # type: ignore[no-untyped-def]
    """Return the place, or the number of places plus the road."""
    return int64(where >> _PLACE_AT)


@kernel_within
def rest_of(where):  # type: ignore[no-untyped-def]
    """Return what remains of the route."""
    return int64((where >> _REST_AT) & _REST_MASK)


@kernel_within
def group_of(where):  # type: ignore[no-untyped-def]
    """Return the group."""
    return int64((where >> _GROUP_AT) & _GROUP_MASK)


@kernel_within
def first_of(where):  # type: ignore[no-untyped-def]
    """Return 1 where the first road is not yet behind."""
    return int64(where & _FIRST)


@kernel_within
def km_of(far):  # type: ignore[no-untyped-def]
    """Return kilometres, in parts of ``1 / UNIT``."""
    return int64(far >> _KM_AT)


@kernel_within
def recent_of(far):  # type: ignore[no-untyped-def]
    """Return recent movement, in parts of ``1 / UNIT``."""
    return int64(far & _RECENT_MASK)


@kernel_within
def _hash(where, far):  # type: ignore[no-untyped-def]
    # whole kilometres leave the low bits of a word empty, so every bit must reach every other
    h = (where ^ (where >> uint64(32))) * _M1
    h = (h ^ (h >> uint64(29)) ^ far ^ (far >> uint64(42))) * _M2
    return h ^ (h >> uint64(32))


@kernel
def find(cells, where, far):  # type: ignore[no-untyped-def]
    """Return the number of the cell of a state, -1 without one."""
    mask = uint64(cells.slot.n - 1)
    h = _hash(where, far) & mask
    while True:
        found = cells.slot[int64(h)]
        if found == 0:
            return int64(-1)
        cell = int64(found) - 1
        if cells.where[cell] == where and cells.far[cell] == far:
            return cell
        h = (h + uint64(1)) & mask


@kernel
def add(cells, where, far, people):  # type: ignore[no-untyped-def]
    """Add people to the cell of a state.

    A full table takes no more and says so by ``used``.
    """
    if people <= 0:
        return
    mask = uint64(cells.slot.n - 1)
    h = _hash(where, far) & mask
    while True:
        found = cells.slot[int64(h)]
        if found == 0:
            break
        cell = int64(found) - 1
        if cells.where[cell] == where and cells.far[cell] == far:
            cells.people[cell] += people
            return
        h = (h + uint64(1)) & mask
    cell = cells.used[0]
    if cell >= cells.at.n:
        cells.used[0] = cells.at.n + 1
        return
    cells.slot[int64(h)] = np.int32(cell + 1)
    cells.at[cell] = np.int32(h)
    cells.where[cell] = where
    cells.far[cell] = far
    cells.people[cell] = people
    cells.used[0] = cell + 1


@kernel
def clear(cells):  # type: ignore[no-untyped-def]
    """Remove all cells."""
    for cell in range(min(cells.used[0], cells.at.n)):
        cells.slot[cells.at[cell]] = 0
    cells.used[0] = 0


@kernel_within
def overflowed(cells):  # type: ignore[no-untyped-def]
    """Return whether the table was too small."""
    return cells.used[0] > cells.at.n
