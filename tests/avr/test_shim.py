"""The shim against simavr 1.6 as it comes: each cure is seen to matter; without it the simulator errs in silence, to the unsafe side."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from sim.avr.processor import MS_CYCLES, BoardDeadError, Cause, Processor, Raw
from tests.avr.programs import program

PULL_UP = "PORTD = 1 << 2; for (;;) { PORTD = 1 << 2; PORTC = PIND; DDRC = 0xFF; }"
ECHO = """
    UBRR0 = 3; UCSR0B = (1 << RXEN0) | (1 << TXEN0);
    for (;;) { while (!(UCSR0A & (1 << RXC0))) {} UDR0 = UDR0; }
"""
TALK = "UBRR0 = 3; UCSR0B = 1 << TXEN0; for (;;) { while (!(UCSR0A & (1 << UDRE0))) {} UDR0 = 0x55; }"
TICKS = "ISR(TIMER2_COMPA_vect) { PINB = 1 << 0; }"
SLEEPER = """
    DDRB = 1; TCCR2A = 1 << WGM21; OCR2A = 124; TIMSK2 = 1 << OCIE2A; TCCR2B = (1 << CS21) | (1 << CS20);
    sei(); for (;;) { sleep_enable(); sleep_cpu(); }
"""
EDGE = "ISR(INT0_vect) { PINB = 1; }"
WAKES = "DDRB = 1; EICRA = 3; EIMSK = 1; sei(); for (;;) { sleep_enable(); sleep_cpu(); }"
PWM = "DDRB = 6; ICR1 = {top}; OCR1A = {compare}; TCCR1A = {a}; TCCR1B = {b}; for (;;) {{}}"


@pytest.mark.req("SR1")
@pytest.mark.parametrize(("raw", "reads"), [(Raw(0), False), (Raw.PINS, True)])
def test_a_pin_held_low_stays_low_although_its_pull_up_is_written(tmp_path: Path, raw: Raw, reads: bool) -> None:
    board = Processor(program(tmp_path, "pull", PULL_UP), raw=raw)
    board.set_pin("PD2", high=False)
    board.run_ms(1)
    assert board.pin("PC2") is reads


@pytest.mark.req("SR13")
@pytest.mark.parametrize(("raw", "reads"), [(Raw(0), True), (Raw.RESET, False)])
def test_a_pin_held_high_is_still_high_after_a_reset(tmp_path: Path, raw: Raw, reads: bool) -> None:
    board = Processor(program(tmp_path, "kept", "DDRC = 0xFF; for (;;) { PORTC = PIND; }"), raw=raw)
    board.set_pin("PD2", high=True)
    board.run_ms(1)
    assert board.pin("PC2")
    board.reset()
    board.run_ms(1)
    assert board.pin("PC2") is reads


@pytest.mark.parametrize(("raw", "cycles"), [(Raw(0), 640), (Raw.BYTE_TIME, 704)])
def test_a_byte_takes_ten_bits(tmp_path: Path, raw: Raw, cycles: int) -> None:
    """10 bits at 250 kBd and 16 MHz are 640 cycles."""
    board = Processor(program(tmp_path, "talk", TALK), raw=raw)
    board.run_ms(5)
    ends = [end for end, _ in board.received()]
    gaps = sorted(after - before for before, after in pairwise(ends[2:]))
    assert len(gaps) > 50
    assert cycles <= gaps[0] < cycles + 60, "a few cycles lie between bytes: simavr has no second transmit buffer"
    assert board.baud == 250_000


def test_an_echo_at_full_speed_loses_nothing_and_keeps_the_order(tmp_path: Path) -> None:
    board = Processor(program(tmp_path, "echo", ECHO))
    board.run_ms(1)
    board.set_far_baud(225_000)  # simavr sends without a second buffer, a little slower than it hears
    sent = bytes(i * 7 & 0xFF for i in range(400))
    board.send(sent)
    board.run_ms(30)
    assert bytes(byte for _, byte in board.received()) == sent
    assert board.stats().rx_overrun == 0


def test_a_program_that_does_not_read_loses_all_but_three_bytes(tmp_path: Path) -> None:
    board = Processor(program(tmp_path, "deaf", "UBRR0 = 3; UCSR0B = 1 << RXEN0; for (;;) {}"))
    board.run_ms(1)
    board.send(bytes(20))
    board.run_ms(2)
    assert board.stats().rx_overrun == 17


@pytest.mark.req("SR1")
def test_an_interrupt_is_entered_as_late_as_on_silicon(tmp_path: Path) -> None:
    """Four cycles to enter and four to wake from sleep, which simavr leaves out."""
    elf = program(tmp_path, "edge", WAKES, before=EDGE)
    assert _cycles_to_answer(Processor(elf)) - _cycles_to_answer(Processor(elf, raw=Raw.ENTRY)) == 8


def _cycles_to_answer(board: Processor) -> int:
    board.run_ms(1)
    board.set_pin("PD2", high=False)
    edge = board.cycle + 1000
    board.set_pin_at(edge, "PD2", high=True)
    board.run_ms(1)
    return next(event.cycle for event in board.events() if event.what == "PB0" and event.cycle >= edge) - edge


@pytest.mark.parametrize(
    ("top", "compare", "a", "b", "duty"),
    [
        (799, 100, 0x82, 0x19, 101 / 800),
        (799, 799, 0x82, 0x19, 1.0),
        (799, 0, 0x82, 0x19, 1 / 800),
        (799, 100, 0x02, 0x19, 0.0),
        (800, 100, 0x82, 0x11, 0.125),
        (800, 100, 0x80, 0x11, 0.125),
        (0, 511, 0x83, 0x09, 0.5),
        (799, 100, 0xC2, 0x19, 1 - 101 / 800),
    ],
)
def test_the_bridge_duty_is_read_from_the_registers(tmp_path: Path, top: int, compare: int, a: int, b: int, duty: float) -> None:
    """Modes 14, 8, 10 and 7, inverted output, and not connected; figures by hand from the data sheet's table."""
    board = Processor(program(tmp_path, "pwm", PWM.format(top=top, compare=compare, a=a, b=b)))
    board.run_ms(1)
    assert board.duty(0) == pytest.approx(duty)
    assert board.duty(1) == 0.0


