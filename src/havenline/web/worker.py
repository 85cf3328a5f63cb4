"""A process that does the work: one task at a time, with progress, until it is told to stop."""

from __future__ import annotations

import datetime as dt
import gc
import hashlib
import json
import logging
import os
import signal
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from havenline.errors import HavenlineError
from havenline.web.cache import Made

if TYPE_CHECKING:
    import xarray as xr

    from havenline.crisis import Crisis
    from havenline.web.live import Futures, Kept, Live

Tell = Callable[[int, int], None]
LOG = logging.getLogger(__name__)
CRISES = 5
PROGRESS_SECONDS = 0.05
MOST_TOLD = 4000
"""Characters of a refusal that are told."""


class Cancelled(Exception):
    """The one who asked does not want the answer any more."""


def plain_json(value: object) -> bytes:
    """Return plain values as compact JSON."""
    return json.dumps(value, allow_nan=False, separators=(",", ":"), sort_keys=True).encode()


def digest_of(crisis: Crisis) -> str:
    """Return a digest of every file of a crisis that an answer may show.

    The inputs of the runs, and what no run reads but people do: the kept scores of its past.
    """
    past = crisis.past and crisis.past.model_dump(mode="json", warnings=False)
    shown = plain_json([crisis.id, dict(crisis.input_hashes), past])
    return hashlib.sha256(shown).hexdigest()


class Desk:
    """What a worker keeps between tasks, and how each kind of task is done."""

    def __init__(self, threads: int) -> None:
        from havenline.web.bargaining import TalksKept
        from havenline.web.live import Live

        self.live: Live = Live(threads)
        self.threads = threads
        self.talks = TalksKept(threads)
        self._crises: OrderedDict[str, Crisis] = OrderedDict()

    def crisis(self, task: Mapping[str, Any]) -> Crisis:
        """Return the crisis of a task, opened.

        Raises
        ------
        HavenlineError
            If its files are not those that the server opened.
        """
        from havenline.crisis import open_crisis

        folder = task["folder"]
        if folder not in self._crises:
            crisis = open_crisis(folder)
            if task.get("digest", digest_of(crisis)) != digest_of(crisis):
                raise HavenlineError(
                    "the files of the crisis have changed since the server opened it; "
                    "start the server again"
                )
            self._crises[folder] = crisis
            while len(self._crises) > CRISES:
                self._crises.popitem(last=False)
        self._crises.move_to_end(folder)
        return self._crises[folder]

    def do(self, task: Mapping[str, Any], tell: Tell) -> Made:
        """Do a task and return the answer."""
        kinds: dict[str, Callable[[Mapping[str, Any], Tell], Made]] = {
            "open": self._open,
            "scene": self._scene,
            "run": self._run,
            "detail": self._detail,
            "delay": self._delay,
            "export": self._export,
            "hindcast": self._hindcast,
            "bargain": self._bargain,
        }
        return kinds[task["kind"]](task, tell)

    def _open(self, task: Mapping[str, Any], tell: Tell) -> Made:
        crisis = self.crisis(task)
        return Made(
            plain_json(
                {
                    "id": crisis.id,
                    "name": crisis.meta.name,
                    "digest": digest_of(crisis),
                    "as_of": crisis.meta.as_of.isoformat(),
                    "start": crisis.meta.period.start.isoformat(),
                    "horizon": crisis.meta.horizon_days,
                    "options": [o.id for o in crisis.options],
                    "baseline": next(o.id for o in crisis.options if o.baseline),
                }
            )
        )

    def _scene(self, task: Mapping[str, Any], tell: Tell) -> Made:
        from havenline.web.scene import scene

        crisis = self.crisis(task)
        return Made(plain_json(scene(crisis, dt.date.fromisoformat(task["as_of"]))))

    def _asked(self, task: Mapping[str, Any]) -> tuple[Crisis, Futures, list[Any]]:
        from havenline.crisis.levers import OptionSpec
        from havenline.web.live import Futures

        crisis = self.crisis(task)
        if task.get("line"):
            crisis = _with_line(crisis, task["line"])
        declared = {o.id: o for o in crisis.options}
        options = []
        for one in task["options"]:
            if isinstance(one, str):
                if one not in declared:
                    raise HavenlineError(f"option {one!r} is not one of this crisis")
                options.append(declared[one])
            else:
                options.append(OptionSpec.model_validate_json(json.dumps(one)))
                _refuse_unknown(crisis, options[-1])
        asked = Futures(
            task["futures"],
            task["seed"],
            task["days"],
            dt.date.fromisoformat(task["as_of"]),
            tuple(sorted(task["settings"].items())),
        )
        return crisis, asked, options

    def _result(
        self, task: Mapping[str, Any], tell: Tell
    ) -> tuple[xr.Dataset, Crisis, Kept, list[Any]]:
        crisis, asked, options = self._asked(task)
        ground = self.live.ground(crisis, asked)
        return ground.dataset(options, self.threads, tell), crisis, ground, options

    def _run(self, task: Mapping[str, Any], tell: Tell) -> Made:
        from havenline.web.payload import run_payload

        dataset, crisis, ground, _ = self._result(task, tell)
        return Made(plain_json(run_payload(dataset, crisis, ground.parameters)))

    def _detail(self, task: Mapping[str, Any], tell: Tell) -> Made:
        from havenline.web.payload import detail_payload

        dataset, crisis, _, _ = self._result(task, tell)
        return Made(plain_json(detail_payload(dataset, crisis)))

    def _delay(self, task: Mapping[str, Any], tell: Tell) -> Made:
        from havenline.options import delayed
        from havenline.web.payload import delay_payload

        crisis, asked, options = self._asked(task)
        option = options[-1]
        late = {7 * w: delayed(option, 7 * w) for w in task["weeks"]}
        ground = self.live.ground(crisis, asked)
        dataset = ground.dataset([option, *late.values()], self.threads, tell)
        later = {days: spec.id for days, spec in late.items()}
        return Made(plain_json(delay_payload(dataset, option.id, later)))

    def _export(self, task: Mapping[str, Any], tell: Tell) -> Made:
        from havenline.web.exports import export

        dataset, crisis, ground, _ = self._result(task, tell)
        with tempfile.TemporaryDirectory(prefix="havenline-") as work:
            return export(dataset, crisis, ground.parameters, task["format"], Path(work))

    def _bargain(self, task: Mapping[str, Any], tell: Tell) -> Made:
        from havenline.web.bargaining import bargaining_payload

        as_of = dt.date.fromisoformat(task["as_of"])
        crisis = self.crisis(task)
        talks = self.talks.open(crisis, task["folder"], as_of, tell)
        return Made(plain_json(bargaining_payload(talks, task["support"])))

    def _hindcast(self, task: Mapping[str, Any], tell: Tell) -> Made:
        from functools import partial

        from havenline.engine import simulate
        from havenline.evidence import hindcast
        from havenline.web.exports import past_scores

        crisis = self.crisis(task)
        days = crisis.meta.hindcast
        if days is None:
            raise HavenlineError("this crisis declares no days from which to forecast its past")
        scores = hindcast(
            crisis,
            dates=days.dates,
            until=days.until,
            simulate=partial(simulate, workers=self.threads, progress=lambda a, b: tell(a, b)),
            futures=task["futures"],
            seed=task["seed"],
            reporting=True,
        )
        return Made(plain_json(past_scores(scores)))


