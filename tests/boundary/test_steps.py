"""The table of steps and the compiled loop name the same steps in the same order."""

from __future__ import annotations

import ast
from pathlib import Path

from havenline.movement import day
from havenline.movement.day import STEPS

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
    results = {"cost", "newly displaced", "onward attempts"}
    read = {part for step in STEPS for part in step.reads}
    written = {part for step in STEPS for part in step.writes}
    assert written - read <= results
