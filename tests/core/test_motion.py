"""Jerk-limited motion lands where it should and never exceeds what it may.  The numbers are restated by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core.limits import Limits
from controller.core.model import Oscillation, SessionPlan, Stage
from controller.core.motion import AT_REST, MotionState, plan_hold_s, plan_holds_s, return_time_s, steer, stop

LIMITS = Limits()
DT_S = 0.02
ANGLES = st.floats(-75.0, 90.0)
RATES = st.sampled_from((0.75, 1.5, 3.0))


class Drive:
    """A drive that follows the requested rate at once; remembers the worst of what was asked."""

    def __init__(self, angle_deg: float, limits: Limits = LIMITS) -> None:
        self.angle_deg = angle_deg
        self.limits = limits
        self.motion = AT_REST
        self.now_s = 0.0
        self.fastest_dps = self.hardest_dps2 = self.jerkiest_dps3 = 0.0
        self._accel_dps2 = 0.0

    def tick(self, target_deg: float | None, rate_dps: float) -> None:
        """Towards the target, or a controlled stop."""
        before = self.motion
        if target_deg is None:
            self.motion = stop(before, self.limits, DT_S)
        else:
            self.motion = steer(
                before, angle_deg=self.angle_deg, target_deg=target_deg, max_rate_dps=rate_dps, limits=self.limits, dt_s=DT_S
            )
        accel_dps2 = (self.motion.rate_dps - before.rate_dps) / DT_S
        self.angle_deg += (self.motion.rate_dps + before.rate_dps) / 2.0 * DT_S
        self.now_s += DT_S
        self.fastest_dps = max(self.fastest_dps, abs(self.motion.rate_dps))
        self.hardest_dps2 = max(self.hardest_dps2, abs(accel_dps2))
        self.jerkiest_dps3 = max(self.jerkiest_dps3, abs(accel_dps2 - self._accel_dps2) / DT_S)
        self._accel_dps2 = accel_dps2

    def go(self, target_deg: float, rate_dps: float, *, until_deg: float | None = None) -> float:
        """To the target and rest, or until an angle is passed upwards; returns how far it went beyond the target."""
        way = 1.0 if target_deg > self.angle_deg else -1.0
        beyond_deg = 0.0
        for _ in range(40_000):
            self.tick(target_deg, rate_dps)
            beyond_deg = max(beyond_deg, (self.angle_deg - target_deg) * way)
            if until_deg is not None and self.angle_deg <= until_deg:
                return beyond_deg
            if self.motion == AT_REST and abs(self.angle_deg - target_deg) <= 0.2:
                return beyond_deg
        raise AssertionError(f"never arrived at {target_deg}: {self.angle_deg} deg, {self.motion}")


@pytest.mark.req("SR4", "SR5")
@given(start_deg=ANGLES, target_deg=ANGLES, rate_dps=RATES)
def test_it_lands_within_two_tenths_without_overshoot_inside_rate_acceleration_and_jerk(
    start_deg: float, target_deg: float, rate_dps: float
) -> None:
    drive = Drive(start_deg)
    beyond_deg = drive.go(target_deg, rate_dps)
    assert abs(drive.angle_deg - target_deg) <= 0.2
    assert beyond_deg <= 0.02 + 0.2 * (abs(start_deg - target_deg) <= 0.2)
    assert drive.fastest_dps <= rate_dps + 1e-9
    assert drive.hardest_dps2 <= 1.5 + 1e-9
    assert drive.jerkiest_dps3 <= 3.5


@pytest.mark.req("SR4", "SR5")
@given(
    start_deg=ANGLES,
    changes=st.lists(st.tuples(st.one_of(st.none(), ANGLES), RATES, st.integers(1, 400)), max_size=5),
    target_deg=ANGLES,
)
def test_targets_that_change_mid_way_never_break_a_limit_and_the_last_one_is_reached(
    start_deg: float, changes: list[tuple[float | None, float, int]], target_deg: float
) -> None:
    drive = Drive(start_deg)
    for target, rate_dps, ticks in changes:
        before_dps = abs(drive.motion.rate_dps)
        for _ in range(ticks):
            drive.tick(target, rate_dps)
            assert abs(drive.motion.rate_dps) <= max(rate_dps, before_dps) + 0.4  # acceleration under way fades by the jerk limit
    drive.go(target_deg, 1.5)
    assert abs(drive.angle_deg - target_deg) <= 0.2
    assert drive.fastest_dps <= 3.0 + 1e-9
    assert drive.hardest_dps2 <= 3.0 + 1e-9


@pytest.mark.req("SR5")
@given(rate_dps=RATES, ahead_deg=st.floats(0.0, 8.0), way=st.sampled_from((-1.0, 1.0)))
def test_a_target_that_comes_too_near_is_passed_no_further_than_a_controlled_stop_needs(
    rate_dps: float, ahead_deg: float, way: float
) -> None:
    drive = Drive(0.0)
    drive.motion = MotionState(rate_dps=way * rate_dps)
    hard = Drive(0.0)
    hard.motion = drive.motion
    while hard.motion != AT_REST:
        hard.tick(None, rate_dps)
    needs_deg = abs(hard.angle_deg)
    target_deg, beyond_deg = way * ahead_deg, 0.0
    for _ in range(1000):
        drive.tick(target_deg, rate_dps)
        beyond_deg = max(beyond_deg, (drive.angle_deg - target_deg) * way)
    assert beyond_deg <= max(0.0, needs_deg - ahead_deg) + 0.35
    assert abs(drive.angle_deg - target_deg) <= 0.2


@pytest.mark.req("SR4")
@given(start_deg=ANGLES, target_deg=ANGLES, lag_s=st.floats(0.02, 0.1), noise=st.integers(0, 1000))
@settings(max_examples=30)
def test_a_drive_that_lags_and_an_angle_that_trembles_cost_no_more_than_the_landing_tolerance(
    start_deg: float, target_deg: float, lag_s: float, noise: int
) -> None:
    angle_deg, real_dps, motion = start_deg, 0.0, AT_REST
    way = 1.0 if target_deg > start_deg else -1.0
    for tick in range(12_000):
        tremble_deg = 0.02 * (((tick * 7919 + noise) % 101) / 50.0 - 1.0)
        motion = steer(motion, angle_deg=angle_deg + tremble_deg, target_deg=target_deg, max_rate_dps=1.5, limits=LIMITS, dt_s=DT_S)
        real_dps += (motion.rate_dps - real_dps) * DT_S / lag_s
        angle_deg += real_dps * DT_S
        assert (angle_deg - target_deg) * way <= 0.2
    assert abs(angle_deg - target_deg) <= 0.25


@pytest.mark.req("SR4", "SR6")
@pytest.mark.parametrize(("rate_dps", "within_s"), [(1.5, 0.8), (3.0, 1.3), (0.75, 0.8), (0.05, 0.8)])
@pytest.mark.parametrize("way", [-1.0, 1.0])
@pytest.mark.parametrize("accel_dps2", [-1.5, 0.0, 1.5])
def test_a_controlled_stop_begins_at_once_and_ends_in_time(rate_dps: float, within_s: float, way: float, accel_dps2: float) -> None:
    rising_dps = accel_dps2 * accel_dps2 / 6.0 if accel_dps2 > 0.0 else 0.0  # what it would still gain at 3 deg/s3
    drive = Drive(0.0)
    drive.motion = MotionState(rate_dps=way * max(0.0, rate_dps - rising_dps), accel_dps2=way * accel_dps2)
    while drive.motion != AT_REST:
        before_dps = abs(drive.motion.rate_dps)
        drive.tick(None, 0.0)
        assert drive.now_s <= within_s
        assert abs(drive.motion.rate_dps) <= before_dps + 0.03
    assert drive.hardest_dps2 <= 3.0 + 1e-9


def test_a_stop_at_rest_stays_at_rest() -> None:
    assert stop(AT_REST, LIMITS, DT_S) == AT_REST


@pytest.mark.req("SR4")
def test_from_rest_a_tenth_of_a_degree_starts_no_motion() -> None:
    assert steer(AT_REST, angle_deg=30.0, target_deg=30.15, max_rate_dps=1.5, limits=LIMITS, dt_s=DT_S) == AT_REST


@pytest.mark.req("SR4")
def test_a_rate_above_the_absolute_one_is_never_asked_for() -> None:
    drive = Drive(-75.0)
    drive.go(90.0, 50.0)
    assert drive.fastest_dps == pytest.approx(3.0, abs=0.01)


def returned_in_s(angle_deg: float, rate_dps: float, rest_s: float, limits: Limits) -> float:
    """Simulate the controlled return of SR3 until level is passed."""
    drive = Drive(angle_deg, limits)
    if angle_deg > 32.0:
        drive.go(30.0, rate_dps)
    drive.now_s += rest_s
    drive.go(-3.0, rate_dps, until_deg=0.0)
    return drive.now_s


@pytest.mark.req("SR2", "SR3")
@settings(max_examples=80)
@given(
    angle_deg=st.floats(0.5, 92.0),
    rate_dps=st.sampled_from((0.75, 1.5, 3.0)),
    rest_s=st.floats(0.0, 15.0),
    accel_dps2=st.sampled_from((0.75, 1.0, 1.5)),
)
def test_the_time_of_a_return_is_an_upper_bound(angle_deg: float, rate_dps: float, rest_s: float, accel_dps2: float) -> None:
    limits = replace(LIMITS, accel_dps2=accel_dps2)
    assert returned_in_s(angle_deg, rate_dps, rest_s, limits) <= return_time_s(angle_deg, rate_dps, limits, rest_left_s=rest_s)


@pytest.mark.req("SR2")
@settings(max_examples=40)
@given(angle_deg=st.floats(5.0, 92.0), rate_dps=st.sampled_from((0.75, 1.5)))
def test_the_bound_costs_less_than_three_seconds_of_hold(angle_deg: float, rate_dps: float) -> None:
    real_s = returned_in_s(angle_deg, rate_dps, 12.0, LIMITS)
    assert return_time_s(angle_deg, rate_dps, LIMITS, rest_left_s=12.0) <= real_s + 3.0


@pytest.mark.req("SR2")
def test_nobody_who_is_not_inverted_needs_time_to_return() -> None:
    assert return_time_s(0.0, 0.75, LIMITS, rest_left_s=12.0) == 0.0
    assert return_time_s(-40.0, 0.75, LIMITS, rest_left_s=12.0) == 0.0


def plan(*stages: tuple[float, float], most_s: float = 600.0) -> SessionPlan:
    made = tuple(Stage(angle_deg=angle_deg, hold_s=hold_s) for angle_deg, hold_s in stages)
    return SessionPlan(name="p", title="p", ceiling_deg=90.0, stages=made, max_inverted_s=most_s)


def inverted_s(asked: SessionPlan) -> float:
    """Simulate the whole session with the holds that fit, ended by a half-rate return."""
    drive = Drive(-75.0)
    crossed_s = None
    holds = plan_holds_s(asked, LIMITS)
    for stage, hold_s in zip(asked.stages, holds, strict=True):
        if hold_s == 0.0:
            break
        while not (drive.motion == AT_REST and abs(drive.angle_deg - stage.angle_deg) <= 0.2):
            drive.tick(stage.angle_deg, 1.5)
            if crossed_s is None and drive.angle_deg > 0.0:
                crossed_s = drive.now_s
        drive.now_s += hold_s
    assert crossed_s is not None
    rest_s = 12.0 if drive.angle_deg > 28.0 else 10.0
    return drive.now_s - crossed_s + returned_in_s(drive.angle_deg, 0.75, rest_s, LIMITS)


@pytest.mark.req("SR2")
def test_ten_minutes_at_ninety_degrees_become_about_six_minutes_forty() -> None:
    """60 s down, 80 s up to the gate, 12 s of rest and 40 s to level leave 408 s; the landing and the board's own margin take 6."""
    hold_s = plan_hold_s(plan((90.0, 600.0)), LIMITS)
    assert 400.0 <= hold_s <= 406.0
    assert inverted_s(plan((90.0, 600.0))) <= 600.0


