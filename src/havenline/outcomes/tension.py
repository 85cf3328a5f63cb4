"""Pressure on services in host areas: a published index with its components and its uncertainty.

    index = 100 * sum over components of weight * min(1, component / anchor)

Anchors (`pressure_full_...`), weights (`pressure_weight_...`) and how far the weights are drawn
around these (`pressure_weights`) are parameters, judged and not learned.

The index is about pressure on services. It is no forecast of violence and says nothing of a risk
from people. Whether it foretells incidents better than the share of displaced people alone could
not be shown, for no count of incidents by area is at hand: a model of incidents is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from havenline.crisis import Crisis
from havenline.draws import key_of_text
from havenline.outcomes.comparison import Summary, summary_of
from havenline.outcomes.indicators import parameter_of, series_of

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

Floats = NDArray[np.float64]

INFLOW_DAYS = 30
"""Days of arrivals that count as one inflow: a month, the rhythm of services."""


@dataclass(frozen=True)
class Component:
    """One component of the index.

    Attributes
    ----------
    id, name : str
    anchor : (future,) float64
        Value from which on it counts in full.
    weight : (future,) float64
        Declared weight, around which each future has its own.
    """

    id: str
    name: str
    anchor: Floats
    weight: Floats

    @property
    def head(self) -> str:
        """Name, declared weight and anchor, in words."""
        weight, anchor = float(np.median(self.weight)), float(np.median(self.anchor))
        return f"{self.name}: weight {weight:.2f}, full at {anchor:g}"


COMPONENTS = {
    "share": "Displaced share of the population",
    "inflow": "Arrivals of 30 days per 1,000 residents",
    "overload": "Load on services over the norm",
    "prices": "Rise of rents and food prices in 12 months",
    "uncovered": "Share in need without assistance",
}
"""Names of the components, by id."""


def components_of(dataset: xr.Dataset) -> tuple[Component, ...]:
    """Return the components with the anchors and weights of a result, in order."""
    return tuple(
        Component(
            name,
            words,
            parameter_of(dataset, f"pressure_full_{name}"),
            parameter_of(dataset, f"pressure_weight_{name}"),
        )
        for name, words in COMPONENTS.items()
    )


@dataclass(frozen=True)
class Pressure:
    """Pressure on services of one host area under one option, on the last day.

    Attributes
    ----------
    option, host, name : str
    index : Summary
        0 to 100, over futures and weights.
    components : tuple of Summary
        In the order of ``COMPONENTS``, each in its own unit.
    refugees : Summary
        Persons hosted on the last day.
    """

    option: str
    host: str
    name: str
    index: Summary
    components: tuple[Summary, ...]
    refugees: Summary


def host_pressure(dataset: xr.Dataset, crisis: Crisis) -> tuple[Pressure, ...]:
    """Return the pressure on services in every declared host area.

    People who enter are taken to settle in proportion to the refugees registered in each area:
    where they would go is not known.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result.
    crisis : Crisis

    Returns
    -------
    tuple of Pressure
        By option and host area; empty where the crisis declares none.
    """
    hosts = [h for n in crisis.meta.neighbours for h in n.hosts]
    total = sum(h.refugees for h in hosts)
    if not hosts or total == 0:
        return ()
    entries = series_of(dataset, "entries")
    last = entries.shape[2] - 1
    back = min(INFLOW_DAYS, last)
    components = components_of(dataset)
    weights = _weights(components, parameter_of(dataset, "pressure_weights"))
    shared = [
        parameter_of(dataset, "host_overload"),
        parameter_of(dataset, "host_price_rise"),
        1.0 - parameter_of(dataset, "host_coverage"),
    ]
    found = []
    for row, option in enumerate(str(v) for v in dataset["option"].to_numpy()):
        for host in hosts:
            part = host.refugees / total
            refugees = host.refugees + part * (entries[row, :, last] - entries[row, :, 0])
            inflow = part * (entries[row, :, last] - entries[row, :, last - back])
            values = [
                refugees / (refugees + host.population),
                1000.0 * inflow / host.population,
                *shared,
            ]
            found.append(
                Pressure(
                    option,
                    host.id,
                    host.name,
                    summary_of(index_of(values, components, weights)),
                    tuple(summary_of(v) for v in values),
                    summary_of(refugees),
                )
            )
    return tuple(found)


def pressure_table(dataset: xr.Dataset, crisis: Crisis) -> pd.DataFrame:
    """Return stocks, index and every component by option and host area.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result.
    crisis : Crisis

    Returns
    -------
    pandas.DataFrame
        Columns option, host, name, figure, weight, anchor, median, q05, q95; the figures are
        refugees (persons on the last day), index (0 to 100), and the components in their units.
    """
    import pandas as pd

    pressures = host_pressure(dataset, crisis)
    middles = [
        (c.id, float(np.median(c.weight)), float(np.median(c.anchor)))
        for c in (components_of(dataset) if pressures else ())
    ]
    rows = []
    for p in pressures:
        figures: list[tuple[str, float | None, float | None, Summary]] = [
            ("refugees", None, None, p.refugees),
            ("index", None, None, p.index),
            *((*m, s) for m, s in zip(middles, p.components, strict=True)),
        ]
        rows += [
            (p.option, p.host, p.name, name, weight, anchor, s.median, s.q05, s.q95)
            for name, weight, anchor, s in figures
        ]
    head = ("option", "host", "name", "figure", "weight", "anchor", "median", "q05", "q95")
    return pd.DataFrame(rows, columns=list(head))


def index_of(values: Sequence[Floats], components: Sequence[Component], weights: Floats) -> Floats:
    """Return the index from its components.

    Parameters
    ----------
    values : sequence of (future,) float64
    components : sequence of Component
        In the same order.
    weights : (future, component) float64
        Sum to 1 in each future.

    Returns
    -------
    (future,) float64
        0 to 100.
    """
    parts = [np.clip(v / c.anchor, 0.0, 1.0) for v, c in zip(values, components, strict=True)]
    return np.asarray(100.0 * (weights * np.stack(parts, axis=1)).sum(axis=1), dtype=np.float64)


def _weights(components: Sequence[Component], concentration: Floats) -> Floats:
    """Return (future, component) weights: Dirichlet around those declared, as gammas over a sum."""
    declared = concentration[:, None] * np.column_stack([c.weight for c in components])
    rng = np.random.Generator(np.random.Philox(key=[key_of_text("tension:weights"), 0]))
    drawn = rng.standard_gamma(declared)
    return np.asarray(drawn * (1.0 / drawn.sum(axis=1))[:, None], dtype=np.float64)
