"""DIZZY while the board itself brings the person up: stop and wait, RETURN goes on, and no Pi can keep anybody down with it (TP10)."""

from __future__ import annotations

import pytest

from tests.firmware.bench import ASCEND, HOLD, Bench, BoardMode, Order, Request, StatusFlag

DIZZY = Order(request=int(Request.DIZZY_BACK))


def rising(why: str) -> Bench:
    """A person whom the board brings up by its own decision, from 60 degrees."""
    bench = Bench()
    bench.at(60.0)
    if why == "silent":
        bench.run(6.0, None)
        bench.run(1.0, HOLD)
    elif why == "asked_by_pi":
        bench.run(4.0, ASCEND)
    elif why == "ankle":
        bench.world.set_ankle("left", closed=False)
        bench.run(5.0, HOLD)
    else:
        bench.run(0.1, Order(request=int(Request.TRIP)))
        bench.run(1.0, HOLD)
        bench.press("return")
        bench.run(2.0, HOLD)
    assert bench.mode() is BoardMode.ASCENT
    assert bench.now.rate_dps < -0.6
    return bench


@pytest.mark.req("TP10")
@pytest.mark.parametrize("why", ["silent", "asked_by_pi", "ankle", "fault"])
def test_dizzy_stops_the_boards_own_ascent_within_a_controlled_stop_and_waits(why: str) -> None:
    bench = rising(why)
    stopped_s = bench.until(lambda now: abs(now.rate_dps) < 0.1, DIZZY, within_s=2.0)
    assert stopped_s <= 0.9
    bench.run(0.3, DIZZY)
    where_deg = bench.now.angle_deg
    bench.run(30.0, DIZZY)
    assert bench.now.angle_deg == pytest.approx(where_deg, abs=0.1)
    assert not bench.shows(StatusFlag.LADDER), "a wait is no lack of progress"


@pytest.mark.req("TP10")
@pytest.mark.parametrize("after", [ASCEND, DIZZY, None], ids=["ascend", "dizzy", "silent"])
def test_return_goes_on_up_from_the_wait_whatever_the_pi_asks(after: Order | None) -> None:
    bench = rising("silent")
    bench.run(10.0, DIZZY)
    bench.press("return")
    bench.run(1.5, after)
    assert bench.now.rate_dps < -1.0
    bench.until(lambda _now: bench.upright(), after, within_s=160.0)


@pytest.mark.req("TP10", "SR4")
def test_after_the_wait_the_board_warns_for_two_seconds_before_it_goes_on_unasked() -> None:
    bench = rising("silent")
    bench.run(10.0, DIZZY)
    bench.run(1.8, HOLD)
    assert not bench.moves
    assert bench.now.buzzer in (1, 3)
    bench.run(1.5, HOLD)
    assert bench.now.rate_dps < -0.5


@pytest.mark.req("TP10", "SR15")
def test_a_pi_that_says_dizzy_for_ever_keeps_nobody_down_who_does_not_answer() -> None:
    bench = rising("silent")
    waited_s = bench.until(lambda now: now.angle_deg < 0.5, DIZZY, within_s=160.0)
    assert waited_s > 80.0


@pytest.mark.req("TP10", "SR2")
def test_a_wait_for_dizziness_ends_in_time_for_level() -> None:
    bench = rising("silent")
    for _ in range(60):
        bench.press("ok")
        bench.run(10.0, DIZZY)
        if bench.now.angle_deg < 0.0:
            break
    assert bench.now.angle_deg < 0.0
    assert 480.0 < bench.now.inverted_s < 600.0
