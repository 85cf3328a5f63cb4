"""Whatever stands in a folder, the answer is a case or a CrisisError, and the check says the same.

A small number of examples by default; HAVENLINE_FUZZ_SECONDS sets the seconds for each test.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from havenline.errors import CrisisError, HavenlineError, Problem
from havenline.io import check_any, import_flee, open_any, open_case
from tests import flee_folder
from tests.same_case import differences

SECONDS = float(os.environ.get("HAVENLINE_FUZZ_SECONDS", "0"))
ROUND = settings(
    max_examples=120 if not SECONDS else 2000,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)

WORDS = [
    "", " ", "0", "1", "-1", "1e999", "-0", "9" * 400, "99999999", "nan", "inf", "é", "#", '"',
    ",", ";", "\n", "\r", "\t", "\x00", "[", "{a: b", "null", "True", "Alder", "alder", "Fen ",
    "camp", "total", "2030-01-05", "2029-12-31", "9999-12-31", "0001-01-01", "2030-13-01",
    "../x.csv", "/", ".", "input_csv", "0.5", "1_000", "1,000", "١", "=1+1", "total,refugees.csv",
]  # fmt: skip


def _for_as_long_as_asked(test: Callable[[], None]) -> None:
    """Run a test of hypothesis once, or with other seeds until the seconds are over."""
    end, number = time.monotonic() + SECONDS, 0
    while number == 0 or time.monotonic() < end:
        seed(number if SECONDS else 0)(test)()
        number += 1


@pytest.fixture(scope="module")
def folders() -> dict[str, Path]:
    """A full folder in Flee's format, and the same as a folder of ours."""
    root = Path(tempfile.mkdtemp())
    source = flee_folder.write(root / "flee")
    for name, text in flee_folder.MORE.items():
        (source / name).write_text(text, encoding="utf-8")
    return {"flee": source, "ours": import_flee(source, root / "ours")}


def _try(folder: Path) -> None:
    """Open and check a folder; both give the same errors, and what opens is whole."""
    problems: tuple[Problem, ...] = ()
    try:
        opened: Any = open_any(folder)
    except CrisisError as error:
        problems = error.problems
        assert problems
    else:
        if hasattr(opened, "observed"):
            observed = opened.observed()
            assert observed.shape == (opened.days, len(opened.counts))
            assert opened.conflict.shape == (opened.days, len(opened.locations))
            opened.as_flee().observed()
    report = check_any(folder)
    assert report.errors == problems
    assert all(str(problem) for problem in report.problems)


def _with(folder: Path, file: str, data: bytes) -> None:
    before = (folder / file).read_bytes()
    try:
        (folder / file).write_bytes(data)
        _try(folder)
        _round_trip(folder)
    finally:
        (folder / file).write_bytes(before)


def _round_trip(folder: Path) -> None:
    """Whatever opens can be imported, and the import opens as the same case."""
    if not (folder / "input_csv").is_dir():
        return
    with tempfile.TemporaryDirectory() as place:
        target = Path(place) / "ours"
        try:
            import_flee(folder, target)
        except HavenlineError:
            assert not target.exists()
            assert list(Path(place).iterdir()) == []
            return
        assert differences(open_case(folder), open_case(target)) == []


def _files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


@pytest.mark.parametrize("form", ["flee", "ours"])
def test_random_bytes(folders: dict[str, Path], form: str) -> None:
    folder = folders[form]

    @ROUND
    @given(file=st.sampled_from(_files(folder)), data=st.binary(max_size=400))
    def test(file: str, data: bytes) -> None:
        _with(folder, file, data)

    _for_as_long_as_asked(test)


