"""The worked example as it stood in format 1."""

from __future__ import annotations

from pathlib import Path

NEW = ("relations", "offensives", "refuge")
WORDS = (
    ("crisis.yaml", "format: 2 ", "format: 1 "),
    ("parties.csv", "name,kind,", "name,side,"),
    ("parties.csv", "highland,Highland party (invented),armed", "highland,Highland,attacker"),
    ("parties.csv", "lowland,Lowland party (invented),armed", "lowland,Lowland,defender"),
    ("observations.csv", "unit,measure,", "unit,kind,"),
    ("observations.csv", "displaced_cumulative", "cumulative"),
)


def as_format_1(folder: Path) -> Path:
    """Turn a fresh copy of the worked example into one of format 1."""
    for name in NEW:
        (folder / f"{name}.csv").unlink()
    for file, new, old in WORDS:
        text = (folder / file).read_text(encoding="utf-8")
        assert new in text, (file, new)
        (folder / file).write_text(text.replace(new, old), encoding="utf-8")
    return folder


def add(folder: Path, file: str, *lines: str) -> None:
    """Add lines to a table."""
    with (folder / file).open("a", encoding="utf-8") as stream:
        stream.writelines(f"{line}\n" for line in lines)
