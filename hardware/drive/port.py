"""The serial port to the drive board.  The only file that imports pyserial; knows bytes, not frames."""

from __future__ import annotations

from typing import Protocol


class LinkError(OSError):
    """The port cannot be used now; the text says which port, what happened and what to check."""


class BytePort(Protocol):
    """Bytes out, bytes in, never waiting for either."""

    def read(self) -> bytes:
        """Everything that has arrived; b"" if nothing has.  Raises LinkError."""

    def write(self, data: bytes) -> None:
        """All of it or LinkError."""
