"""Independent judges of SR1-SR16: each reads the true columns of the trace and says when a rule is broken.

They must never read a belief column or import a limit of the software; every number is restated by hand.  A monitor is an
object with `rule` and `feed(row, story)`, which returns the figure of a violation or an empty string.  MONITORS is the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from sim import monitor_motion, monitor_people
from sim.story import Setting, Story
from sim.trace import Row


class Monitor(Protocol):
    """One rule's judge.  Keeps what it needs between rows."""

    @property
    def rule(self) -> str: ...

    def feed(self, row: Row, story: Story, /) -> str:
        """Empty while the rule holds; else what was measured and what was allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A rule broken on the true state."""

    rule: str
    monitor: str
    t_s: float
    says: str

    def __str__(self) -> str:
        return f"{self.rule} {self.monitor} at {self.t_s:.2f} s: {self.says}"


MONITORS: tuple[tuple[str, Callable[[], Monitor]], ...] = (
    ("stops_on_estop", monitor_motion.StopsOnEstop),
    ("still_after_estop", monitor_motion.StillAfterEstop),
    ("inverted_time", monitor_people.InvertedTime),
    ("rest_at_gate", monitor_motion.RestAtGate),
    ("rate", monitor_motion.Rate),
    ("acceleration", monitor_motion.Acceleration),
    ("warned", monitor_people.Warned),
    ("angle", monitor_motion.Angle),
    ("locks", monitor_motion.Locks),
    ("lost_controller", monitor_people.LostController),
    ("sensor_travel", monitor_motion.SensorTravel),
    ("drive", monitor_motion.Drive),
    ("power", monitor_people.Power),
    ("fresh_start", monitor_people.FreshStart),
    ("return_only", monitor_people.ReturnOnly),
    ("comes_up", monitor_people.ComesUp),
    ("asked", monitor_people.Asked),
    ("level_wait", monitor_people.LevelWait),
    ("proof", monitor_people.Proof),
)


class Watch:
    """All monitors over one story.  Each violation is kept once per monitor until the rule has held again for a second."""

    def __init__(self, setting: Setting) -> None:
        self.story = Story(setting)
        self.violations: list[Violation] = []
        self._monitors = [(name, make()) for name, make in MONITORS]
        self._silent_until: dict[str, float] = {}

    def feed(self, row: Row) -> None:
        self.story.update(row)
        for name, monitor in self._monitors:
            says = monitor.feed(row, self.story)
            if says:
                if row.t_s >= self._silent_until.get(name, -1.0):
                    self.violations.append(Violation(rule=monitor.rule, monitor=name, t_s=row.t_s, says=says))
                self._silent_until[name] = row.t_s + 1.0


def judge(rows: Iterable[Row], setting: Setting | None = None) -> list[Violation]:
    """Every violation in a finished trace."""
    watch = Watch(setting or Setting())
    for row in rows:
        watch.feed(row)
    return watch.violations
