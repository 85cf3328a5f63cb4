"""Checks of a displacement case: its counts, its closures and its names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from havenline.crisis.case_doubts import DOUBTS, doubts
from havenline.crisis.case_reading import case_of
from havenline.crisis.case_schema import ELSEWHERE, EVERYWHERE, MOST_DAYS, TOTAL, TWO_NAMED
from havenline.crisis.draft import Draft
from havenline.crisis.registry import check, declare, problem, suggest
from havenline.errors import Problem

for _name, _meaning in DOUBTS.items():
    declare(_name, _meaning, "warning", ("case",))


def doubts_of(draft: Draft) -> Iterator[Problem]:
    """Report what a case without errors says that is probably not meant.

    Parameters
    ----------
    draft : Draft
        Of kind case, without errors.

    Yields
    ------
    Problem
    """
    for name, table, value, message, hint in doubts(case_of(draft, ())):
        yield problem(name, draft.file(table), message, value=value, hint=hint)


def _unknown(
    draft: Draft, table: str, line: int, column: str, value: str, known: Collection[str]
) -> Iterator[Problem]:
    """Report a reference that no column of the format declares."""
    if value and value not in known:
        yield problem("unknown_place", draft.file(table), "no such id", row=line, column=column,
                      value=value, hint=suggest(value, known))  # fmt: skip


@check("unknown_place", "counts, closures and demographics name places that exist", kinds=("case",))
def unknown_places(draft: Draft) -> Iterator[Problem]:
    """Report places and countries that counts, closures and demographics name and nothing has."""
    places, areas = draft.known("places"), draft.known("areas")
    if places is None or areas is None:
        return
    for line, place in draft.records("counts", "place_id"):
        if place and not place.startswith(ELSEWHERE):
            yield from _unknown(draft, "counts", line, "place_id", place, {*places, TOTAL})
    for line, place in draft.records("demographics", "place_id"):
        yield from _unknown(draft, "demographics", line, "place_id", place, {*places, EVERYWHERE})
    for line, kind, first, second in draft.records("closures", "kind", "first", "second"):
        known = areas if kind == "country" else places
        yield from _unknown(draft, "closures", line, "first", first, known)
        if kind in TWO_NAMED:
            yield from _unknown(draft, "closures", line, "second", second or "?", known)


@check("missing_counts", "there is a total, and a camp with counts", kinds=("case",))
def missing_counts(draft: Draft) -> Iterator[Problem]:
    """Report counts without a total, or with nothing but totals."""
    if "counts" not in draft.tables:
        return
    used = {p for _, p, r in draft.records("counts", "place_id", "reading") if r == "corrected"}
    if TOTAL not in used:
        yield problem("missing_counts", draft.file("counts"), "there is no total",
                      expected="rows with place_id 'total'")  # fmt: skip
    if not any(p and p != TOTAL and not p.startswith(ELSEWHERE) for p in used):
        yield problem("missing_counts", draft.file("counts"), "no place has counts",
                      expected="rows with the place_id of a camp")  # fmt: skip


@check("counts_outside_period", "some camp has a count within the period", kinds=("case",))
def counts_outside_period(draft: Draft) -> Iterator[Problem]:
    """Report counts of which none lies within the period."""
    if draft.case is None or "counts" not in draft.tables:
        return
    period = draft.case.period
    dates = [
        date
        for _, date, p, r in draft.records("counts", "date", "place_id", "reading")
        if date and r == "corrected" and p and p != TOTAL and not p.startswith(ELSEWHERE)
    ]
    backwards = period.end < period.start
    if dates and not backwards and not any(period.start <= date <= period.end for date in dates):
        yield problem("counts_outside_period", draft.file("counts"), "no count of a camp lies in "
                      f"the period, {period.start} to {period.end}", column="date",
                      value=f"{min(dates)} to {max(dates)}")  # fmt: skip


@check("negative_count", "no count that is to be used is below -1, which is none", kinds=("case",))
def negative_counts(draft: Draft) -> Iterator[Problem]:
    """Report counts below -1; Flee's own reading may be any number, as it adds up what is -1."""
    for line, persons, reading in draft.records("counts", "persons", "reading"):
        if persons is not None and persons < -1 and reading != "flee":
            yield problem("negative_count", draft.file("counts"), "fewer persons than none",
                          row=line, column="persons", value=f"{persons:g}",
                          expected="-1 or more")  # fmt: skip


@check("duplicate_name", "no two places have one name, by which their luck goes", kinds=("case",))
def duplicate_names(draft: Draft) -> Iterator[Problem]:
    """Report places with the same name, and countries with the same name."""
    for table, names in (
        ("places", [row for row in draft.records("places", "name") if row[1]]),
        (
            "areas",
            [(i, n) for i, n, level in draft.records("areas", "name", "level") if n and level == 0],
        ),
    ):
        many = Counter(name for _, name in names)
        for line, name in names:
            if many[name] > 1:
                yield problem("duplicate_name", draft.file(table), "this name stands twice",
                              row=line, column="name", value=name)  # fmt: skip


@check("case_period", f"a case has 1 to {MOST_DAYS} days", kinds=("case",))
def case_period(draft: Draft) -> Iterator[Problem]:
    """Report a period that ends before it begins, or is longer than any case."""
    if draft.case is None:
        return
    period = draft.case.period
    if not 0 <= (period.end - period.start).days < MOST_DAYS:
        yield draft.in_meta.problem(
            "case_period", ("period", "end"), "not the end of a period of a case", period.end,
            f"{period.start} or later, {MOST_DAYS} days at most",
        )  # fmt: skip
