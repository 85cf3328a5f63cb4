"""Flight: who leaves a place on a day.

The daily hazard of a person at place i is

    phi [ l0 + level shock_i ( O lf exp(-d_i / L) + lb ln(1 + b_i / 5) ) ],

with d_i the road distance to the front, O whether an offensive runs, b_i the events of seven
days, and phi 1 for residents and the IDP ratio for displaced people; l0 is left out for people
displaced since the start. Flight so precedes capture. Some stay: one draw for each place and
group, that shrinks as the front nears. One shock for each place and week multiplies the hazard
of all who are there; given it, people leave independently.

While published counts cover a day, all hazards of the day are scaled so that the expected
newly displaced meet the published increment. On other days ``level`` multiplies the hazards of
fighting, with the tempo of the offensive: what they are is learned from these counts, see
`havenline.engine.level`.

A line that hands a place over adds a hazard between announcement and handover such that a
person leaves before with chance ``line_leave_share``; nobody counts as a stayer there then.
"""

from __future__ import annotations

import math

import numpy as np

from havenline.draws.kernels import kernel
from havenline.draws.keys import mix, uniform
from havenline.draws.samplers import binomial, normal
from havenline.engine import faults, level, processes
from havenline.engine.destination import divide, least_bad, set_pull, weigh
from havenline.engine.journey import deal, travel_days
from havenline.engine.people import (
    DISPLACED_BEFORE,
    DISPLACED_SINCE,
    RESIDENT,
    add,
    choose,
    choose_homes,
    list_row,
)
from havenline.engine.step import Measure, Step
from havenline.engine.steps import violence
from havenline.engine.steps.control import front_km
from havenline.engine.steps.violence import events_of_week
from havenline.world import roads

HALF_EVENTS = 5.0
"""Events of a week at which bombardment enters as ln 2."""

SHOCK_DAYS = 7
GATHER_DAYS = np.uint64(7)
GATHER_UP_TO = 0.03
"""Below this chance of a day hazards gather, for at most ``GATHER_DAYS`` days."""

STARTERS = (RESIDENT, DISPLACED_BEFORE)
"""Statuses of the people at the start, in the order of ``Network.start``."""

MOST_SCALE = 1e4

STEP = Step(
    "People leave, choose where to go and set out.",
    reads=(
        "record",
        "option",
        "people",
        "side",
        "roads",
        "offensive",
        "distance to the front",
        "events",
        "shelter places",
        "hazard of flight",
        "level of flight",
        "tempo",
        "pull of places",
    ),
    writes=(
        "people",
        "calendar",
        "hazard of flight",
        "level of flight",
        "tempo",
        "pull of places",
        "newly_displaced",
        "movements",
        "displaced_by_option",
    ),
    parts=("flight", "front", "violence", "destination", "journey", "line"),
    tables=("populations", "observations", "places"),
    page="flight",
    place=(("shock", "f8"), ("shock_z", "f8"), ("wait_fighting", "f8"), ("wait_background", "f8")),
    measures=(
        Measure(
            "newly_displaced",
            "persons displaced for the first time since the start of the crisis period",
            "persons",
            "cumulative",
            of=("newly_displaced",),
        ),
        Measure(
            "movements",
            "movements since the as-of date",
            "movements",
            "cumulative",
            of=("movements",),
            since_as_of=True,
        ),
        Measure(
            "displaced_by_option",
            "persons displaced by the option",
            "persons",
            "cumulative",
            of=("displaced_by_option",),
            since_as_of=True,
        ),
    ),
)
"""``shock`` is the factor on the hazard of flight of the week, ``shock_z`` its normal score;
``wait_*`` the hazards of flight that have gathered since people last left."""


@kernel
def draw_stayers(net, values, state, key):  # type: ignore[no-untyped-def]
    """Draw once how many of each place and group would not leave while the front is far."""
    for i in range(state.stayers.shape[0]):
        place = mix(mix(key, processes.STAYERS), net.place[i].key)
        for kind, row in enumerate(STARTERS):
            for g in range(state.stayers.shape[2]):
                state.stayers[i, kind, g] = binomial(
                    net.start[i, kind, g],
                    values.stayers_far,
                    mix(place, net.cell_key[row, g]),
                )


