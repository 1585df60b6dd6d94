"""What the drive's behaviour betrays and its sequence of contactor, brake and motor, on both sides of every bound (SR4, SR9, SR16)."""

from __future__ import annotations

from itertools import pairwise
from math import isqrt

import pytest

from tests.firmware.parts import TURN_MS, Parts, Value, Whole

OFF, CLOSING, RELEASING, RUN, SETTING = range(5)
OVERSPEED_MS = 5


def drive(**members: Value) -> Parts:
    """Driven towards head-down at 0.5 deg/s, and following."""
    about: dict[str, Value] = {
        "drive.state": RUN,
        "drive.profile_cdps": 50,
        "plan.rate_cdps": 50,
        "angle.rate_cdps": 50,
        "angle.angle_cdeg": 0,
    }
    return Parts().set(about).set({name.replace("__", "."): value for name, value in members.items()})


def judged(*told: dict[str, Value], up: bool = False) -> Parts:
    """One judgement; `up`: the mirror image of all rates and currents."""
    parts = drive()
    for values in told:
        parts.set(values)
    if up:
        for name in ("drive.profile_cdps", "plan.rate_cdps", "angle.rate_cdps", "inputs.current_ma"):
            parts.set({name: -parts.get(name)})
    return parts.call("plausible_update", parts.lib.rate_loop_driven(parts.ffi.addressof(parts.board, "drive")))


BOTH_WAYS = pytest.mark.parametrize("up", [False, True])


# ------------------------------------------------------------ stall


@pytest.mark.req("SR9")
@BOTH_WAYS
@pytest.mark.parametrize(
    ("stall", "unlike"),
    [
        (True, {}),
        (False, {"drive.still_ms": 140 - 2 * TURN_MS}),
        (False, {"angle.rate_cdps": 10}),
        (False, {"drive.profile_cdps": 19}),
        (True, {"drive.profile_cdps": 20}),
        (False, {"angle.pot_cdeg": 25}),
        (False, {"angle.pot_cdeg": -25}),
        (True, {"angle.pot_cdeg": 24}),
        (True, {"angle.pot_cdeg": 110, "drive.still_pot_cdeg": 100}),
        (True, {"angle.pot_cdeg": 25, "angle.pot_out": True}),
        (False, {"drive.moved": False}),
        (False, {"drive.moved": False, "drive.still_ms": 900 - 2 * TURN_MS}),
        (True, {"drive.moved": False, "drive.still_ms": 900 - TURN_MS}),
    ],
)
def test_a_drive_that_neither_sensor_sees_moving_stalls_after_140_ms_or_900_from_rest(
    stall: bool, unlike: dict[str, Value], up: bool
) -> None:
    still: dict[str, Value] = {"angle.rate_cdps": 9, "drive.moved": True, "drive.still_ms": 140 - TURN_MS}
    assert bool(judged(still, unlike, up=up).get("drive.stall")) is stall


@pytest.mark.req("SR9")
@pytest.mark.parametrize(
    ("moved", "unlike"), [(True, {}), (True, {"angle.rate_cdps": 10}), (False, {"angle.rate_cdps": 9}), (False, {"drive.profile_cdps": 19})]
)
def test_motion_that_was_asked_for_and_seen_shortens_the_patience(moved: bool, unlike: dict[str, Value]) -> None:
    parts = judged({"angle.pot_cdeg": 300, "drive.still_ms": 40}, unlike)
    assert parts.read("drive.moved drive.still_ms") == (moved, 0)
    assert parts.get("drive.still_pot_cdeg") == 300


@pytest.mark.req("SR9")
@BOTH_WAYS
@pytest.mark.parametrize(
    ("stall", "current_ma", "before_ms"),
    [
        (True, 3001, 100 - TURN_MS), (False, 3000, 100 - TURN_MS), (False, 3001, 100 - 2 * TURN_MS), (True, -3001, 100 - TURN_MS),
        (False, -3000, 100 - TURN_MS),
    ],
)  # fmt: skip
def test_three_amperes_for_a_tenth_of_a_second_are_a_stall(stall: bool, current_ma: int, before_ms: int, up: bool) -> None:
    assert bool(judged({"inputs.current_ma": current_ma, "drive.stall_ms": before_ms}, up=up).get("drive.stall")) is stall


# ------------------------------------------------------------ wrong way, too fast


