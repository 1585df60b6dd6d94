"""One simulated ATmega328P with a program in it, as Python handles it.  Virtual time only; an absolute cycle at 16 MHz is the clock."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from enum import IntEnum, IntFlag
from pathlib import Path
from typing import Any, NamedTuple

from sim.avr import build
from sim.build import BuildError

CLOCK_HZ = 16_000_000
MS_CYCLES = 16_000
EEPROM_BYTES = 1024
FLASH_WORDS = 16_384
_PORTS = "BCD"
_ROOM = 4096


class Cause(IntEnum):
    """Of a reset, as the processor's MCUSR shows it."""

    POWER = 1
    PIN = 2
    BROWN_OUT = 4
    WATCHDOG = 8


class Raw(IntFlag):
    """Cures of simavr 1.6 left out, to see what it does without."""

    PINS = 1
    BYTE_TIME = 2
    ENTRY = 4
    RESET = 8
    EEPROM = 16
    STOPS = 32
    DUTY = 64
    LEVEL = 128
    FLAGS = 256
    PLAIN = 512
    """Speed: simavr's own interpreter alone, its wrong skips too."""
    SKIP = 1024


ALL_CURES = Raw(0)
"""Nothing left out."""


class Event(NamedTuple):
    """One thing that happened.  `what`: a pin's name, `down` or `up` (a side of the bridge), `reset`, `> PD2` (an edge put on it), or
    `cell 37` (a write to the EEPROM begins).
    """

    cycle: int
    what: str
    value: float


class Stats(NamedTuple):
    """Counts since the start."""

    sleep_cycles: int
    resets: int
    rx_overrun: int
    tx_lost: int
    events_lost: int
    torn: int
    stack_least: int
    cause: int
    dead: int


class BoardDeadError(Exception):
    """The program has crashed or sleeps with interrupts off."""


def _pin(name: str) -> tuple[int, int]:
    """`PD2` -> (2, 2)."""
    if len(name) != 3 or name[0] != "P" or name[1] not in _PORTS or not name[2].isdigit():
        raise ValueError(f"no pin {name!r}; there are PB0 to PD7")
    return _PORTS.index(name[1]), int(name[2])


def _pin_name(index: int) -> str:
    return f"P{_PORTS[index >> 3]}{index & 7}"


