"""SR4's monitor knows whom the emergency stop's brake is for: which fault it is tells it, and the brake excuses the brake alone."""

from __future__ import annotations

import re

import pytest

from sim.faults import FAULTS
from sim.monitors import judge
from sim.story import HARD_FAULTS
from tests.monitors.trajectory import Drawing, start


def too_hard(drawing: Drawing) -> list[str]:
    return [violation.says for violation in judge(drawing.rows) if violation.monitor == "acceleration"]


def braked(fault: str) -> Drawing:
    """By an emergency stop's brake, in the middle of a descent."""
    return start().ramp(1.5).cruise(20.0).set(faults=fault).halt()


@pytest.mark.req("SR4", "SR9")
@pytest.mark.parametrize("fault", [row.name for row in FAULTS if re.search(r"\bSTO\b", row.reaction)])
def test_every_fault_that_the_catalogue_answers_with_an_emergency_stop_may_be_braked_as_one(fault: str) -> None:
    """F46, a flipped bit of the board's memory, was named: its row says STO, and the monitor had never heard of it."""
    assert fault in HARD_FAULTS
    assert too_hard(braked(fault)) == []


@pytest.mark.req("SR4")
@pytest.mark.parametrize("fault", ["", "board_clock_drift", "imu_stuck", "link_garbage"])
def test_the_same_brake_with_nothing_that_calls_for_it_is_named(fault: str) -> None:
    assert too_hard(braked(fault))


@pytest.mark.req("SR4", "SR9")
def test_after_the_brake_has_stopped_it_a_way_back_at_the_usual_acceleration_is_not_named() -> None:
    """Half a second that begins in the brake and ends on the way up is two changes, not one of their sum."""
    assert too_hard(braked("board_reset").ramp(-0.75, 1.4)) == []


@pytest.mark.req("SR4", "SR9")
def test_the_brake_excuses_no_way_back_that_is_too_hard() -> None:
    assert too_hard(braked("board_reset").ramp(-1.4, 3.0))
