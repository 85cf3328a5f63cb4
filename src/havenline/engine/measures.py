"""The daily figures of a run: every measure, by name, and how a day is written down.

Sums by sub-district only: nothing here tells who holds a place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from havenline.draws.kernels import kernel
from havenline.engine.day import STEPS
from havenline.engine.people import DISPLACED_BEFORE, RESIDENT, RETURNED, displaced
from havenline.engine.refuge import shelters
from havenline.engine.step import Measure
from havenline.engine.steps.aid import in_sites, unsheltered
from havenline.engine.steps.control import FAR_SIDE_HANDED, FAR_SIDE_TAKEN


def _present(name: str, long_name: str, *of: str, whole: bool = True) -> Measure:
    return Measure(name, long_name, "persons", "stock", of=("people", *of), whole=whole)


PRESENT = (
    _present("displaced_present", "displaced persons present at places of the crisis", "holders"),
    _present("unsheltered", "displaced persons without shelter", "shelter", whole=False),
    _present("near_front", "persons within 10 km of the front", "fronts"),
    _present("near_border", "persons within 10 km of the border"),
    _present("left_on_other_side", "persons left on the other side of a line", "holders"),
    _present("in_captured_places", "persons in places that were captured", "holders"),
    Measure("shelter_places", "places in shelter", "persons", "stock", of=("shelter",),
            whole=False),
)  # fmt: skip
"""What is counted over all places at the end of a day; it belongs to no step alone."""

MEASURES: Mapping[str, Measure] = {
    measure.name: measure
    for measure in (*(m for step in STEPS.values() for m in step.measures), *PRESENT)
}
"""Every daily figure of a run, by name, in the order in which they are written."""

COUNTS = np.dtype([(measure.name, measure.dtype) for measure in MEASURES.values()])
"""A record of all measures on one day."""

NEAR_FRONT_KM = 10.0


class Output(NamedTuple):
    """What one run writes; day 0 is the end of the as-of date.

    Attributes
    ----------
    series : (n_day,) records ``COUNTS``
    displaced, arrivals : (n_day, n_area, n_group) int32
        Displaced persons present; displaced persons who arrived on the day.
    residents : (n_day, n_area) int32
        Residents and returned people present.
    departures : (n_day, n_area) int32
        People who fled from a place on the day, for the first time or again; who chooses again on
        the way or goes home is in none.
    in_sites : (n_day, n_area) int32
        Displaced persons in sites, whoever holds the ground.
    exposed : (n_week, n_area) uint8
        1 where people were within 10 km of the front on a day of an offensive.
    entered, came_back : (n_day, n_neighbour) int64
        Entries to each neighbour, and returns from it, since the as-of date.
    went_on : (n_day, n_neighbour) int64
        Attempts to go on from each neighbour since the as-of date.
    waiting : (n_day, n_neighbour) int64
        Displaced persons who wait at the border with each neighbour.
    flows : (n_week, n_area, n_area) int32
        Displaced persons whose journey ended in the week, by the area they set out from and the
        one they reached.
    hollowed : (1,) uint8
        1 where an agreement was hollowed out on any day: of the whole horizon, never of a day.
    """

    series: NDArray[np.void]
    displaced: NDArray[np.int32]
    arrivals: NDArray[np.int32]
    residents: NDArray[np.int32]
    departures: NDArray[np.int32]
    in_sites: NDArray[np.int32]
    exposed: NDArray[np.uint8]
    entered: NDArray[np.int64]
    came_back: NDArray[np.int64]
    went_on: NDArray[np.int64]
    waiting: NDArray[np.int64]
    flows: NDArray[np.int32]
    hollowed: NDArray[np.uint8]


def empty_output(days: int, areas: int, groups: int, neighbours: int) -> Output:
    """Allocate the output of one run.

    Parameters
    ----------
    days : int
        Days after the as-of date.
    areas, groups, neighbours : int
    """
    weeks = weeks_of(days)
    return Output(
        series=np.zeros(days + 1, dtype=COUNTS),
        displaced=np.zeros((days + 1, areas, groups), dtype=np.int32),
        arrivals=np.zeros((days + 1, areas, groups), dtype=np.int32),
        residents=np.zeros((days + 1, areas), dtype=np.int32),
        departures=np.zeros((days + 1, areas), dtype=np.int32),
        in_sites=np.zeros((days + 1, areas), dtype=np.int32),
        exposed=np.zeros((weeks, areas), dtype=np.uint8),
        entered=np.zeros((days + 1, neighbours), dtype=np.int64),
        came_back=np.zeros((days + 1, neighbours), dtype=np.int64),
        went_on=np.zeros((days + 1, neighbours), dtype=np.int64),
        waiting=np.zeros((days + 1, neighbours), dtype=np.int64),
        flows=np.zeros((weeks, areas, areas), dtype=np.int32),
        hollowed=np.zeros(1, dtype=np.uint8),
    )


def weeks_of(days: int) -> int:
    """Return the number of weeks that a horizon touches; the last may be cut short.

    Parameters
    ----------
    days : int
        Days after the as-of date.
    """
    return (days + 6) // 7


def start_counts(counts: NDArray[np.void]) -> None:
    """Start the measures that count from the as-of date.

    Parameters
    ----------
    counts : (1,) records ``COUNTS``, changed
    """
    for measure in MEASURES.values():
        if measure.since_as_of:
            counts[measure.name] = 0


def of_return(past: NDArray[np.void], measure: str) -> NDArray[np.int64]:
    """Return what a run has of a measure of return, day by day.

    Still displaced are those who fled since the start, less those who came home and those who went
    out of the crisis; who came home and fled again, or was displaced before and went out, is not
    told apart.

    Parameters
    ----------
    past : (n_day,) records ``COUNTS``
    measure : str
        One of `havenline.facts.counts.RETURNS`.

    Returns
    -------
    (n_day,) int64
        Persons.
    """
    home: NDArray[np.int64] = past["returned"]
    if measure == "returned_cumulative":
        return home
    out = past["people_abroad"] + past["people_moved_out"]
    still: NDArray[np.int64] = past["newly_displaced"] - home - (out - out[0])
    return np.maximum(0, still)


@kernel
def at_border(net, state, place):  # type: ignore[no-untyped-def]
    """Return who waits at a place of a border, as `havenline.engine.steps.entry.waiting` has it.

    Whoever holds the ground: the figure of a neighbour with one gate would else tell its loss.
    """
    here = state.place[place]
    people = displaced(state, place)
    if not net.place[place].crossing:
        people -= np.int64(here.tents + here.homes + here.room)
    return max(0, people)


@kernel
def count_present(net, state, out, ahead):  # type: ignore[no-untyped-def]
    """Count who is where at the end of a day, in all and by area.

    Parameters
    ----------
    net, state
        `Network`, `State`.
    out : Output, written
    ahead : int64
        Days after the as-of date.
    """
    n, rows, groups = state.persons.shape
    without, shelter = 0.0, 0.0
    near_front, near_border, handed, taken, present = 0, 0, 0, 0, 0
    week = (ahead - 1) // 7
    for i in range(n):
        here = state.by_status[i].sum()
        area = net.place[i].area
        if shelters(state, i, i):
            without += unsheltered(state, i)
            present += displaced(state, i)
            shelter += state.place[i].shelter
            if state.front[i] <= NEAR_FRONT_KM:
                near_front += here
                if ahead > 0 and area >= 0 and here > 0 and state.course[0].offensive == 1:
                    out.exposed[week, area] = 1
        if net.place[i].border >= 0:
            near_border += here
            out.waiting[ahead, net.place[i].border] += at_border(net, state, i)
        if state.place[i].far_side == FAR_SIDE_HANDED:
            handed += here - state.place[i].crossed
        elif state.place[i].far_side == FAR_SIDE_TAKEN:
            taken += here - state.place[i].crossed
        if area < 0:
            continue
        out.departures[ahead, area] += state.set_out[i]
        if here > 0:
            out.in_sites[ahead, area] += in_sites(net, state, i)
            out.residents[ahead, area] += (
                state.by_status[i, RESIDENT] + state.by_status[i, RETURNED]
            )
            cells, by_row = state.persons[i], state.by_row[i]
            by_group = out.displaced[ahead, area]
            for row in range(DISPLACED_BEFORE, rows):
                if by_row[row] > 0:
                    for g in range(groups):
                        by_group[g] += cells[row, g]
        arrived, reached = state.arrived[i], out.arrivals[ahead, area]
        for g in range(groups):
            reached[g] += arrived[g]
    if ahead > 0:
        out.flows[week] += state.flow
    counts = state.counts[0]
    counts.displaced_present = present
    counts.unsheltered = without
    counts.near_front = near_front
    counts.near_border = near_border
    counts.left_on_other_side = handed
    counts.in_captured_places = taken
    counts.shelter_places = shelter


@kernel
def write_day(net, state, out, ahead):  # type: ignore[no-untyped-def]
    """Write down every measure of a day; see `count_present` for the parameters."""
    count_present(net, state, out, ahead)
    course, counts = state.course[0], state.counts[0]
    counts.truce_standing = course.truce
    counts.offensive_running = course.offensive
    counts.haven_standing = 1 if course.haven == 1 else 0
    counts.aid_suspended = course.suspensions % 2
    for k in range(out.entered.shape[1]):
        out.entered[ahead, k] = state.entered[k]
        out.came_back[ahead, k] = state.came_back[k]
        out.went_on[ahead, k] = state.went_on[k]
    out.hollowed[0] = course.hollowed
    out.series[ahead] = counts
