"""Checks of ids, dates, sources and methods, the same for every table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from havenline.crisis.cells import split_ids
from havenline.crisis.checks_theatres import theatre_days, theatre_sources
from havenline.crisis.draft import META_FILE, Draft, area_lineage
from havenline.crisis.levers import MOST_DAYS
from havenline.crisis.meta import CrisisMeta
from havenline.crisis.registry import BOTH, Hints, check, one_of, problem, suggest
from havenline.errors import Problem

BACKGROUND_DAYS = 365
"""How far from the period a figure may lie that is told beside it and compared with nothing; a
year, so that a year mistyped is noticed."""
MOST_PERIOD_DAYS = 18_300
"""Fifty years, as in cases: the past is replayed day by day."""
# Observations may be later: they are what runs are compared with.
_DATED = {
    "populations": "as_of",
    "control": "date",
    "control_counts": "date",
    "violence": "date",
    "happenings": "date",
    "relations": "since",
    "offensives": "since",
    "refuge": "since",
}


@check("duplicate_id", "no id, or set of columns that makes a row unique, stands twice", kinds=BOTH)
def duplicate_ids(draft: Draft) -> Iterator[Problem]:
    """Report rows whose key stood before, and ids twice in crisis.yaml and options.yaml."""
    for rows in draft.tables.values():
        key = rows.table.key
        first: dict[tuple[str, ...], int] = {}
        for line, *texts in zip(rows.lines, *(rows.texts[c] for c in key), strict=True):
            if not key or not texts[0]:
                continue
            words = tuple(texts)
            if words in first:
                yield problem(
                    "duplicate_id",
                    rows.file,
                    f"already on line {first[words]}",
                    row=line,
                    column=", ".join(key),
                    value=", ".join(words),
                    expected="each only once",
                )
            else:
                first[words] = line
    if draft.meta is not None:
        lists = (
            *(
                (f"neighbours.{i}.hosts", [h.id for h in neighbour.hosts])
                for i, neighbour in enumerate(draft.meta.neighbours)
            ),
            ("groups", [g.id for g in draft.meta.groups]),
            ("neighbours", [n.id for n in draft.meta.neighbours]),
            ("totals", [t.id for t in draft.meta.totals]),
            ("theatres", [t.id for t in draft.meta.theatres]),
            *(
                (f"theatres.{i}.areas", [a.id for a in theatre.areas])
                for i, theatre in enumerate(draft.meta.theatres)
            ),
        )
        for name, ids in lists:
            for i, word in enumerate(ids):
                if word in ids[:i]:
                    path = tuple(int(p) if p.isdigit() else p for p in name.split("."))
                    yield draft.in_meta.problem(
                        "duplicate_id", (*path, i, "id"), "stands twice", word
                    )
        days = draft.meta.hindcast.dates if draft.meta.hindcast is not None else []
        for i, day in enumerate(days):
            if day in days[:i]:
                yield draft.in_meta.problem(
                    "duplicate_id", ("hindcast", "dates", i), "stands twice", day
                )
    ids = [option.id for option in draft.options or ()]
    for i, word in enumerate(ids):
        if word in ids[:i]:
            path = ("options", i, "id")
            yield draft.in_options.problem("duplicate_id", path, "this id stands twice", word)


@check("unknown_id", "every id that a row refers to exists", kinds=BOTH)
def unknown_ids(draft: Draft) -> Iterator[Problem]:
    """Report references to ids that no table declares; sources have a check of their own."""
    for rows in draft.tables.values():
        for column in rows.table.columns:
            if not column.refers or column.refers == "sources":
                continue
            known = draft.known(column.refers)
            if known is None:
                continue
            near = Hints(known)
            for line, value in rows.records(column.name):
                for word in split_ids(value) if value else ():
                    if word not in known:
                        yield problem(
                            "unknown_id",
                            rows.file,
                            f"no such id in {_where(column.refers)}",
                            row=line,
                            column=column.name,
                            value=word,
                            expected=_expected(column.refers, known),
                            hint=near.to(word),
                        )
    yield from _unknown_in_meta(draft)


def _where(target: str) -> str:
    if target.startswith("meta."):
        return f"{target.removeprefix('meta.')} of {META_FILE}"
    return f"the table {target}"


def _expected(target: str, known: set[str]) -> str:
    return one_of(sorted(known)) if 0 < len(known) <= 8 else ""


def _unknown_in_meta(draft: Draft) -> Iterator[Problem]:
    meta = draft.meta
    if meta is None:
        return
    used: list[tuple[str, tuple[str | int, ...], str]] = []
    for i, total in enumerate(meta.totals):
        used += [("areas", ("totals", i, "areas", j), area) for j, area in enumerate(total.areas)]
        used += [("parties", ("totals", i, "held_by", j), p) for j, p in enumerate(total.held_by)]
    for i, listed in enumerate(meta.listed_groups):
        used += [("parties", ("listed_groups", i, "party"), listed.party)]
        used += [
            ("parties", ("listed_groups", i, "within", j), p) for j, p in enumerate(listed.within)
        ]
    used += [("areas", ("concern", i), area) for i, area in enumerate(meta.concern)]
    for target, path, word in used:
        known = draft.known(target)
        if known is not None and word not in known:
            yield draft.in_meta.problem(
                "unknown_id",
                path,
                f"no such id in {_where(target)}",
                word,
                _expected(target, known),
                suggest(word, known),
            )


@check("unknown_source", "every source_id stands in sources.csv", kinds=BOTH)
def unknown_sources(draft: Draft) -> Iterator[Problem]:
    """Report source ids that the table of sources does not have."""
    known = draft.known("sources")
    if known is None:
        return
    for rows in draft.tables.values():
        if "source_id" not in rows.values or rows.table.name == "sources":
            continue
        near = Hints(known)
        for line, value in rows.records("source_id"):
            for word in split_ids(value) if value else ():
                if word not in known:
                    yield problem(
                        "unknown_source",
                        rows.file,
                        "no such source in the table sources",
                        row=line,
                        column="source_id",
                        value=word,
                        hint=near.to(word),
                    )
    if draft.meta is None:
        return
    cells: list[tuple[tuple[str | int, ...], str]] = [
        (("groups", i, "source_id"), g.source_id) for i, g in enumerate(draft.meta.groups)
    ]
    cells += [(("totals", i, "source_id"), t.source_id) for i, t in enumerate(draft.meta.totals)]
    cells += [
        (("thresholds", i, "source_id"), t.source_id) for i, t in enumerate(draft.meta.thresholds)
    ]
    cells += [
        (("neighbours", i, "hosts", j, "source_id"), host.source_id)
        for i, neighbour in enumerate(draft.meta.neighbours)
        for j, host in enumerate(neighbour.hosts)
    ]
    cells += theatre_sources(draft.meta)
    cells += [
        (("earlier_offensives", i, "source_id"), o.source_id)
        for i, o in enumerate(draft.meta.earlier_offensives)
    ]
    cells += [
        (("listed_groups", i, "source_id"), g.source_id)
        for i, g in enumerate(draft.meta.listed_groups)
    ]
    if draft.meta.hindcast is not None:
        cells += [
            (("hindcast", "afterwards", i, "source_id"), a.source_id)
            for i, a in enumerate(draft.meta.hindcast.afterwards)
        ]
    for path, cell in cells:
        for word in split_ids(cell):
            if word not in known:
                yield draft.in_meta.problem(
                    "unknown_source",
                    path,
                    "no such source in the table sources",
                    word,
                    "",
                    suggest(word, known),
                )


@check("missing_method", "figures that were not counted say how they came about", kinds=BOTH)
def missing_methods(draft: Draft) -> Iterator[Problem]:
    """Report rows with a basis other than counted and an empty method."""
    for rows in draft.tables.values():
        if "method" not in rows.values:
            continue
        for line, basis, method in rows.records("basis", "method"):
            if basis and basis != "counted" and method == "":
                yield problem(
                    "missing_method",
                    rows.file,
                    "this cell must be filled",
                    row=line,
                    column="method",
                    expected=f"how the figure was made, as its basis is {basis}",
                )


@check("dates_out_of_order", "no date precedes the one that it follows", kinds=BOTH)
def dates_out_of_order(draft: Draft) -> Iterator[Problem]:
    """Report date_latest and published before date, flows that end before they start."""
    for rows in draft.tables.values():
        for column in rows.table.columns:
            if not column.not_before:
                continue
            for line, later, earlier in rows.records(column.name, column.not_before):
                if later is not None and earlier is not None and later < earlier:
                    yield problem(
                        "dates_out_of_order",
                        rows.file,
                        f"{column.name} is before {column.not_before}",
                        row=line,
                        column=column.name,
                        value=later,
                        expected=f"{earlier} or later",
                    )
    for line, start, end in draft.records("observations", "period_start", "date"):
        if start is not None and end is not None and end < start:
            yield problem(
                "dates_out_of_order",
                draft.file("observations"),
                "date is before period_start",
                row=line,
                column="date",
                value=end,
                expected=f"{start} or later",
            )
    meta = draft.meta
    if meta is not None and meta.period.end <= meta.period.start:
        yield draft.in_meta.problem(
            "dates_out_of_order",
            ("period", "end"),
            "the period ends before it starts",
            meta.period.end,
            f"later than {meta.period.start}",
        )
    if meta is not None:
        yield from _too_many_days(draft, meta)
    if meta is not None and meta.hindcast is not None:
        for i, day in enumerate(meta.hindcast.dates):
            if not meta.period.start <= day < meta.hindcast.until:
                yield draft.in_meta.problem(
                    "dates_out_of_order",
                    ("hindcast", "dates", i),
                    "not between the start of the period and the end of the scores",
                    day,
                    f"{meta.period.start} or later, and before {meta.hindcast.until}",
                )
        for i, told in enumerate(meta.hindcast.afterwards):
            if told.as_of not in meta.hindcast.dates:
                yield draft.in_meta.problem(
                    "unknown_id",
                    ("hindcast", "afterwards", i, "as_of"),
                    "not a day that is forecast from",
                    told.as_of,
                    "one of " + ", ".join(day.isoformat() for day in meta.hindcast.dates),
                )
    for i, o in enumerate(meta.earlier_offensives if meta is not None else ()):
        where = ("earlier_offensives", i)
        if o.end < o.start:
            text, expected = "the offensive ends before it starts", f"{o.start} or later"
            yield draft.in_meta.problem(
                "dates_out_of_order", (*where, "end"), text, o.end, expected
            )
        elif meta is not None and o.end >= meta.period.start:
            text, expected = "not before the period", f"a day before {meta.period.start}"
            yield draft.in_meta.problem(
                "dates_out_of_order", (*where, "end"), text, o.end, expected
            )
        if o.known_from < o.start:
            text, expected = "known before it began", f"{o.start} or later"
            yield draft.in_meta.problem(
                "dates_out_of_order", (*where, "known_from"), text, o.known_from, expected
            )


def _too_many_days(draft: Draft, meta: CrisisMeta) -> Iterator[Problem]:
    """Report a period, and days that are scored, which no run holds."""
    spans = [(("period", "end"), meta.period.start, meta.period.end, MOST_PERIOD_DAYS)]
    if meta.hindcast is not None:
        until = meta.hindcast.until
        spans.append((("hindcast", "until"), min(meta.hindcast.dates), until, MOST_DAYS))
    for path, first, last, most in spans:
        if (last - first).days > most:
            yield draft.in_meta.problem(
                "out_of_bounds",
                path,
                f"{(last - first).days} days after {first}",
                last,
                f"{first + timedelta(days=most)} or earlier",
            )


@check("date_out_of_period", "no fact is dated after the period, the as-of date is within it")
def dates_out_of_period(draft: Draft) -> Iterator[Problem]:
    """Report dated rows after the end of the period and an as-of date outside it."""
    meta = draft.meta
    if meta is None or meta.period.end <= meta.period.start:
        return
    period = meta.period
    if not period.start <= meta.as_of <= period.end:
        yield draft.in_meta.problem(
            "date_out_of_period",
            ("as_of",),
            "the as-of date is outside the period",
            meta.as_of,
            f"{period.start} to {period.end}",
        )
    for where, day in theatre_days(meta):
        if day > period.end:
            yield draft.in_meta.problem(
                "date_out_of_period",
                where,
                "after the end of the period",
                day,
                f"{period.end} or earlier",
            )
    for name, column in _DATED.items():
        for line, day in draft.records(name, column):
            if day is not None and day > period.end:
                yield problem(
                    "date_out_of_period",
                    draft.file(name),
                    "after the end of the period",
                    row=line,
                    column=column,
                    value=day,
                    expected=f"{period.end} or earlier",
                )


@check("before_period", "counts of changed places lie within the period", "warning")
def before_period(draft: Draft) -> Iterator[Problem]:
    """Report counted changes of control before the period, which change no starting state."""
    if draft.meta is None:
        return
    start = draft.meta.period.start
    for line, day in draft.records("control_counts", "date"):
        if day is not None and day < start:
            yield problem(
                "before_period",
                draft.file("control_counts"),
                "before the start of the period",
                row=line,
                column="date",
                value=day,
                expected=f"{start} or later",
            )


@check("outside_period", "figures of another time than the period are background", "warning")
def outside_period(draft: Draft) -> Iterator[Problem]:
    """Report main figures outside the period, which no run is compared with, and far-off days.

    Other figures and violence of up to a year before or after may stand as background.
    """
    meta = draft.meta
    if meta is None or meta.period.end <= meta.period.start:
        return
    first, last = meta.period.start, meta.period.end
    if meta.hindcast is not None:
        last = max(last, meta.hindcast.until)
    rows = [("observations", *row) for row in draft.records("observations", "date", "main")]
    rows += [("violence", *row, 0) for row in draft.records("violence", "date")]
    for table, line, day, main in rows:
        room = timedelta(days=0 if main == 1 else BACKGROUND_DAYS)
        # Violence after the period is an error, which `date_out_of_period` reports.
        until = last + room if table == "observations" else date.max
        if day is None or first - room <= day <= until:
            continue
        after = day > until
        what = "this main figure is" if main == 1 else "more than a year"
        yield problem(
            "outside_period",
            draft.file(table),
            f"{what} {'after the end' if after else 'before the start'} of the period",
            row=line,
            column="date",
            value=day,
            expected=f"{first - room} to {last if until == date.max else until}",
        )


@check("area_hierarchy", "areas lie in an area of a higher level, without circles", kinds=BOTH)
def area_hierarchy(draft: Draft) -> Iterator[Problem]:
    """Report areas whose parent is not of a level above theirs."""
    levels = {a: level for _, a, level in draft.records("areas", "area_id", "level")}
    for line, area, level, parent in draft.records("areas", "area_id", "level", "parent_id"):
        above = levels.get(parent) if parent else None
        if area and level is not None and above is not None and above >= level:
            yield problem(
                "area_hierarchy",
                draft.file("areas"),
                f"the parent is of level {above}, this area of level {level}",
                row=line,
                column="parent_id",
                value=parent,
                expected="a parent of a lower level number",
            )


@check("area_mismatch", "a place of a row lies in the area of the row")
def area_mismatches(draft: Draft) -> Iterator[Problem]:
    """Report violence rows whose place is not in their area."""
    lineage = area_lineage(draft)
    home = {p: a for _, p, a in draft.records("places", "place_id", "area_id")}
    for line, place, area in draft.records("violence", "place_id", "area_id"):
        own = home.get(place) if place else None
        if own in lineage and area in lineage and area not in lineage[own]:
            yield problem(
                "area_mismatch",
                draft.file("violence"),
                f"the place {place!r} lies in another area",
                row=line,
                column="area_id",
                value=area,
                expected=" or ".join(lineage[own]),
            )
