"""The help ladder (SR14): what calls for help, when each rung comes, what is said, and what may end it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.core.model import Buzzer, Lamp, Mode, Stage
from controller.core.wire import BoardMode, StatusFlag
from controller.core.words import LADDER_WORDS, RESCUE_STEPS
from tests.core.ideal import PLAN, Ideal


class Stuck(Ideal):
    """A table on which somebody hangs and nothing moves, whatever is asked."""

    def held(self, seconds: float) -> Stuck:
        where_deg = self.angle_deg
        for _ in range(round(seconds / 0.02)):
            self.angle_deg, self.rate_dps = where_deg, 0.0
            self.tick()
        self.angle_deg, self.rate_dps = where_deg, 0.0
        return self


def press_return(world: Stuck, then_s: float) -> Stuck:
    world.panel = replace(world.panel, return_=True)
    world.held(0.1)
    world.panel = replace(world.panel, return_=False)
    return world.held(then_s)


def stuck() -> Stuck:
    """At 60 degrees; RETURN has just been pressed and the drive does nothing."""
    world = Stuck()
    world.holding()
    return press_return(world, 0.02)


def ladder_events(world: Ideal) -> list[str]:
    return [event.text for event in world.seen if event.kind == "ladder"]


@pytest.mark.req("SR14")
def test_a_return_without_progress_calls_at_ten_seconds_speaks_ten_later_and_sends_its_notice_at_thirty() -> None:
    world = stuck()
    begun_s = world.now_s
    rungs: dict[int, float] = {}
    while world.out.ladder < 3:
        world.held(0.02)
        rungs.setdefault(world.out.ladder, world.now_s - begun_s)
        assert world.now_s - begun_s < 60.0
    assert rungs[1] == pytest.approx(10.0, abs=0.3)
    assert rungs[2] - rungs[1] == pytest.approx(10.0, abs=0.05)
    assert rungs[3] - rungs[1] == pytest.approx(30.0, abs=0.05)
    assert [text.split(":")[0] for text in ladder_events(world)] == ["level 1", "level 2", "level 3"]


@pytest.mark.req("SR14", "PU2")
def test_the_tone_the_lamp_and_the_display_come_at_once() -> None:
    world = stuck().held(10.5)
    assert world.out.ladder == 1
    assert world.out.buzzer is Buzzer.HELP
    assert world.out.lamps.fault is Lamp.FLASH
    shown = {world.held(0.1).out.lines[1] for _ in range(60)}
    assert {"Help is needed. The t", "table does not come u"} <= shown
    assert not any("lever" in phrase for phrase in world.phrases)


@pytest.mark.req("SR14")
def test_the_words_are_the_guides_in_its_order() -> None:
    world = stuck().held(45.0)
    said = [phrase for phrase in world.phrases if phrase in (*LADDER_WORDS.values(), *RESCUE_STEPS)]
    assert said == ["Help is needed. The table does not come up.", *RESCUE_STEPS]
    calm, lever, rocks, never = RESCUE_STEPS
    assert "calm" in calm
    assert "breath" in calm
    assert "manual release lever" in lever
    assert "palms" in rocks
    assert "rock toward upright, up to three times" in rocks
    assert "Never kick" in never
    assert "wait for help" in never


@pytest.mark.req("SR14")
def test_speech_and_notice_are_repeated_every_minute() -> None:
    world = stuck().held(10.5)
    words = LADDER_WORDS["no_progress"]
    counts = []
    for _ in range(4):
        world.held(60.0)
        counts.append(world.phrases.count(words))
    assert counts == [1, 2, 3, 4]
    assert ladder_events(world)[3:] == [f"again: {words}"] * 3


@pytest.mark.req("SR14", "SR1")
def test_the_emergency_stop_does_not_silence_it() -> None:
    world = stuck().held(45.0)
    assert world.out.ladder == 3
    world.estop_pressed = True
    for _ in range(600):
        world.held(0.2)
        assert world.out.mode is Mode.STOPPED
        assert world.out.ladder == 3
        assert world.out.buzzer is Buzzer.HELP


@pytest.mark.req("SR14", "SR1")
@pytest.mark.parametrize("button", ["ok", "return_", "dizzy", "start"])
def test_no_button_silences_it_while_an_emergency_stop_holds_the_person(button: str) -> None:
    world = stuck().held(45.0)
    world.estop_pressed = True
    world.held(1.0)
    world.panel = replace(world.panel, **{button: True})
    world.held(0.2)
    world.panel = replace(world.panel, **{button: False})
    assert world.held(5.0).out.ladder == 3


@pytest.mark.req("SR14")
@pytest.mark.parametrize("button", ["ok", "return_"])
def test_an_answer_does_not_end_it_while_its_cause_lasts(button: str) -> None:
    world = stuck().held(45.0)
    world.panel = replace(world.panel, **{button: True})
    world.held(0.2)
    world.panel = replace(world.panel, **{button: False})
    assert world.held(5.0).out.ladder == 3


@pytest.mark.req("SR14")
def test_a_table_that_moves_again_goes_on_calling_until_upright() -> None:
    world = stuck().held(45.0)
    world.press("ok")  # it moves: nobody has to answer, and no answer ends the call
    while world.angle_deg > -73.9:
        assert world.out.ladder == 3
        world.tick()
    world.until(Mode.SETTLING)
    world.run(0.1)
    assert world.out.ladder == 0
    assert ladder_events(world)[-1] == "off"


@pytest.mark.req("SR14", "SR1")
def test_an_emergency_stop_latched_for_a_minute_off_upright_rest_calls() -> None:
    world = Ideal().holding()
    world.estop_pressed = True
    world.tick()
    world.run(59.9)
    assert world.out.ladder == 0
    world.run(0.2)
    assert world.out.ladder == 1
    world.estop_pressed = False  # the mushroom is let go; the latch stays, and so does the call
    world.run(30.0)
    assert world.out.mode is Mode.STOPPED
    assert world.out.ladder == 3
    assert world.phrases.count("Help is needed. The emergency stop is still latched.") == 1


@pytest.mark.req("SR14", "SR1")
def test_at_upright_rest_an_emergency_stop_calls_nobody() -> None:
    world = Ideal().ready()
    world.estop_pressed = True
    assert world.run(120.0).out.ladder == 0


@pytest.mark.req("SR14", "SR1")
def test_a_rescue_goes_on_calling_until_upright() -> None:
    world = Ideal().holding()
    world.estop_pressed = True
    world.run(61.0)
    world.estop_pressed, world.board_mode = False, BoardMode.RESCUE
    world.panel = replace(world.panel, return_=True)
    world.run(1.0)
    assert world.out.mode is Mode.RESCUE
    assert world.out.ladder >= 1
    world.angle_deg = -75.0
    world.run(0.2)
    assert world.out.ladder == 0


@pytest.mark.req("SR14", "SR3")
def test_the_rest_at_the_gate_is_no_lack_of_progress() -> None:
    world = Ideal().holding().press("return_").until(Mode.RESTING)
    while world.out.mode is not Mode.SETTLING:
        world.tick()
        assert world.out.ladder == 0


@pytest.mark.req("SR14", "TP10", "TP11")
def test_waiting_for_dizziness_calls_only_after_five_minutes() -> None:
    world = Ideal().holding().press("return_").run(3.0).press("dizzy").until(Mode.DIZZY_WAIT).run(30.0)
    assert world.out.ladder == 0
    began_s = world.state.since_s
    world.state = replace(world.state, since_s=began_s - (300.0 - (world.now_s - began_s)) + 0.5)  # as if it had begun earlier
    assert world.run(0.4).out.ladder == 0
    assert world.run(0.5).out.ladder == 1
    assert world.state.ladder.cause == "dizzy"
    words = [phrase for phrase in world.run(11.0).phrases if phrase in (*LADDER_WORDS.values(), *RESCUE_STEPS)]
    assert words == ["Help is needed. Dizziness has lasted five minutes."]


@pytest.mark.req("SR14", "SR15")
def test_the_wait_at_level_calls_at_once_and_ends_with_ok() -> None:
    world = Ideal().holding()
    world.mains = False
    world.until(Mode.LEVEL_WAIT).run(0.1)
    assert world.out.ladder == 1
    assert world.run(30.0).out.ladder == 3
    assert "Are you all right? Press OK or RETURN. Helper: stay with them." in world.phrases
    assert not any("lever" in phrase for phrase in world.phrases)
    world.press("ok").run(0.1)
    assert world.out.ladder == 0


@pytest.mark.req("SR14")
@pytest.mark.parametrize("after_s", [9.9, 10.2])
def test_a_fault_off_upright_rest_calls_after_ten_seconds(after_s: float) -> None:
    world = Ideal().holding()
    world.board_mode = BoardMode.FAULT
    world.tick()
    world.run(after_s)
    assert world.out.mode is Mode.FAULT
    assert world.out.ladder == (1 if after_s > 10.0 else 0)


REFUSED = "RETURN does not move the table. Have the release lever pulled."


def stopped() -> Stuck:
    """At 60 degrees in a stop for a fault."""
    world = Stuck()
    world.holding()
    world.board_mode = BoardMode.FAULT
    return world.held(3.0)


def refused_up() -> Stuck:
    """RETURN has been pressed for the first time, and the board stands as it stood."""
    return press_return(stopped(), 1.2)


@pytest.mark.req("SR14", "SR9")
def test_a_return_that_the_board_does_not_take_is_answered_with_the_lever_and_not_asked_for_again() -> None:
    world = refused_up()
    assert world.out.ladder == 1
    assert world.state.ladder.cause == "not_raised"
    assert world.phrases.count(REFUSED) == 1
    assert [event.text for event in world.seen if event.kind == "refusal"][-1] == REFUSED
    seen = len(world.phrases)
    world.held(30.0)
    assert not any("Press RETURN" in phrase for phrase in world.phrases[seen:])
    assert "Help is needed. RETURN does not move the table." in world.phrases
    assert set(RESCUE_STEPS) <= set(world.phrases)


@pytest.mark.req("SR14", "SR9")
def test_each_further_press_is_answered_again() -> None:
    world = press_return(press_return(refused_up(), 1.2), 1.2)
    assert world.phrases.count(REFUSED) == 3


@pytest.mark.req("SR14", "SR9")
def test_a_return_that_the_board_takes_and_that_ends_in_another_stop_may_be_asked_for_again() -> None:
    world = stopped()
    world.panel = replace(world.panel, return_=True)
    world.held(0.1)
    world.board_mode = BoardMode.ASCENT
    world.panel = replace(world.panel, return_=False)
    world.held(1.0)
    world.board_mode = BoardMode.FAULT
    world.held(5.0)
    assert REFUSED not in world.phrases
    assert world.out.ladder == 0


@pytest.mark.req("SR14")
def test_the_boards_own_call_is_taken_up_at_once() -> None:
    world = Ideal().holding()
    world.extra = lambda inputs: replace(inputs, board=replace(inputs.board, flags=inputs.board.flags | StatusFlag.LADDER))
    world.tick()
    assert world.out.ladder == 1
    assert world.state.ladder.cause == "board"


@pytest.mark.req("SR14", "SR7")
def test_a_board_that_is_not_heard_is_allowed_its_rest_before_help_is_called() -> None:
    """It returns by itself; past the gate it may be resting for 12 s, before the gate it may not."""
    for angle_deg, nearly_s, over_s in ((60.0, 9.8, 10.3), (25.0, 21.8, 22.3)):
        stage = Stage(angle_deg=angle_deg, hold_s=30.0)
        world = Ideal(plan=replace(PLAN, stages=(stage,))).holding().run(1.0)
        world.board_heard = False
        world.tick()
        assert world.out.mode is Mode.BOARD_RETURN
        assert world.run(nearly_s).out.ladder == 0
        assert world.run(over_s - nearly_s).out.ladder == 1
        assert world.state.ladder.cause == "unheard"


@pytest.mark.req("SR14", "TP11")
def test_locks_that_stay_closed_a_minute_after_release_ask_and_ok_is_enough() -> None:
    world = Ideal().holding().press("return_").until(Mode.RELEASE).run(59.9)
    assert world.out.ladder == 0
    world.run(0.3)
    assert world.out.ladder == 1
    world.run(10.5)
    assert "Help is needed if the ankle locks do not open. Press OK if all is well." in world.phrases
    assert not any("lever" in phrase for phrase in world.phrases)
    world.press("ok").run(120.0)
    assert world.out.ladder == 0


@pytest.mark.req("SR14")
def test_locks_that_were_opened_call_nobody() -> None:
    world = Ideal().holding().press("return_").until(Mode.RELEASE)
    world.ankles_closed = False
    assert all(world.tick().ladder == 0 for _ in range(4000))


@pytest.mark.req("SR14", "SR2")
def test_inverted_time_run_out_without_a_way_up_calls() -> None:
    world = stuck()
    world.extra = lambda inputs: replace(inputs, board=replace(inputs.board, budget_left_s=0.0))
    world.held(0.1)
    assert world.out.ladder == 1
    assert world.state.ladder.cause == "time_up"


def test_every_cause_has_words_that_begin_plainly() -> None:
    assert set(LADDER_WORDS) == {
        "estop_waiting", "no_progress", "level_wait", "board", "unheard", "faulted", "not_raised", "locks_jam", "dizzy", "time_up",
    }  # fmt: skip
    assert all(words.startswith(("Help is needed", "Are you all right?")) for words in LADDER_WORDS.values())
