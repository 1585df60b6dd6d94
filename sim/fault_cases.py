"""One fault in one moment of a session, and what came of it: reaction, time, travel, broken rules, and how the person ended.

Judged from outside: by the trace's true columns and by what either side says of itself.  Decides nothing for either.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sim.story import help_heard
from sim.trace import Row

if TYPE_CHECKING:
    from sim.agenda import Agenda
    from sim.runner import Run

AT_REST_DPS = 0.15
MOVING_DPS = 0.3
LASTS_S = 420.0
"""Longest watched after the fault; nobody may need it."""
QUIET_S = 5.0
AT_REST_QUIET_S = 30.0
"""The proof test and its warning come between START and the first motion."""
PAST_LEVEL_DEG = -8.0
RISES_S = 3.0
"""Watched to the end: until the person is at upright rest, or past level, and so past SR15's wait, and rising this long."""
SETTLED_S = 3.0
UNMOVED_S = 15.0
"""Not to the end: until the first reaction has become a stand or a rise of this length, or nothing came of the fault for so long."""
RETURN_AFTER_S = 9.0
TRIES = 4
HELPED_DEG = 3.0
"""Up by as much, a press of RETURN has been of use; for who sinks with each, or is jerked up by the one or two degrees of a broken gear's
fall, the lever is pulled in the end."""
HELPER_NM = -90.0
"""A helper's push towards upright while the lever is pulled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What came of one fault."""

    fault: str
    at_s: float
    phase: str  # of the Pi, when the fault came
    moving: bool
    reaction: str  # the strongest seen; empty: nothing was ever noticed
    after_s: float  # from the fault to the first sign of it
    travel_deg: float  # true motion meanwhile
    ended: str
    violations: tuple[str, ...]


@dataclass(slots=True)
class Companion:
    """The person and whoever is near, after the fault: wait for the machine, press RETURN when nothing moves, pull the lever in the end."""

    run: Run
    upright_deg: float
    still_s: float = 0.0
    tries: int = 0
    last_deg: float = 0.0
    busy_until_s: float = -1.0
    lever: bool = False

    def live(self, row: Row) -> None:
        """One row of patience."""
        still = row.peak_rate_dps < AT_REST_DPS and row.angle_deg > self.upright_deg + 1.5
        self.still_s = self.still_s + 0.02 if still else 0.0
        if self.lever and row.angle_deg < self.upright_deg + 1.0 and row.peak_rate_dps < AT_REST_DPS:
            self.lever = False
            self.run.lever(pulled=False)
            self.run.push(0.0)
        stuck = help_heard(row) or row.board_mode in ("STOPPED", "FAULT", "RESCUE")
        if self.still_s > RETURN_AFTER_S and stuck and row.t_s > self.busy_until_s and not self.lever:
            self._act(row)

    def _act(self, row: Row) -> None:
        self.still_s = 0.0
        if self.last_deg - row.angle_deg > HELPED_DEG:
            self.tries = 0
        self.last_deg = row.angle_deg
        self.tries += 1
        if self.tries > TRIES:
            self.lever = True
            self.run.lever(pulled=True)
            self.run.push(HELPER_NM)
            return
        for_s = 25.0 if row.board_mode in ("STOPPED", "RESCUE") else 0.3
        self.run.estop(closed=True)
        self.run.later(0.3, lambda: self.run.button("RETURN", pressed=True))
        self.run.later(0.3 + for_s, lambda: self.run.button("RETURN", pressed=False))
        self.busy_until_s = row.t_s + for_s + 1.0


REACTIONS: tuple[tuple[str, Callable[[Row, Row], bool]], ...] = (
    ("reset", lambda was, row: row.board_resets != was.board_resets),
    ("STO", lambda was, row: row.board_mode in ("STOPPED", "FAULT") and row.board_mode != was.board_mode),
    ("CRTN", lambda was, row: row.board_mode == "ASCENT" and was.board_mode != "ASCENT" and not row.return_),
    ("PAUSE", lambda was, row: row.pi_mode == "PAUSED" and was.pi_mode != "PAUSED"),
    ("CRTN", lambda was, row: row.pi_mode in ("RETURNING", "BOARD_RETURN") and was.pi_mode in ("DESCENDING", "HOLDING", "PAUSED")),
    ("REFUSE", lambda was, row: row.pi_mode == "FAULT" and was.pi_mode != "FAULT"),
    ("noted", lambda was, row: not set(row.board_reasons.split("+")) <= set(was.board_reasons.split("+"))),
    ("noted", lambda was, row: not set(row.pi_reasons.split("+")) <= set(was.pi_reasons.split("+"))),
)
"""Strongest first; each compares a row with the one in which the fault came."""
_RANK = {name: place for place, (name, _) in reversed(list(enumerate(REACTIONS)))}


