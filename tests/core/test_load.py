"""The load check of the first five degrees (SR16, fault 86): just inside and just outside each figure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.core import load
from controller.core.limits import Limits
from controller.core.load import NOT_YET, Load
from controller.core.model import Mode
from tests.core.ideal import Ideal

LIMITS = Limits()


def judged(near_ma: int, far_ma: int, limits: Limits = LIMITS) -> Load:
    """A descent through the first five degrees with these two currents."""
    state, way_deg = NOT_YET, 0.0
    while way_deg < 5.5:
        current_ma = 5000 if way_deg < 2.5 or way_deg >= 4.9 else near_ma if way_deg < 3.7 else far_ma
        state = load.update(state, limits.upright_deg + way_deg, current_ma, limits)
        way_deg += 0.0625
    return state


@pytest.mark.req("SR16")
@pytest.mark.parametrize(
    ("near_ma", "far_ma", "wrong"),
    [
        (500, 500, False),
        (170, 170, False),
        (169, 169, True),  # nobody there, or hardly anybody
        (1040, 1040, False),
        (1041, 1041, True),  # too heavy
        (527, 500, False),
        (528, 500, True),  # falls towards head-down by itself
        (400, 500, False),
    ],
)
def test_each_figure_has_its_bound(near_ma: int, far_ma: int, wrong: bool) -> None:
    after = judged(near_ma, far_ma)
    assert after.judged
    assert after.wrong == wrong


@pytest.mark.req("SR16")
def test_the_check_follows_the_tables_own_upright_rest() -> None:
    assert not judged(500, 500, Limits(upright_deg=-60.0)).wrong
    assert judged(100, 100, Limits(upright_deg=-60.0)).wrong


@pytest.mark.req("SR16")
def test_nothing_is_judged_before_the_stretches_are_over() -> None:
    state = NOT_YET
    for way_deg in (0.0, 1.0, 2.4, 2.5, 3.6, 3.7, 4.8):
        state = load.update(state, -75.0 + way_deg, 5000, LIMITS)
        assert not state.judged
    assert (state.near_count, state.far_count) == (2, 2)
    assert load.update(state, -70.0, 500, LIMITS).wrong


@pytest.mark.req("SR16")
@pytest.mark.parametrize("seen_deg", [(3.0,), (4.0,), ()])
def test_a_stretch_that_was_never_measured_is_wrong(seen_deg: tuple[float, ...]) -> None:
    state = NOT_YET
    for way_deg in (*seen_deg, 5.0):
        state = load.update(state, -75.0 + way_deg, 500, LIMITS)
    assert state.judged
    assert state.wrong


@pytest.mark.req("SR16")
def test_a_verdict_is_not_changed_by_what_comes_later() -> None:
    good = judged(500, 500)
    assert load.update(good, -70.0, 9000, LIMITS) is good


@pytest.mark.req("SR16", "PU2")
@pytest.mark.parametrize("current_ma", [100, 1500])
def test_a_wrong_load_comes_back_up_before_ten_degrees_and_says_why(current_ma: int) -> None:
    world = Ideal().ready()
    world.extra = lambda i: replace(i, board=replace(i.board, current_ma=current_ma))
    world.press("start", for_s=0.06).until(Mode.RETURNING)
    assert -71.0 < world.angle_deg < -69.0
    assert "load: The load is too heavy or badly balanced." in world.kinds("reason")
    world.until(Mode.LEVEL_WAIT).press("ok").until(Mode.SETTLING)  # nobody asked for it: SR15 asks first
    assert world.out.latches.load_refused
    assert max(angle for angle, _, _ in world.commands) < -65.0


@pytest.mark.req("SR16")
def test_the_first_five_degrees_are_gone_at_half_rate() -> None:
    world = Ideal().started().until(Mode.DESCENDING)
    while world.angle_deg < -70.1:
        world.tick()
        assert world.rate_dps <= 0.751
    assert max(world.tick().rate_dps for _ in range(300)) == pytest.approx(1.5, abs=0.05)