@kernel
def stay_share(values, state, place):  # type: ignore[no-untyped-def]
    """Return the share of the stayers of a place who still stay, as the front nears."""
    near = min(1.0, values.stayers_near / max(values.stayers_far, 1e-9))
    far = 1.0 - math.exp(-front_km(state, place) / values.flight_front_length)
    return near + (1.0 - near) * far


@kernel
def movable(persons, stayers, place, status, group, share):  # type: ignore[no-untyped-def]
    """Return the persons of a cell who would leave at all: all but the stayers of today."""
    here = persons[place, status, group]
    if status == RESIDENT:
        return max(0, here - np.int64(stayers[place, 0, group] * share))
    if status == DISPLACED_BEFORE:
        return max(0, here - np.int64(stayers[place, 1, group] * share))
    return here


@kernel
def draw_shocks(net, values, state, day, key):  # type: ignore[no-untyped-def]
    """Draw the shock of each place once a week, autoregressive with mean one."""
    if day % SHOCK_DAYS != 0:
        return
    keep = values.flight_shock_persistence if day > 0 else 0.0
    sd = values.flight_shock_sd
    for i in range(state.place.shape[0]):
        z = normal(mix(mix(mix(key, processes.SHOCK), net.place[i].key), day))
        state.place[i].shock_z = keep * state.place[i].shock_z + math.sqrt(1.0 - keep * keep) * z
        state.place[i].shock = math.exp(sd * state.place[i].shock_z - 0.5 * sd * sd)


@kernel
def fighting_hazard(values, state, place):  # type: ignore[no-untyped-def]
    """Return the part of the daily hazard that comes from front and bombardment, with shock."""
    near = 0.0
    if state.course[0].offensive == 1:
        near = values.flight_front * math.exp(-front_km(state, place) / values.flight_front_length)
    bombed, events = 0.0, events_of_week(state, place)
    if events > 0.0:
        bombed = values.flight_bombardment * math.log1p(events / HALF_EVENTS)
    return state.place[place].shock * (near + bombed)


@kernel
def movable_of_status(state, place, status, share):  # type: ignore[no-untyped-def]
    """Return the persons of a status who would leave at all."""
    if status != RESIDENT and status != DISPLACED_BEFORE:
        return state.by_status[place, status]
    total = 0
    for g in range(state.persons.shape[2]):
        total += movable(state.persons, state.stayers, place, status, g, share)
    return total


@kernel
def expected_new(values, state, scale, days):  # type: ignore[no-untyped-def]
    """Return the expected newly displaced of some days with all hazards times ``scale``.

    ``scratch`` holds the hazards of fighting, ``order`` and ``queue`` the movable residents and
    people displaced before.

    Returns
    -------
    (float64, float64)
        The expected persons, and their derivative by the logarithm of ``scale``.
    """
    total, slope = 0.0, 0.0
    for i in range(state.side.shape[0]):
        if state.side[i] > roads.GUARANTOR:
            continue
        lam = scale * days * (values.flight_background + state.scratch[i])
        for people, ratio in ((state.order[i], 1.0), (state.queue[i], values.flight_idp_ratio)):
            if people > 0:
                stay = math.exp(-ratio * lam)
                total += people * (1.0 - stay)
                slope += people * ratio * lam * stay
    return total, slope


@kernel
def scale_to_record(values, state, published, days):  # type: ignore[no-untyped-def]
    """Return the factor on all hazards that meets the count of some days in expectation.

    Newton's method on the logarithms of both; see `expected_new` for what it reads.
    """
    people = 0
    for i in range(state.side.shape[0]):
        if state.side[i] <= roads.GUARANTOR:
            people += state.order[i] + state.queue[i]
    if published <= 0.0 or people == 0:
        return 0.0
    if published >= 0.99 * people:
        return MOST_SCALE
    guess = 0.0
    for _ in range(60):
        total, slope = expected_new(values, state, math.exp(guess), days)
        if total <= 0.0 or slope <= 0.0:
            break
        move = math.log(published / total) * total / slope
        guess += min(2.0, max(-2.0, move))
        if abs(move) < 1e-5:
            break
    return min(MOST_SCALE, math.exp(guess))


