"""Pressure on services in host areas."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
import xarray as xr

from havenline.crisis import open_crisis
from havenline.crisis.parameters import default_table
from havenline.outcomes.tension import (
    COMPONENTS,
    components_of,
    host_pressure,
    index_of,
    pressure_table,
)


def with_value(dataset: xr.Dataset, name: str, value: float) -> xr.Dataset:
    """Return a result in which a parameter has one value in every future."""
    names = [str(n) for n in dataset["parameter"].to_numpy()]
    values = dataset["parameter_values"].to_numpy().copy()
    values[:, names.index(name)] = value
    return dataset.assign(parameter_values=dataset["parameter_values"].copy(data=values))


def test_the_index_by_hand(synthetic: ModuleType) -> None:
    """Half of each anchor gives 50, twice each anchor 100, nothing 0, whatever the weights."""
    components = components_of(synthetic.synthetic_dataset(options=1, futures=2, days=5))
    weights = np.array([[0.2] * 5, [0.6, 0.1, 0.1, 0.1, 0.1]])
    for share, expected in ((0.5, 50.0), (2.0, 100.0), (0.0, 0.0)):
        values = [share * c.anchor for c in components]
        np.testing.assert_allclose(index_of(values, components, weights), expected)
    only_share = [np.full(2, 0.3)] + [np.zeros(2)] * 4
    np.testing.assert_allclose(index_of(only_share, components, weights), [20.0, 60.0])


def test_declared_weights_add_up() -> None:
    rows = {row.name: row.value for row in default_table()}
    assert sum(rows[f"pressure_weight_{name}"] for name in COMPONENTS) == pytest.approx(1.0)


@pytest.mark.parametrize(
    "name",
    [
        "pressure_full_share",
        "pressure_full_inflow",
        "pressure_full_overload",
        "pressure_full_prices",
        "pressure_full_uncovered",
        "pressure_weight_share",
        "pressure_weight_inflow",
        "pressure_weight_overload",
        "pressure_weight_prices",
        "pressure_weight_uncovered",
    ],
)
def test_anchors_and_weights_are_parameters(synthetic: ModuleType, name: str) -> None:
    """Each moves the index one way and stands in the table; only weight may do either."""
    crisis = open_crisis("idlib-2020")
    dataset = synthetic.synthetic_dataset(options=1, futures=20, days=40)
    dataset["entries"] = dataset["entries"].copy(data=np.tile(20_000.0 * np.arange(41), (1, 20, 1)))
    kind, component = name.removeprefix("pressure_").split("_")
    column = {"full": "anchor", "weight": "weight"}[kind]
    tables = [pressure_table(with_value(dataset, name, v), crisis) for v in (0.9, 9_000.0)]
    for table, value in zip(tables, (0.9, 9_000.0), strict=True):
        assert (table.loc[table["figure"] == component, column] == value).all()
    low, high = (t.loc[t["figure"] == "index", "median"].to_numpy() for t in tables)
    assert (high < low).all() if kind == "full" else (high != low).all()


def test_the_weights_spread_less_where_their_concentration_is_higher(
    synthetic: ModuleType,
) -> None:
    crisis = open_crisis("idlib-2020")
    dataset = synthetic.synthetic_dataset(options=1, futures=200, days=40)
    spreads = []
    for value in (5.0, 50.0, 500.0):
        (first, *_) = host_pressure(with_value(dataset, "pressure_weights", value), crisis)
        spreads.append(first.index.q95 - first.index.q05)
    assert spreads[0] > spreads[1] > spreads[2]


def test_more_entries_never_mean_less_pressure(synthetic: ModuleType) -> None:
    crisis = open_crisis("idlib-2020")
    dataset = synthetic.synthetic_dataset(options=2, futures=20, days=40)
    entries = np.zeros((2, 20, 41))
    entries[1] = 40_000.0 * np.arange(41)
    dataset["entries"] = dataset["entries"].copy(data=entries)
    found = host_pressure(dataset, crisis)
    hosts = [h for n in crisis.meta.neighbours for h in n.hosts]
    assert [p.host for p in found] == 2 * [h.id for h in hosts]
    for few, many, host in zip(found, found[len(hosts) :], hosts, strict=False):
        assert few.refugees.median == host.refugees
        assert many.refugees.median > host.refugees
        assert few.index.median < many.index.median <= 100.0
        assert few.index.q05 < few.index.q95, "the weights are uncertain"
    total = sum(p.refugees.median for p in found[len(hosts) :])
    assert total == pytest.approx(sum(h.refugees for h in hosts) + 1_600_000)


def test_a_crisis_without_hosts_has_no_pressure(synthetic: ModuleType) -> None:
    import dataclasses

    crisis = open_crisis("idlib-2020")
    none = [n.model_copy(update={"hosts": []}) for n in crisis.meta.neighbours]
    bare = dataclasses.replace(crisis, meta=crisis.meta.model_copy(update={"neighbours": none}))
    assert host_pressure(synthetic.synthetic_dataset(), bare) == ()


@pytest.mark.parametrize(
    ("name", "sign"), [("host_overload", 1), ("host_price_rise", 1), ("host_coverage", -1)]
)
def test_each_uncertain_component_moves_the_index_one_way(
    synthetic: ModuleType, name: str, sign: int
) -> None:
    crisis = open_crisis("idlib-2020")
    medians = []
    for value in (0.05, 0.2, 0.4):
        dataset = synthetic.synthetic_dataset(options=1, futures=20, days=40)
        dataset = with_value(dataset, name, value)
        medians.append([p.index.median for p in host_pressure(dataset, crisis)])
    assert (sign * np.diff(np.array(medians), axis=0) > 0).all()
