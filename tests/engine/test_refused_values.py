"""Values that no run may use are refused at its start, and one that slips through ends the run."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from havenline.engine import simulate
from havenline.errors import RunError
from tests.crises_random import START, crisis_of, job_of, towns_in_a_row


def own(name: str, value: float, low: float = math.nan, high: float = math.nan) -> pd.DataFrame:
    kind = "fixed" if math.isnan(low) else "uniform"
    row: dict[str, Any] = {"name": name, "distribution": kind, "value": value, "low": low}
    row |= {"high": high, "known_from": START, "basis": "prior", "source_id": "s"}
    return pd.DataFrame([row])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("vehicle_share", 5.0), "'vehicle_share': 5 given; expected a share of 0 to 1"),
        (("vehicle_share", 0.5, 0.2, 3.0), "'vehicle_share': 3 given; expected a share"),
        (("walk_km_day", 0.0), "'walk_km_day': 0 given; expected above 0"),
        (("walk_km_day", 40.0, 0.0, 50.0), "'walk_km_day': 0 given; expected above 0"),
        (("border_open", 0.00001), "border_open is 1e-05, below border_managed"),
        (("tempo_persistence", 2.0), "'tempo_persistence': 2 given; expected 0 or more"),
    ],
)
def test_what_a_crisis_gives_is_held_to_the_bounds_of_what_one_sets(
    row: tuple[Any, ...], message: str
) -> None:
    crisis = replace(crisis_of(towns_in_a_row()), parameters=own(*row))
    with pytest.raises(RunError) as caught:
        simulate(crisis, futures=1, days=2)
    assert message in str(caught.value)


@pytest.mark.parametrize("name", ["flight_front", "flight_background"])
def test_a_hazard_that_is_no_number_ends_the_run(name: str) -> None:
    job = job_of(crisis_of(towns_in_a_row(happenings=((3, "offensive_start", 3),))), days=4)
    drawn = job.values  # noqa: PD011  (an attribute of Job)
    drawn[name] = np.nan
    with pytest.raises(RunError, match="future 0: the chance of leaving a place is not a number"):
        job.ground.replay(0)
