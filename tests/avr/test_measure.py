"""One command measures all that the drive board's binary is judged by: no row is missing, in what it prints or in the document."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from controller.exit_codes import ExitCode
from sim.avr import measure
from sim.avr.latency import PATTERNS, Figures
from sim.bench import Line
from tests.hygiene.sources import ROOT

ROWS = (
    "emergency stop, edge to bridge, brake coil and contactor all off, while driving",
    "the same, static bound from the listing",
    "awake cycles of a tick, descent, the Pi silent",
    "the same while the Pi steers",
    "the same with 25 bytes of noise a millisecond",
    "Pi silent in the descent at 1.5 deg/s, from its last command to the controlled stop",
    "and from there to rest with the brake set",
    "main loop hangs, until bridge and brake coil are off",
    "stack high-water",
    "flash",
    "memory before the stack",
    "firmware and physics",
    "whole stack, a session",
)
TRAFFIC = (*PATTERNS, "all together")
DOCUMENT = ROOT / "docs/performance.md"


def first_cells(text: str) -> list[str]:
    cells = re.findall(r"^\| ([^|]+?) \|", text, re.M)
    return [cell for cell in cells if cell not in ("what", "traffic")]


def part_of(document: str) -> str:
    return document.partition("<!-- avr -->")[2].partition("<!-- end -->")[0]


@pytest.mark.req("SR1", "SR7", "SR13")
def test_every_figure_is_measured_and_what_no_budget_can_excuse_is_held() -> None:
    """Sixteen phases of a tick; `python -m sim.avr.measure --every 1` takes all."""
    lines, found = measure.measure(1000, 1)
    assert tuple(line.what for line in lines) == ROWS
    assert tuple(row.pattern for row in found) == TRAFFIC
    assert [row.samples for row in found] == [16] * 10 + [160]
    assert found[-1].missed == 0
    held = {line.what: line.held for line in lines}
    assert [what for what in (*ROWS[:3], *ROWS[5:9], ROWS[10]) if not held[what]] == []
    assert all(re.search(r"\d", line.found) and re.search(r"\d", line.budget) for line in lines)


def test_the_document_has_the_same_rows_and_the_command_that_made_them() -> None:
    part = part_of(DOCUMENT.read_text(encoding="utf-8"))
    assert first_cells(part) == [*ROWS, *TRAFFIC]
    assert re.search(r"^`python -m sim\.avr\.measure --every \d+`, Python", part, re.M)


def test_what_is_written_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    copy = tmp_path / "performance.md"
    shutil.copy(DOCUMENT, copy)
    figures = Figures(pattern="quiet", samples=3, missed=1, least_us=0.5, median_us=0.6, p999_us=0.7, most_us=0.8)
    text = measure.section("a command", [Line(what="a row", found="1 byte", budget="<= 2", held=True)], [figures])
    measure.write(copy, text)
    part = part_of(copy.read_text(encoding="utf-8"))
    assert first_cells(part) == ["a row", "quiet"]
    assert "| quiet | 3 | 1 | 0.50 | 0.60 | 0.70 | 0.80 |" in part
    assert (
        copy.read_text(encoding="utf-8").partition("<!-- avr -->")[0] == DOCUMENT.read_text(encoding="utf-8").partition("<!-- avr -->")[0]
    )


def test_a_missed_edge_and_one_that_is_too_slow_break_the_budget() -> None:
    good = Figures(pattern="all together", samples=10, missed=0, least_us=0.8, median_us=1.5, p999_us=10.0, most_us=10.0)
    assert measure.edge_line(1, good).held
    for worse in ({"missed": 1}, {"median_us": 1.51}, {"most_us": 10.01}):
        fields = {name: getattr(good, name) for name in good.__slots__}
        assert not measure.edge_line(1, Figures(**{**fields, **worse})).held


@pytest.mark.parametrize("wrong", [["--every", "0"], ["--every", "16001"], ["--jobs", "0"]])
def test_a_senseless_command_line_is_refused_in_one_line(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        measure.main(wrong)
    assert ended.value.code == ExitCode.USAGE
    assert "--every is 1 to 16000, --jobs at least 1" in capsys.readouterr().err
