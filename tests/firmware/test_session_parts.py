"""A session's beginning, proof test, return and end on both sides of every bound, by its own functions (SR1, SR11, SR13, SR15, SR16)."""

from __future__ import annotations

import pytest

from tests.firmware.bench import BoardMode, BoardReason, CommandFlag, Request
from tests.firmware.parts import TURN_MS, Parts, Value, Whole

READY: dict[str, Value] = {
    "inputs.start_edge_ms": 5000,
    "link.command.flags": int(CommandFlag.SESSION),
    "link.command.rate_cdps": 1,
    "inputs.battery_mv": 23_000,
    "budget.left_ds": 600,
    "inputs.ankles_closed_ms": 1000,
}
"""Every interlock of the board exactly at the near side of its bound."""
INTERLOCKS: dict[str, Value] = {
    "inputs.start_edge_ms": 5001,
    "link.fresh": False,
    "link.command.flags": 0x3F & ~int(CommandFlag.SESSION),
    "angle.at_upright": False,
    "angle.trusted": False,
    "angle.pot_out": True,
    "angle.encoder_out": True,
    "in.end_stop_up_closed": False,
    "in.end_stop_down_closed": False,
    "inputs.mains_present": False,
    "inputs.battery_mv": 22_999,
    "budget.left_ds": 599,
    "inputs.ankles_closed_ms": 999,
    "in.release_pulled": True,
    "in.self_check_ok": False,
    "session.return_only": True,
    "session.returning": True,
    "drive.brake_slips": True,
    "guard.latched": int(BoardReason.MAINS_LOST),
    "session.testing": True,
}


def may_follow(parts: Parts) -> bool:
    return bool(parts.lib.session_may_follow(parts.board, parts.seen))


@pytest.mark.req("SR11")
def test_with_every_interlock_at_its_bound_start_opens_a_session() -> None:
    parts = Parts().set(READY)
    assert may_follow(parts)
    assert parts.read("session.session_open session.not_started") == (True, False)


@pytest.mark.req("SR11")
@pytest.mark.parametrize("interlock", INTERLOCKS)
def test_each_interlock_alone_refuses_start_and_says_so(interlock: str) -> None:
    parts = Parts().set(READY).set({interlock: INTERLOCKS[interlock]})
    assert not may_follow(parts)
    assert parts.read("session.session_open session.not_started") == (False, True)


@pytest.mark.req("SR11")
@pytest.mark.parametrize("rate_cdps", [0, -1])
def test_who_asks_for_no_descent_is_refused_without_a_word(rate_cdps: int) -> None:
    parts = Parts().set(READY).set({"link.command.rate_cdps": rate_cdps})
    assert not may_follow(parts)
    assert parts.read("session.session_open session.not_started") == (False, False)


@pytest.mark.req("SR11")
def test_an_open_session_follows_without_another_start() -> None:
    parts = Parts().set({"session.session_open": True, "link.command.rate_cdps": -1})
    assert may_follow(parts)
    assert parts.read("session.session_open session.not_started") == (True, False)


# ------------------------------------------------------------ proof test of the brake


def try_brake(parts: Parts, *, asked: bool = True, times: int = 1) -> Parts:
    return parts.call("session_test_brake", parts.seen, asked, times=times)


