"""The loop over futures: in order, for any number of workers; none is refused at once."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from havenline import negotiate, open_crisis, simulate
from havenline.crisis import init_crisis
from havenline.engine.executors import run_in_order
from havenline.errors import RunError


@pytest.mark.parametrize("workers", [None, 1, 3, 50])
def test_results_come_in_order_whoever_ends_first(workers: int | None) -> None:
    def work(future: int) -> int:
        time.sleep(0.02 if future % 3 == 0 else 0.0)
        return 10 * future

    assert list(run_in_order(work, 9, workers=workers)) == [10 * f for f in range(9)]


def test_an_error_of_a_future_ends_the_loop() -> None:
    done: list[int] = []

    def work(future: int) -> int:
        if future == 2:
            raise RunError("future 2: no")
        return future

    with pytest.raises(RunError, match="future 2"):
        done.extend(run_in_order(work, 500, workers=2))
    assert done == [0, 1]


@pytest.mark.parametrize("workers", [0, -1])
def test_no_workers_are_refused_before_anything_is_done(workers: int, tmp_path: Path) -> None:
    message = f"workers: {workers} given; at least 1 is needed"
    crisis = open_crisis(init_crisis(tmp_path / "example", bargaining=True))
    with pytest.raises(RunError, match=message):
        run_in_order(str, 3, workers=workers)
    with pytest.raises(RunError, match=message):
        simulate(crisis, futures=2, days=3, workers=workers, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with pytest.raises(RunError, match=message):
        negotiate(crisis, futures=2, days=3, workers=workers)
