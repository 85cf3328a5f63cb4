"""Places that may not be left: recorded until the as-of date, then until the front has passed.

A siege is a fact and never a lever, except to lift it. Where people may not leave, the hazard at
which they get out is ``siege_leak`` of that at which they would leave; what is missing gathers
(``held_back``, see `havenline.engine.steps.flight`) and acts at once when the place may be left
again: when the siege is lifted, when the place has changed hands, or while a corridor of the option
is open. A corridor leads in both directions, to a destination of one's own choice, over ground of
whoever holds it: while it is open, people of the places that it opens may travel on every road that
crosses no border, those of an enclave through the lines around it. Once open it is shut again at a
constant rate (``corridor_fail_rate``; ``corridor_one_side`` times that where only one side agreed
to it), and no other opens.
"""

from __future__ import annotations

import numpy as np

from havenline.draws.kernels import kernel
from havenline.draws.keys import mix
from havenline.draws.samplers import exponential
from havenline.engine import processes
from havenline.engine.step import Measure, Step
from havenline.world import roads

OPEN, SHUT_AGAIN = 1, 2

STEP = Step(
    "Which places may not be left; corridors.",
    reads=("record", "option", "holders", "people", "relations", "siege"),
    writes=("siege", "roads", "besieged"),
    parts=("siege",),
    tables=("happenings", "places"),
    page="siege",
    course=(("corridor", "i8"), ("corridor_left", "f8")),
    place=(("shut", "i8"), ("shut_by", "i8"), ("led_out", "i8")),
    measures=(
        Measure(
            "besieged",
            "persons in places that may not be left",
            "persons",
            "stock",
            of=("besieged",),
        ),
    ),
)
"""``shut`` is 1 where people may not leave; ``shut_by`` who held the place then; ``led_out`` 1
while its people may travel through the lines."""


@kernel
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """Shut and open places for a day; see `havenline.engine.steps.truce.step`."""
    ahead = day - today
    if ahead >= plan.corridor_start:
        keep_corridor(values, plan, state, key, ahead)
    people = 0
    for i in range(state.holder.shape[0]):
        here = state.place[i]
        if ahead <= 0:
            here.shut = record.shut[day, i]
            here.shut_by = state.holder[i]
        elif here.shut == 1 and state.holder[i] != here.shut_by:
            here.shut = 0
        if here.shut == 1 and not by_corridor(plan, state, i):
            people += state.by_status[i].sum()
        lead_out(net, plan, state, i)
    state.counts[0].besieged = people


@kernel
def lead_out(net, plan, state, place):  # type: ignore[no-untyped-def]
    """Open the roads through the lines to the people of a place with a corridor, or shut them.

    Each day anew while it is open: whoever holds the ground, what changes hands opens and shuts
    other roads.
    """
    here = state.place[place]
    if not by_corridor(plan, state, place):
        if here.led_out == 0:
            return
        here.led_out = 0
        passes = state.passage[state.own[place]]
    else:
        here.led_out = 1
        passes = np.ones_like(state.passage[state.own[place]])
    roads.shortest_from(
        place,
        net.ptr,
        net.link,
        net.road,
        state.holder,
        passes,
        state.dist[place],
        state.pred[place],
        state.queue,
        state.queued,
    )
    state.stale[place] = True


@kernel
def keep_corridor(values, plan, state, key, ahead):  # type: ignore[no-untyped-def]
    """Open the corridor of the option, or shut it again."""
    course = state.course[0]
    if ahead == plan.corridor_start:
        course.corridor = OPEN
        course.corridor_left = exponential(mix(mix(key, processes.CORRIDOR), 0))
        return
    rate = values.corridor_fail_rate / 365.0
    if plan.corridor_agreed == 0:
        rate *= values.corridor_one_side
    course.corridor_left -= rate
    if course.corridor_left < 0.0:
        course.corridor = SHUT_AGAIN


@kernel
def by_corridor(plan, state, place):  # type: ignore[no-untyped-def]
    """Whether people leave a place by a corridor today."""
    return (
        state.place[place].shut == 1
        and state.course[0].corridor == OPEN
        and plan.place[place].corridor
    )


@kernel
def gate(values, plan, state, place):  # type: ignore[no-untyped-def]
    """Return the part of the hazard of leaving a place at which people get out."""
    if state.place[place].shut == 0 or by_corridor(plan, state, place):
        return 1.0
    return values.siege_leak
