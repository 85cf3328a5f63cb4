"""A case as arrays: roads that are open, camps that have opened, who leaves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from havenline.crisis.case import Closure, KindChange, Link
from havenline.engine.rules.allocation.network import build_network
from tests.small_case import small_case


def test_roads_are_shortest_paths() -> None:
    case = small_case()
    network = build_network(replace(case, links=(*case.links, Link(2, 3, 20.0), Link(0, 2, 95.0))))
    assert network.origins.tolist() == [0]
    np.testing.assert_allclose(network.km[0], [[90.0, 110.0]])


def test_a_closed_border_is_not_crossed_while_it_is_closed() -> None:
    network = build_network(small_case(closures=(Closure("country", "home", "east", 1, 3),)))
    assert network.state.tolist() == [0, 1, 1, 2]
    np.testing.assert_allclose(network.km[:, 0, 0], [90.0, np.inf, 90.0])


def test_a_closure_without_end_lasts() -> None:
    network = build_network(small_case(closures=(Closure("location", "Near", "", 2, -1),)))
    assert [bool(network.is_open[s, 0]) for s in network.state] == [True, True, False, False]


def test_a_closed_road_closes_only_itself() -> None:
    case = small_case(closures=(Closure("link", "Near", "A", 0, -1),))
    network = build_network(replace(case, links=(*case.links, Link(3, 2, 20.0))))
    np.testing.assert_allclose(network.km[0], [[210.0, 190.0]])


def test_a_camp_opens_when_its_place_becomes_one() -> None:
    case = small_case(kind_changes=(KindChange(2, "camp", 2),))
    town = replace(case.locations[2], kind="town")
    network = build_network(replace(case, locations=(*case.locations[:2], town, case.locations[3])))
    assert [bool(network.is_open[s, 0]) for s in network.state] == [False, False, True, True]


def test_who_leaves_follows_the_conflict_of_the_day_before() -> None:
    case = small_case()
    conflict = case.conflict.copy()
    conflict[1:, 1] = 0.5
    network = build_network(replace(case, conflict=conflict))
    np.testing.assert_allclose(network.leaving[:, 1], [0.0, 0.0, 500.0, 500.0])


def test_without_conflict_people_leave_where_they_last_did() -> None:
    case = small_case()
    conflict = case.conflict.copy()
    conflict[1:] = 0.0
    network = build_network(replace(case, conflict=conflict))
    np.testing.assert_allclose(network.leaving[:, 0], 1000.0)


def test_nothing_after_the_known_day_is_read() -> None:
    case = small_case(closures=(Closure("country", "home", "east", 3, -1),))
    conflict = case.conflict.copy()
    conflict[2:, 0], conflict[2:, 1] = 0.0, 1.0
    frozen = build_network(replace(case, conflict=conflict), frozen_from=2)
    assert frozen.state.tolist() == [0, 0, 0, 0]
    np.testing.assert_allclose(frozen.leaving[:, frozen.origins.tolist().index(1)], 0.0)
