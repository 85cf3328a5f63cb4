"""The front: recorded until the as-of date, then an advance along roads while an offensive runs.

While an offensive runs, the front moves along each road that crosses it at a speed of that road's
own; on most such roads it does not move at all. A place falls when the front has covered the road
to it, and the front goes on from there at the same speed. The time it takes depends on kilometres
only, so that splitting a road changes nothing.

Who holds a place after the as-of date stays in memory and is never written anywhere.
"""

from __future__ import annotations

import math

import numpy as np

from havenline.draws.kernels import kernel
from havenline.draws.keys import mix, uniform
from havenline.draws.samplers import normal
from havenline.engine import erosion, processes
from havenline.engine.step import Step
from havenline.world import roads

FAR_SIDE_HANDED, FAR_SIDE_TAKEN = 1, 2

STEP = Step(
    "The front: recorded to the as-of date, then moving along roads.",
    reads=(
        "record",
        "option",
        "side",
        "roads",
        "offensive",
        "tempo",
        "truce",
        "haven",
    ),
    writes=("side", "roads", "distance to the front"),
    parts=("front",),
    tables=("control", "places", "routes"),
    page="front",
    place=(("far_side", "i8"), ("crossed", "i8")),
)
"""``far_side`` is 1 where a place was handed over by a line, 2 where it was taken by force after
the as-of date; ``crossed`` counts people who came back to it since."""


@kernel
def contested(net, side, e):  # type: ignore[no-untyped-def]
    """Return (attacker's end, other end) of a road the front stands on, or (-1, -1)."""
    a, b = net.road[e].a, net.road[e].b
    if net.road[e].border:
        return -1, -1
    if side[a] == roads.ATTACKER and side[b] <= roads.GUARANTOR:
        return a, b
    if side[b] == roads.ATTACKER and side[a] <= roads.GUARANTOR:
        return b, a
    return -1, -1


@kernel
def open_axis(net, values, state, key, e):  # type: ignore[no-untyped-def]
    """Place the front on a road and draw its speed (0 where the offensive does not move)."""
    state.road[e].progress = values.front_start_share * net.road[e].km
    axis = mix(mix(key, processes.AXIS), net.road[e].key)
    if uniform(axis, 0) < values.front_axis_share:
        state.road[e].speed = values.front_speed * math.exp(
            values.front_speed_spread * normal(mix(axis, 1))
        )
    else:
        state.road[e].speed = 0.0


@kernel
def open_network(net, state):  # type: ignore[no-untyped-def]
    """Recompute all shortest roads after places have changed hands."""
    roads.all_shortest(
        net.ptr,
        net.link,
        net.road,
        state.side,
        state.dist,
        state.pred,
        state.queue,
        state.queued,
    )
    for i in range(state.place.shape[0]):
        state.place[i].choice_day = -1
        state.stale[i] = True


@kernel
def take_place(net, state, place, road, left_km):  # type: ignore[no-untyped-def]
    """Let a place fall; the front goes on along its other roads with what is left of the day."""
    state.side[place] = roads.ATTACKER
    state.place[place].far_side = FAR_SIDE_TAKEN
    for a in range(net.ptr[place], net.ptr[place + 1]):
        e = net.link[a].road
        if e != road and state.side[net.link[a].place] <= roads.GUARANTOR:
            state.road[e].progress = left_km
            state.road[e].speed = state.road[road].speed
    roads.reroute_around(
        place,
        net.ptr,
        net.link,
        net.road,
        state.side,
        state.dist,
        state.pred,
        state.queue,
        state.queued,
        state.stale,
    )


@kernel
def can_move(net, plan, state, e):  # type: ignore[no-untyped-def]
    """Whether the front can move on a road: towards a place of the defender, not protected."""
    a, b = contested(net, state.side, e)
    if a < 0 or state.side[b] != roads.DEFENDER or not net.place[b].capturable:
        return False
    return not (state.course[0].haven == 1 and plan.place[b].haven)


