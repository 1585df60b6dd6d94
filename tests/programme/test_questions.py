"""What the panel asks of whom, and what an answer there records (TP3, TP5, TP15)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.core.asking import Asking, Confirmed
from controller.programme import questions
from controller.programme.checklist import TITLES
from controller.programme.model import Condition, Preparation, SetUpItem
from controller.programme.personal import PersonalProgramme
from controller.programme.verdict import Case, judge
from controller.requests import Choose, ConfirmPractice, ConfirmPrepared, ConfirmSetUp
from tests.programme.people import ADA, at, case, held_on

KEYS = [f"set_up.{item.value}" for item in SetUpItem]


def unready(condition: Condition = Condition.GENERAL, **changes: object) -> Case:
    """Somebody in week 1 who stands before the table with nothing confirmed."""
    good = case(held_on(0), at(1))
    history = replace(good.history, checklists=(), prepared=(), **changes)  # type: ignore[arg-type]
    return replace(good, history=history, person=replace(ADA, condition=condition))


def asking(case: Case, protocol: str = "") -> Asking | None:
    verdict = judge(case)
    offer = next((each for each in verdict.offers if each.protocol == protocol), verdict.offers[0])
    return questions.of(verdict, offer)


def keys(found: Asking | None) -> list[str]:
    return [] if found is None else [question.key for question in found.questions]


@pytest.mark.req("TP3")
def test_the_eight_points_are_asked_in_the_order_in_which_they_are_done_with_the_persons_own_mark() -> None:
    found = asking(unready())
    assert keys(found) == KEYS
    assert found is not None
    assert found.occasion == f"{ADA.key}/2"
    assert found.questions[0].shows.endswith(f"your mark: {ADA.shaft_setting}.")
    assert [each.key for each in found.questions if each.with_locks] == ["set_up.clicks_heard"]


@pytest.mark.req("TP3")
def test_every_point_fits_the_display_with_its_number_and_its_tick() -> None:
    assert set(TITLES) == set(SetUpItem)
    assert len(questions.every_point()) == 11
    for number, point in enumerate(questions.every_point(), 1):
        assert len(f"{number}/11 {point.title} yes") <= 21


@pytest.mark.req("TP3", "TP5")
def test_what_is_confirmed_already_is_not_asked_again() -> None:
    good = case(held_on(0), at(1))
    assert asking(good) is None
    spasm = unready(Condition.MUSCLE_SPASM, practices=())
    assert keys(asking(spasm, "muscle_spasm_1")) == ["prepared.heat", "practised", *KEYS]
    assert keys(asking(spasm, "week_1")) == ["practised", *KEYS]


@pytest.mark.req("TP3", "TP5")
def test_a_whole_answer_is_recorded_as_somebody_at_a_page_would_ask_for_it() -> None:
    spasm = asking(unready(Condition.MUSCLE_SPASM, practices=()), "muscle_spasm_1")
    assert spasm is not None
    assert questions.requests(Confirmed(occasion=spasm.occasion, keys=tuple(keys(spasm)))) == (
        ConfirmPrepared(person=ADA.key, session=2, what=Preparation.HEAT),
        ConfirmPractice(person=ADA.key),
        ConfirmSetUp(person=ADA.key, session=2, confirmed=frozenset(SetUpItem)),
    )


@pytest.mark.req("TP15")
def test_people_are_asked_for_by_key_and_whoever_is_chosen_can_leave() -> None:
    assert questions.who(()) is None
    assert keys(questions.who(("ada", "bob"))) == ["person.ada", "person.bob"]
    assert keys(questions.who(("ada", "bob"), chosen="ada")) == ["person.bob", "nobody"]
    assert questions.requests(Confirmed(occasion="", keys=("person.bob",))) == (Choose(person="bob"),)
    assert questions.requests(Confirmed(occasion="", keys=("nobody",))) == (Choose(person=None),)
    with pytest.raises(ValueError, match="no answer to anything that the panel asks"):
        questions.requests(Confirmed(occasion="", keys=("start",)))


@pytest.mark.req("TP15")
def test_select_comes_to_the_others_after_the_persons_own_sessions_and_only_where_there_is_somebody_else() -> None:
    programme, verdict = PersonalProgramme(), judge(case(held_on(0), at(1)))
    programme.know((verdict.person,))
    programme.tell(verdict)
    count = len(verdict.offers)
    assert programme.permission(count, at_upright=True).plan == verdict.offers[0].plan
    programme.know((verdict.person, "bob"))
    other = programme.permission(count, at_upright=True)
    assert (other.plan, keys(other.asking)) == (None, ["person.bob", "nobody"])
    assert [refusal.name for refusal in other.refusals] == ["nobody_chosen"]
    assert programme.permission(count + 1, at_upright=True).plan == verdict.offers[0].plan
    programme.tell(None)
    nobody = programme.permission(0, at_upright=True)
    assert keys(nobody.asking) == [f"person.{verdict.person}", "person.bob"]
    assert [refusal.says for refusal in nobody.refusals] == ["Nobody is chosen."]
