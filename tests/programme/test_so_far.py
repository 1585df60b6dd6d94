"""A walk through the history that goes on from an earlier one answers as the whole walk does, whatever was added or changed between."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from controller.programme.model import History
from controller.programme.progression import SoFar, further
from controller.programme.rules import Rules
from controller.programme.sessions import Ending, Felt, Rating, StopSign, When
from controller.programme.verdict import blocks_to_write, judge
from tests.programme.lives import Life
from tests.programme.people import at, case, held, held_on
from tests.programme.test_lives import ACTS, KINDS, Act

RULES = Rules()


def later_words(session: int, pain: int, sign: StopSign | None) -> Act:
    """Something said of a session long ago."""

    def act(life: Life) -> None:
        history, when = life.history, life.true
        felt = Felt(at=when, session=session, signs=frozenset() if sign is None else frozenset({sign}))
        rated = Rating(at=when, session=session, when=When.AFTER, pain=pain)
        life.history = replace(history, felt=(*history.felt, felt), ratings=(*history.ratings, rated))

    return act


WORDS = st.builds(later_words, st.integers(1, 12), st.integers(0, 9), st.sampled_from((None, *StopSign)))


@pytest.mark.req("TP4", "TP6")
@settings(max_examples=120, phases=(Phase.generate,))
@given(acts=st.lists(st.sampled_from((*KINDS, *("words",) * 5)).flatmap((ACTS | {"words": WORDS}).__getitem__), min_size=5, max_size=30))
def test_going_on_from_an_earlier_walk_answers_as_the_whole_walk(acts: list[Act]) -> None:
    life, so_far = Life(), None
    for act in acts:
        act(life)
        moment = life.moment()
        so_far = further(life.history, moment.zone, RULES, so_far)
        whole = case(life.history, moment, life.person, life.table)
        on = replace(whole, so_far=so_far)
        assert judge(on) == judge(whole)
        assert blocks_to_write(on) == blocks_to_write(whole)


def walked(history: History, so_far: SoFar | None = None) -> SoFar:
    return further(history, at().zone, RULES, so_far)


@pytest.mark.req("TP4")
def test_a_walk_goes_on_with_what_is_new_alone_and_leaves_the_newest_session_open() -> None:
    history = held_on(*range(0, 40, 2))
    so_far = walked(history)
    assert len(so_far.sessions) == 19
    longer = held(history, at(41))
    on = walked(longer, so_far)
    assert len(on.sessions) == 20
    assert on == walked(longer)
    assert on.walk.past[:19] == so_far.walk.past
    assert all(one is other for one, other in zip(on.walk.past, so_far.walk.past, strict=False)), "what was walked is not walked again"


@pytest.mark.req("TP4", "TP9")
def test_what_is_said_later_of_an_old_session_is_walked_anew() -> None:
    """A stop sign remembered weeks later still steps back."""
    history = held_on(*range(0, 40, 2))
    so_far = walked(history)
    late = Felt(at=at(40).at, session=19, signs=frozenset({StopSign.SHOOTING_PAIN}))
    told = replace(history, felt=(*history.felt, late))
    before, after = judge(case(history, at(41))), judge(replace(case(told, at(41)), so_far=so_far))
    assert after.step == before.step - 1


@pytest.mark.req("TP4")
def test_a_session_of_no_sure_date_stays_open_and_so_does_all_after_it() -> None:
    history = held(held_on(0, 1, 2), at(3, trusted=False))
    for day in (4, 5, 6):
        history = held(history, at(day))
    assert len(walked(history).sessions) == 3
    known = held(held_on(0, 1, 2), at(3, trusted=False), ending=Ending.NOT_INVERTED)
    assert len(walked(held(known, at(4))).sessions) == 4, "one that never was counts for nothing"


@pytest.mark.req("TP4")
def test_in_another_zone_the_walk_begins_again() -> None:
    """There the first session was a day later, and a changed zone never makes a week shorter."""
    history = held_on(*(day + 0.2 for day in range(0, 14, 2)))
    moved = case(history, at(14.1, zone=ZoneInfo("Pacific/Kiritimati")))
    assert judge(replace(moved, so_far=walked(history))) == judge(moved)
    assert judge(moved).step < judge(case(history, at(14.1))).step


@pytest.mark.req("TP4")
def test_under_other_numbers_the_walk_begins_again() -> None:
    history, when = held_on(0, *range(9, 30)), at(29.3)
    strict = replace(case(history, when), rules=Rules(break_days=7))
    assert judge(replace(strict, so_far=walked(history))) == judge(strict)
    assert judge(strict).step < judge(case(history, when)).step


@pytest.mark.req("TP9")
def test_the_pain_before_an_unrated_session_is_that_after_the_one_before_it_although_that_is_walked_already() -> None:
    """From 5 to 6 is none of the stop signs; from none, as pain is taken to have been without any rating, it would be one."""
    history = held(held(held_on(*range(0, 40, 2)), at(41), pain=(5, 5)), at(42), pain=(9, 6))
    unrated = replace(history, ratings=(*history.ratings[:-2], history.ratings[-1]))
    on = replace(case(unrated, at(43)), so_far=walked(unrated))
    assert judge(on) == judge(case(unrated, at(43)))
    assert not judge(on).notes
