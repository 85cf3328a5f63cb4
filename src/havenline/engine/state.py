"""The state of one run, as arrays that compiled code changes in place."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from havenline.draws.kernels import bare, kernel
from havenline.world.world import Network

RESIDENT, RETURNED, DISPLACED_BEFORE, DISPLACED_SINCE = (np.int64(i) for i in range(4))
"""Status of persons. The second axis of ``State.persons`` is the status, and from
``DISPLACED_SINCE`` on also the home area: index ``DISPLACED_SINCE + home``; the last home
index stands for a home elsewhere, from before the start. Displaced people fill all rows from
``DISPLACED_BEFORE`` on."""

MAX_CHOICES = 40
"""Most destinations in a choice set."""

HORIZON = 32
"""Days ahead that the calendar of arrivals holds; a longer journey is an error."""

# Whole-number entries of State.whole.
OFFENSIVE, TRUCE, HAVEN, SUSPENDED, FREE_ENTRY, ERROR, TRAVELLING = 0, 1, 2, 3, 4, 5, 6
NEW, MOVED, BY_OPTION, ENTERED, KILLED, INJURED, HOMES, CAME_BACK = 8, 9, 10, 11, 12, 13, 14, 15
SWITCHES, TRUCES, ARRIVED_NEW, STRANDED, TOTAL, MISSING = 16, 17, 18, 19, 20, 21
CONTAINED, CROSSED = 22, 23
N_WHOLE = 24

# Real entries of State.real.
LEVEL, HAZARD_LEFT, TRUCE_AGE, AID, COST, EXPECTED, PUBLISHED, CUT = range(8)
CUT_SETS, TRUCE_LEFT, HAVEN_LEFT, AID_LEFT, TRUCE_HR, TEMPO, TEMPO_Z = range(8, 15)
LINKED, TRUCE_HAZARD = 15, 16
CONTAINMENT_LEFT, EXCESS, ONWARD, NEW_BEFORE = 17, 18, 19, 20
LEVEL_MEAN, TEMPO_MEAN, LEVEL_VAR, TEMPO_VAR, LEVEL_TEMPO, COUNTED = range(21, 27)
N_REAL = 32

ERROR_HORIZON, ERROR_ENTRIES, ERROR_LEDGER, ERROR_HAZARD = 1, 2, 3, 4


PLACE_STATE = np.dtype(
    [
        ("own_pull", "f8"),
        ("shock", "f8"),
        ("shock_z", "f8"),
        ("tents", "f8"),
        ("homes", "f8"),
        ("room", "f8"),
        ("shelter", "f8"),
        ("far_side", "i8"),
        ("crossed", "i8"),
        ("choice_count", "i8"),
        ("choice_day", "i8"),
        ("wait_fighting", "f8"),
        ("wait_background", "f8"),
        ("safe", "?"),
    ],
    align=True,
)
ROAD_STATE = np.dtype([("progress", "f8"), ("speed", "f8")])
CHOICE = np.dtype([("place", "i8"), ("weight", "f8"), ("fast", "i8"), ("slow", "i8")])
MOST_THEATRES = 16
"""Linked theatres that a crisis may declare at most."""
THEATRE_STATE = np.dtype(
    [("age", "f8"), ("hazard", "f8"), ("left", "f8"), ("displaced", "f8"), ("failed", "i8")]
)
TRIP = np.dtype(
    [
        ("persons", "i8"),
        ("cell", "i4"),
        ("next", "i4"),
        ("origin", "i2"),
        ("target", "i2"),
        ("left", "i4"),
    ]
)
SLOT = np.dtype([("place", "i8"), ("days", "i8"), ("persons", "i8")])
LISTED = np.dtype([("cell", "i8"), ("pool", "i8"), ("count", "i8")])


class State(NamedTuple):
    """The state of one run.

    Attributes
    ----------
    persons : (n_place, 3 + n_home + 1, n_group) int64
        Persons present, by status and home (see ``DISPLACED_SINCE``).
    by_status : (n_place, 4) int64
        Sums of ``persons`` over groups and homes.
    by_row : (n_place, 3 + n_home + 1) int64
        Sums of ``persons`` over groups.
    stayers : (n_place, 2, n_group) int64
        Residents and people displaced before who would not leave while the front is far.
    place : (n_place,) records ``PLACE_STATE``
        ``own_pull`` factor on the pull of the place; ``shock`` factor on the hazard of flight of
        the week, ``shock_z`` its normal score;
        shelter places as ``tents``, dignified ``homes`` and ``room`` with host families, in all
        ``shelter`` (0 where not held); ``far_side`` 1 handed over by a line, 2 taken by force
        after the as-of date, and ``crossed`` people who came back to it since; ``safe`` whether
        people would go there;
        ``wait_*`` hazard of flight that has gathered since people last left; ``choice_count``
        destinations, built on ``choice_day`` (-1: never).
    side : (n_place,) int8
        Who holds each place.
    road : (n_road,) records ``ROAD_STATE``
        Kilometres that the front has advanced; its speed (km a day of offensive).
    front : (n_place,) float64
        Road kilometres to the front.
    dist, pred : (n_place, n_place)
        Shortest open roads.
    choice : (n_place, MAX_CHOICES) records ``CHOICE``
        Destinations of each place, their weight for distance, and the days of the journey by
        vehicle and on foot.
    near, rank, stale : (n_place, n_place) float64 and int16, (n_place,) bool
        Weight of each place for distance from each; places in the order of pull when last
        sorted; whether the row of ``near`` must be computed anew.
    pull : (n_place,) float64
        What attracts people to a place today (size, room, safety), without distance.
    events : (7, n_place) float64
        Violent events of the last seven days.
    trip : (n_trip,) records ``TRIP``
        Journeys under way: who (``cell`` is status and home times groups plus group), from
        where to where, the day they set out, the next in the chain.
    trip_head : (HORIZON,) int64
        First journey that ends on each day.
    arrived : (n_place, n_group) int64
        Displaced people who arrived today.
    flow : (n_area, n_area) int64
        Displaced people who arrived today, by the area they set out from and the one they
        reached; only between areas of the results.
    abroad, dead : (n_home + 1, n_group), (n_group,) int64
        Persons who entered a neighbour; persons killed.
    theatre : (MOST_THEATRES,) records ``THEATRE_STATE``
        Linked theatres: days that the truce has stood, hazard cumulated and left until it
        fails, people displaced there, whether it has failed.
    whole, real : scalars by the names above.
    listed : records ``LISTED``
        Scratch for persons taken from a place: cells, what they hold, how many are chosen.
    slot : (2 MAX_CHOICES,) records ``SLOT``
        Scratch for a day's departures from a place: where to, days on the road, persons.
    in_row, queue, queued, scratch, order : scratch.
    """

    persons: NDArray[np.int64]
    by_status: NDArray[np.int64]
    by_row: NDArray[np.int64]
    stayers: NDArray[np.int64]
    place: NDArray[np.void]
    side: NDArray[np.int8]
    road: NDArray[np.void]
    front: NDArray[np.float64]
    dist: NDArray[np.float32]
    pred: NDArray[np.int16]
    choice: NDArray[np.void]
    near: NDArray[np.float64]
    rank: NDArray[np.int16]
    stale: NDArray[np.bool_]
    pull: NDArray[np.float64]
    events: NDArray[np.float64]
    trip: NDArray[np.void]
    trip_head: NDArray[np.int64]
    arrived: NDArray[np.int64]
    flow: NDArray[np.int64]
    abroad: NDArray[np.int64]
    dead: NDArray[np.int64]
    theatre: NDArray[np.void]
    whole: NDArray[np.int64]
    real: NDArray[np.float64]
    listed: NDArray[np.void]
    slot: NDArray[np.void]
    in_row: NDArray[np.int64]
    queue: NDArray[np.int64]
    queued: NDArray[np.bool_]
    scratch: NDArray[np.float64]
    order: NDArray[np.int64]


def empty_state(network: Network, n_area: int, trips: int) -> State:
    """Allocate a state with room for a number of journeys under way."""
    n = len(network.place)
    g = network.cell_key.shape[1]
    rows = int(DISPLACED_SINCE) + n_area + 1
    return State(
        persons=np.zeros((n, rows, g), dtype=np.int64),
        by_status=np.zeros((n, 4), dtype=np.int64),
        by_row=np.zeros((n, rows), dtype=np.int64),
        stayers=np.zeros((n, 2, g), dtype=np.int64),
        place=np.zeros(n, dtype=PLACE_STATE),
        side=np.zeros(n, dtype=np.int8),
        road=np.zeros(len(network.road), dtype=ROAD_STATE),
        front=np.zeros(n),
        dist=np.zeros((n, n), dtype=np.float32),
        pred=np.zeros((n, n), dtype=np.int16),
        choice=np.zeros((n, MAX_CHOICES), dtype=CHOICE),
        near=np.zeros((n, n)),
        rank=np.zeros((n, n), dtype=np.int16),
        stale=np.ones(n, dtype=np.bool_),
        pull=np.zeros(n),
        events=np.zeros((7, n)),
        trip=np.zeros(trips, dtype=TRIP),
        trip_head=np.zeros(HORIZON, dtype=np.int64),
        arrived=np.zeros((n, g), dtype=np.int64),
        flow=np.zeros((n_area, n_area), dtype=np.int64),
        abroad=np.zeros((n_area + 1, g), dtype=np.int64),
        dead=np.zeros(g, dtype=np.int64),
        theatre=np.zeros(MOST_THEATRES, dtype=THEATRE_STATE),
        whole=np.zeros(N_WHOLE, dtype=np.int64),
        real=np.zeros(N_REAL),
        listed=np.zeros(rows * g, dtype=LISTED),
        slot=np.zeros(2 * MAX_CHOICES, dtype=SLOT),
        in_row=np.zeros(rows, dtype=np.int64),
        queue=np.zeros(n, dtype=np.int64),
        queued=np.zeros(n, dtype=np.bool_),
        scratch=np.zeros(max(n, MAX_CHOICES)),
        order=np.zeros(max(n, rows), dtype=np.int64),
    )


@kernel
def bare_state(s):  # type: ignore[no-untyped-def]
    """Return the state as views that are not reference-counted."""
    return State(
        bare(s.persons),
        bare(s.by_status),
        bare(s.by_row),
        bare(s.stayers),
        bare(s.place),
        bare(s.side),
        bare(s.road),
        bare(s.front),
        bare(s.dist),
        bare(s.pred),
        bare(s.choice),
        bare(s.near),
        bare(s.rank),
        bare(s.stale),
        bare(s.pull),
        bare(s.events),
        bare(s.trip),
        bare(s.trip_head),
        bare(s.arrived),
        bare(s.flow),
        bare(s.abroad),
        bare(s.dead),
        bare(s.theatre),
        bare(s.whole),
        bare(s.real),
        bare(s.listed),
        bare(s.slot),
        bare(s.in_row),
        bare(s.queue),
        bare(s.queued),
        bare(s.scratch),
        bare(s.order),
    )


@kernel
def bare_network(n):  # type: ignore[no-untyped-def]
    """Return the network as views that are not reference-counted."""
    return Network(
        bare(n.place), bare(n.road), bare(n.link), bare(n.ptr), bare(n.start), bare(n.cell_key)
    )
