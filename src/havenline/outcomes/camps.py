"""The camps of a displacement case: how full each is on each day, as a dataset and as tables."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from havenline import __version__
from havenline.engine.cases import CaseRun
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
        The published count.
    """

    camp: str
    country: str
    persons: Summary
    counted: float


def camps_dataset(run: CaseRun) -> xr.Dataset:
    """Return a run of a case as a dataset (future, day, camp) that says what made it.

    Parameters
    ----------
    run : CaseRun

    Returns
    -------
    xarray.Dataset
        ``persons`` (future, day, camp), ``elsewhere`` (future, day) and ``counted`` (day, camp),
        all persons present at the end of the day.
    """
    import xarray as xr

    case = run.case
    days = np.datetime64(case.start, "D") + np.arange(case.days)
    stock = {"units": "persons", "measure": "stock"}
    return xr.Dataset(
        data_vars={
            "persons": (
                ("future", "day", "camp"),
                run.persons,
                {"long_name": "persons in the camp", **stock},
            ),
            "elsewhere": (
                ("future", "day"),
                run.elsewhere,
                {"long_name": "persons on the way or in other places", **stock},
            ),
            "counted": (
                ("day", "camp"),
                case.observed(),
                {"long_name": "published count, interpolated", **stock},
            ),
        },
        coords={
            "future": np.arange(len(run.persons)),
            "day": days.astype("datetime64[ns]"),
            "camp": np.array([case.locations[c].name for c in case.camps], dtype=object),
        },
        attrs={
            "title": f"{case.name}: camps under the rules {run.rules}",
            "Conventions": "CF-1.11",
            "havenline_version": __version__,
            "case": case.id,
            "rules": run.rules,
            "seed": run.seed,
            "hasten": run.hasten,
            "input_hashes": json.dumps(dict(sorted(case.input_hashes.items()))),
        },
    )


def camps_table(run: CaseRun) -> pd.DataFrame:
    """Return a row for each day and camp: quantiles over futures and the published count.

    Returns
    -------
    pandas.DataFrame
        Columns date, camp, mean, p05, p25, p50, p75, p95, counted; persons.
    """
    import pandas as pd

    case = run.case
    names = [case.locations[c].name for c in case.camps]
    levels = np.quantile(run.persons, QUANTILES, axis=0)
    days = np.datetime64(case.start, "D") + np.arange(case.days)
    columns: dict[str, Any] = {
        "date": np.repeat(days.astype(str), len(names)),
        "camp": names * case.days,
        "mean": run.persons.mean(axis=0).ravel().round(1),
    }
    for q, level in zip(QUANTILES, levels, strict=True):
        columns[f"p{round(100 * q):02d}"] = level.ravel().round(1)
    columns["counted"] = case.observed().ravel()
    return pd.DataFrame(columns)


def camps_at_end(run: CaseRun) -> tuple[CampEnd, ...]:
    """Return every camp on the last day, in the order of the case."""
    counted = run.case.observed()[-1]
    return tuple(
        CampEnd(
            camp=run.case.locations[at].name,
            country=run.case.locations[at].country,
            persons=summary_of(run.persons[:, -1, j].astype(np.float64)),
            counted=float(counted[j]),
        )
        for j, at in enumerate(run.case.camps)
    )


def write_camps(run: CaseRun, folder: Path) -> list[Path]:
    """Write ``camps.nc`` and ``camps.csv`` into a folder, each whole or not at all.

    Returns
    -------
    list of Path
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / "camps.nc", folder / "camps.csv"]
    dataset = camps_dataset(run)
    compressed = {name: {"zlib": True, "complevel": 4} for name in dataset.data_vars}
    with whole_or_nothing(paths[0]) as file:
        dataset.to_netcdf(file, engine="h5netcdf", encoding=compressed)
    write_csv(camps_table(run), paths[1])
    return paths
