"""Every row of the rule table just inside and just outside its bound, numbers restated by hand; and the table as a whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from controller.core import safety, tilt_watch
from controller.core.buttons import OK, RETURN, Buttons
from controller.core.facts import Facts
from controller.core.model import Action, AnkleLocks, BoardReport, Clears, Host, Mode, Panel
from controller.core.perceive import perceive
from controller.core.safety import BOARD_TOLD, RULES, Safety, judge
from controller.core.tilt import TiltState
from controller.core.watch import Watch
from controller.core.wire import BOARD_REASONS, BoardMode, BoardReason, Contact, StatusFlag
from controller.core.words import WORDS
from tests.core.ideal import LIMITS, Ideal

ROWS = {rule.name: row for row, rule in enumerate(RULES)}
INVERTED = StatusFlag.ANGLE_TRUSTED | StatusFlag.MAINS | StatusFlag.BRAKE_SET | StatusFlag.AT_REST | StatusFlag.SESSION_OPEN
TURNING = INVERTED & ~(StatusFlag.BRAKE_SET | StatusFlag.AT_REST)
DESCENDS: dict[str, Any] = {"flags": TURNING, "board__rate_dps": 1.5}
STANDS: dict[str, Any] = {
    "mode": Mode.IDLE, "session": False, "at_upright": True, "off_upright": False, "inverted": False,
    "angle_deg": -75.0, "tilt__angle_deg": -75.0,
}  # fmt: skip
"""Between two sessions."""
ALL_CLOSED = Contact.ESTOP_A | Contact.ESTOP_B | Contact.ANKLE_LEFT | Contact.ANKLE_RIGHT


def facts(**changes: Any) -> Facts:
    """A person held at 60 degrees, everything healthy, but for the changes.  `board_`, `host_` and `tilt_` reach inside."""
    world = Ideal(angle_deg=60.0)
    board = {key[7:]: changes.pop(key) for key in list(changes) if key.startswith("board__")}
    host = {key[6:]: changes.pop(key) for key in list(changes) if key.startswith("host__")}
    tilted = {key[6:]: changes.pop(key) for key in list(changes) if key.startswith("tilt__")}
    outer = {key[7:]: changes.pop(key) for key in list(changes) if key.startswith("input__")}
    inputs = world.inputs()
    inputs = replace(inputs, board=replace(inputs.board, **board), host=replace(inputs.host, **host), **outer)
    state = replace(world.state, now_s=world.now_s - 0.02, mode=Mode.HOLDING, session=replace(world.state.session, open=True))
    tilt = TiltState(**{"angle_deg": 60.0, "rate_dps": 0.0, "trusted": True, **tilted})
    held = Buttons(raw=0, down=0, seen_released=127, read=True)
    seen = replace(perceive(state, inputs, LIMITS), tilt=tilt, tilt_ok=tilt.trusted, angle_deg=60.0, angle_known=True, buttons=held)
    where = {"at_rest": True, "inverted": True, "off_upright": True, "at_upright": False}
    usual = {**where, "permitted_deg": 60.0, "return_s": 100.0, "flags": INVERTED}
    return replace(seen, **{**usual, "in_mode_s": 5.0, "time_left_s": 500.0, "contacts": ALL_CLOSED, **changes})


def broken(name: str, **changes: Any) -> bool:
    """Is the rule's demand there once its predicate has held for as long as the row says?"""
    first = facts(**changes)
    state = judge(Safety(), first, reset=False, inspected=False)
    wait_s = RULES[ROWS[name]].for_s
    state = judge(state, replace(first, now_s=first.now_s + wait_s + 0.001), reset=False, inspected=False)
    return ROWS[name] in state.standing


