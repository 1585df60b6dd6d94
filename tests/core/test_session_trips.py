"""Sessions that end otherwise than planned, on an ideal table: stops, locks, sensors, mains, dizziness, nobody answering."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.core.model import Buzzer, Latches, Mode, Panel, Stage
from controller.core.wire import BoardMode, BoardReason, Contact, Request
from tests.core.ideal import Ideal
from tests.core.runs import events, plan


@pytest.mark.req("SR15")
def test_nobody_answering_ends_at_level_with_help_called_until_ok() -> None:
    world = Ideal(answers=False).holding().until(Mode.LEVEL_WAIT, 300.0).run(40.0)
    assert world.angle_deg == pytest.approx(-3.0, abs=1.0)
    assert world.out.ladder == 3
    assert events(world, "reason", "SR15") == ["unanswered: Nobody answered."]
    world.press("ok").until(Mode.SETTLING)
    assert world.out.ladder == 0


@pytest.mark.req("SR15")
def test_an_answer_keeps_the_session_going() -> None:
    world = Ideal(plan=plan(Stage(angle_deg=60.0, hold_s=100.0)), answers=False).holding().run(25.0)
    heard = [world.out.buzzer]
    world.press("ok").run(1.0)
    assert [*heard, world.out.buzzer] == [Buzzer.ASK, Buzzer.OFF]
    assert events(world, "answer", "SR15") == ["answered"]
    assert world.out.mode is Mode.HOLDING


@pytest.mark.req("SR15")
def test_the_boards_own_ok_wire_ends_the_wait_when_the_panel_is_dead() -> None:
    world = Ideal(answers=False).holding().until(Mode.LEVEL_WAIT, 300.0).run(5.0)
    world.panel = Panel()
    world.level_wait = False
    world.until(Mode.SETTLING)
    assert world.modes.count(Mode.LEVEL_WAIT) == 1


@pytest.mark.req("SR6")
@pytest.mark.parametrize("mode", [Mode.DESCENDING, Mode.HOLDING, Mode.RETURNING])
def test_an_ankle_lock_opening_brings_up_at_half_rate_and_wants_an_inspection(mode: Mode) -> None:
    world = Ideal().started().until(mode).run(9.0)
    world.ankles_closed = False
    stops = world.tick()
    assert stops.command is not None
    assert stops.command.request is not Request.FOLLOW
    world.until(Mode.LEVEL_WAIT) if mode is not Mode.RETURNING else world.run(5.0)
    assert min(command.rate_dps for _, _, command in world.commands[-100:] if command) >= -0.751
    assert world.out.latches.inspection_due


@pytest.mark.req("SR6", "SR11")
def test_after_a_lock_opened_only_an_inspection_lets_a_session_begin() -> None:
    world = Ideal(latches=Latches(inspection_due=True, clean_shutdown=True)).ready()
    assert "An ankle lock opened in the last session." in {refusal.says for refusal in world.out.refusals}
    world.press("ok", "spotter", for_s=4.9)
    assert world.out.latches.inspection_due
    world.press("ok", "spotter", for_s=5.2)
    assert not world.out.latches.inspection_due
    assert world.out.refusals == ()


@pytest.mark.req("SR1")
@pytest.mark.parametrize("mode", [Mode.PROOF_TEST, Mode.DESCENDING, Mode.HOLDING, Mode.RETURNING, Mode.RESTING])
def test_the_emergency_stop_asks_for_nothing_but_rest_from_then_on(mode: Mode) -> None:
    world = Ideal().started().until(mode).run(1.0)
    world.estop_pressed = True
    world.tick()
    assert world.out.mode is Mode.STOPPED
    for _ in range(200):
        world.tick()
        assert world.out.command is None or world.out.command.request in (Request.HOLD, Request.TRIP)
        assert world.out.mode is Mode.STOPPED


@pytest.mark.req("SR1", "SR14")
def test_an_emergency_stop_off_upright_rest_calls_for_help_after_a_minute() -> None:
    world = Ideal().holding()
    world.estop_pressed = True
    world.run(59.0)
    assert world.out.ladder == 0
    world.run(2.0)
    assert world.out.ladder == 1
    world.run(30.0)
    assert world.out.ladder == 3
    assert any("manual release lever" in phrase for phrase in world.phrases)
    assert any("Never kick" in phrase for phrase in world.phrases)


@pytest.mark.req("SR1", "SR14")
def test_a_service_that_starts_into_a_latched_stop_calls_for_help_at_once() -> None:
    world = Ideal(angle_deg=40.0, latches=Latches(inspection_due=False))
    world.board_mode, world.estop_pressed = BoardMode.STOPPED, True
    world.run(1.0)
    assert world.out.ladder == 1


@pytest.mark.req("SR13")
@pytest.mark.parametrize("angle_deg", [60.0, 20.0, -30.0])
def test_a_restart_off_upright_rest_only_returns_after_a_warning(angle_deg: float) -> None:
    world = Ideal(angle_deg=angle_deg, latches=Latches(inspection_due=False, clean_shutdown=False), returning=True)
    world.rest_done = False
    world.until(Mode.LEVEL_WAIT)
    assert Mode.DESCENDING not in world.modes
    assert max(angle for angle, _, _ in world.commands) <= angle_deg + 0.1
    world.press("return_").until(Mode.SETTLING)


@pytest.mark.req("SR7")
def test_a_board_that_is_not_heard_is_not_spoken_to() -> None:
    world = Ideal().holding()
    world.board_heard = False
    world.tick()
    assert world.out.command is None
    assert world.out.mode is Mode.BOARD_RETURN
    world.run(60.0)
    assert world.out.ladder == 3


@pytest.mark.req("SR8")
def test_without_its_own_angle_the_pi_lets_the_board_bring_the_person_up() -> None:
    world = Ideal().holding().press("return_").run(2.0)
    world.imu_alive = False
    world.until(Mode.BOARD_RETURN).run(3.0)
    assert world.out.command is not None
    assert world.out.command.request is Request.ASCEND
    assert world.out.command.half_rate
    assert world.out.command.imu_angle_deg is None
    world.until(Mode.SETTLING)


@pytest.mark.req("SR4", "SR8")
@pytest.mark.parametrize(("landed", "held_s"), [(True, 2.0), (False, 0.0)])
def test_a_return_that_has_just_landed_is_warned_of_anew_before_the_board_goes_on_with_it(landed: bool, held_s: float) -> None:
    """Between landing at 30 degrees and its rest: the board's own 30 degrees may be a little further up."""
    world = Ideal().holding().until(Mode.RETURNING).run(5.0)
    while landed and (world.state.motion.rate_dps != 0.0 or world.rate_dps != 0.0):
        world.tick()
    assert world.out.mode is Mode.RETURNING
    world.reasons = BoardReason.ANGLE_DISAGREE
    began = len(world.commands)
    world.until(Mode.BOARD_RETURN, 0.1).run(3.0)
    requests = [command.request for _, mode, command in world.commands[began:] if command and mode is Mode.BOARD_RETURN]
    assert requests.count(Request.HOLD) * 0.02 == pytest.approx(held_s, abs=0.1)
    assert requests[-1] is Request.ASCEND


