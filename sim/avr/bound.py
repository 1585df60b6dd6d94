"""The longest that an emergency-stop edge can wait, added up from the listing of the binary: nothing is run.

    python -m sim.avr.bound          each stretch with interrupts off, the interrupt's own way to its last output, and their sum

An edge waits for the stretch in which it falls and for one more instruction; then it is the first of all interrupts (INT0, INT1) to be
served.  A stretch is an interrupt's routine, or what stands between `cli` and the next `sei` or restored status register.  Cycles are
those of the data sheet, the dearer side of every branch; a loop or a computed jump with interrupts off is refused, not guessed.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sim.avr import build
from sim.avr.processor import CLOCK_HZ

RESPONSE_CYCLES = 4
"""From a flag that may be served to the vector's first cycle (data sheet, 7.7.1)."""
WAKING_CYCLES = 4
"""More out of sleep."""
VECTOR_CYCLES = 3
"""The jump that stands in the vector table."""
LAST_CYCLES = 4
"""One more instruction of the interrupted program is always carried out; the dearest takes this many."""
EEPROM_CYCLES = 4
"""The processor halts while the EEPROM is read (4) or a write begins (2)."""
BUDGET_CYCLES = 160
CUT_VECTORS = ("__vector_1", "__vector_2")
END = ("_exit", "__stop_program")
"""Behind the end of main, which has none."""
CUTTING = {"sts": 1, "cbi": 2}
"""What the interrupt's routine must have done: one store to the bridge, two pins cleared."""

_TWO = {"adiw", "sbiw", "mul", "muls", "mulsu", "fmul", "ld", "ldd", "lds", "st", "std", "sts", "push", "pop", "sbi", "cbi", "rjmp"}
_CYCLES = dict.fromkeys(_TWO, 2) | {"lpm": 3, "jmp": 3, "rcall": 3, "call": 4, "ret": 4, "reti": 4}
_SKIPS = {"cpse", "sbrc", "sbrs", "sbic", "sbis"}
_CALLS = {"call", "rcall"}
_COMPUTED = {"icall", "ijmp", "eicall", "eijmp"}
_LINE = re.compile(r"^\s+([0-9a-f]+):\t((?:[0-9a-f]{2} )+)\s*\t(\w+)[ \t]*([^;\n]*)(?:;\s*(\S+).*)?$", re.M)
_LABEL = re.compile(r"^([0-9a-f]{8}) <([^>]+)>:$", re.M)


