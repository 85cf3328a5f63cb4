"""Checks of observed series and of parameters."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from havenline.crisis.cells import split_ids
from havenline.crisis.choices import MEASURES
from havenline.crisis.draft import Draft
from havenline.crisis.outcome_names import INDICATORS, SINCE_START, STAKES
from havenline.crisis.registry import Hints, check, declare, one_of, problem, suggest
from havenline.errors import Problem

UNITS = ("persons", "movements")
"""Units of the figures that runs are held against."""


@check(
    "flow_without_start",
    "flows and cumulative figures used for scores say from which day they count",
)
def flows_without_start(draft: Draft) -> Iterator[Problem]:
    """Report main flows and cumulative figures without period_start."""
    rows = draft.tables.get("observations")
    if rows is None:
        return
    starts = rows.texts["period_start"]
    for (line, measure, main), start in zip(rows.records("measure", "main"), starts, strict=True):
        if measure and MEASURES[measure].over and main == 1 and not start:
            yield problem(
                "flow_without_start",
                rows.file,
                "this cell must be filled",
                row=line,
                column="period_start",
                expected=f"the first day that this figure of {measure} covers",
            )


@check("two_main_observations", "one figure of a series and day is the main one")
def two_main_observations(draft: Draft) -> Iterator[Problem]:
    """Report a second main figure for the same series, area and days."""
    first: dict[tuple[object, ...], int] = {}
    wanted = ("series_id", "area_id", "date", "period_start", "neighbour", "main")
    for line, *key, main in draft.records("observations", *wanted):
        if main != 1 or key[2] is None:
            continue
        if tuple(key) in first:
            yield problem(
                "two_main_observations",
                draft.file("observations"),
                f"line {first[tuple(key)]} is already the main figure of this day",
                row=line,
                column="main",
                value="1",
                expected="0",
            )
        first.setdefault(tuple(key), line)


@check("measure_unit", "figures that a run is held against count persons or movements")
def measure_units(draft: Draft) -> Iterator[Problem]:
    """Report measures in households, shares and the like, which a run would take for persons."""
    for line, measure, unit in draft.records("observations", "measure", "unit"):
        if measure and measure != "other" and unit and unit not in UNITS:
            yield problem(
                "measure_unit",
                draft.file("observations"),
                f"a figure of {measure} would be taken for persons",
                row=line,
                column="unit",
                value=unit,
                expected=one_of(UNITS),
                hint="convert it and say how in note, or give it the measure other",
            )


@check("measure_neighbour", "figures of people abroad and at borders say of which country")
def measure_neighbours(draft: Draft) -> Iterator[Problem]:
    """Report entries, returns from abroad and people abroad without a neighbour."""
    for line, measure, neighbour in draft.records("observations", "measure", "neighbour"):
        if measure and MEASURES[measure].abroad and neighbour == "":
            yield problem(
                "measure_neighbour",
                draft.file("observations"),
                "this cell must be filled",
                row=line,
                column="neighbour",
                expected=f"the neighbour that this figure of {measure} speaks of",
            )


@check("repeats_unsaid", "figures that count moves say that one person may stand in them again")
def repeats_unsaid(draft: Draft) -> Iterator[Problem]:
    """Report movements that are said to count persons once, or do not say."""
    wanted = ("measure", "unit", "repeats")
    for line, measure, unit, repeats in draft.records("observations", *wanted):
        if not measure or measure == "other" or repeats is None:
            continue
        moves = MEASURES[measure].moves
        if (moves and repeats == "no") or (unit == "movements" and not moves and repeats != "yes"):
            yield problem(
                "repeats_unsaid",
                draft.file("observations"),
                f"{measure} counts moves" if moves else "movements count a person at each move",
                row=line,
                column="repeats",
                value=repeats,
                expected="yes, or leave it empty" if moves else "yes, or the unit persons",
            )


@check("mixed_measures", "a series counts one thing")
def mixed_measures(draft: Draft) -> Iterator[Problem]:
    """Report series whose rows have several measures."""
    first: dict[str, tuple[int, str]] = {}
    for line, series, measure in draft.records("observations", "series_id", "measure"):
        if not series or not measure:
            continue
        before, was = first.setdefault(series, (line, measure))
        if was != measure:
            yield problem(
                "mixed_measures",
                draft.file("observations"),
                f"line {before} has the measure {was} for the series {series!r}",
                row=line,
                column="measure",
                value=measure,
                expected="one measure for a series",
            )


@check("series_goes_on", "a series that ended has no later figures")
def series_goes_on(draft: Draft) -> Iterator[Problem]:
    """Report figures after the row by which their series stopped."""
    ended: dict[tuple[object, ...], tuple[date, int]] = {}
    wanted = ("series_id", "area_id", "neighbour", "counter", "date")
    rows = [row for row in draft.records("observations", *wanted, "ends") if row[5] is not None]
    for line, *key, day, ends in rows:
        if ends == "yes":
            ended[tuple(key)] = min(ended.get(tuple(key), (day, line)), (day, line))
    for line, *key, day, _ in rows:
        last, before = ended.get(tuple(key), (date.max, 0))
        if day > last:
            yield problem(
                "series_goes_on",
                draft.file("observations"),
                f"the series stopped on {last} (line {before})",
                row=line,
                column="date",
                value=day,
                expected=f"{last} or earlier",
            )


@check("break_of_nothing", "a change of method is a step from an earlier figure", "warning")
def breaks_of_nothing(draft: Draft) -> Iterator[Problem]:
    """Report breaks at the first figure of a series."""
    first: dict[tuple[object, ...], date] = {}
    wanted = ("series_id", "area_id", "neighbour", "date")
    rows = [row for row in draft.records("observations", *wanted, "break") if row[4] is not None]
    for _, *key, day, _ in rows:
        first[tuple(key)] = min(first.get(tuple(key), day), day)
    for line, *key, day, broken in rows:
        if broken == "yes" and day == first[tuple(key)]:
            yield problem(
                "break_of_nothing",
                draft.file("observations"),
                "no earlier figure of this series, so there is no step",
                row=line,
                column="break",
                value="yes",
                expected="it at the first figure that the new method gave",
            )


@check("cumulative_falls", "main cumulative figures that are exact do not fall", "warning")
def cumulative_falls(draft: Draft) -> Iterator[Problem]:
    """Report main cumulative figures below an earlier one of their series."""
    series: dict[tuple[object, ...], list[tuple[object, int, float]]] = {}
    wanted = ("series_id", "area_id", "period_start", "neighbour", "date", "value")
    rest = ("measure", "main", "qualifier")
    for line, *key, day, value, measure, main, how in draft.records("observations", *wanted, *rest):
        over = measure and MEASURES[measure].over
        if over and (main, how) == (1, "=") and day is not None and value is not None:
            series.setdefault(tuple(key), []).append((day, line, value))
    for points in series.values():
        points.sort(key=lambda point: (str(point[0]), point[1]))
        for (day, _, before), (_, line, value) in pairwise(points):
            if value < before:
                yield problem(
                    "cumulative_falls",
                    draft.file("observations"),
                    f"below the figure of {day}",
                    row=line,
                    column="value",
                    value=f"{value:g}",
                    expected=f"{before:g} or more",
                )


@check("unknown_outcome", "series, indicators and stakes that are named exist")
def unknown_outcomes(draft: Draft) -> Iterator[Problem]:
    """Report a series without counts, and limits and stakes of what no run and no deal has."""
    meta = draft.meta
    if meta is not None and meta.displaced_series is not None and "observations" in draft.tables:
        rows = draft.tables["observations"]
        main = [
            name
            for _, name, measure, one in draft.records(
                "observations", "series_id", "measure", "main"
            )
            if measure == "displaced_cumulative" and one == 1
        ]
        unread = {"series_id", "measure", "main"} & rows.missing
        if rows.whole and not unread and meta.displaced_series not in main:
            yield draft.in_meta.problem(
                "unknown_outcome",
                ("displaced_series",),
                f"{rows.file} has no main figure of it with the measure displaced_cumulative",
                meta.displaced_series,
                hint=suggest(meta.displaced_series, set(filter(None, main))),
            )
    for i, limit in enumerate(meta.thresholds if meta is not None else ()):
        if limit.indicator not in INDICATORS:
            yield draft.in_meta.problem(
                "unknown_outcome", ("thresholds", i, "indicator"), "no such indicator",
                limit.indicator, hint=suggest(limit.indicator, INDICATORS),
            )  # fmt: skip
        elif limit.since_start and limit.indicator not in SINCE_START:
            yield draft.in_meta.problem(
                "unknown_outcome", ("thresholds", i, "since_start"),
                f"{limit.indicator} is not counted since the start of the period", "true",
                f"false; true only with {', '.join(SINCE_START)}",
            )  # fmt: skip
    for table in ("stakes", "red_lines"):
        near = Hints(STAKES)
        for line, about in draft.records(table, "about"):
            if about and about not in STAKES:
                yield problem(
                    "unknown_outcome",
                    draft.file(table),
                    "no outcome of a run and no term of a settlement",
                    row=line,
                    column="about",
                    value=about,
                    hint=near.to(about),
                )


declare(
    "retired_parameter", "parameters are not of an earlier version, which nothing uses", "warning"
)


@check("unknown_parameter", "parameters have a name of the default table")
def unknown_parameters(draft: Draft) -> Iterator[Problem]:
    """Report parameters that the default table does not have, and odd distributions."""
    rows = draft.tables.get("parameters")
    if rows is None or not len(rows):
        return
    from havenline.crisis.parameters import RETIRED, parameter_names

    known = parameter_names()
    near = Hints(known)
    for line, name in rows.records("name"):
        if name in RETIRED:
            yield problem(
                "retired_parameter",
                rows.file,
                "a parameter of an earlier version, which no run uses",
                row=line,
                column="name",
                value=name,
                hint=RETIRED[name],
            )
        elif name and name not in known:
            yield problem(
                "unknown_parameter",
                rows.file,
                "no parameter has this name",
                row=line,
                column="name",
                value=name,
                hint=near.to(name),
            )


@check("parameter_range", "parameters have a known distribution and a range that a run can draw")
def parameter_ranges(draft: Draft) -> Iterator[Problem]:
    """Report values out of the parameter's bounds and distributions that nothing draws from."""
    rows = draft.tables.get("parameters")
    if rows is None or not len(rows):
        return
    from havenline.crisis.distributions import SHAPES, fault_of
    from havenline.crisis.parameters import out_of_bounds, parameter_names

    known = parameter_names()
    for line, name, *cells in rows.records("name", "value", "low", "high"):
        for column, cell in zip(("value", "low", "high"), cells, strict=True):
            wanted = out_of_bounds(name, cell) if name in known and cell is not None else None
            if wanted is not None:
                yield problem(
                    "parameter_range",
                    rows.file,
                    f"{name} cannot be this",
                    row=line,
                    column=column,
                    value=f"{cell:g}",
                    expected=wanted,
                )
    for line, shape, *numbers in rows.records("distribution", "value", "low", "high"):
        fault = fault_of(shape, *numbers)
        if fault is not None:
            yield problem(
                "parameter_range",
                rows.file,
                fault.message,
                row=line,
                column=fault.column,
                value=fault.found,
                expected=fault.expected,
                hint=suggest(fault.found, SHAPES) if fault.column == "distribution" else "",
            )


