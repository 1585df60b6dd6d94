"""What the motor's current tells: an obstacle, a brake that drags, a person who is gone; and what it must not be taken for (SR9)."""

from __future__ import annotations

import pytest

from sim.table import EVERYBODY, HEAVIEST, NOBODY, Person
from tests.firmware.bench import DOWN, HOLD, UP, Bench, BoardMode, BoardReason, Order, Request

LIGHT = Person(mass_kg=45.0, height_m=1.5)
LONG_AND_FLAT = Person(mass_kg=70.0, height_m=1.95, lift_m=0.05)
HEAD_HEAVY = Person(mass_kg=132.0, height_m=1.85, balance_m=0.08, lift_m=0.10)
FOOT_HEAVY = Person(mass_kg=132.0, height_m=1.85, balance_m=-0.08, lift_m=0.10)
PERSONS = (EVERYBODY, HEAVIEST, LIGHT, LONG_AND_FLAT, HEAD_HEAVY, FOOT_HEAVY)
PEOPLE = (*PERSONS, NOBODY)
FASTEST = Order(request=int(Request.FOLLOW), rate_dps=3.0)
FELT = BoardReason.OBSTACLE | BoardReason.LOAD_DROP | BoardReason.STALL


def named(person: Person) -> str:
    return f"{person.mass_kg:.0f}kg{person.balance_m:+.2f}{person.lift_m:+.2f}"


def allowed_s(person: Person) -> float:
    """150 ms and the tick that tells; 40 ms more where 100 Nm of a badly balanced person push the table on."""
    return 0.22 if person.mass_kg * abs(person.balance_m) > 10.0 else 0.18


def ascending(person: Person, angle_deg: float) -> Bench:
    """On the way up, eight degrees of it behind."""
    bench = Bench(person=person)
    bench.at(min(angle_deg + 8.0, 88.0))
    bench.until(lambda now: now.angle_deg < angle_deg, UP, within_s=20.0)
    return bench


def descending(person: Person, angle_deg: float, rate_dps: float = 1.5) -> tuple[Bench, Order]:
    """On the way down at this rate, half a degree after it began to be this rate."""
    bench = Bench(person=person)
    bench.start()
    bench.until(lambda now: now.angle_deg > angle_deg - 3.0, FASTEST, within_s=60.0)
    order = Order(request=int(Request.FOLLOW), rate_dps=rate_dps)
    bench.until(lambda now: now.angle_deg > angle_deg, order, within_s=10.0)
    return bench, order


@pytest.mark.req("SR9")
@pytest.mark.parametrize("person", PEOPLE, ids=named)
@pytest.mark.parametrize("angle_deg", [-60.0, 0.0, 60.0])
def test_a_chest_in_the_way_of_a_descent_stops_it_within_150_ms_and_is_given_two_degrees(person: Person, angle_deg: float) -> None:
    bench, order = descending(person, angle_deg)
    bench.world.inject("obstacle", ahead_deg=0.0)
    contact_deg = bench.now.angle_deg
    assert bench.until(lambda _now: bench.says(BoardReason.OBSTACLE), order, within_s=1.0) <= allowed_s(person)
    bench.until(lambda now: now.rate_dps < -0.3, order, within_s=1.5)  # at once upwards, whatever the Pi says
    assert bench.max_angle_deg < contact_deg + 1.0
    bench.until(lambda now: abs(now.rate_dps) < 0.1, order, within_s=8.0)
    assert contact_deg - 2.5 < bench.now.angle_deg < contact_deg - 1.3
    stood_deg = bench.now.angle_deg
    bench.run(15.0, order)
    assert abs(bench.now.angle_deg - stood_deg) < 0.1  # asks


@pytest.mark.req("SR9")
@pytest.mark.parametrize("nm_per_rad", [8000.0, 20_000.0], ids=["belly", "chest"])
@pytest.mark.parametrize("rate_dps", [0.75, 1.5, 2.9])
def test_what_is_in_the_way_is_never_pressed_hard(nm_per_rad: float, rate_dps: float) -> None:
    """270 Nm are 300 N at the head end, 0.9 m from the pivot: what a chest bears for a moment, twice what it bears for long."""
    bench, order = descending(EVERYBODY, 5.0, rate_dps)
    bench.world.inject("obstacle", ahead_deg=0.0, nm_per_rad=nm_per_rad)
    contact_deg = bench.now.angle_deg
    bench.until(lambda _now: bench.says(BoardReason.OBSTACLE), order, within_s=1.5)
    bench.run(1.5, order)
    if rate_dps <= 1.5:
        assert (bench.max_angle_deg - contact_deg) / 57.3 * nm_per_rad < 270.0


@pytest.mark.req("SR9", "SR15")
def test_after_an_obstacle_the_board_asks_for_twenty_seconds_warns_and_brings_up() -> None:
    bench, order = descending(EVERYBODY, 10.0)
    bench.world.inject("obstacle", ahead_deg=0.0)
    bench.until(lambda _now: bench.says(BoardReason.OBSTACLE), order, within_s=1.0)
    bench.run(18.0, order)
    assert not bench.moves
    waited_s = bench.until(lambda _now: bench.shows_warning(), order, within_s=5.0)
    assert 1.0 < waited_s < 3.0
    bench.until(lambda now: now.angle_deg < 0.0, order, within_s=30.0)
    bench.run(20.0, order)
    assert bench.now.angle_deg == pytest.approx(-3.0, abs=0.5)  # nobody has answered: level
    assert bench.mode() is BoardMode.ASCENT


