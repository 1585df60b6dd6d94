"""The core on this computer against the core on the ATmega328P: the same inputs, every output and every byte of state compared.

    python -m sim.avr.differential                          100 000 vectors
    python -m sim.avr.differential --vectors 1000000        what a release is measured with

The computer's side is compiled with packed structs: the AVR pads nothing, so both states are the same bytes or they are different.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cffi import FFI

from sim.avr import build
from sim.avr.processor import MS_CYCLES, BoardDeadError, Processor
from sim.board_avr import addresses
from sim.build import compiler

LETTERS = 8
HISTORY = 4000
"""Vectors from one start to the next."""
_AVR = ("avr-gcc", "-mmcu=atmega328p", "-DF_CPU=16000000UL", "-std=c11", "-Os")
_NATIVE = ("-std=c11", "-O2", "-fpack-struct=1", "-fPIC", "-shared", "-Wno-address-of-packed-member")
_CDEF = """
uint32_t diff_sizes(uint32_t which);
void diff_start(uint64_t seed, uint8_t cause, uint8_t *memory_out);
void diff_run(uint8_t *in_out, uint8_t *out_out, uint8_t *state_out);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was compared, and the first difference."""

    vectors: int
    moving: int  # with the drive on
    modes: frozenset[int]
    difference: str = ""


class Pair:
    """Both cores, loaded."""

    def __init__(self, folder: Path, *, avr_core: Path | None = None) -> None:
        core = build.FIRMWARE / "core"
        side = build.SHIM / "mailbox"
        elf, library = folder / "mailbox.elf", folder / "native.so"
        theirs = avr_core or core
        _make([*_AVR, f"-I{theirs}", "-o", str(elf), str(side / "avr_side.c"), *_sources(theirs)])
        _make([compiler(), *_NATIVE, f"-I{core}", "-o", str(library), str(side / "native_side.c"), *_sources(core)])
        self._ffi = FFI()
        self._ffi.cdef(_CDEF)
        self._native: Any = self._ffi.dlopen(str(library))
        self._sizes = [self._native.diff_sizes(which) for which in range(4)]
        self._buffers = [self._ffi.new("uint8_t[]", size * LETTERS) for size in self._sizes]
        self._where = addresses(elf)
        self.avr = Processor(elf)
        self._hand_over()

    def _hand_over(self) -> None:
        """Let the AVR run until it sleeps with interrupts off."""
        self.avr.resume()
        try:
            self.avr.run_ms(1000)
        except BoardDeadError as dead:
            if "interrupts off" not in str(dead):
                raise
            return
        raise BoardDeadError(f"a batch took more than {1000 * MS_CYCLES} cycles")

    def start(self, seed: int) -> None:
        """Both begin after a reset with the same memory."""
        cause = 1 << seed % 4
        self._native.diff_start(seed, cause, self._buffers[3])
        self.avr.write_memory(self._where["memory"], bytes(self._ffi.buffer(self._buffers[3], self._sizes[3])))
        self.avr.write_memory(self._where["start"], bytes((cause,)))
        self._hand_over()
        self.avr.write_memory(self._where["start"], b"\0")

    def batch(self) -> tuple[bytes, str]:
        """Eight ticks on both; (the outputs, what differs)."""
        state, inputs, outputs = self._buffers[:3]
        self._native.diff_run(inputs, outputs, state)
        self.avr.write_memory(self._where["in"], bytes(self._ffi.buffer(inputs)))
        self._hand_over()
        told = bytes(self._ffi.buffer(outputs))
        for name, own in (("out", told), ("board", bytes(self._ffi.buffer(state, self._sizes[0])))):
            theirs = self.avr.memory(self._where[name], len(own))
            if theirs != own:
                at = next(i for i in range(len(own)) if own[i] != theirs[i])
                return told, f"byte {at} of {name}: {own[at]} here, {theirs[at]} on the AVR"
        return told, ""

    @property
    def output_bytes(self) -> int:
        return int(self._sizes[2])


def _sources(core: Path) -> list[str]:
    return [str(path) for path in sorted(core.glob("*.c"))]


def _make(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise build.said("the mailbox", done)


def compare(pair: Pair, vectors: int, *, seed: int = 1) -> Found:
    """Run until a difference or the end."""
    moving = count = 0
    difference = ""
    size = pair.output_bytes
    modes: set[int] = set()
    while count < vectors and not difference:
        if count % HISTORY == 0:
            pair.start(seed + count // HISTORY)
        outputs, difference = pair.batch()
        count += LETTERS
        moving += sum(outputs[i * size : i * size + 2] != b"\0\0" for i in range(LETTERS))
        modes.add(pair_mode(outputs, size))
    where = f"after {count} vectors: {difference}" if difference else ""
    return Found(vectors=count, moving=moving, modes=frozenset(modes), difference=where)


def pair_mode(outputs: bytes, size: int) -> int:
    """What the drive was told in the last of a batch, as one number: brake, contactor, sound."""
    last = outputs[-size:]
    return last[2] | last[3] << 1 | last[4] << 2


def main() -> int:
    """Compare and say so; 1 if anything differed."""
    parser = argparse.ArgumentParser(description="The core here against the core on the ATmega328P.")
    parser.add_argument("--vectors", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        found = compare(Pair(Path(folder)), given.vectors, seed=given.seed)
    sys.stdout.write(f"{found.vectors} vectors, {found.moving} with the drive on, {len(found.modes)} combinations of outputs: ")
    sys.stdout.write((found.difference or "no difference in any output or any byte of state") + "\n")
    return 1 if found.difference else 0


if __name__ == "__main__":
    sys.exit(main())