class Processor:
    """A program file on a chip."""

    def __init__(self, elf: Path, *, eeprom: bytes | None = None, raw: Raw = ALL_CURES) -> None:
        self._ffi, self._lib = build.load()
        board = self._lib.avr_board_new(str(elf).encode())
        if board == self._ffi.NULL:
            raise BuildError(f"{elf}: is not a program for the ATmega328P")
        self.handle = self._ffi.gc(board, self._lib.avr_board_free)
        self._bytes = self._ffi.new("uint8_t[]", _ROOM)
        self._ends = self._ffi.new("uint64_t[]", _ROOM)
        self._events = self._ffi.new("avr_event_t[]", _ROOM)
        self.leave_out(raw)
        if eeprom is not None:
            self.write_eeprom(eeprom)

    def leave_out(self, raw: Raw) -> None:
        """These cures, from now on."""
        self.raw = raw
        self._lib.avr_raw(self.handle, int(raw))

    def translation(self) -> str:
        """The program as C, stretch by stretch."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "stretches.c"
            if self._lib.avr_translate(self.handle, str(path).encode()) != 0:
                raise BuildError(f"{path}: cannot be written")
            return path.read_text(encoding="utf-8")

    def use(self, text: str) -> None:
        """Run what this text, this very program's translation, has been compiled to: the same to the cycle and the bit, and faster."""
        self._stretches, address = build.stretches(text)
        self._lib.avr_use(self.handle, self._ffi.cast("void *", address))

    # ------------------------------------------------------------ time

    @property
    def cycle(self) -> int:
        return int(self._lib.avr_cycle(self.handle))

    def run_to(self, cycle: int) -> None:
        """Let time pass up to an absolute cycle.  Raises BoardDeadError."""
        dead = self._lib.avr_run_to(self.handle, cycle)
        if dead:
            why = "sleeps with interrupts off" if dead == 1 else "crashed"
            raise BoardDeadError(f"{why} at cycle {self.cycle}, program counter {self._lib.avr_pc(self.handle):#x}")

    def run_ms(self, n: float) -> None:
        self.run_to(self.cycle + round(n * MS_CYCLES))

    def resume(self) -> None:
        """Go on after a sleep with interrupts off."""
        self._lib.avr_resume(self.handle)

    def reset(self, cause: Cause = Cause.PIN) -> None:
        """As the silicon does for this cause; loss of supply loses the memory as well."""
        self._lib.avr_reset_by(self.handle, int(cause), cause is Cause.POWER)

    # ------------------------------------------------------------ pins

    def set_pin(self, name: str, high: bool) -> None:
        self._lib.avr_pin_set(self.handle, *_pin(name), high)

    def set_pin_at(self, cycle: int, name: str, high: bool) -> None:
        if self._lib.avr_pin_later(self.handle, cycle, *_pin(name), high) != 0:
            raise ValueError("too many edges are waiting; at most 256")

    def pin(self, name: str) -> bool:
        """The level on the pin, whoever drives it."""
        return bool(self._lib.avr_pin_get(self.handle, *_pin(name)))

    def set_counts(self, channel: int, counts: int) -> None:
        """What a conversion of this channel will read, exactly."""
        self._lib.avr_adc_counts(self.handle, channel, counts)

    def set_sum_of_four(self, counts: int) -> None:
        """What four conversions of channel 0 in a row will add up to."""
        self._lib.avr_adc_sum_of_four(self.handle, counts)

    def set_bandgap(self, counts: int) -> None:
        """The supply, as the 1.1 V reference reads against it."""
        self._lib.avr_bandgap_counts(self.handle, counts)

    def duty(self, side: int) -> float:
        """Of OC1A (0, towards head-down) or OC1B (1), now: 0 to 1; -1 is not a PWM mode."""
        return float(self._lib.avr_duty(self.handle, side))

    @property
    def both_sides_on(self) -> bool:
        """Whether both sides of the bridge were ever on at once."""
        return bool(self._lib.avr_both_sides(self.handle))

    # ------------------------------------------------------------ serial

    @property
    def baud(self) -> int:
        return int(self._lib.avr_baud(self.handle))

    def set_far_baud(self, baud: float) -> None:
        """The other end's speed."""
        self._lib.avr_far_baud(self.handle, baud)

    def send(self, data: bytes) -> None:
        """Bytes onto the wire, one after another from now on."""
        if self._lib.avr_serial_put(self.handle, data, len(data)) != len(data):
            raise ValueError("too many bytes are waiting on the wire; at most 4095")

    def received(self) -> list[tuple[int, int]]:
        """(cycle of its end, byte) of everything the program has sent since the last call."""
        count = self._lib.avr_serial_get(self.handle, self._bytes, self._ends, _ROOM)
        return [(self._ends[i], self._bytes[i]) for i in range(count)]

    # ------------------------------------------------------------ memory

    def eeprom(self) -> bytes:
        out = self._ffi.new("uint8_t[]", EEPROM_BYTES)
        self._lib.avr_eeprom_read(self.handle, out, 0, EEPROM_BYTES)
        return bytes(self._ffi.buffer(out))

    def write_eeprom(self, data: bytes, at: int = 0) -> None:
        self._lib.avr_eeprom_write(self.handle, data, at, len(data))

    def memory(self, at: int, size: int) -> bytes:
        """Bytes of data memory, registers from 0x20, RAM from 0x100."""
        out = self._ffi.new("uint8_t[]", size)
        self._lib.avr_memory_read(self.handle, out, at, size)
        return bytes(self._ffi.buffer(out))

    def write_memory(self, at: int, data: bytes) -> None:
        self._lib.avr_memory_write(self.handle, data, at, len(data))

    def flip_flash(self, at: int) -> None:
        """One bit of the program wrong."""
        self._lib.avr_flash_word(self.handle, at, self._lib.avr_flash_word(self.handle, at, -1) ^ 1)

    def set_flash(self, at: int, word: int) -> None:
        """One word of the program."""
        self._lib.avr_flash_word(self.handle, at, word)

    def hang(self, at: int) -> None:
        """The instruction at this flash address jumps to itself from now on."""
        self._lib.avr_flash_word(self.handle, at, 0xCFFF)

    def core(self) -> tuple[int, int, int]:
        """Cycle, program counter and status register."""
        return self.cycle, int(self._lib.avr_pc(self.handle)), int(self._lib.avr_status(self.handle))

    def go_from(self, pc: int, status: int) -> None:
        """The next instruction is the one at this address, with this status register."""
        self._lib.avr_go_from(self.handle, pc, status)

    # ------------------------------------------------------------ what happened

    def profile_begin(self) -> Any:
        """From now on awake cycles are added up by flash word, in the array returned."""
        self._profile = self._ffi.new("uint32_t[]", FLASH_WORDS)
        self._lib.avr_profile(self.handle, self._profile)
        return self._profile

    def profile_end(self) -> None:
        self._lib.avr_profile(self.handle, self._ffi.NULL)

    def tell(self, ports: Iterable[str]) -> None:
        """Only these ports' pins make events: what nobody reads costs time."""
        for number, port in enumerate(_PORTS):
            self._lib.avr_events_of(self.handle, number, 0xFF if port in ports else 0)

    def events(self) -> list[Event]:
        """Since the last call, in order."""
        found: list[Event] = []
        while (count := self._lib.avr_events(self.handle, self._events, _ROOM)) != 0:
            found += [self._event(self._events[i]) for i in range(count)]
        return found

    @staticmethod
    def _event(raw: object) -> Event:
        cycle, kind, index, value = raw.cycle, raw.kind, raw.index, raw.value  # type: ignore[attr-defined]
        if kind == 2:
            return Event(cycle, ("down", "up")[index], value / 65534.0)
        if kind == 3:
            return Event(cycle, "reset", index)
        if kind == 5:
            return Event(cycle, f"cell {value}", index)
        return Event(cycle, f"> {_pin_name(index)}" if kind == 4 else _pin_name(index), value)

    def interrupts(self, vector: int) -> int:
        """How often this vector's handler was entered since the start; numbers as the data sheet's table less one."""
        out = self._ffi.new("avr_stats_t *")
        self._lib.avr_stats(self.handle, out)
        return int(out.isr_count[vector])

    def plain_cycles(self) -> int:
        """Of instructions that the shim has run itself, in place of simavr's interpreter."""
        out = self._ffi.new("avr_stats_t *")
        self._lib.avr_stats(self.handle, out)
        return int(out.plain_cycles)

    def stats(self) -> Stats:
        out = self._ffi.new("avr_stats_t *")
        self._lib.avr_stats(self.handle, out)
        return Stats._make(getattr(out, name) for name in Stats._fields)
