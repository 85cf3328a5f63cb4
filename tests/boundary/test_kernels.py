"""Compiled kernels made from other sources are thrown away; those still right are kept."""

from __future__ import annotations

import ast
from pathlib import Path

import numba
import pytest

from havenline.draws import kernels
from havenline.draws.kernels import ROOMS, drop_stale_kernels, sources_digest


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package folder with a source and compiled files in two rooms, stamped."""
    for room in ROOMS:
        (tmp_path / room / "__pycache__").mkdir(parents=True)
    (tmp_path / "draws" / "keys.py").write_text("KEY = 1\n")
    (tmp_path / "engine" / "flight.py").write_text("HALF = 5\n")
    drop_stale_kernels(tmp_path)
    for room, name in (("draws", "keys.mix-1.py311"), ("engine", "flight.step-2.py311")):
        for ending in ("nbi", "nbc"):
            (tmp_path / room / "__pycache__" / f"{name}.{ending}").write_bytes(b"compiled")
    return tmp_path


def compiled(package: Path) -> int:
    return len(list(package.rglob("*.nb[ic]")))


def test_kept_while_no_source_changes(package: Path) -> None:
    assert not drop_stale_kernels(package)
    assert compiled(package) == 4


def test_all_dropped_when_a_source_of_any_room_changes(package: Path) -> None:
    (package / "draws" / "keys.py").write_text("KEY = 2\n")
    assert drop_stale_kernels(package)
    assert compiled(package) == 0
    assert not drop_stale_kernels(package)


def test_all_dropped_when_a_source_is_added_renamed_or_removed(package: Path) -> None:
    stamps = {sources_digest(package)}
    (package / "world" / "roads.py").write_text("HALF = 5\n")
    stamps.add(sources_digest(package))
    (package / "world" / "roads.py").rename(package / "world" / "paths.py")
    stamps.add(sources_digest(package))
    assert len(stamps) == 3
    assert drop_stale_kernels(package)
    (package / "world" / "paths.py").unlink()
    (package / "draws" / "__pycache__" / "x.nbi").write_bytes(b"compiled")
    assert drop_stale_kernels(package)
    assert compiled(package) == 0


def test_a_new_compiler_drops_them(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numba, "__version__", "999.0")
    assert drop_stale_kernels(package)
    assert compiled(package) == 0


def test_kernels_without_a_stamp_are_not_trusted(package: Path) -> None:
    (package / "draws" / "__pycache__" / "kernels.stamp").unlink()
    assert drop_stale_kernels(package)
    assert compiled(package) == 0


def test_other_files_beside_them_are_left_alone(package: Path) -> None:
    other = package / "engine" / "__pycache__" / "flight.cpython-311.pyc"
    other.write_bytes(b"bytecode")
    (package / "draws" / "keys.py").write_text("KEY = 3\n")
    drop_stale_kernels(package)
    assert other.exists()


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "draws").write_text("not a folder")
    assert not drop_stale_kernels(tmp_path)


def test_every_file_with_kernels_lies_in_a_watched_room() -> None:
    root = Path(kernels.__file__).parent.parent
    for path in root.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        uses = any(
            isinstance(node, ast.ImportFrom) and node.module == "havenline.draws.kernels"
            for node in ast.walk(tree)
        )
        if uses:
            assert path.relative_to(root).parts[0] in ROOMS, path
