"""Every mechanism has a page of one screen, and pages name what exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from havenline.crisis.parameters import default_table, parameter_names
from havenline.engine import simulate
from havenline.engine.day import STEPS
from havenline.engine.step import Step
from tests.crises_random import crisis_of, towns_in_a_row

PAGES = Path(__file__).resolve().parents[2] / "docs/explanation/mechanisms"
OF_RESULTS = {"delay", "failing"}
"""Pages of what is reckoned from results; they switch nothing."""
ONE_SCREEN = 40
"""Lines that a screen shows."""
OTHER = {"control", "return_watched", "displaced_series", "ledger_residual", "lines", "violence"}
"""Words in code type that begin like a parameter and are none."""


def named() -> dict[str, str]:
    return {p.stem: p.read_text(encoding="utf-8") for p in sorted(PAGES.glob("*.md"))}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_every_step_of_the_day_has_its_page(step: Step) -> None:
    assert step.page in named()


@pytest.mark.parametrize("name", sorted(named()))
def test_a_page_is_one_screen_and_says_what_it_must(name: str) -> None:
    text = named()[name]
    assert text.count("\n") <= ONE_SCREEN
    heads = re.findall(r"^\*\*([^*]+)\.\*\*", text, flags=re.M)
    wanted = ["What it does", "The formula", "Where it comes from", "What it leaves out"]
    assert [h for h in heads if h in wanted] == wanted
    if name not in OF_RESULTS | {"ledger"}:
        assert "Switch" in heads


def test_every_parameter_is_explained_on_a_page() -> None:
    told = set(re.findall(r"`([a-z_0-9]+)(?:=[^`]*)?`", "\n".join(named().values())))
    assert set(parameter_names()) <= told


@pytest.mark.parametrize("name", sorted(named()))
def test_parameters_that_a_page_names_exist(name: str) -> None:
    known = set(parameter_names())
    prefixes = {n.split("_")[0] for n in known}
    told = set(re.findall(r"`([a-z]+_[a-z_0-9]+)(?:=[^`]*)?`", named()[name])) - OTHER
    assert {n for n in told if n.split("_")[0] in prefixes} <= known


@pytest.mark.parametrize("name", sorted(named()))
def test_a_run_takes_the_values_that_a_page_switches_off(name: str) -> None:
    shown = dict(re.findall(r"`([a-z_0-9]+)=([0-9.]+)`", named()[name]))
    crisis = crisis_of(towns_in_a_row(people=(50,), days=2))
    simulate(crisis, futures=1, workers=1, settings={k: float(v) for k, v in shown.items()})


def test_the_parts_of_a_step_are_parts_of_the_table() -> None:
    parts = {row.part for row in default_table()}
    used = {part for step in STEPS.values() for part in step.parts}
    assert used <= parts
