"""The simulated line carries bytes at 250 kBd, no faster, and the real link speaks to the real board over it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from controller.core.model import BoardReport, Command
from controller.core.wire import BoardReason, Request
from hardware.drive import frame, protocol
from hardware.drive.link import Link
from hardware.drive.port import LinkError
from sim.serial_line import SimSerialPort
from sim.world import Instruments, World


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


# ------------------------------------------------------------------ sick senders, through the real link


def heard_from(fault: str | None) -> tuple[list[Instruments], BoardReport]:
    """One second of commands over the real link, as they arrive at the board's pin."""
    world = World(1)
    link = Link(SimSerialPort(world), lambda: world.now_ms * 1e-3)
    arrived = []
    for number in range(75):
        if number == 25 and fault is not None:
            world.inject(fault)
        report = link.poll()
        link.send(Command(request=Request.FOLLOW, rate_dps=1.0, challenge=report.challenge))
        world.run_ms(20)
        if number >= 26:
            arrived.append(world.instruments())
    return arrived, link.poll()


@pytest.mark.req("SE2", "SE6")
@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        ("frozen_sender", lambda a, h: len({each.seq for each in a}) == 1 and a[-1].rx_frames == h[-1].rx_frames),
        ("control_thread_dead", lambda a, _: len({each.reply for each in a}) == 1 and len({each.seq for each in a}) == len(a)),
        ("wrong_protocol_version", lambda a, h: a[-1].schema != h[-1].schema and a[-1].rx_frames == h[-1].rx_frames),
        ("out_of_range_command", lambda a, h: a[-1].rate_cdps == 32000 and h[-1].rate_cdps == 100),
        ("frame_duplicated", lambda a, h: a[-1].rx_frames - a[0].rx_frames == 2 * (h[-1].rx_frames - h[0].rx_frames)),
        ("time_exceeded", lambda a, h: a[-1].rate_cdps == 0 and a[-1].rx_frames == h[-1].rx_frames),
        ("frame_corrupted", lambda a, h: a[-1].rx_frames < h[-1].rx_frames and a[-1].rx_bytes == h[-1].rx_bytes),
        ("cable_out", lambda a, _: a[-1].rx_frames == a[0].rx_frames),
    ],
)
def test_the_real_links_good_frames_are_spoilt_as_the_row_says(
    fault: str, seen: Callable[[list[Instruments], list[Instruments]], bool]
) -> None:
    spoilt, _ = heard_from(fault)
    healthy, _ = heard_from(None)
    assert seen(spoilt, healthy)
    assert not seen(healthy, healthy)


@pytest.mark.req("SR7", "SE2")
@pytest.mark.parametrize("fault", ["frozen_sender", "control_thread_dead", "wrong_protocol_version", "link_garbage", "rx_flood"])
def test_the_board_takes_no_sick_sender_for_a_living_pi(fault: str) -> None:
    _, report = heard_from(fault)
    _, healthy = heard_from(None)
    unheard = BoardReason.PI_SILENT | BoardReason.STRANGER
    assert report.reasons & unheard
    assert not healthy.reasons & unheard
