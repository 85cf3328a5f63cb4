"""Connections on which no whole request arrives are closed, so that they cannot fill the server."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from havenline.web import limits


def patient(**given: Any) -> asyncio.Protocol:
    """Return the server's protocol for a new connection, watched until it is closed.

    A connection that stands between two requests, or before its first, for the whole time between
    two looks is closed, whatever part of a head it has sent.

    Parameters
    ----------
    **given
        What the server hands to its protocols.
    """
    protocol = H11Protocol(**given)
    loop = asyncio.get_running_loop()

    def look(last: object) -> None:
        if protocol.transport is None or protocol.transport.is_closing():
            return
        request = protocol.cycle
        waits = request is None or request.response_complete
        if waits and request is last:
            protocol.transport.close()
        else:
            loop.call_later(limits.MOST_HEAD_SECONDS, look, request)

    loop.call_later(limits.MOST_HEAD_SECONDS, look, None)
    return protocol
