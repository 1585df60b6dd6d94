"""The binary that is flashed, in the simulated world: boots, remembers, notices what is broken in itself, and lets go in time."""

from __future__ import annotations

import re
import subprocess
from itertools import pairwise

import pytest

from controller.core.wire import BoardMode, BoardReason
from sim.avr import build, latency
from sim.avr.processor import MS_CYCLES, Cause
from sim.board_avr import addresses, factory_eeprom
from sim.runner import Run
from sim.world import World

BOOT_MS = 150
FLASH_BYTES, RAM_BYTES = 32768, 2048


def running() -> World:
    world = World(board="avr")
    world.estop(pressed=False)
    world.set_mains(True)
    world.run_ms(BOOT_MS)
    return world


def reasons_after(world: World, ms: int) -> int:
    world.run_ms(ms)
    return world.truth().board_reasons


def symbol(name: str) -> int:
    return addresses(build.firmware_elf())[name]


def test_the_binary_boots_and_finds_itself_sound() -> None:
    truth = running().truth()
    assert (truth.board_mode, truth.boot_count, truth.reset_cause) == (BoardMode.BRAKED, 1, Cause.POWER)
    assert truth.board_reasons & (BoardReason.SELF_CHECK | BoardReason.MAINS_LOST | BoardReason.ESTOP) == 0


def test_flash_and_memory_leave_room() -> None:
    listed = subprocess.run(["avr-size", str(build.firmware_elf())], capture_output=True, text=True, timeout=60, check=True).stdout
    text, data, bss = (int(n) for n in listed.splitlines()[1].split()[:3])
    assert text + data <= 0.60 * FLASH_BYTES
    assert data + bss <= 0.50 * RAM_BYTES


def test_the_stack_keeps_far_from_the_variables() -> None:
    """Free memory was painted at the start; what is unpainted afterwards is the deepest the stack ever was."""
    world = running()
    world.run_ms(200)
    first = symbol("_end")
    paint = world.processor.memory(first, 0x900 - first)
    untouched = len(re.match(rb"\xc5*", paint).group(0))  # type: ignore[union-attr]
    assert (len(paint) - untouched) <= 0.50 * len(paint)


UNUSED_VECTORS = range(0x5C, 0x68)
"""Flash that no instruction is ever read from: the last four of the processor's interrupts."""


@pytest.mark.req("SR13")
def test_one_wrong_bit_in_flash_is_found_at_boot() -> None:
    world = running()
    world.processor.flip_flash(UNUSED_VECTORS[0])
    world.reset_board(int(Cause.PIN))
    assert reasons_after(world, 300) & BoardReason.SELF_CHECK


COMMAND = bytes(range(1, 20)) + b"\x00"
"""As long as one of the Pi's."""


class Scan:
    """Where the running scan of a world's processor has come to."""

    def __init__(self, world: World) -> None:
        self._at, self._world = symbol("scanned"), world

    def place(self) -> int:
        return int.from_bytes(self._world.processor.memory(self._at, 2), "little")


@pytest.mark.req("SR13")
@pytest.mark.parametrize(("where", "line"), [("just_read", b""), ("just_read", COMMAND), ("last_byte", b""), ("check_word", b"")])
def test_one_wrong_bit_in_flash_is_found_within_ten_seconds_while_the_program_runs(where: str, line: bytes) -> None:
    """The worst place is the one right behind the scan: it is read again at the end of the next round.  With a command every 20 ms less
    of it is read in each; that they are none of the Pi's makes no difference to the scan."""
    world = running()
    scan = Scan(world)
    while scan.place() - 1 not in UNUSED_VECTORS:
        world.run_ms(1)
    places = {"just_read": scan.place() - 1, "last_byte": symbol("__data_load_end") - 1, "check_word": symbol("checks_flash_word")}
    world.processor.flip_flash(places[where])
    found_ms = 0
    while found_ms < 20_000:
        found_ms += 20
        world.processor.send(line)
        if reasons_after(world, 20) & BoardReason.SELF_CHECK:
            break
    assert found_ms <= 10_000


@pytest.mark.req("SR13")
def test_a_sound_program_is_found_sound_round_after_round() -> None:
    world = running()
    scan = Scan(world)
    places: list[int] = []
    for _ in range(200):
        world.run_ms(50)
        places.append(scan.place())
    assert sum(now < before for before, now in pairwise(places)) >= 2
    assert not world.truth().board_reasons & BoardReason.SELF_CHECK


@pytest.mark.req("SR13")
@pytest.mark.parametrize(("register", "wrong"), [(0x24, 0x00), (0xB3, 0x7D), (0x69, 0x05), (0x3D, 0x00), (0x86, 0x00)])
def test_a_register_that_changed_is_found_within_fifty_milliseconds(register: int, wrong: int) -> None:
    """Direction of port B, the tick's compare value, the emergency stop's edges and their mask, the bridge's top."""
    world = running()
    world.processor.write_memory(register, bytes((wrong,)))
    assert reasons_after(world, 50) & BoardReason.SELF_CHECK


