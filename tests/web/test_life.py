"""How the server starts and ends: one message for a bad address, no process left behind."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any

import httpx
import psutil
import pytest

from havenline.web import limits
from havenline.web.cache import Made
from havenline.web.guard import Guard
from havenline.web.worker import Desk, work


def started(port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "havenline", "serve", "--port", str(port)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def until_ready(process: subprocess.Popen[bytes], port: int, seconds: float = 300) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert process.poll() is None
        try:
            if httpx.get(f"http://127.0.0.1:{port}/api/health").json()["ready"]:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise AssertionError("the server did not start")


def refused(*arguments: str) -> str:
    command = [sys.executable, "-m", "havenline", "serve", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 2
    assert ended.stdout == ""  # no address is given that does not answer
    assert len(ended.stderr.strip().splitlines()) == 1
    return ended.stderr


def test_a_port_in_use_is_one_message() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        text = refused("--port", port)
    assert port in text
    assert "already in use" in text
    assert "--port" in text


@pytest.mark.parametrize("host", ["nowhere.invalid", "203.0.113.7", "a..b"])
def test_an_address_that_is_not_this_machine_is_one_message(host: str) -> None:
    text = refused("--host", host, "--port", "8991")
    assert host in text
    assert "--host" in text


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_told_with_work_and_clients_under_way(
    serving: ModuleType, how: signal.Signals
) -> None:
    port = serving.free_port()
    with (
        started(port) as process,
        socket.socket() as half,
        socket.socket() as stream,
        socket.socket() as deaf,
    ):
        try:
            until_ready(process, port)
            path = b"/page/vendor/maplibre-gl/maplibre-gl.mjs"
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            deaf.connect(("127.0.0.1", port))
            deaf.sendall(b"GET %b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % path)  # and reads nothing
            half.connect(("127.0.0.1", port))
            half.sendall(
                b"POST /api/runs HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
            )
            body = {"futures": 500, "days": 300}
            url = f"http://127.0.0.1:{port}/api/runs"
            posted = httpx.post(url, json=body, timeout=60)
            assert posted.status_code == 202
            stream.connect(("127.0.0.1", port))
            stream.sendall(
                f"GET /api/jobs/{posted.json()['id']}/events HTTP/1.1\r\n"
                "Host: 127.0.0.1\r\n\r\n".encode()
            )
            assert stream.recv(4096).startswith(b"HTTP/1.1 200")
            family = psutil.Process(process.pid).children(recursive=True)
            assert family
            process.send_signal(how)
            process.wait(60)
            gone, alive = psutil.wait_procs(family, timeout=30)
            assert gone
            assert alive == []
            assert process.stderr is not None
            assert b"Traceback" not in process.stderr.read()
        finally:
            if process.poll() is None:
                process.kill()


def test_a_connection_beyond_the_limit_is_told_so(address: str) -> None:
    port = int(address.rsplit(":", 1)[1])
    held: list[socket.socket] = []
    answers = []
    try:
        for _ in range(limits.MOST_CONNECTIONS + 20):
            held.append(socket.create_connection(("127.0.0.1", port), timeout=60))
        for one in held[-5:]:
            one.settimeout(60)
            one.sendall(b"GET /api/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            answers.append(one.recv(4096).decode().lower())
    finally:
        for one in held:
            one.close()
    assert all(a.startswith("http/1.1 503 ") for a in answers)
    assert all("retry-after: " in a for a in answers)
    until = time.monotonic() + 60
    while True:
        try:
            assert httpx.get(f"{address}/api/health", timeout=60).json()["ready"]
            break
        except (httpx.HTTPError, KeyError):
            assert time.monotonic() < until
            time.sleep(0.1)


def test_a_killed_worker_is_told_over_the_line_and_replaced(serving: ModuleType) -> None:
    port = serving.free_port()
    with started(port) as process:
        try:
            until_ready(process, port)
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
                asked = client.post("/api/runs", json={"futures": 500, "days": 300}).json()["id"]
                until = time.monotonic() + 120
                while client.get(f"/api/jobs/{asked}").json()["done"] == 0:
                    assert time.monotonic() < until
                    time.sleep(0.05)
                busy = [
                    child
                    for child in psutil.Process(process.pid).children(recursive=True)
                    if "spawn_main" in " ".join(child.cmdline())
                ]
                assert busy
                for child in busy:
                    child.kill()
                while (told := client.get(f"/api/jobs/{asked}").json())["state"] == "running":
                    assert time.monotonic() < until
                    time.sleep(0.05)
                assert told["state"] == "failed"
                answer = client.get(f"/api/jobs/{asked}/result")
                assert answer.status_code == 410
                assert "again" in answer.json()["detail"]
                after = serving.answered(client, "/api/runs", {"futures": 2, "days": 7})
                assert after.status_code == 200
                assert client.get("/api/health").json()["workers_replaced"] >= 1
        finally:
            process.kill()


def test_a_body_that_never_comes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_BODY_SECONDS", 0.05)
    sent: list[Any] = []

    async def never(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("the request is not whole")

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/api/runs", "query_string": b"",
        "headers": [(b"host", b"127.0.0.1"), (b"content-type", b"application/json")],
    }  # fmt: skip
    with ThreadPoolExecutor(1) as pool:  # a browser's driver may hold this thread's loop
        pool.submit(lambda: asyncio.run(Guard(never, "")(scope, receive, send))).result()
    assert sent[0]["status"] == 408


def test_an_exception_that_nobody_expected_is_logged_and_the_worker_goes_on(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(desk: Desk, task: Any, tell: Any) -> Made:
        if task["kind"] == "scene":
            raise LookupError("no such table in /srv/secret")
        return Made(b"{}")

    monkeypatch.setattr(Desk, "do", broken)
    ours, theirs = multiprocessing.Pipe()
    for number, kind in enumerate(("scene", "open")):
        ours.send(("do", str(number), {"kind": kind}))
    ours.send(("stop",))
    with ThreadPoolExecutor(1) as pool:
        monkeypatch.setattr(signal, "signal", lambda *_: None)  # not this process's to set
        pool.submit(work, theirs, 1).result(60)
    told = [ours.recv() for _ in range(3)]
    assert told[0] == ("ready",)
    assert told[1][:3] == ("failed", "0", "broken")
    assert "secret" not in told[1][3]
    assert told[2][0] == "made"
    assert "no such table in /srv/secret" in caplog.text
    assert "Traceback" in caplog.text
