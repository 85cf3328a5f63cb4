"""Every crisis that ships: nobody is forecast who is not there, run and hindcast agree."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from havenline.crisis import Crisis, builtin_crises, open_crisis
from havenline.engine import simulate
from havenline.evidence import Hindcast, hindcast
from havenline.evidence.people_there import people_there
from havenline.evidence.text import notes

FUTURES = 4


@cache
def scored(name: str) -> tuple[Crisis, Hindcast]:
    crisis = open_crisis(name)
    days = crisis.meta.hindcast
    assert days is not None, "a crisis that ships declares the days it is scored from"
    result = hindcast(
        crisis,
        simulate=simulate,
        dates=days.dates[:1],
        until=days.until,
        futures=FUTURES,
        conditional=False,
        reporting=True,
    )
    return crisis, result


@pytest.mark.parametrize("name", builtin_crises())
def test_nothing_forecast_exceeds_the_people_who_are_there(name: str) -> None:
    crisis, result = scored(name)
    (one,) = result.unconditional.scored
    everybody = people_there(crisis, (), one.as_of)
    assert everybody is not None
    rows = crisis.observations
    main = rows[rows["series_id"] == crisis.meta.displaced_series]
    once = not main["repeats"].eq("yes").any()  # people counted at each stop have no ceiling
    assert (one.people is not None) is once
    if one.people is not None:
        assert one.people <= everybody
        for forecast in ("model", *one.naive):
            highest = one.start_total + one.forecast(forecast).sum(axis=0).max()
            assert highest <= one.people * (1 + 1e-9), forecast
    for figure in one.figures:
        if figure.counted.series.measure in ("present", "displaced_present"):
            assert figure.quantiles[2] <= everybody
    for share in one.shares:
        assert 0.0 <= share.quantiles[0] <= share.quantiles[2] <= 1.0


@pytest.mark.parametrize("name", builtin_crises())
def test_run_and_hindcast_of_one_day_say_the_same(name: str) -> None:
    crisis, result = scored(name)
    (one,) = result.unconditional.scored
    days = (one.increments[-1].end - one.as_of).days
    run = simulate(crisis, options=[result.option], futures=FUTURES, as_of=one.as_of, days=days)
    ahead = run.dataset["newly_displaced"].sel(option=result.option).transpose("day", "future")
    path = dict(
        zip(ahead["day"].to_numpy().astype("datetime64[D]").tolist(), ahead.to_numpy(), strict=True)
    )
    assert one.fled is not None
    later = [k for k, step in enumerate(one.increments) if step.start >= one.as_of]
    assert later
    for k in later:
        step = one.increments[k]
        np.testing.assert_array_equal(one.fled[k], path[step.end] - path[step.start])


@pytest.mark.parametrize("name", builtin_crises())
def test_every_series_is_scored_or_told(name: str) -> None:
    crisis, result = scored(name)
    (one,) = result.unconditional.scored
    done = {figure.counted.series.name for figure in one.figures}
    told = {series.name for series in result.unscored}
    main = crisis.meta.displaced_series
    assert done | told | {main} == set(crisis.observations["series_id"]) | {main}
    assert not done & {s.name for s in result.unscored if s.measure == "other"}
    if told:
        assert any(text.startswith("Not scored, for ") for text in notes(result))


@pytest.mark.parametrize("name", builtin_crises())
def test_the_replay_says_how_well_it_meets_the_counts(name: str) -> None:
    crisis, _ = scored(name)
    days = crisis.meta.hindcast
    assert days is not None
    later = hindcast(
        crisis,
        simulate=simulate,
        dates=days.dates[-1:],
        until=days.until,
        futures=FUTURES,
        conditional=False,
    )
    (one,) = later.unconditional.scored
    fit = one.replay
    assert fit is not None
    assert abs(fit.off) >= fit.miss
    assert "The replay meets" in " ".join(notes(later))
