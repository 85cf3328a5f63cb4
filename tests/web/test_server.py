"""The server under load, with uploads, tokens, cancelling and killed workers; what it may say."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import signal
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from havenline.crisis import init_crisis, open_crisis
from havenline.errors import HavenlineError
from havenline.web import limits
from havenline.web.cache import Cache, Made, key_of
from havenline.web.jobs import Jobs, QueueFull
from havenline.web.limits import too_much
from havenline.web.server import create_app
from havenline.web.worker import Desk, digest_of

ROOT = Path(__file__).resolve().parents[2]
CONTROL = re.compile(
    r"\b(controls?|controlled|captures?|captured|fallen|holder|held|attacker|taken)\b"
)


def test_fifty_readers_of_a_kept_result_at_once(client: httpx.Client, serving: ModuleType) -> None:
    body = {"futures": 3, "days": 10}
    wanted = serving.answered(client, "/api/runs", body).content

    def read(_: int) -> bytes:
        with httpx.Client(base_url=client.base_url, timeout=60) as own:
            found = serving.answered(own, "/api/runs", body)
            assert found.status_code == 200
            return bytes(found.content)

    with ThreadPoolExecutor(50) as pool:
        assert set(pool.map(read, range(50))) == {wanted}


def test_twenty_different_requests_all_answer(
    client: httpx.Client, serving: ModuleType, tmp_path: Path
) -> None:
    key = uploaded(client, zipped(init_crisis(tmp_path / "example")))

    def ask(seed: int) -> int:
        with httpx.Client(base_url=client.base_url, timeout=60) as own:
            body = {"crisis": key, "futures": 2, "days": 5, "seed": seed}
            found = serving.answered(own, "/api/runs", body).json()
            return int(found["seed"])

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(ask, range(100, 120))) == list(range(100, 120))


def test_a_flood_is_refused_politely_and_can_be_taken_back(client: httpx.Client) -> None:
    posted = [
        client.post("/api/runs", json={"futures": 400, "days": 300, "seed": 1000 + k})
        for k in range(limits.MOST_WAITING + 6)
    ]
    codes = [p.status_code for p in posted]
    assert set(codes) == {202, 429}
    assert all(p.headers["retry-after"] for p in posted if p.status_code == 429)
    assert client.get("/api/health").status_code == 200
    names = [p.json()["id"] for p in posted if p.status_code == 202]
    for name in names:
        assert client.delete(f"/api/jobs/{name}").status_code == 200
    until = time.monotonic() + 30
    while any(client.get(f"/api/jobs/{n}").json()["state"] != "cancelled" for n in names):
        assert time.monotonic() < until
        time.sleep(0.1)
    assert client.get(f"/api/jobs/{names[0]}/result").status_code == 410


def test_progress_is_told_while_it_runs(client: httpx.Client) -> None:
    posted = client.post("/api/runs", json={"futures": 40, "days": 60, "seed": 77}).json()
    told = []
    with client.stream("GET", f"/api/jobs/{posted['id']}/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            if line.startswith("data: "):
                told.append(json.loads(line[6:]))
    assert told[-1]["state"] == "done"
    done = [t["done"] for t in told]
    assert done == sorted(done)
    assert len({d for d in done if 0 < d < 40}) >= 2


def zipped(folder: Path, **texts: str) -> bytes:
    """Return a crisis folder as a zip file, with the texts of some files in place of its own."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "sourced" not in path.parts:
                text = texts.get(path.stem)
                archive.writestr(
                    f"mine/{path.relative_to(folder)}",
                    path.read_bytes() if text is None else text,
                )
    return sink.getvalue()


FORGED = b"Beyond all doubt."


def uploaded(client: httpx.Client, body: bytes) -> str:
    response = client.post("/api/crises", content=body, headers={"Content-Type": "application/zip"})
    assert response.status_code == 201, response.text
    key: str = response.json()["crisis"]
    return key


def test_a_crisis_folder_can_be_uploaded_and_run(client: httpx.Client, serving: ModuleType) -> None:
    key = uploaded(client, zipped(Path(open_crisis("idlib-2020").folder)))
    body = {"futures": 2, "days": 7, "options": ["ceasefire"]}
    mine = serving.answered(client, "/api/runs", {**body, "crisis": key}).json()
    assert mine["comparison"] == serving.answered(client, "/api/runs", body).json()["comparison"]
    assert client.get(f"/api/scene?crisis={key}").json()["crisis"]["id"] == "idlib-2020"


