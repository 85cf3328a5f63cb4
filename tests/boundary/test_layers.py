"""A lower room of the house never imports a higher one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "havenline"
ORDER = (
    "errors",
    "words",
    "draws",
    "crisis",
    "facts",
    "world",
    "options",
    "engine",
    "outcomes",
    "negotiation",
    "evidence",
    "telling",
    "io",
    "report",
    "web",
    "cli",
    "__main__",
)
FREE = ("__version__",)
"""Names of the package itself that every room may use."""


def room_of(path: Path, package: Path) -> str:
    """Return the room that a source file belongs to."""
    first = path.relative_to(package).parts[0]
    return first.removesuffix(".py")


def imported_rooms(source: str, module: str) -> Iterator[tuple[int, str]]:
    """Yield (line, room) of every import of the package, wherever in the file it stands.

    The room is ``""`` for a name of the package itself, which its ``__init__`` would have to
    give. ``module`` is the dotted name of the package that the file lies in.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif not isinstance(node, ast.ImportFrom):
            continue
        else:
            base = node.module or ""
            if node.level:
                above = module.split(".")
                above = above[: len(above) - node.level + 1]
                base = ".".join([*above, base] if base else above)
            names = [f"{base}.{alias.name}" for alias in node.names]
            if base != "havenline":
                names = [base]
        for name in names:
            parts = name.split(".")
            if parts[0] != "havenline":
                continue
            room = parts[1] if len(parts) > 1 else ""
            if room in FREE:
                continue
            yield node.lineno, room if room in ORDER else ""


def violations(package: Path) -> list[str]:
    """Return every import of a higher room, as ``file:line: room imports room``."""
    found = []
    for path in sorted(package.rglob("*.py")):
        room = room_of(path, package)
        if room == "__init__":
            continue
        inside = ".".join(("havenline", *path.relative_to(package).parent.parts))
        for line, other in imported_rooms(path.read_text(encoding="utf-8"), inside):
            if other == "" or ORDER.index(other) > ORDER.index(room):
                where = path.relative_to(package).as_posix()
                found.append(f"{where}:{line}: {room} imports {other or 'the package itself'}")
    return found


def test_every_room_has_a_place_in_the_order() -> None:
    rooms = {room_of(p, PACKAGE) for p in PACKAGE.rglob("*.py")} - {"__init__"}
    assert rooms <= set(ORDER)


def test_no_lower_room_imports_a_higher_one() -> None:
    assert violations(PACKAGE) == []


@pytest.mark.parametrize(
    "line",
    [
        "import havenline.world.roads",
        "from havenline.world import roads",
        "from havenline import world",
        "from ..world import roads",
        "from .. import world",
        "def f():\n    from havenline.world.roads import held",
    ],
)
def test_an_import_upwards_is_found_however_it_is_written(tmp_path: Path, line: str) -> None:
    (tmp_path / "draws").mkdir()
    (tmp_path / "draws" / "keys.py").write_text(f"import math\n{line}\n")
    (problem,) = violations(tmp_path)
    assert problem.startswith("draws/keys.py:")
    assert problem.endswith("draws imports world")


def test_the_package_itself_is_above_every_room(tmp_path: Path) -> None:
    (tmp_path / "report").mkdir()
    page = tmp_path / "report" / "page.py"
    page.write_text("from havenline import simulate\n")
    assert violations(tmp_path) == ["report/page.py:1: report imports the package itself"]
    page.write_text("from havenline import __version__\n")
    assert violations(tmp_path) == []
