"""The serial port to the drive board.  The only file that imports pyserial; knows bytes, not frames."""

from __future__ import annotations

import errno
import os
import termios
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import islice
from math import inf
from types import MappingProxyType
from typing import Final, Protocol

import serial

READ_BYTES: Final = 4096
"""What the kernel keeps at most."""

MOST_READS: Final = 4
"""One read may give less than has arrived (measured: 2048 of 3000), so read until nothing comes, but not for ever in a flood (fault 34)."""

STALE_BYTES: Final = 40
"""Two commands still waiting in the output buffer: they are old by now, the newest takes their place."""

FIRST_RETRY_S: Final = 0.1
LAST_RETRY_S: Final = 2.0

# pyserial fails in these ways (measured): SerialException (an OSError) mostly, bare OSError and termios.error (not an OSError)
# after an unplug, ValueError when the kernel refuses a baud rate.
PORT_ERRORS: Final = (OSError, termios.error, ValueError)

ADVICE: Final[Mapping[int, str]] = MappingProxyType(
    {
        errno.ENOENT: "no such device; check the board's cable and the port in the settings",
        errno.EACCES: "not permitted; the service's user must be in the group that owns it (dialout)",
        errno.EAGAIN: "in use by another program; stop that first",
        errno.EBUSY: "in use by another program; stop that first",
        errno.ENOTTY: "not a serial port; check the port in the settings",
    }
)


class LinkError(OSError):
    """The port cannot be used now; the text says which port, what happened and what to check."""


class BytePort(Protocol):
    """Bytes out, bytes in, never waiting for either."""

    def read(self) -> bytes:
        """Everything that has arrived; b"" if nothing has.  Raises LinkError."""

    def write(self, data: bytes) -> None:
        """All of it or LinkError."""


class SerialPort:
    """A BytePort on a real serial device that may be absent, unplugged or stuck at any moment.

    Opens itself at the first use and again after a loss, at most once per retry interval; until then each call
    raises LinkError at once.  Nothing here waits.
    """

    def __init__(self, path: str, *, baud: int, now_s: Callable[[], float]) -> None:
        self._path = path
        self._baud = baud
        self._now_s = now_s
        self._port: serial.Serial | None = None
        self._trouble = f"{path}: not opened yet"
        self._retry_at_s = -inf
        self._retry_s = FIRST_RETRY_S
        self._cut = True  # what another program left half sent before

    def read(self) -> bytes:
        port = self._opened()
        try:
            data = b"".join(islice(iter(lambda: port.read(READ_BYTES), b""), MOST_READS))
        except PORT_ERRORS as error:
            raise self._lost(error) from error
        if data:
            self._retry_s = FIRST_RETRY_S  # not at open: a device that opens and dies at once must not be tried at full pace
        return data

    def write(self, data: bytes) -> None:
        port = self._opened()
        try:
            self._cut = not self._put(port, data)
        except PORT_ERRORS as error:
            raise self._lost(error) from error
        if self._cut:
            raise LinkError(f"{self._path}: takes no more bytes; check that the board is powered")

    def _put(self, port: serial.Serial, data: bytes) -> bool:
        """True when all went out.  A command that has waited is worse than none: the newest must be the next to go."""
        if port.out_waiting > STALE_BYTES:
            port.reset_output_buffer()
            self._cut = True
        whole = b"\0" + data if self._cut else data  # ends a frame that was cut, or it would take the next one with it
        try:
            # Not port.write(): with no timeout it spins for ever on a full buffer, with a short one it calls a
            # frame lost that was sent, whenever this thread was set aside for that long.
            done = os.write(port.fileno(), whole) == len(whole)
        except BlockingIOError:
            done = False
        if not done:
            port.reset_output_buffer()
        return done

    def close(self) -> None:
        """May be called in any state, also twice."""
        port, self._port = self._port, None
        if port is None:
            return
        for step in (port.reset_output_buffer, port.close):  # unsent bytes would make the kernel wait for them, up to 30 s
            try:
                step()
            except PORT_ERRORS as error:
                self._trouble = self._text(error)

    def _opened(self) -> serial.Serial:
        if self._port is not None:
            return self._port
        if self._now_s() < self._retry_at_s:
            raise LinkError(self._trouble)
        port = serial.Serial(timeout=0, exclusive=True)
        try:
            port.port = self._path
            port.baudrate = self._baud
            port.dtr = False  # before open: on many boards this line is wired to reset
            port.open()
        except PORT_ERRORS as error:
            raise self._lost(error) from error
        with suppress(*PORT_ERRORS):  # USB adapters else collect bytes for 16 ms (fault 32); a UART has no such setting and says so
            port.set_low_latency_mode(True)
        self._port = port
        self._cut = True
        return port

    def _lost(self, error: Exception) -> LinkError:
        """Close, set the time of the next try, and say what happened."""
        self.close()
        self._trouble = self._text(error)
        self._retry_at_s = self._now_s() + self._retry_s
        self._retry_s = min(2 * self._retry_s, LAST_RETRY_S)
        return LinkError(self._trouble)

    def _text(self, error: Exception) -> str:
        said = " ".join(str(part) for part in error.args if not isinstance(part, int)) or type(error).__name__
        return f"{self._path}: {ADVICE.get(_errno(error), f'lost ({said}); check the cable and the port in the settings')}"


def _errno(error: BaseException | None) -> int:
    """The first error number in the chain of causes; pyserial often leaves its own empty.  0 if there is none."""
    while error is not None:
        number = error.args[0] if error.args else None
        if isinstance(number, int):
            return number
        error = error.__context__
    return 0
