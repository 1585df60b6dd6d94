"""What is asked of the drive board this tick: mode -> target -> jerk-limited rate -> command.  Pure.

Two seconds of warning come before every motion nobody just asked for (SR4); a return is never asked to go down.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from controller.core import motion, proof, rest, session
from controller.core.facts import LOAD_CHECK_DEG, PROOF_DEG, Facts
from controller.core.members import ACTION, BOARD, MODE, REQUEST
from controller.core.model import Command, Mode
from controller.core.modes import MOVED_BY_THE_PI
from controller.core.motion import MotionState
from controller.core.quick import maker
from controller.core.safety import Verdict
from controller.core.wire import Request, StatusFlag

CREEP_DPS = 0.3
"""Upright rest is where the board says it is: the last tenths are gone slowly until it does."""


class Drive(NamedTuple):
    """The command, what the motion planner remembers, and how long the warning has sounded."""

    command: Command | None
    motion: MotionState
    warned_s: float
    target_deg: float | None
    warning: bool


class Wish(NamedTuple):
    """Where to, how, how fast; no target means stand still."""

    request: Request
    target_deg: float | None = None
    rate_dps: float = 0.0
    moves: bool = False  # motion is wanted as soon as the warning is over


STILL = Wish(REQUEST.HOLD)


class Course(NamedTuple):
    """What the tick has decided, as far as motion needs it."""

    mode: Mode  # just decided
    session: session.Session
    proof: proof.Proof
    verdict: Verdict
    hold_s: float  # held in this stage
    hold_left_s: float
    warned_s: float  # how long the warning before the coming motion has sounded


def drive(f: Facts, c: Course, now: MotionState) -> Drive:
    """One tick from the motion asked for last."""
    wish = _WISHES[c.mode](f, c) if c.mode in _WISHES else STILL
    coming = wish.moves or (c.mode is MODE.HOLDING and c.hold_left_s <= f.limits.warning_s) or _rest_nearly_over(f, c.mode)
    warned_s = c.warned_s + f.dt_s if coming else 0.0
    warning = coming and warned_s < f.limits.warning_s
    waits = warning and wish.moves
    if wish.request is REQUEST.HOLD or wish.target_deg is None or waits:
        planned = motion.stop(now, f.limits, f.dt_s) if now is not motion.AT_REST else now
    elif f.dt_s > f.limits.board_silent_s:  # after a stall the board has braked: begin from rest, never with a jerk
        planned = motion.AT_REST
    else:
        planned = _steer(f, wish, now)
    command = _command(f, c, REQUEST.HOLD if waits else wish.request, planned, warning=warning) if f.board_ok else None
    return Drive(command, planned, warned_s, wish.target_deg, warning)


def _steer(f: Facts, wish: Wish, now: MotionState) -> MotionState:
    target_deg = wish.target_deg if wish.target_deg is not None else f.angle_deg
    if wish.request is REQUEST.RETURN_UP and now.rate_dps > 0.0:
        return motion.stop(now, f.limits, f.dt_s)
    planned = motion.steer(now, angle_deg=f.angle_deg, target_deg=target_deg, max_rate_dps=wish.rate_dps, limits=f.limits, dt_s=f.dt_s)
    if target_deg == f.limits.upright_deg and f.angle_deg < target_deg + 1.0 and not f.at_upright and planned.rate_dps > -CREEP_DPS:
        return MotionState(rate_dps=-CREEP_DPS)
    return planned


def _rest_nearly_over(f: Facts, mode: Mode) -> bool:
    if mode is not MODE.RESTING:
        return False
    return f.rest.done or rest.due_s(f.angle_deg, f.limits) - rest.counted_s(f.rest, f.angle_deg, f.limits) <= f.limits.warning_s


def _rate_dps(f: Facts, c: Course) -> float:
    return f.limits.half_rate_dps if c.verdict.half_rate or f.flags & StatusFlag.HALF_RATE else f.limits.rate_dps


def _return_wish(f: Facts, c: Course) -> Wish:
    return Wish(REQUEST.RETURN_UP, return_target_deg(f), _rate_dps(f, c), moves=True)


def _stage_wish(f: Facts, c: Course) -> Wish:
    stage = session.stage_of(c.session)
    if stage is None or not f.tilt_ok:
        return STILL
    target_deg = stage.angle_deg
    low, high = f.limits.gate_deg - f.limits.gate_half_deg, f.limits.gate_deg + f.limits.gate_half_deg
    if target_deg < low <= f.angle_deg and not f.rest_done:
        target_deg = f.limits.gate_deg  # an upward stage passes the gate like a return: rest first (SR3)
        if f.angle_deg <= high and f.at_rest:
            return Wish(REQUEST.FOLLOW)
    first_degrees = f.angle_deg < f.limits.upright_deg + LOAD_CHECK_DEG
    rate_dps = f.limits.half_rate_dps if first_degrees else _rate_dps(f, c)
    return Wish(REQUEST.FOLLOW, target_deg, rate_dps, moves=True)


def _hold_wish(f: Facts, c: Course) -> Wish:
    target_deg, stage = session.rocking_deg(c.session, c.hold_s), session.stage_of(c.session)
    if target_deg is None or stage is None or not f.tilt_ok:
        return STILL
    return Wish(REQUEST.FOLLOW, target_deg, session.rocking_dps(stage, f.limits), moves=True)


def _dizzy_wish(f: Facts, c: Course) -> Wish:
    down = c.session.dizzy_target_deg > f.angle_deg
    return Wish(REQUEST.DIZZY_BACK if down else REQUEST.RETURN_UP, c.session.dizzy_target_deg, _rate_dps(f, c), moves=True)


def _board_wish(f: Facts, _c: Course) -> Wish:
    if f.board_mode is BOARD.ASCENT:
        return Wish(REQUEST.ASCEND)
    return Wish(REQUEST.ASCEND, moves=True) if f.off_upright else STILL


def _proof_wish(f: Facts, c: Course) -> Wish:
    if c.proof.part is proof.Part.BRAKE:
        return Wish(REQUEST.TEST_BRAKE)
    if c.proof.part is proof.Part.MOVE and f.tilt_ok:
        return Wish(REQUEST.FOLLOW, c.proof.imu_deg + proof.MOVE_DEG, f.limits.half_rate_dps, moves=True)
    return STILL


_WISHES: dict[Mode, Callable[[Facts, Course], Wish]] = {
    MODE.PROOF_TEST: _proof_wish,
    MODE.DESCENDING: _stage_wish,
    MODE.HOLDING: _hold_wish,
    MODE.RETURNING: _return_wish,
    MODE.RESTING: lambda _f, _c: Wish(REQUEST.RETURN_UP),  # a return that has begun: the board must not have to begin it
    MODE.BOARD_RETURN: _board_wish,
    MODE.DIZZY_BACK: _dizzy_wish,
    MODE.DIZZY_WAIT: lambda _f, _c: Wish(REQUEST.DIZZY_BACK),  # at no rate: the one request that stops the board's own ascent (TP10)
}
"""Modes that are not here stand still."""


def return_target_deg(f: Facts) -> float | None:
    """Where the return goes next: the gate, level, or upright rest.  None: stand still here first."""
    limits = f.limits
    if not f.tilt_ok:
        return None
    near_upright = f.angle_deg <= limits.upright_deg + PROOF_DEG
    if not f.rest_done and not near_upright:
        return limits.gate_deg if f.angle_deg >= limits.gate_deg - limits.gate_half_deg else None
    if (f.unasked or f.flags & StatusFlag.LEVEL_WAIT) and not near_upright:
        return limits.level_deg if f.angle_deg > limits.level_deg else None
    return limits.upright_deg


_make_command = maker(Command)
_STEERED = frozenset({REQUEST.FOLLOW, REQUEST.RETURN_UP, REQUEST.DIZZY_BACK})


def _command(f: Facts, c: Course, request: Request, planned: MotionState, *, warning: bool) -> Command:
    if c.verdict.trip_due:
        request = REQUEST.TRIP
    rate_dps = planned.rate_dps if request in _STEERED else 0.0
    if request is REQUEST.RETURN_UP:
        rate_dps = min(rate_dps, 0.0)
    elif request is REQUEST.DIZZY_BACK:
        rate_dps = max(rate_dps, 0.0)
    going_up = request in (REQUEST.RETURN_UP, REQUEST.ASCEND)
    return _make_command(
        request=request,
        rate_dps=rate_dps,
        imu_angle_deg=f.tilt.angle_deg if f.tilt_ok else None,
        permitted_angle_deg=session.permitted_deg(c.session, f.limits),
        unasked=going_up and c.session.unasked,
        half_rate=going_up and (c.verdict.half_rate or not f.tilt_ok),
        session=c.mode in MOVED_BY_THE_PI,
        alarm=c.verdict.action > ACTION.WARN,
        warn=warning,
        challenge=f.board.challenge,
    )
