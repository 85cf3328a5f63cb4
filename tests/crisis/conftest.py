"""A copy of the worked example to break, and small ways to break it."""

from __future__ import annotations

from pathlib import Path

import pytest

from havenline.crisis import check_crisis, init_crisis

MOVES = "move_id,from_id,to_id,start,end,persons,published,basis,method,source_id,note\n"
"""The header of the table of organised moves, which the worked example has not."""


COMPLIANCE = (
    "row_id,date,period_start,kind,about,breaches,what,published,confidence,source_id\n"
    "up,2030-01-02,,post_set_up,hill,,A post,2030-01-02,high,invented\n"
    "cut,2030-01-05,,post_surrounded,hill,,It is cut off,2030-01-05,high,invented\n"
    "some,2030-01-09,2030-01-05,breaches,us,7,Counted,2030-01-09,high,invented\n"
    "due,2030-03-01,,phase_due,ports,,Due,2030-01-05,high,invented\n"
)
"""How an agreement was kept; the worked example has no such table."""


def with_optional_tables(folder: Path) -> Path:
    """Add tables of organised moves and of how an agreement was kept to a worked example."""
    row = "camps,gorse_camps,north,2030-01-02,2030-01-25,500,2030-01-03,counted,,invented,\n"
    (folder / "moves.csv").write_text(MOVES + row, encoding="utf-8")
    (folder / "compliance.csv").write_text(COMPLIANCE, encoding="utf-8")
    return folder


class Folder:
    """A crisis folder that a test changes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def replace(self, file: str, old: str, new: str) -> Folder:
        """Replace a text that stands in the file, every time it does; no text: a new file."""
        if not old:
            assert not (self.path / file).exists()
            return self.write(file, new.encode())
        text = (self.path / file).read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {file}"
        self.write(file, text.replace(old, new).encode())
        return self

    def append(self, file: str, line: str) -> Folder:
        """Add a line at the end."""
        data = (self.path / file).read_bytes()
        return self.write(file, data + line.encode() + b"\n")

    def write(self, file: str, data: bytes) -> Folder:
        """Write the whole file."""
        (self.path / file).write_bytes(data)
        return self

    def messages(self) -> list[str]:
        """Return every problem of the folder as text."""
        return [str(p) for p in check_crisis(self.path).problems]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A fresh copy of the worked example, which passes every check."""
    return Folder(init_crisis(tmp_path / "example", bargaining=True))
