"""The parameter table: every number of the model, declared once.

A parameter may stand in several rows. A run takes the newest row that was known at its
as-of date; the first row of each is a wide prior that leans on no fact and holds for any year.
"""

from __future__ import annotations

import csv
import datetime as dt
import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any, TypeVar

import pandas as pd

from havenline.crisis.cells import split_ids
from havenline.crisis.distributions import Distribution
from havenline.errors import CrisisError, Problem, RunError

Row = TypeVar("Row")

ANY_YEAR = dt.date.min
"""Day of a row without a date: the prior that holds for any crisis of any year."""
NOT_ZERO = ("km", "days", "months", "persons")
"""Units of parameters that a formula divides by: lengths and times."""
DIVISORS = ("siege_leak", "transit_days", "vehicle_km_day", "violence_events", "walk_km_day")
NUMERATORS = ("onward_pulse", "return_wary")
"""Of these units, and divided by in no formula."""
SCALES = "pressure_"
"""How names of parameters begin that scale the index of pressure: none may be 0."""
CORRELATIONS = ("flight_shock_persistence", "tempo_persistence")
"""How much of a shock is left the next day or week: 0 or more, below 1."""
RETIRED = {
    "stayers_far": "flight_frailty says who stays",
    "stayers_near": "flight_frailty says who stays",
    "theatre_displaced_days": "the hazards of flight say who flees elsewhere",
    "theatre_displaced_share": "the hazards of flight say who flees elsewhere",
}
"""Parameters of earlier versions and what took their place: rows of a folder about them are told
and not used."""
BEYOND = 1000.0
"""How many times beyond the likely values of a parameter a run still holds its figures."""
BORDER = ("border_closed", "border_managed", "border_open")
"""Chances a day of entry by regime, the least open first."""


@dataclass(frozen=True)
class Parameter:
    """One row of the parameter table.

    Attributes
    ----------
    name, unit, meaning, source, part : str
        What it is; ``source`` says where the figures come from.
    value : float
        Default: the median (lognormal, normal), mean (beta), mode (triangular), middle.
    low, high : float
        5% and 95% quantiles (lognormal, normal, beta) or bounds (the others); NaN if fixed.
    distribution : str
        Its shape, as `havenline.crisis.distributions` spells it.
    known_from : datetime.date
        The day from which the row may inform a run; ``ANY_YEAR`` for the first of each name.
    kind : {"sourced", "prior", "set"}
        ``set`` marks a value that the user fixed for this run.
    """

    name: str
    unit: str
    value: float
    low: float
    high: float
    distribution: str
    meaning: str
    source: str
    known_from: dt.date
    kind: str
    part: str

    @property
    def law(self) -> Distribution:
        """What its value is drawn from; raises RunError where nothing can be."""
        try:
            return Distribution(self.distribution, self.value, self.low, self.high)
        except RunError as error:
            raise RunError(f"parameter {self.name!r}: {error}") from None

    @property
    def any_year(self) -> bool:
        """Whether this is the first row, the prior for any year."""
        return self.known_from == ANY_YEAR

    @property
    def known_text(self) -> str:
        """The day from which the row was known, in words."""
        return "any year" if self.any_year else self.known_from.isoformat()


def _number(text: str) -> float:
    return float(text) if text else math.nan


CASES = "allocation"
"""The part of the table that only displacement cases read."""


@cache
def default_table() -> tuple[Parameter, ...]:
    """Return every row of the default table that runs of crises read, in file order."""
    return tuple(row for row in _whole_table() if row.part != CASES)


@cache
def case_table() -> tuple[Parameter, ...]:
    """Return the rows of the default table that only displacement cases read."""
    return tuple(row for row in _whole_table() if row.part == CASES)


@cache
def _whole_table() -> tuple[Parameter, ...]:
    path = resources.files("havenline.crisis") / "parameters.csv"
    with path.open(encoding="utf-8") as handle:
        return tuple(
            Parameter(
                name=row["name"],
                unit=row["unit"],
                value=float(row["value"]),
                low=_number(row["low"]),
                high=_number(row["high"]),
                distribution=row["distribution"],
                meaning=row["meaning"],
                source=row["source"],
                known_from=dt.date.fromisoformat(row["known_from"] or ANY_YEAR.isoformat()),
                kind=row["kind"],
                part=row["part"],
            )
            for row in csv.DictReader(handle)
        )


