"""Each plain instruction that the shim runs itself against simavr's own interpreter: all of memory, status, program counter and cycle."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.avr import build
from sim.avr.processor import BoardDeadError, Cause, Processor, Raw
from tests.avr.instructions import BREAK, OTHERS, PLAIN, anything, word
from tests.avr.programs import program

CASES = 2000
ROUND = 40
"""Cases between two fresh contents of the RAM."""
RAM, RAM_END, SPL, POINTERS = 0x100, 0x900, 0x5D, 26
EIMSK, EICRA = 0x3D, 0x69
FLASH_WORDS = 16_384
EDGES = (0, 31, 32, 0x5C, 0x5F, 0xFE, 0xFF, 0x100, 0x101, 0x136, 0x137, 0x138, 0x8FD, 0x8FE, 0x8FF, 0x900, 0x901, 0xFFFF)
TOWARDS_FLASH = ("ijmp", "icall", "lpm", "lpm z", "lpm z+")


class Pair:
    """The shim with and without its own run of plain instructions, always in the same state."""

    def __init__(self, elf: Path) -> None:
        self.boards = (Processor(elf, raw=Raw.SKIP), Processor(elf, raw=Raw.PLAIN))  # both with simavr's skips

    def put(self, at: int, data: bytes) -> None:
        for board in self.boards:
            board.write_memory(at, data)

    def put_flash(self, at: int, *words: int) -> None:
        for board in self.boards:
            for number, content in enumerate(words):
                board.set_flash((2 * (at + number)) % (2 * FLASH_WORDS), content)

    def edge(self) -> None:
        """An interrupt waits, from INT0."""
        self.put(EICRA, b"\x03")
        self.put(EIMSK, b"\x01")
        for board in self.boards:
            board.set_pin("PD2", high=False)
            board.set_pin("PD2", high=True)

    def run(self, at: int, status: int, cycles: int) -> tuple[tuple[object, ...], ...]:
        """What each has come to, `cycles` from now; a crash is put right for the next case."""
        found = []
        for board in self.boards:
            board.go_from(2 * at, status)
            dead = ""
            try:
                board.run_to(board.cycle + cycles)
            except BoardDeadError as error:
                dead = str(error)
            found.append((board.core(), board.memory(0, RAM_END), board.stats(), board.events(), dead))
            if dead:
                board.reset(Cause.PIN)
        return tuple(found)


@pytest.fixture(scope="module")
def elf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return program(tmp_path_factory.mktemp("plain"), "none", "for (;;) {}")


def address(dice: random.Random, name: str) -> int:
    """Mostly in RAM, or in the flash for those that look there; now and then at an edge or anywhere."""
    chance = dice.random()
    if chance < 0.08:
        return dice.choice(EDGES)
    if chance < 0.12:
        return dice.randrange(0x10000)
    return dice.randrange(FLASH_WORDS) if name in TOWARDS_FLASH else dice.randrange(RAM, RAM_END)


def registers(dice: random.Random, name: str) -> bytes:
    low = dice.randbytes(POINTERS)
    few = bytes(dice.choice((0, 1, 0x7F, 0x80, 0xFF)) for _ in low)
    return dice.choice((low, few)) + b"".join(address(dice, name).to_bytes(2, "little") for _ in range(3))


def memory(dice: random.Random, name: str) -> bytes:
    """Of the RAM; for a return such that most addresses on the stack lie in the flash."""
    found = dice.randbytes(RAM_END - RAM)
    return bytes(byte & 0x3F for byte in found) if name == "ret" else found


def second_word(dice: random.Random, name: str) -> int:
    """An address for those that have one; else what may be skipped, in one word or in two."""
    if name in ("lds", "sts"):
        return address(dice, "")
    return address(dice, "ijmp") if name in ("jmp", "call") else dice.choice((BREAK, 0x9000, 0x9200, 0x940E, 0x96CF))


def status(dice: random.Random) -> int:
    """Mostly with S as arithmetic leaves it, N xor V."""
    found = dice.randrange(256)
    odd = (found >> 2 ^ found >> 3 ^ found >> 4) & 1
    return found ^ odd << 4 if dice.random() < 0.9 else found


def one_case(pair: Pair, dice: random.Random, name: str, pattern: str) -> tuple[tuple[object, ...], ...]:
    """One instruction between instructions that are simavr's, at a random place, for a random time."""
    at = dice.choice((0, 1, FLASH_WORDS - 1, FLASH_WORDS - 2)) if dice.random() < 0.05 else dice.randrange(FLASH_WORDS)
    pair.put_flash(at, word(pattern, dice), second_word(dice, name))
    pair.put(0, registers(dice, name))
    stack = address(dice, "")
    pair.put(SPL, stack.to_bytes(2, "little"))
    if RAM < stack < RAM_END and dice.random() < 0.1:  # to enter it elsewhere would make simavr read anywhere
        pair.edge()
    found = pair.run(at, status(dice), dice.randrange(1, 8))
    pair.put_flash(at, BREAK, BREAK)
    return found


