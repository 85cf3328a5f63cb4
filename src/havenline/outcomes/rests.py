"""What an outcome rests on, read from the table of a day.

Each daily series is reckoned from some parts of the state. The steps that write these parts make
it directly; the steps whose parts they read make it at one remove, and so on. A step names the
parts of the parameter table and the tables of facts that it uses, so every figure can be followed
to its parameters, each with its source or prior, and to its facts, each row with its source.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from havenline.crisis.parameters import default_table
from havenline.engine.day import STEPS
from havenline.engine.measures import MEASURES
from havenline.outcomes.indicators import INDICATORS


@dataclass(frozen=True)
class Basis:
    """What an outcome rests on.

    Attributes
    ----------
    steps, through : tuple of str
        Steps of a day that make it directly; those on which these depend.
    parts, through_parts : tuple of str
        Parts of the parameter table that either uses; the first with what is reckoned from the
        series afterwards.
    tables, through_tables : tuple of str
        Tables of the crisis folder that either reads.
    """

    steps: tuple[str, ...]
    through: tuple[str, ...]
    parts: tuple[str, ...]
    through_parts: tuple[str, ...]
    tables: tuple[str, ...]
    through_tables: tuple[str, ...]

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of all parameters in the parts, in the order of the parameter table."""
        parts = {*self.parts, *self.through_parts}
        return tuple(dict.fromkeys(row.name for row in default_table() if row.part in parts))


@cache
def rests_on(indicator: str) -> Basis:
    """Return what an indicator rests on.

    Parameters
    ----------
    indicator : str
        Id from :data:`havenline.outcomes.INDICATORS`.

    Returns
    -------
    Basis
    """
    declared = INDICATORS[indicator]
    return basis_of((declared.series, *declared.also), declared.uses)


@cache
def basis_of(series: tuple[str, ...], uses: tuple[str, ...] = ()) -> Basis:
    """Return what a figure made of daily series rests on.

    Parameters
    ----------
    series : tuple of str
        Daily series of the result.
    uses : tuple of str
        Parameters that it is reckoned with, beside those of the run.

    Returns
    -------
    Basis
    """
    direct = _writers({part for name in series for part in MEASURES[name].of})
    every = direct
    while True:
        wider = every | _writers({part for name in every for part in STEPS[name].reads})
        if wider == every:
            break
        every = wider
    near = [step for name, step in STEPS.items() if name in direct]
    far = [step for name, step in STEPS.items() if name in every - direct]
    part_of = {row.name: row.part for row in default_table()}
    # A step that spends reads unit costs too; they make nothing but the cost.
    left_out = () if "cost_usd" in series else ("cost",)
    parts = dict.fromkeys(part for s in near for part in s.parts if part not in left_out)
    parts |= dict.fromkeys(part_of[name] for name in uses)
    tables = dict.fromkeys(t for s in near for t in s.tables)
    return Basis(
        steps=tuple(name for name in STEPS if name in direct),
        through=tuple(name for name in STEPS if name in every - direct),
        parts=tuple(parts),
        through_parts=tuple(
            dict.fromkeys(p for s in far for p in s.parts if p not in (*parts, *left_out)),
        ),
        tables=tuple(tables),
        through_tables=tuple(dict.fromkeys(t for s in far for t in s.tables if t not in tables)),
    )


def _writers(parts: set[str]) -> set[str]:
    return {name for name, step in STEPS.items() if parts & set(step.writes)}
