"""Naive allocations: worked by hand, and plain gravity as published for six cases."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from havenline.crisis.case import Case, Counts
from havenline.evidence.cases import baselines, scores
from havenline.io import open_flee
from tests.cases_folder import cases_or_skip
from tests.small_case import small_case

PUBLISHED = {
    "mali2012": 0.321,
    "burundi2015": 0.498,
    "car2013": 0.311,
    "ssudan2013": 0.466,
    "nigeria2022_adm2": 0.299,
    "mali2017_adm1": 0.187,
}
"""Averaged relative difference of plain gravity, counts added plainly and not corrected."""


def test_gravity_worked() -> None:
    # Near, 90 km: weight 1/100; Far, 190 km: 1/200. Of 120, two thirds go Near: 80 of 100 places.
    # The next 30: Near is at 80%, so again two thirds, and it holds 100, full. The next 30 go
    # Far; then a third leaves, from both alike.
    case = small_case(days=5, near=(0,) * 5, far=(0, 120, 150, 180, 120))
    expected = np.array([[0, 0], [80, 40], [100, 50], [100, 80], [200 / 3, 160 / 3]])
    np.testing.assert_allclose(baselines.gravity(case), expected)


def test_gravity_throttles_between_90_and_100_percent() -> None:
    # at 95 of 100 the throttle is a half: 0.5/100 and 1/200, so half each
    case = small_case(days=2, near=(95, 95), far=(0, 4))
    np.testing.assert_allclose(baselines.gravity(case)[1], [97.0, 2.0])


def test_gravity_weighs_origins_by_conflict_of_the_day_before() -> None:
    # from B the roads are 190 and 290 km: 1/200 and 1/300, so 60% go Near
    case = small_case(days=3, near=(0, 0, 0), far=(0, 0, 10))
    conflict = np.zeros((3, 4))
    conflict[1, 1] = conflict[2, 0] = 1.0
    found = baselines.gravity(replace(case, conflict=conflict))
    np.testing.assert_allclose(found[2], [6.0, 4.0])


def test_equal_split() -> None:
    case = small_case(days=3, near=(10, 10, 10), far=(0, 20, 5))
    found = baselines.equal_split(case)
    np.testing.assert_allclose(found, [[10, 0], [20, 10], [10, 5]])


def test_nearest_camp_first_until_it_is_full() -> None:
    case = small_case(days=4, near=(0,) * 4, far=(0, 60, 110, 150))
    np.testing.assert_allclose(
        baselines.nearest_first(case), [[0, 0], [60, 0], [110, 0], [110, 40]]
    )


def test_shares_of_30_days_before() -> None:
    near = tuple([30.0] * 31 + [10.0] * 9)
    far = tuple([10.0] * 31 + [70.0] * 9)
    found = baselines.last_shares(small_case(days=40, near=near, far=far))
    np.testing.assert_allclose(found[31], [60.0, 20.0])
    np.testing.assert_allclose(found.sum(axis=1), np.add(near, far))


def plain_counts(path: Path, case: Case) -> dict[int, Counts]:
    """Read the counts of a case anew: files of a camp added day by day, nothing corrected."""
    days = np.arange(case.days, dtype=np.int64)
    at = {place.name: j for j, place in enumerate(case.locations)}
    source = path / "source_data"
    result = {}
    with (source / "data_layout.csv").open(encoding="utf-8") as handle:
        rows = [[cell.strip() for cell in row] for row in csv.reader(handle) if row]
    for name, *files in rows[1:]:
        if name not in at:
            continue
        persons = np.zeros(case.days)
        for file in files:
            with (source / file).open(encoding="utf-8-sig") as handle:
                table = [
                    r for r in csv.reader(handle) if len(r) > 1 and r[0][:1].isdigit() and r[1]
                ]
            when = [(dt.date.fromisoformat(r[0].strip()) - case.start).days for r in table]
            persons += np.trunc(np.interp(days, when, [float(r[1]) for r in table]) + 1e-9)
        result[at[name]] = Counts(days, persons)
    return {j: result[j] for j in sorted(result)}


def test_gravity_gives_the_published_figures() -> None:
    found = {}
    for path in cases_or_skip():
        if path.name in PUBLISHED:
            case = open_flee(path)
            case = replace(case, counts=plain_counts(path, case))
            found[path.name] = scores.ard(baselines.gravity(case), case.observed())
    assert found == pytest.approx(PUBLISHED, abs=6e-4)
