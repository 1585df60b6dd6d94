"""The language of `when`: what it says is what it means, and nothing else can be said in it."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.expressions import ExpressionError, compile_expression
from sim.trace import Row

ROW = Row(t_s=12.0, angle_deg=41.0, rate_dps=-1.5, pi_mode="RETURNING", board_mode="FOLLOW", brake_set=False)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("angle > 40", True),
        ("angle > 41", False),
        ("angle >= 41", True),
        ("rate == -1.5", True),
        ("rate < -2", False),
        ("mode == RETURNING", True),
        ("mode != RETURNING", False),
        ("board_mode == FOLLOW and t < 13", True),
        ("not inverted", False),
        ("inverted", True),
        ("brake_set or ladder", False),
        ("(brake_set or inverted) and not ladder", True),
        ("angle < 30 or (mode == RETURNING and rate < 0)", True),
        ("40 < angle", True),
    ],
)
def test_an_expression_means_what_it_says(text: str, holds: bool) -> None:
    assert compile_expression(text)(ROW) is holds


@pytest.mark.parametrize(
    "text",
    [
        "angle", "1", "RETURNING", "1 < angle < 50", "angle > 'x'", "open('x')", "angle.real > 1", "angle ** 2 > 3", "lambda: 1",
        "[angle]", "angle if t else t", "angle > None", "True", "x := 3", "", "   ", "-angle > 3", "mode < RETURNING", "(", "a" * 5000,
        "(" * 500 + "t > 1" + ")" * 500, "\x00",
    ],
)  # fmt: skip
def test_anything_else_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text)
    assert "\n" not in str(caught.value).strip()


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40))
def test_no_text_at_all_does_more_than_compare(text: str) -> None:
    with suppress(ExpressionError):
        assert isinstance(compile_expression(text)(ROW), bool)