# rule, inside the bound, outside it
CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("estop", {"input__estop_aux_closed": True}, {"input__estop_aux_closed": False}),
    ("estop", {"board_mode": BoardMode.BRAKED}, {"board_mode": BoardMode.STOPPED}),
    ("estop_disagrees", {"reasons": 0}, {"reasons": BoardReason.ESTOP_DISAGREE}),
    ("estop_contacts", {"contacts": ALL_CLOSED}, {"contacts": ALL_CLOSED & ~Contact.ESTOP_B}),
    ("estop_unheeded", {"input__estop_aux_closed": False, "board_mode": BoardMode.STOPPED}, {"input__estop_aux_closed": False}),
    ("mains_lost", {"flags": INVERTED}, {"flags": INVERTED & ~StatusFlag.MAINS}),
    ("battery_low", {"reasons": 0}, {"reasons": BoardReason.BATTERY_LOW}),
    ("time_up", {"time_left_s": 101.1}, {"time_left_s": 100.9}),
    ("time_up", {"reasons": 0}, {"reasons": BoardReason.TIME_UP}),
    ("overspeed", {"tilt__rate_dps": 4.99}, {"tilt__rate_dps": 5.01}),
    ("overspeed", {"tilt__rate_dps": -4.99}, {"tilt__rate_dps": -5.01}),
    ("past_limit", {"angle_deg": 61.9}, {"angle_deg": 62.1}),
    ("past_limit", {"reasons": 0}, {"reasons": BoardReason.PAST_LIMIT}),
    ("ankle_open", {}, {"input__ankles": AnkleLocks(left_closed=True, right_closed=False)}),
    ("ankle_open", {}, {"input__ankles": AnkleLocks(left_closed=False, right_closed=True)}),
    ("ankle_open", {}, {"contacts": ALL_CLOSED & ~Contact.ANKLE_LEFT}),
    ("ankle_open", {}, {"contacts": ALL_CLOSED & ~Contact.ANKLE_RIGHT}),
    ("ankle_open", {"off_upright": False, "contacts": 0}, {"reasons": BoardReason.ANKLE_OPEN}),
    ("board_silent", {"board__age_s": 0.1}, {"board__age_s": 0.101}),
    ("board_stranger", {"board__identified": True}, {"board__identified": False}),
    ("board_refuses", {"reasons": 0}, {"reasons": BoardReason.STRANGER}),
    ("pi_silent", {"reasons": 0}, {"reasons": BoardReason.PI_SILENT}),
    ("slow_link", {"board__round_trip_s": 0.054}, {"board__round_trip_s": 0.056}),
    ("pi_late", {"watch": Watch(late=2)}, {"watch": Watch(late=3)}),
    ("panel_silent", {"input__panel": Panel(age_s=0.1)}, {"input__panel": Panel(age_s=0.101)}),
    *((name, {"tilt__faults": ()}, {"tilt__faults": (name,)}) for name in tilt_watch.FAULTS),
    ("imu_doubt", {"tilt__trusted": True}, {"tilt__trusted": False}),
    ("sensors_disagree", {"board__angle_deg": 61.49}, {"board__angle_deg": 61.51}),
    ("sensors_disagree", {"board__angle_deg": 58.51}, {"board__angle_deg": 58.49}),
    ("apart_at_upright", {**STANDS, "board__angle_deg": -74.26}, {**STANDS, "board__angle_deg": -74.24}),
    ("apart_at_upright", {**STANDS, "board__angle_deg": -75.74}, {**STANDS, "board__angle_deg": -75.76}),
    ("board_angle", {"reasons": 0}, {"reasons": BoardReason.ANGLE_DISAGREE}),
    ("board_angle", {"reasons": 0}, {"reasons": BoardReason.POT_RANGE}),
    ("rest_disagrees", {"mode": Mode.RESTING, "in_mode_s": 21.9}, {"mode": Mode.RESTING, "in_mode_s": 22.1}),
    ("moves_unasked", {"tilt__rate_dps": 0.99}, {"tilt__rate_dps": 1.01}),
    ("moves_unasked", {"tilt__rate_dps": 1.5, "contacts": ALL_CLOSED | Contact.RELEASE}, {"tilt__rate_dps": -1.01}),
    ("gear_slips", {**DESCENDS, "tilt__rate_dps": 2.49}, {**DESCENDS, "tilt__rate_dps": 2.51}),
    ("gear_slips", {**DESCENDS, "tilt__rate_dps": -0.99}, {**DESCENDS, "tilt__rate_dps": -1.01}),
    ("wrong_way", {"moving_dps": -1.5, "tilt__rate_dps": 0.49}, {"moving_dps": -1.5, "tilt__rate_dps": 0.51}),
    ("wrong_way", {"moving_dps": 1.5, "tilt__rate_dps": 1.4}, {"moving_dps": 1.5, "tilt__rate_dps": -0.51}),
    ("does_not_move", {"mode": Mode.DESCENDING, "moving_dps": 0.49}, {"mode": Mode.DESCENDING, "moving_dps": 0.51}),
    ("load", {"load_wrong": False}, {"load_wrong": True}),
    ("obstacle", {"reasons": 0}, {"reasons": BoardReason.OBSTACLE}),
    ("load_drop", {"reasons": 0}, {"reasons": BoardReason.LOAD_DROP}),
    ("board_fault", {"board_mode": BoardMode.BRAKED}, {"board_mode": BoardMode.FAULT}),
    ("release_lever", {"contacts": ALL_CLOSED}, {"contacts": ALL_CLOSED | Contact.RELEASE}),
    ("return_only", {"flags": INVERTED}, {"flags": INVERTED | StatusFlag.RETURN_ONLY}),
    ("board_returns", {"flags": INVERTED | StatusFlag.RETURNING, "mode": Mode.RETURNING}, {"flags": INVERTED | StatusFlag.RETURNING}),
    ("unanswered", {"unanswered": False}, {"unanswered": True}),
    ("unanswered", {"reasons": 0}, {"reasons": BoardReason.UNANSWERED}),
    ("button_stuck", {"buttons": Buttons(stuck=0)}, {"buttons": Buttons(stuck=OK)}),
    ("two_buttons", {"buttons": Buttons(masked=0)}, {"buttons": Buttons(masked=1)}),
    ("pi_hot", {"host__temperature_c": 80.0}, {"host__temperature_c": 80.1}),
    ("storage", {"host__storage_ok": True}, {"host__storage_ok": False}),
    ("watcher", {"host__watcher_ok": True}, {"host__watcher_ok": False}),
    ("config", {"host__config_ok": True}, {"host__config_ok": False}),
]


