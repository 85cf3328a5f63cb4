"""Rebuild the reference pages that are made from the code.

Run from the repository root after a change to the parameter table, the steps of a day, the
outcomes or the crisis format::

    python -m scripts.build_docs            # into docs/
    python -m scripts.build_docs --out DIR  # elsewhere, to compare
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from havenline.crisis import (
    CASE_TABLES,
    CHECKS,
    TABLES,
    Column,
    CrisisMeta,
    OptionSpec,
    Table,
    builtin_crises,
    open_crisis,
)
from havenline.crisis.answers import ANSWERS, COUNTED_ONCE, WITHOUT
from havenline.crisis.case_schema import CaseMeta
from havenline.crisis.choices import MEASURES, covers
from havenline.crisis.columns import basis_column
from havenline.crisis.levers import LEVERS, AidStep
from havenline.crisis.meta import (
    Afterwards,
    BoundingBox,
    Group,
    HindcastDays,
    Host,
    ListedGroup,
    Neighbour,
    Period,
    Theatre,
    TheatreArea,
    TheatreCount,
    Threshold,
    Total,
)
from havenline.crisis.parameters import Parameter, case_table, default_table, known_parameters
from havenline.crisis.schema import does_of
from havenline.engine.day import STEPS
from havenline.engine.layout import VARIABLES
from havenline.evidence.text import TextTable
from havenline.outcomes import INDICATORS
from scripts.sources.onward import check_onward, onward_notes, onward_table
from scripts.sources.truces import check_truces, truce_notes, truce_table

SOURCED = "idlib-2020"
DOCS = Path(__file__).resolve().parents[1] / "docs"
MADE = "<!-- Made by scripts/build_docs.py; change what it reads, not this page. -->"

TYPES = {
    "id": "slug",
    "code": "slug or p-code",
    "ids": "slugs, `;` between them",
    "codes": "slugs or p-codes, `;` between them",
    "text": "text",
    "integer": "whole number",
    "number": "number",
    "date": "YYYY-MM-DD",
}


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a Markdown table."""
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    for row in rows:
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |")
    return [*lines, ""]


def page(title: str, *parts: Iterable[str]) -> str:
    """Return a page with its title and the lines of its parts."""
    lines = [f"# {title}", "", MADE, ""]
    for part in parts:
        lines += part
    return "\n".join(lines).rstrip("\n") + "\n"


def text(words: str) -> list[str]:
    """Return the lines of a text, with an empty line after it."""
    return [*words.strip().splitlines(), ""]


def number(value: float) -> str:
    """Write a number plainly, such as 0.00005; a NaN is left out."""
    if value != value:
        return ""
    return f"{value:f}".rstrip("0").rstrip(".") if abs(value) < 1e-4 else f"{value:g}"


def span(low: float, high: float) -> str:
    """Write a range; nothing for a fixed value."""
    return "" if low != low else f"{number(low)} to {number(high)}"


# The parameters


def parameter_row(row: Parameter) -> tuple[str, ...]:
    """Return the cells of one row of the parameter table."""
    return (
        f"`{row.name}`",
        row.unit,
        number(row.value),
        span(row.low, row.high),
        row.distribution,
        row.meaning,
        f"{row.source} ({row.kind})",
        row.known_text,
    )


def own_part(name: str) -> list[str]:
    """Return the section of the rows that a built-in crisis puts before the default ones."""
    own = open_crisis(name).parameters
    if own.empty:
        return []
    rows = (
        (
            f"`{row['name']}`",
            number(row["value"]),
            span(row["low"], row["high"]),
            row["distribution"],
            f"{row['method'] or 'counted'} ({row['basis']}; {row['source_id']})",
            row["known_from"].date().isoformat(),
        )
        for row in own.to_dict("records")
    )
    header = ("name", "value", "range", "distribution", "source", "known from")
    return [f"## Rows of the built-in crisis {name}", "", *table(header, rows)]


