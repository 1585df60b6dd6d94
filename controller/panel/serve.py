"""Runs one web application on one socket until it is told to stop.  Alone in knowing uvicorn."""

from __future__ import annotations

import socket
from collections.abc import Callable, Coroutine
from typing import Any

import uvicorn
from starlette.types import ASGIApp

BACKLOG = 64
GOODBYE_S = 1  # streams never end by themselves


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; port 0 takes a free one.  Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(BACKLOG)
    except OSError:
        bound.close()
        raise
    return bound


class Server(uvicorn.Server):
    """uvicorn with something to do once it is up, and before it waits for its streams to end."""

    def __init__(self, app: ASGIApp, begun: Callable[[], Coroutine[Any, Any, None]], ending: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                server_header=False,
                lifespan="off",
                ws="none",
                timeout_graceful_shutdown=GOODBYE_S,
                limit_concurrency=200,
            )
        )
        self._begun = begun
        self._ending = ending

    def serve_until_stopped(self, bound: socket.socket) -> None:
        """Until SIGINT or SIGTERM; the first is how a person at a keyboard ends it, and no failure."""
        try:
            self.run([bound])
        except KeyboardInterrupt:
            return

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        await self._begun()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._ending()
        await super().shutdown(sockets)
