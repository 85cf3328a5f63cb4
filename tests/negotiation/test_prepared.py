"""Runs made once and bargained over again under other support."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from havenline.crisis import init_crisis, open_crisis
from havenline.errors import HavenlineError
from havenline.negotiation.prepared import Prepared, prepare


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    folder: Path = tmp_path_factory.mktemp("crises") / "example"
    return prepare(open_crisis(init_crisis(folder)), futures=3, runs=12, days=30)


def test_the_same_support_gives_the_same_plain_answer(prepared: Prepared) -> None:
    first = prepared.solve({"donors": 0.5}, draws=40)
    json.dumps(first, allow_nan=False)
    assert first == prepared.solve({"donors": 0.5}, draws=40)
    assert first["draws"] == 40
    assert first["support"] == {"donors": 0.5}
    assert 0.0 <= first["chance"] <= 1.0
    assert (first["landing"] is None) == (first["hold"] is None)
    assert {p["id"] for p in first["parties"]} == set(prepared.parties.ids)
    assert prepared.supporters.keys() == {"donors"}


def test_support_changes_the_answer_without_running_anything(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("havenline.negotiation.runs.prepare", None)
    assert prepared.solve({}, draws=40) != prepared.solve({"donors": 1.0}, draws=40)
    curve = prepared.curve(draws=40)
    assert [p["part"] for p in curve] == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert curve[0]["chance"] == prepared.solve({}, draws=40)["chance"]


@pytest.mark.parametrize("part", [-0.1, 7.0, float("nan"), float("inf")])
def test_support_that_is_no_part_of_full_support_is_refused(
    prepared: Prepared, part: float
) -> None:
    with pytest.raises(HavenlineError, match="part from 0 to 1"):
        prepared.solve({"donors": part})


def test_strangers_and_too_few_draws_are_refused(prepared: Prepared) -> None:
    with pytest.raises(HavenlineError, match="support of 'moon'"):
        prepared.solve({"moon": 0.5})
    with pytest.raises(HavenlineError, match="support of 'moon'"):
        prepared.curve(["moon"])
    with pytest.raises(HavenlineError, match="draws"):
        prepared.solve({}, draws=1)
