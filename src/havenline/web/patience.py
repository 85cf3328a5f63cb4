"""The door: how many connections are open, from where, and how long each may keep others waiting.

A connection on which the client does nothing (it has no request under way, sends the rest of one
too slowly, or does not take the answer) is ended after a while, and at once where others find no
room. One whose answer is being made stays.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from havenline.web import limits
from havenline.web.guard import App, Message, Receive, Refused, Scope, Send, refuse

LOOK = 0.5
"""Seconds between two looks at a connection."""
RETRY = 2
"""Seconds after which one who found no room may try again."""


class Door:
    """Between the connections and an application.

    Parameters
    ----------
    app : callable
        ASGI application.

    Attributes
    ----------
    ending : callable
        Says whether the server is about to end; nobody who does nothing is waited for then.
    """

    def __init__(self, app: App) -> None:
        self.app = app
        self.ending: Callable[[], bool] = lambda: False
        self._moved: dict[H11Protocol, float] = {}
        """When the client of each connection last did what was waited for."""

    def connect(self, **given: Any) -> asyncio.Protocol:
        """Return the server's protocol for a new connection, watched until it is closed.

        Parameters
        ----------
        **given
            What the server hands to its protocols.
        """
        if len(self._open()) >= 2 * limits.MOST_CONNECTIONS:
            self._make_room(self._open(), 0)
        protocol = H11Protocol(**given)
        self._moved[protocol] = time.monotonic()
        loop = asyncio.get_running_loop()

        def look() -> None:
            if protocol not in protocol.connections:
                del self._moved[protocol]
                return
            if self._idle(protocol) > (0 if self.ending() else _patience(protocol)):
                protocol.transport.abort()
            else:
                loop.call_later(LOOK, look)

        loop.call_later(LOOK, look)
        return protocol

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on where there is room."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        mine = next((p for p in self._moved if p.client == scope["client"]), None)
        if mine is not None and not self._room_for(mine):
            await send(await refuse(send, Refused(503, "the server is full", RETRY)))
            return

        def moved() -> None:
            if mine in self._moved:  # not once it has gone
                self._moved[mine] = time.monotonic()

        async def sender(message: Message) -> None:
            await send(message)
            moved()

        moved()
        await self.app(scope, receive, sender)

    def _room_for(self, mine: H11Protocol) -> bool:
        """Return whether there is room for a connection, made where that can be."""
        if len(self._moved) <= min(limits.MOST_CONNECTIONS, limits.MOST_CONNECTIONS_EACH):
            return True
        everyone = self._open()
        near = [p for p in everyone if p.client and mine.client and p.client[0] == mine.client[0]]
        return all(
            mine not in those[most:]
            or self._make_room([p for p in those if p is not mine], limits.IDLE_SECONDS)
            for those, most in (
                (everyone, limits.MOST_CONNECTIONS),
                (near, limits.MOST_CONNECTIONS_EACH),
            )
        )

    def _open(self) -> list[H11Protocol]:
        """Return the connections, those that came first first; those that linger too."""
        return [p for p in self._moved if p in p.connections and not _over(p)]

    def _idle(self, protocol: H11Protocol) -> float:
        """Return for how many seconds the client has been waited for; 0 while it waits itself."""
        cycle = protocol.cycle
        answering = cycle is not None and not cycle.response_complete
        if answering and not cycle.more_body and not protocol.flow.write_paused:
            return 0.0
        return time.monotonic() - self._moved[protocol]

    def _make_room(self, those: list[H11Protocol], least: float) -> bool:
        """End the connection that has been idle longest; return whether one was."""
        longest = max(those, key=self._idle, default=None)
        if longest is None or self._idle(longest) <= least:
            return False
        longest.transport.abort()
        return True


def _over(protocol: H11Protocol) -> bool:
    transport = protocol.transport
    return transport.is_closing() and not transport.get_write_buffer_size()


def _patience(protocol: H11Protocol) -> float:
    """Return the seconds in which a client has to do what is waited for."""
    if protocol.transport.get_write_buffer_size() or protocol.flow.write_paused:
        return limits.MOST_WRITE_SECONDS
    cycle = protocol.cycle
    if cycle is not None and not cycle.response_complete:
        return 2 * limits.MOST_BODY_SECONDS  # the guard ends it with a word before
    return limits.MOST_HEAD_SECONDS
