"""The calendar, for people and records: what the wall clock shows, where the table stands, whether anything vouches for the clock.

Control never asks it: what the wall clock does (NTP, daylight saving) has no effect on the loop (F54).
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from controller.programme.model import Moment

ZONE_LINK = Path("/etc/localtime")
SYNCHRONIZED = Path("/run/systemd/timesync/synchronized")  # made by systemd-timesyncd when it has set the clock


def table_zone(link: Path = ZONE_LINK) -> tzinfo:
    """The zone of the place, by its name; UTC when the system does not say."""
    _, found, name = str(link.resolve()).partition("zoneinfo/")
    try:
        return ZoneInfo(name) if found else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):  # the last: a folder of zones
        return UTC


class WallClock:
    """What the Pi's clock shows, and whether a time service vouches for it: a Pi without a battery clock starts anywhere."""

    def __init__(self, zone: tzinfo, synchronized: Path = SYNCHRONIZED) -> None:
        self._zone = zone
        self._synchronized = synchronized

    def moment(self) -> Moment:
        """Now.  Looks at one file in memory; never waits for a disk."""
        return Moment(at=datetime.now(UTC), zone=self._zone, clock_trusted=self._synchronized.exists())
