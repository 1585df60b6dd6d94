"""Presses the keys of a whole session as a person would who reads the panel and nothing else.  Must never look at the true state."""

from __future__ import annotations

from controller.core.members import BUZZER, MODE, plain
from controller.core.model import Lamp
from sim.desk import Desk

LAMP = plain(Lamp)

BETWEEN_S = 1.6
"""Virtual seconds a person takes from one movement of the hand to the next."""
PATIENCE_S = 6.0
"""How long to wait for the table to obey START before trying again."""
MOST_STARTS = 3


class Autopilot:
    """Locks closed, SPOTTER, START; OK when asked; locks opened when the lamp says so."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._next_s = desk.now_s + BETWEEN_S
        self._starts = 0
        self._spotter = False
        self._under_way = False
        self.note = "a whole session by itself; any key takes over"

    @property
    def done(self) -> bool:
        """The session is over (or was never obeyed) and the table stands ready again."""
        idle = self._desk.mode is MODE.IDLE and self._desk.now_s >= self._next_s
        return idle and (self._under_way or self._starts >= MOST_STARTS)

    @property
    def obeyed(self) -> bool:
        return self._under_way

    def key(self) -> str | None:
        """The key to press now, if any."""
        if self._desk.now_s < self._next_s:
            return None
        pressed = self._wanted()
        if pressed is not None:
            self._next_s = self._desk.now_s + (PATIENCE_S if pressed == "s" else BETWEEN_S)
        return pressed

    def _wanted(self) -> str | None:
        outputs = self._desk.outputs
        if outputs.mode is MODE.IDLE and not self._under_way:
            return self._before()
        if outputs.mode is not MODE.STARTING and outputs.mode is not MODE.IDLE:
            self._under_way = True
        if outputs.buzzer is BUZZER.ASK or outputs.mode is MODE.LEVEL_WAIT:
            self.note = "it asks whether all is well: OK"
            return "o"
        if outputs.lamps.release_ok is LAMP.ON:
            return self._open_lock()
        self.note = "a whole session by itself; any key takes over"
        return None

    def _before(self) -> str | None:
        for side, key in (("left", "l"), ("right", "k")):
            if not self._desk.locks[side]:
                self.note = f"closing the {side} ankle lock"
                return key
        if not self._spotter:
            self.note, self._spotter = "somebody watches: SPOTTER", True
            return "p"
        if self._starts < MOST_STARTS:
            self.note, self._spotter = "START", False
            self._starts += 1
            return "s"
        return None

    def _open_lock(self) -> str | None:
        for side, key in (("left", "l"), ("right", "k")):
            if self._desk.locks[side]:
                self.note = f"the lamp says so: opening the {side} ankle lock"
                return key
        return None