@pytest.mark.req("SR9")
@BOTH_WAYS
@pytest.mark.parametrize(
    ("wrong", "unlike"),
    [
        (True, {}),
        (False, {"drive.wrong_ms": 60 - 2 * TURN_MS}),
        (False, {"angle.rate_cdps": -29}),
        (True, {"drive.profile_cdps": 20, "plan.rate_cdps": 0}),
        (False, {"drive.profile_cdps": 19, "plan.rate_cdps": 19}),
        (True, {"drive.profile_cdps": 19, "plan.rate_cdps": 20}),
        (False, {"drive.profile_cdps": 19, "plan.rate_cdps": -50}),
    ],
)
def test_three_tenths_of_a_degree_a_second_against_what_is_asked_is_the_wrong_way(wrong: bool, unlike: dict[str, Value], up: bool) -> None:
    against: dict[str, Value] = {"angle.rate_cdps": -30, "drive.wrong_ms": 60 - TURN_MS}
    assert bool(judged(against, unlike, up=up).get("drive.wrong_way")) is wrong


@pytest.mark.req("SR9")
@pytest.mark.parametrize(
    ("wrong", "back_cdeg", "unlike"),
    [(True, 40, {}), (False, 39, {}), (False, 40, {"angle.disputed": True}), (False, 40, {"drive.profile_cdps": 19, "plan.rate_cdps": 19})],
)
def test_four_tenths_of_a_degree_back_from_the_furthest_place_are_too(wrong: bool, back_cdeg: int, unlike: dict[str, Value]) -> None:
    assert bool(judged({"drive.far_cdeg": back_cdeg}, unlike).get("drive.wrong_way")) is wrong
    assert bool(judged({"drive.far_cdeg": -back_cdeg}, unlike, up=True).get("drive.wrong_way")) is wrong


@pytest.mark.req("SR9")
def test_the_furthest_place_follows_the_motion_and_what_does_not_move_as_asked_begins_anew() -> None:
    assert judged({"angle.angle_cdeg": 10}).get("drive.far_cdeg") == 10
    assert judged({"angle.angle_cdeg": -10}).get("drive.far_cdeg") == 0
    assert judged({"angle.angle_cdeg": -10}, up=True).get("drive.far_cdeg") == -10
    assert judged({"angle.angle_cdeg": 10}, up=True).get("drive.far_cdeg") == 0
    assert judged({"angle.angle_cdeg": -10, "drive.profile_cdps": 19, "plan.rate_cdps": 0}).get("drive.far_cdeg") == -10


@pytest.mark.req("SR9")
@BOTH_WAYS
@pytest.mark.parametrize(
    ("uncommanded", "rate_cdps", "unlike"),
    [
        (True, 171, {"drive.fast_ms": 40 - TURN_MS}),
        (False, 170, {"drive.fast_ms": 40 - TURN_MS}),
        (False, 171, {"drive.fast_ms": 40 - 2 * TURN_MS}),
        (True, 81, {"drive.deaf_ms": 240 - TURN_MS}),
        (False, 80, {"drive.deaf_ms": 240 - TURN_MS}),
        (False, 81, {"drive.deaf_ms": 240 - 2 * TURN_MS}),
    ],
)
def test_a_bridge_that_turns_faster_than_it_is_told_is_found(uncommanded: bool, rate_cdps: int, unlike: dict[str, Value], up: bool) -> None:
    assert bool(judged({"angle.rate_cdps": rate_cdps}, unlike, up=up).get("drive.uncommanded")) is uncommanded


@pytest.mark.req("SR4")
@pytest.mark.parametrize(
    ("overspeed", "rate_cdps", "over_ms"),
    [
        (True, 501, OVERSPEED_MS - TURN_MS), (True, -501, OVERSPEED_MS - TURN_MS), (False, 500, OVERSPEED_MS), (False, -500, OVERSPEED_MS),
        (False, 501, OVERSPEED_MS - 2 * TURN_MS),
    ],
)  # fmt: skip
def test_five_degrees_a_second_are_overspeed_whatever_the_drive_does(overspeed: bool, rate_cdps: int, over_ms: int) -> None:
    for state in (OFF, RUN):
        told = {"drive.state": state, "angle.rate_cdps": rate_cdps, "drive.over_ms": over_ms}
        assert bool(judged(told).get("drive.overspeed")) is overspeed


# ------------------------------------------------------------ standing

STANDING: dict[str, Value] = {
    "drive.state": OFF,
    "drive.profile_cdps": 0,
    "plan.rate_cdps": 0,
    "angle.rate_cdps": 0,
    "drive.braked_ms": 250 - TURN_MS,
}


