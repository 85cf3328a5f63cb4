from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from havenline.errors import RunError
from havenline.evidence import Hindcast, PriorRate, hindcast
from havenline.evidence.baselines import LABELS
from havenline.evidence.rates import RATES
from havenline.evidence.results import HindcastScore
from havenline.evidence.scores import Interval
from havenline.evidence.text import notes

from .conftest import HandMade, Row, Told, happenings, observations, people

START = date(2020, 1, 1)
UNTIL = date(2020, 1, 20)
AS_OF = (date(2020, 1, 11), date(2020, 1, 16))


def truth(rows: list[Row]) -> dict[date, float]:
    return {date.fromisoformat(r[0]): float(r[1]) for r in rows}


def run(crisis: HandMade, told: Told, futures: int = 4, **more: object) -> Hindcast:
    arguments: dict[str, object] = {"dates": AS_OF, "until": UNTIL, "futures": futures}
    return hindcast(crisis, simulate=told, **(arguments | more))  # type: ignore[arg-type]


def told_the_truth(rows: list[Row]) -> Told:
    known = truth(rows)

    def path(day: date, futures: int) -> npt.NDArray[np.float64]:
        return np.full(futures, max(v for d, v in known.items() if d <= day))

    return Told(path, start=START)


def told_a_rate(rate: float) -> Told:
    """All futures displace the same number of people each day, from a level of their own."""

    def path(day: date, futures: int) -> npt.NDArray[np.float64]:
        return np.arange(futures, dtype=np.float64) * 1e6 + rate * (day - START).days

    return Told(path, start=START)


def test_a_simulation_that_knows_the_truth_scores_zero_and_wins(rows: list[Row]) -> None:
    result = run(HandMade(observations(rows)), told_the_truth(rows))
    for score in (*result.unconditional.dates, result.unconditional.pooled):
        assert score.crps.mean == 0.0
        assert score.outcome == "wins"
        assert score.coverage["model"] == {0.5: 1.0, 0.9: 1.0}
        assert "by 100%" in score.verdict


