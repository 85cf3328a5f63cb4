"""Written attacks: each gets a clear refusal, never a failure of the server or a hang."""

from __future__ import annotations

import asyncio
import http.client
import io
import json
import random
import stat
import tempfile
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from havenline.crisis import init_crisis
from havenline.web.guard import LOOPBACK, Guard
from havenline.web.uploads import UploadRefused, unpack

JSON = {"Content-Type": "application/json"}
ZIP = {"Content-Type": "application/zip"}
BIG = "9" * 400
ROOT = Path(__file__).resolve().parents[2]
TEMPORARY = Path(tempfile.gettempdir()).name


def lever(**fields: Any) -> dict[str, Any]:
    return {"options": [{"id": "x", "name": "x", "summary": "x", "levers": [fields]}]}


BODIES: dict[str, Any] = {
    "futures_huge": {"futures": 10**9},
    "futures_negative": {"futures": -1},
    "futures_zero": {"futures": 0},
    "futures_text": {"futures": "50"},
    "futures_fraction": {"futures": 1.5},
    "futures_bool": {"futures": True},
    "days_huge": {"days": 10**7},
    "seed_huge": {"seed": 2**80},
    "seed_negative": {"seed": -5},
    "as_of_words": {"as_of": "yesterday"},
    "as_of_no_such_day": {"as_of": "2020-02-31"},
    "as_of_far": {"as_of": "9999-12-31"},
    "as_of_before": {"as_of": "0001-01-01"},
    "crisis_path": {"crisis": "../../etc/passwd"},
    "crisis_absolute": {"crisis": "/etc"},
    "crisis_unknown": {"crisis": "up-0000000000000000"},
    "option_unknown": {"options": ["nothing-known"]},
    "option_path": {"options": ["../options.yaml"]},
    "option_twice": {"options": ["ceasefire", "ceasefire"]},
    "options_many": {"options": [f"o{k}" for k in range(500)]},
    "unknown_key": {"folder": "/etc"},
    "settings_unknown_key_path": {"settings": {"../x": 1.0}},
    "list_not_object": [1, 2, 3],
    "null": None,
    "lever_unknown": lever(lever="bomb", start=1),
    "lever_class": lever(lever="__class__", start=1),
    "lever_extra": lever(lever="truce", start=1, run="rm -rf"),
    "lever_negative_day": lever(lever="truce", start=-4),
    "lever_level_huge": lever(lever="aid", start=1, level=1e300),
    "border_regime_unknown": lever(lever="border", neighbour="tr", start=1, regime="sealed"),
    "line_nowhere": {"line": {"coordinates": [[1e9, 0], [0, 0]], "protected_point": [0, 0]}},
    "line_one_point": {"line": {"coordinates": [[36, 35]], "protected_point": [36, 36]}},
    "line_three_numbers": {
        "line": {"coordinates": [[36, 35, 1], [37, 35, 1]], "protected_point": [36, 36]}
    },
    "line_many": {
        "line": {"coordinates": [[36, 35]] * 5000, "protected_point": [36, 36]}
    },
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("path", ["/api/runs", "/api/exports"])
def test_bodies_that_ask_for_what_may_not_be_asked(
    client: httpx.Client, name: str, path: str
) -> None:
    body = BODIES[name]
    if path == "/api/exports" and isinstance(body, dict):
        body = {**body, "format": "csv"}
    response = client.post(path, json=body)
    assert 400 <= response.status_code < 500
    assert response.json()["detail"]


BARGAINS = {
    "support_over_full": {"support": {"us": 1.5}},
    "support_negative": {"support": {"us": -0.1}},
    "support_text": {"support": {"us": "1"}},
    "support_list": {"support": [1]},
    "supporter_path": {"support": {"../us": 0.5}},
    "as_of_no_such_day": {"as_of": "2020-02-31"},
    "as_of_far": {"as_of": "9999-12-31"},
    "unknown_key": {"draws": 10**9},
    "crisis_unknown": {"crisis": "nowhere"},
}


@pytest.mark.parametrize("name", BARGAINS)
def test_bargains_that_may_not_be_asked(client: httpx.Client, name: str) -> None:
    response = client.post("/api/bargains", json=BARGAINS[name])
    assert 400 <= response.status_code < 500
    assert response.json()["detail"]


LEVERS_REFUSED_LATER = {
    "return_not_voluntary": lever(lever="return", start=1, voluntary=False),
    "haven_without_asylum": lever(
        lever="haven", start=1, guarantee="consent", right_to_asylum=False
    ),
    "haven_closed": lever(lever="haven", start=1, guarantee="consent", freedom_to_leave=False),
    "line_not_there": lever(lever="line", line_id="no-such", announced=1, handover=2),
    "line_drawn_without_line": lever(lever="line", line_id="drawn-line", announced=1, handover=2),
    "neighbour_not_there": lever(lever="border", neighbour="xx", start=1, regime="open"),
    "setting_unknown": {"settings": {"no_such_parameter": 1.0}},
    "setting_negative": {"settings": {"walk_km_day": -3.0}},
    "line_on_one_side": {
        "options": ["ceasefire"],
        "line": {"coordinates": [[0, 0], [1, 1]], "protected_point": [36, 36]},
    },
}


@pytest.mark.parametrize("name", LEVERS_REFUSED_LATER)
def test_what_only_the_model_can_refuse_is_said_without_a_path(
    client: httpx.Client, serving: Any, name: str
) -> None:
    response = serving.answered(client, "/api/runs", {"futures": 2, **LEVERS_REFUSED_LATER[name]})
    assert response.status_code == 422
    text = response.json()["detail"]
    assert len(text) > 15
    assert " /" not in text
    assert "havenline" not in text


RAW: dict[str, tuple[bytes, int]] = {
    "nan": (b'{"settings": {"walk_km_day": NaN}}', 422),
    "infinity": (b'{"settings": {"walk_km_day": Infinity}}', 422),
    "number_of_400_digits": (b'{"futures": ' + BIG.encode() + b"}", 422),
    "number_of_5000_digits": (b'{"futures": ' + b"9" * 5000 + b"}", 422),
    "deep_lists": (b"[" * 50_000 + b"]" * 50_000, 400),
    "deep_objects": (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, 400),
    "not_json": (b"hello", 422),
    "key_twice": (b'{"futures": 2, "days": 7, "futures": 400}', 400),
    "key_twice_within": (b'{"settings": {"tent_cost": 300, "tent_cost": 1}}', 400),
    "not_utf8": (b'{"options": ["\xff\xfe"]}', 400),
    "empty": (b"", 422),
    "nul": (b'{"options": ["a\\u0000b"]}', 422),
    "lone_surrogate": (b'{"options": ["\\ud800"]}', 422),
    "surrogate_name": (
        b'{"options": [{"id": "x", "name": "\\ud800", "summary": "x", "levers": []}]}', 422
    ),
    "too_large": (b'{"x": "' + b"a" * 300_000 + b'"}', 413),
}  # fmt: skip


@pytest.mark.parametrize("name", RAW)
def test_bodies_that_are_no_decent_json(client: httpx.Client, name: str) -> None:
    body, _ = RAW[name]
    response = client.post("/api/runs", content=body, headers=JSON)
    assert 400 <= response.status_code < 500
    assert response.json()["detail"]


@pytest.mark.parametrize(
    "path",
    [
        "/page/../server.py",
        "/page/..%2fserver.py",
        "/page/%2e%2e/%2e%2e/cli/serve.py",
        "/page/....//server.py",
        "/page//etc/passwd",
        "/page/vendor/..%5c..%5cserver.py",
        "/page/app.js%00.html",
        "/page/",
        "/etc/passwd",
        "/api/jobs/../../etc/passwd",
        "/api/jobs/aaaaaaaaaaaaaaaaaaaaaaaa/result",
        "/api/jobs/" + "a" * 5000,
        "/api/scene?crisis=../x",
        "/api/scene?as_of=2020-13-45",
        "/api/scene?as_of=9999-01-01",
        "/docs",
    ],
)
def test_paths_that_lead_elsewhere(address: str, path: str) -> None:
    host, port = address.removeprefix("http://").split(":")
    raw = http.client.HTTPConnection(host, int(port), timeout=20)
    raw.request("GET", path)  # as written: no client tidies it up
    response = raw.getresponse()
    body = response.read()
    raw.close()
    assert 400 <= response.status < 500
    assert b"import" not in body
    assert b"root:" not in body


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 400),
        ({"Host": "127.0.0.1.evil.example"}, 400),
        ({"Host": ""}, 400),
        ({"Host": "[::1].evil.example"}, 400),
        ({"Host": "[::1].evil.example:80"}, 400),
        ({"Host": "localhost.:80"}, 400),
        ({"Host": "localhost:80:80"}, 400),
        ({"Host": "localhost:"}, 400),
        ({"Host": "localhost:1"}, 400),
        ({"Host": "localhost:99999999"}, 400),
        ({"Host": "me@localhost"}, 400),
        ({"Host": "localhost/x"}, 400),
        ({"Host": "localhost, evil.example"}, 400),
        ({"Host": "LOCALHOST"}, 202),
        ({"Host": "[::1]"}, 202),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Origin": "http://127.0.0.1.evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Length": "-5"}, 400),
    ],
)
def test_requests_from_elsewhere(address: str, headers: dict[str, str], status: int) -> None:
    host, port = address.removeprefix("http://").split(":")
    raw = http.client.HTTPConnection(host, int(port), timeout=20)
    body = b'{"futures": 2, "days": 5}'  # nobody waits for it, and others wait behind it
    raw.request("POST", "/api/runs", body=body, headers={**JSON, **headers})
    response = raw.getresponse()
    response.read()
    raw.close()
    assert response.status in (status, 413 if "Content-Length" in headers else status)


