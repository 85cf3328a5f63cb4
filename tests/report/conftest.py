"""A small result over the places of the built-in crisis, and its report."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

import numpy as np
import pytest
import xarray as xr

from havenline.crisis import Crisis, open_crisis
from havenline.crisis.parameters import Parameter, known_parameters
from havenline.engine import layout
from havenline.outcomes.comparison import Comparison, compare
from havenline.report import render_report


@pytest.fixture(scope="session")
def crisis() -> Crisis:
    """The built-in crisis."""
    return open_crisis("idlib-2020")


@pytest.fixture(scope="session")
def dataset(synthetic: ModuleType, crisis: Crisis) -> xr.Dataset:
    """A made-up result as of 2020-01-15, 70 days, with the options of the built-in crisis."""
    many = len(crisis.options)
    arrays, coords = synthetic.synthetic_arrays(options=many, futures=20, days=70, areas=6)
    coords["option"] = np.array([o.id for o in crisis.options], dtype=object)
    coords["option_name"] = np.array([o.name for o in crisis.options], dtype=object)
    attrs = {**synthetic.synthetic_attrs(), "choice_weight_cut": 0.125}
    return layout.assemble(arrays, coords, attrs)


@pytest.fixture(scope="session")
def comparison(dataset: xr.Dataset) -> Comparison:
    """The options of the result compared."""
    return compare(dataset)


@pytest.fixture(scope="session")
def parameters(crisis: Crisis, dataset: xr.Dataset) -> Mapping[str, Parameter]:
    """The parameters known at the as-of date."""
    as_of = dataset["day"].to_index()[0].date()
    return known_parameters(as_of, crisis.parameters)


@pytest.fixture(scope="session")
def page(
    dataset: xr.Dataset,
    crisis: Crisis,
    comparison: Comparison,
    parameters: Mapping[str, Parameter],
) -> str:
    """The report as HTML."""
    return render_report(dataset, crisis, comparison, parameters=parameters)
