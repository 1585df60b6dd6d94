"""Every message byte for byte as it stands on the wire, both ways, and what is none; the check sum and the challenge by known values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from tests.firmware.parts import Parts


class Message(NamedTuple):
    """One message with values that differ in every byte, and the bytes."""

    fields: dict[str, int]
    data: str


MESSAGES = {
    "command": Message(
        {
            "seq": 0x11, "request": 6, "flags": 0x3F, "rate_cdps": -0x0102, "imu_angle_cdeg": 0x2526, "permitted_angle_cdeg": -0x0708,
            "challenge_reply": 0xF1E2, "schema": 0xD3C4, "tick_ms": 0xB5A6,
        },
        "10 11 06 3f fe fe 26 25 f8 f8 e2 f1 c4 d3 a6 b5",
    ),
    "status": Message(
        {
            "seq": 0x12, "mode": 5, "command_seq": 0x34, "angle_cdeg": -0x0102, "rate_cdps": 0x2526, "current_ma": -0x0708, "flags": 0xF1E2,
            "reasons": 0x7A6B5C4D,
        },
        "20 12 05 34 fe fe 26 25 f8 f8 e2 f1 4d 5c 6b 7a",
    ),
    "detail": Message(
        {
            "seq": 0x13, "pot_cdeg": -0x0102, "encoder_cdeg": 0x2526, "battery_mv": 0xF1E2, "budget_left_ds": 0xD3C4, "rest_ds": 0x77,
            "contacts": 0x88, "challenge": 0xB5A6, "tick_ms": 0x9798,
        },
        "21 13 fe fe 26 25 e2 f1 c4 d3 77 88 a6 b5 98 97",
    ),
    "identity": Message(
        {
            "seq": 0x14, "schema": 0xFAEBDCCD, "firmware_major": 0x21, "firmware_minor": 0x32, "reset_cause": 0x43, "boot_count": 0xF1E2,
            "uptime_s": 0xD3C4,
        },
        "22 14 cd dc eb fa 21 32 43 e2 f1 c4 d3 00 00 00",
    ),
}  # fmt: skip
NAMES = pytest.mark.parametrize("name", MESSAGES)


class Codec:
    """The board's own functions of one message; what they write into is full of ones before."""

    def __init__(self, name: str) -> None:
        parts = Parts()
        self.ffi = parts.ffi
        self.message: Any = self.ffi.new(f"protocol_{name}_t *")
        self.data = self.ffi.new("uint8_t[16]", b"\xff" * 16)
        self._pack, self._unpack = getattr(parts.lib, f"protocol_pack_{name}"), getattr(parts.lib, f"protocol_unpack_{name}")

    def pack(self, fields: dict[str, int]) -> bytes:
        for field, value in fields.items():
            setattr(self.message, field, value)
        self._pack(self.message, self.data)
        return bytes(self.data)

    def unpack(self, data: bytes) -> bool:
        return bool(self._unpack(self.ffi.new("uint8_t[16]", data), self.message))


@pytest.mark.req("SR7")
@NAMES
def test_a_message_stands_on_the_wire_byte_for_byte(name: str) -> None:
    message = MESSAGES[name]
    assert Codec(name).pack(message.fields).hex(" ") == message.data


@pytest.mark.req("SR7")
@NAMES
def test_and_is_read_back_field_for_field(name: str) -> None:
    codec, message = Codec(name), MESSAGES[name]
    assert codec.unpack(bytes.fromhex(message.data))
    assert {field: getattr(codec.message, field) for field in message.fields} == message.fields


@pytest.mark.req("SR7")
@pytest.mark.parametrize(
    ("name", "place", "good", "bad"),
    [
        *((name, 0, message.data[:2], other.data[:2]) for name, message in MESSAGES.items()
          for other in MESSAGES.values() if other is not message),
        ("command", 2, "06", "07"), ("command", 2, "00", "ff"), ("command", 3, "3f", "40"),
        ("command", 3, "00", "80"), ("command", 3, "20", "c0"),
        ("status", 2, "05", "06"), ("status", 15, "7f", "80"),
        ("identity", 13, "00", "01"), ("identity", 14, "00", "01"), ("identity", 15, "00", "80"),
    ],
)  # fmt: skip
def test_another_message_an_unknown_value_and_padding_that_is_not_zero_are_none(name: str, place: int, good: str, bad: str) -> None:
    codec, message = Codec(name), MESSAGES[name]
    data = bytearray.fromhex(message.data)
    data[place] = int(good, 16)
    assert codec.unpack(bytes(data))
    before = bytes(codec.ffi.buffer(codec.message))
    data[place] = int(bad, 16)
    data[1] ^= 0xFF
    assert not codec.unpack(bytes(data))
    assert bytes(codec.ffi.buffer(codec.message)) == before, "what is no message leaves the one before alone"


@pytest.mark.req("SR7")
@pytest.mark.parametrize(("challenge", "tick_ms"), [(0, 0), (0x1234, 0), (0, 0x1234), (0xFFFF, 0xFFFF), (0x8001, 0x0800), (0x00FF, 0x07FF)])
def test_the_answer_to_a_challenge_is_the_one_of_the_written_formula(challenge: int, tick_ms: int) -> None:
    mixed = challenge ^ tick_ms * 32 % 65_536 ^ tick_ms // 2048
    mixed = (mixed * 40_503 + 31_161) % 65_536
    mixed ^= mixed // 128
    mixed = mixed * 25_173 % 65_536
    assert Parts().lib.protocol_challenge_reply(challenge, tick_ms) == mixed ^ mixed // 512


