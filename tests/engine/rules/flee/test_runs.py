"""What holds of every run: people are kept, and numbers hang on the seed and names alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from havenline.crisis.case import Case
from havenline.engine.cases import simulate_case
from havenline.errors import RunError
from tests.engine.rules.flee.little import counts, little, place
from tests.engine.rules.flee.one_by_one import OneByOne
from tests.engine.rules.flee.random_cases import drawn_case

SEEDS = range(25)


def run(
    case: Case, *, seed: int = 1, futures: int = 4, workers: int = 1, exact: bool = False
) -> Any:
    rules: Any = "flee-exact" if exact else "flee"
    return simulate_case(case, rules=rules, futures=futures, seed=seed, workers=workers)


@pytest.mark.parametrize("exact", [False, True])
def test_everyone_is_somewhere_on_every_day(exact: bool) -> None:
    compared = 0
    for seed in SEEDS:
        case = drawn_case(seed)
        s = case.settings
        if s.camps_are_sinks or "poisson" in (s.conflict_spawn_mode, s.flood_spawn_mode):
            continue
        alone = OneByOne(case.as_flee() if exact else case, seed, exact=exact)
        alone.run()
        found = run(case, exact=exact)
        everyone = found.present.to_numpy().sum(axis=2) + found.elsewhere.to_numpy()
        np.testing.assert_array_equal(everyone, [alone.everyone] * 4)
        assert found.present.to_numpy().min() >= 0
        assert found.elsewhere.to_numpy().min() >= 0
        compared += 1
    assert compared > len(SEEDS) / 2


def test_workers_change_nothing() -> None:
    for seed in SEEDS[:6]:
        case = drawn_case(seed)
        one = run(case, futures=9)
        for workers in (2, 4):
            several = run(case, futures=9, workers=workers)
            assert several.present.to_numpy().tobytes() == one.present.to_numpy().tobytes()
            assert several.elsewhere.equals(one.elsewhere)


def test_the_seed_changes_the_result_and_the_number_of_futures_does_not() -> None:
    case = drawn_case(3)
    many = run(case, futures=9)
    np.testing.assert_array_equal(
        run(case, futures=3).present.to_numpy(), many.present.to_numpy()[:3]
    )
    assert not np.array_equal(
        run(case, futures=9, seed=2).present.to_numpy(), many.present.to_numpy()
    )
    assert not np.array_equal(many.present.to_numpy()[0], many.present.to_numpy()[1])


def reordered(case: Case, places: Sequence[int], links: Sequence[int]) -> Case:
    """Return a case with its locations and links in another order; ``places`` are the old ones."""
    new = {int(old): at for at, old in enumerate(places)}
    chosen = [case.links[k] for k in links]
    return replace(
        case,
        locations=tuple(case.locations[i] for i in places),
        links=tuple(replace(x, first=new[x.first], second=new[x.second]) for x in chosen),
        conflict=case.conflict[:, places],
        food=None if case.food is None else case.food[:, places],
        flood=None if case.flood is None else case.flood[:, places],
        counts={new[i]: c for i, c in case.counts.items()},
        demographics=tuple(replace(d, weights=d.weights[:, places]) for d in case.demographics),
        kind_changes=tuple(replace(c, location=new[c.location]) for c in case.kind_changes),
        travellers=tuple(replace(t, location=new[t.location]) for t in case.travellers),
        major_routes=tuple(tuple(new[i] for i in route) for route in case.major_routes),
    )


def with_single_roads(case: Case) -> Case:
    """Return a case with one road between two places; of several the first in the file counts."""
    kept = {frozenset((link.first, link.second)): link for link in reversed(case.links)}
    return replace(case, links=tuple(kept.values()))


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("seed", SEEDS[:5])
def test_the_order_of_locations_and_links_changes_nothing_but_luck(seed: int, exact: bool) -> None:
    # the first location stays: its country is home
    case, futures = with_single_roads(drawn_case(seed)), 150
    rng = np.random.default_rng(seed)
    places = [0, *(1 + rng.permutation(len(case.locations) - 1))]
    other = reordered(case, places, list(rng.permutation(len(case.links))))
    one = run(case, futures=futures, exact=exact).present.to_numpy().astype(np.float64)
    two = run(other, futures=futures, exact=exact, seed=2).present.to_numpy().astype(np.float64)
    error = np.sqrt((one.var(axis=0) + two.var(axis=0)) / futures)
    off = np.abs(one.mean(axis=0) - two.mean(axis=0))
    assert one.max() > 0
    assert np.all(off <= 4.5 * error + 0.1)


def test_conservation_is_kept_at_full_size() -> None:
    # 200,000 people, so that every sampler is used
    case = little([place("War", "conflict", persons=9), place("Hub"), place("Camp", "camp")],
                  [(0, 1, 90.0), (1, 2, 400.0), (0, 2, 500.0)], days=20,
                  settings={"awareness_level": 2})  # fmt: skip
    rising = counts(*[10_000.0 * day for day in range(20)])
    case = replace(case, counts={2: rising}, total=rising)
    found = run(case)
    everyone = found.present.to_numpy().sum(axis=2) + found.elsewhere.to_numpy()
    np.testing.assert_array_equal(everyone, [[10_000 * day for day in range(20)]] * 4)


def test_people_who_find_no_place_to_set_out_from_are_an_error() -> None:
    case = little([place("Town", persons=9), place("Camp", "camp")], [(0, 1, 90.0)], days=2)
    rising = counts(0, 5)
    with pytest.raises(RunError, match="no place is in conflict"):
        run(replace(case, counts={1: rising}, total=rising))
