"""Every figure that a rule looks at, a hair inside and a hair outside its limit, and without each thing that it takes besides.

The numbers are restated by hand.
"""

from __future__ import annotations

from typing import Any

import pytest

from controller.core.model import Mode
from controller.core.signs import Signs, signs_of
from controller.core.wire import BoardMode, BoardReason, Contact, StatusFlag
from tests.core.given import EVERY_CONTACT, EVERY_FLAG, Changes, facts


def seen(*changes: Changes) -> Signs:
    return signs_of(facts(*changes))


FAST = {"tilt_ok": True, "tilt.rate_dps": 5.01}
DEEP = {"tilt_ok": True, "session": True, "permitted_deg": 45.0, "angle_deg": 47.01}
APART = {"tilt_ok": True, "board_ok": True, "flags": StatusFlag.ANGLE_TRUSTED, "tilt.angle_deg": 10.0, "board.angle_deg": 11.51}
LATE = {"inverted": True, "session": True, "return_s": 30.0, "time_left_s": 31.0}
LOOSE = {"tilt_ok": True, "tilt.rate_dps": 1.01, "flags": EVERY_FLAG, "contacts": EVERY_CONTACT & ~Contact.RELEASE}
PARTED = {"tilt_ok": True, "board_ok": True, "tilt.rate_dps": -1.01, "board.rate_dps": 0.51, "flags": StatusFlag.ANGLE_TRUSTED}
AGAINST = {"tilt_ok": True, "off_upright": True, "moving_dps": 0.51, "tilt.rate_dps": -0.51}
HELD = {"mode": Mode.DESCENDING, "at_rest": True, "moving_dps": 0.51}
STANDS: Changes = {
    "tilt_ok": True, "board_ok": True, "flags": StatusFlag.ANGLE_TRUSTED, "at_rest": True, "session": False, "mode": Mode.IDLE,
    "at_upright": True, "tilt.angle_deg": -75.0, "board.angle_deg": -74.24,
}  # fmt: skip
RESTS = {"mode": Mode.RESTING, "in_mode_s": 22.01}

BOUNDS: tuple[tuple[str, Changes, tuple[Changes, ...]], ...] = (
    ("board_silent", {"board.age_s": 0.101}, ({"board.age_s": 0.1},)),
    ("slow_link", {"board_ok": True, "board.round_trip_s": 0.0551}, ({"board.round_trip_s": 0.055}, {"board_ok": False})),
    ("panel_silent", {"inputs.panel.age_s": 0.101}, ({"inputs.panel.age_s": 0.1},)),
    ("time_out", LATE, ({"time_left_s": 31.01}, {"return_s": 29.99}, {"inverted": False}, {"session": False})),
    ("too_fast", FAST, ({"tilt.rate_dps": 5.0}, {"tilt.rate_dps": -5.0}, {"tilt_ok": False})),
    ("too_fast", {**FAST, "tilt.rate_dps": -5.01}, ({"tilt.rate_dps": -5.0}, {"tilt_ok": False})),
    ("too_deep", DEEP, ({"angle_deg": 47.0}, {"permitted_deg": 45.02}, {"tilt_ok": False}, {"session": False})),
    (
        "disagree",
        APART,
        ({"board.angle_deg": 11.5}, {"tilt_ok": False}, {"board_ok": False}, {"flags": EVERY_FLAG & ~StatusFlag.ANGLE_TRUSTED}),
    ),
    ("disagree", {**APART, "board.angle_deg": 8.49}, ({"board.angle_deg": 8.5},)),
    (
        "apart_at_upright",
        STANDS,
        (
            {"board.angle_deg": -74.25}, {"tilt_ok": False}, {"board_ok": False}, {"flags": EVERY_FLAG & ~StatusFlag.ANGLE_TRUSTED},
            {"at_rest": False}, {"session": True}, {"mode": Mode.STARTING},
            {"at_upright": False, "tilt.angle_deg": -72.99, "board.angle_deg": -72.0},
        ),
    ),
    ("apart_at_upright", {**STANDS, "at_upright": False}, ({"board.angle_deg": -74.25},)),
    ("apart_at_upright", {**STANDS, "board.angle_deg": -75.76}, ({"board.angle_deg": -75.75},)),
    ("rests_long", RESTS, ({"in_mode_s": 22.0}, {"mode": Mode.RETURNING})),
    (
        "moves_unasked",
        LOOSE,
        (
            {"tilt.rate_dps": 1.0}, {"tilt_ok": False}, {"flags": EVERY_FLAG & ~StatusFlag.AT_REST},
            {"flags": EVERY_FLAG & ~StatusFlag.BRAKE_SET}, {"flags": StatusFlag.BRAKE_SET}, {"flags": 0}, {"contacts": Contact.RELEASE},
        ),
    ),
    ("moves_unasked", {**LOOSE, "tilt.rate_dps": -1.01}, ({"tilt.rate_dps": -1.0},)),
    (
        "parts",
        PARTED,
        (
            {"tilt.rate_dps": -1.0}, {"board.rate_dps": 0.5}, {"tilt_ok": False}, {"board_ok": False}, {"flags": 0},
            {"contacts": Contact.RELEASE}, {"flags": StatusFlag.ANGLE_TRUSTED | StatusFlag.BRAKE_SET},
            {"reasons": BoardReason.ANGLE_DISAGREE},
        ),
    ),
    ("parts", {**PARTED, "tilt.rate_dps": 1.52}, ({"tilt.rate_dps": 1.51}, {"tilt.rate_dps": 0.0})),
    (
        "parts",
        {**PARTED, "tilt.rate_dps": 1.01, "board.rate_dps": -0.51},
        ({"tilt.rate_dps": 1.0}, {"tilt.rate_dps": -1.51}, {"board.rate_dps": -0.5}),
    ),
    (
        "wrong_way",
        AGAINST,
        (
            {"moving_dps": 0.5}, {"moving_dps": -0.51}, {"tilt.rate_dps": -0.5}, {"tilt.rate_dps": 0.51}, {"tilt_ok": False},
            {"off_upright": False},
        ),
    ),
    ("wrong_way", {**AGAINST, "moving_dps": -0.51, "tilt.rate_dps": 0.51}, ({"moving_dps": -0.5}, {"tilt.rate_dps": 0.5})),
    ("does_not_move", HELD, ({"moving_dps": 0.5}, {"at_rest": False}, {"mode": Mode.HOLDING})),
    ("does_not_move", {**HELD, "moving_dps": -0.51}, ({"moving_dps": -0.5},)),
)  # fmt: skip


