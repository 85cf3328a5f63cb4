"""The server: the page, and JSON endpoints with an OpenAPI description, behind a guard."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import hashlib
import json
import os
import secrets
import shutil
import threading
import zlib
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi import Path as InPath
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse

from havenline import __version__
from havenline.web import limits
from havenline.web.asked import (
    BargainRequest,
    DelayRequest,
    ExportRequest,
    HindcastRequest,
    JobStatus,
    RunRequest,
    plain_options,
)
from havenline.web.cache import Made, key_of
from havenline.web.clients import HOUSE, Client, Places, PlacesTaken
from havenline.web.guard import CLIENT, LOOPBACK, Guard, Receive, Scope, Send
from havenline.web.home import Home
from havenline.web.jobs import OVER, Jobs, QueuedRequest, QueueFull
from havenline.web.uploads import UploadRefused, unpack

PAGE = Path(__file__).parent / "page"
MEDIA = {
    ".css": "text/css", ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript",
    ".svg": "image/svg+xml",
}  # fmt: skip
"""Media type of the files of the page by their ending; the rest is plain text."""
FIRST_FUTURES = 50
OPEN_SECONDS = 600.0
"""Opening a crisis may include compiling the kernels."""
UPLOAD_SECONDS = 60.0
CHECKERS = 2
"""Processes that open uploads, beside those that run."""
BEAT = 0.04

Asked = RunRequest | HindcastRequest | BargainRequest
Key = Annotated[str, Query(pattern=r"^[a-z0-9-]{1,40}$")]
JobId = Annotated[str, InPath(pattern=r"^[0-9a-f]{24}$")]


@dataclass(frozen=True)
class Opened:
    """A crisis that can be asked about."""

    folder: str
    facts: dict[str, Any]
    share: str = ""
    """Of the client that uploaded it."""


class House:
    """What the endpoints share: the jobs, the crises, whether the server is about to end."""

    def __init__(self, crisis: str, workers: int, threads: int, seconds: float) -> None:
        self.first = crisis
        self.home = Home()
        self.jobs = Jobs(workers, threads, seconds, home=self.home.path / "runs")
        self.checks = Jobs(
            CHECKERS, 1, UPLOAD_SECONDS,
            home=self.home.path / "checks", nice=10, cache=self.jobs.cache,
        )  # fmt: skip
        self.crises: OrderedDict[str, Opened] = OrderedDict()
        self.fault = ""
        self.listeners = Places(limits.MOST_LISTENERS, limits.MOST_LISTENERS_EACH)
        self.ending: Callable[[], bool] = lambda: False
        self._warm = threading.Thread(target=self._prepare, daemon=True)

    def start(self) -> None:
        """Start the workers, open the crisis and run its options, in the background."""
        self.jobs.start()
        self._warm.start()

    def close(self) -> None:
        """End everything and leave nothing behind."""
        self.jobs.close()
        self.checks.close()
        self.home.close()

    def _prepare(self) -> None:
        job = _opening(self.jobs, self.first, OPEN_SECONDS)
        job.over.wait()
        try:
            self.crises["main"] = _opened(self.jobs, job, self.first)
        except ValueError as error:
            self.fault = str(error)
            return
        main = self.crises["main"]
        for kind in ("scene", "run"):
            task, key = self.task(kind, "main", main, _first(main))
            if kind == "run":
                task["seconds"] = OPEN_SECONDS
            with contextlib.suppress(QueueFull):
                self.jobs.ask(task, key).over.wait()

    async def take(self, folder: Path, client: Client) -> tuple[str, Opened]:
        """Take a crisis in; it is opened apart from the runs, so that these do not wait.

        Raises
        ------
        ValueError
            If it cannot be opened; says why. QueueFull, if too many are.
        """
        self.checks.start()
        job = _opening(self.checks, str(folder), UPLOAD_SECONDS, client)
        while not job.over.is_set() and not self.ending():
            await asyncio.sleep(BEAT)
        key = "up-" + secrets.token_hex(8)
        self.crises[key] = _opened(self.checks, job, str(folder), client.share)
        uploads = {k: o.share for k, o in self.crises.items() if k != "main"}
        if len(uploads) > limits.MOST_UPLOADS:  # the first of the client that has most goes
            most = Counter(uploads.values()).most_common(1)[0][0]
            self.drop(self.crises.pop(next(k for k in uploads if uploads[k] == most)).folder)
        return key, self.crises[key]

    def drop(self, folder: str | Path) -> None:
        """Remove an uploaded folder."""
        inside = Path(folder).relative_to(self.home.path)
        shutil.rmtree(self.home.path / inside.parts[0], ignore_errors=True)

    def task(
        self,
        kind: str,
        crisis: str,
        opened: Opened,
        asked: Asked,
    ) -> tuple[dict[str, Any], str]:
        """Return a request as a task for a worker, and its key."""
        facts = opened.facts
        task: dict[str, Any] = {"kind": kind}
        if isinstance(asked, RunRequest):
            task["as_of"] = asked.as_of or facts["as_of"]
        if isinstance(asked, BargainRequest):
            task |= {"as_of": asked.as_of or facts["as_of"], "support": dict(asked.support)}
        elif isinstance(asked, HindcastRequest):
            task |= {"futures": asked.futures, "seed": asked.seed}
        elif kind != "scene" and isinstance(asked, RunRequest):
            task |= {
                "options": plain_options(asked.options),
                "futures": asked.futures,
                "seed": asked.seed,
                "days": asked.days or facts["horizon"],
                "settings": dict(asked.settings),
                "line": asked.line.model_dump() if asked.line else None,
            }
        if isinstance(asked, ExportRequest):
            task["format"] = asked.format
        if isinstance(asked, DelayRequest):
            task["weeks"] = sorted(set(asked.weeks))
        key = key_of(task, {"opened": crisis, "digest": facts["digest"]})
        return {**task, "folder": opened.folder, "digest": facts["digest"]}, key


def _opening(jobs: Jobs, folder: str, seconds: float, client: Client = HOUSE) -> QueuedRequest:
    task = {"kind": "open", "folder": folder, "seconds": seconds}
    return jobs.ask(task, secrets.token_hex(16), client=client)


def _opened(jobs: Jobs, job: QueuedRequest, folder: str, share: str = "") -> Opened:
    made = jobs.cache.get(job.key)
    if job.state != "done" or made is None:
        raise ValueError(job.message or "the crisis could not be opened")
    return Opened(folder, json.loads(made.plain()), share)


def _first(opened: Opened) -> RunRequest:
    return RunRequest(options=opened.facts["options"], futures=FIRST_FUTURES)


def create_app(
    crisis: str = "idlib-2020",
    *,
    hosts: tuple[str, ...] = LOOPBACK,
    token: str = "",
    workers: int = 1,
    threads: int | None = None,
    seconds: float = limits.MOST_SECONDS,
) -> FastAPI:
    """Return the application.

    Parameters
    ----------
    crisis : str
        Built-in name, or path of a crisis folder.
    hosts : tuple of str
        Names by which it may be called.
    token : str
        What every request must carry; ``""`` for none.
    workers, threads : int
        Processes that run, and threads of each; all processors by default.
    seconds : float
        Longest time of one request in a worker.
    """
    house = House(crisis, workers, threads or max(1, (os.cpu_count() or 1) // workers), seconds)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        house.start()
        yield
        await asyncio.to_thread(house.close)

    app = FastAPI(
        title="Havenline",
        version=__version__,
        description="Options of a displacement crisis, simulated and compared.",
        lifespan=life,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.state.house = house
    app.add_middleware(Guard, token=token, hosts=hosts)
    _errors(app)
    _page(app)
    _reading(app, house)
    _asking(app, house)
    _jobs(app, house)
    _uploading(app, house)
    return app


def _errors(app: FastAPI) -> None:
    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        faults = [
            {"where": ".".join(str(p) for p in e["loc"])[:200], "what": str(e["msg"])[:200]}
            for e in error.errors()[:20]
        ]
        return JSONResponse({"detail": "the request is not right", "faults": faults}, 422)

    @app.exception_handler(RecursionError)
    async def deep(request: Request, error: RecursionError) -> JSONResponse:
        return JSONResponse({"detail": "the request is nested too deep"}, 400)


def _page(app: FastAPI) -> None:
    files = {p.relative_to(PAGE).as_posix() for p in PAGE.rglob("*") if p.is_file()}

    @cache
    def packed(name: str, changed: int) -> tuple[str, Made]:
        body = (PAGE / name).read_bytes()
        media = MEDIA.get(Path(name).suffix, "text/plain")
        return hashlib.sha256(body).hexdigest(), Made(body, media).pack()

    @app.get("/", include_in_schema=False)
    async def index(request: Request) -> Response:
        return file("index.html", request)

    @app.get("/page/{name:path}", include_in_schema=False)
    def file(name: str, request: Request) -> Response:
        if name not in files:
            raise HTTPException(404, "there is no such file")
        key, made = packed(name, (PAGE / name).stat().st_mtime_ns)
        return _sent(key, lambda: made, request, "no-cache")


def _known(house: House, key: str) -> Opened:
    if key not in house.crises:
        if key == "main" and not house.fault:
            raise HTTPException(503, "the crisis is still being opened", {"Retry-After": "1"})
        raise HTTPException(404, house.fault if key == "main" else "there is no such crisis")
    return house.crises[key]


def _as_of(opened: Opened, given: str | None) -> None:
    """Refuse an as-of date that is outside the recorded period."""
    if given is None:
        return
    if not opened.facts["start"] <= given <= _year_after(opened.facts["as_of"]):
        raise HTTPException(422, "the as-of date lies outside the period of the crisis")


def _year_after(day: str) -> str:
    return (dt.date.fromisoformat(day) + dt.timedelta(days=365)).isoformat()


BUSY = HTTPException(429, "too many requests wait; try again in a moment", {"Retry-After": "5"})


def _client(request: Request) -> Client:
    found: Client = request.scope[CLIENT]
    return found


def _ask(house: House, kind: str, asked: Asked, rank: int, request: Request) -> JobStatus:
    opened = _known(house, asked.crisis)
    if not isinstance(asked, HindcastRequest):
        _as_of(opened, asked.as_of)
    if isinstance(asked, RunRequest):
        known = [*opened.facts["options"]]
        unknown = [o for o in asked.options if isinstance(o, str) and o not in known
                   and not o.endswith("-drawn")]  # fmt: skip
        if unknown:
            raise HTTPException(422, f"unknown option; the crisis declares: {', '.join(known)}")
    task, key = house.task(kind, asked.crisis, opened, asked)
    try:
        return _status(house, house.jobs.ask(task, key, rank, _client(request)))
    except QueueFull:
        raise BUSY from None


def _status(house: House, job: QueuedRequest) -> JobStatus:
    return JobStatus(
        id=job.id,
        state=job.state,
        done=job.done,
        of=job.of,
        ahead=house.jobs.ahead(job) if job.state == "waiting" else 0,
        message=job.message,
    )


class KeptAnswer(Response):
    """An answer as it is sent: part by part from where it is kept, so that no copy is held.

    Parameters
    ----------
    find : callable
        Returns the answer, or None once it is no longer kept.
    made : Made
        The answer.
    packs : bool
        Whether the client takes gzip.
    headers : mapping of str to str
    """

    def __init__(
        self,
        find: Callable[[], Made | None],
        made: Made,
        *,
        packs: bool,
        headers: Mapping[str, str],
    ) -> None:
        more = {"Vary": "Accept-Encoding"} if made.packed else {}
        if made.packed and packs:
            more["Content-Encoding"] = "gzip"
        if not made.packed or packs:
            more["Content-Length"] = str(len(made.body))
        if made.name:
            more["Content-Disposition"] = f'attachment; filename="{made.name}"'
            if made.media.startswith("text/html"):
                more["Content-Security-Policy"] = limits.DOCUMENT_POLICY
        self.status_code, self.media_type, self.background = 200, made.media, None
        self.init_headers({**headers, **more})  # without a body: its length is known above
        self.find, self.unpacks = find, made.packed and not packs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer."""
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        unpacker = zlib.decompressobj(wbits=31)
        at = 0
        while made := self.find():  # else it went meanwhile; the connection is cut
            part, whole = made.body[at : at + limits.CHUNK], len(made.body)
            del made
            at += len(part)
            while self.unpacks and part:
                plain = unpacker.decompress(part, limits.CHUNK)
                part = unpacker.unconsumed_tail
                await send({"type": "http.response.body", "body": plain, "more_body": True})
            if at >= whole:
                part += unpacker.flush() if self.unpacks else b""
                await send({"type": "http.response.body", "body": part})
                return
            if part:
                await send({"type": "http.response.body", "body": part, "more_body": True})


