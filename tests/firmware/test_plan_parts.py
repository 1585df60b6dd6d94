"""How far and how fast: floor, ceiling, wanted rate and warning on both sides of every bound (SR3 to SR7, SR15, TP10)."""

from __future__ import annotations

import pytest

from tests.firmware.bench import BoardMode, BoardReason, Request
from tests.firmware.parts import TURN_MS, Parts, Value, ceiling_of, floor_of

BRAKED, FOLLOW, ASCENT, RESCUE, STOPPED, FAULT = (
    int(mode) for mode in (BoardMode.BRAKED, BoardMode.FOLLOW, BoardMode.ASCENT, BoardMode.RESCUE, BoardMode.STOPPED, BoardMode.FAULT)
)
BEFORE, GATE, PAST = 0, 1, 2
UPRIGHT_CDEG, LEVEL_CDEG, GATE_CDEG = -7495, -300, 3000
AWAY: dict[str, Value] = {
    "session.away": True, "session.session_open": True, "angle.at_upright": False, "drive.brake_released": True,
    "inputs.ankles_closed_ms": 1000,
}  # fmt: skip
DOWN: dict[str, Value] = {
    **AWAY, "session.mode": FOLLOW, "link.command.request": int(Request.FOLLOW), "link.command.rate_cdps": 120, "angle.angle_cdeg": 4000,
}  # fmt: skip
UP: dict[str, Value] = {**AWAY, "session.mode": ASCENT, "session.returning": True, "session.asked": True, "angle.angle_cdeg": 6000}
BACK: dict[str, Value] = {
    **AWAY, "session.mode": FOLLOW, "session.returning": True, "link.command.request": int(Request.DIZZY_BACK),
    "link.command.rate_cdps": 50, "angle.angle_cdeg": 1000, "rest.zone": PAST, "rest.done": True,
}  # fmt: skip
RISEN: dict[str, Value] = {**UP, "angle.angle_cdeg": 1000, "rest.zone": PAST, "rest.done": True}
"""On the way up past the gate, the rest taken."""


def plan(*told: dict[str, Value]) -> Parts:
    parts = Parts()
    for values in told:
        parts.set(values)
    return parts.call("return_plan_update", parts.seen)


def rate(*told: dict[str, Value]) -> int:
    return int(plan(*told).get("plan.rate_cdps"))


def rests(zone: int, rest_ms: int = 0) -> dict[str, Value]:
    return {"rest.zone": zone, "rest.rest_ms": rest_ms, "rest.done": False}


# ------------------------------------------------------------ what the mode wants


@pytest.mark.req("SR4", "SR7")
@pytest.mark.parametrize(
    ("wanted", "unlike"),
    [
        (120, {}),
        (290, {"link.command.rate_cdps": 300}),
        (290, {"link.command.rate_cdps": 290}),
        (289, {"link.command.rate_cdps": 289}),
        (-290, {"link.command.rate_cdps": -300, "angle.angle_cdeg": 8000}),
        (75, {"session.half_rate": True}),
        (75, {"memory.fault_latched": True}),
        (0, {"angle.trusted": False}),
        (0, {"link.fresh": False}),
        (0, {"session.must_rest": True}),
        (0, {"session.mode": BRAKED}),
        (0, {"link.command.request": int(Request.HOLD)}),
        (0, {"link.command.request": int(Request.TEST_BRAKE)}),
        (0, {"link.command.request": int(Request.RETURN_UP)}),
        (-100, {"link.command.request": int(Request.RETURN_UP), "link.command.rate_cdps": -100}),
        (0, {"link.command.request": int(Request.DIZZY_BACK), "link.command.rate_cdps": -100}),
    ],
)
def test_the_pis_rate_is_followed_in_the_sense_of_its_request_and_clamped(wanted: int, unlike: dict[str, Value]) -> None:
    assert rate(DOWN, unlike) == wanted


