from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from havenline.crisis import Crisis, open_crisis
from havenline.errors import RunError
from havenline.evidence.captures import BASELINES, recorded_falls, score_captures
from havenline.world.world import build_world

AS_OF, UNTIL = date(2020, 2, 3), date(2020, 2, 20)


@pytest.fixture(scope="module")
def idlib() -> Crisis:
    return open_crisis("idlib-2020")


def test_scores_are_means_over_places_and_name_none(idlib: Crisis) -> None:
    score = score_captures(idlib, option="no_deal", futures=3, seed=1, as_of=AS_OF, until=UNTIL)
    assert score.ahead == (7, 14, 17)
    assert set(score.brier) == {"model", *BASELINES}
    # without a change forecast, the score is the share that fell
    for fell, brier in zip(score.fell, score.brier["no_change"], strict=True):
        assert brier == pytest.approx(fell / score.places)
    said = json.dumps(score.to_json_dict())
    assert not any(place in said for place in build_world(idlib).place_ids)


def test_a_front_that_cannot_move_scores_as_no_change(idlib: Crisis) -> None:
    score = score_captures(
        idlib,
        option="no_deal",
        futures=2,
        seed=1,
        as_of=AS_OF,
        until=UNTIL,
        settings={"front_axis_share": 0.0, "front_thaw_rate": 0.0},
    )
    assert score.brier["model"] == score.brier["no_change"]


def test_facts_of_later_change_the_truth_and_no_forecast(idlib: Crisis) -> None:
    later = idlib.control["published"] > pd.Timestamp(AS_OF)
    without = replace(idlib, control=idlib.control[~later].reset_index(drop=True))
    assert recorded_falls(build_world(idlib), AS_OF, UNTIL).max() > 0
    assert recorded_falls(build_world(without), AS_OF, UNTIL).max() == -1
    given = {"option": "no_deal", "futures": 2, "seed": 1, "as_of": AS_OF, "until": UNTIL}
    ours = score_captures(idlib, **given)  # type: ignore[arg-type]
    theirs = score_captures(without, **given)  # type: ignore[arg-type]
    assert max(ours.fell) > 0
    assert max(theirs.fell) == 0
    # with no fall the score is the mean squared chance, which is what was forecast
    assert theirs.brier["no_change"] == (0.0, 0.0, 0.0)
    assert theirs.brier["constant_rate"][0] > 0.0


def test_nothing_ahead_is_refused(idlib: Crisis) -> None:
    with pytest.raises(RunError, match="no capture is left"):
        score_captures(idlib, option="no_deal", futures=2, seed=1, as_of=UNTIL, until=UNTIL)
