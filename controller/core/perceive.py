"""Inputs and memory -> Facts: the first half of a tick.  Pure; decides nothing."""

from __future__ import annotations

from controller.core import buttons, facts, rest, session, tilt, watch
from controller.core.facts import Facts
from controller.core.limits import Limits
from controller.core.members import MODE
from controller.core.model import Inputs
from controller.core.motion import return_time_s
from controller.core.quick import maker
from controller.core.state import State
from controller.core.wire import StatusFlag

SPOTTED_S = 60.0
"""TP8: a spotter's confirmation counts for this long."""


_facts = maker(Facts)


def perceive(state: State, inputs: Inputs, limits: Limits) -> Facts:
    """Everything this tick knows."""
    now_s, board = inputs.now_s, inputs.board
    dt_s = limits.tick_s if state.now_s is None else max(0.0, now_s - state.now_s)
    pressed = buttons.read(state.buttons, inputs.panel, limits, now_s)
    tilted = tilt.update(state.tilt, inputs.imu, limits, dt_s)
    heard = facts.whether_heard(board, limits)
    flags = board.flags if heard else 0
    known, angle_deg, rate_dps = facts.best_angle(tilted, board, heard=heard)
    upright = facts.whether_upright(tilted, board, limits, heard=heard)
    still = abs(rate_dps) < limits.at_rest_dps and known and (not heard or bool(flags & StatusFlag.AT_REST))
    locks_open = watch.open_locks(inputs.ankles, board.contacts, heard=heard)
    watched = watch.update(
        state.watch, now_s, locks_open=locks_open, heard=heard, upright=upright, still=still,
        estop_open=not inputs.estop_aux_closed, late_s=inputs.host.late_s,
    )  # fmt: skip
    rested = rest.update(state.rest, angle_deg, limits, dt_s, known=tilted.trusted, at_rest=still)
    inverted = angle_deg > 0.0 if known else state.session.open and not upright
    return _facts(
        now_s=now_s, dt_s=dt_s, mode=state.mode, in_mode_s=now_s - state.since_s if state.now_s is not None else 0.0,
        inputs=inputs, limits=limits, buttons=pressed, tilt=tilted, watch=watched, rest=rested, latches=state.latches, board=board,
        board_ok=heard, board_mode=board.mode if heard else None, flags=flags, contacts=board.contacts if heard else 0,
        reasons=board.reasons if heard else 0, tilt_ok=tilted.trusted, angle_known=known, angle_deg=angle_deg, rate_dps=rate_dps,
        at_rest=still, at_upright=upright, off_upright=facts.whether_off_upright(tilted, board, limits, heard=heard), inverted=inverted,
        ankles_ok=heard and not locks_open, session=state.session.open, permitted_deg=session.permitted_deg(state.session, limits),
        time_left_s=_time_left_s(state, inputs, limits, heard=heard),
        return_s=_return_s(rested, angle_deg, flags, limits) if inverted else 0.0,
        moving_dps=state.motion.rate_dps, rest_done=facts.rest_done_by_both(rested, flags),
        unanswered=state.ask.unanswered, unasked=state.session.unasked, load_wrong=state.load.wrong and state.mode is MODE.DESCENDING,
        spotted=pressed.down & buttons.SPOTTER != 0 or now_s - state.spotted_s <= SPOTTED_S,
    )  # fmt: skip


def _time_left_s(state: State, inputs: Inputs, limits: Limits, *, heard: bool) -> float:
    plan = state.session.plan
    own_s = (min(plan.max_inverted_s, limits.max_inverted_s) if plan is not None else limits.max_inverted_s) - state.inverted_s
    return min(own_s, inputs.board.budget_left_s) if heard else own_s


def _return_s(rested: rest.Rest, angle_deg: float, flags: int, limits: Limits) -> float:
    if angle_deg > limits.gate_deg + limits.gate_half_deg:
        left_s = limits.rest_s
    elif facts.rest_done_by_both(rested, flags):
        left_s = 0.0
    else:
        left_s = rest.due_s(angle_deg, limits) - rest.counted_s(rested, angle_deg, limits)
    return return_time_s(angle_deg, limits.half_rate_dps, limits, rest_left_s=max(0.0, left_s))
