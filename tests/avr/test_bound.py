"""The bound from the listing: within the budget, never below what is measured, and refused where a listing cannot tell."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from sim.avr import bound, build

MOST_CYCLES = 160
"""10 us at 16 MHz."""

HEAD = "#include <avr/io.h>\n#include <avr/interrupt.h>\n"
EMPTY = "int main(void) { sei(); for (;;) { } }\n"
LONG = 'int main(void) { for (;;) { cli(); __asm__ volatile(".rept 300\\n nop\\n .endr"); sei(); } }\n'
LOOPING = "int main(void) { for (;;) { cli(); for (uint8_t i = 0; i < PIND; i++) { PORTB = i; } sei(); } }\n"
COMPUTED = "typedef void (*call_t)(void); volatile call_t f; int main(void) { for (;;) { cli(); f(); sei(); } }\n"
SLOW_ROUTINE = 'ISR(TIMER0_OVF_vect) { __asm__ volatile(".rept 200\\n nop\\n .endr"); }\n' + EMPTY


def listed(folder: Path, text: str) -> bound.Listing:
    source, elf = folder / "program.c", folder / "program.elf"
    source.write_text(HEAD + text, encoding="utf-8")
    subprocess.run(["avr-gcc", "-mmcu=atmega328p", "-Os", "-o", str(elf), str(source)], check=True, timeout=60)
    return bound.listing(elf)


@pytest.mark.req("SR1", "F65", "F34")
def test_no_edge_can_wait_longer_than_the_budget() -> None:
    code = bound.listing(build.firmware_elf())
    stretches = code.stretches()
    assert len(stretches) >= 8, "routines and critical sections are missing from the listing"
    total = stretches[0].cycles + bound.way_cycles(code)
    assert total <= MOST_CYCLES
    assert total >= 60, "less than the shortest routine with its way in and out can take"


def test_three_hundred_instructions_with_interrupts_off_count_three_hundred(tmp_path: Path) -> None:
    assert listed(tmp_path, LONG).stretches()[0].cycles == 302  # cli and sei too


def test_a_routines_registers_and_its_way_in_and_out_count(tmp_path: Path) -> None:
    """Response 4, vector 3, prologue and epilogue of avr-gcc, reti 4."""
    assert 215 <= listed(tmp_path, SLOW_ROUTINE).stretches()[0].cycles <= 230


@pytest.mark.parametrize(("program", "why"), [(LOOPING, "a loop with interrupts off"), (COMPUTED, "where it leads is not in the listing")])
def test_what_a_listing_cannot_tell_is_refused_not_guessed(program: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(bound.BoundError, match=why):
        listed(tmp_path, program).stretches()
