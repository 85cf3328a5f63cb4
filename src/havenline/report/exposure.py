"""Chances of exposure to fighting by sub-district and week, as rows of a heat table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from havenline import words

WEEKS = 8
ROWS = 15
LIMITS = (0.005, 0.2, 0.4, 0.6, 0.8)
"""Lower limits of the shades 1 to 5; below the first a cell has no shade."""


@dataclass(frozen=True)
class Heat:
    """One cell: the text (percent of futures) and its shade from 0 to 5."""

    text: str
    shade: int


@dataclass(frozen=True)
class HeatRow:
    """A sub-district: name, p-code, people there at the as-of date, a cell for each week."""

    name: str
    area: str
    people: str
    cells: list[Heat]


@dataclass(frozen=True)
class HeatTable:
    """Chances under one option; `note` is set where no row has any chance above zero."""

    option: str
    name: str
    weeks: list[str]
    rows: list[HeatRow]
    note: str


def cell(probability: float) -> Heat:
    """Return the cell of a probability, in percent of the futures."""
    if not np.isfinite(probability):
        return Heat("not known", 0)
    percent = 100.0 * probability
    text = "0" if percent == 0 else "<1" if percent < 1 else f"{percent:.0f}"
    return Heat(text, int(sum(probability >= limit for limit in LIMITS)))


def people_now(dataset: xr.Dataset) -> dict[str, float]:
    """Return the people of each area at the as-of date: residents and displaced, median."""
    at = dataset[["displaced", "residents"]].isel(option=0, day=0)
    whole = at["displaced"].sum("group") + at["residents"]
    middle = np.median(np.asarray(whole.transpose("future", "area").to_numpy()), axis=0)
    return {str(a): float(v) for a, v in zip(dataset["area"].to_numpy(), middle, strict=True)}


def chosen_areas(dataset: xr.Dataset, people: Mapping[str, float]) -> list[str]:
    """Return the areas to show: most people times chance over the first weeks without a deal."""
    chance = dataset["exposure_probability"].isel(option=0, week=slice(0, WEEKS)).sum("week")
    weight = {
        str(a): float(p) * people[str(a)]
        for a, p in zip(dataset["area"].to_numpy(), np.asarray(chance.to_numpy()), strict=True)
    }
    order = sorted((a for a in weight if weight[a] > 0), key=lambda a: (-weight[a], a))
    return order[:ROWS]


def area_names(dataset: xr.Dataset) -> dict[str, str]:
    """Return the name of each area, its id where the dataset has no names."""
    ids = [str(a) for a in dataset["area"].to_numpy()]
    if "area_name" not in dataset.coords:
        return {a: a for a in ids}
    names = [str(n) for n in dataset["area_name"].to_numpy()]
    return {a: n or a for a, n in zip(ids, names, strict=True)}


def week_starts(dataset: xr.Dataset) -> list[pd.Timestamp]:
    """Return the first day of each week."""
    first = pd.Timestamp(dataset["day"].to_numpy()[0])
    return [first + pd.Timedelta(days=7 * int(k) + 1) for k in dataset["week"].to_numpy()]


def heat_tables(dataset: xr.Dataset) -> list[HeatTable]:
    """Return a heat table for each option, no deal first, all with the same rows."""
    people = people_now(dataset)
    areas = chosen_areas(dataset, people)
    names = area_names(dataset)
    weeks = [words.short_day(d) for d in week_starts(dataset)[:WEEKS]]
    out = []
    for k, option in enumerate(dataset["option"].to_numpy()):
        table = dataset["exposure_probability"].isel(option=k, week=slice(0, WEEKS))
        values = {str(a): np.asarray(table.sel(area=a).to_numpy(), dtype=np.float64) for a in areas}
        rows = [
            HeatRow(
                name=names[a],
                area=a,
                people=words.number(_hundreds(people[a])),
                cells=[cell(float(p)) for p in values[a]],
            )
            for a in areas
        ]
        if not rows:
            note = "No sub-district has any chance of exposure in these weeks."
        elif not any(v.any() for v in values.values()):
            note = "Under this option none of these sub-districts is exposed in any future."
        else:
            note = ""
        out.append(HeatTable(str(option), option_names(dataset)[str(option)], weeks, rows, note))
    return out


def option_names(dataset: xr.Dataset) -> dict[str, str]:
    """Return the name of each option, its id where the dataset has no names."""
    ids = [str(o) for o in dataset["option"].to_numpy()]
    if "option_name" not in dataset.coords:
        return {o: o for o in ids}
    return dict(zip(ids, [str(n) for n in dataset["option_name"].to_numpy()], strict=True))


def _hundreds(value: float) -> float:
    return float(round(value, -2)) if value >= 1000 else float(round(value, -1))
