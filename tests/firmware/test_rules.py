"""The board's rule table row by row on both sides of every bound: what breaks it, what it demands, what stays latched (SR1 to SR15)."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tests.firmware.bench import BoardReason
from tests.firmware.parts import Parts, Value

REFUSE, HOLD, RETURN, RETURN_HALF, ASK, FAULT, STOP = 1, 2, 3, 4, 5, 6, 7
AWAY: dict[str, Value] = {"session.away": True, "angle.at_upright": False, "angle.angle_cdeg": 2000}


class Row(NamedTuple):
    """One way to break one rule, and the nearest thing to it that does not."""

    reason: str
    demands: int
    broken: dict[str, Value]
    whole: dict[str, Value]


ROWS = (
    Row("ESTOP", STOP, {"in.estop_a_closed": False}, {}),
    Row("ESTOP", STOP, {"in.estop_b_closed": False}, {}),
    Row("ESTOP_DISAGREE", STOP, {"inputs.estop_cycle_due": True}, {}),
    Row("TIME_UP", RETURN, {"budget.short_": True}, {"budget.short_": True, "session.pi_wants_up": True}),
    Row("OVERSPEED", FAULT, {"drive.overspeed": True}, {}),
    Row("PAST_LIMIT", RETURN, {**AWAY, "angle.angle_cdeg": 9201}, {**AWAY, "angle.angle_cdeg": 9200}),
    Row("PAST_LIMIT", RETURN, {**AWAY, "plan.permitted_cdeg": 1799}, {**AWAY, "plan.permitted_cdeg": 1800}),
    Row("PAST_LIMIT", RETURN, {**AWAY, "plan.permitted_cdeg": 1000}, {**AWAY, "plan.permitted_cdeg": 1000, "angle.ready": False}),
    Row("PAST_LIMIT", RETURN, {**AWAY, "plan.permitted_cdeg": 1000}, {**AWAY, "plan.permitted_cdeg": 1000, "session.away": False}),
    Row("END_STOP", FAULT, {"in.end_stop_down_closed": False}, {}),
    Row(
        "END_STOP",
        FAULT,
        {"in.end_stop_up_closed": False, "angle.angle_cdeg": -7349},
        {"in.end_stop_up_closed": False, "angle.angle_cdeg": -7350},
    ),
    Row("ANKLE_OPEN", RETURN_HALF, {**AWAY, "inputs.ankle_open_ms": 5}, {**AWAY, "inputs.ankle_open_ms": 4}),
    Row("ANKLE_OPEN", RETURN_HALF, {**AWAY, "inputs.ankle_open_ms": 200}, {"inputs.ankle_open_ms": 200}),
    Row("PI_SILENT", HOLD, {"link.fresh": False}, {}),
    Row("STRANGER", HOLD, {"link.stranger": True}, {}),
    Row("POT_RANGE", FAULT, {"angle.pot_bad_ms": 20}, {"angle.pot_bad_ms": 19}),
    Row("ANGLE_DISAGREE", RETURN_HALF, {"angle.disputed": True}, {}),
    Row("ANGLE_DISAGREE", RETURN_HALF, {"angle.pot_out": True}, {}),
    Row("ANGLE_DISAGREE", RETURN_HALF, {"angle.encoder_out": True}, {}),
    Row("ANGLE_LOST", FAULT, {"angle.lost_ms": 100}, {"angle.lost_ms": 99}),
    Row("STALL", FAULT, {"drive.stall": True}, {}),
    Row("OVERCURRENT", FAULT, {"in.overcurrent_latched": True}, {}),
    Row("OVERCURRENT", FAULT, {"inputs.current_ma": 12_001}, {"inputs.current_ma": 12_000}),
    Row("OVERCURRENT", FAULT, {"inputs.current_ma": -12_001}, {"inputs.current_ma": -12_000}),
    Row("WRONG_WAY", FAULT, {"drive.wrong_way": True}, {}),
    Row("WRONG_WAY", FAULT, {"angle.opposite": True}, {}),
    Row("UNCOMMANDED", FAULT, {"drive.uncommanded": True}, {}),
    Row("BRAKE_SLIP", RETURN, {"drive.brake_slips": True}, {}),
    Row("PI_TRIP", FAULT, {"session.pi_trip": True}, {}),
    Row("LOAD", FAULT, {"inputs.overvoltage_ms": 10}, {"inputs.overvoltage_ms": 9}),
    Row("OBSTACLE", ASK, {"drive.rise_ms": 20, "session.asks": 2}, {"drive.rise_ms": 19}),
    Row("OBSTACLE", ASK, {"drive.rise_ms": 20}, {"drive.rise_ms": 20, "session.asks": 3}),
    Row("LOAD_DROP", ASK, {"drive.drop_ms": 20, "session.asks": 2}, {"drive.drop_ms": 19}),
    Row("LOAD_DROP", ASK, {"drive.drop_ms": 20}, {"drive.drop_ms": 20, "session.asks": 3}),
    Row("MAINS_LOST", RETURN, {"inputs.mains_lost_ms": 40}, {"inputs.mains_lost_ms": 39}),
    Row("BATTERY_LOW", REFUSE, {"inputs.battery_mv": 22_999}, {"inputs.battery_mv": 23_000}),
    Row("BATTERY_LOW", REFUSE, {"inputs.battery_mv": 20_000}, {"inputs.battery_mv": 20_000, "session.session_open": True}),
    Row("BUTTON_STUCK", REFUSE, {"inputs.start.pressed": True}, {"inputs.start.pressed": True, "angle.ready": False}),
    Row("BUTTON_STUCK", REFUSE, {"inputs.start.pressed": True}, {"inputs.start.pressed": True, "inputs.start.seen_released": True}),
    Row(
        "BUTTON_STUCK",
        REFUSE,
        {"inputs.start.pressed": True, "inputs.start.seen_released": True, "inputs.start_held_ms": 10_000},
        {"inputs.start.pressed": True, "inputs.start.seen_released": True, "inputs.start_held_ms": 9_999},
    ),
    Row("BUTTON_STUCK", REFUSE, {"inputs.start.pressed": True}, {"inputs.start.pressed": False}),
    Row("NOT_STARTED", REFUSE, {"session.not_started": True}, {}),
    Row("SELF_CHECK", FAULT, {"in.self_check_ok": False}, {}),
    Row("SELF_CHECK", FAULT, {"angle.calibrated": False}, {}),
    Row("SELF_CHECK", FAULT, {"inputs.bandgap_bad_ms": 50}, {"inputs.bandgap_bad_ms": 49}),
    Row("NO_PROGRESS", REFUSE, {"session.no_progress": True}, {}),
    Row("ESTOP_WAITING", REFUSE, {"session.stopped_ms": 60_000}, {"session.stopped_ms": 59_999}),
    Row("UNANSWERED", RETURN, {"budget.unanswered_ms": 82_000}, {"budget.unanswered_ms": 81_999}),
    Row("UNANSWERED", RETURN, {"budget.unanswered_ms": 82_000}, {"budget.unanswered_ms": 82_000, "session.pi_wants_up": True}),
)


def bit(reason: str) -> int:
    return int(getattr(BoardReason, reason))


def judged(values: dict[str, Value], before: int = 0) -> tuple[int, int, int]:
    """(broken now, demand, latched) of a board with nothing else wrong."""
    parts = Parts().set(values).set({"guard.now": before, "guard.action": 77})
    parts.lib.guard_update(parts.board, parts.seen)
    return parts.get("guard.now"), parts.get("guard.action"), parts.get("guard.latched")


@pytest.mark.req("SR1", "SR2", "SR4", "SR5", "SR6", "SR7", "SR8", "SR9", "SR10", "SR11", "SR13", "SR14", "SR15")
@pytest.mark.parametrize("row", ROWS, ids=[f"{row.reason}-{index}".lower() for index, row in enumerate(ROWS)])
def test_each_rule_breaks_at_its_bound_and_demands_what_the_catalogue_says(row: Row) -> None:
    latched = bit(row.reason) if row.demands >= RETURN else 0
    assert judged(row.broken) == (bit(row.reason), row.demands, latched)
    assert judged(row.whole) == (0, 0, 0), "this near to the bound nothing is wrong"


@pytest.mark.req("SR1", "SR7", "SR11")
@pytest.mark.parametrize("row", [row for row in ROWS if row.demands in (REFUSE, HOLD, STOP)], ids=lambda row: row.reason.lower())
def test_stops_holds_and_refusals_are_demanded_for_as_long_as_they_last(row: Row) -> None:
    assert judged(row.broken, before=bit(row.reason))[1] == row.demands


@pytest.mark.req("SR6", "SR9", "SR10")
@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.demands in (RETURN, RETURN_HALF, ASK, FAULT)], ids=lambda row: row.reason.lower()
)
def test_a_return_or_a_fault_begins_when_its_rule_breaks_and_a_lasting_cause_keeps_nobody_down(row: Row) -> None:
    assert judged(row.broken, before=bit(row.reason)) == (bit(row.reason), 0, 0)


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.reason}-{index}".lower() for index, row in enumerate(ROWS)])
def test_a_reason_that_is_over_is_not_told_any_more(row: Row) -> None:
    assert judged(row.whole, before=bit(row.reason)) == (0, 0, 0)


@pytest.mark.req("SR1")
def test_the_greatest_demand_wins_and_every_reason_is_told() -> None:
    now, action, latched = judged({"in.estop_a_closed": False, "link.fresh": False, "drive.stall": True, "session.not_started": True})
    assert now == bit("ESTOP") | bit("PI_SILENT") | bit("STALL") | bit("NOT_STARTED")
    assert action == STOP
    assert latched == bit("ESTOP") | bit("STALL")


def test_every_reason_that_the_board_judges_has_a_row_here() -> None:
    judged_by_guard = {row.reason for row in ROWS}
    told_otherwise = {"RESET", "ASKED"}
    everything = {name for name, value in vars(BoardReason).items() if name.isupper() and isinstance(value, int)}
    assert judged_by_guard == everything - told_otherwise