def _sent(
    key: str, find: Callable[[], Made | None], request: Request, keep: str = "private, no-cache"
) -> Response:
    """Return an answer as it is sent, or that it is the one that the client has."""
    headers = {"ETag": f'"{key[:32]}"', "Cache-Control": keep}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    made = find()
    if made is None:
        raise HTTPException(410, "the answer is no longer kept; ask again")
    packs = "gzip" in request.headers.get("accept-encoding", "")
    return KeptAnswer(find, made, packs=packs, headers=headers)


def _reading(app: FastAPI, house: House) -> None:
    @app.get("/api/health")
    async def health() -> dict[str, Any]:
        """Whether the crisis is open and runs can be asked for."""
        return {
            "ready": "main" in house.crises,
            "fault": house.fault,
            "version": __version__,
            "workers_replaced": house.jobs.replaced + house.checks.replaced,
        }

    @app.get("/api/scene")
    async def scene(
        request: Request,
        crisis: Key = "main",
        as_of: Annotated[str | None, Query(pattern=r"^\d{4}-\d\d-\d\d$")] = None,
    ) -> Response:
        """The crisis: geography, recorded control up to the as-of date, levers, sources."""
        opened = _known(house, crisis)
        if as_of is not None:
            try:
                dt.date.fromisoformat(as_of)
            except ValueError:
                raise HTTPException(422, "expected a date YYYY-MM-DD") from None
        _as_of(opened, as_of)
        task, key = house.task("scene", crisis, opened, RunRequest(as_of=as_of))
        client = _client(request)
        try:
            with house.listeners.hold(client):
                job = house.jobs.ask(task, key, client=client)
                while not job.over.is_set() and not house.ending():
                    await asyncio.sleep(BEAT)
        except (QueueFull, PlacesTaken):
            raise BUSY from None
        return _answer(house, job, request)