@pytest.mark.req("SR2")
@settings(max_examples=40)
@given(st.lists(st.tuples(st.floats(5.0, 90.0), st.floats(1.0, 600.0)), min_size=1, max_size=4), st.floats(120.0, 600.0))
def test_whatever_the_plan_a_half_rate_return_from_its_end_is_level_in_time(stages: list[tuple[float, float]], most_s: float) -> None:
    asked = plan(*sorted(stages), most_s=most_s)
    holds = plan_holds_s(asked, LIMITS)
    assert all(0.0 <= fits_s <= stage.hold_s for fits_s, stage in zip(holds, asked.stages, strict=True))
    if holds[0] > 0.0:
        assert inverted_s(asked) <= most_s


@pytest.mark.req("SR2")
def test_a_short_plan_keeps_its_holds() -> None:
    assert plan_holds_s(plan((20.0, 60.0)), LIMITS) == (60.0,)
    assert plan_holds_s(plan((70.0, 420.0)), LIMITS) == (420.0,)


@pytest.mark.req("SR2")
def test_an_oscillation_is_reckoned_from_its_deepest_end() -> None:
    still = plan((60.0, 600.0))
    swing = replace(still, stages=(replace(still.stages[0], oscillation=Oscillation(to_deg=80.0, period_s=60.0)),))
    assert plan_hold_s(swing, LIMITS) == pytest.approx(plan_hold_s(still, LIMITS) - 20.0 / 0.75, abs=0.01)
