"""The mutation runner on a few mutants of the guard, so that it keeps working; the whole run is a command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.firmware import mutate


class NoSession:
    """Cannot say what it holds."""

    testsfailed = 0

    @property
    def items(self) -> list[pytest.Item]:
        raise RuntimeError("no tests here")


def test_a_sample_of_the_guards_mutants_is_noticed() -> None:
    command = [sys.executable, "-m", "tests.firmware.mutate", "guard.c", "--part", "1/20", "--depth", "parts"]
    done = subprocess.run(command, cwd=mutate.ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "(100.0 %), 0 argued" in done.stdout
    assert "0 not run" in done.stdout


def test_a_run_that_cannot_tell_has_noticed_nothing() -> None:
    assert mutate.noticed(NoSession(), Path("/nowhere")) is False  # type: ignore[arg-type]


def test_an_argued_mutant_is_named_by_its_text() -> None:
    names = {mutant.name for file in mutate.GUARDS for mutant in mutate.mutants(file)}
    assert set(mutate.argued()) <= names
    assert all("(line" not in name for name in names)
