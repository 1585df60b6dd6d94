"""The Pi is at least as strict as the board: its numbers against firmware/core/limits.h, for every value configuration allows."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from controller.core.limits import RANGES, Limits
from controller.core.model import SessionPlan, Stage
from controller.core.motion import plan_hold_s, return_time_s

ROOT = Path(__file__).parents[2]


def numbers(header: str, begins: str = "B") -> dict[str, int]:
    """`#define BOARD_NAME (-7500)` -> its value; suffixes and casts apart."""
    text = (ROOT / "firmware" / "core" / header).read_text(encoding="utf-8")
    found = re.findall(rf"^#define\s+({begins}[A-Z0-9_]+)\s+\(?(?:UINT\d+_C\()?(-?\d+)(?:UL|U|L)?\)*", text, re.MULTILINE)
    return {name: int(value) for name, value in found}


BOARD = numbers("limits.h")

EQUAL = {  # both sides mean the same place or moment; scale from the Pi's unit to the board's
    "level_deg": ("BOARD_LEVEL_CDEG", 100),
    "gate_deg": ("BOARD_GATE_CDEG", 100),
    "gate_half_deg": ("BOARD_GATE_HALF_CDEG", 100),
    "overrun_deg": ("BOARD_OVERRUN_CDEG", 100),
    "half_rate_dps": ("BOARD_HALF_RATE_CDPS", 100),
    "at_rest_dps": ("BOARD_AT_REST_CDPS", 100),
    "warning_s": ("BOARD_WARNING_MS", 1000),
    "reset_hold_s": ("BOARD_RESET_HOLD_MS", 1000),
    "session_clear_s": ("BOARD_SESSION_CLEAR_MS", 1000),
}
NO_MORE = {  # the Pi's greatest configurable value may not exceed the board's
    "ceiling_deg": ("BOARD_CEILING_CDEG", 100),
    "rate_dps": ("BOARD_MAX_RATE_CDPS", 100),
    "max_rate_dps": ("BOARD_MAX_RATE_CDPS", 100),
    "overspeed_dps": ("BOARD_OVERSPEED_CDPS", 100),
    "accel_dps2": ("BOARD_ACCEL_CDPS2", 100),
    "stop_accel_dps2": ("BOARD_STOP_ACCEL_CDPS2", 100),
    "max_inverted_s": ("BOARD_INVERTED_MS", 1000),
    "board_silent_s": ("BOARD_COMMAND_EXPIRES_MS", 1000),
    "no_progress_s": ("BOARD_NO_PROGRESS_MS", 1000),
    "estop_ladder_s": ("BOARD_ESTOP_LADDER_MS", 1000),
    "disagree_deg": ("BOARD_DISAGREE_CDEG", 100),
    "disagree_s": ("BOARD_DISAGREE_MS", 1000),
}
NO_LESS = {  # the Pi's least configurable value may not fall below the board's
    "rest_past_gate_s": ("BOARD_REST_PAST_GATE_MS", 1000),
    "locks_closed_s": ("BOARD_LOCKS_CLOSED_MS", 1000),
    "battery_two_returns_mv": ("BOARD_BATTERY_TWO_RETURNS_MV", 1),
}
DEFAULTS = {  # configuration may differ; out of the box both say the same
    "upright_deg": ("BOARD_UPRIGHT_CDEG", 100),
    "rate_dps": ("BOARD_RATE_CDPS", 100),
    "rest_s": ("BOARD_REST_MS", 1000),
}

Holds = Callable[[float, float], bool]
CASES = (
    [(name, *row, "most", lambda pi, board: pi == board) for name, row in EQUAL.items()]
    + [(name, *row, "most", lambda pi, board: pi <= board) for name, row in NO_MORE.items()]
    + [(name, *row, "least", lambda pi, board: pi >= board) for name, row in NO_LESS.items()]
    + [(name, *row, "default", lambda pi, board: pi == board) for name, row in DEFAULTS.items()]
)


@pytest.mark.req("SR2", "SR3", "SR4", "SR5", "SR6", "SR7", "SR8", "SR10", "SR14")
@pytest.mark.parametrize(("name", "define", "scale", "end", "holds"), CASES)
def test_the_pi_is_at_least_as_strict_as_the_board(name: str, define: str, scale: int, end: str, holds: Holds) -> None:
    pi = round(getattr(RANGES[name], end) * scale, 6)
    assert holds(pi, BOARD[define]), f"{name} {end} {pi} against {define} {BOARD[define]}"


@pytest.mark.req("SR15")
def test_the_board_begins_the_unanswered_return_only_after_the_pi_had_its_chance() -> None:
    assert (RANGES["ask_every_s"].most + RANGES["answer_within_s"].most) * 1000 <= BOARD["BOARD_ANSWER_MS"]


@pytest.mark.req("SR3")
def test_the_least_rest_that_can_be_configured_still_meets_the_rule_and_the_board_counts_its_own() -> None:
    assert RANGES["rest_s"].least >= 10.0
    assert BOARD["BOARD_REST_MS"] >= 10_000


@pytest.mark.req("SR2", "SR15")
@pytest.mark.parametrize("angle_deg", [40.0, 60.0, 75.0, 90.0])
def test_a_completed_hold_ends_before_the_board_would_end_it_as_a_trip(angle_deg: float) -> None:
    """The board compares what is left with its way until nobody is inverted at half rate, the rest and its margin (budget.c); then a Pi
    that warns and begins has a little longer (session.c)."""
    limits = Limits()
    margin_s = numbers("budget.c")["BUDGET_MARGIN_DS"] / 10.0
    plan = SessionPlan(name="p", title="p", ceiling_deg=90.0, stages=(Stage(angle_deg=angle_deg, hold_s=600.0),))
    left_s = 600.0 - angle_deg / limits.rate_dps - plan_hold_s(plan, limits)
    board_needs_s = angle_deg / limits.half_rate_dps + limits.rest_s + margin_s
    longer_s = numbers("session.c", "SESSION_")["SESSION_OVERDUE_MS"] / 1000.0
    begins_to_rise_s = 1.0
    assert left_s > board_needs_s - longer_s + begins_to_rise_s
    assert left_s > return_time_s(angle_deg, limits.half_rate_dps, limits, rest_left_s=limits.rest_s)


def test_the_header_was_really_read() -> None:
    assert BOARD["BOARD_UPRIGHT_CDEG"] == -7500
    assert BOARD["BOARD_INVERTED_MS"] == 600000
    assert len(BOARD) >= 40
