"""The page on a negotiation: whole, self-contained, and safe against hostile names."""

from __future__ import annotations

import dataclasses
import re
from xml.etree import ElementTree

import pytest

from havenline.crisis import Crisis, init_crisis, open_crisis
from havenline.negotiation.answer import Negotiation
from havenline.negotiation.negotiate import negotiate
from havenline.report.bargain import fragment, page

HOSTILE = "<script>alert(1)</script>\u202e&amp;"


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Crisis:
    crisis = open_crisis(
        init_crisis(tmp_path_factory.mktemp("crises") / "example", bargaining=True)
    )
    names = crisis.parties.assign(name=[HOSTILE + p for p in crisis.parties["party_id"]])
    return dataclasses.replace(crisis, parties=names)


@pytest.fixture(scope="module")
def answer(example: Crisis) -> Negotiation:
    return negotiate(example, futures=2, runs=12, days=15, draws=20)


def test_the_page_is_whole_and_asks_for_nothing(example: Crisis, answer: Negotiation) -> None:
    text = page(answer, example)
    assert text.startswith("<!doctype html>")
    assert text.rstrip().endswith("</html>")
    links = re.findall(r"(?:src|href)=\"([^\"]*)\"", text)
    assert not [x for x in links if not x.startswith("#")]
    for name in ("answer", "lines", "curve", "proposals", "parties", "holds", "limits"):
        assert text.count(f'id="{name}"') == 1


def test_pictures_are_well_formed(example: Crisis, answer: Negotiation) -> None:
    pictures = re.findall(r"<svg xmlns.*?</svg>", fragment(answer, example).replace("&#160;", " "))
    assert len(pictures) >= 4
    for svg in pictures:
        ElementTree.fromstring(svg)


def test_hostile_names_stay_text(example: Crisis, answer: Negotiation) -> None:
    text = fragment(answer, example)
    assert "<script" not in text
    assert "\u202e" not in text
    assert "&lt;script&gt;" in text


def test_an_answer_without_agreement_has_a_page(example: Crisis) -> None:
    assert example.red_lines is not None
    never = example.red_lines.assign(
        about="guarantee", at_most=float("nan"), at_least=2.0, chance=1.0
    )
    crisis = dataclasses.replace(example, red_lines=never)
    none = negotiate(crisis, futures=2, runs=12, days=15, draws=20)
    text = page(none, crisis)
    assert "Every settlement is worse than no deal for" in text
    assert "nan" not in re.sub(r"<style>.*?</style>", "", text, flags=re.S).lower()


def test_the_same_answer_gives_the_same_bytes(example: Crisis, answer: Negotiation) -> None:
    assert page(answer, example) == page(answer, example)
