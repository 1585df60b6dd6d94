"""What is asked of the drive board this tick: mode -> target -> jerk-limited rate -> command.  Pure.

Two seconds of warning come before every motion nobody just asked for (SR4); a return is never asked to go down.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from controller.core import motion, proof, session
from controller.core.facts import LOAD_CHECK_DEG, PROOF_DEG, Facts, rest_left_s
from controller.core.members import ACTION, BOARD, FLAG, MODE, REQUEST
from controller.core.model import Command, Mode
from controller.core.modes import MOVED_BY_THE_PI
from controller.core.motion import MotionState
from controller.core.quick import closed, drafter
from controller.core.signals import left_to_the_board
from controller.core.tick import Tick
from controller.core.wire import Request

CREEP_DPS = 0.3
"""Upright rest is where the board says it is: the last tenths are gone slowly until it does."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Where to, how, how fast; no target means stand still."""

    request: Request
    target_deg: float | None = None
    rate_dps: float = 0.0
    moves: bool = False  # motion is wanted as soon as the warning is over


STILL = Wish(REQUEST.HOLD)


def drive(t: Tick, now: MotionState) -> None:
    """One tick from the motion asked for last: fills in the command, the planned motion, its target and the warning."""
    f, mode = t.f, t.mode
    wish = _WISHES.get(mode, _stand)(f, t)
    coming = wish.moves or (mode is MODE.HOLDING and t.hold_left_s <= f.limits.warning_s) or (mode is MODE.RESTING and _rest_nearly_over(f))
    t.warned_s = t.warned_s + f.dt_s if coming else 0.0
    t.warning = coming and t.warned_s < f.limits.warning_s
    waits = t.warning and wish.moves
    if wish.request is REQUEST.HOLD or wish.target_deg is None or waits:
        planned = motion.stop(now, f.limits, f.dt_s) if now is not motion.AT_REST else now
    elif f.dt_s > f.limits.board_silent_s:  # after a stall the board has braked: begin from rest, never with a jerk
        planned = motion.AT_REST
    else:
        planned = _steer(f, wish, now)
    t.motion, t.target_deg = planned, wish.target_deg
    t.command = _command(f, t, REQUEST.HOLD if waits else wish.request) if f.board_ok else None


def _steer(f: Facts, wish: Wish, now: MotionState) -> MotionState:
    target_deg = wish.target_deg if wish.target_deg is not None else f.angle_deg
    if wish.request is REQUEST.RETURN_UP and now.rate_dps > 0.0:
        return motion.stop(now, f.limits, f.dt_s)
    planned = motion.steer(now, angle_deg=f.angle_deg, target_deg=target_deg, max_rate_dps=wish.rate_dps, limits=f.limits, dt_s=f.dt_s)
    if target_deg == f.limits.upright_deg and f.angle_deg < target_deg + 1.0 and not f.at_upright and planned.rate_dps > -CREEP_DPS:
        return MotionState(rate_dps=-CREEP_DPS)
    return planned


def _rest_nearly_over(f: Facts) -> bool:
    return rest_left_s(f.rest, f.angle_deg, f.limits) <= f.limits.warning_s


def _rate_dps(f: Facts, t: Tick) -> float:
    return f.limits.half_rate_dps if t.verdict.half_rate or f.flags & FLAG.HALF_RATE else f.limits.rate_dps


def _return_wish(f: Facts, t: Tick) -> Wish:
    if left_to_the_board(t) or not f.tilt_ok:  # it is not asked to hand over what it is asked to do by itself a tick later
        return _board_wish(f, t)
    return Wish(REQUEST.RETURN_UP, return_target_deg(f), _rate_dps(f, t), moves=True)


def _stage_wish(f: Facts, t: Tick) -> Wish:
    stage = session.stage_of(t.session)
    if stage is None or not f.tilt_ok:
        return STILL
    target_deg = stage.angle_deg
    low, high = f.limits.gate_deg - f.limits.gate_half_deg, f.limits.gate_deg + f.limits.gate_half_deg
    if target_deg < low <= f.angle_deg and not f.rest_done:
        target_deg = f.limits.gate_deg  # an upward stage passes the gate like a return: rest first (SR3)
        if f.angle_deg <= high and f.at_rest:
            return Wish(REQUEST.FOLLOW)
    first_degrees = f.angle_deg < f.limits.upright_deg + LOAD_CHECK_DEG
    rate_dps = f.limits.half_rate_dps if first_degrees else _rate_dps(f, t)
    return Wish(REQUEST.FOLLOW, target_deg, rate_dps, moves=True)