ELSEWHERE: list[dict[str, str]] = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "anything"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
]
FOLLOWED = {
    "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"
}  # fmt: skip


def test_other_sites_can_ask_for_nothing(client: httpx.Client) -> None:
    job = client.post("/api/runs", json={"futures": 2, "days": 5}).json()["id"]
    paths = [
        *client.get("/api/openapi.json").json()["paths"],
        "/", "/page/app.js", "/api/openapi.json", "/api/nothing",
    ]  # fmt: skip
    for path in paths:
        for method in ("GET", "HEAD", "POST", "DELETE", "OPTIONS"):
            for headers in ELSEWHERE:
                url = path.replace("{name}", job)
                found = client.request(method, url, headers={**JSON, **headers})
                assert found.status_code == 403, (method, url, headers)
        own = {"Origin": str(client.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
        assert client.get(url, headers=own).status_code != 403
        followed = client.get(url, headers=FOLLOWED).status_code
        assert followed == (200 if path == "/" else 403)
    assert client.delete(f"/api/jobs/{job}").status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([("host", "localhost"), ("host", "localhost")], 400),
        ([("host", "localhost"), ("host", "evil.example")], 400),
        ([], 400),
        ([("host", "localhost:8765")], 200),
        ([("host", "page.example:9000")], 200),
        ([("host", "page.example")], 400),
        ([("host", "localhost"), ("origin", "http://localhost"), ("origin", "http://x")], 403),
        ([("host", "localhost"), ("sec-fetch-site", "none"), ("sec-fetch-site", "x")], 403),
    ],
)
def test_headers_that_stand_more_than_once(headers: list[tuple[str, str]], status: int) -> None:
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "GET", "path": "/api/health", "query_string": b"",
        "server": ("127.0.0.1", 8765), "client": ("127.0.0.1", 1),
        "headers": [(k.encode(), v.encode()) for k, v in headers],
    }  # fmt: skip
    guard = Guard(app, "", (*LOOPBACK, "page.example:9000"))
    with ThreadPoolExecutor(1) as pool:  # a browser's driver may hold this thread's loop
        pool.submit(lambda: asyncio.run(guard(scope, receive, send))).result()
    assert sent[0]["status"] == status


