"""Since when the way onward stands open, as known on a day."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from havenline.facts.onward import open_since


def told(*rows: tuple[int, str, int]) -> pd.DataFrame:
    """Happenings of March 2020: day, what the neighbour did, day on which it was published."""
    return pd.DataFrame(
        {
            "date": pd.to_datetime([f"2020-03-{day:02}" for day, _, _ in rows]),
            "kind": [f"onward_{what}" for _, what, _ in rows],
            "published": pd.to_datetime([f"2020-03-{known:02}" for _, _, known in rows]),
            "neighbour": "",
        }
    )


@pytest.mark.parametrize(
    ("rows", "since"),
    [
        ((), None),
        (((5, "opens", 5),), 5),
        (((5, "opens", 11),), None),
        (((11, "opens", 9),), None),
        (((5, "opens", 5), (8, "closes", 8)), None),
        (((5, "opens", 5), (8, "closes", 11)), 5),
        (((8, "opens", 8), (5, "closes", 5)), 8),
        (((5, "opens", 5), (7, "opens", 7)), 5),
        (((5, "opens", 5), (7, "closes", 7), (9, "opens", 9)), 9),
        (((7, "opens", 7), (7, "closes", 7)), None),
    ],
)
def test_the_newest_word_known_by_then_holds(
    rows: tuple[tuple[int, str, int], ...], since: int | None
) -> None:
    expected = None if since is None else date(2020, 3, since)
    assert open_since(told(*rows), "nb", date(2020, 3, 10)) == expected


def test_what_one_neighbour_does_says_nothing_of_another() -> None:
    rows = told((3, "opens", 3), (5, "opens", 5), (7, "closes", 7))
    rows["neighbour"] = ["nb", "other", "nb"]
    assert open_since(rows, "nb", date(2020, 3, 10)) is None
    assert open_since(rows, "other", date(2020, 3, 10)) == date(2020, 3, 5)
    assert open_since(rows, "nb", date(2020, 3, 6)) == date(2020, 3, 3)
