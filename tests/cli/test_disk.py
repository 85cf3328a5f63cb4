"""A disk that is full or read-only is told in words and left as it was; a folder has one writer."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from havenline.crisis import open_crisis
from havenline.engine.folder import held, written_whole
from havenline.errors import RunError
from havenline.negotiation.answer import Negotiation
from havenline.negotiation.negotiate import negotiate

fcntl = pytest.importorskip("fcntl")
resource = pytest.importorskip("resource")
Command = Callable[..., Any]
SMALL = ("--futures", "2", "--days", "5")


room = pytest.mark.parametrize("size", [0, 2_000, 20_000], ids=lambda size: f"{size} bytes")


@contextmanager
def full(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond some bytes, as on a disk that is full.

    No longer than a command runs: what pytest says may go to a file too.
    """
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture(scope="module")
def negotiated(example: Path) -> Negotiation:
    """A negotiation made once; what is tried is the writing of it."""
    return negotiate(open_crisis(example), futures=2, days=5, draws=20, runs=4)


def told(answer: Any, folder: Path) -> None:
    """Hold an answer to the one sentence that names the folder."""
    assert answer.code == 2
    assert answer.out == ""
    assert answer.err.count("\n") == 1, answer.err
    assert str(folder) in answer.err
    assert "another disk" in answer.err or "make room" in answer.err, answer.err


@room
@pytest.mark.parametrize("command", ["run", "negotiate"])
def test_a_full_disk_is_told_and_nothing_is_left(
    havenline: Command,
    example: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    negotiated: Negotiation,
    size: int,
    command: str,
) -> None:
    monkeypatch.setattr("havenline.negotiation.negotiate.negotiate", lambda *_, **__: negotiated)
    new, old = tmp_path / "new" / "deep", tmp_path / "old"
    old.mkdir()
    (old / "mine.txt").write_text("")
    for folder in (new, old):
        with full(size):
            answer = havenline(command, example, *SMALL, "--out", folder)
        told(answer, folder)
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["mine.txt", "old"]


@room
def test_a_new_crisis_on_a_full_disk_is_not_left_half_written(
    havenline: Command, tmp_path: Path, size: int
) -> None:
    if size == 20_000:
        with full(size):
            assert havenline("init", tmp_path / "mine").code == 0  # its files are smaller
        return
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "mine", tmp_path / "empty"):
        with full(size):
            answer = havenline("init", folder)
        told(answer, folder)
    assert [p.name for p in tmp_path.rglob("*")] == ["empty"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT])
def test_a_file_that_cannot_be_written_is_told_with_what_to_do(
    havenline: Command,
    example: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
) -> None:
    def refuse(path: Path, *_: object, **__: object) -> int:
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(Path, "write_text", refuse)
    answer = havenline("run", example, *SMALL, "--out", tmp_path / "out")
    assert answer.code == 2
    assert answer.out == ""
    assert answer.err.startswith(f"error  {tmp_path / 'out'} cannot be written: ")
    assert "give a" in answer.err
    assert list(tmp_path.iterdir()) == []


def test_the_results_of_an_earlier_run_outlive_one_that_fails(
    havenline: Command, example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    assert havenline("run", example, *SMALL, "--out", out).code == 0
    before = {p.name: p.read_bytes() for p in out.iterdir()}
    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", lambda *_, **__: (tmp_path / "nowhere").stat())
        assert havenline("run", example, *SMALL, "--seed", 2, "--out", out).code == 2
    assert {p.name: p.read_bytes() for p in out.iterdir()} == before


@pytest.mark.parametrize("command", ["run", "negotiate"])
def test_the_second_of_two_runs_into_a_folder_is_told(
    havenline: Command, example: Path, tmp_path: Path, command: str
) -> None:
    out = tmp_path / "out"
    with held(out):
        answer = havenline(command, example, *SMALL, "--out", out)
    assert answer.code == 2
    assert answer.err == (
        f"error  another run is writing to {out}; wait for it, or give another folder\n"
    )
    assert list(out.iterdir()) == []
    assert havenline("run", example, *SMALL, "--out", out).code == 0


def test_what_killed_runs_left_is_cleared_and_a_folder_of_ones_own_is_not(tmp_path: Path) -> None:
    (tmp_path / ".unfinished-1").mkdir()
    (tmp_path / ".unfinished-1" / "result.nc").write_text("half")
    (tmp_path / "mine").mkdir()
    with written_whole(tmp_path) as stage:
        (stage / "table.csv").write_text("whole")
        assert not (tmp_path / "table.csv").exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine", "table.csv"]


def test_an_error_in_the_hidden_folder_names_the_one_that_was_asked_for(tmp_path: Path) -> None:
    told = pytest.raises(RunError, match=f"^the disk of {tmp_path / 'out'} is full$")
    with told, written_whole(tmp_path / "out") as stage:
        raise RunError(f"the disk of {stage} is full")
    assert list(tmp_path.iterdir()) == []