@pytest.mark.req("SR1")
def test_raw_simavr_takes_a_disconnected_bridge_for_one_that_drives(tmp_path: Path) -> None:
    body = "DDRB = 6; ICR1 = 799; TCCR1A = 0x82; TCCR1B = 0x19; OCR1A = 400; TCCR1A = 0x02; for (;;) {}"
    cured, raw = (Processor(program(tmp_path, "off", body), raw=cures) for cures in (Raw(0), Raw.DUTY))
    for board in (cured, raw):
        board.run_ms(1)
    assert cured.duty(0) == 0.0
    assert raw.duty(0) > 0.4


@pytest.mark.parametrize("step_cycles", [160_000, 16_000, 5_920, 1_600, 333])
def test_how_a_run_is_cut_in_steps_changes_nothing(tmp_path: Path, step_cycles: int) -> None:
    whole, cut = (Processor(program(tmp_path, "ticks", SLEEPER, before=TICKS)) for _ in range(2))
    whole.run_to(800_000)
    while cut.cycle < 800_000:
        cut.run_to(min(cut.cycle + step_cycles, 800_000))
    ticks = [event for event in whole.events() if event.what == "PB0"]
    assert len(ticks) == 199
    assert [event for event in cut.events() if event.what == "PB0"] == ticks
    assert cut.stats() == whole.stats()


def test_raw_simavr_does_not_stop_where_it_is_told(tmp_path: Path) -> None:
    elf = program(tmp_path, "stop", SLEEPER, before=TICKS)
    cured, raw = Processor(elf), Processor(elf, raw=Raw.STOPS)
    for board in (cured, raw):
        board.run_to(101_001)
    assert cured.cycle == 101_001
    assert raw.cycle > 101_001 + 100


@pytest.mark.req("SR13")
@pytest.mark.parametrize("cause", list(Cause))
def test_the_program_sees_why_it_was_reset(tmp_path: Path, cause: Cause) -> None:
    board = Processor(program(tmp_path, "cause", "DDRC = 0xFF; PORTC = MCUSR; MCUSR = 0; for (;;) {}"))
    board.run_ms(1)
    board.reset(cause)
    board.run_ms(1)
    assert board.memory(0x28, 1)[0] == cause


