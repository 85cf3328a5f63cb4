"""The command that opens the page."""

from __future__ import annotations

import secrets
from typing import Annotated

import typer

from havenline.cli.console import CrisisArgument, err, opened, out

LOOPBACK = ("127.0.0.1", "localhost", "::1")


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

    from havenline.web.server import create_app

    opened(crisis)  # a mistake is said here, before anything is started
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
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_level="warning",
        server_header=False,
        date_header=False,
        timeout_keep_alive=10,
        limit_concurrency=200,
        h11_max_incomplete_event_size=32 * 1024,
    )
