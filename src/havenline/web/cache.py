"""Answers kept by what was asked: the same request gets the same bytes."""

from __future__ import annotations

import contextlib
import ctypes
import gzip
import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from havenline import __version__

LEAST_PACKED = 2000
"""Bytes from which an answer is kept compressed."""
PLAIN = ("text/", "application/json", "application/geo+json", "image/svg+xml")
"""Starts of the media types that compression makes smaller."""


@dataclass(frozen=True)
class Made:
    """An answer: its bytes, their media type, and a file name for what is downloaded.

    Attributes
    ----------
    packed : bool
        Whether the bytes are compressed by gzip.
    """

    body: bytes
    media: str = "application/json"
    name: str = ""
    packed: bool = False

    def pack(self) -> Made:
        """Return the answer as it is kept and sent: compressed where that makes it smaller."""
        if self.packed or len(self.body) < LEAST_PACKED or not self.media.startswith(PLAIN):
            return self
        return replace(self, body=gzip.compress(self.body, 1, mtime=0), packed=True)

    def plain(self) -> bytes:
        """Return the bytes as they were before they were compressed."""
        return gzip.decompress(self.body) if self.packed else self.body


def key_of(task: Mapping[str, Any], inputs: Mapping[str, str]) -> str:
    """Return the key of a request: what it asks for, of which inputs, by which version.

    Parameters
    ----------
    task : mapping
        Plain values.
    inputs : mapping of str to str
        What is asked: the crisis that was opened, and the digest of all that it may show.
    """
    text = json.dumps([__version__, dict(task), dict(inputs)], sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def give_back_memory() -> None:
    """Give memory that is free back to the system, where the C library can.

    That of Linux else keeps several times the bytes of all answers, in pieces.
    """
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


class Cache:
    """The last answers, up to a number of bytes; the only place where answers are kept."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._size = 0
        self._made: OrderedDict[str, Made] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Bytes of all answers kept."""
        return self._size

    def get(self, key: str) -> Made | None:
        """Return an answer, or None."""
        with self._lock:
            found = self._made.get(key)
            if found is not None:
                self._made.move_to_end(key)
            return found

    def put(self, key: str, made: Made) -> bool:
        """Keep an answer; the longest unused ones go. Return whether there is room for it."""
        with self._lock:
            if len(made.body) > self.most:
                return False
            full = False
            if key not in self._made:
                self._made[key] = made
                self._size += len(made.body)
                while self._size > self.most:
                    self._size -= len(self._made.popitem(last=False)[1].body)
                    full = True
        if full:
            give_back_memory()
        return True
