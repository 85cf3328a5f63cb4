"""Checks of parties: what they are to each other, their offensives, whose ground shelters whom."""

from __future__ import annotations

from collections.abc import Iterator

from havenline.crisis.columns import MOST_PARTIES
from havenline.crisis.draft import Draft
from havenline.crisis.registry import check, problem
from havenline.errors import Problem


@check("too_many_parties", "parties are no more than may be held against each other")
def too_many_parties(draft: Draft) -> Iterator[Problem]:
    """Report more parties than anybody declares by hand."""
    rows = draft.tables.get("parties")
    if rows is not None and len(rows) > MOST_PARTIES:
        yield problem(
            "too_many_parties",
            rows.file,
            f"{len(rows):,} parties",
            expected=f"at most {MOST_PARTIES}",
            hint="leave out those that hold no ground and are in no negotiation",
        )
