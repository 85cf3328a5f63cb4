"""Checks of the options and their levers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from havenline.crisis.draft import LINES_FILE, META_FILE, Draft
from havenline.crisis.levers import (
    MOST_AID,
    REGIMES,
    AidLever,
    BorderLever,
    CorridorLever,
    HavenLever,
    InterventionLever,
    LineLever,
    MonitorsLever,
    OnwardLever,
    ReturnLever,
    TruceLever,
    border_regime,
    day_of,
)
from havenline.crisis.registry import check, one_of, suggest
from havenline.errors import Problem


@check("baseline", "exactly one option is the baseline")
def baseline(draft: Draft) -> Iterator[Problem]:
    """Report none or several baselines."""
    if draft.options is None:
        return
    ids = [option.id for option in draft.options]
    marked = [i for i, option in enumerate(draft.options) if option.baseline]
    if not marked:
        yield draft.in_options.problem(
            "baseline",
            ("options",),
            "no option is the baseline",
            expected="'baseline: true' on one option, usually no_deal",
        )
    for i in marked[1:]:
        yield draft.in_options.problem(
            "baseline",
            ("options", i, "baseline"),
            f"the option {ids[marked[0]]!r} is the baseline already",
            ids[i],
            "one baseline",
        )


@check("lever_target", "levers name a line that is drawn, a neighbour and offensives that exist")
def lever_targets(draft: Draft) -> Iterator[Problem]:
    """Report levers whose line, neighbour or offensive does not exist."""
    lines, neighbours = draft.line_ids(), draft.known("meta.neighbours")
    for path, lever in _levers(draft):
        named: list[tuple[tuple[str | int, ...], str | None]]
        if isinstance(lever, LineLever | HavenLever):
            named, known, where = [(("line_id",), lever.line_id)], lines, LINES_FILE
        elif isinstance(lever, BorderLever | OnwardLever):
            named, known = [(("neighbour",), lever.neighbour)], neighbours
            where = f"neighbours of {META_FILE}"
        elif isinstance(lever, TruceLever):
            named = [(("offensives", k), word) for k, word in enumerate(lever.offensives)]
            known, where = _offensives_known(draft), "offensives.csv, as known on the as-of date"
        elif isinstance(lever, InterventionLever):
            yield from _targets(draft, path, [(("party",), lever.party)], draft.known("parties"),
                                "the table parties")  # fmt: skip
            named = [(("offensives", k), word) for k, word in enumerate(lever.offensives)]
            known, where = _offensives_known(draft), "offensives.csv, as known on the as-of date"
        elif isinstance(lever, CorridorLever):
            named = [(("where", k), word) for k, word in enumerate(lever.where)]
            known, where = draft.known("places or areas"), "the tables places and areas"
        else:
            continue
        yield from _targets(draft, path, named, known, where)


def _targets(
    draft: Draft,
    path: tuple[str | int, ...],
    named: Sequence[tuple[tuple[str | int, ...], str | None]],
    known: set[str] | None,
    where: str,
) -> Iterator[Problem]:
    for key, word in named:
        if word is not None and known is not None and word not in known:
            yield draft.in_options.problem(
                "lever_target",
                (*path, *key),
                f"no such id in {where}",
                word,
                one_of(sorted(known)) if 0 < len(known) <= 8 else "",
                suggest(word, known),
            )


def _offensives_known(draft: Draft) -> set[str] | None:
    """Return the ids of the offensives that a run knows; None where they could not be read."""
    declared = draft.known("offensives")
    if declared is None or draft.meta is None:
        return declared
    rows = draft.records("offensives", "offensive_id", "published")
    as_of = draft.meta.as_of
    return {str(name) for _, name, day in rows if name is not None and day and day <= as_of}


@check("lever_order", "dates within a lever follow one another")
def lever_order(draft: Draft) -> Iterator[Problem]:
    """Report an end before a start, steps of aid out of order, a handover not announced before."""
    for path, lever in _levers(draft):
        pairs: list[tuple[tuple[str | int, ...], str, date | int, date | int]] = []
        if isinstance(lever, LineLever):
            pairs.append((("handover",), "announced", lever.announced, lever.handover))
        elif isinstance(lever, AidLever | InterventionLever) and lever.until is not None:
            pairs.append((("until",), "start", lever.start, lever.until))
        elif isinstance(lever, HavenLever):
            pairs += [
                (("aid", k + 1, "from"), "the step above it", before.from_, after.from_)
                for k, (before, after) in enumerate(pairwise(lever.aid))
            ]
        least = 1 if isinstance(lever, LineLever) else 0
        for key, other, before, after in pairs:
            apart = _days_between(draft, before, after)
            if apart is not None and apart < least:
                yield draft.in_options.problem(
                    "lever_order",
                    (*path, *key),
                    f"not after {other}" if least else f"before {other}",
                    after,
                    f"later than {before}" if least else f"{before} or later",
                )


def _days_between(draft: Draft, before: date | int, after: date | int) -> int | None:
    """Return the days from one date of a lever to another; None where that cannot be told."""
    first, second = _day(draft, before), _day(draft, after)
    if isinstance(first, date) and isinstance(second, date):
        return (second - first).days
    if isinstance(first, int) and isinstance(second, int):
        return second - first
    return None


@check("too_much_aid", "levels of aid of an option multiply to what a run can hold")
def too_much_aid(draft: Draft) -> Iterator[Problem]:
    """Report options whose levels of aid multiply beyond what one level may be."""
    for i, option in enumerate(draft.options or ()):
        level = math.prod(x.level for x in option.levers if isinstance(x, AidLever) and x.level > 1)
        if level > MOST_AID:
            yield draft.in_options.problem(
                "too_much_aid",
                ("options", i, "levers"),
                "the levels of aid multiply to too much",
                f"{level:g}",
                f"at most {MOST_AID:g} times the delivery on the as-of date",
            )


@check("lever_too_early", "levers start after the default as-of date")
def levers_too_early(draft: Draft) -> Iterator[Problem]:
    """Report levers that a run as of the default date refuses."""
    if draft.meta is None:
        return
    as_of = draft.meta.as_of
    for path, lever in _levers(draft):
        for key, start in _starts(lever):
            if day_of(start, as_of) <= as_of:
                yield draft.in_options.problem(
                    "lever_too_early",
                    (*path, *key),
                    "not after the default as-of date",
                    start,
                    f"a day after {as_of}, or 1 and more days after it",
                )


@check("lever_too_late", "levers start within the default horizon", "warning")
def levers_too_late(draft: Draft) -> Iterator[Problem]:
    """Report levers that start after the last day of a run as it is by default."""
    if draft.meta is None:
        return
    last = draft.meta.as_of + timedelta(days=draft.meta.horizon_days)
    for path, lever in _levers(draft):
        for key, start in _starts(lever):
            if day_of(start, draft.meta.as_of) > last:
                yield draft.in_options.problem(
                    "lever_too_late",
                    (*path, *key),
                    "starts after the default horizon, so it does nothing by default",
                    start,
                    f"{last} or earlier",
                )


@check("lever_twice", "no lever of an option undoes another of the same kind")
def levers_twice(draft: Draft) -> Iterator[Problem]:
    """Report a second lever of a kind of which a run takes one; borders may change by day."""
    seen: dict[tuple[object, ...], tuple[str | int, ...]] = {}
    for path, lever in _levers(draft):
        kind: tuple[object, ...] = (path[1], lever.lever)
        if isinstance(lever, MonitorsLever):
            kind = (*kind, lever.kind)
        elif isinstance(lever, BorderLever):
            kind = (*kind, lever.neighbour, _day(draft, lever.start))
        elif isinstance(lever, AidLever):
            continue  # levels of aid multiply
        if kind in seen:
            yield draft.in_options.problem(
                "lever_twice",
                (*path, "lever"),
                "this lever stands twice in the option, and one would undo the other",
                lever.lever,
                "one regime for a day" if isinstance(lever, BorderLever) else "once",
            )
        seen[kind] = path


@check("border_less_open", "no option makes a border less open than it is at the as-of date")
def borders_less_open(draft: Draft) -> Iterator[Problem]:
    """Report border levers below the neighbour's most open regime by the as-of date."""
    if draft.meta is None:
        return
    as_of = draft.meta.as_of
    rows = draft.records("crossings", "neighbour", "crossing_id", "regime", "since", "published")
    known: dict[str, list[tuple[str, str, date, date]]] = {}
    for _, neighbour, crossing, regime, since, published in rows:
        if None not in (neighbour, crossing, regime, since, published):
            known.setdefault(neighbour, []).append((crossing, regime, since, published))
    for path, lever in _levers(draft):
        if not isinstance(lever, BorderLever):
            continue
        facts = border_regime(known.get(lever.neighbour, ()), as_of)
        if REGIMES.index(lever.regime) < facts:
            yield draft.in_options.problem(
                "border_less_open",
                (*path, "regime"),
                f"less open than the border is on {as_of}: this is refused, not weighed",
                lever.regime,
                " or ".join(REGIMES[facts:]),
            )


