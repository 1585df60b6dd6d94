"""The supply cut at every step of every EEPROM write of a story on the flashed binary: at most that record is lost, nothing is loosened.

The story is run once and each cell's write noted.  A cut leaves the cells written before it, and the one under way as it was, erased, with
only some of its bits programmed, or whole: the processor is then started on each such content.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from sim.avr import build
from sim.avr.processor import Processor
from sim.board_avr import addresses, factory_eeprom
from sim.world import World

LATCH, LATCH_END, BUDGET, BUDGET_END = 16, 26, 32, 432
SLOTS, SLOT_BYTES = 40, 10
"""Restated from the layout's document (docs/decisions/0013)."""
CHARGE_DS, LAG_DS = 50, 6
"""A reset charges five seconds, which is how often a record is written; it may wait its turn behind a latch and an event for 0.6 s."""


@dataclass(frozen=True, slots=True)
class Memory:
    """The first bytes of the board's state: what it believes must survive."""

    latches: frozenset[str]
    used_ds: int
    boots: int
    calibrated: bool


def memory_of(processor: Processor, at: int) -> Memory:
    data = processor.memory(at, 9)
    names = ("estop", "fault", "level_wait", "cycle")
    latches = frozenset(name for name, byte in zip(names, data[:4], strict=True) if byte)
    return Memory(latches, int.from_bytes(data[4:6], "little"), int.from_bytes(data[6:8], "little"), data[8] != 0)


@dataclass(slots=True)
class Write:
    """One cell, what it held and gets, what the board believed then, and what it had believed when the record before was whole."""

    cell: int
    old: int
    new: int
    now: Memory


@dataclass(slots=True)
class Story:
    """What was written, in order, from which content."""

    first: bytes
    writes: list[Write] = field(default_factory=list)

    def images(self) -> Iterator[tuple[int, str, bytes]]:
        """(index of the write that was cut, how, the content that is left)."""
        image = bytearray(self.first)
        for index, write in enumerate(self.writes):
            torn = {"before": write.old, "erased": 0xFF, "half": write.new | 0x0F, "after": write.new}
            for how, byte in torn.items():
                image[write.cell] = byte
                yield index, how, bytes(image)


class Teller:
    """Runs a world and notes every cell that is written."""

    def __init__(self, angle_deg: float) -> None:
        self.world = World(board="avr", angle_deg=angle_deg)
        self.at = addresses(build.firmware_elf())["board"]
        self.told = Story(factory_eeprom())
        self.cells = bytearray(self.told.first)
        self.world.estop(pressed=False)
        self.world.set_mains(True)
        self.world.close_ankles()

    def run(self, ms: int) -> None:
        processor = self.world.processor
        for _ in range(ms):
            self.world.run_ms(1)
            for event in processor.events():
                if event.what.startswith("cell "):
                    cell, byte = int(event.what.split()[1]), int(event.value)
                    self.told.writes.append(Write(cell, self.cells[cell], byte, memory_of(processor, self.at)))
                    self.cells[cell] = byte

    def end(self) -> Story:
        assert bytes(self.cells) == self.world.processor.eeprom()
        return self.told


def head_down() -> Story:
    """Twenty degrees head-down: the board starts, time is counted, the mushroom is hit and released, RETURN held and let go."""
    teller = Teller(20.0)
    teller.run(11_500)
    teller.world.estop()
    teller.run(600)
    teller.world.estop(pressed=False)
    teller.run(300)
    teller.world.press("return")
    teller.run(1_500)
    teller.world.press("return", pressed=False)
    teller.run(6_000)
    return teller.end()


def unlatched() -> Story:
    """Nearly upright: the mushroom, RETURN held to the end of the way, OK held for three seconds there."""
    teller = Teller(-72.5)
    teller.run(500)
    teller.world.estop()
    teller.run(500)
    teller.world.estop(pressed=False)
    teller.run(300)
    teller.world.press("return")
    teller.run(19_000)
    teller.world.press("return", pressed=False)
    teller.run(800)
    teller.world.press("ok")
    teller.run(4_500)
    return teller.end()


@pytest.fixture(scope="module", params=[head_down, unlatched], ids=["head_down", "unlatched"])
def story(request: pytest.FixtureRequest) -> Story:
    told: Story = request.param()
    return told


def started(image: bytes) -> Memory:
    """What a board that comes up on this content believes, before its first tick."""
    elf = build.firmware_elf()
    processor = Processor(elf, eeprom=image)
    processor.tell("")
    at = addresses(elf)["board"]
    for _ in range(400):
        processor.run_ms(0.5)
        if memory_of(processor, at).boots:
            processor.run_ms(0.5)  # it may just be copying; the first tick comes 5 ms later
            return memory_of(processor, at)
    raise AssertionError("it does not start")


def test_the_stories_write_every_kind_of_record_and_latch(story: Story) -> None:
    cells = {write.cell for write in story.writes}
    assert any(LATCH <= cell < LATCH_END for cell in cells)
    assert any(BUDGET <= cell < BUDGET_END for cell in cells)
    assert any(cell >= BUDGET_END for cell in cells)
    assert any("estop" in write.now.latches for write in story.writes)
    assert len(story.writes) > 40


def test_the_second_story_ends_unlatched() -> None:
    told = unlatched()
    assert told.writes[-1].now.latches == frozenset()
    assert told.writes[-1].cell < LATCH_END


def kept_latches(story: Story) -> list[frozenset[str]]:
    """For each write, what was latched when the newest whole latch record began to be written."""
    kept: list[frozenset[str]] = []
    newest: frozenset[str] = frozenset()
    writing: frozenset[str] | None = None
    for write in story.writes:
        if LATCH <= write.cell < LATCH_END:
            newest, writing = (newest if writing in (None, write.now.latches) else writing or newest), write.now.latches
        elif writing is not None:
            newest, writing = writing, None
        kept.append(newest)
    return kept


@pytest.mark.req("SR1", "SR2", "SR13")
def test_a_cut_at_any_step_loses_at_most_that_record_and_loosens_nothing(story: Story) -> None:
    """Latches: whatever was latched before this record and still is; used time: never less than was used, with the reset's charge."""
    kept, whole = kept_latches(story), 0
    for index, how, image in story.images():
        now = story.writes[index].now
        found = started(image)
        where = f"write {index} of {len(story.writes)} (cell {story.writes[index].cell}), {how}"
        assert found.calibrated, where
        assert found.latches >= kept[index] & now.latches, where
        assert found.used_ds + CHARGE_DS + LAG_DS >= now.used_ds, where
        whole += 1
    assert whole == 4 * len(story.writes)


@pytest.mark.req("SR2")
def test_each_record_of_used_time_goes_to_the_next_of_forty_slots(story: Story) -> None:
    """A cell is written once in forty records, 200 s of inverted time: 100,000 writes are 5,500 hours."""
    assert (BUDGET_END - BUDGET) // SLOT_BYTES == SLOTS >= 32
    slots = [(write.cell - BUDGET) // SLOT_BYTES for write in story.writes if BUDGET <= write.cell < BUDGET_END]
    order = [slot for place, slot in enumerate(slots) if place == 0 or slots[place - 1] != slot]
    assert len(order) >= 1
    assert all((later - earlier) % SLOTS == 1 for earlier, later in pairwise(order))
