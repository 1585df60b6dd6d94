"""The drive board's real binary in the simulated world: firmware.elf under simavr in lock step with the physics.  Decides nothing.

A world whose board is the world's own C code runs a thousand times real time; this one runs every instruction that will be flashed.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

from sim.avr import build
from sim.avr.processor import MS_CYCLES, Processor, Raw
from sim.build import BuildError
from sim.table import TABLE

TIMSK2, DDRB = 0x70, 0x24
NAP_CYCLES = 200


@lru_cache(maxsize=4)
def _tool(name: str) -> ModuleType:
    """firmware/avr/<name>.py: what makes the images that are flashed also makes them here."""
    spec = importlib.util.spec_from_file_location(f"firmware_avr_{name}", build.FIRMWARE / "avr" / f"{name}.py")
    if spec is None or spec.loader is None:
        raise BuildError(f"firmware/avr/{name}.py is missing; it comes with the project")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@lru_cache(maxsize=8)
def addresses(elf: Path) -> dict[str, int]:
    """Where each symbol of a program lies; data memory from 0.  The linker gives static variables a number."""
    named: dict[str, int] = _tool("image").symbols(elf.read_bytes())
    return {name.split(".lto_priv")[0]: value & 0xFFFF if value >= 0x800000 else value for name, value in named.items()}


def factory_eeprom(*, pot_zero: int | None = None, pot_span: int | None = None, encoder_span: int | None = None) -> bytes:
    """A new board's EEPROM, calibrated for the reference table unless told otherwise."""
    counts_per_deg = TABLE["pot_counts_per_deg"].value
    content: bytes = _tool("eeprom_image").content(
        pot_zero=round(TABLE["pot_zero_counts"].value) if pot_zero is None else pot_zero,
        pot_span=round(counts_per_deg * 100.0) if pot_span is None else pot_span,
        encoder_span=round(TABLE["encoder_counts_per_deg"].value) if encoder_span is None else encoder_span,
    )
    return content


@lru_cache(maxsize=4)
def _translation(elf: Path, raw: Raw) -> str:
    return Processor(elf, raw=raw).translation()


class AvrBoard:
    """firmware.elf wired to one world (sim.world.World), which it steps from now on."""

    def __init__(self, ffi: Any, lib: Any, world: Any, *, elf: Path | None = None, eeprom: bytes | None = None) -> None:
        self.elf = build.firmware_elf() if elf is None else elf
        self.processor = Processor(self.elf, eeprom=factory_eeprom() if eeprom is None else eeprom)
        self.processor.tell("")
        if elf is None:
            self.processor.use(_translation(self.elf, self.processor.raw))
        self._avr_ffi, self._avr_lib = build.load()
        self._where = where = addresses(self.elf)
        self._buzzer_at, self._hang_at = where["sound_now"], where["clock_tick_done"]
        self._world = self._avr_ffi.cast("void *", int(ffi.cast("uintptr_t", world)))
        self._begin = int(ffi.cast("uintptr_t", ffi.addressof(lib, "world_external_begin")))
        self._end = int(ffi.cast("uintptr_t", ffi.addressof(lib, "world_external_end")))
        lib.world_external(world, 1)

    def break_by(self, fault: str) -> bool:
        """A fault of the catalogue that lies inside the processor, as it is there; False: it is none of those."""
        deeds: dict[str, Callable[[], None]] = {
            "board_tick_stops": lambda: self.processor.write_memory(TIMSK2, b"\0"),
            "board_stack_overflow": lambda: self.processor.write_memory(self._where["_end"] + 2, b"\0"),
            "board_ram_flip": self._flip_latch,
            "board_flash_corrupt": self._flip_flash,
            "board_register_altered": lambda: self.processor.write_memory(DDRB, b"\0"),
        }
        if fault not in deeds:
            return False
        deeds[fault]()
        return True

    def _flip_latch(self) -> None:
        """The emergency stop's latch, while the processor sleeps between two ticks and nothing but a fault can change it."""
        slept = self.processor.stats().sleep_cycles
        for _ in range(MS_CYCLES // NAP_CYCLES):
            self.processor.run_to(self.processor.cycle + NAP_CYCLES)
            if self.processor.stats().sleep_cycles - slept >= NAP_CYCLES // 2:
                break
            slept = self.processor.stats().sleep_cycles
        at = self._where["board"]
        self.processor.write_memory(at, bytes((self.processor.memory(at, 1)[0] ^ 1,)))

    def _flip_flash(self) -> None:
        """In a byte that no instruction is read from, the last of the variables' first values: only the running scan can find it."""
        self.processor.flip_flash(self._where["__data_load_end"] - 1)

    def run_ms(self, n: int) -> None:
        """`n` milliseconds of world and processor."""
        self._avr_lib.avr_couple(self.processor.handle, self._world, self._begin, self._end, n, self._buzzer_at, self._hang_at)
