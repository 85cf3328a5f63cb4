"""The past of one future as counts see it: day by day, by place, by neighbour, in all."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from havenline.draws.held import held
from havenline.draws.kernels import kernel_entry
from havenline.engine.measures import at_border
from havenline.engine.people import DISPLACED_BEFORE
from havenline.engine.refuge import shelters
from havenline.engine.steps.aid import in_sites, unsheltered

if TYPE_CHECKING:
    from havenline.engine.ground import Ground
    from havenline.engine.state import State

Ints = NDArray[np.int64]


class Past(NamedTuple):
    """Persons at the end of each day of a replay; the last day is the as-of date.

    Attributes
    ----------
    there, in_sites, unsheltered : (n_day, n_place) int64
        Displaced people present, those of them in sites, those without shelter.
    arrived, left : (n_day, n_place) int64
        Displaced people who had arrived, and people who had fled, since the start; each move.
    waiting : (n_day, n_neighbour) int64
        Displaced people who wait at the border.
    entered, came_back : (n_day, n_neighbour) int64
        Since the start.
    killed, home : (n_day, 1) int64
        Civilians killed, people home again, since the start.
    """

    there: Ints
    in_sites: Ints
    unsheltered: Ints
    arrived: Ints
    left: Ints
    waiting: Ints
    entered: Ints
    came_back: Ints
    killed: Ints
    home: Ints

    def counted(self, figure: str, start: int | None, end: int) -> Ints:
        """Return what a count of a figure counts, by place or neighbour.

        Parameters
        ----------
        figure : str
            The name of an attribute.
        start : int or None
            Day after which people are counted, below 0 for all days; None for a stock.
        end : int
            Day; of one before the first nothing has happened.
        """
        figures: Ints = getattr(self, figure)
        if start is None:
            return np.asarray(figures[max(0, end)])
        before = figures[start] if start >= 0 else np.zeros_like(figures[0])
        return np.asarray(figures[max(0, start, end)] - before)


@kernel_entry
def _look(net, state, seen):  # type: ignore[no-untyped-def]
    """Write people in sites, without shelter and waiting at a border, by place, into ``seen``."""
    net, state = held(net), held(state)
    for i in range(seen.shape[1]):
        seen[0, i] = in_sites(net, state, i)
        seen[1, i] = np.int64(unsheltered(state, i)) if shelters(state, i, i) else 0
        seen[2, i] = at_border(net, state, i) if net.place[i].border >= 0 else 0


def past_of(ground: Ground, future: int = 0) -> Past:
    """Run one future to the as-of date and return what counts would have seen.

    Parameters
    ----------
    ground : Ground
    future : int

    Raises
    ------
    RunError
        If the run stops.
    """
    network, days = ground.world.network, ground.facts.days + 1
    places, neighbours = len(ground.world.place_ids), len(ground.world.neighbour_ids)
    by_place = {
        name: np.zeros((days, places), dtype=np.int64)
        for name in ("there", "in_sites", "unsheltered", "arrived", "left")
    }
    by_neighbour = {
        name: np.zeros((days, neighbours), dtype=np.int64)
        for name in ("waiting", "entered", "came_back")
    }
    border = network.place["border"]
    seen = np.zeros((3, places), dtype=np.int64)

    def see(day: int, state: State) -> None:
        _look(network, state, seen)
        by_place["there"][day] = state.by_status[:, DISPLACED_BEFORE:].sum(axis=1)
        by_place["in_sites"][day], by_place["unsheltered"][day] = seen[:2]
        by_place["arrived"][day] = state.arrived.sum(axis=1)
        by_place["left"][day] = state.set_out
        np.add.at(by_neighbour["waiting"][day], border[border >= 0], seen[2][border >= 0])
        by_neighbour["entered"][day] = state.entered
        by_neighbour["came_back"][day] = state.came_back

    counts = ground.replay(future, watch=see).past
    for name in ("arrived", "left"):
        by_place[name] = by_place[name].cumsum(axis=0)
    whole = {name: counts[of].astype(np.int64)[:, None] for name, of in WHOLE.items()}
    return Past(**by_place, **by_neighbour, **whole)


WHOLE = {"killed": "killed", "home": "returned"}
"""Figures that are not held by place, by the measure of a run."""