def parameters_page() -> str:
    """Return the page of the parameter table, a section for each part of the model."""
    rows = default_table()
    names = {row.name for row in rows}
    prior = {r.name for r in rows} - {r.name for r in rows if r.kind == "sourced"}
    parts: dict[str, list[Parameter]] = {}
    for row in rows:
        parts.setdefault(row.part, []).append(row)
    header = ("name", "unit", "value", "range", "distribution", "meaning", "source", "known from")
    body: list[str] = []
    for part, of_part in parts.items():
        order = list(dict.fromkeys(row.name for row in of_part))
        of_part.sort(key=lambda row: row.known_from)
        ordered = [row for name in order for row in of_part if row.name == name]
        body += [f"## {part.capitalize()}", "", *table(header, map(parameter_row, ordered))]
    return page(
        "Parameters",
        text(
            f"""
Every number that a run can vary, declared once: {len(names)} parameters in {len(rows)} rows.
{len(prior)} of them rest on a prior (judgement) alone.

A parameter may have several rows. The first is a wide prior that leans on no fact and holds for any
year; the others have the day from which they were known, and a run takes the newest row that was
known at its as-of date. `havenline audit` marks the parameters of which that is the first row. A
crisis can put rows of its own before these (its `parameters.csv`); those of the crises that ship
stand at the end of this page. `--set name=value` fixes a value for one run.

*value* is the median of a lognormal or normal distribution, the mode of a triangular one, the
mean of a beta distribution, and the centre of the others. *range* is the 5% and 95% quantile of a
lognormal, normal or beta distribution and the bounds of the others. *prior* in brackets after the
source means judgement; *sourced* means that a publication stands behind it.
"""
        ),
        body,
        *(own_part(name) for name in builtin_crises()),
        given_part(),
    )


def given_part() -> list[str]:
    """Return the parameters of the rules for displacement cases."""
    header = ("name", "unit", "value", "range", "distribution", "meaning", "source", "known from")
    return [
        "## Displacement cases",
        "",
        *text(
            """
What the rules `allocation` have beside the kernel of destinations that they share with runs of
crises (`destination_...`, the newest rows). These enter no run of a crisis.
"""
        ),
        *table(header, map(parameter_row, case_table())),
    ]


# The steps of a day


def steps_page() -> str:
    """Return the page of the steps of a day."""
    rows = (
        (
            str(i),
            f"[`{name}`](../explanation/mechanisms/{step.page}.md)",
            step.what,
            ", ".join(step.reads),
            ", ".join(step.writes) or "nothing",
        )
        for i, (name, step) in enumerate(STEPS.items(), start=1)
    )
    return page(
        "Steps of a day",
        text(
            """
A day of a run is this table, from top to bottom; `havenline steps` prints it. Each step is one
file in `havenline/engine/steps` that declares what stands here; a test holds it against the code.
Each has a page of one screen; the [model page](../explanation/model.md) tells them together.
"""
        ),
        table(("", "step", "what it does", "reads", "writes"), rows),
    )


# The outcomes

OUTCOMES_INTRO = """
## What a result holds

`result.nc` (NetCDF-4; xarray opens it) and `Result.dataset` hold the same. Nothing is kept by
place, only by sub-district.

Dimensions: `option` (the baseline first), `future`, `day` (the first is the end of the as-of date),
`area` (p-code of the sub-district), `group`, `neighbour`, `week` (week 0 is days 1 to 7 after the
as-of date), `history_day` (start of the period to the as-of date), `parameter`.

Every variable says in its attribute `measure` what kind of number it is. A *stock* is people
present at a time. A *flow* is people per day. *cumulative* counts from a start. A *share* lies
between 0 and 1. A *value* is that of a parameter, in the unit that the coordinate `parameter_unit`
says. Stocks and flows are never added. The attribute `prior_only` is 1 where a figure
rests on a prior alone.
"""

OUTCOMES_NOTES = """
The attributes of the dataset name the version, the crisis, the as-of date, the seed, the settings
and the SHA-256 of every input file. `partial` is 1 where a run was stopped before all futures were
done. `choice_weight_cut` is the share of the pull that choice sets of destinations cut off.

## Tables of a run

- `displaced_by_area` (CSV and Parquet): displaced people by area.
- `daily` (CSV and Parquet): the daily series, and the sums over areas or neighbours of
  `departures`, `in_sites` and `waiting`.
- `indicators_by_future` (Parquet): every indicator by option and future.
- `planning` (XLSX and CSV), the planning sheet: arrivals and presence by sub-district and week,
  p50 and p90, against the capacity on the as-of date; exposure by sub-district and week.
- `needs_by_phase` (CSV): shelter, water and health by option and phase.
- `sensitivity` (CSV), with 30 futures or more: how far each outcome of each option turns on each
  uncertain value (PAWN index, what luck alone gives, Spearman correlation), the strongest first.
- `host_pressure` (CSV), where the crisis declares host areas: refugees, the index and each of its
  components by option and host area.
- `provenance.json`, written last: version, seed, futures, options, settings, the SHA-256 of every
  input file and of every file of the run. It stands beside the tables, because a comment inside a
  CSV is a header to most readers. Where it is missing, or a digest does not fit, the tables are
  not of one run. The Parquet files and `result.nc` carry the same in their attributes.

Quantiles by area and week must not be added up over areas or weeks. A text in a CSV that a
spreadsheet program would take for a formula has an apostrophe in front.

## How options are compared

Each indicator is one number for each option and future.
"""

