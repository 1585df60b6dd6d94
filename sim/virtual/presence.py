"""What the person on the virtual table and a helping hand do by themselves: answer OK, turn to a session, press a whole demonstration.

Everything here presses the desk's contacts and reads what a person could read.
"""

from __future__ import annotations

from collections.abc import Callable

from controller.core.model import Buzzer, Mode
from sim.autopilot import Autopilot
from sim.desk import Desk
from sim.virtual.clinic import Clinic

ANSWERS_AFTER_S = 2.0
BETWEEN_ANSWERS_S = 5.0
BOARD_ASKS = 3  # truth.buzzer: the board's help ladder, which waits for OK at level
PAPERS_S = 60.0
"""So long the demonstration waits for the service to have read what was written for it."""


class Presence:
    """Of one fresh table.  `note` is heard by the page; `clock` is the wall's."""

    def __init__(self, desk: Desk, clinic: Clinic, note: Callable[[str], None], clock: Callable[[], float], *, turn_to: str | None) -> None:
        self._desk = desk
        self._clinic = clinic
        self._note = note
        self._clock = clock
        self.willing = True  # answers when asked
        self._turn_to_protocol = turn_to
        self._autopilot: Autopilot | None = None
        self._papers_by_s: float | None = None  # wall time until which the demonstration waits for its papers
        self._papers_written = False
        self._asked_s: float | None = None

    @property
    def demo(self) -> str:
        """What the demonstration does now; empty when there is none."""
        return self._autopilot.note if self._autopilot else ""

    def begin_demo(self) -> None:
        self._autopilot = Autopilot(self._desk)
        self._papers_by_s = self._clock() + PAPERS_S
        self._papers_written = False

    def end_demo(self) -> None:
        self._autopilot = None

    def live(self) -> None:
        if self._turn_to_protocol is not None:
            self._turn_to(self._turn_to_protocol)
        elif self._autopilot is not None:
            self._demonstrate_on(self._autopilot)
        elif self.willing:
            self._answer()

    def _turn_to(self, protocol: str) -> None:
        """As soon as somebody's answers hold."""
        if not self._clinic.known or self._desk.mode is not Mode.IDLE:
            return
        self._turn_to_protocol = None
        if not self._clinic.offer_first(protocol):
            self._note(f"{self._clinic.name} is not offered the session {protocol}")

    def _demonstrate_on(self, autopilot: Autopilot) -> None:
        if self._papers_by_s is not None and self._papers_missing(self._papers_by_s):
            return
        key = autopilot.key()
        if key is not None:
            self._desk.touch(key)
        if autopilot.done:
            self._autopilot = None

    def _papers_missing(self, until_s: float) -> bool:
        """Whether the demonstration has to wait: what papers can lift is written once, then the service has to read it."""
        clinic = self._clinic
        missing = not clinic.known or bool(clinic.liftable())
        under_way = self._desk.mode not in {Mode.STARTING, Mode.IDLE}
        if under_way or not missing or self._clock() > until_s:
            self._papers_by_s = None
            return False
        if clinic.known and not self._papers_written:
            self._papers_written = True
            clinic.prepare()
        return True

    def _answer(self) -> None:
        desk = self._desk
        asked = desk.outputs.buzzer is Buzzer.ASK or desk.mode is Mode.LEVEL_WAIT or (not desk.pi_runs and self._board_asks())
        if not asked or desk.mode is Mode.PAUSED:
            self._asked_s = None
        elif self._asked_s is None:
            self._asked_s = desk.now_s + ANSWERS_AFTER_S
        elif desk.now_s >= self._asked_s:
            self._asked_s = desk.now_s + BETWEEN_ANSWERS_S
            desk.tap("ok")

    def _board_asks(self) -> bool:
        truth = self._desk.world.truth()
        return truth.buzzer == BOARD_ASKS and abs(truth.rate_dps) < 0.15 and truth.angle_deg > self._desk.limits.upright_deg + 3.0
