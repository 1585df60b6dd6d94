"""An evening at the table: the simulated world, the real service loop, real records in a folder, the programme between them.

Virtual time throughout: the companion looks when the loop has told it to, and the records are waited for, not slept for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from zoneinfo import ZoneInfo

from controller import service
from controller.clerk import Clerk
from controller.config import Settings, TableSettings
from controller.core.limits import Limits
from controller.core.model import Lamp, Latches, Mode, Outputs
from controller.core.state import State
from controller.latches import write_latches
from controller.programme.model import Moment, Person
from controller.programme.personal import PersonalProgramme
from controller.records.journal import RecordsJournal
from controller.records.store import opened
from controller.therapy import Companion, protocols_of
from sim.biography import cleared, ready, values
from sim.machine import SimMachine
from sim.world import World

BEGINS = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
SETTINGS = Settings(limits=Limits(), table=TableSettings(certified_mark="CE", capacity_kg=150.0))
PATIENCE_S = 20.0


class Quiet:
    """A voice nobody listens to, a heartbeat nobody watches."""

    def say(self, phrase: str, urgent: bool) -> None: ...

    def ready(self) -> None: ...

    def beat(self, status: str) -> None: ...

    def stopping(self) -> None: ...


class Evening:
    """One table, its service and its records."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.world = World(1)
        self.world.estop(pressed=False)
        self.world.set_mains(True)
        self.programme = PersonalProgramme()
        self.companion = Companion(self.programme, SETTINGS, protocols_of(SETTINGS), self.moment)
        write_latches(folder, Latches(inspection_due=False, load_refused=False, clean_shutdown=True))
        self.told: list[str] = []  # the service's log
        self.clerk = Clerk(folder, self.moment, self.companion.judged, self.companion.offer_first, lambda: None, say=self.told.append)
        self.journal = RecordsJournal(
            folder, SETTINGS.limits, moment=self.moment, occasion=self.companion.occasion, confirmed=self.clerk.hear, say=self.told.append
        )
        self.machine = SimMachine(self.world, self.programme)
        self.state = State.initial(self.journal.latches())
        self.began = datetime.now(UTC)
        self.answers = True  # whoever lies there presses OK when asked

    def moment(self) -> Moment:
        """The records' clock is the world's."""
        return Moment(at=BEGINS + timedelta(milliseconds=self.world.now_ms), zone=BERLIN, clock_trusted=True)

    @property
    def outputs(self) -> Outputs:
        return self.machine.outputs

    # ------------------------------------------------------------ time

    def run(self, seconds: float, until: Callable[[], bool] = lambda: False) -> None:
        """Let the table run; whoever lies there answers OK."""
        quiet = Quiet()
        for tick in range(round(seconds * 50)):
            self.machine.wait_for_tick()
            self.world.host.storage_ok = self.journal.storage_ok
            self.state = service.tick(self.state, self.machine, quiet, self.journal, quiet, SETTINGS.limits)
            if self.answers:
                self.world.press("ok", self.outputs.buzzer.value == "ask" and tick % 50 < 15)
            if tick % 12 == 0:
                self.clerk.attend(idle=self.journal.idle)
                self.companion.look(self.journal)
            if until():
                return

    def until_records(self, true: Callable[[], bool]) -> None:
        """Until the writer's own thread has done it, while the table runs on."""
        pause, until_s = Event(), time.monotonic() + PATIENCE_S
        while not true():
            assert time.monotonic() < until_s
            self.run(0.1)
            pause.wait(0.05)

    # ------------------------------------------------------------ hands

    def tap(self, button: str) -> None:
        """A finger on it for 0.3 s."""
        for pressed in (True, False):
            self.world.press(button, pressed)
            self.run(0.3)

    def confirm(self, *buttons: str) -> None:
        """Taps of the panel's own buttons; nobody asks whether all is well meanwhile."""
        self.answers = False
        for button in buttons:
            self.tap(button)
        self.answers = True

    def locks(self, *, closed: bool) -> None:
        for side in ("left", "right"):
            self.world.set_ankle(side, closed)

    def step_on(self) -> None:
        self.locks(closed=False)
        self.run(1.0)
        self.locks(closed=True)
        self.run(2.0)

    def session(self) -> list[Mode]:
        """SPOTTER, START, and all that follows until the table stands ready again; the modes it went through."""
        modes: list[Mode] = []

        def watched() -> bool:
            if not modes or modes[-1] is not self.outputs.mode:
                modes.append(self.outputs.mode)
            if self.outputs.lamps.release_ok is Lamp.ON:
                self.locks(closed=False)
            return len(modes) > 3 and self.outputs.mode is Mode.IDLE

        self.tap("spotter")
        self.tap("start")
        self.run(900.0, watched)
        return modes

    def allowed(self) -> bool:
        """Whether the programme lets somebody start."""
        return not self.programme.permission(0, at_upright=True).refusals

    def refusals(self) -> set[str]:
        return {refusal.says for refusal in self.outputs.refusals}

    # ------------------------------------------------------------ the desk beside the table

    def prepare(self, session: int = 1, *, checklist: bool = True) -> None:
        """What a physiotherapist records before the first session, for somebody called ada."""
        with opened(self.folder) as store:
            if session == 1:
                store.add_person(Person(key="ada", name="Ada", added_at=BEGINS, height_cm=170.0, mass_kg=80.0, shaft_setting="7"))
                store.record("ada", *values(cleared(BEGINS)))
            known = store.history("ada")
            assert known.next_session == session
            now_ready = ready(known, self.moment(), prepared=(), checklist=checklist)
            store.record("ada", *(each for each in values(now_ready) if each not in values(known)))


@contextmanager
def evening(folder: Path) -> Iterator[Evening]:
    """The table, running and at upright rest, with the records that are in the folder already."""
    folder.mkdir(mode=0o700, exist_ok=True)
    table = Evening(folder)
    try:
        table.run(6.0)
        yield table
    finally:
        table.journal.close()