@pytest.mark.req("SR1", "SR2", "SR4", "SR5", "SR6", "SR7", "SR8", "SR9", "SR10", "SR11", "SR13", "SR15", "PU6")
@pytest.mark.parametrize(("name", "inside", "outside"), CASES, ids=[f"{i}-{case[0]}" for i, case in enumerate(CASES)])
def test_each_rule_breaks_just_outside_its_bound_and_not_just_inside(name: str, inside: dict[str, Any], outside: dict[str, Any]) -> None:
    assert not broken(name, **inside)
    assert broken(name, **outside)


def test_every_rule_has_a_case_and_words_and_a_catalogue_row() -> None:
    assert set(ROWS) == {name for name, _, _ in CASES}
    assert [rule.name for rule in RULES if not all(WORDS[rule.name])] == []
    assert [rule.name for rule in RULES if not rule.faults.startswith("F")] == []
    assert len(ROWS) == len(RULES)


@pytest.mark.req("SR8")
def test_every_fault_the_tilt_filter_can_name_has_a_rule() -> None:
    assert [fault for fault in tilt_watch.FAULTS if fault not in ROWS] == []


@pytest.mark.req("PU2")
def test_every_reason_the_board_can_give_is_told_by_a_row_here_or_in_its_own_words() -> None:
    told = safety.BOARD_TOLD_BITS | safety.TOLD_ELSEWHERE
    assert [name for bit, (_, name, _) in BOARD_REASONS.items() if not bit & told] == []
    assert len({reason.name for _, reason in BOARD_TOLD} | set(ROWS)) == len(BOARD_TOLD) + len(ROWS)


def test_nothing_is_broken_while_everything_is_healthy() -> None:
    assert judge(Safety(), facts(), reset=False, inspected=False).verdict.reasons == ()


