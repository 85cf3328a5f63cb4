"""What a report says about counts from after its as-of date."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import xarray as xr

from havenline.crisis import Crisis
from havenline.report.figures import Observed
from havenline.report.hindsight import told
from havenline.telling.past import past_told


def point(dataset: xr.Dataset, day: int, value: float, known: bool = False) -> Observed:
    date = pd.Timestamp(dataset["day"].to_numpy()[day])
    return Observed(date=date, value=value, known=known, note="")


def flat(dataset: xr.Dataset) -> xr.Dataset:
    """Return the result with newly displaced people of 1,000 to 20,000 over the futures."""
    values = np.zeros(dataset["newly_displaced"].shape)
    values += np.linspace(1_000, 20_000, dataset.sizes["future"])[None, :, None]
    return dataset.assign(newly_displaced=dataset["newly_displaced"].copy(data=values))


def test_counts_within_and_beyond_the_range_are_told(dataset: xr.Dataset, crisis: Crisis) -> None:
    made = flat(dataset)
    points = [point(made, 3, 9_000), point(made, 9, 15_000), point(made, 20, 40_000)]
    text = told(made, crisis, points, "no_deal")[0]
    assert text.startswith("There are 3 counts ")
    assert "2 of 3 lie within the 5 to 95% range" in text
    # the median is 10,500: off by 1,500, 4,500 and 29,500
    assert "off by 12,000 people in the mean, and too low for 2 of them" in text


def test_known_counts_and_those_beyond_the_horizon_do_not_count(
    dataset: xr.Dataset, crisis: Crisis
) -> None:
    made = flat(dataset)
    beyond = Observed(
        date=pd.Timestamp(made["day"].to_numpy()[-1]) + pd.Timedelta(days=1),
        value=5.0,
        known=False,
        note="",
    )
    at_start = point(made, 0, 5.0)
    known = point(made, 4, 5.0, known=True)
    assert told(made, crisis, [known, at_start, beyond], "no_deal")[0].startswith("No count")
    assert told(made, crisis, [point(made, 4, 9_000)], "")[0].startswith("No count")
    text = told(made, crisis, [known, point(made, 4, 9_000)], "no_deal")[0]
    assert text.startswith("There is one count ")


def test_the_report_holds_it(page: str) -> None:
    section = page[page.index('id="hindsight"') : page.index('id="cannot"')]
    assert "lie within the 5 to 95% range" in section
    assert "havenline hindcast idlib-2020 --keep" in section
    assert "Where it fails, and why" in section
    assert "It does not know when fighting stops and starts." in section
    assert "the neighbour&#39;s army" in section.lower() or "neighbour's army" in section.lower()
    # a planner sees each forecast beside what was counted, in a picture and in a table
    assert section.count("As of 20 February 2020") >= 2
    assert "counted 61,000" in section


def test_the_kept_scores_are_told_as_they_are(crisis: Crisis) -> None:
    assert past_told(replace(crisis, past=None)) is None
    assert crisis.past is not None
    told_now = past_told(crisis)
    assert told_now is not None
    assert [r.outcome.split(",")[0] for r in told_now.rows] == [
        {"wins": "better", "ties": "the same", "loses": "worse"}[s.outcome]
        for s in (*crisis.past.unconditional.dates, crisis.past.unconditional.pooled)
    ]
    assert told_now.rows[-1].when == "All days"
    assert all(r.after for r in told_now.rows[:-1])
    assert "have changed" not in told_now.made


def test_scores_of_other_inputs_say_so(crisis: Crisis) -> None:
    other = replace(crisis, input_hashes={**crisis.input_hashes, "routes.csv": "0" * 64})
    told_now = past_told(other)
    assert told_now is not None
    assert "these inputs have changed: routes.csv." in told_now.made


def test_where_knowing_the_days_does_not_help_it_says_that(crisis: Crisis) -> None:
    past = crisis.past
    assert past is not None
    assert past.conditional is not None
    worse = past.conditional.pooled.model_copy(
        update={"error": 1.5 * past.unconditional.pooled.error}
    )
    line = past.conditional.model_copy(update={"pooled": worse})
    told_now = past_told(replace(crisis, past=past.model_copy(update={"conditional": line})))
    assert told_now is not None
    assert told_now.why[0].startswith("Knowing the days on which the attack ran would not have")
    assert "50% larger" in told_now.why[0]
