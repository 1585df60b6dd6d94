"""The core here and the core on the ATmega328P agree, output for output and byte for byte; a width mistake would be found."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sim.avr import build
from sim.avr.differential import Pair, compare

SAMPLE = 24_000
"""In every test run; `python -m sim.avr.differential --vectors 1000000` is the full measure."""


def test_outputs_and_state_are_the_same_here_and_on_the_avr(tmp_path: Path) -> None:
    found = compare(Pair(tmp_path), SAMPLE)
    assert found.difference == ""
    assert found.vectors == SAMPLE
    assert found.moving > 500, "the vectors must make the drive work"
    assert len(found.modes) >= 5


@pytest.mark.parametrize(
    ("file", "right", "wrong"),
    [
        ("inputs.c", "((int32_t)current_counts * INPUTS_MA_TIMES)", "(current_counts * (int16_t)3125)"),
        ("inputs.c", "(inputs->battery_q6 * INPUTS_SMOOTH_MV_TIMES) >> 16", "((inputs->battery_q6 >> 4) * 36000U) >> 12"),
    ],
)
def test_a_product_that_overflows_sixteen_bits_is_found(tmp_path: Path, file: str, right: str, wrong: str) -> None:
    """Right with this computer's 32-bit int, wrong with the AVR's 16-bit one: no host test can see it."""
    core = tmp_path / "core"
    shutil.copytree(build.FIRMWARE / "core", core)
    text = (core / file).read_text(encoding="utf-8")
    assert right in text
    (core / file).write_text(text.replace(right, wrong), encoding="utf-8")
    found = compare(Pair(tmp_path, avr_core=core), SAMPLE)
    assert "on the AVR" in found.difference
