"""Counting cycles by instruction: the count is whole and disturbs nothing."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from sim.avr import cycles
from sim.avr.processor import Processor
from sim.cli import SHIPPED
from sim.copies import in_a_copy
from sim.runner import Run
from sim.scenario_loader import find_scenarios, load_scenario
from tests.avr.programs import program

BUDGET_CYCLES = 6400
"""40 % of a millisecond at 16 MHz."""
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


@pytest.mark.parametrize("noise", [0, 1, 7, 25])
def test_no_tick_of_a_descent_takes_more_than_its_share_however_much_the_line_brings(descent: Run, noise: int) -> None:
    spent = in_a_copy(partial(cycles.cost, descent, 60, noise=noise))
    assert 1000 < spent.mean_cycles <= spent.worst_cycles <= BUDGET_CYCLES


def test_nor_does_one_while_the_pi_steers_whenever_its_commands_come(descent: Run) -> None:
    spent = cycles.cost_with_pi(descent, 2000)
    assert spent.ticks >= 2000
    assert 1000 < spent.mean_cycles <= spent.worst_cycles <= BUDGET_CYCLES


@pytest.mark.parametrize("name", ["endings/board_reset", "rules/sr09_person_gets_off", "rules/sr09_motor_stalls_in_the_return"])
def test_nor_does_the_dearest_tick_that_any_scenario_has_shown(name: str) -> None:
    """A command, a message of the board's own and a step of a record in one tick; after a reset the ascent and a rest as well."""
    (path,) = find_scenarios([SHIPPED / f"{name}.toml"])
    found = in_a_copy(partial(cycles.dearest, load_scenario(path)))
    assert 5000 < found.cycles <= BUDGET_CYCLES
