"""What a run would rest on: every parameter with its source and the day it was known."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any

from havenline.crisis import Crisis
from havenline.crisis.cells import split_ids
from havenline.crisis.parameters import (
    Parameter,
    known_later,
    known_parameters,
    newest_source,
    published_by_id,
)
from havenline.crisis.stocks import Stock
from havenline.facts.populations import people_known
from havenline.outcomes.indicators import INDICATORS
from havenline.outcomes.rests import rests_on


@dataclass(frozen=True)
class Audited:
    """One parameter as a run would use it.

    Attributes
    ----------
    parameter : Parameter
        The row in use.
    sources : tuple of str
        Where it comes from, in words.
    latest_source : datetime.date or None
        When the newest of its sources was published; None where no date is known.
    late : bool
        Whether the row, or a source of it, was only known after the as-of date.
    """

    parameter: Parameter
    sources: tuple[str, ...]
    latest_source: dt.date | None
    late: bool

    def to_json_dict(self) -> dict[str, Any]:
        """Return the row as plain values."""
        p = self.parameter
        low, high = (None if math.isnan(x) else x for x in (p.low, p.high))
        return {
            "name": p.name,
            "value": p.value,
            "low": low,
            "high": high,
            "unit": p.unit,
            "distribution": p.distribution,
            "kind": p.kind,
            "known_from": None if p.any_year else p.known_from.isoformat(),
            "any_year": p.any_year,
            "sources": list(self.sources),
            "latest_source": self.latest_source.isoformat() if self.latest_source else None,
            "late": self.late,
        }


@dataclass(frozen=True)
class Audit:
    """The parameters of a run as of a day, and the outcomes that rest on priors alone.

    Attributes
    ----------
    crisis : str
    as_of : datetime.date
    rows : tuple of Audited
        By name.
    prior_outcomes : tuple of str
        Ids of indicators that rest on a prior alone.
    stand_ins : tuple of Stock
        Figures of people that were published later and stand in, as they are marked.
    """

    crisis: str
    as_of: dt.date
    rows: tuple[Audited, ...]
    prior_outcomes: tuple[str, ...]
    stand_ins: tuple[Stock, ...] = ()

    @property
    def late(self) -> tuple[Audited, ...]:
        """The rows that a run as of this day may not use."""
        return tuple(row for row in self.rows if row.late)

    def to_json_dict(self) -> dict[str, Any]:
        """Return the audit as plain values for JSON."""
        return {
            "crisis": self.crisis,
            "as_of": self.as_of.isoformat(),
            "ok": not self.late,
            "parameters": [row.to_json_dict() for row in self.rows],
            "stand_ins": [
                {
                    "place_id": stock.place,
                    "group": stock.group,
                    "status": stock.status,
                    "persons": int(stock.persons),
                    "as_of": stock.day.isoformat(),
                    "published": stock.published.isoformat(),
                    "why": stock.stand_in,
                }
                for stock in self.stand_ins
            ],
            "outcomes": [
                {
                    "id": i.id,
                    "name": i.name,
                    "prior_only": i.id in self.prior_outcomes,
                    "steps": list(rests_on(i.id).steps),
                    "through": list(rests_on(i.id).through),
                    "parameters": list(rests_on(i.id).parameters),
                    "tables": [*rests_on(i.id).tables, *rests_on(i.id).through_tables],
                }
                for i in INDICATORS.values()
            ],
        }


def audit(crisis: Crisis, as_of: dt.date | None = None) -> Audit:
    """List what a run as of a day would rest on.

    Parameters
    ----------
    crisis : Crisis
    as_of : datetime.date, optional
        The crisis's default otherwise.

    Returns
    -------
    Audit

    Raises
    ------
    RunError
        If the crisis's own rows hold a value that no run may use.
    """
    day = crisis.meta.as_of if as_of is None else as_of
    table = crisis.sources.set_index("source_id")
    titles = (table["publisher"] + ": " + table["title"]).to_dict()
    parameters = known_parameters(day, crisis.parameters)
    late = set(known_later(parameters, crisis.sources, day))
    published = published_by_id(crisis.sources)
    rows = []
    for name, parameter in parameters.items():
        ids = split_ids(parameter.source)
        own = all(i in titles for i in ids)
        texts = tuple(str(titles[i]) for i in ids) if own else (parameter.source,)
        newest = newest_source(parameter, published)
        rows.append(Audited(parameter, texts, newest, name in late))
    return Audit(
        crisis=crisis.id,
        as_of=day,
        rows=tuple(rows),
        prior_outcomes=tuple(i.id for i in INDICATORS.values() if i.prior_only),
        stand_ins=tuple(
            stock for stock in people_known(crisis.populations, day) if stock.published > day
        ),
    )
