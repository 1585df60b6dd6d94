"""What must be remembered between ticks about locks, upright rest, standing still and lateness.  Pure; decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from controller.core.members import CONTACT
from controller.core.model import AnkleLocks

LATE_S = 0.01
"""A tick that begins later than this is late (fault 55)."""

LEFT_PRIMARY, RIGHT_PRIMARY, LEFT_SECONDARY, RIGHT_SECONDARY = 1, 2, 4, 8
EVERY_LOCK_SWITCH = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Times are when something began, infinity while it is not so."""

    ankles_since_s: float = inf  # all four lock switches closed
    upright_since_s: float = inf  # at upright rest
    still_since_s: float = inf  # at rest
    estop_since_s: float = inf  # auxiliary contact open
    locks_seen_open: int = 0  # bits of the four switches, since the last session began
    opened_at_upright: bool = False  # both secondary switches seen open since this stay at upright rest began
    late: int = 0  # late ticks in a row


def open_locks(ankles: AnkleLocks, contacts: int, heard: bool) -> int:
    """The lock switches that are open, as bits; the board's are unknown, not open, while it is not heard."""
    bits = (0 if ankles.left_closed else LEFT_PRIMARY) | (0 if ankles.right_closed else RIGHT_PRIMARY)
    if heard:
        bits |= (0 if contacts & CONTACT.ANKLE_LEFT else LEFT_SECONDARY) | (0 if contacts & CONTACT.ANKLE_RIGHT else RIGHT_SECONDARY)
    return bits


def update(watch: Watch, now_s: float, locks_open: int, heard: bool, upright: bool, still: bool, estop_open: bool, late_s: float) -> Watch:
    """One tick; the same object comes back when nothing changed."""
    closed = heard and not locks_open
    seen = watch.locks_seen_open | locks_open
    both_secondary = LEFT_SECONDARY | RIGHT_SECONDARY
    opened = upright and (watch.opened_at_upright or locks_open & both_secondary == both_secondary)
    late = watch.late + 1 if late_s > LATE_S else 0
    if (
        closed is (watch.ankles_since_s < inf)
        and upright is (watch.upright_since_s < inf)
        and still is (watch.still_since_s < inf)
        and estop_open is (watch.estop_since_s < inf)
        and seen == watch.locks_seen_open
        and opened is watch.opened_at_upright
        and late == watch.late
    ):
        return watch
    return Watch(
        ankles_since_s=min(watch.ankles_since_s, now_s) if closed else inf,
        upright_since_s=min(watch.upright_since_s, now_s) if upright else inf,
        still_since_s=min(watch.still_since_s, now_s) if still else inf,
        estop_since_s=min(watch.estop_since_s, now_s) if estop_open else inf,
        locks_seen_open=seen,
        opened_at_upright=opened,
        late=late,
    )
