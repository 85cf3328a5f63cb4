"""Checks of organised moves: from where to where, and whether anybody is there."""

from __future__ import annotations

from collections.abc import Iterator

from havenline.crisis.choices import HOSTING
from havenline.crisis.draft import Draft, area_lineage
from havenline.crisis.moves import apart, places_of
from havenline.crisis.registry import check, problem
from havenline.errors import Problem

_CAMP = "camp_cluster"
_WHERE = f"a crossing, or a place or area with a {' or '.join(HOSTING).replace('_', ' ')}"


class _Ends:
    """The places that the ends of moves name, as far as the tables could be read."""

    def __init__(self, draft: Draft) -> None:
        above = area_lineage(draft)
        rows = [
            (place, area, kind)
            for _, place, area, kind in draft.records("places", "place_id", "area_id", "kind")
            if place and area and kind
        ]
        self.kinds = {place: kind for place, _, kind in rows}
        self._areas_of = {place: above.get(area, ()) for place, area, _ in rows}
        self.known = {*self.kinds, *above}

    def of(self, named: str) -> set[str]:
        return places_of(named, self.kinds, self._areas_of)


@check("move_ends", "a move leads from where people can be to where others can be, or out")
def move_ends(draft: Draft) -> Iterator[Problem]:
    """Report moves from or to places that nobody can be at, and moves to where they began."""
    ends = _Ends(draft)
    for line, origin, target in draft.records("moves", "from_id", "to_id"):
        known = [end for end in (origin, target) if end]
        if not origin or target is None or not set(known) <= ends.known:
            continue
        message, expected, column, hint = "", "", "to_id", ""
        leaves, reaches = ends.of(origin), ends.of(target)
        if origin == target:
            message, expected = "a move to where it began", "another place or area"
            hint = "leave it empty where people left the crisis"
        elif not leaves:
            message, expected, column = "nobody can be there", _WHERE, "from_id"
        elif target and not reaches:
            message, expected = "nobody can be there", _WHERE
            hint = "leave it empty where people left the crisis"
        elif not apart(leaves, reaches)[0]:
            message, expected = "the same places as those of from_id", "another place or area"
        if message:
            yield problem(
                "move_ends", draft.file("moves"), message, row=line, column=column,
                value=origin if column == "from_id" else target, expected=expected, hint=hint,
            )  # fmt: skip


@check("move_of_nobody", "people live, or camps lie, where a move begins", "warning")
def moves_of_nobody(draft: Draft) -> Iterator[Problem]:
    """Report moves from places without people at the start, to which nobody may ever flee."""
    if "populations" not in draft.tables:
        return
    ends = _Ends(draft)
    peopled = {p for _, p, n in draft.records("populations", "place_id", "persons") if n}
    for line, origin in draft.records("moves", "from_id"):
        leaves = ends.of(origin) if origin in ends.known else set()
        if leaves and not leaves & peopled and all(ends.kinds[p] != _CAMP for p in leaves):
            yield problem(
                "move_of_nobody", draft.file("moves"),
                "nobody is there at the start: only people who flee there before can be moved",
                row=line, column="from_id", value=origin,
                expected="a place or area of the table populations, or a camp cluster",
            )  # fmt: skip
