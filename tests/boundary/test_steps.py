"""What each step declares is what its code does: reads, writes, parameters, place in the day."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from havenline.crisis.parameters import default_table
from havenline.engine import day
from havenline.engine.day import ORDER, STEPS
from havenline.engine.measures import MEASURES
from havenline.engine.state import PARTS, SCRATCH, State
from havenline.engine.step import Step

SOURCE = Path(day.__file__).read_text(encoding="utf-8")
PART_OF = {field: part for part, fields in PARTS.items() for field in fields}
PART_OF |= {name: name for name in MEASURES}
INNER = {
    "near",
    "near_km",
    "rank",
    "stale",
    "choice",
    "choice_count",
    "choice_day",
    "counts",
    "course",
}
INNER |= {"flight", "books", "place", "own", *SCRATCH}
INNER |= {"fault", "people", "longest", "cut", "cut_sets"}
"""Choice sets and book-keeping, which follow from other parts; whose people live where, which never
changes; and the records that hold fields."""
OF_THE_RUN = {"plan": "option", "record": "record"}
ACCOUNTS = {m.name for m in STEPS["ledger"].measures}


def called(name: str, source: str) -> list[str]:
    """Return ``X`` of every call ``X.step(...)`` in a function, in the order of the lines."""
    (function,) = (
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and node.name == name
    )
    calls = [
        (node.lineno, node.func.value.id)
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "step"
        and isinstance(node.func.value, ast.Name)
    ]
    return [name for _, name in sorted(calls)]


def test_the_loop_calls_the_steps_of_the_table_in_order() -> None:
    assert called("walk", SOURCE) == list(STEPS)


def test_every_file_of_the_steps_has_its_place_in_the_day() -> None:
    folder = Path(inspect.getfile(ORDER[0])).parent
    assert {p.stem for p in folder.glob("*.py")} - {"__init__"} == set(STEPS)


def test_every_field_of_the_state_belongs_to_a_part() -> None:
    fields = {*State._fields}
    for record in ("counts", "course", "flight", "offensive", "place"):
        (dtype,) = {getattr(a_state(), record).dtype}
        fields |= set(dtype.names)
    assert fields - INNER == set(PART_OF) - {"free_trip", "on_the_way", "stranded"}


def a_state() -> State:
    from tests.crises_random import Walk, crisis_of, job_of, towns_in_a_row

    return Walk(job_of(crisis_of(towns_in_a_row()))).state


@cache
def function_of(kernel: Any) -> tuple[ast.FunctionDef, ModuleType]:
    """Return the source of a kernel and the module that it stands in."""
    module = inspect.getmodule(kernel.py_func)
    assert module is not None
    (node,) = (
        n
        for n in ast.parse(inspect.getsource(module)).body
        if isinstance(n, ast.FunctionDef) and n.name == kernel.py_func.__name__
    )
    return node, module


def kernels_called(kernel: Any) -> Iterator[Any]:
    """Yield the kernels of the engine that a kernel calls."""
    node, module = function_of(kernel)
    for call in ast.walk(node):
        if not isinstance(call, ast.Call):
            continue
        found: Any = None
        if isinstance(call.func, ast.Name):
            found = getattr(module, call.func.id, None)
        elif isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
            inner = getattr(module, call.func.value.id, None)
            found = getattr(inner, call.func.attr, None) if inspect.ismodule(inner) else None
        if hasattr(found, "py_func") and not found.__module__.startswith("havenline.draws"):
            yield found


def everything_called(kernel: Any) -> list[Any]:
    """Return a kernel and all that it calls, directly or not."""
    seen = [kernel]
    for one in seen:
        seen.extend(k for k in kernels_called(one) if k not in seen)
    return seen


def field_of(node: ast.AST) -> str | None:
    """Return the name that an expression ends in, looking through indices."""
    while isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None


OUTPUTS = {"all_shortest": ("dist", "pred"), "reroute_around": ("dist", "pred"),
           "measure_from_seeds": ("fronts",)}  # fmt: skip
"""What the functions of the road network write."""
OF_JOURNEYS = {"trip", "one", "kept", "slot", "listed", "choice", "only", "to"}
"""Names of records whose fields are not those of the state."""


def touched(kernel: Any) -> tuple[set[str], set[str]]:
    """Return the parts that a kernel reads and writes, with what it calls."""
    read, written = set[str](), set[str]()
    for one in everything_called(kernel):
        node, _ = function_of(one)
        targets: list[ast.AST] = []
        local = {
            name.id
            for part in ast.walk(node)
            if isinstance(part, ast.Assign)
            for target in part.targets
            for name in ast.walk(target)
            if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
        }
        for part in ast.walk(node):
            if isinstance(part, ast.Assign):
                targets += [t for t in part.targets if not isinstance(t, ast.Name | ast.Tuple)]
            elif isinstance(part, ast.AugAssign) and not isinstance(part.target, ast.Name):
                targets.append(part.target)
            if isinstance(part, ast.Call):
                written |= {PART_OF[f] for f in OUTPUTS.get(field_of(part.func) or "", ())}
            alias = isinstance(part, ast.Name) and part.id in local
            if isinstance(part, ast.Attribute | ast.Name) and of_the_state(part) and not alias:
                read.add(PART_OF[part.attr if isinstance(part, ast.Attribute) else part.id])
            if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
                read |= (
                    {OF_THE_RUN[part.value.id]} & {*OF_THE_RUN.values()}
                    if (part.value.id in OF_THE_RUN)
                    else set()
                )
        for target in targets:
            inner = target
            while isinstance(inner, ast.Subscript):
                inner = inner.value
            if of_the_state(inner):
                written.add(PART_OF[str(field_of(inner))])
    return read, written


def of_the_state(node: ast.AST) -> bool:
    """Whether an expression names a field of the state."""
    if isinstance(node, ast.Name):
        return node.id in PART_OF and node.id in State._fields
    if not isinstance(node, ast.Attribute) or node.attr not in PART_OF:
        return False
    root: ast.AST = node
    while isinstance(root, ast.Attribute | ast.Subscript):
        root = root.value
    return getattr(root, "id", "") not in {"net", "values", "plan", "record", *OF_JOURNEYS}


@pytest.mark.parametrize("name", STEPS)
def test_a_step_reads_and_writes_what_it_declares(name: str) -> None:
    step, module = STEPS[name], ORDER[list(STEPS).index(name)]
    read, written = touched(module.step)
    if name == "ledger":
        written = {"accounts" if w in ACCOUNTS else w for w in written}
        read -= ACCOUNTS
    own = {m.name for m in step.measures}
    assert written == set(step.writes)
    assert read - own - written <= set(step.reads)
    assert set(step.reads) <= read


@pytest.mark.parametrize("name", STEPS)
def test_a_step_says_what_it_does_in_one_sentence(name: str) -> None:
    assert STEPS[name].what.endswith(".")
    assert STEPS[name].reads


def test_every_part_that_a_step_writes_is_read_or_is_a_result() -> None:
    results = {part for measure in MEASURES.values() for part in measure.of}
    read = {part for step in STEPS.values() for part in step.reads}
    written = {part for step in STEPS.values() for part in step.writes}
    assert written - read - {"accounts", "arrivals", "departures"} <= results | set(MEASURES)
    assert results <= written


def test_the_names_of_measures_and_fields_are_given_once() -> None:
    names = [m.name for step in STEPS.values() for m in step.measures]
    fields = [f for step in STEPS.values() for f, _ in (*step.course, *step.place)]
    assert len({*names, *fields}) == len(names) + len(fields)


def values_used(kernel: Any) -> set[str]:
    """Return the parameters that a kernel uses, with those of the kernels it calls."""
    return {
        node.attr
        for one in everything_called(kernel)
        for node in ast.walk(function_of(one)[0])
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "values"
    }


@pytest.mark.parametrize("name", STEPS)
def test_a_step_names_the_parts_of_the_parameters_that_it_uses(name: str) -> None:
    step: Step = STEPS[name]
    part_of = {row.name: row.part for row in default_table()}
    used = {part_of[v] for v in values_used(ORDER[list(STEPS).index(name)].step)}
    assert used == set(step.parts)


def test_a_step_that_is_not_as_declared_is_found() -> None:
    """The search itself: what flight writes is seen through the kernels that it calls."""
    read, written = touched(ORDER[list(STEPS).index("flight")].step)
    assert {"people", "calendar", "newly_displaced", "movements"} <= written
    assert {"record", "option", "events", "offensive"} <= read
    assert "abroad" not in written
    assert np.all([n in PART_OF.values() for n in written])
