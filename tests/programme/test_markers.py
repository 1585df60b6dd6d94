"""The three success markers: reached, on course or not, with the arithmetic; what is missing is never success."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.programme import days
from controller.programme.markers import markers
from controller.programme.model import History
from controller.programme.outcome import Marker, MarkerState
from controller.programme.progression import progress
from controller.programme.rules import Rules
from controller.programme.sessions import When
from tests.programme.people import CLEARED, TABLE, at, held

REACHED, ON_COURSE, NOT = MarkerState.REACHED, MarkerState.ON_COURSE, MarkerState.NOT


def life(*rated: tuple[int, int, float | None, bool | None]) -> History:
    """(day, pain, toe-touch, night pain), each rated before a session of that day."""
    history = CLEARED
    for day, pain, toe_cm, night in rated:
        history = held(history, at(day), pain=(pain, 0))
        number = history.sessions[-1].number
        rows = [
            replace(r, toe_touch_cm=toe_cm, night_pain=night) if (r.session, r.when) == (number, When.BEFORE) else r
            for r in history.ratings
        ]
        history = replace(history, ratings=tuple(rows))
    return history


def marker(name: str, history: History, day: float) -> Marker:
    when = days.now(at(day), history, TABLE)
    found = markers(history, progress(history, when, Rules()), when, Rules())
    return {each.name: each for each in found}[name]


def pains(*values: tuple[int, int]) -> History:
    return life(*((day, pain, None, None) for day, pain in values))


@pytest.mark.req("TP13", "TP12")
@pytest.mark.parametrize(
    ("history", "day", "state", "arithmetic"),
    [
        (pains((0, 5), (10, 4), (12, 4), (13, 4)), 14, REACHED, "(5.0 - 4.0) / 5.0 = 20.0 % (mean of the newest 3); wanted 20 %"),
        (pains((0, 5), (10, 4), (12, 4), (13, 5)), 14, NOT, "= 13.3 % (mean of the newest 3)"),
        (pains((0, 10), (5, 9)), 6, ON_COURSE, "(10.0 - 9.0) / 10.0 = 10.0 % (mean of the newest 1)"),
        (pains((0, 10), (5, 9)), 8, NOT, "= 10.0 %"),
        (pains((0, 5), (3, 6)), 4, NOT, "= -20.0 %"),
        (pains((0, 5)), 4, NOT, "nothing newer was measured in the last 14 days"),
        (pains((0, 5), (3, 1)), 18, NOT, "nothing newer was measured in the last 14 days"),
        (pains((0, 0), (3, 0)), 14, NOT, "there is nothing to take 20 % of"),
        (CLEARED, 14, NOT, "nothing was measured before a session that was held"),
    ],
)
def test_pain_is_compared_with_the_first_session_and_what_is_missing_is_no_success(
    history: History, day: int, state: MarkerState, arithmetic: str
) -> None:
    found = marker("pain", history, day)
    assert found.state is state
    assert arithmetic in found.arithmetic


@pytest.mark.req("TP13")
def test_relief_right_after_a_session_is_no_marker() -> None:
    found = marker("pain", pains((0, 5), (10, 5), (12, 5)), 14)  # 0 after each of them
    assert (found.state, "= 0.0 %" in found.arithmetic) == (NOT, True)


@pytest.mark.req("TP13", "TP12")
@pytest.mark.parametrize(
    ("toes", "state", "arithmetic"),
    [
        ([(0, 20.0), (40, 14.0)], REACHED, "(20.0 cm [7.9 in] - 14.0 cm [5.5 in]) / 20.0 cm [7.9 in] = 30.0 %"),
        ([(0, 20.0), (40, 14.1)], ON_COURSE, "= 29.5 %"),
        ([(0, 20.0), (40, 16.0)], NOT, "= 20.0 %"),
        ([(0, -2.0), (40, -9.0)], NOT, "there is nothing to take 30 % of"),
        ([(0, None), (40, None)], NOT, "nothing was measured"),
    ],
)
def test_toe_touch_is_the_distance_that_is_left(toes: list[tuple[int, float | None]], state: MarkerState, arithmetic: str) -> None:
    steady = [(day, 3, None, None) for day in range(5, 40, 5)]
    rows = sorted([*steady, *((day, 3, toe, None) for day, toe in toes)], key=lambda row: row[0])
    found = marker("toe_touch", life(*rows), 41)
    assert (found.state, found.due_on) == (state, at(42).local_date())
    assert arithmetic in found.arithmetic


@pytest.mark.req("TP13")
@pytest.mark.parametrize(
    ("nights", "state"),
    [
        ([True] * 19 + [False] * 5, REACHED),
        ([True] * 19 + [False, False, False, False, True], ON_COURSE),
        ([True] * 24, NOT),
        ([True] * 19 + [None, None, None, False, False], NOT),
        ([None] * 24, NOT),
    ],
)
def test_night_pain_is_gone_when_three_nights_of_the_last_two_weeks_say_so(nights: list[bool | None], state: MarkerState) -> None:
    history = life(*((day * 3, 3, None, night) for day, night in enumerate(nights)))
    found = marker("night_pain", history, 70)
    assert found.state is state
    assert found.due_on == at(92).local_date()
    assert "nights asked about in the last 14 days with pain" in found.arithmetic