@pytest.mark.req("SR9", "SR16")
@BOTH_WAYS
@pytest.mark.parametrize(
    ("slips", "unlike"),
    [
        (True, {}),
        (False, {"angle.rate_cdps": 50}),
        (False, {"drive.creep_ms": 120 - 2 * TURN_MS}),
        (False, {"drive.braked_ms": 250 - 2 * TURN_MS}),
        (False, {"angle.observes_pot": True, "drive.braked_ms": 800 - 2 * TURN_MS}),  # its rate takes that long to forget a stop
        (True, {"angle.observes_pot": True, "drive.braked_ms": 800 - TURN_MS}),
        (False, {"angle.declutched": True}),
        (False, {"session.testing": True}),
        (False, {"drive.state": SETTING}),
        (False, {"inputs.current_ma": 1501}),
        (True, {"inputs.current_ma": 1500}),
        (True, {"drive.brake_slips": True, "angle.rate_cdps": 0}),
    ],
)
def test_a_brake_that_creeps_half_a_degree_a_second_once_it_has_settled_slips(slips: bool, unlike: dict[str, Value], up: bool) -> None:
    creeping: dict[str, Value] = {"angle.rate_cdps": 51, "drive.creep_ms": 120 - TURN_MS}
    assert bool(judged(STANDING, creeping, unlike, up=up).get("drive.brake_slips")) is slips


@pytest.mark.req("SR9")
@BOTH_WAYS
@pytest.mark.parametrize(
    ("live", "unlike"),
    [
        (True, {}),
        (False, {"inputs.current_ma": 1500}),
        (False, {"drive.live_ms": 30 - 2 * TURN_MS}),
        (False, {"drive.braked_ms": 10 - TURN_MS}),
        (True, {"drive.braked_ms": 11 - TURN_MS if TURN_MS == 1 else 12 - TURN_MS}),
        (False, {"drive.duty": 1}),
        (False, {"drive.state": RELEASING}),
    ],
)
def test_current_with_both_sides_of_the_bridge_off_is_a_short(live: bool, unlike: dict[str, Value], up: bool) -> None:
    current: dict[str, Value] = {"inputs.current_ma": 1501, "drive.live_ms": 30 - TURN_MS}
    assert bool(judged(STANDING, current, unlike, up=up).get("drive.uncommanded")) is live


@pytest.mark.req("SR9", "SR16")
def test_standing_is_counted_while_it_lasts_and_creeping_and_current_are_forgotten_with_it() -> None:
    assert judged(STANDING, {"drive.braked_ms": 5}).get("drive.braked_ms") == 5 + TURN_MS
    parts = judged({"drive.state": RUN, "drive.creep_ms": 5, "drive.live_ms": 5})
    assert parts.read("drive.creep_ms drive.live_ms") == (0, 0)


@pytest.mark.req("SR9")
def test_not_moving_is_counted_while_it_lasts() -> None:
    assert judged({"angle.rate_cdps": 0, "drive.still_ms": 5}).get("drive.still_ms") == 5 + TURN_MS


@pytest.mark.req("SR9")
def test_a_new_drive_begins_with_clean_counters_from_where_it_stands() -> None:
    counted = ("moved", "still_ms", "stall_ms", "wrong_ms", "fast_ms", "deaf_ms", "wrong_way", "stall")
    assert judged({"drive.braked_ms": 500}).get("drive.braked_ms") == 0
    parts = judged({f"drive.{name}": 1 for name in counted}, {**STANDING, "angle.angle_cdeg": 70, "angle.pot_cdeg": 80})
    assert [parts.get(f"drive.{name}") for name in counted] == [0] * len(counted)
    assert parts.read("drive.far_cdeg drive.still_pot_cdeg") == (70, 80)


# ------------------------------------------------------------ the sequence

ABOUT: dict[str, Value] = {"session.away": True, "angle.rate_cdps": 0, "drive.profile_cdps": 0, "drive.state_ms": 0}


def stepped(state: int, *told: dict[str, Value]) -> Parts:
    parts = drive().set(ABOUT).set({"drive.state": state})
    for values in told:
        parts.set(values)
    return parts.call("rate_loop_update")


