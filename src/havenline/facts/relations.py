"""What parties are to each other, who attacks whom, and whose ground shelters whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from havenline.crisis.cells import ids_named
from havenline.facts.known import known_by

if TYPE_CHECKING:
    from havenline.crisis import Crisis

HOSTILE, ALLIED, NEUTRAL, GUARDS = "hostile", "allied", "neutral", "guards"

Pair = tuple[str, str]


class Refuge(NamedTuple):
    """How far the ground of a party shelters the people of another.

    ``share`` is the pull of that ground over that of their own; ``passage`` whether they may travel
    over it; ``per_day`` the persons let in a day, infinite without a limit; ``returns`` how far
    those come home whose home it holds, NaN where it is not told; ``low`` and ``high`` the range of
    the share, NaN where it is taken as it is.
    """

    share: float
    passage: bool
    per_day: float
    returns: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")


@dataclass(frozen=True)
class Terms:
    """What holds between parties from a day on.

    Attributes
    ----------
    since : date
    relations : mapping of (party, other) to str
        ``hostile`` and ``allied`` stand both ways, ``guards`` one way; pairs that are not here
        are neutral.
    refuge : mapping of (home, holder) to Refuge
        What is declared; the rest follows from the relations.
    """

    since: date
    relations: Mapping[Pair, str]
    refuge: Mapping[Pair, Refuge]


@dataclass(frozen=True)
class Offensive:
    """One party or more attacking others.

    Attributes
    ----------
    id : str
    attackers, defenders : frozenset of str
        Parties.
    areas : frozenset of str
        Areas in which it is fought; none: everywhere.
    announced : date or None
        Day from which it was known that it would come.
    since : date
        First day on which it can run.
    """

    id: str
    attackers: frozenset[str]
    defenders: frozenset[str]
    areas: frozenset[str]
    announced: date | None
    since: date


def terms_known(crisis: Crisis, start: date, as_of: date) -> list[Terms]:
    """Return what held between parties, as known on a day, from the start of the period on.

    Parameters
    ----------
    crisis : Crisis
    start : date
        First day of the period; what began before it carries over.
    as_of : date
        Only rows published by this day, about days up to it.

    Returns
    -------
    list of Terms
        One for each day on which something changed, in order; the first is of ``start``. Of two
        rows about one pair and day the one published last holds.
    """
    relations = _in_order(crisis.relations, as_of)
    refuge = _in_order(crisis.refuge, as_of)
    days = sorted(
        {max(start, day) for rows in (relations, refuge) for day in _days(rows)} | {start}
    )
    return [Terms(day, _relations(relations, day), _refuge(refuge, day)) for day in days]


def offensives_known(crisis: Crisis, as_of: date) -> list[Offensive]:
    """Return the offensives known on a day, by id; those announced for later are among them.

    Parameters
    ----------
    crisis : Crisis
    as_of : date
    """
    rows = known_by(crisis.offensives, as_of).sort_values("offensive_id", kind="stable")
    return [
        Offensive(
            id=str(row["offensive_id"]),
            attackers=_ids(row["attackers"]),
            defenders=_ids(row["defenders"]),
            areas=_ids(row["areas"]),
            announced=None if pd.isna(row["announced"]) else row["announced"].date(),
            since=row["since"].date(),
        )
        for row in rows.to_dict("records")
    ]


def _in_order(rows: pd.DataFrame, as_of: date) -> pd.DataFrame:
    rows = known_by(rows, as_of)
    rows = rows[rows["since"] <= pd.Timestamp(as_of)]
    return rows.sort_values(["since", "published"], kind="stable")


def _days(rows: pd.DataFrame) -> set[date]:
    return {day.date() for day in rows["since"]}


def _by(rows: pd.DataFrame, day: date) -> pd.DataFrame:
    return rows[rows["since"] <= pd.Timestamp(day)]


def _relations(rows: pd.DataFrame, day: date) -> dict[Pair, str]:
    held: dict[Pair, str] = {}
    for one, other, relation in zip(
        *(_by(rows, day)[name] for name in ("party", "other", "relation")), strict=True
    ):
        pair, back = (str(one), str(other)), (str(other), str(one))
        held[pair] = str(relation)
        if relation != GUARDS:
            held[back] = str(relation)
        elif held.get(back) != GUARDS:
            held.pop(back, None)
    return {pair: relation for pair, relation in held.items() if relation != NEUTRAL}


def _refuge(rows: pd.DataFrame, day: date) -> dict[Pair, Refuge]:
    names = ("home", "holder", "share", "passage", "per_day", "returns", "low", "high")
    return {
        (str(home), str(holder)): Refuge(
            float(share),
            passage != "no",
            float("inf") if pd.isna(per_day) else float(per_day),
            float(returns),
            float(low),
            float(high),
        )
        for home, holder, share, passage, per_day, returns, low, high in zip(
            *(_by(rows, day)[name] for name in names), strict=True
        )
    }


def _ids(cell: str) -> frozenset[str]:
    return frozenset(ids_named(str(cell)))
