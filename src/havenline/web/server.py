"""The server: the page, and JSON endpoints with an OpenAPI description, behind a guard."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import os
import secrets
import shutil
import tempfile
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi import Path as InPath
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles

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
from havenline.web.guard import LOOPBACK, Guard
from havenline.web.jobs import OVER, Jobs, QueuedRequest, QueueFull
from havenline.web.uploads import UploadRefused, unpack

PAGE = Path(__file__).parent / "page"
FIRST_FUTURES = 50
OPEN_SECONDS = 600.0
"""Opening a crisis may include compiling the kernels."""
UPLOAD_SECONDS = 60.0
BEAT = 0.04

Asked = RunRequest | HindcastRequest | BargainRequest
Key = Annotated[str, Query(pattern=r"^[a-z0-9-]{1,40}$")]
JobId = Annotated[str, InPath(pattern=r"^[0-9a-f]{24}$")]


@dataclass(frozen=True)
class Opened:
    """A crisis that can be asked about."""

    folder: str
    facts: dict[str, Any]


class House:
    """What the endpoints share: the jobs, the crises, whether the server is about to end."""

    def __init__(self, crisis: str, workers: int, threads: int, seconds: float) -> None:
        self.first = crisis
        self.jobs = Jobs(workers, threads, seconds)
        self.crises: OrderedDict[str, Opened] = OrderedDict()
        self.home = Path(tempfile.mkdtemp(prefix="havenline-web-"))
        self.fault = ""
        self.listeners = 0
        self.ending: Callable[[], bool] = lambda: False
        self._warm = threading.Thread(target=self._prepare, daemon=True)

    def start(self) -> None:
        """Start the workers, open the crisis and run its options, in the background."""
        self.jobs.start()
        self._warm.start()

    def close(self) -> None:
        """End everything and leave nothing behind."""
        self.jobs.close()
        shutil.rmtree(self.home, ignore_errors=True)

    def _prepare(self) -> None:
        try:
            self.crises["main"] = self.open(self.first, OPEN_SECONDS)
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

    def open(self, folder: str, seconds: float) -> Opened:
        """Open a crisis in a worker.

        Raises
        ------
        ValueError
            If it cannot be opened; says why.
        """
        task = {"kind": "open", "folder": folder, "seconds": seconds, "keep": False}
        job = self.jobs.ask(task, secrets.token_hex(8), keep=False)
        job.over.wait()
        if job.made is None:
            raise ValueError(job.message or "the crisis could not be opened")
        return Opened(folder, json.loads(job.made.body))

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
        key = key_of(task, {"": facts["id"], **facts["hashes"]})
        return {**task, "folder": opened.folder}, key


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
    app.add_middleware(GZipMiddleware, minimum_size=2000, compresslevel=1)
    app.add_middleware(Guard, token=token)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
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
    @app.get("/", include_in_schema=False)
    async def index() -> Response:
        return FileResponse(PAGE / "index.html")

    app.mount("/page", StaticFiles(directory=PAGE))


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


def _ask(house: House, kind: str, asked: Asked, rank: int) -> tuple[QueuedRequest, JobStatus]:
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
        job = house.jobs.ask(task, key, rank)
    except QueueFull:
        raise HTTPException(
            429, "too many requests wait; try again in a moment", {"Retry-After": "5"}
        ) from None
    return job, _status(house, job)


def _status(house: House, job: QueuedRequest) -> JobStatus:
    return JobStatus(
        id=job.id,
        state=job.state,
        done=job.done,
        of=job.of,
        ahead=house.jobs.ahead(job) if job.state == "waiting" else 0,
        message=job.message,
    )


def _made(made: Made, key: str, request: Request) -> Response:
    tag = f'"{key[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    if made.name:
        headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
        if made.media.startswith("text/html"):
            headers["Content-Security-Policy"] = limits.DOCUMENT_POLICY
    return Response(made.body, media_type=made.media, headers=headers)


def _reading(app: FastAPI, house: House) -> None:
    @app.get("/api/health")
    async def health() -> dict[str, Any]:
        """Whether the crisis is open and runs can be asked for."""
        return {
            "ready": "main" in house.crises,
            "fault": house.fault,
            "version": __version__,
            "workers_replaced": house.jobs.replaced,
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
        try:
            job = house.jobs.ask(task, key)
        except QueueFull:
            raise HTTPException(429, "too many requests wait", {"Retry-After": "5"}) from None
        while not job.over.is_set():
            await asyncio.sleep(BEAT)
        return _answer(house, job, request)


def _asking(app: FastAPI, house: House) -> None:
    @app.post("/api/runs", status_code=202)
    async def run(asked: RunRequest) -> JobStatus:
        """Run options; the answer is the comparison with the baseline, bands and exposure."""
        return _ask(house, "run", asked, 2 if asked.calm else 0)[1]

    @app.post("/api/details", status_code=202)
    async def detail(asked: RunRequest) -> JobStatus:
        """What lies behind an answer: limits kept, when options fail, what is needed."""
        return _ask(house, "detail", asked, 2)[1]

    @app.post("/api/delays", status_code=202)
    async def delay(asked: DelayRequest) -> JobStatus:
        """What each week of delay of the last option adds."""
        if not asked.options:
            raise HTTPException(422, "expected an option to delay")
        return _ask(house, "delay", asked, 2)[1]

    @app.post("/api/exports", status_code=202)
    async def export(asked: ExportRequest) -> JobStatus:
        """A run as a file."""
        return _ask(house, "export", asked, 1)[1]

    @app.post("/api/bargains", status_code=202)
    async def bargain(asked: BargainRequest) -> JobStatus:
        """Whether the parties could agree under some outside support, where, and if it holds."""
        return _ask(house, "bargain", asked, 1)[1]

    @app.post("/api/hindcasts", status_code=202)
    async def hindcast(asked: HindcastRequest) -> JobStatus:
        """Forecasts from earlier days against what came after."""
        return _ask(house, "hindcast", asked, 3)[1]


def _answer(house: House, job: QueuedRequest, request: Request) -> Response:
    if job.state == "done" and job.made is not None:
        return _made(job.made, job.key, request)
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
    async def cancel(name: JobId) -> JobStatus:
        """Give up a request; it ends when nobody else waits for it."""
        job = found(name)
        house.jobs.cancel(job)
        return _status(house, job)

    @app.get("/api/jobs/{name}/events", response_class=StreamingResponse)
    async def events(name: JobId) -> StreamingResponse:
        """Progress as server-sent events, until the request is over."""
        job = found(name)
        if house.listeners >= limits.MOST_LISTENERS:
            raise HTTPException(429, "too many listen", {"Retry-After": "2"})

        async def stream() -> AsyncIterator[bytes]:
            house.listeners += 1
            try:
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
            finally:
                house.listeners -= 1

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
        body = await request.body()
        try:
            folder = await asyncio.to_thread(unpack, body, house.home)
        except UploadRefused as error:
            raise HTTPException(422, str(error)) from None
        try:
            opened = await asyncio.to_thread(house.open, str(folder), UPLOAD_SECONDS)
        except QueueFull:
            shutil.rmtree(folder, ignore_errors=True)
            raise HTTPException(429, "too many requests wait", {"Retry-After": "5"}) from None
        except ValueError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise HTTPException(422, str(error)[:4000]) from None
        key = "up-" + secrets.token_hex(8)
        house.crises[key] = opened
        uploads = [k for k in house.crises if k != "main"]
        for old in uploads[: -limits.MOST_UPLOADS]:
            shutil.rmtree(house.crises.pop(old).folder, ignore_errors=True)
        return {"crisis": key, "name": opened.facts["name"], "options": opened.facts["options"]}
