from __future__ import annotations

from xml.etree import ElementTree

import pytest

from havenline.report.svg import label, num, path_data, picture, plain, tag


def test_text_is_escaped_and_turned_into_one_plain_line() -> None:
    assert plain("a\n b\u202e\u2066c\u0000d") == "a bc d"
    out = label(1, 2, "<b>&\"'\u202e")
    assert out == '<text x="1" y="2">&lt;b&gt;&amp;&quot;&#39;</text>'


def test_attributes_are_escaped_and_none_is_left_out() -> None:
    out = tag("rect", fill='"><script>', stroke=None, stroke_width=1.0)
    assert out == '<rect fill="&quot;&gt;&lt;script&gt;" stroke-width="1"/>'


@pytest.mark.parametrize(
    ("value", "shown"), [(1.0, "1"), (1.25, "1.2"), (-0.01, "0"), (10.0, "10"), (100.5, "100.5")]
)
def test_coordinates_are_short(value: float, shown: str) -> None:
    assert num(value) == shown


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e9])
def test_coordinates_must_be_finite(value: float) -> None:
    with pytest.raises(ValueError, match="out of range"):
        num(value)


def test_paths_leave_out_repeated_points() -> None:
    assert path_data([(0, 0), (0.01, 0), (5, 5)], close=True) == "M0 0L5 5Z"
    assert path_data([]) == ""


def test_a_picture_is_named_and_scales() -> None:
    root = ElementTree.fromstring(
        picture(10, 20, [tag("g")], name="p", title="A & B", desc="what it shows")
    )
    assert root.get("viewBox") == "0 0 10 20"
    assert root.get("aria-labelledby") == "p-t p-d"
    assert [e.text for e in root][:2] == ["A & B", "what it shows"]