def _day(draft: Draft, value: date | int) -> date | int:
    """Return the calendar day of a lever's date; as written where the as-of date is unknown."""
    return value if draft.meta is None else day_of(value, draft.meta.as_of)


def _starts(lever: Any) -> Iterator[tuple[tuple[str | int, ...], date | int]]:
    """Walk the days from which a lever changes something, with their keys."""
    for key in ("start", "announced"):
        if getattr(lever, key, None) is not None:
            yield (key,), getattr(lever, key)
    for k, step in enumerate(lever.aid if isinstance(lever, HavenLever) else ()):
        yield ("aid", k, "from"), step.from_


def _levers(draft: Draft) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Walk the levers of all options with their paths."""
    for i, option in enumerate(draft.options or ()):
        for j, lever in enumerate(option.levers):
            yield ("options", i, "levers", j), lever


@check("refused_lever", "no lever asks for what is refused, not weighed")
def refused_levers(draft: Draft) -> Iterator[Problem]:
    """Report havens that may not be left or deny asylum, and return that is not voluntary."""
    for path, lever in _levers(draft):
        keys: tuple[str, ...] = ()
        if isinstance(lever, HavenLever):
            keys = ("freedom_to_leave", "right_to_asylum")
        elif isinstance(lever, ReturnLever):
            keys = ("voluntary",)
        for key in keys:
            if not getattr(lever, key):
                yield draft.in_options.problem(
                    "refused_lever",
                    (*path, key),
                    "this is refused, not weighed",
                    "false",
                    "true",
                )
