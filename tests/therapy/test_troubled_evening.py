"""A disk that fails in the middle of a session, from START to the next START: the person notices nothing until they want to begin again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from controller.core.words import WORDS
from tests.hygiene.sources import ROOT
from tests.records.tap import environment
from tests.therapy.troubled_evening import CORRUPT, TROUBLES

SESSION = ["PROOF_TEST", "DESCENDING", "HOLDING", "RETURNING", "SETTLING", "RELEASE", "IDLE"]
SAYS, WAY_BACK = WORDS["storage"]


def troubled(tmp_path: Path, kind: str) -> dict[str, Any]:
    folder, control = tmp_path / "records", tmp_path / "control"
    command = [sys.executable, "-m", "tests.therapy.troubled_evening", str(folder), str(control), kind]
    control.write_bytes(bytes(4))
    done = subprocess.run(
        command, env=environment(folder, trouble=control), cwd=ROOT, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.req("F56", "F57", "F58", "SR11", "SR12")
@pytest.mark.parametrize("kind", sorted(TROUBLES))
def test_a_disk_that_fails_in_a_session_lets_it_end_as_planned_refuses_the_next_start_in_words_and_loses_nothing(
    tmp_path: Path, kind: str
) -> None:
    found = troubled(tmp_path, kind)
    assert [mode for mode in found["modes"] if mode != "RESTING"][-len(SESSION) :] == SESSION
    assert found["angle_deg"] == pytest.approx(-75.0, abs=0.5)
    assert f"{SAYS} {WAY_BACK}" in found["refused"]
    assert SAYS not in found["again"]
    ((number, ending, deepest_deg),) = found["sessions"]
    assert (number, ending) == (1, "completed")
    assert deepest_deg == pytest.approx(15.0, abs=1.0)
    assert (found["dropped"], found["aside"]) == (0, [])
    assert all(line.startswith("records: ") and "Ada" not in line for line in found["told"])
    assert kind == "slow" or found["told"][-1] == "records: written again"


@pytest.mark.req("F59", "SR11", "SR12")
def test_records_that_break_in_a_session_are_kept_aside_and_start_waits_until_somebody_knows(tmp_path: Path) -> None:
    found = troubled(tmp_path, CORRUPT)
    assert [mode for mode in found["modes"] if mode != "RESTING"][-len(SESSION) :] == SESSION
    assert f"{SAYS} {WAY_BACK}" in found["refused"]
    (aside,) = found["aside"]
    assert any(aside in line and "acknowledge" in line for line in found["told"])
    assert SAYS not in found["again"]
    assert "Nobody is chosen." in found["again"]  # the people went with the file
    assert [row[:2] for row in found["sessions"]] == [[1, "completed"]]
