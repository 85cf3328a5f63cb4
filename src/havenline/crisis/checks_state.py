"""Checks of what holds together: control, people, shelter, options."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise
from typing import Any

from havenline.crisis.cells import split_ids
from havenline.crisis.columns import ALL_GROUPS
from havenline.crisis.draft import Draft, area_lineage
from havenline.crisis.meta import Total
from havenline.crisis.registry import check, problem
from havenline.crisis.sites import SITE_PARTS, site_places
from havenline.crisis.stocks import MOST_PERSONS, Stock, stocks_that_hold
from havenline.errors import Problem

MOST_PLACES = 5_000
"""Roads between all pairs are held for each day on which ground changes hands: 100 MB a day for so
many places."""
_SHARE_TOLERANCE = 1e-6
_SAID = {
    "resident": "no figure of the residents of",
    "idp": "no figure of the displaced people at",
    "holder": "no holder at the start of",
}
_SUM_REFERENCES = (
    ("populations", "place_id", "places"),
    ("places", "area_id", "areas"),
    ("areas", "parent_id", "areas"),
    ("control", "place_id", "places"),
    ("control", "party_id", "parties"),
)


def _control(draft: Draft) -> dict[str, list[tuple[date, int, str]]]:
    """Return the control rows of each place, by day."""
    rows: dict[str, list[tuple[date, int, str]]] = {}
    for line, day, place, party in draft.records("control", "date", "place_id", "party_id"):
        if day is not None and place and party:
            rows.setdefault(place, []).append((day, line, party))
    for changes in rows.values():
        changes.sort()
    return rows


@check("control_holder", "who holds a place is a party that can hold ground")
def control_holders(draft: Draft) -> Iterator[Problem]:
    """Report places held by donors, who hold none."""
    donors = {p for _, p, kind in draft.records("parties", "party_id", "kind") if kind == "donor"}
    for table in ("control", "control_counts"):
        for line, party in draft.records(table, "party_id"):
            if party in donors:
                yield problem(
                    "control_holder",
                    draft.file(table),
                    "donors hold no ground",
                    row=line,
                    column="party_id",
                    value=party,
                    expected="a party of another kind",
                )


@check("control_without_start", "every place has a party at the start of the period")
def control_without_start(draft: Draft) -> Iterator[Problem]:
    """Report places without a row up to the first day of the period."""
    if draft.meta is None or "control" not in draft.tables or "places" not in draft.tables:
        return
    control = draft.tables["control"]
    if not len(control):
        return
    start = draft.meta.period.start
    if not control.whole or {"date", "place_id"} & control.missing:
        return
    held = set()
    for (_, day), place in zip(control.records("date"), control.texts["place_id"], strict=True):
        if day is None or day <= start:
            held.add(place)
    rows = draft.tables["places"]
    for line, place in zip(rows.lines, rows.texts["place_id"], strict=True):
        if place and place not in held:
            yield problem(
                "control_without_start",
                control.file,
                f"the place {place!r} (places line {line}) has no party at the start",
                column="place_id",
                expected=f"a row dated {start} or earlier",
            )


@check("control_conflict", "no place comes under two parties on one day")
def control_conflicts(draft: Draft) -> Iterator[Problem]:
    """Report two parties for the same place and day."""
    for place, changes in _control(draft).items():
        for (day, line, party), (next_day, next_line, next_party) in pairwise(changes):
            if day == next_day and party != next_party:
                yield problem(
                    "control_conflict",
                    draft.file("control"),
                    f"{place!r} comes under {party!r} on the same day (line {line})",
                    row=next_line,
                    column="party_id",
                    value=next_party,
                    expected="one party for a place and day",
                )


@check("control_without_change", "control changes go to another party", "warning")
def control_without_change(draft: Draft) -> Iterator[Problem]:
    """Report changes to the party that already holds the place, contested as it was."""
    contested = {
        line: tuple(sorted(split_ids(others or "")))
        for line, others in draft.records("control", "contested")
    }
    for place, changes in _control(draft).items():
        for (day, before, party), (next_day, line, next_party) in pairwise(changes):
            same = party == next_party and contested.get(before) == contested.get(line)
            if same and day != next_day:
                yield problem(
                    "control_without_change",
                    draft.file("control"),
                    f"{place!r} is under this party since {day}",
                    row=line,
                    column="party_id",
                    value=next_party,
                    expected="another party, or no row",
                )


@check("group_shares", "shares of the groups sum to 1")
def group_shares(draft: Draft) -> Iterator[Problem]:
    """Report shares that leave people out or count them twice."""
    if draft.meta is None:
        return
    total = math.fsum(group.share for group in draft.meta.groups)
    if abs(total - 1) > _SHARE_TOLERANCE:
        yield draft.in_meta.problem(
            "group_shares", ("groups",), "the shares do not sum to 1", f"{total:.6g}", "1"
        )


@check("group_overlap", "no place counts the same people as 'all' and by group")
def group_overlap(draft: Draft) -> Iterator[Problem]:
    """Report a place, status and day with a row of all groups and rows of single groups."""
    whole: dict[tuple[Any, ...], int] = {}
    records = list(draft.records("populations", "place_id", "status", "as_of", "group"))
    for line, place, status, day, group in records:
        if group == ALL_GROUPS:
            whole.setdefault((place, status, day), line)
    for line, place, status, day, group in records:
        if group and group != ALL_GROUPS and (place, status, day) in whole:
            yield problem(
                "group_overlap",
                draft.file("populations"),
                f"line {whole[place, status, day]} already counts all groups there",
                row=line,
                column="group",
                value=group,
                expected="either 'all' or single groups",
            )


@check("totals_do_not_add_up", "populations add up to the published totals")
def totals_add_up(draft: Draft) -> Iterator[Problem]:
    """Report totals of crisis.yaml that the populations miss."""
    meta = draft.meta
    needed = {"populations", "places", "areas", "control"}
    if meta is None or not needed <= set(draft.tables) or _unread(draft):
        return
    people = _people(draft, meta.as_of)
    areas, parties = draft.known("areas") or set(), draft.known("parties") or set()
    for i, total in enumerate(meta.totals):
        if not total.low <= total.persons <= total.high:
            yield draft.in_meta.problem(
                "totals_do_not_add_up",
                ("totals", i, "persons"),
                "the published figure is outside its own range",
                total.persons,
                f"{total.low} to {total.high}",
            )
            continue
        if not set(total.areas) <= areas or not set(total.held_by) <= parties:
            continue
        counted = _sum(draft, people, total, meta.period.start)
        if not total.low <= counted <= total.high:
            yield problem(
                "totals_do_not_add_up",
                draft.file("populations"),
                f"populations do not add up to the total {total.id!r}",
                column="persons",
                value=counted,
                expected=f"{total.low} to {total.high} persons",
            )


def _unread(draft: Draft) -> bool:
    """Return whether a cell that a sum needs is faulty, which is reported elsewhere."""
    needed = {
        "populations": ("place_id", "group", "status", "persons", "as_of", "published"),
        "places": ("place_id", "area_id"),
        "control": ("date", "place_id", "party_id"),
    }
    faulty = any(
        None in draft.tables[name].values[column]
        for name, columns in needed.items()
        for column in columns
    )
    return faulty or any(_unknown(draft, *reference) for reference in _SUM_REFERENCES)


def _unknown(draft: Draft, table: str, column: str, target: str) -> bool:
    """Return whether a column names an id that does not exist."""
    known = draft.known(target)
    named = {word for _, word in draft.records(table, column) if word}
    return known is None or not named <= known


def _stocks(draft: Draft) -> Iterator[tuple[int, Stock]]:
    """Walk the stocks of people that can be read, with their lines."""
    wanted = ("place_id", "group", "status", "persons", "as_of", "published", "stand_in")
    for line, *cells in draft.records("populations", *wanted):
        if None not in cells and "" not in cells[:3]:
            yield line, Stock(*cells)


def _people(draft: Draft, as_of: date) -> list[Stock]:
    """Return the stocks of people that hold on a day."""
    return stocks_that_hold((stock for _, stock in _stocks(draft)), as_of)


def _sum(draft: Draft, people: Iterable[Stock], total: Total, start: date) -> int:
    """Add up the people whom a total counts."""
    lineage = area_lineage(draft)
    home = {p: a for _, p, a in draft.records("places", "place_id", "area_id")}
    holder = {
        place: party
        for place, changes in _control(draft).items()
        for day, _, party in changes
        if day <= start
    }
    counted = 0
    for stock in people:
        areas = lineage.get(home.get(stock.place, ""), ())
        if total.areas and not set(total.areas) & set(areas):
            continue
        if total.held_by and holder.get(stock.place) not in total.held_by:
            continue
        if total.status is None or total.status == stock.status:
            counted += stock.persons
    return counted


@check("too_many_persons", "people are no more than results can hold")
def too_many(draft: Draft) -> Iterator[Problem]:
    """Report more persons in all than a result holds."""
    if draft.meta is None:
        return
    persons = sum(stock.persons for stock in _people(draft, draft.meta.as_of))
    if persons > MOST_PERSONS:
        yield problem(
            "too_many_persons",
            draft.file("populations"),
            "more persons in all than results hold",
            column="persons",
            value=persons,
            expected=f"at most {MOST_PERSONS} persons",
            hint="take a part of the crisis",
        )


@check("too_many_places", "places are no more than a run holds roads between")
def too_many_places(draft: Draft) -> Iterator[Problem]:
    """Report more places than the roads between all of them can be held for."""
    rows = draft.tables.get("places")
    if rows is not None and len(rows) > MOST_PLACES:
        yield problem(
            "too_many_places",
            rows.file,
            f"{len(rows):,} places",
            expected=f"at most {MOST_PLACES:,}",
            hint="take a part of the crisis, or one place for several that lie together",
        )


@check("nobody_lives_here", "somebody is known to live somewhere by the as-of date")
def nobody_lives(draft: Draft) -> Iterator[Problem]:
    """Report populations of which none is above zero and known by the default as-of date."""
    rows = draft.tables.get("populations")
    if draft.meta is None or rows is None or not len(rows) or not rows.whole or rows.missing - {
        "stand_in"
    }:  # fmt: skip
        return
    unread = any(None in rows.values[c] for c in ("place_id", "persons", "as_of", "published"))
    if not unread and not sum(stock.persons for stock in _people(draft, draft.meta.as_of)):
        yield problem(
            "nobody_lives_here",
            rows.file,
            f"nobody is known to live anywhere by {draft.meta.as_of}",
            column="persons",
            expected="persons by place, published by then or marked as stand_in",
        )


@check("stock_after_start", "people are those of the start of the period", "warning")
def stocks_after_start(draft: Draft) -> Iterator[Problem]:
    """Report stocks of people dated after the first day, when people may have fled already."""
    if draft.meta is None:
        return
    start = draft.meta.period.start
    for line, stock in _stocks(draft):
        if stock.day > start and not stock.stand_in:
            yield problem(
                "stock_after_start",
                draft.file("populations"),
                "counted after the start of the period, when people may have fled already",
                row=line,
                column="as_of",
                value=stock.day,
                expected=f"{start} or earlier",
            )


@check("known_too_late", "starting state and people are known by the as-of date", "warning")
def known_too_late(draft: Draft) -> Iterator[Problem]:
    """Report places of whose people or starting party nothing was known by an as-of date.

    The as-of dates are the crisis's own and those of its hindcast.
    """
    if draft.meta is None:
        return
    meta = draft.meta
    days = sorted({meta.as_of, *(meta.hindcast.dates if meta.hindcast is not None else ())})
    rows = [
        ("populations", s.place, s.status, date.min if s.stand_in else s.published, line)
        for line, s in _stocks(draft)
    ]
    rows += [
        ("control", place, "holder", published, line)
        for line, place, day, published in draft.records("control", "place_id", "date", "published")
        if place and day is not None and published is not None and day <= meta.period.start
    ]
    first: dict[tuple[str, str, str], tuple[date, int]] = {}
    for table, place, what, known, line in rows:
        key = (table, place, what)
        first[key] = min(first.get(key, (known, line)), (known, line))
    for (table, place, what), (known, line) in first.items():
        late = [day for day in days if day < known]
        if late:
            yield problem(
                "known_too_late",
                draft.file(table),
                f"{_SAID[what]} {place!r} was known by the as-of date {late[-1]}",
                row=line,
                column="published",
                value=known,
                expected=f"{late[0]} or earlier",
                hint="say in stand_in why it may be used" if table == "populations" else "",
            )


@check("over_capacity", "no site holds more people than its known parts have room for", "warning")
def over_capacity(draft: Draft) -> Iterator[Problem]:
    """Report sites whose capacity is below their occupancy."""
    for line, occupancy, *parts in draft.records("sites", "occupancy", *SITE_PARTS):
        if occupancy is None:
            continue
        each = {c: site_places(**{c: p}) for c, p in zip(SITE_PARTS, parts, strict=True)}
        column = min(SITE_PARTS, key=lambda c: each[c])
        if each[column] < occupancy:
            given = f"{parts[SITE_PARTS.index(column)]:.0f}"
            room = "" if column == "planned_capacity" else f", room for {each[column]:.0f}"
            yield problem(
                "over_capacity",
                draft.file("sites"),
                "capacity below occupancy",
                row=line,
                column=column,
                value=given + room,
                expected=f"room for the {occupancy:.0f} people there",
            )


@check("moved_place", "the rows of one site or crossing agree on where it is")
def moved_places(draft: Draft) -> Iterator[Problem]:
    """Report sites and crossings that stand at two places, or lead to two neighbours."""
    wanted = {"sites": ("place_id",), "crossings": ("place_id", "neighbour")}
    for table, columns in wanted.items():
        for column in columns:
            first: dict[str, tuple[int, str]] = {}
            key = "site_id" if table == "sites" else "crossing_id"
            for line, name, value in draft.records(table, key, column):
                if not name or not value:
                    continue
                before, was = first.setdefault(name, (line, value))
                if was != value:
                    yield problem(
                        "moved_place",
                        draft.file(table),
                        f"line {before} has another {column} for {name!r}",
                        row=line,
                        column=column,
                        value=value,
                        expected=was,
                    )


@check("site_before_opening", "nobody is in a site that has not opened", "warning")
def sites_before_opening(draft: Draft) -> Iterator[Problem]:
    """Report people counted in a site before it opens or after it closes."""
    wanted = ("occupancy", "as_of", "opens", "closes")
    for line, people, day, opens, closes in draft.records("sites", *wanted):
        if not people or day is None:
            continue
        early = opens is not None and day < opens
        if early or (closes is not None and day > closes):
            yield problem(
                "site_before_opening",
                draft.file("sites"),
                f"people are in it {'before it opens' if early else 'after it closes'}",
                row=line,
                column="occupancy",
                value=f"{people:g}",
                expected=f"0 on {day}, or another day in {'opens' if early else 'closes'}",
            )


@check("unknown_regime", "somebody has published how each border is run", "warning")
def unknown_regimes(draft: Draft) -> Iterator[Problem]:
    """Report crossings of unknown regime, which a run draws wide."""
    for line, name, regime in draft.records("crossings", "crossing_id", "regime"):
        if regime == "unknown":
            yield problem(
                "unknown_regime",
                draft.file("crossings"),
                f"nobody has published how {name!r} is run: drawn wide in every future",
                row=line,
                column="regime",
                value=regime,
            )
