"""kill -9, a sample; `python -m tests.records.kills` does it a thousand times."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.hygiene.sources import ROOT


@pytest.mark.req("F50", "F60", "F62")
def test_a_killed_writer_leaves_a_readable_database_with_everything_that_was_kept() -> None:
    """In a process of its own: it forks, and this one has threads."""
    command = [sys.executable, "-m", "tests.records.kills", "--kills", "20", "--seed", "3"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("20 kills, ")
    assert int(done.stdout.split()[2]) > 20
