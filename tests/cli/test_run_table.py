"""What the table of a run shows beside the figures."""

from __future__ import annotations

import json

import pytest

from havenline.cli.run import _print_cut
from havenline.words import short
from tests.cli.conftest import Command

SMALL = ("--futures", "4", "--days", "6")


@pytest.mark.parametrize("width", [80, 100, 120, 160])
def test_regret_and_error_stand_in_the_table(
    havenline: Command, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setattr("havenline.cli.console.out.width", width)
    printed = havenline("run", "idlib-2020", *SMALL).out
    found = json.loads(havenline("run", "idlib-2020", *SMALL, "--json").out)
    deal = found["options"][0]["indicators"]["newly_displaced"]
    regret = short(deal["regret_p90"])
    wanted = (
        f"regret {regret}" if width >= 100 else f"Regret: {found['options'][0]['name']} {regret}"
    )
    assert wanted in printed
    errors = [o["indicators"]["newly_displaced"]["mc_error"] for o in found["options"]]
    assert f"(error of a median: {short(max(errors))} at most)" in printed
    fit = f"The replay meets {found['replay']['counts']} counts of displaced people within"
    assert fit in " ".join(printed.split())
    assert "nine futures of ten" in " ".join(printed.split())
    lines = printed.splitlines()[3:]  # after name and question, which wrap by themselves
    assert max(len(line) for line in lines) <= width
    assert "…" not in printed


@pytest.mark.parametrize(
    ("cut", "said"), [(0.009, ""), (0.034, "the sets hold 96.6% of the weight")]
)
def test_what_the_choice_sets_leave_out_is_told_above_a_hundredth(
    capsys: pytest.CaptureFixture[str], cut: float, said: str
) -> None:
    _print_cut(cut)
    printed = capsys.readouterr().out
    assert said in printed
    assert bool(printed) == bool(said)


def test_json_holds_how_the_agreement_was_kept_and_how_often_it_is_hollowed_out(
    havenline: Command,
) -> None:
    answer = havenline(
        "run", "idlib-2020", "--as-of", "2020-03-15", "--days", "20", "--futures", "4",
        "--option", "ceasefire", "--json",
    )  # fmt: skip
    told = json.loads(answer.out)["agreement"]
    assert "of 12 observation posts" in told["kept"]
    assert {case["option"] for case in told["hollowed_out"]} == {"no_deal", "ceasefire"}
    for case in told["hollowed_out"]:
        assert 0 <= case["futures"] <= case["of"] == 4
        both = (case["newly_displaced"] is None, case["newly_displaced_otherwise"] is None)
        assert both == (case["futures"] == 0, case["futures"] == 4)
