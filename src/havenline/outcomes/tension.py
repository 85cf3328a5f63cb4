"""Pressure on services in host areas: a published index with its components and its uncertainty.

    index = 100 * sum over components of weight * min(1, component / anchor)

The index is about pressure on services. It is no forecast of violence and says nothing of a risk
from people. Whether it foretells incidents better than the share of displaced people alone could
not be shown, for no count of incidents by area is at hand: a model of incidents is left out.
"""

from __future__ import annotations

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
CONCENTRATION = 10.0
"""Concentration of the Dirichlet distribution of the weights around those declared."""


@dataclass(frozen=True)
class Component:
    """One component of the index.

    Attributes
    ----------
    id, name : str
    anchor : float
        Value from which on it counts in full; judgement.
    weight : float
        Declared weight; judgement, uncertain in each future.
    """

    id: str
    name: str
    anchor: float
    weight: float


COMPONENTS = (
    Component("share", "Displaced share of the population", 0.30, 0.25),
    Component("inflow", "Arrivals of 30 days per 1,000 residents", 50.0, 0.20),
    Component("overload", "Load on services over the norm", 1.0, 0.20),
    Component("prices", "Rise of rents and food prices in 12 months", 0.5, 0.20),
    Component("uncovered", "Share in need without assistance", 1.0, 0.15),
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
    futures, last = entries.shape[1], entries.shape[2] - 1
    back = min(INFLOW_DAYS, last)
    weights = _weights(futures)
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
                    summary_of(index_of(values, weights)),
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

    rows = []
    for p in host_pressure(dataset, crisis):
        figures: list[tuple[str, float | None, float | None, Summary]] = [
            ("refugees", None, None, p.refugees),
            ("index", None, None, p.index),
            *((c.id, c.weight, c.anchor, s) for c, s in zip(COMPONENTS, p.components, strict=True)),
        ]
        rows += [
            (p.option, p.host, p.name, name, weight, anchor, s.median, s.q05, s.q95)
            for name, weight, anchor, s in figures
        ]
    head = ("option", "host", "name", "figure", "weight", "anchor", "median", "q05", "q95")
    return pd.DataFrame(rows, columns=list(head))


def index_of(values: list[Floats], weights: Floats) -> Floats:
    """Return the index from its components.

    Parameters
    ----------
    values : list of (future,) float64
        In the order of ``COMPONENTS``.
    weights : (future, component) float64
        Sum to 1 in each future.

    Returns
    -------
    (future,) float64
        0 to 100.
    """
    parts = [np.clip(v / c.anchor, 0.0, 1.0) for v, c in zip(values, COMPONENTS, strict=True)]
    return np.asarray(100.0 * (weights * np.stack(parts, axis=1)).sum(axis=1), dtype=np.float64)


def _weights(futures: int) -> Floats:
    declared = CONCENTRATION * np.array([c.weight for c in COMPONENTS])
    rng = np.random.Generator(np.random.Philox(key=[key_of_text("tension:weights"), 0]))
    return rng.dirichlet(declared, size=futures)