@pytest.mark.req("SR8")
def test_disagreeing_sensors_hand_the_return_to_the_board() -> None:
    world = Ideal().holding()
    world.imu_off_deg = 3.0
    world.until(Mode.BOARD_RETURN, 10.0)
    assert world.board_mode is not BoardMode.FOLLOW


@pytest.mark.req("SR8", "PU2")
def test_a_pause_asks_and_goes_on_with_ok_once_the_cause_has_gone() -> None:
    world = Ideal().started().until(Mode.DESCENDING).run(10.0)
    world.reasons = BoardReason.PI_SILENT
    world.until(Mode.PAUSED, 1.0).run(2.0)
    assert abs(world.rate_dps) < 0.01
    world.reasons = 0
    world.run(1.0).press("ok")
    assert world.out.mode is Mode.DESCENDING


@pytest.mark.req("SR8", "SR15")
@pytest.mark.parametrize("answer", ["ok", None])
def test_a_pause_becomes_a_return_unanswered_or_while_the_cause_lasts(answer: str | None) -> None:
    world = Ideal().started().until(Mode.DESCENDING).run(60.0)
    world.reasons = BoardReason.PI_SILENT
    world.until(Mode.PAUSED, 1.0)
    world.press(answer) if answer else world.run(20.1)
    assert world.out.mode is Mode.RETURNING