@kernel
def list_movable(values, state):  # type: ignore[no-untyped-def]
    """List the people of each place who would leave at all, as `expected_new` reads them."""
    for i in range(state.side.shape[0]):
        share = stay_share(values, state, i)
        state.order[i] = movable_of_status(state, i, RESIDENT, share)
        state.queue[i] = movable_of_status(state, i, DISPLACED_BEFORE, share)


@kernel
def learn_from_earlier(net, record, values, state):  # type: ignore[no-untyped-def]
    """Learn the level of flight from offensives of before the period.

    The factor on all hazards is found at which an offensive of that length, with the front where
    it stands at the start of the period, displaces as many people as were counted then.
    """
    total = violence.total_nearness(net, values, state)
    list_movable(values, state)
    for k in range(record.earlier.shape[0]):
        days, persons = record.earlier[k].days, record.earlier[k].persons
        for i in range(state.side.shape[0]):
            near = math.exp(-front_km(state, i) / values.flight_front_length)
            share = violence.nearness(net, values, state, i) / total if total > 0.0 else 0.0
            events = 7.0 * values.violence_events * share
            bombed = math.log1p(events / HALF_EVENTS)
            state.scratch[i] = values.flight_front * near + values.flight_bombardment * bombed
        scale = scale_to_record(values, state, persons, days)
        if 0.0 < scale < MOST_SCALE:
            expected, slope = expected_new(values, state, scale, days)
            level.learn_earlier(values, state, math.log(scale), slope / expected, days)


@kernel
def line_hazard(values, plan, place, ahead):  # type: ignore[no-untyped-def]
    """Return the daily hazard of leaving a place before it is handed over."""
    if not plan.place[place].handed or ahead < plan.announce or ahead >= plan.handover:
        return 0.0
    return -math.log1p(-values.line_leave_share) / (plan.handover - plan.announce)


@kernel
def is_due(place, key, day):  # type: ignore[no-untyped-def]
    """Whether people leave a place today, or hazards go on gathering.

    Where the chance of a day is small, people leave once a week with the chance of those days
    together; which day of the week is the place's own.
    """
    if place.wait_fighting + place.wait_background >= GATHER_UP_TO:
        return True
    return (np.uint64(day) + key) % GATHER_DAYS == 0


@kernel
def choose_leavers(net, state, place, status, leavers, share, by_line, m, draw):  # type: ignore[no-untyped-def]
    """Take leavers of one status out of a place and append them to the list of departures.

    Parameters
    ----------
    leavers : int64
        How many leave.
    share : float64
        Share of the stayers of a place who still stay.
    by_line : float64
        Share of the hazard that comes from a line of the option.
    m : int64
        Departures listed so far; the new number is returned.
    draw : uint64
        Key of the place, day and status.
    """
    persons, listed = state.persons, state.listed[m:]
    _, rows, groups = persons.shape
    who = mix(draw, processes.WHO_LEAVES)
    if status == DISPLACED_SINCE:
        cells = choose_homes(
            persons,
            state.by_row[place],
            listed,
            place,
            DISPLACED_SINCE,
            rows,
            state.by_status[place, status],
            leavers,
            uniform(who, 0),
            uniform(who, 1),
        )
    else:
        cells, here = list_row(persons, listed, place, status)
        here = 0
        for c in range(cells):
            group = listed[c].cell % groups
            listed[c].pool = movable(persons, state.stayers, place, status, group, share)
            here += listed[c].pool
        choose(listed, cells, here, leavers, uniform(who, 0))
    if status in (RESIDENT, DISPLACED_BEFORE):
        state.counts[0].newly_displaced += leavers
    state.counts[0].movements += leavers
    if by_line > 0.0:
        state.counts[0].displaced_by_option += binomial(leavers, by_line, mix(draw, processes.LINE))
    kept = 0
    for c in range(cells):
        going = listed[c].count
        if going == 0:
            continue
        row, group = listed[c].cell // groups, listed[c].cell % groups
        add(persons, state.by_status, state.by_row, place, row, group, -going)
        if row == DISPLACED_BEFORE:
            row = rows - 1
        elif row < DISPLACED_SINCE:
            row = DISPLACED_SINCE + net.place[place].home
        listed[kept].cell = row * groups + group
        listed[kept].count = going
        kept += 1
    return m + kept


