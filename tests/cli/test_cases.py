"""Displacement cases through the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.flee_folder import write

KEYS = {
    "case",
    "rules",
    "futures",
    "days",
    "ard",
    "ard_rescaled",
    "ard_final",
    "share_error",
    "crps_increment_30d",
    "coverage_50",
    "coverage_90",
    "baselines",
    "flee",
    "seconds",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "small"
    write(path)
    return path


@pytest.mark.parametrize("rules", ["allocation", "flee", "flee-exact"])
def test_validate_prints_one_json_object(havenline: Command, folder: Path, rules: str) -> None:
    answer = havenline("validate", folder, "--rules", rules, "--futures", "4", "--json")
    assert answer.code == 0, answer.err
    told = json.loads(answer.out)
    assert set(told) >= KEYS
    assert (told["rules"], told["futures"], told["days"]) == (rules, 4, 8)
    assert set(told["baselines"]) == {"equal_split", "nearest_first", "gravity", "last_shares"}
    again = json.loads(
        havenline("validate", folder, "--rules", rules, "--futures", "4", "--json").out
    )
    assert {k: v for k, v in again.items() if k != "seconds"} == {
        k: v for k, v in told.items() if k != "seconds"
    }


def test_validate_prints_a_table(havenline: Command, folder: Path) -> None:
    answer = havenline("validate", folder, "--futures", "3")
    assert answer.code == 0, answer.err
    for words in ("ARD", "plain gravity", "East_Camp", "in 90% range"):
        assert words in answer.out


def test_run_prints_and_writes_the_camps(havenline: Command, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    answer = havenline("run", folder, "--futures", "3", "--out", out)
    assert answer.code == 0, answer.err
    assert "East_Camp" in answer.out
    assert sorted(p.name for p in out.iterdir()) == ["camps.csv", "camps.nc"]
    head, *rows = (out / "camps.csv").read_text().splitlines()
    assert head.split(",")[:3] == ["date", "camp", "mean"]
    assert len(rows) == 8 * 2


def test_an_imported_folder_gives_the_same_results(
    havenline: Command, folder: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    assert havenline("import", "flee", folder, own).code == 0
    assert havenline("check", own).code == 0
    for rules in ("allocation", "flee"):
        command = ("--rules", rules, "--futures", "3", "--json")
        before, after = (json.loads(havenline("run", p, *command).out) for p in (folder, own))
        assert before["camps"] == after["camps"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--option", "ceasefire"), "--option: "),
        (("--as-of", "2030-01-02"), "--as-of: "),
        (("--days", "3"), "--days: "),
        (("--set", "front_speed=1"), "--set: "),
        (("--hasten", "10"), "--hasten: only for --rules flee"),
    ],
)
def test_what_a_case_does_not_have_is_said(
    havenline: Command, folder: Path, args: tuple[str, str], message: str
) -> None:
    answer = havenline("run", folder, *args)
    assert answer.code == 2
    assert message in answer.err


def test_what_a_crisis_does_not_have_is_said(havenline: Command, example: Path) -> None:
    answer = havenline("run", example, "--rules", "flee")
    assert answer.code == 2
    assert "--rules: only for a displacement case" in answer.err


def test_a_folder_that_is_no_case_is_named(havenline: Command, example: Path) -> None:
    for command in ("validate", "forecast", "calibrate"):
        answer = havenline(command, example)
        assert answer.code == 2
        assert "no displacement case" in answer.err


def test_a_broken_case_is_one_report(havenline: Command, folder: Path) -> None:
    routes = folder / "input_csv/routes.csv"
    routes.write_text(routes.read_text().replace("Dune,East_Camp,60", "Dune,East_Cmp,sixty"))
    answer = havenline("check", folder)
    assert answer.code == 2
    assert "routes.csv:6" in answer.out
    assert "East_Camp" in answer.out, "a suggestion"
    answer = havenline("validate", folder)
    assert answer.code == 2
    assert answer.out == ""


def test_import_leaves_what_is_there_alone(
    havenline: Command, folder: Path, tmp_path: Path
) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine.txt").write_text("mine")
    answer = havenline("import", "flee", folder, full)
    assert answer.code == 2
    assert [p.name for p in full.iterdir()] == ["mine.txt"]