def test_an_upload_changes_nothing_of_what_others_see(
    client: httpx.Client, serving: ModuleType
) -> None:
    """A copy of the main crisis whose kept scores are forged, asked before it and after it."""
    folder = Path(open_crisis("idlib-2020").folder)
    past = (folder / "hindcast.yaml").read_text("utf-8")
    forged, many = re.subn(r"(?m)^notes:\n", f"notes:\n- {FORGED.decode()}\n", past)
    assert many
    key = uploaded(client, zipped(folder, hindcast=forged))

    kinds = ("csv", "daily", "areas", "xlsx", "geojson", "netcdf", "report")

    def seen(crisis: str, as_of: str, kinds: tuple[str, ...]) -> dict[str, bytes]:
        body = {"crisis": crisis, "futures": 2, "days": 7, "as_of": as_of, "options": ["ceasefire"]}
        found = {"scene": client.get(f"/api/scene?crisis={crisis}&as_of={as_of}").content}
        for path in ("runs", "details", "delays") if len(kinds) > 1 else ("runs",):
            found[path] = serving.answered(client, f"/api/{path}", body).content
        for kind in kinds:
            export = {**body, "format": kind}
            found[kind] = serving.answered(client, "/api/exports", export).content
        return found

    for as_of, order, those in (
        ("2020-02-02", ("main", key, "main"), kinds),
        ("2020-02-01", (key, "main", key), kinds[-1:]),
    ):
        answers = [(crisis, seen(crisis, as_of, those)) for crisis in order]
        assert answers[0] == answers[2]
        for crisis, found in answers:
            with_it = {k for k, text in found.items() if FORGED in text}
            assert with_it == (set() if crisis == "main" else {"scene", "report"})
        main, mine = (dict(answers)[crisis] for crisis in ("main", key))
        assert {k for k in main if main[k] != mine[k]} >= {"report"}


def test_files_that_changed_since_the_crisis_was_opened_are_not_answered_from(
    tmp_path: Path,
) -> None:
    folder = init_crisis(tmp_path / "mine")
    crisis = open_crisis(folder)
    task = {"folder": str(folder), "digest": digest_of(crisis)}
    assert Desk(1).crisis(task).id == crisis.id
    for name in [p.name for p in folder.glob("*.csv")]:
        path = folder / name
        before = path.read_text("utf-8")
        path.write_text(before + "\n", "utf-8")
        with pytest.raises(HavenlineError, match="have changed"):
            Desk(1).crisis(task)
        path.write_text(before, "utf-8")


def test_an_uploaded_crisis_cannot_make_a_border_less_open_than_it_is(
    client: httpx.Client, tmp_path: Path
) -> None:
    folder = init_crisis(tmp_path / "mine")
    crossings, options = folder / "crossings.csv", folder / "options.yaml"
    crossings.write_text(crossings.read_text().replace(",closed,", ",open,"))
    shut = """
  - id: shut
    name: Shut
    summary: Less open.
    levers:
      - {lever: border, neighbour: plainland, start: 5, regime: closed}
"""
    options.write_text(options.read_text().rstrip("\n") + "\n" + shut)
    response = client.post(
        "/api/crises", content=zipped(folder), headers={"Content-Type": "application/zip"}
    )
    assert response.status_code == 422
    assert "less open than the border is" in response.text


