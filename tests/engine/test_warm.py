"""When a second process compiles kernels, and when not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from havenline.engine import warm


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Commands that would have been started, for a package in an empty folder."""
    commands: list[Any] = []

    def note(command: Any, **_: Any) -> str:
        commands.append(command)
        return "started"

    (tmp_path / "movement" / "__pycache__").mkdir(parents=True)
    monkeypatch.setattr(warm, "__file__", str(tmp_path / "futures" / "warm.py"))
    monkeypatch.setattr("subprocess.Popen", note)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    return commands


def test_a_second_process_starts_where_nothing_is_compiled(started: list[Any]) -> None:
    second: Any = warm.start_if_cold()
    assert second == "started"
    assert started[0][1:] == ["-m", "havenline.engine.warm"]


def test_none_starts_where_the_kernels_are_compiled(started: list[Any], tmp_path: Path) -> None:
    (tmp_path / "movement" / "__pycache__" / "day.run_days-1.py311.nbi").touch()
    assert warm.start_if_cold() is None
    assert started == []


def test_none_starts_on_one_processor(started: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    assert warm.start_if_cold() is None
    assert started == []
