"""Two angles of its own and a third that breaks ties: found early, and the person still comes up (SR8)."""

from __future__ import annotations

import pytest

from tests.firmware.bench import DOWN, HOLD, UP, Bench, BoardMode, BoardReason, Order, Request, StatusFlag

DOWN_NO_IMU = Order(request=int(Request.FOLLOW), rate_dps=1.5, imu=False)
HOLD_NO_IMU = Order(imu=False)
FAULTS = [("pot_frozen", 1.0), ("pot_bias_deg", 5.0), ("pot_bias_deg", -5.0), ("pot_noise_factor", 6.0), ("pot_gain", 1.1)]


@pytest.mark.req("SR8")
@pytest.mark.parametrize("order", [DOWN, DOWN_NO_IMU], ids=["imu", "no_imu"])
@pytest.mark.parametrize(("fault", "value"), [*FAULTS, ("pot_inverted", 1.0)])
def test_a_lying_potentiometer_is_found_before_one_degree_of_motion(fault: str, value: float, order: Order) -> None:
    bench = Bench()
    bench.at(40.0)
    bench.run(2.0, order)
    angle_deg = bench.now.angle_deg
    bench.world.set_fault(fault, value)
    bench.until(lambda _now: bench.says(BoardReason.ANGLE_DISAGREE | BoardReason.WRONG_WAY), order, within_s=1.0)
    assert abs(bench.now.angle_deg - angle_deg) < 1.0
    bench.run(0.9, order)
    assert not bench.moves


@pytest.mark.req("SR8", "SR3")
@pytest.mark.parametrize(("fault", "value"), FAULTS)
def test_with_the_potentiometer_voted_out_the_return_rests_at_the_true_gate_at_half_rate(fault: str, value: float) -> None:
    bench = Bench()
    bench.at(36.0)
    bench.run(1.0, DOWN)
    bench.world.set_fault(fault, value)
    bench.run(3.0, DOWN)
    bench.peak_rate_dps = 0.0
    bench.press("return")
    bench.until(lambda now: abs(now.angle_deg - 30.0) < 1.0 and not bench.moves, HOLD, within_s=40.0)
    waited_s = bench.until(lambda now: now.angle_deg < 28.0, HOLD, within_s=40.0)
    assert waited_s > 12.0
    bench.until(lambda _now: bench.upright(), HOLD, within_s=200.0)
    assert bench.peak_rate_dps < 0.9


@pytest.mark.req("SR8", "SR14")
@pytest.mark.parametrize("fault", ["pot_frozen", "adc_frozen"])
def test_without_a_third_witness_a_frozen_sensor_ends_at_level_with_the_help_ladder(fault: str) -> None:
    bench = Bench()
    bench.at(34.0)
    bench.run(1.0, DOWN_NO_IMU)
    bench.world.set_fault(fault, 1.0)
    bench.run(3.0, DOWN_NO_IMU)
    bench.press("return")
    bench.run(170.0, HOLD_NO_IMU)
    assert -5.0 < bench.now.angle_deg < 0.5
    assert bench.shows(StatusFlag.LADDER)


@pytest.mark.req("SR8")
@pytest.mark.parametrize("rail", [1.0, -1.0])
def test_a_broken_wiper_stops_within_forty_milliseconds_and_return_comes_up_on_the_encoder(rail: float) -> None:
    bench = Bench()
    bench.at(20.0)
    bench.run(2.0, DOWN)
    bench.world.set_fault("pot_rail", rail)
    assert bench.until(lambda _now: bench.mode() is BoardMode.FAULT, DOWN, within_s=0.2) <= 0.06
    assert bench.says(BoardReason.POT_RANGE)
    bench.run(12.0, HOLD)
    bench.press("return")
    bench.until(lambda _now: bench.upright(), HOLD, within_s=200.0)


@pytest.mark.req("SR8")
def test_one_short_dropout_a_second_is_masked_and_three_are_not() -> None:
    bench = Bench()
    bench.at(20.0)
    bench.world.set_fault("pot_dropout_ms", 10.0)
    bench.run(4.0)
    assert not bench.says(BoardReason.ANGLE_DISAGREE)
    bench.world.set_fault("pot_dropout_every_ms", 200.0)
    bench.run(1.5)
    assert bench.says(BoardReason.ANGLE_DISAGREE)


@pytest.mark.req("SR8")
def test_a_lying_third_witness_alone_changes_nothing() -> None:
    bench = Bench()
    bench.at(40.0)
    for _ in range(100):
        bench._lib.world_sense(bench._native, bench._sense)
        bench._lib.world_command(bench._native, int(Request.FOLLOW), 9, 150, 1000, 9000, bench._sense.challenge)
        bench.world.run_ms(20)
    bench.now = bench.world.truth()
    assert bench.now.rate_dps > 1.0
    assert not bench.says(BoardReason.ANGLE_DISAGREE)


@pytest.mark.req("SR8", "SR13")
def test_memory_lost_means_no_motion_and_a_call_for_help() -> None:
    bench = Bench()
    bench.at(20.0)
    bench.world.reset_board(lose_memory=True)
    bench.run(1.0)
    angle_deg = bench.now.angle_deg
    bench.press("return", 2.0)
    for order in (DOWN, UP, None):
        bench.run(4.0, order)
    assert bench.now.angle_deg == pytest.approx(angle_deg, abs=0.05)
    assert bench.shows(StatusFlag.LADDER)


@pytest.mark.req("SR14", "SR8")
def test_after_the_release_lever_the_encoder_learns_the_place_and_the_board_brings_the_person_on() -> None:
    bench = Bench()
    bench.at(20.0)
    bench.world.set_person(hand_nm=-150.0)
    bench.world.release_lever(pulled=True)
    bench.run(3.0)
    assert bench.now.duty == 0
    bench.world.set_person(hand_nm=0.0)
    bench.world.release_lever(pulled=False)
    bench.run(1.0)
    assert not bench.says(BoardReason.ANGLE_DISAGREE)
    bench.press("return")
    bench.until(lambda _now: bench.upright(), HOLD, within_s=120.0)
