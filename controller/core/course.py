"""What a tick and a mode change do to the session: asked or not, the wait at level, dizziness, stages.  Pure."""

from __future__ import annotations

from dataclasses import replace

from controller.core import buttons, session
from controller.core.facts import PROOF_DEG, Facts
from controller.core.limits import Limits
from controller.core.members import FLAG, MODE, REASON, SIGNAL
from controller.core.model import Mode
from controller.core.modes import RETURNS, Signal
from controller.core.motion import leg_time_s, return_time_s
from controller.core.session import Session
from controller.core.signals import DIZZY_WAIT_S, before_the_gate

ASKED = frozenset({SIGNAL.RETURN_PRESSED, SIGNAL.SESSION_OVER, SIGNAL.DIZZY_STOP, SIGNAL.PROOF_FAILED})
"""A return that these begin was asked for: a completed session or RETURN (SR15), or the person just pressed a button."""

JUST_PRESSED = frozenset({SIGNAL.RETURN_PRESSED, SIGNAL.ANSWERED, SIGNAL.GO_ON, SIGNAL.DIZZY_BACK, SIGNAL.DIZZY_STOP})
"""Motion that follows these needs no warning: the person has just asked for it (SR4)."""

WARNS_AHEAD = frozenset({MODE.HOLDING, MODE.RESTING})
"""Modes that sound the warning in their last seconds, because they know when motion follows."""


def during(ses: Session, f: Facts, answered: bool) -> Session:
    """One tick without regard to mode changes."""
    if f.mode is MODE.LEVEL_WAIT:
        return _at_level(ses, f, answered=answered)
    if f.mode is MODE.RETURNING and f.buttons.pressed & buttons.DIZZY and before_the_gate(f) and not ses.dizzy_at_gate:
        return replace(ses, dizzy_at_gate=True)
    if f.unanswered and not ses.unasked and f.mode in RETURNS:
        return replace(ses, unasked=True)  # nobody unconscious is stood up, whoever asked for the return
    return ses


def _at_level(ses: Session, f: Facts, *, answered: bool) -> Session:
    """SR15's wait ends by OK or RETURN, seen here or by the board's own wires."""
    waits = bool(f.flags & FLAG.LEVEL_WAIT)
    heard_by_board = ses.level_seen and f.board_ok and not waits
    if ses.unasked and (answered or heard_by_board):
        return replace(ses, unasked=False, level_seen=False)
    return replace(ses, level_seen=True) if waits and not ses.level_seen else ses


def after_change(ses: Session, f: Facts, was: Mode, mode: Mode, signal: Signal) -> Session:
    """The session after the mode has changed from `was` to `mode` because of `signal`."""
    begun = _begun(ses, f, mode, signal)
    if begun is not None:
        return begun
    if mode in (MODE.RETURNING, MODE.BOARD_RETURN) and was not in RETURNS:
        return replace(ses, open=True, unasked=_unasked(f, signal), level_seen=False)
    if was in (MODE.DIZZY_BACK, MODE.DIZZY_WAIT) and signal in (SIGNAL.RETURN_DUE, SIGNAL.BOARD_UP):
        return replace(ses, unasked=True)
    return replace(ses, open=True) if mode is MODE.SETTLING and was is MODE.STARTING else ses


def _begun(ses: Session, f: Facts, mode: Mode, signal: Signal) -> Session | None:
    """What begins or ends with the new mode, wherever it was entered from; None when nothing does."""
    plan = f.inputs.permission.plan
    if signal is SIGNAL.START_OBEYED and plan is not None:
        return session.begin(plan, f.limits)
    if mode is MODE.IDLE:
        return session.NONE
    if signal is SIGNAL.STAGE_OVER:
        return session.next_stage(ses)
    if mode is MODE.DIZZY_BACK:
        return replace(ses, dizzy_target_deg=dizzy_target_deg(ses, f))
    return replace(ses, dizzy_at_gate=False) if mode is MODE.DIZZY_WAIT else None


def _unasked(f: Facts, signal: Signal) -> bool:
    if signal in ASKED or (f.angle_known and f.angle_deg <= f.limits.upright_deg + PROOF_DEG):
        return False
    return not f.reasons & REASON.ASKED or bool(f.flags & FLAG.LEVEL_WAIT)


def dizzy_target_deg(ses: Session, f: Facts) -> float:
    """TP10: back to 30 degrees; to level if a clinician set that or the inverted time would not allow 30."""
    limits = f.limits
    plan_says_level = ses.plan is not None and ses.plan.dizzy_to_level
    return limits.level_deg if plan_says_level or not _time_for_the_gate(f, limits) else limits.gate_deg


def _time_for_the_gate(f: Facts, limits: Limits) -> bool:
    down_s = leg_time_s(limits.gate_deg - f.angle_deg, limits.rate_dps, limits)
    up_s = return_time_s(limits.gate_deg, limits.half_rate_dps, limits, rest_left_s=limits.rest_s)
    return f.time_left_s > down_s + DIZZY_WAIT_S + up_s
