"""The help ladder's causes, rungs and progress, each a hair inside and a hair outside its bound, without each thing that it takes (SR14).

The numbers are restated by hand.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.core.ladder import NOT_DUE, OFF, Ladder, Progress, board_may_rest, cause, motion_due, progress, update
from controller.core.model import Mode
from controller.core.wire import BoardMode, Contact, StatusFlag
from controller.core.words import LADDER_WORDS, RESCUE_STEPS
from tests.core.given import EVERY_CONTACT, EVERY_FLAG, Changes, facts

NOW_S = 1000.0
AWAY: Changes = {
    "now_s": NOW_S, "at_upright": False, "off_upright": True, "session": True, "inverted": True, "time_left_s": 300.0, "angle_deg": 60.0,
    "mode": Mode.RETURNING, "in_mode_s": 1.0, "flags": EVERY_FLAG & ~StatusFlag.LADDER, "board_ok": True,
}  # fmt: skip
"""Hanging at 60 degrees, nothing wrong."""
JAM: Changes = {"at_upright": True, "mode": Mode.RELEASE, "in_mode_s": 60.01, "watch.opened_at_upright": False}
DOWN_THERE: Changes = {"off_upright": False}

CAUSES: tuple[tuple[str, Changes, tuple[Changes, ...]], ...] = (
    ("locks_jam", JAM, ({"in_mode_s": 60.0}, {"watch.opened_at_upright": True}, {"mode": Mode.SETTLING})),
    ("level_wait", {"mode": Mode.LEVEL_WAIT}, ({"mode": Mode.RETURNING}, {"at_upright": True}, {"off_upright": False, "session": False})),
    ("level_wait", {"mode": Mode.LEVEL_WAIT, **DOWN_THERE}, ({"session": False},)),
    ("level_wait", {"mode": Mode.LEVEL_WAIT, "session": False}, (DOWN_THERE,)),
    ("faulted", {"mode": Mode.FAULT, "in_mode_s": 10.01}, ({"in_mode_s": 10.0}, {"mode": Mode.STOPPED})),
    ("no_progress", {"mode": Mode.FAULT, "in_mode_s": 10.01, "contacts": Contact.RELEASE}, ({"in_mode_s": 10.0}, {"mode": Mode.STOPPED})),
    ("time_up", {"time_left_s": 0.0}, ({"time_left_s": 0.01}, {"session": False}, {"inverted": False})),
    ("dizzy", {"mode": Mode.DIZZY_WAIT, "in_mode_s": 300.01}, ({"in_mode_s": 300.0}, {"mode": Mode.RETURNING})),
    ("board", {"flags": StatusFlag.LADDER}, ({"flags": EVERY_FLAG & ~StatusFlag.LADDER},)),
)  # fmt: skip


@pytest.mark.req("SR14")
@pytest.mark.parametrize(("why", "so", "not_so"), CAUSES, ids=[f"{why} {number}" for number, (why, _, _) in enumerate(CAUSES)])
def test_a_cause_calls_only_past_its_bound_and_with_all_that_it_takes(why: str, so: Changes, not_so: tuple[Changes, ...]) -> None:
    assert cause(facts(AWAY, so), NOT_DUE, 0.0, 0.0) == why
    for change in not_so:
        assert cause(facts(AWAY, so, change), NOT_DUE, 0.0, 0.0) == "", change


STANDS: Changes = {"mode": Mode.FAULT, "board_mode": BoardMode.FAULT, "in_mode_s": 2.0, "contacts": 0}
"""The board stands in its stop for a fault."""


@pytest.mark.req("SR14", "SR9")
def test_a_return_that_the_board_has_not_taken_for_a_second_calls_for_the_lever() -> None:
    assert cause(facts(AWAY, STANDS), NOT_DUE, 0.0, 1.0) == "not_raised"
    assert cause(facts(AWAY, STANDS, {"in_mode_s": 20.0}), NOT_DUE, 0.0, 1.0) == "not_raised"
    assert cause(facts(AWAY, STANDS), NOT_DUE, 0.0, 0.99) == ""


@pytest.mark.req("SR14", "SR9")
@pytest.mark.parametrize(
    "change", [{"board_mode": BoardMode.ASCENT}, {"board_mode": None}, {"contacts": Contact.RELEASE}, {"at_upright": True}]
)
def test_nobody_is_told_that_return_is_of_no_use_while_they_are_on_their_way_or_the_lever_is_pulled(change: Changes) -> None:
    assert cause(facts(AWAY, STANDS, change), NOT_DUE, 0.0, 5.0) == ""


@pytest.mark.req("SR14", "SR1")
def test_an_emergency_stop_that_stays_latched_calls_at_sixty_seconds_and_never_at_upright_rest() -> None:
    assert cause(facts(AWAY), NOT_DUE, 60.0, 0.0) == "estop_waiting"
    assert cause(facts(AWAY), NOT_DUE, 59.99, 0.0) == ""
    assert cause(facts(AWAY, {"at_upright": True}), NOT_DUE, 60.0, 0.0) == ""


@pytest.mark.req("SR14")
@pytest.mark.parametrize(("heard", "why"), [(True, "no_progress"), (False, "unheard")])
def test_a_return_is_stuck_after_ten_seconds_or_twelve_more_where_the_board_may_rest(heard: bool, why: str) -> None:
    hanging, resting = facts(AWAY, {"board_ok": heard}), facts(AWAY, {"board_ok": heard, "angle_deg": 30.0, "flags": 0})
    for f, allowed_s in ((hanging, 10.0), (resting, 22.0)):
        assert cause(f, Progress(since_s=NOW_S - allowed_s - 0.01), 0.0, 0.0) == why
        assert cause(f, Progress(since_s=NOW_S - allowed_s), 0.0, 0.0) == ""


@pytest.mark.req("SR14")
def test_of_several_causes_the_one_that_waits_for_somebody_is_told_first_then_the_way_up_then_time() -> None:
    f = facts(AWAY, {"time_left_s": 0.0, "flags": EVERY_FLAG})
    stuck = Progress(since_s=NOW_S - 99.0)
    assert cause(replace(f, mode=Mode.LEVEL_WAIT), stuck, 99.0, 0.0) == "level_wait"
    assert cause(f, stuck, 99.0, 0.0) == "estop_waiting"
    assert cause(f, stuck, 0.0, 0.0) == "no_progress"
    assert cause(f, NOT_DUE, 0.0, 0.0) == "time_up"


DUE: tuple[tuple[Changes, tuple[Changes, ...]], ...] = (
    ({"mode": Mode.RETURNING}, ({"off_upright": False}, {"mode": Mode.RESTING})),
    (
        {"mode": Mode.BOARD_RETURN, "flags": EVERY_FLAG & ~StatusFlag.LEVEL_WAIT, "contacts": EVERY_CONTACT & ~Contact.RELEASE},
        ({"flags": StatusFlag.LEVEL_WAIT}, {"contacts": Contact.RELEASE}, {"at_upright": True}),
    ),
    ({"mode": Mode.BOARD_RETURN, "flags": 0, "contacts": 0, "off_upright": False}, ({"mode": Mode.LEVEL_WAIT},)),
    ({"mode": Mode.RESCUE, "board_mode": BoardMode.RESCUE}, ({"board_mode": BoardMode.STOPPED}, {"mode": Mode.STOPPED})),
)


@pytest.mark.req("SR14")
@pytest.mark.parametrize(("so", "not_so"), DUE, ids=["the Pi's", "the board's", "the board's, upright or not", "by RETURN held"])
def test_motion_is_due_only_in_a_return_that_waits_for_nothing(so: Changes, not_so: tuple[Changes, ...]) -> None:
    assert motion_due(facts(AWAY, so))
    for change in not_so:
        assert not motion_due(facts(AWAY, so, change)), change


@pytest.mark.req("SR14", "SR3")
def test_the_board_may_rest_in_the_gate_or_past_it_until_it_says_done() -> None:
    no_rest = EVERY_FLAG & ~StatusFlag.REST_DONE
    assert board_may_rest(facts({"angle_known": True, "angle_deg": 32.0, "flags": no_rest}))
    assert not board_may_rest(facts({"angle_known": True, "angle_deg": 32.01, "flags": no_rest}))
    assert board_may_rest(facts({"angle_known": False, "angle_deg": 60.0, "flags": no_rest}))
    assert not board_may_rest(facts({"angle_known": True, "angle_deg": 32.0, "flags": StatusFlag.REST_DONE}))


@pytest.mark.req("SR14")
def test_half_a_degree_nearer_is_progress_and_a_rest_that_was_taken_begins_it_anew() -> None:
    f = facts(AWAY, {"angle_known": True})
    last = Progress(since_s=1.0, nearest_deg=60.5)
    assert progress(last, f) is last
    assert progress(last, replace(f, angle_deg=59.99)) == Progress(since_s=NOW_S, nearest_deg=59.99)
    assert progress(last, replace(f, angle_deg=59.99, angle_known=False)) == Progress(since_s=1.0, nearest_deg=60.5, rests=False)
    assert progress(NOT_DUE, f) == Progress(since_s=NOW_S, nearest_deg=60.0)
    assert progress(replace(last, rests=True), f) == Progress(since_s=NOW_S, nearest_deg=60.0)
    resting = replace(f, angle_deg=30.0, flags=0)
    here = Progress(since_s=1.0, nearest_deg=30.5)
    assert progress(here, resting) == replace(here, rests=True)
    rests = replace(here, rests=True)
    assert progress(rests, resting) is rests
    assert progress(NOT_DUE, replace(f, angle_known=False)).since_s == NOW_S
    assert progress(last, replace(f, mode=Mode.HOLDING)) is NOT_DUE


BEGUN = Ladder(since_s=NOW_S, cause="no_progress", level=1)


def after(seconds: float, last: Ladder = BEGUN, why: str = "no_progress") -> Ladder:
    return update(last, facts(AWAY, {"now_s": NOW_S + seconds}), why, answered=False)


@pytest.mark.req("SR14")
@pytest.mark.parametrize(
    ("seconds", "level", "said"),
    [(0.0, 1, 0), (9.99, 1, 0), (10.0, 2, 1), (29.99, 2, 1), (30.0, 3, 1), (69.99, 3, 1), (70.0, 3, 2), (130.0, 3, 3)],
)
def test_tone_at_once_speech_at_ten_the_notice_at_thirty_and_again_each_minute(seconds: float, level: int, said: int) -> None:
    now = after(seconds)
    assert (now.level, now.said, now.since_s, now.cause) == (level, said, NOW_S, "no_progress")


@pytest.mark.req("SR14")
def test_who_has_to_be_got_up_by_hand_hears_the_lever_and_who_has_not_does_not() -> None:
    assert after(10.0).speech == (LADDER_WORDS["no_progress"], *RESCUE_STEPS)
    assert after(10.02, after(10.0)).speech == ()
    for why in ("level_wait", "locks_jam", "dizzy"):
        assert after(10.0, replace(BEGUN, cause=why), why).speech == (LADDER_WORDS[why],)


@pytest.mark.req("SR14")
def test_tick_after_tick_each_rung_comes_from_the_one_before() -> None:
    speaking = after(10.02, after(10.0))
    notice = after(30.0, speaking)
    assert (speaking.level, notice.level, notice.said) == (2, 3, 1)
    assert after(69.98, notice) is notice
    assert after(70.0, notice) == replace(notice, said=2, speech=(LADDER_WORDS["no_progress"], *RESCUE_STEPS))


@pytest.mark.req("SR14")
def test_nothing_new_is_the_same_ladder_and_another_cause_is_told_by_the_same_clock() -> None:
    assert after(5.0) is BEGUN
    assert after(5.0, BEGUN, "time_up") == replace(BEGUN, cause="time_up")
    assert after(0.0, OFF) == BEGUN


@pytest.mark.req("SR14", "SR15")
def test_once_on_it_goes_on_without_its_cause_until_upright_but_for_a_wait_and_the_boards_own_call() -> None:
    f = facts(AWAY)
    assert update(BEGUN, f, "", answered=True) is BEGUN
    assert update(BEGUN, replace(f, at_upright=True), "", answered=False) is OFF
    for why in ("level_wait", "board"):
        assert update(replace(BEGUN, cause=why), f, "", answered=False) is OFF
    assert update(OFF, f, "", answered=False) is OFF


@pytest.mark.req("SR14")
def test_at_upright_rest_ok_acknowledges_a_cause_and_only_that_one() -> None:
    upright = facts(AWAY, {"at_upright": True})
    answered = update(replace(BEGUN, cause="locks_jam"), upright, "locks_jam", answered=True)
    assert answered == Ladder(acknowledged="locks_jam")
    assert update(answered, upright, "locks_jam", answered=False) is answered
    assert update(answered, upright, "board", answered=False).level == 1
    assert update(BEGUN, facts(AWAY), "no_progress", answered=True) is BEGUN
