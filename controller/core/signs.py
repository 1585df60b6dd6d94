"""What of a tick changes seldom: modes, bits, contacts.  Rules that read nothing else are looked at only when it has changed.

Pure; decides nothing.  No figure that moves from tick to tick may stand here, and no rule about signs can see one.
"""

from __future__ import annotations

from typing import NamedTuple

from controller.core.facts import Facts
from controller.core.model import Mode
from controller.core.wire import BoardMode


class Signs(NamedTuple):
    """As in Facts, Inputs and Host; compared as a whole."""

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


_new = tuple.__new__  # what `Signs(...)` ends in, without the call that only passes its arguments on


def signs_of(f: Facts) -> Signs:
    """This tick's."""
    inputs, held = f.inputs, f.buttons
    ankles, host = inputs.ankles, inputs.host
    return _new(Signs, (
        f.mode, f.board_mode, f.board_ok, f.board.identified, f.flags, f.contacts, f.reasons, f.tilt_ok, f.tilt.faults, f.off_upright,
        inputs.estop_aux_closed, ankles.left_closed and ankles.right_closed, held.stuck, held.masked, f.watch.late, f.unanswered,
        f.load_wrong, host.temperature_c, host.storage_ok, host.config_ok, host.watcher_ok,
    ))  # fmt: skip
