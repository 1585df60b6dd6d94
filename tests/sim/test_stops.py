"""The emergency stop through mushroom, wires, the real board code, contactor and brake: inside one degree and 300 ms for everybody."""

from __future__ import annotations

import pytest

from controller.core.wire import BoardMode
from sim.table import HEAVIEST, NOBODY, Person
from sim.world import World
from tests.sim.hand import descending


@pytest.mark.req("SR1", "SE1")
@pytest.mark.parametrize("angle_deg", [-20.0, 60.0])
@pytest.mark.parametrize("person", [NOBODY, Person(mass_kg=50.0), Person(mass_kg=100.0), HEAVIEST])
def test_the_mushroom_stops_anybody_at_the_absolute_rate(person: Person, angle_deg: float) -> None:
    world = descending_at_three(person, angle_deg)
    before = world.truth()
    assert before.rate_dps > 2.5
    world.estop()
    world.run_ms(1)
    assert world.truth().duty == 0  # that very tick
    took_ms = 1
    while world.truth().rate_dps != 0.0:
        world.run_ms(1)
        took_ms += 1
        assert took_ms <= 300
    after = world.truth()
    assert after.angle_deg - before.angle_deg <= 1.0
    assert after.brake_on
    assert not after.contactor_closed
    world.run_ms(2000)
    settled = world.truth()
    assert settled.board_mode == BoardMode.STOPPED
    assert settled.angle_deg == after.angle_deg


def descending_at_three(person: Person, angle_deg: float) -> World:
    hand = descending(1, person, angle_deg=-70.0)
    hand.descend_to(angle_deg, rate_dps=3.0)
    return hand.world


@pytest.mark.req("SR1")
def test_with_the_board_hung_the_mushroom_still_cuts_motor_and_brake_coil_by_its_own_wires() -> None:
    world = descending_at_three(HEAVIEST, 20.0)
    world.hang_board(watchdog_works=False)
    world.run_ms(5)
    world.estop()
    world.run_ms(300)
    truth = world.truth()
    assert truth.duty != 0  # the board's pins still say drive
    assert not truth.contactor_closed
    assert not truth.motor_powered
    assert truth.brake_on
    assert truth.rate_dps == 0.0


@pytest.mark.req("SR13")
@pytest.mark.parametrize("fault", ["board_reset", "board_brownout", "board_hang"])
def test_a_board_that_dies_in_motion_lets_go_of_motor_and_brake_at_once(fault: str) -> None:
    world = descending_at_three(HEAVIEST, 20.0)
    before = world.truth()
    world.inject(fault)
    world.run_ms(20)  # the watchdog's 16 ms at most
    assert world.truth().duty == 0
    world.run_ms(200)
    after = world.truth()
    assert after.brake_on
    assert after.rate_dps == 0.0
    assert after.angle_deg - before.angle_deg <= 1.0
