"""Telemetry from the service into the hub: datagrams on one local socket.  Must never answer; what is no message is only counted."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import msgspec

from controller.panel.hub import Hub
from controller.panel.local_socket import bound_at
from controller.telemetry import decode


def open_socket(path: Path) -> socket.socket:
    """The socket at `path`, in place of one that a former panel left behind.  Raises OSError."""
    return bound_at(path, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)


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
