from __future__ import annotations

import numpy as np

from havenline.evidence.flare import spread


def test_waiting_times_are_geometric_with_the_chance_of_the_rule() -> None:
    # place 1 has one reached neighbour, place 2 has six, place 3 none
    roads = [(0, 1), *((k, 2) for k in range(4, 10))]
    reached = np.zeros(10, dtype=np.bool_)
    reached[[0, 4, 5, 6, 7, 8, 9]] = True
    days = spread(roads, reached, np.ones(10, dtype=np.bool_), days=40, runs=20_000, seed=1)
    for place, chance in ((1, 0.005), (2, 0.025)):
        share = np.mean(days[:, place] > 0)
        assert abs(share - (1 - (1 - chance) ** 40)) < 0.011
    assert np.all(days[:, 3] == -1)
    assert np.all(days[:, 0] == 0)


def test_it_does_not_come_to_closed_places_nor_through_them() -> None:
    reached, opened = np.array([True, False, False]), np.array([True, False, True])
    days = spread([(0, 1), (1, 2)], reached, opened, days=50, runs=200, seed=1, rate=1.0, most=1.0)
    assert np.all(days[:, 1:] == -1)


def test_certain_spread_moves_one_road_a_day() -> None:
    reached = np.array([True, False, False, False])
    roads = [(0, 1), (1, 2), (2, 3)]
    days = spread(
        roads, reached, np.ones(4, dtype=np.bool_), days=9, runs=2, seed=1, rate=1.0, most=1.0
    )
    assert days.tolist() == [[0, 1, 2, 3]] * 2
