"""Why Start would not be obeyed now (SR11): every open interlock, in words.  Pure; one row each, none can be skipped.

Broken safety rules refuse Start too (safety.py); these rows are what a session needs on top of nothing being broken.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from controller.core import buttons
from controller.core.facts import ESTOP_CONTACTS, Facts, since
from controller.core.members import BOARD, FLAG, MODE
from controller.core.model import Refusal
from controller.core.safety import Verdict
from controller.core.watch import EVERY_LOCK_SWITCH


@dataclass(frozen=True, slots=True, kw_only=True)
class Interlock:
    """One row: open means Start is refused, for this reason."""

    open: Callable[[Facts], bool]
    refusal: Refusal


def _row(rule: str, says: str, way_back: str, is_open: Callable[[Facts], bool]) -> Interlock:
    return Interlock(open=is_open, refusal=Refusal(rule=rule, says=says, way_back=way_back))


def _ankles_closed(f: Facts) -> bool:
    return f.ankles_ok and since(f.watch.ankles_since_s, f.now_s) >= f.limits.locks_closed_s


INTERLOCKS: tuple[Interlock, ...] = (
    _row("SR1", "Emergency stop is not closed.", "Turn the mushroom to release it.",
         lambda f: not f.inputs.estop_aux_closed or f.contacts & ESTOP_CONTACTS != ESTOP_CONTACTS),
    _row("SR1", "The emergency stop or a fault is still latched.", "At upright rest hold OK for 3 s.",
         lambda f: f.board_mode in (BOARD.STOPPED, BOARD.RESCUE, BOARD.FAULT)),
    _row("SR11", "Not at upright rest.", "Press RETURN to come up first.", lambda f: not f.at_upright),
    _row("SR6", "Ankle locks are not closed.", "Close both ankle locks until they click, and wait one second.",
         lambda f: not _ankles_closed(f)),
    _row("SR16", "An ankle lock has not been seen open since the last session.", "Open both ankle locks and close them again.",
         lambda f: f.watch.locks_seen_open != EVERY_LOCK_SWITCH),
    _row("SR6", "An ankle lock opened in the last session.", "Check the locks, then hold OK and SPOTTER together for 5 s.",
         lambda f: f.latches.inspection_due),
    _row("SR16", "The last load was too heavy or badly balanced.", "Adjust the table, then hold OK and SPOTTER together for 5 s.",
         lambda f: f.latches.load_refused),
    _row("SR10", "Battery below two full returns.", "Let the battery charge.",
         lambda f: f.board.battery_mv < f.limits.battery_two_returns_mv),
    _row("PU6", "RETURN is held or stuck.", "Let go of RETURN.", lambda f: bool(f.buttons.down & buttons.RETURN)),
    _row("PU6", "A button has not been seen released.", "Let go of all buttons.", lambda f: f.buttons.seen_released != buttons.ALL),
    _row("SR2", "The inverted time of the last session has not cleared.", "Stay upright for 30 s with the ankle locks open.",
         lambda f: f.board_ok and f.board.budget_left_s < f.limits.max_inverted_s - 5.0),
    _row("SR8", "The angle is not trusted.", "Wait a moment; if it stays, have the sensors checked.",
         lambda f: not f.tilt_ok or not f.flags & FLAG.ANGLE_TRUSTED),
    _row("SR13", "The drive board still finishes a return.", "Wait, or hold OK for 3 s at upright rest.",
         lambda f: bool(f.flags & (FLAG.RETURN_ONLY | FLAG.LEVEL_WAIT | FLAG.SESSION_OPEN))),
    _row("TP5", "No session is chosen.", "Choose one with SELECT.", lambda f: f.inputs.permission.plan is None),
    _row("TP8", "A spotter is required.", "The spotter presses SPOTTER; then press START within a minute.",
         lambda f: f.inputs.permission.spotter_required and not f.spotted),
)  # fmt: skip

BUSY = (Refusal(rule="SR11", says="A session is under way.", way_back="Wait until it has finished, or press RETURN to end it."),)
LATCHED_MODES = frozenset({MODE.STOPPED, MODE.RESCUE, MODE.FAULT})
ESTOP_ROWS = tuple(row for row in INTERLOCKS if row.refusal.rule == "SR1")
LATCHED = (ESTOP_ROWS[-1].refusal,)
STARTING = (Refusal(rule="SR11", says="The controller is still starting.", way_back="Wait until READY lights up."),)


def refusals(f: Facts, verdict: Verdict) -> tuple[Refusal, ...]:
    """Every interlock that is open now."""
    if f.mode is MODE.STARTING:
        return STARTING
    if f.mode is not MODE.IDLE:
        return _latched(f) if f.mode in LATCHED_MODES else BUSY
    found = [row.refusal for row in INTERLOCKS if row.open(f)]
    found += [Refusal(rule=reason.rule, says=reason.says, way_back=reason.way_back) for reason in verdict.refusing]
    return (*found, *f.inputs.permission.refusals)


def _latched(f: Facts) -> tuple[Refusal, ...]:
    """Nobody is told to turn a mushroom that has not been pushed: a fault is latched without one."""
    return tuple(row.refusal for row in ESTOP_ROWS if row.open(f)) or LATCHED
