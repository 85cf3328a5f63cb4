"""The command that says what waiting costs, and runs along a drawn line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command


def test_delay_prints_one_json_object(havenline: Command, example: Path) -> None:
    answer = havenline(
        "delay", example, "--weeks", "1,2", "--futures", "3", "--days", "20", "--json"
    )
    assert answer.code == 0, answer.err
    told = json.loads(answer.out)
    assert told["crisis"] == "example-valley"
    options = {row["option"] for row in told["per_week"]}
    assert len(options) >= 1
    for row in told["per_week"]:
        assert set(row["later"]) == {"7", "14"}
        assert row["price"]["median"] is not None
    assert {row["indicator"] for row in told["inaction"]} >= {"newly_displaced", "killed"}
    assert {row["best"] for row in told["inaction"]} <= options


def test_delay_prints_a_table_for_each_option(havenline: Command, example: Path) -> None:
    answer = havenline("delay", example, "--weeks", "2", "--futures", "2", "--days", "20")
    assert answer.code == 0, answer.err
    assert "for each week" in answer.out
    assert "No deal less the best" in answer.out


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--weeks", "soon"), "--weeks 'soon': expected whole weeks"),
        (("--weeks", "0"), "expected different weeks of 1 to 52"),
        (("--weeks", "2,2"), "expected different weeks"),
        (("--option", "pece"), "--option 'pece': the crisis declares"),
    ],
)
def test_delay_refuses_what_makes_no_sense(
    havenline: Command, example: Path, args: tuple[str, ...], message: str
) -> None:
    answer = havenline("delay", example, *args)
    assert answer.code == 2
    assert message in answer.err
    assert answer.out == ""


def test_run_takes_a_drawn_line(havenline: Command, tmp_path: Path) -> None:
    line = tmp_path / "mine.geojson"
    line.write_text('{"type": "LineString", "coordinates": [[35.5, 35.95], [37.6, 35.95]]}')
    answer = havenline(
        *("run", "idlib-2020", "--line", line, "--option", "highway_line_haven-drawn"),
        *("--futures", "2", "--days", "20", "--json"),
    )
    assert answer.code == 0, answer.err
    options = {o["id"]: o for o in json.loads(answer.out)["options"]}
    assert set(options) == {"no_deal", "highway_line_haven-drawn"}
    by_line = options["highway_line_haven-drawn"]["indicators"]["displaced_by_option"]["median"]
    assert by_line > 0
