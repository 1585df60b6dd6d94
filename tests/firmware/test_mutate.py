"""The mutation runner on a few mutants, so that it keeps working, and on tests that cannot see: it says so.  The whole run is a command."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.firmware import argued, mutate
from tests.firmware.mutants import CORE, mutants, switched

BLIND = "tests/firmware/test_argued.py"
"""Tests that never load the board."""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.firmware.mutate", *arguments]
    return subprocess.run(command, cwd=mutate.ROOT, capture_output=True, text=True, timeout=300, check=False)


def test_a_sample_of_the_guards_mutants_is_noticed() -> None:
    done = run("guard.c", "--part", "1/20", "--depth", "parts")
    assert done.returncode == 0, done.stdout[-2000:]
    assert "(100.0 %), 0 argued" in done.stdout
    assert "0 not run" in done.stdout


def test_what_no_test_looks_at_survives_and_is_named() -> None:
    """A survivor planted by looking away: the same mutants, and tests that never load the board."""
    done = run("guard.c", "--part", "1/20", "--tests", BLIND)
    assert done.returncode == 1
    survived = done.stdout.count("survived  guard.c:")
    assert survived >= 3
    assert f"0 of {survived} noticed (0.0 %)" in done.stdout


def test_a_run_that_cannot_tell_has_noticed_nothing() -> None:
    def nothing() -> None:
        raise RuntimeError("no tests here")

    def endless() -> None:
        os._exit(0)

    def trials() -> Iterator[mutate.Trial]:
        yield mutate.begin(1, nothing)
        yield mutate.begin(2, endless)

    assert sorted(mutate.noticed(trials(), 2)) == [(1, False), (2, False)]


def test_an_argued_mutant_is_there_and_named_by_its_text() -> None:
    findings = [mutant.finding for file in mutate.GUARDS for mutant in mutants(file)]
    assert argued.judge([], [row for row in argued.read(mutate.ARGUED) if not any(map(row.covers, findings))], "list") == []


@pytest.mark.parametrize("file", mutate.GUARDS)
def test_every_change_is_where_its_switch_can_reach_it(file: str) -> None:
    """But the size of a table, which no switch can change while it runs."""
    numbered = dict(enumerate(mutants(file), 1))
    made = switched(file, numbered)
    left = [mutant for number, mutant in numbered.items() if number not in made.numbers]
    assert all("_TABLE[" in mutant.code for mutant in left)
    assert len(numbered) > 40
    original = (CORE / file).read_text(encoding="utf-8")
    assert made.text.count("switch (mutant_id)") + made.text.count("#define") > original.count("#define")
