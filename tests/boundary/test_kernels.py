"""Compiled kernels are those of the sources at hand, wherever they are kept."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numba
import pytest

from havenline.draws import kernels
from havenline.draws.kernels import PACKAGE, ROOMS, kept_in, sources_digest

KERNEL = """
from havenline.draws.kernels import kernel_entry
from havenline.draws.keys import uniform


@kernel_entry
def drawn(key):
    return uniform(key, 1)
"""
TRY = """
import numpy as np
from havenline.draws.tried import drawn
number = drawn(np.uint64(7))
print(number, len(drawn.stats.cache_hits), len(drawn.stats.cache_misses))
"""


def tried(source: Path, **env: str) -> tuple[str, int, int]:
    """Draw in a process of its own: the number, kernels loaded, kernels compiled."""
    usual = {k: v for k, v in os.environ.items() if k not in ("NUMBA_CACHE_DIR", "NUMBA_OPT")}
    done = subprocess.run(
        [sys.executable, "-c", TRY],
        env={**usual, "PYTHONPATH": str(source), **env},
        capture_output=True,
        text=True,
        check=True,
    )
    number, hits, misses = done.stdout.split()
    return number, int(hits), int(misses)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of the package with one kernel more, which calls one of another file."""
    shutil.copytree(
        PACKAGE, tmp_path / "src/havenline", ignore=shutil.ignore_patterns("__pycache__", "crises")
    )
    (tmp_path / "src/havenline/draws/tried.py").write_text(KERNEL, encoding="utf-8")
    return tmp_path / "src"


def change_a_called_file(source: Path) -> None:
    """Change a constant of the file whose function the kernel calls, and keep its date."""
    path = source / "havenline/draws/keys.py"
    text = path.read_text(encoding="utf-8")
    stamp = path.stat()
    path.write_text(text.replace("0xBF58476D1CE4E5B9", "0xBF58476D1CE4E5BB"), encoding="utf-8")
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))


@pytest.mark.parametrize("elsewhere", [False, True])
def test_kept_while_no_source_changes_and_made_anew_when_one_does(
    source: Path, tmp_path: Path, elsewhere: bool
) -> None:
    env = {"NUMBA_CACHE_DIR": str(tmp_path / "kept")} if elsewhere else {}
    base = tmp_path / "kept" if elsewhere else source / "havenline/__pycache__"
    first, hits, misses = tried(source, **env)
    assert (hits, misses) == (0, 1)
    assert tried(source, **env) == (first, 1, 0)
    (folder,) = base.glob("havenline-*")
    change_a_called_file(source)
    other, hits, misses = tried(source, **env)
    assert (hits, misses) == (0, 1)
    assert other != first
    (later,) = base.glob("havenline-*")
    assert later != folder, "the older kernels are gone"


def test_another_copy_of_the_package_keeps_its_own(source: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(source, copy)
    env = {"NUMBA_CACHE_DIR": str(tmp_path / "kept")}
    for place in (source, copy):
        assert tried(place, **env)[2] == 1
    for place in (source, copy):
        assert tried(place, **env)[2] == 0


def test_another_level_of_the_compiler_is_another_digest(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = source / "havenline"
    digests = {sources_digest(package)}
    monkeypatch.setattr(numba.config, "OPT", 0)
    digests.add(sources_digest(package))
    monkeypatch.setattr(numba, "__version__", "999.0")
    digests.add(sources_digest(package))
    (package / "world/roads.py").rename(package / "world/paths.py")
    digests.add(sources_digest(package))
    assert len(digests) == 4


def test_nothing_is_kept_where_no_folder_can_be_written(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "file"))
    assert kept_in(source / "havenline") is None
    env = {"NUMBA_CACHE_DIR": str(tmp_path / "file")}
    assert tried(source, **env) == (tried(source)[0], 0, 1), "it runs all the same"


def test_every_file_with_kernels_lies_in_a_watched_room() -> None:
    root = Path(kernels.__file__).parent.parent
    for path in root.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        uses = any(
            isinstance(node, ast.ImportFrom) and node.module == "havenline.draws.kernels"
            for node in ast.walk(tree)
        )
        if uses and path.name != "warm.py":
            assert path.relative_to(root).parts[0] in ROOMS, path
