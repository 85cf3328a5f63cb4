"""Checks of what a negotiation needs: parties, stakes, red lines, dependences, supports."""

from __future__ import annotations

import math
from collections.abc import Iterator

from havenline.crisis.draft import Draft
from havenline.crisis.registry import check, problem
from havenline.errors import Problem

_SUM_TOLERANCE = 1e-6
_RANGES = {
    "observations": "value",
    "crossings": "permeability",
    "refuge": "share",
    "moves": "persons",
    "bargaining": "capability",
    "stakes": "weight",
    "dependences": "value",
    "supports": "effect",
}


@check("out_of_range", "figures lie within their own range")
def out_of_range(draft: Draft) -> Iterator[Problem]:
    """Report values outside low to high, and ranges of no figure."""
    for table, column in _RANGES.items():
        for line, value, low, high in draft.records(table, column, "low", "high"):
            if low is None and high is None:
                continue
            message = f"{column} is outside its own range"
            if value is None and column == "permeability":
                message = "low and high without the figure itself"
            elif value is None or (low or 0.0) <= value <= (math.inf if high is None else high):
                continue
            yield problem(
                "out_of_range",
                draft.file(table),
                message,
                row=line,
                column=column,
                value="" if value is None else f"{value:g}",
                expected=_range_text(low, high),
            )
    for i, listed in enumerate(draft.meta.listed_groups if draft.meta is not None else ()):
        if not listed.low <= listed.share <= listed.high:
            yield draft.in_meta.problem(
                "out_of_range", ("listed_groups", i, "share"), "share is outside its own range",
                f"{listed.share:g}", f"{listed.low:g} to {listed.high:g}",
            )  # fmt: skip


