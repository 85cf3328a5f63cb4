"""Run the first engine beside this one on one small crisis, step by step.

The first engine (commit e55a332, folder format 1) knew one attacker, one defender and one border.
Unpack it beside the repository, then run from the repository root, some five minutes::

    git archive e55a332 | tar -x -C DIR
    python -m scripts.first_version --old DIR --old-cache DIR [--step NAME] [--undo] [--record FILE]

Both engines run in processes of their own, on the crisis that the old ``havenline init`` makes with
the changes of `small_crisis`, with the same values of all parameters that both know, the same seed
and so, where the form of a draw is as it was, the same luck. What the old engine did not have is
switched off (``NEW_OFF``). Differences are taken future by future.

With ``--undo`` each difference is put to the test: what explains it is undone (a setting, a table
left out, or a few lines of copies of the two engines, ``PATCHES``) and the numbers have to meet.
With ``--but`` one cause is left in: what does not meet then is due to it.
With ``--record`` the means of the old engine are written for the test
``tests/engine/test_first_version.py``.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

COMMIT = "e55a332"
FUTURES, DAYS = 400, 40
RECORDED_DAYS = (10, 20, 40)
MOST = 4.0
"""Standard errors beyond which a difference is one."""

Table = list[dict[str, str]]
Series = Mapping[str, NDArray[np.float64]]
"""Each figure by future and day, by its name."""

DAILY = (
    "in_captured_places",
    "offensive_running",
    "newly_displaced",
    "movements",
    "displaced_present",
    "unsheltered",
    "near_border",
    "entries",
    "returned",
    "killed",
)
"""Daily figures that both engines write."""

TOWNS = ("alderford", "birchmill", "cedarwell", "dunstow", "fenwick", "gorse_camps", "hazel_gate")
OPTIONS = """options:
  - {id: no_deal, name: No deal, summary: As it goes., baseline: true, levers: []}
  - id: truce
    name: Truce
    summary: A truce from the first day.
    levers: [{lever: truce, start: 1}]
  - id: open_border
    name: Open border
    summary: The border opens.
    levers: [{lever: border, neighbour: plainland, start: 5, regime: open}]
