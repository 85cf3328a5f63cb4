from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import pytest

from havenline.evidence import Hindcast, PriorRate, hindcast
from havenline.evidence.text import notes, tables, verdicts, where_it_fails

from .conftest import HandMade, Row, Told, happenings, observations

START = date(2020, 1, 1)


def run(rows: list[Row], rate: float, later: str | None = None) -> Hindcast:
    def path(day: date, futures: int) -> npt.NDArray[np.float64]:
        return np.full(futures, rate * (day - START).days)

    return hindcast(
        HandMade(observations(rows), happenings(("2020-01-12", "offensive_start"))),
        simulate=Told(path, start=START, later=later),
        dates=(date(2020, 1, 2), date(2020, 1, 11)),
        until=date(2020, 1, 20),
        futures=3,
        prior=PriorRate(1_500.0, why="a guess"),
    )


def test_a_table_for_each_line_with_a_row_for_each_date_and_all(rows: list[Row]) -> None:
    headline, given = tables(run(rows, 1_000.0))
    assert headline.title.startswith("Unconditional")
    assert given.title.startswith("Conditional")
    assert [row[0] for row in headline.rows] == ["2020-01-02", "2020-01-11", "all dates"]
    assert all(len(row) == len(headline.header) for row in headline.rows)
    first = dict(zip(headline.header, headline.rows[1], strict=True))
    assert first["model"] == "1,500"
    assert first["n"] == "2"
    assert headline.rows[2][1] == "8 (6)"


def test_a_loss_is_said_plainly(rows: list[Row]) -> None:
    result = run(rows, 50_000.0)
    said = " ".join(notes(result))
    assert "The model loses to a naive baseline as of 2020-01-02 and 2020-01-11." in said
    assert all("loses to" in sentence for sentence in verdicts(result.unconditional))
    assert verdicts(result.unconditional)[-1].startswith("all dates: ")
    assert verdicts(result.unconditional)[1].endswith(
        "Too few increments for a range of the difference."
    )


def test_where_it_fails_is_said_in_words(rows: list[Row]) -> None:
    # certain of 50,000 a day, where at most 6,000 came in five days
    width, where = where_it_fails(run(rows, 50_000.0).unconditional)
    assert width.startswith("The ranges are too narrow: the 90% range held 0%")
    assert where.count("below the 90% range from") == 3
    assert "to 2020-01-20 (6,000 came, below the 90% range from 2 of 2 dates)" in where
    assert where in notes(run(rows, 50_000.0))


def test_in_sample_scores_are_headed_so(rows: list[Row]) -> None:
    result = run(rows, 1_000.0, later='["front_speed"]')
    assert notes(result)[0].startswith("In-sample")
    assert "front_speed" in notes(result)[0]
    assert all(table.title.startswith("In-sample") for table in tables(result))
    assert tables(result)[0].rows[0][0] == "2020-01-02 (in-sample)"
    assert not any("n-sample" in text for text in notes(run(rows, 1_000.0)))


def test_the_stated_prior_and_the_overlap_are_named(rows: list[Row]) -> None:
    said = notes(run(rows, 1_000.0))
    assert any("a guess" in text and "factor 10" in text for text in said)
    assert any(text.startswith("8 scores are of 6 observed increments") for text in said)


@pytest.mark.parametrize(("last", "word"), [(20_900, "flat within rounding"), (9_000, "revised")])
def test_a_total_below_an_earlier_one_is_named(rows: list[Row], last: float, word: str) -> None:
    fallen = [
        *rows[:-1],
        ("2020-01-18", 21_000.0, "2020-01-19"),
        ("2020-01-20", last, "2020-01-21"),
    ]
    said = " ".join(notes(run(fallen, 1_000.0)))
    assert f"The total of 2020-01-20 is below an earlier one ({word}" in said
