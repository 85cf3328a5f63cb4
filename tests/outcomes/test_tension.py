"""Pressure on services in host areas."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from havenline.crisis import open_crisis
from havenline.outcomes.tension import COMPONENTS, host_pressure, index_of


def test_the_index_by_hand() -> None:
    """Half of each anchor gives 50, twice each anchor 100, nothing 0, whatever the weights."""
    weights = np.array([[0.2] * 5, [0.6, 0.1, 0.1, 0.1, 0.1]])
    for share, expected in ((0.5, 50.0), (2.0, 100.0), (0.0, 0.0)):
        values = [np.full(2, share * c.anchor) for c in COMPONENTS]
        np.testing.assert_allclose(index_of(values, weights), expected)
    only_share = [np.full(2, 0.3)] + [np.zeros(2)] * 4
    np.testing.assert_allclose(index_of(only_share, weights), [20.0, 60.0])


def test_weights_add_up() -> None:
    assert sum(c.weight for c in COMPONENTS) == pytest.approx(1.0)


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
        names = [str(n) for n in dataset["parameter"].to_numpy()]
        values = dataset["parameter_values"].to_numpy().copy()
        values[:, names.index(name)] = value
        dataset["parameter_values"] = dataset["parameter_values"].copy(data=values)
        medians.append([p.index.median for p in host_pressure(dataset, crisis)])
    assert (sign * np.diff(np.array(medians), axis=0) > 0).all()
