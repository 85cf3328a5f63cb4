"""The camps of a displacement case: how full each is on each day, as tables and files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from havenline.outcomes.comparison import Summary, summary_of
from havenline.outcomes.tables import whole_or_nothing, write_csv

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class CampEnd:
    """One camp on the last day.

    Attributes
    ----------
    camp : str
    country : str
    persons : Summary
        Over futures.
    counted : float
        The published count; NaN where none tells of this day.
    """

    camp: str
    country: str
    persons: Summary
    counted: float


def camps_table(run: xr.Dataset) -> pd.DataFrame:
    """Return a row for each day and camp: quantiles over futures and the published count.

    Parameters
    ----------
    run : xarray.Dataset
        As `havenline.engine.cases.simulate_case` returns it.

    Returns
    -------
    pandas.DataFrame
        Columns date, camp, mean, p05, p25, p50, p75, p95, counted; persons.
    """
    import pandas as pd

    persons = run["present"].to_numpy()
    columns: dict[str, Any] = {
        "date": np.repeat(
            run["day"].to_numpy().astype("datetime64[D]").astype(str), run.sizes["camp"]
        ),
        "camp": np.tile(run["camp"].to_numpy(), run.sizes["day"]),
        "mean": persons.mean(axis=0).ravel().round(1),
    }
    for q, level in zip(QUANTILES, np.quantile(persons, QUANTILES, axis=0), strict=True):
        columns[f"p{round(100 * q):02d}"] = level.ravel().round(1)
    columns["counted"] = run["counted"].to_numpy().ravel()
    return pd.DataFrame(columns)


def camps_at_end(run: xr.Dataset) -> tuple[CampEnd, ...]:
    """Return every camp on the last day, in the order of the case."""
    last = run.isel(day=-1)
    return tuple(
        CampEnd(str(camp), str(country), summary_of(persons), float(counted))
        for camp, country, persons, counted in zip(
            last["camp"].to_numpy(),
            last["country"].to_numpy(),
            last["present"].to_numpy().T.astype(np.float64),
            last["counted"].to_numpy(),
            strict=True,
        )
    )


def write_camps(run: xr.Dataset, folder: Path) -> list[Path]:
    """Write ``camps.nc`` and ``camps.csv`` into a folder, each whole or not at all.

    Returns
    -------
    list of Path
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / "camps.nc", folder / "camps.csv"]
    compressed = {name: {"zlib": True, "complevel": 4} for name in run.data_vars}
    with whole_or_nothing(paths[0]) as file:
        run.to_netcdf(file, engine="h5netcdf", encoding=compressed)
    write_csv(camps_table(run), paths[1])
    return paths
