"""Which signals of the mode table this tick gives, most urgent first.  Pure; the table itself is in modes.py."""

from __future__ import annotations

from collections.abc import Callable

from controller.core import buttons, proof, session
from controller.core.facts import PROOF_DEG, Facts, since
from controller.core.members import ACTION, BOARD, FLAG, MODE, REASON, SIGNAL
from controller.core.model import Mode
from controller.core.modes import MOVED_BY_THE_PI, Signal
from controller.core.rest import may_rest
from controller.core.tick import Tick

STARTING_S = 0.5
"""Time for the first telemetry before a service that has just started believes it."""

SETTLES_S = 5.0
"""The tilt filter knows its gyro's bias in about 3 s; longer than this a start waits for no sensor."""

ARRIVED_DEG = 2.0
"""At rest this near to the target is there: the board may have clamped by its own angle, up to 1.5 degrees away from ours."""

STEADY_S = 0.2
"""At rest means so for this long: no telemetry age or filter lag can make a moving table look arrived."""

HELD_UP = frozenset({MODE.RETURNING, MODE.RESTING, MODE.DIZZY_BACK})
"""Modes in which the Pi steers a return and therefore needs an angle of its own."""

DIZZY_WAIT_S = 60.0
"""TP10: going back down must leave at least this long a wait at 30 degrees within the inverted time."""

HANDOVER_S = 0.3
"""A request is heard by the board and its answer back here within 0.1 s; a brake that is just being set takes as long again."""

DIZZY_STOPS_S = 2.0
"""TP10: the board's controlled stop is over by then; one that still rises does not wait (no time left, nobody answers)."""


def signals(t: Tick) -> list[Signal]:
    """All of this tick's signals that could matter in this mode."""
    return _urgent(t) + _BY_MODE[t.f.mode](t)


def _urgent(t: Tick) -> list[Signal]:
    f, found = t.f, []
    board_mode = f.board_mode
    if not f.inputs.estop_aux_closed or board_mode is BOARD.STOPPED:
        found.append(SIGNAL.ESTOP)
    elif board_mode is BOARD.RESCUE:
        found.append(SIGNAL.RESCUE)
    if board_mode is BOARD.FAULT or t.verdict.trip_due:
        found.append(SIGNAL.FAULT)
    elif f.mode is not MODE.LEVEL_WAIT and _board_up(t):
        found.append(SIGNAL.BOARD_UP)
    if f.buttons.pressed & buttons.RETURN or _board_asked(f):
        found.append(SIGNAL.RETURN_PRESSED)
    if t.verdict.action is ACTION.ALLOW:
        return found
    if _return_due(t):
        found.append(SIGNAL.RETURN_DUE)
    if t.verdict.action is ACTION.PAUSE:
        found.append(SIGNAL.PAUSE_DUE)
    return found


def _board_up(t: Tick) -> bool:
    f = t.f
    if f.at_upright or not (f.off_upright or f.session):
        return False
    if f.mode is MODE.DIZZY_WAIT:  # the board has been asked to stand: only what has come since can end the wait, or a board that goes on
        goes_on = f.board_mode is BOARD.ASCENT and f.in_mode_s > DIZZY_STOPS_S and not f.at_rest
        return goes_on or ACTION.BOARD_RETURN <= t.verdict.fresh <= ACTION.SILENCE
    if f.board_mode is BOARD.ASCENT and not _asks_for_it(f):
        return True
    if left_to_the_board(t):
        return f.session or f.mode is not MODE.IDLE
    return f.mode in HELD_UP and not f.tilt_ok


def left_to_the_board(t: Tick) -> bool:
    """A rule wants the board, not the Pi, to bring up."""
    return ACTION.BOARD_RETURN <= t.verdict.action <= ACTION.SILENCE


def _asks_for_it(f: Facts) -> bool:
    """The board stands in its own ascent and has just been asked to hand it over: what it says may be older than that, and is no answer."""
    asks = f.mode is MODE.RESTING or (f.mode is MODE.RETURNING and not f.warning)
    return asks and f.in_mode_s <= HANDOVER_S and f.at_rest


def _board_asked(f: Facts) -> bool:
    return f.mode in MOVED_BY_THE_PI and bool(f.reasons & REASON.ASKED) and bool(f.flags & FLAG.RETURNING)


def _return_due(t: Tick) -> bool:
    """In a wait for dizziness only a new demand counts; else the cause of the return would end the wait at once."""
    if t.f.mode in (MODE.DIZZY_BACK, MODE.DIZZY_WAIT):
        return ACTION.RETURN <= t.verdict.fresh <= ACTION.RETURN_HALF_RATE
    return ACTION.RETURN <= t.verdict.action <= ACTION.RETURN_HALF_RATE


