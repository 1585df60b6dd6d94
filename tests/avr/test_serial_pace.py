"""Telemetry leaves the flashed binary a few bytes a tick: in whole frames, ten milliseconds apart, and without an interrupt of its own."""

from __future__ import annotations

from itertools import pairwise

import pytest

from hardware.drive.frame import decode
from sim.avr import build
from sim.avr.processor import MS_CYCLES, Processor
from sim.board_avr import factory_eeprom

BOOT_MS, WATCHED_MS = 150, 400
FRAME_BYTES, PERIOD_MS = 20, 10
BYTES_A_TICK = 4
SENDING_MS = 5.5
"""Four bytes a tick, and the last one's 0.04 ms."""
UDRE_VECTOR = 19


@pytest.fixture(scope="module")
def told() -> list[list[tuple[int, int]]]:
    """The frames of a board left alone: (byte, the cycle at which it was out) of each."""
    processor = Processor(build.firmware_elf(), eeprom=factory_eeprom())
    processor.run_ms(BOOT_MS)
    processor.received()
    processor.run_ms(WATCHED_MS)
    assert processor.interrupts(UDRE_VECTOR) == 0
    frames: list[list[tuple[int, int]]] = [[]]
    for cycle, byte in processor.received():
        frames[-1].append((byte, cycle))
        if byte == 0:
            frames.append([])
    return frames[1:-1]  # the first and the last may be cut


def test_every_ten_milliseconds_a_whole_frame_leaves(told: list[list[tuple[int, int]]]) -> None:
    assert len(told) >= WATCHED_MS // PERIOD_MS - 2
    assert all(len(frame) == FRAME_BYTES for frame in told)
    assert all(decode(bytes(byte for byte, _ in frame[:-1])) is not None for frame in told)
    for one, two in pairwise(told):
        assert abs(two[-1][1] - one[-1][1] - PERIOD_MS * MS_CYCLES) <= MS_CYCLES // 4


def test_a_frame_is_under_way_no_longer_than_its_bytes_take_four_a_tick(told: list[list[tuple[int, int]]]) -> None:
    for frame in told:
        cycles = [cycle for _, cycle in frame]
        assert cycles[-1] - cycles[0] <= SENDING_MS * MS_CYCLES
        assert all(later - cycles[at] > 0.9 * MS_CYCLES for at, later in enumerate(cycles[BYTES_A_TICK:])), "more than four in a tick"