def _asking(app: FastAPI, house: House) -> None:
    @app.post("/api/runs", status_code=202)
    async def run(asked: RunRequest, request: Request) -> JobStatus:
        """Run options; the answer is the comparison with the baseline, bands and exposure."""
        return _ask(house, "run", asked, 2 if asked.calm else 0, request)

    @app.post("/api/details", status_code=202)
    async def detail(asked: RunRequest, request: Request) -> JobStatus:
        """What lies behind an answer: limits kept, when options fail, what is needed."""
        return _ask(house, "detail", asked, 2, request)

    @app.post("/api/delays", status_code=202)
    async def delay(asked: DelayRequest, request: Request) -> JobStatus:
        """What each week of delay of the last option adds."""
        if not asked.options:
            raise HTTPException(422, "expected an option to delay")
        return _ask(house, "delay", asked, 2, request)

    @app.post("/api/exports", status_code=202)
    async def export(asked: ExportRequest, request: Request) -> JobStatus:
        """A run as a file."""
        return _ask(house, "export", asked, 1, request)

    @app.post("/api/bargains", status_code=202)
    async def bargain(asked: BargainRequest, request: Request) -> JobStatus:
        """Whether the parties could agree under some outside support, where, and if it holds."""
        return _ask(house, "bargain", asked, 1, request)

    @app.post("/api/hindcasts", status_code=202)
    async def hindcast(asked: HindcastRequest, request: Request) -> JobStatus:
        """Forecasts from earlier days against what came after."""
        return _ask(house, "hindcast", asked, 3, request)


