"""The days of a hindcast: declared by the crisis or given, and asked for where neither."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from havenline.crisis import open_crisis


@pytest.fixture
def example(havenline: Any, tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    assert havenline("init", folder).code == 0
    return folder


def test_a_crisis_that_declares_no_days_asks_for_them(havenline: Any, example: Path) -> None:
    declared = yaml.safe_load((example / "crisis.yaml").read_text(encoding="utf-8"))
    del declared["hindcast"]
    (example / "crisis.yaml").write_text(yaml.safe_dump(declared), encoding="utf-8")
    answer = havenline("hindcast", example)
    assert answer.code == 2
    assert "--as-of DATE" in answer.err
    assert "--until DATE" in answer.err
    assert "Traceback" not in answer.err


def test_a_day_that_is_none_is_refused(havenline: Any) -> None:
    answer = havenline("hindcast", "idlib-2020", "--as-of", "2020-02-31")
    assert answer.code == 2
    assert "2020-02-31" in answer.err


@pytest.mark.parametrize("more", [["--as-of", "2020-01-15"], ["--ablations"]])
def test_only_the_declared_days_are_kept(havenline: Any, more: list[str]) -> None:
    answer = havenline("hindcast", "idlib-2020", "--keep", *more)
    assert answer.code == 2
    assert "--keep keeps the scores of the days that crisis.yaml declares" in answer.err


def test_kept_scores_stand_in_the_folder(havenline: Any, example: Path) -> None:
    answer = havenline("hindcast", example, "--keep", "--futures", "3", "--json")
    assert answer.code == 0, answer.err
    found = json.loads(answer.out)
    past = open_crisis(example).past
    assert past is not None
    assert past.futures == 3
    assert past.unconditional.pooled.error == round(found["pooled"]["crps_increment"])
