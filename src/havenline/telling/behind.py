"""Behind the answer: limits kept, when options fail, what holds, what is needed, what counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import xarray as xr

from havenline import words
from havenline.crisis import Crisis
from havenline.outcomes.comparison import Comparison, Summary, of_hundred, two_digits
from havenline.outcomes.delay import Inaction, PriceOfDelay, price_of_inaction
from havenline.outcomes.discovery import discover
from havenline.outcomes.holds import haven_cases, truces_standing
from havenline.outcomes.indicators import INDICATORS
from havenline.outcomes.needs import needs
from havenline.outcomes.pareto import pareto
from havenline.outcomes.sensitivity import sensitivity
from havenline.outcomes.tension import Pressure, components_of, host_pressure
from havenline.outcomes.thresholds import limits_of, thresholds_met
from havenline.telling.answer import FULL, Hand

_CASES = {
    None: "expected, over all futures",
    False: "the haven holds to the end",
    True: "the haven fails",
}
STRONGEST = 3
"""Influences told for each outcome in words."""
FEWEST = 5
"""Futures that a range of some of them needs."""


@dataclass(frozen=True)
class TableRow:
    """A row of a table: a heading, a note under it, and a cell for each option."""

    name: str
    note: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """Sentences under the name of an option."""

    name: str
    sentences: tuple[str, ...]


def limits(dataset: xr.Dataset, crisis: Crisis) -> list[TableRow]:
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
            name = f"{m.limit.name}: at most {top}"
            note = f"{m.limit.why} ({m.limit.source})" if m.limit.source else m.limit.why
        by_limit.setdefault(name, []).append(m.text)
        notes[name] = note
    return [TableRow(name, notes[name], tuple(cells)) for name, cells in by_limit.items()]


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


def range_of(summary: Summary | None, futures: int) -> str:
    """Return median and range of persons over some futures, or that these are too few for one."""
    if summary is None:
        return "-"
    if futures < FEWEST:
        return f"{words.number(two_digits(summary.median))}; too few futures for a range"
    rounded = summary.rounded()
    return f"{words.number(rounded.median)} ({words.spread(rounded.q05, rounded.q95, 'persons')})"


def havens(dataset: xr.Dataset, names: Mapping[str, str]) -> list[TableRow]:
    """Return both cases of each haven: cells futures, killed, newly displaced, unsheltered."""
    futures = int(dataset.sizes["future"])
    return [
        TableRow(
            f"{names[c.option]}: {_CASES[c.failed]}",
            "",
            (
                of_hundred(c.futures, futures),
                range_of(c.killed, c.futures),
                range_of(c.newly_displaced, c.futures),
                range_of(c.unsheltered, c.futures),
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


@dataclass(frozen=True)
class Phase:
    """Needs of one phase: its days, and a row for each need."""

    name: str
    rows: list[TableRow]


NEEDS = {
    "shelter": "Shelter: people without it, mean of the days",
    "water": "Water: displaced people who need it supplied",
    "water a day": "Water: cubic metres a day for them",
    "injured": "Health: people injured in the phase",
    "consultations a day": "Health: consultations a day for displaced people",
}


def phases(dataset: xr.Dataset) -> list[Phase]:
    """Return what people need, phase by phase, a row for each need, a cell for each option."""
    cells: dict[tuple[int, int], dict[str, list[str]]] = {}
    futures = int(dataset.sizes["future"])
    for n in needs(dataset):
        of_phase = cells.setdefault((n.first, n.last), {})
        of_phase.setdefault(n.need, []).append(range_of(n.summary, futures))
    return [
        Phase(
            f"Days {first} to {last}",
            [TableRow(NEEDS[need], "", tuple(row)) for need, row in of_phase.items()],
        )
        for (first, last), of_phase in cells.items()
    ]


def need_rows(dataset: xr.Dataset) -> list[TableRow]:
    """Return the rows of all phases, each with its days as a note."""
    return [replace(row, note=phase.name) for phase in phases(dataset) for row in phase.rows]


def host_rows(dataset: xr.Dataset, crisis: Crisis) -> list[TableRow]:
    """Return the pressure on services in each host area, a cell for each option."""
    return _by_host(host_pressure(dataset, crisis), lambda p: _plain(p.index, 0))


def _by_host(found: Sequence[Pressure], cell: Callable[[Pressure], str]) -> list[TableRow]:
    names = {p.host: p.name for p in found}
    return [TableRow(n, "", tuple(cell(p) for p in found if p.host == h)) for h, n in names.items()]


@dataclass(frozen=True)
class Hosts:
    """Host areas: the index and the refugees hosted under each option, and the components.

    Attributes
    ----------
    index, refugees : list of TableRow
        A cell for each option.
    components : list of TableRow
        Under the first option; a cell for each component.
    heads : list of str
        Names of the components with weight and anchor.
    """

    index: list[TableRow]
    refugees: list[TableRow]
    components: list[TableRow]
    heads: list[str]


def hosts(dataset: xr.Dataset, crisis: Crisis) -> Hosts | None:
    """Return what the report shows of host areas; None where the crisis declares none."""
    found = host_pressure(dataset, crisis)
    if not found:
        return None
    first = found[0].option
    return Hosts(
        index=_by_host(found, lambda p: _plain(p.index, 0)),
        refugees=_by_host(found, lambda p: range_of(p.refugees, int(dataset.sizes["future"]))),
        components=[
            TableRow(p.name, "", tuple(_plain(c, 2) for c in p.components))
            for p in found
            if p.option == first
        ],
        heads=[c.head for c in components_of(dataset)],
    )


def _plain(summary: Summary, digits: int) -> str:
    """Return median and range of an index or a component, which have no persons to round to."""
    low, mid, high = (f"{v:.{digits}f}" for v in (summary.q05, summary.median, summary.q95))
    return mid if low == high else f"{mid} ({low} to {high})"


def price_rows(weeks: Sequence[PriceOfDelay], hand: Hand = FULL) -> list[TableRow]:
    """Return what each week of delay of one option adds: difference, unit, futures worse.

    Parameters
    ----------
    weeks : sequence of PriceOfDelay
        Of one option, from :func:`havenline.outcomes.price_of_delay`.
    hand : Hand
        How figures are written.
    """
    rows = []
    for week in weeks:
        declared, price = INDICATORS[week.indicator], week.price
        worse = ""
        if price.distinguishable and price.worse is not None:
            worse = of_hundred(price.worse, price.futures)
        text = hand.difference(price, declared.unit)
        rows.append(TableRow(declared.name, "", (text, declared.unit, worse)))
    return rows


def inaction_rows(
    found: Sequence[Inaction], names: Mapping[str, str], hand: Hand = FULL
) -> list[TableRow]:
    """Return what no deal costs over the best option: difference, best option, futures, unit.

    Parameters
    ----------
    found : sequence of Inaction
        From :func:`havenline.outcomes.price_of_inaction`.
    names : mapping of str to str
        Names of the options by id.
    hand : Hand
        How figures are written.
    """
    rows = []
    for one in found:
        declared, difference = INDICATORS[one.indicator], one.difference
        best, futures = "", ""
        if difference.distinguishable:
            best = names[one.best]
            futures = of_hundred(difference.worse or 0, difference.futures)
        note = "rests on a prior only" if declared.prior_only else ""
        text = hand.difference(difference, declared.unit)
        rows.append(TableRow(declared.name, note, (text, best, futures)))
    return rows


def inaction(
    dataset: xr.Dataset, comparison: Comparison, names: Mapping[str, str]
) -> list[TableRow]:
    """Return what no deal costs over the best of the other options; nothing without both."""
    others = [o for o in names if o != comparison.baseline]
    if not comparison.baseline or not others:
        return []
    return inaction_rows(price_of_inaction(dataset, others, comparison.baseline), names)


def turns_on_all(dataset: xr.Dataset, option: str) -> list[TableRow]:
    """Return what each outcome turns on most under an option, above what luck gives."""
    rows = []
    for indicator in INDICATORS.values():
        found = [f for f in sensitivity(dataset, option, indicator.id).influences if f.clear]
        told = [
            f"{f.column.meaning} ({f.index:.2f}, {'more' if f.direction > 0 else 'less'} with it)"
            for f in found[:STRONGEST]
        ]
        rows.append(TableRow(indicator.name, "", ("; ".join(told) or "nothing above luck",)))
    return rows
