from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import pytest

from havenline.evidence import Hindcast, hindcast
from havenline.evidence.baselines import LABELS, Forecast
from havenline.evidence.captures import BASELINES, CaptureScore
from havenline.evidence.text import more_tables
from havenline.evidence.totals import score_total

from .conftest import HandMade, Row, Told, observations

START, UNTIL = date(2020, 1, 1), date(2020, 1, 20)
DATES = (date(2020, 1, 11), date(2020, 1, 16))
FRONT = CaptureScore(
    ahead=(7, 9),
    places=40,
    fell=(3, 8),
    brier={"model": (0.05, 0.15), **dict.fromkeys(BASELINES, (0.075, 0.2))},
    futures=4,
)


def run(rows: list[Row], **more: object) -> Hindcast:
    def path(day: date, futures: int) -> npt.NDArray[np.float64]:
        return np.arange(1.0, futures + 1.0) * 800.0 * (day - START).days

    arguments: dict[str, object] = {"dates": DATES, "until": UNTIL, "futures": 8}
    return hindcast(
        HandMade(observations(rows)),
        simulate=Told(path, start=START),
        **(arguments | more),  # type: ignore[arg-type]
    )


def test_the_whole_rise_is_the_sum_of_the_increments_of_each_path() -> None:
    samples = np.array([[1.0, 3.0], [10.0, 30.0]])
    naive = {"last_rate": Forecast("prior", samples + 1.0)}
    score = score_total(samples, naive, np.array([2.0, 20.0]))
    assert score.observed == 22.0
    assert score.quantiles[1] == 22.0
    # distances 11 and 11 less half of the distance between the paths, twice over the pairs
    assert score.scores["model"] == pytest.approx(11.0 - 11.0)
    assert score.to_json_dict()["baselines_crps"].keys() == {"last_rate"}


def test_the_reporting_model_stands_beside_the_scores_without_it(rows: list[Row]) -> None:
    plain = run(rows)
    told = run(rows, reporting=True)
    score = told.unconditional.pooled
    assert plain.unconditional.pooled.fled_crps is None
    assert score.fled_crps == pytest.approx(plain.unconditional.pooled.crps.mean)
    assert score.fled_coverage == plain.unconditional.pooled.coverage["model"]
    assert score.crps.mean != plain.unconditional.pooled.crps.mean
    entry = told.to_json_dict()["dates"][0]
    assert entry["without_reporting"]["crps_increment"] > 0.0
    assert sum(entry["pit"]) == entry["increments"]
    assert entry["total"]["observed"] == 9_000.0
    assert entry["captures"] is None
    assert (entry["figures"], entry["shares"]) == ([], [])


def test_tables_of_front_and_reliability(rows: list[Row]) -> None:
    seen: list[dict[str, object]] = []

    def captures(crisis: HandMade, **given: object) -> CaptureScore:
        seen.append(given)
        return FRONT

    result = run(rows, captures=captures)
    each, totals, reliability, front = more_tables(result)
    assert len(each.rows) == 3
    assert len(each.header) == 1 + len(LABELS)
    assert [s["as_of"] for s in seen] == list(DATES)
    assert len(totals.rows) == 2
    assert reliability.rows[0][1] == "3"
    assert sum(int(cell) for cell in reliability.rows[0][2:7]) == 3
    assert len(front.rows) == 4
    assert front.rows[1][1] == "8 of 40"
    for table in (each, totals, reliability, front):
        assert all(len(row) == len(table.header) for row in table.rows)
    assert result.to_json_dict()["dates"][0]["captures"]["brier"] == [0.05, 0.15]
