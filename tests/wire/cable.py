"""A pseudo terminal that can be plugged in and pulled out, for the port's tests; checks nothing itself."""

from __future__ import annotations

import fcntl
import os
import pty
import termios
import time
import tty
from array import array
from pathlib import Path

import pytest

from hardware.drive import protocol
from hardware.drive.port import LinkError, SerialPort


class Cable:
    """A pseudo terminal under a name that stays while the device behind it goes and comes, as udev's link does."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "board"
        self.board = -1  # the far end
        self._near = -1
        self.now_s = 0.0
        self.plug_in()

    def plug_in(self) -> None:
        self.board, self._near = pty.openpty()
        tty.setraw(self.board)
        tty.setraw(self._near)
        os.set_blocking(self.board, False)
        self.path.symlink_to(os.ttyname(self._near))

    def pull_out(self) -> None:
        os.close(self.board)
        os.close(self._near)
        self.path.unlink()

    def port(self) -> SerialPort:
        return SerialPort(str(self.path), baud=protocol.BAUD, now_s=lambda: self.now_s)

    def board_says(self, data: bytes) -> None:
        """Returns when all of it lies ready at the Pi's end: the kernel hands it over on another thread."""
        os.write(self.board, data)
        until_s = time.monotonic() + 5
        waiting = array("i", [0])
        while waiting[0] < len(data) and time.monotonic() < until_s:
            fcntl.ioctl(self._near, termios.FIONREAD, waiting)
        assert waiting[0] == len(data)

    def heard_by_board(self, size: int = 0) -> bytes:
        """What has arrived at the far end; waits for so many bytes, for the same reason."""
        found, until_s = b"", time.monotonic() + 5
        while True:
            try:
                found += os.read(self.board, 65536)
            except BlockingIOError:
                if len(found) >= size or time.monotonic() > until_s:
                    return found


def trouble(port: SerialPort) -> str:
    with pytest.raises(LinkError) as caught:
        port.read()
    return str(caught.value)
