"""A chosen set of scenarios with the flashed binary: they hold, and tell the story of the C code within the stated bounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.avr.agreement import (
    ALLOWED,
    ANGLE_DEG,
    BEGIN,
    CHANGES_A_SECOND,
    DOCUMENT,
    FLICKER_S,
    HEAD,
    RATE_DPS,
    SHIFT_S,
    STRICT,
    apart,
    both,
    busiest,
    changes,
    chosen,
    section,
)
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
    allowed = ALLOWED[name]
    assert found.angle_deg > ANGLE_DEG or found.rate_dps > RATE_DPS
    assert found.angle_deg <= allowed.angle_deg <= 0.5
    assert found.rate_dps <= allowed.rate_dps <= 0.8
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


def test_the_document_has_every_shipped_scenario_and_explains_what_does_not_agree() -> None:
    written, table = DOCUMENT.read_text(encoding="utf-8").split(BEGIN)
    assert table.startswith("\n" + section([Path("sim/scenarios")], [HEAD]).removesuffix("\n```"))
    rows = {row.split()[0]: row.split(maxsplit=6) for row in table.split(HEAD)[1].split("```")[0].strip().splitlines()[:-1]}
    assert list(rows) == [path.stem for path in find_scenarios([SHIPPED])]
    for name, (_, _, angle_deg, rate_dps, shift_s, most, verdict) in rows.items():
        allowed = ALLOWED.get(name, STRICT)
        near = float(angle_deg) <= allowed.angle_deg and float(rate_dps) <= allowed.rate_dps and float(shift_s) <= SHIFT_S
        assert (near and int(most) <= CHANGES_A_SECOND) is verdict.startswith("agree"), name
        assert verdict == "agree" or f"`{name}`" in written
