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

from havenline import drivers, movement
from havenline.crisis import open_crisis
from havenline.crisis.parameters import known_parameters
from havenline.engine.day import run_days
from havenline.engine.run import Job, Workspace, run_future
from havenline.engine.state import bare_network, bare_state
from havenline.engine.steps.table import STEPS
from havenline.engine.values import sample_values
from havenline.options import build_schedule, chosen_options
from havenline.options.schedule import bare_schedule
from havenline.world.record import bare_record, known_facts
from havenline.world.world import World, build_world

DAYS = 120
MODULES = {
    step.name: getattr(drivers, step.name, None) or getattr(movement, step.name) for step in STEPS
}


def scaled(world: World, factor: int) -> World:
    """Return the same world with ``factor`` times the people."""
    place = world.network.place.copy()
    place["site_people"] *= factor
    network = world.network._replace(place=place, start=world.network.start * factor)
    return replace(world, network=network)


def job_of(world: World, futures: int, factor: int = 1, options: bool = False) -> Job:
    """Build the job: no deal only, or all options."""
    crisis = world.crisis
    facts = known_facts(world, crisis.meta.as_of, DAYS)
    day = facts.record.day.copy()
    day["target"] = np.where(day["target"] > 0, day["target"] * factor, day["target"])
    facts = replace(facts, record=facts.record._replace(day=day))
    specs = chosen_options(world, None if options else [])
    parameters = known_parameters(crisis.meta.as_of, crisis.parameters)
    return Job(
        world=scaled(world, factor) if factor > 1 else world,
        facts=facts,
        plans=tuple(build_schedule(world, facts, s, DAYS) for s in specs),
        values=sample_values(parameters, futures, 1),
        seed=1,
        days=DAYS,
    )


def seconds_a_run(job: Job, futures: int, workers: int = 1) -> tuple[float, float]:
    """Return wall seconds for all futures, and seconds of compiled code a run of 120 days."""
    spent = [0.0, 0]

    def timed(*args: Any) -> None:
        begun = time.perf_counter()
        run_days(*args)
        if args[7] != 0:  # the days after the as-of date, not the replay
            spent[0] += time.perf_counter() - begun
            spent[1] += 1

    import havenline.engine.run as room

    workspace = Workspace()
    with ThreadPoolExecutor(workers) as pool:  # the calendar of arrivals grows to what it needs
        list(pool.map(partial(run_future, job, workspace=workspace), range(futures)))
        room.run_days = timed  # type: ignore[attr-defined]
        begun = time.perf_counter()
        list(pool.map(partial(run_future, job, workspace=workspace), range(futures)))
        wall = time.perf_counter() - begun
    room.run_days = run_days  # type: ignore[attr-defined]
    return wall, spent[0] / spent[1]


def step_shares(job: Job, futures: int) -> dict[str, float]:
    """Return the share of the time of each step, timed day by day."""
    calls = {}
    for name, module in MODULES.items():
        calls[name] = _callable(module.step)
    spent = dict.fromkeys(calls, 0.0)
    nothing = _callable(_nothing)
    workspace = Workspace()
    net, record = job.world.network, job.facts.record
    today = job.facts.days
    for future in (0, *range(futures)):
        if future == 0:  # the first time round compiles
            spent = dict.fromkeys(calls, 0.0)
        run_future(replace(job, days=1), future, workspace)
        state = workspace.get(job.world)[1]
        values = job.values[future]
        for day in range(today + 2, today + DAYS + 1):
            begun = time.perf_counter()
            nothing(net, record, values, job.plans[0], state, np.uint64(future), day, today)
            idle = time.perf_counter() - begun
            for name, call in calls.items():
                begun = time.perf_counter()
                call(net, record, values, job.plans[0], state, np.uint64(future), day, today)
                spent[name] += max(0.0, time.perf_counter() - begun - idle)
    spent_total = sum(spent.values())
    return {name: value / spent_total for name, value in spent.items()}


def _callable(step: Any) -> Any:
    @numba.njit(nogil=True)
    def call(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
        step(
            bare_network(net),
            bare_record(record),
            values,
            bare_schedule(plan),
            bare_state(state),
            key,
            day,
            today,
        )

    return call


@numba.njit(nogil=True)
def _nothing(net, record, values, plan, state, key, day, today):  # type: ignore[no-untyped-def]
    return


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--futures", type=int, default=40)
    futures = parser.parse_args().futures
    world = build_world(open_crisis("idlib-2020"))
    people = int(world.network.start.sum())
    job = job_of(world, futures)
    seconds_a_run(job, 1)  # compiles
    wall_one, run = seconds_a_run(job, futures)
    print(f"{len(world.place_ids)} places, {people:,} people, {len(world.group_ids)} groups")
    print(f"a run of {DAYS} days, every driver: {run * 1000:.1f} ms on one core")
    print(f"person-days a second: {people * DAYS / run:.2e}")
    wall_two, _ = seconds_a_run(job, futures, workers=2)
    print(f"two threads against one: {wall_one / wall_two:.2f} times as fast")
    few = max(4, futures // 4)
    _, small = seconds_a_run(job_of(world, futures), few)
    _, large = seconds_a_run(job_of(world, futures, factor=100), few)
    print(f"{100 * people:,} people against {people:,}: {large / small:.2f} times the time")
    print("where the time of a day goes:")
    shares = step_shares(job, few)
    for step in STEPS:
        print(f"  {step.name:10s} {shares[step.name]:6.1%}")


if __name__ == "__main__":
    main()