OUTCOMES_WORDS = """
- **median, q05, q95**: over the futures of the option.
- **difference_to_no_deal**: the difference within each future, option less baseline, under the
  same luck; its median and range, and in how many of 100 futures the option does better.
- **regret_p90**: how much worse the option does than the best of the named options in the same
  future, at the 90th percentile. None where neither lower nor higher is better: to spend less is
  not better by itself.
- **mc_error**: the error of the median from the number of futures. Figures are rounded to it. A
  difference below it reads "not distinguishable".

There is no single score over indicators.
"""


def marked(meaning: str, prior_only: bool) -> str:
    """Return a meaning, marked where the figure rests on a prior alone."""
    return f"{meaning} (prior only)" if prior_only else meaning


def outcomes_page() -> str:
    """Return the page of the variables of a result and of the indicators."""
    variables = (
        (
            f"`{v.name}`",
            marked(v.long_name, v.prior_only),
            v.units,
            v.measure,
            ", ".join(v.dims),
        )
        for v in VARIABLES.values()
    )
    indicators = (
        (f"`{i.id}`", i.name, marked(i.meaning, i.prior_only), i.unit, i.better)
        for i in INDICATORS.values()
    )
    return page(
        "Outcomes",
        text(OUTCOMES_INTRO),
        table(("variable", "what it says", "unit", "measure", "dimensions"), variables),
        text(OUTCOMES_NOTES),
        table(("indicator", "name", "what it says", "unit", "better"), indicators),
        text(OUTCOMES_WORDS),
        text(ANSWERS_INTRO.format(once="` and `".join(COUNTED_ONCE))),
        table(
            ("measure of `observations.csv`", "of the whole crisis", "of an area", "else"),
            map(answer_row, (*ANSWERS, *WITHOUT)),
        ),
    )


ANSWERS_INTRO = """
## What answers to an observed series

`havenline hindcast` scores each series against the variable that answers to its measure: a rise by
the days that lie after the as-of date, a stock on its day. Of a series that counts repeat moves
`{once}` are moves. Those still displaced leave out those displaced before. Arrivals and
departures hold moves within an area as well; who chooses again on the way has not departed again,
and no return home is in either. Of the whole crisis a figure by area or neighbour is summed.
"""


def answer_row(measure: str) -> tuple[str, ...]:
    """Return the cells that say what answers to a measure, or why nothing does."""
    answer = ANSWERS.get(measure)
    if answer is None:
        return f"`{measure}`", "", "", f"not scored: {WITHOUT[measure]}"
    by = f"by neighbour `{answer.neighbour}`" if answer.neighbour else ""
    return (
        f"`{measure}`",
        f"`{answer.whole}`",
        f"`{answer.part}`" if answer.part else "",
        by,
    )


# The crisis folder


def column_row(column: Column) -> tuple[str, ...]:
    """Return the cells that describe a column."""
    kind = TYPES[column.type]
    if column.choices:
        kind = ", ".join(f"`{c}`" for c in column.choices)
    bounds = ""
    if column.low is not None and column.high is not None:
        bounds = f"{number(column.low)} to {number(column.high)}"
    rules = [
        bounds,
        f"an id of {column.refers}" if column.refers else "",
        f"not before {column.not_before}" if column.not_before else "",
    ]
    return (
        f"`{column.name}`",
        column.meaning,
        kind,
        column.unit,
        "yes" if column.required else "may be empty",
        "; ".join(r for r in rules if r),
    )


COMMON = ("basis", "confidence", "coord_confidence")
"""Columns whose values mean the same in every table."""


def values_part(column: Column) -> list[str]:
    """Return a table of what each value of a column does in a run; nothing where none is said."""
    said = does_of(column)
    if not said:
        return []
    head = (f"`{column.name}`", "what it does in a run")
    if column.name == "measure":
        rows = ((f"`{m}`", f"{text}", covers(m), "yes" if MEASURES[m].abroad else "")
                for m, text in said.items())  # fmt: skip
        return table((head[0], "what it counts and does", "covers", "needs a neighbour"), rows)
    return table(head, ((f"`{value}`", text) for value, text in said.items()))


