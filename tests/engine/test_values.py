"""Uncertain values: Latin hypercube by name, and the quantiles of each distribution."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from havenline.crisis.parameters import BORDER, Parameter, known_parameters, parameter_names
from havenline.engine.values import VALUES, sample_values
from havenline.errors import RunError

DAY = dt.date(2030, 1, 1)
ALL = known_parameters(DAY)
U = np.linspace(0.001, 0.999, 999)


def parameter(kind: str, value: float, low: float = math.nan, high: float = math.nan) -> Parameter:
    return replace(
        ALL["front_speed"], distribution=kind, value=value, low=low, high=high, name="tried"
    )


def test_a_parameter_does_not_depend_on_the_others() -> None:
    together = sample_values(ALL, 50, seed=3)
    for name in parameter_names()[::7]:
        assert np.array_equal(sample_values({name: ALL[name]}, 50, seed=3)[name], together[name])
    backwards = sample_values(dict(reversed(ALL.items())), 50, seed=3)
    assert np.array_equal(together, backwards)


def test_a_parameter_that_is_fixed_shifts_no_other() -> None:
    free, fixed = (
        sample_values(known_parameters(DAY, settings=s), 20, seed=3)
        for s in ({}, {"front_speed": 1.25})
    )
    assert (fixed["front_speed"] == 1.25).all()
    for name in set(parameter_names()) - {"front_speed"}:
        assert np.array_equal(free[name], fixed[name]), name


@settings(max_examples=15, deadline=None, derandomize=True)
@given(futures=st.integers(1, 80), seed=st.integers(0, 2**62))
def test_each_stratum_is_drawn_once(futures: int, seed: int) -> None:
    uniform = parameter("uniform", 0.5, 0.0, 1.0)
    names = ("front_speed", "host_slack")
    drawn = sample_values({n: replace(uniform, name=n) for n in names}, futures, seed)
    for name in names:
        assert sorted(np.floor(drawn[name] * futures)) == list(range(futures))
    if futures > 20:
        assert not np.array_equal(drawn["front_speed"], drawn["host_slack"])


def test_seeds_and_parameters_give_different_columns() -> None:
    one, other = (sample_values(ALL, 30, seed=s) for s in (3, 4))
    free = [n for n in VALUES.names or () if ALL[n].distribution != "fixed"]
    assert len(free) > 40
    ranks = {tuple(np.argsort(v[n])) for v in (one, other) for n in free}
    assert len(ranks) == 2 * len(free)
    assert np.array_equal(one, sample_values(ALL, 30, seed=3))


@pytest.mark.parametrize(
    ("tried", "dist"),
    [
        (parameter("uniform", 2.0, 1.0, 4.0), stats.uniform(1.0, 3.0)),
        (parameter("loguniform", 2.0, 1.0, 9.0), stats.loguniform(1.0, 9.0)),
        (parameter("triangular", 2.0, 1.0, 5.0), stats.triang(0.25, 1.0, 4.0)),
        (parameter("triangular", 1.0, 1.0, 5.0), stats.triang(0.0, 1.0, 4.0)),
        (parameter("triangular", 5.0, 1.0, 5.0), stats.triang(1.0, 1.0, 4.0)),
        (parameter("beta:2:8", 0.2, 0.041, 0.429), stats.beta(2, 8)),
        (parameter("normal", 3.0, 1.0, 5.0), stats.norm(3.0, 2.0 / stats.norm.ppf(0.95))),
        (
            parameter("lognormal", 2.0, 1.0, 4.0),
            stats.lognorm(math.log(2.0) / stats.norm.ppf(0.95), scale=2.0),
        ),
    ],
    ids=lambda p: p.distribution if isinstance(p, Parameter) else "",
)
def test_quantiles_of_each_distribution(tried: Parameter, dist: stats.rv_continuous) -> None:
    np.testing.assert_allclose(tried.law.ppf(U), dist.ppf(U), rtol=1e-9)


def test_every_default_row_can_be_drawn_and_keeps_to_its_bounds() -> None:
    for p in ALL.values():
        x = p.law.ppf(U)
        assert np.isfinite(x).all(), p.name
        assert (np.diff(x) >= 0).all(), p.name
        if p.distribution in ("uniform", "loguniform", "triangular"):
            assert p.low <= x[0] < x[-1] <= p.high
        assert p.unit == "log units" or (x >= 0).all(), p.name


@pytest.mark.parametrize(
    ("tried", "message"),
    [
        (
            parameter("uniform", 5.0, 1.0, 4.0),
            "the value is outside its range (found '5'); expected 1 to 4",
        ),
        (
            parameter("uniform", 1.0, 1.0, 1.0),
            "low and high are the same (found '1'); expected low below high, or the shape 'fixed'",
        ),
        (parameter("uniform", 1.0), "a uniform distribution needs low and high"),
        (
            parameter("lognormal", 1.0, 0.0, 4.0),
            "a lognormal distribution needs a low above 0 (found '0'); expected above 0",
        ),
        (
            parameter("loguniform", 1.0, 0.0, 4.0),
            "a loguniform distribution needs a low above 0 (found '0'); expected above 0",
        ),
        (
            parameter("beta:2:0", 0.5, 0.1, 0.9),
            "unknown distribution (found 'beta:2:0'); expected one of fixed, uniform, loguniform, "
            "lognormal, normal, triangular or beta:a:b",
        ),
    ],
)
def test_distributions_that_make_no_sense(tried: Parameter, message: str) -> None:
    with pytest.raises(RunError) as caught:
        _ = tried.law
    assert str(caught.value) == f"parameter 'tried': {message}"


def test_no_share_is_drawn_above_one() -> None:
    drawn = sample_values(ALL, 20_000, 1)
    for name, p in ALL.items():
        if p.unit.split("/")[0] == "share" or name in (*BORDER, "border_unknown"):
            assert 0.0 <= drawn[name].min() <= drawn[name].max() <= 1.0, name
    # the tail of this one reaches beyond, so the bound does something
    assert (drawn["host_price_rise"] == 1.0).any()
