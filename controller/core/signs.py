"""What the safety rules look at: Signs.  Modes, bits, contacts, and figures held against their limits; all of it changes seldom.

Pure; decides nothing.  A figure that moves from tick to tick stands here only as a comparison, so that the rules have to be looked
at again only when something that could break or mend one of them has changed.
"""

from __future__ import annotations

from typing import NamedTuple

from controller.core.facts import Facts, near_upright
from controller.core.members import CONTACT, FLAG, MODE, REASON
from controller.core.model import Mode
from controller.core.wire import BoardMode

SLOW_LINK_S = 0.055
"""F32: two ticks of sampling, which every measurement of the round trip contains, and 15 ms."""

TIME_MARGIN_S = 1.0
"""SR2: the return begins this long before the last moment; the hold itself is cut earlier still (session.HOLD_MARGIN_S)."""

MOVES_DPS = 1.0
"""Motion nobody asked for is faster than this: the controlled stop has ended, and no person rocks a braked table so."""

DRIVEN_DPS = 0.5
"""A rate, asked for or measured, that is motion beyond doubt and not the beginning or end of one."""

PARTS_DPS = 1.0
"""What a table may be faster than its motor, or turn against it: filters and the wire leave 0.3 deg/s of a controlled stop.  Slower
harms nobody, and is what an IMU shows that has come loose (F15)."""

APART_DEG = 0.75
"""F7: the board's upright rest ends 1 deg from the stop.  Before a potentiometer has wandered so far that the board takes a table at its
stop for one that has left it, it is to be calibrated; calibrated sensors differ there by 0.1 deg."""

QUIET = FLAG.BRAKE_SET | FLAG.AT_REST
GEARED = FLAG.ANGLE_TRUSTED | FLAG.BRAKE_SET


class Signs(NamedTuple):
    """Compared as a whole.  The first part is as in Facts, Inputs and Host, the second in the order of `_compared`."""

    mode: Mode
    board_mode: BoardMode | None
    board_ok: bool
    identified: bool
    flags: int
    contacts: int
    reasons: int
    tilt_ok: bool
    tilt_faults: tuple[str, ...]
    off_upright: bool
    estop_aux_closed: bool
    ankles_closed: bool  # the two primary switches
    buttons_stuck: int
    buttons_masked: int
    late_ticks: int
    unanswered: bool
    load_wrong: bool
    temperature_c: float
    storage_ok: bool
    config_ok: bool
    watcher_ok: bool

    board_silent: bool  # for longer than its word counts
    slow_link: bool
    panel_silent: bool
    time_out: bool  # the inverted time would end in the return (SR2)
    too_fast: bool  # by the IMU
    too_deep: bool  # past the session's angle, by the Pi's own
    disagree: bool  # the IMU's angle and the board's
    apart_at_upright: bool  # ... by less already, at upright rest by one of them: one has wandered since it was calibrated
    rests_long: bool  # longer than both counts can take
    moves_unasked: bool  # the IMU sees motion while nobody drives and the board sees none: a broken shaft, or a lying board
    parts: bool  # the table turns otherwise than its motor: a broken gear
    wrong_way: bool
    does_not_move: bool  # at rest although a descent is asked for


_new = tuple.__new__  # what `Signs(...)` ends in, without the call that only passes its arguments on


def signs_of(f: Facts) -> Signs:
    """This tick's."""
    inputs, held = f.inputs, f.buttons
    ankles, host = inputs.ankles, inputs.host
    return _new(Signs, (
        f.mode, f.board_mode, f.board_ok, f.board.identified, f.flags, f.contacts, f.reasons, f.tilt_ok, f.tilt.faults, f.off_upright,
        inputs.estop_aux_closed, ankles.left_closed and ankles.right_closed, held.stuck, held.masked, f.watch.late, f.unanswered,
        f.load_wrong, host.temperature_c, host.storage_ok, host.config_ok, host.watcher_ok, *_compared(f),
    ))  # fmt: skip


def _compared(f: Facts) -> tuple[bool, ...]:
    """Every figure that a rule is about, held against its limit."""
    limits, tilt, board, flags = f.limits, f.tilt, f.board, f.flags
    asked_dps, seen_dps, tilt_ok, session, mode = f.moving_dps, tilt.rate_dps, f.tilt_ok, f.session, f.mode
    asked = not -DRIVEN_DPS <= asked_dps <= DRIVEN_DPS
    apart_deg = _apart_deg(f)
    seen = tilt_ok and not -DRIVEN_DPS <= seen_dps <= DRIVEN_DPS  # slower than that is neither too fast nor unasked nor the wrong way
    return (
        board.age_s > limits.board_silent_s,
        f.board_ok and board.round_trip_s > SLOW_LINK_S,
        f.inputs.panel.age_s > limits.board_silent_s,
        f.inverted and session and f.time_left_s <= f.return_s + TIME_MARGIN_S,
        seen and not -limits.overspeed_dps <= seen_dps <= limits.overspeed_dps,
        tilt_ok and session and f.angle_deg > f.permitted_deg + limits.overrun_deg,
        apart_deg > limits.disagree_deg,
        apart_deg > APART_DEG and _waits_at_upright(f),
        mode is MODE.RESTING and f.in_mode_s > limits.rest_s + limits.no_progress_s,
        seen and not -MOVES_DPS <= seen_dps <= MOVES_DPS and flags & QUIET == QUIET and not f.contacts & CONTACT.RELEASE,
        seen and _parts(seen_dps, board.rate_dps) and _geared(f),
        asked and seen and f.off_upright and seen_dps * asked_dps < 0.0,
        asked and mode is MODE.DESCENDING and f.at_rest,
    )


def _apart_deg(f: Facts) -> float:
    """Between the IMU's angle and the board's; 0.0 while one of them is not to be compared."""
    if not (f.tilt_ok and f.board_ok and f.flags & FLAG.ANGLE_TRUSTED):
        return 0.0
    return abs(f.tilt.angle_deg - f.board.angle_deg)


def _waits_at_upright(f: Facts) -> bool:
    """For the next session; a service that has just started gives the filter time to settle first."""
    return (f.at_upright or near_upright(f.tilt, f.limits)) and f.at_rest and not f.session and f.mode is not MODE.STARTING


def _parts(seen_dps: float, motor_dps: float) -> bool:
    """Of a motor that is seen to turn: an encoder that shows nothing may be dead (F90), and its table is still held by the gear."""
    if -DRIVEN_DPS <= motor_dps <= DRIVEN_DPS:
        return False
    return not min(motor_dps, 0.0) - PARTS_DPS <= seen_dps <= max(motor_dps, 0.0) + PARTS_DPS


def _geared(f: Facts) -> bool:
    """Brake open, lever in, and the board's rate is its encoder's, for its own two sensors agree: table and motor turn as one."""
    return (
        f.board_ok and f.flags & GEARED == FLAG.ANGLE_TRUSTED and not f.reasons & REASON.ANGLE_DISAGREE and not f.contacts & CONTACT.RELEASE
    )