def _starting(t: Tick) -> list[Signal]:
    if not t.f.board_ok or t.f.in_mode_s < (STARTING_S if t.f.tilt_ok else SETTLES_S):
        return []
    if t.f.at_upright:
        return [SIGNAL.READY if t.clean_start or not t.f.ankles_ok else SIGNAL.AT_UPRIGHT]
    return [SIGNAL.LEFT_UPRIGHT] if t.f.off_upright else []


def _idle(t: Tick) -> list[Signal]:
    if t.f.off_upright and t.f.angle_known and t.f.angle_deg > t.f.limits.upright_deg + PROOF_DEG:
        return [SIGNAL.LEFT_UPRIGHT]
    return [SIGNAL.START_OBEYED] if t.f.buttons.pressed & buttons.START and not t.refused else []


def _proof(t: Tick) -> list[Signal]:
    found = [SIGNAL.DIZZY_STOP] if t.f.buttons.pressed & buttons.DIZZY else []
    if t.proof.part is proof.Part.PASSED:
        found.append(SIGNAL.PROOF_PASSED)
    elif t.proof.part is proof.Part.FAILED:
        found.append(SIGNAL.PROOF_FAILED)
    return found


def _descending(t: Tick) -> list[Signal]:
    if t.f.buttons.pressed & buttons.DIZZY:
        return [SIGNAL.DIZZY_STOP]
    if _out_of_time(t.f):
        return [SIGNAL.SESSION_OVER]
    stage = session.stage_of(t.session)
    there = stage is not None and abs(t.f.angle_deg - stage.angle_deg) <= ARRIVED_DEG
    return [SIGNAL.ARRIVED] if there and t.steady_s >= STEADY_S else []


def _holding(t: Tick) -> list[Signal]:
    if t.f.buttons.pressed & buttons.DIZZY:
        return [SIGNAL.DIZZY_STOP]
    if t.hold_left_s > 0.0:
        return []
    return [SIGNAL.SESSION_OVER if _out_of_time(t.f) or session.last_stage(t.session) else SIGNAL.STAGE_OVER]


def _out_of_time(f: Facts) -> bool:
    return f.inverted and f.time_left_s - f.return_s <= session.hold_margin_s(f)


def _paused(t: Tick) -> list[Signal]:
    if t.f.buttons.pressed & buttons.DIZZY:
        return [SIGNAL.DIZZY_STOP]
    if t.f.buttons.pressed & buttons.OK:
        return [SIGNAL.RETURN_DUE if t.verdict.action >= ACTION.PAUSE else SIGNAL.GO_ON]
    return [SIGNAL.RETURN_DUE] if t.f.in_mode_s >= t.f.limits.answer_within_s else []


def _returning(t: Tick) -> list[Signal]:
    f = t.f
    if f.at_upright and t.steady_s >= STEADY_S:
        return [SIGNAL.AT_UPRIGHT]
    found = []
    if f.buttons.pressed & buttons.DIZZY and _dizzy_stops(t):
        found.append(SIGNAL.DIZZY_BACK if may_go_back_down(f) else SIGNAL.DIZZY_STOP)
    if t.steady_s < STEADY_S or not f.tilt_ok:
        return found
    if t.session.dizzy_at_gate and abs(f.angle_deg - f.limits.gate_deg) <= f.limits.gate_half_deg:
        found.append(SIGNAL.DIZZY_STOP)
    if rest_due_here(f):
        found.append(SIGNAL.REST_DUE)
    elif _waits_at_level(f) and f.angle_deg <= f.limits.level_deg + f.limits.level_half_deg:
        found.append(SIGNAL.AT_LEVEL)
    return found


def _dizzy_stops(t: Tick) -> bool:
    """Before the gate DIZZY lets the return go on to 30 degrees and wait there; anywhere else it stops at once."""
    return not before_the_gate(t.f) or not t.f.tilt_ok


def before_the_gate(f: Facts) -> bool:
    """Section 0's word: the gate is still to come."""
    return f.angle_deg > f.limits.gate_deg + f.limits.gate_half_deg


def may_go_back_down(f: Facts) -> bool:
    """TP10: past the gate, while ascending, with all locks good, no trip, off upright rest."""
    past = f.angle_deg < f.limits.gate_deg - f.limits.gate_half_deg
    ascending = f.rate_dps < -f.limits.at_rest_dps
    good = f.ankles_ok and f.tilt_ok and f.board_ok and not f.latches.inspection_due and not f.reasons & REASON.ANKLE_OPEN
    return past and ascending and good and f.angle_deg > f.limits.upright_deg + PROOF_DEG


def rest_due_here(f: Facts) -> bool:
    """At rest where SR3 wants its rest, and it has not been taken by both counts."""
    if f.rest_done or not may_rest(f.angle_deg, f.limits):
        return False
    return f.angle_deg > f.limits.upright_deg + PROOF_DEG