@pytest.mark.req("SR1", "SR4", "SR8")
@pytest.mark.parametrize(
    ("wanted", "unlike"),
    [
        (-150, {}),
        (-75, {"session.half_rate": True}),
        (-75, {"memory.fault_latched": True}),
        (-75, {"angle.trusted": False}),
        (-75, {"session.mode": RESCUE}),
        (0, {"session.mode": RESCUE, "session.releasing": True}),
        (0, {"session.mode": STOPPED}),
        (0, {"session.mode": FAULT}),
        (0, {"angle.calibrated": False}),
        (0, {"angle.lost": True}),
        (0, {"in.release_pulled": True}),
        (0, {"in.overcurrent_latched": True}),
        (0, {"in.self_check_ok": False}),
        (0, {"inputs.estop_closed_ms": 0}),
    ],
)
def test_the_boards_own_ascent_is_normal_rate_half_when_something_is_lost_and_nothing_when_the_drive_may_not_turn(
    wanted: int, unlike: dict[str, Value]
) -> None:
    assert rate(UP, unlike) == wanted


# ------------------------------------------------------------ dizziness


@pytest.mark.req("TP10", "SR2", "SR15")
@pytest.mark.parametrize(
    ("waits", "unlike"),
    [
        (True, {}),
        (True, {"budget.unanswered_ms": 81_999}),
        (False, {"budget.unanswered_ms": 82_000}),
        (False, {"budget.short_": True}),
        (False, {"session.dizzy_blocked": True}),
        (False, {"link.fresh": False}),
        (False, {"link.command.request": int(Request.HOLD)}),
    ],
)
def test_who_feels_dizzy_on_the_way_up_waits_until_return_or_until_time_or_answers_are_short(waits: bool, unlike: dict[str, Value]) -> None:
    assert rate(UP, {"link.command.request": int(Request.DIZZY_BACK)}, unlike) == (0 if waits else -150)


@pytest.mark.req("TP10", "SR5", "SR6", "SR13")
@pytest.mark.parametrize(
    ("back", "unlike"),
    [
        (True, {}),
        (True, {"angle.angle_cdeg": 2900, "rest.zone": GATE}),
        (True, {"angle.angle_cdeg": -7199}),
        (False, {"angle.angle_cdeg": -7200}),
        (False, {"angle.angle_cdeg": 3000, "rest.zone": GATE}),
        (False, {"angle.angle_cdeg": 3001, "rest.zone": GATE}),
        (False, {"session.dizzy_blocked": True}),
        (False, {"session.return_only": True}),
        (False, {"session.session_open": False}),
        (False, {"angle.trusted": False}),
        (False, {"inputs.ankles_closed_ms": 999}),
        (False, {"guard.latched": int(BoardReason.MAINS_LOST)}),
        (True, {"guard.latched": int(BoardReason.PI_SILENT)}),
        (False, {"link.command.request": int(Request.FOLLOW)}),
    ],
)
def test_back_down_to_thirty_degrees_only_past_the_gate_with_all_well(back: bool, unlike: dict[str, Value]) -> None:
    parts = plan(BACK, unlike)
    assert (parts.get("plan.rate_cdps") > 0) is back
    assert ceiling_of(parts) == (GATE_CDEG if back else parts.get("angle.angle_cdeg"))


@pytest.mark.req("TP10", "SR5")
def test_never_further_back_than_the_session_permits() -> None:
    assert ceiling_of(plan(BACK, {"plan.permitted_cdeg": 2000})) == 2000


# ------------------------------------------------------------ floor and ceiling


@pytest.mark.req("SR5", "SR13")
@pytest.mark.parametrize(
    ("ceiling", "unlike"),
    [
        (7000, {}),
        (4000, {"session.returning": True}),
        (4000, {"session.return_only": True}),
        (4000, {"session.session_open": False}),
        (4000, {"session.returning": True, "link.command.request": int(Request.DIZZY_BACK)}),
    ],
)
def test_nothing_goes_down_outside_a_session_or_in_a_return(ceiling: int, unlike: dict[str, Value]) -> None:
    assert ceiling_of(plan(DOWN, {"plan.permitted_cdeg": 7000}, unlike)) == ceiling


