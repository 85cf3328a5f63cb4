"""Tidy files of a result: quantiles by day and area, indicators by future."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from havenline.engine.layout import DAILY_SERIES, VARIABLES
from havenline.outcomes.comparison import bands, by_area
from havenline.outcomes.indicators import INDICATORS, per_future
from havenline.outcomes.tables import write_csv, write_parquet

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_COLUMNS = ("p05", "p25", "p50", "p75", "p95")
_NOT_PUBLISHED = ("ledger_residual",)
_SUMMED = ("departures", "in_sites", "waiting")
"""Variables by area or neighbour whose sum stands among the daily series."""


def displaced_table(dataset: xr.Dataset) -> pd.DataFrame:
    """Return displaced persons present by option, day and area.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result.

    Returns
    -------
    pandas.DataFrame
        Columns option, day, area_id, area_name, unit, p05, p25, p50, p75, p95.
    """
    import pandas as pd

    areas = [str(v) for v in dataset["area"].to_numpy()]
    names = area_names(dataset)
    days = dataset["day"].to_numpy()
    parts = []
    for option in _options(dataset):
        values = bands(dataset, "displaced", option, QUANTILES)
        part = pd.DataFrame(
            {
                "option": option,
                "day": np.repeat(days, len(areas)),
                "area_id": np.tile(areas, len(days)),
                "area_name": np.tile(names, len(days)),
                "unit": VARIABLES["displaced"].units,
            }
        )
        for column, quantile in zip(_COLUMNS, values, strict=True):
            part[column] = quantile.ravel().round(2)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def daily_table(dataset: xr.Dataset) -> pd.DataFrame:
    """Return the daily series by option and day, with departures, people in sites and waiting.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result.

    Returns
    -------
    pandas.DataFrame
        Columns option, day, variable, unit, measure, prior_only, p05, p25, p50, p75, p95.
    """
    import pandas as pd

    days = dataset["day"].to_numpy()
    names = [n for n in (*DAILY_SERIES, *_SUMMED) if n not in _NOT_PUBLISHED and n in dataset]
    options = _options(dataset)
    quantiles = [
        np.quantile(_summed(dataset, name, option), QUANTILES, axis=0)
        if name in _SUMMED
        else bands(dataset, name, option, QUANTILES)
        for option in options
        for name in names
    ]
    rows = [(option, VARIABLES[name]) for option in options for name in names]
    told: dict[str, list[str] | list[int]] = {
        "option": [option for option, _ in rows],
        "variable": [declared.name for _, declared in rows],
        "unit": [declared.units for _, declared in rows],
        "measure": [str(declared.measure) for _, declared in rows],
        "prior_only": [int(declared.prior_only) for _, declared in rows],
    }
    table = pd.DataFrame(
        {name: np.repeat(np.array(values), len(days)) for name, values in told.items()}
    )
    table.insert(1, "day", np.tile(days, len(rows)))
    for column, values in zip(_COLUMNS, np.stack(quantiles, axis=1), strict=True):
        table[column] = values.ravel().round(2)
    return table


def indicators_table(dataset: xr.Dataset) -> pd.DataFrame:
    """Return the indicators by option and future.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result.

    Returns
    -------
    pandas.DataFrame
        Columns option, future and one by indicator id, in the unit of the indicator.
    """
    import pandas as pd

    options, futures = _options(dataset), dataset["future"].to_numpy()
    columns = {name: per_future(dataset, name).ravel() for name in INDICATORS}
    return pd.DataFrame(
        {
            "option": np.repeat(options, len(futures)),
            "future": np.tile(futures, len(options)),
            **columns,
        }
    )


def write_tidy(dataset: xr.Dataset, folder: str | Path) -> dict[str, Path]:
    """Write the tidy tables.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result.
    folder : str or Path
        Made where it does not exist.

    Returns
    -------
    dict of str to Path
        Files by key: ``displaced_csv``, ``displaced_parquet``, ``daily_csv``, ``daily_parquet``,
        ``indicators_parquet``.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    displaced, daily = displaced_table(dataset), daily_table(dataset)
    attrs = {str(name): value for name, value in dataset.attrs.items()}
    return {
        "displaced_csv": write_csv(displaced, folder / "displaced_by_area.csv"),
        "displaced_parquet": write_parquet(displaced, folder / "displaced_by_area.parquet", attrs),
        "daily_csv": write_csv(daily, folder / "daily.csv"),
        "daily_parquet": write_parquet(daily, folder / "daily.parquet", attrs),
        "indicators_parquet": write_parquet(
            indicators_table(dataset), folder / "indicators_by_future.parquet", attrs
        ),
    }


def area_names(dataset: xr.Dataset) -> list[str]:
    """Return the names of the areas, or their p-codes where there are none."""
    source = "area_name" if "area_name" in dataset.coords else "area"
    return [str(v) for v in dataset[source].to_numpy()]


def _summed(dataset: xr.Dataset, variable: str, option: str) -> NDArray[np.float64]:
    """Return the sum of a variable over areas or neighbours, (future, day)."""
    if "area" in VARIABLES[variable].dims:
        return np.asarray(by_area(dataset, variable, option).sum(axis=-1), dtype=np.float64)
    summed = dataset[variable].sel(option=option).sum("neighbour")
    return np.asarray(summed.transpose("future", "day").to_numpy(), dtype=np.float64)


def _options(dataset: xr.Dataset) -> list[str]:
    return [str(v) for v in dataset["option"].to_numpy()]
