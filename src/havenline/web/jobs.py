"""The queue: jobs wait their turn, are done in worker processes, and can be watched and ended."""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import secrets
import shutil
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from havenline.web import limits
from havenline.web.cache import Cache, Made
from havenline.web.clients import HOUSE, Client
from havenline.web.worker import work

State = Literal["waiting", "running", "done", "failed", "cancelled"]
OVER: tuple[State, ...] = ("done", "failed", "cancelled")
KEPT = 500
"""Jobs that are remembered after their end."""
LINGER = 3.0
"""Seconds that a worker has to end a cancelled job before it is replaced."""
LOOK = 1.0
"""Seconds between two looks at whether an idle worker still lives."""
RANK_ROUNDS = limits.MOST_WAITING_EACH
"""Turns that a job of the next rank lets pass: all that one client can have waiting, no more."""


class QueueFull(Exception):
    """Too many requests wait, of all or of the one who asks."""


@dataclass
class QueuedRequest:
    """One request on its way.

    Attributes
    ----------
    id, key : str
        Name of the job, and of what it asks for.
    task : mapping
        Plain values for the worker; empty once it is over.
    rank : int
        Lower goes first.
    share : str
        In whose share it counts: that of the first who asked.
    state : {"waiting", "running", "done", "failed", "cancelled"}
    done, of : int
        Progress in futures.
    fault : str
        ``refused`` for a mistake of the request, ``broken``, ``killed`` or ``late``.
    message : str
        What a person should know of a failure.
    asked : Counter of str
        How often each client asks for it, by name.
    """

    id: str
    key: str
    task: Mapping[str, Any]
    rank: int
    share: str = ""
    state: State = "waiting"
    done: int = 0
    of: int = 0
    fault: str = ""
    message: str = ""
    asked: Counter[str] = field(default_factory=Counter)
    begun: bool = False
    over: threading.Event = field(default_factory=threading.Event)


