from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from havenline.errors import CrisisError
from havenline.negotiation.scoring import (
    METHODS,
    Issue,
    election_chances,
    read_issues,
    score_methods,
)
from tests.negotiation.published import published_table

ISSUES = """issue_id,outcome,procedure
a,40,COD
b,100,COD
c,,CNS
d,10,CNS
"""
POSITIONS = """issue_id,actor,capability,position,salience
a,one,4,0,50
a,two,1,100,50
a,three,,70,50
b,one,4,100,0
b,two,1,50,0
c,one,4,0,50
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two issues that can be scored, one without outcome and one on which nobody has a say."""
    (tmp_path / "issues.csv").write_text(ISSUES)
    (tmp_path / "positions.csv").write_text(POSITIONS)
    return tmp_path


def test_reads_issues_that_can_be_scored(folder: Path) -> None:
    first, second = read_issues(folder)
    assert (first.issue_id, first.outcome) == ("a", 40.0)
    assert first.position.tolist() == [0.0, 100.0]  # who has no capability has no say
    assert second.salience.tolist() == [0.0, 0.0]


def test_errors_by_hand(folder: Path) -> None:
    """On b nobody cares, so that all count alike."""
    scores = score_methods(read_issues(folder))
    by_name = scores.to_dict("index")
    errors = {
        "compromise_mean": (20.0, 25.0),
        "compromise_mean_root": (abs(100 / 3 - 40), 25.0),
        "weighted_median": (40.0, 50.0),
        "unweighted_mean": (10.0, 25.0),
        "always_50": (10.0, 50.0),
    }
    for name, pair in errors.items():
        assert by_name[name]["mae"] == pytest.approx(np.mean(pair))
        assert by_name[name]["se"] == pytest.approx(abs(pair[0] - pair[1]) / 2.0)
        assert by_name[name]["within_10"] == np.mean([e <= 10.0 for e in pair])
    assert by_name["always_50"]["against_compromise_mean"] == pytest.approx(7.5)
    assert by_name["compromise_mean"]["against_compromise_mean_se"] == 0.0
    assert set(by_name) == set(METHODS)


def test_election_is_held_among_the_different_positions() -> None:
    options, chances = election_chances([80.0, 20.0, 80.0], [1.0, 2.0, 1.0])
    assert options.tolist() == [20.0, 80.0]
    np.testing.assert_allclose(chances, [0.5, 0.5])


def test_one_issue_has_no_standard_error() -> None:
    issue = Issue("a", np.array([30.0]), np.array([1.0]), np.array([1.0]), 40.0)
    scores = score_methods((issue,))
    assert (scores["se"] == 0.0).all()
    np.testing.assert_allclose(scores["mae"], 10.0)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("issues.csv", "outcome", "result", "columns are missing: outcome"),
        ("issues.csv", "a,40", "a,400", "not a number from 0 to 100"),
        ("issues.csv", "b,100", "a,100", "an issue stands here twice"),
        ("positions.csv", "a,one,4", "a,one,four", "not a number of 0 or more"),
        ("positions.csv", "a,one,4", "a,one,-4", "not a number of 0 or more"),
        ("positions.csv", "a,one,4", "a,one,inf", "not a number of 0 or more"),
    ],
)
def test_says_what_is_wrong_with_a_table(
    folder: Path, file: str, old: str, new: str, said: str
) -> None:
    text = (folder / file).read_text()
    (folder / file).write_text(text.replace(old, new))
    with pytest.raises(CrisisError, match=said):
        read_issues(folder)


def test_says_where_a_value_stands(folder: Path) -> None:
    (folder / "issues.csv").write_text(ISSUES.replace("b,100", "b,many"))
    with pytest.raises(CrisisError) as caught:
        read_issues(folder)
    problem = caught.value.problems[0]
    assert (problem.file, problem.row, problem.column) == ("issues.csv", 3, "outcome")
    assert problem.value == "many"


def test_says_that_a_table_or_every_issue_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CrisisError, match="no such table"):
        read_issues(tmp_path)
    (tmp_path / "issues.csv").write_text("issue_id,outcome\na,\n")
    (tmp_path / "positions.csv").write_text(POSITIONS)
    with pytest.raises(CrisisError, match="no issue has both"):
        read_issues(tmp_path)


def test_issues_of_the_european_union() -> None:
    """On all 353 issues the mean erred by 23.2 points, the conditional election by 23.0."""
    issues = read_issues(published_table("deu"))
    assert len(issues) == 179
    scores = score_methods(issues)
    mae, se, within = scores["mae"], scores["se"], scores["within_10"]
    assert abs(mae["compromise_mean"] - 23.2) <= se["compromise_mean"]
    assert abs(mae["election_conditional"] - 23.0) <= se["election_conditional"]
    assert mae["compromise_mean"] < mae["weighted_median"]
    assert mae["compromise_mean"] < mae["always_50"]
    assert within["weighted_median"] > within["compromise_mean"]
