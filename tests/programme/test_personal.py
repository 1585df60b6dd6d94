"""The running table's seam: SELECT goes round the person's own protocols, and what was told is used up once the table moved."""

from __future__ import annotations

from time import process_time

import pytest

from controller.ports import Programme
from controller.programme.outcome import Verdict
from controller.programme.personal import PersonalProgramme
from controller.programme.verdict import judge
from tests.programme.people import CLEARED, at, case, held, held_on


def told(verdict: Verdict | None) -> PersonalProgramme:
    programme = PersonalProgramme()
    programme.tell(verdict)
    return programme


@pytest.mark.req("TP15", "SR11")
def test_nobody_chosen_is_a_refusal_in_words() -> None:
    for programme in (PersonalProgramme(), told(None)):
        answer = programme.permission(0, at_upright=True)
        assert answer.plan is None
        assert [(refusal.rule, refusal.says) for refusal in answer.refusals] == [("TP15", "Nobody is chosen.")]


@pytest.mark.req("TP4", "TP8", "SR11")
def test_select_goes_round_what_the_verdict_offers_with_its_refusals_and_spotter() -> None:
    verdict = judge(case(held_on(0), at(1)))
    programme: Programme = told(verdict)
    for selection in range(-7, 12):
        offer = verdict.offers[selection % len(verdict.offers)]
        answer = programme.permission(selection, at_upright=True)
        assert answer.plan == offer.plan
        broken = (*verdict.refusals, *offer.refusals)
        assert [(r.says, r.name) for r in answer.refusals] == [(r.says, r.name) for r in broken]
        assert answer.spotter_required
    assert programme.permission(0, at_upright=True).refusals == ()
    blocked = told(judge(case(held_on(0, 0.1, 0.2), at(0.3)))).permission(0, at_upright=True)
    assert [(r.rule, r.says) for r in blocked.refusals] == [("TP6", "Today's sessions are used up: 3 of 3 sessions today.")]


@pytest.mark.req("TP6", "SR11")
def test_once_the_table_has_left_upright_rest_the_old_answer_is_used_up_until_the_session_is_counted() -> None:
    before, after = case(held_on(0), at(1)), case(held(held_on(0), at(1)), at(1.1))
    programme = told(judge(before))
    assert not programme.permission(0, at_upright=True).refusals
    for _tick in range(3):
        assert programme.permission(0, at_upright=False).refusals
    assert [r.says for r in programme.permission(0, at_upright=True).refusals] == ["The last session is not recorded yet."]
    programme.tell(judge(after))
    assert programme.permission(0, at_upright=True).refusals == ()


@pytest.mark.req("TP6", "SR11")
def test_a_verdict_without_the_session_is_not_believed_while_the_table_is_away() -> None:
    before = judge(case(held_on(0), at(1)))
    programme = told(before)
    programme.permission(0, at_upright=True)
    programme.permission(0, at_upright=False)
    programme.tell(before)
    assert programme.permission(0, at_upright=True).plan is None
    programme.tell(before)  # told at upright rest: no session was held
    assert programme.permission(0, at_upright=True).plan is not None


@pytest.mark.req("TP15", "SR11")
def test_when_whoever_had_a_session_is_gone_it_is_said_that_nobody_is_chosen_and_no_old_answer_comes_back() -> None:
    before = judge(case(held_on(0), at(1)))
    programme = told(before)
    programme.permission(0, at_upright=True)
    programme.permission(0, at_upright=False)
    programme.tell(None)
    assert [r.name for r in programme.permission(0, at_upright=False).refusals] == ["not_recorded_yet"]
    assert [r.name for r in programme.permission(0, at_upright=True).refusals] == ["nobody_chosen"]


def shown(programme: PersonalProgramme, selection: int) -> str:
    plan = programme.permission(selection, at_upright=True).plan
    assert plan is not None
    return plan.name


@pytest.mark.req("TP16")
def test_a_protocol_asked_for_is_shown_from_where_select_stands_and_stays_through_new_answers() -> None:
    verdict = judge(case(held_on(0), at(1)))
    names = [offer.protocol for offer in verdict.offers]
    programme = told(verdict)
    assert shown(programme, 5) == names[5 % len(names)]
    assert programme.offer_first(names[2])
    assert [shown(programme, selection) for selection in (5, 6, 4)] == [names[2], names[3 % len(names)], names[1]]
    programme.tell(verdict)
    assert shown(programme, 5) == names[2]
    assert not programme.offer_first("nothing_of_that_name")
    assert shown(programme, 5) == names[2]


@pytest.mark.req("TP15", "TP16")
def test_what_one_person_asked_for_is_forgotten_with_them() -> None:
    verdict = judge(case(held_on(0), at(1)))
    programme = told(verdict)
    assert programme.offer_first(verdict.offers[2].protocol)
    programme.tell(None)
    programme.tell(verdict)
    assert shown(programme, 0) == verdict.offers[0].protocol


def test_asking_each_tick_costs_next_to_nothing() -> None:
    programme = told(judge(case(CLEARED, at(0))))
    began = process_time()
    for tick in range(10_000):
        programme.permission(tick, at_upright=True)
    assert (process_time() - began) / 10_000 < 20e-6  # a tick has 20 ms; measured 0.3 us