class BoundError(Exception):
    """One line: why no bound can be given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """One of the listing."""

    at: int
    size: int  # bytes
    name: str
    operands: str
    target: int | None

    def enables(self, *, routine: bool) -> bool:
        """Lets interrupts in again.  A status register put back does so after a `cli`; an interrupt's routine saved it with them off."""
        put_back = self.name == "out" and self.operands.startswith("0x3f")
        return self.name in {"sei", "reti"} or (put_back and not routine)

    @property
    def cycles(self) -> int:
        eeprom = EEPROM_CYCLES if self.name == "sbi" and self.operands.startswith("0x1f") else 0
        return _CYCLES.get(self.name, 1) + eeprom


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Interrupts off from here on for at most that long."""

    where: str
    at: int
    cycles: int


class Listing:
    """A binary's instructions and its labels."""

    def __init__(self, text: str) -> None:
        self.labels = {name: int(at, 16) for at, name in _LABEL.findall(text)}
        self.code: dict[int, Instruction] = {}
        for at, data, name, operands, hint in _LINE.findall(text):
            place = int(at, 16)
            absolute = operands.strip() if name in {"jmp", "call"} else hint
            branches = name in {"jmp", "call", "rjmp", "rcall"} or name.startswith("br")
            target = int(absolute, 16) if branches and absolute else None
            size = len(data.split())
            self.code[place] = Instruction(at=place, size=size, name=name, operands=operands.strip(), target=target)
        self._known: dict[tuple[int, bool, bool], int] = {}

    def function_of(self, at: int) -> str:
        return max(((place, name) for name, place in self.labels.items() if place <= at), default=(0, "start"))[1]

    def _ways(self, one: Instruction) -> Iterator[tuple[int, int]]:
        """(next address, cycles beyond the instruction's own) of each way on."""
        after = one.at + one.size
        if one.name in _COMPUTED:
            raise BoundError(f"{one.name} at {one.at:#x} with interrupts off: where it leads is not in the listing")
        if one.name in {"jmp", "rjmp"}:
            yield self._must(one), 0
            return
        yield after, 0
        if one.name.startswith("br") and one.name != "break":
            yield self._must(one), 1
        elif one.name in _SKIPS:
            yield after + self.code[after].size, self.code[after].size // 2

    @staticmethod
    def _must(one: Instruction) -> int:
        if one.target is None:
            raise BoundError(f"{one.name} at {one.at:#x}: its target is not in the listing")
        return one.target

    def longest(self, at: int, *, routine: bool, called: bool = False, path: frozenset[int] = frozenset()) -> int:
        """Most cycles from here until interrupts are let in; with `called`, until the return."""
        if (at, routine, called) in self._known:
            return self._known[at, routine, called]
        if at in path:
            raise BoundError(f"a loop with interrupts off at {at:#x} in {self.function_of(at)}")
        one = self.code[at]
        here = path | {at}
        cycles = one.cycles
        if one.name == "cli" and path:
            raise BoundError(
                f"cli at {at:#x} in {self.function_of(at)} with interrupts off already: when they come on again is not in the listing"
            )
        if one.name == "ret" and not called:
            raise BoundError(f"{self.function_of(at)} returns with interrupts off at {at:#x}")
        if one.name in _CALLS:
            cycles += self.longest(self._must(one), routine=routine, called=True, path=here)
        if not (one.enables(routine=routine) or one.name == "ret"):
            cycles += max(more + self.longest(to, routine=routine, called=called, path=here) for to, more in self._ways(one))
        self._known[at, routine, called] = cycles
        return cycles

    def stretches(self) -> list[Stretch]:
        """Every interrupt's routine and every `cli`, longest first."""
        found = [
            Stretch(where=name, at=at, cycles=RESPONSE_CYCLES + VECTOR_CYCLES + self.longest(at, routine=True))
            for name, at in self.labels.items()
            if re.fullmatch(r"__vector_\d+", name)
        ]
        for at, one in self.code.items():
            if one.name == "cli" and self.function_of(at) not in END:
                found.append(Stretch(where=self.function_of(at), at=at, cycles=self.longest(at, routine=False)))
        return sorted(found, key=lambda stretch: -stretch.cycles)

    def to_outputs_off(self, vector: str) -> int:
        """Cycles of an emergency-stop routine until bridge, brake and contactor are all off; it has no branch."""
        left, cycles = dict(CUTTING), 0
        at = self.labels[vector]
        while any(left.values()):
            one = self.code[at]
            cycles += one.cycles
            if one.name in left:
                left[one.name] -= 1
            elif one.name not in {"mov", "ldi"}:
                raise BoundError(f"{vector} does something else before the outputs are off: {one.name} at {at:#x}")
            at += one.size
        return cycles


def listing(elf: Path) -> Listing:
    """Of a binary, by avr-objdump."""
    text = subprocess.run(["avr-objdump", "-dz", str(elf)], capture_output=True, text=True, check=True, timeout=60).stdout
    return Listing(text)


def way_cycles(code: Listing) -> int:
    """From the end of the stretch to the last output off: one instruction, the response (out of sleep), the vector's jump, the routine."""
    return LAST_CYCLES + RESPONSE_CYCLES + WAKING_CYCLES + VECTOR_CYCLES + max(code.to_outputs_off(vector) for vector in CUT_VECTORS)


def main() -> int:
    """Print the stretches and the sum; 1 if it is over the budget or cannot be had."""
    argparse.ArgumentParser(description="Longest wait of an emergency-stop edge, from the listing of the flashed binary.").parse_args()
    try:
        code = listing(build.firmware_elf())
        stretches, way = code.stretches(), way_cycles(code)
    except BoundError as error:
        sys.stderr.write(f"no bound: {error}\n")
        return 1
    for stretch in stretches:
        sys.stdout.write(f"{stretch.cycles:>5} cycles off  {stretch.where} at {stretch.at:#06x}\n")
    total = stretches[0].cycles + way
    sys.stdout.write(f"{way:>5} cycles from there to the last output off\n")
    sys.stdout.write(f"{total:>5} cycles at most: {total * 1e6 / CLOCK_HZ:.2f} us, budget {BUDGET_CYCLES * 1e6 / CLOCK_HZ:.0f} us\n")
    return 0 if total <= BUDGET_CYCLES else 1


if __name__ == "__main__":
    sys.exit(main())
