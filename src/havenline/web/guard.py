"""What every request passes first: host, origin, token, size; and its headers on leaving.

Written against ASGI itself, so that streams pass through untouched.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from havenline.web import clients, limits
from havenline.web.clients import Places, PlacesTaken, client_of

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

Headers = Mapping[str, list[str]]

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
COOKIE = "havenline_token"
CLIENT = "havenline.client"
"""Where in the scope of a request its client stands."""
HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?")
"""A name or address, and a port."""
UPLOAD = "/api/crises"
LINGER_SECONDS = 5.0
"""How long the rest of a refused request is taken in, so that the refusal is read."""


class Guard:
    """Refuses what does not belong; adds the security headers to everything.

    Parameters
    ----------
    app : callable
        ASGI application.
    token : str
        What a request must carry; ``""`` for none.
    hosts : sequence of str
        Names by which the server may be called, each at its own port, or at the one that it names.
    """

    def __init__(self, app: App, token: str, hosts: Sequence[str] = LOOPBACK) -> None:
        self.app, self.token = app, token
        self.hosts = frozenset(host.lower() for host in hosts)
        self.uploads = Places(limits.MOST_UPLOADING, limits.MOST_UPLOADING_EACH)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        headers: dict[str, list[str]] = {}
        for key, value in scope["headers"]:
            headers.setdefault(key.decode("latin-1").lower(), []).append(value.decode("latin-1"))
        cookies = _cookies(headers)
        address = str((scope.get("client") or ("", 0))[0])
        client = client_of(cookies.get(clients.COOKIE, ""), address)
        scope[CLIENT] = client
        fault = self._fault(scope, headers, cookies)
        given = []
        if fault is None and not client.known:
            given.append(f"{clients.COOKIE}={client.name}; HttpOnly; SameSite=Strict; Path=/")
        if fault is None and self.token and self._given(scope, headers, cookies)[1] == "query":
            given.append(f"{COOKIE}={self.token}; HttpOnly; SameSite=Strict; Path=/")
        of_page = scope["path"] == "/" or scope["path"].startswith("/page/")
        sender = _with_headers(send, given, "no-cache" if of_page else "no-store")
        refused = fault and Refused(*fault)
        whole = False

        async def reader() -> Message:
            nonlocal whole
            message = await receive()
            whole = whole or not message.get("more_body", False)
            return message

        if refused is None:
            try:
                if scope["path"] == UPLOAD and scope["method"] == "POST":
                    with self.uploads.hold(client):
                        await self._pass(scope, headers, reader, sender)
                else:
                    await self._pass(scope, headers, reader, sender)
            except PlacesTaken:
                refused = Refused(429, "too many are uploading; try again in a moment", 5)
            except Refused as error:
                refused = error
        if refused is not None:
            await _refuse(sender, None if whole else receive, refused)

    async def _pass(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        """Pass on a request whose head is right, once its body is."""
        most = limits.MOST_UPLOAD if scope["path"] == UPLOAD else limits.MOST_BODY
        large = f"a request here has at most {most} bytes"
        for length in headers.get("content-length", []):
            if not (length.isascii() and length.isdigit()) or int(length[:20]) > most:
                raise Refused(413, large)
        if scope["method"] in ("POST", "PUT", "PATCH"):
            try:
                async with asyncio.timeout(limits.MOST_BODY_SECONDS):
                    body = await _read(receive, most)
            except (TimeoutError, asyncio.CancelledError):  # late, or the server ends
                late = "the rest of the request did not arrive in time"
                await _refuse(send, None, Refused(408, late))
                return
            if body is None:
                raise Refused(413, large)
            if scope["path"] != UPLOAD and (fault := limits.too_much(body)):
                raise Refused(400, fault)
            if scope["path"] != UPLOAD and limits.says_twice(body):
                raise Refused(400, "a key stands twice in one object")
            receive = _again(body, receive)
        await self.app(scope, receive, send)

    def _given(self, scope: Scope, headers: Headers, cookies: Mapping[str, str]) -> tuple[str, str]:
        """Return the token that a request carries, and where."""
        for auth in headers.get("authorization", []):
            if auth.startswith("Bearer "):
                return auth[7:], "header"
        if COOKIE in cookies:
            return cookies[COOKIE], "cookie"
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        return query.get("token", [""])[0], "query"

    def _fault(
        self, scope: Scope, headers: Headers, cookies: Mapping[str, str]
    ) -> tuple[int, str] | None:
        if sum(len(k) + len(v) for k, v in scope["headers"]) > limits.MOST_HEAD:
            return 431, f"the headers of a request have at most {limits.MOST_HEAD} bytes"
        if not self._named(scope, headers):
            return 400, "the server is not called by this name; --name adds one"
        if _from_elsewhere(scope, headers):
            return 403, "requests from other sites are refused"
        if self.token:
            given = self._given(scope, headers, cookies)[0].encode("utf-8", "replace")
            if not hmac.compare_digest(given, self.token.encode()):
                return 401, "a token is needed; the command that started the server printed it"
        if scope["method"] == "POST":
            kind = headers.get("content-type", [""])[-1].split(";")[0].strip().lower()
            wanted = "application/zip" if scope["path"] == UPLOAD else "application/json"
            if kind != wanted:
                return 415, f"expected {wanted}"
        return None

    def _named(self, scope: Scope, headers: Headers) -> bool:
        """Return whether a request calls the server by one of its names, and once."""
        hosts = headers.get("host", [])
        found = HOST.fullmatch(hosts[0].lower()) if len(hosts) == 1 else None
        if found is None:
            return False
        own = str((scope.get("server") or ("", None))[1])
        name, port = found.groups()
        return found.group() in self.hosts or (name in self.hosts and port in (None, own))


def _cookies(headers: Headers) -> dict[str, str]:
    """Return the first value of each cookie."""
    found: dict[str, str] = {}
    for part in ";".join(headers.get("cookie", [])).split(";"):
        name, _, value = part.strip().partition("=")
        found.setdefault(name, value)
    return found


def _from_elsewhere(scope: Scope, headers: Headers) -> bool:
    """Return whether another site sends a request; following a link to the page is no such."""
    host = headers["host"][0].lower()
    origins = (f"http://{host}", f"https://{host}")
    if any(origin.lower() not in origins for origin in headers.get("origin", [])):
        return True
    if all(s in ("same-origin", "none") for s in headers.get("sec-fetch-site", [])):
        return False
    follows = headers.get("sec-fetch-mode") == ["navigate"] and (
        headers.get("sec-fetch-dest") == ["document"]
    )
    return not (follows and scope["method"] == "GET" and scope["path"] == "/")


def _with_headers(send: Send, cookies: Sequence[str], keep: str) -> Send:
    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            found = list(message.get("headers", []))
            names = {k.lower() for k, _ in found}
            for name, value in limits.HEADERS.items():
                if name.lower().encode() not in names:
                    found.append((name.lower().encode(), value.encode()))
            if b"cache-control" not in names:
                found.append((b"cache-control", keep.encode()))
            found.extend((b"set-cookie", cookie.encode()) for cookie in cookies)
            message["headers"] = found
        await send(message)

    return sender


class Refused(Exception):
    """A request that is not passed on: status, what is wrong, seconds until it may be tried."""

    def __init__(self, status: int, text: str, after: int = 0) -> None:
        super().__init__(text)
        self.status, self.after = status, after


async def refuse(send: Send, refused: Refused) -> Message:
    """Send all of a refusal but its end, which is returned.

    Parameters
    ----------
    send : callable
    refused : Refused
    """
    body = json.dumps({"detail": str(refused)}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    if refused.after:
        headers.append((b"retry-after", str(refused.after).encode()))
    start = {"type": "http.response.start", "status": refused.status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": body, "more_body": True})
    return {"type": "http.response.body", "body": b""}


async def _refuse(send: Send, receive: Receive | None, refused: Refused) -> None:
    """Refuse a request, and take in what is left of it, for a while.

    A connection that is closed with something unread is reset, and the refusal lost on its way.
    """
    end = await refuse(send, refused)
    if receive is not None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                await _pass_over(receive, limits.MOST_UPLOAD)
    await send(end)


async def _pass_over(receive: Receive, most: int) -> None:
    while most > 0:
        message = await receive()
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return
        most -= len(message.get("body", b""))


async def _read(receive: Receive, most: int) -> bytes | None:
    """Return a whole body, or None where it is larger than allowed."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b"".join(parts)
        part = message.get("body", b"")
        size += len(part)
        if size > most:
            return None
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """Return a receiver that gives a body that was read already, then goes on."""
    given = False

    async def receiver() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receiver
