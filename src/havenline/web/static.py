"""The files of the page, held in memory; nothing else can be asked for."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from fastapi import Request, Response

PAGE = Path(__file__).parent / "page"
MEDIA = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}


@dataclass(frozen=True)
class Static:
    """A file of the page, held in memory, plain and packed."""

    body: bytes
    packed: bytes
    media: str
    tag: str


def page_files() -> dict[str, Static]:
    """Return every file of the page by its path; nothing else can be asked for."""
    found = {}
    for path in sorted(PAGE.rglob("*")):
        if path.suffix not in MEDIA or not path.is_file():
            continue
        body = path.read_bytes()
        found[path.relative_to(PAGE).as_posix()] = Static(
            body,
            gzip.compress(body, 6, mtime=0),
            MEDIA[path.suffix],
            '"' + hashlib.sha256(body).hexdigest()[:20] + '"',
        )
    return found


def answer_with(found: Static, request: Request) -> Response:
    """Return a file of the page, packed where the browser takes it; nothing if it has it."""
    headers = {"ETag": found.tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == found.tag:
        return Response(status_code=304, headers=headers)
    body = found.body
    if "gzip" in request.headers.get("accept-encoding", ""):
        body, headers["Content-Encoding"] = found.packed, "gzip"
    return Response(body, media_type=found.media, headers=headers)
