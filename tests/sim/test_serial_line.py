"""The simulated line carries bytes at 250 kBd, no faster, and the real link speaks to the real board over it."""

from __future__ import annotations

import pytest

from controller.core.model import Command
from controller.core.wire import Request
from hardware.drive import frame, protocol
from hardware.drive.link import Link
from hardware.drive.port import LinkError
from sim.serial_line import SimSerialPort
from sim.world import World


@pytest.mark.req("SE2")
def test_25_bytes_pass_in_a_millisecond_and_not_26() -> None:
    world = World(1)
    port = SimSerialPort(world)
    port.write(bytes(range(1, 101)))
    counts = []
    for _ in range(6):
        world.run_ms(1)
        counts.append(world.instruments().rx_bytes)
    assert counts == [25, 50, 75, 100, 100, 100]


@pytest.mark.req("SE2")
def test_the_board_is_heard_over_the_real_link_every_twenty_milliseconds() -> None:
    world = World(1)
    link = Link(SimSerialPort(world), lambda: world.now_ms * 1e-3)
    ages = []
    for _ in range(200):
        world.run_ms(20)
        ages.append(link.poll().age_s)
    assert max(ages[5:]) <= 0.04
    report = link.poll()
    assert report.identified
    assert report.angle_deg == pytest.approx(-75.0, abs=0.3)


@pytest.mark.req("SE2")
def test_a_command_over_the_real_link_is_echoed_by_the_board() -> None:
    world = World(1)
    link = Link(SimSerialPort(world), lambda: world.now_ms * 1e-3)
    for _ in range(50):
        report = link.poll()
        link.send(Command(request=Request.HOLD, challenge=report.challenge))
        world.run_ms(20)
    assert link.poll().round_trip_s <= 0.04
    assert world.instruments().rx_frames == 50
    assert world.instruments().schema == protocol.SCHEMA_HASH & 0xFFFF


@pytest.mark.req("SE2")
def test_a_pulled_plug_is_an_error_with_words() -> None:
    port = SimSerialPort(World(1))
    port.unplugged = True
    with pytest.raises(LinkError, match="unplugged"):
        port.read()
    with pytest.raises(LinkError, match="unplugged"):
        port.write(frame.encode(bytes(16)))


@pytest.mark.req("SE2")
def test_a_new_process_has_not_heard_what_came_before_it() -> None:
    world = World(1)
    SimSerialPort(world)
    world.run_ms(200)
    assert SimSerialPort(world).read() == b""
