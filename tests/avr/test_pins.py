"""One pin table for the drive board: firmware, wiring document and simulator say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHIP = {"PB0", "PB1", "PB2", "PB3", "PB4", "PB5"} | {f"PC{i}" for i in range(6)} | {f"PD{i}" for i in range(8)} | {"ADC6", "ADC7"}
"""The 22 pins of an Arduino Nano that a program can use, restated from the ATmega328P's data sheet."""


def in_firmware() -> dict[str, str]:
    text = (ROOT / "firmware/avr/pins.h").read_text(encoding="utf-8")
    digital = {name: f"P{port}{bit}" for name, port, bit in re.findall(r"^#define PIN_(\w+) +([BCD]), (\d)", text, re.M)}
    analogue = {name: f"ADC{number}" for name, number in re.findall(r"^#define CHANNEL_(\w+) +([67])U", text, re.M)}
    return {name.replace("_", " "): pin for name, pin in (digital | analogue).items()}


def in_document() -> dict[str, list[str]]:
    section = (ROOT / "hardware/wiring.md").read_text(encoding="utf-8").split("## Drive board")[1]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("| ")]
    return {row[0]: row[1:] for row in rows[1:] if row[1] in CHIP}


@pytest.mark.req("SR1", "SR13")
def test_firmware_and_wiring_document_name_the_same_pins() -> None:
    assert in_firmware() == {name: row[0] for name, row in in_document().items()}


def test_every_pin_is_used_once() -> None:
    used = list(in_firmware().values())
    assert sorted(used) == sorted(CHIP)
    assert len(used) == 22


@pytest.mark.req("SR1")
def test_the_emergency_stop_is_on_the_two_pins_that_interrupt_first() -> None:
    """INT0 and INT1 have the highest priority of all interrupts and exist on these pins only."""
    assert {name: pin for name, pin in in_firmware().items() if name.startswith("ESTOP")} == {"ESTOP A": "PD2", "ESTOP B": "PD3"}


@pytest.mark.req("SR13")
def test_no_output_that_matters_hangs_on_a_programming_wire() -> None:
    """MOSI, MISO and SCK move while the board is flashed: PB3, PB4, PB5."""
    pins = in_firmware()
    assert {pins[name] for name in ("BRAKE", "CONTACTOR", "BRIDGE DOWN", "BRIDGE UP")} & {"PB3", "PB4", "PB5"} == set()
    assert {name for name, row in in_document().items() if row[1] == "output"} >= {
        "BRAKE",
        "CONTACTOR",
        "BRIDGE DOWN",
        "BRIDGE UP",
        "BUZZER",
    }


def test_the_loops_counts_are_what_its_resistors_give() -> None:
    """10 kohm to the supply; 680 ohm, and 1.8, 3.3 and 6.8 kohm that the closed switches bridge; bounds halfway, 1 % parts well inside."""
    code = (ROOT / "sim/avr/avr_couple.c").read_text(encoding="utf-8")
    simulated = [int(n) for n in re.search(r"loop_counts\[8\] = \{([^}]*)\}", code).group(1).split(",")]  # type: ignore[union-attr]
    bounds_c = (ROOT / "firmware/avr/contacts.c").read_text(encoding="utf-8")
    bounds = [int(n) for n in re.findall(r"(\d+)U", re.search(r"loop_bounds\[\] = \{([^}]*)\}", bounds_c).group(1))]  # type: ignore[union-attr]
    for code_bits, counts in enumerate(simulated):
        ohm = 680 + (code_bits & 1) * 1800 + (code_bits >> 1 & 1) * 3300 + (code_bits >> 2 & 1) * 6800
        assert counts == pytest.approx(1023 * ohm / (ohm + 10_000), abs=1.0)
        for tolerance in (0.98, 1.02):  # both resistors 1 % off in opposite directions
            read = 1023 * ohm * tolerance / (ohm * tolerance + 10_000)
            assert sum(read >= bound for bound in bounds) == code_bits
