"""Every return: the rest at 30 degrees, the wait at level, time, lost Pi, reset, buttons (SR2, SR3, SR7, SR10, SR13-SR15, TP10)."""

from __future__ import annotations

import pytest

from sim.world import Truth
from tests.firmware.bench import ASCEND, DOWN, HALF, HOLD, SESSION, UNASKED, UP, Bench, BoardMode, BoardReason, Order, Request, StatusFlag


class Rest:
    """Seconds truly at rest within 28..32 degrees since last above 32, noted when 27.5 is passed upward."""

    def __init__(self) -> None:
        self.rest_s = 0.0
        self.passed_with_s: float | None = None
        self._before_deg = 90.0

    def __call__(self, now: Truth) -> None:
        if now.angle_deg > 32.2:
            self.rest_s = 0.0
        elif now.angle_deg > 27.8 and now.peak_rate_dps < 0.1:
            self.rest_s += 0.02
        if self._before_deg >= 27.5 > now.angle_deg:
            self.passed_with_s = self.rest_s
        self._before_deg = now.angle_deg


def come_up(bench: Bench, order: Order | None, *, seconds: float = 130.0) -> Rest:
    rest = Rest()
    bench.run(seconds, order, watch=rest)
    return rest


@pytest.mark.req("SR3", "SR7")
@pytest.mark.parametrize(
    "order",
    [
        UP,
        ASCEND,
        Order(request=int(Request.RETURN_UP), rate_dps=-3.0),
        Order(request=int(Request.RETURN_UP), rate_dps=-1.5, flags=SESSION | HALF),
        None,
    ],
    ids=["pi", "board_asked_by_pi", "pi_fast", "half_rate", "pi_silent"],
)
def test_a_return_rests_twelve_seconds_at_the_gate_whoever_steers_it(order: Order | None) -> None:
    bench = Bench()
    bench.at(40.0)
    rest = come_up(bench, order)
    assert rest.passed_with_s is not None
    assert 11.5 < rest.passed_with_s < 17.0
    assert bench.now.angle_deg < -2.0


@pytest.mark.req("SR3")
@pytest.mark.parametrize("rate_dps", [-0.3, -1.5, -3.0])
def test_following_never_goes_up_through_the_gate_without_its_rest(rate_dps: float) -> None:
    bench = Bench()
    bench.at(36.0)
    rest = Rest()
    bench.run(40.0, Order(request=int(Request.FOLLOW), rate_dps=rate_dps), watch=rest)
    assert rest.passed_with_s is None or rest.passed_with_s >= 11.5


@pytest.mark.req("SR3", "SR15")
def test_following_never_brings_anybody_above_level() -> None:
    bench = Bench()
    bench.at(12.0)
    bench.run(40.0, Order(request=int(Request.FOLLOW), rate_dps=-2.0))
    assert -0.3 < bench.now.angle_deg < 0.5


@pytest.mark.req("SR3")
def test_a_return_that_begins_past_the_gate_rests_ten_seconds_first() -> None:
    bench = Bench()
    bench.start()
    bench.until(lambda now: now.angle_deg > 15.0, DOWN, within_s=90.0)
    bench.press("return")
    waited_s = bench.until(lambda now: now.rate_dps < -0.2, UP, within_s=20.0)
    assert 9.5 < waited_s < 12.0


@pytest.mark.req("SR3")
def test_rest_already_taken_where_a_return_past_the_gate_begins_counts() -> None:
    bench = Bench()
    bench.at(15.0)
    bench.run(11.0)
    assert bench.until(lambda now: now.rate_dps < -0.2, UP, within_s=20.0) < 1.0


@pytest.mark.req("SR3")
def test_a_second_trip_does_not_restart_the_rest_and_a_mode_change_keeps_it() -> None:
    bench = Bench()
    bench.at(34.0)
    bench.until(lambda now: now.angle_deg < 30.2, UP, within_s=20.0)
    bench.run(6.0, UP)
    bench.world.set_ankle("left", closed=False)
    bench.run(1.0, HOLD)
    left_s = bench.until(lambda now: now.angle_deg < 29.6, None, within_s=20.0)
    assert left_s < 8.0


