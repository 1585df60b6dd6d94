"""`python -m tests.browser.told_table SETTINGS`: a simulated table beside the service's own records, companion and clerk.

Hands move by lines on standard input: `lock closed`, `lock open`, `tap start`, `push return`, `let return`.  Twenty times life.
"""

from __future__ import annotations

import queue
import sys
import threading
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

from controller import service
from controller.config import load_settings
from controller.core.model import Latches
from controller.core.state import State
from controller.latches import write_latches
from controller.programme.model import Moment
from controller.programme.personal import PersonalProgramme
from controller.records.journal import RecordsJournal
from controller.therapy import Companion, protocols_of
from hardware.product import clerk_of, records_folder, telemetry_of
from sim.machine import SimMachine
from sim.world import World
from tests.therapy.evening import Quiet

SPEED = 20
FRAME_S = 0.02
TAP_TICKS = 15


def moment() -> Moment:
    return Moment(at=datetime.now(UTC), zone=UTC, clock_trusted=True)


class Table:
    """The world, the hands on it, and the loop that the product runs."""

    def __init__(self, settings_file: Path, parts: ExitStack) -> None:
        settings = load_settings(settings_file)
        self.limits = settings.limits
        folder = records_folder(settings)
        write_latches(folder, Latches(inspection_due=False, load_refused=False, clean_shutdown=True))
        self.world = World(1)
        self.world.estop(pressed=False)
        self.world.set_mains(True)
        programme = PersonalProgramme()
        self.companion = companion = Companion(programme, settings, protocols_of(settings), moment)
        clerk = clerk_of(settings, moment, companion)
        self.journal = parts.enter_context(closing(RecordsJournal(folder, settings.limits, moment=moment, occasion=companion.occasion)))
        self.telemetry = parts.enter_context(closing(telemetry_of(settings, clerk, self.journal)))
        parts.enter_context(closing(companion))
        self.machine = SimMachine(self.world, programme)
        self.state = State.initial(self.journal.latches())
        self.lines: queue.Queue[str] = queue.Queue()
        self.tapped: dict[str, int] = {}
        companion.start(self.journal, clerk.attend)

    def tick(self) -> None:
        while not self.lines.empty():
            self.hand(*self.lines.get().split())
        for button in [name for name, ticks in self.tapped.items() if ticks == 0]:
            del self.tapped[button]
            self.world.press(button, pressed=False)
        self.tapped = {button: ticks - 1 for button, ticks in self.tapped.items()}
        self.machine.wait_for_tick()
        self.world.host.storage_ok = self.journal.storage_ok and self.companion.alive
        self.state = service.tick(self.state, self.machine, Quiet(), self.journal, Quiet(), self.limits, self.telemetry)

    def hear(self) -> None:
        for line in sys.stdin:
            self.lines.put(line)

    def hand(self, does: str, what: str) -> None:
        if does == "lock":
            for side in ("left", "right"):
                self.world.set_ankle(side, what == "closed")
        else:
            self.world.press(what, pressed=does != "let")
            if does == "tap":
                self.tapped[what] = TAP_TICKS


def main(settings_file: Path) -> None:
    never = threading.Event()
    with ExitStack() as parts:
        table = Table(settings_file, parts)
        threading.Thread(target=table.hear, daemon=True).start()
        sys.stdout.write("running\n")
        sys.stdout.flush()
        while True:
            for _ in range(SPEED):
                table.tick()
            never.wait(FRAME_S)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
