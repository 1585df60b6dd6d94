"""What more than one file of these tests begins with."""

from __future__ import annotations

import pytest

from sim.avr import latency
from sim.runner import Run


@pytest.fixture(scope="module")
def descent() -> Run:
    """A session on the flashed binary, in its descent; whoever lets time pass in it does so in a copy."""
    return latency.driving_run()
