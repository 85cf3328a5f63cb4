"""Answers kept by what was asked: the same request gets the same bytes."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from havenline import __version__


@dataclass(frozen=True)
class Made:
    """An answer: its bytes, their media type, and a file name for what is downloaded."""

    body: bytes
    media: str = "application/json"
    name: str = ""


def key_of(task: Mapping[str, Any], hashes: Mapping[str, str]) -> str:
    """Return the key of a request: what it asks for, of which inputs, by which version.

    Parameters
    ----------
    task : mapping
        Plain values.
    hashes : mapping of str to str
        Digest of each file of the crisis.
    """
    text = json.dumps([__version__, dict(task), dict(hashes)], sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


class Cache:
    """The last answers, up to a number of bytes."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._size = 0
        self._made: OrderedDict[str, Made] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> Made | None:
        """Return an answer, or None."""
        with self._lock:
            found = self._made.get(key)
            if found is not None:
                self._made.move_to_end(key)
            return found

    def put(self, key: str, made: Made) -> None:
        """Keep an answer; the longest unused ones go."""
        with self._lock:
            if key in self._made or len(made.body) > self.most:
                return
            self._made[key] = made
            self._size += len(made.body)
            while self._size > self.most:
                self._size -= len(self._made.popitem(last=False)[1].body)
