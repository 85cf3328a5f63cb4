"""Folders of format 1, read as format 2: what sides and kinds of figures say in today's words.

Format 1 gave each party one side and each observation a kind. Sides become relations, one
offensive and refuge; kinds become measures, as far as unit, kind and the words of the series tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from havenline import words
from havenline.crisis.cells import Value, empty, split_ids
from havenline.crisis.columns import MOST_PARTIES, Column, Table
from havenline.crisis.reading import Rows
from havenline.crisis.schema import TABLES

if TYPE_CHECKING:
    from havenline.crisis.draft import Draft

KINDS = {
    "attacker": "armed",
    "defender": "armed",
    "guarantor": "armed",
    "neighbour": "neighbour",
    "donor": "donor",
    "other": "other",
}
"""The kind of party that each side becomes."""
OFFENSIVE = "offensive"
"""Id of the one offensive of a crisis of format 1."""
_METHOD = "the sides of parties.csv, as format 1 had them"
_MEANT = "what format 1 meant: "


def _with(table: Table, old: str, column: Column) -> Table:
    columns = tuple(column if c.name == old else c for c in table.columns)
    return replace(table, columns=columns)


NEW, CHANGED = ("relations", "offensives", "refuge"), ("parties", "observations")
"""Tables that format 1 does not have, and those that it has with other columns."""
OLD_TABLES: dict[str, Table] = {n: t for n, t in TABLES.items() if n not in NEW} | {
    "parties": _with(
        TABLES["parties"],
        "kind",
        Column("side", "text", "its part in the crisis", choices=tuple(KINDS)),
    ),
    "observations": _with(
        TABLES["observations"],
        "measure",
        Column("kind", "text", "how it counts", choices=("stock", "flow", "cumulative")),
    ),
}
"""The tables of format 1, by name."""


Record = dict[str, Value]
Lined = tuple[int, Record]
"""The cells of a row by column, with the line that it was made from."""


class Party(NamedTuple):
    """A party of format 1."""

    line: int
    id: str
    side: str
    source_id: str


def relations(parties: Iterable[Party], since: date) -> Iterator[Lined]:
    """Walk the relations that sides stood for, each with the line of its party."""
    shared: Record = {
        "since": since, "published": since, "basis": "derived", "method": _METHOD
    }  # fmt: skip
    every = list(parties)
    for a in every:
        for b in every:
            relation = {
                ("attacker", "defender"): "hostile", ("guarantor", "defender"): "guards"
            }.get((a.side, b.side))  # fmt: skip
            if relation is not None:
                yield _row(a, b, party=a.id, other=b.id, relation=relation, **shared)
    for side in ("attacker", "defender", "guarantor"):
        for a, b in combinations([p for p in every if p.side == side], 2):
            yield _row(a, b, party=a.id, other=b.id, relation="allied", **shared)


def offensives(parties: Iterable[Party], first: date, since: date) -> Iterator[Lined]:
    """Walk the one offensive of all attackers against all defenders, if there are both."""
    attackers, defenders = (
        [p for p in parties if p.side == side] for side in ("attacker", "defender")
    )
    if attackers and defenders:
        yield _row(
            *attackers, *defenders,
            offensive_id=OFFENSIVE,
            name="The offensive",
            attackers=";".join(p.id for p in attackers),
            defenders=";".join(p.id for p in defenders),
            since=since,
            published=first,
            note=_METHOD,
        )  # fmt: skip


def refuge(parties: Iterable[Party], holding: set[str], since: date) -> Iterator[Lined]:
    """Walk who shelters whom where relations alone would say something else."""
    held = [p for p in parties if p.id in holding]
    shared: Record = {"since": since, "published": since, "basis": "derived"}
    for home in (p for p in held if p.side in ("defender", "guarantor")):
        for holder in held:
            if holder.side in ("other", "donor"):
                yield _row(
                    home, holder, home=home.id, holder=holder.id, share=0, passage="no",
                    method=f"{_MEANT}nobody flees to a party of the side {holder.side}", **shared,
                )  # fmt: skip
            elif (home.side, holder.side) == ("guarantor", "defender"):
                yield _row(
                    home, holder, home=home.id, holder=holder.id, share=1, passage="yes",
                    method=f"{_MEANT}guarantor and defender shelter each other's people", **shared,
                )  # fmt: skip


def _row(*parties: Party, **cells: Value) -> Lined:
    sources = dict.fromkeys(s for p in parties for s in split_ids(p.source_id) if s)
    return parties[0].line, {**cells, "source_id": ";".join(sources)}


def measure_of(
    series: str, kind: str, unit: str, *, main: bool, scaled: bool, whole: bool, abroad: bool
) -> str:
    """Return what a figure of format 1 measures, by its unit, its kind and words of its series.

    Parameters
    ----------
    series : str
        Id of the series.
    kind : {"stock", "flow", "cumulative"}
    unit : str
    main : bool
        Whether it is a main figure.
    scaled : bool
        Whether the series is the one that the replay is scaled to.
    whole : bool
        Whether it covers the area that the replay's series covers.
    abroad : bool
        Whether the series names a neighbour.

    Returns
    -------
    str
        A measure; ``other`` where it cannot be told.
    """
    if scaled and kind == "cumulative":
        return "displaced_cumulative"
    if unit not in ("persons", "movements"):
        return "other"
    for measure, kinds, pattern in _WORDS:
        if kind in kinds and re.search(pattern, series):
            if measure in ("entered", "abroad") and not abroad:
                return "other"
            return measure
    if unit == "movements":
        return {"flow": "moves", "cumulative": "moves_cumulative"}.get(kind, "other")
    if kind == "stock" and re.search(r"displaced|idp", series):
        left = whole and re.search(r"still|_now|^now|remain", series)
        return "displaced_present" if left else "present"
    if kind == "flow" and "displac" in series:
        return "displaced"
    if kind == "cumulative" and (main or "displac" in series):
        return "displaced_cumulative"
    return "present" if kind == "stock" and "present" in series else "other"


_WORDS = (
    ("other", ("stock", "flow", "cumulative"), r"again|second|plan|assist|believed"),
    ("killed", ("flow", "cumulative"), r"killed|death|died|fatalit"),
    ("stranded_at_border", ("stock",), r"strand.*border|waiting_at"),
    ("sheltered_outside", ("stock",), r"in_open|in_the_open|without_shelter|unsheltered"),
    ("in_sites", ("stock",), r"camp|site|centre|shelter"),
    ("entered", ("flow", "cumulative"), r"entr(y|ies)|entered"),
    ("abroad", ("stock",), r"refugee|abroad|registered_in"),
    ("returned", ("flow",), r"return|moved_back|went_home"),
    ("returned_cumulative", ("cumulative",), r"return|moved_back|went_home"),
    ("arrived", ("flow", "cumulative"), r"arriv"),
    ("departed", ("flow", "cumulative"), r"depart|fled|left_"),
)
"""Measures by kinds of figures and by words of the field that a series may be named after."""


def convert(draft: Draft) -> None:
    """Turn the tables of a folder of format 1 into those of format 2, and say what was decided.

    What cannot be read stays as it is, for the checks to tell.

    Parameters
    ----------
    draft : Draft
        With the tables as read; changed in place, its ``decided`` and ``untold`` filled.
    """
    parties: dict[str, Party] = {}
    file = "parties.csv"
    if (rows := draft.tables.get("parties")) is not None:
        file = rows.file
        known = draft.known("sources") or set()
        for line, name, side, source in rows.records("party_id", "side", "source_id"):
            if name and side:
                cited = ";".join(s for s in split_ids(source or "") if s in known)
                parties.setdefault(name, Party(line, name, side, cited))
        kinds = [KINDS.get(side, side) for side in rows.texts["side"]]
        draft.tables["parties"] = _swapped(rows, "side", TABLES["parties"], {"kind": kinds})
    made: dict[str, Iterable[Lined]] = {"relations": (), "offensives": (), "refuge": ()}
    if draft.meta is not None and len(parties) <= MOST_PARTIES:
        start = draft.meta.period.start
        first, begins = _first_days(draft, start)
        held = {p for _, p in draft.records("control", "party_id") if p}
        held |= {p for _, p in draft.records("control_counts", "party_id") if p}
        made = {
            "relations": relations(parties.values(), first),
            "offensives": offensives(parties.values(), first, begins),
            "refuge": refuge(parties.values(), held, first),
        }
    for name, records in made.items():
        draft.tables[name] = rows_of(TABLES[name], file, records)
        many = words.counted(len(draft.tables[name]), "row")
        draft.decided.append(f"{name}: {many} from the sides of {file}")
    if "observations" in draft.tables:
        draft.tables["observations"] = _measured(draft)
    if draft.meta is not None:
        draft.meta = draft.meta.model_copy(update={"format": 2})


def _first_days(draft: Draft, start: date) -> tuple[date, date]:
    """Return the first day that the tables speak of, and the first of the offensive."""
    days = [day for _, day in draft.records("control", "date") if day is not None]
    begins = [
        day
        for _, day, kind in draft.records("happenings", "date", "kind")
        if day is not None and kind == "offensive_start"
    ]
    days += [day for _, day in draft.records("happenings", "date") if day is not None]
    return min([start, *days]), min(begins, default=start)


def rows_of(table: Table, file: str, records: Iterable[Lined]) -> Rows:
    """Return rows that no file holds, each told as of the line of the file it was made from."""
    lined = list(records)
    values = {c.name: [record.get(c.name, empty(c)) for _, record in lined] for c in table.columns}
    texts = {name: ["" if v is None else str(v) for v in column] for name, column in values.items()}
    return Rows(table, file, [line for line, _ in lined], texts, values)


def _swapped(rows: Rows, old: str, table: Table, given: Mapping[str, list[str]]) -> Rows:
    """Return rows with `old` gone for the first of the given columns; filled cells stay."""
    new = next(iter(given))
    texts = {c.name: rows.texts.get(c.name, given.get(c.name, [])) for c in table.columns}
    values = {c.name: [*rows.values.get(c.name, rows.values[old])] for c in table.columns}
    for name, column in given.items():
        texts[name] = [text or mine for text, mine in zip(texts[name], column, strict=True)]
        for i, text in enumerate(column):
            if text and values[name][i] is not None:
                values[name][i] = texts[name][i]
    missing = rows.missing - {old, *given} | ({new} if old in rows.missing else frozenset())
    return Rows(table, rows.file, rows.lines, texts, values, missing, rows.whole)


def _measured(draft: Draft) -> Rows:
    """Return the observations with a measure in place of the kind, and what goes with it."""
    rows, meta = draft.tables["observations"], draft.meta
    scaled = meta.displaced_series if meta is not None else None
    texts = rows.texts
    covered = {
        area
        for area, series in zip(texts["area_id"], texts["series_id"], strict=True)
        if series == scaled
    }
    neighbours = {n.id: {n.id, n.name.lower()} for n in (meta.neighbours if meta else ())}
    measures, abroad, repeats = [], [], []
    told: dict[tuple[str, str, str, str], int] = {}
    columns = ("series_id", "kind", "unit", "main", "area_id")
    for series, kind, unit, main, area in zip(*(texts[c] for c in columns), strict=True):
        named = [i for i, names in neighbours.items() if any(n in series for n in names)]
        if not named and len(neighbours) == 1:
            named = [*neighbours]
        measure = measure_of(
            series, kind, unit,
            main=main == "1",
            scaled=series == scaled,
            whole=area in covered,
            abroad=bool(named),
        )  # fmt: skip
        measures.append(measure)
        abroad.append(named[0] if measure in ("entered", "abroad") else "")
        repeats.append("yes" if unit == "movements" and measure != "other" else "")
        key = (series, kind, unit, measure)
        told[key] = told.get(key, 0) + 1
    for (series, kind, unit, measure), many in told.items():
        line = f"{series} ({kind}, {unit}, {words.counted(many, 'row')}): {measure}"
        (draft.untold if measure == "other" else draft.decided).append(f"observations: {line}")
    given = {"measure": measures, "neighbour": abroad, "repeats": repeats}
    return _swapped(rows, "kind", TABLES["observations"], given)
