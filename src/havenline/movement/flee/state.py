"""What changes while a case runs: one set of arrays for each thread."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from havenline.draws.kernels import bare, kernel
from havenline.movement.flee.cells import Cells, bare_cells, empty_cells
from havenline.world.case_network import CaseNetwork


class FleeState(NamedTuple):
    """State of a run, and room to work in.

    Attributes
    ----------
    today, moving, now, then, tomorrow : Cells
        People at the start of the day; those on roads; those who have just arrived, and those
        who will by the next road; people at the end of the day.
    at : (places,) float64
        People at each place, not those on roads.
    residents : (places,) float64
    came : (places,) int64
        Arrivals of the day, and ``came_before`` of the day before.
    came_before : (places,) int64
    moved : (1,) int64
        People on roads the day before.
    weight : (routes, groups) float64
    chance : (most routes of a place,) float64
    taken : (most routes of a place,) int64
    spread : (groups,) int64
    spawned : (places,) int64
    alike : (2, values, places) float64
        People by attribute and value at each place in the morning; ``counted`` all of them.
    counted : (places,) float64
    """

    today: Cells
    moving: Cells
    now: Cells
    then: Cells
    tomorrow: Cells
    at: NDArray[np.float64]
    residents: NDArray[np.float64]
    came: NDArray[np.int64]
    came_before: NDArray[np.int64]
    moved: NDArray[np.int64]
    weight: NDArray[np.float64]
    chance: NDArray[np.float64]
    taken: NDArray[np.int64]
    spread: NDArray[np.int64]
    spawned: NDArray[np.int64]
    alike: NDArray[np.float64]
    counted: NDArray[np.float64]


def empty_state(net: CaseNetwork, most_cells: int) -> FleeState:
    """Return room for a run.

    Parameters
    ----------
    net : CaseNetwork
    most_cells : int
        Cells of each table, a power of two.
    """
    places, groups = len(net.persons), len(net.group.key)
    widest = int(np.diff(net.route_first, axis=1).max(initial=1))
    return FleeState(
        today=empty_cells(most_cells),
        moving=empty_cells(most_cells),
        now=empty_cells(most_cells),
        then=empty_cells(most_cells),
        tomorrow=empty_cells(most_cells),
        at=np.zeros(places),
        residents=np.zeros(places),
        came=np.zeros(places, dtype=np.int64),
        came_before=np.zeros(places, dtype=np.int64),
        moved=np.zeros(1, dtype=np.int64),
        weight=np.zeros((max(1, len(net.route_end)), groups)),
        chance=np.zeros(max(1, widest)),
        taken=np.zeros(max(1, widest), dtype=np.int64),
        spread=np.zeros(groups, dtype=np.int64),
        spawned=np.zeros(places, dtype=np.int64),
        alike=np.zeros(net.group.static.shape),
        counted=np.zeros(places),
    )


@kernel
def bare_flee_state(s):  # type: ignore[no-untyped-def]
    """Return a state (inside kernels) with arrays that are not reference-counted."""
    return FleeState(
        bare_cells(s.today), bare_cells(s.moving), bare_cells(s.now), bare_cells(s.then),
        bare_cells(s.tomorrow), bare(s.at), bare(s.residents), bare(s.came), bare(s.came_before),
        bare(s.moved), bare(s.weight), bare(s.chance), bare(s.taken), bare(s.spread),
        bare(s.spawned), bare(s.alike), bare(s.counted),
    )  # fmt: skip
