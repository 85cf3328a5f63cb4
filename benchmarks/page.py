"""From a lever to the redrawn answer, in the real browser.

Run from the repository root, on an otherwise idle machine::

    python -m benchmarks.page              # 40 moves
    python -m benchmarks.page --moves 100 --json

It starts the server, opens the page, moves levers of two options to places where they have not
been, and prints the time from the hand's move to the frame after the answer is drawn, and the
processor time that each part takes for a move, which says something on a busy machine too. Every
third move comes after a pause, so that the finer run of the idle page is under way and has to give
way.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil

CHROMIUM = Path("/usr/bin/chromium")
BROWSER = (
    "--no-sandbox",
    "--disable-gpu",  # drawn by the processor, the map too
    "--enable-unsafe-swiftshader",
    "--no-first-run",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""How the browser is started, in the tests too: it speaks to nobody by itself."""
PORT = 8799
PAUSE = 3.0
"""Seconds before every third move; the page starts its finer run after 2.5."""
MOVES = (
    ("highway_line_haven", "#lever-1-handover", range(18, 100)),
    ("highway_line_haven", "#lever-2-homes_per_month", range(100, 9000, 100)),
    ("ceasefire", "#lever-0-start", range(2, 90)),
    ("ceasefire", "#lever-1-persons", range(400, 9000, 200)),
)


@contextlib.contextmanager
def served(*arguments: str) -> Iterator[tuple[str, int]]:
    """Run the server and yield its address and process once the crisis is open."""
    command = [sys.executable, "-m", "havenline", "serve", "--port", str(PORT), *arguments]
    address = f"http://127.0.0.1:{PORT}"
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            while True:
                if process.poll() is not None:
                    raise SystemExit("the server did not start; is the port in use?")
                with (
                    contextlib.suppress(OSError),
                    urllib.request.urlopen(f"{address}/api/health") as answer,
                ):
                    if json.load(answer)["ready"]:
                        break
                time.sleep(0.2)
            yield address, process.pid
        finally:
            process.terminate()
            process.wait(20)


def until(page: Any, what: str) -> None:
    """Wait until an expression holds in the page."""
    end = time.monotonic() + 120
    while not page.evaluate(what):
        if time.monotonic() > end:
            raise SystemExit(f"waited too long for {what}")
        time.sleep(0.01)


def processor_seconds(server: int) -> dict[str, float]:
    """Return the processor time so far of the server, its workers, and the browser."""
    found = {"server": 0.0, "workers": 0.0, "browser": 0.0}
    workers = {p.pid for p in psutil.Process(server).children(recursive=True)}
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            part = ("server" if process.pid == server else "workers" if process.pid in workers
                    else "browser" if "chrom" in process.name() else "")  # fmt: skip
            if part:
                found[part] += times.user + times.system
    return found


def measure(address: str, server: int, moves: int) -> tuple[list[float], dict[str, float]]:
    """Return the milliseconds of each move, and the processor milliseconds of a move by part."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=list(BROWSER))
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(address)
        page.wait_for_selector("body[data-ready]", timeout=300_000)
        page.wait_for_selector("#map[data-ready]", timeout=60_000)
        until(page, "havenline.refined > 0")
        steps = [iter(values) for _, _, values in MOVES]
        before = page.evaluate("havenline.redraws.length")
        parts = dict.fromkeys(processor_seconds(server), 0.0)
        for n in range(moves + len(MOVES)):  # the first of each is a warm-up
            if n % 3 == 0:
                time.sleep(PAUSE)
            option, selector, _ = MOVES[n % len(MOVES)]
            page.click(f'[data-option="{option}"]')
            count = page.evaluate("havenline.redraws.length")
            used = processor_seconds(server)
            page.eval_on_selector(
                selector,
                "(e, v) => { e.value = v; e.dispatchEvent(new Event('input')); }",
                next(steps[n % len(MOVES)]),
            )
            until(page, f"havenline.redraws.length > {count}")
            if n >= len(MOVES):
                for part, seconds in processor_seconds(server).items():
                    parts[part] += 1000 * (seconds - used[part]) / moves
        found: list[float] = page.evaluate("havenline.redraws")
        browser.close()
    return found[before + len(MOVES) :], parts


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="From a lever to the redrawn answer.")
    parser.add_argument("--moves", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if not CHROMIUM.exists():
        raise SystemExit(f"no browser: {CHROMIUM} is missing")
    with served() as (address, server):
        times, parts = measure(address, server, given.moves)
    median, high = np.quantile(times, [0.5, 0.95])
    found = {
        "moves": len(times),
        "median_ms": round(float(median)),
        "p95_ms": round(float(high)),
        "slowest_ms": round(max(times)),
        "processor_ms": {k: round(v) for k, v in parts.items()},
        "processors": os.cpu_count(),
        "load": os.getloadavg()[0],
        "machine": platform.machine(),
    }
    if given.json:
        print(json.dumps(found))
        return
    print(f"lever to redrawn answer, Idlib, 50 futures, {found['moves']} moves:")
    print(f"  median {found['median_ms']} ms, 95% under {found['p95_ms']} ms, "
          f"slowest {found['slowest_ms']} ms")  # fmt: skip
    print("  processor time of a move: " + ", ".join(f"{k} {v:.0f} ms" for k, v in parts.items()))
    print(f"  {found['processors']} processors, load {found['load']:.1f}")


if __name__ == "__main__":
    main()
