"""Frames on the wire: data bytes + CRC, COBS encoded, ended by one zero byte.  Pure; never touches a port or a clock."""

from __future__ import annotations

from typing import Final

from hardware.drive.protocol import CRC_INITIAL, CRC_POLYNOMIAL, FRAME_BYTES

CRC_BYTES: Final = 2
CODED_BYTES: Final = FRAME_BYTES + CRC_BYTES + 1  # COBS adds one byte to anything this short
WIRE_BYTES: Final = CODED_BYTES + 1  # and the zero that ends it


def _crc_entry(byte: int) -> int:
    crc = byte << 8
    for _ in range(8):
        crc = (crc << 1) ^ CRC_POLYNOMIAL if crc & 0x8000 else crc << 1
    return crc & 0xFFFF


_CRC_TABLE: Final = tuple(_crc_entry(byte) for byte in range(256))


def crc16(data: bytes) -> int:
    """Most significant bit first; data followed by its own CRC, high byte first, gives 0."""
    crc = CRC_INITIAL
    for byte in data:
        crc = ((crc & 0xFF) << 8) ^ _CRC_TABLE[(crc >> 8) ^ byte]
    return crc


def encode(data: bytes) -> bytes:
    """16 data bytes to the 20 that go on the wire."""
    if len(data) != FRAME_BYTES:
        raise ValueError(f"a frame carries {FRAME_BYTES} data bytes, not {len(data)}")
    plain = data + crc16(data).to_bytes(CRC_BYTES, "big")
    return b"".join([bytes((len(part) + 1,)) + part for part in plain.split(b"\0")]) + b"\0"


def decode(coded: bytes) -> bytes | None:
    """The 16 data bytes of one frame without its closing zero; None if a single thing about it is wrong."""
    if len(coded) != CODED_BYTES:
        return None
    plain = bytearray(coded)
    at = coded[0]
    while at < CODED_BYTES:  # every code byte but the first stands where a zero was, and says how far it is to the next
        step = coded[at]
        if step == 0:
            return None
        plain[at] = 0
        at += step
    if at != CODED_BYTES:
        return None
    data = bytes(plain[1:])
    return data[:FRAME_BYTES] if crc16(data) == 0 else None


class Decoder:
    """Takes bytes as they come, gives the undamaged frames among them; whatever comes, it never holds more than one frame."""

    def __init__(self) -> None:
        self._rest = b""
        self.bad = 0  # frames refused since the start

    def feed(self, data: bytes) -> list[bytes]:
        """Data bytes of every frame that these bytes complete, oldest first."""
        *whole, rest = (self._rest + data).split(b"\0")
        self._rest = rest[: CODED_BYTES + 1]  # one byte too many is enough to know that it is no frame
        good = []
        for coded in whole:
            if coded:
                payload = decode(coded)
                if payload is None:
                    self.bad += 1
                else:
                    good.append(payload)
        return good