@pytest.mark.req("SR3", "SR5", "SR9", "SR15")
@pytest.mark.parametrize(
    ("floor", "unlike"),
    [
        (GATE_CDEG, rests(BEFORE)),
        (GATE_CDEG, {**rests(GATE), "angle.angle_cdeg": 3100}),
        (1000, rests(PAST)),
        (1000, rests(PAST, 9_999)),
        (0, {**rests(PAST), "session.returning": False}),
        (0, {"session.returning": False}),
        (UPRIGHT_CDEG, {}),
        (LEVEL_CDEG, {"memory.level_wait": True}),
        (LEVEL_CDEG, {"in.end_stop_up_closed": False}),
        (LEVEL_CDEG, {"in.end_stop_up_closed": False, "angle.angle_cdeg": -299}),
        (LEVEL_CDEG, {"in.end_stop_up_closed": False, "angle.angle_cdeg": -7000}),
        (800, {"session.ask_ms": 1, "session.ask_cdeg": 800}),
        (800, {**rests(BEFORE), "session.ask_ms": 20_000, "session.ask_cdeg": 800}),
    ],
)
def test_upwards_the_next_place_to_stop_is_the_rest_then_level_then_upright(floor: int, unlike: dict[str, Value]) -> None:
    assert floor_of(plan(RISEN, unlike)) == floor


@pytest.mark.req("SR5")
@pytest.mark.parametrize(
    ("heard", "unlike"),
    [
        (7000, {}),
        (6000, {"plan.permitted_cdeg": 6000}),
        (8000, {"link.heard": False, "plan.permitted_cdeg": 8000}),
        (8000, {"session.session_open": False, "plan.permitted_cdeg": 8000}),
        (9000, {"session.away": False, "plan.permitted_cdeg": 6000}),
    ],
)
def test_the_least_permitted_angle_heard_in_a_session_holds_until_upright(heard: int, unlike: dict[str, Value]) -> None:
    parts = plan(DOWN, {"link.heard": True, "link.command.permitted_angle_cdeg": 7000}, unlike)
    assert parts.get("plan.permitted_cdeg") == heard


# ------------------------------------------------------------ how fast towards a bound


@pytest.mark.req("SR3", "SR5")
@pytest.mark.parametrize(
    ("way", "most", "unlike"),
    [
        (8, 0, {}),
        (9, 40, {}),
        (20, 0, {"drive.brake_released": False}),
        (21, 63, {"drive.brake_released": False}),
        (50, 98, {}),
        (50, 93, {"drive.profile_cdps": -80}),
        (10, 20, {"drive.profile_cdps": -160}),
        (11, 22, {"drive.profile_cdps": -160}),
        (12, 24, {"drive.profile_cdps": -160}),
        (9, 20, {"drive.profile_cdps": -160}),
    ],
)
def test_the_table_comes_to_a_bound_no_faster_than_it_can_stop(way: int, most: int, unlike: dict[str, Value]) -> None:
    above = {"angle.angle_cdeg": GATE_CDEG + way, "rest.zone": GATE}
    assert rate(UP, above, unlike) == -most
    below = {"angle.angle_cdeg": 4000, "plan.permitted_cdeg": 4000 + way}
    assert rate(DOWN, below, {name: -value if name == "drive.profile_cdps" else value for name, value in unlike.items()}) == most


@pytest.mark.req("SR5", "SR6", "SR8", "SR11")
@pytest.mark.parametrize(
    "closed",
    [{"in.end_stop_down_closed": False}, {"angle.trusted": False}, {"session.session_open": False}, {"inputs.ankles_closed_ms": 999}],
)
def test_nothing_goes_down_towards_an_open_end_stop_or_an_open_lock_or_on_one_witness(closed: dict[str, Value]) -> None:
    assert rate(DOWN, {"angle.angle_cdeg": 1000}) == 120
    assert rate(DOWN, {"angle.angle_cdeg": 1000}, closed) == 0


