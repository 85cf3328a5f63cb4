"""Fixtures for all tests."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from havenline import simulate  # before numba, so that kernels are compiled and kept at one level
from havenline.crisis import builtin_crises, open_crisis


def pytest_sessionstart(session: pytest.Session) -> None:
    """Compile before several workers start, which would else each compile the same."""
    if session.config.getoption("numprocesses", None):
        simulate(open_crisis(builtin_crises()[0]), futures=1, days=1, options=[])


LONGEST = ("test_new_process.py", "test_page.py", "test_hostile.py", "test_simulation.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that no worker is left with one at the end."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.fixture(scope="session")
def synthetic() -> ModuleType:
    """The module tests/synthetic.py: ``synthetic.synthetic_dataset()`` makes a small result."""
    name = "havenline_tests_synthetic"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            name, Path(__file__).with_name("synthetic.py")
        )
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]
