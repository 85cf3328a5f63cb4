"""Flee's rules over a whole case: the same numbers again, nobody lost, near Flee's own runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from havenline.crisis.case import Case, Closure
from havenline.crisis.flee_settings import REFUSED_WHERE_ON, FleeSettings
from havenline.engine.cases import RULES, simulate_case
from havenline.errors import RunError
from havenline.io import open_flee
from tests.cases_folder import cases_or_skip
from tests.small_case import small_case

SHIPPED = FleeSettings()


def with_settings(case: Case, **settings: Any) -> Case:
    return replace(case, settings=FleeSettings(**settings))


def people(case: Case, **given: Any) -> npt.NDArray[np.int64]:
    options: dict[str, Any] = {"rules": "flee", "futures": 3, "seed": 5} | given
    found: npt.NDArray[np.int64] = simulate_case(case, **options).present.to_numpy()
    return found


def test_the_same_seed_gives_the_same_numbers_with_any_number_of_threads() -> None:
    case = small_case(days=40, far=(0, 500, 900, 950))
    alone = people(case, futures=6, workers=1)
    np.testing.assert_array_equal(alone, people(case, futures=6, workers=2))
    assert not np.array_equal(alone, people(case, futures=6, seed=6))


def test_more_futures_do_not_change_the_first_ones() -> None:
    case = small_case(days=40, far=(0, 500, 900, 950))
    np.testing.assert_array_equal(
        people(case, futures=2, workers=1), people(case, futures=5, workers=1)[:2]
    )


@pytest.mark.parametrize("rules", ["flee", "flee-exact"])
def test_nobody_is_lost_or_made(rules: Any) -> None:
    case = small_case(days=30, near=(3, 3, 3, 3), far=(0, 400, 300, 700))
    run = simulate_case(case, rules=rules, futures=4, workers=1)
    # 3 at the start; the fall by 100 is a debt that the next rise pays
    set_out = np.array([3, 403, 403, *[703] * 27])
    np.testing.assert_array_equal(
        run.present.to_numpy().sum(axis=2) + run.elsewhere.to_numpy(),
        np.broadcast_to(set_out, (4, 30)),
    )


def test_a_simulated_person_may_stand_for_several() -> None:
    run = simulate_case(small_case(days=20), rules="flee", futures=2, hasten=10, workers=1)
    assert run.attrs["hasten"] == 10
    assert np.all(run.present.to_numpy() % 10 == 0)
    assert (run.present.to_numpy().sum(axis=2) + run.elsewhere.to_numpy())[:, -1].tolist() == [
        200,
        200,
    ]


def test_people_who_set_out_from_nowhere_are_an_error() -> None:
    calm = replace(small_case(), conflict=np.zeros((4, 4)))
    calm = replace(
        calm,
        locations=tuple(
            replace(x, conflict_day=9) if x.kind == "conflict" else x for x in calm.locations
        ),
    )
    with pytest.raises(RunError, match="no place is in conflict"):
        people(calm)


@pytest.mark.parametrize("name", list(REFUSED_WHERE_ON))
def test_what_is_not_built_is_refused_by_name(name: str) -> None:
    with pytest.raises(RunError, match=name):
        people(with_settings(small_case(), **{name: True}))


@pytest.mark.parametrize(
    ("given", "word"), [({"futures": 0}, "futures"), ({"hasten": 0}, "hasten"),
                        ({"workers": 0}, "workers")],
)  # fmt: skip
def test_numbers_out_of_bounds_are_refused(given: dict[str, Any], word: str) -> None:
    with pytest.raises(RunError, match=word):
        people(small_case(), **given)


def flooded(level: float, **settings: Any) -> Case:
    case = small_case(days=6, far=(0,) * 4, capacities=(np.nan, np.nan))
    levels = np.zeros((6, 4))
    levels[2, 0] = level
    chosen = {"flood_zone_spawning_only": True, "conflict_zone_spawning_only": False} | settings
    return with_settings(replace(case, flood=levels), **chosen)


@pytest.mark.parametrize(
    ("mode", "by_level", "expected"),
    [
        ("constant", (0.0, 10.0, 40.0), 25),
        ("pop_ratio", (0.0, 0.1, 0.3), 200),
    ],
)
def test_floods_drive_people_out(mode: str, by_level: tuple[float, ...], expected: int) -> None:
    case = flooded(1.5, flood_spawn_mode=mode, displaced_per_flood_day=by_level)
    run = simulate_case(case, rules="flee", futures=2, workers=1)
    everyone = run.present.to_numpy().sum(axis=2) + run.elsewhere.to_numpy()
    assert everyone.tolist() == [[0, 0, *[expected] * 4]] * 2


def test_the_last_level_of_a_list_holds_beyond_it() -> None:
    case = flooded(9.0, flood_spawn_mode="constant", displaced_per_flood_day=(0.0, 10.0, 40.0))
    run = simulate_case(case, rules="flee", futures=1, workers=1)
    assert (run.present.to_numpy().sum(axis=2) + run.elsewhere.to_numpy())[0, -1] == 40


def test_floods_set_the_chance_to_leave() -> None:
    levels = {"flood_spawn_mode": "constant", "displaced_per_flood_day": (0.0, 400.0)}
    held = flooded(1.0, **levels, flood_movechances=(0.0, 0.0))
    assert people(held)[:, 2].sum() == 0
    assert people(flooded(1.0, **levels, flood_movechances=(0.0, 1.0)))[:, 2].sum() > 0


@pytest.mark.parametrize("number", range(6))
def test_published_cases_agree_with_runs_of_flee(number: int) -> None:
    folders = [f for f in cases_or_skip() if (f / "flee_reference.csv").exists()]
    if number >= len(folders):
        pytest.skip("fewer published cases than that")
    folder: Path = folders[number]
    case = open_flee(folder)
    futures, hasten = 30, 100
    run = simulate_case(
        case, rules="flee-exact", futures=futures, seed=1, hasten=hasten, settings=SHIPPED
    )
    agents = run.present.to_numpy() / hasten
    table = pd.read_csv(folder / "flee_reference.csv")
    names = [case.locations[i].name for i in case.camps]

    def theirs(column: str) -> npt.NDArray[np.float64]:
        return table.pivot_table(index="day", columns="camp", values=column)[names].to_numpy()

    runs = int(table["runs"].iloc[0])
    spread = agents.std(axis=0, ddof=1)
    error = np.sqrt(theirs("sd") ** 2 / runs + spread**2 / futures)
    day = np.maximum(theirs("data").sum(axis=1, keepdims=True), 1.0)
    near = np.abs(agents.mean(axis=0) - theirs("mean")) <= 3.0 * error + 0.01 * day
    assert near.mean() >= 0.99
    wide = theirs("sd") >= 5.0
    assert 0.67 < np.median(spread[wide] / theirs("sd")[wide]) < 1.5


@pytest.mark.parametrize("rules", RULES)
def test_what_no_open_road_reaches_gets_nobody_under_any_rules(rules: Any) -> None:
    case = small_case(days=40, near=(0, 5, 9, 9), far=(0, 500, 900, 950))
    near, far = case.camps
    without = replace(case, links=tuple(x for x in case.links if near not in (x.first, x.second)))
    assert not people(without, rules=rules)[:, :, 0].any()
    assert people(without, rules=rules)[:, :, 1].any()
    borders = [case.locations[at].country for at in (near, far)]
    closed = tuple(Closure("country", "home", other, 0, -1) for other in borders)
    shut = replace(case, closures=closed)
    assert not people(shut, rules=rules).any()


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize(("start", "end"), [(3, 3), (-4, 20), (-4, -1), (60, -1)])
def test_closures_that_never_hold_change_nothing_under_any_rules(
    rules: Any, start: int, end: int
) -> None:
    case = small_case(days=40, far=(0, 500, 900, 950))
    shut = replace(case, closures=(Closure("country", "home", "east", start, end),))
    np.testing.assert_array_equal(people(shut, rules=rules), people(case, rules=rules))