def _refuse_unknown(crisis: Crisis, option: Any) -> None:
    """Raise HavenlineError where a lever names a neighbour that the crisis does not declare."""
    known = [n.id for n in crisis.meta.neighbours]
    for lever in option.levers:
        neighbour = getattr(lever, "neighbour", None)
        if neighbour is not None and neighbour not in known:
            raise HavenlineError(f"neighbour {neighbour!r} is not one of this crisis")


def _with_line(crisis: Crisis, line: Mapping[str, Any]) -> Crisis:
    """Return a crisis with a line that the user drew beside its own."""
    from havenline.options import with_line

    feature = {
        "type": "Feature",
        "properties": {"name": "the drawn line", "protected_point": line["protected_point"]},
        "geometry": {"type": "LineString", "coordinates": line["coordinates"]},
    }
    with tempfile.TemporaryDirectory(prefix="havenline-") as work:
        path = Path(work) / "drawn.geojson"
        path.write_text(json.dumps(feature), encoding="utf-8")
        try:
            return with_line(crisis, path)
        except HavenlineError as error:
            raise HavenlineError(str(error).replace(f"{path}: ", "the drawn line: ")) from None


def work(pipe: Connection, threads: int, folder: str = "", nice: int = 0) -> None:
    """Take tasks from a pipe and send back progress and answers, until the pipe closes.

    Parameters
    ----------
    pipe : Connection
        Receives ``("do", id, task)``, ``("cancel", id)`` and ``("stop",)``; is sent
        ``("ready",)``, ``("progress", id, done, of)``, ``("made", id, body, media, name, packed)``
        and ``("failed", id, fault, text)``.
    threads : int
        Threads that run futures.
    folder : str
        Where its temporary files go.
    nice : int
        How much it gives way to other processes.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(200_000)
    if folder:
        tempfile.tempdir = folder
    if nice:
        os.nice(nice)
    desk = Desk(threads)
    pipe.send(("ready",))
    while True:
        try:
            message = pipe.recv()
        except (EOFError, OSError):
            return
        if message[0] == "stop":
            return
        if message[0] == "do":
            try:
                _answer(pipe, desk, message[1], message[2])
            except (BrokenPipeError, EOFError, OSError):
                return


def _answer(pipe: Connection, desk: Desk, job: str, task: Mapping[str, Any]) -> None:
    import time

    last = 0.0

    def tell(done: int, of: int) -> None:
        nonlocal last
        if pipe.poll() and pipe.recv()[0] in ("cancel", "stop"):
            raise Cancelled
        now = time.monotonic()
        if done >= of or now - last > PROGRESS_SECONDS:
            last = now
            pipe.send(("progress", job, done, of))

    try:
        made = desk.do(task, tell).pack()
    except Cancelled:
        pipe.send(("failed", job, "cancelled", "cancelled"))
    except HavenlineError as error:
        pipe.send(("failed", job, "refused", _without_paths(str(error), task)[:MOST_TOLD]))
    except (ConnectionError, EOFError):
        raise  # nobody is at the other end of the pipe
    except Exception as error:
        LOG.exception("a request of the kind %r could not be answered", task.get("kind"))
        text = f"the request could not be answered ({type(error).__name__})"
        pipe.send(("failed", job, "broken", text))
    else:
        pipe.send(("made", job, made.body, made.media, made.name, made.packed))


def _without_paths(text: str, task: Mapping[str, Any]) -> str:
    """Return a message without the folder of the crisis or of temporary files."""
    own = Path(tempfile.gettempdir())
    for path in map(str, (task.get("folder", ""), own, *own.parents, Path.home())):
        if len(path) > 1 and "/" in path:
            text = text.replace(path.rstrip("/") + "/", "").replace(path, "")
    return text
