"""The state of one run, as arrays that compiled code changes in place.

Every number has a name: fields of records, put together from what the steps of a day declare.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from havenline.engine import destination
from havenline.engine.day import STEPS
from havenline.engine.level import LEVEL
from havenline.engine.measures import COUNTS
from havenline.engine.people import DISPLACED_SINCE
from havenline.world.world import Network

COURSE = np.dtype([field for step in STEPS.values() for field in step.course])
"""How things stand, and clocks that run from day to day."""

BOOKS = np.dtype(
    [
        ("fault", "i8"),
        ("people", "i8"),
        ("on_the_way", "i8"),
        ("stranded", "i8"),
        ("free_trip", "i8"),
        ("longest", "i8"),
        ("cut", "f8"),
        ("cut_sets", "f8"),
    ]
)
"""Book-keeping: why the run stopped (see `havenline.engine.faults`); people in all at the start;
people on a journey; people caught where both ends had fallen; first unused row of the calendar;
longest journey that matters (to the end of the run); weight that choice sets left out, and how many
sets."""

PLACE_STATE = np.dtype(
    [*destination.PLACE, *(field for step in STEPS.values() for field in step.place)], align=True
)
ROAD_STATE = np.dtype(
    [("progress", "f8"), ("speed", "f8"), ("tail", "i8"), ("mover", "i8"), ("moving", "?")],
    align=True,
)
OFFENSIVE_STATE = np.dtype(
    [field for step in STEPS.values() for field in step.offensive], align=True
)
CHOICE = np.dtype([("place", "i8"), ("weight", "f8"), ("fast", "i8"), ("slow", "i8")])
MOST_THEATRES = 16
"""Linked theatres that a crisis may declare at most."""
MOST_THEATRE_AREAS = 12
"""Areas that each of them may have at most."""
THEATRE_STATE = np.dtype(
    [
        ("on", "i8"),
        ("switches", "i8"),
        ("switch_left", "f8"),
        ("truce", "i8"),
        ("truce_age", "f8"),
        ("truce_left", "f8"),
        ("truce_hazard", "f8"),
        ("failed", "i8"),
        ("flight_level", "f8"),
    ],
    align=True,
)
THEATRE_AREA_STATE = np.dtype(
    [
        ("stayed", "i8"),
        ("back", "i8"),
        ("home", "i8"),
        ("away", "i8"),
        ("km", "f8"),
        ("violent", "f8"),
        ("borne", "f8"),
        ("calm", "f8"),
        ("fled", "f8"),
        ("fled_on", "f8"),
    ],
    align=True,
)
TRIP = np.dtype(
    [
        ("persons", "i8"),
        ("cell", "i4"),
        ("next", "i4"),
        ("origin", "i2"),
        ("target", "i2"),
        ("left", "i2"),
        ("agreed", "i2"),
    ]
)
SLOT = np.dtype([("place", "i8"), ("days", "i8"), ("persons", "i8")])
LISTED = np.dtype([("cell", "i8"), ("pool", "i8"), ("count", "i8")])

PARTS: Mapping[str, tuple[str, ...]] = {
    "people": ("persons", "by_status", "by_row", "crossed"),
    "calendar": ("trip", "trip_head", "free_trip", "on_the_way", "stranded"),
    "abroad": ("abroad", "entered", "came_back"),
    "dead": ("dead",),
    "arrivals": ("arrived", "flow"),
    "departures": ("set_out",),
    "holders": ("holder", "far_side", "taken_on", "contested"),
    "relations": ("contact", "share", "passage", "defends", "accept", "per_day"),
    "let in": ("let_in",),
    "roads": ("road", "dist", "pred"),
    "fronts": ("front", "fronts"),
    "events": ("events",),
    "nearness": ("most_near",),
    "recent events": ("event_rate",),
    "fled_of_late": ("fled_of_late",),
    "leaving": ("leaving",),
    "fear": ("fear",),
    "ordered": ("ordered",),
    "shelter": ("tents", "homes", "room", "site", "shelter", "to_sites"),
    "readiness": (
        "shock",
        "shock_z",
        "wait_fighting",
        "wait_background",
        "wait_again",
        "spent",
    ),
    "level": tuple(n for n in LEVEL.names or () if n not in ("tempo", "tempo_z")),
    "tempo": ("tempo", "tempo_z"),
    "pull": ("pull", "safety", "open", "own_pull"),
    "offensive": ("offensive", "on", "switches", "switch_left"),
    "truce": ("truce", "truce_age", "truce_left", "truce_hazard", "truce_ratio"),
    "agreement": ("missed", "hollowed", "lost", "covered"),
    "haven": ("haven", "haven_left"),
    "theatres": ("theatre", "theatre_area", "linked"),
    "intervention": ("in_way", "stop_left", "clash_left"),
    "rout": ("rout",),
    "siege": ("shut", "shut_by", "led_out", "corridor", "corridor_left"),
    "held back": ("held_back",),
    "containment": ("containment", "containment_left"),
    "deliveries": ("suspensions", "aid", "aid_left"),
    "quiet": ("quiet_days", "homeward"),
    "damage": ("damaged",),
    "time away": ("departed",),
    "moved": ("newly_moved",),
    "recent displacement": ("displaced_before", "displaced_daily"),
    "onward_opened": ("onward_opened", "went_on"),
}
"""What the parts of the state are called in the table of steps, and the fields that each holds.
Each measure is a part of its own, by its name."""


class Sizes(NamedTuple):
    """How many areas of the results, parties, offensives and neighbours there are."""

    areas: int
    parties: int
    offensives: int
    neighbours: int


class State(NamedTuple):
    """The state of one run.

    Attributes
    ----------
    persons : (n_place, 3 + n_home + 1, n_group) int64
        Persons present, by status and home (see ``people.DISPLACED_SINCE``).
    by_status : (n_place, 4) int64
        Sums of ``persons`` over groups and homes.
    by_row : (n_place, 3 + n_home + 1) int64
        Sums of ``persons`` over groups.
    place : (n_place,) records ``PLACE_STATE``
        Fields that `havenline.engine.destination` and the steps declare.
    holder : (n_place,) int8
        Who holds each place: index of the party, the number of parties where nobody does.
    own : (n_place,) int8
        Whose people live at each place: its holder at the start of the period.
    contact, share, passage, accept, per_day, let_in : (n_party + 1, n_party + 1)
        What holds between parties today; see `havenline.world.terms.TermArrays`. Here every
        share is a number. ``let_in`` is what is left of ``per_day``
        today.
    defends : (n_offensive, n_party + 1) int8
        What the ground of each party is in each offensive.
    offensive : (n_offensive,) records ``OFFENSIVE_STATE``
        Fields that the steps declare.
    road : (n_road,) records ``ROAD_STATE``
        Kilometres that the front has advanced from its ``tail``, the end of those who attack;
        its speed (km a day of offensive); which offensive moves it; whether it moves.
    front : (n_place,) float64
        Road kilometres to the nearest front.
    fronts : (n_offensive + 1, n_place) float64
        The same for the fronts of each offensive, and last for those that none moves.
    dist, pred : (n_place, n_place)
        Shortest open roads.
    choice : (n_place, MAX_CHOICES) records ``CHOICE``
        Destinations of each place, their weight for distance, and the days of the journey by
        vehicle and on foot.
    near, near_km, rank, stale : (n_place, n_place) float64, float32 and int16, (n_place,) bool
        Weight of each place for distance from each, and the kilometres that it was computed
        for; places in the order of pull when last sorted; whether roads have changed since.
    pull : (n_place,) float64
        What attracts people to a place today (size, room, safety), without distance.
    events : (7, n_place) float64
        Violent events of the last seven days.
    trip : (n_trip,) records ``TRIP``
        Journeys under way: who (``cell`` is status and home times groups plus group), from
        where to where, the day they set out, whether (1) they are moved by agreement, the next in
        the chain.
    trip_head : (n_day_ahead,) int64
        First journey that ends on each day.
    arrived : (n_place, n_group) int64
        Displaced people who arrived today.
    flow : (n_area, n_area) int64
        Displaced people who arrived today, by the area they set out from and the one they
        reached; only between areas of the results.
    set_out : (n_place,) int64
        People who fled from each place today.
    departed : (n_row, 2) float64
        Of each home: persons who have left since the start, and the sum of the days they left on.
    abroad : (n_neighbour, n_home + 1, n_group) int64
        Persons who entered each neighbour and are there.
    entered, came_back : (n_neighbour,) int64
        Entries to each neighbour, and returns from it, since the as-of date.
    onward_opened : (n_neighbour,) int64
        Day ahead on which each opened its far border under pressure, 0 while it has not.
    went_on : (n_neighbour,) int64
        Attempts to go on from each since the as-of date.
    dead : (n_group,) int64
        Persons killed.
    theatre : (MOST_THEATRES,) records ``THEATRE_STATE``
        Linked theatres: the fields of an offensive and its truce, whether a truce has failed since
        the as-of date, and the factor ``flight_level`` on the hazards of fighting.
    theatre_area : (MOST_THEATRES * MOST_THEATRE_AREAS,) records ``THEATRE_AREA_STATE``
        Their areas, as the record lists them: people who never left, who were ``back`` home by
        the as-of date, who came ``home`` since and who are ``away``; ``km`` to the front;
        ``violent``, the part of the theatre's violence that falls on each place; ``borne``, the
        hazard that those who never left have had; days of ``calm``; how many have ``fled``, and
        the sum of the days after the as-of date that they fled on.
    counts : (1,) records ``COUNTS``
        Every measure, by its name.
    course : (1,) records ``COURSE``
        What the steps keep from day to day.
    flight : (1,) records ``LEVEL``
        Level and tempo of flight and what was learned of them.
    books : (1,) records ``BOOKS``
    listed : records ``LISTED``
        Scratch for persons taken from a place: cells, what they hold, how many are chosen.
    slot : records ``SLOT``
        Scratch for a day's departures from a place: where to, days on the road, persons.
    way : (n_place,) records ``CHOICE``
        Scratch for the places of a home area that those who return can reach.
    rate, weight, queue, queued, scratch, order : scratch.
    """

    persons: NDArray[np.int64]
    by_status: NDArray[np.int64]
    by_row: NDArray[np.int64]
    place: NDArray[np.void]
    holder: NDArray[np.int8]
    own: NDArray[np.int8]
    contact: NDArray[np.int8]
    share: NDArray[np.float64]
    passage: NDArray[np.int8]
    accept: NDArray[np.float64]
    per_day: NDArray[np.float64]
    let_in: NDArray[np.float64]
    defends: NDArray[np.int8]
    offensive: NDArray[np.void]
    road: NDArray[np.void]
    front: NDArray[np.float64]
    fronts: NDArray[np.float64]
    dist: NDArray[np.float32]
    pred: NDArray[np.int16]
    choice: NDArray[np.void]
    near: NDArray[np.float64]
    near_km: NDArray[np.float32]
    rank: NDArray[np.int16]
    stale: NDArray[np.bool_]
    pull: NDArray[np.float64]
    events: NDArray[np.float64]
    trip: NDArray[np.void]
    trip_head: NDArray[np.int64]
    arrived: NDArray[np.int64]
    flow: NDArray[np.int64]
    set_out: NDArray[np.int64]
    departed: NDArray[np.float64]
    abroad: NDArray[np.int64]
    entered: NDArray[np.int64]
    came_back: NDArray[np.int64]
    onward_opened: NDArray[np.int64]
    went_on: NDArray[np.int64]
    dead: NDArray[np.int64]
    theatre: NDArray[np.void]
    theatre_area: NDArray[np.void]
    counts: NDArray[np.void]
    course: NDArray[np.void]
    flight: NDArray[np.void]
    books: NDArray[np.void]
    listed: NDArray[np.void]
    slot: NDArray[np.void]
    way: NDArray[np.void]
    rate: NDArray[np.float64]
    weight: NDArray[np.float64]
    queue: NDArray[np.int64]
    queued: NDArray[np.bool_]
    scratch: NDArray[np.float64]
    order: NDArray[np.int64]


SCRATCH = ("listed", "slot", "way", "rate", "weight", "queue", "queued", "scratch", "order")
"""Parts of the state that hold nothing from one step to the next."""


def empty_state(network: Network, sizes: Sizes, trips: int, horizon: int) -> State:
    """Allocate a state.

    Parameters
    ----------
    network : Network
    sizes : Sizes
    trips, horizon : int
        Journeys under way, and days ahead, for which the calendar of arrivals has room.
    """
    n_area, parties, offensives, neighbours = sizes
    n = len(network.place)
    g = network.cell_key.shape[1]
    rows = int(DISPLACED_SINCE) + n_area + 1
    return State(
        persons=np.zeros((n, rows, g), dtype=np.int64),
        by_status=np.zeros((n, 4), dtype=np.int64),
        by_row=np.zeros((n, rows), dtype=np.int64),
        place=np.zeros(n, dtype=PLACE_STATE),
        holder=np.zeros(n, dtype=np.int8),
        own=np.zeros(n, dtype=np.int8),
        contact=np.zeros((parties + 1, parties + 1), dtype=np.int8),
        share=np.zeros((parties + 1, parties + 1)),
        passage=np.zeros((parties + 1, parties + 1), dtype=np.int8),
        accept=np.zeros((parties + 1, parties + 1)),
        per_day=np.zeros((parties + 1, parties + 1)),
        let_in=np.zeros((parties + 1, parties + 1)),
        defends=np.zeros((offensives, parties + 1), dtype=np.int8),
        offensive=np.zeros(offensives, dtype=OFFENSIVE_STATE),
        road=np.zeros(len(network.road), dtype=ROAD_STATE),
        front=np.zeros(n),
        fronts=np.zeros((offensives + 1, n)),
        dist=np.zeros((n, n), dtype=np.float32),
        pred=np.zeros((n, n), dtype=np.int16),
        choice=np.zeros((n, destination.MAX_CHOICES), dtype=CHOICE),
        near=np.zeros((n, n)),
        near_km=np.zeros((n, n), dtype=np.float32),
        rank=np.zeros((n, n), dtype=np.int16),
        stale=np.ones(n, dtype=np.bool_),
        pull=np.zeros(n),
        events=np.zeros((7, n)),
        trip=np.zeros(trips, dtype=TRIP),
        trip_head=np.zeros(horizon, dtype=np.int64),
        arrived=np.zeros((n, g), dtype=np.int64),
        flow=np.zeros((n_area, n_area), dtype=np.int64),
        set_out=np.zeros(n, dtype=np.int64),
        departed=np.zeros((rows, 2)),
        abroad=np.zeros((neighbours, n_area + 1, g), dtype=np.int64),
        entered=np.zeros(neighbours, dtype=np.int64),
        came_back=np.zeros(neighbours, dtype=np.int64),
        onward_opened=np.zeros(neighbours, dtype=np.int64),
        went_on=np.zeros(neighbours, dtype=np.int64),
        dead=np.zeros(g, dtype=np.int64),
        theatre=np.zeros(MOST_THEATRES, dtype=THEATRE_STATE),
        theatre_area=np.zeros(MOST_THEATRES * MOST_THEATRE_AREAS, dtype=THEATRE_AREA_STATE),
        counts=np.zeros(1, dtype=COUNTS),
        course=np.zeros(1, dtype=COURSE),
        flight=np.zeros(1, dtype=LEVEL),
        books=np.zeros(1, dtype=BOOKS),
        listed=np.zeros(rows * g, dtype=LISTED),
        slot=np.zeros(2 * max(n, destination.MAX_CHOICES), dtype=SLOT),
        way=np.zeros(n, dtype=CHOICE),
        rate=np.zeros(rows),
        weight=np.zeros(rows),
        queue=np.zeros(n, dtype=np.int64),
        queued=np.zeros(n, dtype=np.bool_),
        scratch=np.zeros(max(n, destination.MAX_CHOICES)),
        order=np.zeros(max(n, rows), dtype=np.int64),
    )


def clear_state(state: State) -> None:
    """Set everything to zero, as a run finds it on its first day."""
    for array in state:
        array[...] = np.zeros((), dtype=array.dtype)
