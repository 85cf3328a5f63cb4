"""The commands negotiate and score-negotiation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

SMALL = ("--futures", 3, "--runs", 12, "--days", 20, "--draws", 30)


def test_negotiate_prints_one_json_object(havenline: Any, example: Path) -> None:
    answer = havenline("negotiate", example, *SMALL, "--support", "donors=0.6", "--json")
    assert answer.code == 0
    found = json.loads(answer.out)
    assert found["crisis"] == "example-valley"
    assert found["support"] == {"donors": 0.6}
    assert len(found["curve"]) == 5
    assert set(found["hold"]["stands"]) == {"6 months", "12 months", "36 months"}


def test_negotiate_in_words_and_as_a_page(havenline: Any, example: Path, tmp_path: Path) -> None:
    answer = havenline("negotiate", example, *SMALL, "--sweep", "donors", "--out", tmp_path / "o")
    assert answer.code == 0
    assert "who must consent" in answer.out.replace("\n", " ")
    assert "Weights are judgement" in answer.out
    page = (tmp_path / "o" / "bargain.html").read_text()
    assert page.startswith("<!doctype html>")
    assert "http://www.w3.org/2000/svg" in page
    assert 'src="http' not in page
    json.loads((tmp_path / "o" / "bargain.json").read_text())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--support", "donors"), "expected party=part"),
        (("--support", "donors=x"), "expected party=part"),
        (("--support", "donors=2"), "expected a part from 0 to 1"),
        (("--support", "donors=1,donors=0"), "given twice"),
        (("--support", "moon=1"), "support of 'moon'"),
        (("--sweep", "moon"), "support of 'moon'"),
        (("--futures", "1"), "2 to 10000"),
        (("--draws", "1"), "10 to 100000"),
        (("--set", "proposer_dependence=1"), "expected 0 or more and below 1"),
        (("--set", "partial_deal_chance=1.5"), "expected a share of 0 to 1"),
        (("--set", "flight_at_capture=7"), "expected a share of 0 to 1"),
        (("--set", "partial_deal=0.5"), "unknown parameter"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(
    havenline: Any, example: Path, given: tuple[str, ...], said: str
) -> None:
    answer = havenline("negotiate", example, *given)
    assert answer.code == 2
    assert said in answer.err.replace("\n", " ")


def test_a_crisis_without_parties_cannot_negotiate(
    havenline: Any, example: Path, tmp_path: Path
) -> None:
    import shutil

    bare = tmp_path / "bare"
    shutil.copytree(example, bare)
    for name in ("bargaining", "stakes", "red_lines", "dependences", "supports"):
        (bare / f"{name}.csv").unlink()
    answer = havenline("negotiate", bare)
    assert answer.code == 2
    assert "bargaining.csv" in answer.err
    assert havenline("check", bare).code == 0


def _issues(folder: Path) -> Path:
    (folder / "issues.csv").write_text("issue_id,outcome\na,40\nb,100\n")
    (folder / "positions.csv").write_text(
        "issue_id,actor,capability,position,salience\n"
        "a,x,1,0,50\na,y,1,100,50\nb,x,1,100,10\nb,y,3,100,10\n"
    )
    return folder


def test_score_negotiation_scores_every_method(havenline: Any, tmp_path: Path) -> None:
    answer = havenline("score-negotiation", _issues(tmp_path), "--json")
    assert answer.code == 0
    methods = json.loads(answer.out)["methods"]
    assert methods["compromise_mean"]["mae"] == pytest.approx(5.0)
    assert methods["always_50"]["mae"] == pytest.approx(30.0)
    assert methods["compromise_mean"]["within_10"] == 1.0
    assert all({"mae", "se", "within_10"} <= set(m) for m in methods.values())
    assert "compromise mean" in havenline("score-negotiation", tmp_path).out


def test_score_negotiation_of_nothing(havenline: Any, tmp_path: Path) -> None:
    answer = havenline("score-negotiation", tmp_path / "none")
    assert answer.code == 2
    assert "issues.csv" in answer.err