@pytest.mark.req("SR7")
def test_the_check_sum_is_the_polynomials_bit_by_bit() -> None:
    lib = Parts().lib
    for crc in (0xFFFF, 0, 0x1234, 0x80FF):
        for byte in range(256):
            by_hand = crc ^ byte << 8
            for _ in range(8):
                by_hand = by_hand << 1 ^ (0x90D9 if by_hand & 0x8000 else 0) & 0xFFFF
                by_hand &= 0xFFFF
            assert lib.protocol_crc_step(crc, byte) == by_hand


def with_a_zero_in_the_check(parts: Parts) -> Iterator[bytes]:
    """Data without a zero whose check's first byte, and whose second, is one."""
    found: set[int] = set()
    for last in range(0x0101, 0x10000):
        data = b"\x77" * 14 + last.to_bytes(2, "big")
        crc = 0xFFFF
        for byte in data:
            crc = parts.lib.protocol_crc_step(crc, byte)
        zero = 0 if crc < 0x100 else 1 if crc & 0xFF == 0 else 2
        if zero < 2 and 0 not in data and zero not in found:
            found.add(zero)
            yield data
        if len(found) == 2:
            return


@pytest.mark.req("SR7")
def test_a_frame_is_sixteen_bytes_their_sum_high_byte_first_and_no_zero_inside() -> None:
    """Coded by hand: each zero becomes the distance to the next."""
    parts = Parts()
    for data in (
        bytes(16),
        bytes(range(1, 17)),
        bytes.fromhex(MESSAGES["identity"].data),
        b"\0" + bytes(range(1, 16)),
        bytes(range(15, -1, -1)),
        *with_a_zero_in_the_check(parts),
    ):
        crc = 0xFFFF
        for byte in data:
            crc = parts.lib.protocol_crc_step(crc, byte)
        runs = (data + crc.to_bytes(2, "big")).split(b"\0")
        coded = b"".join(bytes((len(run) + 1,)) + run for run in runs) + b"\0"
        out = parts.ffi.new("uint8_t[24]", b"\xee" * 24)
        assert parts.lib.frame_encode(parts.ffi.new("uint8_t[16]", data), out) == 20
        assert bytes(out) == coded + b"\xee" * 4


@pytest.mark.req("SR7")
@pytest.mark.parametrize("bytes_a_tick", [1, 2, 4, 7, 17, 18, 19])
def test_a_frame_made_in_pieces_is_the_frame_made_at_once_and_done_with_its_last_byte(bytes_a_tick: int) -> None:
    parts = Parts()
    ffi, lib = parts.ffi, parts.lib
    for data in (bytes(16), bytes(range(16)), bytes(range(240, 256))):
        whole = ffi.new("uint8_t[20]")
        lib.frame_encode(ffi.new("uint8_t[16]", data), whole)
        encoder = ffi.new("frame_encoder_t *", {"wire": b"\xee" * 20, "place": 7, "code_at": 5, "crc": 3})
        lib.frame_begin(encoder, ffi.new("uint8_t[16]", data))
        ticks = -(-18 // bytes_a_tick)
        assert [lib.frame_go_on(encoder, bytes_a_tick) for _ in range(ticks)] == [False] * (ticks - 1) + [True]
        assert bytes(encoder.wire) == bytes(whole)


class Decoder:
    """The board's, fed byte by byte."""

    def __init__(self) -> None:
        parts = Parts()
        self.lib, self.ffi = parts.lib, parts.ffi
        self.decoder, self.data = self.ffi.new("frame_decoder_t *"), self.ffi.new("uint8_t[16]")

    def feed(self, wire: bytes) -> list[bytes]:
        return [bytes(self.data) for byte in wire if self.lib.frame_feed(self.decoder, byte, self.data)]

    def encode(self, data: bytes) -> bytes:
        out = self.ffi.new("uint8_t[20]")
        self.lib.frame_encode(self.ffi.new("uint8_t[16]", data), out)
        return bytes(out)


@pytest.mark.req("SR7", "F26", "F27")
def test_the_decoder_takes_whole_frames_and_counts_what_is_none_once() -> None:
    first, second = bytes(range(16)), bytes(16)
    decoder = Decoder()
    one, two = decoder.encode(first), decoder.encode(second)
    assert decoder.feed(one + two + b"\0\0\0" + one) == [first, second, first]
    assert decoder.decoder.bad == 0, "an empty frame is nothing"
    for damaged in (
        one[:-2] + b"\0",
        one[:-1] + b"\x01\0",
        one[:5] + bytes((one[5] ^ 8,)) + one[6:],
        b"\x05\0",
        b"\x01" * 18 + b"\0",
        b"\xff" * 300 + b"\0",
    ):
        before = decoder.decoder.bad
        assert decoder.feed(damaged) == []
        assert decoder.decoder.bad == before + 1
        assert decoder.feed(one) == [first], "and the next one is whole again"


@pytest.mark.req("SR7", "F26")
def test_the_count_of_bad_frames_stops_at_its_end() -> None:
    decoder = Decoder()
    decoder.decoder.bad = 65_534
    assert decoder.feed(b"\x05\0\x05\0\x05\0") == []
    assert decoder.decoder.bad == 65_535
