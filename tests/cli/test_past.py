"""Commands that let the past judge, beyond the plain hindcast."""

from __future__ import annotations

import json

import pytest

from .conftest import Command


def test_hindcast_scores_increments_totals_hubs_front_and_reliability(
    havenline: Command,
) -> None:
    answer = havenline("hindcast", "--futures", "3", "--json")
    assert answer.code == 0, answer.err
    found = json.loads(answer.out)
    for line in ("dates", "conditional"):
        assert len(found[line]) == 4
        for entry in found[line]:
            assert sum(entry["pit"]) == entry["increments"]
            assert entry["without_reporting"]["crps_increment"] > 0.0
            assert len(entry["captures"]["brier"]) == len(entry["captures"]["days_ahead"])
    assert [len(e["hubs"]) for e in found["dates"]] == [6, 6, 3, 0]
    # a hindcast holds no fact about a place of the front
    assert "saraqib" not in answer.out.lower()


def test_truces_prints_a_table_and_one_object(havenline: Command) -> None:
    shown = havenline("truces")
    assert shown.code == 0, shown.err
    assert "used by no prior" in shown.out
    found = json.loads(havenline("truces", "--json").out)
    assert len(found["truces"]) == 10
    assert [t["start"] for t in found["truces"] if t["later"]] == ["2020-03-06"]


def test_assimilate_prints_one_object(havenline: Command) -> None:
    answer = havenline("assimilate", "--futures", "3", "--json")
    assert answer.code == 0, answer.err
    found = json.loads(answer.out)
    assert found["counts"] == len(found["weeks"]) - 1
    assert {"with", "without", "restarted", "mean_rate"} <= set(found["crps"])
    assert sum(found["synthetic"]["ranks"]) == found["synthetic"]["truths"] * found["counts"]


@pytest.mark.parametrize("command", ["assimilate", "hindcast"])
def test_a_crisis_without_counts_is_refused(
    havenline: Command, tmp_path: object, command: str
) -> None:
    folder = f"{tmp_path}/crisis"
    assert havenline("init", folder).code == 0
    answer = havenline(command, folder, "--futures", "2")
    assert answer.code == 2
    assert answer.err.count("\n") == 1
