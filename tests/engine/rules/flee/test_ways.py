"""The ways of a day are kept while roads stay as they are, and only then."""

from __future__ import annotations

import numpy as np
import pytest

from havenline.crisis.case import Case, Closure
from havenline.engine.rules.flee import ways
from tests.engine.rules.flee.little import counts, follow, little, place
from tests.engine.rules.flee.random_cases import drawn_case

WAR = place("War", "conflict", persons=1000)
HUB = place("Hub", "forward")
ONE, OTHER = place("One", "camp"), place("Other", "camp")


def seven_a_day(*closures: Closure) -> Case:
    """From day 1 on, seven people a day set out over a hub to two camps."""
    arrivals = counts(0, 7, 14, 21, 28)
    roads = [(0, 1, 100.0), (1, 2, 100.0), (1, 3, 100.0)]
    return little(
        [WAR, HUB, ONE, OTHER], roads, days=5, conflict={0: [1.0] * 5},
        settings={"camp_movechance": 0.0, "read_from_agents_csv_file": False},
        counts={2: counts(0), 3: arrivals}, total=arrivals, closures=closures,
    )  # fmt: skip


def test_a_second_road_that_closes_and_opens_again_is_seen() -> None:
    shut = Closure("location", "One", "", 2, 4)
    one, other = follow(seven_a_day(shut), futures=40).sum(axis=0).T
    # on day 1 and day 4 by chance, between them all to the other
    assert 0 < one[1] < 40 * 7
    assert one[1] == one[2] == one[3] < one[4]
    assert other[3] - other[1] == 40 * 14


@pytest.mark.parametrize("seed", [0, 3, 5, 8])
def test_ways_forgotten_for_want_of_room_are_laid_the_same_again(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = drawn_case(seed)
    roomy = follow(case, futures=3)
    sizes: list[int] = []
    empty_ways = ways.empty_ways

    def cramped(most_cells: int) -> ways.Ways:
        sizes.append(32 << 2 * len(sizes))  # a run that finds no room is repeated with more
        return empty_ways(sizes[-1] // 2)

    monkeypatch.setattr(ways, "LEAST_STOPS", 0)
    monkeypatch.setattr("havenline.engine.rules.flee.state.empty_ways", cramped)
    np.testing.assert_array_equal(roomy, follow(case, futures=3))
    assert sizes
