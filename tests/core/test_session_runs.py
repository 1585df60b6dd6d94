"""Whole sessions on an ideal table: what the core decides from Start to the ankle locks, and in every way a session can end."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from controller.core.model import Buzzer, Host, Lamp, Mode, Oscillation, Prompt, Stage
from controller.core.wire import Request
from tests.core.ideal import GOOD, LIMITS, Ideal
from tests.core.runs import events, finish, plan, refused


@pytest.mark.req("SR3", "SR16", "TP11", "PU2")
def test_a_whole_session_goes_through_its_phases_and_ends_idle() -> None:
    world = Ideal().holding()
    world.press("ok").until(Mode.RESTING)
    world.press("ok")
    finish(world)
    M = Mode  # noqa: N806
    phases = [M.PROOF_TEST, M.DESCENDING, M.HOLDING, M.RETURNING, M.RESTING, M.RETURNING, M.SETTLING, M.RELEASE, M.IDLE]
    assert world.modes[-len(phases) :] == phases


@pytest.mark.req("SR3")
def test_the_rest_lasts_twelve_seconds_by_the_pis_own_count_whatever_the_board_says() -> None:
    world = Ideal().holding().press("ok").until(Mode.RESTING)
    world.rest_done = True
    begun_s = world.now_s
    world.until(Mode.RETURNING)
    assert 11.5 <= world.now_s - begun_s <= 13.0  # the first moments at rest in the gate came before the mode


@pytest.mark.req("SR3")
def test_the_board_not_having_counted_holds_the_pi_at_the_gate() -> None:
    world = Ideal().holding().press("ok").until(Mode.RESTING)
    for _ in range(1000):
        world.rest_s, world.rest_done = 0.0, False
        world.tick()
        assert world.out.mode is Mode.RESTING
        assert world.angle_deg > 28.0


@pytest.mark.req("SR3")
def test_a_return_that_begins_past_the_gate_rests_ten_seconds_first() -> None:
    world = Ideal(plan=plan(Stage(angle_deg=15.0, hold_s=40.0))).holding().run(1.0)
    world.press("return_").until(Mode.RESTING)
    begun_s = world.now_s
    world.until(Mode.RETURNING)
    assert 8.0 <= world.now_s - begun_s <= 10.5
    assert world.angle_deg == pytest.approx(15.0, abs=0.5)


@pytest.mark.req("SR3")
def test_a_long_hold_past_the_gate_is_rest_enough() -> None:
    world = Ideal(plan=plan(Stage(angle_deg=15.0, hold_s=40.0))).holding().run(20.0)
    world.press("return_").until(Mode.SETTLING)
    assert Mode.RESTING not in world.modes


@pytest.mark.req("SR4")
@pytest.mark.parametrize("after", [Mode.HOLDING, Mode.RESTING])
def test_two_seconds_of_warning_come_before_motion_nobody_just_asked_for(after: Mode) -> None:
    world = Ideal().holding().press("ok")
    world.until(after)
    warned_s = 0.0
    while world.out.mode is after:
        world.tick()
        warned_s += 0.02 * (world.out.buzzer is Buzzer.WARNING)
    while world.rate_dps > -0.05:
        warned_s += 0.02 * (world.out.buzzer is Buzzer.WARNING)
        world.tick()
    assert warned_s >= 1.9


@pytest.mark.req("SR4", "TP9")
def test_return_is_obeyed_without_waiting_for_a_warning() -> None:
    world = Ideal().holding()
    world.press("return_", for_s=0.06).run(0.5)
    assert world.rate_dps < -0.2


@pytest.mark.req("TP9", "SR3")
@pytest.mark.parametrize("seconds", [1.0, 12.0, 40.0, 75.0])
def test_return_in_the_descent_ends_it_within_a_second_and_nothing_descends_again(seconds: float) -> None:
    world = Ideal().started().until(Mode.DESCENDING).run(seconds).press("return_")
    world.run(1.0)
    deepest = world.angle_deg
    world.until(Mode.SETTLING)
    assert max(angle for angle, mode, _ in world.commands if mode is not Mode.DESCENDING) <= deepest + 1.5
    assert not any(mode is Mode.LEVEL_WAIT for mode in world.modes)


@pytest.mark.req("SR2")
def test_the_hold_is_cut_so_that_a_half_rate_return_ends_in_time() -> None:
    world = Ideal(plan=plan(Stage(angle_deg=90.0, hold_s=600.0))).holding()
    held_s = 0.0
    while world.out.mode is Mode.HOLDING:
        world.tick()
        held_s += 0.02
    assert 398.0 < held_s < 406.0
    assert world.out.mode is Mode.RETURNING
    assert 600.0 - world.inverted_s > 120.0 + 12.0  # 90 degrees at half rate and the rest


@pytest.mark.req("SR2")
def test_the_plan_shown_before_start_is_the_hold_that_fits() -> None:
    world = Ideal(plan=plan(Stage(angle_deg=90.0, hold_s=600.0))).ready()
    assert world.out.lines[1].startswith("90° 6:4")


@pytest.mark.req("SR14", "SR3")
def test_a_rest_that_the_board_takes_by_itself_is_no_lack_of_progress() -> None:
    world = Ideal().holding().press("return_").run(2.0)
    world.imu_alive = False
    world.until(Mode.BOARD_RETURN)
    while world.out.mode is Mode.BOARD_RETURN:
        world.tick()
        assert world.out.ladder == 0, world.out.events
    assert world.out.mode is Mode.SETTLING


@pytest.mark.req("TP10")
def test_dizzy_at_upright_rest_moves_nothing() -> None:
    world = Ideal().ready().press("dizzy").run(5.0)
    assert world.out.mode is Mode.IDLE
    assert all(command is None or command.request is Request.HOLD for _, _, command in world.commands)


@pytest.mark.req("SR16")
def test_a_brake_that_slips_is_named_and_nobody_is_inverted() -> None:
    world = Ideal(brake_holds=False).started().until(Mode.SETTLING, 30.0)
    assert world.kinds("proof") == ["Test failed: the brake does not hold."]
    assert world.angle_deg < -74.0


@pytest.mark.req("SR16")
def test_a_potentiometer_that_stands_still_fails_the_proof_test() -> None:
    world = Ideal().ready()
    frozen = world.report().pot_deg

    def freeze(inputs):  # type: ignore[no-untyped-def]
        return replace(inputs, board=replace(inputs.board, pot_deg=frozen))

    world.extra = freeze
    world.press("start").until(Mode.SETTLING, 60.0)
    assert world.kinds("proof") == ["Test failed: the angle sensors do not agree while moving."]
    assert max(angle for angle, _, _ in world.commands) < -72.0


@pytest.mark.req("SR16", "SR11")
def test_locks_that_were_not_opened_since_the_last_session_refuse_the_next() -> None:
    world = Ideal().holding().press("return_").until(Mode.SETTLING)
    world.run(50.0)
    assert world.out.mode is Mode.RELEASE
    assert world.out.release_locks
    world.ankles_closed = False
    world.until(Mode.IDLE).run(1.0)
    world.ankles_closed = True
    world.run(3.0)
    assert world.out.refusals == ()


@pytest.mark.req("SR11", "PU2")
@pytest.mark.parametrize(
    ("how", "rule"),
    [("estop", "SR1"), ("ankles", "SR6"), ("plan", "TP5"), ("spotter", "TP8"), ("mains", "SR10"), ("storage", "SR11"), ("return", "PU6")],
)
def test_start_is_refused_with_the_reason_in_words(how: str, rule: str) -> None:
    world = Ideal().ready()
    if how == "ankles":
        world.ankles_closed = False
    elif how == "plan":
        world.plan = None
    elif how == "spotter":
        world.spotter_required = True
    elif how == "mains":
        world.mains = False
    elif how == "storage":
        world.extra = lambda inputs: replace(inputs, host=Host(temperature_c=40.0, storage_ok=False, config_ok=True))
    elif how == "return":
        world.panel = replace(world.panel, return_=True)
    elif how == "estop":
        world.estop_pressed = True
    world.run(0.5).press("start").run(1.0)
    assert Mode.PROOF_TEST not in world.modes
    assert rule in {event.rule for event in world.seen if event.kind == "refusal"} or how == "return"
    assert rule in {refusal.rule for refusal in world.out.refusals}


@pytest.mark.req("TP8")
def test_the_spotters_confirmation_counts_for_a_minute() -> None:
    world = Ideal(spotter_required=True).ready().press("spotter").run(50.0)
    assert refused(world) == []
    assert refused(world.run(15.0)) == ["TP8"]


@pytest.mark.req("SR16")
def test_the_first_five_degrees_find_a_load_that_is_wrong() -> None:
    world = Ideal().ready()
    world.extra = lambda inputs: replace(inputs, board=replace(inputs.board, current_ma=1500))
    world.press("start").until(Mode.RETURNING, 60.0)
    assert world.angle_deg < -69.0
    assert world.out.latches.load_refused


@pytest.mark.req("TP7")
def test_prompts_come_at_their_moment_on_the_way_and_in_the_hold() -> None:
    way, hold = Prompt(at_s=2.0, key="breathe", text="Breathe."), Prompt(at_s=5.0, key="arms", text="Arm circles.")
    world = Ideal(plan=plan(Stage(angle_deg=20.0, hold_s=20.0, prompts=(hold,), way_prompts=(way,)))).holding().run(10.0)
    assert [event.text for event in world.seen if event.kind == "prompt"] == ["Breathe.", "Arm circles."]
    assert {"Breathe.", "Arm circles."} <= set(world.phrases)


@pytest.mark.req("TP16", "SR3")
def test_rocking_stays_between_its_two_angles() -> None:
    stage = Stage(angle_deg=45.0, hold_s=60.0, oscillation=Oscillation(to_deg=40.0, period_s=20.0))
    world = Ideal(plan=plan(stage)).holding().run(20.0)
    held = [angle for angle, mode, _ in world.commands if mode is Mode.HOLDING]
    assert min(held) < 41.0
    assert min(held) > 39.0
    assert max(held) < 46.0


@pytest.mark.req("SR3")
def test_a_stage_that_goes_up_through_the_gate_rests_there() -> None:
    world = Ideal(plan=plan(Stage(angle_deg=50.0, hold_s=5.0), Stage(angle_deg=10.0, hold_s=5.0))).holding()
    world.until(Mode.DESCENDING)
    near_s = 0.0
    while world.out.mode is Mode.DESCENDING:
        world.tick()
        near_s += 0.02 * (28.0 <= world.angle_deg <= 32.0 and abs(world.rate_dps) < 0.1)
    assert near_s >= 12.0
    assert world.angle_deg == pytest.approx(10.0, abs=0.5)


@pytest.mark.req("TP7", "PU2")
def test_the_text_is_turned_round_for_a_reader_upside_down() -> None:
    world = Ideal().ready()
    assert not world.out.turned
    assert world.press("start").until(Mode.HOLDING).out.turned


@pytest.mark.req("TP11")
def test_opening_the_locks_early_is_warned_of() -> None:
    world = Ideal().holding().press("return_").until(Mode.SETTLING).run(5.0)
    world.ankles_closed = False
    world.run(1.0)
    assert events(world, "reason", "TP11") == ["locks_early: ankle locks opened before the time"]
    assert world.out.lamps.release_ok is not Lamp.ON


@pytest.mark.req("PU1")
def test_what_is_under_way_is_shown_even_when_the_programme_would_let_nothing_more_begin() -> None:
    world = Ideal().ready()
    plan = world.plan
    assert world.out.plan is plan
    world.press("start").until(Mode.HOLDING)
    world.plan = None
    assert world.run(1.0).out.plan is plan
    world.press("return_").until(Mode.RELEASE)
    world.ankles_closed = False
    assert world.until(Mode.IDLE).run(0.1).out.plan is None


@pytest.mark.req("PU1")
def test_select_changes_the_selection_only_while_idle() -> None:
    world = Ideal().ready().press("select_plus").press("select_plus").press("select_minus")
    assert world.out.selection == 1
    assert world.press("start").until(Mode.DESCENDING).press("select_plus").out.selection == 1


@pytest.mark.req("SR13")
def test_the_latch_on_the_disk_says_when_a_session_is_open() -> None:
    world = Ideal().ready()
    assert world.out.latches == GOOD
    world.press("start").until(Mode.DESCENDING)
    assert not world.out.latches.clean_shutdown
    world.press("return_")
    assert finish(world).out.latches.clean_shutdown


@pytest.mark.req("SR4")
def test_nothing_is_ever_asked_faster_than_the_normal_rate_or_harder_than_its_acceleration() -> None:
    world = Ideal().holding().press("ok")
    finish(world)
    rates = [command.rate_dps for _, _, command in world.commands if command is not None]
    assert max(map(abs, rates)) <= 1.501
    assert max(abs(later - before) for before, later in pairwise(rates)) <= LIMITS.stop_accel_dps2 * 0.02 + 0.35


SIT_UPS = Prompt(at_s=1.0, key="partial_sit_ups", text="Partial sit-ups: lift head and chest only, five times.")


@pytest.mark.req("TP7", "PU2")
def test_a_prompt_runs_through_the_second_line_from_its_beginning_until_it_has_been_read() -> None:
    world = Ideal(plan=plan(Stage(angle_deg=20.0, hold_s=60.0, prompts=(SIT_UPS,)))).holding()
    shown = [world.run(1.0).out.lines[1] for _ in range(20)]
    assert "Partial sit-ups: lift" in shown
    assert any("five times." in line for line in shown), "it runs on to its end"
    assert shown[18] == "RETURN ends it"


@pytest.mark.req("TP7", "SR15")
def test_a_prompt_ends_with_what_it_was_about() -> None:
    world = Ideal(plan=plan(Stage(angle_deg=20.0, hold_s=60.0, prompts=(SIT_UPS,)))).holding().run(2.0)
    assert "sit-ups" in world.out.lines[1]
    world.press("return_").run(0.5)
    assert world.out.mode is not Mode.HOLDING
    assert "sit-ups" not in world.out.lines[1]


REMINDERS = (
    Prompt(at_s=0.0, key="walk", text="Walk now."),
    Prompt(at_s=0.0, key="water", text="Drink a glass of water thirty minutes before the session."),
)


def reminding(world: Ideal, *reminders: Prompt) -> Ideal:
    """From now on these are due."""
    world.extra = lambda inputs: replace(inputs, permission=replace(inputs.permission, reminders=reminders))
    return world


@pytest.mark.req("TP5", "TP14", "PU2")
def test_reminders_are_said_and_shown_one_after_another_while_the_table_is_idle_and_each_once() -> None:
    world = reminding(Ideal(), *REMINDERS)
    lines = [world.run(1.0).out.lines[1] for _ in range(60)]
    assert [(event.text, event.rule) for event in world.seen if event.kind == "prompt"] == [(each.text, "TP14") for each in REMINDERS]
    assert [text for text in world.phrases if text in {each.text for each in REMINDERS}] == [each.text for each in REMINDERS]
    assert lines.index("Walk now.") < next(place for place, line in enumerate(lines) if line.startswith("Drink a glass"))
    assert "Walk now." not in lines[30:]
    assert not any(word in lines[-1] for word in ("Walk", "Drink", "glass"))


@pytest.mark.req("TP14")
def test_a_reminder_is_told_again_when_it_has_not_been_due_for_a_while_and_never_in_a_session() -> None:
    world = reminding(Ideal(), *REMINDERS).run(40.0)
    reminding(world).run(1.0)
    reminding(world, REMINDERS[0]).run(1.0)
    assert [event.text for event in world.seen if event.kind == "prompt"] == [*(each.text for each in REMINDERS), "Walk now."]
    session = Ideal().holding()
    told = len(session.seen)
    reminding(session, *REMINDERS).run(5.0)
    assert not [event for event in session.seen[told:] if event.kind == "prompt"]
