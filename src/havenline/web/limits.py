"""What a request may ask for, and what an answer carries so that nothing else can get in."""

from __future__ import annotations

import json
import re

MOST_BODY = 256 * 1024
"""Bytes of a JSON request."""
MOST_UPLOAD = 20 * 1024 * 1024
"""Bytes of an uploaded zip file."""
MOST_UNPACKED = 60 * 1024 * 1024
MOST_FILES = 200
MOST_RATIO = 200
"""How many times larger than packed a file of an upload may be."""
MOST_DEPTH = 4
"""Folders within folders of an upload."""
MOST_VALUES = 10_000
"""Values in a JSON request; the largest that makes sense has half of them."""
MOST_NESTING = 32
"""Brackets within brackets of a JSON request."""
MOST_FUTURES = 500
MOST_DAYS = 365
MOST_OPTIONS = 12
MOST_LEVERS = 30
MOST_POINTS = 400
MOST_SEED = 2**53 - 1
"""The largest whole number that a browser holds exactly."""
MOST_UPLOADS = 4
"""Uploaded crises kept at a time."""
MOST_UPLOADING = 4
"""Uploads taken in or checked at a time."""
MOST_UPLOADING_EACH = 2
"""Those of one client among them."""
MOST_WAITING = 128
"""Requests in the queue before further ones are refused."""
MOST_WAITING_EACH = 32
"""Those of one client among them."""
MOST_SECONDS = 180.0
"""Longest time of one request in a worker."""
MOST_HEAD = 32 * 1024
"""Bytes of the names and values of a request's headers."""
MOST_HEAD_SECONDS = 10.0
"""Time in which the head of a request has to arrive."""
MOST_BODY_SECONDS = 30.0
"""Time in which the body of a request has to arrive."""
MOST_WRITE_SECONDS = 15.0
"""Time in which a client has to take the next part of an answer."""
CHUNK = 32 * 1024
"""Bytes of a part of an answer: 2 kB a second is the slowest line that is waited for."""
MOST_CONNECTIONS = 200
"""Connections open at a time; a further one is told when to come back."""
MOST_CONNECTIONS_EACH = 150
"""Those from one address among them."""
IDLE_SECONDS = 2.0
"""How long a connection on which a client does nothing is kept while others find no room."""
MOST_LISTENERS = 100
"""Requests that wait for the end of a job at a time."""
MOST_LISTENERS_EACH = 40
"""Those of one client among them."""
CACHE_BYTES = 256 * 1024 * 1024
"""Bytes of all answers that are kept."""

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; "
    "img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
DOCUMENT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; sandbox allow-modals"
)
"""Of a briefing that is opened by itself: it may show itself and nothing else."""

HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=(), payment=(), usb=()",
}


def says_twice(body: bytes) -> bool:
    """Return whether an object of a JSON text holds a key twice; False where it is no JSON."""
    try:
        json.loads(body, object_pairs_hook=_once)
    except _TwiceError:
        return True
    except (ValueError, RecursionError):
        return False
    return False


class _TwiceError(Exception):
    """A key stands twice."""


def _once(pairs: list[tuple[str, object]]) -> None:
    if len({key for key, _ in pairs}) < len(pairs):
        raise _TwiceError


_TEXT = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_OTHER = bytes(set(range(256)) - set(b"[]{}"))


def too_much(body: bytes) -> str:
    """Return what of a JSON text is more than is allowed, ``""`` for nothing: depth or values."""
    signs = _TEXT.sub(b"", body)
    brackets = signs.translate(None, _OTHER)
    if signs.count(b",") > MOST_VALUES or len(brackets) > 2 * MOST_VALUES:
        return f"there are more than {MOST_VALUES} values"
    depth = 0
    for byte in brackets:
        depth += 1 if byte in b"[{" else -1
        if depth > MOST_NESTING:
            return "brackets stand too deep in each other"
    return ""