def _waits_at_level(f: Facts) -> bool:
    return (f.unasked or bool(f.flags & FLAG.LEVEL_WAIT)) and f.angle_deg > f.limits.upright_deg + PROOF_DEG


def _resting(t: Tick) -> list[Signal]:
    if t.f.at_upright:
        return [SIGNAL.AT_UPRIGHT]
    if t.f.buttons.pressed & buttons.DIZZY:
        return [SIGNAL.DIZZY_STOP]
    return [SIGNAL.REST_TAKEN] if t.f.rest_done else []


def _board_return(t: Tick) -> list[Signal]:
    f = t.f
    if not f.board_ok:
        return []
    if f.at_upright and f.flags & FLAG.AT_REST and f.board_mode is not BOARD.ASCENT:
        return [SIGNAL.AT_UPRIGHT]
    if f.buttons.pressed & buttons.DIZZY:
        return [SIGNAL.DIZZY_STOP]
    at_rest = bool(f.flags & FLAG.AT_REST)
    if at_rest and f.flags & FLAG.LEVEL_WAIT and f.angle_known and f.angle_deg <= f.limits.level_deg + f.limits.level_half_deg:
        return [SIGNAL.AT_LEVEL]
    braked = f.board_mode in (BOARD.BRAKED, BOARD.FOLLOW)
    free = at_rest and braked and f.tilt_ok and t.verdict.action < ACTION.BOARD_RETURN
    return [SIGNAL.BOARD_DONE] if free and f.in_mode_s > STARTING_S else []


def _level_wait(t: Tick) -> list[Signal]:
    f = t.f
    if f.at_upright:
        return [SIGNAL.AT_UPRIGHT]
    waits = f.unasked or f.flags & FLAG.LEVEL_WAIT
    # a board that was reset knows of the wait but of no return: it takes no answer until it is asked for one again
    forgot = f.flags & FLAG.LEVEL_WAIT and not f.flags & FLAG.RETURNING
    return [] if waits and not (forgot and t.answered) else [SIGNAL.ANSWERED]


def _dizzy_back(t: Tick) -> list[Signal]:
    if t.f.at_upright:
        return [SIGNAL.AT_UPRIGHT]
    if t.f.buttons.pressed & buttons.DIZZY or not t.f.ankles_ok:
        return [SIGNAL.DIZZY_STOP]
    there = abs(t.f.angle_deg - t.session.dizzy_target_deg) <= ARRIVED_DEG
    return [SIGNAL.ARRIVED] if there and t.steady_s >= STEADY_S else []


def _dizzy_wait(t: Tick) -> list[Signal]:
    return [SIGNAL.AT_UPRIGHT] if t.f.at_upright else []


def _settling(t: Tick) -> list[Signal]:
    if t.f.off_upright and t.f.angle_known and t.f.angle_deg > t.f.limits.upright_deg + PROOF_DEG:
        return [SIGNAL.LEFT_UPRIGHT]
    if not t.f.session:
        return [SIGNAL.FINISHED]
    return [SIGNAL.SETTLED] if t.f.in_mode_s >= t.f.limits.settling_s else []


def _release(t: Tick) -> list[Signal]:
    if t.f.off_upright and t.f.angle_known and t.f.angle_deg > t.f.limits.upright_deg + PROOF_DEG:
        return [SIGNAL.LEFT_UPRIGHT]
    upright_s = since(t.f.watch.upright_since_s, t.f.now_s)
    return [SIGNAL.FINISHED] if t.f.watch.opened_at_upright and upright_s >= t.f.limits.session_clear_s else []


def _latched(t: Tick) -> list[Signal]:
    free = t.f.board_mode in (BOARD.BRAKED, BOARD.FOLLOW) and t.f.inputs.estop_aux_closed
    return [SIGNAL.RESET] if free and not t.verdict.trip_due else []


_BY_MODE: dict[Mode, Callable[[Tick], list[Signal]]] = {
    MODE.STARTING: _starting,
    MODE.IDLE: _idle,
    MODE.PROOF_TEST: _proof,
    MODE.DESCENDING: _descending,
    MODE.HOLDING: _holding,
    MODE.PAUSED: _paused,
    MODE.RETURNING: _returning,
    MODE.RESTING: _resting,
    MODE.BOARD_RETURN: _board_return,
    MODE.LEVEL_WAIT: _level_wait,
    MODE.DIZZY_BACK: _dizzy_back,
    MODE.DIZZY_WAIT: _dizzy_wait,
    MODE.SETTLING: _settling,
    MODE.RELEASE: _release,
    MODE.STOPPED: _latched,
    MODE.RESCUE: _latched,
    MODE.FAULT: _latched,
}
