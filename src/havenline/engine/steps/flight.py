"""Flight: who leaves a place on a day.

The daily hazard of a person at place i, of mean readiness, is

    phi m_i o_i [ l0 c_i
        + level shock_i ( lf sum_k O_k s_ik exp(-d_ik / L_i) + lb ln(1 + b_i / 5) ) ],

with d_ik the road distance to the front of offensive k, O_k 1 while it runs and
``flight_announced`` from the day on which it was announced until then, s_ik 1 and
``flight_attackers_side`` for ground of those who attack, L_i ``flight_front_length``, shorter in
built-up places by ``flight_built_up_reach``, lb multiplied by ``flight_pause`` while no offensive
runs, b_i the events of seven days, c_i whether the place lies in an area of concern, and phi 1 for
residents and the IDP ratio for displaced people. m_i is the factor that counts of those who left an
area speak for (`havenline.engine.conditioning.factors`), 1 where there is none. o_i is 1 on ground
that shelters its people and falls to ``flight_captured`` on ground that does not: there people
leave only as far as the new holder lets them. On the day when a place is taken a share
``flight_at_capture`` of those still there leaves.

People differ in readiness: it is gamma distributed among those who live at a place, with mean 1 and
variance theta (``flight_frailty``). After a cumulated hazard H the share (1 + theta H)^(-1/theta)
is still there, and the hazard of those is 1 / (1 + theta H) of the mean (Vaupel, Manton and
Stallard 1979). So who is ready goes at once, a front that stands displaces ever fewer, and a few
never leave. H is kept for each place. People who were displaced since the start or came back have
shown that they are ready: their hazard does not fall. Nor does a count of the newly displaced speak
of them day by day: on days that it covers too they flee at the level learned so far, else what it
takes to move the last who never fled would keep those who did on the road.

One shock for each place and week multiplies the hazard of all who are there; given it, people leave
independently. Flight so precedes capture where people may leave.

While published counts cover a day, all hazards of the day are scaled so that the expected
newly displaced meet the published increment, less those whom organised moves displaced. On other
days ``level`` multiplies the hazards of fighting, with the tempo of the offensive: what they are is
learned from these counts, see `havenline.engine.level`.

Fear of what happened elsewhere (`havenline.engine.steps.fear`) and orders to leave
(`havenline.engine.steps.orders`) add to the hazards of fighting.

A line that hands a place over adds a hazard between announcement and handover such that a
person leaves before with chance ``line_leave_share``, however ready.
"""

from __future__ import annotations

import math

import numpy as np

from havenline.draws.kernels import kernel
from havenline.draws.keys import mix, uniform
from havenline.draws.samplers import binomial, normal
from havenline.engine import faults, level, processes
from havenline.engine.destination import divide, least_bad, weigh
from havenline.engine.journey import deal, travel_days
from havenline.engine.people import (
    DISPLACED_BEFORE,
    DISPLACED_SINCE,
    MOST_AT_ONCE,
    RESIDENT,
    RETURNED,
    add,
    choose,
    choose_homes,
    hazard_of_share,
    list_row,
)
from havenline.engine.step import Measure, Step
from havenline.engine.steps import orders, siege, violence
from havenline.engine.steps.control import front_km
from havenline.engine.steps.violence import events_of_week

HALF_EVENTS = 5.0
"""Events of a week at which bombardment enters as ln 2."""

SHOCK_DAYS = 7
GATHER_DAYS = np.uint64(7)
GATHER_UP_TO = 0.03
"""Below this chance of a day hazards gather, for at most ``GATHER_DAYS`` days."""

STARTERS = (RESIDENT, DISPLACED_BEFORE)
"""Statuses of the people at the start, in the order of ``Network.start``."""

MOST_SCALE = 1e4
LEAST_FRAILTY = 1e-6
"""Below this variance of readiness all are taken to be alike: the formula divides by it."""

