"""Linked theatres: fighting, flight and return elsewhere, in small, and what is felt of it here.

Each declared theatre has an offensive that runs or a truce of its own, by the laws of those here
(see `havenline.engine.steps.truce`) at its own age and terms, and a few areas with people of their
own, who flee and come home by the laws of the people here (see `havenline.engine.elsewhere`). The
hazard of a truce there, and the rate at which fighting starts again there, are multiplied by

    exp(theatre_coupling * 1[an offensive runs here]),

and the same two here by

    exp(theatre_coupling * share of the theatres in which fighting runs).

People elsewhere are rows of their own and no part of the people counted here; they are told for all
theatres together, never by area. With the coupling at zero the theatres are independent of
what happens here, and the reverse.
"""

from __future__ import annotations

import math

from havenline.draws.kernels import kernel
from havenline.draws.keys import mix
from havenline.draws.samplers import exponential
from havenline.engine import elsewhere, processes
from havenline.engine.step import Measure, Step
from havenline.engine.steps import truce

STEP = Step(
    "Fighting and flight in linked theatres.",
    reads=("record", "offensive", "theatres"),
    writes=(
        "theatres",
        "displaced_elsewhere",
        "displaced_present_elsewhere",
        "returned_elsewhere",
        "truces_failed_elsewhere",
    ),
    parts=("theatres", "truce", "front", "flight", "violence", "return"),
    tables=("crisis",),
    page="theatres",
    course=(("linked", "f8"),),
    measures=(
        Measure(
            "displaced_elsewhere",
            "persons who fled in linked theatres since the as-of date, each once",
            "persons",
            "cumulative",
            of=("displaced_elsewhere",),
            since_as_of=True,
            prior_only=True,
        ),
        Measure(
            "displaced_present_elsewhere",
            "displaced persons of linked theatres at present",
            "persons",
            "stock",
            of=("displaced_present_elsewhere",),
        ),
        Measure(
            "returned_elsewhere",
            "persons home again in linked theatres who came back since the as-of date",
            "persons",
            "stock",
            of=("returned_elsewhere",),
            prior_only=True,
        ),
        Measure(
            "truces_failed_elsewhere",
            "share of the linked theatres whose truce failed",
            "1",
            "share",
            of=("theatres",),
            whole=False,
        ),
    ),
)

_LEVEL, _TURNS = 0, 1
"""Draws of a theatre beside that of its truce."""


@kernel
def terms(values, theatre):  # type: ignore[no-untyped-def]
    """Return the product of the hazard ratios of a theatre's truce."""
    ratio = 1.0
    if theatre.compliance:
        ratio *= values.truce_hr_compliance
    if theatre.substance:
        ratio *= values.truce_hr_substance
    if theatre.excluded:
        ratio *= values.truce_hr_excluded
    return ratio


@kernel
def begin(net, values, record, state, key):  # type: ignore[no-untyped-def]
    """Set how things stand in each theatre and area on the as-of date."""
    size = net.start.sum() / net.start.shape[0]
    for k in range(record.theatre.shape[0]):
        declared, one = record.theatre[k], state.theatre[k]
        of = mix(mix(key, processes.THEATRE), declared.key)
        one.truce = 1 if declared.stands else 0
        one.on = 1 - one.truce
        one.switches = 0
        one.switch_left = exponential(mix(mix(of, _TURNS), 0))
        one.truce_age = declared.days
        one.truce_hazard = truce.hazard(values, declared.days)
        one.truce_left = exponential(of)
        one.failed = 0
        one.flight_level = elsewhere.draw_level(values, mix(of, _LEVEL))
        total = 0.0
        for a in range(declared.first, declared.end):
            area = state.theatre_area[a]
            elsewhere.place_people(values, record.theatre_area[a], area)
            total += area.violent
        for a in range(declared.first, declared.end):
            area = state.theatre_area[a]
            elsewhere.share_violence(record.theatre_area[a], area, total, size)
            area.calm = 0.0
            if one.truce == 1:
                elsewhere.calm_down(values, one, declared.days, area)


@kernel
def fight(values, declared, one, pressure, of):  # type: ignore[no-untyped-def]
    """Let the truce of a theatre stand or fail, or its offensive turn, under pressure from here."""
    if one.truce == 1:
        truce.age_a_day(values, one, terms(values, declared) * pressure)
        one.failed = 1 - one.truce
    else:
        rate = values.offensive_end_rate
        if one.on == 0:
            rate = values.offensive_start_rate * pressure
        truce.switch(one, rate, mix(of, _TURNS))


@kernel
def sum_up(values, record, state):  # type: ignore[no-untyped-def]
    """Write down who is displaced elsewhere, the truces that failed, and the pressure on here."""
    away, home, failed, fought = 0, 0, 0, 0
    theatres = record.theatre.shape[0]
    for a in range(record.theatre_area.shape[0]):
        away += state.theatre_area[a].away
        home += state.theatre_area[a].home
    for k in range(theatres):
        failed += state.theatre[k].failed
        fought += state.theatre[k].on
    state.counts[0].displaced_present_elsewhere = away
    state.counts[0].returned_elsewhere = home
    state.counts[0].truces_failed_elsewhere = failed / theatres if theatres > 0 else 0.0
    state.course[0].linked = 1.0
    if theatres > 0:
        state.course[0].linked = math.exp(values.theatre_coupling * fought / theatres)


@kernel
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """Walk a day in every theatre; see `havenline.engine.steps.truce.step`."""
    ahead = day - today
    if ahead < 0:
        return
    if ahead == 0:
        begin(net, values, record, state, key)
        sum_up(values, record, state)
        return
    pressure = math.exp(values.theatre_coupling * state.course[0].offensive)
    for k in range(record.theatre.shape[0]):
        declared, one = record.theatre[k], state.theatre[k]
        of = mix(mix(key, processes.THEATRE), declared.key)
        fight(values, declared, one, pressure, of)
        for a in range(declared.first, declared.end):
            fact, area = record.theatre_area[a], state.theatre_area[a]
            draw = mix(mix(of, fact.key), day)
            elsewhere.come_home(values, one, area, fact.other_side, ahead, draw)
            fled = elsewhere.flee(values, one, area, ahead, draw)
            state.counts[0].displaced_elsewhere += fled
    sum_up(values, record, state)
