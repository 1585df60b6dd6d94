"""The small display's two lines.  For now a text port that tells the service's log what would be shown; never blocks.

The panel's own display (an OLED on the same bus) is a separate piece of work; it will stand behind the same two calls.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Display(Protocol):
    def show(self, lines: tuple[str, str], *, turned: bool) -> None:
        """Two lines of 21 characters; `turned` for a reader who is upside down.  Never blocks, never raises."""


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