@dataclass(slots=True)
class Reaction:
    """The first sign, and the strongest within three seconds of it."""

    began: Row
    name: str = ""
    after_s: float = 0.0
    travel_deg: float = 0.0
    _rows: list[Row] = field(default_factory=list)

    def feed(self, row: Row, *, planned: bool) -> None:
        """`planned`: the session itself would bring the Pi's return now, so that it is no sign."""
        if self.name and row.t_s - self.began.t_s - self.after_s > 3.0:
            return
        for name, shows in REACTIONS:
            if shows(self.began, row) and not (planned and name in ("CRTN", "noted")):
                if not self.name:
                    self.after_s, self.travel_deg = row.t_s - self.began.t_s, abs(row.angle_deg - self.began.angle_deg)
                if not self.name or _RANK[name] < _RANK[self.name]:
                    self.name = name
                return


@dataclass(slots=True)
class End:
    """When enough has been seen of a case."""

    began: Row
    upright_deg: float
    thorough: bool
    been_away: bool = False
    quiet_s: float = 0.0  # at upright rest
    rises_s: float = 0.0
    still_s: float = 0.0

    def feed(self, row: Row, reaction: Reaction) -> bool:
        """True: over."""
        height_deg = row.angle_deg - self.upright_deg
        still, rises = row.peak_rate_dps < AT_REST_DPS, height_deg > 1.5 and row.rate_dps < -MOVING_DPS
        self.been_away = self.been_away or height_deg > 3.0
        self.quiet_s = self.quiet_s + 0.02 if still and height_deg < 1.5 else 0.0
        self.still_s = self.still_s + 0.02 if still else 0.0
        self.rises_s = self.rises_s + 0.02 if rises and (not self.thorough or row.angle_deg < PAST_LEVEL_DEG) else 0.0
        passed_s = row.t_s - self.began.t_s
        if self.quiet_s > (QUIET_S if self.been_away else AT_REST_QUIET_S) or passed_s > LASTS_S:
            return True
        if self.thorough:
            return self.rises_s > RISES_S and passed_s > UNMOVED_S
        if not self.been_away:
            return passed_s > UNMOVED_S
        settled = max(self.still_s, self.rises_s) > SETTLED_S and passed_s > reaction.after_s + SETTLED_S
        return settled if reaction.name else passed_s > UNMOVED_S


def outcome(run: Run, agenda: Agenda, row: Row, fault: str, *, thorough: bool = True) -> Case:
    """Inject the fault now and watch: to the end, or (not thorough) until what came of it has settled."""
    began = row
    upright_deg = run.result.upright_deg
    companion, reaction, end = Companion(run, upright_deg), Reaction(began), End(began, upright_deg, thorough)
    refusals = sum(moment.kind == "refusal" for moment in run.result.timeline)
    broken_before = len(run.watch.violations)
    run.inject(fault, {})
    while not end.feed(row, reaction):
        run.tick(agenda, row)
        row = run.recorder.row()
        run.watch.feed(row)
        run.habits.live(row)
        companion.live(row)
        reaction.feed(
            row, planned=row.pi_mode in ("RETURNING", "RESTING") and row.pi_hold_left_s <= 0.0 and row.pi_reasons == began.pi_reasons
        )
    refused = sum(moment.kind == "refusal" for moment in run.result.timeline) > refusals
    return Case(
        fault=fault,
        at_s=began.t_s,
        phase=began.pi_mode,
        moving=abs(began.rate_dps) > MOVING_DPS,
        reaction=reaction.name or ("REFUSE" if refused else ""),
        after_s=reaction.after_s,
        travel_deg=reaction.travel_deg,
        ended=_ended(row, companion, end),
        violations=tuple(str(violation) for violation in run.watch.violations[broken_before:]),
    )


def _ended(row: Row, companion: Companion, end: End) -> str:
    if not end.been_away:
        return "never left"
    if not end.thorough:
        return "" if row.angle_deg > end.upright_deg + 1.5 else "up"
    if end.rises_s == 0.0 and row.angle_deg > end.upright_deg + 1.5:
        return f"NOT UP, {row.angle_deg:.0f} deg"
    if companion.tries > TRIES:
        return "lever"
    return "RETURN" if companion.busy_until_s > 0.0 else "by itself"
