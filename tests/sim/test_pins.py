"""The simulated pins against real gpiozero devices: levels from the world's contacts, outputs written down, no threads."""

from __future__ import annotations

import threading

import pytest
from gpiozero import DigitalOutputDevice, GPIODeviceClosed, InputDevice
from gpiozero.exc import GPIOPinInUse, PinFixedPull, PinSetInput

from hardware import pins
from hardware.ankle_locks import AnkleLockSwitches
from hardware.handset import Handset
from sim.pins import CONTACT_OF, SimPins
from sim.world import World


@pytest.mark.req("SE2")
def test_every_input_of_the_pin_table_has_its_contact_in_the_world() -> None:
    assert set(CONTACT_OF) == {pin.bcm for pin in (*pins.BUTTONS, *pins.CONTACTS)}


@pytest.mark.req("SE2")
@pytest.mark.parametrize(
    ("pin", "contact"),
    [
        (pins.START, "start"),
        (pins.RETURN, "return"),
        (pins.DIZZY, "dizzy"),
        (pins.OK, "ok"),
        (pins.SELECT_MINUS, "select_minus"),
        (pins.SELECT_PLUS, "select_plus"),
        (pins.SPOTTER, "spotter"),
        (pins.ANKLE_LEFT, "ankle_left_primary"),
        (pins.ANKLE_RIGHT, "ankle_right_primary"),
        (pins.ESTOP_AUX, "estop_aux"),
    ],
)
def test_a_closed_contact_pulls_its_own_pin_low_and_no_other(pin: pins.Pin, contact: str) -> None:
    world = World(1)
    factory = SimPins(world)
    devices = {each: InputDevice(each.bcm, pull_up=True, pin_factory=factory) for each in (*pins.BUTTONS, *pins.CONTACTS)}
    world.contact(contact, closed=False)
    world.run_ms(20)
    before = {each: device.value for each, device in devices.items()}
    world.contact(contact, closed=True)
    world.run_ms(20)
    after = {each: device.value for each, device in devices.items()}
    assert before[pin] == 0
    assert after[pin] == 1
    assert {each for each in devices if before[each] != after[each]} == {pin}


@pytest.mark.req("SE2")
def test_the_products_handset_and_locks_see_what_hands_do() -> None:
    world = World(1)
    factory = SimPins(world)
    handset, locks = Handset(factory), AnkleLockSwitches(factory)
    assert not handset.read(0.0).return_
    assert not locks.read().all_closed
    world.press("return")
    world.close_ankles()
    world.run_ms(20)
    assert handset.read(0.02).return_
    assert locks.read().all_closed


@pytest.mark.req("SE2")
def test_outputs_are_written_down_in_virtual_time_and_fall_off_when_let_go() -> None:
    world = World(1)
    factory = SimPins(world)
    lamp = DigitalOutputDevice(pins.LAMP_READY.bcm, initial_value=False, pin_factory=factory)
    assert factory.log == []
    world.run_ms(1500)
    lamp.on()
    world.run_ms(500)
    lamp.close()
    assert factory.log == [(1.5, pins.LAMP_READY.bcm, True), (2.0, pins.LAMP_READY.bcm, False)]
    assert not factory.level(pins.LAMP_READY.bcm)


@pytest.mark.req("SE2")
def test_misuse_is_refused_as_on_the_real_pins() -> None:
    factory = SimPins(World(1))
    first = InputDevice(5, pull_up=True, pin_factory=factory)
    with pytest.raises(GPIOPinInUse):
        InputDevice(5, pull_up=True, pin_factory=factory)
    with pytest.raises(PinFixedPull):
        InputDevice(2, pull_up=False, pin_factory=factory)
    with pytest.raises(PinSetInput):
        first.pin.state = True
    first.close()
    with pytest.raises(GPIODeviceClosed):
        _ = first.value


@pytest.mark.req("SE3")
def test_a_whole_panel_starts_no_thread() -> None:
    before = threading.active_count()
    Handset(SimPins(World(1)))
    assert threading.active_count() == before
