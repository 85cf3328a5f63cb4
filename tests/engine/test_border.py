"""The border: in no future is a more open regime less permeable."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from havenline.engine.border import permeability


def chance(regime: int, **values: float) -> float:
    plan = SimpleNamespace(day=[SimpleNamespace(border=regime)])
    by_hand: Any = getattr(permeability, "py_func", permeability)
    return float(by_hand(SimpleNamespace(**values), plan, 3, 3))


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
    assert [chance(regime, **given) for regime in range(3)] == expected