def tables_part(
    tables: Iterable[Table], head: str = "###", given: Mapping[str, Table] | None = None
) -> list[str]:
    """Return a section for each table; of one that is `given`, only the columns that differ."""
    lines = []
    header = ("column", "what it says", "type", "unit", "filled", "rules")
    for spec in tables:
        known = (given or {}).get(spec.name)
        columns = [c for c in spec.columns if known is None or c not in known.columns]
        if known is not None and not columns and spec.needed == known.needed:
            continue
        lines += [f"{head} {spec.name}.csv", "", f"A row is {spec.meaning}."]
        lines += ["" if spec.needed else "The table may be left out.", ""]
        if spec.key:
            lines += ["Stands only once: " + ", ".join(f"`{k}`" for k in spec.key) + ".", ""]
        if known is not None:
            lines += ["As in a crisis, but for these columns.", ""]
        if known is None and spec.does:
            lines += [f"In a run: {spec.does}.", ""]
        lines += [spec.reading, ""] if spec.reading else []
        lines += table(header, map(column_row, columns))
        lines += [line for c in columns if c.name not in COMMON for line in values_part(c)]
    return [line for i, line in enumerate(lines) if line or i == 0 or lines[i - 1]]


CASE_INTRO = """
A displacement case is a crisis whose arrivals are given: how many people are counted in its camps
on each day is known, and the question is where they go. `crisis.yaml` says `kind: case`; there are
no options. `areas.csv`, `places.csv`, `populations.csv`, `routes.csv`, `sites.csv` and
`sources.csv` are those of a crisis. `havenline check`, `run`, `validate`, `forecast` and
`calibrate` take such a folder; `havenline import flee` makes one from a folder of Flee.
"""


def case_part() -> list[str]:
    """Return what a folder that holds a displacement case has."""
    return [
        "## A displacement case",
        "",
        *text(CASE_INTRO),
        "### crisis.yaml of a case",
        "",
        *keys_of(CaseMeta),
        "Under `flee` stand settings of Flee's rules, with [these",
        "names](../how-to/from-flee.md) without their sections.",
        "",
        *tables_part(CASE_TABLES.values(), given=TABLES),
    ]


