from __future__ import annotations

import math

import numpy as np
import pytest
import shapely

from havenline.report import geometry
from havenline.report.geometry import Projection

FIT = Projection(south=35.0, west=36.0, north=37.0, east=38.0, width=400.0)


def test_fit_puts_corners_on_the_drawing_and_keeps_shape() -> None:
    assert FIT.at(36.0, 37.0) == pytest.approx((0, 0))
    assert FIT.at(38.0, 35.0) == pytest.approx((400, FIT.height))
    assert FIT.height / 400 == pytest.approx(1 / math.cos(math.radians(36)), rel=0.01)
    assert FIT.km(400) == pytest.approx(2 * 111.19 * math.cos(math.radians(36)), rel=0.01)


def test_outlines_are_cut_a_little_outside_the_drawing() -> None:
    wide = [[30.0, 30.0], [40.0, 30.0], [40.0, 40.0], [30.0, 40.0], [30.0, 30.0]]
    hole = [[36.9, 35.9], [37.1, 35.9], [37.1, 36.1], [36.9, 36.1], [36.9, 35.9]]
    outer, inner = geometry.projected_rings(
        FIT, {"type": "Polygon", "coordinates": [wide, hole]}, 0.5
    )
    ends = [min(x for x, _ in outer), max(x for x, _ in outer)]
    assert ends == pytest.approx([-20.0, 420.0])
    wanted = sorted(FIT.at(*at) for at in hole[:-1])
    assert np.array(sorted(inner)) == pytest.approx(np.array(wanted))
    away = [[10.0, 10.0], [11.0, 10.0], [11.0, 11.0], [10.0, 10.0]]
    assert geometry.projected_rings(FIT, {"type": "Polygon", "coordinates": [away]}, 0.5) == []


def test_thinning_keeps_ends_and_corners() -> None:
    line = [(0.0, 0.0), (1.0, 0.01), (2.0, 0.0), (2.0, 5.0)]
    assert geometry.thin(line, 0.5) == [(0.0, 0.0), (2.0, 0.0), (2.0, 5.0)]


def test_front_runs_midway_between_sides() -> None:
    points = [(float(x), float(y)) for x in (100, 300) for y in (50, 150, 250)]
    cells = geometry.place_cells(points, 400, 300)
    assert all(shapely.contains_xy(c, *p) for c, p in zip(cells, points, strict=True))
    lines = geometry.boundary(cells, [x < 200 for x, _ in points])
    assert len(lines) == 1
    assert all(x == pytest.approx(200) for x, _ in lines[0])
    assert geometry.boundary(cells, [True] * 6) == []
    grid = [(float(x), float(y)) for x in (0, 100, 200) for y in (0, 100, 200)]
    (around,) = geometry.boundary(geometry.place_cells(grid, 200, 200), [k == 4 for k in range(9)])
    assert around[0] == around[-1]
    assert geometry.place_cells(points[:1], 400, 300) == []


def test_rings_and_lines_of_other_kinds_are_empty() -> None:
    assert geometry.rings_of(None) == []
    assert geometry.rings_of({"type": "Point", "coordinates": [1, 2]}) == []
    assert geometry.lines_of({"type": "LineString", "coordinates": [[1, 2], [3, 4]]}) == [
        [(1.0, 2.0), (3.0, 4.0)]
    ]
