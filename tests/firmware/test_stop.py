"""The emergency stop and everything that reacts like it: off that very tick, latched, and a way up afterwards (SR1, SR9)."""

from __future__ import annotations

import pytest

from tests.firmware.bench import ASCEND, DOWN, HOLD, UP, Bench, BoardMode, BoardReason, Order, Request, StatusFlag


def open_channel_and_watch(bench: Bench, channels: tuple[str, ...]) -> None:
    """Millisecond by millisecond: in the tick the board first sees a channel open, its outputs are off."""
    for name in channels:
        bench.world.contact(name, closed=False)
    for _ in range(60):
        bench.world.run_ms(1)
        now = bench.world.truth()
        if not (now.estop_a_closed and now.estop_b_closed):
            assert now.duty == 0
            assert not now.brake_released_asked
            assert not now.contactor_asked
            bench.run(0.1, DOWN)
            assert bench.mode() is BoardMode.STOPPED
            return
    raise AssertionError("the channel never opened")


@pytest.mark.req("SR1")
@pytest.mark.parametrize("channels", [("estop_a",), ("estop_b",), ("estop_a", "estop_b")])
@pytest.mark.parametrize("phase", ["descent", "hold", "pi_return", "board_return", "fault"])
def test_either_channel_takes_power_off_and_sets_the_brake_in_that_very_tick(phase: str, channels: tuple[str, ...]) -> None:
    bench = Bench()
    bench.at(40.0)
    orders = {"descent": DOWN, "hold": HOLD, "pi_return": UP, "board_return": ASCEND, "fault": Order(request=int(Request.TRIP))}
    bench.run(1.5, orders[phase])
    assert bench.moves == (phase not in {"hold", "fault"})
    open_channel_and_watch(bench, channels)


@pytest.mark.req("SR1")
@pytest.mark.parametrize("rate_dps", [1.5, 2.9])
def test_the_table_rests_within_300_ms_and_one_degree_of_the_emergency_stop(rate_dps: float) -> None:
    bench = Bench()
    bench.at(30.0)
    bench.run(4.0, Order(request=int(Request.FOLLOW), rate_dps=rate_dps))
    angle_deg = bench.now.angle_deg
    bench.world.estop()
    bench.run(0.3, DOWN)
    assert not bench.moves
    assert abs(bench.now.angle_deg - angle_deg) < 1.0


@pytest.mark.req("SR1")
def test_the_latch_survives_release_reset_and_restart_of_the_pi() -> None:
    bench = Bench()
    bench.at(40.0)
    bench.world.estop()
    bench.run(0.5)
    bench.world.estop(pressed=False)
    bench.run(2.0, None)
    bench.world.reset_board()
    bench.run(1.0, UP)
    angle_deg = bench.now.angle_deg
    for order in (DOWN, UP, ASCEND, None):
        bench.run(4.0, order)
    bench.press("ok", 4.0)
    bench.press("start")
    bench.run(2.0, DOWN)
    assert bench.mode() is BoardMode.STOPPED
    assert bench.now.angle_deg == pytest.approx(angle_deg, abs=0.1)


@pytest.mark.req("SR1", "SR3")
def test_rescue_moves_up_only_at_half_rate_while_return_is_held_and_rests_at_the_gate() -> None:
    bench = Bench()
    bench.at(40.0)
    bench.world.estop()
    bench.run(0.5)
    bench.world.estop(pressed=False)
    bench.run(0.5)
    bench.peak_rate_dps = 0.0
    bench.world.press("return")
    bench.run(3.0, DOWN)
    assert bench.mode() is BoardMode.RESCUE
    assert -0.80 < bench.now.rate_dps < -0.70
    bench.world.press("return", pressed=False)
    stopped_s = bench.until(lambda now: abs(now.rate_dps) < 0.1, DOWN, within_s=2.0)
    assert stopped_s <= 0.6
    bench.run(0.5, DOWN)
    assert bench.mode() is BoardMode.STOPPED
    bench.world.press("return")
    bench.until(lambda now: now.angle_deg < 30.2, DOWN, within_s=30.0)
    rest_s = bench.until(lambda now: now.angle_deg < 29.6, DOWN, within_s=30.0)
    assert 12.0 < rest_s < 14.5
    bench.until(lambda _now: bench.upright(), DOWN, within_s=160.0)
    assert bench.peak_rate_dps < 0.85
    bench.run(2.0, DOWN)
    assert bench.mode() is BoardMode.STOPPED