def test_headers_that_are_too_large(client: httpx.Client) -> None:
    response = client.get("/api/health", headers={"X-Large": "a" * 40_000})
    assert response.status_code in (400, 431)  # by the parser, or by the guard if all came at once


def packed(write: Callable[[zipfile.ZipFile], None]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        write(archive)
    return sink.getvalue()


def link(archive: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo("crisis.yaml")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(info, "/etc/passwd")


def many_files(archive: zipfile.ZipFile) -> None:
    for k in range(3000):
        archive.writestr(f"{k}.csv", "x")


def lying() -> bytes:
    """A zip whose header says that a large file is small."""
    whole = bytearray(packed(lambda a: a.writestr("crisis.yaml", b"a" * 90_000_000)))
    size = (90_000_000).to_bytes(4, "little")
    assert whole.count(size) >= 1
    return bytes(whole.replace(size, (1000).to_bytes(4, "little")))


def changed(
    whole: bytes, old: bytes, new: bytes, *, only_last: bool = False, only_first: bool = False
) -> bytes:
    """Return a zip with some bytes changed, in its table of contents and before each file."""
    assert len(old) == len(new)
    assert old in whole
    if only_first:
        return whole.replace(old, new, 1)
    if only_last:
        return whole[: whole.rindex(old)] + new + whole[whole.rindex(old) + len(old) :]
    return whole.replace(old, new)


def one_file(method: int = zipfile.ZIP_DEFLATED) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", method) as archive:
        archive.writestr("crisis.yaml", "".join(f"{k}\n" for k in range(1000)))
    return sink.getvalue()


def holding(*names: str) -> bytes:
    """Return a zip of small files, in this order."""

    def write(archive: zipfile.ZipFile) -> None:
        for name in names:
            archive.writestr(name, "x")

    return packed(write)


def over_each_other() -> bytes:
    """Two entries of one file's bytes."""
    whole = holding("crisis.yaml", "places.csv")
    second = whole.index(b"PK\x03\x04", 4)
    return changed(whole, second.to_bytes(4, "little"), bytes(4), only_last=True)


UPLOADS: dict[str, Callable[[], bytes]] = {
    "file_then_folder": lambda: holding("x.csv", "x.csv/crisis.yaml"),
    "folder_then_file": lambda: holding("x.csv/crisis.yaml", "x.csv"),
    "file_and_folder_by_case": lambda: holding("X.csv", "x.csv/crisis.yaml"),
    "file_and_empty_folder": lambda: holding("crisis.yaml", "crisis.yaml/"),
    "name_not_decodable": lambda: changed(
        packed(lambda a: a.writestr("cris\u00e9.yaml", "x")), "\u00e9".encode(), b"\xff\xfe"
    ),
    "name_with_line_end": lambda: changed(one_file(), b"crisis.yaml", b"crisis.ya\n\n"),
    "name_ends_in_line_end": lambda: packed(lambda a: a.writestr("crisis.yaml\n", "x")),
    "names_differ": lambda: changed(one_file(), b"crisis.yaml", b"Crisis.yaml", only_first=True),
    "bzip2": lambda: one_file(zipfile.ZIP_BZIP2),
    "lzma": lambda: one_file(zipfile.ZIP_LZMA),
    "bzip2_broken": lambda: one_file(zipfile.ZIP_BZIP2).replace(b"BZh", b"BZx"),
    "said_to_be_lzma": lambda: one_file().replace(b"\x08\x00", b"\x0e\x00"),
    "unknown_method": lambda: one_file().replace(b"\x08\x00", b"\x63\x00"),
    "wrong_sum": lambda: changed(one_file(zipfile.ZIP_STORED), b"500\n", b"999\n"),
    "cut_within": lambda: one_file()[:60] + one_file()[90:],
    "over_each_other": over_each_other,
    "no_zip": lambda: b"PK\x03\x04 not a zip",
    "empty": lambda: b"",
    "cut_off": lambda: packed(lambda a: a.writestr("crisis.yaml", "x" * 1000))[:-40],
    "bomb": lambda: packed(lambda a: a.writestr("crisis.yaml", b"0" * 150_000_000)),
    "bomb_that_lies": lying,
    "many_files": lambda: packed(many_files),
    "climbs_out": lambda: packed(lambda a: a.writestr("../../crisis.yaml", "x")),
    "absolute": lambda: packed(lambda a: a.writestr(f"/{TEMPORARY}/crisis.yaml", "x")),
    "backslashes": lambda: packed(lambda a: a.writestr("..\\crisis.yaml", "x")),
    "link": lambda: packed(link),
    "program": lambda: packed(lambda a: a.writestr("run.py", "x")),
    "deep": lambda: packed(lambda a: a.writestr("a/" * 40 + "crisis.yaml", "x")),
    "no_crisis": lambda: packed(lambda a: a.writestr("places.csv", "x")),
    "yaml_tag": lambda: packed(
        lambda a: a.writestr("crisis.yaml", "!!python/object/apply:os.system ['id']")
    ),
    "yaml_bomb": lambda: packed(
        lambda a: a.writestr(
            "crisis.yaml",
            "a0: &a0 [x]\n"
            + "".join(f"a{k}: &a{k} [{', '.join([f'*a{k - 1}'] * 9)}]\n" for k in range(1, 12)),
        )
    ),
    "tables_path": lambda: packed(
        lambda a: a.writestr("crisis.yaml", "format: 1\ntables: {populations: ../../../etc/passwd}")
    ),
    "not_utf8": lambda: packed(lambda a: a.writestr("crisis.yaml", b"\xff\xfe\x00")),
}


@pytest.mark.parametrize("name", UPLOADS)
def test_uploads_that_are_no_crisis(client: httpx.Client, name: str) -> None:
    response = client.post("/api/crises", content=UPLOADS[name](), headers=ZIP)
    assert response.status_code == 422, response.text
    text = response.json()["detail"]
    assert f"/{TEMPORARY}" not in text
    assert "root:" not in text


def test_a_zip_with_some_bits_turned_over_is_taken_or_refused(
    client: httpx.Client, tmp_path: Path
) -> None:
    folder = init_crisis(tmp_path / "mine")
    files = {p.relative_to(folder): p for p in sorted(folder.rglob("*")) if p.is_file()}

    def write(archive: zipfile.ZipFile) -> None:
        for name, path in files.items():
            archive.write(path, str(name))

    whole = packed(write)
    ends = [k for k in range(len(whole) - 4) if whole[k : k + 2] == b"PK"]
    chance = random.Random(16)
    places = Path(tempfile.mkdtemp(dir=tmp_path))
    taken = 0
    for number in range(400):
        broken = bytearray(whole)
        near = chance.choice(ends) + chance.randrange(60) if number % 2 else len(whole)
        for _ in range(chance.randint(1, 3)):
            at = near if near < len(whole) else chance.randrange(len(whole))
            broken[at] ^= 1 << chance.randrange(8)
            near = len(whole)
        try:
            unpack(bytes(broken), places)
            taken += 1
        except UploadRefused:
            pass
        if number % 4 == 0:
            found = client.post("/api/crises", content=bytes(broken), headers=ZIP)
            assert found.status_code in (201, 422)
    assert len(list(places.iterdir())) == taken  # nothing is left of those refused


def test_the_server_still_answers_afterwards(client: httpx.Client, serving: Any) -> None:
    assert client.get("/api/health").json()["workers_replaced"] == 0
    assert serving.answered(client, "/api/runs", {"futures": 2, "days": 7}).status_code == 200


def test_no_path_of_the_machine_is_told(client: httpx.Client, scene: dict[str, Any]) -> None:
    for text in (json.dumps(scene), client.get("/api/openapi.json").text):
        for path in (f"{ROOT}/", f"{Path.home()}/", f"/{TEMPORARY}/", "site-packages"):
            assert path not in text
