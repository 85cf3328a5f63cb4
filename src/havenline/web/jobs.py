"""The queue: jobs wait their turn, are done in worker processes, and can be watched and ended."""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from havenline.web import limits
from havenline.web.cache import Cache, Made
from havenline.web.worker import work

State = Literal["waiting", "running", "done", "failed", "cancelled"]
OVER: tuple[State, ...] = ("done", "failed", "cancelled")
KEPT = 500
"""Jobs that are remembered after their end."""
LINGER = 3.0
"""Seconds that a worker has to end a cancelled job before it is replaced."""


class QueueFull(Exception):
    """Too many requests wait."""


@dataclass
class QueuedRequest:
    """One request on its way.

    Attributes
    ----------
    id, key : str
        Name of the job, and of what it asks for.
    task : mapping
        Plain values for the worker.
    rank : int
        Lower goes first.
    state : {"waiting", "running", "done", "failed", "cancelled"}
    done, of : int
        Progress in futures.
    fault : str
        ``refused`` for a mistake of the request, ``broken``, ``killed`` or ``late``.
    message : str
        What a person should know of a failure.
    wanted : int
        How many ask for it.
    """

    id: str
    key: str
    task: Mapping[str, Any]
    rank: int
    state: State = "waiting"
    done: int = 0
    of: int = 0
    fault: str = ""
    message: str = ""
    wanted: int = 1
    made: Made | None = None
    over: threading.Event = field(default_factory=threading.Event)