@check("border_order", "a more open border never lets fewer people in than a less open one")
def border_orders(draft: Draft) -> Iterator[Problem]:
    """Report a border whose chances of entry fall as its regime opens."""
    rows = draft.tables.get("parameters")
    if rows is None or draft.meta is None:
        return
    from havenline.crisis.parameters import BORDER, border_order, known_parameters, newest_known

    as_of = draft.meta.as_of
    own = newest_known(
        (
            (name, known, (line, value))
            for line, name, value, known in rows.records("name", "value", "known_from")
            if name in BORDER and value is not None and known is not None
        ),
        as_of,
    )
    usual = {name: row.value for name, row in known_parameters(as_of).items()}
    fault = border_order(usual | {name: value for name, (_, value) in own.items()})
    if own and fault is not None:
        line, value = max(own.values())
        yield problem(
            "border_order",
            rows.file,
            fault,
            row=line,
            column="value",
            value=f"{value:g}",
            expected=" <= ".join(BORDER),
        )


@check(
    "known_before_published",
    "parameters and earlier offensives are known no earlier than their sources were published",
    "warning",
)
def known_before_published(draft: Draft) -> Iterator[Problem]:
    """Report parameters with a source of a later day than the one they claim."""
    sources = draft.records("sources", "source_id", "published")
    published = {name: day for _, name, day in sources}
    for i, o in enumerate(draft.meta.earlier_offensives if draft.meta is not None else ()):
        days = [published.get(name) for name in split_ids(o.source_id)]
        newest = max((d for d in days if d is not None), default=None)
        if newest is not None and newest > o.known_from:
            yield draft.in_meta.problem(
                "known_before_published",
                ("earlier_offensives", i, "known_from"),
                "a source of this figure was published later",
                o.known_from,
                f"{newest} or later",
            )
    for line, known, text in draft.records("parameters", "known_from", "source_id"):
        days = [published.get(i) for i in split_ids(text or "")]
        newest = max((d for d in days if d is not None), default=None)
        if known is not None and newest is not None and newest > known:
            yield problem(
                "known_before_published",
                draft.file("parameters"),
                "a source of this row was published later",
                row=line,
                column="known_from",
                value=str(known),
                expected=f"{newest} or later",
            )
