"""Aid and shelter: what is delivered, the places it gives, and what it costs.

Shelter places are tents (which wear out unless aid replaces them), dignified homes and room
with host families. New tents go where people are without shelter. Site components (area,
covered area, water, latrines) are unknown for the crises that ship and drop out of the
minimum; what is left is the people a site held, plus a declared slack.
"""

from __future__ import annotations

import numpy as np

from havenline.draws.kernels import kernel
from havenline.draws.keys import mix
from havenline.draws.samplers import exponential
from havenline.engine import processes
from havenline.engine.people import displaced
from havenline.engine.refuge import shelters
from havenline.engine.step import Measure, Step
from havenline.engine.steps import containment

DAYS_PER_MONTH = 30.4375

STEP = Step(
    "Aid delivered; tents and homes wear out and are supplied; cost.",
    reads=(
        "record",
        "option",
        "holders",
        "relations",
        "haven",
        "containment",
        "deliveries",
        "people",
        "shelter",
    ),
    writes=("shelter", "deliveries", "cost_usd"),
    parts=("shelter", "aid", "containment", "cost"),
    tables=("sites", "populations"),
    page="aid",
    course=(("suspensions", "i8"), ("aid", "f8"), ("aid_left", "f8")),
    place=(
        ("tents", "f8"),
        ("homes", "f8"),
        ("room", "f8"),
        ("site", "f8"),
        ("shelter", "f8"),
        ("to_sites", "f8"),
    ),
    measures=(
        Measure(
            "cost_usd",
            "cost of shelter and aid since the as-of date",
            "USD",
            "cumulative",
            of=("cost_usd",),
            since_as_of=True,
            whole=False,
        ),
        Measure(
            "aid_suspended", "donors have suspended deliveries", "1", "share", of=("deliveries",)
        ),
    ),
)
"""Shelter places are ``tents``, dignified ``homes`` and ``room`` with host families, ``site`` those
of
them that sites were built for, in all
``shelter`` (0 where not held), ``to_sites`` how many more people sites hold for their places than
hosts do; ``suspensions`` counts how often donors suspended or resumed, so
that an odd number is a suspension."""


@kernel
def unsheltered(state, place):  # type: ignore[no-untyped-def]
    """Return displaced people at a place beyond its shelter places (0 or more)."""
    return max(0.0, displaced(state, place) - state.place[place].shelter)


@kernel
def in_sites(net, state, place):  # type: ignore[no-untyped-def]
    """Return displaced people at a place who are in its sites, a whole number.

    Sites and hosts share them as their places are, with the factor that counts speak for. Where no
    host has room all are in sites, however full these are; in a camp that has lost its last place
    too, elsewhere nobody is then.
    """
    here = state.place[place]
    sites = here.to_sites * (here.tents + here.homes)
    if here.room > 0.0:
        share = sites / (sites + here.room)
    else:
        share = 1.0 if sites > 0.0 or net.place[place].camp else 0.0
    return np.int64(share * displaced(state, place) + 0.5)


@kernel
def open_sites(record, state, day):  # type: ignore[no-untyped-def]
    """Open and close sites on the days that are known."""
    for c in range(record.site.shape[0]):
        change = record.site[c]
        if change.day == day:
            here = state.place[change.place]
            here.site = max(0.0, here.site + change.places)
            here.tents = max(0.0, here.tents + change.places)


@kernel
def deliver(values, plan, state, key, ahead):  # type: ignore[no-untyped-def]
    """Set the share of today's delivery that arrives, with suspensions by donors."""
    course = state.course[0]
    if ahead <= 0:
        course.aid = 1.0 - values.aid_leak
        return
    if ahead == 1:
        course.aid_left = exponential(mix(mix(key, processes.SUSPENSION), 0))
    if course.suspensions % 2 == 0:
        rate = values.aid_suspension_rate * containment.suspension_ratio(values, plan, state, ahead)
        course.aid_left -= rate / 365.0
    else:
        course.aid_left -= 1.0 / (values.aid_suspension_months * DAYS_PER_MONTH)
    if course.aid_left < 0.0:
        course.suspensions += 1
        course.aid_left = exponential(mix(mix(key, processes.SUSPENSION), course.suspensions))
    course.aid = plan.day[ahead].aid * (1.0 - values.aid_leak)
    if course.suspensions % 2 == 1:
        course.aid *= 1.0 - values.aid_suspension_cut


@kernel
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """Wear, supply and count shelter for a day; see `havenline.engine.steps.truce.step`."""
    n = state.holder.shape[0]
    ahead = day - today
    open_sites(record, state, day)
    deliver(values, plan, state, key, ahead)
    course, counts = state.course[0], state.counts[0]
    replaced = min(1.0, course.aid / max(1e-9, 1.0 - values.aid_leak))
    tent_wear = (1.0 - replaced) / (values.tent_life_months * DAYS_PER_MONTH)
    home_wear = 1.0 / (values.home_life_months * DAYS_PER_MONTH)
    need, haven_need, haven_places, people = 0.0, 0.0, 0.0, 0
    for i in range(n):
        if not shelters(state, i, i):
            state.place[i].shelter = 0.0
            continue
        state.place[i].tents -= state.place[i].tents * tent_wear
        state.place[i].homes -= state.place[i].homes * home_wear
        state.place[i].shelter = state.place[i].tents + state.place[i].homes + state.place[i].room
        here = unsheltered(state, i)
        need += here
        people += displaced(state, i)
        if plan.place[i].haven:
            haven_need += here
            haven_places += state.place[i].tents + state.place[i].homes
    month = 1.0 / DAYS_PER_MONTH
    units = values.tents_per_month * course.aid * month
    haven_tents, haven_homes = 0.0, 0.0
    if ahead > 0 and state.course[0].haven == 1:
        haven_tents = plan.day[ahead].tents * course.aid * month
        haven_homes = plan.day[ahead].homes * course.aid * month
        room = max(0.0, plan.haven_capacity - haven_places) / values.persons_per_unit
        built = min(1.0, room / max(1e-9, haven_tents + haven_homes))
        haven_tents *= built
        haven_homes *= built
    size = values.persons_per_unit
    for i in range(n):
        if not shelters(state, i, i):
            continue
        here = unsheltered(state, i)
        if need > 0.0:
            state.place[i].tents += units * size * here / need
        if plan.place[i].haven and haven_need > 0.0:
            state.place[i].tents += haven_tents * size * here / haven_need
            state.place[i].homes += haven_homes * size * here / haven_need
        state.place[i].shelter = state.place[i].tents + state.place[i].homes + state.place[i].room
    if ahead > 0:
        counts.cost_usd += people * values.aid_cost * month * course.aid
        counts.cost_usd += (units * (need > 0.0) + haven_tents) * values.tent_cost
        counts.cost_usd += haven_homes * values.home_cost
