"""The Python examples of README and docs run as they stand, in an empty folder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PUBLIC = ("open_crisis", "simulate", "compare", "write_report")
NOT_RUN = "<!-- not run -->"
BLOCK = re.compile(r"(?:^(?P<before>[^\n]*)\n)?^```python\n(?P<code>.*?)^```$", re.M | re.S)


def blocks(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line, code) of the Python blocks that are to be run."""
    for found in BLOCK.finditer(text):
        if (found["before"] or "").strip() != NOT_RUN:
            yield text.count("\n", 0, found.start("code")) + 1, found["code"]


def pages() -> list[Path]:
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


EXAMPLES = [
    pytest.param(code, id=f"{page.relative_to(ROOT).as_posix()}:{line}")
    for page in pages()
    for line, code in blocks(page.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("code", EXAMPLES)
def test_example_runs(
    code: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(code, "example", "exec"), names)
    if "print(" in code and "for " not in code:
        assert capsys.readouterr().out.strip()
    for written in re.findall(r'"([\w.-]+\.html)"', code):
        assert (tmp_path / written).stat().st_size > 1000


def test_readme_shows_at_most_ten_lines() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    ((_, code),) = blocks(readme)
    assert len([line for line in code.splitlines() if line]) <= 10
    for name in PUBLIC:
        assert f"hl.{name}(" in code


def test_blocks_are_found_and_marked_ones_left_out() -> None:
    text = f"a\n\n```python\nx = 1\n```\n\n{NOT_RUN}\n```python\ny = 2\n```\n```sh\nls\n```\n"
    assert list(blocks(text)) == [(4, "x = 1\n")]
