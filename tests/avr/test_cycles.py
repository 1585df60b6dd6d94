"""Counting cycles by instruction: the count is whole and disturbs nothing."""

from __future__ import annotations

from pathlib import Path

from sim.avr.processor import Processor
from tests.avr.programs import program

TICKS = "ISR(TIMER2_COMPA_vect) { PINB = 1 << 0; }"
SLEEPER = """
    DDRB = 1; TCCR2A = 1 << WGM21; OCR2A = 124; TIMSK2 = 1 << OCIE2A; TCCR2B = (1 << CS21) | (1 << CS20);
    sei(); for (;;) { sleep_enable(); sleep_cpu(); }
"""


def test_counting_by_instruction_changes_nothing_and_adds_up_to_the_time_awake(tmp_path: Path) -> None:
    elf = program(tmp_path, "ticks", SLEEPER, before=TICKS)
    plain, watched = Processor(elf), Processor(elf)
    words = watched.profile_begin()
    for board in (plain, watched):
        board.run_to(100_000)
    assert watched.events() == plain.events()
    assert watched.stats() == plain.stats()
    assert sum(words) == watched.cycle - watched.stats().sleep_cycles
