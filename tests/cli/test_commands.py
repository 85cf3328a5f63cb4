"""Every command ends as it says: what it prints, and with which exit code."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from havenline.crisis import builtin_crises, init_crisis
from havenline.crisis.levers import MOST_DAYS
from havenline.crisis.parameters import parameter_names
from havenline.engine.day import STEPS
from havenline.engine.executors import MOST_FUTURES
from tests.crisis.old_format import add, as_format_1

Command = Callable[..., Any]
SMALL = ("--futures", "3", "--days", "10")
INDICATOR = {"median", "q05", "q95", "difference_to_no_deal", "regret_p90", "unit", "mc_error"}


# run


def test_json_is_one_object_and_nothing_else(havenline: Command, example: Path) -> None:
    answer = havenline("run", example, *SMALL, "--json")
    assert answer.code == 0
    assert answer.err == ""
    assert answer.out.count("\n") == 1
    found = json.loads(answer.out)
    assert found["futures"] == 3
    assert found["days"] == 10
    assert [o["id"] for o in found["options"]] == ["no_deal", "river_line"]
    names = set(found["options"][0]["indicators"])
    for option in found["options"]:
        assert option["name"]
        assert set(option["indicators"]) == names
        for indicator in option["indicators"].values():
            assert set(indicator) >= INDICATOR


def test_json_with_a_folder_is_still_one_object(
    havenline: Command, example: Path, tmp_path: Path
) -> None:
    answer = havenline("run", example, *SMALL, "--json", "--out", tmp_path / "out")
    json.loads(answer.out)
    assert (tmp_path / "out/report.html").is_file()


def test_same_seed_gives_the_same_bytes_for_any_number_of_workers(
    havenline: Command, example: Path, tmp_path: Path
) -> None:
    wanted = ("run", example, "--futures", "12", "--days", "10", "--json")
    outs = [
        havenline(*wanted, "--workers", workers, "--out", tmp_path / f"out{n}").out
        for n, workers in enumerate((1, 2, 2))
    ]
    assert outs[0] == outs[1] == outs[2]
    first = {p.name: p.read_bytes() for p in (tmp_path / "out0").iterdir()}
    assert "result.nc" in first
    for other in ("out1", "out2"):
        again = {p.name: p.read_bytes() for p in (tmp_path / other).iterdir()}
        assert sorted(again) == sorted(first)
        assert [n for n in first if again[n] != first[n]] == []
    assert havenline(*wanted, "--seed", "2").out != outs[0]


def test_a_run_prints_every_option_and_every_file(
    havenline: Command, example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("havenline.cli.console.out.width", 200)
    answer = havenline("run", example, *SMALL, "--out", tmp_path / "out")
    assert answer.code == 0
    assert "No deal" in answer.out
    assert "Truce along the river" in answer.out
    for path in (tmp_path / "out").iterdir():
        assert str(path) in answer.out.replace("\n", "")


def test_the_baseline_always_runs_and_a_repeated_option_runs_once(
    havenline: Command, example: Path
) -> None:
    given = ("--option", "river_line", "--option", "river_line")
    answer = havenline("run", example, *SMALL, "--json", *given)
    assert [o["id"] for o in json.loads(answer.out)["options"]] == ["no_deal", "river_line"]


def test_the_order_of_options_changes_no_number(havenline: Command) -> None:
    def run(*ids: str) -> dict[str, Any]:
        given = [x for one in ids for x in ("--option", one)]
        answer = havenline("run", "idlib-2020", "--futures", "2", "--days", "5", "--json", *given)
        assert answer.code == 0, answer.err
        return {o["id"]: o["indicators"] for o in json.loads(answer.out)["options"]}

    assert run("open_border", "ceasefire") == run("ceasefire", "open_border", "no_deal")


def test_a_setting_and_an_as_of_date_are_used(havenline: Command, example: Path) -> None:
    base = json.loads(havenline("run", example, *SMALL, "--json").out)
    changed = havenline("run", example, *SMALL, "--json", "--set", "flight_front= 2.0")
    assert json.loads(changed.out)["options"] != base["options"]
    earlier = havenline("run", example, *SMALL, "--json", "--as-of", "2030-01-10")
    assert json.loads(earlier.out)["as_of"] == "2030-01-10"


@pytest.mark.parametrize("name", ["a crisis with spaces", "кризис-حلب", "x" * 100])
def test_odd_names_of_folders_work(havenline: Command, tmp_path: Path, name: str) -> None:
    folder = init_crisis(tmp_path / name)
    answer = havenline("run", folder, *SMALL, "--json", "--out", tmp_path / f"{name} out")
    assert answer.code == 0, answer.err
    assert (tmp_path / f"{name} out/planning.xlsx").is_file()


def test_relative_paths_and_links_work(
    havenline: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    init_crisis(tmp_path / "real")
    (tmp_path / "link").symlink_to("real")
    monkeypatch.chdir(tmp_path)
    answers = [havenline("run", name, *SMALL, "--json") for name in ("real", "./real/", "link")]
    assert [a.code for a in answers] == [0, 0, 0]
    assert len({a.out for a in answers}) == 1


REFUSED = [
    (["--futures", "0"], "futures: 0 given"),
    (["--futures", "-3"], "futures: -3 given"),
    (["--futures", str(MOST_FUTURES + 1)], f"1 to {MOST_FUTURES} are possible"),
    (["--futures", "9" * 30], "are possible"),
    (["--futures", str(MOST_FUTURES), "--days", str(MOST_DAYS)], "GB of memory"),
    (["--days", "0"], "days: 0 given"),
    (["--days", "-1"], "days: -1 given"),
    (["--days", "10000"], "days: 10000 given"),
    (["--seed", "-1"], "seed: -1 given"),
    (["--seed", str(2**63)], "seed: "),
    (["--workers", "0"], "workers: 0 given"),
    (["--option", "nope"], "unknown option 'nope'; the crisis declares: no_deal, river_line"),
    (["--option", ""], "unknown option ''"),
    (["--as-of", "2030-13-01"], "'2030-13-01' is not a date; expected YYYY-MM-DD"),
    (["--as-of", "1990-01-01"], "outside the crisis period"),
    (["--as-of", "2090-01-01"], "outside the crisis period"),
    (["--set", "front_speed"], "--set 'front_speed': expected name=number"),
    (["--set", "front_speed=fast"], "expected name=number"),
    (["--set", "front_sped=1"], "did you mean 'front_speed'?"),
    (["--set", "=1"], "unknown parameter ''"),
    (["--set", "front_speed=nan"], "not a finite number"),
    (["--set", "front_speed=inf"], "not a finite number"),
    (["--set", "front_speed=1e400"], "not a finite number"),
    (["--set", "front_speed=-1"], "expected 0 or more (km/day)"),
    (["--set", "vehicle_share=2"], "expected a share of 0 to 1"),
    (["--set", "walk_km_day=0"], "expected above 0 (km/day)"),
    (["--set", "front_speed=1", "--set", "front_speed=2"], "is given twice"),
    (["--out", ""], "--out: an empty name"),
]


@pytest.mark.parametrize(("given", "message"), REFUSED, ids=lambda x: " ".join(x)[:40])
def test_what_cannot_be_run_is_one_message(
    havenline: Command, example: Path, given: list[str], message: str
) -> None:
    answer = havenline("run", example, *given)
    assert answer.code == 2
    assert answer.out == ""
    assert message in answer.err
    assert answer.err.count("\n") == 1


@pytest.mark.parametrize("given", [["--nope"], ["--futures", "2.5"], ["--seed"], ["a", "b"]])
def test_what_cannot_be_read_is_a_message(
    havenline: Command, example: Path, given: list[str]
) -> None:
    answer = havenline("run", example, *given)
    assert answer.code == 2
    assert answer.out == ""
    assert "Error" in answer.err


def test_a_folder_that_cannot_be_written_is_one_message(
    havenline: Command, example: Path, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.write_text("kept")
    messages = {
        file: "is a file; give a folder",
        file / "sub": "cannot make the folder",
        example: "this is the crisis folder",
        tmp_path / ("x" * 300): "cannot make the folder",
    }
    for folder, message in messages.items():
        answer = havenline("run", example, *SMALL, "--out", folder)
        assert answer.code == 2
        assert message in answer.err
        assert answer.err.count("\n") == 1
    assert file.read_text() == "kept"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
def test_a_folder_without_permission_is_one_message(
    havenline: Command, example: Path, tmp_path: Path
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    for folder in (closed, closed / "sub"):
        answer = havenline("run", example, *SMALL, "--out", folder)
        assert answer.code == 2
        assert answer.err.count("\n") == 1


def test_what_a_run_before_left_is_replaced(
    havenline: Command, example: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("kept")
    for seed in (1, 2):
        assert havenline("run", example, *SMALL, "--seed", seed, "--out", out).code == 0
    assert (out / "mine.txt").read_text() == "kept"
    fresh = tmp_path / "fresh"
    havenline("run", example, *SMALL, "--seed", 2, "--out", fresh)
    for file in fresh.iterdir():
        assert (out / file.name).read_bytes() == file.read_bytes()


CRISIS_COMMANDS = [("run",), ("check",), ("info",), ("options",), ("hindcast",)]


@pytest.mark.parametrize("command", CRISIS_COMMANDS, ids=lambda c: c[0])
def test_a_crisis_that_does_not_exist(havenline: Command, command: tuple[str]) -> None:
    answer = havenline(*command, "nope")
    assert answer.code == 2
    assert "no built-in crisis" in answer.out + answer.err
    assert "idlib-2020" in answer.out + answer.err


def test_a_path_that_is_not_a_crisis(havenline: Command, example: Path, tmp_path: Path) -> None:
    assert "give the folder" in havenline("run", example / "crisis.yaml").err
    answer = havenline("run", tmp_path)
    assert answer.code == 2
    assert "crisis.yaml: there is no such file" in answer.err
    assert "empty name" in havenline("run", "").err


# check


def test_check_of_a_sound_folder_and_of_a_builtin_crisis(havenline: Command, example: Path) -> None:
    for crisis in (example, "idlib-2020"):
        answer = havenline("check", crisis)
        assert answer.code == 0
        assert "error" not in answer.out.replace("0 errors", "")


def test_check_reports_every_problem_at_once(havenline: Command, tmp_path: Path) -> None:
    folder = init_crisis(tmp_path / "broken")
    for file, old, new in (
        ("routes.csv", "alderford,dunstow,", "alderford,dunstov,"),
        ("places.csv", "place_id", "plaice_id"),
        ("crisis.yaml", "horizon_days: 90", "horizon_days: ninety"),
    ):
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")
    answer = havenline("check", folder)
    assert answer.code == 2
    for file in ("places.csv", "crisis.yaml"):
        assert re.search(rf"^error +{file}", answer.out, flags=re.M)
    assert re.search(r"\d+ errors", answer.out)
    as_json = havenline("check", folder, "--json")
    assert as_json.code == 2
    found = json.loads(as_json.out)
    assert found["ok"] is False
    assert found["unused"] is None
    assert {"check", "file", "row", "column", "value", "message"} <= set(found["problems"][0])
    assert havenline("run", folder).code == 2


def test_check_ends_with_what_a_run_will_not_use(havenline: Command, example: Path) -> None:
    told = havenline("check", example).out.partition("What a run will not use, and why:\n")[2]
    assert told.startswith("  control_counts.csv: 1 row (2030-01-18 south): ")
    unused = json.loads(havenline("check", example, "--json").out)["unused"]
    assert [u["kind"] for u in unused] == [
        re.findall(r"\w+", line)[-1] for line in told.split("\n")[:-1]
    ]


def test_a_strict_check_that_fails_ends_with_one(havenline: Command, tmp_path: Path) -> None:
    folder = init_crisis(tmp_path / "crisis")
    (folder / "notes.csv").write_text("a,b\n1,2\n")
    warned = havenline("check", folder)
    assert warned.code == 0
    assert "unknown_file" in warned.out
    assert havenline("check", folder, "--strict", "unknown_file").code == 1
    assert havenline("check", folder, "--strict", "all").code == 1
    assert havenline("check", folder, "--strict", "duplicate_id").code == 0
    unknown = havenline("check", folder, "--strict", "nope")
    assert unknown.code == 2
    assert "there is no check 'nope'" in unknown.err


# init and schema


def test_init_makes_a_folder_that_runs(havenline: Command, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "valley"
    made = havenline("init", folder)
    assert made.code == 0
    assert str(folder) in made.out.replace("\n", "")
    assert havenline("check", folder, "--strict", "all").out.startswith("No problems.\n")
    assert havenline("run", folder, *SMALL).code == 0


def test_init_leaves_what_is_there_alone(havenline: Command, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("kept")
    for target in (tmp_path, tmp_path / "mine.txt", tmp_path / "mine.txt" / "sub"):
        answer = havenline("init", target)
        assert answer.code == 2
        assert answer.err.count("\n") == 1
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_upgrade_says_what_it_decided_and_what_it_could_not_tell(
    havenline: Command, tmp_path: Path
) -> None:
    folder = as_format_1(init_crisis(tmp_path / "old"))
    add(
        folder,
        "observations.csv",
        "trucks,2030-01-31,2030-01-01,north,9,trucks,flow,0,=,2030-02-02,low,invented,",
    )
    assert "format 1: read as format 2" in havenline("check", folder).out
    done = havenline("upgrade", folder)
    assert (done.code, done.err) == (0, "")
    assert "observations: newly_displaced (cumulative, persons, 3 rows)" in done.out
    told = done.out.partition("Not told; look at these:\n")[2]
    assert told.startswith("  observations: trucks (flow, trucks, 1 row): other\n")
    assert havenline("check", folder).out.startswith("No problems.\n")
    assert "nothing was written" in havenline("upgrade", folder).out.replace("\n", " ")
    assert havenline("upgrade", tmp_path / "nowhere").code == 2


def test_schema_is_json_schema(havenline: Command) -> None:
    answer = havenline("schema")
    assert answer.code == 0
    schema = json.loads(answer.out)
    assert schema["$schema"].startswith("https://json-schema.org/draft/")
    assert {"crisis.yaml", "options.yaml", "places.csv"} <= set(schema["properties"])
    pointers = set(re.findall(r'"\$ref": "#/([^"]+)"', answer.out))
    assert pointers
    for pointer in pointers:
        node = schema
        for part in pointer.split("/"):
            node = node[part]
    for part in _walk(schema):
        kind = part.get("type")
        if isinstance(kind, str):
            names = {"object", "array", "string", "number", "integer", "boolean", "null"}
            assert kind in names


def _walk(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [x for item in node for x in _walk(item)]
    if not isinstance(node, dict):
        return []
    return [node, *(x for item in node.values() for x in _walk(item))]


# what prints


def test_info_says_what_is_installed_and_what_a_crisis_holds(
    havenline: Command, example: Path
) -> None:
    assert "idlib-2020" in havenline("info").out
    about = havenline("info", example)
    assert about.code == 0
    assert "Example valley" in about.out
    assert "no_deal, river_line" in about.out


def test_crises_lists_what_ships_within_a_terminal(havenline: Command) -> None:
    answer = havenline("crises")
    assert answer.code == 0
    lines = [line.rstrip() for line in answer.out.splitlines()]
    assert max(map(len, lines)) <= 80
    rows = {line.split()[0]: line for line in lines[1:] if line}
    assert set(rows) == set(builtin_crises())
    assert "2019-12 to 2020-03" in rows["idlib-2020"]
    assert "4,000,000" in rows["idlib-2020"]
    assert "2020-02-03 displaced_since_2019_" in rows["idlib-2020"]


def test_info_lists_every_parameter(
    havenline: Command, monkeypatch: pytest.MonkeyPatch, example: Path
) -> None:
    answer = havenline("info", example, "--parameters", "--as-of", "2030-01-10")
    assert answer.code == 0
    assert "2030-01-10" in answer.out
    monkeypatch.setattr("havenline.cli.console.out.width", 300)
    printed = havenline("info", example, "--parameters").out
    assert [name for name in parameter_names() if f" {name} " not in printed] == []
    bad = havenline("info", "--as-of", "garbage")
    assert bad.code == 2
    assert "is not a date" in bad.err
    early = havenline("info", "--parameters", "--as-of", "1900-01-01")
    assert early.code == 0
    assert early.out.count(" any year ") == len(parameter_names())


def test_options_prints_every_option_with_its_levers(havenline: Command) -> None:
    answer = havenline("options")
    assert answer.code == 0
    for name in ("no_deal", "ceasefire", "highway_line_haven", "line_2018", "open_border"):
        assert f"({name})" in answer.out
    assert "- truce:" in answer.out
    assert "restores_since 2019-04-01" in answer.out


def test_steps_prints_every_step_in_order(havenline: Command) -> None:
    answer = havenline("steps")
    assert answer.code == 0
    names = re.findall(r"^ *\d+ (\w+) ", answer.out, flags=re.M)
    assert names == list(STEPS)


@pytest.mark.parametrize("width", [80, 120, 200])
def test_steps_fit_on_one_screen(
    havenline: Command, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setattr("havenline.cli.console.out.width", width)
    lines = havenline("steps").out.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= width
    assert all(step.what in " ".join(lines) for step in STEPS.values())


def test_no_command_shows_help_and_an_unknown_one_is_refused(havenline: Command) -> None:
    answer = havenline()
    assert "hindcast" in answer.out + answer.err
    assert havenline("nope").code == 2
    assert havenline("--help").code == 0


def test_hindcast_of_a_crisis_without_its_series_is_refused(
    havenline: Command, example: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(example, tmp_path / "without"))
    (folder / "observations.csv").unlink()
    answer = havenline("hindcast", folder, "--futures", "2")
    assert answer.code == 2
    assert answer.out == ""
    assert answer.err.count("\n") == 1


@pytest.mark.parametrize("width", ["40", "80", "200"])
def test_no_figure_is_cut_on_a_terminal(
    havenline: Command, monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    monkeypatch.setattr("havenline.cli.console.out.width", int(width))
    answer = havenline("run", "idlib-2020", *SMALL)
    assert answer.code == 0
    assert "…" not in answer.out


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("border_open=0", "border_open is 0, below border_managed"),
        ("border_closed=2", "expected a share of 0 to 1"),
        ("flight_shock_persistence=2", "expected 0 or more and below 1"),
        ("tempo_persistence=1", "expected 0 or more and below 1"),
    ],
)
def test_settings_that_would_close_a_border_or_never_end_are_refused(
    havenline: Command, tmp_path: Path, setting: str, told: str
) -> None:
    answer = havenline(
        "run", "idlib-2020", "--futures", "2", "--days", "5", "--set", setting, "--out", tmp_path
    )
    assert answer.code == 2
    assert told in answer.err
    assert list(tmp_path.iterdir()) == []


def test_help_loads_no_library_that_only_a_run_needs() -> None:
    code = "import sys, havenline.cli; print([m for m in sys.argv[1:] if m in sys.modules])"
    heavy = ("shapely", "numba", "xarray", "scipy", "fastapi", "jinja2")
    told = subprocess.run(
        [sys.executable, "-c", code, *heavy], capture_output=True, text=True, check=True
    )
    assert told.stdout == "[]\n"
