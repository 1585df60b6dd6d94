"""SIGTERM and SIGINT as a question that a loop asks: stop after what is running?  Nothing is interrupted."""

from __future__ import annotations

import signal


class StopSignal:
    """From its making on, both signals only set `asked`."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: object) -> None:
        self.asked = True
