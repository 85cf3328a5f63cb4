"""Distances and sides of a line on cases worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from havenline.world.geometry import (
    distance_to_rings_km,
    great_circle_km,
    protected_side,
    rings,
    side_of_line,
)


def test_great_circle_against_known_pairs() -> None:
    assert great_circle_km(0, 0, 0, 180) == pytest.approx(np.pi * 6371.0088)
    assert great_circle_km(0, 0, 1, 0) == pytest.approx(111.195, abs=0.001)
    # Paris and London, cathedral to cathedral.
    assert great_circle_km(48.8530, 2.3498, 51.5138, -0.0984) == pytest.approx(343, abs=2)
    assert great_circle_km(36.2, 37.16, 36.2, 37.16) == 0.0


def test_great_circle_broadcasts_and_is_symmetric() -> None:
    lat, lon = np.array([1.0, 20.0, -40.0]), np.array([3.0, -70.0, 170.0])
    there = great_circle_km(lat[:, None], lon[:, None], lat, lon)
    assert there.shape == (3, 3)
    np.testing.assert_allclose(there, there.T)
    assert not there.diagonal().any()


BENT = [(-5.0, 0.0), (0.0, 1.0), (5.0, 0.0)]


def test_sides_of_a_bent_line() -> None:
    lon = np.array([0.0, 0.0, 0.0, -2.0, -2.0])
    lat = np.array([2.0, 0.9, -3.0, 0.7, 0.5])
    expected = [True, False, False, True, False]
    assert protected_side(BENT, (0.0, 5.0), lon, lat).tolist() == expected
    other = protected_side(BENT, (0.0, -5.0), lon, lat)
    assert other.tolist() == [not e for e in expected]
    assert protected_side(BENT[::-1], (0.0, 5.0), lon, lat).tolist() == expected


def test_a_place_straight_behind_a_corner_is_on_its_own_side() -> None:
    below, above = np.array([-3.0, -1.0]), np.array([3.0, 1.5])
    for line in (BENT, [(-1.0, 0.0), (0.0, 0.0), (1.0, 0.0)]):
        assert not protected_side(line, (0.0, 5.0), np.zeros(2), below).any()
        assert protected_side(line, (0.0, 5.0), np.zeros(2), above).all()


def test_a_line_goes_on_beyond_its_ends() -> None:
    line = [(-1.0, 0.0), (1.0, 0.0)]
    lat = np.array([0.5, -0.5, 0.5, -0.5])
    found = protected_side(line, (0.0, 1.0), np.array([-9.0, -9.0, 9.0, 9.0]), lat)
    assert found.tolist() == [True, False, True, False]
    half = side_of_line(line, (0.0, 1.0), (-10.0, -10.0, 10.0, 10.0))
    assert half.area == pytest.approx(200.0)
    assert half.bounds == pytest.approx((-10.0, 0.0, 10.0, 10.0))


def test_a_line_that_turns_back_is_crossed_three_times() -> None:
    fold = [(-5.0, 0.0), (1.0, 0.0), (1.0, 1.0), (-1.0, 1.0), (-1.0, 2.0), (5.0, 2.0)]
    inside = protected_side(fold, (0.0, 3.0), np.zeros(4), np.array([-1.0, 0.5, 1.5, 2.5]))
    assert inside.tolist() == [False, True, False, True]


def test_distance_to_a_border() -> None:
    square = {"type": "Polygon", "coordinates": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]}
    km = distance_to_rings_km(rings(square), np.array([1.0, 3.0, 2.0]), np.array([0.1, 0.0, 2.0]))
    assert km[0] == pytest.approx(11.12, rel=0.01)
    assert km[1] == pytest.approx(111.2, rel=0.01)
    assert km[2] == pytest.approx(0.0, abs=1e-4)
    two = {"type": "MultiPolygon", "coordinates": [square["coordinates"], square["coordinates"]]}
    assert len(rings(two)) == 2
