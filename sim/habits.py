"""What an ordinary person does at the table without being told in the scenario.  Sees and hears only what a person can."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sim.scenario import Routine
from sim.story import help_heard
from sim.trace import Row

PRESS_S = 0.3
"""How long a finger stays on a button."""

Press = Callable[[str, float], None]
Locks = Callable[[str], None]


@dataclass(slots=True)
class Habits:
    """Steps on, closes the locks, presses SPOTTER and START; answers; opens the locks when the lamp says so."""

    routine: Routine
    press: Press
    locks: Locks
    willing: bool = True
    asked_s: float | None = None
    level_s: float | None = None
    lamp_seen: bool = False
    leaves_s: float | None = None
    _open: list[tuple[float, Callable[[], None]]] = field(default_factory=list)  # what is still to be done at its moment

    def begin(self) -> None:
        """Before the first tick: without stepping on anew the locks stand as the last session left them."""
        self.locks("open" if self.routine.toggles_locks or self.routine.locks_at_s is None else "closed")
        plan = (
            (self.routine.locks_at_s, lambda: self.locks("closed")),
            (self.routine.spotter_at_s, lambda: self.press("SPOTTER", PRESS_S)),
            (self.routine.start_at_s, lambda: self.press("START", PRESS_S)),
        )
        self._open = [(at_s, do) for at_s, do in plan if at_s is not None]

    def live(self, row: Row) -> None:
        """One tick of an ordinary person."""
        if self._open:
            self._do_what_is_due(row.t_s)
        asked = row.pi_buzzer == "ask" and self.willing
        if asked or self.asked_s is not None:
            self.asked_s = self._after(self.asked_s, asked, row.t_s, self.routine.answers_after_s)
        waiting = help_heard(row) and abs(row.angle_deg + 3.0) < 2.5 and row.peak_rate_dps < 0.15 and self.willing
        if waiting or self.level_s is not None:
            self.level_s = self._after(self.level_s, waiting, row.t_s, self.routine.level_after_s)
        if not self.lamp_seen and row.lamps.split()[2:3] == ["on"]:
            self.lamp_seen = True
            self.leaves_s = row.t_s + self.routine.leaves_after_s if self.routine.leaves_after_s is not None else None
        if self.leaves_s is not None and row.t_s >= self.leaves_s:
            self.leaves_s = None
            self.locks("open")

    def _do_what_is_due(self, t_s: float) -> None:
        due = [do for at_s, do in self._open if t_s >= at_s]
        self._open = [(at_s, do) for at_s, do in self._open if t_s < at_s]
        for do in due:
            do()

    def _after(self, since_s: float | None, wanted: bool, t_s: float, delay_s: float | None) -> float | None:
        """OK, `delay_s` after it was first wanted; again only when it is wanted anew or goes on for as long again."""
        if not wanted or delay_s is None:
            return None
        if since_s is None:
            return t_s
        if t_s - since_s >= delay_s:
            self.press("OK", PRESS_S)
            return t_s + PRESS_S
        return since_s
