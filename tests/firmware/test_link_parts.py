"""Bytes, buttons and counts as the board takes them one by one: what is no command, no press, no message (SR7, SR11, SR12)."""

from __future__ import annotations

from itertools import cycle, islice
from typing import Any

import pytest

from tests.firmware.bench import CommandFlag
from tests.firmware.parts import TURN_MS, Parts, Value, Whole

SCHEMA_MASK = 0xFFFF
PRESS_MS, RELEASE_MS = 30, 10


def said(board: Parts, out: Any, name: str) -> Any:
    """The message of that kind which the board has just sent, taken apart by its own codec."""
    message = board.ffi.new(f"protocol_{name}_t *")
    assert out.tx_count == len(out.tx)
    assert getattr(board.lib, f"protocol_unpack_{name}")(out.tx, message)
    return message


class Line:
    """A wire into the board's link; frames are packed by the board's own codec."""

    def __init__(self) -> None:
        self.parts = Parts().set({"link.fresh": False})
        self.lib, self.ffi = self.parts.lib, self.parts.ffi
        self.link = self.ffi.addressof(self.parts.board, "link")
        self.lib.link_start(self.link, 77)
        self.now_ms = 1000
        self.sample = self.ffi.new("protocol_command_t *", {"flags": int(CommandFlag.SESSION), "permitted_angle_cdeg": 9000})
        self.sample.schema = self.schema()

    def schema(self) -> int:
        """Low half of the hash that the board itself announces."""
        board = Parts().set({"telemetry.identity_due": True, "telemetry.slot": 1, "telemetry.slot_ms": 200})
        out = self.ffi.new("board_out_t *")
        board.call("telemetry_update", board.seen, out)
        message = said(board, out, "identity")
        return int(message.schema) & SCHEMA_MASK

    def encoded(self, data: bytes) -> bytes:
        out = self.ffi.new("uint8_t[20]")
        return bytes(out[0 : self.lib.frame_encode(self.ffi.new("uint8_t[16]", data), out)])

    def packed(self, **more: Value) -> bytes:
        for name, value in more.items():
            setattr(self.sample, name, value)
        self.sample.challenge_reply = self.lib.protocol_challenge_reply(self.link.challenge[0], self.sample.tick_ms)
        data = self.ffi.new("uint8_t[16]")
        self.lib.protocol_pack_command(self.sample, data)
        return bytes(data)

    def hear(self, wire: bytes, *, count: int | None = None) -> bool:
        """These bytes in one millisecond; whether a command is in force after them."""
        self.now_ms += 20
        self.parts.seen.rx = wire + bytes(40 - len(wire))
        self.parts.seen.rx_count = len(wire) if count is None else count
        self.lib.link_update(self.link, self.parts.seen, self.now_ms)
        self.parts.seen.rx_count = 0
        return bool(self.link.fresh)

    def command(self, **more: Value) -> bool:
        return self.hear(self.encoded(self.packed(**more)))


@pytest.mark.req("SR7")
def test_a_command_counts_when_its_sequence_and_its_clock_have_moved_on() -> None:
    line = Line()
    assert line.command(seq=1, tick_ms=500, rate_cdps=10)
    line.command(seq=2, tick_ms=520, rate_cdps=20)
    assert line.link.command.rate_cdps == 20
    line.command(seq=3, tick_ms=520, rate_cdps=30)
    assert line.link.command.rate_cdps == 20, "the same moment again"
    line.command(seq=3, tick_ms=519, rate_cdps=30)
    assert line.link.command.rate_cdps == 20, "an earlier one"
    line.command(seq=2, tick_ms=540, rate_cdps=30)
    assert line.link.command.rate_cdps == 20, "the same number again"
    line.command(seq=3, tick_ms=521, rate_cdps=30)
    assert line.link.command.rate_cdps == 30


@pytest.mark.req("SR7")
def test_more_bytes_than_the_buffer_holds_are_not_read_past_its_end() -> None:
    line = Line()
    frame = line.encoded(line.packed(seq=1, tick_ms=500))
    assert not line.hear(bytes(40), count=255)
    assert line.hear(bytes(20) + frame, count=255)


@pytest.mark.req("SR7")
@pytest.mark.parametrize(("place", "value"), [(0, 0x20), (2, 7), (3, 0x40), (3, 0x80)])
def test_a_whole_frame_that_is_no_command_is_none(place: int, value: int) -> None:
    line = Line()
    data = bytearray(line.packed(seq=1, tick_ms=500))
    data[place] = value
    assert not line.hear(line.encoded(bytes(data)))
    assert line.link.command.seq == 0