@pytest.mark.req("SR3")
def test_going_down_again_clears_the_rest() -> None:
    bench = Bench()
    bench.at(30.0)
    bench.run(13.0)
    assert bench.shows(StatusFlag.REST_DONE)
    bench.run(4.0, DOWN)
    assert not bench.shows(StatusFlag.REST_DONE)


@pytest.mark.req("SR15")
@pytest.mark.parametrize("why", ["pi_silent", "ankle_open", "mains_lost", "unasked_by_pi", "reset"])
def test_a_return_nobody_asked_for_waits_at_level_with_the_help_ladder_until_ok(why: str) -> None:
    bench = Bench()
    bench.at(20.0)
    order: Order | None = HOLD
    if why == "pi_silent":
        order = None
    elif why == "ankle_open":
        bench.world.set_ankle("right", closed=False)
    elif why == "mains_lost":
        bench.world.set_mains(False)
    elif why == "unasked_by_pi":
        order = Order(request=int(Request.RETURN_UP), rate_dps=-1.5, flags=SESSION | UNASKED)
    else:
        order = None
        bench.world.reset_board()
    bench.run(75.0, order)
    assert bench.now.angle_deg == pytest.approx(-3.0, abs=0.6)
    assert bench.shows(StatusFlag.LEVEL_WAIT)
    assert bench.shows(StatusFlag.LADDER)
    assert bench.now.buzzer == 3
    bench.run(30.0, order)
    assert bench.now.angle_deg == pytest.approx(-3.0, abs=0.6)
    bench.press("ok")
    bench.until(lambda _now: bench.upright(), order, within_s=130.0)
    assert not bench.shows(StatusFlag.LEVEL_WAIT)


@pytest.mark.req("SR15")
def test_the_wait_at_level_survives_a_reset_of_the_board() -> None:
    bench = Bench()
    bench.at(10.0)
    bench.run(60.0, None)
    bench.world.reset_board()
    bench.run(20.0, None)
    assert bench.now.angle_deg == pytest.approx(-3.0, abs=0.6)
    assert bench.shows(StatusFlag.LEVEL_WAIT)


@pytest.mark.req("SR15")
def test_a_pi_that_repeats_unasked_cannot_hold_a_person_who_has_answered() -> None:
    bench = Bench()
    bench.at(10.0)
    again = Order(request=int(Request.RETURN_UP), rate_dps=-1.5, flags=SESSION | UNASKED)
    bench.run(40.0, again)
    assert bench.shows(StatusFlag.LEVEL_WAIT)
    bench.press("ok")
    bench.until(lambda _now: bench.upright(), again, within_s=80.0)


@pytest.mark.req("SR15")
def test_eighty_two_seconds_without_an_answer_begin_the_return_and_ok_puts_it_off() -> None:
    bench = Bench()
    bench.at(20.0)
    bench.run(50.0)
    bench.press("ok")
    bench.run(80.0)
    assert not bench.moves
    assert bench.now.angle_deg > 19.0
    bench.run(12.0)
    assert bench.says(BoardReason.UNANSWERED)
    assert bench.now.rate_dps < -1.0


@pytest.mark.req("SR2")
def test_the_board_brings_the_person_to_level_before_six_hundred_seconds_whatever_the_pi_says() -> None:
    bench = Bench()
    bench.at(85.0)
    inverted_s = 0.0
    for _ in range(40):
        bench.press("ok")
        bench.run(20.0, HOLD)
        inverted_s = max(inverted_s, bench.now.inverted_s)
        if bench.now.angle_deg < 0.0:
            break
    assert bench.now.angle_deg < 0.0
    assert 480.0 < inverted_s < 600.0
    assert bench.says(BoardReason.TIME_UP) or bench.upright()


@pytest.mark.req("SR2")
def test_a_pi_that_crawls_up_does_not_use_up_the_time() -> None:
    bench = Bench()
    bench.at(60.0)
    crawl = Order(request=int(Request.RETURN_UP), rate_dps=-0.1)
    for _ in range(36):
        bench.press("ok")
        bench.run(16.0, crawl)
    bench.run(100.0, crawl)
    assert bench.now.inverted_s < 600.0
    assert bench.now.angle_deg < 0.0


