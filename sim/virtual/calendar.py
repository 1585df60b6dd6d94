"""The wall clock of the virtual table: it begins at a given moment and goes as fast as virtual time; a whole day can be let pass."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from controller.programme.model import Moment


class Calendar:
    """What stands in for WallClock.  Written by the table's thread, read by any."""

    def __init__(self, begins: datetime, zone: tzinfo) -> None:
        self._now = begins
        self._zone = zone

    def moment(self) -> Moment:
        return Moment(at=self._now, zone=self._zone, clock_trusted=True)

    def go_on(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)

    def next_day(self) -> None:
        """The same time tomorrow."""
        self._now += timedelta(days=1)

    def words(self) -> str:
        """For the page: "Wed 25 Nov, 18:30"."""
        local = self._now.astimezone(self._zone)
        return f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"
