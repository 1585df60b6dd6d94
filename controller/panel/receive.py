"""Telemetry from the service into the hub: datagrams on one local socket.  Must never answer; what is no message is only counted."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path

import msgspec

from controller.panel.hub import Hub
from controller.telemetry import decode

MODE = 0o660
"""The service belongs to the socket's group; nobody else may tell this page anything."""


def open_socket(path: Path) -> socket.socket:
    """The socket at `path`, in place of one that a former panel left behind.  Raises OSError."""
    path.unlink(missing_ok=True)
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
    try:
        bound.bind(str(path))
        os.chmod(path, MODE)
    except OSError:
        bound.close()
        raise
    return bound


class Receiver(asyncio.DatagramProtocol):
    """Every datagram is one whole message or nothing."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self.strange = 0

    def datagram_received(self, data: bytes, addr: object) -> None:  # noqa: ARG002 - asyncio's signature
        try:
            message = decode(data)
        except msgspec.MsgspecError:
            self.strange += 1
            return
        self._hub.take(message)


async def begin(hub: Hub, bound: socket.socket) -> None:
    await asyncio.get_running_loop().create_datagram_endpoint(lambda: Receiver(hub), sock=bound)
