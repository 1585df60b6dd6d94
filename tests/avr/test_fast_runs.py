"""The flashed binary with and without the shim's own run of plain instructions: the same to cycle and byte, whatever happens to it."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sim.avr import build, latency
from sim.avr.latency import PATTERNS
from sim.avr.processor import BoardDeadError, Cause, Processor, Raw
from sim.board_avr import factory_eeprom
from sim.world import World
from tests.avr.programs import program

RAM_END = 0x900
ON, OFF = Raw.SKIP, Raw.PLAIN  # simavr alone skips as it does
Story = Callable[[World, random.Random, int], None]


def seen(processor: Processor) -> tuple[Any, ...]:
    """All that can be seen of a processor."""
    return processor.core(), processor.memory(0, RAM_END), processor.eeprom(), processor.stats(), processor.events()


def booted() -> World:
    world = World(board="avr")
    world.estop(pressed=False)
    world.set_mains(True)
    world.processor.tell("BCD")
    world.run_ms(150)
    return world


def descending() -> World:
    world = latency.driving_run().world
    world.processor.tell("BCD")
    return world


def noise(world: World, dice: random.Random, ms: int) -> None:
    """Bytes, encoder and contacts at any cycle; an emergency stop in the middle of it."""
    PATTERNS["everything"](world.processor, dice)
    if ms == 60:
        world.processor.set_pin_at(world.processor.cycle + dice.randrange(16_000), "PD2", high=True)


def resets(world: World, dice: random.Random, ms: int) -> None:
    """Each kind, now and then in the middle of a write to the EEPROM, and a loop that hangs until the watchdog bites."""
    if ms % 150 == 60:
        world.reset_board(dice.choice(list(Cause)), lose_memory=dice.random() < 0.2)
    if ms == 400:
        world.hang_board()
    if ms % 90 == 45:
        world.estop(pressed=dice.random() < 0.5)


def damage(world: World, dice: random.Random, ms: int) -> None:
    """A bit of the program wrong, in what runs all the time: one more every ten milliseconds."""
    if ms % 10 == 5:
        world.processor.flip_flash(2 * dice.randrange(200, 9000))


def broken(world: World, dice: random.Random, ms: int) -> None:
    """The faults inside the processor, one after another."""
    faults = ("board_register_altered", "board_ram_flip", "board_flash_corrupt", "board_stack_overflow", "board_tick_stops")
    if ms % 60 == 30 and ms // 60 < len(faults):
        world.inject(faults[ms // 60])


def profiled(world: World, dice: random.Random, ms: int) -> None:
    """Counted by flash word for a while, which simavr's interpreter does alone."""
    PATTERNS["flood and encoder"](world.processor, dice)
    if ms == 10:
        world.processor.profile_begin()
    if ms == 25:
        world.processor.profile_end()


STORIES: dict[str, tuple[Callable[[], World], Story, int]] = {
    "noise and an emergency stop in the descent": (descending, noise, 90),
    "resets, writes and a hang": (booted, resets, 600),
    "a program that breaks": (booted, damage, 300),
    "faults inside the processor": (booted, broken, 400),
    "profiled in the descent": (descending, profiled, 40),
}


def told(how: str, name: str, monkeypatch: pytest.MonkeyPatch) -> tuple[list[tuple[Any, ...]], int]:
    """(what is seen after each millisecond, cycles that the shim has run itself)"""
    start, story, last_ms = STORIES[name]
    found = []
    with monkeypatch.context() as patch:
        patch.setattr("sim.board_avr.Processor", partial(Processor, raw=OFF if how == "simavr alone" else ON))
        if how != "translated":
            patch.setattr(Processor, "use", lambda *_: None)
        world, dice = start(), random.Random(name)
        for ms in range(last_ms):
            story(world, dice, ms)
            world.run_ms(1)
            found.append((*seen(world.processor), world.truth()))
    return found, world.processor.plain_cycles()


@pytest.mark.parametrize("name", STORIES)
def test_a_story_is_the_same_with_and_without(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Translated, one instruction after another, and by simavr alone, whatever ran here before."""
    World(board="avr")  # its program is translated with every cure; that of the stories skips as simavr does
    slow, none = told("simavr alone", name, monkeypatch)
    assert none == 0
    for how in ("one by one", "translated"):
        fast, run_here = told(how, name, monkeypatch)
        assert run_here > 100_000
        for ms, (one, other) in enumerate(zip(fast, slow, strict=True)):
            assert one == other, f"{how}, millisecond {ms}"


@pytest.mark.parametrize("seed", range(3))
def test_how_a_run_is_cut_in_steps_changes_nothing(seed: int) -> None:
    """Into steps of one cycle to two milliseconds, with bytes of noise on the wire; translated against one by one."""
    dice = random.Random(seed)
    whole, cut = (Processor(build.firmware_elf(), eeprom=factory_eeprom()) for _ in range(2))
    cut.use(cut.translation())
    for processor in (whole, cut):
        processor.run_ms(5)
        processor.send(random.Random(seed).randbytes(200))
    end = whole.cycle + 30 * 16_000
    whole.run_to(end)
    while cut.cycle < end:
        cut.run_to(min(end, cut.cycle + dice.choice((1, 2, 3, 7, 50, 333, 5920, 32_000))))
    assert cut.plain_cycles() > 10_000
    assert seen(cut) == seen(whole)


@pytest.mark.parametrize("raw", [ON, OFF])
def test_a_program_that_writes_its_own_flash_runs_what_it_has_written(tmp_path: Path, raw: Raw) -> None:
    """`ldi r24, 1; ret` is called, then written over by `ldi r24, 2; ret` and called again."""
    write = "boot_page_erase(0x4000); boot_page_fill(0x4000, 0xE080 + {n}); boot_page_fill(0x4002, 0x9508); boot_page_write(0x4000);"
    call = "{to} = ((uint8_t (*)(void))0x2000)();"
    steps = "".join(write.format(n=n) + call.format(to=f"GPIOR{n}") for n in (1, 2))
    board = Processor(program(tmp_path, "self", f"{steps} for (;;) {{}}", before="#include <avr/boot.h>"), raw=raw)
    board.run_ms(1)
    assert board.memory(0x4A, 2) == b"\x01\x02"


def test_a_pointer_behind_the_ram_harms_nobody_else(tmp_path: Path) -> None:
    """simavr calls it a crash and writes all the same: not into whatever of this process lies there, but into room of its own."""
    board = Processor(program(tmp_path, "wild", "volatile uint8_t *p = (uint8_t *)0xFFF0; *p = 0x5A; for (;;) {}"))
    behind = bytes(0x10000 - RAM_END)
    assert board.memory(RAM_END, len(behind)) == behind
    with pytest.raises(BoardDeadError, match="crashed"):
        board.run_ms(1)
    assert board.memory(RAM_END, len(behind)) == behind[:-16] + b"\x5a" + behind[-15:]
