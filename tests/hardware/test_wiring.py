"""One pin table: what wiring.md tells the person with the soldering iron is what the code claims."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from hardware import pins

ROOT = Path(__file__).parents[2]
HEADER = {  # BCM -> pin of the 40-way header, restated from the Raspberry Pi's own drawing
    2: 3, 3: 5, 4: 7, 14: 8, 15: 10, 17: 11, 18: 12, 27: 13, 22: 15, 23: 16, 24: 18, 10: 19, 9: 21, 25: 22, 11: 23, 8: 24, 7: 26,
    5: 29, 6: 31, 12: 32, 13: 33, 19: 35, 16: 36, 26: 37, 20: 38, 21: 40,
}  # fmt: skip


def rows() -> list[list[str]]:
    section = (ROOT / "hardware/wiring.md").read_text(encoding="utf-8").split("## Raspberry Pi")[1].split("\nGround for")[0]
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("|")]
    return table[2:]


@pytest.mark.req("PU5")
def test_the_wiring_document_and_the_pin_table_are_the_same() -> None:
    written = [row[:6] for row in rows()]
    assert written == [[pin.name, str(pin.bcm), str(pin.header), pin.kind.value, pin.pull, pin.active] for pin in pins.PINS]


def test_every_wire_of_the_pi_says_where_it_goes() -> None:
    assert [row[0] for row in rows() if not re.match(r"J[1-6]\.\d, \w", row[6])] == []


def test_no_two_wires_share_a_pin_or_a_place_on_a_connector() -> None:
    assert len({pin.bcm for pin in pins.PINS}) == len(pins.PINS) == 22
    assert len({row[6].split(",")[0] for row in rows()}) == 22


def test_bcm_and_header_numbers_belong_together() -> None:
    assert {pin.name: pin.header for pin in pins.PINS} == {pin.name: HEADER[pin.bcm] for pin in pins.PINS}


@pytest.mark.req("SR13")
def test_outputs_are_active_high_on_pins_the_pi_pulls_down_at_reset() -> None:
    assert [pin.name for pin in pins.OUTPUTS if not 9 <= pin.bcm <= 27] == []
    assert {pin.active for pin in pins.OUTPUTS} == {"high"}


@pytest.mark.req("SR6", "SR1")
def test_contacts_are_closed_to_ground_when_healthy() -> None:
    assert {(pin.pull, pin.active) for pin in pins.BUTTONS + pins.CONTACTS} == {("up", "low")}


# ------------------------------------------------------------------ what hardware/ must not contain


def sources() -> dict[Path, str]:
    return {path: path.read_text(encoding="utf-8") for path in sorted((ROOT / "hardware").rglob("*.py"))}


def names_in(text: str) -> set[str]:
    tree = ast.parse(text)
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom) for alias in node.names}
    return attributes | imported | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


CALLBACKS = {
    *("when_pressed", "when_released", "when_held", "when_changed", "when_activated", "when_deactivated"),
    *("Button", "DigitalInputDevice", "callback", "gpio_claim_alert"),
}


@pytest.mark.req("PU6")
def test_no_pin_callback_is_ever_used_because_one_exception_would_end_them_all() -> None:
    assert {str(path): names_in(text) & CALLBACKS for path, text in sources().items() if names_in(text) & CALLBACKS} == {}


@pytest.mark.parametrize("planted", ["button.when_pressed = f", "from gpiozero import Button", "lgpio.callback(1, 2, 3, f)"])
def test_a_planted_callback_is_seen(planted: str) -> None:
    assert names_in(planted) & CALLBACKS


def test_only_one_file_chooses_a_pin_factory_and_none_takes_the_default_one() -> None:
    users = [path.name for path, text in sources().items() if "LGPIOFactory" in text]
    assert users == ["gpio.py"]
    devices = r"\b(InputDevice|DigitalOutputDevice)\((?![^)]*pin_factory=)"
    assert [str(path) for path, text in sources().items() if re.search(devices, text)] == []


def test_nothing_imports_the_board_module_that_asks_which_computer_this_is() -> None:
    assert [str(path) for path, text in sources().items() if {"board", "busio", "digitalio"} & names_in(text)] == []
