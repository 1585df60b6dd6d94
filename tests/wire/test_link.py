"""The Pi's end of the link: newest telemetry with honest ages, whatever the wire does; commands as the core meant them or not at all."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.model import BoardReport, Command
from controller.core.wire import BoardMode, CommandFlag, Request
from hardware.drive import frame, protocol
from hardware.drive.link import Link
from hardware.drive.port import LinkError
from tests.wire.streams import GARBAGE, detail, identity, status


class Wire:
    """A byte port in memory with a clock beside it: what the board sends is put in, what the Pi sends is kept."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.incoming = b""
        self.sent: list[bytes] = []
        self.broken = ""
        self.link = Link(self, lambda: self.now_s)

    def read(self) -> bytes:
        if self.broken:
            raise LinkError(self.broken)
        data, self.incoming = self.incoming, b""
        return data

    def write(self, data: bytes) -> None:
        if self.broken:
            raise LinkError(self.broken)
        self.sent.append(data)

    def hear(self, *frames: bytes, after_s: float = 0.02) -> BoardReport:
        self.now_s += after_s
        self.incoming += b"".join(frames)
        return self.link.poll()

    def commands(self) -> list[protocol.CommandMessage]:
        found = [protocol.unpack_command(data) for data in frame.Decoder().feed(b"".join(self.sent))]
        assert None not in found
        return [command for command in found if command is not None]


@pytest.fixture
def wire() -> Wire:
    return Wire()


# ------------------------------------------------------------------ what is heard


def test_before_anything_is_heard_the_report_is_the_dangerous_one(wire: Wire) -> None:
    assert wire.link.poll() == BoardReport()


def test_every_reading_reaches_the_core_in_its_unit(wire: Wire) -> None:
    report = wire.hear(
        identity(1, reset_cause=4, uptime_s=77),
        status(2, mode=2, command_seq=9, angle_cdeg=-7512, rate_cdps=-150, current_ma=-1200, flags=0x1234, reasons=1 << 28),
        detail(
            3,
            pot_cdeg=-7510,
            encoder_cdeg=-7490,
            battery_mv=25_600,
            budget_left_ds=5999,
            rest_ds=119,
            contacts=0x8F,
            challenge=500,
            tick_ms=9,
        ),
    )
    assert report == BoardReport(
        age_s=0.0,
        identified=True,
        mode=BoardMode.ASCENT,
        reasons=1 << 28,
        flags=0x1234,
        contacts=0x8F,
        angle_deg=-75.12,
        rate_dps=-1.5,
        current_ma=-1200,
        pot_deg=-75.10,
        encoder_deg=-74.90,
        battery_mv=25_600,
        budget_left_s=599.9,
        rest_s=11.9,
        challenge=500,
        command_seq=9,
        tick_ms=9,
        reset_cause=4,
        uptime_s=77.0,
    )


@pytest.mark.req("SR7")
def test_the_age_is_that_of_the_older_half(wire: Wire) -> None:
    assert wire.hear(status(1)).age_s == inf
    assert wire.hear(detail(2)).age_s == pytest.approx(0.02)
    assert wire.hear(detail(3), after_s=0.05).age_s == pytest.approx(0.07)
    assert wire.hear(status(4), after_s=0.01).age_s == pytest.approx(0.01)


@pytest.mark.req("SR7")
def test_after_a_stall_the_newest_of_everything_that_waited_is_reported(wire: Wire) -> None:
    """Fault 52 and the trap of reading one frame a tick, which then lags for ever."""
    waited = [status(seq, angle_cdeg=seq) if seq % 2 else detail(seq, tick_ms=seq) for seq in range(1, 101)]
    report = wire.hear(*waited, after_s=1.0)
    assert (report.angle_deg, report.tick_ms, report.age_s) == (0.99, 100, 0.0)
    assert wire.link.counts.good_frame_count == 100


@pytest.mark.req("SR7")
@pytest.mark.parametrize("repeated", [5, 4, 250, 133])
def test_a_repeated_or_older_frame_has_no_effect(wire: Wire, repeated: int) -> None:
    """Faults 28 and 29; 133 is as far behind as a number that wraps can be."""
    wire.hear(detail(4), status(5, angle_cdeg=100))
    report = wire.hear(status(repeated, angle_cdeg=9000))
    assert report.angle_deg == 1.0
    assert report.age_s == pytest.approx(0.02)
    assert wire.link.counts.late_frame_count == 1


def test_the_sequence_number_wraps_without_a_gap(wire: Wire) -> None:
    for seq in range(0, 600, 2):
        assert wire.hear(status(seq & 0xFF), detail(seq + 1 & 0xFF)).age_s == 0.0
    assert wire.link.counts.late_frame_count == 0


def test_up_to_a_hundred_and_twenty_seven_lost_frames_are_a_gap_not_a_step_back(wire: Wire) -> None:
    wire.hear(detail(0), status(1, angle_cdeg=1))
    assert wire.hear(status(128, angle_cdeg=2)).angle_deg == 0.02