@pytest.mark.req("SR4", "SR9")
@pytest.mark.parametrize(
    ("state", "after", "unlike"),
    [
        (OFF, CLOSING, {}),
        (OFF, OFF, {"plan.rate_cdps": 0}),
        (OFF, OFF, {"session.testing": True}),
        (CLOSING, CLOSING, {"drive.state_ms": 20 - 2 * TURN_MS}),
        (CLOSING, RELEASING, {"drive.state_ms": 20 - TURN_MS}),
        (RELEASING, RELEASING, {"drive.state_ms": 48 - 2 * TURN_MS}),
        (RELEASING, RUN, {"drive.state_ms": 52 - TURN_MS}),
        (RUN, RUN, {"drive.stop_ms": 600}),
        (RUN, SETTING, {"plan.rate_cdps": 0, "drive.stop_ms": 20 - TURN_MS}),
        (RUN, RUN, {"plan.rate_cdps": 0, "drive.stop_ms": 20 - 2 * TURN_MS}),
        (RUN, SETTING, {"plan.rate_cdps": 0, "drive.stop_ms": 20 - TURN_MS, "angle.rate_cdps": 14}),
        (RUN, RUN, {"plan.rate_cdps": 0, "drive.stop_ms": 20, "angle.rate_cdps": 15}),
        (RUN, RUN, {"plan.rate_cdps": 0, "drive.stop_ms": 600 - 2 * TURN_MS, "angle.rate_cdps": -15}),
        (RUN, SETTING, {"plan.rate_cdps": 0, "drive.stop_ms": 600 - TURN_MS, "angle.rate_cdps": 15}),
        (SETTING, SETTING, {"drive.state_ms": 60 - 2 * TURN_MS}),
        (SETTING, OFF, {"drive.state_ms": 60 - TURN_MS}),
        (RUN, OFF, {"plan.blocked": True}),
        (CLOSING, OFF, {"plan.blocked": True}),
    ],
)
def test_contactor_then_brake_then_motor_and_the_brake_once_it_stands(state: int, after: int, unlike: dict[str, Value]) -> None:
    parts = stepped(state, unlike)
    assert parts.get("drive.state") == after
    assert bool(parts.get("drive.brake_released")) is (after in (RELEASING, RUN))
    assert bool(parts.get("drive.contactor_closed")) is not parts.get("plan.blocked")


@pytest.mark.req("SR9", "SR10")
@pytest.mark.parametrize(
    ("closed", "unlike"),
    [
        (False, {}), (True, {"plan.rate_cdps": 50}), (True, {"session.away": True}), (True, {"session.testing": True}),
        (True, {"drive.state": SETTING}), (False, {"session.away": True, "plan.blocked": True}),
    ],
)  # fmt: skip
def test_the_contactor_is_closed_only_where_the_motor_may_be_needed(closed: bool, unlike: dict[str, Value]) -> None:
    parts = stepped(OFF, {"session.away": False, "plan.rate_cdps": 0}, unlike)
    assert bool(parts.get("drive.contactor_closed")) is closed


@pytest.mark.req("SR9", "SR16")
@pytest.mark.parametrize(
    ("duty", "unlike"),
    [
        (0, {}),
        (75, {"session.testing": True}),
        (-9, {"drive.brake_slips": True}),
        (9, {"drive.brake_slips": True, "angle.rate_cdps": -20}),
        (9, {"drive.brake_slips": True, "angle.rate_cdps": -40}),  # half of what it is off, taken to be 18 at most
        (0, {"drive.brake_slips": True, "session.away": False}),
        (33, {"drive.brake_slips": True, "angle.at_rest": True, "drive.duty": 33}),  # it holds: no more than what held it
        (0, {"angle.at_rest": True, "drive.duty": 33}),
    ],
)
def test_a_standing_motor_pushes_for_the_proof_test_and_holds_a_table_whose_brake_creeps(duty: int, unlike: dict[str, Value]) -> None:
    parts = stepped(OFF, {"plan.rate_cdps": 0, "angle.rate_cdps": 20, "angle.at_rest": False, "drive.integral_q10": 0}, unlike)
    assert parts.get("drive.duty") == pytest.approx(duty, abs=2)
    assert parts.get("drive.brake_released") == 0


@pytest.mark.req("SR9")
@pytest.mark.parametrize(("hold_cdeg", "kept"), [(0, 5000), (299, 5000), (-299, 5000), (300, 0), (-300, 0)])
def test_what_held_the_load_is_taken_again_at_the_same_place_only(hold_cdeg: int, kept: int) -> None:
    told: dict[str, Value] = {"drive.hold_q10": 5000, "drive.hold_cdeg": hold_cdeg, "drive.integral_q10": 9, "drive.state_ms": 20 - TURN_MS}
    assert stepped(CLOSING, told).get("drive.integral_q10") == kept


