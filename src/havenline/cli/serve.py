"""The command that opens the page."""

from __future__ import annotations

import contextlib
import secrets
import socket
from typing import Annotated

import typer

from havenline.cli.console import CrisisArgument, err, opened, out

LOOPBACK = ("127.0.0.1", "localhost", "::1")
UNREAD = 128 * 1024
"""Bytes of an answer that the system holds for a client that does not read them, about."""
GRACE = 3
"""Seconds that open answers have once the command is told to end."""


def listening(host: str, port: int) -> socket.socket:
    """Return a socket bound to an address, or end with what is wrong with it."""
    bound: socket.socket | None = None
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[
            0
        ]
        bound = socket.socket(family, kind, protocol)  # said to be TCP, answers go off at once
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UNREAD)
        bound.bind(where)
        bound.listen(256)
    except (OSError, UnicodeError) as error:
        if bound is not None:
            bound.close()
        why = getattr(error, "strerror", None) or "this is no address"
        err.print(
            f"cannot listen on {host}, port {port}: {why.lower()}; "
            "choose another with --port or --host",
            soft_wrap=True, markup=False, highlight=False,
        )  # fmt: skip
        raise typer.Exit(2) from None
    return bound


def serve(
    crisis: CrisisArgument = "idlib-2020",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8765,
    host: Annotated[
        str, typer.Option(help="Address to listen on; any but this machine's own needs a token.")
    ] = "127.0.0.1",
    name: Annotated[
        list[str] | None,
        typer.Option("--name", help="Further name by which the server may be called."),
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, max=16, help="Processes that run; they share the processors.")
    ] = 1,
) -> None:
    """Open the page: the crisis on a map, the options compared, the levers to move."""
    import uvicorn

    from havenline.web import limits
    from havenline.web.patience import Door
    from havenline.web.server import create_app

    opened(crisis)  # a mistake is said here, before anything is started
    bound = listening(host, port)
    local = host in LOOPBACK
    token = "" if local else secrets.token_urlsafe(24)
    hosts = ["127.0.0.1", "localhost", "[::1]", *(n.lower() for n in name or [])]
    if host not in ("0.0.0.0", "::", *LOOPBACK):
        hosts.append(f"[{host.lower()}]" if ":" in host else host.lower())
    app = create_app(crisis, hosts=tuple(hosts), token=token, workers=workers)
    shown = f"[{host}]" if ":" in host else host
    tail = f"?token={token}" if token else ""
    out.print(f"http://{shown}:{port}/{tail}", soft_wrap=True)
    if token:
        err.print("Everyone with this address can use the page; without the token nobody can.")
    door = Door(app)
    config = uvicorn.Config(
        door,
        http=door.connect,  # type: ignore[arg-type]  # called as a class would be
        proxy_headers=False,  # anybody may write them
        log_level="warning",
        server_header=False,
        date_header=False,
        timeout_keep_alive=10,
        timeout_graceful_shutdown=GRACE,
        h11_max_incomplete_event_size=limits.MOST_HEAD,
    )
    server = uvicorn.Server(config)
    app.state.house.ending = door.ending = lambda: server.should_exit
    with bound, contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[bound])
