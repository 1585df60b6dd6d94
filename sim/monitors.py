"""Independent judges of SR1-SR16: each reads the true columns of the trace and says when a rule is broken.

They must never read a belief column or import a limit of the software; every number is restated by hand.  A monitor is an
object with `rule` and `feed(row, story)`, which returns the figure of a violation or an empty string.  MONITORS is the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from sim import monitor_motion, monitor_people
from sim.story import ESTOP_LATCHED, FAULT_PRESENT, INVERTED, ON_BATTERY, PI_LOST, RETURN_DUE, Setting, Story
from sim.trace import Row


class Monitor(Protocol):
    """One rule's judge.  Keeps what it needs between rows."""

    @property
    def rule(self) -> str: ...

    def feed(self, row: Row, story: Story, /) -> str:
        """Empty while the rule holds; else what was measured and what was allowed."""


Feed = Callable[[Row, Story], str]


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


SPEAKS_OF: dict[str, int] = {
    "stops_on_estop": ESTOP_LATCHED,
    "still_after_estop": ESTOP_LATCHED,
    "inverted_time": INVERTED,
    "lost_controller": PI_LOST,
    "sensor_travel": FAULT_PRESENT,
    "power": ON_BATTERY,
    "asked": INVERTED,
    "level_wait": RETURN_DUE,
}
"""The situation (sim.story) outside which a monitor has nothing to say and nothing to remember.  Monitors not named here see every row."""


class Watch:
    """All monitors over one story.  Each violation is kept once per monitor until the rule has held again for a second.

    A monitor of SPEAKS_OF sees the rows of its situation and the first one after them, so that it can forget.
    """

    def __init__(self, setting: Setting, speaks_of: Mapping[str, int] = SPEAKS_OF) -> None:
        self.story = Story(setting)
        self.violations: list[Violation] = []
        self._monitors = [(name, make(), speaks_of.get(name)) for name, make in MONITORS]
        self._before = 0  # situation of the row before
        self._seeing: dict[int, list[tuple[str, Feed]]] = {}  # situations of two rows -> who sees the second
        self._silent_until: dict[str, float] = {}

    def feed(self, row: Row) -> None:
        story = self.story
        story.update(row)
        both, self._before = story.situation | self._before, story.situation
        seeing = self._seeing.get(both)
        if seeing is None:
            seeing = self._seeing[both] = [(name, judge.feed) for name, judge, only in self._monitors if only is None or only & both]
        for name, feed in seeing:
            says = feed(row, story)
            if says:
                self._note(name, row.t_s, says)

    def _note(self, name: str, t_s: float, says: str) -> None:
        if t_s >= self._silent_until.get(name, -1.0):
            rule = next(monitor.rule for monitor_name, monitor, _ in self._monitors if monitor_name == name)
            self.violations.append(Violation(rule=rule, monitor=name, t_s=t_s, says=says))
        self._silent_until[name] = t_s + 1.0


def judge(rows: Iterable[Row], setting: Setting | None = None) -> list[Violation]:
    """Every violation in a finished trace."""
    watch = Watch(setting or Setting())
    for row in rows:
        watch.feed(row)
    return watch.violations
