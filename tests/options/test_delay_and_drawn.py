"""Options that come later, and lines that someone draws."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest

from havenline.crisis import Crisis, open_crisis
from havenline.crisis.levers import OptionSpec
from havenline.engine import simulate
from havenline.errors import RunError
from havenline.options import delayed, with_line
from havenline.options.schedule import build_schedule, line_side
from havenline.world.record import known_facts
from havenline.world.world import build_world
from tests.crises_random import crisis_of, towns_in_a_row

OPTION = OptionSpec.model_validate(
    {
        "id": "deal",
        "name": "A deal",
        "summary": "-",
        "levers": [
            {"lever": "truce", "start": 3},
            {"lever": "line", "line_id": "mid", "announced": 3, "handover": "2020-02-20"},
            {
                "lever": "haven",
                "start": 5,
                "guarantee": "consent",
                "aid": [{"from": 5, "level": 2.0}, {"from": "2020-03-01", "level": 1.0}],
            },
            {"lever": "aid", "start": 1, "level": 0.5, "until": 9},
        ],
    }
)


def test_every_date_of_every_lever_comes_later() -> None:
    late = delayed(OPTION, 14)
    truce, line, haven, aid = late.levers
    assert (late.id, late.name) == ("deal-14d", "A deal, 2 weeks later")
    assert truce.start == 17  # type: ignore[union-attr]
    assert line.announced == 17  # type: ignore[union-attr]
    assert line.handover == dt.date(2020, 3, 5)  # type: ignore[union-attr]
    assert haven.start == 19  # type: ignore[union-attr]
    assert [s.from_ for s in haven.aid] == [19, dt.date(2020, 3, 15)]  # type: ignore[union-attr]
    assert (aid.start, aid.until) == (15, 23)  # type: ignore[union-attr]
    assert OPTION.levers[0].start == 3, "the option itself stays"  # type: ignore[union-attr]


def test_no_delay_is_the_option_itself_and_two_delays_add_up() -> None:
    assert delayed(OPTION, 0) is OPTION
    assert delayed(delayed(OPTION, 3), 4).levers == delayed(OPTION, 7).levers


def test_what_cannot_come_later_is_refused() -> None:
    with pytest.raises(RunError, match="-1 days given"):
        delayed(OPTION, -1)
    with pytest.raises(RunError, match="no lever that could come later"):
        delayed(OPTION.model_copy(update={"levers": []}), 7)


def crisis() -> Crisis:
    levers = (
        {"lever": "truce", "start": 3},
        {"lever": "line", "line_id": "mid", "announced": 3, "handover": 5},
    )
    return crisis_of(towns_in_a_row(options={"deal": levers}, lines=(("mid", -0.35),)))


def test_a_delay_beyond_the_horizon_is_no_deal_to_the_byte() -> None:
    declared = crisis()
    deal = next(o for o in declared.options if o.id == "deal")
    result = simulate(
        declared, options=[deal, delayed(deal, 60)], futures=6, days=20, workers=1
    ).dataset
    assert [str(o) for o in result["option"].to_numpy()][1:] == ["deal", "deal-60d"]
    for name in ("movements", "killed", "displaced"):
        nothing, on_time, late = result[name].to_numpy()
        np.testing.assert_array_equal(nothing, late)
        assert (nothing != on_time).any() or name == "killed"


def write(path: Path, data: object) -> Path:
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return path


def line_of(declared: Crisis) -> dict[str, object]:
    feature = declared.geography["lines"]["features"][0]
    return dict(feature["geometry"])


def test_the_line_of_the_crisis_drawn_again_gives_the_same_schedule(tmp_path: Path) -> None:
    declared = crisis()
    drawn = with_line(declared, write(tmp_path / "mine.geojson", line_of(declared)))
    assert [o.id for o in drawn.options][-1] == "deal-drawn"
    assert drawn.options[-1].name.endswith(", along mine")
    assert any(name.endswith("mine.geojson") for name in drawn.input_hashes)
    world = build_world(drawn)
    facts = known_facts(world, drawn.meta.as_of, 30)
    by_id = {o.id: o for o in drawn.options}
    deal, again = (build_schedule(world, facts, by_id[i], 30) for i in ("deal", "deal-drawn"))
    for a, b in zip(deal, again, strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(line_side(world, "mid"), line_side(world, "drawn-line"))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("{", "not GeoJSON in UTF-8"),
        ("[" * 100_000, "not GeoJSON in UTF-8"),
        ({"type": "Point", "coordinates": [1, 2]}, "expected a LineString, found Point"),
        ([], "expected a LineString, found none"),
        ({"type": "LineString", "coordinates": [[1, 2]]}, "expected 2 to"),
        ({"type": "LineString", "coordinates": [[1, 2], ["x", 3]]}, "point 2: expected"),
        ({"type": "LineString", "coordinates": [[1, 2], [1, 95]]}, "point 2: expected"),
        ({"type": "FeatureCollection", "features": []}, "expected one feature"),
        (
            {
                "type": "Feature",
                "properties": {"protected_point": "north"},
                "geometry": {"type": "LineString", "coordinates": [[1, 2], [3, 4]]},
            },
            "protected_point: expected",
        ),
    ],
)
def test_what_is_no_line_is_refused_in_one_message(
    tmp_path: Path, data: object, message: str
) -> None:
    with pytest.raises(RunError, match=message) as caught:
        with_line(crisis(), write(tmp_path / "mine.geojson", data))
    assert "mine.geojson" in str(caught.value)


def test_a_missing_file_and_a_line_that_parts_nothing_are_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="cannot be read"):
        with_line(crisis(), tmp_path / "none.geojson")
    far = {"type": "LineString", "coordinates": [[100.0, 60.0], [101.0, 61.0]]}
    with pytest.raises(RunError, match="leaves all places on one side"):
        with_line(crisis(), write(tmp_path / "far.geojson", far))


def test_a_crisis_without_a_line_in_its_options_says_so(tmp_path: Path) -> None:
    declared = crisis()
    plain = declared.__class__(
        **{**vars(declared), "options": [o for o in declared.options if o.baseline]}
    )
    with pytest.raises(RunError, match=r"no option of .* has a line"):
        with_line(plain, write(tmp_path / "mine.geojson", line_of(declared)))


def test_idlib_runs_along_another_line(tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": [[35.5, 35.95], [37.6, 35.95]]}
    drawn = with_line(open_crisis("idlib-2020"), write(tmp_path / "north.geojson", line))
    assert [o.id for o in drawn.options[-2:]] == ["highway_line_haven-drawn", "line_2018-drawn"]
