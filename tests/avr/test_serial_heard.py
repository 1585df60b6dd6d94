"""What the flashed binary hands its core of the bytes it hears: few a tick, the end of a frame alone, and in order again after a flood."""

from __future__ import annotations

import random
from functools import partial

import pytest

from sim.avr import build
from sim.avr.cycles import awake_cycles
from sim.avr.processor import MS_CYCLES, Processor
from sim.board_avr import addresses, factory_eeprom

BOOT_MS = 150
RX_COUNT_AT = 26
"""In board_in_t: five readings of two bytes, one of four, twelve contacts."""
MOST = 5
BUSY = 8
"""Bytes that come in one tick: from so many on none is handed on in it."""
ROOM, LINE_BYTES = 64, 25
"""What waits at most, and what 250 000 baud bring in a millisecond."""
FRAME = bytes(range(1, 20)) + b"\x00"
FLOOD_MS, CALM_MS = 60, 16
FLOOD_CYCLES = 775
"""25 interrupts of 22 cycles, each of which may wake the processor (9)."""


class Board:
    """A board left alone but for the bytes on its line."""

    def __init__(self) -> None:
        self.processor = Processor(build.firmware_elf(), eeprom=factory_eeprom())
        self._in = addresses(build.firmware_elf())["in"]
        self.processor.run_ms(BOOT_MS)
        self._until_asleep()

    def _run_us(self, us: int) -> None:
        self.processor.run_to(self.processor.cycle + us * MS_CYCLES // 1000)

    def _until_asleep(self) -> None:
        """From here on every millisecond ends in the sleep between two ticks: what the core was handed is read when it is all there."""
        asleep_us = 0
        while asleep_us < 200:
            slept = self.processor.stats().sleep_cycles
            self._run_us(20)
            asleep_us = asleep_us + 20 if self.processor.stats().sleep_cycles - slept > 100 else 0

    def handed(self, sent: bytes = b"", at_us: int = 0) -> bytes:
        """A millisecond with these bytes on the line, from so far into it on, and what the core was handed in it."""
        self._run_us(at_us)
        if sent:
            self.processor.send(sent)
        self._run_us(1000 - at_us)
        count = self.processor.memory(self._in + RX_COUNT_AT, 1)[0]
        return bytes(self.processor.memory(self._in + RX_COUNT_AT + 1, count))

    def awake_cycles(self, sent: bytes = b"") -> int:
        return awake_cycles(self.processor, partial(self.handed, sent))


@pytest.fixture
def board() -> Board:
    return Board()


@pytest.mark.req("F26", "F27")
def test_the_end_of_a_frame_is_handed_on_alone_and_nothing_is_lost_or_turned_round(board: Board) -> None:
    ticks = [board.handed(FRAME if ms % 20 == 0 else b"") for ms in range(100)]
    assert b"".join(ticks) == 5 * FRAME
    assert all(len(tick) <= MOST for tick in ticks)
    assert [tick for tick in ticks if b"\x00" in tick] == 5 * [b"\x00"]


def test_a_command_is_handed_on_within_nine_milliseconds_of_its_first_byte(board: Board) -> None:
    for phase_us in range(0, 1000, 100):
        ticks = [board.handed(FRAME, at_us=phase_us)] + [board.handed() for _ in range(19)]
        assert b"".join(ticks) == FRAME
        assert max(ms for ms, tick in enumerate(ticks) if tick) < 9


def test_two_commands_back_to_back_are_both_heard(board: Board) -> None:
    ticks = [board.handed(FRAME), board.handed(FRAME), *(board.handed() for _ in range(14))]
    assert b"".join(ticks) == 2 * FRAME


@pytest.mark.parametrize("bytes_a_ms", [1, 2, BUSY - 1])
def test_a_line_that_never_rests_is_heard_as_long_as_it_is_slow(board: Board, bytes_a_ms: int) -> None:
    sent = [FRAME[at : at + bytes_a_ms] for at in range(0, len(FRAME), bytes_a_ms)]
    ticks = [board.handed(sent[ms % len(sent)] if ms < 3 * len(sent) else b"") for ms in range(3 * len(sent) + 12)]
    assert b"".join(ticks) == 3 * FRAME
    assert all(len(tick) <= MOST for tick in ticks)


@pytest.mark.req("F26", "F34")
def test_a_flood_costs_a_tick_no_more_than_its_interrupts(board: Board) -> None:
    dice = random.Random(3)
    quiet = max(board.awake_cycles() for _ in range(FLOOD_MS))
    flooded = [board.awake_cycles(dice.randbytes(LINE_BYTES)) for _ in range(FLOOD_MS)]
    assert max(flooded) - quiet <= FLOOD_CYCLES
    assert board.processor.interrupts(18) >= (FLOOD_MS - 1) * LINE_BYTES, "every byte of it came in"


@pytest.mark.req("F26", "F33", "F34")
@pytest.mark.parametrize("noise", ["any", "no zeros", "zeros"])
def test_after_a_flood_the_order_is_right_again_by_itself(board: Board, noise: str) -> None:
    dice = random.Random(4)
    alphabet = {"any": range(256), "no zeros": range(1, 256), "zeros": (0,)}[noise]
    for _ in range(FLOOD_MS):
        assert board.handed(bytes(dice.choices(alphabet, k=LINE_BYTES))) == b""
    rest = [board.handed() for _ in range(CALM_MS)]
    assert sum(map(len, rest)) <= ROOM + LINE_BYTES
    assert rest[-1] == b""
    ticks = [board.handed(FRAME)] + [board.handed() for _ in range(9)]
    assert b"".join(ticks) == FRAME
