"""The fronts: recorded until the as-of date, then moving along roads while an offensive runs.

A front stands on every road between places of hostile holders, over a border too, and at the edge
of ground that a party guards for others. While its offensive runs, it moves along each road at a
speed of that road's own, far slower towards built-up places; on most roads it stands, and what
stands and what moves changes at rates of its own. A place falls when the front has
covered the road to it, and the front goes on from there at the same speed. The time it takes
depends on kilometres only, so that splitting a road changes nothing.

Where parties that fight each other hold parts of one place, the front runs through it: it is at no
distance until the place changes hands.

Who holds a place after the as-of date stays in memory and is never written anywhere.
"""

from __future__ import annotations

import math

import numpy as np

from havenline.draws.kernels import kernel, kernel_entry
from havenline.draws.keys import mix, uniform
from havenline.draws.samplers import normal
from havenline.engine import erosion, processes, refuge
from havenline.engine.step import Step
from havenline.engine.steps import intervention, rout
from havenline.world import roads
from havenline.world.terms import AT_WAR, DEFENDED, NO_CONTACT

FAR_SIDE_HANDED, FAR_SIDE_TAKEN = 1, 2
NO_FRONT = -1

STEP = Step(
    "The fronts: recorded to the as-of date, then moving along roads.",
    reads=(
        "record",
        "option",
        "holders",
        "relations",
        "roads",
        "offensive",
        "tempo",
        "truce",
        "agreement",
        "haven",
        "intervention",
        "rout",
    ),
    writes=("holders", "relations", "roads", "fronts", "agreement"),
    parts=("front", "refuge", "return", "intervention", "rout", "truce"),
    tables=("control", "places", "routes", "relations", "offensives", "refuge", "compliance"),
    page="front",
    place=(("far_side", "i8"), ("crossed", "i8"), ("taken_on", "i8"), ("contested", "i8")),
)
"""``contested`` is the set of those who hold a part of a place, as the record lists them;
``far_side`` is 1 where a place was handed over by a line, 2 where it was taken by force after the
as-of date; ``crossed`` counts people who came back to it since; ``taken_on`` is the day on which
it last came under those who attacked it."""


@kernel
def front_on(net, record, state, e):  # type: ignore[no-untyped-def]
    """Return the offensive whose front stands on a road, the attacker's end and the other.

    Of several the one that runs; the number of offensives where a front stands that none moves;
    ``NO_FRONT`` where there is none.
    """
    a, b = net.road[e].a, net.road[e].b
    one, other = state.holder[a], state.holder[b]
    contact = state.contact[one, other]
    if contact == NO_CONTACT or (net.road[e].border and contact != AT_WAR):
        return np.int64(NO_FRONT), a, b
    offensives = state.offensive.shape[0]
    best, tail, head = np.int64(-1), a, b
    for k in range(offensives):
        if record.attacks[k, one] and state.defends[k, other] != 0 and record.within[k, b]:
            x, y = a, b
        elif record.attacks[k, other] and state.defends[k, one] != 0 and record.within[k, a]:
            x, y = b, a
        else:
            continue
        if best < 0 or (state.offensive[k].on == 1 and state.offensive[best].on == 0):
            best, tail, head = np.int64(k), x, y
    if best < 0:
        return np.int64(offensives), a, b
    return best, tail, head


@kernel_entry
def led_on(share, freeze, thaw, days):  # type: ignore[no-untyped-def]
    """Return the chance that the axis that took a place still moves on from it after days.

    Parameters
    ----------
    share, freeze, thaw : float64
        ``front_axis_share`` (no axis moves where it is 0) and the daily rates
        ``front_freeze_rate`` and ``front_thaw_rate``.
    days : int64
    """
    if share <= 0.0:
        return 0.0
    if freeze + thaw <= 0.0:
        return 1.0
    rest = thaw / (freeze + thaw)
    return rest + (1.0 - rest) * math.exp(-(freeze + thaw) * days)


@kernel
def open_axis(net, record, values, state, key, e, k, tail, day):  # type: ignore[no-untyped-def]
    """Place the front on a road and draw its speed, and whether it moves at first.

    On from a place taken by force the axis that took it leads, more likely and faster than one
    that the front came to stand on: of lognormal speeds with standard deviation s, those that took
    a place are drawn in proportion to themselves, e^(s^2) times as fast in the median.
    """
    own = state.road[e]
    own.progress = values.front_start_share * net.road[e].km
    own.tail = tail
    own.mover = k
    axis = mix(mix(mix(key, processes.AXIS), net.road[e].key), record.offensive[k].key)
    chance, faster = values.front_axis_share, 0.0
    if state.place[tail].taken_on >= 0:
        days = day - state.place[tail].taken_on
        chance = led_on(chance, values.front_freeze_rate, values.front_thaw_rate, days)
        faster = values.front_speed_spread
    own.moving = uniform(axis, 0) < chance
    spread = values.front_speed_spread * (normal(mix(axis, 1)) + faster)
    own.speed = values.front_speed * math.exp(spread)


