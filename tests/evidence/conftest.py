"""Hand-made observations and a simulation that is told what to answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import xarray as xr

from havenline.crisis.parameters import default_table

Row = tuple[str, float, str]
Path = Callable[[date, int], npt.NDArray[np.float64]]


def observations(
    rows: Sequence[Row | tuple[str, float, str, str]],
    *,
    flows: Sequence[tuple[str, str, str, float, str]] = (),
) -> pd.DataFrame:
    """Rows: date, value, published[, qualifier]; flows: start, end, area, value, published."""
    main = pd.DataFrame(
        {
            "series_id": "displaced_total",
            "date": pd.to_datetime([r[0] for r in rows]),
            "period_start": pd.NaT,
            "area_id": "SY",
            "value": [float(r[1]) for r in rows],
            "unit": "persons",
            "measure": "displaced_cumulative",
            "main": 1,
            "qualifier": [r[3] if len(r) > 3 else "=" for r in rows],
            "published": pd.to_datetime([r[2] for r in rows]),
        }
    )
    main = with_optional(main)
    if not flows:
        return main
    side = pd.DataFrame(
        {
            "series_id": "movements",
            "date": pd.to_datetime([f[1] for f in flows]),
            "period_start": pd.to_datetime([f[0] for f in flows]),
            "area_id": [f[2] for f in flows],
            "value": [f[3] for f in flows],
            "unit": "movements",
            "measure": "moves",
            "main": 0,
            "qualifier": "=",
            "published": pd.to_datetime([f[4] for f in flows]),
        }
    )
    main["period_start"] = pd.to_datetime(main["period_start"])
    return pd.concat([main, with_optional(side)], ignore_index=True)


def with_optional(table: pd.DataFrame) -> pd.DataFrame:
    """Return observations with the columns that may be left out, empty."""
    for name in ("counter", "neighbour", "repeats", "break", "ends"):
        table[name] = ""
    table["low"] = table["high"] = np.nan
    return table


def happenings(*rows: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        {"date": pd.to_datetime([r[0] for r in rows]), "kind": [r[1] for r in rows]}
    )


def empty(*columns: str) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="str") for name in columns})


def people(*rows: tuple[str, int]) -> pd.DataFrame:
    """Residents by place, known since the year began."""
    day = pd.to_datetime(["2020-01-01"] * len(rows))
    return pd.DataFrame(
        {
            "place_id": [r[0] for r in rows],
            "group": "all",
            "status": "resident",
            "persons": [r[1] for r in rows],
            "as_of": day,
            "published": day,
        }
    )


@dataclass(frozen=True)
class HandMade:
    """A crisis with nothing but evidence."""

    observations: pd.DataFrame
    happenings: pd.DataFrame = field(default_factory=happenings)
    id: str = "hand-made"
    areas: pd.DataFrame = field(default_factory=lambda: empty("area_id", "parent_id"))
    places: pd.DataFrame = field(default_factory=lambda: empty("place_id", "area_id"))
    populations: pd.DataFrame = field(default_factory=lambda: people())
    crossings: pd.DataFrame = field(default_factory=lambda: empty("crossing_id", "neighbour"))
    meta: Any = field(default_factory=lambda: SimpleNamespace(displaced_series=None))


REPORTING = {row.name: row.value for row in default_table() if row.name.startswith("report_")}
"""Parameters of how counts are reported, the same in every future."""


@dataclass(frozen=True)
class Answer:
    dataset: xr.Dataset


class Told:
    """A simulation whose futures follow a given path: ``path(day, futures) -> (futures,)``."""

    def __init__(self, path: Path, *, start: date, later: str | None = None) -> None:
        self.path = path
        self.start = start
        self.later = later
        self.calls: list[dict[str, Any]] = []

    def __call__(
        self,
        crisis: HandMade,
        *,
        options: list[str],
        futures: int,
        seed: int,
        as_of: date,
        days: int,
        offensive: Mapping[date, bool] | None = None,
    ) -> Answer:
        self.calls.append(
            {"options": options, "as_of": as_of, "days": days, "offensive": offensive}
        )
        past = [self.start + timedelta(days=i) for i in range((as_of - self.start).days + 1)]
        ahead = [as_of + timedelta(days=i) for i in range(days + 1)]
        history = np.array([self.path(d, futures) for d in past]).T
        newly = np.array([self.path(d, futures) for d in ahead]).T[None]
        dataset = xr.Dataset(
            {
                "history_newly_displaced": (("future", "history_day"), history),
                "newly_displaced": (("option", "future", "day"), newly),
                "parameter_values": (
                    ("future", "parameter"),
                    np.tile(list(REPORTING.values()), (futures, 1)),
                ),
            },
            coords={
                "option": options,
                "parameter": list(REPORTING),
                "day": pd.to_datetime(ahead).to_numpy(),
                "history_day": pd.to_datetime(past).to_numpy(),
            },
        )
        if self.later is not None:
            dataset.attrs["parameters_known_later"] = self.later
        return Answer(dataset)


@pytest.fixture
def rows() -> list[Row]:
    """Seven totals; as of 11 January the first five are published, the fourth late."""
    return [
        ("2020-01-01", 0, "2020-01-01"),
        ("2020-01-03", 2_000, "2020-01-04"),
        ("2020-01-05", 6_000, "2020-01-06"),
        ("2020-01-09", 8_000, "2020-01-10"),
        ("2020-01-10", 12_000, "2020-01-11"),
        ("2020-01-15", 15_000, "2020-01-16"),
        ("2020-01-20", 21_000, "2020-01-21"),
    ]
