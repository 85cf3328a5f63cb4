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
