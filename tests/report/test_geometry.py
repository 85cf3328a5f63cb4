from __future__ import annotations

import math

import pytest

from havenline.report import geometry
from havenline.report.geometry import Fit

FIT = Fit(south=35.0, west=36.0, north=37.0, east=38.0, width=400.0)


def test_fit_puts_corners_on_the_drawing_and_keeps_shape() -> None:
    assert FIT.at(36.0, 37.0) == pytest.approx((0, 0))
    assert FIT.at(38.0, 35.0) == pytest.approx((400, FIT.height))
    assert FIT.height / 400 == pytest.approx(1 / math.cos(math.radians(36)), rel=0.01)
    assert FIT.km(400) == pytest.approx(2 * 111.19 * math.cos(math.radians(36)), rel=0.01)


def test_clipping_cuts_at_the_box() -> None:
    ring = [(-10.0, -10.0), (10.0, -10.0), (10.0, 10.0), (-10.0, 10.0)]
    cut = geometry.clip_ring(ring, (0, 0), (5, 5))
    assert sorted(set(cut)) == [(0, 0), (0, 5), (5, 0), (5, 5)]
    assert geometry.clip_ring(ring, (20, 20), (30, 30)) == []


def test_thinning_keeps_ends_and_corners() -> None:
    line = [(0.0, 0.0), (1.0, 0.01), (2.0, 0.0), (2.0, 5.0)]
    assert geometry.thin(line, 0.5) == [(0.0, 0.0), (2.0, 0.0), (2.0, 5.0)]


def test_front_runs_midway_between_sides() -> None:
    points = [(float(x), float(y)) for x in (100, 300) for y in (50, 150, 250)]
    cells = geometry.place_cells(points, 400, 300)
    assert cells is not None
    lines = geometry.boundary(cells, [x < 200 for x, _ in points])
    assert len(lines) == 1
    assert all(x == pytest.approx(200) for x, _ in lines[0])
    assert geometry.boundary(cells, [True] * 6) == []
    assert geometry.place_cells(points[:1], 400, 300) is None


@pytest.mark.parametrize("inside", [(200.0, 10.0), (200.0, 290.0)])
def test_the_protected_side_holds_its_point_and_not_the_other(inside: tuple[float, float]) -> None:
    line = [(0.0, 140.0), (150.0, 160.0), (400.0, 150.0)]
    ring = geometry.side_of_line(line, inside, 400, 300)
    assert geometry.contains(ring, inside)
    assert not geometry.contains(ring, (200.0, 300.0 - inside[1]))


def test_rings_and_lines_of_other_kinds_are_empty() -> None:
    assert geometry.rings_of(None) == []
    assert geometry.rings_of({"type": "Point", "coordinates": [1, 2]}) == []
    assert geometry.lines_of({"type": "LineString", "coordinates": [[1, 2], [3, 4]]}) == [
        [(1.0, 2.0), (3.0, 4.0)]
    ]