@pytest.mark.req("SR2")
def test_used_time_survives_a_reset_and_is_cleared_upright_with_the_locks_seen_open() -> None:
    bench = Bench()
    bench.at(10.0)
    bench.run(30.0)
    left_s = bench._sense.budget_left_s
    bench.world.reset_board()
    bench.run(1.0)
    assert left_s - 11.5 < bench._sense.budget_left_s < left_s - 3.0
    bench.press("return")
    bench.until(lambda _now: bench.upright(), UP, within_s=90.0)
    bench.run(40.0)
    assert bench._sense.budget_left_s < 590.0
    bench.world.close_ankles(closed=False)
    bench.run(2.0)
    assert bench._sense.budget_left_s == pytest.approx(600.0)


@pytest.mark.req("SR7")
def test_a_silent_pi_is_a_controlled_stop_then_after_two_seconds_a_warned_return() -> None:
    bench = Bench()
    bench.at(40.0)
    bench.run(2.0, DOWN)
    at_rest_s = bench.until(lambda now: abs(now.rate_dps) < 0.1, None, within_s=2.0)
    assert 0.3 < at_rest_s <= 0.1 + 0.8
    bench.run(0.3, None)
    assert bench.mode() in (BoardMode.BRAKED, BoardMode.FOLLOW), "not latched"
    assert bench.says(BoardReason.PI_SILENT)
    assert bench.now.buzzer == 1
    away_s = at_rest_s + 0.3 + bench.until(lambda now: now.rate_dps < -0.1, None, within_s=5.0)
    assert 2.0 < away_s < 2.8


@pytest.mark.req("SR7")
def test_the_pi_coming_back_takes_over_only_at_rest() -> None:
    bench = Bench()
    bench.at(60.0)
    bench.run(6.0, None)
    assert bench.mode() is BoardMode.ASCENT
    bench.run(3.0, UP)
    assert bench.mode() is BoardMode.ASCENT, "in motion"
    bench.until(lambda now: abs(now.angle_deg - 30.0) < 0.4 and not bench.moves, UP, within_s=40.0)
    bench.run(1.0, UP)
    assert bench.mode() is BoardMode.FOLLOW


@pytest.mark.req("SR13")
def test_a_board_reset_away_from_upright_rest_allows_no_descent_until_upright() -> None:
    bench = Bench()
    bench.at(40.0)
    bench.run(2.0, DOWN)
    bench.world.reset_board(8)
    bench.run(1.0, DOWN)
    angle_deg = bench.now.angle_deg
    assert not bench.moves
    assert bench.says(BoardReason.RESET)
    bench.press("start")
    bench.run(3.0, DOWN)
    assert bench.now.angle_deg == pytest.approx(angle_deg, abs=0.1)
    rest = come_up(bench, UP)
    assert rest.passed_with_s is not None
    assert rest.passed_with_s > 11.5
    assert bench.now.angle_deg == pytest.approx(-3.0, abs=0.6), "whatever the Pi says, nobody asked for this return"
    bench.press("ok")
    bench.run(60.0, UP)
    assert bench.upright()


@pytest.mark.req("SR10")
def test_lost_mains_is_a_return_on_the_battery() -> None:
    bench = Bench()
    bench.at(20.0)
    bench.run(2.0, DOWN)
    bench.world.set_mains(False)
    bench.run(1.0, DOWN)
    assert bench.says(BoardReason.MAINS_LOST)
    assert not bench.moves
    bench.run(45.0, DOWN)
    assert bench.now.angle_deg < -2.0


@pytest.mark.req("SR6")
def test_an_opened_ankle_lock_stops_a_descent_within_a_control_period_and_returns_at_half_rate() -> None:
    bench = Bench()
    bench.at(15.0)
    bench.run(2.0, DOWN)
    bench.world.set_ankle("left", closed=False)
    assert bench.until(lambda now: abs(now.rate_dps) < 0.1, DOWN, within_s=2.0) <= 0.8
    bench.peak_rate_dps = 0.0
    bench.run(1.0, DOWN)
    bench.world.set_ankle("left", closed=True)
    bench.until(lambda now: now.angle_deg < -2.5, DOWN, within_s=60.0)
    assert bench.peak_rate_dps < 0.85