@pytest.mark.req("SR9")
@pytest.mark.parametrize("button", ["ok", "return"])
def test_an_answer_ends_the_wait(button: str) -> None:
    bench, order = descending(EVERYBODY, 50.0)
    bench.world.inject("obstacle", ahead_deg=0.0)
    bench.run(4.0, order)
    bench.world.clear("obstacle")
    stood_deg = bench.now.angle_deg
    bench.press(button)
    bench.until(lambda now: now.angle_deg < stood_deg - 1.0, order, within_s=6.0)


@pytest.mark.req("SR9", "SR3")
@pytest.mark.parametrize("angle_deg", [31.0, 30.3])
def test_backing_off_never_passes_the_gate_upwards(angle_deg: float) -> None:
    bench, order = descending(EVERYBODY, angle_deg)
    bench.world.inject("obstacle", ahead_deg=0.0)
    bench.run(4.0, order)
    assert bench.now.angle_deg > 29.5


@pytest.mark.req("SR9")
@pytest.mark.parametrize("person", PERSONS, ids=named)
@pytest.mark.parametrize("angle_deg", [70.0, 0.0])
def test_something_in_the_way_of_an_ascent_stops_it_and_calls_for_help(person: Person, angle_deg: float) -> None:
    bench = ascending(person, angle_deg)
    if angle_deg < 30.0:
        bench.until(lambda now: now.angle_deg < angle_deg, UP, within_s=30.0)
    bench.world.inject("obstacle", way=-1.0, ahead_deg=0.0)
    contact_deg = bench.now.angle_deg
    assert bench.until(lambda _now: bench.says(BoardReason.OBSTACLE), UP, within_s=1.0) <= allowed_s(person)
    bench.run(1.5, UP)
    assert not bench.moves
    assert bench.now.angle_deg > contact_deg - 1.0
    bench.run(12.0, UP)
    assert not bench.moves
    assert bench.now.buzzer == 3


@pytest.mark.req("SR9")
def test_what_stands_in_the_way_of_the_ascent_for_good_ends_with_the_power_off_and_help() -> None:
    bench = ascending(EVERYBODY, 60.0)
    bench.world.inject("obstacle", way=-1.0, ahead_deg=0.0)
    contact_deg = bench.now.angle_deg
    bench.run(80.0, UP)
    assert bench.now.angle_deg > contact_deg - 2.5
    assert bench.now.buzzer == 3
    assert bench.mode() is BoardMode.FAULT
    bench.world.clear("obstacle")
    bench.press("return")
    bench.until(lambda now: now.angle_deg < 31.0, UP, within_s=80.0)


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
@pytest.mark.parametrize("person", PEOPLE, ids=named)
def test_arms_thrown_up_starts_and_stops_are_no_obstacle_and_nobody_gone(person: Person) -> None:
    bench = Bench(person=person)
    bench.start()
    for second in range(10):
        bench.run(3.0, FASTEST if second % 2 else DOWN)
        bench.world.set_person(arms_overhead=float(second % 2))
        bench.run(1.0, HOLD if second % 3 == 0 else FASTEST)
    bench.until(lambda now: now.angle_deg > 86.0, FASTEST, within_s=60.0)
    for second in range(5):
        bench.run(3.0, UP)
        bench.world.set_person(arms_overhead=float(second % 2))
        bench.run(1.0, HOLD if second % 3 == 0 else UP)
    assert not bench.says(FELT)
    assert bench.now.angle_deg < 70.0


@pytest.mark.req("SR9")
@pytest.mark.parametrize("change_s", [0.0, 0.1, 0.3])
@pytest.mark.parametrize("person", PERSONS, ids=named)
@pytest.mark.parametrize(("angle_deg", "order"), [(-71.0, DOWN), (-62.0, DOWN), (80.0, UP), (55.0, UP)], ids=["71", "62", "up 80", "up 55"])
def test_a_person_gone_is_felt_within_300_ms_where_the_motor_lifts_them(
    person: Person, angle_deg: float, order: Order, change_s: float
) -> None:
    """Time from half the weight being gone; nothing moves afterwards until somebody answers or 20 s are over."""
    bench = ascending(person, angle_deg) if order is UP else descending(person, angle_deg)[0]
    half_gone_s = 0.7 * change_s
    bench.world.inject("person_gets_off", change_s=change_s)
    assert bench.until(lambda _now: bench.says(BoardReason.LOAD_DROP), order, within_s=1.0) <= 0.3 + half_gone_s
    bench.run(1.5, order)
    stood_deg = bench.now.angle_deg
    bench.run(16.0, order)
    assert abs(bench.now.angle_deg - stood_deg) < 0.1
    if angle_deg < 0.0:  # above level already: SR15's wait
        bench.press("ok")
    bench.until(lambda _now: bench.moves, order, within_s=15.0)


@pytest.mark.req("SR6", "SR9")
def test_an_ankle_lock_that_opens_does_not_wait_for_an_answer() -> None:
    bench = ascending(EVERYBODY, 70.0)
    bench.world.inject("person_gets_off")
    bench.until(lambda _now: bench.says(BoardReason.LOAD_DROP), UP, within_s=1.0)
    bench.run(2.0, UP)
    bench.world.set_ankle("left", closed=False)
    bench.until(lambda now: now.rate_dps < -0.3, UP, within_s=4.0)
