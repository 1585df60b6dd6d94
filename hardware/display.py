"""The two lines of the small display, and the log's copy of them for whoever looks from elsewhere.  Never blocks.

The panel's own display is hardware/oled.py, behind the same call.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Display(Protocol):
    def show(self, lines: tuple[str, str], *, turned: bool) -> None:
        """Two lines of 21 characters; `turned` for a reader who is upside down.  Never blocks, never raises."""


class Displays:
    """The same lines on each of several."""

    def __init__(self, *displays: Display) -> None:
        self._displays = displays

    def show(self, lines: tuple[str, str], *, turned: bool) -> None:
        for display in self._displays:
            display.show(lines, turned=turned)


class TextDisplay:
    """Writes a line to `write` when what is shown changes."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._shown: tuple[tuple[str, str], bool] = (("", ""), False)

    def show(self, lines: tuple[str, str], *, turned: bool) -> None:
        if (lines, turned) == self._shown:
            return
        self._shown = (lines, turned)
        self._write(f"display{' (turned)' if turned else ''}: {lines[0]} | {lines[1]}")
