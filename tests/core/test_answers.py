"""Are you all right?  Asked after 60 s inverted, 20 s to answer (SR15)."""

from __future__ import annotations

import pytest

from controller.core import answers
from controller.core.answers import HEARD, Ask
from controller.core.limits import Limits

LIMITS = Limits()


def after(seconds: float, begin: Ask = HEARD, *, inverted: bool = True) -> Ask:
    ask = begin
    for _ in range(round(seconds / 0.02)):
        ask = answers.update(ask, LIMITS, 0.02, inverted=inverted, answered=False)
    return ask


@pytest.mark.req("SR15")
def test_the_question_comes_after_sixty_seconds_inverted() -> None:
    assert not after(59.9).asked
    assert after(60.1).asked


@pytest.mark.req("SR15")
def test_twenty_seconds_without_an_answer_are_no_answer() -> None:
    assert not after(79.9).unanswered
    assert after(80.1).unanswered


@pytest.mark.req("SR15")
def test_an_answer_begins_the_minute_anew() -> None:
    answered = answers.update(after(75.0), LIMITS, 0.02, inverted=True, answered=True)
    assert answered == HEARD
    assert not after(59.9, answered).asked


@pytest.mark.req("SR15")
def test_head_up_nobody_is_asked_but_an_open_question_stays_open() -> None:
    assert not after(600.0, inverted=False).asked
    assert after(20.0, after(60.1), inverted=False).unanswered
