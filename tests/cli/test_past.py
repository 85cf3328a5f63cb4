"""Commands that let the past judge, beyond the plain hindcast."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from havenline.crisis import open_crisis
from havenline.crisis.answers import WITHOUT
from havenline.crisis.parameters import parameter_names
from havenline.outcomes import INDICATORS

from .conftest import Command


def test_hindcast_scores_increments_totals_shares_front_and_reliability(
    havenline: Command,
) -> None:
    answer = havenline("hindcast", "--futures", "3", "--json")
    assert answer.code == 0, answer.err
    assert answer.out.count("\n") == 1
    found = json.loads(answer.out)
    assert [d["as_of"] for d in found["dates"]] == [
        "2019-12-20", "2020-01-15", "2020-02-03", "2020-02-20",
    ]  # fmt: skip
    for line in ("dates", "conditional"):
        assert len(found[line]) == 4
        for entry in found[line]:
            assert sum(entry["pit"]) == entry["increments"]
            assert entry["without_reporting"]["crps_increment"] > 0.0
            assert len(entry["captures"]["brier"]) == len(entry["captures"]["days_ahead"])
    assert [len(e["shares"]) > 0 for e in found["dates"]] == [True, True, True, False]
    assert {f["measure"] for e in found["dates"] for f in e["figures"]} >= {"arrived", "killed"}
    assert {s["reason"] for s in found["unscored"]} >= {WITHOUT["other"]}
    assert found["dates"][-1]["replay"]["counts"] > 5
    # a hindcast holds no fact about a place of the front
    assert "saraqib" not in answer.out.lower()


def test_assimilate_prints_one_object(havenline: Command) -> None:
    answer = havenline("assimilate", "--futures", "3", "--json")
    assert answer.code == 0, answer.err
    found = json.loads(answer.out)
    assert found["counts"] == len(found["weeks"]) - 1
    assert {"with", "without", "restarted", "mean_rate"} <= set(found["crps"])
    assert sum(found["synthetic"]["ranks"]) == found["synthetic"]["truths"] * found["counts"]


@pytest.mark.parametrize("command", ["assimilate", "hindcast"])
def test_a_crisis_without_counts_is_refused(
    havenline: Command, tmp_path: Path, command: str
) -> None:
    folder = tmp_path / "crisis"
    assert havenline("init", folder).code == 0
    (folder / "observations.csv").unlink()
    answer = havenline(command, folder, "--futures", "2")
    assert answer.code == 2
    assert answer.err.count("\n") == 1


def test_audit_lists_every_parameter_and_what_each_outcome_rests_on(havenline: Command) -> None:
    shown = havenline("audit")
    assert shown.code == 0, shown.err
    found = json.loads(havenline("audit", "--json").out)
    assert [row["name"] for row in found["parameters"]] == list(parameter_names())
    for row in found["parameters"]:
        assert row["name"] in shown.out
        assert row["sources"]
        assert row["any_year"] or row["known_from"] <= found["as_of"]
    assert {o["id"] for o in found["outcomes"]} == set(INDICATORS)
    for outcome in found["outcomes"]:
        assert outcome["steps"]
        assert set(outcome["parameters"]) <= set(parameter_names())


def test_audit_fails_where_a_run_would_use_what_was_only_known_later(
    havenline: Command, tmp_path: Path
) -> None:
    """A row that claims to have been known in time, from a source of a year later."""
    folder = tmp_path / "crisis"
    shutil.copytree(open_crisis("idlib-2020").folder, folder)
    late = "violence_killed,fixed,9,,,2020-01-10,estimated,a late count,HRW\n"
    with (folder / "parameters.csv").open("a", encoding="utf-8") as table:
        table.write(late)
    answer = havenline("audit", folder)
    assert answer.code == 1
    assert "Known only after 2020-02-03: violence_killed" in answer.out
    found = json.loads(havenline("audit", folder, "--json").out)
    assert found["ok"] is False
    assert [r["name"] for r in found["parameters"] if r["late"]] == ["violence_killed"]
    assert havenline("audit", folder, "--as-of", "2020-10-15").code == 0
    out = tmp_path / "out"
    assert havenline("run", folder, "--futures", "2", "--days", "5", "--out", out).code == 0
    assert "In-sample: violence_killed rest" in (out / "report.html").read_text(encoding="utf-8")
