"""Whose turn it is to be spoken: alarms first, nothing twice, nothing stale."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.voice.turn import SILENT, Turn, Utterance, asked, go_on


def said(text: str, *, urgent: bool = False, asked_s: float = 0.0) -> Utterance:
    return Utterance(text=text, urgent=urgent, asked_s=asked_s)


def after(*utterances: Utterance, turn: Turn = SILENT) -> Turn:
    for utterance in utterances:
        turn = asked(turn, utterance)
    return turn


def spoken(turn: Turn, now_s: float = 0.0) -> list[str]:
    """All that is said, one after the other, when nothing more is asked."""
    texts: list[str] = []
    while True:
        turn, due = go_on(turn, now_s, sounding=False)
        if due.play is None:
            return texts
        texts.append(due.play.text)


def test_what_is_asked_in_order_is_said_in_order() -> None:
    assert spoken(after(said("one"), said("two"), said("three"))) == ["one", "two", "three"]


@pytest.mark.req("PU2")
def test_an_alarm_cuts_a_prompt() -> None:
    turn, _ = go_on(after(said("breathe")), 0.0, sounding=False)
    turn, due = go_on(after(said("alarm", urgent=True), turn=turn), 0.5, sounding=True)
    assert (due.cut, due.play.text if due.play else "") == (True, "alarm")
    assert turn.waiting == ()


def test_an_alarm_is_not_cut_by_another_alarm_nor_by_a_prompt() -> None:
    turn, _ = go_on(after(said("first", urgent=True)), 0.0, sounding=False)
    turn = after(said("second", urgent=True), said("prompt"), turn=turn)
    turn, due = go_on(turn, 0.5, sounding=True)
    assert (due.cut, due.play) == (False, None)
    assert spoken(turn, 0.5) == ["second", "prompt"]


def test_prompts_that_waited_when_an_alarm_came_are_not_said_after_it() -> None:
    assert spoken(after(said("breathe"), said("alarm", urgent=True))) == ["alarm"]


def test_the_same_words_are_not_said_twice_in_a_row() -> None:
    turn, _ = go_on(after(said("Help is needed.", urgent=True)), 0.0, sounding=False)
    again = after(said("Help is needed.", urgent=True), turn=turn)
    assert again.waiting == ()


def test_the_same_words_become_urgent_when_they_are_asked_urgently() -> None:
    assert [one.urgent for one in after(said("up"), said("up", urgent=True)).waiting] == [True]


@pytest.mark.parametrize(("waited_s", "expected"), [(6.0, ["prompt"]), (6.1, [])])
def test_a_prompt_that_waited_more_than_six_seconds_is_dropped(waited_s: float, expected: list[str]) -> None:
    assert spoken(after(said("prompt")), waited_s) == expected


@pytest.mark.req("PU2")
def test_the_reasons_of_one_refused_start_are_all_said_however_long_each_takes() -> None:
    turn = after(said("one", asked_s=0.0), said("two", asked_s=0.02), said("three", asked_s=0.04), said("later", asked_s=0.6))
    told = []
    for now_s in (0.1, 7.0, 14.0, 21.0):
        turn, due = go_on(turn, now_s, sounding=False)
        told.append(due.play.text if due.play else "")
    assert told == ["one", "two", "three", ""]


def test_a_call_for_help_is_said_however_late() -> None:
    assert spoken(after(said("help", urgent=True)), 3600.0) == ["help"]


def test_at_most_sixteen_wait_and_prompts_go_first() -> None:
    turn = after(*(said(f"help {number}", urgent=True) for number in range(15)), said("prompt"), said("another"))
    assert [one.text for one in turn.waiting] == [*(f"help {number}" for number in range(15)), "another"]


ASKED = st.builds(lambda number, urgent: (f"words {number}", urgent), st.integers(0, 9), st.booleans())
STEPS = st.lists(st.tuples(st.lists(ASKED, max_size=4), st.floats(0.0, 3.0), st.booleans()), max_size=40)


@given(STEPS)
@pytest.mark.req("PU2")
def test_over_random_histories_every_alarm_is_said_and_none_is_cut(steps: list[tuple[list[tuple[str, bool]], float, bool]]) -> None:
    turn, now_s, owed, begun = SILENT, 0.0, set[str](), ""
    for batch, pause_s, sounding in [*steps, *[([], 0.1, False)] * 20]:
        now_s += pause_s
        for text, urgent in batch:
            if urgent and text != begun:
                owed.add(text)
            turn = asked(turn, said(text, urgent=urgent, asked_s=now_s))
        was = turn.speaking
        turn, due = go_on(turn, now_s, sounding=sounding and was is not None)
        if due.cut:
            assert was is not None
            assert not was.urgent
        if due.play is not None:
            owed.discard(due.play.text)
        begun = turn.speaking.text if turn.speaking is not None and turn.speaking.urgent else ""
    assert owed == set()