@pytest.mark.req("TP9", "SR14")
@pytest.mark.parametrize(
    "order", [HOLD, DOWN, Order(request=int(Request.FOLLOW)), Order(request=int(Request.DIZZY_BACK), rate_dps=1.5), None]
)
def test_return_works_from_the_boards_own_button_whatever_the_pi_asks(order: Order | None) -> None:
    bench = Bench()
    bench.at(20.0)
    bench.run(11.0)
    bench.run(0.5, order)
    bench.press("return")
    bench.until(lambda now: now.rate_dps < -1.0, order, within_s=16.0)
    bench.until(lambda _now: bench.upright(), order, within_s=100.0)


@pytest.mark.req("TP10")
def test_dizzy_goes_back_down_to_thirty_degrees_and_no_further_and_only_past_the_gate() -> None:
    back = Order(request=int(Request.DIZZY_BACK), rate_dps=1.5)
    bench = Bench()
    bench.at(34.0)
    bench.run(1.0, back)
    assert bench.now.angle_deg < 34.5, "not in a descent"
    bench.until(lambda now: now.angle_deg < 20.0, UP, within_s=60.0)
    rest = Rest()
    bench.run(12.0, back, watch=rest)
    assert bench.now.angle_deg == pytest.approx(30.0, abs=0.5)
    bench.run(40.0, UP, watch=rest)
    assert rest.passed_with_s is not None
    assert rest.passed_with_s >= 11.5


@pytest.mark.req("TP10", "SR6")
def test_dizzy_goes_nowhere_with_an_open_lock() -> None:
    back = Order(request=int(Request.DIZZY_BACK), rate_dps=1.5)
    bench = Bench()
    bench.at(32.0)
    bench.until(lambda now: now.angle_deg < 20.0, UP, within_s=60.0)
    bench.world.set_ankle("left", closed=False)
    bench.run(1.5, back)
    waits_deg = bench.now.angle_deg
    bench.run(20.0, back)
    assert bench.max_angle_deg < 35.0
    assert bench.now.angle_deg == pytest.approx(waits_deg, abs=0.3), "stops and waits"
    bench.press("return")
    bench.run(20.0, back)
    assert bench.now.angle_deg < waits_deg - 3.0


@pytest.mark.req("SR14")
def test_a_return_that_makes_no_progress_for_ten_seconds_calls_for_help() -> None:
    bench = Bench()
    bench.at(20.0)
    bench.run(11.0)
    bench.world.release_lever(pulled=True)
    bench.world.set_person(hand_nm=0.0)
    bench.world.stuck("release", 2)
    bench.run(0.5)
    bench.world.release_lever(pulled=False)
    bench.press("return")
    bench.run(9.0)
    early = bench.shows(StatusFlag.LADDER)
    bench.run(6.0)
    assert not early
    assert bench.shows(StatusFlag.LADDER)
    assert bench.says(BoardReason.NO_PROGRESS)


@pytest.mark.req("SR3", "PU6")
def test_pressing_return_again_on_the_way_up_neither_stops_nor_restarts_anything() -> None:
    bench = Bench()
    bench.at(15.0)
    bench.run(11.0)
    bench.press("return")
    bench.run(3.0)
    for _ in range(5):
        bench.press("return")
        bench.run(1.0)
        assert bench.now.rate_dps < -1.0


@pytest.mark.req("SR7", "TP10")
def test_a_hold_ends_an_ascent_the_pi_asked_for_but_not_one_the_board_began() -> None:
    bench = Bench()
    bench.at(60.0)
    bench.run(3.0, ASCEND)
    assert bench.mode() is BoardMode.ASCENT
    bench.run(1.0, HOLD)
    assert not bench.moves
    assert bench.mode() is BoardMode.BRAKED
    bench.run(6.0, None)
    bench.run(2.0, HOLD)
    assert bench.now.rate_dps < -1.0
    assert bench.mode() is BoardMode.ASCENT
