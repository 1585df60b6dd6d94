"""How close the board's own reckoning comes to its limits: time (SR2), what a reset costs, what survives it (SR1), no progress (SR14)."""

from __future__ import annotations

import pytest

from sim.table import EVERYBODY, HEAVIEST, NOBODY, Person
from tests.firmware.bench import HALF, HOLD, SESSION, UP, Bench, BoardMode, BoardReason, CommandFlag, Order, Request, StatusFlag

WARN = int(CommandFlag.WARN)
HALF_RETURN = Order(request=int(Request.RETURN_UP), flags=SESSION | HALF)
SAYS_IT_WILL = Order(flags=SESSION | WARN)


def inverted_s(bench: Bench, angle_deg: float, order: Order | None) -> float:
    """True seconds with the head down: to `angle_deg` at the normal rate, degraded to half rate there, then that order until level."""
    bench.start()
    bench.until(lambda now: now.angle_deg > angle_deg - 0.5, Order(request=int(Request.FOLLOW), rate_dps=1.5), within_s=130.0)
    bench.run(0.1, HALF_RETURN)
    bench.order = order
    for tick in range(31_000):
        bench.world.press("ok", pressed=tick % 2000 < 5)
        if bench.tick().angle_deg < -0.5:
            break
    assert bench.peak_rate_dps < 2.0
    return bench.now.inverted_s


@pytest.mark.req("SR2")
@pytest.mark.parametrize("order", [HOLD, SAYS_IT_WILL, HALF_RETURN], ids=["holds", "promises", "crawls"])
@pytest.mark.parametrize("person", [EVERYBODY, HEAVIEST, NOBODY], ids=["everybody", "heaviest", "nobody"])
def test_the_boards_own_return_at_half_rate_from_ninety_degrees_ends_just_in_time(person: Person, order: Order) -> None:
    assert 595.0 < inverted_s(Bench(person=person), 90.0, order) <= 599.3


@pytest.mark.req("SR2", "SR8")
@pytest.mark.parametrize("angle_deg", [12.0, 33.0, 50.0, 90.0])
def test_half_a_degree_of_sensor_error_still_ends_in_time(angle_deg: float) -> None:
    bench = Bench(person=HEAVIEST)
    bench.world.set_fault("pot_bias_deg", -0.5)
    assert 590.0 < inverted_s(bench, angle_deg, SAYS_IT_WILL) <= 600.0


@pytest.mark.req("SR2")
def test_a_descent_at_the_absolute_rate_into_the_last_moment_still_ends_in_time() -> None:
    bench = Bench(person=HEAVIEST)
    bench.start()
    fast, slow = Order(request=int(Request.FOLLOW), rate_dps=3.0), Order(request=int(Request.FOLLOW), rate_dps=-3.0)
    down = True
    for tick in range(40_000):  # up and down between 35 and 88 degrees, pressing OK all the time, until the board has had enough
        bench.world.press("ok", pressed=tick % 2000 < 5)
        down = bench.now.angle_deg < 35.0 or (down and bench.now.angle_deg < 88.0)
        bench.order = fast if down else slow
        if bench.tick().angle_deg < -0.5 and bench.says(BoardReason.TIME_UP):
            break
    assert 480.0 < bench.now.inverted_s <= 600.0


@pytest.mark.req("SR2", "SR13")
def test_a_reset_costs_five_seconds_once() -> None:
    bench = Bench()
    bench.at(10.0)
    bench.run(30.0)
    left_s = bench._sense.budget_left_s
    bench.world.reset_board()
    bench.run(0.5)
    assert left_s - 5.6 < bench._sense.budget_left_s <= left_s, "saved every 5 s, charged 5 s: never given back, never twice"


@pytest.mark.req("SR2", "SR13")
def test_a_reset_off_upright_rest_costs_five_seconds_even_before_any_inverted_time() -> None:
    bench = Bench()
    bench.at(-20.0)
    bench.world.reset_board()
    bench.run(0.5)
    assert bench._sense.budget_left_s == pytest.approx(595.0, abs=0.05)


@pytest.mark.req("SR1")
def test_a_welded_channel_stays_known_through_a_reset_of_the_board() -> None:
    bench = Bench()
    bench.at(20.0)
    bench.world.stuck("estop_b", 2)
    bench.world.estop()
    bench.run(0.5)
    bench.world.estop(pressed=False)
    bench.run(0.5)
    bench.world.reset_board()
    bench.run(1.0)
    bench.world.press("return")
    bench.run(2.0)
    assert bench.mode() is BoardMode.STOPPED
    assert bench.says(BoardReason.ESTOP_DISAGREE)
    bench.world.press("return", pressed=False)
    bench.world.stuck("estop_b", 0)
    bench.world.estop()
    bench.run(0.3)
    bench.world.estop(pressed=False)
    bench.run(0.3)
    bench.world.press("return")
    bench.run(2.0)
    assert bench.mode() is BoardMode.RESCUE


@pytest.mark.req("SR14")
def test_a_table_that_sinks_while_it_should_rise_calls_for_help_after_ten_seconds() -> None:
    bench = Bench()
    bench.at(20.0)
    bench.run(12.0, HOLD)
    bench.world.release_lever(pulled=True)
    called_s = bench.until(lambda _now: bench.shows(StatusFlag.LADDER), UP, within_s=20.0)
    assert 9.0 < called_s < 12.0


@pytest.mark.req("SR6")
def test_nobody_is_lowered_until_both_locks_have_been_closed_for_a_second() -> None:
    bench = Bench()
    bench.at(20.0)
    bench.world.set_ankle("left", closed=False, primary=False)
    bench.world.run_ms(3)
    bench.world.set_ankle("left", closed=True, primary=False)
    where_deg = bench.now.angle_deg
    bench.run(0.9, Order(request=int(Request.FOLLOW), rate_dps=1.5))
    assert bench.now.angle_deg == pytest.approx(where_deg, abs=0.1)
