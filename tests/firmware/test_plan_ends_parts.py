"""Where a plan begins and ends: a latch, the board's start, nothing asked (SR1, SR4, SR5)."""

from __future__ import annotations

import pytest

from tests.firmware.bench import Request
from tests.firmware.parts import Parts
from tests.firmware.test_plan_parts import FAULT, FOLLOW, GATE, GATE_CDEG, RISEN, STOPPED, UNASKED, UP, plan


@pytest.mark.req("SR1", "SR9")
@pytest.mark.parametrize("mode", [STOPPED, FAULT])
def test_a_latch_blocks_the_drive_whatever_else_is_well(mode: int) -> None:
    assert plan(UP, {"session.mode": mode}).get("plan.blocked")


@pytest.mark.req("SR5")
def test_a_board_that_starts_permits_what_the_table_can_do() -> None:
    parts = Parts().set({"plan.permitted_cdeg": 0})
    parts.lib.return_plan_start(parts.ffi.addressof(parts.board, "plan"))
    assert parts.get("plan.permitted_cdeg") == 9000


@pytest.mark.req("SR4", "SR14")
def test_a_plan_of_nothing_is_no_motion_that_is_due() -> None:
    parts = plan(RISEN, {"session.mode": FOLLOW, "link.command.request": int(Request.HOLD)})
    assert parts.read("plan.rate_cdps plan.due") == (0, False)
    assert plan(UNASKED, {"angle.angle_cdeg": GATE_CDEG, "rest.zone": GATE}).read("session.warning plan.rate_cdps") == (False, 0)