@pytest.mark.req("SR10")
def test_losing_the_mains_brings_the_person_to_level_and_asks() -> None:
    world = Ideal().holding()
    world.mains = False
    world.until(Mode.LEVEL_WAIT)
    assert events(world, "reason", "SR10") == ["mains_lost: Mains power is gone; running on battery."]


@pytest.mark.req("TP10")
def test_dizzy_before_the_gate_goes_on_to_thirty_degrees_and_waits_there() -> None:
    world = Ideal().holding().press("return_").run(5.0).press("dizzy").until(Mode.DIZZY_WAIT)
    assert world.angle_deg == pytest.approx(30.0, abs=2.0)
    world.run(15.0).press("return_").until(Mode.SETTLING)


@pytest.mark.req("TP10")
@pytest.mark.parametrize(("to_level", "target_deg"), [(False, 30.0), (True, -3.0)])
def test_dizzy_past_the_gate_goes_back_to_thirty_degrees_or_where_a_clinician_said(to_level: bool, target_deg: float) -> None:
    world = Ideal(plan=plan(Stage(angle_deg=60.0, hold_s=5.0), dizzy_to_level=to_level)).holding().press("return_")
    world.until(Mode.RESTING).until(Mode.RETURNING).run(12.0).press("dizzy").until(Mode.DIZZY_WAIT)
    assert world.angle_deg == pytest.approx(target_deg, abs=2.0)
    world.press("return_").until(Mode.SETTLING)
    assert world.modes.count(Mode.RESTING) == (1 if to_level else 2)


@pytest.mark.req("TP10")
@pytest.mark.parametrize("mode", [Mode.DESCENDING, Mode.HOLDING, Mode.RESTING])
def test_dizzy_in_every_other_case_stops_and_waits_for_return(mode: Mode) -> None:
    world = Ideal().started().until(mode).run(2.0).press("dizzy").run(3.0)
    assert world.out.mode is Mode.DIZZY_WAIT
    assert abs(world.rate_dps) < 0.01


@pytest.mark.req("TP10")
def test_dizzy_while_the_board_brings_up_stops_and_waits_and_return_goes_on() -> None:
    world = Ideal().holding().press("return_").run(2.0)
    world.imu_alive = False
    world.until(Mode.BOARD_RETURN).run(3.0).press("dizzy").run(3.0)
    assert world.out.mode is Mode.DIZZY_WAIT
    assert world.out.command is not None
    assert (world.out.command.request, world.out.command.rate_dps) == (Request.DIZZY_BACK, 0.0)
    where_deg = world.angle_deg
    world.run(20.0)
    assert world.angle_deg == pytest.approx(where_deg, abs=0.1)
    world.press("return_").until(Mode.BOARD_RETURN, 1.0).until(Mode.SETTLING)


@pytest.mark.req("SR14")
def test_locks_that_do_not_open_at_upright_rest_call_for_help_until_ok() -> None:
    world = Ideal().holding().press("return_").until(Mode.RELEASE).run(61.0)
    assert world.out.ladder >= 1
    world.press("ok").run(1.0)
    assert world.out.ladder == 0


@pytest.mark.req("SR14")
def test_a_return_that_does_not_move_calls_for_help_after_ten_seconds() -> None:
    world = Ideal().holding()
    stuck_deg = world.angle_deg
    world.press("return_")
    for _ in range(620):
        world.angle_deg, world.rate_dps = stuck_deg, 0.0
        world.tick()
    assert world.out.ladder >= 1


@pytest.mark.req("SR9")
def test_the_release_lever_pauses_the_session() -> None:
    world = Ideal().holding()
    lever = Contact.RELEASE
    world.extra = lambda inputs: replace(inputs, board=replace(inputs.board, contacts=inputs.board.contacts | lever))
    world.tick()
    assert world.out.mode is Mode.PAUSED
