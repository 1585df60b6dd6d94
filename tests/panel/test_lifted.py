"""Which act lifted a refused START is worked out from the records as they stood, act by act: no act is named that did not lift it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from controller.panel.lifted import AT_THE_TABLE, BY_TIME, FIGURES, OPEN, OTHER_SESSION, UNKNOWN, Lift, Lifts
from controller.programme import verdict
from controller.programme.model import (
    Answers,
    Clearance,
    Contraindication,
    History,
    ManualReleasePractice,
    SetUpChecklist,
    SetUpItem,
    SignOff,
)
from controller.programme.outcome import Refused
from controller.programme.sessions import Felt, Rating, StopSign, When
from controller.programme.verdict import Case
from tests.programme.people import ADA, CLEARED, DAY_0, at, case, held

MINUTE = timedelta(minutes=1)
GLAUCOMA = frozenset({Contraindication.GLAUCOMA})


def refused(now: Case) -> Iterator[Refused]:
    answer = verdict.judge(now)
    yield from answer.refusals
    for offer in answer.offers:
        yield from offer.refusals


def words(now: Case, name: str) -> tuple[str, str]:
    """Rule and words of a refusal as the service would have written it down at that moment."""
    found = next(each for each in refused(now) if each.name == name)
    return found.rule, f"{found.says} {found.way_back}"


def lifted(then: Case, name: str, later: History, days: float) -> Lift:
    """START was pressed `then` and refused for `name`; what the page says about it so many days on, with what was recorded by then."""
    return Lifts(replace(then, history=later, moment=at(days))).of(then.moment.at, *words(then, name))


@pytest.mark.req("PU4", "TP1")
def test_each_of_three_refusals_at_once_is_lifted_by_its_own_act() -> None:
    new = case(History(), at())
    one, two, three = (DAY_0 + minutes * MINUTE for minutes in (1, 2, 3))
    told = History(
        practices=(ManualReleasePractice(at=one),),
        sign_offs=(SignOff(at=two, by="Pat Wren", on=two.date()),),
        answers=(Answers(at=three, yes=frozenset(), no=frozenset(Contraindication)),),
    )
    assert lifted(new, "release_not_practised", told, 0.1) == Lift(what="the manual release was practised", at=one)
    assert lifted(new, "not_signed_off", told, 0.1) == Lift(what="a sign-off was recorded", by="Pat Wren", at=two)
    assert lifted(new, "questions_unanswered", told, 0.1) == Lift(what="the nine health questions were answered", at=three)


@pytest.mark.req("PU4", "TP1", "TP9")
def test_a_clearance_that_covers_something_else_is_not_the_one_that_lifted() -> None:
    ill = case(replace(CLEARED, answers=(replace(CLEARED.answers[0], yes=GLAUCOMA, no=frozenset(Contraindication) - GLAUCOMA),)), at())
    other = Clearance(at=DAY_0 + MINUTE, by="Dr No", on=DAY_0.date(), covers=frozenset({Contraindication.PREGNANCY}))
    right = Clearance(at=DAY_0 + 2 * MINUTE, by="Dr Weiss", on=DAY_0.date(), covers=GLAUCOMA)
    later = replace(ill.history, clearances=(other, right))
    assert lifted(ill, "not_cleared_glaucoma", later, 0.1) == Lift(what="a clinician's clearance was recorded", by="Dr Weiss", at=right.at)
    assert lifted(ill, "not_cleared_glaucoma", replace(ill.history, clearances=(other,)), 0.1) == Lift(what=OPEN)


@pytest.mark.req("PU4", "TP9", "TP12")
def test_what_was_felt_and_the_rating_lift_each_its_own() -> None:
    whole = held(CLEARED, at())
    silent = case(replace(whole, felt=(), ratings=whole.ratings[:1]), at(0.2))
    felt = Felt(at=silent.moment.at + MINUTE, session=1)
    rating = Rating(at=silent.moment.at + 2 * MINUTE, session=1, when=When.AFTER, pain=3)
    later = replace(silent.history, felt=(felt,), ratings=(*silent.history.ratings, rating))
    assert lifted(silent, "felt_missing", later, 0.3) == Lift(what="what was felt in session 1 was told", at=felt.at)
    assert lifted(silent, "rating_after_missing", later, 0.3) == Lift(what="session 1 was rated", at=rating.at)


@pytest.mark.req("PU4", "TP6")
def test_a_day_that_is_used_up_is_lifted_by_time_whatever_is_recorded_meanwhile() -> None:
    used = held(CLEARED, at())
    for hours in (1, 2):
        used = held(used, at(hours / 24))
    full = case(used, at(0.2))
    name = next(each.name for each in refused(full) if each.rule == "TP6")
    morning = SetUpChecklist(at=at(1.0).at, session=used.next_session, confirmed=frozenset(SetUpItem))
    assert lifted(full, name, replace(used, checklists=(*used.checklists, morning)), 1.1) == Lift(what=BY_TIME)
    assert lifted(full, name, used, 1.1) == Lift(what=BY_TIME)
    assert lifted(full, name, used, 0.3) == Lift(what=OPEN)


@pytest.mark.req("PU4", "TP4")
def test_a_session_that_was_not_offered_yet_is_lifted_by_another_one() -> None:
    before = case(CLEARED, at())
    answer = verdict.judge(before)
    later = held(CLEARED, at(0.01), protocol="first")
    barred = next(each for offer in answer.offers if offer.protocol != "first" for each in offer.refusals)
    assert lifted(before, barred.name, later, 0.1) == Lift(what=OTHER_SESSION)


@pytest.mark.req("PU4")
@pytest.mark.parametrize(("rule", "what"), [("SR6", AT_THE_TABLE), ("TP8", AT_THE_TABLE), ("TP2", FIGURES), ("TP5", UNKNOWN)])
def test_what_the_records_do_not_know_is_said_to_be_so(rule: str, what: str) -> None:
    assert Lifts(case(CLEARED, at())).of(DAY_0, rule, "Words that the programme never said.") == Lift(what=what)


@pytest.mark.req("PU4", "TP9")
def test_a_block_is_lifted_by_the_clearance_with_its_number() -> None:
    numb = held(CLEARED, at(), felt=Felt(at=at(0.01).at, session=1, signs=frozenset({StopSign.NUMBNESS})))
    blocked = case(replace(numb, blocks=verdict.blocks_to_write(case(numb, at(0.01)))), at(0.2))
    name = next(each.name for each in refused(blocked) if each.name.startswith("blocked_"))
    right = Clearance(at=at(2.0).at, by="Dr Weiss", on=at(2.0).local_date(), lifts=frozenset({1}))
    later = replace(blocked.history, clearances=(right,))
    assert lifted(blocked, name, later, 2.1) == Lift(what="a clinician's clearance was recorded", by="Dr Weiss", at=right.at)
    assert ADA.key == blocked.person.key