@pytest.mark.req("SR7")
def test_a_frame_ends_with_a_zero_whatever_stood_there_before() -> None:
    parts = Parts()
    out = parts.ffi.new("uint8_t[20]", b"\xff" * 20)
    assert parts.lib.frame_encode(parts.ffi.new("uint8_t[16]", bytes(range(16))), out) == 20
    assert [index for index in range(20) if out[index] == 0] == [19]


@pytest.mark.parametrize(
    ("place", "value", "good"), [(0, 0x20, True), (0, 0x21, False), (2, 5, True), (2, 6, False), (15, 0x7F, True), (15, 0x80, False)]
)
def test_a_status_with_an_unknown_mode_or_reason_is_none(place: int, value: int, good: bool) -> None:
    parts = Parts()
    message, data = parts.ffi.new("protocol_status_t *"), parts.ffi.new("uint8_t[16]")
    parts.lib.protocol_pack_status(message, data)
    data[place] = value
    assert bool(parts.lib.protocol_unpack_status(data, message)) is good


@pytest.mark.req("SR7")
def test_three_older_frames_a_second_are_the_wires_fault_and_a_fourth_ends_the_command() -> None:
    line = Line()
    line.command(seq=100, tick_ms=500)
    assert [line.command(seq=seq, tick_ms=520) for seq in (99, 98, 97, 96)] == [True, True, True, False]
    line = Line()
    line.command(seq=100, tick_ms=500)
    assert line.command(seq=228, tick_ms=520), "128 ahead is 128 behind"
    assert (line.link.late_frames, line.link.command.seq) == (1, 100)
    assert line.command(seq=227, tick_ms=520)
    assert line.link.command.seq == 227


@pytest.mark.req("SR7")
def test_a_command_expires_and_is_told_silent_from_then_on() -> None:
    line = Line()
    line.command(seq=1, tick_ms=500)
    waits_ms = [bool(line.hear(b"")) for _ in range(110)]
    assert 90 <= sum(waits_ms) <= 100
    assert 10 <= line.link.silent_ms <= 20


# ------------------------------------------------------------ buttons

BUTTONS = pytest.mark.parametrize(("contact", "button"), [("start_pressed", "start"), ("return_pressed", "return_"), ("ok_pressed", "ok")])


def touched(contact: str, button: str, **members: Value) -> Parts:
    parts = Parts().set({f"inputs.{button}.{name}": value for name, value in members.items()})
    parts.set({f"in.{contact}": True})
    parts.lib.inputs_update(parts.ffi.addressof(parts.board, "inputs"), parts.seen)
    return parts


@pytest.mark.req("SR11", "PU6")
@BUTTONS
def test_a_contact_held_for_thirty_milliseconds_is_a_press_if_it_was_seen_open_before(contact: str, button: str) -> None:
    edge, pressed = f"inputs.{button}.edge", f"inputs.{button}.pressed"
    last = {"steady_ms": PRESS_MS - 1 if TURN_MS == 1 else PRESS_MS}
    assert touched(contact, button, **last, seen_released=True).read(f"{edge} {pressed}") == (True, True)
    assert touched(contact, button, **last).read(f"{edge} {pressed}") == (False, True)
    assert touched(contact, button, steady_ms=PRESS_MS - 2 * TURN_MS, seen_released=True).read(f"{edge} {pressed}") == (False, False)


@pytest.mark.req("SR11")
def test_a_press_of_start_is_as_old_and_held_as_long_as_it_is() -> None:
    board = Whole().ticks(20)
    assert board.read("inputs.start_edge_ms inputs.start_held_ms") == (64_000, 0)
    board.set({"in.start_pressed": True}).ticks(PRESS_MS + 100)
    assert board.read("inputs.start_edge_ms inputs.start_held_ms") == (100, 101)
    board.set({"in.start_pressed": False}).ticks(50)
    assert board.read("inputs.start_edge_ms inputs.start_held_ms") == (150, 0)


@pytest.mark.req("SR16", "SE1")
@pytest.mark.parametrize(
    ("counts", "current_ma"),
    [((512,), 0), ((513, 512), 24), ((512, 512, 512, 513), 12), ((511, 512), -25), ((0,), -25_000), ((1023,), 24_951), ((450, 570), -98)],
)
def test_the_status_says_the_mean_current_of_its_twenty_milliseconds(counts: tuple[int, ...], current_ma: int) -> None:
    """One count is 48.8 mA: the load check lives on what lies between two of them.  Nothing of the status before is left in it."""
    board = Whole().ticks(10)
    for already in (600, 300):
        board.set({"in.current_counts": already}).ticks(20)
    for seen in islice(cycle(counts), 20):
        board.set({"in.current_counts": seen}).ticks(1)
    assert said(board, board.out, "status").current_ma == current_ma
