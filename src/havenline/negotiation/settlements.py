"""Which settlements are run: part of the space, standing and collapsing, and ways without one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from havenline.crisis import Crisis
from havenline.crisis.levers import LineLever, TruceLever
from havenline.crisis.parameters import Parameter
from havenline.negotiation.emulator import spread_out
from havenline.negotiation.runs import (
    COLLAPSES,
    STANDS,
    Course,
    Measured,
    border_regime,
    haven_depth,
    measure,
)
from havenline.negotiation.terms import (
    Terms,
    as_option,
    draw_moved_lines,
    features,
    list_terms,
    match_terms,
    read_lines,
)
from havenline.negotiation.zone import Floats, Ints

NONE = "no deal"
RUNS = 40
"""Settlements that are run; the rest of the space is emulated."""


@dataclass(frozen=True)
class Branch:
    """A way on without a settlement, with the terms that hold on it."""

    name: str
    course: int
    terms: Mapping[str, float]


@dataclass(frozen=True)
class Ran:
    """What was run: the courses of ways without a settlement, and of some settlements twice.

    Attributes
    ----------
    measured : Measured
    terms : tuple of Terms
        The whole space.
    run : (runs,) int64
        Rows of the space that were run.
    stands, falls : (runs,) int64
        Courses of each: standing, collapsing.
    branches : dict of str to Branch
        "no deal" (left to itself), "offensive", "frozen front" and, where an option of the crisis
        has one, "partial deal".
    depth : (settlements,) float64
        Kilometres from the border of the neighbour within which nine of ten places of the haven
        lie; NaN where the crisis draws no border.
    """

    measured: Measured
    terms: tuple[Terms, ...]
    run: Ints
    stands: Ints
    falls: Ints
    branches: dict[str, Branch]
    depth: Floats


def run_settlements(
    crisis: Crisis,
    parameters: Mapping[str, Parameter],
    *,
    futures: int,
    seed: int,
    runs: int = RUNS,
    as_of: dt.date | None = None,
    days: int | None = None,
    workers: int | None = None,
    settings: Mapping[str, float] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Ran, dict[str, int]]:
    """Run part of the space of settlements, and the ways without one.

    Parameters
    ----------
    crisis : Crisis
    parameters : mapping of str to Parameter
        As known at the as-of date, with the settings.
    futures, seed, runs, as_of, days, workers, settings, progress
        As for `havenline.negotiate`.

    Returns
    -------
    ran : Ran
    proposals : dict of str to int
        Options of the crisis that are settlements, with their row of the space.
    """
    border = border_regime(crisis, as_of)
    lines = read_lines(crisis)
    drawn = draw_moved_lines(crisis, lines)
    space = list_terms(lines, border)
    proposals: dict[str, int] = {}
    for option in crisis.options:
        terms = match_terms(option, lines, border)
        if terms is not None and terms in space:
            proposals[option.id] = space.index(terms)
    chosen = spread_out(features(space), list(proposals.values()), max(runs, 12))
    baseline = next(o for o in crisis.options if o.baseline)
    plain = {"guarantee": 0.0, "aid": 1.0, "border": border / 2.0, "listed_groups": 0.0}
    courses = [
        Course(baseline),
        Course(baseline, offensive=True),
        Course(baseline, offensive=False),
    ]
    branches = {
        NONE: Branch(NONE, 0, plain),
        "offensive": Branch("offensive", 1, plain),
        "frozen front": Branch("frozen front", 2, plain),
    }
    partial = next(
        (
            o
            for o in crisis.options
            if any(isinstance(x, TruceLever) for x in o.levers)
            and not any(isinstance(x, LineLever) for x in o.levers)
        ),
        None,
    )
    if partial is not None:
        terms = match_terms(partial, lines, border)
        assert terms is not None
        values = {name: terms.value(name) for name in plain}
        branches["partial deal"] = Branch("partial deal", len(courses), values)
        courses.append(Course(partial))
    stands, falls = [], []
    for row in chosen:
        option = as_option(space[row], drawn, border, parameters)
        stands.append(len(courses))
        courses.append(Course(option, STANDS))
        falls.append(len(courses))
        courses.append(Course(option, COLLAPSES))
    measured = measure(
        drawn, courses, futures=futures, seed=seed, as_of=as_of, days=days, workers=workers,
        settings=settings, progress=progress,
    )  # fmt: skip
    depth = haven_depth(drawn, space, as_of)
    run, up, down = (np.array(x, dtype=np.int64) for x in (chosen, stands, falls))
    return Ran(measured, space, run, up, down, branches, depth), proposals
