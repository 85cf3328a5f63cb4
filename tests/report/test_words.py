from __future__ import annotations

import pytest

from havenline import words


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0"), (1234567, "1,234,567"), (-1500, "\u22121,500"), (0.25, "0.25"), (12.6, "13")],
)
def test_number(value: float, shown: str) -> None:
    assert words.number(value) == shown


def test_no_number_reads_as_nan() -> None:
    assert words.number(float("nan")) == "not known"
    assert words.amount(float("inf"), "USD") == "not known"
    assert words.difference(float("nan"), "persons") == "not known"


def test_dollars_are_shortened_without_losing_digits_given() -> None:
    assert words.amount(310_000_000, "USD") == "$\u2009310\u2009m"
    assert words.amount(1_250_000_000, "USD") == "$\u20091.25\u2009bn"
    assert words.amount(950, "USD") == "$\u2009950"


def test_differences_say_their_direction() -> None:
    assert words.difference(-2000, "persons") == "2,000 fewer"
    assert words.difference(2000, "persons") == "2,000 more"
    assert words.difference(-2e6, "USD") == "$\u20092\u2009m less"
    assert words.difference(0, "persons") == "no change"


def test_spread_of_change_goes_from_small_to_large_and_keeps_mixed_signs() -> None:
    assert words.spread_of_change(-480_000, -120_000, "persons") == "120,000 to 480,000 fewer"
    assert words.spread_of_change(3, 9, "persons") == "3 to 9 more"
    assert words.spread_of_change(-90, 10, "persons") == "90 fewer to 10 more"
    assert words.spread_of_change(-90, 0, "persons") == "90 fewer to no change"
    assert words.spread_of_change(5, 5, "persons") == "5 more"


def test_dates_lists_and_labels() -> None:
    assert words.day("2020-02-03") == "3 February 2020"
    assert words.day(None) == ""
    assert words.short_day("2020-02-03") == "3 Feb"
    assert words.listed(["a", "b", "c"]) == "a, b and c"
    assert words.listed([]) == ""
    assert words.compact(1_500_000) == "1.5m"
    assert words.compact(250_000) == "250k"
    assert words.title("peak_unsheltered") == "Peak unsheltered"
