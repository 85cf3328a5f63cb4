"""What every request passes before anything else: token, origin, size; and its headers on leaving.

Written against ASGI itself, so that streams pass through untouched.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from havenline.web import limits

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
COOKIE = "havenline_token"


class Guard:
    """Refuses what does not belong; adds the security headers to everything.

    Parameters
    ----------
    app : callable
        ASGI application.
    token : str
        What a request must carry; ``""`` for none.
    """

    def __init__(self, app: App, token: str) -> None:
        self.app, self.token = app, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        fault = self._fault(scope, headers)
        cookie = ""
        if fault is None and self.token and self._given(scope, headers)[1] == "query":
            cookie = f"{COOKIE}={self.token}; HttpOnly; SameSite=Strict; Path=/"
        of_page = scope["path"] == "/" or scope["path"].startswith("/page/")
        sender = _with_headers(send, cookie, "no-cache" if of_page else "no-store")
        if fault is not None:
            await _refuse(sender, *fault)
            return
        most = limits.MOST_UPLOAD if scope["path"] == "/api/crises" else limits.MOST_BODY
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > most:
            await _refuse(sender, 413, f"a request here has at most {most} bytes")
            return
        if scope["method"] in ("POST", "PUT", "PATCH"):
            try:
                async with asyncio.timeout(limits.MOST_BODY_SECONDS):
                    body = await _read(receive, most)
            except (TimeoutError, asyncio.CancelledError):  # late, or the server ends
                await _refuse(sender, 408, "the rest of the request did not arrive in time")
                return
            if body is None:
                await _refuse(sender, 413, f"a request here has at most {most} bytes")
                return
            if "json" in headers.get("content-type", "") and limits.too_deep(body):
                await _refuse(sender, 400, "brackets stand too deep in each other")
                return
            if "json" in headers.get("content-type", "") and limits.says_twice(body):
                await _refuse(sender, 400, "a key stands twice in one object")
                return
            receive = _again(body, receive)
        await self.app(scope, receive, sender)

    def _given(self, scope: Scope, headers: dict[str, str]) -> tuple[str, str]:
        """Return the token that a request carries, and where."""
        auth = headers.get("authorization", "")
        if auth.startswith("Bearer "):
            return auth[7:], "header"
        for part in headers.get("cookie", "").split(";"):
            name, _, value = part.strip().partition("=")
            if name == COOKIE:
                return value, "cookie"
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        return query.get("token", [""])[0], "query"

    def _fault(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str] | None:
        if sum(len(k) + len(v) for k, v in scope["headers"]) > limits.MOST_HEAD:
            return 431, f"the headers of a request have at most {limits.MOST_HEAD} bytes"
        if self.token:
            given = self._given(scope, headers)[0].encode("utf-8", "replace")
            if not hmac.compare_digest(given, self.token.encode()):
                return 401, "a token is needed; the command that started the server printed it"
        if scope["method"] not in ("GET", "HEAD"):
            host = headers.get("host", "").lower()
            if headers.get("origin", host).split("://", 1)[-1].lower() != host:
                return 403, "requests from other sites are refused"
            if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
                return 403, "requests from other sites are refused"
            if scope["method"] == "POST":
                kind = headers.get("content-type", "").split(";")[0].strip().lower()
                wanted = "application/zip" if scope["path"] == "/api/crises" else "application/json"
                if kind != wanted:
                    return 415, f"expected {wanted}"
        return None


def _with_headers(send: Send, cookie: str, keep: str) -> Send:
    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            found = list(message.get("headers", []))
            names = {k.lower() for k, _ in found}
            for name, value in limits.HEADERS.items():
                if name.lower().encode() not in names:
                    found.append((name.lower().encode(), value.encode()))
            if b"cache-control" not in names:
                found.append((b"cache-control", keep.encode()))
            if cookie:
                found.append((b"set-cookie", cookie.encode()))
            message["headers"] = found
        await send(message)

    return sender


async def _refuse(send: Send, status: int, text: str) -> None:
    body = json.dumps({"detail": text}).encode()
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", b"application/json"),
                (b"content-length", str(len(body)).encode()),
                (b"connection", b"close"),
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})


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
