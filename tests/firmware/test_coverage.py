"""Every line and branch of the board's core is run by its tests or argued; the counter sees what is planted where no test goes."""

from __future__ import annotations

import pytest

from sim import build
from tests.firmware import argued, coverage


@pytest.mark.req("SR1", "SR2", "SR3", "SR4", "SR5", "SR6", "SR7", "SR8", "SR9", "SR10", "SR13")
def test_no_line_and_no_branch_of_the_core_is_left_out_without_a_reason(capfd: pytest.CaptureFixture[str]) -> None:
    code = coverage.main([])
    said = capfd.readouterr().out
    assert code == 0, said[-3000:]
    for path in sorted(build.FIRMWARE.glob("*.c")):
        assert f"\n{path.name:<16} lines" in f"\n{said}", "nothing was counted there"


def test_a_line_and_a_way_that_no_test_takes_are_named_with_their_text() -> None:
    counts = coverage.Counts()
    for number, count, ways in ((7, 0, (0, 0)), (8, 5, (5, 0))):
        counts.add({"line_number": number, "count": count, "branches": [{"count": way} for way in ways]})
    never = coverage.never_taken({"stopping.c": counts})
    assert [(finding.line, finding.what) for finding in never] == [(7, "never run"), (8, "way 1 never taken")]
    assert never[0].code == argued.line_of(build.FIRMWARE / "stopping.c", 7)
    assert "way 1 never taken" in argued.judge(never, [], "the list")[1]
