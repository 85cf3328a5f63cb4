"""The validation of a case: one object, and tables of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from havenline.crisis.case import Case, Counts
from havenline.engine.cases import simulate_case
from havenline.engine.rules.allocation import Allocation
from havenline.evidence.cases import scores, validate
from havenline.evidence.cases.text import notes, tables
from havenline.io import open_flee
from tests.cases_folder import cases_or_skip
from tests.small_case import small_case

KEYS = (
    "case",
    "rules",
    "futures",
    "days",
    "ard",
    "ard_rescaled",
    "ard_final",
    "share_error",
    "crps_increment_30d",
    "coverage_50",
    "coverage_90",
    "baselines",
    "flee",
    "seconds",
)

REFERENCE = """day,camp,runs,mean,sd,data
0,Near,20,0.00,0.00,0
0,Far,20,0.00,0.00,0
1,Near,20,0.50,0.10,0
1,Far,20,0.50,0.10,1
2,Near,20,0.50,0.10,0
2,Far,20,1.50,0.10,2
3,Near,20,0.50,0.10,0
3,Far,20,1.50,0.10,2
"""


def test_one_object_with_every_key() -> None:
    found = validate(small_case(), futures=20, seed=1).to_json_dict()
    assert [key for key in KEYS if key not in found] == []
    assert found["flee"] is None
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_scores_are_those_of_the_mean_of_the_futures() -> None:
    case = small_case()
    people = Allocation.of_case(case, futures=20, seed=1).all_present().astype(np.float64)
    found = validate(case, futures=20, seed=1)
    assert found.forecast.ard == scores.ard(people.mean(axis=0), case.observed())
    assert found.ard_futures == scores.ard(people, case.observed())
    # the total is given, so rescaling changes nothing
    assert found.forecast.ard_rescaled == pytest.approx(found.forecast.ard)


def test_a_case_in_which_nobody_is_counted_has_no_share_of_anything() -> None:
    found = validate(small_case(far=(0, 0, 0, 0)), futures=5).to_json_dict()
    assert found["share_error"] is None
    assert found["ard"] == 0.0


def test_flees_own_runs_are_scored_where_the_folder_has_them(tmp_path: Path) -> None:
    (tmp_path / "flee_reference.csv").write_text(REFERENCE)
    case = replace(small_case(far=(0, 100, 200, 200)), folder=tmp_path)
    found = validate(case, futures=5)
    assert found.flee is not None
    assert found.flee_agents_of == 100
    # errors of 100 of 100, 100 of 200 and 100 of 200, after a day without anybody
    assert found.flee.ard == pytest.approx((0.0 + 1.0 + 0.5 + 0.5) / 4)
    assert "Flee, default settings" in tables(found)[0].rows[1][0]


def test_tables_name_every_camp_and_baseline() -> None:
    found = validate(small_case(), futures=5)
    total, camps = tables(found)
    assert [row[0] for row in camps.rows] == ["Near", "Far"]
    assert [len(row) for row in total.rows] == [len(total.header)] * 5
    assert "Given are the persons in all camps" in " ".join(notes(found))


def test_published_cases_score_as_promised() -> None:
    found = {path.name: validate(open_flee(path), seed=1) for path in cases_or_skip()}
    ours = np.mean([v.forecast.ard for v in found.values()])
    assert ours <= np.mean([v.baselines["gravity"].ard for v in found.values()])
    flee = {name: v.flee.ard for name, v in found.items() if v.flee is not None}
    assert ours <= 0.78 * np.mean(list(flee.values()))
    assert all(found[name].forecast.ard <= 1.1 * flee[name] for name in flee)
    assert 0.8 <= np.mean([v.coverage_90 for v in found.values()]) <= 0.97


def counted_on(case: Case, *series: dict[int, float]) -> Case:
    """The small case with counts on some days of its two camps."""
    counts = [Counts(np.array([*s]), np.array([*s.values()], dtype=np.float64)) for s in series]
    return replace(case, days=12, conflict=np.repeat(case.conflict[:1], 12, axis=0),
                   counts=dict(zip(case.counts, counts, strict=True)))  # fmt: skip


def test_only_days_between_counts_are_scored() -> None:
    case = counted_on(small_case(), {0: 0, 4: 40}, {2: 10, 8: 90})
    found = validate(case, futures=5, seed=1)
    assert found.days_scored == 9
    assert found.last_scored == 8
    assert [c.days_scored for c in found.camps] == [5, 7]
    # a score of what is flat after the last count would be another
    late = counted_on(small_case(), {0: 0, 4: 40, 11: 40}, {2: 10, 8: 90, 11: 90})
    assert validate(late, futures=5, seed=1).days_scored == 12
    said = " ".join(notes(found))
    assert "3 of 12 days lie between no two counts" in said
    assert "9 of 12 days scored" in tables(found)[0].title
    run = simulate_case(case, futures=2)
    np.testing.assert_array_equal(np.isfinite(run["counted"]), case.known())
    json.dumps(found.to_json_dict(), allow_nan=False)


def test_counts_a_year_and_more_apart_tell_nothing_of_what_is_between() -> None:
    counts = Counts(np.array([0, 10, 377, 743]), np.array([1.0, 2.0, 3.0, 4.0]))
    days = np.array([-1, 0, 5, 10, 11, 376, 377, 378, 743, 744])
    assert counts.known(days).tolist() == [False, True, True, True, False, False, True, True, True,
                                           False]  # fmt: skip


def test_one_counted_camp_is_told_that_its_score_says_nothing() -> None:
    case = counted_on(small_case(), {0: 0, 11: 40}, {0: 0, 11: 0})
    assert any("says nothing" in note for note in notes(validate(case, futures=2)))
    two = counted_on(small_case(), {0: 0, 11: 40}, {0: 0, 11: 1})
    assert not any("says nothing" in note for note in notes(validate(two, futures=2)))
