"""Every rule that refuses START, one by one: it names what is really broken, and lifting exactly it lets START through."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.model import Refusal
from controller.programme import personal, refusal_rules
from controller.programme.outcome import Refused
from controller.programme.personal import PersonalProgramme
from controller.programme.refusal_rules import REFUSALS, Scope, every_name, rule_of
from controller.programme.verdict import Case, judge
from tests.programme.breaks import INDEPENDENT, SIGNS, Break
from tests.programme.people import CLEARED, at, case, held, held_on
from tests.programme.situations import BY_THE_TABLE, SITUATIONS, Situation

SOURCES = sorted((Path(refusal_rules.__file__).parent).glob("*.py"))
NEEDS_SESSIONS = {"felt_missing", "rating_after_missing"}
"""... and cannot be broken for somebody who has not had one."""

_EACH: list[Break | Situation] = [*INDEPENDENT, *SIGNS, *SITUATIONS]
AUDITED = [*(each.name for each in _EACH), *BY_THE_TABLE]


def found(case_: Case, protocol: str) -> list[Refused]:
    """What refuses START with that protocol shown; with any, what refuses it whatever is shown."""
    verdict = judge(case_)
    own = [refused for offer in verdict.offers if offer.protocol == protocol for refused in offer.refusals]
    return [*verdict.refusals, *own]


@pytest.mark.req("SR11")
def test_the_audits_below_leave_no_rule_out_and_the_list_has_nothing_that_no_code_gives() -> None:
    assert set(REFUSALS) == {rule_of(name) for name in AUDITED}
    assert [name for name in every_name() if not any(audited.startswith(name) for audited in AUDITED)] == []
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES if path.name not in {"refusal_rules.py", "markers.py"})
    given_names = set(re.findall(r'\bname=f?"([a-z_]+)', code)) | {"too_small", "too_tall", "day_used_up", "week_used_up"}
    assert {row.name for row in REFUSALS} == {name for name in given_names if name not in {"too_", "night_pain", "toe_touch", "pain"}}


@pytest.mark.req("SR11")
def test_a_refusal_that_does_not_stand_in_the_list_cannot_be_made() -> None:
    for name, rule in (("too_ugly", "TP2"), ("too_heavy", "TP9"), ("not_cleared_hay_fever", "TP1")):
        with pytest.raises(ValueError, match="no such refusal"):
            Refused(rule=rule, name=name, value="", says="x", way_back="y")


@pytest.mark.req("TP1", "TP4", "TP5", "TP6", "TP9", "TP15", "SR2", "SR11")
@pytest.mark.parametrize("each", SITUATIONS, ids=lambda each: f"{each.name}-{each.protocol}")
def test_a_refusal_of_the_course_the_day_or_a_protocol_stands_alone_and_lifting_it_lets_start_through(each: Situation) -> None:
    broken = each.broken()
    refused = found(broken, each.protocol)
    assert [(r.rule, r.name) for r in refused] == [(each.rule, each.name)]
    assert each.value in refused[0].value
    row = rule_of(each.name)
    assert row is not None
    assert (row.scope is Scope.PROTOCOL) is bool(each.protocol)
    lifted = each.lifts(broken)
    assert found(lifted, each.protocol) == []
    shown = {offer.protocol: offer for offer in judge(lifted).offers}
    assert judge(lifted).may_start
    assert not each.protocol or shown[each.protocol].refusals == ()


@pytest.mark.req("TP4", "TP5", "SR11")
@pytest.mark.parametrize("each", [each for each in SITUATIONS if each.protocol], ids=lambda each: each.name)
def test_what_refuses_one_protocol_leaves_another_to_be_chosen(each: Situation) -> None:
    verdict = judge(each.broken())
    assert verdict.refusals == ()
    assert any(not offer.refusals for offer in verdict.offers)


@pytest.mark.req("TP6", "SR11")
@pytest.mark.parametrize("each", [each for each in SITUATIONS if each.name.endswith(("_used_up", "_today"))], ids=lambda each: each.name)
def test_a_refusal_that_lifts_by_itself_does_so_on_the_day_it_names_and_not_a_day_before(each: Situation) -> None:
    broken = each.broken()
    (refused,) = judge(broken).refusals
    today = broken.moment.local_date()
    for days in range(1, 8):
        now = each_day(broken, days)
        left = any(r.name == each.name for r in judge(now).refusals)
        named = refused.lifts_on if refused.lifts_on is not None else today.replace(day=today.day + 1)
        assert left is (now.moment.local_date() < named), (days, named)


def each_day(broken: Case, days: int) -> Case:
    return replace(broken, moment=replace(broken.moment, at=broken.moment.at + timedelta(days=days)))


@pytest.mark.req("SR11", "TP4", "TP5", "TP6")
@given(
    situation=st.sampled_from([each for each in SITUATIONS if not each.name.startswith(("blocked", "general"))]),
    chosen=st.lists(
        st.sampled_from([each for each in INDEPENDENT if each.name not in {"too_small", "general_clearance"}]),
        min_size=1,
        max_size=4,
        unique_by=lambda each: each.name,
    ),
)
def test_beside_any_other_broken_rules_each_stays_what_it_is_and_lifting_the_others_leaves_exactly_it(
    situation: Situation, chosen: list[Break]
) -> None:
    broken = situation.broken()
    parts = [each for each in chosen if each.name not in NEEDS_SESSIONS]
    now = broken
    for each in sorted(parts, key=lambda each: not each.name.startswith("not_cleared")):
        now = each.breaks(now)
    assert {r.name for r in found(now, situation.protocol)} == {situation.name, *(each.name for each in parts)}
    for each in parts:
        now = each.lifts(now)
    assert {r.name for r in found(now, situation.protocol)} == {situation.name}


# ------------------------------------------------------------------ the seam to the running table


def shown(programme: PersonalProgramme, *, at_upright: bool = True) -> tuple[Refusal, ...]:
    return programme.permission(0, at_upright=at_upright).refusals


@pytest.mark.req("TP15", "TP6", "TP5", "SR11")
def test_what_the_table_refuses_by_itself_is_lifted_by_choosing_by_recording_and_by_a_protocol() -> None:
    programme = PersonalProgramme()
    assert [r.name for r in shown(programme)] == ["nobody_chosen"]
    programme.tell(judge(case(held_on(0), at(1))))
    assert shown(programme) == ()
    shown(programme, at_upright=False)
    assert [r.name for r in shown(programme)] == ["not_recorded_yet"]
    programme.tell(judge(case(held(held_on(0), at(1)), at(1.1))))
    assert shown(programme) == ()
    programme.tell(judge(case(CLEARED, at(0), protocols=())))
    assert [r.name for r in shown(programme)] == ["nothing_fits"]
    programme.tell(judge(case(CLEARED, at(0))))
    assert shown(programme) == ()
    assert {personal.UNCHOSEN.name, personal.SOMEBODY_ELSE.name, personal.NOTHING_FITS.name, personal.USED_UP.refusals[0].name} == {
        "nobody_chosen", "nothing_fits", "not_recorded_yet",
    }  # fmt: skip


@pytest.mark.req("SR11", "PU2")
def test_every_refusal_says_what_happened_and_what_to_do_in_whole_sentences() -> None:
    refusals = [found(each.broken(), each.protocol)[0] for each in SITUATIONS]
    refusals += [judge(each.breaks(case(held_on(0), at(1)))).refusals[0] for each in (*INDEPENDENT, *SIGNS)]
    for refused in refusals:
        for text in (refused.says, refused.way_back):
            assert re.fullmatch(r"[A-Z0-9].*\.", text), text
            assert "None" not in text