def test_headers_let_nothing_in(client: httpx.Client) -> None:
    for path in ("/", "/page/app.js", "/api/scene", "/api/nothing"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert "server" not in headers


def test_without_the_token_everything_is_refused() -> None:
    app = create_app(hosts=("server",), token="sesame", threads=1)  # no worker is started

    async def visit() -> None:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
            for path in ("/", "/page/app.js", "/api/health", "/api/openapi.json"):
                for given in (
                    {},
                    {"Authorization": "Bearer sesam"},
                    {"Cookie": "havenline_token=x"},
                ):
                    assert (await client.get(path, headers=given)).status_code == 401
            right = {"Authorization": "Bearer sesame"}
            assert (await client.get("/api/health", headers=right)).status_code == 200
            first = await client.get("/?token=sesame")
            assert first.status_code == 200
            assert "HttpOnly; SameSite=Strict" in first.headers["set-cookie"]
            assert (await client.get("/api/health")).status_code == 200  # by the cookie

    with ThreadPoolExecutor(1) as pool:  # a browser's driver may hold this thread's loop
        pool.submit(lambda: asyncio.run(visit())).result()
    app.state.house.close()


def long_task(folder: str) -> dict[str, Any]:
    """A run that takes much longer than any test waits."""
    return {
        "kind": "run", "folder": folder, "options": [], "futures": 500, "seed": 1,
        "days": 300, "as_of": "2020-02-03", "settings": {}, "line": None,
    }  # fmt: skip


def test_a_killed_worker_is_replaced_and_its_request_fails_clearly() -> None:
    jobs = Jobs(1, 1)
    jobs.start()
    try:
        assert jobs.ready.wait(60)
        folder = str(open_crisis("idlib-2020").folder)
        job = jobs.ask(long_task(folder), "long")
        until = time.monotonic() + 120
        while job.done == 0:
            assert time.monotonic() < until
            time.sleep(0.05)
        os.kill(jobs.process_ids()[0], signal.SIGKILL)
        assert job.over.wait(60)
        assert (job.state, job.fault) == ("failed", "killed")
        again = jobs.ask({"kind": "open", "folder": folder}, "open")
        assert again.over.wait(120)
        assert again.state == "done"
        assert jobs.replaced == 1
    finally:
        jobs.close()


def test_a_request_that_takes_too_long_is_ended() -> None:
    jobs = Jobs(1, 1, seconds=0.2)
    jobs.start()
    try:
        folder = str(open_crisis("idlib-2020").folder)
        job = jobs.ask(long_task(folder), "slow")
        assert job.over.wait(60)
        assert (job.state, job.fault) == ("failed", "late")
    finally:
        jobs.close()


def test_the_queue_gives_one_job_to_the_same_request_and_has_an_end() -> None:
    jobs = Jobs(1, 1)  # not started: everything waits
    first = jobs.ask({}, "a", rank=2)
    assert jobs.ask({}, "a") is first
    urgent = jobs.ask({}, "b", rank=0)
    assert (jobs.ahead(urgent), jobs.ahead(first)) == (0, 1)
    jobs.cancel(first)
    assert first.state == "waiting"  # the other still wants it
    jobs.cancel(first)
    assert jobs.find(first.id) is first
    assert str(first.state) == "cancelled"
    for k in range(limits.MOST_WAITING - 1):
        jobs.ask({}, f"more-{k}")
    with pytest.raises(QueueFull):
        jobs.ask({}, "one too many")


def test_the_cache_keeps_what_was_used_last_within_its_size() -> None:
    cache = Cache(10)
    for name in "abc":
        cache.put(name, Made(b"1234"))
        cache.get("a")
    assert [cache.get(n) is not None for n in "abc"] == [True, False, True]
    cache.put("large", Made(b"x" * 11))
    assert cache.get("large") is None
    assert key_of({"a": 1, "b": 2}, {}) == key_of({"b": 2, "a": 1}, {})
    assert key_of({"a": 1}, {"f": "1"}) != key_of({"a": 1}, {"f": "2"})


def test_depth_and_values_are_counted_outside_of_texts() -> None:
    assert "deep" in too_much(b"[" * (limits.MOST_NESTING + 1))
    assert not too_much(b'"' + b"[" * 1000 + b'"')
    assert not too_much(b"[]" * 1000)
    assert "deep" in too_much(b'"\\""' + b"{" * (limits.MOST_NESTING + 1))
    assert not too_much(b'"' + b"," * (2 * limits.MOST_VALUES) + b'"')
    assert "values" in too_much(b"1," * (limits.MOST_VALUES + 1))
    assert "values" in too_much(b"[]" * (limits.MOST_VALUES + 1))


def words(text: str) -> str:
    return re.sub(r"[_\-]", " ", text.casefold())


def test_every_shape_of_the_map_has_points(scene: dict[str, Any]) -> None:
    """An empty ring breaks the drawing of all others."""
    for frame in scene["frames"]:
        assert frame["beyond"]
        assert all(len(ring) > 2 for ring in frame["beyond"])
        assert all(len(line) > 1 for line in frame["front"])
    for outline in scene["outlines"]:
        assert all(len(ring) > 2 for ring in outline["rings"])
    assert all(len(road["line"]) > 1 for road in scene["roads"])


def test_no_endpoint_ties_a_place_to_control_after_the_as_of_date(
    client: httpx.Client, serving: ModuleType, scene: dict[str, Any]
) -> None:
    """Recorded control ends at the as-of date; a run holds no place and no key of control."""
    as_of = scene["crisis"]["as_of"]
    assert max(f["date"] for f in scene["frames"]) == as_of
    assert all(row[2] <= as_of for i in scene["inputs"] for row in i["rows"])
    names = {words(p["name"]) for p in scene["places"]} | {words(p["id"]) for p in scene["places"]}
    areas = {words(a["name"]) for a in scene["areas"].values()} | {words(a) for a in scene["areas"]}
    found = serving.answered(client, "/api/runs", {"futures": 3, "days": 20}).json()
    texts: set[str] = set()
    keys: set[str] = set()

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            keys.update(words(str(k)) for k in value)
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)
        elif isinstance(value, str):
            texts.add(words(value))

    walk(found)
    assert texts & (names - areas) == set()
    indicators = {words(i) for i in scene["indicators"]}
    assert {k for k in keys - indicators if CONTROL.search(k)} == set()
    weeks = found["exposure"]["no_deal"]
    assert len(weeks) == 3
    assert all(len(row) == len(found["area_ids"]) for row in weeks)


def test_vendored_code_names_its_version_and_licence() -> None:
    for folder in sorted((ROOT / "src/havenline/web/page/vendor").iterdir()):
        name, version = (folder / "VERSION").read_text("utf-8").split()
        assert name == folder.name
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
        assert len((folder / "LICENSE").read_text("utf-8")) > 500
        assert f'"{version}"' in (ROOT / "scripts/fetch_vendor.py").read_text("utf-8")
