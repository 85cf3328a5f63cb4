"""Where each figure of the report comes from: steps of a day, parameters, facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from havenline.crisis.parameters import Parameter
from havenline.outcomes.indicators import INDICATORS
from havenline.outcomes.rests import Basis, basis_of, rests_on
from havenline.report.assumptions import anchor_of, part_name

TABLES = {
    "control": "recorded control",
    "crisis": "neighbours, hosts and theatres",
    "crossings": "crossings",
    "happenings": "happenings",
    "observations": "published counts",
    "places": "places",
    "populations": "people at the start",
    "routes": "roads",
    "sites": "sites",
}
"""Tables of facts in words."""

_MORE: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "exposure": ("Exposure to fighting", ("near_front", "offensive_running"), ()),
    "needs": ("What people need", ("unsheltered", "displaced_present", "injured"), ()),
    "truces": ("Truces and havens that stand", ("truce_standing", "haven_standing"), ()),
    "hosts": (
        "Pressure on services, refugees hosted",
        ("entries",),
        ("host_overload", "host_price_rise", "host_coverage"),
    ),
}
"""Further tables of the report: name, daily series, parameters beside those of the run."""


@dataclass(frozen=True)
class Link:
    """A part of the parameter table: its anchor in the report and its name."""

    anchor: str
    name: str


@dataclass(frozen=True)
class Trace:
    """What one row of the report rests on.

    Attributes
    ----------
    id, name : str
    steps, through : str
        Steps of a day in words.
    parts, through_parts : list of Link
    tables : str
        Facts in words.
    priors, parameters : int
        Priors among the parameters, and all of them.
    """

    id: str
    name: str
    steps: str
    through: str
    parts: list[Link]
    through_parts: list[Link]
    tables: str
    priors: int
    parameters: int


def traces(parameters: Mapping[str, Parameter]) -> list[Trace]:
    """Return what every indicator, and every further table of the report, rests on.

    Parameters
    ----------
    parameters : mapping of str to Parameter
        The parameters as used, by name.
    """
    rows = [_trace(i.id, i.name, rests_on(i.id), parameters) for i in INDICATORS.values()]
    return rows + [
        _trace(key, name, basis_of(series, uses), parameters)
        for key, (name, series, uses) in _MORE.items()
    ]


def _trace(key: str, name: str, basis: Basis, parameters: Mapping[str, Parameter]) -> Trace:
    used = {p.part for p in parameters.values()}
    rows = [parameters[n] for n in basis.parameters if n in parameters]
    facts = [*basis.tables, *basis.through_tables]
    return Trace(
        id=key,
        name=name,
        steps=", ".join(basis.steps),
        through=", ".join(basis.through),
        parts=_links(basis.parts, used),
        through_parts=_links(basis.through_parts, used),
        tables=", ".join(TABLES[t] for t in facts),
        priors=sum(p.kind == "prior" for p in rows),
        parameters=len(rows),
    )


def _links(parts: tuple[str, ...], used: set[str]) -> list[Link]:
    """Return links to parts of the parameter table that the report shows."""
    return [Link(anchor_of(p), part_name(p)) for p in parts if p in used]