@pytest.mark.req("SR5", "SR14")
@pytest.mark.parametrize(
    ("blocked", "unlike"),
    [
        (False, {}),
        (False, {"angle.angle_cdeg": LEVEL_CDEG + 21}),
        (True, {"angle.angle_cdeg": LEVEL_CDEG - 1}),
        (True, {"angle.trusted": False}),
        (True, {"in.end_stop_down_closed": False}),
        (True, {"session.returning": False}),
        (False, {"in.end_stop_up_closed": True, "angle.angle_cdeg": LEVEL_CDEG - 1}),
    ],
)
def test_an_open_head_up_switch_blocks_the_way_up_unless_somebody_is_head_down(blocked: bool, unlike: dict[str, Value]) -> None:
    parts = plan(RISEN, {"in.end_stop_up_closed": False}, unlike)
    assert bool(parts.get("plan.blocked_up")) is blocked
    assert (parts.get("plan.rate_cdps") == 0) is blocked


def test_at_level_itself_the_floor_stops_what_an_open_head_up_switch_does_not_block_yet() -> None:
    assert plan(RISEN, {"in.end_stop_up_closed": False, "angle.angle_cdeg": LEVEL_CDEG}).read("plan.blocked_up plan.rate_cdps") == (
        False,
        0,
    )


# ------------------------------------------------------------ two doubted sensors

DOUBT: dict[str, Value] = {**RISEN, "angle.disputed": True, "angle.trusted": False, "angle.leg": 1, "angle.first_began_inverted": True}


@pytest.mark.req("SR3", "SR8")
@pytest.mark.parametrize(
    ("moves", "unlike"),
    [
        (False, {"angle.angle_cdeg": 0, "angle.pot_cdeg": -292, "angle.encoder_cdeg": 0}),
        (True, {"angle.angle_cdeg": 0, "angle.pot_cdeg": -291, "angle.encoder_cdeg": 0}),
        (False, {"angle.angle_cdeg": 0, "angle.pot_cdeg": 0, "angle.encoder_cdeg": -292}),
        (True, {"angle.angle_cdeg": 0, "angle.pot_cdeg": -292, "angle.encoder_cdeg": 0, "angle.leg": 2}),
        (True, {"angle.angle_cdeg": 0, "angle.pot_cdeg": -292, "angle.encoder_cdeg": 0, "angle.first_began_inverted": False}),
        (False, {"angle.angle_cdeg": -7000, "angle.pot_cdeg": -7487, "angle.encoder_cdeg": -7000, "angle.leg": 2}),
        (True, {"angle.angle_cdeg": -7000, "angle.pot_cdeg": -7486, "angle.encoder_cdeg": -7000, "angle.leg": 2}),
        (True, {"angle.angle_cdeg": -7000, "angle.pot_cdeg": -7495, "angle.encoder_cdeg": -7000, "angle.leg": 2}),
        (False, {"angle.angle_cdeg": -7000, "angle.pot_cdeg": -7494, "angle.encoder_cdeg": -7000, "angle.leg": 2}),
    ],
)
def test_level_and_upright_are_where_the_first_of_two_doubted_sensors_says(moves: bool, unlike: dict[str, Value]) -> None:
    assert (rate(DOUBT, unlike) < 0) is moves


# ------------------------------------------------------------ warning and waiting

UNASKED: dict[str, Value] = {**UP, "session.asked": False, "drive.brake_released": False, "session.warn_ms": 0}


@pytest.mark.req("SR4")
@pytest.mark.parametrize(
    ("warned", "rate_cdps", "unlike"),
    [
        (True, 0, {}),
        (True, 0, {"session.warn_ms": 2000 - 2 * TURN_MS}),
        (True, -150, {"session.warn_ms": 2000 - TURN_MS}),
        (False, -150, {"session.asked": True}),
        (False, -150, {"session.ascent_by_pi": True}),
        (False, -150, {"drive.profile_cdps": -1, "drive.brake_released": True}),
        (True, 0, {"drive.profile_cdps": 1}),
        (False, -150, {"session.ask_ms": 1, "session.ask_cdeg": 5000}),
        (False, 0, {"session.ask_ms": 1, "session.ask_cdeg": 6000}),
    ],
)
def test_two_seconds_of_warning_before_the_board_moves_anybody_who_did_not_just_ask(
    warned: bool, rate_cdps: int, unlike: dict[str, Value]
) -> None:
    parts = plan(UNASKED, unlike)
    assert parts.read("session.warning plan.rate_cdps") == (warned, rate_cdps)
    assert (parts.get("session.warn_ms") > 0) is warned
    assert bool(parts.get("plan.waiting")) is (rate_cdps == 0 and warned)
    assert bool(parts.get("plan.due")) is not (rate_cdps == 0 and warned)


