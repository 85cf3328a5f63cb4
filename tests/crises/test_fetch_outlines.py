"""Outlines out of a TopoJSON: arcs are decoded, reversed and joined, and cut to the box."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from shapely.geometry import shape

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "fetch_outlines.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fetch_outlines", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _topology() -> dict[str, Any]:
    # two squares of 1 degree that share the side at 37 E, between 36 and 37 N
    return {
        "transform": {"scale": [0.5, 0.5], "translate": [36.0, 36.0]},
        "arcs": [
            [[2, 0], [0, 2]],
            [[2, 2], [-2, 0], [0, -2], [2, 0]],
            [[2, 0], [2, 0], [0, 2], [-2, 0]],
        ],
        "objects": {
            "countries": {
                "geometries": [
                    {"type": "Polygon", "id": "760", "arcs": [[0, 1]]},
                    {"type": "MultiPolygon", "id": "792", "arcs": [[[2, -1]]]},
                    {"type": "Polygon", "id": "004", "arcs": [[0, 1]]},
                ]
            }
        },
    }


def test_shared_arcs_give_neighbouring_squares(script: ModuleType) -> None:
    result = script.outlines(_topology())
    shapes = {f["properties"]["name"]: shape(f["geometry"]) for f in result["features"]}
    assert set(shapes) == {"Syria", "Turkey"}
    assert shapes["Syria"].bounds == pytest.approx((36.0, 36.0, 37.0, 37.0))
    assert shapes["Turkey"].bounds == pytest.approx((37.0, 36.0, 38.0, 37.0))
    assert shapes["Syria"].intersection(shapes["Turkey"]).area == pytest.approx(0.0)
    assert shapes["Syria"].area == pytest.approx(1.0)


def test_outlines_are_cut_to_the_box(script: ModuleType) -> None:
    topology = _topology()
    topology["transform"]["scale"] = [2.0, 0.5]
    result = script.outlines(topology)
    syria = next(f for f in result["features"] if f["properties"]["name"] == "Syria")
    assert shape(syria["geometry"]).bounds[2] == pytest.approx(script.BOX[2])
