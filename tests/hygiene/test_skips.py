"""A skipped test fails the run, alone and under xdist.  Runs a small suite of its own with this project's conftest."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hygiene.sources import ROOT, project_files, text

SKIP_MARKS = ("pytest.mark." + "skip", "pytest." + "skip(", "pytest.mark." + "xfail", "importor" + "skip")


def run_suite(folder: Path, body: str, *options: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(ROOT / "tests/conftest.py", folder / "conftest.py")
    (folder / "test_small.py").write_text(f"import pytest\n\n{body}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, str(folder)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_a_skipped_test_fails_the_run(tmp_path: Path, options: tuple[str, ...]) -> None:
    skipping = f"@{SKIP_MARKS[0]}(reason='later')\ndef test_a():\n    assert False\n\ndef test_b():\n    assert True"
    result = run_suite(tmp_path, skipping, *options)
    assert result.returncode == 1, result.stdout
    assert "test_small.py::test_a" in result.stdout


def test_a_suite_without_skips_passes(tmp_path: Path) -> None:
    assert run_suite(tmp_path, "def test_b():\n    assert True").returncode == 0


def test_no_test_of_ours_is_marked_to_be_skipped_or_to_fail() -> None:
    found = [str(path) for path in project_files() if path.suffix == ".py" and any(mark in text(path) for mark in SKIP_MARKS)]
    assert found == []
