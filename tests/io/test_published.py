"""The published cases are read as they are, and come back the same from a folder of ours."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from havenline.io import check_any, import_flee, open_case, open_flee
from tests.cases_folder import cases_or_skip
from tests.same_case import differences

HASTEN = 100


def with_runs_of_flee() -> list[Path]:
    return [f for f in cases_or_skip() if (f / "flee_reference.csv").exists()]


def reference(folder: Path) -> tuple[list[str], np.ndarray]:
    """Return the camps and the counts (days, camps) that Flee itself read, in hundreds."""
    with (folder / "flee_reference.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    camps = list(dict.fromkeys(row["camp"] for row in rows))
    days = 1 + max(int(row["day"]) for row in rows)
    data = np.full((days, len(camps)), np.nan)
    for row in rows:
        data[int(row["day"]), camps.index(row["camp"])] = float(row["data"])
    return camps, data


def test_counts_are_those_that_flee_read() -> None:
    for folder in with_runs_of_flee():
        case = open_flee(folder)
        camps, data = reference(folder)
        assert [case.locations[i].name for i in case.camps] == camps
        in_hundreds = np.trunc(case.as_flee().observed() / HASTEN)
        assert np.array_equal(in_hundreds, data), folder.name
        assert np.array_equal(in_hundreds.sum(axis=1), data.sum(axis=1))


def test_counts_by_date_differ_only_where_flee_adds_files_up_by_rows() -> None:
    for folder in with_runs_of_flee():
        case = open_flee(folder)
        other = np.trunc(case.observed() / HASTEN) != reference(folder)[1]
        camps = {case.locations[case.camps[i]].name for i in np.flatnonzero(other.any(axis=0))}
        named = {p.value for p in case.warnings if p.check == "merged_differently"}
        assert camps <= named, folder.name


def test_no_published_case_has_an_error() -> None:
    for folder in cases_or_skip():
        assert check_any(folder).errors == ()


def test_imported_cases_are_equal(tmp_path: Path) -> None:
    for folder in cases_or_skip():
        target = import_flee(folder, tmp_path / folder.name)
        known = {(p.check, p.message) for p in check_any(folder).problems}
        assert {(p.check, p.message) for p in check_any(target).problems} <= known
        ours, theirs = open_case(target), open_flee(folder)
        assert differences(ours, theirs) == []
        assert differences(ours.as_flee(), theirs.as_flee()) == []
        assert differences(ours.as_registered(), theirs.as_registered()) == []


def test_settings_beside_the_cases_are_read() -> None:
    folder = cases_or_skip()[0]
    settings = open_flee(folder, folder.parent / "flee_validation_simsetting.yml").settings
    assert settings.softening == 50
    assert settings.conflict_spawn_decay == (1, 1, 1, 0.5, 0.1)
    assert settings.conflict_weight == 0.25
