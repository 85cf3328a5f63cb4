"""Who asks, and how much of what all share one of them may hold."""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

COOKIE = "havenline_client"
_NAME = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Client:
    """One who asks.

    Attributes
    ----------
    name : str
        What its cookie says; made at its first request. Whoever knows it is this client.
    address : str
        Where it asks from.
    known : bool
        Whether it carried its name.
    """

    name: str
    address: str
    known: bool = True

    @property
    def share(self) -> str:
        """By what its share is counted: those who carry no name share that of their address."""
        return self.name if self.known else self.address


HOUSE = Client("", "")
"""The server itself; no share is too large for it."""


def client_of(cookie: str, address: str) -> Client:
    """Return the client that sends a cookie, or a new one.

    Parameters
    ----------
    cookie : str
        The value of the cookie; ``""`` where there is none.
    address : str
    """
    known = _NAME.fullmatch(cookie) is not None
    return Client(cookie if known else secrets.token_hex(16), address, known)


class PlacesTaken(Exception):
    """No place is left, or the one who asks holds all that it may."""


class Places:
    """A number of places, of which each client holds a few at most; for one thread.

    Parameters
    ----------
    most, each : int
        Places, and how many of them one share may hold.
    """

    def __init__(self, most: int, each: int) -> None:
        self.most, self.each = most, each
        self._held: Counter[str] = Counter()

    @contextmanager
    def hold(self, client: Client) -> Iterator[None]:
        """Hold a place.

        Raises
        ------
        PlacesTaken
            If there is none for this client.
        """
        share = client.share
        if self._held.total() >= self.most or self._held[share] >= self.each:
            raise PlacesTaken
        self._held[share] += 1
        try:
            yield
        finally:
            self._held[share] -= 1
            if not self._held[share]:
                del self._held[share]
