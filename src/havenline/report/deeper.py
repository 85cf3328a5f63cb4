"""Behind the answer: limits kept, when options fail, what holds, what is needed, what counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import xarray as xr
from markupsafe import Markup

from havenline.crisis import Crisis
from havenline.outcomes.compare import Comparison, Summary, of_hundred
from havenline.outcomes.discovery import discover
from havenline.outcomes.holds import haven_cases, truces_standing
from havenline.outcomes.indicators import INDICATORS
from havenline.outcomes.needs import needs
from havenline.outcomes.pareto import pareto
from havenline.outcomes.sensitivity import Sensitivity, sensitivity
from havenline.outcomes.tension import COMPONENTS, host_pressure
from havenline.outcomes.thresholds import limits_of, thresholds_met
from havenline.report import figures, words
from havenline.report.svg import label, picture, tag

TURNS_ON = ("newly_displaced", "peak_unsheltered", "killed")
"""Indicators for which the report draws what they turn on."""
SHOWN = 6
"""Influences drawn for each."""


@dataclass(frozen=True)
class Row:
    """A row of a table: a heading, a note under it, and a cell for each option."""

    name: str
    note: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """Sentences under the name of an option."""

    name: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Drawn:
    """A picture with its heading."""

    name: str
    svg: Markup


def limits(dataset: xr.Dataset, crisis: Crisis) -> list[Row]:
    """Return in how many futures each option keeps each declared limit, and all of them."""
    met = thresholds_met(dataset, limits_of(crisis))
    by_limit: dict[str, list[str]] = {}
    notes: dict[str, str] = {}
    for m in met:
        if m.limit is None:
            name, note = "All of these", ""
        else:
            indicator = INDICATORS[m.limit.indicator]
            top = words.amount(m.limit.at_most, indicator.unit)
            name, note = f"{indicator.name}: at most {top}", m.limit.why
        by_limit.setdefault(name, []).append(m.text)
        notes[name] = note
    return [Row(name, notes[name], tuple(cells)) for name, cells in by_limit.items()]


def failures(dataset: xr.Dataset, crisis: Crisis, names: Mapping[str, str]) -> list[Told]:
    """Return when each option misses a declared limit, in plain sentences."""
    declared = limits_of(crisis)
    return [
        Told(name, tuple(discover(dataset, option, limit).sentence() for limit in declared))
        for option, name in names.items()
        if declared
    ]


def standing(dataset: xr.Dataset, names: Mapping[str, str]) -> list[str]:
    """Return which options are beaten in everything, one sentence each."""
    out = []
    for place in pareto(dataset):
        if not place.beaten_by:
            continue
        by = words.listed([f"“{names[o]}”" for o in place.beaten_by])
        out.append(
            f"“{names[place.option]}” is beaten by {by}: clearly better in at least "
            "one outcome and clearly worse in none."
        )
    if not out:
        out.append(
            "No option is beaten in everything: each does clearly better than every other in at "
            "least one outcome, or cannot be told from it."
        )
    return out


def _range(summary: Summary | None) -> str:
    if summary is None:
        return "-"
    rounded = summary.rounded()
    return f"{words.number(rounded.median)} ({words.spread(rounded.q05, rounded.q95, 'persons')})"


def havens(dataset: xr.Dataset, names: Mapping[str, str]) -> list[Row]:
    """Return both cases of each haven: cells futures, killed, newly displaced, unsheltered."""
    futures = int(dataset.sizes["future"])
    return [
        Row(
            f"{names[c.option]}: the haven {'fails' if c.failed else 'holds to the end'}",
            "",
            (
                of_hundred(c.futures, futures),
                _range(c.killed),
                _range(c.newly_displaced),
                _range(c.unsheltered),
            ),
        )
        for c in haven_cases(dataset)
    ]


def truces(dataset: xr.Dataset, names: Mapping[str, str]) -> list[str]:
    """Return how long truces stand, a sentence for each option with one."""
    futures = int(dataset.sizes["future"])
    out = []
    for option, days in truces_standing(dataset).items():
        if days:
            parts = [f"after {d} days in {of_hundred(n, futures)} futures" for d, n in days.items()]
            out.append(f"{names[option]}: the truce stands {words.listed(parts)}.")
    return out


def need_rows(dataset: xr.Dataset) -> list[Row]:
    """Return what people need by phase, a row for each phase and need, a cell for each option."""
    titles = {
        "shelter": "Persons without shelter, mean of the days",
        "water": "Water for displaced people, cubic metres a day",
        "health": "Persons injured in the phase",
    }
    cells: dict[tuple[int, int, str], list[str]] = {}
    for n in needs(dataset):
        cells.setdefault((n.first, n.last, n.need), []).append(_range(n.summary))
    return [
        Row(titles[need], f"Days {first} to {last}", tuple(row))
        for (first, last, need), row in cells.items()
    ]


def host_rows(dataset: xr.Dataset, crisis: Crisis) -> list[Row]:
    """Return the pressure on services in each host area, a cell for each option."""
    cells: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for p in host_pressure(dataset, crisis):
        low, mid, high = (f"{v:.0f}" for v in (p.index.q05, p.index.median, p.index.q95))
        cells.setdefault(p.host, []).append(f"{mid} ({low} to {high})")
        names[p.host] = p.name
    return [Row(names[h], "", tuple(row)) for h, row in cells.items()]


def turns_on(dataset: xr.Dataset, option: str) -> list[Drawn]:
    """Return a picture for each main outcome of what it turns on under an option."""
    out = []
    for indicator in TURNS_ON:
        found = sensitivity(dataset, option, indicator)
        if found.influences:
            out.append(Drawn(INDICATORS[indicator].name, _bars(found)))
    return out


def _bars(found: Sensitivity) -> Markup:
    """Draw the strongest influences as bars, with the height that luck alone reaches."""
    width, left, right, pitch = 340.0, 8.0, 12.0, 40.0
    shown = found.influences[:SHOWN]
    top = max(0.5, *(f.index for f in shown))
    base = 8 + pitch * len(shown)

    def x(value: float) -> float:
        return left + value / top * (width - left - right)

    parts = []
    for k, influence in enumerate(shown):
        y = 8 + pitch * k
        colour = figures.BLUE if influence.clear else figures.GREY
        if influence.column.happened:
            colour = figures.ORANGE if influence.clear else figures.GREY
        arrow = "more of it, more" if influence.direction > 0 else "more of it, fewer"
        sign = f" ({arrow})" if influence.clear and abs(influence.direction) > 0.2 else ""
        parts.append(label(left, y + 12, _short(influence.column.meaning) + sign, class_="key"))
        parts.append(
            tag("rect", x=left, y=y + 18.0, width=max(1.0, x(influence.index) - left), height="9",
                rx="2", fill=colour, fill_opacity="0.75")
        )  # fmt: skip
    luck = x(min(found.luck, top))
    parts.append(
        tag("line", x1=luck, x2=luck, y1=4.0, y2=base, stroke=figures.INK, stroke_dasharray="3 3")
    )
    parts.append(label(luck, base + 14, "luck reaches here", text_anchor="middle", class_="axis"))
    clear = [f.column.meaning for f in shown if f.clear]
    desc = "Above luck: " + "; ".join(clear) if clear else "Nothing stands above luck"
    name = INDICATORS[found.indicator].name
    return Markup(
        picture(
            width,
            base + 20,
            parts,
            name=f"turns-{found.indicator.replace('_', '-')}",
            title=f"What {name.lower()} turns on",
            desc=f"{desc}.",
        )
    )


def _short(text: str, most: int = 52) -> str:
    """Cut a meaning at a word where it is too long for the picture."""
    if len(text) <= most:
        return text
    return text[:most].rsplit(" ", 1)[0] + " …"


def section(
    dataset: xr.Dataset, crisis: Crisis, comparison: Comparison, names: Mapping[str, str]
) -> dict[str, object]:
    """Return everything that the deeper sections of the report show.

    Parameters
    ----------
    dataset : xarray.Dataset
    crisis : Crisis
    comparison : Comparison
    names : mapping of str to str
        Names of the options by id, in the order of the result.
    """
    option = comparison.baseline or next(iter(names))
    return {
        "limits": limits(dataset, crisis),
        "failures": failures(dataset, crisis, names),
        "standings": standing(dataset, names),
        "havens": havens(dataset, names),
        "truces": truces(dataset, names),
        "needs": need_rows(dataset),
        "hosts": host_rows(dataset, crisis),
        "host_components": [(c.name, round(100 * c.weight)) for c in COMPONENTS],
        "turns_on": turns_on(dataset, option),
        "turns_option": names[option],
    }
