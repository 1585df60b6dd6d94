"""Both sides' limits, each number restated here by hand: whatever the Pi can be configured to, it is at least as strict as the board."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from controller.core.limits import RANGES, Limits
from controller.core.model import SessionPlan, Stage
from controller.core.motion import plan_hold_s, return_time_s
from tests.hygiene.sources import text


def numbers(header: str, begins: str = "B") -> dict[str, int]:
    """`#define BOARD_NAME (-7500)` -> its value; suffixes and casts apart."""
    pattern = rf"^#define\s+({begins}[A-Z0-9_]+)\s+\(?(?:UINT\d+_C\()?(-?\d+)(?:UL|U|L)?\)*"
    found = re.findall(pattern, text(Path("firmware/core") / header), re.M)
    return {name: int(value) for name, value in found}


BOARD = numbers("limits.h")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One limit on both sides."""

    pi: str
    board: str
    restated: float  # in the Pi's unit
    per_unit: float  # the board's units in one of the Pi's
    strict: str  # "same", "less" (a smaller number is stricter) or "more"
    rule: str


CENTI, MILLI = 100.0, 1000.0
PAIRS = (
    Pair(pi="upright_deg", board="BOARD_UPRIGHT_CDEG", restated=-75.0, per_unit=CENTI, strict="default", rule="SR5"),
    Pair(pi="level_deg", board="BOARD_LEVEL_CDEG", restated=-3.0, per_unit=CENTI, strict="same", rule="SR15"),
    Pair(pi="gate_deg", board="BOARD_GATE_CDEG", restated=30.0, per_unit=CENTI, strict="same", rule="SR3"),
    Pair(pi="gate_half_deg", board="BOARD_GATE_HALF_CDEG", restated=2.0, per_unit=CENTI, strict="same", rule="SR3"),
    Pair(pi="ceiling_deg", board="BOARD_CEILING_CDEG", restated=90.0, per_unit=CENTI, strict="less", rule="SR5"),
    Pair(pi="overrun_deg", board="BOARD_OVERRUN_CDEG", restated=2.0, per_unit=CENTI, strict="same", rule="SR5"),
    Pair(pi="rate_dps", board="BOARD_MAX_RATE_CDPS", restated=3.0, per_unit=CENTI, strict="less", rule="SR4"),
    Pair(pi="rate_dps", board="BOARD_RATE_CDPS", restated=1.5, per_unit=CENTI, strict="default", rule="SR4"),
    Pair(pi="max_rate_dps", board="BOARD_MAX_RATE_CDPS", restated=3.0, per_unit=CENTI, strict="less", rule="SR4"),
    Pair(pi="half_rate_dps", board="BOARD_HALF_RATE_CDPS", restated=0.75, per_unit=CENTI, strict="same", rule="SR4"),
    Pair(pi="overspeed_dps", board="BOARD_OVERSPEED_CDPS", restated=5.0, per_unit=CENTI, strict="less", rule="SR4"),
    Pair(pi="accel_dps2", board="BOARD_ACCEL_CDPS2", restated=1.5, per_unit=CENTI, strict="less", rule="SR4"),
    Pair(pi="stop_accel_dps2", board="BOARD_STOP_ACCEL_CDPS2", restated=3.0, per_unit=CENTI, strict="less", rule="SR4"),
    Pair(pi="at_rest_dps", board="BOARD_AT_REST_CDPS", restated=0.1, per_unit=CENTI, strict="same", rule="SR3"),
    Pair(pi="rest_s", board="BOARD_REST_MS", restated=12.0, per_unit=MILLI, strict="default", rule="SR3"),
    Pair(pi="rest_past_gate_s", board="BOARD_REST_PAST_GATE_MS", restated=10.0, per_unit=MILLI, strict="more", rule="SR3"),
    Pair(pi="max_inverted_s", board="BOARD_INVERTED_MS", restated=600.0, per_unit=MILLI, strict="less", rule="SR2"),
    Pair(pi="warning_s", board="BOARD_WARNING_MS", restated=2.0, per_unit=MILLI, strict="same", rule="SR4"),
    Pair(pi="board_silent_s", board="BOARD_COMMAND_EXPIRES_MS", restated=0.1, per_unit=MILLI, strict="less", rule="SR7"),
    Pair(pi="no_progress_s", board="BOARD_NO_PROGRESS_MS", restated=10.0, per_unit=MILLI, strict="less", rule="SR14"),
    Pair(pi="estop_ladder_s", board="BOARD_ESTOP_LADDER_MS", restated=60.0, per_unit=MILLI, strict="less", rule="SR14"),
    Pair(pi="session_clear_s", board="BOARD_SESSION_CLEAR_MS", restated=30.0, per_unit=MILLI, strict="same", rule="SR2"),
    Pair(pi="reset_hold_s", board="BOARD_RESET_HOLD_MS", restated=3.0, per_unit=MILLI, strict="same", rule="SR1"),
    Pair(pi="locks_closed_s", board="BOARD_LOCKS_CLOSED_MS", restated=1.0, per_unit=MILLI, strict="more", rule="SR6"),
    Pair(pi="disagree_deg", board="BOARD_DISAGREE_CDEG", restated=1.5, per_unit=CENTI, strict="less", rule="SR8"),
    Pair(pi="disagree_s", board="BOARD_DISAGREE_MS", restated=0.1, per_unit=MILLI, strict="less", rule="SR8"),
    Pair(pi="battery_two_returns_mv", board="BOARD_BATTERY_TWO_RETURNS_MV", restated=23000.0, per_unit=1.0, strict="more", rule="SR10"),
)