@pytest.mark.req("SR13")
def test_the_watchdog_resets_a_program_that_hangs_and_keeps_its_memory(tmp_path: Path) -> None:
    body = "DDRB = 1; if (MCUSR & 8) { PORTB = 1; MCUSR = 0; wdt_disable(); for (;;) {} } MCUSR = 0; wdt_enable(WDTO_15MS); for (;;) {}"
    board = Processor(program(tmp_path, "dog", body))
    board.write_memory(0x500, b"kept")
    board.run_ms(100)
    reset = next(event for event in board.events() if event.what == "reset")
    assert 14 * MS_CYCLES < reset.cycle < 18 * MS_CYCLES
    assert reset.value == Cause.WATCHDOG
    assert board.pin("PB0")
    assert board.memory(0x500, 4) == b"kept"


@pytest.mark.parametrize(("raw", "busy_ms"), [(Raw(0), 3.4), (Raw.EEPROM, 0.0)])
def test_an_eeprom_write_takes_its_time(tmp_path: Path, raw: Raw, busy_ms: float) -> None:
    body = "DDRB = 1; PORTB = 1; EEAR = 5; EEDR = 0x42; EECR = 4; EECR |= 2; while (EECR & 2) {} PORTB = 0; for (;;) {}"
    board = Processor(program(tmp_path, "cell", body), raw=raw)
    board.run_ms(6)
    edges = [event.cycle for event in board.events() if event.what == "PB0"]
    assert board.eeprom()[5] == 0x42
    assert (edges[1] - edges[0]) / MS_CYCLES == pytest.approx(busy_ms, abs=0.01)


def test_supply_lost_in_the_middle_of_a_write_leaves_the_cell_erased(tmp_path: Path) -> None:
    body = "if (MCUSR & 4) { for (;;) {} } EEAR = 5; EEDR = 0x42; EECR = 4; EECR |= 2; for (;;) {}"
    board = Processor(program(tmp_path, "torn", body), eeprom=bytes(1024))
    board.run_ms(1)
    board.reset(Cause.BROWN_OUT)
    board.run_ms(5)
    assert board.eeprom()[5] == 0xFF
    assert board.stats().torn == 1


def test_a_program_that_sleeps_with_interrupts_off_is_dead(tmp_path: Path) -> None:
    board = Processor(program(tmp_path, "dead", "cli(); sleep_enable(); sleep_cpu(); for (;;) {}"))
    with pytest.raises(BoardDeadError, match="interrupts off"):
        board.run_ms(1)


@pytest.mark.req("SR13")
def test_the_watchdog_resets_a_program_that_sleeps_with_interrupts_off(tmp_path: Path) -> None:
    """Fault 42 as the silicon has it; without the cure simavr ends there and the board is never heard of again."""
    woken = "if (MCUSR & 8) { MCUSR = 0; wdt_disable(); DDRB = 1; PORTB = 1; for (;;) {} }"
    board = Processor(program(tmp_path, "deaf_sleep", f"{woken} wdt_enable(WDTO_15MS); cli(); sleep_enable(); sleep_cpu(); for (;;) {{}}"))
    for _ in range(40):  # cut in steps: none of them may end it
        board.run_ms(2.5)
    reset = next(event for event in board.events() if event.what == "reset")
    assert 14 * MS_CYCLES < reset.cycle < 18 * MS_CYCLES
    assert reset.value == Cause.WATCHDOG
    assert board.pin("PB0")
    assert board.stats().sleep_cycles > 14 * MS_CYCLES


@pytest.mark.req("SR13")
def test_after_the_watchdogs_reset_the_fuses_hold_the_program_back_for_65_ms(tmp_path: Path) -> None:
    """And the watchdog's next round, 16 ms, begins with the program: it must not reset a chip that is still starting."""
    body = "DDRB = 1; if (MCUSR & 8) { MCUSR = 0; wdt_disable(); PORTB = 1; for (;;) {} } wdt_enable(WDTO_15MS); for (;;) {}"
    board = Processor(program(tmp_path, "starts", body))
    board.run_ms(200)
    events = board.events()
    resets = [event.cycle for event in events if event.what == "reset"]
    ran = next(event.cycle for event in events if event.what == "PB0" and event.value)
    assert len(resets) == 1
    assert (ran - resets[0]) / MS_CYCLES == pytest.approx(65.0, abs=0.1)