@kernel
def leave_place(net, values, plan, state, place, line, day, ahead, key):  # type: ignore[no-untyped-def]
    """Let people leave a place, with the hazards that have gathered.

    Parameters
    ----------
    line : float64
        Daily hazard of leaving before the place is handed over by a line.
    """
    own = state.place[place]
    fighting, background = own.wait_fighting, own.wait_background
    own.wait_fighting = 0.0
    own.wait_background = 0.0
    share = 0.0 if line > 0.0 else stay_share(values, state, place)
    here = mix(mix(mix(key, processes.FLIGHT), net.place[place].key), day)
    none = np.int64(0)
    m, people, count, total = none, none, none, 0.0
    for status in range(np.int64(4)):
        if state.by_status[place, status] == 0:
            continue
        lam = background + fighting
        if status == DISPLACED_BEFORE:
            lam *= values.flight_idp_ratio
        elif status == DISPLACED_SINCE:
            lam = values.flight_idp_ratio * fighting
        lam += line
        if lam <= 0.0:
            continue
        pool = movable_of_status(state, place, status, share)
        draw = mix(here, status)
        leavers = binomial(pool, -math.expm1(-lam), draw)
        if leavers == 0:
            continue
        if people == 0:
            count, total = weigh(values, state, place, day)
            if total <= 0.0:
                refuge = least_bad(net, plan, state, place, ahead)
                if refuge < 0:
                    return  # nowhere to go: they stay
                only = state.choice[place, 0]
                only.place = refuge
                km = np.float64(state.dist[place, refuge])
                only.fast = travel_days(km, values.vehicle_km_day)
                only.slow = travel_days(km, values.walk_km_day)
                state.place[place].choice_day = -1
                state.scratch[0] = 1.0
                count, total = np.int64(1), 1.0
        people += leavers
        m = choose_leavers(net, state, place, status, leavers, share, line / lam, m, draw)
    if people == 0:
        return
    k = divide(
        values,
        net.place,
        state.choice[place],
        state.scratch,
        state.order,
        state.slot,
        people,
        count,
        total,
        here,
    )
    start = uniform(mix(here, processes.DEAL), 0)
    deal(
        state.listed,
        m,
        state.slot,
        k,
        start,
        state.trip,
        state.trip_head,
        state.books[0],
        place,
        day,
    )


@kernel
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """Let people flee for a day; see `havenline.engine.steps.truce.step` for the parameters."""
    n = state.side.shape[0]
    ahead = day - today
    draw_shocks(net, values, state, day, key)
    if day == 0:
        level.begin(values, state)
        learn_from_earlier(net, record, values, state)
        level.settle(values, state)
    scale, times = 1.0, state.flight[0].level
    if state.course[0].offensive == 1:
        times *= state.flight[0].tempo
    if ahead <= 0 and record.day[day].target >= 0.0:
        list_movable(values, state)
        for i in range(n):
            state.scratch[i] = fighting_hazard(values, state, i)
        published = record.day[day].target
        scale, times = scale_to_record(values, state, published, 1.0), 1.0
        if state.course[0].offensive == 1:
            level.count(state, published, expected_new(values, state, 1.0, 1.0)[0])
    if ahead <= 0 and ahead % level.WEEK == 0:
        level.learn_week(values, state)
    if ahead == 0:
        level.draw(values, state, key)
    set_pull(net, values, state)
    for i in range(n):
        if state.side[i] <= roads.GUARANTOR and state.by_status[i].sum() > 0:
            own = state.place[i]
            own.wait_fighting += scale * times * fighting_hazard(values, state, i)
            own.wait_background += scale * values.flight_background
            if not own.wait_fighting + own.wait_background >= 0.0:
                state.books[0].fault = faults.HAZARD  # no number: no draw from it would end
                return
            line = line_hazard(values, plan, i, ahead)
            if line > 0.0 or is_due(own, net.place[i].key, day):
                leave_place(net, values, plan, state, i, line, day, ahead, key)