def parameter_names() -> tuple[str, ...]:
    """Return the names of all parameters, sorted."""
    return tuple(sorted({row.name for row in default_table()}))


@cache
def bounds(name: str) -> tuple[float, float]:
    """Return the lowest and the highest value that a run can hold of a parameter.

    Shares end at 1. All else ends `BEYOND` times beyond what any row of the table holds likely,
    so that no figure of a run grows beyond what numbers hold; a parameter that a formula divides
    by begins as far below, others at 0 or, where a row goes below 0, as far below that.

    Parameters
    ----------
    name : str
        Name of the default table.

    Returns
    -------
    lowest, highest : float
        In the unit of the parameter.
    """
    rows = [row for row in _whole_table() if row.name == name]
    likely = [x for row in rows for x in (row.value, row.low, row.high) if not math.isnan(x)]
    share = rows[0].unit.split("/")[0] == "share" or name in BORDER
    divides = rows[0].unit in NOT_ZERO or name in DIVISORS or name.startswith(SCALES)
    divides = divides and name not in NUMERATORS
    positive = [x for x in likely if x > 0]
    lowest = min(positive) / BEYOND if divides else BEYOND * min(0.0, *likely)
    return lowest, 1.0 if share else BEYOND * max(likely)


def out_of_bounds(name: str, value: float) -> str | None:
    """Return what a parameter's value should be, or None where it may be as it is.

    Parameters
    ----------
    name : str
        Name of the default table.
    value : float
        In the unit of the parameter.
    """
    lowest, highest = bounds(name)
    if lowest <= value <= highest and not (name in CORRELATIONS and value >= 1):
        return None
    unit = next(row.unit for row in default_table() if row.name == name)
    if value <= 0 < lowest:
        return f"above 0 ({unit})"
    if value < lowest:
        return f"{f'at least {lowest:g}' if lowest else '0 or more'} ({unit})"
    if name in CORRELATIONS and value >= 1:
        return "0 or more and below 1"
    if value > highest:
        return "a share of 0 to 1" if highest == 1 else f"at most {highest:g} ({unit})"
    return None


def border_order(values: Mapping[str, float]) -> str | None:
    """Return what makes a border less open than its regime says, or None.

    Parameters
    ----------
    values : mapping of str to float
        Values by name, those of `BORDER` among them.
    """
    for less, more in pairwise(BORDER):
        if values[less] > values[more]:
            return (
                f"{more} is {values[more]:g}, below {less} ({values[less]:g}): a more open border "
                "never lets fewer people in"
            )
    return None


def check_values(parameters: Mapping[str, Parameter]) -> None:
    """Refuse values and ranges that a parameter may not take, however they were given.

    Parameters
    ----------
    parameters : mapping of str to Parameter
        What a run uses, by name.

    Raises
    ------
    RunError
        For the first value out of bounds or distribution that nothing can be drawn from, or a
        border that is less open than its regime says.
    """
    for row in parameters.values():
        for value in (row.value, row.low, row.high):
            wanted = None if math.isnan(value) else out_of_bounds(row.name, value)
            if wanted is not None:
                raise RunError(f"parameter {row.name!r}: {value:g} given; expected {wanted}")
        _ = row.law
    fault = border_order({name: row.value for name, row in parameters.items()})
    if fault is not None:
        raise RunError(f"parameters of the border: {fault}")


def suggestion(name: str) -> str:
    """Return a hint with the nearest parameter name, or an empty text."""
    near = difflib.get_close_matches(name, parameter_names(), n=1)
    return f"did you mean {near[0]!r}?" if near else ""


def newest_known(rows: Iterable[tuple[str, dt.date, Row]], as_of: dt.date) -> dict[str, Row]:
    """Return the newest row of each name that was known by a day.

    Parameters
    ----------
    rows : iterable of (str, datetime.date, row)
        Name, day from which it was known, and the row itself, in the order of the file.
    as_of : datetime.date

    Returns
    -------
    dict of str to row
        Of two rows of one day the later in the file.
    """
    chosen: dict[str, tuple[dt.date, Row]] = {}
    for name, known, row in rows:
        if known <= as_of and (name not in chosen or known >= chosen[name][0]):
            chosen[name] = known, row
    return {name: row for name, (_, row) in chosen.items()}


