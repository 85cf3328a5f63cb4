"""The borders: in no future is a more open regime less permeable."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from havenline.engine.border import CLOSED, MANAGED, OPEN, permeability
from havenline.facts.borders import UNKNOWN
from tests.crises_random import compiled

DRAWN = {
    "border_closed": 0.001,
    "border_managed": 0.1,
    "border_open": 0.5,
    "border_unknown": 0.02,
}


class Record(NamedTuple):
    """The part of the record that borders are read from."""

    border: NDArray[np.int8]
    permeability: NDArray[np.float64]


class Plan(NamedTuple):
    """The part of a schedule that borders are read from."""

    border: NDArray[np.int8]


@compiled
def run_permeability(values: Any, record: Any, plan: Any, neighbour: Any, day: Any) -> Any:
    return permeability(values, record, plan, neighbour, day, 1)


def chance(
    now: int, then: int, declared: float = math.nan, **values: float
) -> tuple[float, float, float]:
    """Chance on the day before the as-of date (the border closed), on it, and on the day after."""
    drawn = np.zeros(1, dtype=[(name, "f8") for name in DRAWN])
    for name, value in {**DRAWN, **values}.items():
        drawn[name] = value
    record = Record(
        np.array([[OPEN, CLOSED], [OPEN, now]], dtype=np.int8), np.array([math.nan, declared])
    )
    plan = Plan(np.array([[OPEN, now], [OPEN, then]], dtype=np.int8))
    got = [float(run_permeability(drawn[0], record, plan, 1, day)) for day in range(3)]
    return got[0], got[1], got[2]


@pytest.mark.parametrize(
    ("closed", "managed", "opened", "expected"),
    [
        (0.001, 0.1, 0.5, [0.001, 0.1, 0.5]),
        (0.2, 0.1, 0.5, [0.2, 0.2, 0.5]),
        (0.001, 0.3, 0.2, [0.001, 0.3, 0.3]),
        (0.4, 0.3, 0.2, [0.4, 0.4, 0.4]),
    ],
)
def test_a_more_open_regime_is_never_less_permeable(
    closed: float, managed: float, opened: float, expected: list[float]
) -> None:
    given = {"border_closed": closed, "border_managed": managed, "border_open": opened}
    for regime, known in zip((CLOSED, MANAGED, OPEN), expected, strict=True):
        assert chance(regime, regime, **given) == (closed, known, known)


def test_a_regime_that_nobody_has_published_has_a_chance_of_its_own() -> None:
    assert chance(UNKNOWN, UNKNOWN) == (0.001, 0.02, 0.02)
    assert chance(UNKNOWN, MANAGED) == (0.001, 0.02, 0.1)
    assert chance(UNKNOWN, MANAGED, border_unknown=0.3) == (0.001, 0.3, 0.3), "no less than before"


def test_a_declared_chance_holds_for_the_regime_of_the_as_of_date() -> None:
    assert chance(MANAGED, MANAGED, declared=0.04) == (0.001, 0.04, 0.04)
    assert chance(MANAGED, OPEN, declared=0.04) == (0.001, 0.04, 0.5)
    assert chance(MANAGED, OPEN, declared=0.7) == (0.001, 0.7, 0.7), "an option never shuts"
