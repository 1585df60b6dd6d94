"""What is asked of the drive board this tick: mode -> target -> jerk-limited rate -> command.  Pure.

Two seconds of warning come before every motion nobody just asked for (SR4); a return is never asked to go down.
"""

from __future__ import annotations

from typing import NamedTuple

from controller.core import motion, proof, rest, session
from controller.core.facts import PROOF_DEG, Facts
from controller.core.model import Action, Command, Mode
from controller.core.motion import MotionState
from controller.core.safety import Verdict
from controller.core.wire import BoardMode, Request, StatusFlag

CREEP_DPS = 0.3
"""Upright rest is where the board says it is: the last tenths are gone slowly until it does."""

ON_REQUEST = frozenset({Mode.DESCENDING, Mode.RETURNING, Mode.BOARD_RETURN, Mode.DIZZY_BACK, Mode.PROOF_TEST})
"""Modes that move the table."""

SESSION_MODES = frozenset({Mode.PROOF_TEST, Mode.DESCENDING, Mode.HOLDING, Mode.PAUSED})


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
    target_deg: float | None
    rate_dps: float
    moves: bool  # motion is wanted as soon as the warning is over


STILL = Wish(Request.HOLD, None, 0.0, False)


def drive(
    f: Facts, mode: Mode, ses: session.Session, test: proof.Proof, verdict: Verdict, now: MotionState, warned_s: float, hold: tuple[float, float]
) -> Drive:
    """One tick.  `mode` is the mode just decided, `hold` the seconds held in this stage and those left of it."""
    wish = _wish(f, mode, ses, test, verdict, hold[0])
    coming = wish.moves or (mode is Mode.HOLDING and hold[1] <= f.limits.warning_s) or _rest_nearly_over(f, mode)
    warned_s = warned_s + f.dt_s if coming else 0.0
    warning = coming and warned_s < f.limits.warning_s
    if wish.request is Request.HOLD or wish.target_deg is None or (warning and wish.moves):
        planned = motion.stop(now, f.limits, f.dt_s) if now is not motion.AT_REST else now
    elif f.dt_s > f.limits.board_silent_s:  # after a stall the board has braked: begin from rest, never with a jerk
        planned = motion.AT_REST
    else:
        planned = _steer(f, wish, now)
    request = Request.HOLD if warning and wish.moves else wish.request
    return Drive(_command(f, mode, ses, verdict, request, planned, warning), planned, warned_s, wish.target_deg, warning)


def _steer(f: Facts, wish: Wish, now: MotionState) -> MotionState:
    target_deg = wish.target_deg if wish.target_deg is not None else f.angle_deg
    if wish.request is Request.RETURN_UP and now.rate_dps > 0.0:
        return motion.stop(now, f.limits, f.dt_s)
    planned = motion.steer(now, angle_deg=f.angle_deg, target_deg=target_deg, max_rate_dps=wish.rate_dps, limits=f.limits, dt_s=f.dt_s)
    if target_deg == f.limits.upright_deg and f.angle_deg < target_deg + 1.0 and not f.at_upright and planned.rate_dps > -CREEP_DPS:
        return MotionState(rate_dps=-CREEP_DPS)
    return planned


def _rest_nearly_over(f: Facts, mode: Mode) -> bool:
    if mode is not Mode.RESTING:
        return False
    return f.rest.done or rest.due_s(f.angle_deg, f.limits) - rest.counted_s(f.rest, f.angle_deg, f.limits) <= f.limits.warning_s


def _wish(f: Facts, mode: Mode, ses: session.Session, test: proof.Proof, verdict: Verdict, hold_s: float) -> Wish:
    limits = f.limits
    rate_dps = limits.half_rate_dps if verdict.half_rate or f.flags & StatusFlag.HALF_RATE else limits.rate_dps
    if mode is Mode.RETURNING:
        return Wish(Request.RETURN_UP, return_target_deg(f), rate_dps, True)
    if mode is Mode.RESTING:
        return Wish(Request.RETURN_UP, None, 0.0, False)
    if mode is Mode.DESCENDING:
        return _stage_wish(f, ses, rate_dps)
    if mode is Mode.HOLDING:
        target_deg, stage = session.rocking_deg(ses, hold_s), session.stage_of(ses)
        if target_deg is None or stage is None:
            return STILL
        return Wish(Request.FOLLOW, target_deg, session.rocking_dps(stage, limits), True)
    if mode is Mode.DIZZY_BACK:
        down = ses.dizzy_target_deg > f.angle_deg
        return Wish(Request.DIZZY_BACK if down else Request.RETURN_UP, ses.dizzy_target_deg, rate_dps, True)
    if mode is Mode.BOARD_RETURN:
        return Wish(Request.ASCEND, None, 0.0, f.board_mode is not BoardMode.ASCENT)
    return _proof_wish(f, test) if mode is Mode.PROOF_TEST else STILL


def _stage_wish(f: Facts, ses: session.Session, rate_dps: float) -> Wish:
    stage = session.stage_of(ses)
    if stage is None or not f.tilt_ok:
        return STILL
    target_deg = stage.angle_deg
    low, high = f.limits.gate_deg - f.limits.gate_half_deg, f.limits.gate_deg + f.limits.gate_half_deg
    if target_deg < low and f.angle_deg >= low and not f.rest_done:
        target_deg = f.limits.gate_deg  # an upward stage passes the gate like a return: rest first (SR3)
        if f.angle_deg <= high and f.at_rest:
            return Wish(Request.FOLLOW, None, 0.0, False)
    return Wish(Request.FOLLOW, target_deg, rate_dps, True)


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


def _proof_wish(f: Facts, test: proof.Proof) -> Wish:
    if test.part is proof.Part.BRAKE:
        return Wish(Request.TEST_BRAKE, None, 0.0, False)
    if test.part is proof.Part.MOVE and f.tilt_ok:
        return Wish(Request.FOLLOW, test.imu_deg + proof.MOVE_DEG, f.limits.half_rate_dps, True)
    return STILL


def _command(f: Facts, mode: Mode, ses: session.Session, verdict: Verdict, request: Request, planned: MotionState, warning: bool) -> Command | None:
    if not f.board_ok:
        return None
    if verdict.trip_due:
        request = Request.TRIP
    elif mode is Mode.BOARD_RETURN and not f.off_upright:
        request = Request.HOLD
    rate_dps = planned.rate_dps if request in (Request.FOLLOW, Request.RETURN_UP, Request.DIZZY_BACK) else 0.0
    if request is Request.RETURN_UP:
        rate_dps = min(rate_dps, 0.0)
    elif request is Request.DIZZY_BACK:
        rate_dps = max(rate_dps, 0.0)
    going_up = request in (Request.RETURN_UP, Request.ASCEND)
    return Command(
        request=request,
        rate_dps=rate_dps,
        imu_angle_deg=f.tilt.angle_deg if f.tilt_ok else None,
        permitted_angle_deg=f.permitted_deg,
        unasked=going_up and f.unasked,
        half_rate=going_up and verdict.half_rate,
        session=mode in SESSION_MODES,
        alarm=verdict.action > Action.WARN,
        warn=warning,
        challenge=f.board.challenge,
    )


