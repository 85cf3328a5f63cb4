from __future__ import annotations

from datetime import date

import pytest

from havenline.errors import RunError
from havenline.evidence.series import increments_to_score
from havenline.facts.counts import increments, published_totals, rounding

from .conftest import Row, observations


def test_only_what_was_published_by_the_day_is_known(rows: list[Row]) -> None:
    known = published_totals(observations(rows), as_of=date(2020, 1, 9))
    # the total of 9 January itself came out on the 10th
    assert known.dates == (date(2020, 1, 1), date(2020, 1, 3), date(2020, 1, 5))
    assert known.persons.tolist() == [0.0, 2_000.0, 6_000.0]
    assert len(published_totals(observations(rows))) == 7


def test_the_order_of_the_rows_does_not_matter(rows: list[Row]) -> None:
    assert increments(published_totals(observations(rows[::-1]))) == increments(
        published_totals(observations(rows))
    )


def test_a_later_revision_of_a_day_counts_once_it_is_published() -> None:
    table = observations(
        [
            ("2020-01-01", 0, "2020-01-01"),
            ("2020-01-05", 5_000, "2020-01-06"),
            ("2020-01-05", 6_500, "2020-01-20"),
        ]
    )
    assert published_totals(table, as_of=date(2020, 1, 10)).persons.tolist() == [0.0, 5_000.0]
    assert published_totals(table, as_of=date(2020, 1, 20)).persons.tolist() == [0.0, 6_500.0]


def test_of_rows_published_together_the_most_exact_counts() -> None:
    table = observations(
        [
            ("2020-01-05", 8_000, "2020-01-06", ">"),
            ("2020-01-05", 8_312, "2020-01-06", "="),
            ("2020-01-05", 9_000, "2020-01-06", "almost"),
        ]
    )
    known = published_totals(table)
    assert (known.persons.tolist(), known.qualifiers) == ([8_312.0], ("=",))


def test_rows_outside_the_main_series_are_left_out(rows: list[Row]) -> None:
    table = observations(rows)
    table.loc[2, "main"] = 0
    assert date(2020, 1, 5) not in published_totals(table).dates


def test_one_series_must_be_meant(rows: list[Row]) -> None:
    table = observations(rows)
    table.loc[2, "series_id"] = "other_total"
    with pytest.raises(RunError, match="displaced_total, other_total"):
        published_totals(table)
    assert len(published_totals(table, series_id="other_total")) == 1
    with pytest.raises(RunError, match="'displaced'"):
        published_totals(table, series_id="displaced")
    table["main"] = 0
    with pytest.raises(RunError, match="found none"):
        published_totals(table)


def test_increments_have_their_days_and_rates(rows: list[Row]) -> None:
    steps = increments(published_totals(observations(rows)))
    assert [s.persons for s in steps] == [2_000, 4_000, 2_000, 4_000, 3_000, 6_000]
    assert [s.days for s in steps] == [2, 2, 4, 1, 5, 5]
    assert steps[1].rate == 2_000.0


def test_a_fall_counts_as_zero_and_the_way_back_is_not_counted_again() -> None:
    steps = increments(
        published_totals(
            observations(
                [
                    ("2020-03-01", 961_300, "2020-03-01"),
                    ("2020-03-02", 961_000, "2020-03-02", ">"),
                    ("2020-03-03", 900_000, "2020-03-03"),
                    ("2020-03-04", 962_000, "2020-03-04"),
                ]
            )
        )
    )
    assert [(s.persons, s.note) for s in steps] == [
        (0.0, "flat within rounding"),
        (0.0, "revised down"),
        (700.0, ""),
    ]
    assert steps[0].qualifier == ">"


@pytest.mark.parametrize(
    ("persons", "step"), [(298_534, 1), (961_300, 100), (389_000, 1_000), (900_000, 10_000)]
)
def test_rounding_is_read_from_the_zeros(persons: float, step: float) -> None:
    assert rounding(persons) == step


def test_scored_increments_start_at_the_latest_published_total(rows: list[Row]) -> None:
    scored = increments_to_score(
        observations(rows), as_of=date(2020, 1, 9), until=date(2020, 1, 19)
    )
    assert [(s.start.day, s.end.day, s.persons) for s in scored] == [
        (5, 9, 2_000),
        (9, 10, 4_000),
        (10, 15, 3_000),
    ]


def test_a_total_published_late_about_an_early_day_is_not_scored(rows: list[Row]) -> None:
    late = [*rows, ("2020-01-04", 5_000.0, "2020-02-01")]
    scored = increments_to_score(
        observations(late), as_of=date(2020, 1, 9), until=date(2020, 1, 10)
    )
    assert [s.start.day for s in scored] == [5, 9]


def test_nothing_to_start_from_or_to_score_is_said(rows: list[Row]) -> None:
    with pytest.raises(RunError, match="nothing to start from"):
        increments_to_score(observations(rows), as_of=date(2019, 12, 1), until=date(2020, 1, 9))
    with pytest.raises(RunError, match="nothing to score"):
        increments_to_score(observations(rows), as_of=date(2020, 1, 21), until=date(2020, 1, 25))


def test_a_change_of_method_is_no_increment_and_the_count_goes_on_from_it(rows: list[Row]) -> None:
    table = observations(rows)
    table.loc[4, "break"] = "yes"  # 8,000 to 12,000 on 10 January
    table.loc[5, "value"] = 11_000.0
    totals = published_totals(table)
    assert [(s.end.day, s.persons) for s in increments(totals)] == [
        (3, 2_000),
        (5, 4_000),
        (9, 2_000),
        (15, 0),
        (20, 9_000),
    ]
    assert totals.counted().tolist() == [0, 2_000, 6_000, 8_000, 8_000, 8_000, 17_000]
    scored = increments_to_score(table, as_of=date(2020, 1, 9), until=date(2020, 1, 20))
    assert [s.end.day for s in scored] == [9, 15, 20]
    lower = table.assign(value=[0, 2_000, 6_000, 8_000, 5_000, 5_500, 6_000])
    assert published_totals(lower).highest() == 6_000.0
    assert [s.persons for s in increments(published_totals(lower))][-2:] == [500.0, 500.0]


def test_the_range_of_a_total_goes_with_the_whole_count(rows: list[Row]) -> None:
    table = observations(rows)
    table.loc[6, ["low", "high"]] = [18_900.0, 25_200.0]
    last = increments(published_totals(table))[-1]
    assert last.persons == 6_000.0
    assert last.ends == pytest.approx((0.9, 1.2))


def test_a_series_that_ended_says_so_where_nothing_is_left(rows: list[Row]) -> None:
    table = observations(rows)
    table.loc[6, "ends"] = "yes"
    with pytest.raises(RunError, match="it ended there"):
        increments_to_score(table, as_of=date(2020, 1, 21), until=date(2020, 1, 25))
