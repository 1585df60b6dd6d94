"""A stop shorter than the board's start (112 ms here; the binary sees an edge after 65): no latching mushroom does it; what happens if a
contact does (SR1).
"""

from __future__ import annotations

import pytest

from tests.properties.judges import Judge
from tests.properties.phases import PHASES, begin
from tests.properties.table import Table


def blinked(phase: str, for_ms: int, after_reset_ms: int) -> Table:
    """The board is reset in that moment of a session; both channels open that long, that much later."""
    table = begin(next(it for it in PHASES if (it.case, it.name) == ("week 5", phase)))
    Judge(table, rested=False)
    table.world.reset_board(4)
    table.world.run_ms(after_reset_ms)
    table.world.estop()
    for _ in range(for_ms):
        table.world.run_ms(1)
        now = table.world.truth()
        assert now.duty == 0
        assert not now.motor_powered
    assert for_ms < 12 or not table.world.truth().contactor_closed, "by the wire alone: no processor runs yet"
    table.world.estop(pressed=False)
    return table


@pytest.mark.req("SR1", "SR13")
@pytest.mark.parametrize("for_ms", [10, 30, 60])
@pytest.mark.parametrize("phase", ["holding", "descending before the gate", "returning before the gate"])
def test_a_stop_too_short_for_a_starting_board_takes_the_power_and_no_descent_follows(phase: str, for_ms: int) -> None:
    table = blinked(phase, for_ms, 2)
    highest_deg = table.now.angle_deg
    table.run(41.0)
    assert table.now.max_angle_deg <= highest_deg + 1.0, "a board that was reset brings up, never down (SR13)"


@pytest.mark.req("SR1")
def test_a_stop_that_lasts_into_the_boards_first_tick_is_latched() -> None:
    table = blinked("holding", 120, 2)
    table.run(0.5)
    assert table.now.board_mode == 4
    from_deg = table.now.angle_deg
    table.run(20.0)
    assert abs(table.now.angle_deg - from_deg) < 0.1
