"""The report: one HTML file that opens from disk, with its pictures and style inside."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from havenline import words
from havenline.crisis import Crisis
from havenline.crisis.cells import split_ids
from havenline.crisis.parameters import Parameter
from havenline.evidence.replay import replay_fit
from havenline.facts.counts import displaced_known, returns_known
from havenline.facts.known import known_by
from havenline.outcomes.comparison import Comparison
from havenline.report import (
    assumptions,
    atlas,
    charts,
    exposure,
    hindsight,
    trace,
)
from havenline.report.listed import listed_groups
from havenline.report.svg import plain
from havenline.telling import answer, behind
from havenline.telling.compliance import eroded, hollowed
from havenline.telling.past import past_told

CONTENTS = (
    ("table", "Options side by side"),
    ("moved", "How many flee"),
    ("bare", "Without shelter"),
    ("now", "Map now"),
    ("end", "Maps at the end"),
    ("exposed", "Exposure"),
    ("cost", "Moved, left, overrun"),
    ("fails", "When options fail"),
    ("inaction", "What no deal costs"),
    ("needed", "What is needed"),
    ("hosts", "Host areas"),
    ("turns", "What it turns on"),
    ("rests", "What figures rest on"),
    ("assumed", "What was assumed"),
    ("hindsight", "In hindsight"),
    ("cannot", "What this cannot say"),
    ("sources", "Sources"),
    ("made", "How it was made"),
)


def _shown(value: object) -> object:
    """Return text without characters that could reorder or break a line; the rest as it is."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return plain(value)
    return value