"""

NEW_OFF: Mapping[str, float] = {
    "front_freeze_rate": 0.0,
    "front_thaw_rate": 0.0,
    "front_built_up": 1.0,
    "rout_rate": 0.0,
    "flight_frailty": 0.0,
    "flight_built_up_reach": 1.0,
    "flight_attackers_side": 0.0,
    "flight_captured": 0.0,
    "flight_at_capture": 0.0,
    "flight_pause": 1.0,
    "flight_announced": 0.0,
    "flight_fear": 0.0,
    "destination_area_sd": 0.0,
    "destination_safe_km": 0.0015,  # the least: safe wherever the front is not
    "border_shelter": 1.0,
    "refuge_hostile": 0.0,
    "violence_behind": 0.0,
    "violence_lasting": 0.0,
    "return_abroad": 0.0,
    "return_damaged": 0.0,
    "return_quiet_days": 0.002,  # the least
    "return_far_km": 12000.0,  # the most: with the next, return under a truce alone
    "return_unsettled": 0.0,
    "return_wary": 0.0,
    "onward_opening_rate": 0.0,
    "onward_new": 1.0,
}
"""What the first engine did not have, off or set so that it changes nothing."""

OLD_OFF: Mapping[str, float] = {"stayers_far": 0.0, "stayers_near": 0.0}
"""What only the first engine had: a share that never leaves. This one has frailty in its place."""

BOTH: Mapping[str, float] = {
    "front_speed": 1.0,
    "front_start_share": 0.3,
    "return_monthly": 0.3,
    "return_decay_months": 9000.0,  # the old engine's most: no fading
    "return_other_side": 0.0,
    "offensive_start_rate": 0.0,
    "offensive_end_rate": 0.0,
    "truce_cure_share": 1.0,
    "erosion_pace": 0.0,
}
"""Values of both engines; whatever else both know has the value of its first row."""

LAWS = ("front_speed", "return_monthly", "return_decay_months", "return_other_side")
"""Parameters of both of which the prior has changed."""

STILL = {"front_axis_share": 0.0}
DRIVEN = {"front_axis_share": 1.0, "front_speed_spread": 0.0}
NOBODY_FLEES = {"flight_front": 0.0, "flight_bombardment": 0.0, "flight_background": 0.0}
NOBODY_DIES = {"violence_killed": 0.0}
NOBODY_RETURNS = {"return_monthly": 0.0}
ALIKE = {
    "tempo_sd": 0.0,
    "flight_level_sd": 0.0,
    "flight_level_between": 0.0,
    "flight_shock_sd": 0.0,
    "destination_pull_sd": 0.0,
}
"""Futures differ by the luck of persons and events alone, so that small differences show."""
FLIGHT = {**STILL, **NOBODY_RETURNS, **ALIKE}


@dataclass(frozen=True)
class Step:
    """A comparison of the two engines.

    Attributes
    ----------
    name, what : str
        A word, and what it adds.
    both, old, new : mapping of str to float
        Settings of both engines and of one, over the values that hold everywhere.
    parts : tuple of str
        Parts of the example that are kept; see `small_crisis`.
    figures : tuple of str
        Option and figure, as "no_deal movements".
    undo_old, undo_new : mapping of str to float
        Settings that undo what explains a difference, beside the patches.
    undo_parts : bool
        Whether the parts are left out to undo it.
    drawn : bool
        Whether the values that both engines draw alike are drawn.
    """

    name: str
    what: str
    figures: tuple[str, ...]
    both: Mapping[str, float] = field(default_factory=dict)
    old: Mapping[str, float] = field(default_factory=dict)
    new: Mapping[str, float] = field(default_factory=dict)
    parts: tuple[str, ...] = ()
    undo_old: Mapping[str, float] = field(default_factory=dict)
    undo_new: Mapping[str, float] = field(default_factory=dict)
    undo_parts: bool = False
    drawn: bool = False


STEPS = (
    Step(
        "front",
        "the front alone, every axis at one speed",
        ("no_deal in_captured_places",),
        {**DRIVEN, **ALIKE, **NOBODY_FLEES, **NOBODY_DIES, **NOBODY_RETURNS},
    ),
    Step(
        "axes",
        "which axes move and how fast is drawn, and the tempo",
        ("no_deal in_captured_places",),
        {**NOBODY_FLEES, **NOBODY_DIES, **NOBODY_RETURNS},
    ),
    Step(
        "pauses",
        "the offensive pauses and starts again",
        ("no_deal in_captured_places", "no_deal offensive_running"),
        {
            **NOBODY_FLEES,
            **NOBODY_DIES,
            **NOBODY_RETURNS,
            "offensive_start_rate": 0.05,
            "offensive_end_rate": 0.05,
        },
    ),
    Step(
        "flight",
        "people flee from a front that stands",
        ("no_deal newly_displaced", "no_deal movements"),
        {**FLIGHT, **NOBODY_DIES, "flight_bombardment": 0.0},
    ),
    Step(
        "shelling",
        "and from violence; where they go",
        (
            "no_deal newly_displaced",
            "no_deal movements",
            "no_deal share alderford",
            "no_deal share fenwick",
            "no_deal share gorse_camps",
            "no_deal unsheltered",
            "truce newly_displaced",
        ),
        {**FLIGHT, **NOBODY_DIES},
    ),
    Step("harm", "violence kills", ("no_deal killed", "no_deal newly_displaced"), FLIGHT),
    Step(
        "border",
        "the border closed, and opened",
        ("no_deal entries", "no_deal near_border", "open_border entries"),
        FLIGHT,
    ),
    Step(
        "return",
        "under a truce people go home",
        ("truce returned", "truce movements"),
        {**STILL, **ALIKE},
    ),
    Step(
        "moving",
        "all of it with a front that moves",
        (
            "no_deal in_captured_places",
            "no_deal newly_displaced",
            "no_deal movements",
            "no_deal killed",
            "no_deal share fenwick",
            "open_border entries",
        ),
        {**DRIVEN, **ALIKE, **NOBODY_RETURNS},
    ),
    Step(
        "slow",
        "the same without shelling, the level drawn: many hazards are small",
        ("no_deal newly_displaced", "no_deal share fenwick"),
        {
            **DRIVEN,
            **NOBODY_RETURNS,
            **NOBODY_DIES,
            "tempo_sd": 0.0,
            "flight_bombardment": 0.0,
        },
    ),
    Step(
        "luck",
        "level, tempo, shocks and pull are drawn, the front stands",
        ("no_deal newly_displaced", "no_deal movements", "open_border entries"),
        {**STILL, **NOBODY_RETURNS},
    ),
    Step(
        "near",
        "towns within 10 km of the front",
        ("no_deal movements", "no_deal share cedarwell", "no_deal killed"),
        {**FLIGHT, "front_start_share": 0.8},
    ),
    Step(
        "sites",
        "camps have places",
        ("no_deal share gorse_camps", "open_border entries"),
        FLIGHT,
        parts=("sites",),
    ),
    Step(
        "village",
        "one place is a village",
        ("no_deal share fenwick", "open_border entries"),
        FLIGHT,
        parts=("village",),
    ),
    Step(
        "gate",
        "the gate is no town",
        ("no_deal near_border", "no_deal movements"),
        FLIGHT,
        parts=("gate",),
        undo_new={"border_pull": 5.0, "border_wait": 0.0, "border_known_open": 250.0},
    ),
    Step(
        "before",
        "a truce on record until the offensive",
        ("no_deal newly_displaced",),
        FLIGHT,
        parts=("truce",),
    ),
    Step(
        "records",
        "violent events on record",
        ("no_deal newly_displaced", "truce newly_displaced"),
        FLIGHT,
        parts=("violence",),
        undo_parts=True,
    ),
    Step(
        "counts",
        "a count of the displaced on record",
        ("no_deal newly_displaced", "no_deal movements"),
        FLIGHT,
        parts=("counts",),
    ),
    Step(
        "stayers",
        "the old engine's share that never leaves",
        ("no_deal newly_displaced",),
        FLIGHT,
        old={"stayers_far": 0.425, "stayers_near": 0.06},
        undo_old=OLD_OFF,
    ),
    Step(
        "home",
        "return by quiet at home",
        ("no_deal returned", "truce returned"),
        {**STILL, **ALIKE},
        new={"return_quiet_days": 7.0, "return_far_km": 4.0, "return_unsettled": 0.3},
        undo_new=NEW_OFF,
    ),
    Step(
        "together",
        "all of it, values drawn, truces fail",
        (
            "no_deal in_captured_places",
            "no_deal newly_displaced",
            "no_deal movements",
            "no_deal killed",
            "truce returned",
            "open_border entries",
        ),
        drawn=True,
    ),
)
"""The steps up to "luck" add one thing after another; the next add one each to "border"."""


@dataclass(frozen=True)
class Patch:
    """Lines of an engine that, changed, undo what explains a difference.

    Attributes
    ----------
    cause : str
        A word for what it undoes.
    engine : {"old", "new"}
    file : str
        In ``src/havenline``.
    before, after : str
    only : str
        The one step that it is for; all without.
    """

    cause: str
    engine: str
    file: str
    before: str
    after: str
    only: str = ""


_FLIGHT, _RULE = "engine/steps/flight.py", "engine/destination.py"
_VIOLENCE = "engine/steps/violence.py"
PATCHES = (
    # pull of places is set once a day, before arrivals
    Patch(
        "pull",
        "old",
        _FLIGHT,
        "        level.draw(values, state, key)\n    set_pull(net, values, state)\n",
        "        level.draw(values, state, key)\n",
    ),
    # up to how many persons destinations are drawn one by one: luck alone
    Patch("few", "old", _RULE, "FEW = 24", "FEW = 64"),
    # no wall at 10 km
    Patch("wall", "old", _RULE, "SAFE_KM = 10.0", "SAFE_KM = 0.0"),
    # camps draw by their places too
    Patch("sites", "old", _RULE, "(here + 1.0,", "(here + 1.0 + net.place[j].site_places,"),
    # villages host
    Patch("villages", "old", "world/world.py", '"camp_cluster"]', '"camp_cluster", "village"]'),
    # events get fewer as ground is lost, in place of gathering on what is left
    Patch(
        "events",
        "old",
        _VIOLENCE,
        '    page="violence",\n',
        '    page="violence",\n    course=(("most_near", "f8"),),\n',
    ),
    Patch(
        "events",
        "old",
        _VIOLENCE,
        "    level = 1.0\n",
        "    course = state.course[0]\n"
        "    course.most_near = max(course.most_near, total)\n    level = 1.0\n",
    ),
    Patch("events", "old", _VIOLENCE, "            / total\n", "            / course.most_near\n"),
    # people behind the front count among those far from it
    Patch(
        "behind",
        "old",
        _VIOLENCE,
        "            people += net.start[i].sum()\n",
        "            people += net.start[i].sum()\n"
        "        elif state.side[i] == 2 and state.place[i].far_side == 0:\n"
        "            people += net.start[i].sum()\n",
    ),
    # those on the road flee at the level learned, not at the factor that meets the count of the day
    Patch(
        "level",
        "old",
        _FLIGHT,
        '("wait_background", "f8"))',
        '("wait_background", "f8"), ("wait_again", "f8"))',
    ),
    Patch(
        "level",
        "old",
        _FLIGHT,
        "        times *= state.flight[0].tempo\n",
        "        times *= state.flight[0].tempo\n    learned = times\n",
    ),
    Patch(
        "level",
        "old",
        _FLIGHT,
        "            own.wait_background += scale",
        "            own.wait_again += learned * fighting_hazard(values, state, i)\n"
        "            own.wait_background += scale",
    ),
    Patch(
        "level",
        "old",
        _FLIGHT,
        "    own.wait_background = 0.0\n",
        "    own.wait_background = 0.0\n    again = own.wait_again\n    own.wait_again = 0.0\n",
    ),
    Patch(
        "level",
        "old",
        _FLIGHT,
        "            lam = values.flight_idp_ratio * fighting\n",
        "            lam = values.flight_idp_ratio * again\n"
        "        elif status == 1:\n            lam = background + again\n",
    ),
    Patch(
        "level",
        "old",
        _FLIGHT,
        "place.wait_fighting + place.wait_background >= G",
        "max(place.wait_fighting, place.wait_again) + place.wait_background >= G",
    ),
    # who is sheltered where home is takes a day to go home
    Patch(
        "road home",
        "old",
        "engine/steps/returns.py",
        "        if j == place:\n"
        "            add(state.persons, state.by_status, state.by_row, place, RETURNED, group, x)\n"
        "            state.counts[0].returned += x\n"
        "            continue\n"
        "        km = np.float64(state.dist[place, j])\n",
        "        km = np.float64(state.dist[place, j]) if j != place else 0.0\n",
    ),
    # a truce on record stands on the days of the past too
    Patch(
        "truce",
        "old",
        "engine/steps/truce.py",
        "        course.offensive = record.day[day].offensive\n",
        "        course.offensive = record.day[day].offensive\n"
        "        course.truce = 1 - course.offensive\n",
        only="before",
    ),
    # hazard that had gathered is lost when a place is taken
    Patch(
        "gathered",
        "new",
        _FLIGHT,
        "        plain = fighting_hazard(",
        "        if own.taken_on == day:\n"
        "            own.wait_fighting = 0.0\n"
        "            own.wait_again = 0.0\n"
        "            own.wait_background = 0.0\n"
        "        plain = fighting_hazard(",
    ),
)
"""What undoes the differences of form. They are for ``--undo`` alone, made in copies."""


def first_values(table: Path, names: Iterable[str] | None = None) -> dict[str, float]:
    """Return the value of the first row of each parameter that crises read.

    Parameters
    ----------
    table : Path
        A ``parameters.csv`` of the package.
    names : iterable of str, optional
        Keep these alone.

    Returns
    -------
    dict of str to float
    """
    wanted = None if names is None else set(names)
    values: dict[str, float] = {}
    with table.open(encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            if row["part"] != "allocation" and (wanted is None or row["name"] in wanted):
                values.setdefault(row["name"], float(row["value"]))
    return values


def settings(
    step: Step, shared: Mapping[str, float], *, old: bool, undo: bool = False
) -> dict[str, float]:
    """Return the settings of one engine for a step.

    Parameters
    ----------
    step : Step
    shared : mapping of str to float
        The value of every parameter that both engines know.
    old : bool
        For the old engine, else for this one.
    undo : bool
        With what undoes the difference.

    Returns
    -------
    dict of str to float
    """
    if step.drawn:
        values = {name: BOTH[name] for name in (*LAWS, "front_start_share")}
    else:
        values = {**shared, **BOTH}
    values |= step.both
    values |= {**OLD_OFF, **step.old} if old else {**NEW_OFF, **step.new}
    if undo:
        values |= step.undo_old if old else step.undo_new
    return values


def small_crisis(folder: Path, parts: Sequence[str] = ()) -> None:
    """Change the worked example of ``havenline init`` so that each process shows.

    Every town is an area of its own; the gate and Fenwick are towns. Sites, violent events, counts
    and a truce of before are left out.

    Parameters
    ----------
    folder : Path
        The example, of format 1 or 2; changed.
    parts : sequence of str
        What is left as the example has it: "sites", "violence", "counts", "truce", "village" (what
        Fenwick is), "gate" (what Hazel Gate is).
    """
    unused = ["control_counts", "bargaining", "dependences", "red_lines", "stakes", "supports"]
    unused.append("refuge")  # which format 1 did not have
    unused += [name for name in ("sites", "violence") if name not in parts]
    if "counts" not in parts:
        unused.append("observations")
        path = folder / "crisis.yaml"
        text = path.read_text(encoding="utf-8").replace("displaced_series: newly_displaced\n", "")
        path.write_text(text.split("\n# Past days", 1)[0] + "\n", encoding="utf-8")
    for name in unused:
        (folder / f"{name}.csv").unlink(missing_ok=True)

    places = _read(folder / "places.csv")
    areas = _read(folder / "areas.csv")
    for place in places:
        name = place["place_id"]
        if name in TOWNS:
            areas.append(
                {**areas[1], "area_id": f"of_{name}", "name": name, "level": "3"}
                | {"parent_id": place["area_id"], "area_km2": "1000"}
            )
            place["area_id"] = f"of_{name}"
        if (name == "fenwick" and "village" not in parts) or (
            name == "hazel_gate" and "gate" not in parts
        ):
            place["kind"] = "town"
    _write(folder / "places.csv", places)
    _write(folder / "areas.csv", areas)
    if "gate" not in parts:
        people = _read(folder / "populations.csv")
        people.append({**people[0], "place_id": "hazel_gate", "persons": "5000"})
        _write(folder / "populations.csv", people)
    if "truce" not in parts:
        happened = _read(folder / "happenings.csv")
        _write(folder / "happenings.csv", [h for h in happened if h["kind"] != "truce_start"])
    (folder / "options.yaml").write_text(OPTIONS, encoding="utf-8")


def _read(path: Path) -> Table:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _write(path: Path, rows: Table) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def figures(dataset: Any) -> dict[str, NDArray[np.float64]]:
    """Return every figure that is compared, by "option figure".

    Parameters
    ----------
    dataset : xarray.Dataset
        A result of either engine.

    Returns
    -------
    dict of str to (future, day) float64
        Shares are those of an area among all who have arrived anywhere since the as-of date.
    """
    found: dict[str, NDArray[np.float64]] = {}
    for option in dataset["option"].to_numpy():
        run = dataset.sel(option=option)
        for name in DAILY:
            found[f"{option} {name}"] = run[name].to_numpy().astype(np.float64)
        arrived = run["arrivals"].sum("group").to_numpy().astype(np.float64)
        arrived[:, 0] = 0.0
        arrived = arrived.cumsum(axis=1)
        whole = np.maximum(1.0, arrived.sum(axis=2))
        for a, area in enumerate(run["area"].to_numpy()):
            found[f"{option} share {str(area).removeprefix('of_')}"] = arrived[:, :, a] / whole
    return found


def errors_apart(old: NDArray[np.float64], new: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return, by day, how many standard errors of their difference two figures lie apart.

    Parameters
    ----------
    old, new : (future, day) float64
        The difference is taken future by future.

    Returns
    -------
    (day,) float64
        Infinite where the figures differ by the same in every future.
    """
    apart = new - old
    mean, error = apart.mean(axis=0), apart.std(axis=0, ddof=1) / np.sqrt(len(apart))
    errors: NDArray[np.float64] = np.where(mean == 0.0, 0.0, np.copysign(np.inf, mean))
    np.divide(mean, error, out=errors, where=error > 0.0)
    return errors