@pytest.mark.parametrize("form", ["flee", "ours"])
def test_random_changes(folders: dict[str, Path], form: str) -> None:
    folder = folders[form]
    texts = {f: (folder / f).read_text(encoding="utf-8") for f in _files(folder)}

    @ROUND
    @given(
        file=st.sampled_from(sorted(texts)),
        start=st.integers(0, 10**6),
        length=st.integers(0, 30),
        piece=st.one_of(st.sampled_from(WORDS), st.text(max_size=12)),
    )
    def test(file: str, start: int, length: int, piece: str) -> None:
        text = texts[file]
        at = start % (len(text) + 1)
        changed = text[:at] + piece + text[at + length :]
        _with(folder, file, changed.encode("utf-8", "surrogatepass"))

    _for_as_long_as_asked(test)


@pytest.mark.parametrize("form", ["flee", "ours"])
def test_random_cells(folders: dict[str, Path], form: str) -> None:
    folder = folders[form]
    texts = {
        f: (folder / f).read_text(encoding="utf-8").splitlines()
        for f in _files(folder)
        if f.endswith(".csv")
    }
    cell = st.one_of(st.sampled_from(WORDS), st.text(max_size=8), st.integers().map(str))

    @ROUND
    @given(
        file=st.sampled_from(sorted(texts)),
        changes=st.lists(
            st.tuples(st.integers(0, 10**6), st.integers(0, 10**6), cell), min_size=1, max_size=4
        ),
    )
    def test(file: str, changes: list[tuple[int, int, str]]) -> None:
        rows = [line.split(",") for line in texts[file]]
        for row, column, piece in changes:
            cells = rows[row % len(rows)]
            cells[column % len(cells)] = f'"{piece}"' if "," in piece else piece
        text = "\n".join(",".join(cells) for cells in rows)
        _with(folder, file, text.encode("utf-8", "surrogatepass"))

    _for_as_long_as_asked(test)


@pytest.mark.parametrize("form", ["flee", "ours"])
def test_rows_that_come_and_go(folders: dict[str, Path], form: str) -> None:
    folder = folders[form]
    texts = {f: (folder / f).read_text(encoding="utf-8").splitlines() for f in _files(folder)}

    @ROUND
    @given(
        file=st.sampled_from(sorted(texts)),
        keep=st.lists(st.integers(0, 10**6), max_size=12),
        first=st.booleans(),
    )
    def test(file: str, keep: list[int], first: bool) -> None:
        lines = texts[file]
        chosen = ([lines[0]] if first else []) + [lines[k % len(lines)] for k in keep]
        _with(folder, file, "\n".join(chosen).encode())

    _for_as_long_as_asked(test)


def test_random_settings(folders: dict[str, Path]) -> None:
    folder = folders["flee"]
    lines = flee_folder.SETTINGS.splitlines()
    value = st.one_of(
        st.sampled_from(WORDS),
        st.floats().map(str),
        st.integers().map(str),
        st.lists(st.floats(0, 2), max_size=3).map(str),
        st.text(max_size=10),
    )

    @ROUND
    @given(pick=st.integers(1, len(lines) - 1), given_value=value, indent=st.integers(0, 4))
    def test(pick: int, given_value: str, indent: int) -> None:
        changed = list(lines)
        key = changed[pick].split(":")[0].strip()
        changed[pick] = " " * indent + f"{key}: {given_value}"
        _with(folder, "simsetting.yml", "\n".join(changed).encode("utf-8", "surrogatepass"))

    _for_as_long_as_asked(test)


def test_files_that_come_and_go(folders: dict[str, Path]) -> None:
    folder = folders["flee"]
    files = _files(folder)

    @ROUND
    @given(gone=st.sets(st.sampled_from(files), max_size=4), empty=st.sampled_from(files))
    def test(gone: set[str], empty: str) -> None:
        before = {f: (folder / f).read_bytes() for f in files}
        try:
            (folder / empty).write_bytes(b"")
            for file in gone:
                (folder / file).unlink()
            _try(folder)
        finally:
            for file, data in before.items():
                (folder / file).write_bytes(data)

    _for_as_long_as_asked(test)