def _hold_wish(f: Facts, t: Tick) -> Wish:
    stage = session.stage_of(t.session)
    if stage is None or stage.oscillation is None or not f.tilt_ok:
        return STILL
    target_deg = session.rocking_deg(stage, stage.oscillation, t.hold_s)
    return Wish(REQUEST.FOLLOW, target_deg, session.rocking_dps(stage, stage.oscillation, f.limits), moves=True)


def _dizzy_wish(f: Facts, t: Tick) -> Wish:
    down = t.session.dizzy_target_deg > f.angle_deg
    return Wish(REQUEST.DIZZY_BACK if down else REQUEST.RETURN_UP, t.session.dizzy_target_deg, _rate_dps(f, t), moves=True)


def _board_wish(f: Facts, _t: Tick) -> Wish:
    if f.board_mode is BOARD.ASCENT:
        return Wish(REQUEST.ASCEND)
    return Wish(REQUEST.ASCEND, moves=True) if f.off_upright else STILL


def _proof_wish(f: Facts, t: Tick) -> Wish:
    if t.proof.part is proof.Part.BRAKE:
        return Wish(REQUEST.TEST_BRAKE)
    if t.proof.part is proof.Part.MOVE and f.tilt_ok:
        return Wish(REQUEST.FOLLOW, t.proof.imu_deg + proof.MOVE_DEG, f.limits.half_rate_dps, moves=True)
    return STILL


def _stand(_f: Facts, _t: Tick) -> Wish:
    return STILL


_WISHES: dict[Mode, Callable[[Facts, Tick], Wish]] = {
    MODE.PROOF_TEST: _proof_wish,
    MODE.DESCENDING: _stage_wish,
    MODE.HOLDING: _hold_wish,
    MODE.RETURNING: _return_wish,
    MODE.RESTING: lambda _f, _t: Wish(REQUEST.RETURN_UP),  # a return that has begun: the board must not have to begin it
    MODE.BOARD_RETURN: _board_wish,
    MODE.DIZZY_BACK: _dizzy_wish,
    MODE.DIZZY_WAIT: lambda _f, _t: Wish(REQUEST.DIZZY_BACK),  # at no rate: the one request that stops the board's own ascent (TP10)
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
    if (f.unasked or f.flags & FLAG.LEVEL_WAIT) and not near_upright:
        return limits.level_deg if f.angle_deg > limits.level_deg else None
    return limits.upright_deg


_new_command = drafter(Command)


def _command(f: Facts, t: Tick, request: Request) -> Command:
    if t.verdict.trip_due:
        request = REQUEST.TRIP
    command = _new_command()
    command.request = request
    command.rate_dps = _asked_dps(request, t.motion.rate_dps)
    command.imu_angle_deg = f.tilt.angle_deg if f.tilt_ok else None
    command.permitted_angle_deg = session.permitted_deg(t.session, f.limits)
    going_up = request is REQUEST.RETURN_UP or request is REQUEST.ASCEND
    command.unasked = going_up and t.session.unasked
    command.half_rate = going_up and (t.verdict.half_rate or not f.tilt_ok)
    command.session = t.mode in MOVED_BY_THE_PI
    command.alarm = t.verdict.action > ACTION.WARN
    command.warn = t.warning
    command.challenge = f.board.challenge
    return closed(command, Command)


def _asked_dps(request: Request, planned_dps: float) -> float:
    """Only three requests carry a rate; a return is never asked to go down, nor a way back down to go up."""
    if request is REQUEST.FOLLOW:
        return planned_dps
    if request is REQUEST.RETURN_UP:
        return min(planned_dps, 0.0)
    return max(planned_dps, 0.0) if request is REQUEST.DIZZY_BACK else 0.0
