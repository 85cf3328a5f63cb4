"""Flee and Havenline on the same displacement case, side by side.

Run with the extra ``bench`` installed and the folder of a case in Flee's format::

    pip install -e '.[bench]'
    python benchmarks/flee.py CASE [--minutes 10] [--hasten 100]

Each side runs in a process of its own, on one core, with Flee's shipped settings: first with one
agent for ``--hasten`` persons, then with everybody, where Flee ends in the time given. Then
Havenline alone at 10 and at 100 times the people. Printed are seconds, peak memory, person-days a
second (an agent is one) and their ratio. Compiling is not counted.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib.util
import multiprocessing as mp
import os
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from havenline.crisis.case import Case, Counts, FleeReading
from havenline.crisis.flee_settings import FleeSettings
from havenline.engine.cases import simulate_case
from havenline.io import open_flee

HERE = str(Path(__file__).resolve().parent)
sys.path[:] = [p for p in sys.path if str(Path(p or ".").resolve()) != HERE]
"""This file has the name of the package it measures, which is meant by ``import flee``."""

SETTINGS = """\
log_levels: {{agent: 0, link: 0, camp: 0, conflict: 0, init: 0, granularity: location}}
spawn_rules: {{take_from_population: False, insert_day0: True}}
move_rules:
  max_move_speed: 360.0
  max_walk_speed: 35.0
  foreign_weight: 1.0
  camp_weight: 1.0
  conflict_weight: 0.25
  conflict_movechance: 1.0
  camp_movechance: 0.001
  default_movechance: 0.3
  awareness_level: 1
  capacity_scaling: 1.0
  avoid_short_stints: False
  start_on_foot: False
  weight_power: 1.0
optimisations: {{hasten: {hasten}}}
"""
"""The settings file that Flee ships, as values."""


@dataclass(frozen=True)
class Measured:
    """One run: its time, the peak memory of its process, and persons times days."""

    seconds: float
    megabytes: float
    person_days: float

    @property
    def per_second(self) -> float:
        """Person-days a second."""
        return self.person_days / self.seconds


def peak_megabytes() -> float:
    """Return the peak memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run_flee(folder: str, hasten: int, answer: Any) -> None:
    """Run Flee's package on a folder, in this process; it writes much, which is thrown away."""
    try:
        flee_run(folder, hasten, answer)
    except Exception as error:
        answer.put(f"{type(error).__name__}: {error}")


def flee_run(folder: str, hasten: int, answer: Any) -> None:
    """Drive the package as its own script for one core does."""
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115, PTH123
    from flee import InputGeography, flee, spawning
    from flee.datamanager import handle_refugee_data, read_period
    from flee.SimulationSettings import SimulationSettings

    case, inputs = Path(folder), Path(folder) / "input_csv"
    with TemporaryDirectory() as work:
        yml = Path(work) / "simsetting.yml"
        yml.write_text(SETTINGS.format(hasten=hasten))
        SimulationSettings.ReadFromYML(str(yml))
        SimulationSettings.ConflictInputFile = str(inputs / "conflicts.csv")
        start, days = read_period.read_conflict_period(str(inputs / "sim_period.csv"))
        world = flee.Ecosystem()
        geography = InputGeography.InputGeography()
        geography.ReadLocationsFromCSV(str(inputs / "locations.csv"))
        geography.ReadLinksFromCSV(str(inputs / "routes.csv"))
        geography.ReadClosuresFromCSV(str(inputs / "closures.csv"))
        world, by_name = geography.StoreInputGeographyInEcosystem(world)
        data = handle_refugee_data.RefugeeTable(
            csvformat="generic",
            data_directory=str(case / "source_data"),
            start_date=start,
            data_layout="data_layout.csv",
            population_scaledown_factor=hasten,
        )
        corrections = inputs / "registration_corrections.csv"
        if corrections.exists():
            data.ReadL1Corrections(str(corrections))
        for place in world.locations:
            if place.camp:
                spawning.add_initial_refugees(world, data, by_name[place.name])
        begun = time.perf_counter()
        agent_days = 0
        for day in range(days):
            geography.AddNewConflictZones(world, day)
            spawning.spawn_daily_displaced(world, day, data, SumFromCamps=True)
            spawning.refresh_spawn_weights(world)
            world.enact_border_closures(day)
            world.evolve()
            agent_days += world.numAgents()
    answer.put(Measured(time.perf_counter() - begun, peak_megabytes(), agent_days))


