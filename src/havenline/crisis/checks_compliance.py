"""Checks of compliance: counts have their figure and days, posts and phases were declared."""

from __future__ import annotations

from collections.abc import Iterator

from havenline.crisis.draft import Draft
from havenline.crisis.registry import check, problem, suggest
from havenline.errors import Problem

_COUNT = "breaches"


@check("breaches_without_count", "a count of breaches has a figure and a first day; no other has")
def breaches_without_count(draft: Draft) -> Iterator[Problem]:
    """Report counts without figure, first day or in the wrong order, and figures elsewhere."""
    for line, last, kind, first, number in draft.records(
        "compliance", "date", "kind", "period_start", "breaches"
    ):
        for column, value in (("period_start", first), ("breaches", number)):
            if kind is None or (kind == _COUNT) == (value not in (None, "")):
                continue
            yield problem(
                "breaches_without_count", draft.file("compliance"),
                "this cell must be filled" if kind == _COUNT else "only a count of breaches has it",
                row=line, column=column, value="" if value is None else value,
                expected="a count and its first day" if kind == _COUNT else "an empty cell",
            )  # fmt: skip
        if kind == _COUNT and first and last and first > last:
            yield problem(
                "breaches_without_count", draft.file("compliance"),
                "the count ends before it begins", row=line, column="period_start", value=first,
                expected=f"{last} or earlier",
            )  # fmt: skip


@check("compliance_of_nothing", "what befalls a post or a phase befalls one that was declared")
def compliance_of_nothing(draft: Draft) -> Iterator[Problem]:
    """Report rows about posts that were not set up and phases that were not due."""
    begun: dict[str, set[str]] = {"post": set(), "phase": set()}
    every = draft.records("compliance", "kind", "about")
    rows = [row for row in every if row[1] and row[2] and row[1] != _COUNT]
    for _, kind, about in rows:
        if kind in ("post_set_up", "phase_due"):
            begun[kind.split("_")[0]].add(about)
    for line, kind, about in rows:
        what = kind.split("_")[0]
        if about not in begun[what]:
            first = "post_set_up" if what == "post" else "phase_due"
            yield problem(
                "compliance_of_nothing", draft.file("compliance"),
                f"no row {first} is about this {what}", row=line, column="about", value=about,
                expected=f"a {what} with a row {first}", hint=suggest(about, sorted(begun[what])),
            )  # fmt: skip
