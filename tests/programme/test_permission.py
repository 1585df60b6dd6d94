"""The standing programme: SELECT goes round, a spotter is asked for, nothing to do is a refusal in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.limits import Limits
from controller.ports import Programme
from controller.programme.permission import StandingProgramme
from controller.programme.protocols import builtin_protocols

LIMITS = Limits()


@pytest.mark.req("TP4")
@given(st.integers(-1000, 1000))
def test_select_goes_round_through_the_protocols_in_both_directions(selection: int) -> None:
    programme: Programme = StandingProgramme(builtin_protocols(), LIMITS)
    plan = programme.permission(selection, at_upright=True).plan
    assert plan is not None
    assert plan.name == ("first", "week_1", "week_3", "week_5")[selection % 4]


@pytest.mark.req("SR5", "SR2")
def test_the_permitted_angle_is_no_more_than_the_protocol_needs() -> None:
    programme = StandingProgramme(builtin_protocols(), Limits(max_inverted_s=300.0))
    ceilings = []
    for selection in range(4):
        plan = programme.permission(selection, at_upright=True).plan
        assert plan is not None
        assert plan.max_inverted_s == 300.0
        ceilings.append(plan.ceiling_deg)
    assert ceilings == [15.0, 20.0, 50.0, 70.0]


@pytest.mark.req("TP8")
def test_a_spotter_is_asked_for_while_nobodys_history_is_known() -> None:
    assert StandingProgramme(builtin_protocols(), LIMITS).permission(0, at_upright=True).spotter_required
    assert not StandingProgramme(builtin_protocols(), LIMITS, spotter_required=False).permission(0, at_upright=True).spotter_required


@pytest.mark.req("SR11")
def test_a_table_with_nothing_to_do_refuses_start_in_words() -> None:
    permission = StandingProgramme((), LIMITS).permission(0, at_upright=True)
    assert permission.plan is None
    assert permission.refusals
    assert all(refusal.says and refusal.way_back and refusal.rule for refusal in permission.refusals)
