"""Checks of the options and their levers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from havenline.crisis.draft import META_FILE, Draft
from havenline.crisis.levers import (
    AidLever,
    BorderLever,
    HavenLever,
    LineLever,
    OnwardLever,
    ReturnLever,
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


@check("lever_target", "levers name a line that is drawn and a neighbour that exists")
def lever_targets(draft: Draft) -> Iterator[Problem]:
    """Report levers whose line or neighbour does not exist."""
    lines, neighbours = draft.line_ids(), draft.known("meta.neighbours")
    for i, option in enumerate(draft.options or ()):
        for j, lever in enumerate(option.levers):
            path: tuple[str | int, ...] = ("options", i, "levers", j)
            if isinstance(lever, LineLever | HavenLever):
                word, known, key = lever.line_id, lines, "line_id"
                where = "geography/lines.geojson"
            elif isinstance(lever, BorderLever | OnwardLever):
                word, known, key = lever.neighbour, neighbours, "neighbour"
                where = f"neighbours of {META_FILE}"
            else:
                continue
            if word is not None and known is not None and word not in known:
                yield draft.in_options.problem(
                    "lever_target",
                    (*path, key),
                    f"no such id in {where}",
                    word,
                    one_of(sorted(known)) if 0 < len(known) <= 8 else "",
                    suggest(word, known),
                )


@check("lever_order", "dates within a lever follow one another")
def lever_order(draft: Draft) -> Iterator[Problem]:
    """Report a handover before its announcement, an end before a start, steps out of order."""
    for i, option in enumerate(draft.options or ()):
        for j, lever in enumerate(option.levers):
            path: tuple[str | int, ...] = ("options", i, "levers", j)
            pairs: list[tuple[tuple[str | int, ...], str, Any, Any]] = []
            if isinstance(lever, LineLever):
                pairs.append((("handover",), "announced", lever.announced, lever.handover))
            elif isinstance(lever, AidLever) and lever.until is not None:
                pairs.append((("until",), "start", lever.start, lever.until))
            elif isinstance(lever, HavenLever):
                steps = pairwise(lever.aid)
                pairs += [
                    (("aid", k + 1, "from"), "the step above it", before.from_, after.from_)
                    for k, (before, after) in enumerate(steps)
                ]
            for key, other, before, after in pairs:
                if type(before) is type(after) and after < before:
                    yield draft.in_options.problem(
                        "lever_order",
                        (*path, *key),
                        f"before {other}",
                        after,
                        f"{before} or later",
                    )


@check("refused_lever", "no lever asks for what is refused, not weighed")
def refused_levers(draft: Draft) -> Iterator[Problem]:
    """Report havens that may not be left or deny asylum, and return that is not voluntary.

    A border less open than it is depends on the as-of date; a run refuses it.
    """
    for i, option in enumerate(draft.options or ()):
        for j, lever in enumerate(option.levers):
            keys: tuple[str, ...] = ()
            if isinstance(lever, HavenLever):
                keys = ("freedom_to_leave", "right_to_asylum")
            elif isinstance(lever, ReturnLever):
                keys = ("voluntary",)
            for key in keys:
                if not getattr(lever, key):
                    yield draft.in_options.problem(
                        "refused_lever",
                        ("options", i, "levers", j, key),
                        "this is refused, not weighed",
                        "false",
                        "true",
                    )