def pushed(ms: int, moved_cdeg: int = 0, pot_moved_cdeg: int = 0, **more: Value) -> Parts:
    """The test begun, then this much motion, then so many milliseconds in all."""
    parts = Parts().set(READY).set({"angle.encoder_cdeg": -7500, "angle.pot_cdeg": -7500})
    parts.set({name.replace("__", "."): value for name, value in more.items()})
    try_brake(parts)
    parts.set({"angle.encoder_cdeg": -7500 + moved_cdeg, "angle.pot_cdeg": -7500 + pot_moved_cdeg})
    return try_brake(parts, times=ms // TURN_MS - 1)


RESULT = "session.testing session.brake_tested session.brake_held"


@pytest.mark.req("SR16")
def test_the_brake_is_tested_for_four_tenths_of_a_second_and_the_closing_of_the_contactor() -> None:
    assert pushed(420 - TURN_MS).read(RESULT) == (True, False, False)
    assert pushed(420).read(RESULT) == (False, True, True)


@pytest.mark.req("SR16")
@pytest.mark.parametrize("moved", [{"moved_cdeg": 6}, {"moved_cdeg": -6}, {"pot_moved_cdeg": 12}, {"pot_moved_cdeg": -12}])
def test_six_hundredths_of_a_degree_are_a_brake_that_does_not_hold(moved: dict[str, int]) -> None:
    assert pushed(2 * TURN_MS, **moved).read(RESULT) == (False, True, False)


@pytest.mark.req("SR16")
@pytest.mark.parametrize("moved", [{"moved_cdeg": 5}, {"moved_cdeg": -5}, {"pot_moved_cdeg": 11}, {"pot_moved_cdeg": -11}])
def test_less_is_noise(moved: dict[str, int]) -> None:
    assert pushed(2 * TURN_MS, **moved).read(RESULT) == (True, False, False)
    assert pushed(420, **moved).read(RESULT) == (False, True, True)


@pytest.mark.req("SR16", "SR11")
@pytest.mark.parametrize("not_ready", [{"session__session_open": True}, {"drive__state": 3}, {"inputs__start_edge_ms": 5001}])
def test_the_brake_is_tested_only_standing_before_a_session_and_after_start(not_ready: dict[str, Value]) -> None:
    assert pushed(2 * TURN_MS, **not_ready).read(f"{RESULT} session.not_started") == (False, False, False, True)


@pytest.mark.req("SR16")
def test_one_test_for_each_start_and_letting_go_ends_it() -> None:
    parts = pushed(420)
    try_brake(parts)
    assert parts.read(RESULT) == (False, True, True)
    assert not parts.get("session.not_started")
    parts = pushed(2 * TURN_MS)
    try_brake(parts, asked=False)
    assert parts.read(f"{RESULT} session.not_started") == (False, False, False, False)
    parts = pushed(420).set({"inputs.start.edge": True}).call("session_watch")
    assert parts.read(RESULT) == (False, False, False)


# ------------------------------------------------------------ a return, an answer, the end

KEPT = "session.returning session.answered session.asked save memory.level_wait"


@pytest.mark.req("SR15")
def test_a_return_begins_once_and_forgets_what_was_answered_before_it() -> None:
    parts = Parts().set({"session.answered": True, "session.asked": True}).call("session_begin_return")
    assert parts.read("session.returning session.answered session.asked") == (True, False, False)
    parts.set({"session.answered": True, "session.asked": True}).call("session_begin_return")
    assert parts.read("session.answered session.asked") == (True, True)


@pytest.mark.req("SR15")
@pytest.mark.parametrize("waits", [False, True])
@pytest.mark.parametrize("saved", [False, True])
def test_the_wait_at_level_is_kept_through_a_reset_and_written_only_when_it_changes(waits: bool, saved: bool) -> None:
    before: dict[str, Value] = {"memory.level_wait": waits, "save": saved}
    assert Parts().set(before).call("session_wait_at_level").read("memory.level_wait save") == (True, saved or not waits)
    answered = Parts().set(before).call("session_answer")
    assert answered.read("memory.level_wait save session.answered") == (False, saved or waits, True)
    assert Parts().set(before).call("session_finish").read("memory.level_wait save") == (False, saved or waits)


@pytest.mark.req("SR1", "SR9")
@pytest.mark.parametrize(
    ("estop", "fault", "fault_after", "saved"),
    [(False, False, True, True), (False, True, True, False), (True, False, False, False), (True, True, True, False)],
)  # fmt: skip
def test_a_latch_that_is_no_emergency_stop_is_a_fault_and_is_written_once(estop: bool, fault: bool, fault_after: bool, saved: bool) -> None:
    parts = Parts().set({"memory.estop_latched": estop, "memory.fault_latched": fault})
    parts.set({"session.testing": True, "session.grace": True, "session.ask_ms": 500}).call("session_latch")
    assert parts.read("memory.fault_latched save") == (fault_after, saved)
    assert parts.read("session.testing session.grace session.ask_ms session.return_only") == (False, False, 0, False)


@pytest.mark.req("SR1", "SR9", "SR13")
@pytest.mark.parametrize(("away", "before", "after"), [(False, False, False), (True, False, True), (False, True, True)])
def test_after_a_latch_off_upright_rest_there_is_no_way_down(away: bool, before: bool, after: bool) -> None:
    parts = Parts().set({"session.away": away, "session.return_only": before}).call("session_latch")
    assert bool(parts.get("session.return_only")) is after


OVER = (
    "returning", "session_open", "return_only", "half_rate", "asked", "answered", "ascent_by_pi", "pi_trips", "takeovers", "asks",
    "no_progress", "sinks", "grace", "ask_ms",
)  # fmt: skip


@pytest.mark.req("SR1", "SR2", "SR13")
@pytest.mark.parametrize(("latch", "forgotten"), [("", True), ("memory.estop_latched", False), ("memory.fault_latched", False)])
def test_at_upright_rest_everything_about_the_return_ends_but_the_reasons_of_a_latch(latch: str, forgotten: bool) -> None:
    parts = Parts().set({f"session.{name}": 1 for name in OVER}).set({"drive.brake_slips": True, "guard.latched": 5})
    if latch:
        parts.set({latch: True})
    parts.call("session_finish")
    assert [parts.get(f"session.{name}") for name in OVER] == [0] * len(OVER)
    assert parts.read("drive.brake_slips guard.latched") == (False, 0 if forgotten else 5)


ARRIVED: dict[str, Value] = {"session.returning": True, "drive.state": 0, "angle.at_rest": True, "angle.angle_cdeg": -7470}


@pytest.mark.req("SR13", "SR15")
@pytest.mark.parametrize(
    "unlike", [{}, {"session.returning": False}, {"angle.at_upright": False}, {"angle.at_rest": False}, {"drive.state": 4}]
)
def test_a_return_has_arrived_standing_within_a_third_of_a_degree_of_upright_rest(unlike: dict[str, Value]) -> None:
    parts = Parts().set(ARRIVED).set(unlike)
    assert bool(parts.lib.session_arrived(parts.board)) is not bool(unlike)


@pytest.mark.req("SR13")
def test_a_little_short_of_it_a_second_of_standing_there_is_arrived_too() -> None:
    parts = Parts().set(ARRIVED).set({"angle.angle_cdeg": -7469, "session.upright_still_ms": 1000 - 2 * TURN_MS})
    assert not parts.lib.session_arrived(parts.board)
    assert parts.lib.session_arrived(parts.board)
    parts.set({"angle.at_rest": False})
    assert not parts.lib.session_arrived(parts.board)
    assert parts.get("session.upright_still_ms") == 0


# ------------------------------------------------------------ reset

HELD: dict[str, Value] = {
    "inputs.ok.pressed": True, "inputs.ok.seen_released": True, "inputs.estop_closed_ms": 1000, "session.reset_ms": 3000 - TURN_MS,
}  # fmt: skip


@pytest.mark.req("SR1")
@pytest.mark.parametrize(
    "unlike",
    [
        {}, {"inputs.ok.pressed": False}, {"inputs.ok.seen_released": False}, {"angle.at_upright": False}, {"inputs.estop_closed_ms": 999},
        {"inputs.estop_cycle_due": True}, {"session.reset_ms": 3000 - 2 * TURN_MS},
    ],
)  # fmt: skip
def test_a_reset_takes_ok_for_three_seconds_at_upright_rest_with_both_channels_closed_for_one(unlike: dict[str, Value]) -> None:
    parts = Parts().set(HELD).set(unlike)
    assert bool(parts.lib.session_reset_due(parts.board)) is not bool(unlike)
    assert parts.get("session.reset_ms") in ((3000 - TURN_MS,) if "session.reset_ms" in unlike else ((0,) if unlike else (3000,)))


@pytest.mark.req("SR1", "SR8")
def test_a_reset_clears_latches_and_verdicts_and_is_written() -> None:
    parts = Parts().set({"memory.estop_latched": True, "memory.fault_latched": True, "guard.latched": 3, "session.reset_ms": 3000})
    parts.set({"angle.pot_out": True, "angle.encoder_out": True, "angle.disputed": True, "angle.opposite": True, "angle.leg": 2})
    parts.set({"angle.pot_drops": 3, "angle.noisy_ms": 60, "angle.settle_ms": 64}).call("session_reset")
    assert parts.read("memory.estop_latched memory.fault_latched guard.latched session.reset_ms save") == (False, False, 0, 0, True)
    assert parts.read("angle.pot_out angle.encoder_out angle.disputed angle.opposite angle.ready") == (False,) * 5
    assert parts.read("angle.leg angle.pot_drops angle.noisy_ms angle.settle_ms") == (0,) * 4


# ------------------------------------------------------------ what the board makes of the Pi

FOLLOW, ASCENT, RESCUE = int(BoardMode.FOLLOW), int(BoardMode.ASCENT), int(BoardMode.RESCUE)
UP, ASCEND, HOLD = int(Request.RETURN_UP), int(Request.ASCEND), int(Request.HOLD)
STEERS: dict[str, Value] = {"session.mode": FOLLOW, "link.command.request": UP, "link.command.rate_cdps": -60, "angle.angle_cdeg": 6000}
RESTS: dict[str, Value] = {"link.command.rate_cdps": -59, "angle.angle_cdeg": 3000, "rest.zone": 1}
OVERDUE: dict[str, Value] = {"session.mode": FOLLOW, "budget.short_": True, "angle.angle_cdeg": 6000, "link.command.request": HOLD}


@pytest.mark.req("SR2", "SR15")
@pytest.mark.parametrize(
    ("wants", "told"),
    [
        (True, STEERS),
        (False, {**STEERS, "link.command.rate_cdps": -59}),
        (False, {**STEERS, "link.fresh": False}),
        (False, {**STEERS, "link.command.request": HOLD}),
        (False, {**STEERS, "session.mode": 0}),
        (True, {**STEERS, "session.mode": ASCENT, "link.command.request": HOLD}),
        (True, {**STEERS, "session.mode": RESCUE, "link.fresh": False}),
        (True, {**STEERS, **RESTS}),
        (False, {**STEERS, **RESTS, "angle.at_rest": False}),
        (False, {**STEERS, **RESTS, "rest.done": True}),
        (False, {**STEERS, **RESTS, "rest.zone": 0}),
        (True, {**STEERS, **RESTS, "rest.rest_ms": 11_999}),
    ],
)
def test_a_pi_brings_up_in_earnest_at_six_tenths_of_a_degree_a_second_or_while_it_rests(wants: bool, told: dict[str, Value]) -> None:
    assert bool(Parts().set(told).call("session_watch").get("session.pi_wants_up")) is wants


@pytest.mark.req("SR2", "SR15")
@pytest.mark.parametrize(
    ("believed", "told"),
    [
        (True, {"link.command.request": ASCEND}),
        (True, {"link.command.request": UP}),
        (True, {"link.command.flags": int(CommandFlag.WARN)}),
        (False, {}),
        (False, {"link.command.request": ASCEND, "link.fresh": False}),
        (False, {"link.command.request": ASCEND, "budget.short_": False}),
        (True, {"link.command.request": ASCEND, "budget.short_": False, "budget.unanswered_ms": 82_000}),
        (False, {"link.command.request": ASCEND, "budget.short_": False, "budget.unanswered_ms": 81_999}),
        (True, {"link.command.request": ASCEND, "session.overdue_ms": 2000 - 2 * TURN_MS}),
        (False, {"link.command.request": ASCEND, "session.overdue_ms": 2000 - TURN_MS}),
        (True, {"link.command.request": ASCEND, "session.overdue_ms": 2000, "angle.rate_cdps": -40}),
        (False, {"link.command.request": ASCEND, "session.overdue_ms": 2000, "angle.rate_cdps": -39}),
    ],
)
def test_a_pi_that_says_it_is_about_to_bring_up_is_believed_for_two_seconds(believed: bool, told: dict[str, Value]) -> None:
    assert bool(Parts().set(OVERDUE).set(told).call("session_watch").get("session.pi_wants_up")) is believed


@pytest.mark.req("SR9")
def test_a_trip_counts_when_it_is_first_heard_and_three_times_until_upright() -> None:
    parts = Parts().set({"link.heard": True})
    counted = []
    for request in (5, 5, 0, 5, 0, 5, 0, 5):
        counted.append(bool(parts.set({"link.command.request": request}).call("session_watch").get("session.pi_trip")))
    assert counted == [True, False, False, True, False, True, False, False]
    assert parts.get("session.pi_trips") == 3
    unheard = Parts().set({"link.heard": False, "link.command.request": 5}).call("session_watch")
    assert not unheard.get("session.pi_trip")


# ------------------------------------------------------------ the first angle after a reset


@pytest.mark.req("SR13", "SR15")
@pytest.mark.parametrize(
    ("told", "return_only", "waits"),
    [
        ({"angle.at_upright": False}, True, True),
        ({"angle.at_upright": False, "memory.level_wait": True}, True, True),
        ({"memory.level_wait": True}, False, False),
        ({"memory.level_wait": True, "memory.estop_latched": True}, False, True),
        ({"memory.estop_latched": True}, False, False),
        ({"angle.at_upright": False, "session.boot_checked": True}, False, False),
        ({"angle.at_upright": False, "angle.ready": False}, False, False),
    ],
)
def test_the_first_believable_angle_after_a_reset_decides_whether_somebody_may_hang(
    told: dict[str, Value], return_only: bool, waits: bool
) -> None:
    parts = Parts().set({"session.boot_checked": False}).set(told).call("session_watch")
    assert parts.read("session.return_only memory.level_wait") == (return_only, waits)
    assert bool(parts.get("guard.latched") & int(BoardReason.RESET)) is return_only
    assert bool(parts.get("session.boot_checked")) is bool(told.get("angle.ready", True))


@pytest.mark.req("SR1", "SR13")
@pytest.mark.parametrize(
    ("told", "away"),
    [
        ({}, False), ({"session.session_open": True}, True), ({"angle.at_upright": False}, True),
        ({"angle.ready": False, "angle.lost_ms": 99}, False), ({"angle.ready": False, "angle.lost_ms": 100}, True),
    ],
)  # fmt: skip
def test_away_is_off_upright_rest_or_about_to_leave_it_or_where_nobody_can_tell(told: dict[str, Value], away: bool) -> None:
    assert bool(Parts().set(told).call("session_watch").get("session.away")) is away


@pytest.mark.req("SR1")
@pytest.mark.parametrize(("kept", "seen", "saved"), [(False, True, True), (True, False, True), (True, True, False), (False, False, False)])
def test_channels_that_disagreed_are_remembered_through_a_reset(kept: bool, seen: bool, saved: bool) -> None:
    parts = Parts().set({"memory.estop_cycle_due": kept, "inputs.estop_cycle_due": seen}).call("session_watch")
    assert parts.read("memory.estop_cycle_due save") == (seen, saved)


@pytest.mark.req("SR14")
@pytest.mark.parametrize("ticks_before", [200, 201])
def test_a_broken_board_calls_for_help_within_two_ticks(ticks_before: int) -> None:
    board = Whole(angle_deg=0.0).ticks(ticks_before)
    assert not board.get("session.ladder")
    assert board.set({"in.self_check_ok": False}).ticks(2).get("session.ladder")


@pytest.mark.req("SR3")
@pytest.mark.parametrize(("returning", "kept"), [(False, False), (True, True)])
def test_a_return_that_begins_elsewhere_asks_for_its_own_rest_and_one_that_goes_on_does_not(returning: bool, kept: bool) -> None:
    parts = Parts().set(
        {"angle.angle_cdeg": 1000, "rest.zone": 2, "rest.done": True, "rest.done_cdeg": 2000, "session.returning": returning}
    )
    assert bool(parts.call("session_begin_return").get("rest.done")) is kept


@pytest.mark.req("SR16")
def test_a_second_test_begins_its_own_time() -> None:
    parts = pushed(2 * TURN_MS)
    try_brake(parts, asked=False)
    parts.set({"session.test_ms": 400})
    try_brake(parts)
    assert parts.get("session.test_ms") == TURN_MS


@pytest.mark.req("SR2")
def test_a_return_that_is_not_overdue_or_rises_counts_nothing() -> None:
    assert (
        Parts().set(OVERDUE).set({"session.overdue_ms": 500, "angle.rate_cdps": -40}).call("session_watch").get("session.overdue_ms") == 0
    )
