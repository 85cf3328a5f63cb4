"""What all share: each client gets its part, and nobody can take that of the others."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import uvicorn

from havenline.web import limits
from havenline.web.cache import Cache, Made, give_back_memory
from havenline.web.clients import Client, Places, PlacesTaken
from havenline.web.guard import LOOPBACK
from havenline.web.home import Home
from havenline.web.jobs import KEPT, Jobs, QueueFull
from havenline.web.patience import Door
from havenline.web.server import House, create_app

ANNA, BORIS = Client("a" * 32, "192.0.2.1"), Client("b" * 32, "192.0.2.1")
ZIP = {"Content-Type": "application/zip"}


def served_in_turn(jobs: Jobs) -> list[str]:
    """Return the keys of what waits, in the order in which it is served."""
    found = []
    while jobs._waiting:
        job = jobs._next()
        assert job is not None
        found.append(job.key)
    return found


def test_clients_take_turns() -> None:
    jobs = Jobs(1, 1)  # not started: everything waits
    for k in range(4):
        jobs.ask({}, f"anna-{k}", client=ANNA)
    for k in range(2):
        jobs.ask({}, f"boris-{k}", client=BORIS)
    assert served_in_turn(jobs) == ["anna-0", "boris-0", "anna-1", "boris-1", "anna-2", "anna-3"]


def test_the_urgent_goes_first_and_the_calm_goes_at_last() -> None:
    jobs = Jobs(1, 1)
    calm = jobs.ask({}, "calm", rank=1, client=BORIS)
    for k in range(limits.MOST_WAITING_EACH):
        jobs.ask({}, f"urgent-{k}", client=ANNA)
    served = 0
    while jobs._next() is not calm:  # whenever one was served, there is another
        served += 1
        jobs.ask({}, f"more-{served}", client=ANNA)
    assert served <= limits.MOST_WAITING_EACH + 1


def test_what_was_given_up_does_not_count_against_the_next_request() -> None:
    jobs = Jobs(1, 1)
    for k in range(20):
        jobs.cancel(jobs.ask({}, f"moved-{k}", client=ANNA), ANNA)
    for k in range(3):
        jobs.ask({}, f"boris-{k}", client=BORIS)
    jobs.ask({}, "anna", client=ANNA)
    assert served_in_turn(jobs).index("anna") == 1


def test_one_client_cannot_fill_the_queue() -> None:
    jobs = Jobs(1, 1)
    for k in range(limits.MOST_WAITING_EACH):
        jobs.ask({}, f"anna-{k}", client=ANNA)
    with pytest.raises(QueueFull):
        jobs.ask({}, "one too many", client=ANNA)
    assert jobs.ask({}, "boris", client=BORIS).state == "waiting"
    assert limits.MOST_WAITING_EACH < limits.MOST_WAITING


def test_those_without_a_name_share_what_their_address_has() -> None:
    jobs = Jobs(1, 1)
    for k in range(limits.MOST_WAITING_EACH):
        jobs.ask({}, str(k), client=Client(f"{k:032x}", "192.0.2.1", known=False))
    with pytest.raises(QueueFull):
        jobs.ask({}, "more", client=Client("c" * 32, "192.0.2.1", known=False))
    jobs.ask({}, "from elsewhere", client=Client("d" * 32, "192.0.2.2", known=False))
    jobs.ask({}, "by name", client=ANNA)


def test_a_job_ends_only_for_those_who_asked() -> None:
    jobs = Jobs(1, 1)
    job = jobs.ask({}, "both", client=ANNA)
    assert jobs.ask({}, "both", client=BORIS) is job
    for _ in range(3):
        jobs.cancel(job, ANNA)
        jobs.cancel(job, Client("e" * 32, "192.0.2.1"))
    assert job.state == "waiting"
    jobs.cancel(job, BORIS)
    assert str(job.state) == "cancelled"


def test_places_are_given_back_and_nobody_takes_all() -> None:
    places = Places(3, 2)
    with places.hold(ANNA), places.hold(ANNA):
        with pytest.raises(PlacesTaken), places.hold(ANNA):
            pass
        with places.hold(BORIS), pytest.raises(PlacesTaken), places.hold(Client("f", "x")):
            pass
    with places.hold(ANNA), places.hold(ANNA):
        pass


class Stub:
    """A worker and its pipe, of which nothing is asked."""

    def is_alive(self) -> bool:
        return True

    def send(self, message: object) -> None: ...

    def join(self, timeout: float) -> None: ...

    def kill(self) -> None: ...


FACTS = {
    "id": "x", "name": "X", "digest": "0", "as_of": "2020-02-03", "start": "2019-12-01",
    "horizon": 30, "options": ["a"], "baseline": "a",
}  # fmt: skip


@pytest.fixture
def faked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[Any], Made]]:
    """Workers that answer at once, without a process: what they answer, by kind of task."""
    kinds: dict[str, Callable[[Any], Made]] = {"open": lambda _: Made(json.dumps(FACTS).encode())}

    def hand(jobs: Jobs, job: Any, pipe: Any, *, last: bool = False) -> bool:
        make = kinds.get(job.task["kind"], lambda _: Made(b"{}"))
        try:
            made = make(job.task).pack()
        except ValueError as error:
            jobs._finish(job, ("failed", job.id, "refused", str(error)))
        else:
            jobs._finish(job, ("made", job.id, made.body, made.media, made.name, made.packed))
        return True

    monkeypatch.setattr(Jobs, "_spawn", lambda jobs, number: (Stub(), Stub()))
    monkeypatch.setattr(Jobs, "_hand", hand)
    return kinds


Visit = Callable[[House, Callable[[], httpx.AsyncClient]], Awaitable[None]]


def within(visit: Visit) -> None:
    """Run what visits an application that has been started; each visitor has its own cookies."""

    async def run() -> None:
        app = create_app(hosts=("server",))
        transport = httpx.ASGITransport(app=app)
        async with app.router.lifespan_context(app):
            house = app.state.house
            while "main" not in house.crises:
                await asyncio.sleep(0.01)
            await visit(
                house,
                lambda: httpx.AsyncClient(transport=transport, base_url="http://server"),
            )

    with ThreadPoolExecutor(1) as pool:  # a browser's driver may hold this thread's loop
        pool.submit(lambda: asyncio.run(run())).result()


async def answered(client: httpx.AsyncClient, path: str, body: Any) -> httpx.Response:
    posted = await client.post(path, json=body)
    assert posted.status_code == 202, posted.text
    name = posted.json()["id"]
    while (await client.get(f"/api/jobs/{name}")).json()["state"] in ("waiting", "running"):
        await asyncio.sleep(0.002)
    return await client.get(f"/api/jobs/{name}/result")


def test_answers_stay_within_their_bytes_after_many_requests(
    faked: dict[str, Callable[[Any], Made]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """300 live requests and 60 large answers: one store, one cap, for jobs too."""
    most, large = 32 * 2**20, 6 * 2**20
    monkeypatch.setattr(limits, "CACHE_BYTES", most)
    faked["run"] = lambda task: Made(random.Random(task["seed"]).randbytes(4000))
    faked["export"] = lambda task: Made(
        random.Random(task["seed"]).randbytes(large), "application/x-netcdf", "result.nc"
    )

    async def visit(house: House, visitor: Callable[[], httpx.AsyncClient]) -> None:
        async with visitor() as client:
            await answered(client, "/api/exports", {"format": "netcdf", "seed": 999})
            before = psutil.Process().memory_info().rss
            names = []
            for seed in range(300):
                found = await answered(client, "/api/runs", {"seed": seed})
                assert len(found.content) == 4000
            for seed in range(60):
                body = {"format": "netcdf", "seed": seed}
                found = await answered(client, "/api/exports", body)
                assert found.status_code == 200
                assert len(found.content) == large
                del found
                names.append((await client.post("/api/exports", json=body)).json()["id"])
            assert house.jobs.cache.size <= most
            gc.collect()  # what the client has read, in this process too
            give_back_memory()  # as the server does when an answer goes
            assert psutil.Process().memory_info().rss - before < most + 20 * large
            gone = await client.get(f"/api/jobs/{names[0]}/result")
            assert gone.status_code == 410
            assert "ask again" in gone.json()["detail"]
            assert len(house.jobs._jobs) <= KEPT
            assert all(not job.task for job in house.jobs._jobs.values())

    within(visit)


def test_an_answer_is_the_same_with_and_without_compression(
    faked: dict[str, Callable[[Any], Made]],
) -> None:
    text = json.dumps(list(range(200_000))).encode()
    faked["run"] = lambda task: Made(text)
    faked["export"] = lambda task: Made(text[:-1], "application/pdf", "briefing.pdf")

    async def visit(house: House, visitor: Callable[[], httpx.AsyncClient]) -> None:
        for accepted in ("gzip", "identity"):
            async with visitor() as client:
                client.headers["Accept-Encoding"] = accepted
                found = await answered(client, "/api/runs", {})
                assert found.content == text
                assert ("content-encoding" in found.headers) is (accepted == "gzip")
                again = {"If-None-Match": found.headers["etag"]}
                same = await client.get(found.request.url, headers=again)
                assert (same.status_code, same.content) == (304, b"")
                export = await answered(client, "/api/exports", {"format": "pdf"})
                assert export.content == text[:-1]
                assert export.headers["content-length"] == str(len(text) - 1)

    within(visit)


def test_runs_and_health_are_answered_while_uploads_are_checked(
    faked: dict[str, Callable[[Any], Made]], monkeypatch: pytest.MonkeyPatch
) -> None:
    going = threading.Event()

    def slowly(task: Any) -> Made:
        if "upload-" in task["folder"]:
            assert going.wait(60)
        return Made(json.dumps(FACTS).encode())

    faked["open"] = slowly
    monkeypatch.setattr("havenline.web.server.unpack", lambda body, home: home / "upload-x" / "y")

    async def visit(house: House, visitor: Callable[[], httpx.AsyncClient]) -> None:
        async with visitor() as anna, visitor() as boris:
            for client in (anna, boris):
                await client.get("/api/health")  # they have a name from here on
            uploads = [
                asyncio.create_task(anna.post("/api/crises", content=b"", headers=ZIP))
                for _ in range(limits.MOST_UPLOADING_EACH)
            ]
            await asyncio.sleep(0.1)
            refused = await anna.post("/api/crises", content=b"", headers=ZIP)
            assert refused.status_code == 429
            assert refused.headers["retry-after"]
            assert (await boris.get("/api/health")).status_code == 200
            assert (await answered(boris, "/api/runs", {})).status_code == 200
            other = asyncio.create_task(boris.post("/api/crises", content=b"", headers=ZIP))
            await asyncio.sleep(0.1)
            assert not other.done()
            going.set()
            for upload in (*uploads, other):
                assert (await upload).status_code == 201

    within(visit)


def test_uploads_of_one_client_do_not_drive_out_those_of_another(
    faked: dict[str, Callable[[Any], Made]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("havenline.web.server.unpack", lambda body, home: home / "upload-x")

    async def visit(house: House, visitor: Callable[[], httpx.AsyncClient]) -> None:
        async with visitor() as anna, visitor() as boris:
            keys: dict[Any, str] = {}
            for client in (anna, boris):
                await client.get("/api/health")
            for client in (anna, *[boris] * 6):
                posted = await client.post("/api/crises", content=b"", headers=ZIP)
                keys.setdefault(client, posted.json()["crisis"])
            assert (await anna.get(f"/api/scene?crisis={keys[anna]}")).status_code == 200
            assert (await boris.get(f"/api/scene?crisis={keys[boris]}")).status_code == 404
            assert len(house.crises) == 1 + limits.MOST_UPLOADS

    within(visit)


def test_giving_up_what_another_asked_for_changes_nothing() -> None:
    async def visit() -> None:
        app = create_app(hosts=("server",), threads=1)  # no worker is started: all waits
        house = app.state.house
        house.crises["main"] = await asyncio.to_thread(lambda: opened())
        transport = httpx.ASGITransport(app=app)
        clients = [httpx.AsyncClient(transport=transport, base_url="http://server") for _ in "ab"]
        anna, boris = clients
        name = (await anna.post("/api/runs", json={})).json()["id"]
        assert (await boris.delete(f"/api/jobs/{name}")).status_code == 403
        assert (await anna.get(f"/api/jobs/{name}")).json()["state"] == "waiting"
        assert (await boris.post("/api/runs", json={})).json()["id"] == name
        for _ in range(3):
            assert (await anna.delete(f"/api/jobs/{name}")).json()["state"] == "waiting"
        assert (await boris.delete(f"/api/jobs/{name}")).json()["state"] == "cancelled"
        for client in clients:
            await client.aclose()
        house.close()

    def opened() -> Any:
        from havenline.web.server import Opened

        return Opened("x", FACTS)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(visit())).result()


def test_what_others_remember_is_not_driven_out() -> None:
    jobs = Jobs(1, 1, cache=Cache(10**6))
    jobs.cache.put("mine", Made(b"1"))
    mine = jobs.ask({}, "mine", client=ANNA)
    for k in range(KEPT + 50):
        jobs.cache.put(f"other-{k}", Made(b"1"))
        jobs.ask({}, f"other-{k}", client=BORIS)
    assert jobs.find(mine.id) is mine
    assert jobs.ask({}, "mine", client=BORIS) is mine  # and no second one is made


def test_a_worker_that_died_idle_fails_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = Jobs(1, 1)
    jobs.start()
    try:
        assert jobs.ready.wait(120)
        for number in range(1, 3):
            os.kill(jobs.process_ids()[0], signal.SIGKILL)
            job = jobs.ask({"kind": "open", "folder": "idlib-2020"}, f"{number}")
            assert job.over.wait(120)
            assert job.state == "done", job.message
            assert jobs.replaced == number
    finally:
        jobs.close()


def test_the_folder_of_a_killed_server_goes_and_that_of_a_live_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "from havenline.web.home import Home; h = Home(); print(h.path, flush=True); input()"
    others = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "TMPDIR": str(tmp_path)},
            text=True,
        )
        for _ in range(2)
    ]
    try:
        paths = [Path(other.stdout.readline().strip()) for other in others if other.stdout]
        (paths[0] / "upload-x").mkdir()
        others[0].kill()
        others[0].wait(60)
        not_ours = tmp_path / "havenline-web-link"
        not_ours.symlink_to(tmp_path)
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        home = Home()
        assert not paths[0].exists()
        assert paths[1].exists()
        assert not_ours.is_symlink()
        assert home.path.name.startswith("havenline-web-")
        home.close()
        assert not home.path.exists()
    finally:
        for other in others:
            other.kill()
            other.communicate()


LARGE = b"x" * 64 * 2**20


@contextlib.contextmanager
def door(listen: str = "127.0.0.1") -> Iterator[int]:
    """Serve a small application behind the door, in a thread; yield its port."""
    ending = False

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/slow":
            while not ending:
                await asyncio.sleep(0.05)
        body = LARGE if scope["path"] == "/large" else b"small"
        length = str(len(body)).encode()
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-length", length)],
            }
        )
        for at in range(0, len(body), limits.CHUNK):
            part = body[at : at + limits.CHUNK]
            more = at + limits.CHUNK < len(body)
            await send({"type": "http.response.body", "body": part, "more_body": more})

    with socket.socket() as bound:
        bound.bind((listen, 0))
        bound.listen(512)
        entry = Door(app)
        config = uvicorn.Config(
            entry,
            http=entry.connect,  # type: ignore[arg-type]
            lifespan="off",
            log_config=None,
            proxy_headers=False,
            timeout_graceful_shutdown=3,
        )
        server = uvicorn.Server(config)

        async def serve() -> None:
            await server.serve(sockets=[bound])
            for one in entry._open():
                one.transport.abort()
            await asyncio.sleep(0.1)

        thread = threading.Thread(target=lambda: asyncio.run(serve()))
        thread.start()
        try:
            yield bound.getsockname()[1]
        finally:
            ending = server.should_exit = True
            thread.join(30)


def asks(port: int, path: str, source: str = "127.0.0.1", more: str = "") -> socket.socket:
    one = socket.create_connection(("127.0.0.1", port), timeout=60, source_address=(source, 0))
    if path:
        one.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{more}\r\n".encode())
    return one


def read_head(one: socket.socket) -> str:
    return one.recv(4096).decode("latin-1").lower()


@pytest.fixture
def held() -> Iterator[list[socket.socket]]:
    """Connections that are closed at the end."""
    found: list[socket.socket] = []
    yield found
    for one in found:
        one.close()


def until_served(port: int, held: list[socket.socket]) -> None:
    """Ask as one who was told to come back does."""
    until = time.monotonic() + 60
    while True:
        held.append(asks(port, "/"))
        if read_head(held[-1]).startswith("http/1.1 200"):
            return
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.mark.parametrize("more", ["", "Connection: close\r\n"])
def test_a_client_that_never_reads_is_hung_up_on(
    monkeypatch: pytest.MonkeyPatch, held: list[socket.socket], more: str
) -> None:
    monkeypatch.setattr(limits, "MOST_WRITE_SECONDS", 0.3)
    with door() as port:
        held.append(asks(port, "/large", more=more))
        until_served(port, held)
        assert held[0].recv(10).startswith(b"HTTP/1.1 ")
        process = psutil.Process()
        until = time.monotonic() + 60
        while any(c.laddr and c.laddr.port == port and c.status == "ESTABLISHED"
                  and c.raddr.port == held[0].getsockname()[1]
                  for c in process.net_connections("tcp")):  # fmt: skip
            assert time.monotonic() < until
            time.sleep(0.05)


def test_half_open_clients_are_dropped_and_others_are_served(
    monkeypatch: pytest.MonkeyPatch, held: list[socket.socket]
) -> None:
    monkeypatch.setattr(limits, "MOST_HEAD_SECONDS", 0.5)
    with door() as port:
        for k in range(limits.MOST_CONNECTIONS + 50):
            held.append(asks(port, ""))
            if k % 2:
                held[-1].sendall(b"GET / HTTP/1.1\r\nHost: 127")  # and no more
        for one in held:
            while one.recv(4096):  # until the server hangs up
                pass
        held.append(asks(port, "/"))
        assert read_head(held[-1]).startswith("http/1.1 200 ")


@pytest.mark.parametrize("path", ["", "/large", "/"])
def test_those_who_do_nothing_make_room_for_others(held: list[socket.socket], path: str) -> None:
    """Connections that ask for nothing, or never read what they asked for."""
    with door() as port:
        for _ in range(limits.MOST_CONNECTIONS):
            held.append(asks(port, path))
        until_served(port, held)


def test_a_full_server_says_when_to_come_back(held: list[socket.socket]) -> None:
    with door() as port:
        for _ in range(limits.MOST_CONNECTIONS + 5):
            held.append(asks(port, "/slow"))  # the server is the one who is slow
        held.append(asks(port, "/"))
        head = read_head(held[-1])
        assert head.startswith("http/1.1 503 ")
        assert "retry-after: " in head
        assert "connection: close" in head


def test_one_address_leaves_room_for_another(held: list[socket.socket]) -> None:
    with door("0.0.0.0") as port:
        for _ in range(limits.MOST_CONNECTIONS_EACH + 1):
            held.append(asks(port, "/slow"))
        held.append(asks(port, "/"))
        assert read_head(held[-1]).startswith("http/1.1 503 ")
        held.append(asks(port, "/", "127.0.0.2"))
        assert read_head(held[-1]).startswith("http/1.1 200 ")


def test_one_who_reads_slowly_gets_everything(
    monkeypatch: pytest.MonkeyPatch, held: list[socket.socket]
) -> None:
    monkeypatch.setattr(limits, "MOST_WRITE_SECONDS", 0.5)
    with door() as port:
        held.append(asks(port, "/large"))
        found, most = 0, len(LARGE)
        while found < most:
            part = held[0].recv(4 * 2**20)
            assert part
            found += len(part)
            time.sleep(0.02)


def test_loopback_is_the_default() -> None:
    assert LOOPBACK == ("127.0.0.1", "localhost", "[::1]")
