"""No file of the project names a folder of the machine it was written on."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MACHINE_PATH = re.compile(r"(?<![\w.$~}\]])/(?:work|tmp|home|root|Users|var/tmp)(?:/|\b)")
NOT_TEXT = {".png", ".gz", ".nc", ".parquet", ".xlsx", ".ico", ".woff2", ".jpg"}


def tracked_files() -> list[Path]:
    """Return the files of the repository: known to git, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        names = [n for n in listed.stdout.decode().split("\0") if n]
        return [ROOT / n for n in names if (ROOT / n).is_file()]
    folders = ("src", "tests", "scripts", "benchmarks", "docs")
    return [p for f in folders for p in (ROOT / f).rglob("*") if p.is_file()]


def machine_paths(text: str) -> list[str]:
    """Return the lines that name a folder of a machine."""
    return [line.strip() for line in text.splitlines() if MACHINE_PATH.search(line)]


def test_no_machine_paths() -> None:
    files = [p for p in tracked_files() if p.suffix not in NOT_TEXT and p != Path(__file__)]
    assert len(files) > 50
    found = {
        path.relative_to(ROOT).as_posix(): lines
        for path in files
        if (lines := machine_paths(path.read_text(encoding="utf-8", errors="replace")))
    }
    assert found == {}


def test_the_search_finds_paths_and_nothing_else() -> None:
    for line in ("see /work/shared/x", "out=/tmp/a", "'/home/someone'", "/root", "cd /tmp"):
        assert machine_paths(line) == [line]
    for line in ("a/work/b", "https://example.org/work/x", "frame/workers", "./tmp/x", "$dir/tmp"):
        assert machine_paths(line) == []