STEP = Step(
    "People leave, and choose where to go.",
    reads=(
        "record",
        "option",
        "people",
        "holders",
        "relations",
        "let in",
        "roads",
        "offensive",
        "fronts",
        "events",
        "readiness",
        "level",
        "tempo",
        "pull",
        "moved",
        "siege",
        "held back",
        "fear",
        "ordered",
    ),
    writes=(
        "people",
        "calendar",
        "readiness",
        "held back",
        "kept_in",
        "level",
        "tempo",
        "time away",
        "let in",
        "departures",
        "fled_of_late",
        "leaving",
        "newly_displaced",
        "movements",
        "displaced_by_option",
    ),
    parts=(
        "flight",
        "front",
        "violence",
        "destination",
        "journey",
        "line",
        "siege",
        "fear",
        "orders",
    ),
    tables=("populations", "observations", "places", "sites", "crossings", "refuge"),
    page="flight",
    place=(
        ("shock", "f8"),
        ("shock_z", "f8"),
        ("wait_fighting", "f8"),
        ("wait_background", "f8"),
        ("wait_again", "f8"),
        ("spent", "f8"),
        ("held_back", "f8"),
        ("fled_of_late", "i8"),
        ("leaving", "f8"),
    ),
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
            "kept_in",
            "persons who wanted to leave and could not",
            "persons",
            "stock",
            of=("kept_in",),
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
``wait_*`` the hazards of flight that have gathered since people last left, ``wait_again`` those of
fighting for people who have fled before, ``spent`` those that
have cumulated before, ``held_back`` those at which people would have left and could not;
``fled_of_late`` counts those who left in the week, ``leaving`` is the hazard of fighting of the
day, also where nobody is left."""


@kernel
def felt(values, spent, hazard):  # type: ignore[no-untyped-def]
    """Return the hazard that those still there feel on the whole, of one for mean readiness.

    Parameters
    ----------
    spent : float64
        Hazard that has cumulated before.
    hazard : float64
        What is added, for a person of mean readiness.
    """
    theta = values.flight_frailty
    if theta < LEAST_FRAILTY:
        return hazard
    return math.log1p(theta * hazard / (1.0 + theta * spent)) / theta


@kernel
def slope_of_felt(values, spent, hazard):  # type: ignore[no-untyped-def]
    """Return the derivative of the hazard that is felt by the logarithm of what is added."""
    return hazard / (1.0 + values.flight_frailty * (spent + hazard))


@kernel
def spent_by(values, gone):  # type: ignore[no-untyped-def]
    """Return the cumulated hazard after which a share of the people has left."""
    stay = 1.0 - min(MOST_AT_ONCE, gone)
    theta = values.flight_frailty
    if theta < LEAST_FRAILTY:
        return -math.log(stay)
    return (stay**-theta - 1.0) / theta


@kernel
def bombed(values, week, running):  # type: ignore[no-untyped-def]
    """Return the daily hazard from the violent events of a week, for mean readiness.

    Parameters
    ----------
    week : float64
        Events of the last seven days.
    running : int64
        Whether an offensive runs.
    """
    if week <= 0.0:
        return 0.0
    hazard = values.flight_bombardment * math.log1p(week / HALF_EVENTS)
    if running == 0:
        hazard *= values.flight_pause
    return hazard


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
def reach(net, values, place):  # type: ignore[no-untyped-def]
    """Return the road distance over which the hazard of flight falls by a factor e."""
    if net.place[place].built_up:
        return values.flight_front_length * values.flight_built_up_reach
    return values.flight_front_length


@kernel
def allowed(values, plan, state, place):  # type: ignore[no-untyped-def]
    """Return the part of their hazard at which people leave, by who holds the ground."""
    share = min(1.0, state.share[state.own[place], state.holder[place]])
    share += (1.0 - share) * values.flight_captured
    return share * siege.gate(values, plan, state, place)


@kernel
def runs_or_comes(record, values, state, k, day):  # type: ignore[no-untyped-def]
    """Return 1 while an offensive runs, ``flight_announced`` while it is announced, else 0."""
    if state.offensive[k].on == 1:
        return 1.0
    declared = record.offensive[k]
    if declared.announced and day >= declared.announced_on and state.offensive[k].switches == 0:
        return values.flight_announced
    return 0.0


@kernel
def fighting_hazard(net, record, values, plan, state, place, day):  # type: ignore[no-untyped-def]
    """Return the part of the daily hazard that comes from fighting, fear, orders and capture."""
    near, length = 0.0, reach(net, values, place)
    for k in range(state.offensive.shape[0]):
        side = runs_or_comes(record, values, state, k, day)
        if side > 0.0:
            if record.attacks[k, state.holder[place]]:
                side *= values.flight_attackers_side
            near += side * math.exp(-state.fronts[k, place] / length)
    near *= values.flight_front
    shelled = bombed(values, events_of_week(state, place), state.course[0].offensive)
    feared = values.flight_fear * state.place[place].fear
    hazard = state.place[place].shock * (near + shelled + feared)
    hazard += orders.hazard(values, state, place)
    hazard *= allowed(values, plan, state, place)
    if state.place[place].taken_on == day:
        hazard += hazard_of_share(values.flight_at_capture)
    return record.leave[place] * hazard


@kernel
def background_hazard(net, record, values, plan, state, place):  # type: ignore[no-untyped-def]
    """Return the daily hazard of flight away from any fighting."""
    if not net.place[place].concern:
        return 0.0
    return record.leave[place] * allowed(values, plan, state, place) * values.flight_background


@kernel
def expected_new(net, record, values, plan, state, scale, days):  # type: ignore[no-untyped-def]
    """Return the expected newly displaced of some days with all hazards times ``scale``.

    ``scratch`` holds the hazards of fighting.

    Returns
    -------
    (float64, float64)
        The expected persons, and their derivative by the logarithm of ``scale``.
    """
    total, slope = 0.0, 0.0
    for i in range(state.holder.shape[0]):
        hazard = background_hazard(net, record, values, plan, state, i) + state.scratch[i]
        lam = scale * days * hazard
        if lam <= 0.0:
            continue
        own = state.place[i]
        spent = own.spent + own.wait_fighting + own.wait_background
        for status, ratio in ((RESIDENT, 1.0), (DISPLACED_BEFORE, values.flight_idp_ratio)):
            people = state.by_status[i, status]
            if people > 0:
                stay = math.exp(-felt(values, ratio * spent, ratio * lam))
                total += people * (1.0 - stay)
                slope += people * stay * slope_of_felt(values, ratio * spent, ratio * lam)
    return total, slope


@kernel
def scale_to_record(net, record, values, plan, state, published, days):  # type: ignore[no-untyped-def]
    """Return the factor on all hazards that meets the count of some days in expectation.

    Newton's method on the logarithms of both; see `expected_new` for what it reads.
    """
    people = 0
    for i in range(state.holder.shape[0]):
        if net.place[i].concern or state.scratch[i] > 0.0:
            people += state.by_status[i, RESIDENT] + state.by_status[i, DISPLACED_BEFORE]
    if published <= 0.0 or people == 0:
        return 0.0
    if published >= 0.99 * people:
        return MOST_SCALE
    guess = 0.0
    for _ in range(60):
        total, slope = expected_new(net, record, values, plan, state, math.exp(guess), days)
        if total <= 0.0 or slope <= 0.0:
            break
        move = math.log(published / total) * total / slope
        guess += min(2.0, max(-2.0, move))
        if abs(move) < 1e-5:
            break
    return min(MOST_SCALE, math.exp(guess))


@kernel
def learn_from_earlier(net, record, values, plan, state):  # type: ignore[no-untyped-def]
    """Learn the level of flight from offensives of before the period.

    The factor on all hazards is found at which an offensive of that length, with the front where
    it stands at the start of the period, displaces as many people as were counted then.
    """
    total = violence.total_nearness(net, values, state)
    for k in range(record.earlier.shape[0]):
        days, persons = record.earlier[k].days, record.earlier[k].persons
        for i in range(state.holder.shape[0]):
            near = math.exp(-front_km(state, i) / reach(net, values, i))
            share = state.scratch[i] / total if total > 0.0 else 0.0
            events = 7.0 * values.violence_events * share
            state.scratch[i] = allowed(values, plan, state, i) * (
                values.flight_front * near + bombed(values, events, 1)
            )
        scale = scale_to_record(net, record, values, plan, state, persons, days)
        if 0.0 < scale < MOST_SCALE:
            expected, slope = expected_new(net, record, values, plan, state, scale, days)
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
    gathered = max(place.wait_fighting, place.wait_again) + place.wait_background
    if gathered >= GATHER_UP_TO:
        return True
    return (np.uint64(day) + key) % GATHER_DAYS == 0


@kernel
def choose_leavers(net, state, place, status, leavers, m, day, draw):  # type: ignore[no-untyped-def]
    """Take leavers of one status out of a place and append them to the list of departures.

    Parameters
    ----------
    leavers : int64
        How many leave.
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
        choose(listed, cells, here, leavers, uniform(who, 0))
    if status in (RESIDENT, DISPLACED_BEFORE):
        state.counts[0].newly_displaced += leavers
    state.counts[0].movements += leavers
    state.set_out[place] += leavers
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
            state.departed[row, 0] += going
            state.departed[row, 1] += going * day
        listed[kept].cell = row * groups + group
        listed[kept].count = going
        kept += 1
    return m + kept


@kernel
def leave_place(net, values, plan, state, place, line, passed_on, day, ahead, key):  # type: ignore[no-untyped-def]
    """Let people leave a place, with the hazards that have gathered.

    Parameters
    ----------
    line : float64
        Daily hazard of leaving before the place is handed over by a line.
    passed_on : float64
        Daily hazard at which those displaced in the crisis are passed on from a transit site.
    """
    own = state.place[place]
    fighting, background, again = own.wait_fighting, own.wait_background, own.wait_again
    spent = own.spent
    own.wait_fighting = 0.0
    own.wait_background = 0.0
    own.wait_again = 0.0
    own.spent += fighting + background
    corridor = siege.by_corridor(plan, state, place)
    here = mix(mix(mix(key, processes.FLIGHT), net.place[place].key), day)
    none = np.int64(0)
    m, people, count, total = none, none, none, 0.0
    for status in range(np.int64(4)):
        if state.by_status[place, status] == 0:
            continue
        if status == RESIDENT:
            lam = felt(values, spent, fighting + background)
        elif status == RETURNED:
            lam = again + background
        elif status == DISPLACED_BEFORE:
            ratio = values.flight_idp_ratio
            lam = felt(values, ratio * spent, ratio * (fighting + background))
        else:
            lam = values.flight_idp_ratio * again + passed_on
        lam += line
        if lam <= 0.0:
            continue
        draw = mix(here, status)
        leavers = binomial(state.by_status[place, status], -math.expm1(-lam), draw)
        if leavers == 0:
            continue
        if people == 0:
            count, total = weigh(values, state, place, day)
            if total <= 0.0:
                refuge = least_bad(plan, state, place, ahead)
                if refuge < 0:
                    own.held_back += fighting + background  # nowhere to go: they stay
                    own.spent -= fighting + background
                    return
                only = state.choice[place, 0]
                only.place = refuge
                km = np.float64(state.dist[place, refuge])
                only.fast = travel_days(km, values.vehicle_km_day)
                only.slow = travel_days(km, values.walk_km_day)
                state.place[place].choice_day = -1
                state.scratch[0] = 1.0
                count, total = np.int64(1), 1.0
        people += leavers
        own.fled_of_late += leavers
        m = choose_leavers(net, state, place, status, leavers, m, day, draw)
        if corridor:
            state.counts[0].displaced_by_option += leavers
        elif line > 0.0:
            by_line = binomial(leavers, line / lam, mix(draw, processes.LINE))
            state.counts[0].displaced_by_option += by_line
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
    for a in range(k):
        to = state.holder[state.slot[a].place]
        state.let_in[state.own[place], to] -= state.slot[a].persons
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
def count_kept_in(values, state):  # type: ignore[no-untyped-def]
    """Count who wanted to leave and could not: those whom the hazard that is held back moves."""
    kept = 0.0
    for i in range(state.holder.shape[0]):
        own = state.place[i]
        if own.held_back <= 0.0:
            continue
        for status in range(np.int64(4)):
            ratio = values.flight_idp_ratio if status >= DISPLACED_BEFORE else 1.0
            lam = ratio * own.held_back
            if status in (RESIDENT, DISPLACED_BEFORE):
                lam = felt(values, ratio * own.spent, lam)
            kept += state.by_status[i, status] * -math.expm1(-lam)
    state.counts[0].kept_in = np.int64(kept + 0.5)


@kernel
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """Let people flee for a day; see `havenline.engine.steps.truce.step` for the parameters."""
    n = state.holder.shape[0]
    ahead = day - today
    draw_shocks(net, values, state, day, key)
    if day == 0:
        level.begin(values, state)
        learn_from_earlier(net, record, values, plan, state)
        level.settle(values, state)
    scale, times = 1.0, state.flight[0].level
    if state.course[0].offensive == 1:
        times *= state.flight[0].tempo
    learned = times
    if ahead <= 0 and record.day[day].target >= 0.0:
        for i in range(n):
            state.scratch[i] = fighting_hazard(net, record, values, plan, state, i, day)
        published = max(0.0, record.day[day].target - state.course[0].newly_moved)
        scale, times = scale_to_record(net, record, values, plan, state, published, 1.0), 1.0
        if state.course[0].offensive == 1:
            expected, _ = expected_new(net, record, values, plan, state, 1.0, 1.0)
            level.count(state, published, expected)
    if ahead <= 0 and ahead % level.WEEK == 0:
        level.learn_week(values, state)
    if ahead == 0:
        level.draw(values, state, key)
    for a in range(state.let_in.shape[0]):
        for b in range(state.let_in.shape[1]):
            left = state.let_in[a, b] + state.per_day[a, b]
            state.let_in[a, b] = min(state.per_day[a, b], left)
    for i in range(n):
        own = state.place[i]
        plain = fighting_hazard(net, record, values, plan, state, i, day)
        hazard = scale * times * plain
        own.leaving = hazard
        if state.by_status[i].sum() > 0:
            own.wait_fighting += hazard
            own.wait_again += learned * plain
            rest = scale * background_hazard(net, record, values, plan, state, i)
            own.wait_background += rest
            through = siege.gate(values, plan, state, i)
            if through < 1.0:
                own.held_back += (hazard + rest) * (1.0 - through) / through
            elif own.held_back > 0.0:
                own.wait_fighting += own.held_back
                own.wait_again += own.held_back
                own.held_back = 0.0
            if not own.wait_fighting + own.wait_background >= 0.0:
                state.books[0].fault = faults.HAZARD  # no number: no draw from it would end
                return
            line = line_hazard(values, plan, i, ahead)
            on = 1.0 / values.transit_days if record.transit[i] else 0.0
            if line > 0.0 or on > 0.0 or is_due(own, net.place[i].key, day):
                leave_place(net, values, plan, state, i, line, on, day, ahead, key)
    count_kept_in(values, state)
