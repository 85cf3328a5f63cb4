"""Checks of sieges and orders to leave: which places they are about."""

from __future__ import annotations

from collections.abc import Iterator

from havenline.crisis.choices import ORDER_TO_LEAVE, SIEGE_KINDS
from havenline.crisis.draft import Draft
from havenline.crisis.registry import check, problem
from havenline.errors import Problem


@check(
    "siege_without_place", "sieges, corridors and orders name the places they are about", "warning"
)
def siege_without_place(draft: Draft) -> Iterator[Problem]:
    """Report happenings that shut or open places, or move people from them, and name none."""
    for line, kind, where in draft.records("happenings", "kind", "where"):
        if kind in (*SIEGE_KINDS, ORDER_TO_LEAVE) and not where:
            yield problem(
                "siege_without_place", draft.file("happenings"), "no place is named: told alone",
                row=line, column="where", value="",
                expected=f"ids of the places or areas that {kind.replace('_', ' ')} is about",
                hint="separate several by ';'",
            )  # fmt: skip