@kernel
def advance(net, values, plan, state, pace, eroding):  # type: ignore[no-untyped-def]
    """Move the front by a day; return whether a place fell.

    Parameters
    ----------
    net, values, plan, state
        `Network`, values of one future, `Schedule`, `State`.
    pace : float64
        Factor on the speed of every axis.
    eroding : bool
        Under a standing truce: axes that gain more move faster.
    """
    reached = False
    for e in range(net.road.shape[0]):
        if state.road[e].speed == 0.0 or not can_move(net, plan, state, e):
            continue
        step_km = state.road[e].speed * pace
        if eroding:
            _, place = contested(net, state.side, e)
            step_km *= erosion.gain(net, values, state, e, place)
        state.road[e].progress += step_km
        reached = reached or state.road[e].progress >= net.road[e].km
    if not reached:
        return False
    fell = False
    while True:
        best, best_left = np.int64(-1), -1.0
        for e in range(net.road.shape[0]):
            if state.road[e].speed == 0.0 or not can_move(net, plan, state, e):
                continue
            over = state.road[e].progress - net.road[e].km
            if over >= 0.0 and over / state.road[e].speed > best_left:
                best, best_left = np.int64(e), over / state.road[e].speed
        if best < 0:
            return fell
        fell = True
        _, place = contested(net, state.side, best)
        take_place(net, state, place, best, state.road[best].progress - net.road[best].km)


@kernel
def replay(net, record, values, state, day):  # type: ignore[no-untyped-def]
    """Set control, roads and front to the record of a day; return whether they changed."""
    if day > 0 and record.day[day].epoch == record.day[day - 1].epoch:
        return False
    state.side[:] = record.side[day]
    dist = record.dist[record.day[day].epoch]
    for i in range(state.place.shape[0]):
        state.place[i].choice_day = -1
        for j in range(state.place.shape[0]):
            if state.dist[i, j] != dist[i, j]:
                state.stale[i] = True
                state.dist[i, j] = dist[i, j]
    state.pred[:] = record.pred[record.day[day].epoch]
    for e in range(net.road.shape[0]):
        state.road[e].progress = values.front_start_share * net.road[e].km
    return True


@kernel
def hand_over(net, values, plan, state, key):  # type: ignore[no-untyped-def]
    """Change hands along a line; fronts on the new contact line start anew."""
    n = state.side.shape[0]
    old = state.side.copy()
    for i in range(n):
        if plan.place[i].handed and state.side[i] == roads.DEFENDER:
            state.side[i] = roads.ATTACKER
            state.place[i].far_side = FAR_SIDE_HANDED
        elif plan.place[i].restored and state.side[i] == roads.ATTACKER:
            state.side[i] = roads.DEFENDER
            state.place[i].far_side = 0
    if (state.side == old).all():
        return
    for e in range(net.road.shape[0]):
        a, b = contested(net, state.side, e)
        if a >= 0 and (state.side[a] != old[a] or state.side[b] != old[b]):
            open_axis(net, values, state, key, e)
    open_network(net, state)


@kernel
def step(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    """Advance the front by a day; see `havenline.engine.steps.truce.step` for the parameters."""
    ahead = day - today
    changed = False
    if ahead <= 0:
        changed = replay(net, record, values, state, day)
    else:
        if ahead == 1:
            for e in range(net.road.shape[0]):
                a, _ = contested(net, state.side, e)
                if a >= 0:
                    open_axis(net, values, state, key, e)
            changed = True
        if ahead == plan.handover:
            hand_over(net, values, plan, state, key)
            changed = True
        if state.course[0].offensive == 1:
            pace = state.flight[0].tempo * erosion.checked(values, plan, ahead)
            advance(net, values, plan, state, pace, False)
            changed = True
        elif state.course[0].truce == 1 and values.erosion_pace > 0.0:
            advance(net, values, plan, state, erosion.pace(values, plan, ahead), True)
            changed = True
    if changed:
        roads.distance_to_front(
            net.ptr,
            net.link,
            net.road,
            state.side,
            state.road,
            state.front,
            state.queue,
            state.queued,
        )


@kernel
def front_km(state, place):  # type: ignore[no-untyped-def]
    """Return the distance to the front, at most 10,000 km (so that no infinity is passed on)."""
    return min(state.front[place], np.float64(10_000.0))
