"""Tells systemd that the service is ready, alive and stopping: a datagram to $NOTIFY_SOCKET.  Never blocks, never raises."""

from __future__ import annotations

import os
import socket


class SystemdHeartbeat:
    """Implements controller.ports.Heartbeat; without systemd every call does nothing."""

    def __init__(self, address: str | None = None) -> None:
        address = os.environ.get("NOTIFY_SOCKET", "") if address is None else address
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
        self._status = ""

    def ready(self) -> None:
        self._send("READY=1")

    def beat(self, status: str) -> None:
        """One completed tick.  A hung loop stops calling this, and systemd restarts the service (SR13)."""
        if status == self._status:
            self._send("WATCHDOG=1")
        elif self._send("WATCHDOG=1\nSTATUS=" + " ".join(status.split())):
            self._status = status

    def stopping(self) -> None:
        self._send("STOPPING=1")

    def close(self) -> None:
        self._socket.close()

    def _send(self, state: str) -> bool:
        if not self._address:
            return False
        try:
            self._socket.sendto(state.encode(), self._address)
        except OSError:
            return False
        return True
