"""Corners of the mode table that no ordinary session comes to: RESCUE, STOPPED, a return changing hands, asking (SR1, SR15)."""

from __future__ import annotations

import pytest

from tests.firmware.bench import BoardMode, BoardReason, CommandFlag, Request
from tests.firmware.parts import Parts, Value

BRAKED, FOLLOW, ASCENT, RESCUE, STOPPED, FAULT = (
    int(mode) for mode in (BoardMode.BRAKED, BoardMode.FOLLOW, BoardMode.ASCENT, BoardMode.RESCUE, BoardMode.STOPPED, BoardMode.FAULT)
)
GUARD_HOLD, GUARD_RETURN_HALF, GUARD_ASK, GUARD_FAULT = 2, 4, 5, 6
PAST = 2
AWAY: dict[str, Value] = {"session.away": True, "session.session_open": True, "angle.at_upright": False, "angle.angle_cdeg": 1000}


def moded(mode: int, *told: dict[str, Value]) -> Parts:
    parts = Parts().set(AWAY).set({"session.mode": mode, "rest.zone": PAST, "rest.done": True, "rest.done_cdeg": 2000})
    for values in told:
        parts.set(values)
    return parts.call("modes_update", parts.seen)


@pytest.mark.req("SR1", "SR3")
@pytest.mark.parametrize(("mode", "rest_kept"), [(FOLLOW, False), (ASCENT, False), (FAULT, False), (STOPPED, True), (RESCUE, True)])
def test_a_stop_begins_a_new_return_with_its_own_rest_but_a_stop_in_a_rescue_does_not(mode: int, rest_kept: bool) -> None:
    parts = moded(mode, {"guard.action": GUARD_FAULT})
    assert bool(parts.get("rest.done")) is rest_kept
    assert parts.get("session.mode") == FAULT


@pytest.mark.req("SR1")
@pytest.mark.parametrize(
    ("rescued", "unlike"),
    [
        (True, {}),
        (False, {"inputs.return_.edge": False}),
        (False, {"inputs.estop_closed_ms": 49}),
        (False, {"inputs.estop_cycle_due": True}),
        (False, {"session.away": False}),
        (False, {"in.release_pulled": True}),
        (False, {"in.overcurrent_latched": True}),
    ],
)
def test_after_an_emergency_stop_a_fresh_return_brings_up_once_both_channels_are_closed(rescued: bool, unlike: dict[str, Value]) -> None:
    pressed: dict[str, Value] = {"memory.estop_latched": True, "inputs.return_.edge": True, "inputs.estop_closed_ms": 50}
    assert moded(STOPPED, pressed, unlike).get("session.mode") == (RESCUE if rescued else STOPPED)


@pytest.mark.req("SR1", "SR9")
@pytest.mark.parametrize(
    ("told", "releasing", "asks"),
    [
        ({}, False, 0), ({"inputs.return_.pressed": False}, True, 0), ({"session.releasing": True}, True, 0),
        ({"guard.action": GUARD_ASK}, True, 1),
    ],
)  # fmt: skip
def test_a_rescue_ends_when_return_is_let_go_or_something_is_in_the_way_and_then_takes_a_fresh_press(
    told: dict[str, Value], releasing: bool, asks: int
) -> None:
    held: dict[str, Value] = {"memory.estop_latched": True, "inputs.return_.pressed": True, "drive.state": 3}
    parts = moded(RESCUE, held, told)
    assert parts.read("session.releasing session.asks session.mode") == (releasing, asks, RESCUE)
    assert moded(RESCUE, held, told, {"drive.state": 0}).get("session.mode") == (STOPPED if releasing else RESCUE)


@pytest.mark.req("SR15")
@pytest.mark.parametrize(
    ("waits", "unlike"),
    [
        (True, {}), (False, {"session.answered": True}), (False, {"session.asked": True}),
        (False, {"link.command.flags": int(CommandFlag.SESSION)}),
    ],
)  # fmt: skip
def test_a_return_that_the_pi_says_nobody_asked_for_waits_at_level_unless_somebody_did(waits: bool, unlike: dict[str, Value]) -> None:
    unasked: dict[str, Value] = {
        "session.returning": True, "link.command.request": int(Request.RETURN_UP), "link.command.flags": int(CommandFlag.UNASKED),
    }  # fmt: skip
    assert bool(moded(FOLLOW, unasked, unlike).get("memory.level_wait")) is waits
    ascending: dict[str, Value] = {"session.ascent_by_pi": True, "link.command.request": int(Request.ASCEND)}
    assert bool(moded(ASCENT, unasked, ascending, unlike).get("memory.level_wait")) is waits, "told in the middle of the board's ascent"


