"""What a scenario is: who lies there, which protocol, what happens when, what must hold.  Values only; scenario_loader reads files.

docs/scenarios.md is the manual of the format.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from controller.core.asking import Confirmed
from controller.core.limits import Limits
from controller.core.model import Latches, Permission, Refusal, SessionPlan
from sim.trace import Row

DEPTHS = ("fast", "bus")
DEAD = "DEAD"
"""Stands where the Pi's mode would, while its service does not run."""


class ScenarioError(ValueError):
    """One line: `file:line: key: what is wrong; what would be right`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRef:
    """A moment: seconds since the beginning, or since the nth time a phase or a named event began."""

    offset_s: float
    phase: str = ""  # a mode of the Pi, `board.` and a mode of the board, or an event's name; empty: the beginning
    nth: int = 1

    def __str__(self) -> str:
        number = f"#{self.nth}" if self.nth != 1 else ""
        sign = "+" if self.phase and self.offset_s >= 0 else ""
        offset = f"{sign}{self.offset_s:g}s" if self.offset_s or not self.phase else ""
        return f"{self.phase}{number}{offset}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """An expression that must hold for a while."""

    text: str
    holds: Callable[[Row], bool]
    for_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One [[event]]: a moment or a condition, and one action."""

    at: TimeRef | None
    when: Condition | None
    once: bool
    action: str  # key of sim.events.ACTIONS
    value: str | float
    extras: Mapping[str, object]
    name: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One [[expect]]: a check of sim.expectations.CHECKS and its arguments."""

    check: str
    value: object
    extras: Mapping[str, object]
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """The person on the table."""

    mass_kg: float = 80.0
    height_cm: float = 178.0
    balance_cm: float = -1.0  # centre of mass from the pivot along the body, + towards the head; makers advise slightly foot-heavy
    arms: str = "crossed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Routine:
    """What an ordinary person does unasked, so that a scenario only says what is unusual.  None: does not do it."""

    toggles_locks: bool = True  # opens and closes each ankle lock while stepping on
    locks_at_s: float | None = 1.0
    spotter_at_s: float | None = 4.5
    start_at_s: float | None = 6.0
    answers_after_s: float | None = 3.0  # presses OK this long after being asked
    level_after_s: float | None = 5.0  # presses OK this long into a wait at level
    leaves_after_s: float | None = 3.0  # opens the locks this long after RELEASE OK


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What the programme knows of the person: the seam behind which people and clearance will live."""

    sessions: int = 0  # the spotter is confirmed for each of the first ten (TP8)
    refusals: tuple[Refusal, ...] = ()
    latches: Latches = field(default_factory=lambda: Latches(inspection_due=False, load_refused=False, clean_shutdown=True))


Confirms = Callable[[Sequence[Confirmed]], Permission]
"""Everything that has been confirmed at the panel so far -> what START meets then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Everything one run needs."""

    path: Path
    name: str
    title: str
    about: str = ""
    rules: tuple[str, ...] = ()
    depths: tuple[str, ...] = DEPTHS
    board: str = "native"  # or "avr", the flashed binary (sim.world.BOARDS)
    plant: str = "reference"  # the table it happens on, one of sim.plants.CORNERS
    seed: int = 1
    lasts_s: float = 900.0
    ends: Condition | None = None  # None: when the session is over, or at lasts_s
    plan: SessionPlan
    permission: Permission | None = None  # of the therapy programme, where the scenario asks it; None: the plan, for anybody
    confirms: Confirms | None = None  # what the programme answers once something was confirmed at the panel
    who: Who = Who()
    history: History = field(default_factory=History)
    routine: Routine = Routine()
    limits: Limits = field(default_factory=Limits)
    events: tuple[Happening, ...] = ()
    expects: tuple[Expectation, ...] = ()