@kernel
def open_axes(net, record, values, state, key, day):  # type: ignore[no-untyped-def]
    """Open the axes of roads that a front has come to stand on, or that turned round.

    Returns whether any front has changed.
    """
    changed, offensives = False, state.offensive.shape[0]
    for e in range(net.road.shape[0]):
        k, tail, _ = front_on(net, record, state, e)
        if k >= 0 and k < offensives:
            own = state.road[e]
            if own.mover != k or own.tail != tail:
                turned = own.tail != tail and own.mover >= 0
                left = net.road[e].km - own.progress
                open_axis(net, record, values, state, key, e, k, tail, day)
                changed = True
                if turned:
                    own.progress = max(0.0, left)
        elif state.road[e].mover >= 0:
            state.road[e].mover = -1
            changed = True
    return changed


@kernel
def open_network(net, state):  # type: ignore[no-untyped-def]
    """Recompute all shortest roads after places have changed hands."""
    roads.all_shortest(
        net.ptr,
        net.link,
        net.road,
        state.holder,
        state.own,
        state.passage,
        state.dist,
        state.pred,
        state.queue,
        state.queued,
    )
    for i in range(state.place.shape[0]):
        state.place[i].choice_day = -1
        state.stale[i] = True


@kernel
def take_place(net, record, state, place, road, left_km, day):  # type: ignore[no-untyped-def]
    """Let a place fall; the front goes on along its other roads with what is left of the day."""
    before = state.holder[place]
    state.holder[place] = state.holder[state.road[road].tail]
    state.place[place].far_side = FAR_SIDE_TAKEN
    state.place[place].taken_on = day
    state.place[place].contested = 0
    mover = state.road[road].mover
    if state.offensive[mover].truce == 1:
        state.offensive[mover].lost += net.place[place].people
    for a in range(net.ptr[place], net.ptr[place + 1]):
        e = net.link[a].road
        k, tail, _ = front_on(net, record, state, e)
        if e != road and k == state.road[road].mover and tail == place:
            state.road[e].progress = left_km
            state.road[e].speed = state.road[road].speed
            state.road[e].moving = True
            state.road[e].tail = place
            state.road[e].mover = k
    roads.reroute_around(
        place,
        before,
        net.ptr,
        net.link,
        net.road,
        state.holder,
        state.own,
        state.passage,
        state.dist,
        state.pred,
        state.queue,
        state.queued,
        state.stale,
    )


@kernel
def pace(net, record, values, plan, state, e, ahead):  # type: ignore[no-untyped-def]
    """Return the kilometres of a day on a road with a front, and the place it moves towards.

    Only towards ground that is attacked, not guarded and not in a haven that stands.
    """
    none = np.int64(-1)
    if not state.road[e].moving and not rout.runs(state, state.road[e].mover):
        return 0.0, none
    k, _, head = front_on(net, record, state, e)
    if k < 0 or k >= state.offensive.shape[0] or k != state.road[e].mover:
        return 0.0, none
    if state.defends[k, state.holder[head]] != DEFENDED or not net.place[head].capturable:
        return 0.0, none
    if state.course[0].haven == 1 and plan.place[head].haven:
        return 0.0, none
    if state.offensive[k].on == 1:
        times = state.flight[0].tempo * erosion.checked(values, plan, ahead)
        times *= intervention.pace_ratio(values, state, k) * rout.pace_ratio(values, state, k)
    elif state.offensive[k].truce == 1 and values.erosion_pace > 0.0:
        times = erosion.pace(record, values, plan, state, ahead)
        times *= erosion.gain(net, values, state, e, head)
    else:
        return 0.0, none
    if net.place[head].built_up and not rout.runs(state, k):
        times *= values.front_built_up
    return state.road[e].speed * times, head


@kernel
def freeze_or_thaw(net, record, values, state, key, ahead):  # type: ignore[no-untyped-def]
    """Let axes of offensives that run come to a stand, or move again, at rates of their own."""
    stand = -math.expm1(-values.front_freeze_rate)
    move = -math.expm1(-values.front_thaw_rate)
    for e in range(net.road.shape[0]):
        k = state.road[e].mover
        if k < 0 or state.offensive[k].on == 0:
            continue
        chance = stand if state.road[e].moving else move
        if chance > 0.0:
            axis = mix(mix(key, processes.FREEZE), net.road[e].key)
            if uniform(mix(axis, record.offensive[k].key), ahead) < chance:
                state.road[e].moving = not state.road[e].moving


@kernel
def advance(net, record, values, plan, state, key, day, ahead):  # type: ignore[no-untyped-def]
    """Move the fronts by a day; see `step` for the parameters. Returns whether any has moved."""
    reached, moved = False, False
    for e in range(net.road.shape[0]):
        km, head = pace(net, record, values, plan, state, e, ahead)
        if head >= 0:
            state.road[e].progress += km
            moved = moved or km > 0.0
            reached = reached or state.road[e].progress >= net.road[e].km
    while reached:
        best, best_left, place = np.int64(-1), -1.0, np.int64(-1)
        for e in range(net.road.shape[0]):
            over = state.road[e].progress - net.road[e].km
            if over < 0.0:
                continue
            _, head = pace(net, record, values, plan, state, e, ahead)
            if head < 0 or state.place[head].taken_on == day:
                continue  # a place changes hands once a day, whoever else comes to it
            if over / state.road[e].speed > best_left:
                best, best_left, place = np.int64(e), over / state.road[e].speed, head
        if best < 0:
            break
        over = state.road[best].progress - net.road[best].km
        take_place(net, record, state, place, best, over, day)
        moved = True
    return moved


