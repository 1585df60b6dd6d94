"""Messages: what one end packs the other unpacks, byte for byte the same in C and Python; what is no message is none on both."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.schema import Message
from hardware.drive import protocol
from tests.wire.native import codec
from tests.wire.streams import PAYLOAD, field_values, schema

MESSAGES = {message.name: message for message in schema().messages}
NAMES = sorted(MESSAGES)


def in_python(name: str, fields: dict[str, int]) -> bytes:
    message = getattr(protocol, f"{name.title()}Message")(**fields)
    return bytes(getattr(protocol, f"pack_{name}")(message))


def from_python(name: str, data: bytes) -> dict[str, int] | None:
    message = getattr(protocol, f"unpack_{name}")(data)
    return None if message is None else dict(message._asdict())


def in_c(name: str, fields: dict[str, int]) -> bytes:
    ffi, lib = codec()
    data = ffi.new("uint8_t[16]", b"\xa5" * 16)
    getattr(lib, f"protocol_pack_{name}")(ffi.new(f"protocol_{name}_t *", fields), data)
    return bytes(data)


def from_c(message: Message, data: bytes) -> dict[str, int] | None:
    ffi, lib = codec()
    struct = ffi.new(f"protocol_{message.name}_t *")
    before = bytes(ffi.buffer(struct))
    if not getattr(lib, f"protocol_unpack_{message.name}")(data, struct):
        assert bytes(ffi.buffer(struct)) == before, "a refused message touched the struct"
        return None
    return {name: int(getattr(struct, name)) for name in ("seq", *(field.name for field in message.fields))}


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_both_ends_pack_a_message_to_the_same_bytes_and_read_it_back(name: str, data: Any) -> None:
    fields = data.draw(field_values(MESSAGES[name]))
    packed = in_python(name, fields)
    assert in_c(name, fields) == packed
    assert from_python(name, packed) == fields
    assert from_c(MESSAGES[name], packed) == fields


@pytest.mark.parametrize("name", NAMES)
@given(payload=PAYLOAD, honest_id=st.booleans())
def test_both_ends_agree_on_what_is_no_message(name: str, payload: bytes, honest_id: bool) -> None:
    data = bytes((MESSAGES[name].id,)) + payload[1:] if honest_id else payload
    fields = from_python(name, data)
    assert from_c(MESSAGES[name], data) == fields
    if fields is not None:
        assert in_python(name, fields) == data


def test_a_command_stands_on_the_wire_as_agreed() -> None:
    """Restated by hand: little endian, in the order of the description."""
    fields = {
        "seq": 7,
        "request": 2,
        "flags": 0x09,
        "rate_cdps": -150,
        "imu_angle_cdeg": 6000,
        "permitted_angle_cdeg": 9000,
        "challenge_reply": 0xBEEF,
        "schema": 0x1234,
        "tick_ms": 0x0102,
    }
    assert in_c("command", fields).hex(" ") == "10 07 02 09 6a ff 70 17 28 23 ef be 34 12 02 01"


@pytest.mark.parametrize(
    ("name", "place", "value", "why"),
    [
        ("command", 2, 7, "a request nobody knows (fault 35)"),
        ("command", 3, 0x40, "a flag nobody knows"),
        ("status", 2, 6, "a mode nobody knows"),
        ("status", 15, 0x80, "a reason nobody knows"),
        ("identity", 13, 1, "padding that is not zero"),
        ("identity", 15, 1, "padding that is not zero"),
        ("detail", 0, 0x20, "another message"),
    ],
)
@pytest.mark.req("SR7")
def test_an_undamaged_frame_that_makes_no_sense_is_no_message(name: str, place: int, value: int, why: str) -> None:
    data = bytearray(in_python(name, dict.fromkeys(("seq", *(field.name for field in MESSAGES[name].fields)), 0)))
    assert from_c(MESSAGES[name], bytes(data)) is not None
    data[place] = value
    assert from_python(name, bytes(data)) is None, why
    assert from_c(MESSAGES[name], bytes(data)) is None, why


@pytest.mark.parametrize("size", [0, 1, 15, 17])
def test_python_refuses_data_of_another_length(size: int) -> None:
    for name in NAMES:
        assert from_python(name, (bytes((MESSAGES[name].id,)) + bytes(20))[:size]) is None