@pytest.mark.req("SR2", "SR4", "SR5", "SR7", "SR8", "SR9")
@pytest.mark.parametrize(("name", "so", "not_so"), BOUNDS, ids=[f"{name} {number}" for number, (name, _, _) in enumerate(BOUNDS)])
def test_a_figure_is_a_sign_only_past_its_limit_and_with_all_that_it_takes(name: str, so: Changes, not_so: tuple[Changes, ...]) -> None:
    assert getattr(seen(so), name) is True
    for change in not_so:
        assert getattr(seen(so, change), name) is False, change


COPIED: tuple[tuple[str, str, Any], ...] = (
    ("mode", "mode", Mode.PAUSED),
    ("board_mode", "board_mode", BoardMode.ASCENT),
    ("board_ok", "board_ok", False),
    ("identified", "board.identified", False),
    ("flags", "flags", 0x55),
    ("contacts", "contacts", 0x33),
    ("reasons", "reasons", BoardReason.TIME_UP),
    ("tilt_ok", "tilt_ok", True),
    ("tilt_faults", "tilt.faults", ("imu_noise",)),
    ("off_upright", "off_upright", True),
    ("estop_aux_closed", "inputs.estop_aux_closed", False),
    ("buttons_stuck", "buttons.stuck", 4),
    ("buttons_masked", "buttons.masked", 2),
    ("late_ticks", "watch.late", 3),
    ("unanswered", "unanswered", True),
    ("load_wrong", "load_wrong", True),
    ("temperature_c", "inputs.host.temperature_c", 81.0),
    ("storage_ok", "inputs.host.storage_ok", False),
    ("config_ok", "inputs.host.config_ok", False),
    ("watcher_ok", "inputs.host.watcher_ok", False),
)


@pytest.mark.req("SR1", "SR6", "SR7", "SR8", "SR9", "SR11")
@pytest.mark.parametrize(("name", "place", "value"), COPIED, ids=[name for name, _, _ in COPIED])
def test_what_is_known_already_stands_among_the_signs_as_it_is(name: str, place: str, value: Any) -> None:
    before, after = seen(), seen({place: value})
    assert getattr(after, name) == value
    assert getattr(before, name) != value
    assert [other for other in Signs._fields[:21] if getattr(before, other) != getattr(after, other)] == [name]


@pytest.mark.req("SR6")
@pytest.mark.parametrize("side", ["left_closed", "right_closed"])
def test_one_open_primary_switch_is_an_open_lock(side: str) -> None:
    both: Changes = {"inputs.ankles.left_closed": True, "inputs.ankles.right_closed": True}
    assert seen(both).ankles_closed is True
    assert seen(both, {f"inputs.ankles.{side}": False}).ankles_closed is False


def test_every_sign_has_its_case_here() -> None:
    assert {name for name, _, _ in BOUNDS} | {name for name, _, _ in COPIED} | {"ankles_closed"} == set(Signs._fields)
