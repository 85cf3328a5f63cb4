"""The planning sheet: arrivals and presence by area and week against capacity."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from havenline.engine.measures import weeks_of
from havenline.outcomes.comparison import Comparison, by_area
from havenline.outcomes.tables import write_book, write_csv
from havenline.outcomes.tidy import area_names

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from havenline.crisis.parameters import Parameter

_NOTES = (
    "Every figure after the as-of date is simulated. p50 is the median of the futures; in 9 of 10 "
    "futures the figure is at or below p90.",
    "Quantiles are taken by area and week: they must not be added up over areas or weeks.",
    "arrivals: displaced persons who arrive in the area during the week, from other areas or "
    "from within it; a person who arrives twice counts twice.",
    "presence: displaced persons present in the area at the end of the week.",
    "shelter_capacity: persons that shelter in the area could hold on the as-of date, from the "
    "components that are known; it is not carried forward.",
    "exposure_probability: share of futures with fighting within 10 km of people in the area in "
    "that week.",
    "The last week of a run may have fewer than 7 days; see column days.",
)


def planning_table(dataset: xr.Dataset) -> pd.DataFrame:
    """Return arrivals and presence by option, area and week.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result.

    Returns
    -------
    pandas.DataFrame
        Columns option, area_id, area_name, week (from 1), week_start, days, arrivals_p50,
        arrivals_p90 (persons in the week), presence_p50, presence_p90 (persons at its end),
        shelter_capacity (persons, on the as-of date), exposure_probability (share of futures).
    """
    import pandas as pd

    areas = [str(v) for v in dataset["area"].to_numpy()]
    last = dataset.sizes["day"] - 1
    bounds = [(7 * k + 1, min(7 * k + 7, last)) for k in range(weeks_of(last))]
    starts = dataset["day"].to_numpy()[[first for first, _ in bounds]]
    capacity = dataset["shelter_capacity_asof"].to_numpy()
    exposure = dataset["exposure_probability"].transpose("option", "area", "week").to_numpy()
    parts = []
    for position, option in enumerate(dataset["option"].to_numpy()):
        arrivals = by_area(dataset, "arrivals", str(option))
        weekly = np.stack([arrivals[:, a : b + 1].sum(axis=1) for a, b in bounds], axis=-1)
        del arrivals  # of many futures it is large
        arrivals_50, arrivals_90 = np.quantile(weekly, [0.5, 0.9], axis=0)
        displaced = by_area(dataset, "displaced", str(option))
        ends = np.stack([displaced[:, b] for _, b in bounds], axis=-1)
        del displaced
        presence_50, presence_90 = np.quantile(ends, [0.5, 0.9], axis=0)
        weeks = len(bounds)
        parts.append(
            pd.DataFrame(
                {
                    "option": str(option),
                    "area_id": np.repeat(areas, weeks),
                    "area_name": np.repeat(area_names(dataset), weeks),
                    "week": np.tile(np.arange(1, weeks + 1), len(areas)),
                    "week_start": np.tile(starts, len(areas)),
                    "days": np.tile([b - a + 1 for a, b in bounds], len(areas)),
                    "arrivals_p50": _whole(arrivals_50),
                    "arrivals_p90": _whole(arrivals_90),
                    "presence_p50": _whole(presence_50),
                    "presence_p90": _whole(presence_90),
                    "shelter_capacity": np.repeat(capacity, weeks),
                    "exposure_probability": exposure[position].ravel(),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def assumed(parameters: Mapping[str, Parameter]) -> list[str]:
    """Return a sentence for each parameter that rests on a prior."""
    return [
        f"{p.name} = {p.value:g} {p.unit} (prior): {p.meaning}"
        for p in parameters.values()
        if p.kind == "prior"
    ]


def write_planning(
    dataset: xr.Dataset,
    comparison: Comparison,
    folder: str | Path,
    assumptions: Iterable[str] = (),
) -> dict[str, Path]:
    """Write the planning sheet as CSV and as a workbook.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result.
    comparison : Comparison
        Of the same result.
    folder : str or Path
        Made where it does not exist.
    assumptions : iterable of str
        What was assumed, a sentence each, for the first sheet.

    Returns
    -------
    dict of str to Path
        ``planning_csv`` and ``planning_xlsx``.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    planning = planning_table(dataset)
    book = folder / "planning.xlsx"
    write_book(
        book,
        "Havenline planning sheet",
        _readme_rows(dataset, comparison, list(assumptions)),
        {
            "Comparison": comparison.to_frame(rounded=True),
            "Planning": planning,
            "Exposure": exposure_table(dataset),
        },
    )
    return {
        "planning_csv": write_csv(planning, folder / "planning.csv"),
        "planning_xlsx": book,
    }


def _whole(values: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.rint(values).astype(np.int64).ravel()


def exposure_table(dataset: xr.Dataset) -> pd.DataFrame:
    """Return the probability of exposure by option and area, a column per week.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result.

    Returns
    -------
    pandas.DataFrame
        Columns option, area_id, area_name and one by week, named by its first day.
    """
    import pandas as pd

    options = [str(v) for v in dataset["option"].to_numpy()]
    areas = [str(v) for v in dataset["area"].to_numpy()]
    exposure = dataset["exposure_probability"].transpose("option", "area", "week").to_numpy()
    starts = dataset["day"].to_numpy()[1::7].astype("datetime64[D]")
    return pd.DataFrame(
        {
            "option": np.repeat(options, len(areas)),
            "area_id": np.tile(areas, len(options)),
            "area_name": np.tile(area_names(dataset), len(options)),
            **{str(day): exposure[:, :, k].ravel() for k, day in enumerate(starts)},
        }
    )


def _readme_rows(
    dataset: xr.Dataset, comparison: Comparison, assumptions: list[str]
) -> list[tuple[str, str]]:
    rows = [
        ("Crisis", str(dataset.attrs.get("title", comparison.crisis))),
        ("Id", comparison.crisis),
        ("As-of date", comparison.as_of),
        ("Days", str(comparison.days)),
        ("Futures", str(comparison.futures)),
        ("Seed", str(comparison.seed)),
        ("Havenline version", comparison.version),
    ]
    if comparison.partial:
        rows.append(("Partial", "The run was stopped; only the finished futures count."))
    rows += [("Note", note) for note in _NOTES]
    rows += [("Assumed", text) for text in assumptions]
    try:
        hashes = json.loads(str(dataset.attrs.get("input_hashes", "{}")))
    except json.JSONDecodeError:
        hashes = {}
    if isinstance(hashes, Mapping):
        rows += [(f"SHA-256 of {name}", str(value)) for name, value in sorted(hashes.items())]
    return rows
