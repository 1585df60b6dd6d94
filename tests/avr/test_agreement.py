"""A chosen set of scenarios with the flashed binary: they hold, and tell the story of the C code within the stated bounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.avr.agreement import ALLOWED, ANGLE_DEG, CHANGES_A_SECOND, FLICKER_S, RATE_DPS, SHIFT_S, apart, both, busiest, changes, chosen
from sim.cli import SHIPPED
from sim.scenario_loader import find_scenarios, load_scenario
from sim.trace import Row


@pytest.mark.req("SE2", "SE4", "SR1", "SR3", "SR7", "SR9", "SR10", "SR11", "SR13", "SR16")
@pytest.mark.parametrize("path", chosen(), ids=lambda path: path.stem)
def test_a_chosen_scenario_holds_on_the_binary_and_agrees(path: Path) -> None:
    found = both(load_scenario(path))
    assert found.failures == ()
    assert found.differs == ""
    assert found.angle_deg <= 0.1
    assert found.rate_dps <= 0.15
    assert found.shift_s <= 0.5
    assert found.busiest <= 3
    assert found.ok


@pytest.mark.parametrize("name", sorted(ALLOWED))
def test_what_is_allowed_to_lie_further_apart_needs_it_and_keeps_to_it(name: str) -> None:
    path = next(path for path in find_scenarios([SHIPPED]) if path.stem == name)
    found = both(load_scenario(path))
    assert ANGLE_DEG < found.angle_deg <= ALLOWED[name].angle_deg
    assert ALLOWED[name].angle_deg <= 0.25
    assert found.ok


def test_the_bounds_are_the_stated_ones() -> None:
    assert (ANGLE_DEG, RATE_DPS, SHIFT_S, FLICKER_S, CHANGES_A_SECOND) == (0.1, 0.15, 0.5, 0.3, 3)


def test_what_lies_outside_all_that_is_near_in_time_is_apart() -> None:
    assert apart([0.0, 1.0, 2.0], [1.0, 2.0, 3.0], 1) == 1.0
    assert apart([0.0, 1.0, 2.0], [0.1, 1.1, 2.1], 1) == pytest.approx(0.1)
    assert apart([5.0], [1.0, 2.0], 0) == 4.0


def test_a_change_that_does_not_last_is_no_change() -> None:
    def told(*modes: str) -> list[tuple[float, object]]:
        return changes([Row(t_s=number / 50, angle_deg=0.0, board_mode=mode) for number, mode in enumerate(modes)], "board_mode")

    assert told(*["A"] * 20, *["B"] * 20) == [(0.0, "A"), (0.4, "B")]
    assert told(*["A"] * 20, *["B"] * 5, *["A"] * 20) == [(0.0, "A")]


def test_but_it_is_counted_how_often_a_mode_changes_within_a_second() -> None:
    def rows(modes: str) -> list[Row]:
        return [Row(t_s=number / 50, angle_deg=0.0, board_mode=mode) for number, mode in enumerate(modes)]

    assert busiest(rows("A" * 100), "board_mode") == 0
    assert busiest(rows("A" * 20 + "BA" * 3 + "A" * 20), "board_mode") == 6
    assert busiest(rows("A" * 20 + "B" * 49 + "A" * 20), "board_mode") == 2
    assert busiest(rows("A" * 20 + "B" * 51 + "A" * 20), "board_mode") == 1
