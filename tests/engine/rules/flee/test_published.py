"""Counting agrees with Flee's own runs of the published cases that are quickest."""

from __future__ import annotations

import pytest

from scripts.build_flee_pages import Agreement, compare
from tests.cases_folder import cases_or_skip


@pytest.fixture(scope="module")
def agreements() -> list[Agreement]:
    quick = [p for p in cases_or_skip() if p.name in ("mali2012", "nigeria2022_adm2")]
    return [compare(folder, futures=100, seed=1) for folder in quick]


def test_means_are_those_of_flee(agreements: list[Agreement]) -> None:
    for found in agreements:
        assert found.within >= 0.99, found.case


def test_spreads_are_those_of_flee(agreements: list[Agreement]) -> None:
    for found in agreements:
        assert 0.67 <= found.spread_ratio <= 1.5, found.case


def test_scores_are_those_of_flee(agreements: list[Agreement]) -> None:
    for found in agreements:
        assert found.ard == pytest.approx(found.ard_flee, abs=0.01), found.case
