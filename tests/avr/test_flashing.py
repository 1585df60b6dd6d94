"""The way onto the chip: each fuse bit is argued and adds up, make does what is documented, and a missing tool is one clear line."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from firmware.avr.version import version
from hardware.drive import protocol

ROOT = Path(__file__).parents[2]
BITS = {
    "low": ("CKDIV8", "CKOUT", "SUT1", "SUT0", "CKSEL3", "CKSEL2", "CKSEL1", "CKSEL0"),
    "high": ("RSTDISBL", "DWEN", "SPIEN", "WDTON", "EESAVE", "BOOTSZ1", "BOOTSZ0", "BOOTRST"),
    "extended": ("BODLEVEL2", "BODLEVEL1", "BODLEVEL0"),
}
"""Restated from the ATmega328P's data sheet, highest bit first; the extended byte's other five bits read as one."""
WRITTEN = {"low": 0xF7, "high": 0xC7, "extended": 0xFC}


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", "-C", str(ROOT / "firmware"), *arguments], capture_output=True, text=True, timeout=120, check=False)


def table() -> list[tuple[str, int, str, int, str]]:
    section = (ROOT / "firmware/README.md").read_text(encoding="utf-8").split("## Fuses")[1].split("## Flashing")[0]
    rows = re.findall(r"^\| (low|high|extended) \| (\d) \| (\w+) \| ([01]) \| (.+) \|$", section, re.M)
    return [(byte, int(bit), name, int(value), why) for byte, bit, name, value, why in rows]


@pytest.mark.req("SR10", "SR13")
@pytest.mark.parametrize("byte", BITS)
def test_every_fuse_bit_has_a_reason_and_together_they_are_the_byte_that_is_written(byte: str) -> None:
    rows = [row for row in table() if row[0] == byte]
    assert tuple(row[2] for row in rows) == BITS[byte]
    assert [row[1] for row in rows] == list(range(len(rows) - 1, -1, -1))
    ones = 0xFF & ~((1 << len(rows)) - 1)
    assert ones | sum(value << bit for _, bit, _, value, _ in rows) == WRITTEN[byte]
    assert all(len(why) >= len("the same") for *_, why in rows)


@pytest.mark.req("SR10", "SR13")
def test_make_writes_these_bytes_and_the_wiring_document_says_them() -> None:
    said = make("--dry-run", "fuses").stdout
    assert "-U lfuse:w:0xF7:m -U hfuse:w:0xC7:m -U efuse:w:0xFC:m" in said
    document = " ".join((ROOT / "hardware/wiring.md").read_text(encoding="utf-8").split())
    for byte, value in WRITTEN.items():
        assert f"{byte} 0x{value:02X}" in document


def test_flashing_verifies_takes_programmer_and_port_and_programs_the_calibration_when_told() -> None:
    said = make("--dry-run", "flash", "PROGRAMMER=stk500v2", "PORT=/dev/ttyACM0", "CALIBRATION=board.bin").stdout
    (line,) = [line for line in said.splitlines() if "flash:w:" in line]
    assert "avrdude -p m328p -c stk500v2 -P /dev/ttyACM0 -U flash:w:build/avr/firmware.hex:i -U eeprom:w:board.bin:r" in line
    assert " -V" not in line, "avrdude reads back and compares unless told not to"


def test_without_avrdude_it_says_what_to_install() -> None:
    done = make("fuses", "AVRDUDE=avrdude-that-is-not-here")
    assert done.returncode != 0
    assert "firmware: avrdude-that-is-not-here is not installed; for example: apt-get install avrdude" in done.stderr


def test_without_a_programmer_nothing_is_claimed_to_be_written() -> None:
    """The real avrdude, and a port that is not there."""
    done = make("fuses", "PROGRAMMER=stk500v2", "PORT=/dev/no-programmer-here")
    assert done.returncode != 0
    assert "firmware: nothing written, or not verified: is the programmer 'stk500v2' on /dev/no-programmer-here plugged in" in done.stderr


def test_what_was_flashed_is_named_in_the_words_of_doctor() -> None:
    assert version() == f"firmware 0.1, protocol {protocol.SCHEMA_HASH:08X}"