def is_as_strict(pair: Pair, board: int) -> bool:
    """Over all that configuration may ask for; the rest and upright rest are counted by both sides, so their defaults are the same."""
    hard = RANGES[pair.pi]
    least, most, default = (round(value * pair.per_unit, 6) for value in (hard.least, hard.most, hard.default))
    return {"same": least == most == board, "less": most <= board, "more": least >= board, "default": default == board}[pair.strict]


@pytest.mark.req("SR1", "SR2", "SR3", "SR4", "SR5", "SR6", "SR7", "SR8", "SR10", "SR14", "SR15")
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.pi}-{pair.board}")
def test_the_pi_is_at_least_as_strict_as_the_board(pair: Pair) -> None:
    board = BOARD[pair.board]
    assert is_as_strict(pair, board)
    assert board == round(pair.restated * pair.per_unit), "the board's limit is not the requirement's number"
    assert RANGES[pair.pi].rule == pair.rule


@pytest.mark.req("SR15")
def test_the_board_waits_for_an_answer_just_longer_than_the_pi() -> None:
    """So that the Pi, which can ask in words, comes first; 80 s is the requirement's 60 s and 20 s."""
    latest_ms = 1000 * (RANGES["ask_every_s"].most + RANGES["answer_within_s"].most)
    assert latest_ms == 80_000
    assert latest_ms < BOARD["BOARD_ANSWER_MS"] <= 85_000


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


@pytest.mark.parametrize(("strict", "board"), [("same", 9001), ("less", 8999), ("default", 9001)])
def test_a_looser_pi_is_seen(strict: str, board: int) -> None:
    assert not is_as_strict(Pair(pi="ceiling_deg", board="", restated=90.0, per_unit=CENTI, strict=strict, rule="SR5"), board)


def test_no_limit_of_the_board_is_forgotten_that_the_pi_has_too() -> None:
    """A new pair must be compared: words that both sides use in a name belong to PAIRS or to the board alone."""
    compared = {pair.pi for pair in PAIRS} | {"ask_every_s", "answer_within_s"}
    of_the_pi_alone = {
        *("level_half_deg", "jerk_dps3", "stop_jerk_dps3", "settling_s", "inspection_hold_s", "imu_stale_s"),
        *("button_stable_s", "button_stuck_s", "tick_s"),
    }
    assert set(RANGES) - compared == of_the_pi_alone


def test_the_header_was_really_read() -> None:
    assert BOARD["BOARD_UPRIGHT_CDEG"] == -7500
    assert BOARD["BOARD_INVERTED_MS"] == 600000
    assert len(BOARD) >= 40
