"""Writes the check word into a linked firmware.elf: with it the CRC over everything that goes to flash is zero.  Touches only that file.

python3 image.py build/firmware.elf
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path

SYMBOLS = ("checks_flash_word", "__data_load_end")
_SECTION_SYMTAB = 2
_SEGMENT_LOAD = 1
_RAM_AND_ON = 0x800000
"""avr-gcc gives everything that is not flash an address from here up."""


def crc(data: bytes, value: int = 0xFFFF) -> int:
    """avr-libc's _crc_ccitt_update over bytes: CRC-16 X.25's polynomial, bits reversed."""
    for byte in data:
        x = (byte ^ value) & 0xFF
        x ^= (x << 4) & 0xFF
        value = ((x << 8) | (value >> 8)) ^ (x >> 4) ^ (x << 3)
    return value & 0xFFFF


def symbols(elf: bytes) -> dict[str, int]:
    """Values of every named symbol."""
    (offset,) = struct.unpack_from("<I", elf, 32)
    size, count = struct.unpack_from("<HH", elf, 46)
    headers = [struct.unpack_from("<10I", elf, offset + index * size) for index in range(count)]
    table = next(header for header in headers if header[1] == _SECTION_SYMTAB)
    names = headers[table[6]][4]
    found = {}
    for at in range(table[4], table[4] + table[5], 16):
        name, value = struct.unpack_from("<II", elf, at)
        end = elf.index(b"\0", names + name)
        found[elf[names + name : end].decode()] = value
    return found


def flash(elf: bytes) -> tuple[bytes, dict[int, int]]:
    """What lies in flash from address 0, and for each segment's flash address its place in the file."""
    (offset,) = struct.unpack_from("<I", elf, 28)
    size, count = struct.unpack_from("<HH", elf, 42)
    content, places = bytearray(), {}
    for index in range(count):
        kind, at, _virtual, physical, bytes_in_file, *_ = struct.unpack_from("<8I", elf, offset + index * size)
        if kind == _SEGMENT_LOAD and bytes_in_file and physical < _RAM_AND_ON:
            content.extend(b"\xff" * (physical + bytes_in_file - len(content)))
            content[physical : physical + bytes_in_file] = elf[at : at + bytes_in_file]
            places[physical] = at
    return bytes(content), places


def check_word(content: bytes, word: int) -> int:
    """What must stand at `word` for the whole to come out as zero: each bit of it changes the CRC by an amount of its own."""

    def crc_with(value: int) -> int:
        return crc(value.to_bytes(2, "little") + content[word + 2 :], before)

    before = crc(content[:word])
    missing = crc_with(0)
    amounts = {1 << bit: missing ^ crc_with(1 << bit) for bit in range(16)}
    value = 0
    for top in (1 << bit for bit in reversed(range(16))):
        bit = next(bit for bit, amount in amounts.items() if amount & top)
        chosen = amounts.pop(bit)
        amounts = {other ^ bit if amount & top else other: amount ^ chosen if amount & top else amount for other, amount in amounts.items()}
        if missing & top:
            missing, value = missing ^ chosen, value ^ bit
    return value


def sealed(elf: bytes) -> bytes:
    """The same file with its check word right."""
    named = symbols(elf)
    word, end = (named[name] for name in SYMBOLS)
    content, places = flash(elf)
    value = check_word(content.ljust(end, b"\xff")[:end], word)
    start = max(physical for physical in places if physical <= word)
    changed = bytearray(elf)
    struct.pack_into("<H", changed, places[start] + word - start, value)
    return bytes(changed)


def main() -> int:
    """Seal the files named."""
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_bytes(sealed(path.read_bytes()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
