"""Checks of linked theatres: what stands there, who lives there, and who was counted when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from havenline.crisis.draft import Draft
from havenline.crisis.meta import CrisisMeta, Theatre
from havenline.crisis.registry import check
from havenline.errors import Problem

Where = tuple[str | int, ...]


def theatre_sources(meta: CrisisMeta) -> list[tuple[Where, str]]:
    """Return where linked theatres name sources, and the names."""
    cells: list[tuple[Where, str]] = []
    for i, theatre in enumerate(meta.theatres):
        cells.append((("theatres", i, "source_id"), theatre.source_id))
        for j, area in enumerate(theatre.areas):
            at: Where = ("theatres", i, "areas", j)
            cells.append(((*at, "source_id"), area.source_id))
            cells += [
                ((*at, "counts", k, "source_id"), count.source_id)
                for k, count in enumerate(area.counts)
            ]
    return cells


def theatre_days(meta: CrisisMeta) -> Iterator[tuple[Where, date]]:
    """Walk the dated facts of linked theatres: where they stand, and the day."""
    for i, theatre in enumerate(meta.theatres):
        where: Where = ("theatres", i)
        if theatre.truce_since is not None:
            yield (*where, "truce_since"), theatre.truce_since
        if theatre.offensive_since is not None:
            yield (*where, "offensive_since"), theatre.offensive_since
        for j, area in enumerate(theatre.areas):
            if area.other_side_since is not None:
                yield (*where, "areas", j, "other_side_since"), area.other_side_since
            for k, count in enumerate(area.counts):
                yield (*where, "areas", j, "counts", k, "date"), count.date


@check("theatre_fighting", "a truce stands or an offensive runs in a linked theatre")
def theatre_fighting(draft: Draft) -> Iterator[Problem]:
    """Report theatres that do not say whether there is fighting."""
    for i, theatre in enumerate(draft.meta.theatres if draft.meta is not None else ()):
        if theatre.truce_since is None and theatre.offensive_since is None:
            yield draft.in_meta.problem(
                "theatre_fighting",
                ("theatres", i),
                "neither a truce nor an offensive",
                theatre.id,
                "truce_since, offensive_since or both",
            )


@check("theatre_people", "the people of a linked theatre are told once")
def theatre_people(draft: Draft) -> Iterator[Problem]:
    """Report theatres with people at stake and areas, or with neither."""
    for i, theatre in enumerate(draft.meta.theatres if draft.meta is not None else ()):
        if (theatre.people_at_stake is None) == (not theatre.areas):
            both = bool(theatre.areas)
            yield draft.in_meta.problem(
                "theatre_people",
                ("theatres", i, "people_at_stake") if both else ("theatres", i),
                "people are told twice" if both else "nobody lives there",
                theatre.people_at_stake if both else theatre.id,
                "areas alone, as they have people of their own" if both
                else "areas with people, or people_at_stake",
            )  # fmt: skip


@check("theatre_counts", "no more people of an area elsewhere fled than live there")
def theatre_counts(draft: Draft) -> Iterator[Problem]:
    """Report counts of linked theatres above their people, known too soon, or twice."""
    for i, theatre in enumerate(draft.meta.theatres if draft.meta is not None else ()):
        yield from _counts(draft, i, theatre)


def _counts(draft: Draft, i: int, theatre: Theatre) -> Iterator[Problem]:
    for j, area in enumerate(theatre.areas):
        days = []
        for k, count in enumerate(area.counts):
            where: Where = ("theatres", i, "areas", j, "counts", k)
            if count.displaced + count.returned > area.people:
                yield draft.in_meta.problem(
                    "theatre_counts",
                    (*where, "displaced"),
                    f"with returned, {count.displaced + count.returned} of {area.people} people",
                    count.displaced,
                    f"at most {max(0, area.people - count.returned)}, or more people",
                )
            if count.known_from < count.date:
                yield draft.in_meta.problem(
                    "dates_out_of_order",
                    (*where, "known_from"),
                    "known before the day that it describes",
                    count.known_from,
                    f"{count.date} or later",
                )
            key = (count.date, count.known_from)
            if key in days:
                yield draft.in_meta.problem(
                    "duplicate_id", (*where, "date"), "stands twice", count.date
                )
            days.append(key)
