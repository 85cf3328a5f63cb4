"""Where people go and how fast, each parameter in the direction it must have."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray

from havenline.engine import simulate
from tests.full_crisis import full_crisis
from tests.mechanisms.test_directions import STEADY


def run(**settings: float) -> xr.Dataset:
    given = {**STEADY, **settings}
    return simulate(full_crisis({}), futures=40, seed=6, workers=1, settings=given).dataset


def arrived_by_area(data: xr.Dataset) -> NDArray[np.int64]:
    """Return arrivals by future and area, of the only option."""
    return (
        data["arrivals"].isel(option=0).sum(["day", "group"]).transpose("future", "area").to_numpy()
    )


def growing(values: list[float]) -> bool:
    return bool((np.diff(values) > 0).all())


@pytest.mark.parametrize(
    ("name", "values", "others"),
    [
        ("walk_km_day", (10.0, 25.0, 60.0), {"vehicle_share": 0.0}),
        ("vehicle_km_day", (30.0, 100.0, 300.0), {"vehicle_share": 1.0}),
        ("vehicle_share", (0.0, 0.5, 1.0), {"walk_km_day": 10.0, "vehicle_km_day": 300.0}),
    ],
)
def test_faster_travel_brings_more_people_in_by_the_end(
    name: str, values: tuple[float, ...], others: dict[str, float]
) -> None:
    assert growing([float(run(**others, **{name: v})["arrivals"].sum()) for v in values])


def test_a_steeper_fall_with_distance_keeps_people_in_their_area() -> None:
    stay = []
    for power in (0.2, 1.0, 3.0):
        flows = run(destination_distance_power=power)["flows"].isel(option=0).sum("week")
        table = flows.transpose("from_area", "area").to_numpy()
        stay.append(float(np.trace(table) / table.sum()))
    assert growing(stay)


def test_more_kilometres_added_to_every_road_let_people_go_farther() -> None:
    stay = []
    for offset in (100.0, 10.0, 0.5):
        flows = run(destination_offset=offset)["flows"].isel(option=0).sum("week")
        table = flows.transpose("from_area", "area").to_numpy()
        stay.append(float(np.trace(table) / table.sum()))
    assert growing(stay)


def test_a_stronger_pull_of_size_sends_more_to_the_largest_area() -> None:
    shares = []
    for power in (0.2, 1.0, 2.0):
        data = run(destination_size_power=power)
        largest = int(data["residents"].isel(option=0, future=0, day=0).to_numpy().argmax())
        totals = arrived_by_area(data).sum(axis=0)
        shares.append(float(totals[largest] / totals.sum()))
    assert growing(shares)


def test_pulls_that_differ_more_make_shares_differ_more_between_futures() -> None:
    spread = []
    for sd in (0.0, 0.5, 2.0):
        totals = arrived_by_area(run(destination_pull_sd=sd)).astype(float)
        shares = totals / np.maximum(1.0, totals.sum(axis=1, keepdims=True))
        spread.append(float(shares.std(axis=0).sum()))
    assert growing(spread)
