"""Rows that a run will not use, told by the tables alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta

import pandas as pd

from havenline import words
from havenline.crisis import Crisis
from havenline.crisis.answers import ANSWERS, WITHOUT
from havenline.crisis.cells import ids_named, split_ids
from havenline.crisis.checks_relations import ACTING
from havenline.crisis.choices import HAPPENING_KINDS, HOSTING, MEASURES
from havenline.crisis.schema import TABLES
from havenline.facts.areas import lineage
from havenline.facts.interventions import BEGINS, ENDS
from havenline.facts.theatres import newest_count, theatres_known
from havenline.telling.unused.kept import Unused

_TOLD = [kind for kind, does in HAPPENING_KINDS.items() if does.startswith("told to the reader")]
"""Kinds of happenings that no run acts on."""
_DATED = (
    "compliance",
    "control",
    "control_counts",
    "crossings",
    "happenings",
    "moves",
    "populations",
    "refuge",
    "relations",
    "offensives",
    "sites",
    "violence",
)
"""Tables whose rows are known from a day on; observations published late are still scored."""

WHOLE = [measure for measure, answer in ANSWERS.items() if not answer.part]
"""Measures that a run has for the whole crisis alone."""


def of_tables(crisis: Crisis) -> Iterator[Unused]:
    """Walk what the tables alone show."""
    yield from _series(crisis)
    yield from _happenings(crisis)
    yield from _compliance(crisis)
    yield from _violence(crisis)
    yield from _moves(crisis)
    yield from _theatres(crisis)
    yield from _never_known(crisis)
    yield from _before_source(crisis)
    yield from _parameters(crisis)
    counts = crisis.control_counts
    yield Unused(
        "counted_places", "control_counts.csv", "row", _row_names("control_counts", counts),
        "places without a position are told to the reader; no front and no holder changes by them",
    )  # fmt: skip
    if crisis.meta.hindcast is None:
        yield Unused(
            "no_hindcast", "crisis.yaml", "key", ("hindcast",),
            "not there, so no forecast from a past day is scored",
        )  # fmt: skip


def _unique(names: Iterable[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(str, names)))


def _row_names(table: str, rows: pd.DataFrame) -> tuple[str, ...]:
    """Return a name for each row: its id where it has one, else its day and what it is of."""
    key = TABLES[table].key
    if len(key) == 1:
        return tuple(map(str, rows[key[0]]))
    columns = [c for c in (*key, "place_id", "area_id") if c in rows][:2] or list(rows.columns[:2])
    if table in ("control_counts", "violence"):
        columns = ["date", "area_id"]
    texts = [
        rows[c].dt.strftime("%Y-%m-%d") if rows[c].dtype.kind == "M" else rows[c].astype(str)
        for c in columns
    ]
    return tuple(" ".join(cells) for cells in zip(*texts, strict=True))


def _series(crisis: Crisis) -> Iterator[Unused]:
    """Walk the observed series; each is told for the first reason that holds."""
    rows, meta, file = crisis.observations, crisis.meta, "observations.csv"
    main = rows["series_id"] == meta.displaced_series
    over, moves = (
        rows["measure"].map({name: getattr(m, field) for name, m in MEASURES.items()}).astype(bool)
        for field in ("over", "moves")
    )

    earlier = moves & (rows["date"] < pd.Timestamp(meta.period.start))
    left = ~main & ~earlier  # earlier moves give the simple forecasts their rate

    def told(kind: str, chosen: pd.Series[bool], why: str, column: str = "series_id") -> Unused:
        nonlocal left
        found, left = rows[left & chosen], left & ~chosen
        return Unused(kind, file, column.split("_")[0], _unique(found[column]), why)

    last = max(meta.period.end, meta.hindcast.until if meta.hindcast else meta.period.end)
    outside = (rows["date"] < pd.Timestamp(meta.period.start)) | (rows["date"] > pd.Timestamp(last))
    yield told(
        "series_outside", outside.groupby(rows["series_id"]).transform("all").astype(bool),
        f"every figure lies outside {meta.period.start} to {last}; told as background",
    )  # fmt: skip
    yield told(
        "measure_other", rows["measure"] == "other", "of the measure other, which no run has"
    )
    yield told(
        "measure_without_figure", rows["measure"].isin(list(WITHOUT)),
        "no figure of a run answers to what it measures",
    )  # fmt: skip
    yield told(
        "no_period_start", over & rows["period_start"].isna(),
        "without period_start, so the days that the figures cover are not known",
    )  # fmt: skip
    places = crisis.places[crisis.places["kind"].isin(HOSTING)]
    within = lineage(crisis.areas)
    served = [set(within[home]) for home in set(places["area_id"])]
    whole = set.intersection(*served) if served else set()

    def touch(areas: set[str]) -> pd.Series[bool]:
        return rows["area_id"].map(lambda cell: not areas.isdisjoint(ids_named(cell))).astype(bool)

    everywhere = rows["area_id"].isin(rows.loc[main, "area_id"]) | (rows["neighbour"] != "")
    everywhere |= touch(whole)
    yield told(
        "area_without_destination", ~everywhere & ~touch(set().union(*served)),
        "no place that people may live in or flee to lies in it, so no run has a figure for it",
        "area_id",
    )  # fmt: skip
    yield told(
        "not_by_area", ~everywhere & rows["measure"].isin(WHOLE),
        "a run holds what it measures for the whole crisis, not for a part of it",
    )  # fmt: skip
    counters = [rows["series_id"], rows["counter"]]
    any_main = (rows["main"] == 1).groupby(counters).transform("any").astype(bool)
    beside = rows.loc[(left | main) & any_main & (rows["main"] == 0), "series_id"]
    yield Unused(
        "not_main", file, "series",
        tuple(f"{name}: {words.counted(n, 'row')}" for name, n in Counter(beside).items()),
        "figures beside the main ones (main 0); the main ones hold",
    )  # fmt: skip
    if meta.displaced_series is None:
        yield told(
            "no_displaced_series", rows["measure"] == "displaced_cumulative",
            "crisis.yaml names no displaced_series, so the replay is scaled to no count",
        )  # fmt: skip


def _happenings(crisis: Crisis) -> Iterator[Unused]:
    rows, file, on_one = crisis.happenings, "happenings.csv", (*ACTING, BEGINS, ENDS)
    told = rows[rows["kind"].isin(_TOLD)]
    kinds = Counter(map(str, told["kind"]))
    yield Unused(
        "told_alone", file, "kind", tuple(f"{kind}: {n}" for kind, n in kinds.most_common()),
        "told to the reader; no run acts on them",
    )  # fmt: skip
    yield Unused(
        "offensive_of_no_act", file, "happening",
        _unique(rows.loc[rows["offensives"].ne("") & ~rows["kind"].isin(on_one), "happening_id"]),
        f"names an offensive, though only {', '.join(on_one)} act on one",
    )  # fmt: skip
    starts = rows[rows["kind"] == "offensive_start"]
    if not len(crisis.offensives):
        yield Unused(
            "no_offensive", file, "happening", _unique(starts["happening_id"]),
            "offensives.csv has no offensive that it could start, so no front moves",
        )  # fmt: skip
    started = {word for cell in starts["offensives"] for word in split_ids(cell)}
    if "" not in started:
        ids = [i for i in crisis.offensives["offensive_id"] if i not in started]
        yield Unused(
            "never_started", "offensives.csv", "offensive", _unique(ids),
            "no offensive_start starts it, so it does not run up to any as-of date",
        )  # fmt: skip


def _compliance(crisis: Crisis) -> Iterator[Unused]:
    rows, file = crisis.compliance, "compliance.csv"
    yield Unused(
        "shelled", file, "row", _unique(rows.loc[rows["kind"] == "post_shelled", "row_id"]),
        "told to the reader; a run acts on posts that are surrounded or left",
    )  # fmt: skip
    begun = crisis.happenings.loc[crisis.happenings["kind"] == "truce_start", "date"]
    of_truce = (rows["kind"] == "breaches") | rows["kind"].str.startswith("phase_")
    yield Unused(
        "before_any_truce", file, "row",
        _unique(rows.loc[of_truce & ~(rows["date"] >= begun.min()), "row_id"]),
        "no truce of happenings.csv had begun, and counts and phases are those of a truce",
    )  # fmt: skip


def _violence(crisis: Crisis) -> Iterator[Unused]:
    rows = crisis.violence
    long = rows[rows["period_start"].notna() & (rows["period_start"] < rows["date"])]
    yield Unused(
        "violence_of_days", "violence.csv", "row", _row_names("violence", long),
        "stands for many days, so it is no rate of a day; told alone",
    )  # fmt: skip


def _moves(crisis: Crisis) -> Iterator[Unused]:
    rows, meta = crisis.moves, crisis.meta
    first, last = meta.period.start, meta.period.end + timedelta(days=meta.horizon_days)
    outside = (rows["end"] < pd.Timestamp(first)) | (rows["start"] > pd.Timestamp(last))
    yield Unused(
        "move_outside", "moves.csv", "move", _unique(rows.loc[outside, "move_id"]),
        f"every day of it lies outside {first} to {last}, the days that a run can have",
    )  # fmt: skip


def _theatres(crisis: Crisis) -> Iterator[Unused]:
    """Walk what a run as of the crisis's own day leaves of its linked theatres."""
    as_of, theatres = crisis.meta.as_of, crisis.meta.theatres
    known = {t.declared.id: t for t in theatres_known(theatres, as_of)}
    yield Unused(
        "theatre_later", "crisis.yaml", "theatre",
        _unique(t.id for t in theatres if t.id not in known),
        f"no truce and no offensive there had begun by {as_of}",
    )  # fmt: skip
    terms = ("compliance_mechanism", "substance", "excludes_listed_groups")
    yield Unused(
        "theatre_terms", "crisis.yaml", "theatre",
        _unique(
            name for name, t in known.items()
            if not t.truce and any(getattr(t.declared, term) for term in terms)
        ),
        f"terms of a truce, though an offensive runs there on {as_of}",
    )  # fmt: skip
    counts = [
        f"{theatre.id} {area.id} {count.date}"
        for theatre in theatres
        for area in theatre.areas
        for count in area.counts
        if count is not newest_count(area, as_of)
    ]
    yield Unused(
        "theatre_counts_beside", "crisis.yaml", "count", tuple(counts),
        f"not the newest of the area that was known on {as_of}; a run starts from that one alone",
    )  # fmt: skip


