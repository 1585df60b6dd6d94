"""An SSD1306 at command level behind an SMBus look-alike: what the driver writes becomes pixels.  Knows the data sheet, not the driver.

Horizontal and page addressing of the display memory, segment and common remap, on and off; timing and contrast have no effect here.
"""

from __future__ import annotations

import errno
from typing import Final

from smbus2 import i2c_msg

ADDRESS: Final = 0x3C
COLUMNS: Final = 128
PAGES: Final = 8
ARGUMENTS: Final = {0x20: 1, 0x21: 2, 0x22: 2, 0x81: 1, 0x8D: 1, 0xA8: 1, 0xAD: 1, 0xD3: 1, 0xD5: 1, 0xD9: 1, 0xDA: 1, 0xDB: 1}
"""How many bytes follow a command (data sheet table 9); all others stand alone."""
COMMAND, DATA = 0x80, 0x40  # control bytes: one command byte follows; only data follow


class OledChip:
    """1 KB of display memory, a window and a pointer in it."""

    def __init__(self) -> None:
        self.memory = bytearray(COLUMNS * PAGES)
        self.on = False
        self.pictures = 0  # whole memories written
        self._pending: list[int] = []
        self._columns = (0, COLUMNS - 1)
        self._pages = (0, PAGES - 1)
        self._column = self._page = 0
        self._segments_remapped = self._commons_remapped = False

    def write(self, data: bytes) -> None:
        if data[:1] == bytes((DATA,)):
            for value in data[1:]:
                self._store(value)
            return
        for control, value in zip(data[::2], data[1::2], strict=True):
            if control != COMMAND:
                raise OSError(errno.EIO, f"control byte {control:#04x} is not modelled")
            self._command(value)

    def lit(self, x: int, y: int) -> bool:
        """The pixel that a person sees: column from the left, row from the top, on a module mounted as usual."""
        column = x if self._segments_remapped else COLUMNS - 1 - x
        row = y if self._commons_remapped else 8 * PAGES - 1 - y
        return self.on and bool(self.memory[(row // 8) * COLUMNS + column] >> (row % 8) & 1)

    def rows(self) -> list[str]:
        """The picture as text: # is lit."""
        return ["".join("#" if self.lit(x, y) else "." for x in range(COLUMNS)) for y in range(8 * PAGES)]

    def _command(self, value: int) -> None:
        self._pending.append(value)
        name = self._pending[0]
        if len(self._pending) <= ARGUMENTS.get(name, 0):
            return
        arguments, self._pending = self._pending[1:], []
        match name:
            case 0x21:
                self._columns = (arguments[0], arguments[1])
                self._column = arguments[0]
            case 0x22:
                self._pages = (arguments[0], arguments[1])
                self._page = arguments[0]
            case 0xA0 | 0xA1:
                self._segments_remapped = name == 0xA1
            case 0xC0 | 0xC8:
                self._commons_remapped = name == 0xC8
            case 0xAE | 0xAF:
                self.on = name == 0xAF

    def _store(self, value: int) -> None:
        self.memory[self._page * COLUMNS + self._column] = value
        self._column += 1
        if self._column > self._columns[1]:
            self._column = self._columns[0]
            self._page += 1
            if self._page > self._pages[1]:
                self._page = self._pages[0]
                self.pictures += 1


class OledBus:
    """What smbus2.SMBus would do with one SSD1306 on the wires; `present` False is a display that is not plugged in."""

    def __init__(self) -> None:
        self.chip = OledChip()
        self.present = True

    def i2c_rdwr(self, *messages: i2c_msg) -> None:
        for message in messages:
            if message.addr != ADDRESS or not self.present:
                raise OSError(errno.EREMOTEIO, "Remote I/O error")
            if not message.flags & 1 and message.len:
                self.chip.write(bytes(message))

    def close(self) -> None:
        """Nothing to let go of."""
