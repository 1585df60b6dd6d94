"""The judge of SR15's wait at level where a return becomes due on a way up that is under way: whose answer counts, and whose does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sim.monitors import judge
from tests.monitors.trajectory import Drawing, inverted


def stands_up_one_who_answered_before_the_way_up() -> Drawing:
    return inverted(15.0).stand(15.0).press("ok").warn().ramp(-1.5).cruise(4.0).set(mains=False).go(-75.0)


def stands_up_one_who_answered_on_another_way_up() -> Drawing:
    drawing = inverted(15.0).stand(15.0).warn().go(12.0).press("ok").stand(5.0).warn()
    return drawing.ramp(-1.5).cruise(3.0).set(mains=False).go(-75.0)


def stands_up_one_who_fell_silent_on_the_way() -> Drawing:
    drawing = inverted(89.0).stand(5.0).warn().ramp(-0.6).set(ok=True).cruise(0.3).set(ok=False)
    return drawing.go(30.0, 0.6).stand(12.0).warn().go(-75.0)


def answered_on_the_way_and_then_without_mains() -> Drawing:
    drawing = inverted(60.0).stand(15.0).warn().go(30.0).stand(6.0).press("ok").stand(6.0).warn()
    return drawing.ramp(-1.5).cruise(4.0).set(mains=False, board_buzzer=2).go(-75.0)


def complaints(drawing: Drawing) -> list[str]:
    return [violation.says for violation in judge(drawing.rows) if violation.monitor == "level_wait"]


@pytest.mark.req("SR15")
def test_a_return_under_way_that_has_been_answered_is_stood_up_whatever_else_makes_it_due() -> None:
    assert complaints(answered_on_the_way_and_then_without_mains()) == []


@pytest.mark.req("SR15")
@pytest.mark.parametrize(
    ("draw", "why"),
    [
        (stands_up_one_who_answered_before_the_way_up, "mains lost"),
        (stands_up_one_who_answered_on_another_way_up, "mains lost"),
        (stands_up_one_who_fell_silent_on_the_way, "unanswered"),
    ],
)
def test_an_answer_before_this_way_up_or_before_a_silence_is_none(draw: Callable[[], Drawing], why: str) -> None:
    assert complaints(draw()) == [f"rises past level to -5.5 deg after {why}, nobody having answered"]
