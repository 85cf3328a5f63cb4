"""No module grows past what one person holds in mind."""

from __future__ import annotations

from pathlib import Path

import pytest

import havenline

PACKAGE = Path(havenline.__file__).parent
MOST_LINES = 500


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: p.stem)
def test_a_module_is_no_longer_than_one_person_holds_in_mind(path: Path) -> None:
    name = path.relative_to(PACKAGE).as_posix()
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= MOST_LINES, f"{name} has {lines} lines"
