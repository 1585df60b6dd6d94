"""The Pi's real link and the board's real core over bytes: both sides hear each other, and each damage only makes the other one silent."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from controller.core.model import BoardReport, Command
from controller.core.wire import BoardReason
from hardware.drive import frame, protocol
from hardware.drive.link import Link
from sim.world import World

Damage = Callable[[bytes], bytes]


class Line:
    """Link, bytes, board; `up` and `down` may do anything to the bytes on their way."""

    def __init__(self) -> None:
        self.world = World(1)
        self.world.open_port(raw=True)
        self.up: Damage = bytes
        self.down: Damage = bytes
        self.link = Link(self, lambda: self.world.now_ms / 1000)
        self.commanding = True
        self.report = self.link.poll()

    def read(self) -> bytes:
        return self.down(self.world.serial_read())

    def write(self, data: bytes) -> None:
        self.world.serial_write(self.up(data))

    def run(self, seconds: float) -> list[BoardReport]:
        return [self.tick() for _ in range(round(seconds * 50))]

    def tick(self) -> BoardReport:
        self.report = self.link.poll()
        if self.commanding:
            self.link.send(Command(challenge=self.report.challenge))
        self.world.run_ms(20)
        return self.report

    def says(self, reason: int) -> bool:
        return bool(self.world.truth().board_reasons & reason)


@pytest.fixture
def line() -> Line:
    line = Line()
    line.run(2.0)
    assert not line.says(BoardReason.PI_SILENT)
    assert line.report.age_s <= 0.03
    return line


@pytest.mark.req("SR7")
def test_on_a_good_line_both_ends_hear_each_other_for_a_minute(line: Line) -> None:
    reports = line.run(60.0)
    assert all(report.identified for report in reports)
    assert max(report.age_s for report in reports) <= 0.04
    assert max(report.round_trip_s for report in reports) <= 0.04
    assert not line.says(BoardReason.PI_SILENT | BoardReason.STRANGER)
    assert line.link.counts.good_frame_count == pytest.approx(6200, abs=5)
    assert line.link.counts.bad_frame_count == line.link.counts.late_frame_count == line.link.counts.unknown_frame_count == 0


@pytest.mark.req("SR7")
def test_the_board_calls_a_pi_silent_that_stops_sending_and_hears_it_again(line: Line) -> None:
    """A command expires after 100 ms; 20 ms are the step of this test."""
    line.commanding = False
    line.run(0.08)
    assert not line.says(BoardReason.PI_SILENT)
    line.run(0.06)
    assert line.says(BoardReason.PI_SILENT)
    line.commanding = True
    line.run(0.1)
    assert not line.says(BoardReason.PI_SILENT)


def repeat_first() -> Damage:
    kept: list[bytes] = []

    def damage(data: bytes) -> bytes:
        kept.append(data)
        return kept[0]

    return damage


def edit(**fields: int) -> Damage:
    """Another honest frame with some fields wrong."""

    def damage(data: bytes) -> bytes:
        (payload,) = frame.Decoder().feed(data)
        message = protocol.unpack_command(payload)
        assert message is not None
        return frame.encode(protocol.pack_command(message._replace(**fields)))

    return damage


COMMANDS_THAT_DO_NOT_COUNT: list[tuple[str, Callable[[], Damage]]] = [
    ("the same one for ever (fault 37)", repeat_first),
    ("a clock that stands still (fault 37)", lambda: edit(tick_ms=1000)),
    ("a sequence number that stands still (fault 37)", lambda: edit(seq=77)),
    ("an answer to nothing asked (fault 38)", lambda: edit(challenge_reply=0x1234)),
    ("another protocol version (fault 36)", lambda: edit(schema=0)),
    ("a rate beyond reason (fault 35)", lambda: edit(rate_cdps=32767)),
    ("a cut in every frame (fault 27)", lambda: lambda data: data[:10] + data[11:]),
    ("noise (fault 26)", lambda: lambda data: bytes(255 - byte for byte in data)),
    ("nothing (fault 31)", lambda: lambda _data: b""),
]


@pytest.mark.req("SR7")
@pytest.mark.parametrize(("what", "make"), COMMANDS_THAT_DO_NOT_COUNT, ids=[what for what, _ in COMMANDS_THAT_DO_NOT_COUNT])
def test_the_board_takes_no_command_that_is(line: Line, what: str, make: Callable[[], Damage]) -> None:
    line.up = make()
    line.run(0.2)
    assert line.says(BoardReason.PI_SILENT), what
    line.up = bytes
    line.run(0.3)
    assert not line.says(BoardReason.PI_SILENT), "and it does not recover"


@pytest.mark.req("SR7")
def test_the_board_says_stranger_to_another_protocol_version(line: Line) -> None:
    line.up = edit(schema=0)
    line.run(0.2)
    assert line.says(BoardReason.STRANGER)


@pytest.mark.req("SR7")
def test_a_twice_delivered_command_does_no_harm(line: Line) -> None:
    """Fault 28."""
    line.up = lambda data: data + data
    line.run(1.0)
    assert not line.says(BoardReason.PI_SILENT)


@pytest.mark.req("SR7")
def test_a_link_that_lost_its_core_is_found_out(line: Line) -> None:
    """Fault 38: the process sends on, but nobody passes the newest challenge through."""
    stale = line.report.challenge
    for _ in range(10):
        line.link.poll()
        line.link.send(Command(challenge=stale))
        line.world.run_ms(20)
    assert line.says(BoardReason.PI_SILENT)


@pytest.mark.req("SR7")
@pytest.mark.parametrize("down", [lambda _data: b"", lambda data: data[:5], lambda data: bytes(byte ^ 1 for byte in data)])
def test_the_pi_sees_a_board_it_cannot_hear_grow_old(line: Line, down: Damage) -> None:
    line.down = down
    line.run(1.0)
    assert line.report.age_s == pytest.approx(1.0, abs=0.04)


@pytest.mark.req("SR7")
def test_one_wire_broken_is_seen_at_both_ends(line: Line) -> None:
    """Fault 31: the board no longer hears; the Pi hears that it is not heard."""
    line.up = lambda _data: b""
    line.run(0.3)
    assert line.says(BoardReason.PI_SILENT)
    assert line.report.age_s < 0.05
    assert line.report.round_trip_s > 0.1


def delayed(ticks: int) -> Damage:
    """A buffer that holds everything back, in order and whole."""
    held = [b""] * ticks

    def damage(data: bytes) -> bytes:
        held.append(data)
        return held.pop(0)

    return damage


@pytest.mark.req("SR7")
def test_telemetry_that_comes_late_but_regular_shows_as_a_long_round_trip(line: Line) -> None:
    """Fault 30: each frame is new to us, so the age cannot tell."""
    line.down = delayed(10)
    line.run(1.0)
    assert line.report.age_s < 0.05
    assert line.report.round_trip_s >= 0.2
    assert line.says(BoardReason.PI_SILENT), "and the replies to late challenges do not count"


@pytest.mark.req("SR7")
def test_commands_that_come_late_but_regular_do_not_count(line: Line) -> None:
    """Fault 30: they answer a challenge that has passed."""
    line.up = delayed(10)
    line.run(1.0)
    assert line.says(BoardReason.PI_SILENT)


@pytest.mark.req("SR13")
def test_a_board_reset_is_heard_again_within_half_a_second(line: Line) -> None:
    line.world.reset_board()
    line.run(0.5)
    assert line.report.age_s < 0.05


@pytest.mark.req("SR7")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_bad_line_never_shows_an_angle_the_board_did_not_say(line: Line, seed: int) -> None:
    """Faults 26-28 in both directions: 1 % of bytes flipped, lost or doubled; the table stands still at upright rest all the while."""
    dice = random.Random(seed)

    def bad(data: bytes) -> bytes:
        out = bytearray()
        for byte in data:
            fate = dice.random()
            out += (
                b""
                if fate < 0.003
                else bytes((byte, byte))
                if fate < 0.006
                else bytes((byte ^ (1 << dice.randrange(8)),))
                if fate < 0.01
                else bytes((byte,))
            )
        return bytes(out)

    line.up = line.down = bad
    for report in line.run(20.0):
        assert report.angle_deg == pytest.approx(-75.0, abs=1.0)
        assert report.identified
    counts = line.link.counts
    assert counts.bad_frame_count > 100
    assert counts.good_frame_count > 1500
