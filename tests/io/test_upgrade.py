"""`havenline upgrade`: what opens afterwards is what opened before, whole or not at all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from havenline.crisis import TABLES, init_crisis, open_crisis
from havenline.errors import CrisisError, HavenlineError
from havenline.io import upgrade_crisis
from tests.crisis.old_format import add, as_format_1

MORE = os.environ.get("HAVENLINE_CRISES", "")
"""A folder that holds further crises of format 1, each in one of its own."""
FOLDERS = sorted(p.parent for p in Path(MORE).glob("*/crisis.yaml")) if MORE else []


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return as_format_1(init_crisis(tmp_path / "old"))


def same(first: Path, second: Path) -> None:
    """Assert that two folders open as one crisis."""
    a, b = open_crisis(first), open_crisis(second)
    assert a.meta == b.meta
    assert a.options == b.options
    assert a.geography == b.geography
    for name in TABLES:
        left, right = getattr(a, name), getattr(b, name)
        assert left.equals(right), (name, left.compare(right) if len(left) == len(right) else "")
        assert left.dtypes.equals(right.dtypes), name


@pytest.mark.skipif(not FOLDERS, reason="set HAVENLINE_CRISES to a folder of further crises")
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_past_crisis_opens_the_same_before_and_after(folder: Path, tmp_path: Path) -> None:
    done = upgrade_crisis(folder, tmp_path / "new")
    same(folder, tmp_path / "new")
    assert not [p for p in open_crisis(tmp_path / "new").warnings if p.check == "old_format"]
    assert {"crisis.yaml", "parties.csv", "relations.csv", "offensives.csv"} <= set(done.files)


def test_the_example_opens_the_same_before_and_after(old: Path, tmp_path: Path) -> None:
    add(
        old, "observations.csv",
        'arrivals,2030-01-31,2030-01-01,north,900,persons,cumulative,0,about,2030-02-02,low,invented,'
        '"so, they say; ""about"""',
        "trucks,2030-01-31,2030-01-01,north,9,trucks,flow,0,=,2030-02-02,low,invented,",
    )  # fmt: skip
    done = upgrade_crisis(old, tmp_path / "new")
    same(old, tmp_path / "new")
    assert done.decided == (
        "relations: 1 row from the sides of parties.csv",
        "offensives: 1 row from the sides of parties.csv",
        "refuge: 0 rows from the sides of parties.csv",
        "observations: newly_displaced (cumulative, persons, 3 rows): displaced_cumulative",
        "observations: arrivals (cumulative, persons, 1 row): arrived",
    )
    assert done.untold == ("observations: trucks (flow, trucks, 1 row): other",)
    assert not (tmp_path / "new" / "refuge.csv").exists()


def test_in_place_changes_only_what_differs_and_keeps_comments(old: Path, tmp_path: Path) -> None:
    before = {p.name: p.read_bytes() for p in old.iterdir() if p.is_file()}
    shutil.copytree(old, tmp_path / "before")
    done = upgrade_crisis(old)
    after = {p.name: p.read_bytes() for p in old.iterdir() if p.is_file()}
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == set(done.files)
    text = before["crisis.yaml"].decode()
    assert after["crisis.yaml"].decode() == text.replace("format: 1 ", "format: 2 ")
    same(tmp_path / "before", old)
    assert upgrade_crisis(old).files == ()


def test_a_spreadsheets_habits_do_not_stand_in_the_way(old: Path, tmp_path: Path) -> None:
    for name in ("crisis.yaml", "parties.csv"):
        path = old / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    upgrade_crisis(old, tmp_path / "new")
    same(old, tmp_path / "new")


def test_a_table_elsewhere_stays_there(old: Path, tmp_path: Path) -> None:
    (old / "derived").mkdir()
    (old / "parties.csv").rename(old / "derived" / "parties.csv")
    text = (old / "crisis.yaml").read_text()
    (old / "crisis.yaml").write_text(
        text.replace("tables: {}", "tables: {parties: derived/parties.csv}")
    )
    done = upgrade_crisis(old, tmp_path / "new")
    assert "derived/parties.csv" in done.files
    same(old, tmp_path / "new")


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_where_a_file_cannot_get_there_everything_is_as_it_was(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, replace = tree(old), Path.replace

    def broken(self: Path, target: Path) -> Path:
        if target == old / "relations.csv":
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(HavenlineError, match="the disk is full"):
        upgrade_crisis(old)
    assert tree(old) == before


def test_what_cannot_be_upgraded_says_why(old: Path, tmp_path: Path) -> None:
    with pytest.raises(HavenlineError, match="there is no such folder"):
        upgrade_crisis(tmp_path / "nowhere")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("")
    with pytest.raises(HavenlineError, match="is not empty"):
        upgrade_crisis(old, tmp_path / "full")
    with pytest.raises(HavenlineError, match="lies in the crisis folder"):
        upgrade_crisis(old, old / "new")
    before = tree(old)
    (old / "relations.csv").write_text("mine")
    with pytest.raises(HavenlineError, match=r"relations.csv is there already"):
        upgrade_crisis(old)
    (old / "relations.csv").unlink()
    assert tree(old) == before
    (old / "parties.csv").write_text("party_id\n")
    with pytest.raises(CrisisError, match="the column 'side' is missing"):
        upgrade_crisis(old)
    (old / "crisis.yaml").write_text("format: 1\nkind: case\n")
    with pytest.raises(HavenlineError, match="displacement case"):
        upgrade_crisis(old)
