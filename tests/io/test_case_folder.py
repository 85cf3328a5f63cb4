"""A case folder of ours: the same case again, whole or not at all, every fault named."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from havenline.crisis import CHECKS, Case, Crisis, init_crisis, open_crisis
from havenline.crisis.case_doubts import DOUBTS
from havenline.engine.cases import simulate_case
from havenline.errors import CrisisError, HavenlineError
from havenline.io import (
    check_any,
    import_flee,
    is_any_case,
    is_case,
    open_any,
    open_case,
    open_flee,
)
from havenline.io.case_writing import place_ids
from tests import flee_folder
from tests.same_case import differences


@pytest.fixture
def full(flee: Any) -> Path:
    """The small folder with every table that the format has."""
    for name, text in flee_folder.MORE.items():
        flee.change(name, None, text)
    flee.change(
        "source_data/data_layout.csv", "Fen,fen.csv", "Fen,fen.csv,east.csv\nGrove,east.csv"
    )
    flee.change("input_csv/conflicts.csv", "Alder", "ALDER")
    path: Path = flee.path
    return path


@pytest.fixture
def ours(flee: Any, full: Path, tmp_path: Path) -> Any:
    """The same as a folder of ours, to be broken."""
    return type(flee)(import_flee(full, tmp_path / "ours"))


def doubts_told(path: Path) -> list[tuple[str, str]]:
    """Return what is doubted about a case, whichever format it has."""
    found = check_any(path).problems
    return [(p.check, p.message) for p in found if p.check in DOUBTS]


def test_everything_comes_back(full: Path, ours: Any) -> None:
    there, back = open_flee(full), open_case(ours.path)
    assert differences(there, back) == []
    assert differences(there.as_flee(), back.as_flee()) == []
    assert there.others
    assert there.flee_reading.counts
    assert there.flee_reading.no_conflict == (0,)
    assert there.demographics
    assert there.travellers
    assert there.flood is not None
    assert there.food is not None
    assert set(doubts_told(ours.path)) <= set(doubts_told(full))
    assert len(ours.messages()) == len(doubts_told(ours.path))


@pytest.mark.parametrize("rules", ["flee", "flee-exact", "allocation"])
def test_results_are_the_same(flee: Any, tmp_path: Path, rules: Any) -> None:
    flee.change("input_csv/closures.csv", None, None)
    case = open_flee(flee.path)
    back = open_case(import_flee(flee.path, tmp_path / "ours"))
    results = [
        simulate_case(c, rules=rules, futures=3, seed=5).present.to_numpy() for c in (case, back)
    ]
    assert results[0].sum() > 0
    assert np.array_equal(results[0], results[1])


def test_a_difference_is_found(full: Path) -> None:
    case = open_flee(full)
    other = replace(
        case,
        days=7,
        conflict=case.conflict * 0.5,
        locations=(replace(case.locations[0], lat=10.2), *case.locations[1:]),
        counts=dict(reversed(list(case.counts.items()))),
    )
    assert differences(case, other) == [
        "case.days: 8 and 7",
        "case.locations[0].lat: 10.1 and 10.2",
        "case.conflict",
        "case.counts: keys",
    ]


def test_settings_can_be_given(full: Path, ours: Any) -> None:
    settings = full / "simsetting.yml"
    settings.write_text("move_rules: {softening: 3}\n")
    assert open_case(ours.path, settings).settings.softening == 3
    assert open_case(full, settings).settings.softening == 3


def test_ids_of_names() -> None:
    names = ["Cedar Hill", "cedar_hill", "مدينة", "total", "all", "A" * 80, "A" * 80 + "b"]
    ids = place_ids(names)
    assert ids[:5] == ["cedar-hill", "cedar-hill-2", "place-2", "total-2", "all-2"]
    assert len(set(ids)) == len(ids)


FAULTS: list[tuple[str, list[tuple[str, str | None, str | None]], list[str]]] = [
    (
        "an unknown place",
        [("routes.csv", "dune,east-camp", "dune,east-kamp")],
        ["routes.csv:6 [to_place]: no such id in the table places (found 'east-kamp'); expected "
         "one of alder, birch, cedar-hill, dune, east-camp, fen; did you mean 'east-camp'? "
         "(unknown_id)"],
    ),
    (
        "a negative length",
        [("routes.csv", "alder,birch,24", "alder,birch,-24")],
        ["routes.csv:2 [road_km]: road_km cannot be negative (found '-24'); expected 0 or more "
         "(negative_number)"],
    ),
    (
        "a misspelt setting",
        [("crisis.yaml", "harvest_months", "harvest_month")],
        ["crisis.yaml:16 [flee.harvest_month]: no such key here; did you mean 'harvest_months'? "
         "(unknown_key)"],
    ),
    (
        "a misspelt key",
        [("crisis.yaml", "period:", "perod:")],
        ["crisis.yaml [period]: this key is missing; expected first and last day to simulate "
         "(missing_key)",
         "crisis.yaml:5 [perod]: no such key here; expected format, kind, id, name, period, "
         "flee, flood_days, swapped_in_flee, no_conflict_in_flee; did you mean 'period'? "
         "(unknown_key)"],
    ),
    (
        "a setting out of bounds",
        [("crisis.yaml", "conflict_weight: 0.316227766", "conflict_weight: -1")],
        ["crisis.yaml:15 [flee.conflict_weight]: cannot be negative (found '-1'); expected at "
         "least 0 (negative_number)"],
    ),
    (
        "an end before the start",
        [("crisis.yaml", "end: '2030", "end: '2029")],
        ["crisis.yaml:7 [period.end]: not the end of a period of a case (found '2029-01-08'); "
         "expected 2030-01-01 or later, 18300 days at most (case_period)"],
    ),
    (
        "counts of another year",
        [("crisis.yaml", "2030-01-0", "2035-01-0")],
        ["counts.csv [date]: no count of a camp lies in the period, 2035-01-01 to 2035-01-08 "
         "(found '2030-01-01 to 2030-01-08') (counts_outside_period)"],
    ),
    (
        "a place twice",
        [("places.csv", "fen,Fen", "fen,Dune")],
        ["places.csv:5 [name]: this name stands twice (found 'Dune') (duplicate_name)",
         "places.csv:7 [name]: this name stands twice (found 'Dune') (duplicate_name)"],
    ),
    (
        "no total",
        [("counts.csv", ",total,", ",elsewhere:Total,")],
        ["counts.csv: there is no total; expected rows with place_id 'total' (missing_counts)"],
    ),
    (
        "a count of an unknown place",
        [("counts.csv", "2030-01-08,total,3000", "2030-01-08,totl,3000")],
        ["counts.csv:5 [place_id]: no such id (found 'totl'); did you mean 'total'? "
         "(unknown_place)"],
    ),
    (
        "fewer people than none",
        [("counts.csv", "2030-01-08,total,3000", "2030-01-08,total,-5")],
        ["counts.csv:5 [persons]: fewer persons than none (found '-5'); expected -1 or more "
         "(negative_count)"],
    ),
    (
        "a closure of an unknown country",
        [("closures.csv", "home,away", "home,awya")],
        ["closures.csv:2 [second]: no such id (found 'awya'); did you mean 'away'? "
         "(unknown_place)"],
    ),
    (
        "an area of an unknown one",
        [("areas.csv", ",1,away,", ",1,awya,")],
        ["areas.csv:6 [parent_id]: no such id in the table areas (found 'awya'); expected one of "
         "away, away-east, home, home-north, home-south; did you mean 'away'? (unknown_id)"],
    ),
    (
        "a table with nearly the right name",
        [("closures.csv", None, None), ("closure.csv", None, "x\n")],
        ["closure.csv: nothing reads this file; expected a table of the format; did you mean "
         "'closures.csv'? (unknown_file) WARNING"],
    ),
    (
        "a needed table gone",
        [("places.csv", None, None)],
        ["places.csv: there is no such file (missing_file)"],
    ),
]  # fmt: skip


def test_every_check_of_cases_has_a_fault_that_shows_it() -> None:
    shown = {m.removesuffix(" WARNING").rsplit("(", 1)[1][:-1] for f in FAULTS for m in f[2]}
    assert {c.name for c in CHECKS.values() if c.kinds == ("case",)} - {*DOUBTS} <= shown


@pytest.mark.parametrize(
    ("changes", "messages"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS]
)
def test_fault_gives_its_exact_message(
    ours: Any, changes: list[tuple[str, str | None, str | None]], messages: list[str]
) -> None:
    for change in changes:
        ours.change(*change)
    found = [m for m in ours.messages() if m.rsplit("(", 1)[1].split(")")[0] not in DOUBTS]
    assert found == messages
    if not all(m.endswith("WARNING") for m in messages):
        with pytest.raises(CrisisError):
            open_case(ours.path)


def test_refuses_a_folder_that_is_not_empty(flee: Any, tmp_path: Path) -> None:
    (tmp_path / "to").mkdir()
    (tmp_path / "to" / "mine.txt").write_text("mine")
    with pytest.raises(HavenlineError, match="is not empty"):
        import_flee(flee.path, tmp_path / "to")
    with pytest.raises(HavenlineError, match="is a file"):
        import_flee(flee.path, tmp_path / "to" / "mine.txt")
    assert [p.name for p in (tmp_path / "to").iterdir()] == ["mine.txt"]
    with pytest.raises(HavenlineError, match="is not empty"):
        import_flee(flee.path, flee.path)


def test_an_empty_folder_is_taken_and_parents_are_made(flee: Any, tmp_path: Path) -> None:
    (tmp_path / "to").mkdir()
    assert is_case(import_flee(flee.path, tmp_path / "to"))
    assert is_case(import_flee(flee.path, tmp_path / "a" / "b"))


def test_nothing_is_left_of_a_write_that_fails(
    flee: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, written = Path.write_text, []

    def full_disk(path: Path, *args: Any, **more: Any) -> int:
        written.append(path.name)
        if len(written) > 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, *args, **more)

    before = sorted(p.name for p in tmp_path.iterdir())
    monkeypatch.setattr(Path, "write_text", full_disk)
    with pytest.raises(HavenlineError, match="cannot be written: the disk is full"):
        import_flee(flee.path, tmp_path / "to")
    assert len(written) == 4
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_a_broken_source_writes_nothing(flee: Any, tmp_path: Path) -> None:
    flee.change("input_csv/routes.csv", "24", "-24")
    with pytest.raises(CrisisError):
        import_flee(flee.path, tmp_path / "to")
    assert not (tmp_path / "to").exists()


def test_whichever_folder_it_is(flee: Any, ours: Any, tmp_path: Path) -> None:
    crisis = init_crisis(tmp_path / "crisis")
    assert isinstance(open_any(flee.path), Case)
    assert isinstance(open_any(str(ours.path)), Case)
    assert isinstance(open_any(crisis), Crisis)
    assert isinstance(open_any("idlib-2020"), Crisis)
    assert [is_any_case(p) for p in (flee.path, ours.path, crisis)] == [True, True, False]
    assert not is_any_case("idlib-2020")
    assert check_any(crisis).problems == ()
    assert not check_any(ours.path, strict=["all"]).ok
    assert check_any(import_flee(flee.path, tmp_path / "plain"), strict=["duplicate_name"]).ok


def test_an_unknown_check_is_refused(flee: Any, ours: Any) -> None:
    for path, name in ((flee.path, "duplicate_date"), (ours.path, "duplicate_name")):
        with pytest.raises(HavenlineError, match=f"did you mean '{name}'"):
            check_any(path, strict=[name.replace("te_", "t_")])


def test_a_case_is_not_opened_as_a_crisis(ours: Any) -> None:
    with pytest.raises(CrisisError, match="this is a displacement case"):
        open_crisis(ours.path)


def test_no_count_in_two_files_of_a_camp_comes_back(flee: Any, tmp_path: Path) -> None:
    """Flee adds up both -1; the folder of ours keeps that reading and opens again."""
    flee.change("source_data/data_layout.csv", "Fen,fen.csv\n", "Fen,fen.csv,fen2.csv\n")
    text = (flee.path / "source_data" / "fen.csv").read_text(encoding="utf-8").splitlines()
    date = text[-1].split(",")[0]
    text[-1] = f"{date},-1"
    for name in ("fen.csv", "fen2.csv"):
        (flee.path / "source_data" / name).write_text("\n".join(text) + "\n", encoding="utf-8")
    case, back = open_flee(flee.path), open_case(import_flee(flee.path, tmp_path / "ours"))
    assert differences(case, back) == []
    assert min(case.as_flee().observed().min(), 0) == min(back.as_flee().observed().min(), 0)
