"""The load check of the first five degrees (SR16, fault 86): just inside and just outside each figure."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from controller.core import load
from controller.core.limits import Limits, MotorCurrent
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
        (151, 151, True),  # 4.9 Nm: nobody there, or hardly anybody
        (152, 152, False),
        (1316, 1316, False),
        (1317, 1317, True),  # 165.1 Nm: too heavy
        (528, 500, False),
        (529, 500, True),  # 3.98 Nm less: falls towards head-down by itself
        (400, 500, False),
    ],
)
def test_each_figure_has_its_bound(near_ma: int, far_ma: int, wrong: bool) -> None:
    after = judged(near_ma, far_ma)
    assert after.judged
    assert after.wrong == wrong


@pytest.mark.req("SR16")
@pytest.mark.parametrize(
    ("near_ma", "far_ma", "wrong"),
    [(699, 699, True), (701, 701, False), (2999, 2999, True), (2299, 2299, False), (1040, 1000, True), (1038, 1000, False)],
)
def test_each_table_is_judged_by_its_own_motor(near_ma: int, far_ma: int, wrong: bool) -> None:
    """650 mA by itself and 10 mA a newton metre: 5 Nm are 700 mA, 165 are 2300."""
    own = Limits(current=MotorCurrent(empty_ma=650.0, ma_per_nm=10.0))
    assert judged(near_ma, far_ma, own).wrong == wrong


@pytest.mark.req("SR16")
def test_on_a_table_whose_motor_was_never_measured_nobody_passes_and_the_journal_has_the_figures() -> None:
    world = Ideal().ready()
    world.limits = Limits(current=None)
    world.press("start", for_s=0.06).until(Mode.RETURNING)
    assert -71.0 < world.angle_deg < -69.0
    assert "load: The load is too heavy or badly balanced." in world.kinds("reason")
    assert world.kinds("load") == ["motor current 800 mA, then 800 mA"]


@pytest.mark.req("SR16")
def test_two_currents_and_the_moment_of_the_weights_are_the_tables_own_figures() -> None:
    """60 kg, 30 cm towards the feet and 5 cm above the pivot, 4.3 degrees from upright rest at 75: 588.4 N x (0.099 + 0.047) m."""
    moment_nm = load.weights_nm(mass_kg=60.0, along_m=0.3, above_m=0.05, limits=LIMITS)
    assert moment_nm == pytest.approx(86.1, abs=0.1)
    assert load.calibrated(empty_ma=150.0, loaded_ma=150.0 + 8.0 * moment_nm, weights_nm=moment_nm) == MotorCurrent(
        empty_ma=150.0, ma_per_nm=8.0
    )


@pytest.mark.req("SR16")
@pytest.mark.parametrize(
    ("empty_ma", "loaded_ma", "moment_nm", "says"),
    [
        (150.0, 500.0, 39.9, "the weights make 40 Nm; 40 is the least that tells"),
        (59.9, 900.0, 100.0, "load.empty_ma: 59.9 is outside the hard limit; allowed 60.0 to 1000.0"),
        (1000.1, 1900.0, 100.0, "load.empty_ma: 1000.1 is outside"),
        (150.0, 599.0, 100.0, "load.ma_per_nm: 4.49 is outside the hard limit; allowed 4.5 to 11.0"),
        (150.0, 1251.0, 100.0, "load.ma_per_nm: 11.01 is outside"),
        (float("nan"), 900.0, 100.0, "load.empty_ma: nan is outside"),
    ],
)
def test_figures_that_no_table_can_have_are_refused_in_one_line(empty_ma: float, loaded_ma: float, moment_nm: float, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        load.calibrated(empty_ma=empty_ma, loaded_ma=loaded_ma, weights_nm=moment_nm)


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
