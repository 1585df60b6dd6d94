"""What this tick knows, worked out once for every rule and mode: Facts.  Pure; decides nothing.

Doubt is always read as danger: an angle nobody trusts is not upright rest, a board that is not heard has no flags.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from controller.core import rest
from controller.core.buttons import Buttons
from controller.core.limits import Limits
from controller.core.members import CONTACT, FLAG
from controller.core.model import BoardReport, Inputs, Latches, Mode
from controller.core.rest import Rest
from controller.core.tilt import TiltState
from controller.core.watch import Watch
from controller.core.wire import BoardMode

UPRIGHT_DOUBT_DEG = 10.0
"""The board alone says what is upright rest (end-stop and potentiometer), unless the IMU contradicts it by more than this."""

UPRIGHT_ALONE_DEG = 2.0
"""Without the board: this near to upright rest by the IMU counts as there."""

PROOF_DEG = 3.0
"""The proof test, and anything else that is not yet a session, stays this near to upright rest (SR16)."""

LOAD_CHECK_DEG = 5.0
"""The first five degrees, gone at half rate, are the load check (SR16, F86)."""

ESTOP_CONTACTS = CONTACT.ESTOP_A | CONTACT.ESTOP_B
ANKLE_CONTACTS = CONTACT.ANKLE_LEFT | CONTACT.ANKLE_RIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One tick as the core sees it."""

    now_s: float
    dt_s: float
    mode: Mode
    in_mode_s: float
    inputs: Inputs
    limits: Limits
    buttons: Buttons
    tilt: TiltState
    watch: Watch
    rest: Rest
    latches: Latches
    board: BoardReport
    board_ok: bool  # heard within 100 ms and of our protocol version
    board_mode: BoardMode | None  # None while the board is not heard
    flags: int  # 0 while the board is not heard
    contacts: int
    reasons: int
    tilt_ok: bool
    angle_known: bool
    angle_deg: float  # the Pi's own if trusted, else the board's; never used while unknown
    rate_dps: float
    at_rest: bool
    at_upright: bool
    off_upright: bool  # for certain, not merely unknown
    inverted: bool  # unknown counts as inverted while a session is open
    ankles_ok: bool
    session: bool  # from an obeyed Start until FINISHED
    permitted_deg: float
    time_left_s: float  # of the inverted time (SR2), the lesser of both counts
    return_s: float  # what a half-rate return from here takes until nobody is inverted
    moving_dps: float  # the rate the Pi asked for on the last tick
    warning: bool  # sounded on the last tick: the motion it is for had not been asked for yet
    rest_done: bool  # by both counts (SR3)
    unanswered: bool  # SR15
    unasked: bool
    load_wrong: bool  # the first five degrees have shown it (SR16)
    spotted: bool  # SPOTTER pressed within the last minute (TP8)


def whether_heard(board: BoardReport, limits: Limits) -> bool:
    """True while what the board said is fresh enough to act on."""
    return board.age_s <= limits.board_silent_s and board.identified


def best_angle(tilt: TiltState, board: BoardReport, heard: bool) -> tuple[bool, float, float]:
    """(known, angle, rate): the Pi's own while trusted, else the board's while it trusts its own."""
    if tilt.trusted:
        return True, tilt.angle_deg, tilt.rate_dps
    if heard and board.flags & FLAG.ANGLE_TRUSTED:
        return True, board.angle_deg, board.rate_dps
    return False, tilt.angle_deg, 0.0


def near_upright(tilt: TiltState, limits: Limits) -> bool:
    """By the Pi's own angle, trusted or not."""
    return tilt.angle_deg <= limits.upright_deg + UPRIGHT_ALONE_DEG


def whether_upright(tilt: TiltState, flags: int, limits: Limits, heard: bool) -> tuple[bool, bool]:
    """(at upright rest, certainly away from it), as far as anyone can tell; doubt is no, to both."""
    if heard:
        contradicted = tilt.trusted and tilt.angle_deg > limits.upright_deg + UPRIGHT_DOUBT_DEG
        says_so = flags & FLAG.AT_UPRIGHT != 0
        return says_so and not contradicted, not says_so
    near = near_upright(tilt, limits)
    return tilt.trusted and near, tilt.trusted and not near


def rest_done_by_both(taken: Rest, flags: int) -> bool:
    """SR3: the Pi's own count and the board's word, both."""
    return taken.done and bool(flags & FLAG.REST_DONE)


def since(start_s: float, now_s: float) -> float:
    """Seconds since `start_s`; 0.0 when it has not begun (infinity)."""
    return now_s - start_s if start_s != inf else 0.0


def rest_left_s(taken: Rest, angle_deg: float, limits: Limits) -> float:
    """The rest still owed before the gate may be passed upward."""
    return 0.0 if taken.done else rest.due_s(angle_deg, limits) - rest.counted_s(taken, angle_deg, limits)
