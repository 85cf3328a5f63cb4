"""How fast the engine is, beside itself: milliseconds a run, scale, threads, where time goes.

Run as ``python benchmarks/engine.py [--futures N]``. All figures come from this one program on
the built-in crisis with every driver and four groups; compare ratios, not machines.
"""

from __future__ import annotations

import argparse
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import numba
import numpy as np

import havenline.engine.ground as door
from havenline.crisis import open_crisis
from havenline.draws.held import held
from havenline.engine.day import ORDER, STEPS
from havenline.engine.ground import Ground, prepare, run_days, run_future
from havenline.engine.state import State
from havenline.options import Schedule

DAYS = 120


def ground_of(futures: int, factor: int = 1) -> Ground:
    """Return the built-in crisis with ``factor`` times the people."""
    ground = prepare(open_crisis("idlib-2020"), futures=futures, days=DAYS)
    if factor == 1:
        return ground
    world, facts = ground.world, ground.facts
    place = world.network.place.copy()
    place["site_people"] *= factor
    network = world.network._replace(place=place, start=world.network.start * factor)
    day = facts.record.day.copy()
    day["target"] = np.where(day["target"] > 0, day["target"] * factor, day["target"])
    for array in (place, network.start, day):
        array.flags.writeable = False
    return replace(
        ground,
        world=replace(world, network=network),
        facts=replace(facts, record=facts.record._replace(day=day)),
    )


def plans_of(ground: Ground) -> tuple[Schedule, ...]:
    """Return the plan of no deal."""
    return tuple(ground.plan(spec) for spec in ground.chosen([]))


def seconds_a_run(ground: Ground, futures: int, workers: int = 1) -> tuple[float, float]:
    """Return wall seconds for all futures, and seconds of compiled code a run of 120 days."""
    spent = [0.0, 0]

    def timed(*args: Any) -> None:
        begun = time.perf_counter()
        run_days(*args)
        if args[6] != 0:  # the days after the as-of date, not the replay
            spent[0] += time.perf_counter() - begun
            spent[1] += 1

    one = partial(run_future, ground, plans_of(ground))
    with ThreadPoolExecutor(workers) as pool:  # the calendar of arrivals grows to what it needs
        list(pool.map(one, range(futures)))
        door.run_days = timed
        begun = time.perf_counter()
        list(pool.map(one, range(futures)))
        wall = time.perf_counter() - begun
    door.run_days = run_days
    return wall, spent[0] / spent[1]


def step_shares(ground: Ground, futures: int) -> dict[str, float]:
    """Return the share of the time of each step, timed day by day."""
    calls = {name: _callable(module.step) for name, module in zip(STEPS, ORDER, strict=True)}
    spent = dict.fromkeys(calls, 0.0)
    nothing = _callable(_nothing)
    net, record = ground.world.network, ground.facts.record
    (plan,), today = plans_of(ground), ground.facts.days
    short = replace(ground, days=1, plain=ground.plain)

    def walk(_: int, state: State, future: int) -> None:
        values = ground.values[future]
        for day in range(today + 2, today + DAYS + 1):
            begun = time.perf_counter()
            nothing(net, record, values, plan, state, np.uint64(future), day, today)
            idle = time.perf_counter() - begun
            for name, call in calls.items():
                begun = time.perf_counter()
                call(net, record, values, plan, state, np.uint64(future), day, today)
                spent[name] += max(0.0, time.perf_counter() - begun - idle)

    for future in (0, *range(futures)):
        if future == 0:  # the first time round compiles
            spent.update(dict.fromkeys(calls, 0.0))
        short.branch(future, plan, watch=partial(walk, future=future))
    total = sum(spent.values())
    return {name: value / total for name, value in spent.items()}


def _callable(step: Any) -> Any:
    @numba.njit(nogil=True)
    def call(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
        step(held(net), held(record), values, held(plan), held(state), key, day, today)

    return call


@numba.njit(nogil=True)
def _nothing(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    return


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--futures", type=int, default=40)
    futures = parser.parse_args().futures
    ground = ground_of(futures)
    world = ground.world
    people = int(world.network.start.sum())
    seconds_a_run(ground, 1)  # compiles
    wall_one, run = seconds_a_run(ground, futures)
    print(f"{len(world.place_ids)} places, {people:,} people, {len(world.group_ids)} groups")
    print(f"a run of {DAYS} days, every driver: {run * 1000:.1f} ms on one core")
    print(f"person-days a second: {people * DAYS / run:.2e}")
    wall_two, _ = seconds_a_run(ground, futures, workers=2)
    print(f"two threads against one: {wall_one / wall_two:.2f} times as fast")
    few = max(4, futures // 4)
    _, small = seconds_a_run(ground_of(few), few)
    _, large = seconds_a_run(ground_of(few, factor=100), few)
    print(f"{100 * people:,} people against {people:,}: {large / small:.2f} times the time")
    print("where the time of a day goes:")
    for name, share in step_shares(ground, few).items():
        print(f"  {name:12s} {share:6.1%}")


if __name__ == "__main__":
    main()
