"""A small plausible result in the exact layout, without a simulation."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from havenline.crisis.parameters import default_table
from havenline.engine import layout
from havenline.engine.measures import weeks_of

if TYPE_CHECKING:
    import xarray as xr

OPTIONS = (
    ("no-deal", "No deal"),
    ("ceasefire", "Ceasefire on the current line"),
    ("highway-haven", "Highway line with a haven"),
    ("line-2018", "Pull-back to the 2018 line"),
    ("open-border", "Open border"),
    ("army", "An army fights the advance"),
)
AREAS = (
    ("SY070000", "Idleb"),
    ("SY070001", "Bennsh"),
    ("SY070301", "Dana"),
    ("SY070302", "Salqin"),
    ("SY070500", "Ariha"),
    ("SY020400", "A'zaz"),
)
FIXED = {
    row.name: row.value for row in default_table() if row.name.startswith(("pressure_", "report_"))
}
"""Parameters that are the same in every future of the synthetic result."""
PRESSURE = (1.0, 0.45, 0.6, 0.5, 0.95, 0.7)


def synthetic_arrays(
    *,
    options: int = 5,
    futures: int = 30,
    days: int = 20,
    areas: int = 6,
    groups: int = 2,
    seed: int = 7,
) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
    """Return (arrays by variable, coordinates) of a small plausible result."""
    rng = np.random.default_rng(seed)
    shape = (options, futures, days + 1)
    coords = layout.coordinates(
        options=OPTIONS[:options],
        futures=futures,
        as_of=date(2020, 1, 15),
        days=days,
        areas=(AREAS + tuple((f"SY08{k:04d}", f"Area {k}") for k in range(areas)))[:areas],
        groups=[f"group-{g}" for g in range(groups)],
        history_start=date(2019, 12, 1),
        parameters=(
            "border_closed_rate",
            "flight_hazard",
            "truce_age_shape",
            "host_coverage",
            "host_overload",
            "host_price_rise",
            "other_side_harm",
            "rebuild_cost",
            "response_halflife",
            "violence_undercount",
            *FIXED,
        ),
    )
    luck = rng.lognormal(0.0, 0.5, size=(1, futures, 1))
    pressure = np.array(PRESSURE[:options])[:, None, None]
    noise = rng.lognormal(0.0, 0.1, size=shape)
    daily = np.floor(4000 * luck * pressure * noise)
    daily[:, :, 0] = 0
    since = np.cumsum(daily, axis=2)
    before = np.floor(340_000 + 20_000 * rng.standard_normal(futures))[None, :, None]
    weights = rng.dirichlet(np.full(areas, 2.0))
    split = np.full(groups, 1 / groups)
    arrivals = np.floor(daily[..., None, None] * weights[:, None] * split).astype(np.int32)
    start = np.floor(900_000 * weights[:, None] * split).astype(np.int32)
    displaced = start + np.cumsum(arrivals, axis=2, dtype=np.int32)
    residents = np.floor(400_000 * weights - 0.01 * displaced.sum(axis=-1)).astype(np.int32)
    gone = np.array([k in (2, 3) for k in range(options)])[:, None, None]
    arrays: dict[str, NDArray[Any]] = {
        "displaced": displaced,
        "arrivals": arrivals,
        "residents": residents,
        "departures": np.floor(0.8 * arrivals.sum(axis=-1)).astype(np.int32),
        "in_sites": (displaced.sum(axis=-1) // 3).astype(np.int32),
        "newly_displaced": before + since,
        "movements": np.floor(1.4 * since),
        "besieged": np.zeros_like(since),
        "kept_in": np.zeros_like(since),
        "unsheltered": np.maximum(0, 80_000 + np.floor(0.3 * since) - 1500 * np.arange(days + 1.0)),
        "near_front": np.floor(60_000 * pressure * noise),
        "near_border": 500_000 + np.floor(0.2 * since),
        "entries": np.floor(since * np.where(pressure == 0.95, 0.3, 0.001)),
        "returned": np.floor(0.01 * since),
        "returned_other_side": np.floor(0.001 * since),
        "returned_from_abroad": np.zeros(shape),
        "killed": np.floor(since / 900),
        "injured": np.floor(since / 300),
        "homes_damaged": np.floor(since / 40),
        "cost_usd": 1.1e6 * np.arange(days + 1.0) * (2.0 - pressure) * np.ones(shape),
        "displaced_by_option": np.where(gone, np.floor(0.2 * since), 0.0),
        "left_on_other_side": np.where(gone, np.floor(0.05 * since), 0.0),
        "in_captured_places": np.floor(0.02 * since),
        "truce_standing": np.broadcast_to(pressure < 0.9, shape).astype(np.float64),
        "shelter_places": np.full(shape, 850_000.0),
        "offensive_running": (noise > 1.0).astype(np.float64),
        "aid_suspended": np.zeros(shape),
        "haven_standing": np.zeros(shape),
        "displaced_elsewhere": np.floor(0.1 * since),
        "displaced_present_elsewhere": np.floor(70_000 + 0.06 * since),
        "returned_elsewhere": np.floor(0.04 * since),
        "truces_failed_elsewhere": np.zeros(shape),
        "displaced_present": np.floor(900_000 + since),
        "onward_attempts": np.floor(0.01 * since),
        "excess_deaths": np.floor(since / 700),
        "ledger_residual": np.zeros(shape),
        "people_at_start": np.full(shape, 3_000_000.0),
        "people_present": 3_000_000 - np.floor(0.1 * since) - np.floor(since / 900),
        "people_on_the_way": np.floor(0.1 * since),
        "people_abroad": np.zeros(shape),
        "people_moved_out": np.zeros(shape),
        "people_killed": np.floor(since / 900),
        "exposure_probability": np.clip(
            pressure * rng.uniform(0, 1, (options, weeks_of(days), areas)), 0, 1
        ).round(2),
        "flows": np.full((options, weeks_of(days), areas, areas), 120.0),
        "agreement_hollowed": np.tile(np.arange(futures) % 3 == 0, (options, 1)).astype(np.float64),
        "shelter_capacity_asof": np.floor(850_000 * weights),
        "parameter_values": np.hstack(
            [rng.uniform(0, 1, (futures, 10)), np.tile(list(FIXED.values()), (futures, 1))]
        ),
    }
    grow = np.linspace(0, 1, coords["history_day"].size)
    arrays["history_newly_displaced"] = np.floor(before[0] * grow)
    arrays["history_returned"] = np.floor(0.05 * before[0] * grow)
    arrays["history_still_displaced"] = (
        arrays["history_newly_displaced"] - arrays["history_returned"]
    )
    return arrays, coords


def synthetic_attrs(partial: int = 0) -> dict[str, object]:
    """Return the attributes of the dataset."""
    return {
        "title": "Synthetic crisis",
        "havenline_version": "0.1.0",
        "seed": 7,
        "as_of": "2020-01-15",
        "crisis": "synthetic",
        "input_hashes": '{"places.csv": "00ff"}',
        "partial": partial,
    }


def synthetic_dataset(
    *,
    options: int = 5,
    futures: int = 30,
    days: int = 20,
    areas: int = 6,
    groups: int = 2,
    seed: int = 7,
) -> xr.Dataset:
    """Return a small plausible result; the same arguments give the same values."""
    arrays, coords = synthetic_arrays(
        options=options, futures=futures, days=days, areas=areas, groups=groups, seed=seed
    )
    return layout.assemble(arrays, coords, synthetic_attrs())