@kernel
def replay(net, record, values, state, key, day):  # type: ignore[no-untyped-def]
    """Set holders, relations and roads to the record of a day; return whether they changed."""
    changed = False
    for i in range(state.holder.shape[0]):
        changed = changed or state.place[i].contested != record.contested[day, i]
        state.place[i].contested = record.contested[day, i]
    if day > 0 and record.day[day].epoch == record.day[day - 1].epoch:
        return changed
    refuge.set_terms(record, values, state, key, record.day[day].terms)
    state.own[:] = record.own
    for i in range(state.holder.shape[0]):
        if day > 0 and not record.by_agreement[day, i]:
            before, after = state.holder[i], record.holder[day, i]
            if state.contact[before, after] == AT_WAR:
                state.place[i].taken_on = day
    state.holder[:] = record.holder[day]
    dist = record.dist[record.day[day].epoch]
    for i in range(state.place.shape[0]):
        state.place[i].choice_day = -1
        for j in range(state.place.shape[0]):
            if state.dist[i, j] != dist[i, j]:
                state.stale[i] = True
                state.dist[i, j] = dist[i, j]
    state.pred[:] = record.pred[record.day[day].epoch]
    for e in range(net.road.shape[0]):
        _, tail, _ = front_on(net, record, state, e)
        state.road[e].progress = values.front_start_share * net.road[e].km
        state.road[e].tail = tail
        state.road[e].mover = -1
    return True


@kernel
def hand_over(net, plan, state):  # type: ignore[no-untyped-def]
    """Change hands along a line; fronts on the new contact line start anew.

    Returns whether any place has changed hands.
    """
    changed = False
    for i in range(state.holder.shape[0]):
        to = plan.place[i].to
        if to < 0 or state.holder[i] == to:
            continue
        handed = plan.place[i].handed
        if state.holder[i] != (plan.line_from if handed else plan.line_to):
            continue
        state.holder[i] = to
        state.place[i].far_side = FAR_SIDE_HANDED if handed else 0
        state.place[i].contested = 0
        changed = True
    if changed:
        open_network(net, state)
    return changed


@kernel
def front_within(record, state, place):  # type: ignore[no-untyped-def]
    """Let the front of those who hold parts of a place and fight each other run through it."""
    offensives, parties = state.offensive.shape[0], state.contact.shape[0]
    there, holder = record.parts[state.place[place].contested], state.holder[place]
    by_none = False
    for p in range(parties):
        if not there[p] and p != holder:
            continue
        for q in range(parties):
            if (not there[q] and q != holder) or state.contact[p, q] != AT_WAR:
                continue
            by_none = True
            for k in range(offensives):
                if record.attacks[k, p] and state.defends[k, q] != 0 and record.within[k, place]:
                    state.fronts[k, place] = 0.0
                    by_none = False
    if by_none:
        state.fronts[offensives, place] = 0.0


@kernel
def measure_fronts(net, record, state):  # type: ignore[no-untyped-def]
    """Measure the road kilometres from each place to the fronts of each offensive and to any."""
    offensives = state.offensive.shape[0]
    state.fronts[:] = np.inf
    for e in range(net.road.shape[0]):
        k, tail, head = front_on(net, record, state, e)
        if k < 0:
            continue
        km = net.road[e].km
        behind = 0.5 * km if k == offensives else state.road[e].progress
        front = state.fronts[k]
        front[tail] = min(front[tail], max(0.0, behind))
        front[head] = min(front[head], max(0.0, km - behind))
    for i in range(state.place.shape[0]):
        if state.place[i].contested != 0:
            front_within(record, state, i)
    state.front[:] = np.inf
    for k in range(offensives + 1):
        roads.measure_from_seeds(
            net.ptr,
            net.link,
            net.road,
            state.holder,
            state.contact,
            state.passage,
            state.fronts[k],
            state.queue,
            state.queued,
        )
        for i in range(state.front.shape[0]):
            state.front[i] = min(state.front[i], state.fronts[k, i])


@kernel
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """Advance the fronts by a day; see `havenline.engine.steps.truce.step` for the parameters."""
    ahead = day - today
    if ahead <= 0:
        if replay(net, record, values, state, key, day):
            measure_fronts(net, record, state)
        return
    changed = ahead == plan.handover and hand_over(net, plan, state)
    changed = open_axes(net, record, values, state, key, day) or changed
    freeze_or_thaw(net, record, values, state, key, ahead)
    changed = advance(net, record, values, plan, state, key, day, ahead) or changed
    if changed:
        measure_fronts(net, record, state)


@kernel
def front_km(state, place):  # type: ignore[no-untyped-def]
    """Return the distance to the front, at most 10,000 km (so that no infinity is passed on)."""
    return min(state.front[place], np.float64(10_000.0))
