"""What a run will not use is told, each kind by what shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from havenline.crisis import init_crisis, open_crisis
from havenline.telling.unused import unused_of
from havenline.telling.unused.ground import of_ground
from havenline.telling.unused.tables import of_tables
from tests.crisis.conftest import Folder

ALWAYS = [
    "control_counts.csv: 1 row (2030-01-18 south): places without a position are told to the "
    "reader; no front and no holder changes by them (counted_places)",
]
ELSEWHERE = ("no_road", "crossing_without_road", "parameter_retired")
"""Kinds that are an error or a warning of the checks as well."""
CASES = yaml.safe_load((Path(__file__).parent / "unused.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(init_crisis(tmp_path / "example"))


def test_the_example_is_used_but_for_what_is_told(folder: Folder) -> None:
    assert [str(u) for u in unused_of(open_crisis(folder.path))] == ALWAYS


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_is_not_used_is_told(case: dict[str, Any], folder: Folder) -> None:
    for change in case["changes"]:
        folder.replace(*change)
    told = [str(u) for u in unused_of(open_crisis(folder.path))]
    assert case["line"] in told
    assert set(told) >= set(ALWAYS)


def test_every_kind_has_a_case(folder: Folder) -> None:
    crisis = open_crisis(folder.path)
    kinds = {one.kind for walk in (of_tables, of_ground) for one in walk(crisis)}
    shown = {case["line"].rsplit("(", 1)[1].rstrip(")") for case in CASES}
    assert kinds - shown <= {"counted_places", *ELSEWHERE}


def test_every_name_stands_in_the_data(folder: Folder) -> None:
    for change in CASES[0]["changes"]:
        folder.replace(*change)
    found = next(u for u in unused_of(open_crisis(folder.path)) if u.kind == "measure_other")
    assert found.to_json_dict() == {
        "kind": "measure_other",
        "file": "observations.csv",
        "what": "series",
        "count": 5,
        "names": ["rent", "bread", "wages", "fuel", "tents"],
        "why": "of the measure other, which no run has",
    }
