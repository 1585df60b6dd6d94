"""The real loop and the real heartbeat on hand-moved pins; after half a second the loop hangs, as a fault of the program would make it."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

from controller import service
from controller.config import Settings
from controller.programme.permission import StandingProgramme
from controller.records.journal import RecordsJournal
from controller.wall_clock import WallClock, table_zone
from hardware.clock import MonotonicClock
from hardware.machine import HardwareMachine
from hardware.notify import SystemdHeartbeat
from hardware.voice import Voice
from tests.hardware.fakes import Bus, Chip, HandClock, HandPins, HandPort

HANGS_AFTER_TICKS = 25


def main() -> None:
    diary, records = Path(sys.argv[1]), Path(sys.argv[2])
    ticks = 0

    def write(line: str) -> None:
        with diary.open("a", encoding="utf-8") as file:
            file.write(f"{time.monotonic():.3f} {line}\n")

    def hang_after_a_while() -> bool:
        nonlocal ticks
        ticks += 1
        if ticks == HANGS_AFTER_TICKS:
            write("hangs")
            threading.Event().wait()
        return False

    write("starts")
    settings = Settings()
    machine = HardwareMachine(
        pin_factory=HandPins(),
        smbus=Bus(Chip(HandClock())),
        port=HandPort(),
        clock=MonotonicClock(),
        settings=settings,
        programme=StandingProgramme((), settings.limits),
    )
    journal = RecordsJournal(records, settings.limits, moment=WallClock(table_zone()).moment)
    write("clean" if journal.latches().clean_shutdown else "not clean")
    service.run(machine, Voice(lambda _: None), journal, SystemdHeartbeat(), settings.limits, hang_after_a_while)


if __name__ == "__main__":
    main()
