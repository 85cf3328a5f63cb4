"""A displacement case as the arrays that Flee's rules read."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from havenline.crisis.case import Case
from havenline.crisis.flee_settings import FleeSettings
from havenline.draws import key_of
from havenline.draws.kernels import kernel
from havenline.draws.views import view
from havenline.engine.rules.flee.facts import build_days
from havenline.engine.rules.flee.groups import Groups, build_groups
from havenline.engine.rules.flee.roads import build_roads, number
from havenline.engine.rules.flee.routes import Rests, build_routes, place_keys, sums_of_roads
from havenline.errors import RunError

UNIT = 1 << 20
"""Parts of a kilometre that are told apart."""

MOST_PLACES = 1 << 20
"""Places and roads together."""

MOST_RESTS = 1 << 24
"""Remaining routes."""

SPAWN_MODES = (None, "constant", "pop_ratio", "poisson")


class CaseRules(NamedTuple):
    """The settings that the kernels read, as numbers; names as in the settings."""

    exact: bool
    blind: bool
    fixed: bool
    prune: float
    weight_softening: float
    weight_power: float
    buffer: float
    max_speed: int
    walk_speed: int
    on_foot: bool
    short_stints: bool
    pop_base: float
    pop_scale: float
    pop_pull: bool
    pop_power: float
    take_people: bool
    spawn_mode: int
    sinks: bool
    by_sums: bool
    """Whether kilometres gone today are told apart only where it matters (``sum_km``)."""
    weigh_daily: bool
    """Whether weights of routes change with the people present, so that every day is new."""


class CaseNetwork(NamedTuple):
    """A case as arrays; lengths of roads and speeds in kilometres times ``UNIT``.

    Attributes
    ----------
    persons : (places,) float64
        Residents, in the people that are simulated.
    place_key, rest_key : uint64
        Stable keys of places and roads, and of remaining routes.
    score, leave, hunger, conflict, spawn, rate, rate_part, flood, capacity, limit : float64
        Shape (days, places).
        See `havenline.engine.rules.flee.facts.Days`.
    camp, town : (days, places) bool
    is_open : (days, roads) bool
    departures : (days,) int64
    at_camps : (places,) int64
    harvest, same_weights : (days,) bool
        Days of harvest; days on which the weights of the day before still hold.
    out_first, out_road : int64
        Roads from each place, by its number.
    road_end, road_start, road_km, road_speed : (roads,) int64
    road_walk : (roads,) float64
    sum_first, sum_km : int64
        Lengths of the ways from each place that are shorter than a day's travel.
    route_first : (states, places + 1) int64
    route_end, route_road, route_rest : (routes,) int64
    route_factor : (routes,) float64
        ``1 / (softening + km) ** distance_power``.
    route_key : (routes,) uint64
    epoch : (days,) int64
    rest_next, rest_rest, rest_last : (rests,) int64
    sink : (places,) float64
        Daily chance to leave the simulation there.
    camps : (camps,) int64
        Places of the counts.
    group : Groups
    """

    persons: NDArray[np.float64]
    place_key: NDArray[np.uint64]
    rest_key: NDArray[np.uint64]
    score: NDArray[np.float64]
    leave: NDArray[np.float64]
    hunger: NDArray[np.float64]
    conflict: NDArray[np.float64]
    spawn: NDArray[np.float64]
    rate: NDArray[np.float64]
    rate_part: NDArray[np.float64]
    flood: NDArray[np.float64]
    capacity: NDArray[np.float64]
    limit: NDArray[np.float64]
    camp: NDArray[np.bool_]
    town: NDArray[np.bool_]
    is_open: NDArray[np.bool_]
    departures: NDArray[np.int64]
    at_camps: NDArray[np.int64]
    harvest: NDArray[np.bool_]
    same_weights: NDArray[np.bool_]
    out_first: NDArray[np.int64]
    out_road: NDArray[np.int64]
    road_start: NDArray[np.int64]
    road_end: NDArray[np.int64]
    road_km: NDArray[np.int64]
    road_speed: NDArray[np.int64]
    road_walk: NDArray[np.float64]
    sum_first: NDArray[np.int64]
    sum_km: NDArray[np.int64]
    route_first: NDArray[np.int64]
    route_end: NDArray[np.int64]
    route_road: NDArray[np.int64]
    route_rest: NDArray[np.int64]
    route_factor: NDArray[np.float64]
    route_key: NDArray[np.uint64]
    epoch: NDArray[np.int64]
    rest_next: NDArray[np.int64]
    rest_rest: NDArray[np.int64]
    rest_last: NDArray[np.int64]
    sink: NDArray[np.float64]
    camps: NDArray[np.int64]
    group: Groups


@kernel
def view_case(n):  # type: ignore[no-untyped-def]
    """Return a network (inside kernels) with views of its arrays."""
    g = n.group
    return CaseNetwork(
        view(n.persons), view(n.place_key), view(n.rest_key), view(n.score), view(n.leave),
        view(n.hunger), view(n.conflict), view(n.spawn), view(n.rate), view(n.rate_part),
        view(n.flood), view(n.capacity), view(n.limit), view(n.camp), view(n.town), view(n.is_open),
        view(n.departures), view(n.at_camps), view(n.harvest), view(n.same_weights),
        view(n.out_first), view(n.out_road), view(n.road_start), view(n.road_end),
        view(n.road_km), view(n.road_speed), view(n.road_walk), view(n.sum_first), view(n.sum_km),
        view(n.route_first), view(n.route_end), view(n.route_road), view(n.route_rest),
        view(n.route_factor), view(n.route_key), view(n.epoch), view(n.rest_next),
        view(n.rest_rest), view(n.rest_last), view(n.sink), view(n.camps),
        Groups(
            view(g.key), view(g.share), view(g.hazard), view(g.home), view(g.farmer),
            view(g.near), view(g.value), view(g.static), view(g.rules),
            view(g.travellers),
        ),
    )  # fmt: skip


def _in_units(km: NDArray[np.float64] | float) -> NDArray[np.int64]:
    return np.asarray(np.rint(np.asarray(km) * UNIT), dtype=np.int64)


def build_case_network(
    case: Case, settings: FleeSettings, hasten: int, *, exact: bool
) -> tuple[CaseNetwork, CaseRules]:
    """Return a case as arrays.

    Parameters
    ----------
    case : Case
    settings : FleeSettings
    hasten : int
        Persons that one simulated person stands for.
    exact : bool
        Follow Flee's code where it does not do what it says.

    Returns
    -------
    CaseNetwork, CaseRules

    Raises
    ------
    RunError
        If the network has too many routes.
    """
    roads = build_roads(case, settings, exact=exact)
    days = build_days(case, settings, roads, hasten, exact=exact)
    names = [location.name for location in case.locations]
    keys = place_keys(names)
    rests = Rests(keys)
    levels = 1 if settings.awareness_level <= 0 else settings.awareness_level
    routes = build_routes(
        roads, days, rests, levels, fixed=settings.fixed_routes, majors=case.major_routes
    )
    frozen = settings.awareness_level == 0 and exact  # nobody finds a road: Flee's level 0
    leave = np.zeros_like(days.leave) if frozen else days.leave
    hunger = np.zeros_like(days.hunger) if frozen else days.hunger
    n = len(names)
    order = np.argsort(roads.start, kind="stable")
    groups, daily = build_groups(case, settings, exact=exact)
    facts = (
        routes.epoch[:, None], days.score, days.camp, days.town, days.conflict > 0.0, leave,
        hunger, days.capacity, days.flood, days.open, days.harvest[:, None],
    )  # fmt: skip
    same = np.zeros(case.days, dtype=np.bool_)
    same[1:] = np.all(
        [np.all(np.asarray(x)[1:] == np.asarray(x)[:-1], axis=1) for x in facts], axis=0
    )
    if len(rests.following) >= MOST_RESTS or n + len(roads.start) >= MOST_PLACES:
        raise RunError("the network is too large for the flee rules; give a lower awareness_level")
    pairs = list(zip(roads.start.tolist(), roads.end.tolist(), strict=True))
    twin = [pairs[:k].count(pair) for k, pair in enumerate(pairs)]
    road_keys = [int(key_of(keys[a], 1, keys[b], k)) for (a, b), k in zip(pairs, twin, strict=True)]
    speed = int(_in_units(settings.max_move_speed))
    road_km, road_speed = _in_units(roads.km), _in_units(roads.speed)
    sums: list[list[int]] | None = None
    if not settings.avoid_short_stints and not roads.walk.any() and np.all(road_speed == speed):
        sums = sums_of_roads(roads.start, roads.end, road_km, speed, n)
    by_place = sums or [[] for _ in range(n)]
    network = CaseNetwork(
        persons=np.array([location.persons // hasten for location in case.locations], dtype=float),
        place_key=np.array([*keys, *road_keys], dtype=np.uint64),
        rest_key=np.array(rests.key, dtype=np.uint64),
        score=days.score,
        leave=leave,
        hunger=hunger,
        conflict=days.conflict,
        spawn=days.spawn,
        rate=days.rate,
        rate_part=days.rate_part,
        flood=days.flood,
        capacity=days.capacity,
        limit=days.limit,
        camp=days.camp,
        town=days.town,
        is_open=days.open,
        departures=days.departures,
        at_camps=days.at_camps,
        harvest=days.harvest,
        same_weights=same,
        out_first=np.searchsorted(roads.start[order], np.arange(n + 1)).astype(np.int64),
        out_road=order.astype(np.int64),
        road_start=roads.start,
        road_end=roads.end,
        road_km=road_km,
        road_speed=road_speed,
        road_walk=roads.walk,
        sum_first=np.cumsum([0, *(len(s) for s in by_place)], dtype=np.int64),
        sum_km=np.array([km for s in by_place for km in s], dtype=np.int64),
        route_first=routes.first,
        route_end=routes.end,
        route_road=routes.road,
        route_rest=routes.rest,
        route_factor=1.0 / (settings.softening + routes.km) ** settings.distance_power,
        route_key=routes.key,
        epoch=routes.epoch,
        rest_next=np.array(rests.following, dtype=np.int64),
        rest_rest=np.array(rests.rest, dtype=np.int64),
        rest_last=np.array(rests.last, dtype=np.int64),
        sink=np.array([number(x, "deactivation_probability") for x in case.locations]),
        camps=np.array(case.camps, dtype=np.int64),
        group=groups,
    )
    return network, _rules(settings, exact=exact, daily=daily, by_sums=sums is not None)


def _rules(s: FleeSettings, *, exact: bool, daily: bool, by_sums: bool) -> CaseRules:
    mode = s.conflict_spawn_mode
    if s.flood_zone_spawning_only:
        mode = s.flood_spawn_mode or "pop_ratio"
    return CaseRules(
        exact=exact,
        blind=s.awareness_level == 0,
        fixed=s.fixed_routes,
        prune=s.pruning_threshold
        if s.pruning_threshold >= 1.001 and not s.fixed_routes
        else math.inf,
        weight_softening=float(s.weight_softening),
        weight_power=float(s.weight_power),
        buffer=float(s.capacity_buffer),
        max_speed=int(_in_units(s.max_move_speed)),
        walk_speed=int(_in_units(s.max_walk_speed)),
        on_foot=s.start_on_foot,
        short_stints=s.avoid_short_stints,
        pop_base=float(s.movechance_pop_base),
        pop_scale=float(s.movechance_pop_scale_factor),
        pop_pull=s.use_pop_for_loc_weight,
        pop_power=float(s.pop_power_for_loc_weight),
        take_people=s.take_from_population,
        spawn_mode=SPAWN_MODES.index(mode),
        sinks=s.camps_are_sinks,
        by_sums=by_sums,
        weigh_daily=daily
        or (
            s.take_from_population
            and (s.use_pop_for_loc_weight or s.movechance_pop_scale_factor != 0.0)
        ),
    )
