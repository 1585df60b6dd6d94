"""The bill of materials, the wiring and the drawing name the same parts, and the numbers that physics uses are the same in all of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.table import TABLE
from tests.hygiene import schematic

ROOT = Path(__file__).parents[2]
PARTS = (ROOT / "hardware/parts.md").read_text(encoding="utf-8")
WIRING = (ROOT / "hardware/wiring.md").read_text(encoding="utf-8")
NAME = r"\b(?:PSU|BAT|CH|LEV|DMP|CL|STP|BR|LT|LS|POT|IMU|ENC|SOL|RES|DSP|LMP|BZ|BTN|GRD|[SKQUFDMYARC])\d{1,2}\b"

FIGURES = {
    "brake_nm": (600.0, "600 Nm, releases"),
    "brake_delay_s": (0.050, "sets in 50 ms"),
    "gear_ratio": (2854.0, "2854 : 1"),
    "motor_ohm": (0.6, "0.6 ohm, 2854"),
    "encoder_counts_per_deg": (222.0, "222 a degree"),
    "damper_nms_per_rad": (2800.0, "2800 Nms/rad"),
    "overcurrent_a": (20.0, "comparator (20 A"),
    "battery_ah": (7.2, "7.2 Ah each"),
    "battery_ohm": (0.06, "0.06 ohm"),
    "mains_v": (27.2, "27.2 V, 15 A"),
    "coil_a": (1.4, "24 V 1.4 A"),
    "stop_up_deg": (-75.0, "at -75 and"),
    "stop_down_deg": (94.0, "+94 deg"),
}
"""What the simulator's table has, as the bill of materials says it; the numbers are restated here by hand."""


def named() -> set[str]:
    """Every part with a row of its own, ranges and lists written out."""
    found: set[str] = set()
    for cell in re.findall(r"^\| ((?:[A-Z]+\d+[-, ]*)+) \|", PARTS, re.M):
        for letters, first, last in re.findall(r"([A-Z]+)(\d+)(?:-[A-Z]+(\d+))?", cell):
            found |= {f"{letters}{number}" for number in range(int(first), int(last or first) + 1)}
    return found


@pytest.mark.parametrize("figure", FIGURES)
def test_the_bill_of_materials_has_the_number_that_the_physics_has(figure: str) -> None:
    number, said = FIGURES[figure]
    assert said in PARTS
    assert TABLE[figure].value == number


def test_every_part_that_is_wired_or_drawn_has_a_row() -> None:
    drawn = " ".join(" ".join((box.title, *box.lines)) for box in schematic.BOXES)
    circuit = WIRING.split("## Net by net")[1].split("## To look at")[0]
    for text in (drawn, circuit):
        assert set(re.findall(NAME, text)) - named() == set()


@pytest.mark.parametrize("promise", ["S1", "K1", "Y1", "LEV1", "DMP1", "LT1", "BAT1", "CH1", "LS1", "F1", "Q1", "S4"])
def test_what_no_software_may_carry_is_bought_and_drawn_and_wired(promise: str) -> None:
    assert promise in named()
    assert promise in WIRING
    assert promise in schematic.drawing()


def test_the_drawing_is_fresh() -> None:
    assert (ROOT / schematic.PICTURE).read_text(encoding="utf-8") == schematic.drawing()


def test_every_part_says_what_matters() -> None:
    rows = [line.strip("|").split("|") for line in PARTS.split("## Bench checklist")[0].splitlines() if re.match(r"\| [A-Z]+\d", line)]
    assert len(rows) > 35
    assert [row[0] for row in rows if len(row) != 4 or not row[1].strip()] == []
