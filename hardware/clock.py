"""Time for the loop: the machine's monotonic clock and fixed-rate ticks.  The calendar is controller/wall_clock.py (F54)."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    def now_s(self) -> float:
        """Seconds since an arbitrary moment; never goes back."""

    def sleep_until(self, t_s: float) -> None:
        """Return at `t_s` or later; at once when it has passed."""


class MonotonicClock:
    """The Pi's own; a simulation hands in its virtual one."""

    def now_s(self) -> float:
        return time.monotonic()

    def sleep_until(self, t_s: float) -> None:
        wait_s = t_s - time.monotonic()
        if wait_s > 0.0:
            time.sleep(wait_s)


class Ticker:
    """Fixed-rate ticks.  A tick that comes late is run once and the schedule moves on: never a burst to catch up (F52)."""

    def __init__(self, clock: Clock, tick_s: float) -> None:
        self._clock = clock
        self._tick_s = tick_s
        self._due_s: float | None = None
        self.late_s = 0.0

    def wait(self) -> None:
        """Sleep until the next tick is due; `late_s` then says how late this one began."""
        if self._due_s is None:  # the first tick: what building the table took is not lateness
            self._due_s = self._clock.now_s()
        self._due_s += self._tick_s
        self._clock.sleep_until(self._due_s)
        now_s = self._clock.now_s()
        self.late_s = max(0.0, now_s - self._due_s)
        if self.late_s >= self._tick_s:
            self._due_s = now_s