def disagreements(elf: Path, name: str, pattern: str, cases: int) -> tuple[int, int]:
    """(cases in which the two do not end alike, cycles that the shim has run itself)"""
    pair, dice = Pair(elf), random.Random(name)
    pair.put_flash(0, *[BREAK] * FLASH_WORDS)
    wrong = 0
    for case in range(cases):
        if case % ROUND == 0:
            pair.put(RAM, memory(dice, name))
        one, other = one_case(pair, dice, name, pattern)
        wrong += one != other
    assert pair.boards[1].plain_cycles() == 0
    return wrong, pair.boards[0].plain_cycles()


@pytest.mark.parametrize(("name", "pattern"), PLAIN.items(), ids=PLAIN)
def test_an_instruction_ends_as_simavr_ends_it(elf: Path, name: str, pattern: str) -> None:
    wrong, run_here = disagreements(elf, name, pattern, CASES)
    assert wrong == 0
    assert run_here > CASES / 4, "it is not run here at all: nothing was compared"


@pytest.mark.parametrize(("name", "pattern"), OTHERS.items(), ids=OTHERS)
def test_what_is_not_plain_ends_as_simavr_ends_it(elf: Path, name: str, pattern: str) -> None:
    wrong, _ = disagreements(elf, name, pattern, CASES // 4)
    assert wrong == 0


def random_words(dice: random.Random, count: int) -> list[int]:
    """Mostly plain instructions that lead somewhere, some others, some bits without any sense."""
    found: list[int] = []
    while len(found) < count:
        names = OTHERS if dice.random() < 0.03 else PLAIN
        name = dice.choice(list(names))
        found.append(anything(dice) if dice.random() < 0.01 else word(names[name], dice))
        if name in ("lds", "sts"):
            found.append(dice.randrange(RAM, RAM_END))
        elif name in ("jmp", "call"):
            found.append(dice.randrange(count))
        elif name in ("rjmp", "rcall"):
            found[-1] = found[-1] & 0xF000 | dice.randrange(-60, 60) & 0x0FFF
    return found[:count]


def meet(pair: Pair, dice: random.Random, last: int) -> None:
    """From 400 random states somewhere before this word; most stumble soon, in the same way."""
    for case in range(400):
        pair.put(0, registers(dice, ""))
        pair.put(RAM, memory(dice, "ret"))
        pair.put(SPL, dice.randrange(RAM, RAM_END).to_bytes(2, "little"))
        one, other = pair.run(dice.randrange(last), status(dice), dice.randrange(1, dice.choice((40, 3000))))
        assert one == other, f"state {case}"


@pytest.mark.parametrize("seed", range(4))
def test_programs_without_sense_run_alike(elf: Path, seed: int) -> None:
    dice = random.Random(seed)
    pair = Pair(elf)
    pair.put_flash(0, *random_words(dice, FLASH_WORDS))
    meet(pair, dice, FLASH_WORDS)
    assert pair.boards[0].plain_cycles() > 10_000


TRANSLATED = 1000
"""Words of random program: enough for each instruction many times over, and compiled soon."""


def meet_translated(elf: Path, seed: int) -> None:
    dice = random.Random(seed)
    pair = Pair(elf)
    pair.put_flash(0, *random_words(dice, TRANSLATED), *[BREAK] * (FLASH_WORDS - TRANSLATED))
    text = pair.boards[0].translation()
    assert all(f"RUN_{name}(" in text for name in ("add", "cpse", "rcall", "ret"))
    pair.boards[0].use(text)
    meet(pair, dice, TRANSLATED)
    meet_changed(pair)


def meet_changed(pair: Pair) -> None:
    """One word in the middle of a stretch is another, after it was translated."""
    pair.put_flash(0, *[word(PLAIN["inc"], random.Random(1))] * 10, BREAK)
    pair.boards[0].use(pair.boards[0].translation())
    pair.put_flash(5, BREAK)
    one, other = pair.run(0, 0, 9)
    assert one == other, "changed"


@pytest.mark.parametrize("seed", range(2))
def test_translated_programs_without_sense_run_alike(elf: Path, seed: int) -> None:
    meet_translated(elf, seed)


ERRORS = {
    "add": ("avr_plain_do.h", "m->h = (uint8_t)(a ^ b ^ sum);", "m->h = (uint8_t)(a ^ b);"),
    "cpc": ("avr_plain_do.h", "SUBTRACTS(, d, data[r], carry, not_zero)", "SUBTRACTS(, d, data[r], carry, 0)"),
    "ret": ("avr_plain_do.h", "TAKE(4)", "TAKE(5)"),
    "st x": ("avr_plain.h", "RAM_FIRST = 0x100", "RAM_FIRST = 0x40"),
    "nop": ("avr_plain_ops.c", "if (left <= (n)) {", "if (left < (n)) {"),
    "out status": ("avr_plain_do.h", "|| (value >> 7) > m->avr->sreg[S_I])", ")"),
}
"""By the instruction that must be found out: file, what is there, what is planted."""


TRANSLATION_ERRORS = {
    "a stretch runs past its cycles": ("avr_translate.c", "if (left <= %uU) {", "if (left + 5 <= %uU) {"),
    "a stretch goes on at the wrong word": ("avr_translate.c", "    GO(0);", "    GO(1);"),
    "a changed program is run as it was": ("avr_plain.c", "m->translated = true", "m->translated = false"),
}
"""What is wrong: file, what is there, what is planted."""


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the shim's sources, from which it is built for one test."""
    shutil.copytree(build.SHIM, tmp_path / "avr", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    shutil.copytree(build.SHIM.parent / "native", tmp_path / "native")
    monkeypatch.setattr(build, "SHIM", tmp_path / "avr")
    monkeypatch.setattr("sim.build.folder", lambda: tmp_path / "built")
    build.load.cache_clear()
    build.stretches.cache_clear()
    yield tmp_path / "avr"
    build.load.cache_clear()
    build.stretches.cache_clear()


def plant(folder: Path, file: str, there: str, instead: str) -> None:
    source = (folder / file).read_text(encoding="utf-8")
    assert source.count(there) == 1
    (folder / file).write_text(source.replace(there, instead), encoding="utf-8")


@pytest.mark.parametrize("name", ERRORS)
def test_a_planted_error_is_found(elf: Path, planted: Path, name: str) -> None:
    """A wrong flag, a zero that forgets, a cycle too many, a register taken for RAM, a stop passed over, an interrupt let in too early."""
    plant(planted, *ERRORS[name])
    wrong, _ = disagreements(elf, name, PLAIN[name], CASES)
    assert wrong > 0


@pytest.mark.parametrize("name", TRANSLATION_ERRORS)
def test_an_error_planted_in_the_translation_is_found(elf: Path, planted: Path, name: str) -> None:
    plant(planted, *TRANSLATION_ERRORS[name])
    with pytest.raises(AssertionError, match=r"state|changed"):
        meet_translated(elf, 0)
