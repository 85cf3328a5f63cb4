from __future__ import annotations

from xml.etree import ElementTree

import pandas as pd
import pytest

from havenline.crisis import Crisis
from havenline.report import map as mapping
from havenline.report.ground import Terrain, ground_of, line_shapes
from havenline.report.map import Layer


@pytest.fixture(scope="module")
def ground(crisis: Crisis) -> Terrain:
    return ground_of(crisis, pd.Timestamp("2020-01-15"), width=400.0)


def drawn(ground: Terrain, layer: Layer, *, detail: bool = True, labelled: int = 12) -> str:
    return mapping.draw(
        ground,
        layer,
        most=1000.0,
        largest=30.0,
        name="m",
        title="t",
        desc="d",
        detail=detail,
        labelled=labelled,
        text_size=13.0,
        sizes=[1000.0],
    )


def boxes(svg: str) -> list[tuple[float, float, float, float]]:
    """Return the boxes that the names of towns take, by the width that placing assumes."""
    out = []
    for e in ElementTree.fromstring(svg).iter():
        if "town" not in (e.get("class") or ""):
            continue
        wide = 0.56 * 13.0 * len(e.text or "")
        x, y = float(e.get("x", "0")), float(e.get("y", "0"))
        left = x - {"start": 0.0, "end": wide, "middle": wide / 2}[e.get("text-anchor", "start")]
        out.append((left, y - 0.85 * 13, left + wide, y + 0.25 * 13))
    return out


def test_names_do_not_overlap_and_stay_on_the_map(ground: Terrain) -> None:
    found = boxes(drawn(ground, Layer({}, {}, {})))
    assert 8 <= len(found) <= 12
    for k, (a, b, c, d) in enumerate(found):
        assert a >= 0
        assert c <= ground.fit.width
        for e, f, g, h in found[k + 1 :]:
            assert c < e or g < a or d < f or h < b


def test_circles_grow_with_people_by_area(ground: Terrain) -> None:
    assert mapping.radius(250, 1000, 30) == pytest.approx(15)
    assert mapping.radius(10, 0, 30) == 0
    one = drawn(ground, Layer({"SY070301": 1000.0}, {}, {}), detail=False, labelled=0)
    circles = [e for e in ElementTree.fromstring(one).iter() if e.tag.endswith("circle")]
    assert [c.get("r") for c in circles] == ["30", "30"]


def test_shades_follow_the_classes() -> None:
    assert mapping.shade(0.0, (1, 2), "abc") == "a"
    assert mapping.shade(1.0, (1, 2), "abc") == "b"
    assert mapping.shade(99.0, (1, 2), "abc") == "c"


def test_the_haven_side_is_hatched_only_where_there_is_one(crisis: Crisis, ground: Terrain) -> None:
    line, inside = line_shapes(crisis, ground.fit)["m4-highway"]
    with_haven = drawn(ground, Layer({}, {}, {}, line, inside, hatched=True))
    without = drawn(ground, Layer({}, {}, {}, line, inside))
    assert 'fill="url(#m-hatch)"' in with_haven
    assert 'fill="url(#m-hatch)"' not in without
    assert 'stroke-dasharray="9 4"' in without
    assert 'stroke-dasharray="9 4"' not in drawn(ground, Layer({}, {}, {}))


def test_main_roads_carry_their_sign(ground: Terrain) -> None:
    texts = [e.text for e in ElementTree.fromstring(drawn(ground, Layer({}, {}, {}))).iter()]
    assert "M4" in texts
    assert "M5" in texts
    assert "TURKEY" in texts
