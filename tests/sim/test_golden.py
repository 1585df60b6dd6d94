"""The comparison of stories: two commits with the same program tell the same ones, a changed number is seen."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from sim import golden
from sim.cli import SHIPPED
from sim.runner import Result, run_scenario
from sim.scenario_loader import load_scenario

FILE = SHIPPED / "rules" / "sr11_refused_with_a_lock_open.toml"


@pytest.fixture(scope="module")
def result() -> Result:
    return run_scenario(load_scenario(FILE), depth="fast")


def test_the_last_digit_of_one_value_in_one_row_is_another_digest(result: Result) -> None:
    before = golden.digest(result)
    row = result.rows[100]
    result.rows[100] = replace(row, angle_deg=row.angle_deg + 1e-13)
    changed = golden.digest(result)
    result.rows[100] = row
    assert changed != before == golden.digest(result)


def test_another_word_in_the_timeline_is_another_digest(result: Result) -> None:
    before = golden.digest(result)
    taken = result.timeline.pop()
    assert golden.digest(result) != before
    result.timeline.append(taken)
    assert golden.digest(result) == before


def test_runs_that_differ_or_are_missing_are_named() -> None:
    ours = {"fast one": "1", "fast two": "2", "bus two": "3"}
    assert golden.compare(ours, ours) == []
    assert golden.compare(ours, {"fast one": "1", "fast two": "9"}) == ["fast two: differs", "bus two: did not run there"]


def test_a_revision_that_is_none_is_one_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["golden", "--against", "no-such-revision", "--scenarios", str(FILE)])
    assert golden.main() == 66
    said = capsys.readouterr().err
    assert said.startswith("'no-such-revision' is no commit here")
    assert said.count("\n") == 1


def test_another_tree_runs_with_its_own_program(tmp_path: Path) -> None:
    """The tree of the last commit, with one number of its plant changed: its stories are its own."""
    golden.unpack("HEAD", tmp_path)
    table = tmp_path / "sim" / "table.py"
    table.write_text(table.read_text(encoding="utf-8").replace("0.02, -0.03, 0.02)", "0.02, -0.04, 0.02)"), encoding="utf-8")
    theirs = golden.elsewhere(tmp_path, ["--scenarios", str(FILE), "--depth", "fast"])
    (ours,) = dict(golden.digests([load_scenario(FILE)], ("fast",))).items()
    assert list(theirs) == [ours[0]]
    assert theirs[ours[0]] != ours[1]
