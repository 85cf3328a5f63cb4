"""Violent events by place and day: recorded where they are, else from one declared wide prior.

Up to the as-of date at least the recorded events happen at the place and on the day that they tell
of; those of an area are spread over its places by their people. Beyond these, the expected events
of a day of offensive (``violence_events``) are spread each day over places in proportion to their
people at the start times exp(-road distance to the front / ``violence_length``), the nearness of
a place, times ``violence_behind`` on ground that no offensive attacks. They are as much fewer as
the sum of nearness is below the most that it has been: where little front is left, little is left
to fight over. The draws are negative binomial with size 0.3.

Violence that needs no front goes on where it was: air campaigns behind the line, raids, looting.
Recorded events leave a mean of the days before at each place, forgotten over
``violence_memory_days``; after the as-of date at least as many events a day are expected there,
``violence_lasting`` times as many from week to week, and ``violence_truce`` times as many while a
truce stands.
"""

from __future__ import annotations

import math

from havenline.draws.kernels import kernel
from havenline.draws.keys import mix
from havenline.draws.samplers import negative_binomial
from havenline.engine import processes
from havenline.engine.refuge import attacked, shelters
from havenline.engine.step import Step
from havenline.engine.steps import intervention
from havenline.engine.steps.control import front_km

FAR = 0.05
"""Where the front is so far from all that people times nearness fall below this share of the
people (about three lengths), events become fewer than ``violence_events``; judgement."""

SIZE = 0.3
"""Size of the negative binomial."""

STEP = Step(
    "Violent events by place.",
    reads=(
        "record",
        "option",
        "holders",
        "relations",
        "offensive",
        "truce",
        "haven",
        "fronts",
        "intervention",
        "nearness",
        "recent events",
    ),
    writes=("events", "nearness", "recent events"),
    parts=("violence", "haven", "intervention"),
    tables=("populations", "violence"),
    page="violence",
    course=(("most_near", "f8"),),
    place=(("event_rate", "f8"),),
)
"""``most_near`` is the largest sum of nearness so far; ``event_rate`` the recorded events a day at
a place of the days before."""


@kernel
def nearness(net, values, state, place):  # type: ignore[no-untyped-def]
    """Return the people of a place at the start, weighted by how near and whose the front is."""
    side = 1.0 if attacked(state, place) else values.violence_behind
    return (
        side * net.place[place].people * math.exp(-front_km(state, place) / values.violence_length)
    )


@kernel
def haven_factor(values, plan, state, place):  # type: ignore[no-untyped-def]
    """Return violence in the haven over violence outside; above 1 once it has failed."""
    if state.course[0].haven == 0 or not plan.place[place].haven:
        return 1.0
    if state.course[0].haven == 2:
        return values.haven_violence_failed
    if plan.haven_kind == 1:
        return values.haven_violence_credible
    if plan.haven_kind == 2:
        return values.haven_violence_consent
    return values.haven_violence_declared


@kernel
def total_nearness(net, values, state):  # type: ignore[no-untyped-def]
    """Return the sum of nearness over places that are held, not below ``FAR`` of the people.

    The nearness of each place is written to ``scratch``, 0 where its people are not sheltered.
    """
    total, people = 0.0, 0.0
    for i in range(state.holder.shape[0]):
        state.scratch[i] = 0.0
        if shelters(state, i, i):
            state.scratch[i] = nearness(net, values, state, i)
            total += state.scratch[i]
            people += net.place[i].people
    return max(total, FAR * people)


@kernel
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """Draw the events of a day; see `havenline.engine.steps.truce.step` for the parameters."""
    n = state.holder.shape[0]
    total = total_nearness(net, values, state)
    state.course[0].most_near = max(state.course[0].most_near, total)
    level = intervention.violence_ratio(values, state)
    if state.course[0].offensive == 0:
        level = values.violence_truce if state.course[0].truce == 1 else values.violence_quiet
    lasting = 0.0
    if day > today:
        lasting = values.violence_lasting ** ((day - today) / 7.0)
        if state.course[0].truce == 1:
            lasting *= values.violence_truce
    for i in range(n):
        state.events[day % 7, i] = 0.0
        mean = lasting * state.place[i].event_rate
        if state.scratch[i] > 0.0 and total > 0.0:
            at_front = level * values.violence_events * state.scratch[i]
            mean = max(mean, at_front / state.course[0].most_near)
        mean *= haven_factor(values, plan, state, i)
        if mean > 1e-6:
            draw = mix(mix(mix(key, processes.VIOLENCE), net.place[i].key), day)
            state.events[day % 7, i] = negative_binomial(mean, SIZE, draw)
    if day <= today:
        set_recorded(record, values, state, day)


@kernel
def set_recorded(record, values, state, day):  # type: ignore[no-untyped-def]
    """Let at least the recorded events of a day happen, and keep their mean of late."""
    keep = math.exp(-1.0 / values.violence_memory_days)
    if record.violence.shape[0] == 0:
        return
    for i in range(state.place.shape[0]):
        state.place[i].event_rate *= keep
    for r in range(record.violence.shape[0]):
        if record.violence[r].day == day:
            at, events = record.violence[r].place, record.violence[r].events
            state.place[at].event_rate += (1.0 - keep) * events
            state.events[day % 7, at] = max(state.events[day % 7, at], events)


@kernel
def events_of_week(state, place):  # type: ignore[no-untyped-def]
    """Return the violent events of the last seven days at a place."""
    total = 0.0
    for d in range(7):
        total += state.events[d, place]
    return total