def kind_of(entry: dict[str, Any]) -> str:
    """Say in words what a JSON Schema entry allows."""
    if "const" in entry:
        return f"`{entry['const']}`"
    if "enum" in entry:
        return ", ".join(f"`{v}`" for v in entry["enum"])
    if "anyOf" in entry:
        kinds = [kind_of(e) for e in entry["anyOf"] if e.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "$ref" in entry or "oneOf" in entry:
        return "mapping"
    kind = str(entry.get("type", ""))
    if kind == "array":
        inner = kind_of(entry.get("items", {}))
        return "list of mappings" if inner == "mapping" else f"list of: {inner}"
    if kind == "string":
        return "YYYY-MM-DD" if entry.get("format") == "date" else "text"
    words = {
        "integer": "whole number",
        "number": "number",
        "boolean": "true or false",
        "object": "mapping",
    }
    return words.get(kind, kind)


def shown(entry: dict[str, Any]) -> str:
    """Return the default of a JSON Schema entry as it would be written."""
    value = entry["default"]
    if isinstance(value, bool):
        return str(value).lower()
    return "nothing" if value in (None, [], {}) else str(value)


def keys_of(model: type[BaseModel]) -> list[str]:
    """Return a table of the keys of a mapping."""
    schema = model.model_json_schema()
    needed = set(schema.get("required", ()))
    rows = []
    for name, entry in schema["properties"].items():
        default = "may be left out"
        if name in needed:
            default = "needed"
        elif "default" in entry:
            default = f"default: {shown(entry)}"
        rows.append((f"`{name}`", entry.get("description", ""), kind_of(entry), default))
    return table(("key", "what it says", "value", ""), rows)


def meta_part() -> list[str]:
    """Return the keys of crisis.yaml."""
    lines = ["## crisis.yaml", "", *keys_of(CrisisMeta)]
    inner: tuple[tuple[str, type[BaseModel]], ...] = (
        ("period", Period),
        ("an entry of groups", Group),
        ("bounding_box", BoundingBox),
        ("an entry of neighbours", Neighbour),
        ("an entry of hosts", Host),
        ("an entry of totals", Total),
        ("an entry of theatres", Theatre),
        ("an entry of areas of a theatre", TheatreArea),
        ("an entry of counts of such an area", TheatreCount),
        ("hindcast", HindcastDays),
        ("an entry of afterwards", Afterwards),
        ("an entry of thresholds", Threshold),
        ("an entry of listed_groups", ListedGroup),
    )
    for title, model in inner:
        lines += [f"### In {title}", "", *keys_of(model)]
    return lines


def options_part() -> list[str]:
    """Return the keys of options.yaml and of every lever."""
    lines = ["## options.yaml", ""]
    lines += text(
        """
One key, `options`: a list. Exactly one option is the baseline. A date of a lever is YYYY-MM-DD or
whole days after the as-of date. Unknown keys are errors.
"""
    )
    lines += ["### An option", "", *keys_of(OptionSpec)]
    for name, model in LEVERS.items():
        effect = str(getattr(model, "EFFECT", ""))
        lines += [f"### The lever `{name}`", "", effect, "", *keys_of(model)]
        if name == "haven":
            lines += ["A step of `aid`:", "", *keys_of(AidStep)]
    return lines


def checks_part() -> list[str]:
    """Return the table of named checks."""
    rows = ((f"`{c.name}`", c.meaning, c.severity) for c in CHECKS.values())
    return [
        "## Named checks",
        "",
        *text(
            """
`havenline check PATH` makes all of these and reports every problem at once. An error stops a run.
A warning stops nothing, unless its check is made strict.
"""
        ),
        *table(("check", "what holds when it passes", "severity"), rows),
    ]


FOLDER_INTRO = """
A crisis is a folder of tables (CSV), two YAML files and geometry (GeoJSON). This page is made from
the same declarations that the reader checks against; `havenline schema` prints them as JSON
Schema.

Rules for every file: UTF-8 without a byte order mark, lines end in LF, commas between cells, all
columns of the table in the header and no others. Dates are YYYY-MM-DD. Numbers are plain: a point
for decimals, no thousands separators. Ids of ours are slugs (lower-case letters, digits, `-`, `_`);
p-codes are written as published. Ids join tables, names never do. An empty cell means unknown,
never zero.

Every row names its source, and the source stands in `sources.csv`. A figure that was not counted
says so (`basis`) and how it was made (`method`). `confidence` is told beside a figure and no run
uses it.

`published` is the day from which a fact was known. A run with an as-of date uses only rows
published by that day; who lives where may stand in, marked as `stand_in`, where it was only
published later.

`hindcast.yaml` is written by `havenline hindcast PATH --keep`: the scores of forecasts from earlier
days, which reports and the page show. No run reads it. It holds the SHA-256 of the inputs it was
made from; where they have changed since, reports say so.
"""

GEOGRAPHY = """
Longitude first, as GeoJSON wants it. Each file may be left out; an option with a line needs its
line.

- `geography/outlines.geojson`: polygons of countries. Properties `name`, `iso_n3`.
- `geography/lines.geojson`: LineStrings that an option may name. Properties `line_id`, `name`,
  `protected_point` (longitude and latitude of a point on the protected side), `source_id`,
  `method`.
- `geography/cells.geojson`: polygons to draw areas with. Properties `area_id`, `name`. Cells
  nearest to each place are not boundaries, and maps must say so.
"""


def folder_page() -> str:
    """Return the page of the crisis format."""
    return page(
        "The crisis folder",
        text(FOLDER_INTRO),
        values_part(basis_column()[0]),
        meta_part(),
        ["## Tables", ""],
        tables_part(TABLES.values()),
        options_part(),
        ["## Geometry", ""],
        text(GEOGRAPHY),
        case_part(),
        checks_part(),
    )


# What some parameters rest on


def told(found: TextTable, notes: Iterable[str]) -> list[str]:
    """Return the lines of a table of text and of the sentences below it."""
    rows = table([h or " " for h in found.header], found.rows)
    return [f"## {found.title}", "", *rows, *(f"- {note}" for note in notes), ""]


def sources_page() -> str:
    """Return the page that holds parameters against truces and sea arrivals of the past."""
    crisis = open_crisis(SOURCED)
    truces = check_truces(crisis.parameters)
    known = known_parameters(crisis.meta.as_of, crisis.parameters)
    managed = known["onward_managed"]
    return page(
        "What some parameters rest on",
        text(
            f"""
The law by which truces fail and the rates of onward movement were set after cases of the past. Here
they stand beside those cases, with the values that a run of `{SOURCED}` draws. How each case is
counted, and what is judgement, is said at the top of the modules in `scripts/sources`.
"""
        ),
        told(truce_table(truces), truce_notes(truces)),
        told(onward_table(managed), onward_notes(check_onward(managed), list(known.values()))),
    )


PAGES: dict[str, Callable[[], str]] = {
    "reference/parameters.md": parameters_page,
    "reference/steps.md": steps_page,
    "reference/outcomes.md": outcomes_page,
    "reference/crisis-folder.md": folder_page,
    "reference/sources.md": sources_page,
}


def build(out: Path) -> None:
    """Write every page below `out`."""
    for name, make in PAGES.items():
        target = out / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(make(), encoding="utf-8", newline="\n")


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=DOCS)
    build(parser.parse_args().out)


if __name__ == "__main__":
    main()
