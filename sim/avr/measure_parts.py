"""Single measurements of the drive board's binary: silence, hang, stack, image, speed.  Each is a line of sim.avr.measure."""

from __future__ import annotations

import random
import subprocess
import tempfile
import time
from functools import lru_cache, partial
from pathlib import Path

from sim.agenda import Agenda
from sim.avr import build
from sim.avr.cycles import NOISE_BYTES
from sim.avr.processor import MS_CYCLES
from sim.bench import Line
from sim.board_avr import addresses
from sim.cli import SHIPPED
from sim.copies import in_a_copy
from sim.runner import Run, run_scenario
from sim.scenario_loader import load_scenario
from sim.world import World

FLASH_BYTES, RAM_BYTES, RAM_END = 32768, 2048, 0x900
PAINT = 0xC5
"""What free memory holds from the start until the stack comes there."""
SILENCE_MS, REST_MS, HANG_MS = 100, 800, 20
READ_MS = 1
"""Memory is read once a millisecond, which may fall into the tick after."""

SILENCES = 20
"""Measured from so many ticks of the Pi, one after another."""
FLASH_BUDGET, MEMORY_BUDGET, STACK_BUDGET = 0.60, 0.50, 0.50
PHYSICS_BUDGET, WHOLE_BUDGET = 80.0, 40.0
AT_REST_DPS, FULL_DPS = 0.1, 1.4
PHYSICS_S, STACK_MS = 20, 200
SESSION = SHIPPED / "sessions" / "short.toml"
SILENT = "Pi silent in the descent at 1.5 deg/s, from its last command to the controlled stop"
BRAKED = "and from there to rest with the brake set"
HANG = "main loop hangs, until bridge and brake coil are off"


@lru_cache(maxsize=8)
def offset_of(member: str) -> int:
    """Where a member of the board's state lies in the ATmega328P's memory, by its own compiler."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "where.c", Path(folder) / "where.o"
        source.write_text(
            f'#include "board_state.h"\n#include <stddef.h>\nchar where[1 + offsetof(board_t, {member})];\n', encoding="utf-8"
        )
        command = ["avr-gcc", "-mmcu=atmega328p", "-std=c11", f"-I{build.FIRMWARE / 'core'}", "-c", str(source), "-o", str(target)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        if done.returncode != 0:
            raise build.said(f"the place of {member}", done)
        listed = subprocess.run(["avr-nm", "-S", str(target)], capture_output=True, text=True, check=True, timeout=60).stdout
    [size] = [line.split()[1] for line in listed.splitlines() if line.endswith(" where")]
    return addresses(build.firmware_elf())["board"] + int(size, 16) - 1


def _member(world: World, member: str) -> int:
    """A signed member of two bytes, as it is now."""
    return int.from_bytes(world.processor.memory(offset_of(member), 2), "little", signed=True)


def _silent(world: World) -> tuple[int, int]:
    """Age of the last command in ms when the plan asks for a stop, and from there until rest with the brake set."""
    age_ms = after_ms = 0
    for _ in range(SILENCE_MS + 2 * REST_MS):
        world.run_ms(1)
        after_ms += bool(age_ms)
        if not age_ms and _member(world, "plan.rate_cdps") == 0:
            age_ms = _member(world, "link.age_ms")
        truth = world.truth()
        if age_ms and truth.brake_on and abs(truth.rate_dps) < AT_REST_DPS:
            break
    return age_ms or SILENCE_MS + 2 * REST_MS, after_ms


def silence(run: Run) -> list[Line]:
    """In the descent at 1.5 deg/s, from twenty of the Pi's ticks."""
    agenda = Agenda(run.scenario, run)
    begun: list[int] = []
    rest: list[int] = []
    while len(begun) < SILENCES:
        row = run.recorder.row()
        run.tick(agenda, row)
        run.habits.live(run.recorder.row())
        if row.rate_dps > FULL_DPS:
            one, other = in_a_copy(partial(_silent, run.world))
            begun.append(one)
            rest.append(other)
    stop, stand = f"{min(begun)} to {max(begun)} ms ({SILENCES} times)", f"{min(rest)} to {max(rest)} ms"
    return [
        Line(what=SILENT, found=stop, budget=f"<= {SILENCE_MS} ms, to the millisecond of reading", held=max(begun) <= SILENCE_MS + READ_MS),
        Line(what=BRAKED, found=stand, budget=f"<= {REST_MS} ms", held=max(rest) <= REST_MS),
    ]