@pytest.mark.req("SR1")
def test_a_return_held_through_the_emergency_stop_is_no_fresh_press() -> None:
    bench = Bench()
    bench.at(40.0)
    bench.world.press("return")
    bench.run(0.2)
    bench.world.estop()
    bench.run(0.5)
    bench.world.estop(pressed=False)
    bench.run(3.0)
    assert bench.mode() is BoardMode.STOPPED
    assert not bench.moves


@pytest.mark.req("SR1")
def test_channels_that_disagree_must_both_be_seen_open_and_closed() -> None:
    bench = Bench()
    bench.at(40.0)
    bench.world.contact("estop_a", closed=False)
    bench.run(0.3)
    bench.world.contact("estop_a", closed=True)
    bench.run(0.5)
    assert bench.says(BoardReason.ESTOP_DISAGREE)
    bench.press("return", 1.0)
    assert bench.mode() is BoardMode.STOPPED
    bench.world.estop()
    bench.run(0.2)
    bench.world.estop(pressed=False)
    bench.run(0.2)
    bench.world.press("return")
    bench.run(1.0)
    assert bench.mode() is BoardMode.RESCUE


@pytest.mark.req("SR1", "SR14")
def test_sixty_seconds_latched_away_from_upright_rest_calls_for_help() -> None:
    bench = Bench()
    bench.at(20.0)
    bench.world.estop()
    bench.run(59.0)
    assert not bench.shows(StatusFlag.LADDER)
    bench.run(2.0)
    assert bench.shows(StatusFlag.LADDER)
    assert bench.now.buzzer == 3


@pytest.mark.req("SR1")
def test_reset_needs_upright_rest_both_channels_and_ok_held_three_seconds() -> None:
    bench = Bench()
    bench.run(1.0)
    bench.world.estop()
    bench.run(0.5)
    bench.press("ok", 4.0)
    assert bench.mode() is BoardMode.STOPPED, "a channel is open"
    bench.world.estop(pressed=False)
    bench.run(2.0)
    bench.press("ok", 2.8)
    assert bench.mode() is BoardMode.STOPPED, "held too short"
    bench.press("ok", 3.2)
    assert bench.mode() is BoardMode.BRAKED


TRIPS = [
    ("motor_jammed", 1.0, BoardReason.STALL | BoardReason.OVERCURRENT),
    ("bridge_short", 0.3, BoardReason.OVERCURRENT | BoardReason.UNCOMMANDED),
    ("motor_reversed", 1.0, BoardReason.WRONG_WAY | BoardReason.OVERCURRENT),
    ("end_stop_down", 1.0, BoardReason.END_STOP),
    ("pot_rail", 1.0, BoardReason.POT_RANGE),
    ("regeneration_v", 6.0, BoardReason.LOAD),
    ("self_check_bad", 1.0, BoardReason.SELF_CHECK),
    ("supply_sag", 0.12, BoardReason.SELF_CHECK),
]


@pytest.mark.req("SR9", "SR8", "SR5", "SR14")
@pytest.mark.parametrize(("fault", "value", "reason"), TRIPS)
def test_a_drive_fault_in_a_descent_stops_latched_says_why_and_calls_for_help(fault: str, value: float, reason: int) -> None:
    bench = Bench()
    bench.at(40.0)
    bench.run(2.0, DOWN)
    angle_deg = bench.now.angle_deg
    bench.world.set_fault(fault, value)
    bench.run(0.6, DOWN)
    assert bench.mode() is BoardMode.FAULT
    assert bench.says(reason)
    assert not bench.now.contactor_asked
    assert abs(bench.now.angle_deg - angle_deg) < 1.2
    bench.run(12.0, DOWN)
    assert bench.mode() is BoardMode.FAULT
    assert bench.shows(StatusFlag.LADDER)


