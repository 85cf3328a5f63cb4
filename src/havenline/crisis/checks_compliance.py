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
    kinds = [kind for _, kind in draft.records("compliance", "kind")]
    for column in ("period_start", "breaches"):
        cells = draft.tables["compliance"].texts[column] if kinds else ()
        lines = draft.tables["compliance"].lines if kinds else ()
        for line, kind, text in zip(lines, kinds, cells, strict=True):
            if kind is None or (kind == _COUNT) == bool(text):
                continue
            yield problem(
                "breaches_without_count", draft.file("compliance"),
                "only a count of breaches has it" if text else "this cell must be filled",
                row=line, column=column, value=text,
                expected="an empty cell" if text else "a count and its first day",
            )  # fmt: skip
    for line, last, first in draft.records("compliance", "date", "period_start"):
        if first and last and first > last:
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
