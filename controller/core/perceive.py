"""Inputs and memory -> Facts: the first half of a tick.  Pure; decides nothing."""

from __future__ import annotations

from controller.core import buttons, facts, rest, session, tilt, watch
from controller.core.facts import Facts
from controller.core.limits import Limits
from controller.core.members import FLAG, MODE
from controller.core.model import Inputs
from controller.core.motion import return_time_s
from controller.core.quick import Draft, closed, drafter
from controller.core.state import State

SPOTTED_S = 60.0
"""TP8: a spotter's confirmation counts for this long."""


UNHEARD = (0, 0, 0)
"""Flags, contacts and reasons of a board that is not heard."""

_facts = drafter(Facts)


def perceive(state: State, inputs: Inputs, limits: Limits) -> Facts:
    """Everything this tick knows."""
    now_s, board = inputs.now_s, inputs.board
    dt_s = limits.tick_s if state.now_s is None else now_s - state.now_s if now_s > state.now_s else 0.0
    pressed = buttons.read(state.buttons, inputs.panel, limits, now_s)
    tilted = tilt.update(state.tilt, inputs.imu, limits, dt_s)
    heard = facts.whether_heard(board, limits)
    flags, contacts, reasons = (board.flags, board.contacts, board.reasons) if heard else UNHEARD
    known, angle_deg, rate_dps = facts.best_angle(tilted, board, heard)
    upright, off_upright = facts.whether_upright(tilted, flags, limits, heard)
    still = known and abs(rate_dps) < limits.at_rest_dps and (not heard or flags & FLAG.AT_REST != 0)
    locks_open = watch.open_locks(inputs.ankles, contacts, heard)
    inverted = angle_deg > 0.0 if known else state.session.open and not upright
    rested = rest.update(state.rest, angle_deg, limits, dt_s, tilted.trusted, still)
    f = _facts()
    f.now_s, f.dt_s = now_s, dt_s
    f.inputs, f.limits, f.board = inputs, limits, board
    f.buttons, f.tilt, f.rest = pressed, tilted, rested
    estop_open, late_s = not inputs.estop_aux_closed, inputs.host.late_s
    f.watch = watch.update(state.watch, now_s, locks_open, heard, upright, still, estop_open, late_s)
    f.board_ok, f.board_mode = heard, board.mode if heard else None
    f.flags, f.contacts, f.reasons = flags, contacts, reasons
    f.tilt_ok, f.angle_known = tilted.trusted, known
    f.angle_deg, f.rate_dps, f.at_rest = angle_deg, rate_dps, still
    f.at_upright, f.off_upright = upright, off_upright
    f.inverted, f.ankles_ok = inverted, heard and not locks_open
    f.time_left_s = _time_left_s(state, inputs, limits, heard)
    f.return_s = _return_s(rested, angle_deg, flags, limits) if inverted else 0.0
    f.rest_done = facts.rest_done_by_both(rested, flags)
    f.spotted = pressed.down & buttons.SPOTTER != 0 or now_s - state.spotted_s <= SPOTTED_S
    _recall(f, state, limits, now_s)
    return closed(f, Facts)


def _recall(f: Draft, state: State, limits: Limits, now_s: float) -> None:
    """What the tick knows from memory alone."""
    ses, mode = state.session, state.mode
    f.mode, f.in_mode_s = mode, now_s - state.since_s if state.now_s is not None else 0.0
    f.latches, f.moving_dps, f.warning = state.latches, state.motion.rate_dps, state.warning
    f.session, f.unasked = ses.open, ses.unasked
    f.permitted_deg = session.permitted_deg(ses, limits)
    f.unanswered = state.ask.unanswered
    f.load_wrong = state.load.wrong and mode is MODE.DESCENDING


def _time_left_s(state: State, inputs: Inputs, limits: Limits, heard: bool) -> float:
    """By both counts; the lesser one holds."""
    plan, board_s = state.session.plan, inputs.board.budget_left_s
    most_s = plan.max_inverted_s if plan is not None and plan.max_inverted_s < limits.max_inverted_s else limits.max_inverted_s
    own_s = most_s - state.inverted_s
    return board_s if heard and board_s < own_s else own_s


def _return_s(rested: rest.Rest, angle_deg: float, flags: int, limits: Limits) -> float:
    if angle_deg > limits.gate_deg + limits.gate_half_deg:
        left_s = limits.rest_s
    elif facts.rest_done_by_both(rested, flags):
        left_s = 0.0
    else:
        left_s = rest.due_s(angle_deg, limits) - rest.counted_s(rested, angle_deg, limits)
    return return_time_s(angle_deg, limits.half_rate_dps, limits, left_s if left_s > 0.0 else 0.0)
