"""Bytes off the wire, some at a time: where taking them ends, whatever stands there (SR7)."""

from __future__ import annotations

import pytest

from tests.firmware.parts import Parts

WIRE_BYTES = 20


def taken(text: bytes, from_: int = 0) -> int:
    parts = Parts()
    return int(parts.lib.frame_take(parts.ffi.new("frame_decoder_t *"), text, from_, len(text)))


@pytest.mark.req("SR7")
@pytest.mark.parametrize(
    ("text", "from_", "ends"),
    [
        (b"", 0, 0), (b"\x00", 0, 0), (b"\x01", 0, 1), (b"\x02", 0, 1), (b"\xff\xff\xff", 0, 3), (b"\x03\x00\x03", 0, 1),
        (b"\x03\x00\x03", 1, 1), (b"\x03\x00\x03", 2, 3), (b"\x03\x00\x00", 2, 2), (b"\x01" * 40, 39, 40), (b"\x01" * 40, 40, 40),
    ],
)  # fmt: skip
def test_bytes_are_taken_up_to_the_zero_that_ends_a_frame_or_to_their_end(text: bytes, from_: int, ends: int) -> None:
    assert taken(text, from_) == ends


@pytest.mark.req("SR7")
def test_a_frame_taken_in_pieces_is_the_frame_taken_at_once() -> None:
    parts = Parts()
    data, wire = bytes(range(16)), parts.ffi.new(f"uint8_t[{WIRE_BYTES}]")
    assert parts.lib.frame_encode(data, wire) == WIRE_BYTES
    for piece in range(1, WIRE_BYTES + 1):
        decoder, place = parts.ffi.new("frame_decoder_t *"), 0
        while place < WIRE_BYTES - 1:
            end = min(place + piece, WIRE_BYTES)
            place = parts.lib.frame_take(decoder, wire, place, end)
            assert place in (end, WIRE_BYTES - 1)
        assert parts.lib.frame_end(decoder)
        assert bytes(decoder.data) == data