class Jobs:
    """Workers, the queue before them, and the answers kept behind them.

    Parameters
    ----------
    workers : int
        Processes.
    threads : int
        Threads of each process.
    """

    def __init__(self, workers: int, threads: int, seconds: float = limits.MOST_SECONDS) -> None:
        self.cache = Cache(limits.CACHE_BYTES)
        self.seconds = seconds
        self.ready = threading.Event()
        self.replaced = 0
        self._threads = threads
        self._lock = threading.Condition()
        self._waiting: list[tuple[int, int, QueuedRequest]] = []
        self._order = itertools.count()
        self._jobs: OrderedDict[str, QueuedRequest] = OrderedDict()
        self._active: dict[str, QueuedRequest] = {}
        self._closing = False
        self._processes: dict[int, Any] = {}
        self._keepers = [
            threading.Thread(target=self._keep, args=(n,), daemon=True) for n in range(workers)
        ]

    def start(self) -> None:
        """Start the workers."""
        for keeper in self._keepers:
            keeper.start()

    def close(self) -> None:
        """End the workers; what waits is cancelled."""
        with self._lock:
            self._closing = True
            for _, _, job in self._waiting:
                self._end(job, "cancelled")
            self._waiting.clear()
            self._lock.notify_all()
        for keeper in self._keepers:
            if keeper.ident is not None:
                keeper.join(timeout=LINGER + 2)
        for process in list(self._processes.values()):
            if process.is_alive():
                process.kill()

    def process_ids(self) -> list[int]:
        """Return the ids of the worker processes."""
        return [p.pid for p in self._processes.values() if p.is_alive()]

    def ask(
        self, task: Mapping[str, Any], key: str, rank: int = 0, *, keep: bool = True
    ) -> QueuedRequest:
        """Return the job of a request: done, under way, or new.

        Raises
        ------
        QueueFull
            If too many wait.
        """
        made = self.cache.get(key) if keep else None
        with self._lock:
            active = self._active.get(key)
            if active is not None:
                active.wanted += 1
                return active
            job = QueuedRequest(secrets.token_hex(12), key, dict(task), rank)
            if made is not None:
                job.made = made
                self._end(job, "done")
            else:
                if len(self._waiting) >= limits.MOST_WAITING:
                    raise QueueFull
                self._active[key] = job
                self._waiting.append((rank, next(self._order), job))
                self._waiting.sort(key=lambda entry: entry[:2])
                self._lock.notify()
            self._jobs[job.id] = job
            while len(self._jobs) > KEPT:
                oldest = next(iter(self._jobs.values()))
                if oldest.state not in OVER:
                    break
                self._jobs.popitem(last=False)
            return job

    def find(self, name: str) -> QueuedRequest | None:
        """Return a job by id, or None."""
        with self._lock:
            return self._jobs.get(name)

    def ahead(self, job: QueuedRequest) -> int:
        """Return how many jobs are before one in the queue."""
        with self._lock:
            return next((n for n, (_, _, j) in enumerate(self._waiting) if j is job), 0)

    def cancel(self, job: QueuedRequest) -> None:
        """Let one who asked for a job go; it ends when nobody wants it any more."""
        with self._lock:
            job.wanted -= 1
            if job.wanted > 0 or job.state in OVER:
                return
            if job.state == "waiting":
                self._waiting = [entry for entry in self._waiting if entry[2] is not job]
                self._end(job, "cancelled")
            else:
                self._active.pop(job.key, None)

    def _end(self, job: QueuedRequest, state: State) -> None:
        job.state = state
        if self._active.get(job.key) is job:
            del self._active[job.key]
        job.over.set()

    def _next(self) -> QueuedRequest | None:
        with self._lock:
            while not self._waiting and not self._closing:
                self._lock.wait()
            if self._closing:
                return None
            job = self._waiting.pop(0)[2]
            job.state = "running"
            return job

    def _spawn(self, number: int) -> tuple[Any, Any]:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=work, args=(theirs, self._threads), daemon=True)
        process.start()
        theirs.close()
        self._processes[number] = process
        return process, ours

    def _keep(self, number: int) -> None:
        """Keep one worker alive and hand it jobs, until the end."""
        process, pipe = self._spawn(number)
        with contextlib.suppress(EOFError, OSError):
            pipe.recv()
        self.ready.set()
        while (job := self._next()) is not None:
            if not process.is_alive():
                process, pipe = self._again(number, process, pipe)
            if not self._hand(job, pipe):
                process, pipe = self._again(number, process, pipe)
        with contextlib.suppress(OSError):
            pipe.send(("stop",))
        process.join(timeout=2)
        if process.is_alive():
            process.kill()

    def _again(self, number: int, process: Any, pipe: Any) -> tuple[Any, Any]:
        process.kill()
        process.join(timeout=5)
        with contextlib.suppress(OSError):
            pipe.close()
        self.replaced += 1
        process, pipe = self._spawn(number)
        with contextlib.suppress(EOFError, OSError):
            pipe.recv()
        return process, pipe

    def _hand(self, job: QueuedRequest, pipe: Any) -> bool:
        """Have a job done; return whether the worker can go on."""
        try:
            pipe.send(("do", job.id, job.task))
            return self._listen(job, pipe)
        except (EOFError, OSError):
            with self._lock:
                job.fault = "killed"
                job.message = "the worker that ran this was stopped; ask again"
                self._end(job, "failed")
            return False

    def _listen(self, job: QueuedRequest, pipe: Any) -> bool:
        start = time.monotonic()
        ending = 0.0
        while True:
            now = time.monotonic()
            if pipe.poll(0.05):
                message = pipe.recv()
                if message[0] == "progress":
                    job.done, job.of = message[2], message[3]
                    continue
                self._finish(job, message)
                return True
            if not ending and (job.wanted <= 0 or self._closing):
                pipe.send(("cancel", job.id))
                ending = now
            late = now - start > job.task.get("seconds", self.seconds)
            if late or (ending and now - ending > LINGER):
                with self._lock:
                    job.fault = "late" if late else ""
                    job.message = "this took longer than a request may" if late else "cancelled"
                    self._end(job, "failed" if late else "cancelled")
                return False

    def _finish(self, job: QueuedRequest, message: tuple[Any, ...]) -> None:
        if message[0] == "made":
            job.made = Made(*message[2:])
            if job.task.get("keep", True):
                self.cache.put(job.key, job.made)
        else:
            job.fault, job.message = message[2], message[3]
        with self._lock:
            done = message[0] == "made"
            cancelled = not done and job.fault == "cancelled"
            self._end(job, "done" if done else "cancelled" if cancelled else "failed")