def test_a_simulation_with_a_baselines_own_samples_ties_with_it(rows: list[Row]) -> None:
    crisis = HandMade(observations(rows))
    naive = run(crisis, told_a_rate(1.0), dates=AS_OF[:1]).unconditional.scored[0].naive
    scores = {}
    for name in set(LABELS) - {"six"}:
        samples = naive[name].samples

        def path(
            day: date, futures: int, samples: npt.NDArray[np.float64] = samples
        ) -> npt.NDArray[np.float64]:
            return np.asarray(samples[: max(0, (day.day - 10) // 5)].sum(axis=0))

        told = Told(path, start=START)
        result = run(crisis, told, futures=samples.shape[1], dates=AS_OF[:1])
        scores[name] = result.unconditional.pooled
        assert scores[name].crps.mean == pytest.approx(scores[name].baselines[name])
    best = scores["last_rate"].best
    assert scores[best].outcome == "ties"
    assert scores[best].verdict.startswith("ties with")


def test_only_changes_are_scored_and_the_first_starts_at_the_latest_published_total(
    rows: list[Row],
) -> None:
    result = run(HandMade(observations(rows)), told_a_rate(1_000.0))
    # as of 11 January the newest total is that of the 10th; as of the 16th that of the 15th
    first, second = result.unconditional.scored
    assert (first.start, second.start) == (date(2020, 1, 10), date(2020, 1, 15))
    assert (first.start_total, second.start_total) == (12_000.0, 15_000.0)
    assert first.samples.tolist() == [[5_000.0] * 4, [5_000.0] * 4]
    assert first.observed.tolist() == [3_000.0, 6_000.0]
    # distances of 2,000 and 1,000
    assert first.scores["model"].tolist() == [2_000.0, 1_000.0]
    assert result.unconditional.dates[0].crps.mean == 1_500.0


def test_pooled_scores_weigh_the_same_and_overlap_is_counted(rows: list[Row]) -> None:
    pooled = run(HandMade(observations(rows)), told_a_rate(1_000.0)).unconditional.pooled
    assert (pooled.increments, pooled.distinct) == (3, 2)
    assert pooled.crps.mean == pytest.approx((2_000 + 1_000 + 1_000) / 3)
    assert pooled.as_of is None


def test_facts_published_later_change_no_forecast(rows: list[Row]) -> None:
    changed: list[Row] = [
        (d, v, p) if date.fromisoformat(p) <= AS_OF[0] else (d, 7 * v + 40_000, p)
        for d, v, p in rows
    ]
    one = run(HandMade(observations(rows)), told_a_rate(1_000.0), dates=AS_OF[:1])
    two = run(HandMade(observations(changed)), told_a_rate(1_000.0), dates=AS_OF[:1])
    ours, theirs = one.unconditional.scored[0], two.unconditional.scored[0]
    for name in ("model", *ours.naive):
        np.testing.assert_array_equal(ours.forecast(name), theirs.forecast(name))
    assert not np.array_equal(ours.observed, theirs.observed)
    assert ours.start_total == theirs.start_total


def test_the_conditional_line_gets_the_recorded_days_and_the_headline_does_not(
    rows: list[Row],
) -> None:
    crisis = HandMade(
        observations(rows),
        happenings(("2020-01-12", "offensive_start"), ("2020-01-18", "truce_start")),
    )
    told = told_a_rate(1_000.0)
    seen: list[tuple[int, int]] = []
    result = run(crisis, told, progress=lambda done, of: seen.append((done, of)))
    assert [call["offensive"] is None for call in told.calls] == [True, False, True, False]
    given = told.calls[1]["offensive"]
    assert [d.day for d, on in given.items() if on] == list(range(12, 18))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert [line.name for line in result.lines] == ["unconditional", "conditional"]
    assert told.calls[0]["options"] == ["no_deal"]
    assert [call["days"] for call in told.calls] == [9, 9, 4, 4]


def test_without_a_recorded_offensive_there_is_no_conditional_line(rows: list[Row]) -> None:
    told = told_a_rate(1_000.0)
    result = run(HandMade(observations(rows)), told)
    assert result.conditional is None
    assert len(told.calls) == 2
    assert result.to_json_dict()["conditional"] == []


def test_values_known_only_later_put_in_sample_over_the_scores(rows: list[Row]) -> None:
    told = told_a_rate(1_000.0)
    assert not run(HandMade(observations(rows)), told).in_sample
    told.later = json.dumps(["front_speed"])
    result = run(HandMade(observations(rows)), told)
    assert result.in_sample
    entry = result.to_json_dict()["dates"][0]
    assert (entry["in_sample"], entry["parameters_later"]) == (True, ["front_speed"])


def test_json_has_the_promised_keys_and_no_nan(rows: list[Row]) -> None:
    result = run(HandMade(observations(rows)), told_a_rate(1_000.0))
    data = json.loads(json.dumps(result.to_json_dict(), allow_nan=False))
    assert [entry["as_of"] for entry in data["dates"]] == ["2020-01-11", "2020-01-16"]
    entry = data["dates"][1]
    assert entry["increments"] == 1
    assert entry["crps_increment"] == 1_000.0
    assert set(entry["baselines_crps_increment"]) == set(LABELS)
    assert entry["ratio_to_six"] == pytest.approx(
        entry["crps_increment"] / entry["baselines_crps_increment"]["six"]
    )
    # the model says 5,000 for certain and 6,000 came
    assert (entry["coverage_50"], entry["coverage_90"]) == (0.0, 0.0)
    # one increment has no range
    assert entry["difference_to_best_interval"] == [None, None]
    assert data["pooled"]["increments"] == 3
    assert data["pooled_conditional"] is None


def test_frames_hold_every_score_and_every_forecast(rows: list[Row]) -> None:
    crisis = HandMade(observations(rows), happenings(("2020-01-12", "offensive_start")))
    result = run(crisis, told_a_rate(1_000.0))
    frame = result.to_frame()
    assert len(frame) == 2 * 3
    assert frame["as_of"].isna().sum() == 2
    each = result.increments_frame()
    assert len(each) == 2 * (1 + len(LABELS)) * 3
    model = each[(each["line"] == "unconditional") & (each["forecast"] == "model")]
    assert model["crps"].mean() == pytest.approx(frame["crps_model"].iloc[2])
    assert model["end"].iloc[-1] == pd.Timestamp(UNTIL)


def test_the_same_seed_gives_the_same_answer(rows: list[Row]) -> None:
    crisis = HandMade(observations(rows))
    one = run(crisis, told_a_rate(900.0)).to_json_dict()
    assert one == run(crisis, told_a_rate(900.0)).to_json_dict()


def test_a_stated_prior_is_used_and_named_while_the_series_is_short(rows: list[Row]) -> None:
    crisis = HandMade(observations(rows))
    early = (date(2020, 1, 2),)
    without = run(crisis, told_a_rate(1_000.0), dates=early)
    assert "no earlier movements are at hand" in " ".join(notes(without))
    result = run(crisis, told_a_rate(1_000.0), dates=early, prior=PriorRate(1_500.0))
    scored = result.unconditional.scored[0]
    assert scored.prior == PriorRate(1_500.0)
    baselines = result.unconditional.dates[0].baselines
    assert len({round(baselines[name], 9) for name in RATES}) == 1
    assert baselines["six"] > baselines["last_rate"]  # it knows no prior: nothing more
    assert run(crisis, told_a_rate(1_000.0)).unconditional.scored[0].prior is None


@pytest.mark.parametrize(
    ("more", "match"),
    [
        ({"futures": 1}, "two futures"),
        ({"dates": ()}, "needs an as-of date"),
        ({"dates": (UNTIL,)}, "nothing is left"),
        ({"option": "open_border"}, "holds no option"),
    ],
)
def test_what_cannot_be_scored_is_said(
    rows: list[Row], more: dict[str, object], match: str
) -> None:
    told = told_a_rate(1_000.0)

    def other(*args: object, **kwargs: object) -> object:
        return told(*args, **(kwargs | {"options": ["no_deal"]}))  # type: ignore[arg-type]

    arguments: dict[str, object] = {"dates": AS_OF, "until": UNTIL, "futures": 4, "simulate": other}
    with pytest.raises(RunError, match=match):
        hindcast(HandMade(observations(rows)), **(arguments | more))  # type: ignore[arg-type]


def test_a_simulation_that_stops_early_is_refused(rows: list[Row]) -> None:
    told = told_a_rate(1_000.0)

    def short(*args: object, days: int, **kwargs: object) -> object:
        return told(*args, days=days - 1, **kwargs)  # type: ignore[arg-type]

    with pytest.raises(RunError, match="does not cover 2020-01-20"):
        hindcast(
            HandMade(observations(rows)),
            simulate=short,  # type: ignore[arg-type]
            dates=AS_OF,
            until=UNTIL,
        )


def score(model: float, best: float, low: float, high: float) -> HindcastScore:
    return HindcastScore(
        as_of=AS_OF[0],
        increments=5,
        distinct=5,
        crps=Interval(model, model, model, 0.9, 2),
        baselines={"last_rate": best * 2 + 1, "mean_rate": best, "linear_trend": best * 3},
        best="mean_rate",
        difference=Interval(model - best, low, high, 0.9, 2),
        coverage={},
        in_sample=False,
        parameters_later=(),
    )


def test_verdicts_say_plainly_who_wins() -> None:
    assert (
        score(130.0, 100.0, 10.0, 50.0).verdict
        == "loses to the mean rate so far by 30% (but beats the last rate kept and a linear trend)"
    )
    assert score(900.0, 100.0, 10.0, 50.0).verdict == (
        "loses to the mean rate so far by 800% and beats no baseline"
    )
    assert score(80.0, 100.0, -30.0, -10.0).verdict == (
        "beats every baseline, the best of them (the mean rate so far) by 20%"
    )
    assert score(80.0, 100.0, -30.0, 10.0).verdict.endswith(
        "; not distinguishable, the range of the difference holds zero"
    )
    assert score(80.0, 100.0, math.nan, math.nan).verdict.endswith(
        "; too few increments to say how sure that is"
    )
    assert "which was exact" in score(80.0, 0.0, 1.0, 2.0).verdict


def test_baselines_that_say_the_same_are_named_together() -> None:
    same = {"last_rate": 100.0, "mean_rate": 100.0, "linear_trend": 170.0}
    won = replace(score(80.0, 100.0, -30.0, -10.0), baselines=same)
    assert won.verdict == (
        "beats every baseline, the best of them (the last rate kept and the mean rate so far) "
        "by 20%"
    )


def test_no_baseline_goes_above_the_people_who_are_there(rows: list[Row]) -> None:
    crisis = HandMade(
        observations(rows),
        areas=pd.DataFrame({"area_id": ["SY", "SY1", "TR"], "parent_id": ["", "SY", ""]}),
        places=pd.DataFrame({"place_id": ["a", "b", "c"], "area_id": ["SY1", "SY", "TR"]}),
        populations=people(("a", 8_000), ("b", 5_000), ("c", 90_000)),
    )
    scored = run(crisis, told_a_rate(1_000.0)).unconditional.scored[0]
    assert scored.people == 13_000.0  # those abroad are in no place that the series covers
    for forecast in scored.naive.values():
        assert forecast.samples.sum(axis=0).max() <= 1_000.0 + 1e-9
    assert scored.naive["last_rate"].samples.sum() > 0.0
    said = " ".join(notes(run(crisis, told_a_rate(1_000.0))))
    assert "No baseline goes above the people who are there (13,000)." in said
    # as of the 16th 15,000 had been counted
    assert "As of 2020-01-16 the count stands above the people declared" in said


def test_the_error_of_the_count_is_no_fault_of_the_forecast(rows: list[Row]) -> None:
    table = observations(rows)
    table.loc[6, ["low", "high"]] = [14_700.0, 27_300.0]
    sharp, loose = (
        run(HandMade(t), told_the_truth(rows)).unconditional for t in (observations(rows), table)
    )
    assert sharp.pooled.coverage["model"][0.9] == 1.0
    assert 0.0 < loose.pooled.coverage["model"][0.9] < 1.0
    assert loose.pooled.crps.mean > sharp.pooled.crps.mean
    for name in LABELS:
        assert loose.pooled.baselines[name] != sharp.pooled.baselines[name]


def test_moves_of_the_same_people_have_no_ceiling(rows: list[Row]) -> None:
    table = observations(rows)
    table["repeats"] = "yes"
    crisis = HandMade(
        table,
        areas=pd.DataFrame({"area_id": ["SY"], "parent_id": [""]}),
        places=pd.DataFrame({"place_id": ["a"], "area_id": ["SY"]}),
        populations=people(("a", 13_000)),
    )
    assert run(crisis, told_a_rate(1_000.0)).unconditional.scored[0].people is None
    once = replace(crisis, observations=observations(rows))
    model = run(once, told_a_rate(1_000.0)).unconditional.scored[0]
    assert model.samples.sum(axis=0).max() == 1_000.0  # 12,000 of the 13,000 are counted


def test_the_replay_is_held_against_the_counts_known(rows: list[Row]) -> None:
    result = run(HandMade(observations(rows)), told_the_truth(rows))
    exact = result.unconditional.scored[0].replay
    assert exact is not None
    assert (exact.counts, exact.miss) == (4, 0.0)
    off = run(HandMade(observations(rows)), told_a_rate(1_000.0), futures=2)
    fit = off.unconditional.scored[0].replay
    assert fit is not None
    # half a million above in the mean of the two futures, and on 5 January 2,000 less
    assert fit.worst == date(2020, 1, 3)
    assert fit.off == 500_000.0
    assert "The replay meets 4 counts" in fit.sentence
    assert fit.sentence in " ".join(
        notes(
            replace(
                off, unconditional=replace(off.unconditional, scored=off.unconditional.scored[:1])
            )
        )
    )