def _answer(house: House, job: QueuedRequest, request: Request) -> Response:
    if job.state == "done":
        return _sent(job.key, lambda: house.jobs.cache.get(job.key), request)
    if job.state == "failed":
        status = {"refused": 422, "late": 408}.get(job.fault, 410)
        raise HTTPException(status, job.message)
    if job.state == "cancelled":
        raise HTTPException(410, "the request was cancelled")
    raise HTTPException(409, "the request is not done yet")


def _jobs(app: FastAPI, house: House) -> None:
    def found(name: str) -> QueuedRequest:
        job = house.jobs.find(name)
        if job is None:
            raise HTTPException(404, "there is no such request")
        return job

    @app.get("/api/jobs/{name}")
    async def status(name: JobId) -> JobStatus:
        """Where a request stands."""
        return _status(house, found(name))

    @app.get("/api/jobs/{name}/result", response_class=Response)
    async def result(name: JobId, request: Request) -> Response:
        """The answer; the same request always gives the same bytes."""
        return _answer(house, found(name), request)

    @app.delete("/api/jobs/{name}")
    async def cancel(name: JobId, request: Request) -> JobStatus:
        """Give up a request; it ends when nobody else waits for it.

        Only who asked for it can: it is known by the cookie that came with its first answer.
        """
        job, client = found(name), _client(request)
        if job.state not in OVER and client.name not in job.asked:
            raise HTTPException(403, "another client asked for this; its cookie is needed")
        house.jobs.cancel(job, client)
        return _status(house, job)

    @app.get("/api/jobs/{name}/events", response_class=StreamingResponse)
    async def events(name: JobId, request: Request) -> StreamingResponse:
        """Progress as server-sent events, until the request is over."""
        job = found(name)
        client = _client(request)
        try:
            with house.listeners.hold(client):
                pass
        except PlacesTaken:
            raise HTTPException(429, "too many listen", {"Retry-After": "2"}) from None

        async def stream() -> AsyncIterator[bytes]:
            with contextlib.suppress(PlacesTaken), house.listeners.hold(client):
                seen, quiet = "", 0.0
                while True:
                    text = _status(house, job).model_dump_json()
                    if text != seen:
                        seen, quiet = text, 0.0
                        yield f"data: {text}\n\n".encode()
                    if job.state in OVER or house.ending():
                        return
                    await asyncio.sleep(BEAT)
                    quiet += BEAT
                    if quiet > 10:
                        quiet = 0.0
                        yield b": still here\n\n"

        return StreamingResponse(stream(), media_type="text/event-stream")


def _uploading(app: FastAPI, house: House) -> None:
    @app.post(
        "/api/crises",
        status_code=201,
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
            }
        },
    )
    async def upload(request: Request) -> dict[str, Any]:
        """Open a crisis folder given as a zip file; checked like any other."""
        client = _client(request)
        folder: Path | None = None
        try:
            folder = await asyncio.to_thread(unpack, await request.body(), house.home.path)
            key, opened = await house.take(folder, client)
        except QueueFull:
            fault = BUSY
        except (UploadRefused, ValueError) as error:
            fault = HTTPException(422, str(error))
        except OSError:
            fault = HTTPException(503, "there is no room for uploads", {"Retry-After": "60"})
        else:
            return {"crisis": key, "name": opened.facts["name"], "options": opened.facts["options"]}
        if folder is not None:
            house.drop(folder)
        raise fault
