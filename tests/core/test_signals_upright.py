"""At upright rest and on the way into it: settling (TP11), restarts off it (SR13), reset and inspection holds, fingers (PU6)."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from controller.core.model import Lamp, Latches, Mode, Panel, Stage
from controller.core.wire import BoardMode, BoardReason, Contact, Request, StatusFlag
from tests.core.ideal import GOOD, PLAN, Ideal, copied


@cache
def _settling() -> Ideal:
    stage = Stage(angle_deg=-20.0, hold_s=1.0)
    return Ideal(plan=replace(PLAN, stages=(stage,), ceiling_deg=15.0)).holding().press("return_").until(Mode.SETTLING)


def settling() -> Ideal:
    """After a session."""
    return copied(_settling())


# ------------------------------------------------------------------ settling


@pytest.mark.req("TP11", "PU2")
def test_settling_takes_forty_five_seconds_before_the_release_lamp_and_the_solenoid() -> None:
    world = settling()
    began_s = world.now_s
    while world.out.mode is Mode.SETTLING:
        assert world.out.lamps.release_ok is Lamp.BLINK
        assert not world.out.release_locks
        world.tick()
    assert world.now_s - began_s == pytest.approx(45.0, abs=0.05)
    assert world.out.mode is Mode.RELEASE
    assert world.out.lamps.release_ok is Lamp.ON
    assert world.out.release_locks
    assert "You may open the ankle locks now." in world.run(0.5).phrases


@pytest.mark.req("TP11")
def test_opening_a_lock_early_is_warned_of_and_recorded_once() -> None:
    world = settling().run(10.0)
    world.ankles_closed = False
    world.run(5.0)
    assert world.kinds("reason").count("locks_early: ankle locks opened before the time") == 1
    assert world.phrases.count("Too early: keep the ankle locks closed and stay standing.") == 1
    world.until(Mode.RELEASE)
    assert world.kinds("reason").count("locks_early: ankle locks opened before the time") == 1


@pytest.mark.req("TP11")
def test_opening_them_after_the_lamp_is_no_warning() -> None:
    world = settling().until(Mode.RELEASE).run(1.0)
    world.ankles_closed = False
    world.until(Mode.IDLE)
    assert world.kinds("reason").count("locks_early: ankle locks opened before the time") == 0


@pytest.mark.req("SR2", "TP11")
def test_a_session_is_over_only_with_the_locks_seen_open_and_thirty_seconds_upright() -> None:
    world = settling().until(Mode.RELEASE).run(100.0)
    assert world.out.mode is Mode.RELEASE
    world.extra = lambda i: replace(i, board=replace(i.board, contacts=i.board.contacts & ~Contact.ANKLE_LEFT))
    assert world.run(5.0).out.mode is Mode.RELEASE  # one of the two
    world.extra = None
    world.ankles_closed = False
    assert world.run(0.1).out.mode is Mode.IDLE


# ------------------------------------------------------------------ restart


@pytest.mark.req("SR13")
@pytest.mark.parametrize("angle_deg", [85.0, 31.0, 10.0, -40.0])
def test_a_start_off_upright_rest_warns_two_seconds_and_only_comes_up(angle_deg: float) -> None:
    world = Ideal(angle_deg=angle_deg, latches=replace(GOOD, clean_shutdown=False), returning=True)
    while abs(world.rate_dps) < 0.05 and world.now_s < 160.0:
        world.tick()
        assert world.angle_deg <= angle_deg + 0.01
    warned = [event.at_s for event in world.seen if event.text == "RETURNING"]
    assert world.now_s - warned[0] >= 2.0
    world.until(Mode.LEVEL_WAIT)
    assert "Attention, moving in two seconds." in world.phrases
    world.press("ok").until(Mode.SETTLING)
    programme = {Mode.PROOF_TEST, Mode.DESCENDING, Mode.HOLDING, Mode.PAUSED}
    assert programme & set(world.modes) == set()
    assert max(angle for angle, _, _ in world.commands) <= angle_deg + 0.1


@pytest.mark.req("SR13", "SR11")
def test_start_off_upright_rest_is_refused_in_words() -> None:
    world = Ideal(angle_deg=40.0, latches=replace(GOOD, clean_shutdown=False), returning=True).run(6.0).press("start")
    assert any(text.startswith("A session is under way.") for text in world.kinds("refusal"))
    assert Mode.PROOF_TEST not in world.modes


@pytest.mark.req("SR13", "TP11")
def test_a_restart_at_upright_rest_with_somebody_locked_in_settles_and_releases_them() -> None:
    world = Ideal(latches=replace(GOOD, clean_shutdown=False)).run(4.0)
    assert world.out.mode is Mode.SETTLING
    assert not world.out.latches.clean_shutdown
    world.until(Mode.RELEASE, 60.0)
    assert world.out.release_locks
    world.ankles_closed = False
    world.until(Mode.IDLE)
    assert world.run(0.1).out.latches.clean_shutdown


@pytest.mark.req("SR13")
@pytest.mark.parametrize(("clean", "closed"), [(True, True), (True, False), (False, False)])
def test_any_other_start_at_upright_rest_is_ready_at_once(clean: bool, closed: bool) -> None:
    world = Ideal(latches=replace(GOOD, clean_shutdown=clean), ankles_closed=closed).run(4.0)
    assert world.out.mode is Mode.IDLE
    assert world.modes == [Mode.STARTING, Mode.IDLE]


@pytest.mark.req("SR13", "SR7")
def test_nothing_is_ready_before_the_board_is_heard() -> None:
    world = Ideal(board_heard=False).run(30.0)
    assert world.out.mode is Mode.STARTING
    assert world.out.command is None


# ------------------------------------------------------------------ reset and inspection


def tripped() -> Ideal:
    """The Pi has tripped over an emergency stop that the board did not heed; the board is free again."""
    world = Ideal().ready()
    world.extra = lambda i: replace(i, estop_aux_closed=False, board=replace(i.board, mode=BoardMode.BRAKED))
    world.run(0.5)
    world.extra, world.board_mode = None, BoardMode.BRAKED
    world.run(0.5)
    assert "estop_unheeded" in {reason.name for reason in world.out.reasons}
    return world


@pytest.mark.req("SR1")
@pytest.mark.parametrize(("held_s", "reset"), [(2.9, False), (3.1, True)])
def test_ok_held_three_seconds_resets(held_s: float, reset: bool) -> None:
    world = tripped().press("ok", for_s=held_s)
    assert ("estop_unheeded" not in {reason.name for reason in world.out.reasons}) == reset


@pytest.mark.req("SR1")
@pytest.mark.parametrize("bit", [Contact.ESTOP_A, Contact.ESTOP_B])
def test_no_reset_while_a_channel_is_open_or_off_upright_rest(bit: int) -> None:
    world = tripped()
    world.extra = lambda i: replace(i, board=replace(i.board, contacts=i.board.contacts & ~bit))
    world.press("ok", for_s=5.0)
    assert "estop_unheeded" in {reason.name for reason in world.out.reasons}
    world.extra = lambda i: replace(i, board=replace(i.board, flags=i.board.flags & ~StatusFlag.AT_UPRIGHT))
    world.press("ok", for_s=5.0)
    assert "estop_unheeded" in {reason.name for reason in world.out.reasons}


@pytest.mark.req("SR6")
@pytest.mark.parametrize("buttons", [("ok",), ("spotter",)])
def test_one_button_alone_is_no_inspection(buttons: tuple[str, ...]) -> None:
    world = Ideal(latches=Latches(inspection_due=True, clean_shutdown=True)).ready().press(*buttons, for_s=6.0)
    assert world.out.latches.inspection_due


# ------------------------------------------------------------------ fingers


@pytest.mark.req("PU6")
@pytest.mark.parametrize("button", ["start", "dizzy", "ok", "select_minus", "select_plus", "spotter"])
def test_a_button_held_for_minutes_moves_nothing_and_says_so(button: str) -> None:
    world = Ideal().ready()
    world.panel = replace(world.panel, **{button: True})
    if button == "start":
        world.spotter_required = True  # or it would rightly begin a session
    world.run(180.0)
    assert world.out.mode is Mode.IDLE
    assert "button_stuck: A button is held too long or stuck." in world.kinds("reason")
    assert "A button is held too long or stuck." in {refusal.says for refusal in world.out.refusals}
    assert {command.request for _, _, command in world.commands[-9000:] if command is not None} == {Request.HOLD}


@pytest.mark.req("PU6", "TP9")
def test_return_held_for_minutes_is_one_return_and_then_blocks_only_start() -> None:
    world = Ideal().holding()
    world.panel = replace(world.panel, return_=True)
    world.until(Mode.RELEASE)
    assert world.kinds("button").count("RETURN") == 1
    assert "button_stuck" not in {reason.name for reason in world.out.reasons}
    world.ankles_closed = False
    world.until(Mode.IDLE)
    world.ankles_closed = True
    world.run(2.0)
    assert {refusal.says for refusal in world.out.refusals} == {"RETURN is held or stuck."}


@pytest.mark.req("PU6", "TP9")
@pytest.mark.parametrize("other", ["start", "dizzy", "ok", "select_minus", "select_plus", "spotter"])
def test_return_wins_over_every_other_button_pressed_with_it(other: str) -> None:
    world = Ideal().holding().press("return_", other, for_s=0.2).run(0.5)
    assert world.out.mode is Mode.RETURNING
    assert world.rate_dps < -0.1


@pytest.mark.req("PU6", "SR1")
def test_the_emergency_stop_wins_over_return() -> None:
    world = Ideal().holding()
    world.estop_pressed = True
    world.press("return_").run(1.0)
    assert world.out.mode is Mode.STOPPED
    assert abs(world.rate_dps) < 0.1


@pytest.mark.req("PU6")
def test_two_opposite_buttons_in_a_hold_pause_it_with_words() -> None:
    world = Ideal().holding().press("select_minus", "select_plus", for_s=0.1)
    assert world.out.mode is Mode.PAUSED
    assert "two_buttons: Two buttons that mean opposite things." in world.kinds("reason")


@pytest.mark.req("PU6")
def test_a_bouncing_start_begins_one_session() -> None:
    world = Ideal().ready()
    for level in (True, False, True, False, True, True, True, True, True):
        world.panel = replace(world.panel, start=level)
        world.tick()
    assert world.kinds("button") == ["START"]


@pytest.mark.req("PU6", "SR15")
def test_a_dead_panel_brings_the_person_to_level() -> None:
    world = Ideal(answers=False).holding()
    world.panel = Panel()
    world.run(0.1)
    assert world.out.mode is Mode.RETURNING
    assert "panel_silent: The buttons cannot be read." in world.kinds("reason")
    assert world.until(Mode.LEVEL_WAIT).angle_deg == pytest.approx(-3.0, abs=2.0)


@pytest.mark.req("SR13", "TP9")
def test_a_return_that_the_board_began_on_its_own_wire_was_asked_for() -> None:
    world = Ideal().holding()
    world.reasons, world.returning = BoardReason.ASKED, True
    world.tick()
    assert world.out.mode is Mode.RETURNING
    assert not world.state.session.unasked
    world.until(Mode.SETTLING)
    assert Mode.LEVEL_WAIT not in world.modes
