"""The command line in the hands of somebody who tries everything."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from havenline import words
from havenline.cli.console import out as stream
from havenline.crisis.parameters import bounds, default_table, parameter_names
from havenline.engine.ground import prepare

Command = Callable[..., Any]
SMALL = ("--futures", "1", "--days", "3")
ODD = "\x1b[31mred\x1b[0m \x9b31m \u202egnol\u202c a\u200bb \udcff"


def plain(text: str) -> bool:
    """Return whether a text does nothing to a terminal but print."""
    return words.unseen(text) == ""


@pytest.mark.parametrize(
    "given",
    [
        (ODD,),
        (f"/nowhere/{ODD}",),
        ("no\0where",),
        ("idlib-2020", "--option", ODD),
        ("idlib-2020", "--set", ODD),
        ("idlib-2020", "--set", f"{ODD}=1"),
        ("idlib-2020", "--set", "aid_cost=1e300"),
        ("idlib-2020", "--set", "aid_cost=1_0"),
        ("idlib-2020", "--set", "aid_cost=٣"),
        ("idlib-2020", "--set", "aid_cost=0x10"),
        ("idlib-2020", "--set", "aid_cost="),
        ("idlib-2020", "--set", " aid_cost =NaN"),
        ("idlib-2020", "--set", "walk_km_day=1e-320"),
        ("idlib-2020", "--as-of", ODD),
        ("idlib-2020", "--as-of", "20200115"),
        ("idlib-2020", "--as-of", "2020-W03-3"),
        ("idlib-2020", "--out", "a\0b"),
        ("idlib-2020", "--out", ODD),
        ("idlib-2020", "--out", "/dev/null"),
        ("idlib-2020", "--out", "/dev/null/below"),
        ("idlib-2020", "--out", "/proc/nothing"),
        ("idlib-2020", "--line", "/dev/zero"),
        ("idlib-2020", "--line", ODD),
        ("idlib-2020", "--line", "/"),
    ],
    ids=lambda given: ascii(" ".join(given))[:50],
)
def test_what_nobody_would_type_is_one_plain_sentence(
    havenline: Command, given: tuple[str, ...]
) -> None:
    answer = havenline("run", *given, *SMALL)
    assert answer.code == 2
    assert answer.out == ""
    assert answer.err.startswith("error  ")
    assert answer.err.count("\n") == 1
    assert plain(answer.err)


@pytest.mark.parametrize("name", [f"out {ODD[:-1]}", "x" * 200, "-", "~", "a b'c\"d", "ü ʻ 救援"])
def test_folders_of_any_name_are_written_and_shown(
    havenline: Command, example: Path, tmp_path: Path, name: str
) -> None:
    answer = havenline("run", example, *SMALL, "--out", tmp_path / name)
    assert answer.code == 0, answer.err
    assert plain(answer.out)
    assert (tmp_path / name / "report.html").is_file()


def test_a_crisis_in_a_folder_of_odd_name_runs(
    havenline: Command, example: Path, tmp_path: Path
) -> None:
    folder = tmp_path / ODD
    shutil.copytree(example, folder)
    for command in (("check",), ("info",), ("options",), ("run", *SMALL)):
        answer = havenline(command[0], folder, *command[1:])
        assert answer.code == 0, answer.err
        assert plain(answer.out + answer.err)


def test_names_that_a_terminal_would_obey_are_refused_and_shown_as_they_are(
    havenline: Command, example: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "crisis"
    shutil.copytree(example, folder)
    places = folder / "places.csv"
    places.write_text(places.read_text().replace("Alderford", f"Alder{ODD[:-1]}"))
    (folder / "no\x1b[2Jtable.csv").write_text("a\n")
    answer = havenline("check", folder)
    assert answer.code == 2
    assert plain(answer.out)
    assert "the character U+001B is not to be seen" in answer.out
    assert r"no\x1b[2Jtable.csv: nothing reads this file" in answer.out
    assert answer.out.splitlines()[0] == f"error  {havenline('run', folder).err[7:-1]}"
    told = havenline("check", folder, "--json").out
    assert told.isascii()
    assert json.loads(told)["ok"] is False


def test_markup_and_codes_of_emoji_are_printed_as_they_are(
    havenline: Command, example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "width", 200)
    name = "[red]No[/red] :smile: deal [/]"
    folder = tmp_path / "crisis"
    shutil.copytree(example, folder)
    options = folder / "options.yaml"
    options.write_text(options.read_text().replace("name: No deal", f"name: '{name}'"))
    for command in (("options",), ("run", *SMALL)):
        answer = havenline(command[0], folder, *command[1:])
        assert answer.code == 0, answer.err
        assert name in answer.out


def test_a_folder_without_end_is_told_at_once(havenline: Command, tmp_path: Path) -> None:
    for name, make in (("pipe", os.mkfifo), ("loop", lambda p: p.symlink_to(p.name))):
        folder = tmp_path / name
        folder.mkdir()
        make(folder / "crisis.yaml")
        for command in ("check", "run", "info", "options", "hindcast", "negotiate", "validate"):
            answer = havenline(command, folder)
            assert answer.code == 2
            assert plain(answer.out + answer.err)


@pytest.mark.parametrize("name", parameter_names())
def test_a_run_starts_at_the_bounds_of_a_parameter_and_no_further(name: str) -> None:
    """What `--set` takes is finite in every formula: the table says from where to where."""
    from havenline.errors import RunError
    from tests.crises_random import crisis_of, towns_in_a_row

    crisis = crisis_of(towns_in_a_row())
    lowest, highest = bounds(name)
    row = next(r for r in default_table() if r.name == name)
    assert lowest <= row.value <= highest < 1e9
    beyond = (highest * 1.01, 1e18, 1e300, -1e300, -highest - 1.0 if lowest == 0 else lowest - 1.0)
    for value in (*beyond, float("nan"), float("inf")):
        with pytest.raises(RunError, match=name):
            prepare(crisis, settings={name: value}, futures=1, days=2)


def test_parties_that_can_do_nothing_still_negotiate(
    havenline: Command, example: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "crisis"
    shutil.copytree(example, folder)
    parties = folder / "bargaining.csv"
    rows = parties.read_text().replace("60,40,80", "0,0,0").replace("40,20,60", "0,0,0")
    parties.write_text(rows.replace("30,10,50", "0,0,0"))
    few = ("--futures", 2, "--days", 5, "--draws", 10, "--runs", 3)
    answer = havenline("negotiate", folder, *few, "--json")
    assert answer.code == 0, answer.err
    found = json.loads(answer.out)["second_opinion"]["issues"]["ground_taken"]
    assert found["low"] <= found["compromise_mean"] <= found["high"]
