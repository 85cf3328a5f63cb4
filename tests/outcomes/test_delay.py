"""What waiting costs, by hand."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
import xarray as xr

from havenline.outcomes import price_of_delay, price_of_inaction


def by_hand(synthetic: ModuleType, kept: float) -> xr.Dataset:
    """Three options: 1,000, 900 and 800 flee, and under the third some cannot leave."""
    dataset: xr.Dataset = synthetic.synthetic_dataset(options=3, futures=40, days=2)
    fled, shut = np.zeros((3, 40, 3)), np.zeros((3, 40, 3))
    fled[:, :, 1:] = np.array([1_000.0, 900.0, 800.0])[:, None, None] + np.arange(40.0)[:, None]
    shut[2, :, 1:] = kept
    dataset["newly_displaced"] = dataset["newly_displaced"].copy(data=fled)
    dataset["kept_in"] = dataset["kept_in"].copy(data=shut)
    return dataset


@pytest.mark.parametrize(("kept", "better"), [(0.0, 40), (300.0, 0)])
def test_fewer_who_flee_later_because_they_cannot_are_no_gain(
    synthetic: ModuleType, kept: float, better: int
) -> None:
    dataset = by_hand(synthetic, kept)
    _, on_time, later = (str(o) for o in dataset["option"].to_numpy())
    rows = price_of_delay(dataset, on_time, {7: later})
    (row,) = (r for r in rows if r.indicator == "newly_displaced")
    assert row.price.summary.median == -100.0
    assert row.later[7].better == row.price.better == better
    assert row.price.distinguishable == (kept == 0.0)


@pytest.mark.parametrize(("kept", "best"), [(0.0, 2), (300.0, 1)])
def test_the_best_alternative_is_not_the_one_that_shuts_people_in(
    synthetic: ModuleType, kept: float, best: int
) -> None:
    dataset = by_hand(synthetic, kept)
    ids = [str(o) for o in dataset["option"].to_numpy()]
    rows = price_of_inaction(dataset, ids[1:], ids[0])
    (row,) = (r for r in rows if r.indicator == "newly_displaced")
    assert row.best == ids[best]
    assert row.difference.summary.median == 100.0 * best