@pytest.mark.req("SR7")
def test_a_frozen_sender_goes_silent(wire: Wire) -> None:
    """Fault 37 from the board's side: whole, undamaged, the same for ever."""
    wire.hear(detail(7), status(8))
    ages = [wire.hear(status(7), detail(8), status(7), detail(8)).age_s for _ in range(100)]
    assert ages[-1] == pytest.approx(2.0)
    assert ages == sorted(ages)


@pytest.mark.req("SR13")
def test_a_board_that_restarted_is_heard_again_but_not_before_its_silence_was_seen(wire: Wire) -> None:
    for seq in range(100):
        wire.hear(detail(seq) if seq % 2 else status(seq), after_s=0.01)
    ages = [wire.hear(detail(seq) if seq % 2 else status(seq), after_s=0.01).age_s for seq in range(30)]
    assert max(ages) > 0.1
    assert ages[-1] < 0.02


@pytest.mark.req("SR7")
def test_a_recording_played_in_a_loop_shows_as_silence_in_every_round(wire: Wire) -> None:
    recording = [detail(seq) if seq % 2 else status(seq) for seq in range(50, 70)]
    for data in recording:
        wire.hear(data, after_s=0.01)
    for _ in range(3):
        ages = [wire.hear(data, after_s=0.01).age_s for data in recording]
        assert max(ages) > 0.1


@pytest.mark.req("SR7")
def test_our_own_commands_coming_back_are_not_taken_for_the_board(wire: Wire) -> None:
    """Transmit and receive shorted together: every frame is undamaged."""
    for _ in range(20):
        wire.link.send(Command())
        report = wire.hear(wire.sent[-1])
    assert report == BoardReport()
    assert wire.link.counts.unknown_frame_count == 20


@pytest.mark.req("SR7")
@given(chunks=st.lists(GARBAGE, max_size=10))
def test_no_stream_raises_or_makes_a_report_younger(chunks: list[bytes]) -> None:
    """Fault 26: hostile and truncated streams."""
    wire = Wire()
    wire.hear(detail(1), status(2, angle_cdeg=4200))
    for chunk in chunks:
        report = wire.hear(chunk)
    assert wire.link.poll().age_s == pytest.approx(0.02 * len(chunks))
    assert not chunks or report.angle_deg == 42.0


@pytest.mark.req("SR7")
@given(damage=st.lists(st.tuples(st.integers(0, 79), st.integers(1, 255)), min_size=1, max_size=3))
def test_a_damaged_frame_changes_nothing_but_the_age(damage: list[tuple[int, int]]) -> None:
    """Fault 27: whatever of four frames gets through is exactly what was sent."""
    wire = Wire()
    stream = bytearray(status(1, angle_cdeg=1) + detail(2, pot_cdeg=2) + status(3, angle_cdeg=3) + detail(4, pot_cdeg=4))
    for place, flip in damage:
        stream[place] ^= flip
    report = wire.hear(bytes(stream))
    assert report.angle_deg in {0.0, 0.01, 0.03}
    assert report.pot_deg in {0.0, 0.02, 0.04}


# ------------------------------------------------------------------ who it is


def test_a_board_of_another_schema_is_not_identified(wire: Wire) -> None:
    """Fault 36: one other bit is a stranger, in either half."""
    assert not wire.hear(status(1), detail(2)).identified
    assert wire.hear(identity(3)).identified
    assert not wire.hear(identity(4, schema=protocol.SCHEMA_HASH ^ 1)).identified
    assert wire.hear(identity(5)).identified
    assert not wire.hear(identity(6, schema=protocol.SCHEMA_HASH ^ 0x8000_0000)).identified


def test_an_identity_holds_three_seconds(wire: Wire) -> None:
    wire.hear(identity(1), status(2), detail(3))
    assert wire.hear(after_s=2.9).identified
    assert not wire.hear(after_s=0.2).identified


# ------------------------------------------------------------------ what is sent

FLAGS: list[tuple[Command, int]] = [
    (Command(), 0),
    (Command(imu_angle_deg=0.0), CommandFlag.IMU_VALID),
    (Command(unasked=True), CommandFlag.UNASKED),
    (Command(half_rate=True), CommandFlag.HALF_RATE),
    (Command(session=True), CommandFlag.SESSION),
    (Command(alarm=True), CommandFlag.ALARM),
    (Command(warn=True), CommandFlag.WARN),
]


@pytest.mark.parametrize(("command", "flags"), FLAGS)
def test_each_wish_sets_its_own_flag_and_no_other(wire: Wire, command: Command, flags: int) -> None:
    wire.link.send(command)
    assert wire.commands()[0].flags == flags