def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("havenline.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )


def _hashes(dataset: xr.Dataset) -> list[tuple[str, str]]:
    try:
        found = json.loads(str(dataset.attrs.get("input_hashes", "{}")))
    except ValueError:
        return []
    if not isinstance(found, dict):
        return []
    return sorted((str(k), str(v)) for k, v in found.items())


def _and_unchecked(parameters: Mapping[str, Parameter], crisis: Crisis) -> str:
    """Return how many more parameters lean on what was remembered, not read."""
    memory = set(crisis.sources.loc[crisis.sources["kind"] == "prior", "source_id"])
    leaning = [
        p.name
        for p in parameters.values()
        if p.kind == "sourced" and memory & set(split_ids(p.source))
    ]
    if not leaning:
        return ""
    number = words.number(len(leaning))
    return (
        f", and {number} more in part on background knowledge that was not checked against a page"
    )


def _cannot(
    dataset: xr.Dataset,
    crisis: Crisis,
    as_of: pd.Timestamp,
    rows: Sequence[answer.AnswerRow],
    futures: int,
    priors: str,
) -> list[str]:
    out = [
        "Who will hold which place. The model moves a front in each future to find out who "
        "flees, but nothing about it is kept or shown by place.",
        "Whether the parties would agree to an option. Each option is taken as agreed on its "
        "dates; how long it then holds is part of the futures.",
        "Who dies of cold, hunger and disease. Such deaths are told as an expectation above the "
        "usual, from surveys of other crises; they remove nobody from the counts.",
        "What becomes of single people on the other side of a line or in captured places. What "
        "is told of them is an expectation from what was recorded elsewhere.",
        "What people decide one by one. The figures hold for groups of people, and for "
        "sub-districts better than for single settlements; people per settlement are mostly "
        "derived, not counted.",
        f"Rare turns. With {words.number(futures)} futures, what happens in fewer than one in "
        f"{words.number(futures)} is not seen, and no future holds what nobody declared.",
        f"More than its assumptions. {priors}",
    ]
    only = [r.name.lower() for r in rows if r.prior_only]
    if only:
        out.append(
            f"Anything firm about {words.listed(only)}: no figure of this crisis known by the "
            "as-of date sets its scale, which is a judgement."
        )
    counts = known_by(crisis.control_counts, as_of)
    counts = counts[counts["date"] <= as_of]
    places = int(counts["places"].sum()) if len(counts) else 0
    if places:
        noun = "place" if places == 1 else "places"
        out.append(
            f"Where exactly the recorded front runs. It is drawn between places, and changes at "
            f"{words.number(places)} {noun} without a known position are kept as a count and are "
            "not on the map."
        )
    else:
        out.append(
            "Where exactly the recorded front runs. It is drawn midway between recorded places."
        )
    out.append(
        "Rare destinations. People choose among the fewest destinations that hold 99% of the "
        f"weight, at most 40{_cut(dataset)}."
    )
    return out


def _cut(dataset: xr.Dataset) -> str:
    found = dataset.attrs.get("choice_weight_cut")
    if not isinstance(found, (int, float, np.number)) or not math.isfinite(float(found)):
        return ""
    return f"; in the mean {100 * float(found):.2g}% of the weight was cut off by that"


def _names_in(dataset: xr.Dataset, attribute: str) -> list[str]:
    """Return the names that an attribute lists as JSON."""
    try:
        found = json.loads(str(dataset.attrs.get(attribute, "[]")))
    except ValueError:
        return []
    return sorted(str(name) for name in found) if isinstance(found, (list, dict)) else []


def _warnings(dataset: xr.Dataset) -> list[str]:
    """Return what a reader must know before any figure."""
    out = []
    later = _names_in(dataset, "parameters_known_later")
    if later:
        out.append(
            f"In-sample: {words.listed(later)} rest on facts from after the as-of date. This is "
            "no forecast from that day."
        )
    if int(dataset.attrs.get("offensive_given", 0)):
        out.append(
            "The days on which the offensive runs were given to this run, not simulated; the "
            "figures hold only under them."
        )
    fixed = _names_in(dataset, "settings")
    if fixed:
        out.append(f"Fixed by hand for this run: {words.listed(fixed)}.")
    return out


def _contents(deep: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return the contents: sections that this crisis has nothing for are left out."""
    return [c for c in CONTENTS if c[0] not in ("hosts", "inaction") or deep[c[0]]]


def _behind(
    dataset: xr.Dataset, crisis: Crisis, comparison: Comparison, names: Mapping[str, str]
) -> dict[str, object]:
    """Return everything that the sections behind the answer show; options in their order."""
    option = comparison.baseline or next(iter(names))
    return {
        "limits": behind.limits(dataset, crisis),
        "failures": behind.failures(dataset, crisis, names),
        "standings": behind.standing(dataset, names),
        "havens": behind.havens(dataset, names),
        "truces": behind.truces(dataset, names),
        "eroded": eroded(crisis, pd.Timestamp(dataset["day"].to_numpy()[0]).date()),
        "hollowed": hollowed(dataset),
        "needs": behind.phases(dataset),
        "hosts": behind.hosts(dataset, crisis),
        "inaction": behind.inaction(dataset, comparison, names),
        "listed": listed_groups(crisis, pd.Timestamp(dataset["day"].to_numpy()[0])),
        "turns_on": charts.turns_on(dataset, option),
        "turns_on_all": behind.turns_on_all(dataset, option),
        "turns_option": names[option],
    }


def _context(
    dataset: xr.Dataset,
    crisis: Crisis,
    comparison: Comparison,
    parameters: Mapping[str, Parameter],
) -> dict[str, Any]:
    as_of = pd.Timestamp(dataset["day"].to_numpy()[0])
    end = pd.Timestamp(dataset["day"].to_numpy()[-1])
    days = dataset.sizes["day"] - 1
    columns = answer.columns_of(comparison)
    rows = answer.table(columns)
    names = {c.option: c.name for c in columns}
    base = next((c for c in columns if c.baseline), None)
    parts = assumptions.parts_of(parameters, assumptions.source_names(crisis))
    priors = sum(p.priors for p in parts)
    told = answer.statements(
        columns, days=days, start=words.day(as_of), priors=priors, parameters=len(parameters)
    )
    specs = {o.id: o for o in crisis.options}
    observed = charts.observed_of(crisis, as_of)
    drawn = atlas.maps_of(dataset, crisis, as_of, names)
    futures = comparison.futures
    told_past = past_told(crisis)
    deep = _behind(dataset, crisis, comparison, names)
    fit = None
    if len(crisis.observations):
        fit = replay_fit(
            dataset, displaced_known(crisis, as_of.date()), returns_known(crisis, as_of.date())
        )
    return {
        "title": crisis.meta.name,
        "question": crisis.meta.question,
        "as_of": words.day(as_of),
        "as_of_short": words.short_day(as_of),
        "as_of_iso": as_of.date().isoformat(),
        "end": words.day(end),
        "period_start": words.day(dataset["history_day"].to_numpy()[0]),
        "days": words.number(days),
        "futures": words.number(futures),
        "partial": comparison.partial,
        "warnings": _warnings(dataset),
        "answer": told,
        "in_sample": bool(_names_in(dataset, "parameters_known_later")),
        "contents": _contents(deep),
        "options": [specs[c.option] for c in columns if c.option in specs],
        "table_columns": columns,
        "has_baseline": base is not None,
        "baseline_name": base.name if base else "",
        "rows": rows,
        "ranges_new": charts.ranges(columns, "newly_displaced", "ranges-new"),
        "observed_text": charts.observed_text(observed),
        "replay_text": fit.sentence if fit else "",
        "charts_new": charts.newly_displaced(dataset, names, comparison.baseline, observed),
        "charts_bare": charts.unsheltered(dataset, names, comparison.baseline),
        "key_new": charts.key("key-new", observed, baseline=base),
        "figures_cost": charts.cost(columns),
        "heats": exposure.heat_tables(dataset),
        "parts": parts,
        "prior_count": priors,
        "parameter_count": len(parameters),
        "past": told_past,
        "past_picture": hindsight.past_picture(crisis.past.unconditional.dates, told_past.rows)
        if crisis.past and told_past
        else "",
        "hindsight": hindsight.told(dataset, crisis, observed, comparison.baseline),
        "cannot": _cannot(
            dataset,
            crisis,
            as_of,
            rows,
            futures,
            f"{priors} of {len(parameters)} parameters rest on a prior"
            f"{_and_unchecked(parameters, crisis)}.",
        ),
        "sources": assumptions.references(crisis, as_of, parameters),
        **deep,
        "traces": trace.traces(parameters),
        "steps": trace.steps(parameters),
        "version": comparison.version,
        "crisis_id": crisis.id,
        "seed": comparison.seed,
        "hashes": _hashes(dataset),
        **drawn,
    }


def render_report(
    dataset: xr.Dataset,
    crisis: Crisis,
    comparison: Comparison,
    *,
    parameters: Mapping[str, Parameter],
) -> str:
    """Return the report as HTML; see :func:`write_report`."""
    of_runs = {name: p for name, p in parameters.items() if p.part != "negotiation"}
    context = _context(dataset, crisis, comparison, of_runs)
    return _environment().get_template("report.html").render(context)


def write_report(
    dataset: xr.Dataset,
    crisis: Crisis,
    comparison: Comparison,
    path: Path,
    *,
    parameters: Mapping[str, Parameter],
) -> None:
    """Write the report: one HTML file that opens from disk with no network.

    The same dataset, crisis and comparison give the same bytes. Facts recorded or published
    after the as-of date change nothing, except for later points of the observed series, which
    are shown as not used.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result, dimensions (option, future, day, area, group, week, history_day).
    crisis : Crisis
        The crisis it was computed from. Its texts are treated as untrusted.
    comparison : Comparison
        From :func:`havenline.compare` of the same dataset.
    path : pathlib.Path
        File to write.
    parameters : mapping of str to Parameter
        The parameters as used.
    """
    text = render_report(dataset, crisis, comparison, parameters=parameters)
    Path(path).write_text(text, encoding="utf-8", newline="\n")
