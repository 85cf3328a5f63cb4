"""The table of steps and the compiled loop name the same steps in the same order."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from types import ModuleType

import pytest

from havenline.crisis.parameters import default_table
from havenline.engine import day
from havenline.engine.steps.table import STEPS, Step
from havenline.outcomes.rests import SERIES_FROM

SOURCE = Path(day.__file__).read_text(encoding="utf-8")


def steps_called(source: str) -> list[str]:
    """Return ``X`` of every call ``X.step(...)`` in ``run_days``, in the order of the lines."""
    (function,) = (
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and node.name == "run_days"
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
    assert steps_called(SOURCE) == [step.name for step in STEPS]


def test_every_step_is_a_module_of_its_own_with_a_step_function() -> None:
    for step in STEPS:
        assert callable(getattr(day, step.name).step)
    assert len({step.name for step in STEPS}) == len(STEPS)


def test_every_step_says_what_it_does_in_one_sentence() -> None:
    for step in STEPS:
        assert step.what.endswith(".")
        assert step.reads


def test_every_part_that_a_step_writes_is_read_or_is_a_result() -> None:
    results = {part for parts in SERIES_FROM.values() for part in parts}
    read = {part for step in STEPS for part in step.reads}
    written = {part for step in STEPS for part in step.writes}
    assert written - read <= results
    assert results <= written


def values_used(module: ModuleType, seen: set[str]) -> set[str]:
    """Return the parameters that a module of a step uses, with those of the modules it calls."""
    if module.__name__ in seen:
        return set()
    seen.add(module.__name__)
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "values"
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(HELPERS):
            for name in node.names:
                inner = getattr(module, name.asname or name.name, None)
                if isinstance(inner, ModuleType) and inner.__name__.split(".")[-1] not in NAMES:
                    used |= values_used(inner, seen)
            if node.module in ALWAYS:
                used |= values_used(sys.modules[node.module], seen)
    return used


HELPERS = ("havenline.engine",)
ALWAYS = ("havenline.engine.destination", "havenline.engine.journey")
"""Modules that are no steps and are called by name."""
NAMES = {step.name for step in STEPS}


@pytest.mark.parametrize("step", STEPS, ids=lambda s: s.name)
def test_a_step_names_the_parts_of_the_parameters_that_it_uses(step: Step) -> None:
    part_of = {row.name: row.part for row in default_table()}
    module = getattr(day, step.name)
    own = Path(str(module.__file__)).stem
    assert own == step.name
    used = values_used(module, set()) & set(part_of)
    parts = {part_of[name] for name in used}
    assert parts <= set(step.parts)
    assert set(step.parts) <= parts | set(SHARED.get(step.name, ()))


SHARED = {
    "truce": ("containment",),
    "aid": ("containment",),
}
"""Parts whose values a step uses through another step's module."""
