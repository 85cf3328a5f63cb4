"""The server under load: readers of a kept answer, live requests, a flood, a killed worker.

Run from the repository root, on an otherwise idle machine::

    python -m benchmarks.server
    python -m benchmarks.server --json

It starts the server with two workers and prints how many requests were answered, refused and
failed, with the time that they took. Times on a busy machine say little; the counts hold anywhere.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import numpy as np
import psutil

from benchmarks.page import served

READERS = 50
LIVE = 20
FLOOD = 90
KILLED = 3
LONG = {"futures": 400, "days": 300}


def settled(client: httpx.Client, name: str, seconds: float = 170.0) -> str:
    """Wait for a job to be over and return its state."""
    until = time.monotonic() + seconds
    while (state := str(client.get(f"/api/jobs/{name}").json()["state"])) in ("waiting", "running"):
        if time.monotonic() > until:
            return "no answer"
        time.sleep(0.02)
    return state


def asked(address: str, body: dict[str, Any]) -> tuple[int, float]:
    """Ask with a client of its own; return the status of the answer and the seconds."""
    with httpx.Client(base_url=address, timeout=120) as client:
        start = time.monotonic()
        posted = client.post("/api/runs", json=body)
        if posted.status_code != 202:
            return posted.status_code, time.monotonic() - start
        name = posted.json()["id"]
        settled(client, name)
        return client.get(f"/api/jobs/{name}/result").status_code, time.monotonic() - start


def crowd(address: str, bodies: list[dict[str, Any]]) -> dict[str, Any]:
    """Ask all at once; return the count of each status and the seconds."""
    with ThreadPoolExecutor(len(bodies)) as pool:
        found = list(pool.map(lambda body: asked(address, body), bodies))
    seconds = [s for _, s in found]
    return {
        "statuses": dict(Counter(str(status) for status, _ in found)),
        "median_s": round(float(np.median(seconds)), 3),
        "longest_s": round(max(seconds), 3),
    }


def flood(client: httpx.Client) -> dict[str, Any]:
    """Ask for more than may wait, take it all back, and ask once more."""
    posted = [client.post("/api/runs", json={**LONG, "seed": 5000 + k}) for k in range(FLOOD)]
    refused = [p for p in posted if p.status_code in (429, 503)]
    names = [p.json()["id"] for p in posted if p.status_code == 202]
    for name in names:
        client.delete(f"/api/jobs/{name}")
    for name in names:
        settled(client, name)
    return {
        "statuses": dict(Counter(str(p.status_code) for p in posted)),
        "refused_with_retry_after": sum("retry-after" in p.headers for p in refused),
        "status_afterwards": asked(str(client.base_url), {"futures": 2, "days": 5, "seed": 9})[0],
    }


def killed(client: httpx.Client, server: int) -> dict[str, Any]:
    """Kill one worker while several requests run; return how each of them ended."""
    names = [
        client.post("/api/runs", json={**LONG, "seed": 7000 + k}).json()["id"]
        for k in range(KILLED)
    ]
    until = time.monotonic() + 60
    while not client.get(f"/api/jobs/{names[0]}").json()["done"] and time.monotonic() < until:
        time.sleep(0.02)
    workers = [
        p
        for p in psutil.Process(server).children()
        if any("spawn_main" in part for part in p.cmdline())
    ]
    os.kill(workers[0].pid, signal.SIGKILL)
    states = Counter(settled(client, name) for name in names)
    texts = {str(client.get(f"/api/jobs/{name}").json()["message"]) for name in names}
    return {
        "workers": len(workers),
        "states": dict(states),
        "said": sorted(text for text in texts if text),
        "workers_replaced": client.get("/api/health").json()["workers_replaced"],
        "status_afterwards": asked(str(client.base_url), {"futures": 2, "days": 5, "seed": 11})[0],
    }


def measure() -> dict[str, Any]:
    """Return the figures of one server, from its start to its end."""
    with served("--workers", "2") as (address, server):
        with httpx.Client(base_url=address, timeout=120) as client:
            kept = {"futures": 50, "days": 60}
            asked(address, kept)
            found = {
                "readers of a kept answer": crowd(address, [kept] * READERS),
                "different live requests": crowd(
                    address, [{"futures": 10, "days": 60, "seed": 100 + k} for k in range(LIVE)]
                ),
                "flood": flood(client),
                "killed worker": killed(client, server),
            }
        family = psutil.Process(server).children(recursive=True)
        start = time.monotonic()
        os.kill(server, signal.SIGTERM)
        _, alive = psutil.wait_procs([psutil.Process(server), *family], timeout=30)
        # the server itself is waited for by served(), and may be a zombie until then
        left = [p for p in alive if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
        found["end"] = {"seconds": round(time.monotonic() - start, 3), "processes_left": len(left)}
    return found


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args()
    found = measure()
    if given.json:
        print(json.dumps(found, indent=2))
        return
    for name, figures in found.items():
        print(name)
        for key, value in figures.items():
            print(f"  {key.replace('_', ' '):26} {value}")


if __name__ == "__main__":
    main()
