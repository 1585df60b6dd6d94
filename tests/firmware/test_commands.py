"""Which commands are obeyed: whole, fresh, in order, from our protocol, in answer to our challenge, at our pace (SR7, SR12)."""

from __future__ import annotations

import pytest

from tests.firmware.bench import DOWN, Bench, BoardReason, Order, Request

BROKEN_SENDERS = ["send_frozen", "send_stale_challenge", "send_stranger", "send_out_of_range", "uplink_cut"]


@pytest.mark.req("SR7", "SR12")
@pytest.mark.parametrize("fault", BROKEN_SENDERS)
def test_a_sick_sender_is_a_silent_pi_within_a_tenth_of_a_second(fault: str) -> None:
    bench = Bench()
    bench.at(20.0)
    bench.run(2.0, DOWN)
    bench.world.set_fault(fault, 1.0)
    bench.run(0.16, DOWN)
    assert bench.says(BoardReason.PI_SILENT)
    bench.run(0.8, DOWN)
    assert not bench.moves


@pytest.mark.req("SR7")
def test_commands_that_come_two_hundred_milliseconds_late_are_not_obeyed() -> None:
    bench = Bench()
    bench.at(20.0)
    bench.run(2.0, DOWN)
    bench.world.set_fault("link_delay_ms", 200.0)
    bench.run(1.2, DOWN)
    assert not bench.moves
    assert bench.says(BoardReason.PI_SILENT)


@pytest.mark.req("SR7")
def test_repeated_frames_disturb_nothing() -> None:
    bench = Bench()
    bench.at(10.0)
    bench.world.set_fault("send_twice", 1.0)
    bench.run(3.0, DOWN)
    assert bench.now.rate_dps == pytest.approx(1.5, abs=0.1)


@pytest.mark.req("SR7")
@pytest.mark.parametrize("fault", ["link_flood", "link_garbage"])
def test_rubbish_on_the_line_is_a_silent_pi_and_the_board_still_brings_the_person_up(fault: str) -> None:
    bench = Bench()
    bench.at(10.0)
    bench.run(2.0, DOWN)
    bench.world.set_fault(fault, 1.0)
    bench.run(1.5, DOWN)
    assert not bench.moves
    bench.run(40.0, DOWN)
    assert bench.now.angle_deg < -2.0


@pytest.mark.req("SR7")
def test_frames_in_the_wrong_order_are_a_silent_pi() -> None:
    bench = Bench()
    bench.at(10.0)
    bench.run(2.0, DOWN)
    bench.world.set_fault("send_reordered", 1.0)
    bench.run(2.0, DOWN)
    assert bench.now.rate_dps <= 0.1


@pytest.mark.req("SR7")
@pytest.mark.parametrize("drift", [0.03, -0.03])
def test_a_board_whose_clock_drifts_stops_within_a_second_and_brings_up_by_itself(drift: float) -> None:
    bench = Bench()
    bench.at(40.0)
    bench.world.set_fault("board_clock_drift", drift)
    stops_s = bench.until(lambda _now: bench.says(BoardReason.PI_SILENT), DOWN, within_s=2.0)
    assert stops_s <= 1.0
    bench.run(2.0, DOWN)
    assert not bench.now.rate_dps > 0.1
    bench.until(lambda now: now.angle_deg < 32.0, DOWN, within_s=20.0)


@pytest.mark.req("SR12")
@pytest.mark.parametrize("request_number", list(Request))
def test_no_request_of_any_kind_begins_a_session(request_number: Request) -> None:
    bench = Bench()
    bench.lie_down()
    for rate_dps in (1.5, -1.5, 0.0, 3.0):
        bench.run(1.0, Order(request=int(request_number), rate_dps=rate_dps, flags=0x3F & ~1))
    assert bench.now.angle_deg == pytest.approx(-75.0, abs=0.05)


@pytest.mark.req("SR3", "SR4")
@pytest.mark.parametrize("wants_dps", [0.1, 0.2, 1.5])
def test_a_slow_return_broken_into_for_a_moment_never_lets_the_table_down(wants_dps: float) -> None:
    """A stop builds its deceleration up fast; called off half way it has to be taken back as fast, or it becomes a descent."""
    bench = Bench()
    bench.at(40.0)
    slowly = Order(request=int(Request.RETURN_UP), rate_dps=-0.3)
    bench.run(2.0, slowly)
    bench.run(0.1, Order(request=int(Request.FOLLOW), rate_dps=wants_dps))
    lowest_deg = bench.now.angle_deg
    for _ in range(100):
        now = bench.run(0.02, slowly)
        lowest_deg = min(lowest_deg, now.angle_deg)
        assert now.angle_deg - lowest_deg < 0.01
        assert now.rate_dps < 0.05
