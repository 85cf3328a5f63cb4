"""Truces, offensives and havens last as long as their laws say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from havenline.engine import simulate
from tests.crises_random import Walk, crisis_of, job_of, towns_in_a_row

FUTURES = 800
LAW = {"truce_cure_share": 0.2, "truce_shape": 0.75, "truce_median_days": 12.0}
DAYS = np.array([1, 2, 4, 8, 16, 32, 60])


def survival(age: NDArray[np.int64], ratio: float = 1.0) -> NDArray[np.float64]:
    """Mixture-cure Weibull, written anew."""
    scale = 12.0 / np.log(2.0) ** (1 / 0.75)
    return np.asarray(0.2 + 0.8 * np.exp(-ratio * (age / scale) ** 0.75))


def standing(
    *ids: str,
    terms: Mapping[str, bool] | None = None,
    ratios: Mapping[str, float] | None = None,
    **changes: Any,
) -> list[NDArray[np.float64]]:
    """Whether the truce stood, by future and day, for no deal and each option."""
    truce = {"lever": "truce", "start": 1, **(terms or {})}
    monitors = {"lever": "monitors", "start": 1, "kind": "interposition", "persons": 2000}
    options = {"halt": [truce], "watched": [truce, monitors], "late": [{**truce, "start": 5}]}
    sketch = towns_in_a_row(people=(50,), options=options, days=60, **changes)
    data = simulate(
        crisis_of(sketch), options=ids, futures=FUTURES, settings={**LAW, **(ratios or {})}
    ).dataset
    return [data["truce_standing"].sel(option=o).values for o in ("no_deal", *ids)]


def meets(share: NDArray[np.float64], expected: NDArray[np.float64]) -> None:
    error = np.sqrt(expected * (1 - expected) / FUTURES)
    assert (np.abs(share - expected) <= 4 * error + 1e-12).all(), (share, expected)


def test_truces_fail_by_the_mixture_cure_weibull_law() -> None:
    never, halt, late = standing("halt", "late")
    assert (np.diff(halt[:, 1:], axis=-1) <= 0).all()
    meets(halt[:, DAYS].mean(axis=0), survival(DAYS))
    meets(late[:, DAYS[:-1] + 4].mean(axis=0), survival(DAYS[:-1]))
    assert not late[:, :5].any()
    assert not never.any()


def test_a_truce_after_one_that_failed_has_luck_of_its_own() -> None:
    """Where the one that stood at the as-of date has failed, the next follows the law anew."""
    truce = {"lever": "truce", "start": 8}
    sketch = towns_in_a_row(
        people=(50,), options={"new": [truce]}, days=60, happenings=((14, "truce_start", 14),)
    )
    data = simulate(crisis_of(sketch), options=["new"], futures=FUTURES, settings=LAW).dataset
    old, new = data["truce_standing"].to_numpy()
    failed = ~old[:, 7].astype(bool)
    assert 100 < failed.sum() < FUTURES
    share = new[failed][:, DAYS[:-1] + 7].mean(axis=0)
    error = np.sqrt(survival(DAYS[:-1]) * (1 - survival(DAYS[:-1])) / failed.sum())
    assert (np.abs(share - survival(DAYS[:-1])) <= 4 * error).all()


def test_a_ratio_that_comes_later_acts_on_the_truces_that_fail_from_then_on() -> None:
    """With the ratio 3 from day 8 on: worked as one cumulated hazard, not as if from day 1."""
    force = {"lever": "monitors", "start": 9, "kind": "interposition", "persons": 1000}
    truce = {"lever": "truce", "start": 1}
    sketch = towns_in_a_row(people=(50,), options={"late": [truce, force]}, days=60)
    data = simulate(
        crisis_of(sketch),
        options=["late"],
        futures=FUTURES,
        settings={**LAW, "truce_hr_interposition": 3.0},
    ).dataset
    stood = data["truce_standing"].sel(option="late").to_numpy()
    scale = 12.0 / np.log(2.0) ** (1 / 0.75)
    cumulated = (DAYS / scale) ** 0.75
    late = DAYS > 8
    cumulated[late] += 2.0 * (cumulated[late] - (8 / scale) ** 0.75)
    meets(stood[:, DAYS].mean(axis=0), 0.2 + 0.8 * np.exp(-cumulated))


def test_terms_of_a_truce_multiply_its_hazard() -> None:
    terms = {"compliance_mechanism": True, "substance": True, "excludes_listed_groups": True}
    ratios = {
        "truce_hr_compliance": 0.7,
        "truce_hr_substance": 0.4,
        "truce_hr_excluded": 2.0,
        "truce_hr_interposition": 0.5,
    }
    _, halt, watched = standing("halt", "watched", terms=terms, ratios=ratios)
    meets(halt[:, DAYS].mean(axis=0), survival(DAYS, 0.7 * 0.4 * 2.0))
    meets(watched[:, DAYS].mean(axis=0), survival(DAYS, 0.7 * 0.4 * 2.0 * 0.25))
    _, least = standing("watched", ratios={"truce_hr_interposition": 0.1})
    meets(least[:, DAYS].mean(axis=0), survival(DAYS, 0.2))


@pytest.mark.parametrize("since", [8, 20, 0, -30])
def test_a_truce_in_force_goes_on_at_its_age(since: int) -> None:
    (stood,) = standing(happenings=((since, "truce_start", since),))
    age = 20 - since
    assert stood[:, 0].all()
    meets(stood[:, DAYS].mean(axis=0), survival(age + DAYS) / survival(np.array([age])))


def test_a_failed_truce_means_an_offensive() -> None:
    job = job_of(
        crisis_of(towns_in_a_row(people=(50,), options={"halt": [{"lever": "truce", "start": 1}]})),
        settings={"truce_median_days": 3.0, "truce_cure_share": 0.0, "offensive_end_rate": 0.0},
        futures=20,
    )
    failed = 0
    for future in range(20):
        walk = Walk(job, 1, future)
        for day in range(walk.today + 1, walk.last + 1):
            state = walk.to(day)
            assert (
                state.course["offensive"][0]
                == 1 - walk.out.series["truce_standing"][day - walk.today]
            )
        failed += state.course["offensive"][0]
    assert failed > 10


def share_of_futures(name: str, settings: dict[str, float], ahead: int, plan: int = 0) -> float:
    """Share of 500 futures in which an entry of the state is 1 after some days."""
    haven = {"lever": "haven", "start": 1, "guarantee": "consent"}
    sketch = towns_in_a_row(people=(50,), options={"haven": [haven]}, days=60)
    job = job_of(crisis_of(sketch), settings=settings, futures=500)
    hits = 0
    walk = Walk(job, plan)
    for future in range(500):
        walk.future, walk.day = future, -1
        state = walk.to(walk.today + ahead)
        one = state.offensive if name == "switches" else state.course
        hits += int(one[name][0] == 1)
    return hits / 500


def test_havens_hold_with_the_chance_of_their_guarantee() -> None:
    expected = 0.05 ** (60 / 365)
    share = share_of_futures("haven", {"haven_hold_consent": 0.05}, 60, plan=1)
    assert abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / 500)


def test_offensives_end_and_start_at_constant_rates() -> None:
    given = {"offensive_end_rate": 0.03, "offensive_start_rate": 0.0}
    share = share_of_futures("offensive", given, 20)
    assert abs(share - np.exp(-0.6)) < 4 * np.sqrt(0.25 / 500)
    given["offensive_start_rate"] = 0.02
    both = share_of_futures("offensive", given, 60)
    expected = 0.4 + 0.6 * np.exp(-0.05 * 60)
    assert abs(both - expected) < 4 * np.sqrt(0.25 / 500)
    assert share_of_futures("switches", {"offensive_end_rate": 0.0}, 30) == 0.0


def test_the_tempo_has_mean_one_and_keeps_from_week_to_week() -> None:
    given = {"tempo_sd": 0.4, "tempo_persistence": 0.6}
    job = job_of(crisis_of(towns_in_a_row(people=(50,))), settings=given, futures=800)
    walk, logs = Walk(job), []
    for future in range(800):
        walk.future, walk.day = future, -1
        row = []
        for week in range(4):
            row.append(float(walk.to(walk.today + 1 + 7 * week).flight["tempo"][0]))
            assert walk.to(walk.today + 7 + 7 * week).flight["tempo"][0] == row[-1]
        logs.append(row)
    tempo = np.array(logs)
    assert (np.abs(tempo.mean(axis=0) - 1) < 4 * tempo.std(axis=0) / np.sqrt(800)).all()
    z = np.log(tempo)
    assert (np.abs(z.std(axis=0) - 0.4) < 4 * 0.4 / np.sqrt(2 * 800)).all()
    assert abs(np.corrcoef(z[:, 2], z[:, 3])[0, 1] - 0.6) < 0.12
