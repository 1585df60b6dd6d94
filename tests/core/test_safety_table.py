"""The whole rule table restated by hand: what each rule demands, how long it may last, how it clears, whether it refuses Start."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from controller.core.model import Action, AnkleLocks, Clears, Mode, Panel
from controller.core.safety import BOARD_TOLD, BOARD_TOLD_BITS, HALF_RATE, RULES, Safety, Verdict, judge
from controller.core.watch import Watch
from controller.core.wire import BoardMode, BoardReason, Contact, StatusFlag
from controller.core.words import WORDS
from tests.core.test_safety import ALL_CLOSED, DESCENDS, INVERTED, ROWS, STANDS, TURNING, broken, facts

WARN, PAUSE, RETURN, HALF, BOARD, SILENCE, TRIP = list(Action)[1:]
GOOD, UPRIGHT, RESET, INSPECTION, NEVER = Clears

# row by row: rule, name, rows of the fault catalogue, demand, how it clears, how long it may last, whether Start is refused
BY_HAND: tuple[tuple[str, str, str, Action, Clears, float, bool], ...] = (
    ("SR1", "estop_disagrees", "F67", WARN, GOOD, 0.0, True),
    ("SR1", "estop", "F65 F66", WARN, GOOD, 0.0, True),
    ("SR1", "estop_contacts", "F67", WARN, GOOD, 0.0, True),
    ("SR1", "estop_unheeded", "F66", TRIP, RESET, 0.1, True),
    ("SR10", "mains_lost", "F82", RETURN, GOOD, 0.0, True),
    ("SR10", "battery_low", "F82", RETURN, GOOD, 0.0, True),
    ("SR2", "time_up", "F88", RETURN, UPRIGHT, 0.0, True),
    ("SR4", "overspeed", "F77", TRIP, RESET, 0.02, True),
    ("SR5", "past_limit", "F25 F73", RETURN, UPRIGHT, 0.0, True),
    ("SR6", "ankle_open", "F75", HALF, INSPECTION, 0.0, True),
    ("SR7", "board_silent", "F26 F30 F31 F33 F34", SILENCE, GOOD, 0.0, True),
    ("SR7", "board_stranger", "F36", SILENCE, GOOD, 0.0, True),
    ("SR7", "board_refuses", "F36", WARN, GOOD, 0.0, True),
    ("SR7", "pi_silent", "F29 F30 F37 F38 F44 F50 F51 F52", PAUSE, GOOD, 0.0, True),
    ("SR7", "slow_link", "F32", PAUSE, GOOD, 0.1, True),
    ("SR7", "pi_late", "F52 F53 F55", PAUSE, GOOD, 0.0, True),
    ("SR11", "panel_silent", "F69", RETURN, GOOD, 0.0, True),
    ("SR8", "imu_stuck", "F11", BOARD, UPRIGHT, 0.0, True),
    ("SR8", "imu_noise", "F12", PAUSE, GOOD, 0.0, True),
    ("SR8", "imu_bias", "F13", BOARD, UPRIGHT, 0.0, True),
    ("SR8", "imu_not_finite", "F14", PAUSE, GOOD, 0.0, True),
    ("SR8", "imu_gravity", "F15", PAUSE, GOOD, 0.0, True),
    ("SR8", "imu_saturated", "F16", PAUSE, GOOD, 0.0, True),
    ("SR8", "imu_reset", "F17", PAUSE, GOOD, 0.0, True),
    ("SR8", "imu_stale", "F18 F19 F20 F21", PAUSE, GOOD, 0.0, True),
    ("SR8", "imu_future", "F22", PAUSE, GOOD, 0.0, True),
    ("SR8", "imu_doubt", "F11 F12 F16", PAUSE, GOOD, 0.1, True),
    ("SR8", "sensors_disagree", "F1 F6 F8 F13", BOARD, UPRIGHT, 0.1, True),
    ("SR8", "apart_at_upright", "F7", WARN, GOOD, 1.0, True),
    ("SR8", "board_angle", "F1 F3 F4 F5 F10", BOARD, UPRIGHT, 0.0, True),
    ("SR3", "rest_disagrees", "F6", BOARD, UPRIGHT, 0.0, True),
    ("SR9", "moves_unasked", "F77 F79", TRIP, RESET, 0.3, True),
    ("SR9", "gear_slips", "F79", TRIP, RESET, 0.1, True),
    ("SR9", "wrong_way", "F9 F78", TRIP, RESET, 0.3, True),
    ("SR9", "does_not_move", "F76 F81", RETURN, UPRIGHT, 2.0, True),
    ("SR9", "load", "F83 F86", RETURN, INSPECTION, 0.0, True),
    ("SR9", "obstacle", "F89", BOARD, UPRIGHT, 0.0, True),
    ("SR9", "load_drop", "F87", BOARD, UPRIGHT, 0.0, True),
    ("SR9", "board_fault", "F74 F76 F77 F78 F84", WARN, GOOD, 0.0, True),
    ("SR9", "release_lever", "F80", PAUSE, GOOD, 0.0, True),
    ("SR13", "return_only", "F39 F40 F41 F42 F64", RETURN, GOOD, 0.0, True),
    ("SR13", "board_returns", "F75 F82 F88", RETURN, GOOD, 0.0, True),
    ("SR15", "unanswered", "F87", RETURN, UPRIGHT, 0.0, True),
    ("PU6", "button_stuck", "F69", PAUSE, GOOD, 0.0, True),
    ("PU6", "two_buttons", "F70", PAUSE, GOOD, 0.0, False),
    ("SR11", "pi_hot", "F55", WARN, GOOD, 0.0, True),
    ("SR11", "storage", "F56 F57 F58 F59", WARN, GOOD, 0.0, True),
    ("SR14", "watcher", "F91", WARN, GOOD, 0.0, True),
    ("SR11", "config", "F61", WARN, NEVER, 0.0, True),
)

# reasons of the board that no row above stands for, with the rule they belong to
TOLD_BY_THE_BOARD = {
    BoardReason.OVERSPEED: "SR4", BoardReason.END_STOP: "SR5", BoardReason.ANGLE_LOST: "SR8",
    BoardReason.STALL: "SR9", BoardReason.OVERCURRENT: "SR9", BoardReason.WRONG_WAY: "SR9", BoardReason.UNCOMMANDED: "SR9",
    BoardReason.BRAKE_SLIP: "SR9", BoardReason.RESET: "SR13", BoardReason.NO_PROGRESS: "SR14", BoardReason.ESTOP_WAITING: "SR14",
    BoardReason.PI_TRIP: "SR9", BoardReason.BUTTON_STUCK: "SR11", BoardReason.SELF_CHECK: "SR13", BoardReason.LOAD: "SR9",
}  # fmt: skip


@pytest.mark.req("SR1", "SR2", "SR3", "SR4", "SR5", "SR6", "SR7", "SR8", "SR9", "SR10", "SR11", "SR13", "SR15", "PU6")
def test_every_rule_demands_clears_and_refuses_as_written_here() -> None:
    table = tuple((rule.id, rule.name, rule.faults, rule.action, rule.clears, rule.for_s, rule.refuses) for rule in RULES)
    assert dict(zip(ROWS, table, strict=True)) == {row[1]: row for row in BY_HAND}


def one_tick(**changes: Any) -> Verdict:
    return judge(Safety(), facts(**changes), reset=False, inspected=False).verdict


@pytest.mark.req("SR9", "PU2")
@pytest.mark.parametrize("bit", list(TOLD_BY_THE_BOARD))
def test_what_only_the_board_knows_is_told_in_its_words_and_refuses_start(bit: int) -> None:
    told = [reason for reason in one_tick(reasons=bit).reasons if reason.name.startswith("board_") and reason.name != "board_angle"]
    assert [reason.rule for reason in told] == [TOLD_BY_THE_BOARD[bit]]
    assert told[0].says.startswith("drive board: ")
    assert len(told[0].says) > 20
    assert told[0].way_back == "Let go of everything; if it comes back, have the drive board checked."
    assert told[0] in one_tick(reasons=bit).refusing


def test_the_boards_own_words_are_for_exactly_these_reasons() -> None:
    assert {bit for bit, _ in BOARD_TOLD} == set(TOLD_BY_THE_BOARD)
    assert sum(TOLD_BY_THE_BOARD) == BOARD_TOLD_BITS


@pytest.mark.req("SR13")
@pytest.mark.parametrize("bit", [BoardReason.ASKED, BoardReason.NOT_STARTED])
def test_a_pressed_return_and_motion_before_start_are_no_trouble(bit: int) -> None:
    assert one_tick(reasons=bit).reasons == ()


@pytest.mark.req("SR6", "SR8")
def test_only_a_doubtful_lock_or_a_lost_angle_bring_up_at_half_rate() -> None:
    assert {HALF, BOARD} == HALF_RATE
    assert one_tick(reasons=BoardReason.ANGLE_DISAGREE).half_rate
    assert one_tick(input__ankles=AnkleLocks()).half_rate
    assert not one_tick(reasons=BoardReason.TIME_UP).half_rate


# rules of which one part must not speak for another: what is given, whether it breaks
PARTS: list[tuple[str, dict[str, Any], bool]] = [
    ("ankle_open", {"input__ankles": AnkleLocks(), "mode": Mode.STARTING}, False),
    ("ankle_open", {"input__ankles": AnkleLocks(), "off_upright": False}, False),
    ("ankle_open", {"contacts": 0, "board_ok": False}, False),
    ("ankle_open", {"input__ankles": AnkleLocks(), "board_ok": False}, True),
    ("imu_doubt", {"tilt__trusted": False, "mode": Mode.STARTING}, False),
    ("sensors_disagree", {"board__angle_deg": 61.5}, False),
    ("sensors_disagree", {"board__angle_deg": 58.5}, False),
    ("sensors_disagree", {"board__angle_deg": 70.0, "tilt__trusted": False}, False),
    ("sensors_disagree", {"board__angle_deg": 70.0, "board_ok": False}, False),
    ("sensors_disagree", {"board__angle_deg": 70.0, "flags": INVERTED & ~StatusFlag.ANGLE_TRUSTED}, False),
    ("apart_at_upright", {**STANDS, "board__angle_deg": -74.25}, False),
    ("apart_at_upright", {**STANDS, "board__angle_deg": -74.0, "session": True}, False),
    ("apart_at_upright", {**STANDS, "board__angle_deg": -74.0, "at_upright": False}, True),
    ("apart_at_upright", {**STANDS, "board__angle_deg": -72.0, "tilt__angle_deg": -72.99, "at_upright": False}, False),
    ("apart_at_upright", {"board__angle_deg": 61.0}, False),
    ("moves_unasked", {"tilt__rate_dps": 1.0}, False),
    ("moves_unasked", {"tilt__rate_dps": 1.5, "tilt__trusted": False}, False),
    ("moves_unasked", {"tilt__rate_dps": 1.5, "flags": INVERTED & ~StatusFlag.BRAKE_SET}, False),
    ("moves_unasked", {"tilt__rate_dps": 1.5, "flags": INVERTED & ~StatusFlag.AT_REST}, False),
    ("gear_slips", {**DESCENDS, "tilt__rate_dps": 2.5}, False),
    ("gear_slips", {**DESCENDS, "tilt__rate_dps": 0.0}, False),
    ("gear_slips", {**DESCENDS, "tilt__rate_dps": -1.0}, False),
    ("gear_slips", {**DESCENDS, "tilt__rate_dps": -1.5, "board__rate_dps": -1.5}, False),
    ("gear_slips", {**DESCENDS, "tilt__rate_dps": 9.0, "board__rate_dps": 0.5}, False),
    ("gear_slips", {**DESCENDS, "tilt__rate_dps": 9.0, "board__rate_dps": -0.51}, True),
    ("gear_slips", {**DESCENDS, "tilt__rate_dps": 9.0, "tilt__trusted": False}, False),
    ("gear_slips", {**DESCENDS, "tilt__rate_dps": 9.0, "board_ok": False}, False),
    ("gear_slips", {**DESCENDS, "tilt__rate_dps": 9.0, "contacts": ALL_CLOSED | Contact.RELEASE}, False),
    ("gear_slips", {**DESCENDS, "tilt__rate_dps": 9.0, "reasons": BoardReason.ANGLE_DISAGREE}, False),
    ("gear_slips", {**DESCENDS, "flags": TURNING & ~StatusFlag.ANGLE_TRUSTED, "tilt__rate_dps": 9.0}, False),
    ("gear_slips", {**DESCENDS, "flags": TURNING | StatusFlag.BRAKE_SET, "tilt__rate_dps": 9.0}, False),
    ("wrong_way", {"moving_dps": -1.5, "tilt__rate_dps": 0.5}, False),
    ("wrong_way", {"moving_dps": -1.5, "tilt__rate_dps": -1.5}, False),
    ("wrong_way", {"moving_dps": -0.5, "tilt__rate_dps": 1.5}, False),
    ("wrong_way", {"moving_dps": -0.51, "tilt__rate_dps": 1.5}, True),
    ("wrong_way", {"moving_dps": -1.5, "tilt__rate_dps": 1.5, "off_upright": False}, False),
    ("wrong_way", {"moving_dps": -1.5, "tilt__rate_dps": 1.5, "tilt__trusted": False}, False),
    ("time_up", {"time_left_s": 101.0}, True),
    ("time_up", {"time_left_s": 0.0, "inverted": False}, False),
    ("time_up", {"time_left_s": 0.0, "session": False}, False),
    ("estop_unheeded", {"input__estop_aux_closed": False, "board_ok": False, "board_mode": None}, False),
    ("estop_unheeded", {"board_mode": BoardMode.FOLLOW}, False),
    ("estop", {"input__estop_aux_closed": True, "board_mode": BoardMode.STOPPED}, True),
    ("estop_contacts", {"contacts": 0, "board_ok": False}, False),
    ("mains_lost", {"flags": 0, "board_ok": False}, False),
    ("overspeed", {"tilt__rate_dps": 5.0}, False),
    ("overspeed", {"tilt__rate_dps": 9.0, "tilt__trusted": False}, False),
    ("past_limit", {"angle_deg": 62.0}, False),
    ("past_limit", {"angle_deg": 95.0, "session": False}, False),
    ("past_limit", {"angle_deg": 95.0, "tilt__trusted": False}, False),
    ("slow_link", {"board__round_trip_s": 0.055}, False),
    ("slow_link", {"board__round_trip_s": 0.2, "board_ok": False}, False),
    ("pi_late", {"watch": Watch(late=4)}, True),
    ("rest_disagrees", {"mode": Mode.RESTING, "in_mode_s": 22.0}, False),
    ("rest_disagrees", {"mode": Mode.HOLDING, "in_mode_s": 200.0}, False),
    ("does_not_move", {"mode": Mode.DESCENDING, "moving_dps": 0.5}, False),
    ("does_not_move", {"mode": Mode.DESCENDING, "moving_dps": -1.5}, True),
    ("does_not_move", {"mode": Mode.RETURNING, "moving_dps": -1.5}, False),
    ("does_not_move", {"mode": Mode.DESCENDING, "moving_dps": 1.5, "at_rest": False}, False),
    ("return_only", {"flags": INVERTED | StatusFlag.RETURN_ONLY, "off_upright": False}, False),
    ("board_returns", {"flags": INVERTED | StatusFlag.RETURNING, "off_upright": False}, False),
    ("board_returns", {"flags": INVERTED, "mode": Mode.HOLDING}, False),
    ("board_angle", {"reasons": BoardReason.ANGLE_LOST}, True),
]


@pytest.mark.req("SR1", "SR2", "SR4", "SR5", "SR6", "SR7", "SR8", "SR9", "SR13")
@pytest.mark.parametrize(("name", "given", "breaks"), PARTS, ids=[f"{i}-{part[0]}" for i, part in enumerate(PARTS)])
def test_every_part_of_a_condition_counts(name: str, given: dict[str, Any], breaks: bool) -> None:
    assert broken(name, **given) == breaks


@pytest.mark.req("SR13")
@pytest.mark.parametrize("mode", list(Mode))
def test_a_return_begun_by_the_board_is_followed_from_every_mode_of_the_programme(mode: Mode) -> None:
    programme = {Mode.PROOF_TEST, Mode.DESCENDING, Mode.HOLDING, Mode.PAUSED}
    assert broken("board_returns", mode=mode, flags=INVERTED | StatusFlag.RETURNING) == (mode in programme)


@pytest.mark.req("SR9")
@pytest.mark.parametrize(("name", "last_s"), [(row[1], row[5]) for row in BY_HAND if row[5] > 0.0])
def test_a_predicate_that_goes_good_in_between_begins_its_time_anew(name: str, last_s: float) -> None:
    cases: dict[str, dict[str, Any]] = {
        "estop_unheeded": {"input__estop_aux_closed": False}, "overspeed": {"tilt__rate_dps": 6.0},
        "slow_link": {"board__round_trip_s": 1.0},
        "imu_doubt": {"tilt__trusted": False}, "sensors_disagree": {"board__angle_deg": 70.0}, "moves_unasked": {"tilt__rate_dps": 2.0},
        "apart_at_upright": {**STANDS, "board__angle_deg": -74.0},
        "gear_slips": {**DESCENDS, "tilt__rate_dps": 3.0},
        "wrong_way": {"moving_dps": -1.5, "tilt__rate_dps": 1.0}, "does_not_move": {"mode": Mode.DESCENDING, "moving_dps": 1.5},
    }  # fmt: skip
    bad = cases[name]
    state = judge(Safety(), facts(now_s=100.0, **bad), reset=False, inspected=False)
    state = judge(state, facts(now_s=100.0 + last_s * 0.5), reset=False, inspected=False)
    state = judge(state, facts(now_s=100.0 + last_s * 0.75, **bad), reset=False, inspected=False)
    state = judge(state, facts(now_s=100.0 + last_s * 1.5, **bad), reset=False, inspected=False)
    assert ROWS[name] not in state.standing
    state = judge(state, facts(now_s=100.0 + last_s * 2.0, **bad), reset=False, inspected=False)
    assert ROWS[name] in state.standing


@pytest.mark.req("SR9")
def test_a_predicate_breaks_at_exactly_its_time() -> None:
    bad: dict[str, Any] = {"mode": Mode.DESCENDING, "moving_dps": 1.5}
    state = judge(Safety(), facts(now_s=100.0, **bad), reset=False, inspected=False)
    assert not judge(state, facts(now_s=101.984375, **bad), reset=False, inspected=False).standing
    assert judge(state, facts(now_s=102.0, **bad), reset=False, inspected=False).standing == (ROWS["does_not_move"],)


@pytest.mark.req("SR15")
def test_a_demand_is_fresh_in_the_tick_it_begins_and_only_then() -> None:
    quiet, bad, worse = facts(), facts(reasons=BoardReason.PI_SILENT), facts(reasons=BoardReason.PI_SILENT | BoardReason.TIME_UP)
    state, fresh = Safety(), []
    for tick in (quiet, bad, bad, worse, worse, worse, bad, quiet):
        state = judge(state, tick, reset=False, inspected=False)
        fresh.append(state.verdict.fresh)
    none = Action.ALLOW
    assert fresh == [none, PAUSE, none, RETURN, none, none, none, none]


def test_before_anything_is_judged_nothing_is_demanded() -> None:
    nothing = Verdict(action=Action.ALLOW, half_rate=False, reasons=(), refusing=(), trip_due=False, fresh=Action.ALLOW)
    assert Verdict() == Safety().verdict == nothing


def test_nothing_new_keeps_the_very_same_object_so_that_a_tick_costs_nothing() -> None:
    quiet, lost = facts(), facts(flags=INVERTED & ~StatusFlag.MAINS)
    calm = judge(Safety(), quiet, reset=False, inspected=False)
    assert calm.verdict is Safety().verdict
    assert judge(calm, quiet, reset=False, inspected=False) is calm
    first = judge(Safety(), lost, reset=False, inspected=False)
    second = judge(first, lost, reset=False, inspected=False)
    assert judge(second, lost, reset=False, inspected=False).verdict is second.verdict


@pytest.mark.req("SR10", "PU2")
def test_reasons_go_when_they_are_good_again_also_those_of_the_board() -> None:
    state = judge(Safety(), facts(flags=INVERTED & ~StatusFlag.MAINS, reasons=BoardReason.STALL), reset=False, inspected=False)
    assert [reason.name for reason in state.verdict.reasons] == ["mains_lost", "board_stall"]
    state = judge(state, facts(reasons=BoardReason.STALL), reset=False, inspected=False)
    assert [reason.name for reason in state.verdict.reasons] == ["board_stall"]
    assert state.verdict.action is Action.ALLOW
    state = judge(state, facts(), reset=False, inspected=False)
    assert state.verdict.reasons == ()


@pytest.mark.req("SR9", "SR1")
@pytest.mark.parametrize("shown", [BoardMode.FAULT, BoardMode.STOPPED])
def test_either_latch_of_the_board_answers_a_trip(shown: BoardMode) -> None:
    bad: dict[str, Any] = {"tilt__rate_dps": 6.0, "flags": INVERTED & ~StatusFlag.BRAKE_SET}
    state = judge(Safety(), facts(now_s=100.0, **bad), reset=False, inspected=False)
    state = judge(state, facts(now_s=100.1, **bad), reset=False, inspected=False)
    assert state.verdict.trip_due
    assert not judge(state, facts(now_s=100.2, board_mode=shown, **bad), reset=False, inspected=False).verdict.trip_due
    assert judge(state, facts(now_s=100.2, board_mode=BoardMode.ASCENT, **bad), reset=False, inspected=False).verdict.trip_due


@pytest.mark.req("PU6")
def test_two_opposite_buttons_are_told_but_do_not_refuse_the_next_start() -> None:
    held = replace(facts().buttons, masked=3)
    verdict = one_tick(buttons=held)
    assert [reason.name for reason in verdict.reasons] == ["two_buttons"]
    assert verdict.refusing == ()
    assert verdict.action is Action.PAUSE


@pytest.mark.req("PU2")
def test_a_reason_carries_its_rules_words() -> None:
    reason = one_tick(host__temperature_c=90.0).reasons[0]
    assert (reason.rule, reason.name) == ("SR11", "pi_hot")
    assert (reason.says, reason.way_back) == WORDS["pi_hot"] == ("The controller is too hot.", "Let it cool down.")
    assert one_tick(input__panel=Panel()).reasons[0].says == "The buttons cannot be read."
    assert Contact.RELEASE & ALL_CLOSED == 0
