"""The spoken word, from the control loop: a datagram to the loudspeaker's own process, and a line in the log.  Never blocks, never raises.

A loudspeaker that is not there costs the words, not the loop; the buzzer and the display do not pass through here.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable

SOCKET = "/run/inversion-table-speech/voice"


class Voice:
    """Implements controller.ports.Voice; `write` must return at once."""

    def __init__(self, write: Callable[[str], object], address: str = SOCKET) -> None:
        self._write = write
        self._address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
        self.unheard = 0  # phrases that no loudspeaker took

    def say(self, phrase: str, urgent: bool) -> None:
        self._write(f"voice{' (urgent)' if urgent else ''}: {phrase}")
        try:
            self._socket.sendto(json.dumps({"say": phrase, "urgent": urgent}).encode(), self._address)
        except OSError:
            self.unheard += 1

    def close(self) -> None:
        self._socket.close()