def _hang(run: Run) -> int:
    processor = run.world.processor
    began = processor.cycle
    processor.hang(addresses(build.firmware_elf())["clock_tick_done"])
    for _ in range(4 * HANG_MS):
        processor.run_ms(1)
        if processor.duty(0) == processor.duty(1) == 0.0 and not processor.pin("PB0"):
            break
    return -(-(processor.cycle - began) // MS_CYCLES)


def hang_to_off_ms(run: Run) -> list[Line]:
    """The end of the tick never comes: the watchdog takes the outputs away."""
    found = []
    for _ in range(SILENCES):
        found.append(in_a_copy(partial(_hang, run)))
        run.world.run_ms(1)
    said = f"{min(found)} to {max(found)} ms ({SILENCES} moments)"
    return [Line(what=HANG, found=said, budget=f"<= {HANG_MS} ms", held=max(found) <= HANG_MS)]


def _stack_used(run: Run) -> tuple[int, int]:
    """Of how many bytes behind the variables, by the paint that is left after noise on the wire and an emergency stop."""
    processor, dice = run.world.processor, random.Random(1)
    for ms in range(STACK_MS):
        processor.send(dice.randbytes(NOISE_BYTES))
        if ms == STACK_MS // 2:
            processor.set_pin("PD2", high=True)
        run.world.run_ms(1)
    first = addresses(build.firmware_elf())["_end"]
    free = processor.memory(first, RAM_END - first)
    return len(free.lstrip(bytes((PAINT,)))), len(free)


def stack(run: Run) -> list[Line]:
    used, free = in_a_copy(partial(_stack_used, run))
    found = f"{used} of {free:,} bytes behind the variables ({100 * used / free:.1f} %), after a descent, noise and an emergency stop"
    return [Line(what="stack high-water", found=found, budget=f"<= {100 * STACK_BUDGET:.0f} %", held=used <= STACK_BUDGET * free)]


def image() -> list[Line]:
    """Flash and memory of what is flashed."""
    listed = subprocess.run(["avr-size", str(build.firmware_elf())], capture_output=True, text=True, timeout=60, check=True).stdout
    text, data, bss = (int(part) for part in listed.splitlines()[1].split()[:3])
    rows = (("flash", text + data, FLASH_BYTES, FLASH_BUDGET), ("memory before the stack", data + bss, RAM_BYTES, MEMORY_BUDGET))
    return [
        Line(
            what=what,
            found=f"{used:,} of {most:,} bytes ({100 * used / most:.1f} %)",
            budget=f"<= {100 * part:.0f} %",
            held=used <= part * most,
        )
        for what, used, most, part in rows
    ]


def physics_speed(for_s: int = PHYSICS_S) -> float:
    """Firmware and physics alone, nobody at the other end: simulated seconds to a second of one core's work."""
    world = World(board="avr")
    world.estop(pressed=False)
    world.run_ms(200)
    began_s = time.process_time()
    world.run_ms(1000 * for_s)
    return for_s / (time.process_time() - began_s)


def whole_speed() -> float:
    """A whole session with the real service, person, recorder and monitors."""
    began_s = time.process_time()
    result = run_scenario(load_scenario(SESSION), board="avr")
    return result.rows[-1].t_s / (time.process_time() - began_s)


def speeds() -> list[Line]:
    alone, whole = physics_speed(), whole_speed()
    rows = (("firmware and physics", alone, PHYSICS_BUDGET), ("whole stack, a session", whole, WHOLE_BUDGET))
    return [
        Line(what=what, found=f"{speed:.0f} x real time a core", budget=f">= {least:.0f} x", held=speed >= least)
        for what, speed, least in rows
    ]
