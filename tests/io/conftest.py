"""A fresh copy of the small folder in Flee's format, and small ways to break it."""

from __future__ import annotations

from pathlib import Path

import pytest

from havenline.io import check_any
from tests import flee_folder


class FleeFolder:
    """A folder that a test changes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def change(self, file: str, old: str | None, new: str | None) -> None:
        """Replace a text; without an old text the whole file, without both remove it."""
        path = self.path / file
        if old is not None:
            text = path.read_text(encoding="utf-8")
            assert old in text, f"{old!r} is not in {file}"
            new = text.replace(old, new or "")
        if new is None:
            path.unlink()
        else:
            path.write_text(new, encoding="utf-8")

    def messages(self) -> list[str]:
        """Return every problem of the folder as text; warnings end in WARNING."""
        problems = check_any(self.path).problems
        return [str(p) + ("" if p.severity == "error" else " WARNING") for p in problems]


@pytest.fixture
def flee(tmp_path: Path) -> FleeFolder:
    """A fresh copy of the small folder, which reads without a problem."""
    return FleeFolder(flee_folder.write(tmp_path / "small"))
