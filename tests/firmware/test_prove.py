"""The range proof's reader: alarms with their line of code, and a report without its end proves nothing."""

from __future__ import annotations

import pytest

from tests.firmware import argued, prove

TOLD = """[eva:alarm] ../core/stopping.c:10: Warning:\x20
  signed overflow. assert a + b \u2264 32767;
[eva:alarm] ../core/stopping.c:10: Warning:\x20
  signed overflow.
  assert
  -32768 \u2264 a + b;
[eva] done
[eva:summary] ====== ANALYSIS SUMMARY ======
"""


def test_alarms_are_read_with_their_line_of_code() -> None:
    first, second = prove.read(TOLD)
    assert {first.file, second.file} == {"stopping.c"}
    assert {first.what[:28], second.what[:28]} == {"signed overflow. assert a + ", "signed overflow. assert -327"}
    assert first.code == (prove.FIRMWARE / "core/stopping.c").read_text(encoding="utf-8").splitlines()[9].strip()


def test_a_report_without_its_end_is_no_proof() -> None:
    with pytest.raises(RuntimeError, match="did not come to its end"):
        prove.read(TOLD.partition("[eva:summary]")[0])


def test_every_argument_is_about_a_line_that_stands() -> None:
    for row in argued.read(prove.ARGUED):
        lines = [line.strip() for line in (prove.FIRMWARE / "core" / row.file).read_text(encoding="utf-8").splitlines()]
        assert row.code in lines
