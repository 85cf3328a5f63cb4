"""A server for tests: one for the whole session, in a process of its own, on a free port."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx

from benchmarks.page import BROWSER, CHROMIUM

__all__ = ["BROWSER", "CHROMIUM", "answered", "free_port", "served"]

START_SECONDS = 300
"""A first start compiles the kernels."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def served(*arguments: str) -> Iterator[str]:
    """Run ``havenline serve`` and yield its address once the crisis is open."""
    port = free_port()
    command = [sys.executable, "-m", "havenline", "serve", "--port", str(port), *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=os.environ.copy()
    ) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            until = time.monotonic() + START_SECONDS
            while True:
                assert process.poll() is None, process.stderr and process.stderr.read().decode()
                assert time.monotonic() < until, "the server did not start"
                with contextlib.suppress(httpx.HTTPError):
                    if httpx.get(f"{address}/api/health").json()["ready"]:
                        break
                time.sleep(0.1)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def answered(
    client: httpx.Client, path: str, body: dict[str, Any], seconds: float = 120
) -> httpx.Response:
    """Ask for work, wait until it is over, and return the response that holds the answer."""
    posted = client.post(path, json=body)
    assert posted.status_code == 202, posted.text
    name = posted.json()["id"]
    until = time.monotonic() + seconds
    while client.get(f"/api/jobs/{name}").json()["state"] in ("waiting", "running"):
        assert time.monotonic() < until, "no answer"
        time.sleep(0.05)
    return client.get(f"/api/jobs/{name}/result")