def work(jobs: Path, out: Path) -> None:
    """Run the jobs of a file with whatever engine is found; the part of a process of its own."""
    import havenline

    found: dict[str, NDArray[np.float64]] = {}
    for job in json.loads(jobs.read_text(encoding="utf-8")):
        result = havenline.simulate(
            havenline.open_crisis(Path(job["folder"])),
            futures=job["futures"],
            days=DAYS,
            workers=1,
            settings=job["settings"],
            options=job["options"],
        )
        for name, series in figures(result.dataset).items():
            found[f"{job['step']}|{name}"] = series
    print(havenline.__file__)
    np.savez(out, **found)  # type: ignore[arg-type]


class Engine:
    """One of the two engines, run in a process of its own.

    Parameters
    ----------
    source : Path
        The folder that holds the package ``havenline``.
    cache : Path or None
        Where its compiled code is kept; as the environment has it without.
    """

    def __init__(self, source: Path, cache: Path | None) -> None:
        self.source = source.resolve()
        self.environment = {**os.environ, "PYTHONPATH": str(self.source)}
        if cache is not None:
            cache.mkdir(parents=True, exist_ok=True)
            self.environment["NUMBA_CACHE_DIR"] = str(cache.resolve())

    @property
    def table(self) -> Path:
        """Its table of parameters."""
        return self.source / "havenline" / "crisis" / "parameters.csv"

    def call(self, *arguments: str) -> str:
        """Run Python with this engine and return what it printed."""
        done = subprocess.run(
            [sys.executable, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(done.stderr)
        return done.stdout

    def run(self, jobs: Sequence[Mapping[str, Any]], scratch: Path) -> dict[str, dict[str, Any]]:
        """Run jobs (see `work`) and return the figures of each step."""
        todo, out = scratch / "jobs.json", scratch / "out.npz"
        todo.write_text(json.dumps(jobs), encoding="utf-8")
        used = self.call(str(Path(__file__).resolve()), "--work", str(todo), str(out)).split()[-1]
        if self.source not in Path(used).resolve().parents:
            raise SystemExit(f"{used} was run in place of {self.source}")
        found: dict[str, dict[str, Any]] = {}
        with np.load(out) as file:
            for key in file.files:
                step, name = key.split("|")
                found.setdefault(step, {})[name] = file[key]
        return found

    def patched(
        self, which: str, only: str, but: Sequence[str], scratch: Path, cache: Path
    ) -> Engine:
        """Return a copy with the patches of an engine, but for some causes.

        Those for one step alone are made only for that step.
        """
        copy = scratch / f"{which}{only}"
        shutil.copytree(self.source, copy, ignore=shutil.ignore_patterns("__pycache__"))
        for patch in PATCHES:
            if patch.engine == which and patch.only in ("", only) and patch.cause not in but:
                path = copy / "havenline" / patch.file
                text = path.read_text(encoding="utf-8")
                if text.count(patch.before) != 1:
                    raise SystemExit(f"{patch.file}: not once: {patch.before}")
                path.write_text(text.replace(patch.before, patch.after), encoding="utf-8")
        return Engine(copy, cache / "-".join((which, only, *but)))


def jobs_of(
    steps: Iterable[Step],
    shared: Mapping[str, float],
    folders: Mapping[tuple[str, ...], Path],
    futures: int,
    *,
    old: bool,
    undo: bool = False,
) -> list[dict[str, Any]]:
    """Return the jobs of one engine, as `work` reads them."""
    return [
        {
            "step": step.name,
            "folder": str(folders[() if undo and step.undo_parts else step.parts]),
            "settings": settings(step, shared, old=old, undo=undo),
            "options": sorted({figure.split()[0] for figure in step.figures}),
            "futures": futures,
        }
        for step in steps
    ]


HEAD = (
    f"{'step':<9}{'option':<12}{'figure':<19}{'old':>8}{'new':>8}"
    f"{'ratio':>7}{'s.e.':>6}{'undone':>9}"
)


def number(value: float) -> str:
    """Write a mean."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def met(old: NDArray[np.float64], new: NDArray[np.float64]) -> str:
    """Say how far two figures lie apart on the worst day: "same" where no future differs."""
    if np.array_equal(old, new):
        return "same"
    return f"{np.abs(errors_apart(old, new)).max():.1f}"


def line(step: Step, figure: str, old: Series, new: Series, undone: str) -> str:
    """Write one line of the table."""
    option, name = figure.split(" ", 1)
    a, b = old[figure], new[figure]
    first, second = a[:, -1].mean(), b[:, -1].mean()
    ratio = f"{second / first:.3f}" if first else "-" if second else "1.000"
    return (
        f"{step.name:<9}{option:<12}{name:<19}{number(first):>8}{number(second):>8}"
        f"{ratio:>7}{met(a, b):>6}{undone:>9}"
    )


def record(
    path: Path,
    steps: Iterable[Step],
    shared: Mapping[str, float],
    old: Mapping[str, Series],
    new: Mapping[str, Series],
) -> None:
    """Write what the test holds this engine to: old means, and whether and how it differs.

    ``holds`` is "meets" where old and new lie within half of `MOST` standard errors of both, as
    runs of their own, "differs" where they lie beyond twice as many; others are left out.
    """
    rows: Table = [
        {"step": "", "figure": name, "day": "", "old": repr(value), "error": "", "holds": ""}
        | {"ratio": "", "commit": COMMIT}
        for name, value in sorted(shared.items())
    ]
    for step in steps:
        for figure in step.figures:
            for day in RECORDED_DAYS:
                a, b = old[step.name][figure][:, day], new[step.name][figure][:, day]
                error = float(a.std(ddof=1) / np.sqrt(len(a)))
                wide = float(np.hypot(error, b.std(ddof=1) / np.sqrt(len(b))))
                apart = abs(b.mean() - a.mean())
                holds = "meets" if apart <= 0.5 * MOST * wide else ""
                holds = "differs" if apart > 2.0 * MOST * wide else holds
                if holds:
                    ratio = f"{b.mean() / a.mean():.4f}" if holds == "differs" and a.any() else ""
                    rows.append(
                        {"step": step.name, "figure": figure, "day": str(day)}
                        | {"old": f"{a.mean():.6g}", "error": f"{error:.4g}", "holds": holds}
                        | {"ratio": ratio, "commit": COMMIT}
                    )
    _write(path, rows)


def main(arguments: Sequence[str] | None = None) -> None:
    """Compare the engines and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--old", type=Path, help=f"folder with the archive of {COMMIT}")
    parser.add_argument("--old-cache", type=Path, help="folder for its compiled code")
    parser.add_argument("--step", action="append", choices=[step.name for step in STEPS])
    parser.add_argument("--futures", type=int, default=FUTURES)
    parser.add_argument("--undo", action="store_true", help="put each explanation to the test")
    parser.add_argument(
        "--but",
        action="append",
        default=[],
        choices=sorted({patch.cause for patch in PATCHES}),
        help="with --undo: leave this cause in, to see what it explains",
    )
    parser.add_argument("--record", type=Path, help="write the old means to this file")
    parser.add_argument("--work", nargs=2, type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.work:
        work(*given.work)
        return
    if given.old is None or given.old_cache is None:
        parser.error("--old and --old-cache are needed")
    steps = [step for step in STEPS if given.step is None or step.name in given.step]
    new = Engine(Path(__file__).resolve().parent.parent / "src", None)
    old = Engine(given.old / "src", given.old_cache)
    names = first_values(old.table)
    shared = first_values(old.table, first_values(new.table))
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        folders = {}
        for parts in {(), *(step.parts for step in steps)}:
            folders[parts] = scratch / "-".join(("crisis", *parts))
            old.call("-m", "havenline", "init", str(folders[parts]))
            small_crisis(folders[parts], parts)
        before = old.run(jobs_of(steps, shared, folders, given.futures, old=True), scratch)
        after = new.run(jobs_of(steps, shared, folders, given.futures, old=False), scratch)
        undone: dict[str, tuple[Series, Series]] = {}
        if given.undo:
            changed = new.patched("new", "", given.but, scratch, given.old_cache)
            todo = jobs_of(steps, shared, folders, given.futures, old=False, undo=True)
            news = changed.run(todo, scratch)
            own = {patch.only for patch in PATCHES if patch.only}
            groups = {only: [step for step in steps if step.name == only] for only in own}
            groups[""] = [step for step in steps if step.name not in own]
            for only, chosen in groups.items():
                if chosen:
                    copy = old.patched("old", only, given.but, scratch, given.old_cache)
                    todo = jobs_of(chosen, shared, folders, given.futures, old=True, undo=True)
                    for name, series in copy.run(todo, scratch).items():
                        undone[name] = (series, news[name])
    print(f"{len(names)} parameters then, {len(shared)} of them now; {given.futures} futures")
    print(HEAD)
    for step in steps:
        for figure in step.figures:
            pair = undone.get(step.name)
            said = met(pair[0][figure], pair[1][figure]) if pair else ""
            print(line(step, figure, before[step.name], after[step.name], said).rstrip())
    if given.record:
        record(given.record, steps, shared, before, after)


if __name__ == "__main__":
    main()