def run_havenline(folder: str, hasten: int, times: int, answer: Any) -> None:
    """Run the same rules, to the letter, on the same folder with ``times`` the people."""
    case = larger(open_flee(folder), times)
    shipped = FleeSettings()
    simulate_case(case, rules="flee-exact", futures=1, hasten=hasten, settings=shipped, workers=1)
    begun = time.perf_counter()
    run = simulate_case(
        case, rules="flee-exact", futures=3, seed=1, hasten=hasten, settings=shipped, workers=1
    )
    seconds = time.perf_counter() - begun
    person_days = int(run["present"].sum() + run["elsewhere"].sum()) / hasten
    answer.put(Measured(seconds / 3, peak_megabytes(), person_days / 3))


def larger(case: Case, times: int) -> Case:
    """Return the case with ``times`` as many people and places."""
    if times == 1:
        return case

    def more(counts: Counts) -> Counts:
        return Counts(days=counts.days, persons=np.asarray(counts.persons * times))

    read = case.as_flee()
    return dataclasses.replace(
        read,
        locations=tuple(
            dataclasses.replace(p, persons=p.persons * times, capacity=p.capacity * times)
            for p in read.locations
        ),
        counts={at: more(c) for at, c in read.counts.items()},
        others={name: more(c) for name, c in read.others.items()},
        total=more(read.total),
        registered={},
        flee_reading=FleeReading(),
    )


def measured(work: Callable[..., None], minutes: float, *arguments: Any) -> Measured | None:
    """Run in a process of its own; None where it does not end in time."""
    context = mp.get_context("spawn")
    answer: Any = context.Queue()
    process = context.Process(target=work, args=(*arguments, answer))
    process.start()
    until = time.monotonic() + 60 * minutes
    while process.is_alive() and answer.empty() and time.monotonic() < until:
        process.join(0.2)
    found: Measured | str | None = None if answer.empty() else answer.get()
    process.kill()
    process.join()
    if isinstance(found, str):
        sys.exit(f"Flee stopped: {found}")
    return found


def line(name: str, found: Measured | None) -> str:
    """Return one line of the table."""
    if found is None:
        return f"{name:44s} did not end in the time given"
    return (
        f"{name:44s} {found.seconds:9.3f} s {found.megabytes:7.0f} MB "
        f"{found.person_days:14,.0f} person-days {found.per_second:15,.0f} a second"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("case", type=Path)
    parser.add_argument("--minutes", type=float, default=10.0, help="for each run of Flee")
    parser.add_argument("--hasten", type=int, default=100)
    given = parser.parse_args()
    if importlib.util.find_spec("flee") is None:
        sys.exit("the package flee is not installed; pip install -e '.[bench]'")
    folder = str(given.case)
    for hasten in (given.hasten, 1):
        people = "everybody" if hasten == 1 else f"an agent for {hasten} persons"
        theirs = measured(run_flee, given.minutes, folder, hasten)
        ours = measured(run_havenline, 60.0, folder, hasten, 1)
        print(line(f"Flee, {people}", theirs), flush=True)
        print(line(f"Havenline flee-exact, {people}", ours), flush=True)
        if theirs and ours:
            print(
                f"ratio: {ours.per_second / theirs.per_second:,.0f} times the person-days a second"
            )
    for times in (10, 100):
        found = measured(run_havenline, 60.0, folder, 1, times)
        print(line(f"Havenline flee-exact, {times} times the people", found), flush=True)


if __name__ == "__main__":
    main()