@pytest.mark.req("SR9", "SR3")
@pytest.mark.parametrize("gone", ["motor_jammed", "motor_reversed", "regeneration_v"])
def test_after_a_fault_one_press_of_return_brings_the_person_up_at_half_rate(gone: str) -> None:
    bench = Bench()
    bench.at(36.0)
    bench.run(1.0, DOWN)
    bench.world.set_fault(gone, 6.0 if gone == "regeneration_v" else 1.0)
    bench.run(1.0, DOWN)
    bench.world.set_fault(gone, 0.0)
    bench.run(2.0, HOLD)
    bench.peak_rate_dps = 0.0
    bench.press("return")
    assert bench.mode() is BoardMode.ASCENT
    bench.until(lambda _now: bench.upright(), DOWN, within_s=200.0)
    assert bench.peak_rate_dps < 0.9
    bench.run(2.0, DOWN)
    assert bench.mode() is BoardMode.FAULT
    bench.press("ok", 3.3)
    assert bench.mode() is BoardMode.BRAKED


@pytest.mark.req("SR9")
def test_a_pi_that_trips_for_ever_cannot_keep_the_person_down() -> None:
    bench = Bench()
    bench.at(35.0)
    trip, let_go = Order(request=int(Request.TRIP)), HOLD
    for _ in range(8):
        bench.run(0.1, trip)
        bench.run(0.1, let_go)
        if not bench.moves and bench.mode() is BoardMode.FAULT:
            bench.press("return")
    bench.press("return")
    for _ in range(60):
        bench.run(1.0, trip)
        bench.run(1.0, let_go)
    bench.until(lambda _now: bench.upright(), trip, within_s=120.0)


@pytest.mark.req("SR14", "SR5")
def test_one_broken_end_stop_wire_stops_but_traps_nobody_head_down() -> None:
    bench = Bench()
    bench.at(35.0)
    bench.world.set_fault("end_stop_up", 1.0)
    bench.run(1.0)
    assert bench.mode() is BoardMode.FAULT
    bench.press("return")
    bench.until(lambda now: now.angle_deg < -2.5, HOLD, within_s=90.0)
    bench.run(15.0)
    assert bench.now.angle_deg == pytest.approx(-3.0, abs=0.6)
    assert bench.shows(StatusFlag.LADDER)
    for button in ("return", "ok", "return"):
        bench.press(button)
        bench.run(5.0)
    assert bench.now.angle_deg == pytest.approx(-3.0, abs=0.6), "nothing turns on towards a switch that says it is reached"
    assert bench.shows(StatusFlag.LADDER)


@pytest.mark.req("SR5", "SR14")
def test_a_broken_end_stop_wire_on_the_way_from_level_to_upright_stops_there_and_calls_for_help() -> None:
    bench = Bench()
    bench.at(35.0)
    bench.press("return")
    bench.until(lambda now: now.angle_deg < -30.0, None, within_s=120.0)
    bench.world.set_fault("end_stop_up", 1.0)
    bench.run(1.0, None)
    stopped_deg = bench.now.angle_deg
    bench.press("return")
    bench.run(22.0, None)  # a return that begins here rests for 10 s, then makes no progress for as long
    assert bench.now.angle_deg == pytest.approx(stopped_deg, abs=0.1)
    assert bench.shows(StatusFlag.LADDER)


@pytest.mark.req("SR5")
def test_two_open_end_stops_block_every_motion_and_call_for_help() -> None:
    bench = Bench()
    bench.at(35.0)
    bench.world.set_fault("end_stop_up", 1.0)
    bench.world.set_fault("end_stop_down", 1.0)
    bench.run(1.0)
    angle_deg = bench.now.angle_deg
    bench.press("return")
    bench.run(15.0)
    assert bench.now.angle_deg == pytest.approx(angle_deg, abs=0.05)
    assert bench.shows(StatusFlag.LADDER)