@pytest.mark.req("SR15")
@pytest.mark.parametrize("mode", [FOLLOW, ASCENT])
@pytest.mark.parametrize(
    ("waits", "unlike"),
    [
        (True, {}), (False, {"budget.unanswered_ms": 81_999}), (True, {"session.answered": True, "session.asked": True}),
        (True, {"guard.action": GUARD_RETURN_HALF}),
    ],
)  # fmt: skip
def test_who_falls_silent_on_the_way_up_waits_at_level_whoever_began_the_return(mode: int, waits: bool, unlike: dict[str, Value]) -> None:
    """Of a completed session too, and after an answer that has grown old; a trip beside it counts the silence anew only afterwards."""
    silent: dict[str, Value] = {
        "session.returning": True, "session.ascent_by_pi": mode == ASCENT, "budget.unanswered_ms": 82_000,
        "link.command.request": int(Request.ASCEND if mode == ASCENT else Request.RETURN_UP), "link.command.flags": 0,
    }  # fmt: skip
    assert bool(moded(mode, silent, unlike).get("memory.level_wait")) is waits


@pytest.mark.req("SR1", "SR15")
def test_who_holds_return_after_a_stop_is_no_silent_one() -> None:
    held: dict[str, Value] = {"session.returning": True, "inputs.return_.pressed": True, "budget.unanswered_ms": 82_000}
    assert not moded(RESCUE, held, {"memory.estop_latched": True}).get("memory.level_wait")


@pytest.mark.req("SR7")
@pytest.mark.parametrize(
    ("taken", "unlike"),
    [
        (True, {}),
        (False, {"link.command.request": int(Request.HOLD)}),
        (False, {"drive.state": 3}),
        (False, {"memory.fault_latched": True}),
        (False, {"budget.short_": True}),
        (False, {"session.ask_ms": 20_000}),
        (True, {"session.takeovers": 1}),
        (False, {"session.takeovers": 2}),
        (False, {"link.fresh": False}),
    ],
)
def test_the_pi_takes_a_return_over_at_rest_only_twice_at_most_and_never_after_a_fault(taken: bool, unlike: dict[str, Value]) -> None:
    ready: dict[str, Value] = {"session.returning": True, "link.command.request": int(Request.RETURN_UP)}
    assert moded(ASCENT, ready, unlike).get("session.mode") == (FOLLOW if taken else ASCENT)


@pytest.mark.req("SR6", "SR7", "SR15")
@pytest.mark.parametrize(
    ("mode_after", "unlike"),
    [
        (FOLLOW, {}),
        (ASCENT, {"session.pi_wants_up": False}),
        (ASCENT, {"session.returning": False}),
        (ASCENT, {"guard.action": GUARD_ASK}),
        (BRAKED, {"session.away": False}),
        (FOLLOW, {"guard.action": GUARD_HOLD}),
    ],
)
def test_a_trip_takes_a_return_that_the_pi_carries_out_in_earnest_not_out_of_its_hands(mode_after: int, unlike: dict[str, Value]) -> None:
    carried: dict[str, Value] = {
        "session.returning": True, "session.pi_wants_up": True, "link.command.request": int(Request.RETURN_UP),
        "guard.action": GUARD_RETURN_HALF,
    }  # fmt: skip
    parts = moded(FOLLOW, carried, unlike)
    assert parts.get("session.mode") == mode_after
    assert bool(parts.get("session.half_rate")) is (parts.get("guard.action") >= GUARD_RETURN_HALF and mode_after != BRAKED)


@pytest.mark.req("SR7")
@pytest.mark.parametrize(
    ("mode_after", "unlike"),
    [
        (ASCENT, {}), (FOLLOW, {"session.must_rest": True, "drive.state": 3}), (BRAKED, {"session.away": False}),
        (FOLLOW, {"link.command.request": int(Request.RETURN_UP)}),
    ],
)  # fmt: skip
def test_a_pi_that_asks_the_board_to_ascend_is_obeyed_unless_it_was_silent_in_motion(mode_after: int, unlike: dict[str, Value]) -> None:
    assert moded(FOLLOW, {"link.command.request": int(Request.ASCEND)}, unlike).get("session.mode") == mode_after


