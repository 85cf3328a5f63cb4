"""One server for all tests of the page, and one browser for those that look at it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest


def _load(name: str) -> ModuleType:
    full = f"havenline_tests_web_{name}"
    if full not in sys.modules:
        spec = importlib.util.spec_from_file_location(full, Path(__file__).with_name(f"{name}.py"))
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[full] = module
        spec.loader.exec_module(module)
    return sys.modules[full]


@pytest.fixture(scope="session")
def serving() -> ModuleType:
    """The module tests/web/serving.py."""
    return _load("serving")


@pytest.fixture(scope="session")
def address(serving: ModuleType) -> Iterator[str]:
    """Address of a running server."""
    with serving.served() as found:
        yield found


@pytest.fixture(scope="session")
def client(address: str) -> Iterator[httpx.Client]:
    """A client of the running server."""
    with httpx.Client(base_url=address, timeout=60) as found:
        yield found


@pytest.fixture(scope="session")
def scene(client: httpx.Client) -> dict[str, Any]:
    """The crisis as the page reads it."""
    found: dict[str, Any] = client.get("/api/scene").json()
    return found


@pytest.fixture(scope="session")
def chromium(serving: ModuleType) -> Iterator[Any]:
    """A browser, or a skip that says what is missing."""
    if not serving.CHROMIUM.exists():
        pytest.skip(f"no browser: {serving.CHROMIUM} is missing (apt install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        found = driver.chromium.launch(
            executable_path=str(serving.CHROMIUM), args=list(serving.BROWSER)
        )
        yield found
        found.close()
