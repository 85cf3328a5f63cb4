"""What a run rests on, and when it was known."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from datetime import date

import pandas as pd
import pytest

from havenline.crisis import open_crisis
from havenline.crisis.parameters import parameter_names
from havenline.evidence.audit import audit
from havenline.outcomes import INDICATORS

DATES = (date(2019, 12, 20), date(2020, 1, 15), date(2020, 2, 3), date(2020, 2, 20))


@pytest.mark.parametrize("as_of", DATES)
def test_no_run_of_idlib_rests_on_what_was_known_later(as_of: dt.date) -> None:
    found = audit(open_crisis("idlib-2020"), as_of)
    assert found.late == ()
    assert [row.parameter.name for row in found.rows] == list(parameter_names())
    for row in found.rows:
        assert row.parameter.known_from <= as_of
        assert row.latest_source is None or row.latest_source <= as_of
        assert all(row.sources)


def test_a_source_published_after_the_as_of_date_is_late() -> None:
    crisis = open_crisis("idlib-2020")
    own = crisis.parameters
    source = str(own.loc[own["name"] == "flight_idp_ratio", "source_id"].iloc[0]).split(";")[0]
    sources = crisis.sources.copy()
    sources.loc[sources["source_id"] == source, "published"] = pd.Timestamp("2021-01-01")
    found = audit(dataclasses.replace(crisis, sources=sources))
    assert "flight_idp_ratio" in [row.parameter.name for row in found.late]
    assert found.to_json_dict()["ok"] is False


def test_outcomes_on_priors_alone_are_marked() -> None:
    told = audit(open_crisis("idlib-2020")).to_json_dict()
    json.dumps(told, allow_nan=False)
    assert {o["id"] for o in told["outcomes"]} == set(INDICATORS)
    marked = {o["id"] for o in told["outcomes"] if o["prior_only"]}
    assert marked == {i.id for i in INDICATORS.values() if i.prior_only}
    assert "homes_damaged" in marked
