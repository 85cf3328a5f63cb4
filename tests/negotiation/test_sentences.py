"""The sentences say what the figures say, and nothing where there is nothing to say."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from havenline import words
from havenline.crisis import init_crisis, open_crisis
from havenline.negotiation import sentences
from havenline.negotiation.answer import Negotiation
from havenline.negotiation.negotiate import negotiate


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Negotiation:
    folder: Path = tmp_path_factory.mktemp("crises") / "example"
    return negotiate(
        open_crisis(init_crisis(folder, bargaining=True)), futures=3, runs=12, days=30, draws=40
    )


def with_values(answer: Negotiation, **changes: Any) -> Negotiation:
    found = copy.copy(answer)
    found.__dict__.update(changes)
    return found


def test_the_greatest_fall_of_the_chance_is_told_with_its_party(answer: Negotiation) -> None:
    first, second = list(sentences.full_names(answer))[:2]
    shifts = {first: {"+0.05": 0.8, "+0.2": 0.5}, second: {"+0.2": 0.31}}
    changed = with_values(answer, chance=0.9, no_deal_worth_more=shifts)
    text = sentences.turns_on(changed)
    assert sentences.full_names(answer)[second] in text
    assert "0.2 more" in text
    assert "31%" in text
    steady = with_values(answer, chance=0.9, no_deal_worth_more={first: {"+0.2": 0.9}})
    assert sentences.turns_on(steady) == ""


@pytest.mark.parametrize(
    ("kept", "word"), [(0.034, "3.4% of homes kept"), (-0.02, "2.0% of homes lost")]
)
def test_whose_support_matters_most(answer: Negotiation, kept: float, word: str) -> None:
    party = next(iter(sentences.full_names(answer)))
    change = {"ground_kept": kept, "stands_12_months": -0.07}
    changed = with_values(answer, matters_most={"most": party, "by_party": {party: change}})
    text = sentences.most_support(changed)
    assert word in text
    assert "7% less" in text
    assert sentences.most_support(with_values(answer, matters_most={"most": None})) == ""


def test_who_is_tempted_and_what_holds(answer: Negotiation) -> None:
    first, second = list(sentences.full_names(answer))[:2]
    names = sentences.full_names(answer)
    hold = {
        "wear": 1.0,
        "parties": {first: {"tempted_in": 0.8}, second: {"tempted_in": 0.1}},
        "shift": {"day": 30, "passes": False},
    }
    coalitions = {"smallest": [{"parties": [first, second]}], "turns_on": {"party": second}}
    said = sentences.holding(
        with_values(answer, hold=hold, flagged={"count": 3, "of": 7}, coalitions=coalitions)
    )
    assert said[0] == f"Tempted to break it first: {names[first]} (in 80% of draws)."
    assert "day 30 fails" in said[1]
    assert said[2].startswith("3 of 7")
    assert f"{names[first]} with {names[second]}" in said[3]
    assert said[4].endswith(f"{names[second]}.")
    worn = sentences.holding(
        with_values(answer, hold={**hold, "wear": 1.5}, flagged={"count": 3, "of": 7})
    )
    assert "collapse 1.5 times as readily" in worn[1]
    nobody = with_values(answer, hold=None, coalitions={"smallest": [], "turns_on": None})
    assert any("No set of parties" in text for text in sentences.holding(nobody))


def test_both_channels_are_told_apart(answer: Negotiation) -> None:
    leverage = {"through_no_deal": {"moves": 0.12}, "through_weights": {"moves": 0.34}}
    text = sentences.channels(with_values(answer, leverage=leverage))
    assert "12% of draws through what no deal is worth" in text
    assert "34% through bargaining weights" in text


def test_only_all_reads_as_all_and_only_none_as_none() -> None:
    shown = {1.0: "100%", 0.998: "over 99%", 0.994: "99%", 0.004: "under 1%", 0.0: "0%", 0.4: "40%"}
    assert {share: words.percent(share) for share in shown} == shown