def _never_known(crisis: Crisis) -> Iterator[Unused]:
    end = pd.Timestamp(crisis.meta.period.end)
    names: list[str] = []
    for table in _DATED:
        rows = getattr(crisis, table)
        late = rows[rows["published"] > end]
        if table == "populations":
            late = late[late["stand_in"] == ""]
        names += [f"{table}.csv {name}" for name in _row_names(table, late)]
    yield Unused(
        "never_known", "", "row", tuple(names),
        f"published after the period ends ({end.date()}), so no as-of date knows it",
    )  # fmt: skip


def _before_source(crisis: Crisis) -> Iterator[Unused]:
    """Walk rows that claim to be known before any of their sources was published."""
    published = dict(zip(crisis.sources["source_id"], crisis.sources["published"], strict=True))
    made = any(p.check == "old_format" for p in crisis.warnings)
    names: list[str] = []
    for table in (*_DATED, "observations"):
        if made and table in ("relations", "offensives", "refuge"):
            continue  # made from the sides of format 1, which had no days
        rows = getattr(crisis, table)
        first = {}
        for cell in set(rows["source_id"]):
            days = [published[i] for i in split_ids(cell)]
            first[cell] = pd.NaT if any(pd.isna(day) for day in days) else min(days)
        early = rows["source_id"].map(first).astype("datetime64[ns]") > rows["published"]
        names += [f"{table}.csv {name}" for name in _row_names(table, rows[early])]
    yield Unused(
        "source_later", "", "row", tuple(names),
        "used from the day in published, though every source of it is of a later day",
    )  # fmt: skip


def _parameters(crisis: Crisis) -> Iterator[Unused]:
    from havenline.crisis.parameters import RETIRED, default_table

    rows, file = crisis.parameters, "parameters.csv"
    late = rows[rows["known_from"] > pd.Timestamp(crisis.meta.period.end)]
    yield Unused(
        "parameter_never_known", file, "parameter", _unique(late["name"]),
        "known only after the period ends, so no as-of date uses it",
    )  # fmt: skip
    yield Unused(
        "parameter_retired", file, "parameter", _unique(n for n in rows["name"] if n in RETIRED),
        "of an earlier version; no run uses it",
    )  # fmt: skip
    part = {row.name: row.part for row in default_table()}
    if not len(crisis.crossings):
        border = [n for n in rows["name"] if part.get(n) in ("border", "onward")]
        yield Unused(
            "parameter_without_border", file, "parameter", _unique(border),
            "of borders, and crossings.csv has none",
        )  # fmt: skip
