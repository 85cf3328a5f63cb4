"""Checks of parties: what they are to each other, their offensives, whose ground shelters whom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from havenline.crisis.cells import split_ids
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


@check("relation_conflict", "a pair of parties has one relation on a day, and nobody with itself")
def relation_conflicts(draft: Draft) -> Iterator[Problem]:
    """Report parties with a relation to themselves, and pairs given twice in different words."""
    first: dict[tuple[str, str, date], tuple[int, str]] = {}
    for line, party, other, relation, since in draft.records(
        "relations", "party", "other", "relation", "since"
    ):
        if not party or not other or not relation or since is None:
            continue
        if party == other:
            yield problem(
                "relation_conflict",
                draft.file("relations"),
                "a party has no relation to itself",
                row=line,
                column="other",
                value=other,
                expected="another party",
            )
            continue
        one, two = sorted((party, other))
        before, was = first.setdefault((one, two, since), (line, relation))
        if was != relation:
            yield problem(
                "relation_conflict",
                draft.file("relations"),
                f"line {before} says {was} of the two on the same day",
                row=line,
                column="relation",
                value=relation,
                expected="one relation of a pair for a day",
            )


@check("holds_no_ground", "who attacks, defends or shelters can hold ground")
def holders_of_ground(draft: Draft) -> Iterator[Problem]:
    """Report donors in the parts of parties that hold ground."""
    donors = _donors(draft)
    cells = [
        ("offensives", column, line, word)
        for column in ("attackers", "defenders")
        for line, cell in draft.records("offensives", column)
        for word in split_ids(cell or "")
    ]
    cells += [
        ("refuge", column, line, word)
        for column in ("home", "holder")
        for line, word in draft.records("refuge", column)
    ]
    for table, column, line, word in cells:
        if word in donors:
            yield problem(
                "holds_no_ground",
                draft.file(table),
                "donors hold no ground",
                row=line,
                column=column,
                value=word,
                expected="a party of another kind",
            )


def _donors(draft: Draft) -> set[str]:
    return {p for _, p, kind in draft.records("parties", "party_id", "kind") if kind == "donor"}


@check("not_hostile", "the sides of an offensive are hostile on the day from which it can run")
def not_hostile(draft: Draft) -> Iterator[Problem]:
    """Report offensives of a party against itself, and of parties not known to be hostile."""
    rows = [
        (since, published, party, other, relation)
        for _, party, other, relation, since, published in draft.records(
            "relations", "party", "other", "relation", "since", "published"
        )
        if None not in (party, other, relation, since, published)
    ]
    rows.sort(key=lambda row: row[:2])
    for line, attackers, defenders, since, published in draft.records(
        "offensives", "attackers", "defenders", "since", "published"
    ):
        if None in (attackers, defenders, since, published):
            continue
        known = max(since, published)
        for attacker in split_ids(attackers):
            for defender in split_ids(defenders):
                found = "neutral"
                for day, told, party, other, relation in rows:
                    if day <= since and told <= known and {party, other} == {attacker, defender}:
                        found = relation
                if found == "hostile":
                    continue
                message = (
                    f"{attacker!r} and {defender!r} are {found} on {since}, as known by {known}"
                )
                expected = f"in relations: {attacker},{defender},hostile since that day or before"
                if attacker == defender:
                    message, expected = f"{attacker!r} is on both sides", "hostile sides"
                yield problem(
                    "not_hostile",
                    draft.file("offensives"),
                    message,
                    row=line,
                    column="defenders",
                    value=defenders,
                    expected=expected,
                )


ACTING = ("offensive_start", "offensive_pause", "truce_start", "truce_end")
"""Kinds of happenings that start and halt offensives."""


@check("starts_too_early", "no happening starts an offensive before it can run")
def starts_too_early(draft: Draft) -> Iterator[Problem]:
    """Report starts of offensives before the day since which each can run."""
    first = {i: day for _, i, day in draft.records("offensives", "offensive_id", "since") if i}
    for line, day, kind, named in draft.records("happenings", "date", "kind", "offensives"):
        if kind != "offensive_start" or day is None or not named:
            continue
        for word in split_ids(named):
            since = first.get(word)
            if since is not None and day < since:
                yield problem(
                    "starts_too_early",
                    draft.file("happenings"),
                    f"the offensive {word!r} can run since {since}",
                    row=line,
                    column="date",
                    value=day,
                    expected=f"{since} or later, or an earlier day in the table offensives",
                )
