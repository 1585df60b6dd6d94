"""Where a plan begins and ends: a latch, the board's start, nothing asked (SR1, SR4, SR5)."""

from __future__ import annotations

import pytest

from tests.firmware.bench import Request
from tests.firmware.parts import Parts, Value, ceiling_of
from tests.firmware.test_plan_parts import (
    ASCENT,
    BACK,
    DOWN,
    FAULT,
    FOLLOW,
    GATE,
    GATE_CDEG,
    RESCUE,
    RISEN,
    STOPPED,
    UNASKED,
    UP,
    plan,
    rate,
    rests,
)


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


BELOW: dict[str, Value] = {**BACK, "plan.permitted_cdeg": 7000}
"""Somebody dizzy below the gate, with everything well that a way down asks for."""


@pytest.mark.req("SR3", "TP10")
def test_the_boards_own_ascent_waits_for_somebody_dizzy_without_creeping_down_by_the_smallest_rate() -> None:
    parts = plan(BELOW, {"session.mode": ASCENT})
    assert (ceiling_of(parts), parts.get("plan.rate_cdps")) == (GATE_CDEG, 0)


@pytest.mark.req("SR1")
def test_letting_return_go_in_a_rescue_creeps_down_by_nothing_either() -> None:
    parts = plan(BELOW, {"session.mode": RESCUE, "session.releasing": True})
    assert (ceiling_of(parts), parts.get("plan.rate_cdps")) == (GATE_CDEG, 0)


@pytest.mark.req("TP10", "SR5")
def test_at_the_gate_itself_nobody_dizzy_is_let_down_any_further() -> None:
    assert ceiling_of(plan(BELOW, {"angle.angle_cdeg": GATE_CDEG - 1, "plan.permitted_cdeg": 2000})) == 2000
    assert ceiling_of(plan(BELOW, {"angle.angle_cdeg": GATE_CDEG, "plan.permitted_cdeg": 2000})) == GATE_CDEG


@pytest.mark.req("SR5", "SR6")
def test_the_smallest_rate_down_is_a_descent_and_asks_for_all_that_a_descent_asks_for() -> None:
    slowest: dict[str, Value] = {**DOWN, "link.command.rate_cdps": 1}
    assert plan(slowest).get("plan.rate_cdps") == 1
    assert plan(slowest, {"in.end_stop_down_closed": False}).get("plan.rate_cdps") == 0


@pytest.mark.req("SR4")
@pytest.mark.parametrize(
    ("gentle", "rate_cdps", "profile_cdps"), [(True, 0, 0), (True, 1, 1), (True, -100, 0), (False, 100, 0), (False, 1, -1), (False, 0, 1)]
)
def test_a_motion_that_goes_on_in_its_own_sense_is_gentle_down_to_the_smallest_rate(
    gentle: bool, rate_cdps: int, profile_cdps: int
) -> None:
    told: dict[str, Value] = {"link.command.rate_cdps": rate_cdps, "drive.profile_cdps": profile_cdps}
    assert bool(plan(DOWN, told).get("plan.gentle")) is gentle


@pytest.mark.req("SR4", "SR5")
@pytest.mark.parametrize(("way", "most"), [(419, 288), (420, 289), (421, 290), (422, 290), (2000, 290)])
def test_the_greatest_rate_there_is_may_be_driven_until_four_degrees_before_a_bound(way: int, most: int) -> None:
    assert rate(DOWN, {"link.command.rate_cdps": 300, "angle.angle_cdeg": 4000, "plan.permitted_cdeg": 4000 + way}) == most


@pytest.mark.req("SR3")
@pytest.mark.parametrize("rest_ms", [11_998, 11_999])
def test_the_last_milliseconds_of_a_rest_are_rested_too(rest_ms: int) -> None:
    assert rate(UP, {"angle.angle_cdeg": GATE_CDEG}, rests(GATE, rest_ms)) == 0