COUNTS_EDGES = "ISR(INT0_vect) { GPIOR1++; }"
EDGE_LATER = "_delay_ms(1); EICRA = 3; EIMSK = 1; sei(); for (;;) {}"
GPIOR1 = 0x4A


@pytest.mark.req("SR1")
@pytest.mark.parametrize(("raw", "drowns"), [(Raw(0), False), (Raw.LEVEL, True)])
def test_a_pin_that_is_low_before_the_edge_is_chosen_does_not_interrupt_for_ever(tmp_path: Path, raw: Raw, drowns: bool) -> None:
    """A healthy emergency stop is low from before the program runs."""
    board = Processor(program(tmp_path, "early", EDGE_LATER, before=f"#include <util/delay.h>\n{COUNTS_EDGES}"), raw=raw)
    board.set_pin("PD2", high=True)
    board.set_pin("PD2", high=False)
    board.run_ms(3)
    assert (board.interrupts(1) > 100) is drowns
    if not drowns:
        board.set_pin("PD2", high=True)
        board.run_ms(1)
        assert board.memory(GPIOR1, 1) == b"\x01"


def test_a_low_level_interrupts_as_long_as_mode_and_mask_say_so(tmp_path: Path) -> None:
    """As the data sheet has it for ISC = 0: again and again while the pin is low, and not after the mode is another."""
    board = Processor(program(tmp_path, "level", "EIMSK = 1; sei(); for (;;) {}", before=COUNTS_EDGES))
    board.set_pin("PD2", high=True)
    board.run_ms(1)
    assert board.interrupts(1) == 0
    board.set_pin("PD2", high=False)
    board.run_ms(1)
    assert board.interrupts(1) > 100
    board.write_memory(0x69, b"\x03")
    board.run_ms(1)
    then = board.interrupts(1)
    board.run_ms(1)
    assert board.interrupts(1) == then


@pytest.mark.req("SR1")
@pytest.mark.parametrize(("raw", "reads"), [(Raw(0), b"\x00\x01\x00"), (Raw.FLAGS, b"\x02\x03\x01")])
def test_an_edges_flag_is_cleared_by_a_one_and_kept_by_a_zero(tmp_path: Path, raw: Raw, reads: bytes) -> None:
    """The firmware's poll asks the flag whether the interrupt saw the edge; without the cure it would always hear yes."""
    body = "EICRA = 3; EIFR = 2; GPIOR0 = EIFR; EIFR = 2; _delay_ms(2); GPIOR1 = EIFR; EIFR = 1; GPIOR2 = EIFR; for (;;) {}"
    board = Processor(program(tmp_path, "flags", body, before="#include <util/delay.h>"), raw=raw)
    board.set_pin("PD2", high=False)
    board.set_pin_at(16_000, "PD2", high=True)
    board.run_ms(4)
    assert board.memory(0x3E, 1) + board.memory(0x4A, 2) == reads


SKIPS_ADIW = r'asm volatile("clr r25\n ldi r24, 1\n sbrc r25, 7\n adiw r24, 15\n inc r24\n out 0x2A, r24" : : : "r24", "r25");'
"""How a quotient of 16 is rounded: 15 more if negative, then on.  `inc` stands for what follows."""


@pytest.mark.parametrize("raw", [Raw(0), Raw.SKIP, Raw.PLAIN])
@pytest.mark.parametrize("how", ["whole", "cycle by cycle", "profiled"])
def test_a_skip_over_an_addition_skips_nothing_more(tmp_path: Path, raw: Raw, how: str) -> None:
    """simavr takes ADIW and SBIW with some numbers for two words and skips the next instruction too."""
    board = Processor(program(tmp_path, "skip", f"{SKIPS_ADIW} for (;;) {{}}"), raw=raw)
    if how == "profiled":
        board.profile_begin()
    while board.cycle < 500:
        board.run_to(board.cycle + (1 if how == "cycle by cycle" else 500))
    assert board.memory(GPIOR1, 1) == (b"\x01" if raw else b"\x02")