def test_a_command_reaches_the_wire_in_its_units(wire: Wire) -> None:
    wire.now_s = 70.001
    wire.link.send(Command(request=Request.RETURN_UP, rate_dps=-1.499, imu_angle_deg=59.996, permitted_angle_deg=60.0, challenge=500))
    assert wire.commands() == [
        protocol.CommandMessage(
            seq=1,
            request=2,
            flags=CommandFlag.IMU_VALID,
            rate_cdps=-150,
            imu_angle_cdeg=6000,
            permitted_angle_cdeg=6000,
            challenge_reply=protocol.challenge_reply(500, 4465),
            schema=protocol.SCHEMA_HASH & 0xFFFF,
            tick_ms=4465,  # 70001 modulo 65536
        )
    ]


@pytest.mark.req("SR7")
def test_every_command_has_its_own_number_and_millisecond(wire: Wire) -> None:
    """What the board holds a frozen sender by (fault 37)."""
    for _ in range(300):
        wire.link.send(Command())
        wire.now_s += 0.02
    commands = wire.commands()
    assert [command.seq for command in commands] == [n & 0xFF for n in range(1, 301)]
    assert all((b.tick_ms - a.tick_ms) & 0xFFFF == 20 for a, b in pairwise(commands))


UNSENDABLE: list[Callable[[], Command]] = [
    lambda: Command(rate_dps=nan),
    lambda: Command(rate_dps=inf),
    lambda: Command(rate_dps=400.0),
    lambda: Command(imu_angle_deg=nan),
    lambda: Command(imu_angle_deg=-1000.0),
    lambda: Command(permitted_angle_deg=inf),
    lambda: Command(permitted_angle_deg=328.0),
]


@pytest.mark.req("SR7")
@pytest.mark.parametrize("make", UNSENDABLE)
def test_a_number_that_does_not_fit_is_not_bent_but_not_sent(wire: Wire, make: Callable[[], Command]) -> None:
    """The board then stops after 100 ms, which a bent number would not have made it do."""
    wire.link.send(make())
    assert wire.sent == []
    assert wire.link.counts.unsendable_command_count == 1


# ------------------------------------------------------------------ round trip


def test_the_round_trip_is_measured_from_the_command_to_its_first_echo(wire: Wire) -> None:
    assert wire.hear(detail(1), status(2)).round_trip_s == inf
    wire.link.send(Command())
    assert wire.hear(detail(3), status(4, command_seq=1), after_s=0.012).round_trip_s == pytest.approx(0.012)
    assert wire.hear(status(5, command_seq=1), after_s=0.02).round_trip_s == pytest.approx(0.012)


@pytest.mark.req("SR7")
def test_a_board_that_no_longer_hears_us_shows_as_a_growing_round_trip(wire: Wire) -> None:
    """Fault 31, one wire broken: telemetry goes on, nothing is echoed."""
    seq = 0
    for n in range(50):
        wire.link.send(Command())
        seq += 2
        echo = min(n + 1, 10)
        report = wire.hear(detail(seq & 0xFF), status(seq + 1 & 0xFF, command_seq=echo))
    assert report.age_s == 0.0
    assert report.round_trip_s == pytest.approx(0.80)


def test_one_lost_command_is_forgotten_at_the_next_echo(wire: Wire) -> None:
    for _ in range(3):
        wire.link.send(Command())
        wire.now_s += 0.02
    assert wire.hear(detail(1), status(2, command_seq=3), after_s=0.0).round_trip_s == pytest.approx(0.02)


def test_a_pi_that_chose_silence_is_not_told_that_the_wire_is_slow(wire: Wire) -> None:
    """Else its own silence would keep it silent."""
    wire.link.send(Command())
    wire.hear(detail(1), status(2, command_seq=1))
    wire.link.send(Command())
    assert wire.hear(detail(3), status(4, command_seq=1), after_s=0.1).round_trip_s == pytest.approx(0.1)
    assert wire.hear(detail(5), status(6, command_seq=1), after_s=5.0).round_trip_s == pytest.approx(0.02)
    wire.link.send(Command())
    assert wire.hear(detail(7), status(8, command_seq=1)).round_trip_s == pytest.approx(0.02)


def test_an_echo_of_a_number_never_sent_measures_nothing(wire: Wire) -> None:
    wire.link.send(Command())
    assert wire.hear(detail(1), status(2, command_seq=77), after_s=0.05).round_trip_s == inf


# ------------------------------------------------------------------ a port that fails


@pytest.mark.req("SR7")
def test_a_port_that_fails_only_makes_the_report_older(wire: Wire) -> None:
    """Fault 31: cable out."""
    wire.hear(detail(1), status(2, angle_cdeg=3000))
    wire.broken = "/dev/board: no such device"
    wire.link.send(Command())
    report = wire.hear(after_s=0.5)
    assert (report.angle_deg, report.age_s) == (30.0, 0.5)
    assert wire.link.trouble == "/dev/board: no such device"
    assert wire.link.counts.port_error_count == 2
    wire.broken = ""
    assert wire.hear(detail(3), status(4)).age_s == 0.0
    assert wire.link.trouble == ""
