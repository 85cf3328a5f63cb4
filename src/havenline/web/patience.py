"""Connections on which no whole request arrives are closed, so that they cannot fill the server."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from havenline.web import limits


async def full(_scope: Any, _receive: Any, send: Any) -> None:
    """Answer a request on a connection beyond the limit: come back later."""
    body = b'{"detail": "too many are connected; try again in a moment"}'
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"retry-after", b"5"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class PatientProtocol(H11Protocol):
    """Waits for the head of a request for a limited time, on a new connection and a kept one.

    A connection beyond the limit is told when to come back, and closed.
    """

    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start to wait for the first request."""
        super().connection_made(transport)
        if len(self.connections) > limits.MOST_CONNECTIONS:
            self.app = full
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take bytes; stop waiting once they make the head of a request."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """End with the server: at once where a body is still to come or an answer streams."""
        super().shutdown()
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            return
        if cycle.more_body or cycle.response_started:
            self.transport.close()

    def _watch(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop()
        elif self._patience is None:
            self._patience = self.loop.call_later(limits.MOST_HEAD_SECONDS, self.transport.close)

    def _stop(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
