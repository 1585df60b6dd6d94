"""Are you all right? (SR15) at exactly its bounds, and what an open question does until it is answered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.core import answers
from controller.core.answers import HEARD, Ask
from controller.core.limits import Limits
from controller.core.model import Buzzer, Mode, Stage
from controller.core.wire import BoardReason
from tests.core.ideal import PLAN, Ideal

LIMITS = Limits()
STRICTER = Limits(ask_every_s=30.0)


def ask(quiet_s: float, *, asked: bool = False, limits: Limits = LIMITS, inverted: bool = True, answered: bool = False) -> Ask:
    """One second more, exactly."""
    return answers.update(Ask(quiet_s=quiet_s, asked=asked), limits, 1.0, inverted=inverted, answered=answered)


@pytest.mark.req("SR15")
@pytest.mark.parametrize(
    ("quiet_s", "asked", "unanswered"), [(58.5, False, False), (59.0, True, False), (78.5, True, False), (79.0, True, True)]
)
def test_asked_at_sixty_seconds_and_unanswered_at_eighty(quiet_s: float, asked: bool, unanswered: bool) -> None:
    after = ask(quiet_s)  # one second later
    assert (after.quiet_s, after.asked, after.unanswered) == (quiet_s + 1.0, asked, unanswered)


@pytest.mark.req("SR15")
def test_a_table_may_ask_more_often_and_waits_twenty_seconds_all_the_same() -> None:
    assert not ask(28.5, limits=STRICTER).asked
    assert ask(29.0, limits=STRICTER).asked
    assert not ask(48.5, limits=STRICTER).unanswered
    assert ask(49.0, limits=STRICTER).unanswered


@pytest.mark.req("SR15")
def test_before_anything_is_asked_level_forgets_the_seconds_and_after_it_does_not() -> None:
    assert ask(59.0, inverted=False) == HEARD
    assert ask(70.0, asked=True, inverted=False).quiet_s == 71.0
    assert ask(79.0, asked=True, inverted=False).unanswered


@pytest.mark.req("SR15")
@pytest.mark.parametrize("inverted", [True, False])
def test_an_answer_closes_the_question_wherever_the_person_is(inverted: bool) -> None:
    assert ask(90.0, asked=True, inverted=inverted, answered=True) == HEARD
    assert Ask() == HEARD == Ask(quiet_s=0.0, asked=False, unanswered=False)


LONG = replace(PLAN, stages=(Stage(angle_deg=20.0, hold_s=200.0),), ceiling_deg=30.0)


def at_twenty_degrees() -> Ideal:
    return Ideal(plan=LONG, answers=False).holding()


@pytest.mark.req("SR15", "PU2")
def test_the_question_is_sounded_shown_and_spoken_until_ok() -> None:
    world = at_twenty_degrees()
    before: list[Buzzer] = []
    while not world.state.ask.asked:
        before.append(world.tick().buzzer)
    assert Buzzer.ASK not in before[:-1]
    assert before[-1] is Buzzer.ASK
    assert world.state.inverted_s == pytest.approx(60.0, abs=0.05)
    world.run(1.0)
    assert world.out.buzzer is Buzzer.ASK
    assert world.out.lines[1] == "All right? Press OK"
    assert "Are you all right? Press OK." in world.phrases
    assert world.press("ok").out.buzzer is Buzzer.OFF
    assert world.kinds("answer") == ["answered"]


@pytest.mark.req("SR15")
@pytest.mark.parametrize("button", ["start", "dizzy", "select_plus", "select_minus", "spotter"])
def test_no_other_button_is_an_answer(button: str) -> None:
    world = at_twenty_degrees()
    while not world.state.ask.asked:
        world.tick()
    world.press(button, for_s=0.1)
    assert world.state.ask.asked


@pytest.mark.req("SR15")
def test_twenty_seconds_without_an_answer_start_an_unasked_return() -> None:
    world = at_twenty_degrees()
    while not world.state.ask.asked:
        world.tick()
    asked_s = world.now_s
    while world.out.mode is Mode.HOLDING:
        world.tick()
    assert world.now_s - asked_s == pytest.approx(20.0, abs=0.1)
    assert world.state.session.unasked
    assert world.until(Mode.LEVEL_WAIT).angle_deg == pytest.approx(-3.0, abs=2.0)


@pytest.mark.req("SR15", "SR7")
def test_the_boards_own_count_starts_the_return_too() -> None:
    world = at_twenty_degrees().run(5.0)
    world.reasons = BoardReason.UNANSWERED
    world.run(0.1)
    assert world.out.mode in (Mode.RETURNING, Mode.RESTING)
    assert world.state.session.unasked


@pytest.mark.req("SR15", "TP10")
def test_silence_in_a_wait_for_dizziness_ends_at_level_and_waits_there() -> None:
    world = Ideal(answers=False).holding().press("return_").run(3.0).press("dizzy").until(Mode.DIZZY_WAIT).run(10.0)
    assert world.angle_deg == pytest.approx(30.0, abs=2.0)
    world.until(Mode.LEVEL_WAIT, 200.0)
    assert world.angle_deg == pytest.approx(-3.0, abs=2.0)
    assert world.run(0.1).out.ladder == 1
