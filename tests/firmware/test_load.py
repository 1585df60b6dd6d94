"""What the motor's current tells: an obstacle in the descent, a brake that drags; and what it must not be taken for (SR9)."""

from __future__ import annotations

import pytest

from sim.table import EVERYBODY, HEAVIEST, NOBODY, Person
from tests.firmware.bench import DOWN, HOLD, UP, Bench, BoardMode, BoardReason, Order, Request

LIGHT = Person(mass_kg=45.0, height_m=1.5)
HEAD_HEAVY = Person(mass_kg=132.0, height_m=1.85, balance_m=0.08, lift_m=0.10)
FOOT_HEAVY = Person(mass_kg=132.0, height_m=1.85, balance_m=-0.08, lift_m=0.10)
PEOPLE = (EVERYBODY, HEAVIEST, NOBODY, LIGHT, HEAD_HEAVY, FOOT_HEAVY)
FASTEST = Order(request=int(Request.FOLLOW), rate_dps=3.0)


@pytest.mark.req("SR9")
@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: f"{person.mass_kg:.0f}kg{person.balance_m:+.2f}")
@pytest.mark.parametrize("rate_dps", [0.75, 1.5, 2.9])
def test_an_obstacle_in_the_descent_ends_it_before_four_degrees_and_brings_up(person: Person, rate_dps: float) -> None:
    bench = Bench(person=person)
    bench.start()
    bench.until(lambda now: now.angle_deg > 5.0, FASTEST, within_s=60.0)
    order = Order(request=int(Request.FOLLOW), rate_dps=rate_dps)
    bench.run(2.0, order)
    bench.world.inject("obstacle", ahead_deg=0.5)
    contact_deg = bench.now.angle_deg + 0.5
    bench.until(lambda _now: bench.says(BoardReason.LOAD), order, within_s=6.0)
    bench.until(lambda now: abs(now.rate_dps) < 0.1, order, within_s=1.5)
    assert bench.max_angle_deg < contact_deg + 4.0
    if bench.mode() is BoardMode.FAULT:  # at the absolute rate the stop itself runs into it so hard that power goes off first
        assert rate_dps > 2.0
        bench.press("return")
    assert bench.mode() is BoardMode.ASCENT
    bench.until(lambda now: now.angle_deg < 0.0, HOLD, within_s=60.0)


@pytest.mark.req("SR9")
@pytest.mark.parametrize("order", [DOWN, UP], ids=["descent", "ascent"])
def test_a_brake_that_drags_is_power_off_within_three_tenths_of_a_second(order: Order) -> None:
    bench = Bench()
    bench.at(45.0)
    bench.run(3.0, order)
    bench.world.inject("brake_drags")
    within_s = bench.until(lambda _now: bench.mode() is BoardMode.FAULT, order, within_s=1.0)
    assert within_s <= 0.3


@pytest.mark.req("SR9", "SR4")
@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: f"{person.mass_kg:.0f}kg{person.balance_m:+.2f}")
def test_arms_thrown_up_weight_shifted_starts_and_stops_are_no_obstacle(person: Person) -> None:
    bench = Bench(person=person)
    bench.start()
    for second in range(10):
        bench.run(3.0, FASTEST if second % 2 else DOWN)
        bench.world.set_person(arms_overhead=float(second % 2))
        bench.run(1.0, HOLD if second % 3 == 0 else FASTEST)
    bench.world.inject("weight_shift")
    bench.run(6.0, DOWN)
    assert not bench.says(BoardReason.LOAD | BoardReason.STALL)
    assert bench.now.angle_deg > 0.0