def test_unread_inputs_break_rules_rather_than_pass_them() -> None:
    world = Ideal(angle_deg=60.0)
    unread = replace(world.inputs(), board=BoardReport(), host=Host(), panel=Panel(), ankles=AnkleLocks(), estop_aux_closed=False)
    verdict = judge(Safety(), perceive(world.state, unread, LIMITS), reset=False, inspected=False).verdict
    assert {"estop", "board_silent", "board_stranger", "panel_silent", "pi_hot", "storage", "config"} <= {r.name for r in verdict.reasons}


@pytest.mark.parametrize(
    ("name", "wait_s"),
    [
        ("sensors_disagree", 0.1),
        ("moves_unasked", 0.3),
        ("gear_slips", 0.1),
        ("wrong_way", 0.3),
        ("estop_unheeded", 0.1),
        ("overspeed", 0.02),
    ],
)
@pytest.mark.req("SR8", "SR9")
def test_rules_that_allow_a_moment_break_only_after_it(name: str, wait_s: float) -> None:
    outside = next(out for case, _, out in CASES if case == name)
    first = facts(**outside)
    state = judge(Safety(), first, reset=False, inspected=False)
    state = judge(state, replace(first, now_s=first.now_s + wait_s - 0.001), reset=False, inspected=False)
    assert ROWS[name] not in state.standing
    state = judge(state, replace(first, now_s=first.now_s + wait_s + 0.001), reset=False, inspected=False)
    assert ROWS[name] in state.standing


@pytest.mark.req("SR6", "SR9", "SR13")
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_demand_clears_as_its_row_says_and_not_before(rule: safety.Rule) -> None:
    row = ROWS[rule.name]
    stands = Safety(standing=(row,), verdict=safety.Verdict(action=rule.action))
    good = facts(mode=Mode.IDLE)
    cleared = {
        Clears.WHEN_GOOD: judge(stands, good, reset=False, inspected=False),
        Clears.AT_UPRIGHT: judge(stands, replace(good, at_upright=True, off_upright=False), reset=False, inspected=False),
        Clears.BY_RESET: judge(stands, good, reset=True, inspected=False),
        Clears.BY_INSPECTION: judge(stands, good, reset=False, inspected=True),
    }
    for how, after in cleared.items():
        stays = rule.clears not in {how, Clears.WHEN_GOOD}
        assert (row in after.standing) == stays, how


@pytest.mark.req("SR9")
def test_a_trip_is_due_until_the_board_has_made_it_and_again_when_the_rule_breaks_afresh() -> None:
    moving = INVERTED & ~StatusFlag.BRAKE_SET
    bad, good = facts(tilt__rate_dps=6.0, board__rate_dps=6.0, flags=moving), facts(flags=moving)
    state, told = Safety(), []
    for fault, at_s, mode in (
        (bad, 0.0, BoardMode.FOLLOW), (bad, 0.03, BoardMode.FOLLOW), (good, 0.05, BoardMode.FOLLOW), (bad, 0.07, BoardMode.FAULT),
        (bad, 0.1, BoardMode.FAULT), (bad, 9.0, BoardMode.ASCENT), (good, 9.1, BoardMode.ASCENT),
        (bad, 9.2, BoardMode.ASCENT), (bad, 9.3, BoardMode.ASCENT),
    ):  # fmt: skip
        state = judge(state, replace(fault, now_s=100.0 + at_s, board_mode=mode), reset=False, inspected=False)
        told.append(state.verdict.trip_due)
    assert told == [False, True, True, False, False, False, False, False, True]
    assert state.verdict.action is Action.TRIP


def test_the_greatest_action_wins_and_every_reason_is_told() -> None:
    bad = facts(reasons=BoardReason.PI_SILENT, input__ankles=AnkleLocks(), host__storage_ok=False)
    verdict = judge(Safety(), bad, reset=False, inspected=False).verdict
    assert verdict.action is Action.RETURN_HALF_RATE
    assert verdict.half_rate
    assert {reason.name for reason in verdict.reasons} == {"ankle_open", "pi_silent", "storage"}


def test_return_held_is_no_stuck_button() -> None:
    assert not broken("button_stuck", buttons=Buttons(down=RETURN, stuck=0))