@pytest.mark.req("SR7")
@pytest.mark.parametrize(
    ("request_", "by_pi", "mode_after"),
    [
        (Request.ASCEND, True, ASCENT), (Request.HOLD, True, FOLLOW), (Request.DIZZY_BACK, True, FOLLOW), (Request.HOLD, False, ASCENT),
        (Request.RETURN_UP, True, ASCENT),
    ],
)  # fmt: skip
def test_an_ascent_that_the_pi_asked_for_ends_when_it_asks_no_more(request_: Request, by_pi: bool, mode_after: int) -> None:
    told: dict[str, Value] = {
        "session.returning": True,
        "session.ascent_by_pi": by_pi,
        "drive.state": 3,
        "link.command.request": int(request_),
    }
    parts = moded(ASCENT, told)
    assert parts.get("session.mode") == mode_after
    assert bool(parts.get("session.must_rest")) is (mode_after == FOLLOW)


@pytest.mark.req("SR2", "SR15")
@pytest.mark.parametrize(
    ("overruled", "unlike"),
    [
        (True, {}),
        (True, {"budget.short_": False, "budget.unanswered_ms": 82_000}),
        (False, {"budget.short_": False, "budget.unanswered_ms": 81_999}),
        (False, {"guard.latched": int(BoardReason.PI_TRIP) | int(BoardReason.STALL)}),
        (True, {"guard.latched": int(BoardReason.PI_TRIP) | int(BoardReason.MAINS_LOST)}),
        (False, {"guard.latched": 0}),
        (False, {"session.away": False}),
        (False, {"in.release_pulled": True}),
    ],
)
def test_a_stop_that_only_the_pi_asked_for_is_overruled_when_time_is_short_or_nobody_answers(
    overruled: bool, unlike: dict[str, Value]
) -> None:
    tripped: dict[str, Value] = {"memory.fault_latched": True, "budget.short_": True, "guard.latched": int(BoardReason.PI_TRIP)}
    parts = moded(FAULT, tripped, unlike)
    assert parts.get("session.mode") == (ASCENT if overruled else FAULT)
    assert parts.get("session.pi_trips") == (255 if overruled else 0)
    assert bool(parts.get("memory.level_wait")) is overruled
    pressed = moded(FAULT, tripped, unlike, {"inputs.return_.edge": True})
    brought_up = pressed.get("session.away") and not pressed.seen.release_pulled
    assert pressed.read("session.mode memory.level_wait session.pi_trips") == (ASCENT if brought_up else FAULT, False, 0)


LATCHED = [{"memory.fault_latched": True}, {"memory.estop_latched": True}]


@pytest.mark.req("SR9", "SR14")
@pytest.mark.parametrize("latched", LATCHED, ids=["fault", "emergency stop"])
@pytest.mark.parametrize(("far", "sinks"), [(989, True), (990, True), (991, False), (1000, False), (1100, False)])
def test_who_is_a_tenth_of_a_degree_deeper_than_a_return_after_a_stop_has_had_them_sinks(
    latched: dict[str, Value], far: int, sinks: bool
) -> None:
    """F79: RETURN opens the brake of a table that hangs on nothing else."""
    parts = moded(ASCENT, latched, {"guard.action": GUARD_FAULT, "drive.far_cdeg": far})
    assert bool(parts.get("session.sinks")) is sinks
    assert bool(parts.lib.modes_drive_able(parts.board, parts.seen)) is not sinks


@pytest.mark.req("SR9")
def test_the_first_fall_leaves_one_return() -> None:
    parts = moded(ASCENT, {"guard.action": GUARD_FAULT, "drive.far_cdeg": 0})
    assert parts.read("session.sinks session.mode") == (False, FAULT)


@pytest.mark.req("SR9", "SR14")
@pytest.mark.parametrize(("mode", "latched", "up"), [(FAULT, LATCHED[0], ASCENT), (STOPPED, LATCHED[1], RESCUE)])
def test_a_motor_that_let_somebody_sink_is_not_asked_again(mode: int, latched: dict[str, Value], up: int) -> None:
    pressed: dict[str, Value] = {**latched, "inputs.return_.edge": True, "inputs.estop_closed_ms": 50}
    assert moded(mode, pressed).get("session.mode") == up
    assert moded(mode, pressed, {"session.sinks": True}).get("session.mode") == mode


@pytest.mark.req("SR2", "SR9")
@pytest.mark.parametrize("sinks", [False, True])
def test_nor_does_the_board_ask_it_by_itself_when_only_the_pi_has_stopped_and_time_is_short(sinks: bool) -> None:
    """The Pi is the first to see a gear break: its trip would else be overruled, and the brake opened for another fall."""
    tripped: dict[str, Value] = {"memory.fault_latched": True, "budget.short_": True, "guard.latched": int(BoardReason.PI_TRIP)}
    assert moded(FAULT, tripped, {"session.sinks": sinks}).get("session.mode") == (FAULT if sinks else ASCENT)