class Jobs:
    """Workers, the queue before them, and the answers kept behind them.

    The clients take turns: the next job of one who waits for several comes after the first of all
    others. A job of a later rank comes `RANK_ROUNDS` turns later, so that it does come.

    Parameters
    ----------
    workers : int
        Processes.
    threads : int
        Threads of each process.
    seconds : float
        Longest time of a job.
    home : Path, optional
        A folder for the temporary files of the workers.
    nice : int
        How much the workers give way to other processes.
    cache : Cache, optional
        Where answers are kept.
    """

    def __init__(
        self,
        workers: int,
        threads: int,
        seconds: float = limits.MOST_SECONDS,
        *,
        home: Path | None = None,
        nice: int = 0,
        cache: Cache | None = None,
    ) -> None:
        self.cache = cache or Cache(limits.CACHE_BYTES)
        self.seconds = seconds
        self.ready = threading.Event()
        self.replaced = 0
        self._threads, self._home, self._nice = threads, home, nice
        self._lock = threading.Condition()
        self._waiting: list[tuple[int, int, QueuedRequest]] = []
        self._order = itertools.count()
        self._turn = 0
        self._served: dict[tuple[str, int], int] = {}
        self._jobs: OrderedDict[str, QueuedRequest] = OrderedDict()
        self._active: dict[str, QueuedRequest] = {}
        self._closing = False
        self._processes: dict[int, Any] = {}
        self._keepers = [
            threading.Thread(target=self._keep, args=(n,), daemon=True) for n in range(workers)
        ]

    def start(self) -> None:
        """Start the workers, once."""
        with self._lock:
            for keeper in self._keepers:
                if keeper.ident is None:
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
        self, task: Mapping[str, Any], key: str, rank: int = 0, client: Client = HOUSE
    ) -> QueuedRequest:
        """Return the job of a request: done, under way, or new.

        Raises
        ------
        QueueFull
            If too many wait.
        """
        kept = self.cache.get(key) is not None
        with self._lock:
            job = self._active.get(key)
            if job is None and kept:
                done = (j for j in self._jobs.values() if j.key == key and j.state == "done")
                job = next(done, None)
            if job is None:
                job = QueuedRequest(secrets.token_hex(12), key, dict(task), rank, client.share)
                if kept:
                    self._end(job, "done")
                else:
                    self._queue(job, client)
                self._jobs[job.id] = job
                self._forget()
            if job.state not in OVER:
                job.asked[client.name] += 1
            self._jobs.move_to_end(job.id)
            return job

    def _queue(self, job: QueuedRequest, client: Client) -> None:
        """Give a job its turn among those that wait."""
        mine = sum(j.share == job.share for _, _, j in self._waiting)
        if len(self._waiting) >= limits.MOST_WAITING or (
            client is not HOUSE and mine >= limits.MOST_WAITING_EACH
        ):
            raise QueueFull
        whose = (job.share, job.rank)
        mine_last = max(
            (turn for turn, _, j in self._waiting if (j.share, j.rank) == whose),
            default=self._served.get(whose, -1),
        )
        turn = max(self._turn + RANK_ROUNDS * job.rank, mine_last + 1)
        self._active[job.key] = job
        self._waiting.append((turn, next(self._order), job))
        self._waiting.sort(key=lambda entry: entry[:2])
        self._lock.notify()

    def _forget(self) -> None:
        """Drop what is over beyond what is remembered, of the client that has most of it."""
        while len(self._jobs) > KEPT:
            shares = Counter(j.share for j in self._jobs.values() if j.state in OVER)
            if not shares:
                return
            most = shares.most_common(1)[0][0]
            over = (j for j in self._jobs.values() if j.share == most and j.state in OVER)
            del self._jobs[next(over).id]

    def find(self, name: str) -> QueuedRequest | None:
        """Return a job by id, or None."""
        with self._lock:
            return self._jobs.get(name)

    def ahead(self, job: QueuedRequest) -> int:
        """Return how many jobs are before one in the queue."""
        with self._lock:
            return next((n for n, (_, _, j) in enumerate(self._waiting) if j is job), 0)

    def cancel(self, job: QueuedRequest, client: Client = HOUSE) -> None:
        """Let one who asked for a job go; it ends when nobody wants it any more."""
        with self._lock:
            if not job.asked[client.name] or job.state in OVER:
                return
            job.asked[client.name] -= 1
            if job.asked.total():
                return
            if job.state == "waiting":
                self._waiting = [entry for entry in self._waiting if entry[2] is not job]
                self._end(job, "cancelled")
            else:
                self._active.pop(job.key, None)

    def _end(self, job: QueuedRequest, state: State) -> None:
        job.state = state
        job.task = {}
        if self._active.get(job.key) is job:
            del self._active[job.key]
        job.over.set()

    def _next(self) -> QueuedRequest | None:
        """Return the job whose turn it is; None where none comes for a while."""
        with self._lock:
            if not self._waiting and not self._closing:
                self._lock.wait(LOOK)
            if not self._waiting or self._closing:
                return None
            now, _, job = self._waiting.pop(0)
            self._turn = now
            self._served = {whose: turn for whose, turn in self._served.items() if turn >= now}
            self._served[job.share, job.rank] = now
            job.state = "running"
            return job

    def _spawn(self, number: int) -> tuple[Any, Any]:
        folder = self._home and self._home / f"worker-{number}"
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=work,
            args=(theirs, self._threads, str(folder or ""), self._nice),
            daemon=True,
        )
        process.start()
        theirs.close()
        self._processes[number] = process
        with contextlib.suppress(EOFError, OSError):
            ours.recv()
        return process, ours

    def _keep(self, number: int) -> None:
        """Keep one worker alive and hand it jobs, until the end."""
        process, pipe = self._spawn(number)
        self.ready.set()
        while not self._closing:
            if not process.is_alive():
                process, pipe = self._again(number, process, pipe)
            job = self._next()
            if job is None or self._hand(job, pipe):
                continue
            process, pipe = self._again(number, process, pipe)
            if job.state not in OVER and not self._hand(job, pipe, last=True):
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
        return self._spawn(number)

    def _hand(self, job: QueuedRequest, pipe: Any, *, last: bool = False) -> bool:
        """Have a job done; return whether the worker can go on.

        A job of which a worker told something before it died is over; one of which it did not,
        as where it had died already, is handed to another, unless this was the last to try.
        """
        try:
            pipe.send(("do", job.id, job.task))
            return self._listen(job, pipe)
        except (EOFError, OSError):
            if job.begun or last:
                with self._lock:
                    job.fault = "killed"
                    job.message = "the worker that ran this was stopped; ask again"
                    self._end(job, "failed")
            return False

    def _listen(self, job: QueuedRequest, pipe: Any) -> bool:
        start = time.monotonic()
        most = job.task.get("seconds", self.seconds)
        ending = 0.0
        while True:
            now = time.monotonic()
            if pipe.poll(0.05):
                message = pipe.recv()
                if message[0] == "progress":
                    job.begun = True
                    job.done, job.of = message[2], message[3]
                else:
                    self._finish(job, message)
                    return True
                continue
            if not ending and (not job.asked.total() or self._closing):
                pipe.send(("cancel", job.id))
                ending = now
            late = now - start > most
            if late or (ending and now - ending > LINGER):
                with self._lock:
                    job.fault = "late" if late else ""
                    job.message = "this took longer than a request may" if late else "cancelled"
                    self._end(job, "failed" if late else "cancelled")
                return False

    def _finish(self, job: QueuedRequest, message: tuple[Any, ...]) -> None:
        done = message[0] == "made"
        if not done:
            job.fault, job.message = message[2], message[3]
        elif not self.cache.put(job.key, Made(*message[2:])):
            done = False
            job.fault, job.message = "refused", "the answer is larger than the server keeps"
        with self._lock:
            cancelled = not done and job.fault == "cancelled"
            self._end(job, "done" if done else "cancelled" if cancelled else "failed")
