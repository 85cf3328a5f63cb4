"""What changes while a case runs: one set of arrays for each thread."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from havenline.draws.kernels import kernel
from havenline.draws.views import view
from havenline.engine.rules.flee.cells import Cells, empty_cells, view_cells
from havenline.engine.rules.flee.network import CaseNetwork
from havenline.engine.rules.flee.ways import (
    Shares,
    Ways,
    empty_shares,
    empty_ways,
    view_shares,
    view_ways,
)

ENDS_PER_CELL = 16
"""Room for ends of days, for each cell of a table."""


class FleeState(NamedTuple):
    """State of a run, and room to work in.

    Attributes
    ----------
    today, moving, tomorrow : Cells
        People at the start of the day; those on roads; people at the end of the day.
    now, then, ends : Shares
        Shares of those whose day is worked out: who decides, who has arrived since, ends.
    ways : Ways
    turn : (1,) int64
        A count of the days that were worked out.
    weighed : (places,) int64
        When, by that count, the chances at a place were last worked out: those to leave
        (``leaving``), of each route (``way``; 0 without room) and their sum (``total``).
    leaving, total : (places,) float64
    way : (routes,) float64
    known : Cells
        States whose ends are worked out; ``people`` is the first row of theirs in the lists
        ``end_where``, ``end_far``, ``end_sum``, ``known_last`` the row after the last.
    known_mask, known_version : (most cells,)
        The marks of the places that these ends depend on, and when they were worked out.
    seen, version : (1,)
        Marks of the ends under work; a count of the changes of throttles.
    changed : (64,) int64
        That count at the last change of a place of each mark.
    kept : (1,) int64
        Rows in use.
    throttle : (places,) float64
        Throttles that these ends were worked out with.
    key : (most cells,) uint64
    part : (most cells,) float64
        Where in the parts of a day each cell begins.
    at : (places,) float64
        People at each place, not those on roads.
    residents : (places,) float64
    inflow : (places,) float64
        Arrivals to be expected from those who have not yet gone.
    few : (1,) int64
        Whether so few are on roads that they may go one by one.
    weight : (routes, groups) float64
    chance : (most routes of a place,) float64
    taken : (most routes of a place,) int64
    spread : (groups,) int64
    spawned : (places,) int64
    alike : (2 * values, places) float64
        People by attribute and value at each place in the morning; ``counted`` all of them.
    counted : (places,) float64
    """

    today: Cells
    moving: Cells
    tomorrow: Cells
    now: Shares
    then: Shares
    ends: Shares
    ways: Ways
    turn: NDArray[np.int64]
    weighed: NDArray[np.int64]
    leaving: NDArray[np.float64]
    total: NDArray[np.float64]
    way: NDArray[np.float64]
    known: Cells
    known_last: NDArray[np.int64]
    end_where: NDArray[np.uint64]
    end_far: NDArray[np.uint64]
    end_sum: NDArray[np.float64]
    known_mask: NDArray[np.uint64]
    known_version: NDArray[np.int64]
    seen: NDArray[np.uint64]
    version: NDArray[np.int64]
    changed: NDArray[np.int64]
    kept: NDArray[np.int64]
    throttle: NDArray[np.float64]
    key: NDArray[np.uint64]
    part: NDArray[np.float64]
    at: NDArray[np.float64]
    residents: NDArray[np.float64]
    inflow: NDArray[np.float64]
    few: NDArray[np.int64]
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
    ways = empty_ways(most_cells)
    widest = int(np.diff(net.route_first, axis=1).max(initial=1))
    return FleeState(
        today=empty_cells(most_cells),
        moving=empty_cells(most_cells),
        tomorrow=empty_cells(most_cells),
        now=empty_shares(ways),
        then=empty_shares(ways),
        ends=empty_shares(ways),
        ways=ways,
        turn=np.zeros(1, dtype=np.int64),
        weighed=np.zeros(places, dtype=np.int64),
        leaving=np.zeros(places),
        total=np.zeros(places),
        way=np.zeros(max(1, len(net.route_end))),
        known=empty_cells(most_cells),
        known_last=np.zeros(most_cells, dtype=np.int64),
        end_where=np.zeros(ENDS_PER_CELL * most_cells, dtype=np.uint64),
        end_far=np.zeros(ENDS_PER_CELL * most_cells, dtype=np.uint64),
        end_sum=np.zeros(ENDS_PER_CELL * most_cells),
        known_mask=np.zeros(most_cells, dtype=np.uint64),
        known_version=np.zeros(most_cells, dtype=np.int64),
        seen=np.zeros(1, dtype=np.uint64),
        version=np.zeros(1, dtype=np.int64),
        changed=np.zeros(64, dtype=np.int64),
        kept=np.zeros(1, dtype=np.int64),
        throttle=np.ones(places),
        key=np.zeros(most_cells, dtype=np.uint64),
        part=np.zeros(most_cells),
        at=np.zeros(places),
        residents=np.zeros(places),
        inflow=np.zeros(places),
        few=np.zeros(1, dtype=np.int64),
        weight=np.zeros((max(1, len(net.route_end)), groups)),
        chance=np.zeros(max(1, widest)),
        taken=np.zeros(max(1, widest), dtype=np.int64),
        spread=np.zeros(groups, dtype=np.int64),
        spawned=np.zeros(places, dtype=np.int64),
        alike=np.zeros(net.group.static.shape),
        counted=np.zeros(places),
    )


@kernel
def view_state(s):  # type: ignore[no-untyped-def]
    """Return a state (inside kernels) with views of its arrays."""
    return FleeState(
        view_cells(s.today), view_cells(s.moving), view_cells(s.tomorrow), view_shares(s.now),
        view_shares(s.then), view_shares(s.ends), view_ways(s.ways), view(s.turn),
        view(s.weighed), view(s.leaving), view(s.total), view(s.way),
        view_cells(s.known), view(s.known_last),
        view(s.end_where), view(s.end_far), view(s.end_sum),
        view(s.known_mask), view(s.known_version), view(s.seen), view(s.version),
        view(s.changed), view(s.kept), view(s.throttle),
        view(s.key), view(s.part), view(s.at), view(s.residents), view(s.inflow), view(s.few),
        view(s.weight), view(s.chance), view(s.taken), view(s.spread),
        view(s.spawned), view(s.alike), view(s.counted),
    )  # fmt: skip