def _range_text(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return f"{low:g} or more" if low is not None else f"{high:g} or less"
    return f"{low:g} to {high:g}" if low <= high else "low below high"


@check("stakes_do_not_sum", "the stakes of each party sum to 1")
def stakes_do_not_sum(draft: Draft) -> Iterator[Problem]:
    """Report parties whose weights leave something out or count it twice."""
    weights: dict[str, list[float]] = {}
    first: dict[str, int] = {}
    for line, party, weight in draft.records("stakes", "party_id", "weight"):
        if party and weight is not None:
            weights.setdefault(party, []).append(weight)
            first.setdefault(party, line)
    for party, values in weights.items():
        total = math.fsum(values)
        if abs(total - 1.0) > _SUM_TOLERANCE:
            yield problem(
                "stakes_do_not_sum",
                draft.file("stakes"),
                f"the weights of {party!r} do not sum to 1",
                row=first[party],
                column="weight",
                value=f"{total:.6g}",
                expected="1",
            )


@check("missing_ideal", "a stake with 'near' says near what, and no other does")
def missing_ideals(draft: Draft) -> Iterator[Problem]:
    """Report stakes whose ideal is missing or has no use."""
    for line, better, ideal in draft.records("stakes", "better", "ideal"):
        if better and (better == "near") != (ideal is not None):
            yield problem(
                "missing_ideal",
                draft.file("stakes"),
                "this cell must be filled" if better == "near" else "this cell has no use",
                row=line,
                column="ideal",
                value="" if ideal is None else f"{ideal:g}",
                expected="the value wanted most" if better == "near" else f"empty with {better!r}",
            )


@check("red_line_bounds", "a red line has one bound")
def red_line_bounds(draft: Draft) -> Iterator[Problem]:
    """Report red lines with no bound or with two."""
    for line, most, least in draft.records("red_lines", "at_most", "at_least"):
        if (most is None) == (least is None):
            yield problem(
                "red_line_bounds",
                draft.file("red_lines"),
                "no bound" if most is None else "two bounds",
                row=line,
                column="at_most, at_least",
                expected="one of the two",
            )


@check("tie_twice", "no tie works through both channels, and none is of a party with itself")
def ties_twice(draft: Draft) -> Iterator[Problem]:
    """Report a good that one party needs from another declared for both channels."""
    seen: dict[tuple[str, str, str], tuple[int, str]] = {}
    columns = ("from_party", "on_party", "good", "channel")
    for line, party, other, good, channel in draft.records("dependences", *columns):
        if not (party and other and good and channel):
            continue
        if party == other:
            yield problem(
                "tie_twice",
                draft.file("dependences"),
                "a party does not depend on itself",
                row=line,
                column="on_party",
                value=other,
                expected="another party",
            )
        key = (party, other, good)
        before = seen.setdefault(key, (line, channel))
        if before[1] != channel:
            yield problem(
                "tie_twice",
                draft.file("dependences"),
                f"counted through {before[1]!r} already on line {before[0]}",
                row=line,
                column="channel",
                value=channel,
                expected="one channel for a tie",
            )


@check("nobody_consents", "where there is a negotiation, two parties or more must consent")
def nobody_consents(draft: Draft) -> Iterator[Problem]:
    """Report a table of bargaining in which fewer than two parties must consent."""
    rows = draft.tables.get("bargaining")
    if rows is None or not len(rows) or not rows.whole:
        return
    consents = [c for _, c in draft.records("bargaining", "consent")]
    if None not in consents and consents.count("yes") < 2:
        yield problem(
            "nobody_consents",
            rows.file,
            "fewer than two parties must consent",
            column="consent",
            value=consents.count("yes"),
            expected="at least 2",
        )


@check("party_without_stakes", "every party of a negotiation has stakes, and only they have")
def parties_without_stakes(draft: Draft) -> Iterator[Problem]:
    """Report parties with a row in one of the two tables and none in the other."""
    known = {}
    for table in ("bargaining", "stakes"):
        rows = draft.tables.get(table)
        if rows is None or not rows.whole or "party_id" in rows.missing:
            return
        first: dict[str, int] = {}
        for line, party in draft.records(table, "party_id"):
            if party:
                first.setdefault(party, line)
        known[table] = first
    for table, other in (("bargaining", "stakes"), ("stakes", "bargaining")):
        for party, line in known[table].items():
            if party not in known[other]:
                yield problem(
                    "party_without_stakes",
                    draft.file(table),
                    f"no row in the table {other}",
                    row=line,
                    column="party_id",
                    value=party,
                    expected=f"a party of {other}",
                )
    for table, columns in (
        ("red_lines", ("party_id",)),
        ("dependences", ("from_party", "on_party")),
        ("supports", ("party_id",)),
    ):
        for column in columns:
            for line, party in draft.records(table, column):
                if party and party not in known["bargaining"] and party in _parties(draft):
                    yield problem(
                        "party_without_stakes",
                        draft.file(table),
                        "no row in the table bargaining",
                        row=line,
                        column=column,
                        value=party,
                        expected="a party of bargaining",
                    )


def _parties(draft: Draft) -> set[str]:
    return draft.known("parties") or set()


@check("support_target", "a support says for whom and on whom it works, where it needs to")
def support_targets(draft: Draft) -> Iterator[Problem]:
    """Report supports whose party is missing or has no use, and chances above 1."""
    ties = {
        (party, other) for _, party, other in draft.records("dependences", "from_party", "on_party")
    }
    for line, channel, party, other, effect in draft.records(
        "supports", "channel", "for_party", "on_party", "high"
    ):
        if not channel:
            continue
        faults = []
        for column, value, channels in (
            ("for_party", party, ("dependence", "payment")),
            ("on_party", other, ("dependence",)),
        ):
            if bool(value) != (channel in channels):
                what = "a party" if channel in channels else f"empty with {channel!r}"
                faults.append((column, value or "", "does not fit the channel", what))
        if not faults and channel == "dependence" and (party, other) not in ties:
            faults.append(("on_party", other, "no such tie in dependences", "a declared tie"))
        if effect is not None and effect > 1 and channel not in ("aid", "guarantee"):
            faults.append(("high", f"{effect:g}", "out of bounds", "at most 1"))
        for column, value, message, expected in faults:
            yield problem(
                "support_target",
                draft.file("supports"),
                message,
                row=line,
                column=column,
                value=value,
                expected=expected,
            )
