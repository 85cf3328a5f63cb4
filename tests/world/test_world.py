"""A crisis as arrays, and the roads between its places."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from havenline.crisis.choices import HOSTING
from havenline.crisis.sites import site_places
from havenline.engine import simulate
from havenline.engine.state import State
from havenline.world.record import known_facts
from havenline.world.terms import AT_WAR, INTO, NO_WAY, THROUGH
from havenline.world.world import build_world, split_persons
from tests.crises_random import (
    Job,
    Road,
    Sketch,
    Town,
    Walk,
    crisis_of,
    job_of,
    several,
    sites_of,
    sketches,
    towns_in_a_row,
)


@pytest.mark.parametrize(
    ("persons", "shares", "expected"),
    [
        (10, [0.5, 0.5], [5, 5]),
        (11, [0.5, 0.5], [6, 5]),
        (10, [0.26, 0.25, 0.49], [3, 2, 5]),
        (1, [0.2, 0.5, 0.3], [0, 1, 0]),
        (0, [0.2, 0.8], [0, 0]),
        (3, [1 / 3, 1 / 3, 1 / 3], [1, 1, 1]),
    ],
)
def test_persons_split_by_largest_remainder(
    persons: int, shares: list[float], expected: list[int]
) -> None:
    assert split_persons(persons, np.array(shares)).tolist() == expected


@settings(max_examples=100, deadline=None, derandomize=True)
@given(persons=st.integers(0, 10**7), weights=st.lists(st.integers(1, 99), min_size=1, max_size=6))
def test_split_persons_add_up_and_are_within_one_of_their_share(
    persons: int, weights: list[int]
) -> None:
    shares = np.array(weights) / sum(weights)
    split = split_persons(persons, shares)
    assert split.sum() == persons
    assert (np.abs(split - persons * shares) < 1).all()


@settings(max_examples=25, deadline=None, derandomize=True)
@given(sketch=sketches())
def test_the_world_holds_everyone_and_every_road(sketch: Sketch) -> None:
    world = build_world(crisis_of(sketch))
    net = world.network
    for town in sketch.towns:
        i = world.place_index(town.id)
        assert net.start[i].sum(axis=1).tolist() == [town.residents, town.idps]
        assert net.place["site_people"][i] == town.in_sites
        if town.residents + town.idps:
            assert world.area_ids[net.place["area"][i]] == town.area
        assert net.place["hosts"][i] == (town.kind in HOSTING)
    assert list(world.place_ids) == sorted(world.place_ids)
    assert len(net.link) == 2 * len(sketch.roads)
    for road in sketch.roads:
        e = world.road_ids.index(road.id)
        assert net.road["km"][e] == road.km
        for here, there in ((road.a, road.b), (road.b, road.a)):
            i = world.place_index(here)
            links = net.link[net.ptr[i] : net.ptr[i + 1]]
            assert (world.place_index(there), e) in [(a["place"], a["road"]) for a in links]
    for array in net:
        assert not array.flags.writeable


def by_dijkstra(job: Job, state: State) -> NDArray[np.float64]:
    """Road kilometres for the people of each place, over ground that lets them pass."""
    road, n = job.world.network.road, len(state.holder)
    dist = np.full((n, n), np.inf)
    for i in range(n):
        way = state.passage[state.own[i]][state.holder]
        if way[i] == NO_WAY:
            continue
        matrix = np.zeros((n, n))
        open_to = way != NO_WAY
        for e in road[~road["border"]]:
            for u, v in ((e["a"], e["b"]), (e["b"], e["a"])):
                on = u == i or way[u] == THROUGH or (way[u] == way[v] == INTO)
                if on and open_to[v]:
                    known = matrix[u, v]
                    matrix[u, v] = min(known, e["km"]) if known else e["km"]
        dist[i] = np.asarray(dijkstra(csr_matrix(matrix), indices=[i]), dtype=np.float64)[0]
    return dist


def front_by_hand(job: Job, state: State) -> NDArray[np.float64]:
    """Kilometres to the nearest point at which a road meets the front, over ground behind it."""
    road, holder = job.world.network.road, state.holder
    contact, passage = state.contact, state.passage
    n = len(holder)
    seeds, matrix = np.full(n, np.inf), np.zeros((n, n))
    for k, e in enumerate(road):
        a, b = e["a"], e["b"]
        one, other = holder[a], holder[b]
        if contact[one, other] and (not e["border"] or contact[one, other] == AT_WAR):
            tail, head = (a, b) if job.facts.record.attacks[0, one] else (b, a)
            progress = state.road[k]["progress"]
            seeds[tail] = min(seeds[tail], progress)
            seeds[head] = min(seeds[head], max(0.0, e["km"] - progress))
        elif not e["border"] and passage[one, other] == passage[other, one] == THROUGH:
            known = matrix[a, b]
            matrix[a, b] = matrix[b, a] = min(known, e["km"]) if known else e["km"]
    dist = np.asarray(dijkstra(csr_matrix(matrix)), dtype=np.float64)
    front: NDArray[np.float64] = (dist + seeds).min(axis=1)
    return front


def with_right_roads(job: Job, plan: int) -> Iterator[State]:
    """Walk all days; roads are those of Dijkstra, reckoned anew where a place changed hands."""
    walk = Walk(job, plan)
    before, right = b"", np.zeros(0)
    for day in range(walk.last + 1):
        state = walk.to(day)
        now = state.holder.tobytes() + state.passage.tobytes()
        if now != before:
            before, right = now, by_dijkstra(job, state)
        np.testing.assert_allclose(state.dist, right, rtol=1e-5)
        yield state


@settings(max_examples=15, deadline=None, derandomize=True)
@given(sketch=sketches())
def test_roads_and_front_are_right_on_every_day(sketch: Sketch) -> None:
    """Against Dijkstra of SciPy, though the engine only repairs what a capture changed."""
    moving = {"front_speed": 4.0, "front_axis_share": 1.0, "offensive_end_rate": 0.0}
    job = job_of(crisis_of(sketch), settings=moving)
    for plan in range(len(job.plans)):
        for state in with_right_roads(job, plan):
            np.testing.assert_allclose(state.front, front_by_hand(job, state), rtol=1e-5)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(sketch=several())
def test_roads_are_right_for_the_people_of_every_party(sketch: Sketch) -> None:
    moving = {"front_speed": 4.0, "front_axis_share": 1.0, "offensive_end_rate": 0.0}
    job = job_of(crisis_of(sketch), settings=moving)
    for plan in (0, 2):
        assert len(list(with_right_roads(job, plan))) > 1


def test_two_roads_between_two_places() -> None:
    row = towns_in_a_row()
    shorter = replace(row, roads=(*row.roads, Road("rz", "t1", "t2", 5.0)))
    walk = Walk(job_of(crisis_of(shorter)))
    assert walk.to(0).dist[1, 2] == 5.0


def test_people_near_a_crossing_wait_there() -> None:
    near = Town("y8", "north", 1.55, 0.0, residents=10)
    row = towns_in_a_row(crossings=(("z9", "closed", -9, -9),))
    row = replace(row, towns=(*row.towns, near), roads=(*row.roads, Road("ry", "y8", "z9", 9.0)))
    world = build_world(crisis_of(row))
    assert np.array(world.place_ids)[world.network.place["border"] == 0].tolist() == ["y8", "z9"]
    assert (world.network.place["border"][:-2] == -1).all()


def test_the_border_of_a_place_is_that_of_the_nearest_crossing() -> None:
    posts = (
        Town("x1", "north", 1.50, 0.05, kind="crossing"),
        Town("x2", "north", 1.50, 0.09, kind="crossing"),
    )
    row = towns_in_a_row(crossings=(("x1", "closed", -9, -9, "one"), ("x2", "open", -9, -9, "two")))
    between = Town("y8", "north", 1.50, 0.08, residents=10)
    world = build_world(crisis_of(replace(row, towns=(*row.towns, *posts, between))))
    net, at = world.network.place, {p: i for i, p in enumerate(world.place_ids)}
    named = {p: net["border"][at[p]] for p in ("z9", "x1", "x2", "y8", "t4")}
    assert world.neighbour_ids == ("one", "two")
    assert named == {"z9": 0, "x1": 0, "x2": 1, "y8": 1, "t4": -1}
    crossing = np.array(world.place_ids)[net["crossing"]].tolist()
    assert crossing == ["x1", "x2"]
    assert net["hosts"][[at["x1"], at["x2"]]].all(), "people who mean to cross go there"


def test_a_town_with_a_crossing_hosts_as_a_town() -> None:
    row = towns_in_a_row(crossings=(("z9", "closed", -9, -9),))
    place = build_world(crisis_of(row)).network.place[-1]
    assert (place["hosts"], place["crossing"], place["border"]) == (True, False, 0)


def test_no_way_leads_across_a_border() -> None:
    row = towns_in_a_row()
    abroad = Town("xx", "abroad", 0.6, 0.6, "gua", kind="foreign_town")
    out = (Road("x1", "t1", "xx", 5.0, border=1), Road("x2", "z9", "xx", 5.0, border=1))
    row = replace(row, towns=(*row.towns, abroad), roads=(*row.roads, *out))
    walk = Walk(job_of(crisis_of(row)))
    t1, z9 = (walk.job.world.place_index(p) for p in ("t1", "z9"))
    assert walk.to(0).dist[t1, z9] == 136.0


def test_places_of_a_site_are_the_least_of_its_known_parts_by_hand() -> None:
    assert site_places() == math.inf
    assert site_places(area_m2=450.0) == 10.0
    assert site_places(area_m2=450.0, covered_m2=28.0) == 8.0
    assert site_places(area_m2=450.0, covered_m2=28.0, water_l_day=90.0) == 6.0
    assert site_places(area_m2=450.0, latrines=0.25, planned_capacity=7.0) == 5.0
    # an unknown part drops out and is not filled in
    assert site_places(area_m2=math.nan, latrines=0.25) == 5.0


def test_known_sites_bring_their_places_and_unknown_ones_their_people() -> None:
    row = towns_in_a_row()
    town = max(row.towns, key=lambda t: t.idps)
    sites = sites_of(
        {"place_id": town.id, "occupancy": 120.0, "area_m2": 45.0 * 300, "latrines": 10.0},
        {"place_id": town.id, "occupancy": 80.0},
    )
    assert town.idps > 200
    world = build_world(replace(crisis_of(row), sites=sites))
    at = world.place_index(town.id)
    place = world.network.place[at]
    assert (place["site_people"], place["site_unknown"]) == (200, 80)
    known = known_facts(world, world.crisis.meta.as_of)
    assert known.record.site.tolist() == [(0, at, 200.0)]


def test_fewer_latrines_leave_no_fewer_people_without_shelter() -> None:
    row = towns_in_a_row()
    town = max(row.towns, key=lambda t: t.idps)
    bare = []
    for latrines in (2.0, 50.0, 400.0, float("nan")):
        site = {"place_id": town.id, "occupancy": float(town.idps), "latrines": latrines}
        crisis = replace(crisis_of(row), sites=sites_of(site))
        data = simulate(crisis, futures=4, seed=3, days=3, workers=1).dataset
        bare.append(float(data["unsheltered"].isel(day=0).sum()))
    assert bare[0] > bare[1] >= bare[2]
    assert bare[3] <= bare[1], "with nothing known, people in sites have shelter"


def test_a_place_whose_sites_take_nobody_in_hosts_nobody() -> None:
    row = towns_in_a_row()
    shut = {"place_id": "t3", "planned_capacity": 500.0, "takes_in": "no"}
    world = build_world(replace(crisis_of(row), sites=sites_of(shut)))
    hosts = dict(zip(world.place_ids, world.network.place["hosts"], strict=True))
    assert hosts == {"a0": True, "t1": True, "t2": True, "t3": False, "t4": True, "z9": True}
    both = sites_of(shut, {"place_id": "t3", "planned_capacity": 9.0})
    assert build_world(replace(crisis_of(row), sites=both)).network.place["hosts"].all()


def test_people_flee_without_fighting_only_in_areas_of_concern() -> None:
    row = towns_in_a_row()
    plain = build_world(crisis_of(row)).network.place["concern"]
    assert plain.tolist() == [False] + [True] * 5, "ground of those who are attacked"
    told = build_world(crisis_of(replace(row, concern=("middle", "north")))).network.place
    assert told["concern"].tolist() == [False] * 3 + [True] * 3
    nobody = build_world(crisis_of(replace(row, attacks=()))).network.place
    assert nobody["concern"].all(), "without any offensive, everywhere"
