"""The days of a hindcast: declared by the crisis or given, and asked for where neither."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def example(havenline: Any, tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    assert havenline("init", folder).code == 0
    return folder


def test_a_crisis_that_declares_no_days_asks_for_them(havenline: Any, example: Path) -> None:
    answer = havenline("hindcast", example)
    assert answer.code == 2
    assert "--as-of DATE" in answer.err
    assert "--until DATE" in answer.err
    assert "Traceback" not in answer.err


def test_a_day_that_is_none_is_refused(havenline: Any) -> None:
    answer = havenline("hindcast", "idlib-2020", "--as-of", "2020-02-31")
    assert answer.code == 2
    assert "2020-02-31" in answer.err