@pytest.mark.req("SR13", "SR1")
def test_an_emergency_stop_read_by_level_instead_of_edge_is_a_reset() -> None:
    """With its mode bits zeroed a closed (low) contact interrupts for ever: that cuts everything, and the watchdog does the rest."""
    world = running()
    world.processor.write_memory(0x69, b"\x00")
    world.run_ms(20)
    assert world.truth().reset_cause == Cause.WATCHDOG
    world.run_ms(250)
    truth = world.truth()
    assert (truth.board_running, truth.boot_count) == (True, 2)


@pytest.mark.req("SR13", "SR1")
def test_a_flipped_bit_in_what_must_not_loosen_is_found() -> None:
    """Between two ticks, where the processor sleeps and nothing but a fault can change it."""
    world = running()
    while (slept := world.processor.stats().sleep_cycles) + 100 > _slept_after(world, 100):
        assert slept >= 0
    world.processor.write_memory(symbol("board"), bytes((world.processor.memory(symbol("board"), 1)[0] ^ 1,)))
    assert reasons_after(world, 30) & BoardReason.SELF_CHECK


def _slept_after(world: World, cycles: int) -> int:
    world.processor.run_to(world.processor.cycle + cycles)
    return world.processor.stats().sleep_cycles


@pytest.mark.req("SR13")
def test_a_stack_that_reaches_the_variables_is_found() -> None:
    world = running()
    world.processor.write_memory(symbol("_end") + 2, b"\x00")
    assert reasons_after(world, 30) & BoardReason.SELF_CHECK


@pytest.mark.req("SR1")
@pytest.mark.parametrize("after_ms", range(0, 60, 4))
def test_supply_lost_right_after_an_emergency_stop_never_unlatches_it(after_ms: int) -> None:
    """The latch takes up to 40 ms to write; cut there, it must come up latched or never have been seen at all."""
    world = running()
    world.run_ms(100)  # the first records are written
    world.estop(pressed=True)
    world.run_ms(8 + after_ms)
    world.processor.reset(Cause.BROWN_OUT)
    world.estop(pressed=False)
    world.run_ms(300)
    assert world.truth().board_mode == BoardMode.STOPPED


@pytest.mark.req("SR1", "SR13")
@pytest.mark.parametrize("after_ms", [68, 80, 95, 108])
def test_an_emergency_stop_while_the_program_still_sums_its_flash_is_latched(after_ms: int) -> None:
    """The edge's flag waits for the interrupts to come on: only the 65 ms of the fuses are deaf."""
    world = running()
    world.run_ms(100)
    world.reset_board(int(Cause.PIN))
    world.run_ms(after_ms)
    world.estop(pressed=True)
    world.run_ms(2)
    world.estop(pressed=False)
    world.run_ms(150)
    assert world.truth().board_mode == BoardMode.STOPPED


@pytest.mark.req("SR2")
def test_a_torn_budget_record_charges_five_seconds_and_no_record_gives_time_back() -> None:
    world = running()
    image = bytearray(factory_eeprom())
    image[32 + 39 * 10] ^= 0xFF  # the newest of the ring, torn
    world.processor.write_eeprom(bytes(image))
    world.reset_board(int(Cause.POWER))
    world.run_ms(300)
    at = symbol("board")
    used_ds = int.from_bytes(world.processor.memory(at + 4, 2), "little")
    assert used_ds >= 50


@pytest.mark.req("SR13")
def test_a_hang_is_off_within_twenty_milliseconds(descent: Run) -> None:
    """In a forked copy, so that the descent stays as it is for the other tests."""
    assert latency.in_a_copy(lambda: _hang_to_off_ms(descent)) <= 20


def _hang_to_off_ms(run: Run) -> int:
    processor = run.world.processor
    began = processor.cycle
    processor.hang(symbol("clock_tick_done"))
    for _ in range(40):
        processor.run_ms(1)
        if processor.duty(0) == processor.duty(1) == 0.0 and not processor.pin("PB0"):
            break
    return -(-(processor.cycle - began) // MS_CYCLES)


@pytest.mark.req("SR1")
@pytest.mark.parametrize("pattern", latency.PATTERNS)
def test_the_emergency_stop_is_off_in_ten_microseconds(descent: Run, pattern: str) -> None:
    """A sample of phases; `python -m sim.avr.latency --every 1` takes all."""
    found = latency.sweep(descent, pattern, range(17, MS_CYCLES, 801))
    assert found.missed == 0
    assert found.most_us <= 10.0
    assert found.median_us <= 1.5


@pytest.mark.req("SR4")
def test_both_sides_of_the_bridge_are_never_on_at_once(descent: Run) -> None:
    assert not descent.world.processor.both_sides_on
    assert descent.world.truth().duty != 0
