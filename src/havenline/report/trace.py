"""Where each figure of the report comes from: steps of a day, parameters, facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from havenline.crisis.parameters import Parameter
from havenline.engine.day import STEPS
from havenline.outcomes.indicators import INDICATORS
from havenline.outcomes.rests import basis_of
from havenline.outcomes.tension import COMPONENTS
from havenline.report.assumptions import anchor_of, part_name

TABLES = {
    "compliance": "how agreements were kept",
    "control": "recorded control",
    "crisis": "neighbours, hosts and theatres",
    "crossings": "crossings",
    "happenings": "happenings",
    "moves": "organised moves",
    "observations": "published counts",
    "offensives": "offensives",
    "places": "places",
    "populations": "people at the start",
    "refuge": "who shelters whom",
    "relations": "relations between parties",
    "routes": "roads",
    "sites": "sites",
    "violence": "recorded events",
}
"""Tables of facts in words."""

_MORE: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "exposure": ("Exposure to fighting", ("near_front", "offensive_running"), ()),
    "needs": ("What people need", ("unsheltered", "displaced_present", "injured"), ()),
    "truces": ("Truces and havens that stand", ("truce_standing", "haven_standing"), ()),
    "hosts": (
        "Pressure on services, refugees hosted",
        ("entries",),
        (
            *("host_overload", "host_price_rise", "host_coverage", "pressure_weights"),
            *(f"pressure_{kind}_{name}" for kind in ("full", "weight") for name in COMPONENTS),
        ),
    ),
    "past": (
        "Forecasts from earlier days",
        ("newly_displaced",),
        ("report_lag_days", "report_incomplete", "report_error", "report_error_floor"),
    ),
}
"""Further tables of the report: name, daily series, parameters beside those of the run."""


@dataclass(frozen=True)
class PartLink:
    """A part of the parameter table: its anchor in the report and its name."""

    anchor: str
    name: str


@dataclass(frozen=True)
class Trace:
    """What one row of the report rests on.

    Attributes
    ----------
    id, name : str
    steps, through : tuple of str
        Steps of a day that make it, and those behind them.
    parts : list of PartLink
        Parts of the parameter table that it is reckoned with after the run.
    priors, parameters : int
        Priors among all its parameters, and all of them.
    """

    id: str
    name: str
    steps: tuple[str, ...]
    through: tuple[str, ...]
    parts: list[PartLink]
    priors: int
    parameters: int


@dataclass(frozen=True)
class StepRow:
    """A step of a day: what it does, the parameters and the facts that it uses."""

    name: str
    what: str
    parts: list[PartLink]
    tables: str


def steps(parameters: Mapping[str, Parameter]) -> list[StepRow]:
    """Return the steps of a day with what they rest on."""
    used = {p.part for p in parameters.values()}
    return [
        StepRow(name, s.what, _links(s.parts, used), ", ".join(TABLES[t] for t in s.tables))
        for name, s in STEPS.items()
    ]


def traces(parameters: Mapping[str, Parameter]) -> list[Trace]:
    """Return what every indicator, and every further table of the report, rests on.

    Parameters
    ----------
    parameters : mapping of str to Parameter
        The parameters as used, by name.
    """
    rows = [
        _trace(i.id, i.name, (i.series, *i.also), i.uses, parameters) for i in INDICATORS.values()
    ]
    return rows + [_trace(key, *given, parameters) for key, given in _MORE.items()]


def _trace(
    key: str,
    name: str,
    series: tuple[str, ...],
    uses: tuple[str, ...],
    parameters: Mapping[str, Parameter],
) -> Trace:
    basis = basis_of(series, uses)
    rows = [parameters[n] for n in basis.parameters if n in parameters]
    return Trace(
        id=key,
        name=name,
        steps=basis.steps,
        through=basis.through,
        parts=_links(
            tuple(dict.fromkeys(parameters[n].part for n in uses if n in parameters)),
            {p.part for p in parameters.values()},
        ),
        priors=sum(p.kind == "prior" for p in rows),
        parameters=len(rows),
    )


def _links(parts: tuple[str, ...], used: set[str]) -> list[PartLink]:
    """Return links to parts of the parameter table that the report shows."""
    return [PartLink(anchor_of(p), part_name(p)) for p in parts if p in used]
