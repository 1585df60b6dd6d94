"""The small display: the real driver writes to a simulated SSD1306, and the tests look at the pixels."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from controller.core import panel
from controller.core.model import Mode
from hardware.oled import CELL_PX, Oled, OledDisplay, picture
from sim.oled_chip import OledBus


@pytest.fixture
def bus() -> OledBus:
    return OledBus()


def ink(rows: list[str]) -> int:
    return sum(row.count("#") for row in rows)


@pytest.mark.req("PU2")
@pytest.mark.parametrize("mode", list(Mode))
def test_both_lines_of_every_mode_are_on_the_display(bus: OledBus, mode: Mode) -> None:
    look = panel.LOOKS[mode]
    Oled(bus).draw((look.title.format(target=60), look.hint), turned=False)
    rows = bus.chip.rows()
    assert bus.chip.on
    for half in (rows[:32], rows[32:]):
        assert ink(half) > 60


def test_twenty_one_characters_fit_and_the_last_one_is_whole(bus: OledBus) -> None:
    Oled(bus).draw((" " * 20 + "W", "W" * panel.WIDTH), turned=False)
    rows = bus.chip.rows()
    alone = [row[20 * CELL_PX[0] :] for row in rows[:32]]
    last = [row[20 * CELL_PX[0] :] for row in rows[32:]]
    assert ink(alone) == ink(rows[:32]) > 10
    assert ink(last) >= ink(alone)


@pytest.mark.req("TP7")
def test_turned_text_is_the_same_picture_upside_down(bus: OledBus) -> None:
    oled, lines = Oled(bus), ("Hold 60°         3:05", "RETURN ends it")
    oled.draw(lines, turned=False)
    upright = bus.chip.rows()
    oled.draw(lines, turned=True)
    assert bus.chip.rows() == [row[::-1] for row in reversed(upright)] != upright


def test_text_that_the_font_does_not_have_is_still_drawn(bus: OledBus) -> None:
    Oled(bus).draw(("日本 → 20°", "x"), turned=False)
    assert ink(bus.chip.rows()[:32]) > 20


def test_a_display_that_was_unplugged_is_set_up_again(bus: OledBus) -> None:
    oled = Oled(bus)
    oled.draw(("one", ""), turned=False)
    bus.present = False
    with pytest.raises(OSError, match="Remote I/O error"):
        oled.draw(("two", ""), turned=False)
    bus.present, bus.chip = True, type(bus.chip)()
    oled.draw(("three", ""), turned=False)
    assert bus.chip.on
    assert ink(bus.chip.rows()) == sum(
        1 for pixel in picture(("three", ""), turned=False).tobytes() for bit in range(8) if pixel >> bit & 1
    )


# ------------------------------------------------------------------ its thread


class SlowBus(OledBus):
    """A display that takes its time, until the test lets it go on."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = threading.Event()

    def i2c_rdwr(self, *messages: object) -> None:
        self.go_on.wait(10.0)
        super().i2c_rdwr(*messages)  # type: ignore[arg-type]  # the same messages


Started = Callable[[OledBus], OledDisplay]


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def started(complaints: list[str]) -> Iterator[Started]:
    made: list[OledDisplay] = []

    def start(bus: OledBus) -> OledDisplay:
        made.append(OledDisplay(Oled(bus), complaints.append, time.monotonic))
        return made[-1]

    yield start
    for display in made:
        display.close()


def wait_until(true: Callable[[], bool]) -> None:
    pause = threading.Event()
    until_s = time.monotonic() + 10.0
    while not true():
        assert time.monotonic() < until_s
        pause.wait(0.002)


def shows(bus: OledBus, lines: tuple[str, str]) -> bool:
    other = OledBus()
    Oled(other).draw(lines, turned=False)
    return bus.chip.rows() == other.chip.rows()


@pytest.mark.req("F19")
def test_a_display_that_hangs_never_holds_the_loop_and_shows_the_newest_text_afterwards(started: Started) -> None:
    bus = SlowBus()
    display = started(bus)
    began_s = time.perf_counter()
    for number in range(1000):
        display.show((f"text {number}", ""), turned=False)
    assert time.perf_counter() - began_s < 1.0
    bus.go_on.set()
    wait_until(lambda: shows(bus, ("text 999", "")))
    assert bus.chip.pictures <= 4


def test_a_display_that_is_not_there_is_said_once(started: Started, complaints: list[str], bus: OledBus) -> None:
    bus.present = False
    display = started(bus)
    for number in range(20):
        display.show((f"text {number}", ""), turned=False)
    wait_until(lambda: len(complaints) == 1)
    assert complaints[0].startswith("display: not at address 0x3c of its bus")
