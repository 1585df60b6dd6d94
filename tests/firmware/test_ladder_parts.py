"""When the help ladder sounds, on both sides of every bound: no progress, a latched stop or fault, no angle, no time, the wait (SR14)."""

from __future__ import annotations

import pytest

from tests.firmware.bench import BoardMode
from tests.firmware.parts import PAIR_MS, Parts, Value

FOLLOW, ASCENT, RESCUE, STOPPED, FAULT = (
    int(mode) for mode in (BoardMode.FOLLOW, BoardMode.ASCENT, BoardMode.RESCUE, BoardMode.STOPPED, BoardMode.FAULT)
)
AWAY: dict[str, Value] = {"session.away": True, "angle.angle_cdeg": 2000, "session.progress_cdeg": 2000, "session.mode": ASCENT}


def heard(*told: dict[str, Value], times: int = 1) -> Parts:
    parts = Parts().set(AWAY)
    for values in told:
        parts.set(values)
    return parts.call("ladder_update", times=times)


# ------------------------------------------------------------ no progress

DUE: dict[str, Value] = {"plan.due": True, "session.stuck_ms": 10_000 - PAIR_MS}


@pytest.mark.req("SR14")
@pytest.mark.parametrize(
    ("calls", "unlike"),
    [
        (True, {}),
        (False, {"session.stuck_ms": 10_000 - 2 * PAIR_MS}),
        (False, {"plan.due": False}),
        (False, {"session.away": False}),
        (False, {"angle.angle_cdeg": 1950}),
        (True, {"angle.angle_cdeg": 1951}),
        (True, {"angle.angle_cdeg": 2050}),
    ],
)
def test_ten_seconds_of_due_motion_without_half_a_degree_of_it_call_for_help(calls: bool, unlike: dict[str, Value]) -> None:
    parts = heard(DUE, unlike)
    assert parts.read("session.ladder session.no_progress") == (calls, calls)


@pytest.mark.req("SR14")
@pytest.mark.parametrize(
    ("stuck_ms", "place", "unlike"),
    [
        (500 + PAIR_MS, 2000, {}),
        (500 + PAIR_MS, 2000, {"angle.angle_cdeg": 1951}),
        (0, 1950, {"angle.angle_cdeg": 1950}),
        (0, 1900, {"angle.angle_cdeg": 1900}),
        (500 + PAIR_MS, 2001, {"angle.angle_cdeg": 2001}),
        (0, 1990, {"angle.angle_cdeg": 1990, "plan.due": False}),
        (0, 1990, {"angle.angle_cdeg": 1990, "session.away": False}),
    ],
)
def test_half_a_degree_up_begins_a_new_count_and_sinking_is_no_progress(stuck_ms: int, place: int, unlike: dict[str, Value]) -> None:
    parts = heard({"plan.due": True, "session.stuck_ms": 500}, unlike)
    assert parts.read("session.stuck_ms session.progress_cdeg") == (stuck_ms, place)


@pytest.mark.req("SR14")
def test_help_once_called_for_lack_of_progress_is_called_until_upright() -> None:
    stuck: dict[str, Value] = {"session.no_progress": True, "plan.due": False}
    assert heard(stuck).read("session.ladder session.no_progress") == (True, True)
    assert heard({**stuck, "session.ladder": True}, {"session.away": False}).read("session.ladder session.no_progress") == (False, False)


# ------------------------------------------------------------ a latched stop, a fault


@pytest.mark.req("SR1", "SR14")
@pytest.mark.parametrize(
    ("calls", "counted_ms", "unlike"),
    [
        (True, 60_000, {}),
        (True, 60_000, {"session.mode": RESCUE}),
        (False, 60_000 - PAIR_MS, {"session.stopped_ms": 60_000 - 2 * PAIR_MS}),
        (False, 0, {"session.mode": ASCENT}),
        (False, 0, {"session.mode": FOLLOW}),
        (False, 0, {"session.away": False}),
    ],
)
def test_an_emergency_stop_latched_for_a_minute_off_upright_rest_calls_for_help(
    calls: bool, counted_ms: int, unlike: dict[str, Value]
) -> None:
    parts = heard({"session.mode": STOPPED, "session.stopped_ms": 60_000 - PAIR_MS}, unlike)
    assert parts.read("session.ladder session.stopped_ms") == (calls, counted_ms)


@pytest.mark.req("SR9", "SR14")
@pytest.mark.parametrize(
    ("calls", "counted_ms", "unlike"),
    [
        (True, 10_000, {}),
        (False, 10_000 - PAIR_MS, {"session.fault_ms": 10_000 - 2 * PAIR_MS}),
        (False, 10_000 - PAIR_MS, {"session.mode": ASCENT}),
        (True, 10_000, {"session.mode": ASCENT, "session.fault_ms": 10_000}),
        (False, 0, {"angle.angle_cdeg": 1950}),
        (True, 10_000, {"angle.angle_cdeg": 1951}),
        (False, 0, {"session.away": False}),
    ],
)
def test_ten_seconds_in_a_fault_call_for_help_and_a_return_that_fails_again_at_once_is_no_progress(
    calls: bool, counted_ms: int, unlike: dict[str, Value]
) -> None:
    parts = heard({"session.mode": FAULT, "session.fault_ms": 10_000 - PAIR_MS}, unlike)
    assert parts.read("session.ladder session.fault_ms") == (calls, counted_ms)


# ------------------------------------------------------------ no angle, no time, a broken board, the wait at level

WAITS: dict[str, Value] = {
    "memory.level_wait": True, "session.returning": True, "angle.at_rest": True, "plan.waiting": True, "angle.angle_cdeg": -100,
}  # fmt: skip


@pytest.mark.req("SR2", "SR8", "SR14", "SR15")
@pytest.mark.parametrize(
    ("calls", "told"),
    [
        (False, {}),
        (True, {"angle.lost_ms": 100}),
        (False, {"angle.lost_ms": 99}),
        (False, {"angle.lost_ms": 100, "session.away": False}),
        (True, {"budget.spent": True}),
        (True, {"inputs.unsound": True}),
        (False, {"inputs.unsound": True, "session.away": False}),
        (True, {"session.sinks": True}),
        (False, {"session.sinks": True, "session.away": False}),
        (True, WAITS),
        (False, {**WAITS, "angle.angle_cdeg": -99}),
        (False, {**WAITS, "memory.level_wait": False}),
        (False, {**WAITS, "session.returning": False}),
        (False, {**WAITS, "angle.at_rest": False}),
        (False, {**WAITS, "plan.waiting": False}),
    ],
)
def test_no_angle_no_time_left_a_broken_board_a_return_that_sinks_and_the_wait_at_level_call_for_help(
    calls: bool, told: dict[str, Value]
) -> None:
    assert bool(heard(told).get("session.ladder")) is calls