@pytest.mark.req("SR3", "SR4")
@pytest.mark.parametrize(
    ("warned", "unlike"),
    [
        (True, {}),
        (False, {"rest.rest_ms": 9_999}),
        (False, {"drive.brake_released": True}),
        (False, {"rest.rest_ms": 12_000, "rest.done": True}),
        (False, {"session.mode": RESCUE}),
        (True, {"rest.rest_ms": 11_999}),
        (True, {"rest.zone": PAST, "rest.rest_ms": 8_000, "angle.angle_cdeg": 1000}),
        (False, {"rest.zone": PAST, "rest.rest_ms": 7_999, "angle.angle_cdeg": 1000}),
        (False, {"rest.zone": BEFORE, "angle.angle_cdeg": 3300}),
    ],
)
def test_the_last_two_seconds_of_a_rest_are_warned_of(warned: bool, unlike: dict[str, Value]) -> None:
    resting = {"angle.angle_cdeg": 3000, **rests(GATE, 10_000), "drive.brake_released": False}
    assert bool(plan(UP, resting, unlike).get("session.warning")) is warned


@pytest.mark.req("SR4", "SR7")
@pytest.mark.parametrize(
    ("warned", "unlike"),
    [
        (False, {}),
        (True, {"link.fresh": False}),
        (True, {"link.fresh": False, "session.mode": BRAKED}),
        (False, {"link.fresh": False, "session.mode": STOPPED}),
        (False, {"link.fresh": False, "session.away": False}),
        (True, {"session.overdue_ms": 1}),
        (False, {"session.overdue_ms": 1, "angle.angle_cdeg": 3000, **rests(GATE)}),
        (True, {"session.overdue_ms": 1, **rests(BEFORE)}),
    ],
)
def test_a_takeover_from_the_pi_is_warned_of_while_it_has_its_last_chance(warned: bool, unlike: dict[str, Value]) -> None:
    assert bool(plan(DOWN, unlike).get("session.warning")) is warned


@pytest.mark.req("SR14", "SR15")
@pytest.mark.parametrize(
    ("waits", "unlike"),
    [
        (True, {"memory.level_wait": True, "angle.angle_cdeg": -100}),
        (False, {"memory.level_wait": True, "angle.angle_cdeg": -99}),
        (True, rests(PAST)),
        (True, rests(PAST, 9_999)),
        (True, {**rests(GATE), "angle.angle_cdeg": 3000}),
        (False, {**rests(BEFORE), "angle.angle_cdeg": 3300}),
        (False, {}),
    ],
)
def test_a_rest_and_the_wait_at_level_are_waits_on_purpose(waits: bool, unlike: dict[str, Value]) -> None:
    parts = plan(RISEN, unlike)
    assert parts.read("plan.waiting plan.due") == (waits, not waits)
    assert not plan(DOWN, unlike).get("plan.due"), "on the way down nothing upward is due"


@pytest.mark.req("SR4")
@pytest.mark.parametrize(
    ("gentle", "unlike"),
    [
        (True, {"drive.profile_cdps": 120}),
        (False, {"drive.profile_cdps": 121}),
        (True, {"drive.profile_cdps": 1}),
        (False, {"drive.profile_cdps": -1}),
        (False, {"drive.profile_cdps": 120, "session.ask_ms": 1}),
        (True, {"drive.profile_cdps": -120, "link.command.rate_cdps": -120}),
        (False, {"drive.profile_cdps": 5, "link.command.rate_cdps": 0}),
    ],
)
def test_slowing_for_a_bound_ahead_is_gentle_and_a_controlled_stop_is_not(gentle: bool, unlike: dict[str, Value]) -> None:
    assert bool(plan(DOWN, unlike).get("plan.gentle")) is gentle
