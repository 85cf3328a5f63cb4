"""With one attacker, one defender, one border and frailty off the first engine's numbers come back.

``first_version.csv`` holds the means of the first engine (commit in the file), written by
``python -m scripts.first_version --record``; the steps are explained in
``docs/explanation/first-version.md``. The old engine is not needed here.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from havenline.crisis import init_crisis, open_crisis
from havenline.engine import simulate
from scripts.first_version import DAYS, MOST, STEPS, Step, figures, settings, small_crisis

FUTURES = 120
RATIO = 0.25
"""How far a known ratio of new to old may move; about four of its standard errors here."""

with Path(__file__).with_name("first_version.csv").open(encoding="utf-8", newline="") as _handle:
    ROWS = list(csv.DictReader(_handle))
SHARED = {row["figure"]: float(row["old"]) for row in ROWS if not row["step"]}
RECORDED = [row for row in ROWS if row["step"]]
MEETS = [row for row in RECORDED if row["holds"] == "meets"]
DIFFERS = [row for row in RECORDED if row["holds"] == "differs"]

Run = Callable[..., Mapping[str, NDArray[np.float64]]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a function that runs a step, once, with settings of one's own."""
    known: dict[tuple[str, tuple[tuple[str, float], ...]], Mapping[str, NDArray[np.float64]]] = {}
    made: dict[tuple[str, ...], Path] = {}

    def of(step: Step, **changed: float) -> Mapping[str, NDArray[np.float64]]:
        key = (step.name, tuple(sorted(changed.items())))
        if step.parts not in made:
            made[step.parts] = init_crisis(tmp_path_factory.mktemp("first") / "crisis")
            small_crisis(made[step.parts], step.parts)
        if key not in known:
            known[key] = figures(
                simulate(
                    open_crisis(made[step.parts]),
                    futures=FUTURES,
                    days=DAYS,
                    workers=1,
                    settings={**settings(step, SHARED, old=False), **changed},
                    options=sorted({figure.split()[0] for figure in step.figures}),
                ).dataset
            )
        return known[key]

    return of


def apart(row: Mapping[str, str], found: Mapping[str, NDArray[np.float64]]) -> float:
    """Return how far new and old means lie apart, in standard errors of both."""
    here = found[row["figure"]][:, int(row["day"])]
    error = math.hypot(float(row["error"]), float(here.std(ddof=1)) / math.sqrt(len(here)))
    rounding = 1e-5 * float(row["old"]) + 1e-9
    return (abs(float(here.mean()) - float(row["old"])) - rounding) / (error + 1e-9)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_old_numbers_come_back(step: Step, run: Run) -> None:
    found = run(step)
    for row in MEETS:
        if row["step"] == step.name:
            assert apart(row, found) < MOST, row


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_what_differs_goes_on_to_differ_by_as_much(step: Step, run: Run) -> None:
    """Else what the page says of it is no longer true."""
    found = run(step)
    for row in DIFFERS:
        if row["step"] == step.name:
            assert apart(row, found) > MOST, row
            if row["ratio"]:
                here = found[row["figure"]][:, int(row["day"])].mean() / float(row["old"])
                assert here == pytest.approx(float(row["ratio"]), rel=RATIO), row


def test_every_step_is_held_to_something() -> None:
    assert {row["step"] for row in RECORDED} | {"before"} == {step.name for step in STEPS}
    assert len(MEETS) > len(DIFFERS) > 0


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("front", {"front_speed": 2.0}),
        ("axes", {"front_freeze_rate": 0.1}),
        ("flight", {"flight_frailty": 3.0}),
        ("flight", {"flight_front": 0.08}),
        ("shelling", {"violence_truce": 0.1}),
        ("shelling", {"violence_behind": 1.0}),
        ("border", {"border_open": 0.2}),
        ("return", {"return_unsettled": 1.0, "return_monthly": 0.2}),
        ("moving", {"rout_rate": 20.0}),
    ],
)
def test_what_the_old_engine_did_not_have_is_noticed(
    name: str, changed: Mapping[str, float], run: Run
) -> None:
    """So the numbers do not come back whatever is run."""
    step = next(step for step in STEPS if step.name == name)
    found = run(step, **changed)
    rows = [row for row in RECORDED if row["step"] == name]
    assert any(
        apart(row, found) > MOST
        if row["holds"] == "meets"
        else abs(found[row["figure"]][:, int(row["day"])].mean() / float(row["old"]) - 1.0) > RATIO
        for row in rows
        if float(row["old"])
    )
