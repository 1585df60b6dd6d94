"""Random lives: no sequence of dates, edits, clock jumps, zones, erasures and sessions yields more than the guide allows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from controller.programme.model import Condition, Contraindication
from controller.programme.sessions import Ending, StopSign
from tests.programme.lives import Life

Act = Callable[[Life], None]
ENDINGS = (Ending.COMPLETED,) * 6 + tuple(Ending)
ZONES = ("Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC")
LIES = (-24 * 365 * 50, -48, -1, 1, 26, 24 * 8, 24 * 400)


def starts(choice: int, pain_up: int, sign: StopSign | None, ending: Ending) -> Act:
    return lambda life: life.start(choice, pain_up=pain_up, sign=sign, ending=ending)


def routines(times: int, days: int) -> Act:
    return lambda life: life.routine(times, days)


def waits(minutes: int) -> Act:
    return lambda life: life.wait(minutes)


def clocks(lie_hours: int | None) -> Act:
    return lambda life: life.clock(lie_hours)


def ahead(hours: int, starts: int) -> Act:
    return lambda life: life.ahead(hours, starts)


def puts_right(_: None) -> Act:
    return lambda life: life.put_right()


def moves(zone: str) -> Act:
    return lambda life: life.move(zone)


def edits(condition: Condition) -> Act:
    return lambda life: life.edit(condition)


def erases(_: None) -> Act:
    return lambda life: life.erase()


SIGNS = st.sampled_from((None,) * 30 + tuple(StopSign))
PAINS = st.sampled_from((0,) * 12 + (1, 2, 3))
MINUTES = st.sampled_from((5, 60, 300, 700, 1440, 3 * 1440, 13 * 1440, 15 * 1440, 40 * 1440))
ACTS: dict[str, st.SearchStrategy[Act]] = {
    "start": st.builds(starts, st.integers(0, 5), PAINS, SIGNS, st.sampled_from(ENDINGS)),
    "routine": st.builds(routines, st.integers(1, 24), st.integers(1, 5)),
    "wait": MINUTES.map(waits),
    "clock": st.sampled_from((None, None, *LIES)).map(clocks),
    "ahead": st.builds(ahead, st.sampled_from((5, 26, 24 * 8, 24 * 400)), st.integers(0, 3)),
    "put_right": st.none().map(puts_right),
    "zone": st.sampled_from(ZONES).map(moves),
    "edit": st.sampled_from(list(Condition)).map(edits),
    "erase": st.none().map(erases),
}
KINDS = ("start",) * 8 + ("routine",) * 3 + ("wait",) * 6 + ("clock",) * 3 + ("ahead", "put_right", "zone", "edit", "erase")


@pytest.mark.req("TP1", "TP4", "TP6", "TP9", "TP15")
@settings(max_examples=150, phases=(Phase.generate,))  # a life says enough as it is; making it smaller takes minutes
@given(acts=st.lists(st.sampled_from(KINDS).flatmap(ACTS.__getitem__), min_size=5, max_size=40))
def test_no_life_yields_more_angle_time_or_sessions_than_the_guide_allows(acts: list[Act]) -> None:
    life = Life()
    for each in acts:
        each(life)


@pytest.mark.req("TP4", "TP6", "TP15")
@settings(max_examples=60, phases=(Phase.generate,))
@given(
    acts=st.lists(st.sampled_from(KINDS).flatmap(ACTS.__getitem__), max_size=12), hours=st.integers(1, 24 * 400), starts=st.integers(0, 3)
)
def test_putting_right_a_clock_that_was_ahead_grants_no_more_than_was_left(acts: list[Act], hours: int, starts: int) -> None:
    life = Life()
    for each in acts:
        each(life)
    life.ahead(hours, starts)
    life.put_right()
    for _ in range(6):
        life.routine(4, 1)
        life.wait(3 * 60)


@pytest.mark.req("TP6", "TP15")
def test_sessions_under_a_clock_that_was_ahead_do_not_make_the_day_of_somebody_erased_free_again() -> None:
    life = Life()
    life.start(0, pain_up=0, sign=None, ending=Ending.COMPLETED)
    life.erase()
    life.ahead(300, 2)
    life.put_right()
    assert len(life.sessions) == 2
    life.routine(3, 0)
    assert len(life.sessions) == 2
    life.wait(24 * 60)
    life.routine(1, 0)
    assert len(life.sessions) == 3


@pytest.mark.req("TP6", "SR11")
def test_after_a_clock_that_was_ahead_the_days_come_again_once_it_is_put_right() -> None:
    life = Life()
    life.routine(40, 1)
    life.ahead(24 * 400, 1)
    held = len(life.sessions)
    life.routine(10, 1)
    assert len(life.sessions) <= held + 1, "without it the table waits for a day that has not come"
    life.put_right()
    life.routine(10, 1)
    assert len(life.sessions) >= held + 9


@pytest.mark.req("TP4", "TP6")
def test_an_orderly_life_gets_what_the_guide_allows() -> None:
    """The random lives prove nothing if the programme simply refuses everything."""
    life = Life()
    life.routine(60, 1)
    assert len(life.sessions) == 60
    assert [max(s.angle_deg for s in life.sessions[:days]) for days in (1, 14, 28, 60)] == [15.0, 20.0, 50.0, 70.0]
    life.routine(60, 1)
    assert 60 + 31 + 8 <= len(life.sessions) <= 60 + 34 + 9  # daily to the end of the third month, then two a week


@pytest.mark.req("TP1", "TP15")
def test_a_yes_is_a_need_however_often_it_is_answered_no_afterwards() -> None:
    life = Life()
    life.routine(3, 1)
    for question in Contraindication:
        life.answer(question, yes=True)
        life.answer(question, yes=False)
    sessions = len(life.sessions)
    life.routine(30, 1)
    assert len(life.sessions) == sessions


@pytest.mark.req("TP4", "TP6", "TP15", "SR11")
@settings(max_examples=60, phases=(Phase.generate,))
@given(acts=st.lists(st.sampled_from(KINDS).flatmap(ACTS.__getitem__), min_size=3, max_size=20))
def test_whatever_lifts_by_itself_is_there_the_day_before_and_gone_on_the_day(acts: list[Act]) -> None:
    life = Life()
    for each in acts:
        each(life)
    life.clock(None)
    for protocol, refused, lifts_on in life.waiting():
        assert refused.name in life.names_on(lifts_on - timedelta(days=1), protocol), refused
        assert refused.name not in life.names_on(lifts_on, protocol), refused
