"""Who may start, and why not: every refusal names a rule that is broken, its value, and what lifts exactly it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.limits import Limits
from controller.programme.clearance import QUESTIONS
from controller.programme.model import Clearance, Condition, Contraindication, History, Preparation, SignOff
from controller.programme.outcome import Ask, Step, Verdict
from controller.programme.sessions import BlockedUntilCleared, Ending, Felt, StopSign
from controller.programme.verdict import Case, blocks_to_write, judge
from tests.programme.breaks import INDEPENDENT, SIGNS, Break, clearance
from tests.programme.people import ADA, CLEARED, DAY_0, TABLE, at, case, held, held_on


def names(verdict: Verdict) -> set[str]:
    return {refused.name for refused in verdict.refusals}


def startable(case: Case) -> list[str]:
    verdict = judge(case)
    return [offer.protocol for offer in verdict.offers if not offer.refusals and not verdict.refusals]


@pytest.mark.req("TP1", "TP2", "TP3", "TP4", "SR11")
def test_somebody_new_who_is_cleared_and_ready_may_start_the_first_session_and_nothing_else() -> None:
    verdict = judge(case(CLEARED, at(0)))
    assert verdict.refusals == ()
    assert startable(case(CLEARED, at(0))) == ["first"]
    assert (verdict.step, verdict.week, verdict.next_session) == (Step.FIRST, None, 1)
    first = verdict.offers[0].plan
    assert (first.stages[0].angle_deg, first.stages[0].hold_s) == (15.0, 30.0)
    assert verdict.spotter_required
    assert verdict.spotter_sessions_left == 10


@pytest.mark.req("TP1", "TP2", "TP3", "TP9", "TP11", "TP12", "SR11")
@pytest.mark.parametrize("each", [*INDEPENDENT, *SIGNS], ids=lambda each: f"{each.name}-{each.value[:12]}")
def test_each_broken_rule_is_named_with_its_value_and_lifting_it_lets_start_through(each: Break) -> None:
    good = case(held_on(0), at(1))
    assert judge(good).refusals == ()
    broken = each.breaks(good)
    refused = judge(broken).refusals
    assert [(r.rule, r.name) for r in refused] == [(each.rule, each.name)]
    assert each.value in refused[0].value
    assert refused[0].says
    assert refused[0].way_back
    assert not judge(broken).may_start
    assert judge(each.lifts(broken)).refusals == ()
    assert judge(each.lifts(broken)).may_start


@pytest.mark.req("SR11", "TP1", "TP2", "TP3", "TP9", "TP12")
@given(chosen=st.lists(st.sampled_from(INDEPENDENT), min_size=2, max_size=6, unique_by=lambda each: each.name), order=st.randoms())
def test_of_several_broken_rules_lifting_one_leaves_exactly_the_others(chosen: list[Break], order: random.Random) -> None:
    if {"too_tall", "too_small"} <= {each.name for each in chosen}:
        chosen = [each for each in chosen if each.name != "too_small"]
    now = case(held_on(0), at(1))
    for each in sorted(chosen, key=lambda each: not each.name.startswith("not_cleared")):  # answers before half answers
        now = each.breaks(now)
    left = {each.name for each in chosen}
    assert names(judge(now)) == left
    order.shuffle(chosen)
    for each in chosen:
        now = each.lifts(now)
        left.discard(each.name)
        assert names(judge(now)) == left
    assert judge(now).may_start


# ------------------------------------------------------------------ clearance (TP1)


@pytest.mark.req("TP1")
def test_the_nine_questions_are_asked_in_plain_words() -> None:
    assert len(QUESTIONS) == 9 == len(Contraindication)
    words = " ".join(QUESTIONS.values()).lower()
    for word in ("140", "glaucoma", "retina", "stroke", "pregnant", "blood thinners", "-2.5", "vertigo", "hernia"):
        assert word in words
    assert all(question.endswith("?") for question in QUESTIONS.values())


@pytest.mark.req("TP1")
@pytest.mark.parametrize(("days", "ok"), [(0.5, True), (1, True), (30, True), (31, False), (400, False)])
def test_a_clearance_holds_through_its_last_day_and_no_longer(days: float, ok: bool) -> None:
    yes = INDEPENDENT[0].breaks(case(held_on(0), at(1)))
    cleared = Clearance(
        at=DAY_0, by="Dr Finch", on=DAY_0.date(), covers=frozenset({Contraindication.HIGH_BLOOD_PRESSURE}),
        expires_on=DAY_0.date() + timedelta(days=30),
    )  # fmt: skip
    history = replace(yes.history, clearances=(cleared,))
    found = judge(case(history, at(days))).refusals
    assert [r.name for r in found] == ([] if ok else ["not_cleared_high_blood_pressure"])
    assert ok or "ended on 2026-04-01" in found[0].value


@pytest.mark.req("TP1")
def test_the_newest_clearance_about_a_thing_decides_and_a_no_takes_back_a_yes() -> None:
    broken = INDEPENDENT[1].breaks(case(held_on(0), at(1)))
    glaucoma = frozenset({Contraindication.GLAUCOMA})
    yes = clearance(broken, covers=glaucoma)
    assert judge(yes).may_start
    no = clearance(yes, covers=glaucoma, allows=False)
    assert names(judge(no)) == {"not_cleared_glaucoma"}
    assert judge(clearance(no, covers=glaucoma)).may_start
    never_asked = clearance(case(held_on(0), at(1)), covers=glaucoma, allows=False)
    assert names(judge(never_asked)) == {"not_cleared_glaucoma"}


@pytest.mark.req("TP1")
def test_a_clearance_dated_tomorrow_is_none() -> None:
    broken = INDEPENDENT[0].breaks(case(held_on(0), at(1)))
    tomorrow = Clearance(at=DAY_0, by="x", on=at(2).local_date(), covers=frozenset({Contraindication.HIGH_BLOOD_PRESSURE}))
    early = replace(broken, history=replace(broken.history, clearances=(tomorrow,)))
    assert "a day that has not come" in judge(early).refusals[0].value


@pytest.mark.req("TP1")
def test_a_sign_off_dated_tomorrow_is_none_while_the_clock_is_sure() -> None:
    tomorrow = replace(CLEARED, sign_offs=(SignOff(at=DAY_0, by="Pat Wren", on=at(1).local_date()),))
    (refused,) = judge(case(tomorrow, at(0))).refusals
    assert (refused.name, refused.value) == ("not_signed_off", "dated 2026-03-03")
    assert judge(case(tomorrow, at(0, trusted=False))).may_start
    assert judge(case(tomorrow, at(1))).may_start


@pytest.mark.req("TP1", "SR5")
def test_a_clinicians_ceilings_narrow_the_plan_and_an_expiry_never_widens_it() -> None:
    weeks = held_on(*range(0, 36, 3))
    wide = judge(case(weeks, at(36)))
    assert (wide.ceiling.angle_deg, wide.ceiling.inverted_s) == (90.0, 600.0)
    narrow = Clearance(
        at=at(36).at, by="Dr Finch", on=at(36).local_date(), angle_ceiling_deg=40.0, inverted_ceiling_s=200.0,
        expires_on=at(37).local_date(),
    )  # fmt: skip
    cleared = replace(weeks, clearances=(narrow,))
    verdict = judge(case(cleared, at(36)))
    assert (verdict.ceiling.angle_deg, verdict.ceiling.angle_rule) == (40.0, "TP1")
    assert (verdict.ceiling.inverted_s, verdict.ceiling.inverted_rule) == (200.0, "TP1")
    for offer in verdict.offers:
        assert offer.plan.ceiling_deg <= 40.0
        assert all(stage.angle_deg <= 40.0 for stage in offer.plan.stages)
        assert offer.plan.max_inverted_s == 200.0
    later = judge(case(cleared, at(38)))
    assert names(later) == {"general_clearance"}
    assert later.ceiling.angle_deg == 40.0
    assert any("40 degrees" in note for note in later.notes)


@pytest.mark.req("TP1", "TP15")
def test_somebody_recognised_who_was_erased_in_need_of_a_clearance_needs_one_still() -> None:
    back = case(replace(CLEARED, erased_before=True), at(0))
    (refused,) = judge(back).refusals
    assert (refused.rule, refused.name, refused.value) == ("TP1", "general_clearance", "no clearance is recorded")
    assert judge(clearance(back)).may_start


@pytest.mark.req("TP1", "SR2")
def test_inverted_time_that_does_not_reach_there_and_back_refuses_that_protocol() -> None:
    narrow = clearance(case(held_on(*range(0, 36, 3)), at(36)), inverted_ceiling_s=100.0)
    offers = {offer.protocol: offer for offer in judge(narrow).offers}
    (refused,) = offers["week_5"].refusals
    assert (refused.rule, refused.name, refused.value) == ("TP1", "no_time", "100 s of inverted time")
    assert offers["first"].refusals == ()


# ------------------------------------------------------------------ stop signs (TP9, TP11)


@pytest.mark.req("TP9", "TP11")
@pytest.mark.parametrize("sign", [StopSign.NUMBNESS, StopSign.BLURRED_VISION, StopSign.HEADACHE, StopSign.LONG_DIZZINESS])
def test_a_serious_sign_blocks_until_a_clearance_lifts_its_number(sign: StopSign) -> None:
    history = held(held_on(0), at(1), felt=Felt(at=at(1).at, session=2, signs=frozenset({sign})))
    for days in (1.1, 2, 400):
        assert names(judge(case(history, at(days)))) >= {"blocked_1"}
    (block,) = blocks_to_write(case(history, at(2)))
    assert (block.number, block.session, block.sign) == (1, 2, sign)
    written = replace(history, blocks=(block,))
    assert blocks_to_write(case(written, at(2))) == ()
    forgotten = replace(written, felt=(*(each for each in written.felt if each.session != 2), Felt(at=at(2).at, session=2)))
    assert names(judge(case(forgotten, at(2)))) == {"blocked_1"}
    other = clearance(case(written, at(2)), lifts=frozenset({2}))
    assert names(judge(other)) == {"blocked_1"}
    assert judge(clearance(other, lifts=frozenset({1}))).may_start


@pytest.mark.req("TP11")
@pytest.mark.parametrize(("minutes", "measured_s", "blocked"), [(5, 300.0, False), (6, 0.0, True), (0, 300.1, True)])
def test_dizziness_of_more_than_five_minutes_blocks_said_or_measured(minutes: int, measured_s: float, blocked: bool) -> None:
    felt = Felt(at=at(1).at, session=2, dizzy_minutes=minutes)
    history = held(held_on(0), at(1), felt=felt, dizzy_after_s=measured_s)
    assert ("blocked_1" in names(judge(case(history, at(2))))) is blocked


@pytest.mark.req("TP9")
def test_pain_in_the_very_first_session_blocks_because_no_step_is_left_to_go_back_to() -> None:
    history = held(CLEARED, at(0), pain=(3, 4))
    refused = judge(case(history, at(1))).refusals
    assert [r.name for r in refused] == ["blocked_1"]
    assert "more pain" in refused[0].says


@pytest.mark.req("TP9", "TP15")
def test_a_lifted_block_of_an_erased_session_does_not_stand_for_the_same_sign_now() -> None:
    old = BlockedUntilCleared(number=1, at=DAY_0, session=0, sign=StopSign.NUMBNESS)
    back = case(replace(CLEARED, blocks=(old,)), at(0))
    (refused,) = judge(back).refusals
    assert (refused.name, "before an erasure" in refused.says) == ("blocked_1", True)
    lifted = clearance(back, lifts=frozenset({1}))
    assert judge(lifted).may_start
    felt = Felt(at=at(0).at, session=1, signs=frozenset({StopSign.NUMBNESS}))
    again = case(held(lifted.history, at(0), felt=felt), at(1))
    assert names(judge(again)) == {"blocked_2"}


# ------------------------------------------------------------------ spotter, erasure, asks, table


@pytest.mark.req("TP8")
def test_the_spotter_is_asked_for_in_ten_sessions_that_were_really_held() -> None:
    history = CLEARED
    for count in range(10):
        verdict = judge(case(history, at(count)))
        assert verdict.spotter_required
        assert verdict.spotter_sessions_left == 10 - count
        history = held(history, at(count))
    assert not judge(case(history, at(10))).spotter_required
    nine = held_on(*range(9))
    unwritten, not_inverted = held(nine, at(9), ending=Ending.UNKNOWN), held(nine, at(9), ending=Ending.NOT_INVERTED)
    for fewer in (unwritten, not_inverted, held(nine, at(9), spotter_confirmed=False)):
        assert judge(case(fewer, at(10))).spotter_required


@pytest.mark.req("TP15", "TP6")
def test_whoever_is_added_on_the_day_of_an_erased_session_begins_the_day_after() -> None:
    table = replace(TABLE, erased_session_at=at(0).at)
    assert names(judge(case(CLEARED, at(0.2), table=table))) == {"erased_today"}
    assert judge(case(CLEARED, at(1), table=table)).may_start
    assert names(judge(case(CLEARED, at(1, trusted=False), table=table))) == {"erased_today"}
    assert judge(case(held_on(-2), at(0.2), table=table)).may_start


@pytest.mark.req("TP1", "TP15")
def test_somebody_added_again_after_an_erasure_needs_everything_again() -> None:
    assert names(judge(case(History(), at(0)))) == {"questions_unanswered", "not_signed_off", "release_not_practised"}


@pytest.mark.req("TP3", "TP12", "TP14")
def test_the_verdict_says_what_to_ask_for_now() -> None:
    bare = replace(case(held_on(0), at(1)), history=held_on(0))
    assert set(judge(bare).asks) == {Ask.CHECKLIST, Ask.RATE_BEFORE, Ask.WATER}
    spasm = replace(bare, person=replace(ADA, condition=Condition.MUSCLE_SPASM))
    assert Ask.HEAT in judge(spasm).asks
    assert judge(case(held_on(0), at(1))).asks == ()


@pytest.mark.req("TP5")
def test_heat_is_confirmed_for_this_session_before_the_spasm_protocol() -> None:
    spasm = case(held_on(0), at(1), person=replace(ADA, condition=Condition.MUSCLE_SPASM))
    assert startable(spasm)[0] == "muscle_spasm_1"
    cold = replace(spasm, history=replace(spasm.history, prepared=tuple(p for p in spasm.history.prepared if p.what is Preparation.WATER)))
    offer = {each.protocol: each for each in judge(cold).offers}["muscle_spasm_1"]
    assert [(r.rule, r.name) for r in offer.refusals] == [("TP5", "not_prepared_heat")]
    assert "muscle_spasm_1" not in startable(cold)
    assert "week_1" in startable(cold)


@pytest.mark.req("TP3")
def test_the_checklist_is_for_one_session_and_fifteen_minutes() -> None:
    good = case(held_on(0), at(1))
    for minutes, ok in ((0, True), (15, True), (15.1, False), (-1, False)):
        later = replace(good, moment=replace(good.moment, at=good.moment.at + timedelta(minutes=minutes)))
        assert (names(judge(later)) == set()) is ok
    started = held(good.history, good.moment)
    assert "set_up_unconfirmed" in names(judge(replace(good, history=started)))


@pytest.mark.req("TP10")
def test_a_clinicians_dizzy_setting_reaches_the_plan() -> None:
    assert not judge(case(CLEARED, at(0))).offers[0].plan.dizzy_to_level
    assert judge(case(CLEARED, at(0), person=replace(ADA, dizzy_to_level=True))).offers[0].plan.dizzy_to_level


@pytest.mark.req("SR5", "SR2")
def test_the_tables_own_limits_narrow_too() -> None:
    verdict = judge(case(held_on(*range(0, 36, 3)), at(36), limits=Limits(ceiling_deg=65.0, max_inverted_s=300.0)))
    assert (verdict.ceiling.angle_deg, verdict.ceiling.angle_rule, verdict.ceiling.inverted_s) == (65.0, "SR5", 300.0)
    assert all(offer.plan.ceiling_deg <= 65.0 and offer.plan.max_inverted_s <= 300.0 for offer in verdict.offers)
