"""Time for the loop, and the calendar for the records.  What the wall clock does (NTP, daylight saving) has no effect on the loop (F54)."""

from __future__ import annotations

import time
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from controller.programme.model import Moment

ZONE_LINK = Path("/etc/localtime")
SYNCHRONIZED = Path("/run/systemd/timesync/synchronized")  # made by systemd-timesyncd when it has set the clock


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


def table_zone(link: Path = ZONE_LINK) -> tzinfo:
    """The zone of the place, by its name; UTC when the system does not say."""
    _, found, name = str(link.resolve()).partition("zoneinfo/")
    try:
        return ZoneInfo(name) if found else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


class WallClock:
    """What the Pi's clock shows, and whether a time service vouches for it: a Pi without a battery clock starts anywhere."""

    def __init__(self, zone: tzinfo, synchronized: Path = SYNCHRONIZED) -> None:
        self._zone = zone
        self._synchronized = synchronized

    def moment(self) -> Moment:
        """Now.  Looks at one file in memory; never waits for a disk."""
        return Moment(at=datetime.now(UTC), zone=self._zone, clock_trusted=self._synchronized.exists())