def known_parameters(
    as_of: dt.date,
    own: pd.DataFrame | None = None,
    settings: Mapping[str, float] | None = None,
) -> dict[str, Parameter]:
    """Return the row of each parameter that a run as of a day uses, or refuse them.

    Every command asks here, so all refuse the same settings.

    Parameters
    ----------
    as_of : datetime.date
        Rows known later are not used.
    own : pandas.DataFrame, optional
        The crisis's own ``parameters`` table; its rows known by the as-of date come before
        the default table.
    settings : mapping of str to float, optional
        Values that the user fixes for this run.

    Returns
    -------
    dict of str to Parameter
        One row per name, sorted by name.

    Raises
    ------
    CrisisError
        If the crisis's table names an unknown parameter.
    RunError
        If ``settings`` names an unknown parameter, or a value is not finite or out of bounds,
        wherever it was given.
    """
    chosen = newest_known(((row.name, row.known_from, row) for row in default_table()), as_of)
    if own is not None:
        _apply_own(chosen, own, as_of)
    for name, value in (settings or {}).items():
        if name not in chosen:
            hint = RETIRED.get(name) or suggestion(name)
            raise RunError(f"unknown parameter {name!r}; {hint}".rstrip("; "))
        if not math.isfinite(value):
            raise RunError(f"parameter {name!r}: {value} is not a finite number")
        chosen[name] = replace(
            chosen[name],
            value=float(value),
            low=math.nan,
            high=math.nan,
            distribution="fixed",
            source="set for this run",
            kind="set",
        )
    check_values(chosen)
    return dict(sorted(chosen.items()))


def published_by_id(sources: pd.DataFrame) -> dict[str, dt.date | None]:
    """Return when each source was published, by id; None where no day is known.

    Parameters
    ----------
    sources : pandas.DataFrame
        The crisis's table ``sources``.
    """
    days = zip(sources["source_id"], sources["published"], strict=True)
    return {str(source): None if pd.isna(day) else day.date() for source, day in days}


def newest_source(row: Parameter, published: Mapping[str, dt.date | None]) -> dt.date | None:
    """Return when the newest source of a row was published; None where no day is known.

    Parameters
    ----------
    row : Parameter
    published : mapping of str to datetime.date
        As `published_by_id` returns it; a row of the default table names none of them.
    """
    ids = split_ids(row.source)
    if not set(ids) <= set(published):
        return None
    return max((day for i in ids if (day := published[i]) is not None), default=None)


def known_later(
    parameters: Mapping[str, Parameter], sources: pd.DataFrame, as_of: dt.date
) -> tuple[str, ...]:
    """Return the parameters whose row, or a source of it, was only known after a day.

    Parameters
    ----------
    parameters : mapping of str to Parameter
        As `known_parameters` returns them.
    sources : pandas.DataFrame
        The crisis's table ``sources``.
    as_of : datetime.date
    """
    published = published_by_id(sources)
    return tuple(
        name
        for name, row in parameters.items()
        if max(row.known_from, newest_source(row, published) or row.known_from) > as_of
    )


def _apply_own(chosen: dict[str, Parameter], own: pd.DataFrame, as_of: dt.date) -> None:
    records: Iterable[Any] = own.itertuples(index=False)
    rows = [
        (str(r.name), pd.Timestamp(r.known_from).date(), r)
        for r in records
        if str(r.name) not in RETIRED
    ]
    problems = [
        Problem(
            check="unknown_parameter",
            file="parameters.csv",
            row=number,
            column="name",
            value=name,
            message="no parameter has this name",
            expected="a name of the parameter table (havenline info --parameters)",
            hint=suggestion(name),
        )
        for number, (name, _, _) in enumerate(rows, start=2)
        if name not in chosen
    ]
    if problems:
        raise CrisisError(problems)
    for name, row in newest_known(rows, as_of).items():
        chosen[name] = replace(
            chosen[name],
            value=float(row.value),
            low=float(row.low),
            high=float(row.high),
            distribution=str(row.distribution),
            source=str(row.source_id),
            known_from=pd.Timestamp(row.known_from).date(),
            kind="prior" if str(row.basis) == "prior" else "sourced",
        )