@pytest.mark.req("SR4")
@pytest.mark.parametrize("sense", [1, -1])
def test_the_sum_of_errors_ends_at_seven_tenths_of_full_power(sense: int) -> None:
    told: dict[str, Value] = {"drive.integral_q10": sense * 700 * 1024, "angle.rate_cdps": -sense * 300}
    assert stepped(RELEASING, told).get("drive.integral_q10") == sense * 700 * 1024


@pytest.mark.req("SR9")
def test_what_was_summed_up_on_a_sensor_that_lied_is_worth_nothing() -> None:
    told: dict[str, Value] = {"drive.integral_q10": 5000, "angle.observes_pot": True, "drive.state_ms": 0}
    parts = stepped(CLOSING, told)
    assert parts.read("drive.integral_q10 drive.by_pot") == (0, True)


@pytest.mark.req("SR4", "SR9")
@pytest.mark.parametrize("rate_cdps", [-106, 120])
def test_the_profile_goes_on_from_the_rate_that_the_new_sensor_shows(rate_cdps: int) -> None:
    """It had waited for a frozen encoder while the table already turned faster (F90): now nothing jumps, nothing seems uncommanded."""
    told: dict[str, Value] = {"angle.observes_pot": True, "angle.rate_cdps": rate_cdps, "plan.rate_cdps": rate_cdps}
    parts = stepped(RUN, {**told, "drive.profile_cdps": 30, "drive.profile_q10": 30 * 1024, "drive.integral_q10": 5000})
    assert parts.read("drive.profile_cdps drive.integral_q10 drive.by_pot") == (rate_cdps, 0, True)
    assert parts.get("drive.profile_q10") == rate_cdps * 1024


@pytest.mark.req("SR1", "SR9")
def test_a_stop_leaves_nothing_of_a_motion() -> None:
    parts = stepped(RUN, {"drive.duty": 500, "drive.accel_cdps2": 9, "drive.profile_q10": 9, "drive.integral_q10": 9, "plan.blocked": True})
    assert parts.read("drive.duty drive.accel_cdps2 drive.profile_q10 drive.profile_cdps drive.integral_q10") == (0,) * 5
    assert parts.read("drive.brake_released drive.contactor_closed") == (False, False)


@pytest.mark.req("SR9")
@pytest.mark.parametrize(("counted_ms", "then_ms"), [(0, 2), (18, 20), (248, 250), (250, 250)])
def test_a_load_far_above_the_usual_is_counted_by_two_milliseconds_up_to_a_quarter_of_a_second(counted_ms: int, then_ms: int) -> None:
    parts = drive().set({"inputs.current_ma": 500, "drive.felt_q4": 16 * 500, "drive.felt_ma": 500, "drive.rise_ms": counted_ms})
    assert parts.call("load_update", 1).get("drive.rise_ms") == then_ms


@pytest.mark.req("SR9")
@pytest.mark.parametrize("ticks_before", [200, 201])
def test_the_load_is_looked_at_in_every_second_tick(ticks_before: int) -> None:
    board = Whole().ticks(ticks_before).set({"in.current_counts": 700})
    felt = [board.ticks(1).get("drive.felt_q4") for _ in range(6)]
    assert [later > before for before, later in pairwise(felt)] in ([True, False] * 2 + [True], [False, True] * 2 + [False])


@pytest.mark.req("SR4")
@pytest.mark.parametrize("sense", [1, -1])
@pytest.mark.parametrize(("stops", "jerk", "most"), [(False, 1, 140), (True, 3, 285)])
@pytest.mark.parametrize("short", range(1, 30))
def test_near_the_wanted_rate_the_acceleration_is_what_the_jerk_still_ends(
    sense: int, stops: bool, jerk: int, most: int, short: int
) -> None:
    goal = min(isqrt(2000 * jerk * short), most) // 2 * 2 * sense * (-1 if stops else 1)
    profile = sense * (100 + short if stops else 100 - short)
    told: dict[str, Value] = {
        "plan.rate_cdps": sense * 100, "drive.profile_cdps": profile, "drive.profile_q10": profile * 1024, "angle.rate_cdps": profile,
        "plan.gentle": False,
    }  # fmt: skip
    assert stepped(RUN, told, {"drive.accel_cdps2": goal}).get("drive.accel_cdps2") == goal
    assert stepped(RUN, told, {"drive.accel_cdps2": goal + jerk + 2}).get("drive.accel_cdps2") == goal + 2
