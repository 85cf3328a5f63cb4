"""Futures run side by side and are handed on in order: the one loop over futures."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

from havenline.errors import RunError

T = TypeVar("T")

MOST_FUTURES = 100_000
MOST_WORKERS = 256


def refuse_workers(workers: int | None) -> None:
    """Refuse fewer workers than one, with a `RunError`."""
    if workers is not None and workers < 1:
        raise RunError(f"workers: {workers} given; at least 1 is needed")


def run_in_order(
    work: Callable[[int], T],
    futures: int,
    *,
    first: int = 0,
    workers: int | None = None,
    executor: Executor | None = None,
) -> Generator[T, None, None]:
    """Do some work for every future and yield what it gives, in the order of the futures.

    A few more futures than there are workers are under way at a time. The order makes what is
    written the same for any number of workers.

    Parameters
    ----------
    work : callable
        Called with the number of a future; where other processes do it, one that can be pickled.
    futures : int
        How many there are.
    first : int
        The one to begin with; those before it are left out.
    workers : int, optional
        Threads; one for each processor by default.
    executor : concurrent.futures.Executor, optional
        Where to work in place of threads of this process.

    Raises
    ------
    RunError
        If there are to be no workers; at once, before anything is done.
    """
    refuse_workers(workers)
    number = max(1, min(workers or os.cpu_count() or 1, futures - first, MOST_WORKERS))
    return _results(work, range(first, futures), number, executor)


def _results(
    work: Callable[[int], T], futures: range, number: int, executor: Executor | None
) -> Generator[T, None, None]:
    own = None if executor is not None else ThreadPoolExecutor(max_workers=number)
    pool = executor or own
    assert pool is not None
    waiting: deque[Future[T]] = deque()
    following = iter(futures)
    try:
        for _ in futures:
            for future in islice(following, 4 * number - len(waiting)):
                waiting.append(pool.submit(work, future))
            yield waiting.popleft().result()
    finally:
        for one in waiting:
            one.cancel()
        if own is not None:
            own.shutdown(wait=True, cancel_futures=True)
